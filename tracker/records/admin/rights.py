"""Permissions in the admin, by role, as in the API."""

from tracker.records.policy import roles
from tracker.records.workflow import editorial_fields


class Rights:
    """Mixin for the admin of records."""

    def has_change_permission(self, request, obj=None):
        allowed = super().has_change_permission(request, obj)
        return allowed and (obj is None or roles.may_change(request.user, obj))

    def has_delete_permission(self, request, obj=None):
        allowed = super().has_delete_permission(request, obj)
        return allowed and (obj is None or roles.may_delete(request.user, obj))

    def has_edit_permission(self, request):
        """Whether the user has editor rights: publish, send back, withdraw."""
        return roles.edits(request.user)


class SafeLookups:
    """Mixin for an admin whose list accepts only the lookups of its own filters."""

    def lookup_allowed(self, lookup, value, request):
        filters = {getattr(one, "parameter_name", one) for one in self.get_list_filter(request)}
        name, _, how = lookup.partition("__")
        return name in filters and how in ("", "exact", "isnull") and "\0" not in value


class ReadOnlyAdmin:
    """Mixin for an admin in which nobody can add, change or delete rows."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


def editing_fields(user):
    """The editorial fields, as in the API; here editors also choose who is cleared."""
    names = [name for name in editorial_fields.field_names(user) if name != "confidentiality"]
    return [*names, "cleared"] if roles.edits(user) else names


def is_locked_row(user, row, page):
    """Whether a row on the page of another record can be changed only on its own page, or by others.

    A published row needs a reason, and the page of a record that was never public does not ask for one.
    """
    return not roles.may_change(user, row) or bool(row.published_at and not page.published_at)
