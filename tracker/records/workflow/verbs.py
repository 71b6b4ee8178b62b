"""The verbs of the workflow, one row each. Routes, scopes of tokens, and the API document derive from it.

What a verb does is a method of its name, in `states`; who may do it and from which states, the method checks.
"""

from collections.abc import Mapping
from typing import NamedTuple

from tracker.records.protection.name_check import HOMONYM

from .companions import ALSO

ALREADY_PUBLIC = "already_public"
KEEP = "keep"  # of a takedown: the ids of what stays though it names who is taken down
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
        "Hands a draft over for review, with the drafts that belong to it, and those in also.",
        {ALSO: []},
    ),
    Verb(
        "send_back",
        "publish",
        COMMENT,
        True,
        "Returns what is in review to its author, with what belongs to it.",
    ),
    Verb(
        "publish",
        "publish",
        COMMENT,
        False,
        "Makes the record public, with the drafts that belong to it, and those in also: all or none;"
        " at its publish_at, if that is to come.",
        {ALREADY_PUBLIC: False, HOMONYM: "", ALSO: []},
    ),
    Verb("withdraw", "publish", WHY, True, "Takes the record back."),
    Verb(
        "takedown",
        "publish",
        WHY,
        True,
        "Takes the record out of every channel at once, as if it had never been there, and with a"
        " person every public record whose text names them, but for the ids in keep.",
        {KEEP: []},
    ),
)
BY_NAME = {one.name: one for one in VERBS}
