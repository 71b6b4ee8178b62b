"""Deleting a draft, without revealing records that the user cannot see."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction

from tracker.records.audit.admin_log import make_neutral
from tracker.records.policy import roles
from tracker.records.policy.visibility import POINTED_AT, sees_any
from tracker.records.values.codes.vocabularies import Confidentiality

NOT_DELETED = (
    "You can delete only your own drafts that were never published. Withdraw published records instead."
)


class Deletion:
    """Mixin for a record: who may delete it, and what happens where others still need it."""

    def stays_for(self, user):
        """Whether a user cannot delete it since others point at it that they see."""
        return sees_any(user, self.pointing())

    @transaction.atomic
    def discard(self, by):
        """Delete it; where only what `by` does not see points at it, leave it to those who see both.

        So neither an error nor what remains reveals hidden records. ValidationError if it stays.
        """
        self.refresh_from_db(from_queryset=type(self).objects.select_for_update(of=("self",)))  # nor new ones
        if not roles.may_delete(by, self):
            raise PermissionDenied(NOT_DELETED)
        rows = self.pointing()
        if sees_any(by, rows):
            raise ValidationError(POINTED_AT)
        make_neutral(self)  # whether it is deleted or left: the log of `by` tells neither from the other
        relations = [relation for relation in self._meta.related_objects if relation.many_to_many]
        links = [getattr(self, relation.get_accessor_name()) for relation in relations]
        linking = [row for linked in links for row in linked.exclude(pk__in=linked.visible_to(by))]
        unseen = [*rows, *linking]
        readers = self._readers_of_any(unseen)
        if not rows and not readers:
            super().discard(by)
            return
        self._leave(readers, to_editors=sees_any(roles.anybody([roles.Role.EDITOR]), unseen))
        for linked in links:  # as if it were deleted, so says the history of what `by` sees
            linked.remove(*linked.visible_to(by))

    def _readers_of_any(self, rows):
        """Who sees it and one of these rows, too."""
        users = roles.active_users() if rows else ()
        return [user for user in users if self.is_visible_to(user) and sees_any(user, rows)]

    def _leave(self, readers, to_editors):
        """Take it from its author, and from everyone but these unless every editor sees why it stays."""
        cleared = [user for user in readers if roles.may_be_cleared(user) and not self.closed_to(user)]
        self.created_by = None
        if self.assigned_to not in readers:
            self.assigned_to = None
        if not to_editors:
            self.confidentiality = Confidentiality.CONFIDENTIAL
        self.save()
        if self.confidentiality == Confidentiality.CONFIDENTIAL:
            self.cleared.set(cleared)
