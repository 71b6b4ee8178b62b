"""Addresses of lists and records in the API."""

from urllib.parse import urlencode

from django.conf import settings

API = "/api/v1/"
list_sections, record_sections = set(), set()  # whose lists, and whose records, have pages: the site says so
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


def with_query(given):
    """The part of an address with these parameters, but for those that are None; "" if there are none."""
    said = {name: value for name, value in given.items() if value is not None}
    return f"?{urlencode(said)}" if said else ""


def with_parameter(url, name, value):
    """An address with one more parameter."""
    return f"{url}{'&' if '?' in url else '?'}{urlencode({name: value})}"


def page_of_list(url):
    """The address of the page for a list of the API; the given address if it has no page."""
    path = url.removeprefix(api_url(""))
    return f"{settings.PUBLIC_URL}/{path}" if path.partition("/")[0] in list_sections else url


def page_address(reference):
    """The address of the page of a record on this site, "" if its kind has no pages."""
    section, key = reference["url"].rstrip("/").split("/")[-2:]
    return f"/{section}/{reference.get('slug') or key}/" if section in record_sections else ""
