"""Who may do what to which record in the admin: as the API has it, by the roles."""

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
        """Whether somebody does what only editors do: publish, send back, withdraw."""
        return roles.edits(request.user)


class OnlyFiltered:
    """Mixin for an admin whose list takes what its filters ask: of more the database may not take all."""

    def lookup_allowed(self, lookup, value, request):
        filters = {getattr(one, "parameter_name", one) for one in self.get_list_filter(request)}
        name, _, how = lookup.partition("__")
        return name in filters and how in ("", "exact", "isnull") and "\0" not in value


class OnlyShown:
    """Mixin for an admin whose rows nobody adds, changes or deletes there."""

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


def editing_fields(user):
    """The fields for the work on a record, as the API has them; here editors also say who is cleared."""
    names = [name for name in editorial_fields.names(user) if name != "confidentiality"]
    return [*names, "cleared"] if roles.edits(user) else names


def locked(user, row, page):
    """Whether a row on the page of another record is to be changed on its own page, or not by this user.

    A published row asks for a reason, and the page of what was never published has no field for one.
    """
    return not roles.may_change(user, row) or bool(row.published_at and not page.published_at)
