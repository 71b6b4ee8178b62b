"""Hidden things about visible rows: what is hidden must not show in what is not."""

import json
from contextlib import suppress

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, transaction
from django.test import Client

from dialogues.models import Participation
from people.models import Person
from tests import make
from tracker.records.accounts.saved_filters import SavedFilter
from tracker.records.audit.actor import acting_as
from tracker.records.base.record import Record
from tracker.records.base.slugs import OldSlug, Slugged
from tracker.records.base.sources import Source
from tracker.records.protocol.idempotency import KeptAnswer
from tracker.records.shapes.urls import resource
from tracker.records.values.names import slugify_name
from tracker.records.workflow.proposals import Proposal

TAKEN = ("title", "name", "source_url")  # what a double has of the row


class Lures:
    """Mixin for worlds."""

    def lure(self, row):
        """What only those know who work on a record."""
        if row.cited:
            source = self.some("hidden", Source)
            make.citation(row, source=source, quotation=self.word(row, "quotation"))
        if hasattr(row, "other_names"):
            make.name(row, self.word(row, "other_names"), confidentiality="confidential")
        for state in (("draft", "public"), ("published", "restricted")):
            self.double(row, *state)
            self.double(self.drafts[type(row)], *state)
        self.point_at(self.drafts[type(row)])
        self.delete(type(row))
        self.work_on(row)
        self.propose(row)

    def lure_secretly(self, row):
        """What only those know who are cleared for it."""
        if row.cited:
            make.citation(
                row, source=self.some("secret", Source), quotation=self.word(row, "quotation", "secret")
            )
        self.double(row, "published", "confidential")
        if isinstance(row, Participation) and row.naming != "named":
            make.identity(row, person=self.some("secret", Person))

    def word(self, row, about, world="hidden"):
        return self.canaries.word(world, f"{row._meta.label}.{about} of a visible row")

    def some(self, world, model):
        """A hidden row of a model."""
        return self.first[world][model][-1]

    def double(self, row, publication, confidentiality):
        """A hidden record that has what is the row's own: its name, slug, address, identifiers."""
        if not isinstance(row, Slugged):
            return None
        fields = {name: getattr(row, name) for name in TAKEN if hasattr(row, name)}
        fields |= {name: getattr(row, name) for name in type(row).visible_with}
        if publication == "draft":
            fields["slug"] = row.slug
        state = {"publication": publication, "confidentiality": confidentiality}
        twin = make.one(type(row), cited=False, **state, **fields)
        OldSlug.objects.create(model=row._meta.label, slug=f"once-{str(twin.pk)[:8]}", record_id=twin.pk)
        if hasattr(row, "identifiers"):
            for one in row.identifiers.all():
                make.identifier(twin, one.scheme, one.identifier)
        return twin

    def point_at(self, draft):
        """Makes hidden records lead to a draft by each key that does, where they may have one more."""
        for relation in type(draft)._meta.related_objects:
            if relation.one_to_many and issubclass(relation.related_model, Record):
                rows = self.first["hidden"][relation.related_model]
                row = next(row for row in rows if row.publication != "published" and not row.created_by_id)
                with suppress(IntegrityError), transaction.atomic():
                    type(row).objects.filter(pk=row.pk).update(**{relation.field.name: draft})

    def keep_slug(self, draft):
        """A confidential record that was public under the slug which a draft will be given."""
        if twin := self.double(draft, "published", "confidential"):
            type(draft).objects.filter(pk=twin.pk).update(slug=slugify_name(draft.label))

    def delete(self, model):
        """A draft that was there and is not any more; its history remains."""
        with acting_as(
            user=self.author.pk, reason=self.canaries.word("hidden", f"{model._meta.label} deleted")
        ):
            self.world.add(model, "draft", "public").delete()
        self.world.rows[model].pop()

    def work_on(self, row):
        """Edits of a public row that are not public, as editors make them through the API."""
        work = {"notes": self.word(row, "notes"), "assigned_to": "the-author", "follow_up": "2026-01-31"}
        self.patch(row, {"editorial": work})
        for field in [*row._meta.concrete_fields, *row._meta.many_to_many]:
            if field.name in row.visible_with or field.related_model not in self.first["hidden"]:
                continue
            hidden = self.some("hidden", field.related_model)
            if field.many_to_many:
                linked = getattr(row, field.name).visible_to(self.author)
                self.patch(row, {field.name: [str(one.pk) for one in (*linked, hidden)]}, refusable=True)
            elif getattr(row, field.attname) is None:
                self.patch(row, {field.name: str(hidden.pk)}, refusable=True)

    def patch(self, row, document, refusable=False):
        """Changes a row as the author; some rows refuse some keys."""
        row.refresh_from_db(fields=["version"])
        client = Client()
        client.force_login(self.author)
        answer = client.patch(
            f"/api/v1/{resource(type(row))}/{row.pk}/",
            json.dumps({**document, "reason": self.word(row, "reason")}),
            content_type="application/json",
            headers={"If-Match": f'"{row.version}"'},
        )
        assert answer.status_code == 200 or refusable, answer.content

    def propose(self, row):
        said = {"document": {"notes": self.word(row, "proposed")}, "reason": self.word(row, "reason")}
        about = {"model": row._meta.label, "record_id": row.pk, "version": row.version}
        Proposal.objects.create(created_by=self.author, **about, **said)

    def belongings(self, user):
        """What somebody else than the readers left behind."""
        word = self.canaries.word
        SavedFilter.objects.create(
            user=user,
            model="people.Person",
            name=word("hidden", "records.SavedFilter.name"),
            query=f"q={word('hidden', 'records.SavedFilter.query')}",
        )
        KeptAnswer.objects.create(
            user=user, key=word("hidden", "key"), digest="", body=word("hidden", "body")
        )
        LogEntry.objects.create(
            user=user,
            content_type=ContentType.objects.get_for_model(Person),
            object_repr=word("hidden", "admin.LogEntry.object_repr"),
            action_flag=CHANGE,
            change_message=word("hidden", "admin.LogEntry.change_message"),
        )
