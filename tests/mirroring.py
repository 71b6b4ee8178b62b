"""A mirror as a client keeps one, and writers who do anything that can be done while it does."""

import json
from contextlib import suppress
from datetime import timedelta
from operator import itemgetter
from random import Random

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import DatabaseError, transaction
from django.db.models import ProtectedError
from django.test import Client
from django.utils import timezone

from tests import make
from tests.generate import MODELS, TEXTS, World
from tracker.api import ENDPOINTS
from tracker.records.base.sources import Source
from tracker.records.revisions import erasure
from tracker.records.shapes.urls import list_url, resource
from tracker.records.values.codes.vocabularies import Confidentiality, Publication

CHANGES = "/api/v1/changes/"
REFUSED = (DatabaseError, ValidationError, PermissionDenied, ProtectedError)
REFUSED += (ObjectDoesNotExist,)  # somebody else has erased it meanwhile
KEY = itemgetter("id")
PUBLIC = (Publication.PUBLISHED, Confidentiality.PUBLIC)


def path_of(url):
    return f"/api/{url.partition('/api/')[2]}"


class Mirror:
    """`rows` has {(endpoint, id): what the record's url answered}.

    It reads the list of changes at any time, and the records when `fetch` is called.
    """

    def __init__(self, limit=1000):
        self.start, self.rows, self.wanted, self.client = f"{CHANGES}?limit={limit}", {}, {}, Client()
        self.next = self.start

    def poll(self):
        """Reads one page of changes: how many there were."""
        answer = self.client.get(path_of(self.next))
        if answer.status_code == 410:
            self.rows, self.wanted, self.next = {}, {}, self.start
            return self.poll()
        page = answer.json()
        self.wanted |= {(entry["kind"], entry["id"]): entry for entry in page["results"]}
        self.next = page["next"]
        return len(page["results"])

    def fetch(self):
        """Brings everything up to date that was listed."""
        for key, entry in self.wanted.items():
            self.rows.pop(key, None)
            answer = self.client.get(path_of(entry["url"]))
            if (answer.status_code == 200) == (entry["event"] == "gone"):
                raise AssertionError(f"{entry} is not so: {answer.status_code}")
            if answer.status_code == 200:
                self.rows[key] = answer.content
        self.wanted = {}

    def follow(self):
        while self.poll():
            pass
        self.fetch()
        return self


def listed(view):
    """The rows of a whole list, as the API gives them."""
    found, url, client = [], f"{list_url(view.model())}?cursor=*&page_size=200", Client()
    while url:
        page = client.get(path_of(url)).json()
        found += page["results"]
        url = page["next"]
    return found


def everything():
    """{(endpoint, id): what its url answers} of all that the lists of the API have.

    AssertionError if a list says more than these answers, or other things.
    """
    found, client = {}, Client()
    for view in ENDPOINTS[:-1]:
        for row in listed(view):
            body = found[resource(view.model()), row["id"]] = client.get(path_of(row["url"])).content
            if not is_within(row, json.loads(body)):
                raise AssertionError(f"{row['url']} says less than its list")
    cites = [one for body in found.values() for one in json.loads(body).get("citations", ())]
    cited = [{name: row[name] for name in cites[0]} for row in listed(ENDPOINTS[-1]) if cites]
    if sorted(cites, key=KEY) != sorted(cited, key=KEY):
        raise AssertionError("The list of citations says something else than the records.")
    return found


def differences(mirror, truth):
    """What a mirror has otherwise than the API: sentences."""
    yield from (f"{key} is missing or left over" for key in {*mirror.rows} ^ {*truth})
    for key in {*mirror.rows} & {*truth}:
        if mirror.rows[key] != truth[key]:
            yield f"{key} is old: {parting(truth[key], mirror.rows[key])}"


def parting(whole, mine):
    place = next((n for n, pair in enumerate(zip(whole, mine, strict=False)) if pair[0] != pair[1]), 0)
    return f"{whole[max(place - 60, 0) : place + 60]} or {mine[max(place - 60, 0) : place + 60]}"


def is_within(part, whole):
    """Whether all that a row of a list says stands in the single record."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(name in whole and is_within(value, whole[name]) for name, value in part.items())
    if isinstance(part, list) and isinstance(whole, list):
        return len(part) == len(whole) and all(map(is_within, part, whole))
    return part == whole


def begun():
    """A world with some records of every kind, most of them public."""
    return World(states=[PUBLIC, PUBLIC, PUBLIC, ("draft", "public"), ("published", "restricted")]).build()


class Writer:
    """Somebody who does anything, in an order that a seed decides."""

    def __init__(self, seed, world):
        self.random, self.world = Random(seed), world
        self.editor, self.other = make.member("editor"), make.member("editor")
        self.administrator = make.member("administrator")
        self.done = 0

    def work(self, steps):
        for _ in range(steps):
            deed = self.random.choice(DEEDS)
            with suppress(*REFUSED), transaction.atomic():
                deed(self)
                self.done += 1

    def row(self, model=None):
        rows = [row for rows in self.world.rows.values() for row in rows if isinstance(row, model or object)]
        row = self.random.choice(rows)
        return type(row)._base_manager.filter(pk=row.pk).first() or self.row(model)

    def create(self):
        state = self.random.choice([PUBLIC, ("draft", "public"), ("published", "confidential")])
        self.world.add(self.random.choice(MODELS), *state)

    def edit(self):
        row = self.row()
        texts = [field.name for field in row._meta.concrete_fields if field.name in WORDS]
        setattr(row, self.random.choice(texts or ["notes"]), self.random.choice(TEXTS) or "Some words")
        row.save()

    def lead_elsewhere(self):
        row = self.row()
        keys = [field for field in row._meta.concrete_fields if field.related_model in MODELS]
        if keys:
            key = self.random.choice(keys)
            other = self.random.choice(self.world.rows[key.related_model])
            type(row).objects.filter(pk=row.pk).update(**{key.name: other.pk})

    def link(self):
        row = self.row()
        lists = [field for field in row._meta.many_to_many if field.name != "cleared"]
        if lists:
            field = self.random.choice(lists)
            getattr(row, field.name).set(self.world.several(field.related_model))

    def change_state(self):
        row = self.row()
        states = {"publication": [*Publication, *["published"] * 4], "confidentiality": [*Confidentiality]}
        name = self.random.choice(["publication", "publication", "confidentiality"])
        type(row).objects.filter(pk=row.pk).update(**{name: self.random.choice(states[name])})

    def show(self):
        row = self.row()
        type(row).objects.filter(pk=row.pk).update(publication="published", confidentiality="public")

    def cite(self):
        row = self.row()
        if row.cited:
            self.world.part(row, "citations", **self.world.citation(type(row)))

    def drop_a_part(self):
        row = self.row()
        parts = [one for one in row._meta.related_objects if one.field.name == "record"]
        if parts:
            part = getattr(row, self.random.choice(parts).get_accessor_name()).first()
            if part:
                part.delete()

    def date_a_source(self):
        source = self.row(Source)
        source.date = self.random.choice(["2024-02-10", "2025", ""])
        source.save()

    def publish(self):
        self.row().publish(self.editor, "Checked.", already_public=True)

    def withdraw(self):
        self.row().withdraw(self.editor, "A mistake.")

    def take_down(self):
        self.row().takedown(self.editor, "safety")

    def erase(self):
        row = self.row()
        row.takedown(self.editor, "safety")
        erasure.erase(row, self.administrator, "legal")

    def schedule(self):
        row = self.row()
        type(row).objects.filter(pk=row.pk).update(
            publication="in_review", publish_at=timezone.now() + timedelta(milliseconds=300)
        )
        row.refresh_from_db()
        row.publish(self.editor, "Later.", already_public=True)


WORDS = ("title", "name", "summary", "description", "role", "note", "wording", "notes", "quotation")
DEEDS = (
    *(Writer.create, Writer.edit, Writer.edit, Writer.edit, Writer.lead_elsewhere, Writer.lead_elsewhere),
    *(Writer.link, Writer.link, Writer.change_state, Writer.change_state, *[Writer.show] * 5, Writer.cite),
    *(Writer.drop_a_part, Writer.date_a_source, Writer.publish, Writer.withdraw, Writer.take_down),
    *(Writer.erase, Writer.schedule, Writer.schedule),
)
