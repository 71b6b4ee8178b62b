"""The access log of confidential records, for administrators: ids, without names of records."""

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import OuterRef, Q, Subquery

from tracker.records.admin.pages.render import PlainTitle
from tracker.records.admin.rights import ReadOnlyAdmin, SafeLookups
from tracker.records.admin_site.autocomplete import is_uuid
from tracker.records.audit.access_log import Reading
from tracker.records.policy.roles import Role, roles


@admin.register(Reading)
class ReadingAdmin(PlainTitle, SafeLookups, ReadOnlyAdmin, admin.ModelAdmin):
    list_display = ["at", "who", "through", "method", "page", "how_many"]
    list_filter = ["through"]
    search_fields = ["id"]  # Django's sign that there is a search; what it finds is said below
    search_help_text = "The id of a record, or a username."
    list_per_page = 50
    show_full_result_count = False
    actions = None
    fields = ["at", "who", "through", "method", "page", "records"]

    class Media:
        css = {"all": ["tracker/admin.css"]}

    @admin.display(description="user", ordering="username")
    def who(self, reading):
        return reading.username or reading.user_id

    @admin.display(description="records")
    def how_many(self, reading):
        return len(reading.records)

    def get_queryset(self, request):
        users = get_user_model().objects.filter(pk=OuterRef("user"))
        return super().get_queryset(request).annotate(username=Subquery(users.values("username")))

    def get_search_results(self, request, queryset, search_term):
        condition = Q(records__contains=[search_term]) if is_uuid(search_term) else Q(username=search_term)
        return (queryset.filter(condition) if search_term else queryset), False

    def has_module_permission(self, request):
        return self.has_view_permission(request)

    def has_view_permission(self, request, obj=None):
        return Role.ADMINISTRATOR in roles(request.user)
