"""Our own pages in the admin, and their addresses."""

from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import capfirst


def address_of(record, page):
    """The path of a page about a record."""
    return reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_{page}", args=[record.pk])


class Addresses:
    """Mixin for an admin: the addresses of its pages."""

    def address(self, page, *args):
        """The path of a page of this admin."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}", args=args)


class PlainTitle:
    """Mixin for an admin: the title of its list is what it lists, without "Select ... to change"."""

    def changelist_view(self, request, extra_context=None):
        title = {"title": capfirst(self.opts.verbose_name_plural)}
        return super().changelist_view(request, {**title, **(extra_context or {})})


def render_page(model_admin, request, template, **said):
    """A page in the admin of a model, with this template data."""
    context = {**model_admin.admin_site.each_context(request), "opts": model_admin.opts, **said}
    return TemplateResponse(request, template, context)


def render_secret(model_admin, request, **said):
    """The page that shows a secret once. The secret is stored nowhere."""
    name = f"admin:{model_admin.opts.app_label}_{model_admin.opts.model_name}_changelist"
    return render_page(model_admin, request, "admin/shown_once.html", back=reverse(name), **said)
