"""Every public way to a person: what each of them still tells, before and after a takedown or an erasure."""

from urllib.parse import quote

from django.test import Client

from tests import catalog, make
from tests.writing import path
from tracker.records.base.slugs import OldSlug
from tracker.records.shapes.urls import list_url


class Channels:
    """A person with everything that can point at one. `told()` asks every channel for them."""

    def __init__(self, person, editor):
        self.person, self.name = person, person.name
        self.slug, self.old = person.slug, f"old-{person.slug}"
        OldSlug.objects.create(model="people.Person", slug=self.old, record_id=person.pk)
        self.affiliation = make.affiliation(person=person)
        self.case = make.case(person=person, title=f"The case of {person.name}")
        self.event = make.case_event(case=self.case)
        self.participation = make.participation(person=person)
        self.assessment = make.assessment(person=person)
        self.statement = make.statement(speakers=[person], title=f"{person.name} calls for peace")
        self.statement.about_people.add(person)
        person.summary = "Mended."
        person.save()
        self.citation = person.citations.get().pk
        self.words = {self.name.lower(), self.slug, str(person.pk)}

    def told(self):
        """{channel: whether it tells of the person}."""
        client, key = Client(), self.person.pk
        api = "/api/v1/"
        asked = {
            "detail": path(self.person),
            "slug": f"{api}people/{self.slug}/",
            "old slug": f"{api}people/{self.old}/",
            "corrections": path(self.person, "corrections"),
            "search": f"{api}people/?q={quote(self.name)}",
            "case": path(self.case),
            "event": path(self.event),
            "affiliation": path(self.affiliation),
            "participation": path(self.participation),
            "dialogue": path(self.participation.dialogue),
            "assessment": path(self.assessment),
            "statement": path(self.statement),
            "citation": f"{api}citations/{self.citation}/",
            "participations of them": f"{api}participations/?person={key}",
            "statements about them": f"{api}statements/?about_people={self.slug}",
            "citations of them": f"{api}citations/?record={key}",
            **{f"list of {view.__name__}": f"{self.list_of(view)}?page_size=200" for view in LISTS},
            **{f"CSV of {view.__name__}": f"{self.list_of(view)}?format=csv" for view in LISTS},
        }
        return {channel: self.tells(channel, client.get(address)) for channel, address in asked.items()}

    def list_of(self, view):
        return f"/api/{list_url(view.model()).partition('/api/')[2]}"

    def tells(self, channel, answer):
        """Whether an answer is a way to them, or holds their name, their slug or their id."""
        if answer.status_code in (301, 410):
            return True
        said = b"".join(answer.streaming_content) if answer.streaming else answer.content
        text = said.decode().lower()
        held = channel == "corrections" or any(word in text for word in self.words)
        return answer.status_code == 200 and held


NAMED = {"people", "affiliations", "cases", "participations", "assessments", "statements", "citations"}
LISTS = [view for view in catalog.VIEWS if list_url(view.model()).rstrip("/").rpartition("/")[2] in NAMED]
