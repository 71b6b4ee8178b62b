"""Who took part in which open dialogue: dialogues on the left, people and organizations on the right.

Every line stands for a participation that a source has published. The order of the rows is computed by
fast-sugiyama, so that few lines cross; it means nothing else.
"""

from collections import Counter

from fast_sugiyama import from_edges

from tracker.records.shapes.urls import page_address
from tracker.records.values.numbers import how_many

from .drawing import LAYOUTS, LINE_ENDS, WIDE, Drawing, text_width

MOST_NODES = 150
EDGE, TOP, STEP, LINE = 2, 30, 26, 15
LEFT = {True: 0.42, False: 0.4}  # how much of the width dialogues have, if it is wide and if not
RIGHT = {True: 0.62, False: 0.56}  # where people and organizations begin
ENDS_IN_WORDS = {
    "dialogues": ("dialogue",),
    "people": ("person", "people"),
    "organizations": ("organization",),
}
BESIDE_EDGES = {"groups": "group", "withheld": "withheld participant"}
TOO_MANY = "Too many participants to draw. Choose a period, a kind or a conflict to see them."


def network(answer):
    """The answer of the figure `network`, in each width."""
    return [draw_network(width, answer) for width in LAYOUTS]


def draw_network(width, answer):
    drawing = Drawing("network", width, "Who took part in which dialogues held in the open, as recorded")
    drawing.description = network_words(answer)
    if not answer["edges"]:
        return drawing
    if answer["left_out"] or len(answer["nodes"]) > MOST_NODES:
        drawing.height = drawing.lines("label", EDGE, 20, TOO_MANY, width - 2 * EDGE)
        return drawing
    places = rows_of(answer)
    left, right = width * LEFT[width == WIDE], width * RIGHT[width == WIDE]
    ends = {edge["id"]: ends_of(edge) for edge in answer["edges"]}
    pages = pages_of(answer["edges"])
    for dialogue, participant in sorted(set(ends.values())):
        line = add_line(drawing, (left, places[dialogue]), (right, places[participant]))
        line.set(LINE_ENDS, f"{pages[dialogue]} {pages[participant]}")
    drawing.text("heading end", left - 8, 16, "Dialogues")
    drawing.text("heading", right + 8, 16, "Participants")
    for node in answer["nodes"]:
        with drawing.group_of([pages[node["id"]]]):
            add_node(drawing, node, left if node["kind"] == "dialogues" else right, places[node["id"]])
    explain_ends(drawing, max(places.values()) + 2 * STEP)
    return drawing


def explain_ends(drawing, y):
    """What the marks on the right mean."""
    drawing.dot("unit", EDGE + 6, y - 4, 5)
    drawing.text("small", EDGE + 18, y, "person")
    drawing.box("unit counted", EDGE + 81, y - 9, 10, 10)
    drawing.text("small", EDGE + 98, y, "organization")
    drawing.height = y + 10


def ends_of(edge):
    """The ids of the dialogue and of who took part in it."""
    return edge["dialogue"]["id"], (edge["person"] or edge["organization"])["id"]


def pages_of(edges):
    """{id: the address of its page} of all ends."""
    found = [edge[name] for edge in edges for name in ("dialogue", "person", "organization")]
    return {one["id"]: page_address(one) for one in found if one}


def rows_of(answer):
    """{id: place from the top} of the nodes, one connected part below the other."""
    ids = [node["id"] for node in answer["nodes"]]
    number = {one: at for at, one in enumerate(ids)}
    lines = sorted({(number[one], number[two]) for one, two in map(ends_of, answer["edges"])})
    parts = sorted(from_edges(lines, vertex_spacing=STEP), key=lambda part: min(at for at, _ in part[0]))
    found, top = {}, TOP + STEP / 2
    for places, *_ in parts:
        first = min(x for _, (x, _) in places)
        found |= {ids[at]: top + x - first for at, (x, _) in places}
        top = max(found.values()) + 1.5 * STEP
    return found


def add_line(drawing, one, two):
    """Adds a curve from a dialogue to a participant, and returns it."""
    (x1, y1), (x2, y2), middle = one, two, (one[0] + two[0]) / 2
    points = f"{x1:.0f} {y1:.1f}C{middle:.0f} {y1:.1f} {middle:.0f} {y2:.1f} {x2:.0f} {y2:.1f}"
    return drawing.shape("path", "edge", d=f"M{points}")


def add_node(drawing, node, x, y):
    words = node["label"]
    if node["kind"] == "dialogues":
        drawing.box("unit", x - 5, y - 5, 10, 10)
        wide = x - EDGE - 10
        lines = 1 if text_width(words) <= wide else 2
        drawing.lines("label end", x - 10, y + (5 if lines == 1 else -2), words, wide, most=2, step=LINE)
        return
    if node["kind"] == "people":
        drawing.dot("unit", x, y, 5)
    else:
        drawing.box("unit counted", x - 5, y - 5, 10, 10)
    drawing.lines("label", x + 10, y + 5, words, drawing.width - x - 10 - EDGE, most=1)


def network_words(answer):
    """How much is drawn, and what is not."""
    numbers = Counter(node["kind"] for node in answer["nodes"])
    named = ", ".join(how_many(numbers[kind], *nouns) for kind, nouns in ENDS_IN_WORDS.items())
    total = len(answer["edges"]) + answer["left_out"]
    beside = [(noun, answer["not_drawn"][kind]["count"]) for kind, noun in BESIDE_EDGES.items()]
    more = "".join(f"; {how_many(number, noun)} not drawn" for noun, number in beside if number)
    return f"{len(answer['edges'])} of {how_many(total, 'recorded participation')}: {named}{more}."
