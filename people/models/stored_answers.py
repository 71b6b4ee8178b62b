"""What is known about people and cases on each day, as far as the public sees it, stored to be looked up.

Computing it takes long for many people. Triggers note whose records have changed. Until `refresh_answers` has
computed the answers about them again, readers compute these themselves; so an answer is never out of date.
"""

import pgtrigger
from django.db import models

from tracker.records.base.sources import Source

from .case_events import CaseEvent, CaseEventCitation, Charge
from .cases import PersecutionCase
from .people import Person

RECORDS_CHANGED = "records_changed"
OF_CASES = "SELECT coalesce(person_id, id) FROM people_persecutioncase WHERE id"
OF_EVENTS = f"{OF_CASES} IN (SELECT case_id FROM people_caseevent WHERE id"  # noqa: S608 - only names
OF_SOURCES = f"{OF_EVENTS} IN (SELECT record_id FROM people_caseeventcitation WHERE source_id"  # noqa: S608


class StoredAnswer(models.Model):
    """One answer about a person or a case on consecutive days. Days without a row have the weakest answer."""

    owner = models.UUIDField(db_index=True, help_text="The person, or the case of an organization.")
    subject = models.UUIDField(help_text="The owner, or a case of the owner.")
    is_of_case = models.BooleanField()
    track = models.CharField(max_length=12, help_text="custody, house_arrest, travel_ban, abroad, or open.")
    strength = models.PositiveSmallIntegerField(help_text="The place of the answer in its vocabulary.")
    first = models.DateField()
    last = models.DateField()
    reported = models.CharField(  # noqa: DJ001 - an empty text is that of a fact without a date
        max_length=60, null=True, help_text="The date of the fact that it rests on. Null: it rests on none."
    )

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(
                fields=["track", "is_of_case", "strength", "last", "first"], name="stored_answer_day"
            )
        ]

    def __str__(self):
        return f"answer {self.pk}"


class Outdated(models.Model):
    """A person or case whose stored answers may be out of date. Each change adds a row of its own.

    So whoever computes the answers again deletes only rows of changes that they have seen.
    """

    owner = models.UUIDField(db_index=True)

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"outdated {self.pk}"


def note_changed(operation, owners, condition=None):
    """A trigger that notes the owners of the answers which a changed row belongs to."""
    return pgtrigger.Trigger(
        name=RECORDS_CHANGED,
        when=pgtrigger.After,
        operation=operation,
        condition=condition,
        func="IF NEW IS DISTINCT FROM OLD THEN"
        f" INSERT INTO people_outdated (owner) {owners}; END IF; RETURN NULL;",
    )


ANY = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete
pgtrigger.register(
    note_changed(
        ANY,
        "SELECT DISTINCT owner FROM (VALUES (coalesce(NEW.person_id, NEW.id)),"
        " (coalesce(OLD.person_id, OLD.id))) AS changed (owner) WHERE owner IS NOT NULL",
    )
)(PersecutionCase)
for model in (CaseEvent, Charge):
    pgtrigger.register(note_changed(ANY, f"{OF_CASES} IN (NEW.case_id, OLD.case_id)"))(model)
pgtrigger.register(note_changed(ANY, f"{OF_EVENTS} IN (NEW.record_id, OLD.record_id))"))(CaseEventCitation)
pgtrigger.register(
    note_changed(pgtrigger.Update, "SELECT NEW.id", pgtrigger.AnyChange("death_date", "is_public"))
)(Person)
# By then, an event without a date has happened: the newest source says so.
pgtrigger.register(
    note_changed(pgtrigger.Update, f"{OF_SOURCES} = NEW.id))", pgtrigger.AnyChange("date", "is_public"))
)(Source)
