"""Web addresses: which ones a source may have, and which two are probably the same.

An address is stored as it was given: two pages may only differ after `#`. Two addresses that are
probably the same are never merged. They share one key, and the editor who publishes the second is warned.
"""

import hashlib
import re
import unicodedata
from ipaddress import ip_address
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ValidationError
from django.db import models

from tracker.records.values.columns import Derived

from .hosts import is_disguised, is_reachable, labels_of

PORTS = {"http": 80, "https": 443}
NOT_OPEN = "Give an address that anyone can open, for example https://example.org/."
DISGUISED = "The host has letters that imitate another alphabet. Give the address of the real site."
# Parameters that only say where a reader came from.
TRACKING_PREFIXES = ("utm_", "mtm_", "pk_", "hsa_", "_hs", "oly_", "vero_", "at_", "fb_")
TRACKING = {
    *(
        "fbclid",
        "gclid",
        "gclsrc",
        "dclid",
        "gbraid",
        "wbraid",
        "msclkid",
        "yclid",
        "ysclid",
        "ttclid",
        "twclid",
    ),
    *(
        "igsh",
        "igshid",
        "mibextid",
        "mc_cid",
        "mc_eid",
        "mkt_tok",
        "srsltid",
        "li_fat_id",
        "ref_src",
        "ref_url",
    ),
    *("_ga", "_gl", "_openstat", "s_cid", "cmpid", "ncid", "ocid", "smid", "cmp", "xtor", "ref"),
}


def fault_of(url):
    """A sentence that says what is wrong with an address; "" if it is fine or empty."""
    try:
        parts = urlsplit(url.strip())
        fits = parts.scheme in PORTS and "@" not in parts.netloc and parts.port != 0  # above 65535 it raises
        if "[" in parts.netloc:
            return "" if fits and ip_address(parts.hostname).is_global else NOT_OPEN
        labels = labels_of(re.sub(r":\d*$", "", parts.netloc))
        if url and not (fits and is_reachable(labels)):
            return NOT_OPEN
    except (ValueError, ValidationError):
        return NOT_OPEN
    return DISGUISED if is_disguised(labels) else ""


def likeness(url):
    """The common form of addresses that probably lead to the same page; "" without a host.

    These are ignored: scheme, `www.`, punycode, trailing slashes, percent encoding, tracking parameters, the
    order of the others, and a fragment, unless it is a route within a single-page application.
    """
    try:
        parts = urlsplit(url.strip())
        port = "" if parts.port in (None, PORTS.get(parts.scheme)) else f":{parts.port}"
    except ValueError:
        return ""
    if not parts.hostname:
        return ""
    path = unquote(parts.path).rstrip("/")
    return repr(
        (bare_host(parts.hostname) + port, path, sorted_parameters(parts.query), route(parts.fragment))
    )


def address_key(url):
    """A short key that similar addresses share; "" if it is not an address."""
    common = likeness(url)
    return hashlib.sha256(common.encode("utf-8", "replace")).hexdigest() if common else ""


def sorted_parameters(query):
    """The sorted parameters of a query, without tracking parameters."""
    return sorted(one for one in parse_qsl(query, True) if not is_tracking(one[0].lower()))


def is_tracking(name):
    """Whether a parameter says only where a reader came from."""
    return name in TRACKING or name.startswith(TRACKING_PREFIXES)


def bare_host(host):
    """A host in ASCII, without `www.`."""
    labels = unicodedata.normalize("NFKC", host.lower()).rstrip(".").split(".")
    ascii_labels = [one if one.isascii() else f"xn--{one.encode('punycode').decode()}" for one in labels]
    return ".".join(ascii_labels).removeprefix("www.")


def route(fragment):
    """A fragment that distinguishes pages, as in #/company/123 or #!inbox; "" for a place within a page."""
    if not fragment.startswith("!") and ("/" not in fragment or fragment.startswith(":~:")):
        return ""
    path, _, query = fragment.partition("?")
    return repr((unquote(path).rstrip("/"), sorted_parameters(query)))


class LikenessField(Derived, models.CharField):
    """`url_key = LikenessField("source_url")` is equal for addresses that probably lead to the same page."""

    always = {**Derived.always, "default": "", "max_length": 64, "db_index": True}

    def derive(self, instance):
        return address_key(getattr(instance, self.sources[0]) or "")
