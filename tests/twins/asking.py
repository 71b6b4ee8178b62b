"""Requests of reading, generated from the OpenAPI document that is served and from what stands beside it."""

import json
import re
from typing import NamedTuple
from urllib.parse import unquote, urlencode

from django.test import Client

from tests.generate import MODELS
from tests.twins.worlds import known, ours
from tracker.figures.registry import FIGURES
from tracker.records.base.citations import Citation
from tracker.records.base.slugs import OldSlug
from tracker.records.read.pagination import write_cursor
from tracker.records.shapes.urls import resource
from tracker.site.urls import PAGES as SITE

SCHEMA = "/api/v1/schema/"
CHANGES, TIMELINE = "/api/v1/changes/", "/api/v1/timeline/"
ABSENT = ("00000000-0000-4000-8000-000000000000", "nobody-has-this-slug")
BAD = "no such thing!"
WORDS = ("samadov", "known", "untold", "case", "")
DATES = ("2025", "2025-10-31", "2024-22", "2025-06/..", "soon")
DAYS = ("2024-08-31", "2025-10-31", "2030-01-01", "2025-02-30")
PASTS = ("2025-01-01", "2100-01-01", "2025-12-10T09:00:00", "yesterday")
MOMENTS = ("2025-01-01T00:00:00Z", "2100-01-01T00:00:00Z", "yesterday")
TYPES = {
    "boolean": ("true", "false", "perhaps"),
    "integer": ("0", "1", "2", "200", "201", "-1", "99999999999", "x"),
}
PAGES = (
    *({"page": 2, "page_size": 1}, {"page": 99, "page_size": 100}, {"cursor": "*", "page_size": 2}),
    *({"cursor": "*", "page": 1}, {"cursor": "*", "format": "csv"}, {"page_size": 2, "format": "csv"}),
)
WRONG = ({"nonsense": "1"}, {"": "1"}, {"format": "xml"}, {"fields": "id", "omit": "id"}, {"page": ""})
BESIDE = (  # what no document describes
    *("/", "/favicon.ico", "/healthz", "/readyz", "/robots.txt", "/.well-known/security.txt", "/nonsense"),
    *(
        "/api/",
        "/api/v1",
        "/api/v1/docs/",
        SCHEMA,
        "/api/v1/nonsense/",
        "/api/v1/people",
        "/api/v1/people/%00/",
    ),
    *("/admin/", "/admin/login/", "/admin/people/person/", "/admin/nonsense/", "/static/nonsense.css"),
    *(f"/{page.address}" for page in SITE if "<" not in page.address),
)

PLACES = re.compile(
    "|".join(f"/api/v1/{page.address.replace('<key>', '[^/]+')}" for page in SITE if page.address)
)
RECORD = re.compile(r"/api/v1/([a-z-]+/)([^/?]+)/")
FILES = [page.address for page in SITE if "<key>/" in page.address and not page.address.endswith("/")]


class Ask(NamedTuple):
    method: str
    path: str
    body: str = ""
    version: int | None = None
    kind: str = ""  # the operation, the parameter, what is named: of each kind a sample takes some


class Keys:
    """How the rows of a model can be named: visible to the reader, known to be gone, hidden."""

    def __init__(self, model, most, user):
        tables = [each for each in ours() if issubclass(each, model)]
        self.shown = [row for table in tables for row in table.objects.visible_to(user).order_by("pk")[:most]]
        self.lured = [row for table in tables for row in table.objects.visible_to(None).order_by("-pk")[:1]]
        self.gone = (
            list(model.objects.withdrawn().order_by("pk")[:1]) if getattr(model, "gone", False) else []
        )
        self.hidden = [row for table in tables for row in hidden(table, most, user)]
        self.old = list(OldSlug.objects.filter(model=model._meta.label).order_by("slug"))[: 2 * most]

    def kinds(self):
        """{id or slug: what it names}."""
        lists = {"lured": self.lured, "shown": self.shown, "gone": self.gone, "hidden": self.hidden}
        found = {str(row.pk): name for name, rows in lists.items() for row in rows}
        for name, rows in lists.items():
            found |= {row.slug: f"{name} slug" for row in rows if getattr(row, "slug", None)}
        return {**found, **{one.slug: "old slug" for one in self.old}, **dict.fromkeys(ABSENT, "absent")}


def hidden(table, most, user):
    """Some hidden rows of a table in each state; public in themselves are those below something hidden."""
    seen = table.objects.visible_to(user) if user else known(table)
    rows = table._base_manager.exclude(pk__in=seen.values("pk")).order_by("pk")
    if "publication" not in {field.name for field in table._meta.concrete_fields}:
        return list(rows[:most])
    states = rows.order_by().values_list("publication", "confidentiality").distinct()
    first = sorted(states, key=lambda state: (state[0] != "published", state))
    named = [rows.filter(publication=state[0], confidentiality=state[1])[:most] for state in first]
    return [row for some in named for row in some]


class Questions:
    """Everything that the document says one can ask, about rows as they are now."""

    def __init__(self, user=None, most=1, moments=()):
        self.moments = moments  # what was shown then is asked
        self.document = json.loads(Client().get(SCHEMA).content)
        self.models = {resource(model): model for model in MODELS} | {"citations": Citation}
        over_lists = {one.title(): one.filters for one in FIGURES if one.filters}
        self.models |= {name: filters.shape.Meta.model for name, filters in over_lists.items()}
        self.nouns = {model._meta.verbose_name: model for model in MODELS}
        self.keys = {model: Keys(model, most, user) for model in self.models.values()}

    def operations(self):
        """Yields (path with its braces, method, operation, model or None)."""
        for path, operations in self.document["paths"].items():
            model = self.models.get(path.split("/")[3])
            for method, operation in operations.items():
                yield path, method.upper(), operation, model

    def places(self, path, model):
        """{path: what it names}, each name in the place of the braces."""
        if "{" not in path:
            return {path: ""}
        names = self.keys[model].kinds() if model else {"kind": "", **dict.fromkeys(ABSENT, "absent")}
        return {re.sub(r"{\w+}", name, path): kind for name, kind in names.items()}

    def reads(self):
        """Every GET with every value of each parameter, every page, what is wrong, and other methods."""
        asked = [Ask("GET", path, kind=path) for path in BESIDE]
        for path, method, operation, model in self.operations():
            if method == "GET":
                asked += self.asked(path, operation.get("parameters", ()), model)
            else:  # without credentials it is refused before anything is looked at
                places = self.places(path, model).items()
                asked += [
                    Ask(method, place, "{}", kind=f"{method} {path} {kind == 'hidden'}")
                    for place, kind in places
                ]
        asked += [page for one in asked for page in as_page(one)]
        return list(dict.fromkeys(asked))

    def asked(self, path, parameters, model):
        places = self.places(path, model)
        for place, kind in places.items():
            yield Ask("GET", place, kind=f"GET {path} {kind}")
            yield Ask("HEAD", place, kind=f"HEAD {path} {kind}")
        first = next(iter(places))
        yield from (Ask(method, first, kind=f"{method} {path}") for method in ("OPTIONS", "BREW", "DELETE"))
        queries = [query for one in parameters if one["in"] == "query" for query in self.values(one, model)]
        for query in [*queries, *WRONG, *(PAGES if "{" not in path and model else ())]:
            repeated = " repeated" if any(isinstance(value, list) for value in query.values()) else ""
            kind = f"{path} {' '.join(query)}{repeated}"
            yield Ask("GET", f"{first}?{urlencode(query, doseq=True)}", kind=kind)
        for query in queries[:1]:
            twice = f"{first}?{urlencode(query, doseq=True)}&{urlencode(query, doseq=True)}"
            yield from (Ask(method, twice, kind=f"{method} {path} twice") for method in ("GET", "HEAD"))

    def values(self, parameter, model):
        """One query for each value of a parameter that is worth asking."""
        schema = parameter["schema"]
        inner, listed = schema.get("items", schema), schema.get("type") == "array"
        texts = [*self.texts(parameter, inner, model), BAD]
        joined = [",".join(texts[:2]), texts[:2]] if listed and len(texts) > 2 else []
        form = dict(re.findall(r"\AWith (format)=(\w+)", parameter["description"]))
        return [{parameter["name"]: value, **form} for value in [*dict.fromkeys(texts), *joined]]

    def texts(self, parameter, schema, model):
        """Values that a parameter takes, of visible rows, of hidden ones, of none."""
        name, about = parameter["name"], schema.get("description", "")
        if about.startswith("An id"):
            return self.named(parameter["description"])
        if schema.get("format") == "uuid":
            return [key for key in self.keys[model].kinds() if len(key) == len(ABSENT[0])]
        if "enum" in schema:
            return schema["enum"]
        if name == "published_on":
            return [*self.moments, *PASTS]
        if name == "since":
            return [*self.changed_since(), write_cursor([ABSENT[0], "1"]), *WORDS]
        if name == "cursor":
            return [
                "*",
                write_cursor(["a", ABSENT[0]]),
                *(self.cursors(model) if model else self.of_timeline()),
            ]
        formats = {"date-time": MOMENTS, "date": DAYS}
        others = formats.get(schema.get("format")) or TYPES.get(schema["type"])
        others = others or (DATES if name.endswith("overlaps") else (*WORDS, "x" * 201))
        return [*self.columns(name, model), *others]

    def changed_since(self):
        """Cursors of `changes/`: from its beginning, one change after the other, and of its end."""
        asked = (CHANGES, *(f"{CHANGES}?limit={limit}" for limit in (1, 2, 3)))
        return [unquote(Client().get(path).json()["next"].partition("since=")[2]) for path in asked]

    def named(self, description):
        """Keys of the model that a description names, as in "The person, by id or slug."."""
        noun = re.search(r"(?:The|Any of these) (.*?)(?:, by id| keys)", description)
        if noun and noun[1] in self.nouns:
            return list(self.keys[self.nouns[noun[1]]].kinds())
        return [key for keys in self.keys.values() for key in keys.kinds()]

    def columns(self, name, model):
        """What rows, visible and hidden ones, hold in the column that a parameter asks for."""
        if model is None:
            return []
        column = re.sub(r"(__\w+|(_certainly)?_overlaps)$", "", name)
        names = ("title", "name", "text") if name == "q" else (column,)
        keys = self.keys[model]
        if column == "identifier":
            return list(map(identifier, self.rows(keys, "identifiers")))
        held = [part.text for row in keys.lured if name == "q" for part in secret_names(row)]
        held += [vars(row).get(one) for row in (*keys.hidden, *keys.lured, *keys.shown) for one in names]
        flat = [one for value in held for one in (value if isinstance(value, list) else [value])]
        return [
            one.isoformat() if hasattr(one, "isoformat") else str(one)
            for one in flat
            if one not in (None, "")
        ]

    def rows(self, keys, name):
        """What rows, hidden ones first, have in a list of parts."""
        rows = (*keys.hidden, *keys.lured, *keys.shown)
        return [part for row in rows for part in getattr(row, name).order_by("pk")]

    def of_timeline(self):
        """Cursors of the timeline: after the first event and after the second, and of a hidden dialogue."""
        asked = (f"{TIMELINE}?page_size={size}" for size in (1, 2))
        found = [unquote(Client().get(path).json()["next"].partition("cursor=")[2]) for path in asked]
        hidden = [str(row.pk) for row in self.keys[self.models["dialogues"]].hidden[:1]]
        return [*found, *(write_cursor(["2025-10-01", key]) for key in hidden)]

    def cursors(self, model):
        """Cursors of visible and of hidden rows: by id, and by name."""
        rows = [*self.keys[model].shown[:1], *self.keys[model].hidden[:2]]
        names = [vars(row).get("title_sort", vars(row).get("name_sort", "")) for row in rows]
        ids = [str(row.pk) for row in rows]
        return [
            write_cursor(values)
            for values in [*([key] for key in ids), *map(list, zip(names, ids, strict=True))]
        ]


def as_page(asked):
    """The page for the same answer as a read of the API, if there is one: a list, a record, or a figure.

    For a record, the files below its page too.
    """
    if asked.method == "GET" and PLACES.fullmatch(asked.path.partition("?")[0]):
        yield asked._replace(path=asked.path.removeprefix("/api/v1"), kind=f"page {asked.kind}")
    record = RECORD.fullmatch(asked.path)
    for file in FILES if asked.method == "GET" and record else ():
        if file.startswith(record[1]):
            yield asked._replace(path=f"/{file.replace('<key>', record[2])}", kind=f"{file} {asked.kind}")


def identifier(part):
    return f"{part.scheme}:{part.identifier}"


def secret_names(row):
    """The other names of a row, those first that only editors know."""
    return row.other_names.order_by("-confidentiality") if hasattr(row, "other_names") else ()


def sample(asked, each):
    """Some of each kind, in their order."""
    taken, found = {}, []
    for one in asked:
        taken[one.kind] = taken.get(one.kind, 0) + 1
        if taken[one.kind] <= each:
            found.append(one)
    return found
