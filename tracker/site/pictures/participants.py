"""Who took part in a dialogue, by side: one mark for each person, and open shapes for groups of unknown size.

Nothing here shows proportions, since the total is seldom known. What is not stated and who is withheld take
as much space as the rest.
"""

from typing import NamedTuple

from tracker.records.values.numbers import how_many
from tracker.site.words.phrases import count_words
from tracker.site.words.tags import label, name_of

from .drawing import LAYOUTS, Drawing, isolated

EDGE, GAP, LEAST_WIDE = 2, 26, 190
STEP, RADIUS, INDENT = 17, 6, 22
MOST_UNITS = 60  # larger groups are one shape with their number
MOST_NAMED = 150
SIDE_UNKNOWN, WITHHELD, NEITHER = "Side not stated", "Withheld, not classified", "For neither side"
BESIDE = {  # what is counted beside named people
    "organizations": ("organization",),
    "groups": ("group",),
    "withheld": ("name withheld", "names withheld"),
}
LAST = (NEITHER, SIDE_UNKNOWN, WITHHELD)


class SideRows(NamedTuple):
    """A column: its title, the rows that came alone or as groups, and {group: its members}."""

    title: str
    rows: list
    members: dict


def participants(answer):
    """The answer of the figure `representation` about one dialogue, wide and narrow."""
    title = f"{answer['dialogue'][0]['title']}: recorded participants by side"
    sides = in_columns(answer["participants"])
    return [draw_participants(width, title, sides, answer["total"]) for width in LAYOUTS]


def draw_participants(width, title, sides, total):
    drawing = Drawing("participants", width, title)
    drawing.description = f"{participants_words(total)}. {' '.join(side_words(one) for one in sides)}"
    most = max(1, (width - 2 * EDGE + GAP) // (LEAST_WIDE + GAP))
    top = 8
    for row in in_rows(sides, most):
        wide = (width - 2 * EDGE - GAP * (len(row) - 1)) / len(row)
        ends = [Column(drawing, EDGE + n * (wide + GAP), top, wide).add(side) for n, side in enumerate(row)]
        top = max(ends) + 18
    drawing.line("rule", EDGE, top, width - EDGE, top)
    drawing.height = drawing.lines("total", EDGE, top + 24, participants_words(total), width - 2 * EDGE) - 4
    return drawing


def in_rows(sides, most):
    """The columns in rows of about the same number."""
    rows = -(-len(sides) // most)
    each = -(-len(sides) // max(rows, 1))
    return [sides[start : start + each] for start in range(0, len(sides), max(each, 1))]


def participants_words(total):
    """How many people are recorded, of how many, and what else is."""
    more = [how_many(total[kind]["count"], *nouns) for kind, nouns in BESIDE.items() if total[kind]["count"]]
    return "; ".join([f"Recorded: {total['words']}", *more])


def in_columns(rows):
    """The sides in their order; what is not stated and who is withheld come last."""
    found, members = {}, {}
    groups = {row["id"] for row in rows if row["group_label"]}
    for row in rows:
        group = row["member_of"] and row["member_of"]["id"]
        if group in groups and row["naming"] == "named":
            members.setdefault(group, []).append(row)
        else:
            found.setdefault(side_of(row), []).append(row)
    titles = sorted(found, key=lambda title: (title in LAST and LAST.index(title) + 1, title))
    return [SideRows(title, sorted(found[title], key=groups_last), members) for title in titles]


def side_of(row):
    if row["naming"] != "named":
        return WITHHELD
    if row["side"]:
        return row["side"]["name"]
    return NEITHER if row["no_side"] else SIDE_UNKNOWN


def groups_last(row):
    """Sort key."""
    return bool(row["group_label"]), row_words(row)


def side_words(side):
    """A column in words."""
    told = []
    for row in side.rows:
        told.append(f"{row_words(row)} ({count_words(row)})" if row["group_label"] else row_words(row))
        told += [f"{row_words(one)} (of this group)" for one in side.members.get(row["id"], ())]
    return f"{isolated(side.title)}: {'; '.join(told)}."


def row_words(row):
    """A participant in words, with the role if it is a special one."""
    role = "" if row["role"] == "participant" else f", {label(row['role'], 'participation_role').lower()}"
    if row["naming"] != "named":
        return (f"{isolated(row['pseudonym'])}, a pseudonym" if row["pseudonym"] else "Name withheld") + role
    if row["group_label"]:
        return f"{isolated(row['group_label'])}{role}"
    return f"{isolated(name_of(row['person'] or row['organization']))}{role}"


class Column:
    """Draws one side."""

    def __init__(self, drawing, left, top, width):
        self.drawing, self.left, self.y, self.width = drawing, left, top, width

    def add(self, side):
        """Draws the side, and returns where it ends."""
        self.drawing.line("rule", self.left, self.y, self.left + self.width, self.y)
        self.y = self.drawing.lines("heading", self.left, self.y + 24, side.title, self.width) + 8
        for row in side.rows[:MOST_NAMED]:
            self.group(row, side.members.get(row["id"], [])) if row["group_label"] else self.one(row)
        if side.rows[MOST_NAMED:]:
            self.words("label", f"and {len(side.rows) - MOST_NAMED} more")
        return self.y

    def one(self, row, indent=0):
        """One mark for one person or organization, and the name."""
        x, kind = self.left + RADIUS + 1 + indent, "unit" if row["naming"] == "named" else "unit withheld"
        if row["organization"]:
            self.drawing.box("unit", x - RADIUS, self.y - 5 - RADIUS, 2 * RADIUS, 2 * RADIUS)
        else:
            self.drawing.dot(kind, x, self.y - 5, RADIUS)
        self.words("label", row_words(row), INDENT + indent)
        self.y += 9

    def words(self, kind, words, indent=0):
        self.y = self.drawing.lines(kind, self.left + indent, self.y, words, self.width - indent, most=4)

    def group(self, row, members):
        """A group: a mark for each of a known number, else a shape that is open at its end.

        Its named members stand below it, so they are not among these marks.
        """
        low, high = row["count_min"] or 0, row["count_max"]
        sure = max(low - len(members), 0)
        possible = max((high or 0) - len(members) - sure, 0)
        self.y += 6
        if 0 < sure + possible <= MOST_UNITS:
            self.units(["unit counted"] * sure + ["unit possible"] * possible, opened=high is None)
        else:
            fade = "ends" if high is None else None
            self.drawing.box("group", self.left, self.y - 15, self.width, 26, fade=fade, rx=13)
        self.drawing.text("small", self.left + 13, self.y + 2, count_words(row))
        self.y += 32
        self.words("label", row_words(row))
        self.y += 4
        for one in members:
            self.y += 4
            self.one(one, indent=12)
        self.y += 9

    def units(self, kinds, opened):
        """The people of a group who are only counted, and those who may have been there."""
        each = max(int((self.width - 24) // STEP), 1)
        rows = -(-len(kinds) // each)
        wide = self.width if rows > 1 or opened else 12 + len(kinds) * STEP
        self.drawing.box(
            "group", self.left, self.y - 15, wide, rows * STEP + 9, fade="ends" if opened else None, rx=13
        )
        for number, kind in enumerate(kinds):
            x, y = self.left + 15 + number % each * STEP, self.y + number // each * STEP
            self.drawing.dot(kind, x, y - 2, RADIUS)
        self.y += rows * STEP + 12
