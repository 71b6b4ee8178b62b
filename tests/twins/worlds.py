"""Three worlds, each grown from the one before by what somebody must not see.

`open` holds what is public or known to have been (410), everybody's own drafts, and the accounts. `hidden`
adds what only those see who work on it: drafts, what is in review, withdrawn or restricted, and secrets of
public records. `secret` adds what nobody sees who is not cleared for it.
"""

from contextlib import suppress
from datetime import timedelta
from uuid import UUID

from django.apps import apps
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from dialogues.models import Dialogue
from people.api.stored_answers import refresh_answers
from people.models import Person
from tests import make
from tests.generate import MODELS, PUBLIC, STATES, World
from tests.moments import now
from tests.twins.canaries import Canaries, is_text, texts
from tests.twins.lures import Lures
from tracker import api  # noqa: F401 - what it shows is what is announced
from tracker.records.audit.actor import acting_as
from tracker.records.base.parts import Part
from tracker.records.base.record import Record
from tracker.records.base.slugs import Slugged
from tracker.records.changes import announcing
from tracker.records.protection.name_search import AlsoHidden, NameSearch
from tracker.records.values.codes.vocabularies import Confidentiality, Publication

SECRET = [state for state in dict.fromkeys(STATES) if state[1] == Confidentiality.CONFIDENTIAL]
HIDDEN = [state for state in dict.fromkeys(STATES) if state not in (PUBLIC, *SECRET)]
GONE = (Publication.WITHDRAWN, Confidentiality.PUBLIC)
WORK = ("version", "updated_at")
LATER = timedelta(days=400)
ANYTHING = {"DateTimeField": timezone.now(), "DateField": timezone.now().date(), "UUIDField": UUID(int=1)}
SCOPES = ("read", "write", "publish")
BEFORE = {  # who asks: the world that they know; the other one has everything
    "nobody": "open",
    "contributor": "open",
    "case_officer": "open",
    "administrator": "open",
    "editor": "hidden",
    "superuser": "hidden",
}


def is_down(row):
    return (row.publication, row.confidentiality) == (Publication.TAKEN_DOWN, Confidentiality.PUBLIC)


def ours():
    labels = {"records", "people", "dialogues"}
    return [model for model in apps.get_models(include_auto_created=True) if model._meta.app_label in labels]


def is_sound(row):
    """Whether a form would take a row as it is: else nobody could change anything of it."""
    try:
        row.clean()
    except ValidationError:
        return False
    return True


def known(model):
    """The rows that the public may see, or may know to have been public: those answer 410."""
    rows = model.objects.visible_to(None)
    return rows | model.objects.withdrawn() if getattr(model, "gone", False) else rows


class Worlds(Lures):
    """`open()`, `hidden()` and `secret()` in this order.

    `public` is how many public rows of each model, `size` how many of each model and hidden state, and
    `copies` how often each of these stands there once more.
    """

    def __init__(self, public=4, size=1, copies=0):
        self.world, self.size, self.copies = World(seed=7, states=[PUBLIC] * public), size, copies
        self.canaries, self.first, self.drafts, self.versions = Canaries(), {}, {}, {}

    def open(self):
        roles = [name for name in BEFORE if name not in ("nobody", "superuser")]
        self.people = {role: make.member(role, username=f"the-{role}") for role in roles}
        self.people["superuser"] = make.superuser("the-superuser")
        self.author = make.superuser("the-author")
        self.tokens = {name: make.token(user, *SCOPES)[1] for name, user in self.people.items()}
        self.world.build()
        for model in MODELS:
            if model.gone:
                self.world.add(model, *GONE)
            for role in ("contributor", "case_officer"):
                self.world.add(model, "draft", "public", created_by=self.people[role])
        refresh_answers()
        for model in MODELS:  # complete ones, that somebody else can publish
            self.drafts[model] = make.one(model, publication="draft", created_by=self.people["contributor"])
            if hasattr(model, "identifiers"):
                make.identifier(self.drafts[model])
        self.public = {
            model: [row for row in model.objects.visible_to(None).order_by("pk") if is_sound(row)]
            for model in MODELS
        }
        self.moments = [now()]
        for rows in self.public.values():
            self.remember(rows[0])
        self.moments.append(now())
        self.note_versions("open")
        self.grown()

    def remember(self, row):
        """Gives a public row a past that is told: a correction, and a former slug."""
        with acting_as(user=self.author.pk, reason="A misprint."):
            if isinstance(row, Slugged):
                row.change_slug(f"{row.slug[:60]}-now")
            row.save()

    def hidden(self):
        self.grow("hidden", HIDDEN)
        for model in MODELS:
            for row in self.public[model][-2:]:
                self.lure(row)
        for dialogue, person in zip(self.public[Dialogue][-2:], self.public[Person][-2:], strict=True):
            make.participation(dialogue=dialogue, person=person, publication="draft", cited=False)
        self.others()
        self.take_down()
        self.note_versions("hidden")
        self.grown()

    def secret(self):
        self.grow("secret", SECRET)
        for model in MODELS:
            for row in self.public[model][-2:]:
                self.lure_secretly(row)
            self.keep_slug(self.drafts[model])
        for search in self.searches:
            self.find(search, self.some("secret", Dialogue))
        self.grown()

    def grown(self):
        """What the program does by itself after a change."""
        announcing.announce()
        analyze()

    def take_down(self):
        """Searches for what names two people: one found something that editors see, the other nothing."""
        down = [row for row in self.first["hidden"][Person] if is_down(row)][:2]
        said = {"reason": "safety", "created_by": self.author, "finished_at": timezone.now()}
        self.searches = [
            NameSearch.objects.create(model="people.Person", record_id=row.pk, **said) for row in down
        ]
        self.find(self.searches[0], self.some("hidden", Dialogue))

    def find(self, search, row):
        AlsoHidden.objects.create(search=search, model=row._meta.label, record_id=row.pk)

    def note_versions(self, name):
        self.versions[name] = {
            model: {pk: work for pk, *work in model.objects.values_list("pk", *WORK)} for model in MODELS
        }

    def level(self, name):
        """Takes back how often records were saved since: whoever works here may know that somebody works."""
        for model, rows in self.versions[name].items():
            for pk, *work in model.objects.filter(pk__in=rows).values_list("pk", *WORK):
                if work != rows[pk]:
                    model.objects.filter(pk=pk).update(**dict(zip(WORK, rows[pk], strict=True)))

    def grow(self, name, states):
        """Rows of every model in these states, one to be published later, public ones below them, copies."""
        secret = [self.people["editor"]], {"confidentiality": Confidentiality.CONFIDENTIAL}
        others = [None, self.people["contributor"], self.people["case_officer"]]
        sight = secret if name == "secret" else (others, {"publication": Publication.IN_REVIEW})
        before = {model: list(model._base_manager.values_list("pk", flat=True)) for model in MODELS}
        for model in MODELS:
            for state in states * self.size:
                self.world.add(model, *state)
            self.world.add(model, *states[0], publish_at=timezone.now() + LATER)
        self.world.liked = lambda row: (row.publication, row.confidentiality) in states
        for model in (model for model in MODELS if model.visible_with):
            for _ in range(2 * self.size):
                self.world.add(model, *PUBLIC)
        news = {model: model._base_manager.exclude(pk__in=before[model]).order_by("pk") for model in MODELS}
        for model in MODELS:
            hide(model, news[model], *sight)
        self.first[name] = {model: list(rows) for model, rows in news.items()}
        for rows in self.first[name].values():
            for row in rows:
                self.mark(name, row)
        for model, rows in self.first[name].items():
            multiply(model, [row.pk for row in rows], self.copies)

    def mark(self, name, row):
        """Puts canaries into a record and its parts."""
        self.canaries.fill(name, row)
        for relation in parts_of(type(row)):
            for part in getattr(row, relation.get_accessor_name()).all():
                self.canaries.fill(name, part)

    def others(self):
        """Accounts of people who do nothing here, and what belongs to them."""
        for number in range(3):
            word = self.canaries.word("hidden", "auth.User.username")
            user = make.user(word)
            make.token(user, *SCOPES, name=f"Token {number}")
            self.canaries.fill("hidden", user)
            self.belongings(user)
        for model in ours():
            if not (issubclass(model, Record | Part) or model._meta.auto_created or model._meta.proxy):
                self.plant(model, user)

    def plant(self, model, user):
        """A row of a model that nothing here knows of, if one can be made of its columns alone."""
        if not texts(model) or model._base_manager.exists():
            return
        fields = [one for one in model._meta.concrete_fields if not one.primary_key or one.is_relation]
        values = {field.name: self.anything(field, user) for field in fields if not field.has_default()}
        with suppress(DatabaseError, ValueError, TypeError), transaction.atomic():
            model._base_manager.create(**{name: one for name, one in values.items() if one is not None})

    def anything(self, field, user):
        if field.is_relation:
            rows = self.first["hidden"].get(field.related_model)
            return user if field.related_model is User else rows and rows[0]
        if is_text(field):
            return self.canaries.text("hidden", field)
        return None if field.null or field.empty_strings_allowed else ANYTHING.get(field.get_internal_type())


def analyze():
    """Tells the database how many rows there are: it cannot count those of a transaction by itself.

    Of its own tables: those that all databases of a server share would be locked until the transaction ends.
    """
    tables = ", ".join(map(connection.ops.quote_name, connection.introspection.table_names()))
    with connection.cursor() as cursor:
        cursor.execute(f"ANALYZE {tables}")


def hide(model, news, sight, hiding):
    """Hides of the new rows those that are visible nevertheless, because nothing hidden is above them."""
    for user in sight:
        seen = news.filter(pk__in=model.objects.visible_to(user).values("pk"))
        seen.update(**hiding)
    news.filter(pk__in=known(model).values("pk")).update(published_at=None)


def parts_of(model):
    """The relations to the parts of a model."""
    found = model._meta.related_objects
    return [one for one in found if issubclass(one.related_model, Part) and one.field.name == "record"]


def multiply(model, keys, copies):
    """So many copies of these rows and their parts, made by the database."""
    for number in range(copies):
        copy(model, "id", keys, number)
        for relation in parts_of(model):
            copy(relation.related_model, "record_id", keys, number)


def copy(model, column, keys, number):
    """A copy of the rows whose column is one of these keys: its ids are made of theirs and a number."""
    made = "md5({0}::text || {1})::uuid"
    special = {"id": made.format("id", number), "record_id": made.format("record_id", number)}
    special["slug"] = f"left(slug, 80) || '-copy-{number}'"
    columns = [field.column for field in model._meta.concrete_fields]
    values = [special.get(name, f'"{name}"') for name in columns]
    names = ", ".join(f'"{name}"' for name in columns)
    table = model._meta.db_table
    rows = f"SELECT {', '.join(values)} FROM {table} WHERE {column} = ANY (%s)"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {table} ({names}) {rows}", [keys])
