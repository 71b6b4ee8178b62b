"""Who took part in several dialogues, one below the other in time, each by side.

One mark stands for each person or organization that is named, and an open shape for a group of unknown size.
What is not stated and who is withheld take as much space as the rest, and nothing is drawn to scale.
"""

from tracker.records.values.dates.words import english_words
from tracker.records.values.numbers import how_many

from .drawing import LAYOUTS, WIDE, Drawing, cut, isolated, text_width

EDGE, STEP, RADIUS, LINE = 2, 17, 6, 24
TITLES, SIDE, MORE = 330, 166, 80  # units for the title of a dialogue if it is wide, a side, "and 12 more"
GROUP = {False: 34, True: 56}  # the width of a group; of that of unknown size one sees only a part
MOST_DRAWN = 30
NOBODY = "no participant recorded"
MARKS = ("people", "organizations", "groups", "withheld")
NOUNS = {
    "people": ("named person", "named people"),
    "organizations": ("organization",),
    "groups": ("group",),
    "withheld": ("name withheld", "names withheld"),
}
LEGEND = (
    ("people", False, "named person"),
    ("organizations", False, "organization"),
    ("groups", False, "group of stated size"),
    ("groups", True, "group of unknown size"),
    ("withheld", False, "name withheld"),
)


def series(answer):
    """The answer of the figure `representation` about several dialogues, in each width."""
    return [draw_series(width, answer) for width in LAYOUTS]


def draw_series(width, answer):
    drawing = Drawing("series", width, "Recorded participants of dialogues in time, by side")
    shown = answer["dialogues"][-MOST_DRAWN:]
    drawing.description = f"{series_words(answer)} {' '.join(dialogue_words(one) for one in shown)}"
    if not shown:
        return drawing
    y = 8
    for one in shown:
        y = add_dialogue(drawing, one, y)
    drawing.line("rule", EDGE, y, width - EDGE, y)
    explain_marks(drawing, y + LINE)
    return drawing


def add_dialogue(drawing, row, top):
    """The title, the date and the total of a dialogue, with its sides beside it if it is wide, else below."""
    wide = drawing.width == WIDE
    drawing.line("rule", EDGE, top, drawing.width - EDGE, top)
    room = TITLES - 2 * STEP if wide else drawing.width - 2 * EDGE
    y = drawing.lines("heading", EDGE, top + LINE, row["title"], room, most=2, step=20)
    date = english_words(row["start_date"]["edtf"]) if row["start_date"] else "no date recorded"
    said = f"{date[0].upper()}{date[1:]}. {row['words'].capitalize()}."
    below = drawing.lines("small", EDGE, y, said, room, most=2)
    left, y = (TITLES, top + LINE) if wide else (EDGE, below + 6)
    for side in row["sides"]:
        add_side(drawing, side, left, y)
        y += LINE
    if not row["sides"]:
        drawing.box("mark unknown", left, y - 14, drawing.width - EDGE - left, 18, rx=9)
        drawing.text("small", left + 12, y - 1, NOBODY)
        y += LINE
    return max(y, below) - 4


def add_side(drawing, side, left, y):
    """The name of a side, a mark for each who came for it, as many as fit, and the number of the others."""
    drawing.text("small", left, y, cut(side["label"], SIDE, 12))
    marks = [
        (kind, kind == "groups" and number < side["groups_of_unknown_size"])
        for kind in MARKS
        for number in range(side[kind])
    ]
    x = left + SIDE + RADIUS
    for number, mark in enumerate(marks):
        more = MORE if marks[number + 1 :] else 0
        if x + GROUP[True] + more > drawing.width:
            drawing.text("small", x, y, f"and {len(marks) - number} more")
            return
        x = add_mark(drawing, mark, x, y - 4)


def add_mark(drawing, mark, x, y):
    """Draws a mark, and returns the place of the next one."""
    kind, unsized = mark
    if kind == "organizations":
        drawing.box("unit counted", x - RADIUS, y - RADIUS, 2 * RADIUS, 2 * RADIUS)
    elif kind == "groups":
        wide = GROUP[unsized]
        drawing.box("group", x - 2, y - 8, wide, 16, fade="ends" if unsized else None, rx=8)
        return x + wide + 10
    else:
        drawing.dot("unit" if kind == "people" else "unit withheld", x, y, RADIUS)
    return x + STEP


def explain_marks(drawing, y):
    """What the marks mean. All are explained, so that one sees what is not there."""
    x = EDGE + RADIUS
    for kind, unsized, said in LEGEND:
        wide = (GROUP[unsized] if kind == "groups" else STEP) + text_width(said, 12) + 26
        if x + wide > drawing.width and x > STEP:
            x, y = EDGE + RADIUS, y + LINE
        drawing.text("small", add_mark(drawing, (kind, unsized), x, y - 4) - 4, y, said)
        x += wide
    drawing.height = y + 12


def dialogue_words(row):
    """A dialogue of the picture in words."""
    sides = [f"{isolated(one['label'])}: {numbers_in(one)}" for one in row["sides"]]
    return f"{isolated(row['title'])}: {'; '.join(sides) or NOBODY}."


def numbers_in(side):
    return ", ".join(how_many(side[kind], *NOUNS[kind]) for kind in MARKS if side[kind])


def series_words(answer):
    """How many dialogues are drawn of how many, and the total."""
    selected = answer["selected"]["count"]
    shown = min(len(answer["dialogues"]), MOST_DRAWN)
    latest = f"The latest {shown} of " if shown < selected else ""
    return f"{latest}{how_many(selected, 'recorded dialogue')}: {answer['total']['words']}."
