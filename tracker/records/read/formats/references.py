"""References: how to cite a record or a figure, as a sentence and in the formats of reference managers."""

import hashlib
import json
from typing import NamedTuple

from django.conf import settings

from .format import Format

LATEX = str.maketrans(
    {
        "\\": r"{\textbackslash}",
        "{": r"{\textbraceleft}",  # BibTeX also counts braces after a backslash
        "}": r"{\textbraceright}",
        "~": r"{\textasciitilde}",
        "^": r"{\textasciicircum}",
        **{sign: f"\\{sign}" for sign in "#$%&_"},
    }
)
MONTH_MACROS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
RIS_LINE_END = "\r\n"
CSL_TYPE, RIS_TYPE = "dataset", "DATA"


class Reference(NamedTuple):
    """What a reference says about a record or a figure. The author is the publisher of the data."""

    kind: str  # a noun, as in dialogue
    title: str
    version: str | None  # a day, or a moment as in 2025-12-10T09:00:00.000000Z; None if it has no version
    url: str
    permalink: str = ""  # the address with the moment, if it is cited at one

    @property
    def author(self):
        return one_line(settings.DATA_PUBLISHER)

    @property
    def key(self):
        """A name for it in a bibliography: another address or version has another one."""
        digest = hashlib.sha256(f"{self.url} {self.version}".encode()).hexdigest()[:12]
        return f"{self.kind.replace(' ', '-')}-{digest}"

    @property
    def address(self):
        return self.permalink or self.url

    @property
    def date(self):
        """The day of the version: year, month and day as texts; none without a version."""
        return self.version[:10].split("-") if self.version else []

    @property
    def described(self):
        """The kind, and the moment of the version in words."""
        moment = f", version of {self.version[:19].replace('T', ' ')} UTC" if self.version else ""
        return f"{self.kind[0].upper()}{self.kind[1:]}{moment}"


def name_of(row):
    """The name or the title of a record; "" if it has none."""
    return row.get("name") or row.get("title") or row.get("display_title") or ""


def named_references(row):
    """The records with a name that a row refers to."""
    return [value for value in row.values() if isinstance(value, dict) and name_of(value)]


def reference_title(row):
    """The title of a record; if it has none, the names of the records that it refers to."""
    return one_line(name_of(row) or "; ".join(dict.fromkeys(map(name_of, named_references(row)))))


def one_line(text):
    """A text without line ends."""
    return " ".join(text.split())


def reference_sentence(reference):
    """The reference as a sentence with an address."""
    stop = "" if reference.title.endswith((".", "?", "!")) else "."
    title = f" “{reference.title}{stop}”" if reference.title else ""
    return f"{reference.author}:{title} {reference.described}. {reference.address}"


def bibtex(reference):
    """An entry for BibTeX and BibLaTeX."""
    fields = {
        "author": f"{{{reference.author.translate(LATEX)}}}",
        "title": f"{{{reference.title.translate(LATEX)}}}",
        "note": reference.described.translate(LATEX),
        "url": reference.address,  # as it is: the styles treat it as verbatim
    }
    if reference.version:
        fields |= {"version": reference.version, "year": reference.date[0]}
    lines = [f"  {name} = {{{value}}}" for name, value in fields.items()]
    if reference.version:
        lines.append(f"  month = {MONTH_MACROS[int(reference.date[1]) - 1]}")
    return f"@misc{{{reference.key},\n" + ",\n".join(lines) + "\n}\n"


def ris(reference):
    """A record in RIS."""
    lines = [
        ("TY", RIS_TYPE),
        ("ID", reference.key),
        ("AU", reference.author),
        ("TI", reference.title),
        ("PB", reference.author),
        ("N1", reference.described),
        ("UR", reference.address),
    ]
    if reference.version:
        lines += [("PY", reference.date[0]), ("DA", "/".join(reference.date)), ("ET", reference.version)]
    lines.append(("ER", ""))
    return "".join(f"{tag}  - {value}{RIS_LINE_END}" for tag, value in lines)


def csl(reference):
    """A list with one item in CSL-JSON."""
    item = {
        "id": reference.key,
        "type": CSL_TYPE,
        "title": reference.title,
        "author": [{"literal": reference.author}],
        "publisher": reference.author,
        "genre": reference.kind,
        "URL": reference.address,
    }
    if reference.version:
        item |= {"issued": {"date-parts": [[*map(int, reference.date)]]}, "version": reference.version}
    return json.dumps([item], ensure_ascii=False)


CITATION = Format("citation", "text/x-bibliography", "txt", cites=reference_sentence)
BIBTEX = Format("bibtex", "application/x-bibtex", "bib", cites=bibtex)
RIS = Format("ris", "application/x-research-info-systems", "ris", cites=ris)
CSL = Format("csl", "application/vnd.citationstyles.csl+json", "json", cites=csl)
REFERENCES = (CITATION, BIBTEX, RIS, CSL)
