"""The documents of the project, and the links in them."""

import re

from django.conf import settings

ROOT = settings.BASE_DIR
PATHS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), ROOT / "fixtures" / "README.md"])
DOCUMENTS = {path: path.read_text(encoding="utf-8") for path in PATHS}
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
BLOCK = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`[^`\n]+`")


def prose(text):
    """A document without code, and without the words in bold that quote the program."""
    return re.sub(r"\*\*.+?\*\*", "", CODE.sub("", BLOCK.sub("", text)), flags=re.DOTALL)


def links(text):
    """Where the links and pictures of a document lead; what looks like one in code is none."""
    return LINK.findall(CODE.sub("", BLOCK.sub("", text)))


def anchors(text):
    """The anchors that GitHub gives to the headings of a document."""
    found = []
    for heading in re.findall(r"^#+ (.+)$", BLOCK.sub("", text), re.MULTILINE):
        shown = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        anchor = re.sub(r"[^\w\- ]", "", shown.lower()).replace(" ", "-")
        same = sum(1 for one in found if one == anchor or re.fullmatch(rf"{re.escape(anchor)}-\d+", one))
        found.append(f"{anchor}-{same}" if same else anchor)
    return found


def target(path, link):
    """(the file that a relative link of a document leads to, the anchor in it)."""
    name, _, anchor = link.partition("#")
    return (path.parent / name).resolve() if name else path, anchor


def is_relative(link):
    return not re.match(r"[a-z]+:", link)


def broken(path, text, known=None):
    """The relative links of a document whose file or heading does not exist."""
    known = known or DOCUMENTS
    found = []
    for link in filter(is_relative, links(text)):
        file, anchor = target(path, link)
        if not file.exists() or (anchor and anchor not in anchors(known.get(file, ""))):
            found.append(link)
    return found


def reached(start):
    """The documents that links lead to from one of them, itself included."""
    found, waiting = set(), [start]
    while waiting:
        path = waiting.pop()
        if path not in found and path in DOCUMENTS:
            found.add(path)
            waiting += [target(path, link)[0] for link in links(DOCUMENTS[path]) if is_relative(link)]
    return found
