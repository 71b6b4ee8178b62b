"""How much of what is published has a source, by kind of record."""

from tracker.records.values.numbers import how_many

from .drawing import LAYOUTS, SMALL, Drawing, text_width

EDGE, BAR, TILE, LEAST = 2, 14, 12, 3
FEW = 10  # fewer records are single tiles, since no share of them is given
PARTS = {  # of the records of a kind: (class, words), in their order
    "several_sources": ("share several", "several independent sources"),
    "one_source": ("share one", "one source"),
    "uncited": ("share none", "no source"),
}


def coverage(answer):
    """The answer of the figure `coverage`, in each width."""
    return [draw_coverage(width, answer) for width in LAYOUTS]


def draw_coverage(width, answer):
    drawing = Drawing("coverage", width, "How much of what is recorded has a source")
    rows = [row for row in answer["kinds"] if row["records"]]
    drawing.description = " ".join(f"{coverage_of_kind(row)}." for row in rows)
    if rows:
        y = legend(drawing)
        for row in rows:
            y = add_kind(drawing, row, y)
        drawing.height = y + 4
    return drawing


def legend(drawing):
    """What the parts of a bar mean. Returns the place below it."""
    x, y = EDGE, 18
    for kind, words in PARTS.values():
        wide = 24 + text_width(words, SMALL) + 16
        if x + wide > drawing.width and x > EDGE:
            x, y = EDGE, y + 20
        drawing.box(kind, x, y - 11, TILE, TILE)
        drawing.text("small", x + 20, y, words)
        x += wide
    return y + 32


def add_kind(drawing, row, y):
    """The name and the numbers of a kind, and its records as a bar or as tiles."""
    y = drawing.lines("label", EDGE, y, coverage_of_kind(row), drawing.width - 2 * EDGE)
    x, wide = EDGE, drawing.width - 2 * EDGE
    for name, (kind, _) in PARTS.items():
        if row["records"] < FEW:
            for _ in range(row[name]):
                drawing.box(kind, x, y - 9, TILE, BAR)
                x += TILE + 4
        elif row[name]:
            part = max(wide * row[name] / row["records"], LEAST)
            drawing.box(kind, x, y - 9, min(part, EDGE + wide - x), BAR)
            x += part
    return y + 30


def coverage_of_kind(row):
    """ "People: 14 of 14 with a source (100%)"."""
    name = "All records" if row["kind"] == "all" else row["kind"].replace("-", " ").capitalize()
    share = f" ({row['cited_percent']}%)" if row["cited_percent"] is not None else ""
    against = f"; {row['contradicted']} contradicted by a source" if row["contradicted"] else ""
    return f"{name}: {row['cited']} of {row['records']} with a source{share}{against}"


def coverage_words(answer):
    """What is counted, of how many."""
    everything = answer["kinds"][0]
    return f"{everything['cited']} of {how_many(everything['records'], 'published record')} have a source."
