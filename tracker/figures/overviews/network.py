"""Who took part in which dialogue, as a network of nodes and edges."""

from xml.etree import ElementTree

from django.db.models import Exists, OuterRef, Q

from dialogues.api.filters import DialogueFilterSet
from dialogues.choices import Naming
from dialogues.models import Dialogue, Participation
from people.choices import ConsentScope, PublishingBasis
from people.models import Consent, Organization, Person
from tracker.figures.figure import (
    COUNT_SCHEMA,
    LINKED_COUNT,
    TEXT,
    Figure,
    ListOf,
    ids_with_link,
    object_schema,
    rows_schema,
)
from tracker.figures.participants import open_dialogues
from tracker.records.read.formats.entries import writable
from tracker.records.read.formats.files import file_of
from tracker.records.read.formats.format import Format
from tracker.records.shapes.urls import resource
from tracker.records.values.dates.date_columns import newest_first

MOST_EDGES = 500
ENDS = {"dialogue": Dialogue, "person": Person, "organization": Organization}
EDGE = ListOf(
    Participation,
    ("dialogue", "person", "organization", "role", "side", "citations"),
    {
        "sources": {
            "type": "array",
            "items": TEXT,
            "description": "The addresses of the sources that it cites.",
        }
    },
)
NODE = ("id", "kind", "label", "url")
GRAPHML_SPACE = "http://graphml.graphdrawing.org/xmlns"
OF_NODE = ("kind", "label", "url")
OF_EDGE = ("role", "side", "url", "sources")


def graphml_bytes(table, records):
    """Yields a network as GraphML. Nodes and edges have the ids of their records."""
    ElementTree.register_namespace("", GRAPHML_SPACE)
    for found in records:
        root = ElementTree.Element(f"{{{GRAPHML_SPACE}}}graphml")
        for end, names in (("node", OF_NODE), ("edge", OF_EDGE)):
            for name in names:
                below(
                    root, "key", id=f"{end}-{name}", **{"for": end, "attr.name": name, "attr.type": "string"}
                )
        graph = below(root, "graph", id=found["figure"], edgedefault="undirected")
        below(graph, "desc").text = f"{found['counts']} {found['as_of']}"
        for node in found["nodes"]:
            with_data(below(graph, "node", id=node["id"]), "node", {name: node[name] for name in OF_NODE})
        for edge in found["edges"]:
            participant = edge["person"] or edge["organization"]
            row = below(graph, "edge", id=edge["id"], source=participant["id"], target=edge["dialogue"]["id"])
            side = edge["side"]["name"] if edge["side"] else ""
            data = {**edge, "side": side, "sources": " ".join(edge["sources"])}
            with_data(row, "edge", {name: data[name] for name in OF_EDGE})
        yield ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)


def below(parent, name, **attributes):
    """A new element of GraphML."""
    return ElementTree.SubElement(parent, f"{{{GRAPHML_SPACE}}}{name}", attributes)


def with_data(element, end, values):
    """Adds the values that are not empty."""
    for name, value in values.items():
        if value:
            below(element, "data", key=f"{end}-{name}").text = writable(value)


GRAPHML = Format("graphml", "application/graphml+xml", "graphml", graphml_bytes)


class Network(Figure):
    """Which people and organizations took part in which open dialogues, each as sources have published it.

    Nothing connects two people directly, and nothing is weighed. Closed and secret dialogues, and those of
    which it is not known, are left out, as are people who consented to less. Cases are no part of it.
    """

    address = "network"
    filters = DialogueFilterSet
    table = "edges"
    schema_of = {
        "counts": TEXT,
        "nodes": rows_schema(dict.fromkeys(NODE, TEXT)),
        "edges": EDGE,
        "left_out": {**COUNT_SCHEMA, "description": f"How many more edges there are than {MOST_EDGES}."},
        "not_drawn": {
            **object_schema({"groups": LINKED_COUNT, "withheld": LINKED_COUNT}),
            "description": "Participations in these dialogues that are no edges: groups, and people whose"
            " names are not published.",
        },
        "sources": LINKED_COUNT,
    }

    def offered(self):
        return [*super().offered(), GRAPHML]

    def computed(self):
        dialogues = open_dialogues(self.selection())
        came = self.seen(Participation).filter(dialogue__in=dialogues.order_by().values("pk")).took_part()
        rows = self.consented(came.filter(naming=Naming.NAMED, group_label=""))
        newest = rows.order_by(newest_first("dialogue__start_date").desc(), "pk").values_list("pk", flat=True)
        shown = self.seen(Participation).filter(pk__in=[*newest[:MOST_EDGES]])
        edges = [with_sources(row) for row in self.records(shown, EDGE)]
        groups = came.exclude(group_label="").values_list("pk", flat=True)
        withheld = came.exclude(naming=Naming.NAMED).values_list("pk", flat=True)
        return {
            "counts": "Named people and organizations that took part in open dialogues. People who did not"
            " consent to it are left out.",
            "nodes": nodes(edges),
            "edges": edges,
            "left_out": rows.count() - len(edges),
            "not_drawn": {
                "groups": ids_with_link(groups, Participation),
                "withheld": ids_with_link(withheld, Participation),
            },
            "sources": {"count": len({one for row in edges for one in row["sources"]}), "url": None},
        }

    def consented(self, rows):
        """Without people who are named by their consent alone, if it does not cover participations."""
        covered = Consent.objects.valid().covering(ConsentScope.PARTICIPATIONS)
        of_person = covered.filter(record=OuterRef("person"))
        by_consent = Q(person__basis=PublishingBasis.CONSENT)
        return rows.exclude(by_consent & ~Exists(of_person))

    def table_of(self, found):
        if self.form is GRAPHML:
            return file_of(GRAPHML, None, iter([found]), self.title(), {})
        return super().table_of(found)


def with_sources(row):
    """An edge with the addresses of the sources that it cites."""
    return {**row, "sources": sorted({one["source"]["url"] for one in row["citations"]})}


def nodes(edges):
    """The records at the ends of the edges."""
    found = {}
    for edge in edges:
        for name, model in ENDS.items():
            if one := edge[name]:
                label = one.get("name") or one.get("title")
                values = (one["id"], resource(model), label, one["url"])
                found[one["id"]] = dict(zip(NODE, values, strict=True))
    return sorted(found.values(), key=lambda node: (node["kind"], node["label"], node["id"]))
