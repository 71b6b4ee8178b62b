"""What is known about people and cases on each day, as far as the public sees it, stored to be looked up.

Computing it takes long for many people. Triggers note what has changed. Until `refresh_answers` has
computed the answers about them again, readers compute these themselves; so an answer is never out of date.
"""

import pgtrigger
from django.db import models

from tracker.records.base.sources import Source

from .case_events import CaseEvent, CaseEventCitation, Charge
from .cases import PersecutionCase
from .people import Person

RECORDS_CHANGED = "records_changed"


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
    """Something that answers were computed from has changed since. Each change adds a row of its own.

    So whoever computes the answers again deletes only rows of changes that they have seen. `changed` is the
    id of a person, a case, an event or a source. Whom the answers are about is asked later: while the change
    is made, another transaction may move the event to another case, or the case to another person.
    """

    changed = models.UUIDField()

    class Meta:
        default_permissions = ()

    def __str__(self):
        return f"outdated {self.pk}"


def note_changed(operation, *ids, condition=None):
    """A trigger that notes these ids of a changed row."""
    values = ", ".join(f"({one})" for one in ids)
    return pgtrigger.Trigger(
        name=RECORDS_CHANGED,
        when=pgtrigger.After,
        operation=operation,
        condition=condition,
        func="IF NEW IS DISTINCT FROM OLD THEN INSERT INTO people_outdated (changed)"  # noqa: S608 - only names
        f" SELECT DISTINCT id FROM (VALUES {values}) AS ids (id) WHERE id IS NOT NULL; END IF; RETURN NULL;",
    )


def before_and_after(*names):
    """These columns of a row before and after a change."""
    return [f"{state}.{name}" for name in names for state in ("OLD", "NEW")]


ANY = pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete
pgtrigger.register(note_changed(ANY, *before_and_after("id", "person_id")))(PersecutionCase)
for model in (CaseEvent, Charge):
    pgtrigger.register(note_changed(ANY, *before_and_after("case_id")))(model)
pgtrigger.register(note_changed(ANY, *before_and_after("record_id")))(CaseEventCitation)
pgtrigger.register(
    note_changed(pgtrigger.Update, "NEW.id", condition=pgtrigger.AnyChange("death_date", "is_public"))
)(Person)
# By then, an event without a date has happened: the newest source says so.
pgtrigger.register(
    note_changed(pgtrigger.Update, "NEW.id", condition=pgtrigger.AnyChange("date", "is_public"))
)(Source)
