"""Our own pages in the admin."""

from django.template.response import TemplateResponse
from django.utils.text import capfirst


class PlainTitle:
    """Mixin for an admin: the title of its list is what it lists, without "Select ... to change"."""

    def changelist_view(self, request, extra_context=None):
        title = {"title": capfirst(self.opts.verbose_name_plural)}
        return super().changelist_view(request, {**title, **(extra_context or {})})


def render_page(model_admin, request, template, **more):
    """A page in the admin of a model, with this template data."""
    context = {**model_admin.admin_site.each_context(request), "opts": model_admin.opts, **more}
    return TemplateResponse(request, template, context)


def render_secret(model_admin, request, **more):
    """The page that shows a secret once. The secret is stored nowhere."""
    back = model_admin.address("changelist")
    return render_page(model_admin, request, "admin/shown_once.html", back=back, **more)
