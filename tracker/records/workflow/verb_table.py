"""The verbs of the workflow, one row each: scope, body, who may, from which states, and what it is called.

Routes, the API document, the checks in `publishing`, and the actions, buttons and pages of the admin derive
from it. What a verb does is a method of its name, in `publishing`.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from tracker.records.policy import roles
from tracker.records.protection.name_check import HOMONYM
from tracker.records.values.codes.vocabularies import TAKEN_BACK, Publication, TakedownReason

from .companions import ALSO

ALREADY_PUBLIC = "already_public"
KEEP = "keep"  # for a takedown: ids of records that stay public although they name the person
COMMENT, WHY = "comment", "reason"
KEPT_IN_HISTORY = "Saved in the history of each record. Never published."
SAMPLE_TEXT = "The source says something else."


class Verb(NamedTuple):
    name: str  # of the method
    scope: str  # that a token needs for it
    against: Callable  # (user, record) -> why the user may not, or ""; None means any record
    states: tuple  # from which it leads
    to: Publication
    title: str  # what it is called in the admin
    done: str  # what was done
    about: str  # for the API document
    says: str = COMMENT  # what its text is called, in the body of a request
    must_say: str = ""  # what to give if the text may not be empty
    reasons: type | None = None  # the vocabulary of its text, if it is not in free words
    intro: str = ""  # of the page that asks for the text
    help: str = KEPT_IN_HISTORY  # of the text
    of_many: str = ""  # the action of a list, if no page asks for the text
    more: Mapping = {}  # what else may be said with it, and what it means if it is not

    @property
    def path(self):
        """How its address ends."""
        return self.name.replace("_", "-")

    @property
    def button(self):
        """Three dots lead to the page that asks for the text."""
        return f"{self.title} ..." if self.must_say else f"Save and {self.title.lower()}"

    @property
    def action(self):
        """What it is called for the selected records of a list."""
        return self.of_many or f"{self.title} selected records ..."

    @property
    def takes_back(self):
        """Whether the public no longer sees the record."""
        return self.to in TAKEN_BACK

    @property
    def sample(self):
        """A text for examples."""
        return self.reasons.values[0] if self.reasons else SAMPLE_TEXT

    def may(self, user, record):
        """Whether a user may apply it to a record in its state."""
        return record.publication in self.states and not self.against(user, record)

    def is_valid(self, text):
        return text in self.reasons if self.reasons else bool(text.strip())


VERBS = (
    Verb(
        "submit",
        scope="write",
        against=roles.only_workers,
        states=(Publication.DRAFT,),
        to=Publication.IN_REVIEW,
        title="Submit for review",
        done="submitted for review",
        about="Submits a draft for review, with the drafts that belong to it and those listed in also.",
        of_many="Submit selected records for review",
        more={ALSO: []},
    ),
    Verb(
        "send_back",
        scope="publish",
        against=roles.only_editors,
        states=(Publication.IN_REVIEW,),
        to=Publication.DRAFT,
        title="Send back",
        done="sent back",
        about="Sends a record in review back to its author, with the records that belong to it.",
        must_say="Say what needs to be fixed.",
        intro="Return these records to their authors as drafts:",
        help="What needs to be fixed. The author sees it on the record and on the start page.",
    ),
    Verb(
        "publish",
        scope="publish",
        against=roles.only_publishers,
        states=tuple(state for state in Publication if state != Publication.PUBLISHED),
        to=Publication.PUBLISHED,
        title="Publish",
        done="published",
        about="Publishes the record, with the drafts that belong to it and those listed in also: all or none;"
        " if its publish_at is in the future, at that time.",
        of_many="Publish selected records, with everything that belongs to them",
        more={ALREADY_PUBLIC: False, HOMONYM: "", ALSO: []},
    ),
    Verb(
        "withdraw",
        scope="publish",
        against=roles.only_editors,
        states=(Publication.PUBLISHED,),
        to=Publication.WITHDRAWN,
        title="Withdraw",
        done="withdrawn",
        about="Withdraws the record from the public.",
        says=WHY,
        must_say="Say why it is withdrawn.",
        intro="These records are withdrawn from the public, with everything that belongs to them:",
        help=f"Why they are withdrawn. {KEPT_IN_HISTORY}",
    ),
    Verb(
        "takedown",
        scope="publish",
        against=roles.only_editors,
        states=tuple(state for state in Publication if state != Publication.TAKEN_DOWN),
        to=Publication.TAKEN_DOWN,
        title="Take down",
        done="taken down",
        about="Hides the record everywhere at once, as if it had never been there. For a person, also hides"
        " every public record whose text names the person, except the ids in keep.",
        says=WHY,
        must_say=f"Give one of {', '.join(TakedownReason)}.",
        reasons=TakedownReason,
        intro="These records, and everything that belongs to them, are removed from every public page, list"
        " and export at once, as if they had never existed. Their addresses stop working. You can publish"
        " them again, with a reason. If you take down a person, other public records that name them are"
        " searched for and hidden within a minute. You decide afterward which of these to publish again.",
        more={KEEP: []},
    ),
)
BY_NAME = {one.name: one for one in VERBS}
