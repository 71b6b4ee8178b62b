"""The start page: what is waiting for the user, as short lists, each with a page for the full list.

A list can contain records of many models. One query fetches them, and one per model their labels.
"""

import logging
import time
from collections.abc import Callable
from typing import NamedTuple

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.db.models import CharField, Count, Exists, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import Http404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from tracker.records.admin.addresses import address_of
from tracker.records.admin.forms.forms import label_of
from tracker.records.admin.lists.lists import state_of, visible_citations
from tracker.records.audit.history import Entry
from tracker.records.audit.second_reading import unread
from tracker.records.base.record import Record
from tracker.records.base.slugs import Slugged
from tracker.records.policy import roles
from tracker.records.protection import name_search
from tracker.records.protection.name_search import NameSearch
from tracker.records.protocol import database_errors
from tracker.records.protocol.query import number_in
from tracker.records.values.codes.vocabularies import TAKEN_BACK, Publication
from tracker.records.workflow.approvals import Approval
from tracker.records.workflow.companions import WAITING
from tracker.records.workflow.proposals import Proposal, ProposalState

log = logging.getLogger(__name__)
ITEMS_IN_SHORT, ITEMS_A_PAGE = 5, 50
IN_ONE, IN_ALL = 2, 20  # seconds that the start page waits for one section, and for all of them


class Section(NamedTuple):
    """One kind of work. `rows(user)` returns querysets with a `moment`, by which rows are sorted."""

    slug: str
    title: str
    rows: Callable
    meant_for: Callable = roles.edits
    order: tuple = ("moment", "pk")
    help: str = ""
    page: str = "change"  # the page that its rows link to
    mixed: bool = False  # whether its rows can be in any state; each row then shows its state
    rank: int = 0  # sections that can wait come last

    @property
    def address(self):
        return reverse("admin:waiting", args=[self.slug])

    def keys(self, user, start, size):
        """The (model label, id, moment) of a page of rows, and of one more row if there is one."""
        parts = [
            rows.annotate(model_label=Value(rows.model._meta.label, CharField()))
            .order_by()
            .values_list("model_label", "pk", "moment")
            for rows in self.rows(user)
        ]
        united = parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0]
        return list(united.order_by(*self.order)[start : start + size + 1])


class WorkItem(NamedTuple):
    """A line of a list."""

    record: object
    label: str
    kind: str
    address: str
    moment: object
    note: str

    @property
    def state(self):
        return state_of(self.record)

    @property
    def read(self):
        return address_of(self.record, "read")

    @property
    def history(self):
        return address_of(self.record, "history")


class StartPage:
    """The sections of the page, in order. Apps add their own."""

    def __init__(self):
        self.sections = []

    def add(self, *sections):
        self.sections = sorted([*self.sections, *sections], key=lambda section: section.rank)

    def overview(self, user):
        """The template data of the start page."""
        due = time.monotonic() + IN_ALL
        found = [
            (section, in_time(section, user, due)) for section in self.sections if section.meant_for(user)
        ]
        loaded = [(section, keys) for section, keys in found if keys is not None]
        rows = labelled(user, [key for _, keys in loaded for key in keys[:ITEMS_IN_SHORT]])
        comments = comments_on(rows)
        shown = [
            {
                "section": section,
                "items": items(section, keys[:ITEMS_IN_SHORT], rows, comments),
                "more": len(keys) > ITEMS_IN_SHORT,
            }
            for section, keys in loaded
        ]
        return {
            "busy": [one for one in shown if one["items"]],
            "idle": [one for one in shown if not one["items"]],
            "failed": [section for section, keys in found if keys is None],
        }

    def whole_list(self, request, slug):
        """The page with the full list of a section."""
        section = next((one for one in self.sections if one.slug == slug), None)
        if section is None:
            raise Http404
        if not section.meant_for(request.user):
            raise PermissionDenied
        number = number_in(request.GET.get("page", ""), 1, 10_000) or 1
        keys = section.keys(request.user, (number - 1) * ITEMS_A_PAGE, ITEMS_A_PAGE)
        rows = labelled(request.user, keys[:ITEMS_A_PAGE])
        context = {
            **admin.site.each_context(request),
            "title": section.title,
            "section": section,
            "items": items(section, keys[:ITEMS_A_PAGE], rows, comments_on(rows)),
            "number": number,
            "more": len(keys) > ITEMS_A_PAGE,
        }
        return TemplateResponse(request, "admin/waiting.html", context)


def in_time(section, user, due):
    """The first keys of a section. None, and an entry in the log, if it fails or takes too long."""
    try:
        if time.monotonic() > due:
            raise TimeoutError
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{IN_ONE}s"])
            return section.keys(user, 0, ITEMS_IN_SHORT)
    except Exception as error:
        if isinstance(error, DatabaseError) and database_errors.passing(error) == database_errors.AWAY:
            raise
        log.exception("A section of the start page could not be loaded: %s.", section.slug)
        return None


def labelled(user, keys):
    """{(model label, id): row with the data of its label} for what the user may see."""
    models = {model._meta.label: model for model in admin.site._registry}
    wanted = {}
    for label, key, _ in keys:
        wanted.setdefault(label, set()).add(key)
    found = {}
    for label, ids in wanted.items():
        rows = models[label].objects.visible_to(user).filter(pk__in=ids)
        for row in admin.site.get_model_admin(models[label]).labelled(rows, user):
            found[label, row.pk] = row
    return found


def comments_on(rows):
    """{id: the comment with which a draft was last sent back}."""
    drafts = [row.pk for row in rows.values() if getattr(row, "publication", "") == Publication.DRAFT]
    sent_back = Entry.objects.filter(record_id__in=drafts).sent_back().order_by("id")
    return dict(sent_back.values_list("record_id", "reason")) if drafts else {}


def items(section, keys, rows, comments):
    return [
        WorkItem(
            rows[label, key],
            label_of(rows[label, key]),
            rows[label, key]._meta.verbose_name,
            address_of(rows[label, key], section.page),
            moment,
            comments.get(key, ""),
        )
        for label, key, moment in keys
        if (label, key) in rows
    ]


# The sections of the kernel.


def record_models():
    return [model for model in admin.site._registry if issubclass(model, Record)]


def all_records(user, **conditions):
    """The records of every model that the user may see. The rule is put together once for each request."""
    if not hasattr(user, "records_seen"):
        user.records_seen = [model.objects.visible_to(user) for model in record_models()]
    return [rows.filter(**conditions) for rows in user.records_seen]


def published(user):
    """Published records of models that need citations."""
    return [rows for rows in all_records(user, publication=Publication.PUBLISHED) if rows.model.cited]


def carried_by(model):
    """The names of the foreign keys to records that rows of this model are published with."""
    for parent in record_models():
        for name in parent.publishes:
            relation = parent._meta.get_field(name)
            if relation.related_model is model:
                yield relation.field.name


def reviewed_alone(rows, states):
    """The rows that are not reviewed together with a record in one of these states."""
    for name in carried_by(rows.model):
        rows = rows.exclude(**{f"{name}__publication__in": states})
    return rows


def drafts(user):
    return [
        reviewed_alone(rows.filter(roles.own(user)), WAITING).annotate(moment=F("updated_at"))
        for rows in all_records(user, publication=Publication.DRAFT)
    ]


def in_review(user):
    return [
        reviewed_alone(rows.filter(roles.reviewed_by(user)), [Publication.IN_REVIEW]).annotate(
            moment=F("updated_at")
        )
        for rows in all_records(user, publication=Publication.IN_REVIEW)
    ]


def approved(user, **conditions):
    """The records that were approved for a later time, with that time."""
    approvals = Approval.objects.filter(**conditions)
    moment = approvals.filter(record_id=OuterRef("pk")).values("publish_at")
    return [
        rows.filter(pk__in=approvals.values("record_id")).annotate(moment=Subquery(moment))
        for rows in all_records(user)
    ]


def scheduled(user):
    return approved(user, problem="")


def not_published(user):
    return approved(user, problem__gt="")


def proposals(user):
    return [
        Proposal.objects.visible_to(user).filter(state=ProposalState.OPEN).annotate(moment=F("created_at"))
    ]


def taken_down(user, searches):
    """The people whom these searches are about, with the start of the last search."""
    newest = searches.filter(record_id=OuterRef("pk")).order_by("-created_at").values("created_at")[:1]
    people = [rows for rows in all_records(user) if hasattr(rows.model, "own_secrets")]
    known = searches.values("record_id")
    return [rows.filter(pk__in=known).annotate(moment=Subquery(newest)) for rows in people]


def searched(user):
    return taken_down(user, NameSearch.objects.running())


def undecided_takedowns(user):
    return taken_down(user, NameSearch.objects.filter(pk__in=name_search.undecided_searches(user)))


def to_read(user):
    return [unread(rows, user).annotate(moment=F("changed_at")) for rows in all_records(user)]


def follow_ups(user):
    unassigned = Q() if roles.edits(user) else Q(created_by=user)
    mine = Q(assigned_to=user) | Q(assigned_to=None) & unassigned
    due = all_records(user, follow_up__lte=timezone.now().date())
    return [rows.filter(mine).annotate(moment=F("follow_up")) for rows in due]


def citations_of(rows, user, **conditions):
    """The citations of a row that the user may see, as a subquery."""
    return visible_citations(rows.model, user).filter(record=OuterRef("pk"), **conditions).order_by()


def one_source(user):
    """Published records with one source. A republication does not count as a second source."""
    text = Coalesce("source__republication_of", "source")
    for rows in published(user):
        counted = citations_of(rows, user).values("record").annotate(n=Count(text, distinct=True)).values("n")
        yield rows.annotate(number=Subquery(counted), moment=F("published_at")).filter(number=1)


def as_a_whole(user):
    for rows in published(user):
        if issubclass(rows.model, Slugged):
            exact = Exists(citations_of(rows, user).exclude(field=""))
            yield rows.filter(Exists(citations_of(rows, user)), ~exact).annotate(moment=F("published_at"))


def source_withdrawn(user):
    for rows in published(user):
        gone = citations_of(rows, user, source__publication__in=TAKEN_BACK)
        yield rows.filter(Exists(gone)).annotate(moment=F("published_at"))


start = StartPage()
start.add(
    Section(
        "also-hidden",
        "Records hidden by a takedown",
        undecided_takedowns,
        page="found",
        mixed=True,
        help="These records name the person. Decide which of them to publish again.",
    ),
    Section(
        "name-searches",
        "Takedowns whose search is still running",
        searched,
        page="found",
        mixed=True,
    ),
    Section("drafts", "My drafts", drafts, roles.writes, ("-moment", "pk")),
    Section("review", "Waiting for my review", in_review),
    Section(
        "not-published",
        "Not published as scheduled",
        not_published,
        mixed=True,
        help="The scheduled time passed, but publication was blocked. The page of the record says why.",
    ),
    Section("planned", "Scheduled", scheduled, mixed=True),
    Section("proposals", "Proposals", proposals, roles.writes),
    Section("changes", "Changed after publication, waiting for a second editor", to_read),
    Section("follow-ups", "Follow-ups due", follow_ups, roles.writes, mixed=True),
    Section(
        "source-withdrawn",
        "A source was withdrawn",
        source_withdrawn,
        order=("pk",),
        help="These records are still public.",
        rank=1,
    ),
    Section("one-source", "Published without a second source", one_source, order=("pk",), rank=1),
    Section(
        "uncited-fields",
        "Published, no field cited",
        as_a_whole,
        order=("pk",),
        help="Each citation is for the whole record. None says which field it supports.",
        rank=1,
    ),
)
admin.site.start = start
