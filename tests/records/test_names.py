"""Which spellings meet in one folded form, and which must not."""

import csv
import os
import re
import unicodedata
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from unittest import skipUnless

from django.test import SimpleTestCase
from hypothesis import given
from hypothesis import strategies as st

from tracker.records.values.names import alphabetical, fold, slugify_name, tokens

# Spellings of one name, as newspapers, passports and encyclopedias write it.
SAME = """
    Bahruz Səmədov | Bahruz Samadov | Бахруз Самедов | Bakhruz Samedov | ბაჰრუზ სამედოვ
    Rauf Mirqədirov | Rauf Mirkadirov | Рауф Миркадыров | Rauf Mirgadirov
    Leyla Yunus | Leila Yunus | Лейла Юнус
    Arif Yunusov | Ариф Юнусов
    Farhad Məmmədov | Fərhad Məmmədov | Farhad Mammadov | Farhad Mamedov | Фархад Мамедов
    Məmmədova | Mammadova | Mammedova | Mamedova | Мамедова
    Andranik Simonyan | Andranik Simonian | Andranik Simonjan | Андраник Симонян | Անդրանիկ Սիմոնյան
    Geybullayeva | Qeybullayeva | Geybullaeva | Гейбуллаева
    Murad Muradov | Мурад Мурадов
    Zaur Şiriyev | Zaur Shiriyev | Заур Шириев
    Igbal Abilov | İqbal Əbilov | Игбал Абилов | Икбал Абилов
    Hüseynov | Huseynov | Guseynov | Гусейнов | Һүсејнов
    Heydər Əliyev | Heydar Aliyev | Haydar Aliev | Гейдар Алиев | Һејдәр Әлијев
    Xədicə İsmayılova | Khadija Ismayilova | Khadija Ismailova | Хадиджа Исмайлова
    Tofiq Yaqublu | Tofig Yagublu | Тофиг Ягублу
    Əfqan Muxtarlı | Afgan Mukhtarli | Афган Мухтарлы
    Bəxtiyar Hacıyev | Bakhtiyar Hajiyev | Bakhtiyar Hajiev | Бахтияр Гаджиев
    Rəsul Cəfərov | Rasul Jafarov | Rasul Djafarov | Расул Джафаров
    Qubad İbadoğlu | Gubad Ibadoghlu | Gubad Ibadoglu | Губад Ибадоглу | Губад Ибадоглы
    Sevinc Osmanqızı | Sevinj Osmangizi | Sevinj Osmankyzy | Севиндж Османгызы
    Murad oğlu | Murad oghlu | Murad oglu | Murad ogly | Мурад оглы
    Leyla qızı | Leyla qizi | Leyla kizi | Leyla gyzy | Leyla gizi | Лейла кызы | Лейла гызы
    Gülnarə | Gulnara | Gyulnara | Гюльнара
    Kazım | Kazim | Kyazim | Кязим
    Jalə | Zhala | Жала
    Çingiz | Chingiz | Чингиз
    Elçin | Elchin | Эльчин
    Şahin | Shahin | Шахин
    Gəncə | Ganja | Gyanja | Гянджа
    Qarabağ | Karabagh | Karabakh | Карабах
    Zurabyan | Zourabian | Зурабян | Զուրաբյան
    Demirchyan | Demirtchian | Demirtshyan | Демирчян | Դեմիրճյան
    Mkrtchyan | Մկրտչյան | Мкртчян
    Voskanyan | Восканян | Ոսկանյան
    Harutyunyan | Harutiunian | Haroutiounian | Հարությունյան
    Postanjyan | Постанджян | Փոստանջյան
    Zohrabyan | Зограбян | Զոհրաբյան
    Hrant Bagratyan | Hrant Bagratian | Грант Багратян | Հրանտ Բագրատյան
    Khosrov | Хосров | Խոսրով | ხოსროვ
    Yerevan | Erevan | Ереван | Երևան | Երեւան
    Tsarukyan | Tzarukyan | Царукян | Ծառուկյան
    Mikayel | Mikael | Микаел | Միքայել
    Arthur | Artur | Артур | Արթուր
    Alexander | Aleksandr | Александр
    Lyudmila | Ludmila | Людмила
    Artashes | Artaşes | Artašes | Artașes | Արտաշես
    Petrovich | Petrović | Петрович
    Chapek | Čapek | Чапек
    Zhanna | Žanna | Жанна
    Cəfər | Ҹәфәр
    Yevhen | Євген
    Avag | Աւագ | Ավագ
    Shirinyan | Schirinyan | Ширинян
    Bekzadyan | Beckzadyan | Бекзадян
    Josef | Joseph
    Vartan | Wartan | Вартан
    Aliyev-Məmmədli | Aliyev Mammadli | Алиев–Мамедли
    O'Brien | O’Brien | OBrien
"""

DIFFERENT = """
    Leyla Yunus | Leyla Yunusova
    Muradov | Muradoglu | Muradyan | Muradli
    Məmmədov | Məmmədova | Məmmədli | Mahmudov
    Səmədov | Salmanov | Sadıqov
    Əliyev | Əliyeva | Vəliyev | Aliyarov
    Hüseynov | Həsənov
    Rasim | Rasul | Rahim
    Anar | Əmir | Ömər
    Nigar | Nazim
    Sevil | Sevinc
    Vüqar | Vüsal
    Zaur | Nazir
    Tofiq | Tahir
    Şahin | Sahin
    Çingiz | Cəmil
    Zeynəb | Ceyhun
    Yunus | Junus
    Simonyan | Sargsyan | Simonov
    Harutyunyan | Hovhannisyan
    Karapetyan | Gasparyan
    Petrosyan | Poghosyan
    Mkrtchyan | Mkhitaryan
    Hakobyan | Hayrapetyan
    Ani | Ara | Aram | Armen
    Guljan | Gulyan
    Mark 1 | Mark 11
"""


def rows(table):
    return [line.strip().split(" | ") for line in table.strip().splitlines()]


def finds(query, name):
    """Whether each word of the query begins a word of the name."""
    return all(any(token.startswith(word) for token in tokens(name)) for word in tokens(query))


class FoldTest(SimpleTestCase):
    def test_all_spellings_of_a_name_meet(self):
        for spellings in rows(SAME):
            with self.subTest(spellings[0]):
                self.assertEqual(
                    {spelling: fold(spelling) for spelling in spellings},
                    dict.fromkeys(spellings, fold(spellings[0])),
                )

    def test_different_names_stay_different(self):
        for names in rows(DIFFERENT):
            with self.subTest(names[0]):
                self.assertEqual(len({fold(name) for name in names}), len(names))

    def test_what_a_and_e_cost_is_known(self):
        """The price of Məmmədov, Mammadov and Мамедов being one: whoever lists hits ranks them as written."""
        self.assertEqual(fold("Arman"), fold("Armen"))
        self.assertEqual(fold("Zakir"), fold("Zahir"))

    def test_marks_within_a_word_vanish_and_all_others_part_words(self):
        self.assertEqual(fold("d'Art ʼn  a-b,c/d_e.f"), "dart n a b c d a f")
        self.assertEqual(fold("Kara\u00adbagh Kara\u200bbagh"), "karabak karabak")
        self.assertEqual(fold("№ 5 (2024)"), "no 5 2024")

    def test_digits_keep_their_number(self):
        self.assertEqual(fold("1100 ٢٠٢٥ ２０"), "1100 2025 20")

    def test_what_holds_no_word_is_empty(self):
        for text in ("", " ", "\x00", "...", "'", "—", "\u200d", "😀", "\ud800"):
            with self.subTest(ascii(text)):
                self.assertEqual(fold(text), "")

    def test_composed_and_decomposed_letters_are_the_same(self):
        for spelling in ("Şiriyev", "Çingiz", "Gülər", "İlham", "Айдын", "Ёлка"):
            self.assertEqual(fold(unicodedata.normalize("NFD", spelling)), fold(spelling))

    def test_case_means_nothing(self):
        for spellings in rows(SAME):
            self.assertEqual(fold(spellings[0].upper()), fold(spellings[0]))

    @given(
        st.one_of(st.text(), st.text(st.sampled_from("acdeghijkloqrstuwxyzşçəğıчжхгяюե ու'-"), max_size=16))
    )
    def test_any_text_gives_ascii_tokens_and_folding_twice_changes_nothing(self, text):
        folded = fold(text)
        self.assertRegex(folded, re.compile(r"\A([a-z0-9]+( [a-z0-9]+)*)?\Z"))
        self.assertEqual(fold(folded), folded)


class TokensTest(SimpleTestCase):
    def test_tokens_are_unique_and_in_order(self):
        self.assertEqual(tokens("Murad Muradov, Мурад"), ["murad", "muradov"])

    def test_nothing_gives_no_tokens(self):
        self.assertEqual(tokens(" ! "), [])


class PrefixTest(SimpleTestCase):
    """Names are found while they are typed, up to a letter that belongs to the one before it."""

    def test_the_beginning_of_a_name_finds_it_in_every_spelling(self):
        for typed, name in (
            ("Bahr", "Бахруз Самедов"),
            ("Бах", "Bahruz Səmədov"),
            ("Kh", "Xədicə İsmayılova"),
            ("K", "Хадиджа Исмайлова"),
            ("Xə", "Khadija Ismayilova"),
            ("Sh", "Zaur Şiriyev"),
            ("S", "Zaur Şiriyev"),
            ("C", "Çingiz"),
            ("Ch", "Чингиз"),
            ("Məmm", "Mammadov"),
            ("Mamm", "Məmmədov"),
            ("Geybullay", "Гейбуллаева"),
            ("Mkrt", "Мкртчян"),
            ("Սիմ", "Andranik Simonyan"),
            ("Sam B", "Bahruz Samadov"),
        ):
            with self.subTest(typed):
                self.assertTrue(finds(typed, name))

    def test_it_finds_no_other(self):
        for typed, name in (
            ("Yunusova", "Leyla Yunus"),
            ("Sh", "Səmədov"),
            ("Bahruz Muradov", "Bahruz Samadov"),
        ):
            with self.subTest(typed):
                self.assertFalse(finds(typed, name))

    def test_nearly_every_beginning_of_the_names_above_finds_them(self):
        words = {word for spellings in rows(SAME) for spelling in spellings for word in spelling.split()}
        cuts = [(word[:end], word) for word in words for end in range(1, len(word))]
        lost = [(typed, word) for typed, word in cuts if not finds(typed, word)]
        self.assertLess(len(lost) / len(cuts), 0.05, lost)


class SlugTest(SimpleTestCase):
    def test_a_slug_can_be_read(self):
        for name, slug in (
            ("Arzu Məmmədova", "arzu-mammadova"),
            ("Bahruz Səmədov", "bahruz-samadov"),
            ("Бахруз Самедов", "bakhruz-samedov"),
            ("Zaur Şiriyev", "zaur-shiriyev"),
            ("Անդրանիկ Ռուստամյան", "andranik-rustamyan"),
            ("Աւետիս", "avetis"),
            ("O’Brien & Sons (2024)", "obrien-sons-2024"),
            ("!?", ""),
        ):
            with self.subTest(name):
                self.assertEqual(slugify_name(name), slug)

    def test_a_long_slug_is_cut_at_a_word(self):
        self.assertEqual(slugify_name("abc " * 30), "-".join(["abc"] * 20))
        self.assertEqual(slugify_name(f"{'a' * 76} bcd"), f"{'a' * 76}-bcd")
        self.assertEqual(slugify_name(f"{'a' * 77} bcd"), "a" * 77)
        self.assertEqual(slugify_name("a" * 200), "a" * 80)

    @given(st.text())
    def test_any_text_gives_a_slug(self, text):
        self.assertRegex(slugify_name(text), re.compile(r"\A([a-z0-9]+(-[a-z0-9]+)*)?\Z"))
        self.assertLessEqual(len(slugify_name(text)), 80)


ALPHABET = (  # each line comes after the one before, those of one line in any order
    ("Bahruz", "Бахруз"),
    ("Cavid",),
    ("Cəfər",),
    ("Çingiz", "çingiz"),
    ("Davud",),
    ("Elçin",),
    ("Eldar",),
    ("Ezgi",),
    ("Əli", "əli", "ƏLİ"),
    ("Fuad",),
    ("Gasimov",),
    ("Gülnar",),
    ("Ğəni",),
    ("Hakobyan",),
    ("Ilqar", "İlqar"),
    ("Jafarov",),
    ("Jose", "José", "jose"),
    ("Khachatryan", "Хачатрян"),
    ("Lukas",),
    ("Łukasz",),
    ("Osman",),
    ("Ömər",),
    ("Qasımov",),
    ("Sabir",),
    ("Sona",),
    ("Şahin",),
    ("Tural",),
    ("Ulvi",),
    ("Üzeyir",),
    ("Yusif",),
    ("Zaur",),
    ("Zaur abc",),
    ("zaur Shiriyev",),
    ("Zaurov",),
)


class AlphabeticalTest(SimpleTestCase):
    def test_names_are_sorted_as_they_are_written(self):
        keys = [[alphabetical(name) for name in names] for names in ALPHABET]
        for before, after in pairwise(keys):
            self.assertLess(max(before), min(after))

    def test_marks_that_are_no_letters_do_not_count(self):
        for name in ("“O’Brien”", "OBrien", " obrien. "):
            self.assertEqual(alphabetical(name), "obrien")

    @given(st.text())
    def test_any_text_can_be_sorted(self, text):
        self.assertRegex(alphabetical(text), re.compile(r"\A([a-z0-9~]+( [a-z0-9~]+)*)?\Z"))


NAMES = os.environ.get("NAMES_CSV", "")


@skipUnless(NAMES, "NAMES_CSV names no file: a CSV of name,id with every known spelling of each person")
class RealNamesTest(SimpleTestCase):
    """Measured on a list of real people; failures give figures, never names."""

    def setUp(self):
        self.people = defaultdict(list)
        with Path(NAMES).open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                self.people[row["id"]].append(row["name"])

    def test_every_spelling_finds_its_person_and_hardly_anybody_else(self):
        found = [
            (found == asked)
            for asked, names in self.people.items()
            for name in names
            for found, spellings in self.people.items()
            if finds(name, " ".join(spellings))
        ]
        self.assertEqual(sum(found), sum(map(len, self.people.values())))
        self.assertGreater(sum(found) / len(found), 0.97)

    def test_no_two_people_fold_alike(self):
        folded = {
            (frozenset(tokens(name)), person) for person, names in self.people.items() for name in names
        }
        self.assertEqual(len({words for words, _ in folded}), len(folded))

    def test_most_spellings_find_a_person_who_is_known_by_the_others(self):
        """The others lack a patronymic that only this spelling has, or are German or Georgian."""
        tried = [
            finds(name, " ".join(other for other in names if other != name))
            for names in self.people.values()
            for name in names
            if len(names) > 1
        ]
        self.assertGreater(sum(tried) / len(tried), 0.65)
