"""The addresses of pages in the admin."""

from django.urls import path, reverse


def page_name(meta, page):
    """The name of the route to a page of a model; `admin:` goes before it."""
    return f"{meta.app_label}_{meta.model_name}_{page}"


def address_of(record, page):
    """The path of a page about a record."""
    return reverse(f"admin:{page_name(record._meta, page)}", args=[record.pk])


class Addresses:
    """Mixin for an admin: the addresses of its pages."""

    def address(self, page, *args):
        """The path of a page of this admin."""
        return reverse(f"admin:{page_name(self.opts, page)}", args=args)

    def route(self, pattern, view, page, **kwargs):
        """The route to a page of this admin, for `get_urls`."""
        return path(pattern, self.admin_site.admin_view(view), kwargs, name=page_name(self.opts, page))
