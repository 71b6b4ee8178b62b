"""How many of the forms of a name are found in a text, and how often a name is found that is not there."""

import json
import time
from collections import Counter
from itertools import product

from django.conf import settings
from django.test import SimpleTestCase

from tests.names import MEN, OF_BOTH, OF_MEN, OF_WOMEN, SCRIPTS, WOMEN, declined, people, rows
from tracker.records.protection.name_matching import Names
from tracker.records.values.names import fold

SENTENCES = {
    "Latin": "In May the court in Baku heard {}, and nobody was let in.",
    "Cyrillic": "В мае суд вызвал {}, никого не пустили.",
    "Armenian": "Մայիսին դատարանը լսեց {} և ոչ ոքի չթողեց։",
    "Georgian": "მაისში სასამართლომ მოუსმინა {} და არავინ შეუშვა.",
}


def planted():
    """(person, script, given, family) of 200 names: fifty people in four scripts."""
    return [
        (number, script, given[place], family[place])
        for number, (given, family) in enumerate(people())
        for place, script in enumerate(SCRIPTS)
    ]


def kinds(given, family, script):
    """{kind of form: the forms} of a name in one script."""
    initial = given[0]
    return {
        "exact": [f"{given} {family}", f"{given} {family}".upper()],
        "reversed": [f"{family} {given}", f"{family}, {given}"],
        "initials": [f"{initial}. {family}", f"{family} {initial}.", f"{initial}.{initial}. {family}"],
        "inflected": declined(given, family, script),
    }


class FormsTest(SimpleTestCase):
    """Each of 200 names is held alone and looked for in its own forms, and in those of the other scripts."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.found, cls.tried, cls.missed = Counter(), Counter(), []
        names = {(number, script): (given, family) for number, script, given, family in planted()}
        for (number, script), (given, family) in names.items():
            held = Names([("x", fold(f"{given} {family}"))])
            for other in SCRIPTS:
                for kind, forms in kinds(*names[number, other], other).items():
                    for form in forms:
                        cls.look(held, kind, script, other, form)

    @classmethod
    def look(cls, held, kind, script, other, form):
        key = kind, other, "own" if script == other else "another"
        whole = held.found_in(SENTENCES[other].format(form)).get("x", True) == frozenset()
        cls.tried[key] += 1
        cls.found[key] += whole
        if not whole:
            cls.missed.append((kind, script, form))

    def share(self, *wanted):
        keys = [key for key in self.tried if set(wanted) <= set(key)]
        return sum(self.found[key] for key in keys) / sum(self.tried[key] for key in keys)

    def test_every_exact_form_is_stopped(self):
        self.assertEqual([one for one in self.missed if one[0] == "exact"], [])

    def test_nearly_every_form_of_each_kind_is_stopped(self):
        for kind, script in product(("reversed", "initials", "inflected"), SCRIPTS):
            for where in ("own", "another"):
                with self.subTest(kind=kind, script=script, where=where):
                    self.assertGreaterEqual(self.share(kind, script, where), 0.98, self.missed[:20])


DRESSED = [
    *("Bahruz Shahin oglu Samadov", "Бахруз Шахинович Самедов", "Bahruz Sh. Samadov", "Bahruz bəy Səmədov"),
    *("Bahruz and Arif Samadov", "Samadov (Bahruz)", "Bahruz «Baxo» Samadov", "Bahruz Samadov’s"),
    *("Bah\u200bruz Sa\u00admadov", "Bahruz Sama-\ndov", "Bahruz\nSamadov", "B a h r u z  S a m a d o v"),
    *("B\u0332a\u0332hruz S\u0336amadov", "Bаhruz Sаmаdov", "Ваhruz Samadov", "ＢＡＨＲＵＺ ＳＡＭＡＤＯＶ"),
    *("#FreeBahruzSamadov", "@bahruzsamadov", "bahruz_samadov", "Bahruz-Samadov"),
    *("https://example.org/2025/bahruz-samadov.html", "https://example.org/?q=samadov+bahruz"),
    *("https://example.org/b-samadov", "https://example.org/%D0%91%D0%B0%D1%85%D1%80%D1%83%D0%B7-Samedov"),
    *("B.Samadov", "B. S. Samadov", "Samadov B. S.", "Samadov, B."),
]
WRITTEN = """
    Leyla Yunus | Лейлу и Арифа Юнус | с Лейлой Юнус | Leyla Yunusa qarşı | Leylanın (Yunus)
    Рауф Миркадыров | Rauf Mirqədirova hökm | от Рауфа Миркадырова | ռաուֆ Միրկադիրովին
    Gültəkin Hacıbəyli | Gültəkin Hacıbəylinin | Гюльтекин Гаджибейли | Gultakin Hajibeyli's
    Նարեկ Սամսոնյան | Նարեկ Սամսոնյանի հետ | Նարեկին Սամսոնյան | Нарека Самсоняна | Narek Samsonyan
    ნიკა გვარამია | ნიკა გვარამიას | ნიკა გვარამიამ | Нику Гварамию | Nika Gvaramia
    Владимир Кара-Мурза | Владимиру Кара-Мурзе | Vladimir Kara-Murza | Кара-Мурза В.В.
    Игнат Шевчук | Ігната Шевчука | Ігнатові Шевчуку | Шевчуком Ігнатом
    Anar Məmmədli | Anar Məmmədlidən | Анаром Мамедли | Anar müəllim Məmmədli | Məmmədli A. | anar mammadli
"""


class BrokenTest(SimpleTestCase):
    """Names that are broken up, run together or dressed up."""

    def test_each_is_found(self):
        held = Names([("x", fold("Bahruz Səmədov"))])
        for text in DRESSED:
            with self.subTest(text):
                self.assertEqual(held.found_in(f"Said {text} today."), {"x": frozenset()}, text)

    def test_names_in_sentences_that_people_wrote(self):
        names = {line[0] for line in rows(WRITTEN)}
        held = Names([(name, fold(name)) for name in names])
        for name, *texts in rows(WRITTEN):
            for text in texts:
                with self.subTest(text):
                    self.assertEqual(held.found_in(f"Xx {text} yy."), {name: frozenset()})

    def test_a_patronymic_that_we_hold_may_be_left_out(self):
        held = Names([("x", fold("Səmədov Bəhruz Şahin oğlu")), ("y", fold("Иван Петрович Кузнецов"))])
        self.assertEqual(set(held.found_in("Bahruz Samadov met Ivan Kuznetsov.")), {"x", "y"})

    def test_each_is_left_alone(self):
        held = Names([("x", fold("Bahruz Səmədov")), ("y", fold("Leyla Yunusova"))])
        for text in (
            *(
                "Bahruz Muradov met Arif Samad.",
                "Leyla and Arif Yunus",
                "Bahruz. Leyla.",
                "Bahruz S. was there.",
            ),
            *(
                "Arif Mammadov, Bahruz Muradov, Leyla Aliyeva",
                "A bazaar.",
                "https://example.org/leyla/bahruz",
            ),
        ):
            with self.subTest(text):
                self.assertEqual(held.found_in(text), {})

    def test_in_a_list_no_name_is_made_of_two(self):
        held = Names([("x", fold("Bahruz Səmədov"))])
        found = held.found_in("Arif Samadov, Bahruz Muradov and Leyla Yunus came.")
        self.assertNotEqual(found.get("x"), frozenset())
        held = Names(
            [(pair, fold(" ".join(pair))) for pair in product(("Bahruz", "Arif"), ("Samadov", "Muradov"))]
        )
        for between in (", ", "; ", "\n", " and "):
            found = held.found_in(f"Came: Arif Samadov{between}Bahruz Muradov{between}Leyla Yunus.")
            whole = {pair for pair, alone in found.items() if not alone}
            self.assertEqual(whole, {("Arif", "Samadov"), ("Bahruz", "Muradov")}, between)

    def test_a_family_name_alone_is_told_apart(self):
        held = Names([("x", fold("Bahruz Səmədov"))])
        self.assertEqual(held.found_in("Самедова арестовали"), {"x": {"samadov", "samadova"}})
        for text in ("by Samadov", "the activist Samadov", "Journalist Samadov, who", "SAMADOV ARRESTED"):
            self.assertEqual(held.found_in(text), {"x": {"samadov"}}, text)

    def test_a_family_name_with_another_first_name_is_somebody_elses(self):
        held = Names([("x", fold("Bahruz Səmədov"))])
        for text in ("by Leyla Samadova", "A. Samadov, a painter", "с Лейлой Самедовой", "of Samadov Arif"):
            self.assertEqual(held.found_in(text), {}, text)


def seed_texts():
    """The texts of the seed facts."""
    for file in sorted(settings.FIXTURE_DIRS[0].glob("*.json")):
        for row in json.loads(file.read_text(encoding="utf-8")):
            for value in row["fields"].values():
                for text in value if isinstance(value, list) else [value]:
                    if isinstance(text, str):
                        yield text


class FalseAlarmTest(SimpleTestCase):
    def test_names_that_do_not_occur_are_not_found_in_the_seed_facts(self):
        texts = list(seed_texts())
        held = Names([(number, fold(f"{one[2]} {one[3]}")) for number, one in enumerate(planted())])
        found = [(key, words) for text in texts for key, words in held.found_in(text).items()]
        self.assertGreater(len(texts), 1000)
        self.assertEqual([one for one in found if not one[1]], [])
        public = {word for text in texts for word in fold(text).split()}
        alone = {word for _, words in found for word in words} & public
        self.assertLess(len(alone), 5, alone)

    def test_a_record_is_looked_through_for_5000_names_in_well_under_a_second(self):
        given, family = rows(WOMEN) + rows(MEN), rows(OF_WOMEN) + rows(OF_MEN) + rows(OF_BOTH)
        pairs = list(product(given, family, range(10)))[:5000]
        started = time.process_time()
        held = Names(
            [
                (n, fold(f"{one[0]}{'abcdefghij'[extra]} {other[0]}"))
                for n, (one, other, extra) in enumerate(pairs)
            ]
        )
        for text in list(seed_texts())[:50]:
            held.found_in(text)
        self.assertLess(time.process_time() - started, 1)
