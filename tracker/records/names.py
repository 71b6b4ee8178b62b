"""Folding of names."""

from anyascii import anyascii


def fold(text: str) -> str:
    return " ".join("".join(c if c.isalnum() else " " for c in anyascii(text).lower()).split())


def tokens(text: str) -> list[str]:
    return list(dict.fromkeys(fold(text).split()))


def slugify_name(text: str) -> str:
    return fold(text).replace(" ", "-")[:80]
