"""The base of every endpoint. A view names a shape and, optionally, filters."""

import hashlib
import json
from contextlib import ExitStack
from types import SimpleNamespace

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse, HttpResponsePermanentRedirect
from django.utils.cache import get_conditional_response, patch_vary_headers
from rest_framework import permissions, viewsets

from tracker.records.accounts.authentication import Bearer, ReadOrKnown, Session, count, count_search, who_of
from tracker.records.audit.actor import act_as
from tracker.records.policy import roles
from tracker.records.protocol.problems import BadParameters, nearest
from tracker.records.protocol.query import parameters
from tracker.records.read.filters.filter_set import RecordFilterSet
from tracker.records.shapes.fields import registry
from tracker.records.shapes.reader import Pick, Reader
from tracker.records.shapes.urls import list_url, page_of_list, record_url, resource, with_query
from tracker.records.values.dates.days import DAY_FORMS, Days

from . import queries
from .formats import csv_tables
from .formats.files import file_of
from .formats.format import Listing
from .formats.negotiation import Negotiation, Renderer
from .formats.registry import FORMATS, JSON, NESTED, OF_ONE, OPTIONS, that_take
from .lookup import MovedRecord, absent, key_of, rows_named
from .pagination import ListPage, Order, order_keys
from .past.moments import PUBLISHED_ON, AtMoment, Citable, last_day
from .past.state import earlier_state

PICKS = ("fields", "omit", "expand")
ORDERING = "ordering"
PAGING = (ORDERING, "page", "page_size", "cursor")
AS_OF = "as_of"


class ApiView(AtMoment, viewsets.ViewSet):
    """The base class of API views: strict parameters, content negotiation, conditional answers."""

    authentication_classes = [Bearer, Session]
    permission_classes = [ReadOrKnown]
    content_negotiation_class = Negotiation

    @classmethod
    def for_page(cls, user, given, action=None):
        """The view as a page of the site asks it, with these parameters, instead of a request of its own."""
        made = cls()
        made.request, made.given, made.action = SimpleNamespace(user=user or AnonymousUser()), given, action
        return made

    def dispatch(self, request, *args, **kwargs):
        with ExitStack() as self.then:  # so the state of the past ends with its request, whatever happens
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request, *args, **kwargs):
        self.given = {}
        self.perform_authentication(request)  # a wrong token is reported before any other error
        if request.method in ("GET", "HEAD"):
            self.given = self.checked(parameters(request.META.get("QUERY_STRING", ""), self.several()))
        super().initial(request, *args, **kwargs)
        count(request, self.given, exports=self.form.write is not None)
        if request.user.is_authenticated:
            act_as(user=request.user.pk)
        if self.moment:
            count_search(request)
            self.then.enter_context(earlier_state(self.moment))

    def checked(self, given):
        """The parameters, if each is known and has a value; else BadParameters."""
        known = {"format", *self.known()}
        unknown = {
            name: f"There is no such parameter. {nearest(name, known)}" for name in given if name not in known
        }
        empty = {name: "Give a value, or leave it out." for name, value in given.items() if value == ""}
        formats = [one.slug for one in self.offered()]
        wrong = (
            {} if given.get("format", "json") in formats else {"format": f"Give one of {', '.join(formats)}."}
        )
        if errors := unknown | wrong | empty:
            raise BadParameters(errors)
        return given

    costly = False  # whether it may take long even without parameters
    answers = {}  # {action: the schema of its answer}, if it is more than an object
    errors = {}  # {status: when it is returned}, besides those of every list

    def known(self):
        """The names of its parameters besides `format`."""
        return ()

    @classmethod
    def more_parameters(cls):
        """{name: (description, schema)} of its parameters besides those of every list."""
        return {}

    def several(self):
        """The names of the parameters that take several values, separated by commas or repeated."""
        return ()

    def offered(self):
        """The formats that can be asked for."""
        return [JSON]

    def get_renderers(self):
        return [Renderer(one) for one in self.offered()]

    @property
    def form(self):
        """The format of the answer."""
        return self.request.accepted_renderer.made_of

    def finalize_response(self, request, response, *args, **kwargs):
        """Every answer, including errors, says who may cache it."""
        reads = request.method in permissions.SAFE_METHODS
        public = reads and not request.user.is_authenticated
        response["Cache-Control"] = "no-cache" if public else "no-store"
        patch_vary_headers(response, ["Accept", "Cookie"])
        return super().finalize_response(request, response, *args, **kwargs)

    def options(self, request, *args, **kwargs):
        return HttpResponse(status=204, headers={"Allow": ", ".join(self.allowed_methods)})

    def truth(self, name):
        """A boolean parameter; false if it is left out."""
        if self.given.get(name, "false") not in ("true", "false"):
            raise BadParameters({name: "Give true or false."})
        return self.given.get(name) == "true"

    @property
    def reader(self):
        """The reader: for whom and for which days the answer is made."""
        return Reader(self.user, self.days())

    @property
    def user(self):
        """The user who reads, None for the public. Everyone reads the past as the public does."""
        user = self.request.user
        return user if user.is_authenticated and not self.moment else None

    def days(self):
        """The days that the answer is about: the day of the answer, unless others are requested."""
        text = self.given.get(AS_OF)
        try:
            return Days.read(text) if text else last_day(self.moment) if self.moment else Days.today()
        except ValueError:
            raise BadParameters({AS_OF: DAY_FORMS}) from None

    def answer(self, body, edition=None):
        """An answer in one piece, with an ETag: from its content for the public, else from the version.

        Only the public one can lead to 304: a version does not cover nested rows or the selected fields.
        """
        response = HttpResponse(body, content_type=self.form.content_type)
        if self.reader.user is None:
            response["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
            for condition in ("HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE"):  # these are for writing
                self.request.META.pop(condition, None)
            return get_conditional_response(self.request, etag=response["ETag"], response=response)
        if edition:
            response["ETag"] = f'"{edition}"'
        return response


class ReadingViewSet(Citable, ApiView):
    """Lists and shows the records of one shape, each with one statement."""

    shape = None
    filterset_class = None
    linked = {}  # links to parts of the list: {name: additional parameters}; empty: one link to the list
    lookup_value_regex = "[^/]+"

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        if cls.shape:
            registry.whole[cls.shape.Meta.model] = cls.shape
            if cls.filterset_class is None:
                name = f"{cls.shape.__name__}FilterSet"
                cls.filterset_class = type(
                    name, (RecordFilterSet,), {"shape": cls.shape, "__module__": cls.__module__}
                )

    @classmethod
    def model(cls):
        return cls.shape.Meta.model

    def known(self):
        if self.action not in ("list", "retrieve"):
            return []
        listed = [*PAGING, *OPTIONS, *self.filterset_class.base_filters] if self.action == "list" else []
        choices = {ORDERING: order_keys(self.shape), NESTED: csv_tables.names(self.shape)}
        found = [*PICKS, AS_OF, PUBLISHED_ON, *self.more_parameters(), *listed]
        return [name for name in found if choices.get(name, True)]  # without those that have no valid value

    def several(self):
        filters = self.filterset_class.base_filters
        return {*PICKS, ORDERING, *(name for name, one in filters.items() if one.schema["type"] == "array")}

    def offered(self):
        if self.action == "list":
            return [one for one in FORMATS if one.fits(self.shape)]
        return [*OF_ONE] if self.action == "retrieve" else [JSON]

    def pick(self, detail):
        """The requested fields; BadParameters if one does not exist. Their order does not matter."""
        given = {name: self.given[name].split(",") if name in self.given else () for name in PICKS}
        requested = {name: tuple(sorted({*values})) for name, values in given.items()}
        works = roles.writes(self.reader.user)
        names = [*self.shape.names(), *(self.shape.internal() if works else ())]
        valid = {"fields": names, "omit": names, "expand": self.shape.expandable()}
        for name, values in requested.items():
            for value in values:
                if value not in valid[name]:
                    raise BadParameters({name: f"There is no such field here. {nearest(value, valid[name])}"})
        if requested["fields"] and requested["omit"]:
            raise BadParameters({"omit": "Give either fields or omit."})
        if len(requested["expand"]) > settings.MAX_EXPAND:
            raise BadParameters({"expand": f"Give at most {settings.MAX_EXPAND} paths."})
        return self.counted(Pick(detail, *requested.values(), editorial=works))

    def counted(self, pick):
        """The requested fields. Counted as a search if their statement has to be built for this request."""
        if {*PICKS, AS_OF} & set(self.given) and not queries.is_cached(self.shape, pick, self.reader):
            count_search(self.request)
        return pick

    def selection(self, model=None):
        """The rows that the reader may see and has asked for."""
        rows = (model or self.model()).objects.visible_to(self.reader.user)
        return self.filterset_class(self.given, rows, self.reader).matching()

    def list(self, request):
        if self.form.pages:
            return self.paged(self.form.pages)
        order = Order(self.shape, self.given.get(ORDERING))
        page, pick = ListPage(self.given, order), self.pick(detail=False)
        self.refuse_options()
        if self.form.write:
            return self.exported(order, page, pick)
        rows, last, more, total = self.page_of(order, page, pick).fetch()
        following = self.address({**self.given, **page.following(last)}) if more else None
        envelope = self.past() | ({} if page.cursor is not None else queries.totals(total))
        envelope[AS_OF] = self.reader.days.text or None
        envelope |= {"next": following, "previous": self.previous(page)}
        head = json.dumps(envelope, ensure_ascii=False)[:-1]
        return self.answer(f'{head}, "results": {rows}}}'.encode())

    def paged(self, form):
        """One page of the list in a format that decides what it shows of each row."""
        if self.moment:
            raise BadParameters({PUBLISHED_ON: "This does not work in feeds and calendars."})
        self.refuse_options()
        self.refuse_picks()
        order = Order(self.shape, self.given.get(ORDERING, form.ordering(self.shape)))
        page, pick = ListPage(self.given, order, form.size), Pick(fields=form.fields(self.shape))
        rows, last, more, _ = self.page_of(order, page, self.counted(pick)).fetch()
        filters = {name: value for name, value in self.given.items() if name not in (*PAGING, "format")}
        listing = Listing(
            title=str(self.model()._meta.verbose_name_plural).capitalize(),
            url=self.address({**filters, "format": self.form.slug}),
            shown_at=page_of_list(self.address(filters)),
            following=self.address({**self.given, **page.following(last)}) if more else None,
            shape=self.shape,
        )
        return self.answer(form.write(listing, json.loads(rows)))

    def previous(self, page):
        if page.cursor is not None or page.number == 1:
            return None
        return self.address({**self.given, "page": str(page.number - 1)})

    def address(self, given):
        return list_url(self.model()) + with_query(given)

    def retrieve(self, request, pk):
        if self.form.cites:
            self.refuse_picks()
        pick, key = self.pick(detail=True), self.key(pk)
        found = self.one_of(key, pick).fetch()
        if found is None:
            return self.absent(key)
        body, edition = found
        if self.moment:
            body = json.dumps(self.past() | self.before_changes(json.loads(body)), ensure_ascii=False)
        if self.form.cites:
            body = self.reference_text(self.reference(json.loads(body)))
        return self.answer(body.encode(), str(edition))

    def refuse_picks(self):
        """BadParameters if fields are requested in a format that has its own."""
        if wrong := [name for name in PICKS if name in self.given]:
            raise BadParameters(dict.fromkeys(wrong, "This only works with format=json."))

    def shaped(self, pick):
        return queries.shaped(self.shape, pick, self.reader)

    def named(self, key):
        """The record with this key as a queryset, empty if the reader may not see it."""
        return rows_named(self.model(), key, self.reader)

    def one_of(self, key, pick):
        """The statement for the record with this key."""
        return queries.one(queries.found(self.named(key)), self.shaped(pick))

    def page_of(self, order, page, pick):
        """The statement for one page of the list."""
        rows = self.selection()
        listed, total = queries.paged(rows, order, page), queries.count_query(rows, page)
        return queries.many(listed, self.shaped(pick), total, page, len(order.keys))

    def all_of(self, order, pick):
        """The statement for the whole list."""
        return queries.export_query(queries.ordered(self.selection(), order), self.shaped(pick))

    def key(self, text):
        """The column and value for the key in a path; 404 if no record can have such a key."""
        return key_of(self.model(), text)

    def absent(self, key):
        """A redirect from an old slug, 410 for a withdrawn record that may be known, else 404."""
        try:
            absent(self.model(), key, self.reader)
        except MovedRecord as moved:
            address = record_url(self.model(), moved.key) + with_query(self.given)
            return HttpResponsePermanentRedirect(address)

    def refuse_options(self):
        """BadParameters if an option is given that only other formats have."""
        own = [*self.form.options, *([NESTED] if self.form.flat else ())]
        wrong = [name for name in OPTIONS if name not in own and self.given.get(name, "false") != "false"]
        if wrong:
            raise BadParameters({one: f"This only works for tables. Add {that_take(one)}." for one in wrong})

    def exported(self, order, page, pick):
        """The list as a file: all rows that match the filters, or one page if requested."""
        form = self.form
        table, pick = self.tabled(pick) if form.flat else (None, pick)
        options = {name: self.truth(name) for name in form.options}
        if {"page", "page_size", "cursor"} & set(self.given):
            lines = iter(json.loads(self.page_of(order, page, pick).fetch()[0]))
        else:
            lines = map(json.loads, self.all_of(order, pick).copy(who_of(self.request)))
        name = "-".join([resource(self.model()), *(table.within if table else ())])
        return file_of(form, table, lines, name, options)

    def tabled(self, pick):
        """The requested table and the fields for it. For a nested list, only that list."""
        name = self.given.get(NESTED)
        requested = self.given["fields"].split(",") if "fields" in self.given else []
        if name is None:
            self.refuse_lists(pick, requested)
            return csv_tables.whole(self.shape(pick=pick), requested), pick
        if pick.fields or pick.omit:
            raise BadParameters(
                {
                    NESTED: "Do not combine this with fields or omit. The table has"
                    " all fields of the nested list."
                }
            )
        valid = csv_tables.lists(self.shape(pick=pick._replace(detail=True)))
        if name not in valid:
            raise BadParameters({NESTED: f"There is no such list here. {nearest(name, valid)}"})
        head = name.partition(".")[0]
        expand = tuple(path for path in pick.expand if path.partition(".")[0] == head)
        pick = pick._replace(fields=("id", head), expand=expand)
        return csv_tables.inner(self.shape(pick=pick), name), pick

    def refuse_lists(self, pick, requested):
        """BadParameters if a list of rows is requested in a cell."""
        heads = [path.partition(".")[0] for path in pick.expand]
        found = csv_tables.lists(self.shape(pick=pick))
        for parameter, names in (("fields", requested), ("expand", heads)):
            for name in names:
                if found.get(name, csv_tables.PLAIN) != csv_tables.PLAIN:
                    raise BadParameters(
                        {
                            parameter: "A list of rows does not fit in a cell. Use"
                            f" {NESTED}={name} for its table."
                        }
                    )
