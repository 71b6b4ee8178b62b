"""Who may do what to which record in the admin: as the API has it, by the roles."""

from tracker.records import roles

EDITING = ("assigned_to", "follow_up", "cleared", "publish_at", "notes")
OWN_EDITING = ("follow_up", "notes")


class Rights:
    """Mixin for the admin of records."""

    def has_change_permission(self, request, obj=None):
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or roles.may_change(request.user, obj))

    def has_delete_permission(self, request, obj=None):
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or roles.may_delete(request.user, obj))

    def has_edit_permission(self, request):
        """Whether somebody does what only editors do: publish, send back, withdraw."""
        return roles.edits(request.user)


def editing_fields(user):
    """The fields for the work on a record: to whom it is assigned, and who is cleared, editors say."""
    return EDITING if roles.edits(user) else OWN_EDITING


def locked(user, row, page):
    """Whether a row on the page of another record is to be changed on its own page, or not by this user.

    A published row asks for a reason, and the page of what was never published has no field for one.
    """
    return not roles.may_change(user, row) or bool(row.published_at and not page.published_at)
