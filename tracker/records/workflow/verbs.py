"""The verbs of the workflow, one row each. Routes, scopes of tokens, and the API document derive from it.

What a verb does is a method of its name, in `states`; who may do it and from which states, the method checks.
"""

from collections.abc import Mapping
from typing import NamedTuple

from tracker.records.protection.name_check import HOMONYM

from .companions import ALSO

ALREADY_PUBLIC = "already_public"
KEEP = "keep"  # for a takedown: ids of records that stay public although they name the person
COMMENT, WHY = "comment", "reason"


class Verb(NamedTuple):
    name: str  # of the method
    scope: str  # that a token needs for it
    says: str  # what its text is called, in the body of a request
    must_say: bool
    about: str  # for the API document
    more: Mapping = {}  # what else may be said with it, and what it means if it is not

    @property
    def path(self):
        """How its address ends."""
        return self.name.replace("_", "-")


VERBS = (
    Verb(
        "submit",
        "write",
        COMMENT,
        False,
        "Submits a draft for review, with the drafts that belong to it and those listed in also.",
        {ALSO: []},
    ),
    Verb(
        "send_back",
        "publish",
        COMMENT,
        True,
        "Sends a record in review back to its author, with the records that belong to it.",
    ),
    Verb(
        "publish",
        "publish",
        COMMENT,
        False,
        "Publishes the record, with the drafts that belong to it and those listed in also: all or none;"
        " if its publish_at is in the future, at that time.",
        {ALREADY_PUBLIC: False, HOMONYM: "", ALSO: []},
    ),
    Verb("withdraw", "publish", WHY, True, "Withdraws the record from the public."),
    Verb(
        "takedown",
        "publish",
        WHY,
        True,
        "Hides the record everywhere at once, as if it had never been there. For a person, also hides"
        " every public record whose text names the person, except the ids in keep.",
        {KEEP: []},
    ),
)
BY_NAME = {one.name: one for one in VERBS}
