"""What a text is understood as. The table below is the specification; the standard's library only agrees."""

import re
from datetime import date
from pathlib import Path

from django.core.exceptions import ValidationError
from django.test import SimpleTestCase
from edtf import parse_edtf
from hypothesis import given
from hypothesis import strategies as st

from tests.documents import DOCUMENTS, ROOT
from tracker.records.values.dates.partial_dates import FORMS, PartialDate, understand

# text, EDTF, earliest, latest; "" for a side without a bound
UNDERSTOOD = """
    2025 | 2025 | 2025-01-01 | 2025-12-31
    0001 | 0001 | 0001-01-01 | 0001-12-31
    9999 | 9999 | 9999-01-01 | 9999-12-31
    2025-10 | 2025-10 | 2025-10-01 | 2025-10-31
    2025-02 | 2025-02 | 2025-02-01 | 2025-02-28
    2024-02 | 2024-02 | 2024-02-01 | 2024-02-29
    1900-02 | 1900-02 | 1900-02-01 | 1900-02-28
    2025-12-10 | 2025-12-10 | 2025-12-10 | 2025-12-10
    2024-02-29 | 2024-02-29 | 2024-02-29 | 2024-02-29
    9999-12-31 | 9999-12-31 | 9999-12-31 | 9999-12-31
    2025? | 2025? | 2025-01-01 | 2025-12-31
    2025-10~ | 2025-10~ | 2025-10-01 | 2025-10-31
    2025-12-10% | 2025-12-10% | 2025-12-10 | 2025-12-10
    199X | 199X | 1990-01-01 | 1999-12-31
    200X | 200X | 2000-01-01 | 2009-12-31
    19XX | 19XX | 1900-01-01 | 1999-12-31
    199X~ | 199X~ | 1990-01-01 | 1999-12-31
    2025-XX | 2025-XX | 2025-01-01 | 2025-12-31
    2025-XX? | 2025-XX? | 2025-01-01 | 2025-12-31
    2025-XX-XX | 2025-XX-XX | 2025-01-01 | 2025-12-31
    2025-02-XX | 2025-02-XX | 2025-02-01 | 2025-02-28
    2024-21 | 2024-21 | 2024-03-01 | 2024-05-31
    2024-22 | 2024-22 | 2024-06-01 | 2024-08-31
    2024-23 | 2024-23 | 2024-09-01 | 2024-11-30
    2024-24 | 2024-24 | 2024-12-01 | 2025-02-28
    2023-24 | 2023-24 | 2023-12-01 | 2024-02-29
    2024-23? | 2024-23? | 2024-09-01 | 2024-11-30
    2024-24~ | 2024-24~ | 2024-12-01 | 2025-02-28
    2024/2025 | 2024/2025 | 2024-01-01 | 2025-12-31
    2024-06/2024-08 | 2024-06/2024-08 | 2024-06-01 | 2024-08-31
    2024-06-05/2024-06-05 | 2024-06-05/2024-06-05 | 2024-06-05 | 2024-06-05
    2024-06/2024-06-05 | 2024-06/2024-06-05 | 2024-06-01 | 2024-06-05
    2024-06-15/2024-06 | 2024-06-15/2024-06 | 2024-06-15 | 2024-06-30
    2024?/2025~ | 2024?/2025~ | 2024-01-01 | 2025-12-31
    2024-22/2024-23 | 2024-22/2024-23 | 2024-06-01 | 2024-11-30
    2024-24/2025-21 | 2024-24/2025-21 | 2024-12-01 | 2025-05-31
    199X/200X | 199X/200X | 1990-01-01 | 2009-12-31
    2024-XX/2025 | 2024-XX/2025 | 2024-01-01 | 2025-12-31
    2025-12-XX/2026 | 2025-12-XX/2026 | 2025-12-01 | 2026-12-31
    2024/.. | 2024/.. | 2024-01-01 |
    ../2024-06 | ../2024-06 | | 2024-06-30
    2024-06-05/ | 2024-06-05/ | 2024-06-05 |
    /2024 | /2024 | | 2024-12-31
    ../199X | ../199X | | 1999-12-31
    2024-24/.. | 2024-24/.. | 2024-12-01 |
    2025-12-10~/.. | 2025-12-10~/.. | 2025-12-10 |
    10 December 2025 | 2025-12-10 | 2025-12-10 | 2025-12-10
    1 may 2024 | 2024-05-01 | 2024-05-01 | 2024-05-01
    01 MAY 2024 | 2024-05-01 | 2024-05-01 | 2024-05-01
    29 February 2024 | 2024-02-29 | 2024-02-29 | 2024-02-29
    December 2025 | 2025-12 | 2025-12-01 | 2025-12-31
    february 0987 | 0987-02 | 0987-02-01 | 0987-02-28
    spring 2024 | 2024-21 | 2024-03-01 | 2024-05-31
    Summer 2024 | 2024-22 | 2024-06-01 | 2024-08-31
    autumn 2024 | 2024-23 | 2024-09-01 | 2024-11-30
    fall 2024 | 2024-23 | 2024-09-01 | 2024-11-30
    winter 2024/2025 | 2024-24 | 2024-12-01 | 2025-02-28
    Winter of 2024/25 | 2024-24 | 2024-12-01 | 2025-02-28
    winter 1999-2000 | 1999-24 | 1999-12-01 | 2000-02-29
    winter 1999–00 | 1999-24 | 1999-12-01 | 2000-02-29
    the 1990s | 199X | 1990-01-01 | 1999-12-31
    14 Nov 2026 | 2026-11-14 | 2026-11-14 | 2026-11-14
    14 Nov. 2026 | 2026-11-14 | 2026-11-14 | 2026-11-14
    14-Nov-2026 | 2026-11-14 | 2026-11-14 | 2026-11-14
    November 14, 2026 | 2026-11-14 | 2026-11-14 | 2026-11-14
    November 14 2026 | 2026-11-14 | 2026-11-14 | 2026-11-14
    Nov 14th, 2026 | 2026-11-14 | 2026-11-14 | 2026-11-14
    14th November 2026 | 2026-11-14 | 2026-11-14 | 2026-11-14
    on the 2nd of May 2024 | 2024-05-02 | 2024-05-02 | 2024-05-02
    10 December, 2025 | 2025-12-10 | 2025-12-10 | 2025-12-10
    Dec 2025 | 2025-12 | 2025-12-01 | 2025-12-31
    Sept. 2026 | 2026-09 | 2026-09-01 | 2026-09-30
    in December of 2025 | 2025-12 | 2025-12-01 | 2025-12-31
    the summer of 2024 | 2024-22 | 2024-06-01 | 2024-08-31
    12-14 November 2026 | 2026-11-12/2026-11-14 | 2026-11-12 | 2026-11-14
    12–14 November 2026 | 2026-11-12/2026-11-14 | 2026-11-12 | 2026-11-14
    12 – 14 November 2026 | 2026-11-12/2026-11-14 | 2026-11-12 | 2026-11-14
    12 to 14 November 2026 | 2026-11-12/2026-11-14 | 2026-11-12 | 2026-11-14
    12th to 14th November 2026 | 2026-11-12/2026-11-14 | 2026-11-12 | 2026-11-14
    November 12-14, 2026 | 2026-11-12/2026-11-14 | 2026-11-12 | 2026-11-14
    Nov. 30 to Dec. 2, 2026 | 2026-11-30/2026-12-02 | 2026-11-30 | 2026-12-02
    30 November to 2 December 2026 | 2026-11-30/2026-12-02 | 2026-11-30 | 2026-12-02
    30 November-2 December 2026 | 2026-11-30/2026-12-02 | 2026-11-30 | 2026-12-02
    10 December 2025 to 2 January 2026 | 2025-12-10/2026-01-02 | 2025-12-10 | 2026-01-02
    between 10 and 12 December 2025 | 2025-12-10/2025-12-12 | 2025-12-10 | 2025-12-12
    between March and May 2026 | 2026-03/2026-05 | 2026-03-01 | 2026-05-31
    from March to May 2026 | 2026-03/2026-05 | 2026-03-01 | 2026-05-31
    March-May 2026 | 2026-03/2026-05 | 2026-03-01 | 2026-05-31
    March to 14 May 2026 | 2026-03/2026-05-14 | 2026-03-01 | 2026-05-14
    spring to autumn 2024 | 2024-21/2024-23 | 2024-03-01 | 2024-11-30
    2019 to 2021 | 2019/2021 | 2019-01-01 | 2021-12-31
    2019 until 2021 | 2019/2021 | 2019-01-01 | 2021-12-31
    2019–2021 | 2019/2021 | 2019-01-01 | 2021-12-31
    2019-2021 | 2019/2021 | 2019-01-01 | 2021-12-31
    from 2019 to 2021 | 2019/2021 | 2019-01-01 | 2021-12-31
    2025-10-05–2025-10-07 | 2025-10-05/2025-10-07 | 2025-10-05 | 2025-10-07
    the years 1991 to 1995 | 1991/1995 | 1991-01-01 | 1995-12-31
    2004 or 2005 | 2004/2005 | 2004-01-01 | 2005-12-31
    12 or 13 November 2026 | 2026-11-12/2026-11-13 | 2026-11-12 | 2026-11-13
    30 November or 1 December 2026 | 2026-11-30/2026-12-01 | 2026-11-30 | 2026-12-01
    March/April 2026 | 2026-03/2026-04 | 2026-03-01 | 2026-04-30
    December 2025 or January 2026 | 2025-12/2026-01 | 2025-12-01 | 2026-01-31
    before 2020 | ../2019 | | 2019-12-31
    before March 2024 | ../2024-02 | | 2024-02-29
    before 1 March 2024 | ../2024-02-29 | | 2024-02-29
    before spring 2024 | ../2023-24 | | 2024-02-29
    before the 1990s | ../198X | | 1989-12-31
    after 31 July 2005 | 2005-08-01/.. | 2005-08-01 |
    after 2019 | 2020/.. | 2020-01-01 |
    after December 2024 | 2025-01/.. | 2025-01-01 |
    after winter 2024/2025 | 2025-21/.. | 2025-03-01 |
    after about 2019 | 2020~/.. | 2020-01-01 |
    since March 2024 | 2024-03/.. | 2024-03-01 |
    from 2019 on | 2019/.. | 2019-01-01 |
    2024 or later | 2024/.. | 2024-01-01 |
    2024 or earlier, start unknown | /2024 | | 2024-12-31
    on or after 31 July 2005 | 2005-07-31/.. | 2005-07-31 |
    not before 2019 | 2019/.. | 2019-01-01 |
    2019 at the earliest | 2019/.. | 2019-01-01 |
    on or before 31 July 2005 | ../2005-07-31 | | 2005-07-31
    no later than 2019 | ../2019 | | 2019-12-31
    2019 or before | ../2019 | | 2019-12-31
    prior to 2020 | ../2019 | | 2019-12-31
    Wednesday, December 10, 2025 | 2025-12-10 | 2025-12-10 | 2025-12-10
    Wed. 10 Dec 2025 | 2025-12-10 | 2025-12-10 | 2025-12-10
    on or about 10 December 2025 | 2025-12-10~ | 2025-12-10 | 2025-12-10
    2025 Dec 10 | 2025-12-10 | 2025-12-10 | 2025-12-10
    2025-Dec-10 | 2025-12-10 | 2025-12-10 | 2025-12-10
    2025 December | 2025-12 | 2025-12-01 | 2025-12-31
    2024 summer | 2024-22 | 2024-06-01 | 2024-08-31
    Dec-2025 | 2025-12 | 2025-12-01 | 2025-12-31
    10/Dec/2025 | 2025-12-10 | 2025-12-10 | 2025-12-10
    10. December 2025 | 2025-12-10 | 2025-12-10 | 2025-12-10
    10 December 2025. | 2025-12-10 | 2025-12-10 | 2025-12-10
    during 2024 | 2024 | 2024-01-01 | 2024-12-31
    sometime in 2024 | 2024 | 2024-01-01 | 2024-12-31
    the year 2024 | 2024 | 2024-01-01 | 2024-12-31
    14 Nov 2026? | 2026-11-14? | 2026-11-14 | 2026-11-14
    November 2026 ? | 2026-11? | 2026-11-01 | 2026-11-30
    summer 2024~ | 2024-22~ | 2024-06-01 | 2024-08-31
    about 2019? | 2019% | 2019-01-01 | 2019-12-31
    perhaps 1990s~ | 199X% | 1990-01-01 | 1999-12-31
    c. 1995 | 1995~ | 1995-01-01 | 1995-12-31
    c.1995 | 1995~ | 1995-01-01 | 1995-12-31
    ca 1995 | 1995~ | 1995-01-01 | 1995-12-31
    circa May 1995 | 1995-05~ | 1995-05-01 | 1995-05-31
    about 2019 | 2019~ | 2019-01-01 | 2019-12-31
    around 10 December 2025 | 2025-12-10~ | 2025-12-10 | 2025-12-10
    approximately the 1990s | 199X~ | 1990-01-01 | 1999-12-31
    perhaps 2019 | 2019? | 2019-01-01 | 2019-12-31
    probably about 2019 | 2019% | 2019-01-01 | 2019-12-31
    from about 2019 to 2021 | 2019~/2021 | 2019-01-01 | 2021-12-31
    1990s | 199X | 1990-01-01 | 1999-12-31
    2010s | 201X | 2010-01-01 | 2019-12-31
    between 2024 and 2025 | 2024/2025 | 2024-01-01 | 2025-12-31
    between June 2024 and 10 August 2024 | 2024-06/2024-08-10 | 2024-06-01 | 2024-08-10
    Between summer 2024 and 2025-10~ | 2024-22/2025-10~ | 2024-06-01 | 2025-10-31
    between 1990s and 2010s | 199X/201X | 1990-01-01 | 2019-12-31
    between 10 September 2025 and 30 September 2025 | 2025-09-10/2025-09-30 | 2025-09-10 | 2025-09-30
"""

# pieces of what one may type
ENGLISH = """
    between and from to or before after since about c. ca. the of in on 12 14th 30. 2, 2024 2025, 1990s March
    no later than not during Wednesday, Wed. ?
    Sept. may winter summer 2024/2025 later earlier end years 2000 - – / an unknown day month early
    (uncertain)
"""

REFUSED = """
    2025-02-30 | 2025-02-29 | 1900-02-29 | 2025-13 | 2025-00 | 2025-00-10 | 2025-10-00 | 2025-06-31
    2025-10-32
    0000 | 000X | 00XX | 9999-24 | 31 February 2025 | 0 May 2024 | 32 May 2024
    2025-20 | 2025-25 | 2025-41 | 2024-22-01 | 2024-22-XX
    2XXX | XXXX | 199x | 1X99 | XX25 | 2025-X1 | 2025-1X | 2025-XX-10 | 199X-10 | 199X-XX | 2025-12-1X
    11.12.2025 | 10/12/2025 | 10-12-2025 | 12/2025 | 2025/12/10/2025 | 2025.12.10 | 20251210 | 202512
    25-12-10
    2025-1-1 | 2025-1 | 25 | 202 | 20255 | Y17000 | -0005 | -2025 | +2025 | 12025-01-01
    2025?? | 2025?~ | ?2025 | 2025-?10 | 2025~-10 | ~2025 | 2025-10-10T10:00 | 2025-10-10T10:00:00Z
    / | .. | ../.. | ../ | /.. | 2025/2024 | 2025-12/2025-10 | 2025-10-20/2025-10-05 | 2024/2025/2026
    2025//2026
    2024.. | ..2024 | 2024/... | 2024 / 2025 | [2024,2025] | 2024-01/02 | 2024-01-01/31
    1900s | 2000s | 990s | 1990's | 1995s | 90s | the early 1990s | 19th century
    December | 10 December | 10 12 2025 | Nov 26 | 14 Nov 26 | Nov 12-14 | 10 summer 2024 | 12th
    mid 2024 | mid-2024 | early 2024 | late 2024 | end of March 2024 | in early 2024 | summer | summer 24
    2024 winter | winter | winter 2025 | winter 2024 | winter 2024/2026 | winter 2025/2024
    10 winter 2024/2025 | winter to spring 2025 | between winter 2024 and 2025
    before winter 2025 | about winter 2025
    summer 2024-2025 | March 2024-2025 | 2011–12 | 2019–20 | 2019-20 | 12 to May 2026 | 12-14 2026
    between 2025 and 2024 | between 2024 and | between 2024 | May to March 2026 | December to January 2026
    2024 and 2025 | 12 and 13 November 2026 | 2004 or 2006 | March or May 2026 | 2024 or summer 2024
    about 2019 to 2021 | c. 2019-2021 | about 12-14 November 2026 | 2004 or about 2005 | about 2019~
    about about 2019 | about | c. | before | after | since | from | until 2020 | by 2020 | to 2020 | 2020 to
    Thursday, 10 December 2025 | Wednesday | Wed December 2025 | 14-Nov-26 | 2024/Nov/10 | 2024/... | 2025..
    perhaps 2019? | about 2019% | 2019 ?? | 12-14 November 2026? | 2019 to 2021? | on or 2019 | not 2019
    up to 2019 | till 2019
    before 0001 | after 9999 | after 31 December 9999 | 31 to 32 May 2026 | 30 February 2026
    between 2024/2025 and 2026 | between .. and 2024 | декабрь 2025
    10 dekabr 2025 | unknown | 12/11/2025 | 11.12.2025 to 12.12.2025 | 2025/12/10
    today | null | ٢٠٢٥ | ２０２５ | 2025–10–05 | 20\x0025 | 2025\x00 | 10\tDecember 2025 | 2025\x7f
    2025\u200b
"""


def rows(table):
    for line in table.strip().splitlines():
        yield [cell.strip(" ") for cell in line.split("|")]


def cases(name):
    """The lines of a file of cases, split at its tabs."""
    lines = (Path(__file__).parent.parent / "cases" / name).read_text().splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def day(text):
    return date.fromisoformat(text) if text else None


class UnderstandTest(SimpleTestCase):
    def test_every_accepted_text_has_one_edtf_text_and_its_bounds(self):
        for text, edtf, earliest, latest in rows(UNDERSTOOD):
            with self.subTest(text):
                self.assertEqual(understand(text), PartialDate(edtf, day(earliest), day(latest)))

    def test_every_other_text_is_refused_with_the_forms_that_are_right(self):
        for row in rows(REFUSED):
            for text in row:
                with self.subTest(text), self.assertRaises(ValidationError) as refused:
                    understand(text)
                self.assertIn(FORMS, refused.exception.message)

    def test_the_table_is_long_enough_to_be_a_specification(self):
        self.assertGreaterEqual(len(list(rows(UNDERSTOOD))) + sum(map(len, rows(REFUSED))), 150)

    def test_the_cases_that_people_typed(self):
        for text, expected in cases("dates-typed.tsv"):
            with self.subTest(text):
                try:
                    date = understand(text)
                    found = f"{date.earliest} {date.latest}"
                except ValidationError:
                    found = "refused"
                self.assertEqual(found, expected)

    def test_the_forms_that_the_document_lists(self):
        """Each form in the table of docs/editors.md is understood, and each one below it is refused."""
        text = DOCUMENTS[ROOT / "docs" / "editors.md"]
        section = text.partition("\n## Dates\n")[2].partition("\n## ")[0]
        forms = re.findall("`([^`]+)`", "".join(re.findall(r"^\| (`[^|]+) \|", section, re.MULTILINE)))
        refused = re.findall("`([^`]+)`", section.rpartition("|")[2])
        self.assertGreater(len(forms), 25)
        self.assertGreater(len(refused), 3)
        for form in forms:
            with self.subTest(form):
                understand(form)
        for form in refused:
            with self.subTest(form), self.assertRaises(ValidationError):
                understand(form)

    def test_space_around_and_repeated_within_means_nothing(self):
        self.assertEqual(understand("  10  December   2025\n"), understand("10 December 2025"))

    def test_what_is_no_text_or_empty_or_endless_is_refused(self):
        for value in (
            None,
            "",
            "  ",
            20251210,
            2025,
            True,
            b"2025",
            ["2025"],
            {},
            date(2025, 1, 1),
            "2025" * 500,
        ):
            with self.subTest(value=value), self.assertRaises(ValidationError):
                understand(value)

    def test_a_refusal_repeats_dates_and_numbers_only(self):
        for text, repeated in (
            ("11.12.2025", True),
            ("2025-02-30", True),
            ("born 2025", False),
            ("<b>", False),
        ):
            with self.subTest(text), self.assertRaises(ValidationError) as refused:
                understand(text)
            self.assertEqual(text in refused.exception.message.replace(FORMS, ""), repeated)

    def test_a_refusal_says_what_is_wrong(self):
        for text, reason in (
            ("2025-02-30", "no such day"),
            ("2025/2024", "before its start"),
            ("../..", "at one end"),
            ("2025-XX-10", "last digits"),
            ("1900s", "could mean a century"),
            ("winter 2025", "Write winter 2024/2025 or winter 2025/2026."),
            ("11.12.2025", "Write 2025-12-11 or 2025-11-12."),
            ("25.12.2025", "Write 2025-12-25."),
            ("2025/12/10", "Write 2025-12-10."),
            ("until 2020", "Write before 2020, or 2020 or earlier"),
            ("Thursday, 10 December 2025", "That day was a Wednesday"),
            ("early 2026", "Write months, for example March to May 2026"),
            ("2004 or 2006", "for example 2004 or 2005"),
            ("about 2019 to 2021", "Write from about 2019 to 2021"),
        ):
            with self.subTest(text), self.assertRaisesMessage(ValidationError, reason):
                understand(text)

    def test_every_form_that_a_refusal_names_is_understood(self):
        named = (
            "2025-12-10; 2025-12; 2025; 2024-22; 199X; 19XX; 2025-XX; 2025-12-XX; 2024-06/2024-08; "
            "2024-06/..; ../2024-06; 10 December 2025; Dec 10, 2025; December 2025; summer 2024; "
            "winter 2024/2025; 1990s; about 2019; 12-14 November 2026; between March and May 2026; "
            "2019 to 2021; 2004 or 2005; before 2020; after 31 July 2005; since March 2024"
        )
        for text in named.split("; "):
            with self.subTest(text):
                self.assertIn(text, FORMS)
                understand(text)

    def test_a_text_is_parsed_once(self):
        self.assertIs(understand("7 July 2007"), understand("7 July 2007"))


class StandardTest(SimpleTestCase):
    """The library for the standard, wherever it is right, gives the bounds that we give."""

    # Winter is cut in December; unknown ends are padded by ten years; the rest is legal and refused.
    WRONG = {
        *("2024-24", "2023-24", "1999-24", "../2023-24", "2024-23?", "2024-24~", "2024-22~", "2024-XX/2025"),
        *("2024-06-05/", "/2024", "../199X", "../198X"),
    }

    def test_the_library_agrees_on_all_texts_but_those_it_is_known_to_be_wrong_about(self):
        texts = {edtf for _, edtf, _, _ in rows(UNDERSTOOD)} - self.WRONG
        self.assertGreater(len(texts), 40)
        for text in texts:
            with self.subTest(text):
                parsed, ours = parse_edtf(text), understand(text)
                self.assertEqual(self.bound(parsed.lower_strict()), ours.earliest)
                self.assertEqual(self.bound(parsed.upper_strict()), ours.latest)

    @staticmethod
    def bound(value):
        """An open end is infinite there."""
        return None if isinstance(value, float) else date(*value[:3])


class WordsTest(SimpleTestCase):
    def test_words_say_what_was_understood(self):
        for text, words in (
            ("2025", "2025"),
            ("2025-10", "October 2025"),
            ("2025-12-10", "10 December 2025"),
            ("2024-22", "summer 2024"),
            ("2024-24", "winter 2024/2025"),
            ("1990~", "about 1990"),
            ("2025-10?", "October 2025 (uncertain)"),
            ("2025%", "about 2025 (uncertain)"),
            ("1990s", "the 1990s"),
            ("200X", "the years 2000 to 2009"),
            ("19XX", "the years 1900 to 1999"),
            ("2025-XX", "an unknown month of 2025"),
            ("2025-XX-XX", "an unknown day of 2025"),
            ("2025-12-XX", "an unknown day of December 2025"),
            ("2024-06-01/2024-08-31", "between 1 June 2024 and 31 August 2024"),
            ("2024-09/..", "September 2024 or later"),
            ("2024-09/", "September 2024 or later, end unknown"),
            ("../2024-09", "September 2024 or earlier"),
            ("/2024-09", "September 2024 or earlier, start unknown"),
        ):
            with self.subTest(text):
                self.assertEqual(understand(text).words(), words)

    def test_the_span_says_which_days_that_are(self):
        for text, span in (
            ("2025-12-10", "10 December 2025"),
            ("2025-10", "1 to 31 October 2025"),
            ("2024-22", "1 June to 31 August 2024"),
            ("2024-24", "1 December 2024 to 28 February 2025"),
            ("2024-06/..", "1 June 2024 or later"),
            ("../2024-06", "30 June 2024 or earlier"),
            (
                "2025-10-15?",
                "15 October 2025, uncertain: perhaps 8 to 22 October 2025",
            ),
            (
                "2025-10~",
                "1 to 31 October 2025, approximate: perhaps 31 August to 1 December 2025",
            ),
            (
                "2025%",
                "1 January to 31 December 2025, approximate and uncertain: "
                "perhaps 1 January 2024 to 1 January 2027",
            ),
            (
                "2025-10/2025-11?",
                "1 October to 30 November 2025: perhaps 1 October to 31 December 2025",
            ),
        ):
            with self.subTest(text):
                self.assertEqual(understand(text).span(), span)


class DoubtTest(SimpleTestCase):
    def test_a_qualifier_reaches_one_unit_of_what_is_stated_on_its_side(self):
        for text, first, last in (
            ("2025-10-15", "2025-10-15", "2025-10-15"),
            ("2025-10-15~", "2025-10-08", "2025-10-22"),
            ("2025-10-15?", "2025-10-08", "2025-10-22"),
            ("2025-10%", "2025-08-31", "2025-12-01"),
            ("2025-10-XX~", "2025-08-31", "2025-12-01"),
            ("2024-22~", "2024-03-02", "2024-11-30"),
            ("2025~", "2024-01-01", "2027-01-01"),
            ("2025-XX~", "2024-01-01", "2027-01-01"),
            ("199X~", "1980-01-01", "2009-12-31"),
            ("19XX~", "1799-12-31", "2099-12-31"),
            ("2025-10-15~/2025-10", "2025-10-08", "2025-10-31"),
            ("2025-10-15/2025-10~", "2025-10-15", "2025-12-01"),
            ("2025-10-15?/..", "2025-10-08", ""),
            ("../2025~", "", "2027-01-01"),
            ("0001-01-03~", "0001-01-01", "0001-01-10"),
            ("9999%", "9997-12-31", "9999-12-31"),
        ):
            with self.subTest(text):
                self.assertEqual(understand(text).possible, (day(first), day(last)))

    def test_what_is_uncertain_at_either_end_is_not_sure(self):
        for text, sure in (
            ("2025", True),
            ("2025~", True),
            ("2025?", False),
            ("2025%", False),
            ("2024?/2025", False),
            ("2024~/2025%", False),
            ("2024/..", True),
        ):
            with self.subTest(text):
                self.assertEqual(understand(text).sure, sure)


class RoundTripTest(SimpleTestCase):
    """What is said can be typed again, and means the same."""

    POINTS = """2025 0001 9998 2025-01 2025-12 2024-02-29 2025-12-31 2024-21 2024-22 2024-23 2024-24 1999-24
        2025-XX 2025-XX-XX 2025-12-XX 199X 200X 000X 19XX 20XX 01XX"""

    def test_the_words_for_every_kind_of_date_and_range_are_understood_as_the_same(self):
        points = [f"{point}{qualifier}" for point in self.POINTS.split() for qualifier in ("", "~", "?", "%")]
        ends = [*points, "..", ""]
        read = 0
        for text in [*points, *(f"{start}/{end}" for start in ends for end in ends)]:
            try:
                known = understand(text)
            except ValidationError:
                continue
            self.assertEqual(understand(known.words()), known)
            read += 1
        self.assertGreater(read, 4000)


class SortTest(SimpleTestCase):
    def test_dates_go_by_their_start_open_starts_by_their_end_and_no_bound_comes_last(self):
        self.assertEqual(understand("2025-10").sort, date(2025, 10, 1))
        self.assertEqual(understand("../2025-10").sort, date(2025, 10, 31))
        self.assertEqual(PartialDate("", None, None).sort, date.max)


class AnyTextTest(SimpleTestCase):
    days = st.dates().map(date.isoformat)
    points = st.one_of(
        days,
        days.map(lambda text: text[:7]),
        days.map(lambda text: text[:4]),
        days.map(lambda text: f"{text[:3]}X"),
        days.map(lambda text: f"{text[:4]}-2{int(text[5:7]) % 4 + 1}"),
        st.dates().map(lambda value: f"{value.day} {value:%B} {value.year:04}"),
        st.dates().map(lambda value: f"{value:%B} {value.year:04}"),
    )
    qualified = st.builds("{}{}".format, points, st.sampled_from(["", "", "?", "~", "%"]))
    ends = st.one_of(qualified, st.sampled_from(["..", ""]))
    texts = st.one_of(
        qualified,
        st.builds("{}/{}".format, ends, ends),
        st.builds("between {} and {}".format, points, points),
        st.builds("{} {} {}".format, points, st.sampled_from(["or", "to", "-", "–", "until"]), points),
        st.builds("{} {}".format, st.sampled_from(["before", "after", "since", "about", "c."]), qualified),
        st.lists(st.sampled_from(ENGLISH.split()), max_size=8).map(" ".join),
        st.text(st.sampled_from("0123456789-/.X?~% abcdefs"), max_size=24),
        st.text(max_size=24),
    )

    @given(texts)
    def test_a_text_is_refused_or_gives_ordered_bounds_and_an_edtf_text_that_means_the_same(self, text):
        try:
            understood = understand(text)
        except ValidationError:
            return
        self.assertTrue(understood.earliest or understood.latest)
        self.assertLessEqual(understood.earliest or date.min, understood.latest or date.max)
        self.assertEqual(understand(understood.edtf), understood)
        self.assertEqual(understand(understood.words()), understood)
        self.assertTrue(understood.span())

    @given(st.dates(), st.sampled_from(["{0}", "{1} {2} {3:04}"]))
    def test_a_day_is_that_day_in_iso_and_in_english(self, value, form):
        text = form.format(value.isoformat(), value.day, f"{value:%B}", value.year)
        self.assertEqual(understand(text), PartialDate(value.isoformat(), value, value))

    @given(st.dates(), st.dates())
    def test_two_days_are_a_range_only_in_their_order(self, one, other):
        first, last = sorted([one, other])
        understood = understand(f"{first}/{last}")
        self.assertEqual((understood.earliest, understood.latest), (first, last))
        if first != last:
            with self.assertRaises(ValidationError):
                understand(f"{last}/{first}")
