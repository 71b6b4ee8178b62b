"""Addresses of lists and records in the API."""

from django.conf import settings

API = "/api/v1/"
sections = set()  # the resources whose lists and records have pages; the site adds them
URI = {"type": "string", "format": "uri"}  # the schema of an address


def resource(model):
    """The name of a model's endpoint: its plural with hyphens, unless the model sets another name."""
    return getattr(model, "endpoint", None) or model._meta.verbose_name_plural.replace(" ", "-")


def api_url(path):
    """An absolute address of the API."""
    return f"{settings.PUBLIC_URL}{API}{path}"


def list_url(model):
    return api_url(f"{resource(model)}/")


def record_url(model, key):
    return f"{list_url(model)}{key}/"


def page_url(url, slug=None):
    """The address of the page for a list or a record, by its address in the API. None if it has no page."""
    section, _, rest = url.removeprefix(api_url("")).partition("/")
    rest = f"{slug}/" if slug else rest
    return f"{settings.PUBLIC_URL}/{section}/{rest}" if section in sections else None
