"""Ways to break the rule in one place: the twin test must notice each of them."""

from contextlib import ExitStack, contextmanager
from typing import NamedTuple
from unittest.mock import patch

import pgtrigger
from django.db.models import F, OuterRef, Q
from django.http import HttpResponsePermanentRedirect
from rest_framework import serializers

from dialogues.models import Dialogue, Participation
from people.models import Name, Person
from tests import make
from tracker.figures.figure import Figure
from tracker.records.accounts import authentication
from tracker.records.admin.record_page.relations import VisibleRelations
from tracker.records.admin_site.autocomplete import LabelledAutocomplete
from tracker.records.base import record
from tracker.records.base.parts import Part
from tracker.records.base.slugs import OldSlug, Slugged
from tracker.records.changes import announcing
from tracker.records.policy import roles
from tracker.records.policy.visibility import VisibleQuerySet
from tracker.records.read import corrections, pagination, queries
from tracker.records.read.filters import kinds, reach
from tracker.records.read.formats.format import Format
from tracker.records.read.past import names, rows, state
from tracker.records.read.views import ReadingViewSet
from tracker.records.shapes import fields, json_expressions, urls
from tracker.records.values.codes.vocabularies import Publication
from tracker.records.write.document import Writer
from tracker.site import asking
from tracker.site.page import Page


class Mutation(NamedTuple):
    """`broken()` breaks the rule; who asks what, where `part` is in the kind of the request, must notice."""

    place: str
    broken: object
    part: str
    reader: str = "nobody"
    asks: str = "reads"


def replaced(owner, **attributes):
    """Puts something else in the place of attributes, for a while."""

    def broken():
        stack = ExitStack()
        for name, other in attributes.items():
            stack.enter_context(patch.object(owner, name, other))
        return stack

    return broken


def a_nested_list(model, name, user, whole=json_expressions.related):
    if (model, name) != (Dialogue, "participations"):
        return whole(model, name, user)
    return Participation.objects.filter(dialogue=OuterRef("pk"))


def a_filter(relation, verb, asked, user, whole=reach.met):
    if (relation.model, relation.name) != (Dialogue, "participations"):
        return whole(relation, verb, asked, user)
    people = [
        Q(person__in=Person.objects.filter(condition)) for path, condition in asked if path == ["person"]
    ]
    return Q(pk__in=Participation.objects.filter(*people).values("dialogue"))


def a_missing_key(model, name, user):
    return Q(**{f"{name}__isnull": True})


def counted(field, reader):
    rows = field.parent.Meta.model._meta.get_field(field.relation).related_model.objects
    return json_expressions.Number(rows.filter(record=OuterRef("pk")).order_by().values("pk"))


def expanded(field, reader):
    relation = field.parent.Meta.model._meta.get_field(field.source)
    rows = relation.related_model._base_manager.filter(pk=OuterRef(relation.attname))
    return json_expressions.One(rows.order_by().values(json=json_expressions.row_expression(field, reader)))


def column(kind, other):
    """Puts another expression in the place of that of a kind of field."""

    @contextmanager
    def broken():
        whole = json_expressions.value_expression.dispatch(kind)
        json_expressions.value_expression.register(kind, other)
        try:
            yield
        finally:
            json_expressions.value_expression.register(kind, whole)

    return broken


def a_total(selection, page):
    return queries.compiled(selection.model.objects.order_by().values("pk"))


@contextmanager
def a_search():
    whole, insider = VisibleQuerySet.matching, make.superuser()
    with patch.object(VisibleQuerySet, "matching", lambda rows, text, user: whole(rows, text, insider)):
        yield


@contextmanager
def a_search_by_writers():
    whole, insider = VisibleQuerySet.matching, make.superuser()

    def matching(rows, text, user):
        return whole(rows, text, insider if roles.roles(user) else user)

    with patch.object(VisibleQuerySet, "matching", matching):
        yield


def an_editors_text(shape, pick, days, known_on, held, *rest, whole=queries.cached_query):
    return whole(shape, pick, days, known_on, held and frozenset({roles.Role.EDITOR}), *rest)


def kept_without(number):
    """Keeps the texts of statements without one of the things that tell them apart."""
    texts, whole = {}, queries.cached_query.__wrapped__

    def kept(*told):
        key = told[:number] + told[number + 1 :]
        return texts[key] if key in texts else texts.setdefault(key, whole(*told))

    kept.cache_clear = texts.clear
    return replaced(queries, cached_query=kept)


@classmethod
def a_name(cls, user, path):
    return Q() if roles.roles(user) else Q(**{f"{path}confidentiality": "public"})


def a_row(self, key):
    rows = self.model().objects.filter(**key)
    return rows.filter(publication=Publication.PUBLISHED) if "slug" in key else rows


def a_redirect(self, key, whole=ReadingViewSet.absent):
    old = OldSlug.objects.filter(model=self.model()._meta.label, slug=key.get("slug")).first()
    if old is None:
        return whole(self, key)
    return HttpResponsePermanentRedirect(urls.record_url(self.model(), old.record_id))


def withdrawn(self):
    return self.filter(publication=Publication.WITHDRAWN)


def an_ordering(shape, whole=pagination.order_keys):
    keys = whole(shape)
    moved = F("updated_at")
    return {
        name: key._replace(rising=moved, falling=moved) if name == "changed_at" else key
        for name, key in keys.items()
    }


def a_table(self, order, pick):
    rows = queries.ordered(self.model().objects.all(), order)
    return queries.export_query(rows, self.shaped(pick))


def a_correction(model, row):
    return queries.Query(f"{row} IS NOT NULL", ())


def a_reference(self, model, keys):
    named = Q(pk__in=[key for key in keys if not isinstance(key, str)])
    return model.objects.filter(named)


def a_choice(self):
    return self.model_admin.model._base_manager.all()


def an_admin_list(self, request, whole=VisibleRelations.get_queryset):
    return self.model._base_manager.all()


def a_slug(self, slug):
    others = type(self).objects.filter(slug=slug, publication=Publication.PUBLISHED).exclude(pk=self.pk)
    return not others.exists()


def a_touch(self, public, whole=Part._touch):
    whole(self, True)


def every_row(self, view, given=None, size=0, fields=(), **picked):
    rows = view.shape.Meta.model.objects.order_by("pk").values(*fields)
    return {"results": list(rows[:size]), "total": rows.count(), "more": rows.count() > size}


def all_records(self, model):
    return model.objects.all()


def every_form(rows):
    """A digest of each row, of hidden ones too."""
    return {row.record_id: f"{row.record_id.int:064x}" for row in rows}


def a_version(rows, whole=announcing.digests):
    """The digests, other ones after each time that somebody works on a record."""
    public, found = list(whole(rows)), {}
    for kind in announcing.shapes():
        found |= kind.objects.in_bulk(public)
    return {key: f"{one.version:064}" for key, one in found.items()}


MUTATIONS = [
    Mutation("a nested list", replaced(json_expressions, related=a_nested_list), "GET /api/v1/dialogues/"),
    Mutation("a filter", replaced(reach, met=a_filter), "/api/v1/dialogues/ participant"),
    Mutation(
        "whether a key is given",
        replaced(kinds, leads_nowhere=a_missing_key),
        "place__isnull",
    ),
    Mutation("a count", column(fields.Count, counted), "GET /api/v1/people/"),
    Mutation("a total", replaced(queries, count_query=a_total), "/api/v1/people/ page"),
    Mutation("a search", a_search, "/api/v1/people/ q"),
    Mutation("a search by writers", a_search_by_writers, "/api/v1/people/ q", "contributor"),
    Mutation(
        "a name that editors see", replaced(Name, own_conditions=a_name), "/people/{id}/", "contributor"
    ),
    Mutation(
        "a text kept for editors", replaced(queries, cached_query=an_editors_text), "/people/", "contributor"
    ),
    Mutation("a row by its id or slug", replaced(ReadingViewSet, named=a_row), "GET /api/v1/places/{id}/ "),
    Mutation("a redirect", replaced(ReadingViewSet, absent=a_redirect), "GET /api/v1/people/{id}/ old slug"),
    Mutation(
        "what was withdrawn", replaced(VisibleQuerySet, withdrawn=withdrawn), "GET /api/v1/sources/{id}/"
    ),
    Mutation("an ordering", replaced(pagination, order_keys=an_ordering), "/api/v1/people/ ordering"),
    Mutation(
        "what is expanded",
        column(serializers.BaseSerializer, expanded),
        "/api/v1/affiliations/ expand",
    ),
    Mutation("a table", replaced(ReadingViewSet, all_of=a_table), "/api/v1/people/ format"),
    Mutation("a correction", replaced(corrections, public=a_correction), "corrections/ lured"),
    Mutation(
        "a reference in a write",
        replaced(Writer, rows=a_reference),
        "POST /api/v1/affiliations/ person",
        "contributor",
        "writes",
    ),
    Mutation(
        "a choice",
        replaced(LabelledAutocomplete, get_queryset=a_choice),
        "model_name=affiliation",
        "contributor",
        "pages",
    ),
    Mutation(
        "a list of the admin",
        replaced(VisibleRelations, get_queryset=an_admin_list),
        "/admin/people/person/ q",
        "contributor",
        "pages",
    ),
    Mutation("a public page", replaced(Page, rows=every_row), "/about/"),
    Mutation(
        "the rows of a figure",
        replaced(Figure, seen=all_records),
        "GET /api/v1/dialogues/{id}/representation/",
    ),
    Mutation("a slug", replaced(Slugged, slug_is_free=a_slug), "publish/ draft", "editor", "writes"),
]
EARLY = [  # what must be broken while the world grows
    Mutation("a moment of change, by a part", replaced(Part, _touch=a_touch), "GET /api/v1/people/"),
    Mutation(
        "a moment of change, by a key",
        replaced(record, seen_of=lambda field, value: value),
        "GET /api/v1/affiliations/",
    ),
]


CHANGES, MIRROR = "tests.records.test_changes.", "tests.records.test_mirror."
PUBLIC, FORMATS = "tests.site.test_public.", "tests.records.test_formats.EveryFormatTest."
EARLIER = "tests.records.test_earlier.HiddenSinceTest."
STORED = "tests.records.test_public_rows.StoredTest."
SLIPS = [  # what goes wrong between requests, or for some roles alone, and the quick test that notices it
    ("a search by anybody", a_search, "SearchTest.test_only_editors_find_by_a_name_that_only_they_see"),
    (
        "a search by writers",
        a_search_by_writers,
        "SearchTest.test_only_editors_find_by_a_name_that_only_they_see",
    ),
    (
        "a name that editors see",
        replaced(Name, own_conditions=a_name),
        "KeptTest.test_only_editors_read_the_name_whoever_read_before",
    ),
    (
        "a text kept for editors",
        replaced(queries, cached_query=an_editors_text),
        "KeptTest.test_whoever_loses_or_gets_the_role_reads_as_their_role_is",
    ),
    *(
        (f"a text kept without its {what}", lambda number=number: kept_without(number)(), f"KeptTest.{test}")
        for number, what, test in (
            (1, "fields", "test_days_fields_and_addresses_are_told_apart_too"),
            (2, "days", "test_days_fields_and_addresses_are_told_apart_too"),
            (3, "day of knowledge", "test_days_fields_and_addresses_are_told_apart_too"),
            (4, "roles", "test_what_was_kept_for_one_reader_changes_no_answer_to_another"),
            (4, "roles", "test_whoever_loses_or_gets_the_role_reads_as_their_role_is"),
            (5, "address", "test_days_fields_and_addresses_are_told_apart_too"),
            (6, "past", "test_what_was_kept_for_today_is_not_used_for_the_past"),
        )
    ),
    (
        "what is announced",
        replaced(announcing, digests=every_form),
        f"{CHANGES}EventTest.test_nothing_is_listed_of_what_was_never_public",
    ),
    (
        "what counts as a change",
        replaced(announcing, digests=a_version),
        f"{CHANGES}TwinTest.test_nobody_can_tell_that_something_hidden_was_written",
    ),
    (
        "a note of a change",
        lambda: pgtrigger.ignore("dialogues.Participation:history"),
        f"{CHANGES}EventTest.test_children_change_what_shows_them",
    ),
    (
        "the lock of those who announce",
        replaced(announcing, lock=lambda: None),
        f"{MIRROR}OrderTest.test_nobody_gives_numbers_while_another_process_does",
    ),
    (
        "the rows of a public page",
        replaced(Page, rows=every_row),
        f"{PUBLIC}HiddenTest.test_the_public_sees_the_same_bytes_with_and_without_hidden_rows",
    ),
    (
        "the rows of a figure",
        replaced(Figure, seen=all_records),
        "tests.figures.test_representation.DialogueRepresentationTest.test_hidden_rows_are_in_no_number",
    ),
    *(
        (f"in an earlier state, {place}", replaced(owner, **broken), f"{EARLIER}{test}")
        for place, owner, broken, test in (
            (
                "what was hidden meanwhile",
                rows,
                {"FIRST": rows.FIRST.replace("<> '", "= 'no such ")},
                "test_what_was_withdrawn_and_published_again_is_not_shown_as_it_was_before",
            ),
            (
                "texts with names",
                state,
                {"without_names": lambda changes, former: changes},
                "test_a_text_that_named_somebody_who_is_withheld_today",
            ),
            (
                "former names",
                names,
                {"former_names": lambda moment: ()},
                "test_a_former_name_of_a_person_anywhere",
            ),
            (
                "what is closed today",
                Dialogue,
                {"shown_now": ()},
                "test_a_dialogue_that_is_closed_today_connects_nobody",
            ),
        )
    ),
    *(
        (f"who sees a row, {place}", lambda name=name: pgtrigger.ignore(name), f"{STORED}{test}")
        for place, name, test in (
            ("when it changes", "people.Person:is_public", "test_when_rows_have_changed"),
            ("passed on", "people.Person:changed_public", "test_when_rows_have_changed"),
            (
                "passed on later",
                "people.Person:inserted_public",
                "test_the_first_row_may_come_after_those_that_belong_to_it",
            ),
            ("with its words", "people.Person:tokens", "test_when_rows_were_made"),
        )
    ),
    (
        "the access log of a public page",
        replaced(asking, noted=lambda text, user: None),
        f"{PUBLIC}AboutTest.test_a_read_of_a_confidential_record_is_logged_as_one_of_the_site",
    ),
    (
        "the name of a format in the access log",
        replaced(Format, label=""),
        f"{FORMATS}test_the_access_log_names_it",
    ),
    (
        "the options of a format",
        replaced(ReadingViewSet, refuse_options=lambda self: None),
        f"{FORMATS}test_an_option_is_refused_where_it_means_nothing",
    ),
    (
        "the scope of a verb",
        replaced(authentication, BY_NAME={}),
        "tests.records.test_tokens.ScopeTest.test_each_scope_allows_its_requests_and_no_other",
    ),
]


def forget():
    """Forgets the statements that were kept while something else was true."""
    queries.cached_query.cache_clear()
    corrections.changes_query.cache_clear()
