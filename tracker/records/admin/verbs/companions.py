"""The pages before submitting or publishing: what goes with a record, and what can be included."""

from itertools import chain

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.utils.html import format_html

from tracker.records.admin.addresses import Addresses, address_of
from tracker.records.admin.forms.edit_conflicts import versions_of
from tracker.records.admin.forms.forms import label_of, with_field_labels
from tracker.records.admin.pages.name_check import homonym_field
from tracker.records.admin.pages.render import render_page
from tracker.records.protection.name_check import HOMONYM, SENTENCE
from tracker.records.values.numbers import how_many
from tracker.records.values.texts.text import UncheckedTextField
from tracker.records.workflow.companions import WAITING, blockers_of, ready, with_drafts
from tracker.records.workflow.verb_table import BY_NAME, KEPT_IN_HISTORY

from .blockers import anchors, blocks, link, neutral

SUBMIT, PUBLISH = BY_NAME["submit"], BY_NAME["publish"]  # the verbs with pages of their own
ALL = "all"
CHANGED_SINCE = "It was changed after you opened this page. Check it again before you go on."
REASONS_BELOW = "Nothing was published. The reasons are listed below."


class CompanionsForm(forms.Form):
    """The form for submitting or publishing records together."""

    mark = forms.CharField(widget=forms.HiddenInput)
    also = forms.MultipleChoiceField(required=False)
    comment = UncheckedTextField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "class": "vLargeTextField"}),
        help_text=KEPT_IN_HISTORY,
    )

    def __init__(self, along, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.along = [str(record.pk) for record in along]
        self.fields["also"].choices = [(key, key) for key in [ALL, *self.along]]

    @property
    def ticked(self):
        """The ids of the ticked records, as first shown or as submitted."""
        ids = self["also"].value() or []
        return self.along if ALL in ids else [key for key in self.along if key in ids]


class PublishingForm(CompanionsForm):
    already_public = forms.BooleanField(
        required=False,
        label="Already public in the source",
        help_text="The cited source already says who took part. Saved in the history.",
    )
    homonym = homonym_field()


def label_on_page(record, page):
    """The label of a record on the page of the record that it belongs to."""
    keys = [getattr(page._meta.get_field(name), "field", None) for name in page.publishes]
    return label_of(record, without=next((key.name for key in keys if key.model is type(record)), ""))


def table_row(record, page, **more):
    """The template data for one record in a table."""
    kind, address = record._meta.verbose_name, address_of(record, "change")
    return {"label": label_on_page(record, page), "record": record, "kind": kind, "address": address, **more}


class Preview:
    """What would be published with a record, what is missing, and what can be included."""

    def __init__(self, record, user):
        self.record, self.user, self.moment = record, user, record.scheduled_for()
        self.own = [record, *record.drafts(user)]
        self.found = record.named(user)
        self.blockers, self.along = ready(self.found, user, self.moment)
        self.mark = versions_of([*self.own, *with_drafts(self.found, user)])

    def blockers_with(self, along):
        """{record: what blocks its publication by this user} if these are included."""
        return blockers_of(
            self.own, with_drafts(along, self.user), self.user, self.moment, already_public=True
        )

    def ticked(self, keys):
        return [record for record in self.along if str(record.pk) in keys]

    def shown(self, form):
        """The template data. Reasons that several records share are listed once, above the table."""
        best, now = self.blockers_with(self.along), self.blockers_with(self.ticked(form.ticked))
        still = {sentence for found in best.values() for sentence in found}
        every = blocks(now, self.user, lambda record: label_on_page(record, self.record))
        shared = [block for block in every if len(block.records) > 1 or block.causes]
        apart = {block.sentence for block in shared}
        rows = [
            table_row(
                record,
                self.record,
                missing=[
                    sentence for sentence in map(with_field_labels, now[record]) if sentence not in apart
                ],
                blocked=bool(now[record]),
                warnings=blocks({record: self.warnings(record)}, self.user),
            )
            for record in self.own
        ]
        return {
            "rows": rows,
            "blocks": [(block, block.sentence in map(with_field_labels, still)) for block in shared],
            "named": list(self.named(form.ticked)),
            "exposes": any(record.exposes() for record in self.own),
            "ready": not still,
            "may_tick": bool(self.along),
            "all": bool(self.along) and len(self.along) == len(form.ticked),
        }

    def warnings(self, record):
        return [*record.warnings(self.user, self.own), *filter(None, [record.exposes()])]

    def named(self, ticked):
        """The rows of the named records: whether they can be included, and what is missing."""
        for record in self.found:
            rows, key = with_drafts([record], self.user), str(record.pk)
            found = chain(*(self.blockers[row] for row in rows))
            more = {"missing": dict.fromkeys(map(with_field_labels, found)), "more": len(rows) - 1}
            may = record in self.along
            yield table_row(record, self.record, may=may, key=key, ticked=key in ticked, **more)


class CompanionPages(Addresses):
    """Mixin for the admin of records."""

    def get_urls(self):
        return [
            self.route("<path:object_id>/publish/", self.publish_view, "publish"),
            self.route("<path:object_id>/submit/", self.submit_view, "submit"),
            *super().get_urls(),
        ]

    def publish_view(self, request, object_id):
        """Lists what will be published and what blocks it. Then publishes all of it or nothing."""
        record = self.editable(request, object_id)
        page = Preview(record, request.user)
        form = PublishingForm(page.along, request.POST or None, initial={"mark": page.mark})
        if form.is_valid() and self.published(request, page, form):
            self.say_done(request, page, form)
            return redirect(self.address("change", record.pk))
        context = {"title": PUBLISH.title, "record": record, "form": form, "moment": page.moment}
        context["asks_homonym"] = SENTENCE in " ".join(form.non_field_errors()) if form.is_bound else False
        return render_page(self, request, "admin/record_publish.html", **context, **page.shown(form))

    def published(self, request, page, form):
        """True if it was published. Otherwise the form, or the page below it, says why."""
        found = {page.record: [CHANGED_SINCE]}
        if form.cleaned_data["mark"] == page.mark:
            texts = {name: form.cleaned_data[name] for name in ("comment", "already_public", HOMONYM)}
            found = self.attempt(request, "publish", page.record, **texts, also=form.ticked)
        form.data = form.data.copy()
        form.data["mark"] = page.mark
        shown = set(chain(*page.blockers_with(page.ticked(form.ticked)).values()))
        sentences = [*chain(*found.values())]
        for problem in {REASONS_BELOW if one in shown else with_field_labels(one): "" for one in sentences}:
            form.add_error(None, problem)
        return not found

    def say_done(self, request, page, form):
        done = PUBLISH.done
        if page.moment:
            done = f"approved for publication at {page.moment:%Y-%m-%d %H:%M} UTC"
        rows, along = len(page.own) - 1, len(with_drafts(page.ticked(form.ticked), request.user))
        message = f"1 {self.opts.verbose_name} was {done}{with_companions(rows, along)}."
        self.message_user(request, message, messages.SUCCESS)
        self.say_what_remains(request, page.found)

    def say_what_remains(self, request, named):
        """Say which of the named records are not public yet."""
        left = [one for one in {row.pk: row for row in named}.values() if self.waits(request.user, one)]
        if left:
            message = "Not public yet, and hidden with everything that belongs to them: {}."
            links = anchors([link(row, neutral) for row in left])
            self.message_user(request, format_html(message, links), messages.WARNING)

    @staticmethod
    def waits(user, record):
        """Whether a record is unpublished and visible to the user."""
        rows = type(record).objects.visible_to(user)
        return rows.filter(pk=record.pk, publication__in=WAITING).exists()

    def submit_view(self, request, object_id):
        """Lists what will be submitted and which drafts can be included. Then submits it."""
        record = self.get_object(request, unquote(object_id))
        if record is None:
            raise Http404
        if not SUBMIT.may(request.user, record):
            raise PermissionDenied
        rows, found = record.going_to_review(request.user, ()), record.to_submit(request.user)
        mark = versions_of([record, *rows, *found])
        form = CompanionsForm(found, request.POST or None, initial={"mark": mark, "also": [ALL]})
        if form.is_valid() and self.submitted(request, record, rows, form, mark):
            return redirect(self.address("change", record.pk))
        ticked = form.ticked
        context = {"title": SUBMIT.title, "record": record, "form": form}
        context["rows"] = [table_row(one, record) for one in [record, *rows]]
        context["named"] = [
            table_row(one, record, may=True, key=str(one.pk), ticked=str(one.pk) in ticked) for one in found
        ]
        return render_page(
            self, request, "admin/record_submit.html", all=len(found) == len(ticked), **context
        )

    def submitted(self, request, record, rows, form, mark):
        """True if it was submitted. Otherwise the form says why."""
        found = {record: [CHANGED_SINCE]}
        if form.cleaned_data["mark"] == mark:
            arguments = {"comment": form.cleaned_data["comment"], "also": form.ticked}
            along = len(record.going_to_review(request.user, form.ticked)) - len(rows)
            found = self.attempt(request, "submit", record, **arguments)
        form.data = form.data.copy()
        form.data["mark"] = mark
        for problem in chain(*found.values()):
            form.add_error(None, problem)
        if not found:
            done = f"1 {self.opts.verbose_name} was {SUBMIT.done}{with_companions(len(rows), along)}."
            self.message_user(request, done, messages.SUCCESS)
        return not found


def with_companions(rows, along):
    """How many other records were included, as text."""
    parts = [f"{how_many(rows, 'record')} that belong{'s' if rows == 1 else ''} to it"] if rows else []
    parts += [f"{how_many(along, 'record')} that it names"] if along else []
    return f", with {' and '.join(parts)}" if parts else ""
