"""Entering records in the admin: rows that know each other, choices that narrow, what is known already."""

import re
from itertools import product

from django.conf import settings
from django.db import connection
from django.test.utils import CaptureQueriesContext

from dialogues.models import Dialogue, Participation, Statement
from people.models import Affiliation, CaseActor, PersecutionCase, Person
from tests import make
from tests.site.test_admin import EditingTest
from tests.test_admin import address, choices_address
from tracker.records.base.sources import Source


class GroupTest(EditingTest):
    """The group that somebody came with is chosen among the rows of the page, saved or not."""

    def enter(self, *rows):
        sent = {"participations-TOTAL_FORMS": str(len(rows))}
        for number, row in enumerate(rows):
            sent |= self.row("participations", number, **{"role": "participant", **row})
        return self.add(Dialogue, title="A meeting", **sent)

    def test_a_new_member_of_a_new_group(self):
        person = make.person()
        self.enter({"group_label": "a delegation"}, {"person": person.pk, "member_of": "row:0"})
        member = Participation.objects.get(person=person)
        self.assertEqual(member.member_of.group_label, "a delegation")
        self.assertEqual(member.member_of.dialogue, member.dialogue)

    def test_the_group_may_stand_below_its_member(self):
        person = make.person()
        self.enter({"person": person.pk, "member_of": "row:1"}, {"group_label": "a delegation"})
        self.assertEqual(Participation.objects.get(person=person).member_of.group_label, "a delegation")

    def test_what_is_no_group_is_refused_and_nothing_is_saved(self):
        person, other = make.person(), make.person()
        for chosen in ("row:1", "row:0", "row:7", "row:x", "row:" + "9" * 5000):
            answer = self.enter({"person": person.pk, "member_of": chosen}, {"person": other.pk})
            self.assertContains(answer, "Complete that row first", msg_prefix=chosen)
            self.assertContains(answer, f'value="{chosen}" selected')
        self.assertFalse(Dialogue.objects.exists())

    def test_two_rows_that_name_each_other_end(self):
        person = make.person()
        rows = [{"person": person.pk, "member_of": "row:1"}, {"person": person.pk, "member_of": "row:0"}]
        self.assertContains(self.enter(*rows), "Complete that row first")

    def test_saved_groups_of_the_dialogue_are_offered_and_no_others(self):
        group, other = make.group(group_label="ours"), make.group(group_label="theirs")
        part = make.participation(dialogue=group.dialogue)
        page = self.client.get(f"/admin/dialogues/dialogue/{group.dialogue_id}/change/")
        self.assertContains(page, f'<option value="{group.pk}">ours</option>')
        self.assertNotContains(page, str(other.pk))
        self.change(group.dialogue, **self.row("participations", 1, member_of=group.pk))
        part.refresh_from_db()
        self.assertEqual(part.member_of, group)

    def test_a_hidden_group_stays(self):
        group = make.group(confidentiality="confidential", group_label="Zzyzx")
        part = make.participation(dialogue=group.dialogue, member_of=group)
        page = self.client.get(f"/admin/dialogues/dialogue/{group.dialogue_id}/change/")
        self.assertNotContains(page, "Zzyzx")
        self.change(group.dialogue, title="Another title")
        part.refresh_from_db()
        self.assertEqual(part.member_of_id, group.pk)


class CarriedTest(EditingTest):
    """A new row begins with the source of the row above, and is none until it says something."""

    def enter(self, *rows):
        carried = {"source": make.shared_source().pk, "locator_kind": "paragraph", "locator": "4"}
        sent = {"participations-TOTAL_FORMS": str(len(rows))}
        for number, row in enumerate(rows):
            sent |= self.row("participations", number, **{"role": "participant", **carried, **row})
        return self.add(Dialogue, title="A meeting", **sent)

    def test_a_row_that_says_nothing_is_left_out_and_the_page_says_so(self):
        answer = self.enter({"group_label": "a delegation"}, {}, {"group_label": "another"})
        self.assertContains(
            answer, "A row of participations was not saved, because it contained only a source."
        )
        labels = Participation.objects.values_list("group_label", flat=True)
        self.assertEqual(set(labels), {"a delegation", "another"})

    def test_a_row_with_words_of_its_own_is_one(self):
        for own in ({"quotation": "took part"}, {"described_as": "a historian"}, {"role": "speaker"}):
            self.assertContains(self.enter(own), "Give one of", msg_prefix=str(own))
        self.assertFalse(Dialogue.objects.exists())

    def test_another_source_of_a_saved_row_is_a_change(self):
        part, other = make.participation(), make.source()
        self.change(part.dialogue, **self.row("participations", 0, source=other.pk))
        self.assertEqual(part.citations.get().source, other)


class WordsTest(EditingTest):
    """What is wrong is said with the labels of the page, not with the names that the API has for fields."""

    def test_a_rule_of_a_row_and_of_a_record(self):
        row = self.row("participations", 0, described_as="a guest", role="participant")
        answer = self.add(Dialogue, title="A", **{"participations-TOTAL_FORMS": "1"}, **row)
        self.assertContains(answer, "Give one of person, organization and group label, and no pseudonym.")
        answer = self.add(Dialogue, title="A", start_date="2025", end_date="2024")
        self.assertContains(answer, "The end date must not be before the start date.")

    def test_what_hinders_publication(self):
        row = make.participation(publication="draft", cited=False)
        for page in ("change", "publish"):
            answer = self.client.get(address(Participation, page, row.pk))
            self.assertContains(answer, "It cites no published source", msg_prefix=page)


class NarrowingTest(EditingTest):
    def offered(self, model, field, **only):
        answer = self.client.get(
            choices_address(model._meta.get_field(field)), {**asked(model, field), **only}
        )
        return {row["id"] for row in answer.json()["results"]}

    def test_affiliations_of_one_person(self):
        ours, other = make.affiliation(), make.affiliation()
        self.assertEqual(
            self.offered(Participation, "affiliation", only_person=ours.person_id), {str(ours.pk)}
        )
        self.assertEqual(self.offered(Participation, "affiliation"), {str(ours.pk), str(other.pk)})

    def test_events_of_one_case(self):
        ours = make.case_event()
        make.case_event()
        self.assertEqual(self.offered(CaseActor, "event", only_case=ours.case_id), {str(ours.pk)})

    def test_what_is_no_relation_or_no_key_is_ignored(self):
        row = make.affiliation()
        for only in ({"only_role": "x"}, {"only_person": "x"}, {"only_notes": str(row.person_id)}):
            self.assertEqual(self.offered(Participation, "affiliation", **only), {str(row.pk)})

    def test_a_popup_begins_with_what_was_typed(self):
        page = self.client.get("/admin/people/person/add/", {"_popup": "1", "name": "Somebody New"})
        self.assertContains(page, 'value="Somebody New"')
        person = make.person()
        page = self.client.get("/admin/people/affiliation/add/", {"_popup": "1", "person": person.pk})
        self.assertContains(page, f'<option value="{person.pk}" selected>')
        self.assertEqual(Affiliation.objects.count(), 0)


def asked(model, field):
    meta = model._meta
    return {"app_label": meta.app_label, "model_name": meta.model_name, "field_name": field}


class HelpTest(EditingTest):
    def test_every_shortcut_is_shown_and_every_one_that_is_shown_works(self):
        script = (settings.BASE_DIR / "tracker/static/tracker/rows.js").read_text(encoding="utf-8")
        keys = set(re.findall(r'^ {4}"(.+?)": ', script.partition("const KEYS")[2], re.MULTILINE))
        page = self.client.get(address(Dialogue, "add")).content.decode()
        shown = set(re.findall("<kbd>(.+?)</kbd>", page))
        self.assertEqual({key.lower() for key in shown}, {key.lower() for key in keys})
        self.assertGreater(len(keys), 7)

    def test_the_row_of_an_actor_says_when_an_event_can_be_chosen(self):
        page = self.client.get(address(PersecutionCase, "change", make.case_event().case_id))
        self.assertContains(page, "To choose an event that you have just entered above, save first")


class SimilarTest(EditingTest):
    """What is known already is told while a name or title is typed."""

    def known(self, text, model=Person):
        answer = self.client.get(address(model, "similar"), {"text": text})
        return [row["label"] for row in answer.json()["results"]]

    def test_any_spelling_in_any_script(self):
        make.person(name="Ələkbər Məmmədov", description="historian", nationality=["AZ"])
        for text in ("Mammadov Alakbar", "Алекбер Мамедов", "Alekber S. Mamedov"):
            self.assertEqual(self.known(text), ["Ələkbər Məmmədov, historian, AZ"], text)
        for text in ("", "Al", "Mammadova Sevil", "'-\0"):
            self.assertEqual(self.known(text), [], text)

    def test_nothing_hidden_and_at_most_five(self):
        make.person(name="Zzyzx Secret", confidentiality="confidential")
        self.assertEqual(self.known("Zzyzx"), [])
        for _ in range(7):
            make.person(name="Zzyzx Open")
        self.assertEqual(len(self.known("Zzyzx")), 5)

    def test_of_many_words_only_the_first_are_looked_for(self):
        words = ["".join(letters) for letters in product("bdflmnrst", repeat=3)][: 2 * settings.MAX_WORDS]
        asked = []
        for some in (words, words[: settings.MAX_WORDS]):
            with CaptureQueriesContext(connection) as queries:
                self.known(" ".join(some))
            asked.append(max(len(query["sql"]) for query in queries))
        self.assertEqual(*asked)

    def test_only_the_page_of_a_new_record_asks(self):
        self.assertContains(
            self.client.get(address(Source, "add")), f'data-similar="{address(Source, "similar")}"'
        )
        page = self.client.get(address(Person, "change", make.person().pk))
        self.assertNotContains(page, "data-similar")

    def test_a_source_is_known_by_an_address_that_is_nearly_its(self):
        make.source(title="The Source", source_url="https://example.org/a")
        make.source(source_url="https://example.org/a", confidentiality="confidential")
        (label,) = self.known("http://www.example.org/a/?utm_source=x#part", Source)
        self.assertIn("The Source", label)
        self.assertEqual(self.known("https://example.org/b", Source), [])
        page = self.client.get(address(Source, "add"))
        self.assertIn("data-similar", str(page.context["adminform"].form["source_url"]))

    def test_without_a_name_there_is_nothing_to_compare(self):
        self.assertEqual(self.known("member", Affiliation), [])


class BothWaysTest(EditingTest):
    def test_a_statement_shows_its_parts_and_its_relations(self):
        statement = make.statement()
        denied = make.statement_relation(
            statement=statement, related_statement=make.statement(title="Denied")
        )
        denial = make.statement_relation(
            related_statement=statement, statement=make.statement(title="Denial")
        )
        part = make.statement(part_of=statement, title="A part")
        page = self.client.get(address(Statement, "change", statement.pk))
        for row in (denied, denial, part):
            self.assertContains(page, address(type(row), "change", row.pk))
        for title in ("Denied", "Denial", "A part"):
            self.assertContains(page, title)

    def test_a_part_is_named_by_what_it_says(self):
        person = make.person(name="A speaker")
        make.name(person, "Another name")
        self.assertContains(
            self.client.get(address(Person, "change", person.pk)), 'label">Another name</span>'
        )
        page = self.client.get(address(Statement, "change", make.statement(speakers=[person, "a crowd"]).pk))
        for name in ("A speaker", "a crowd"):
            self.assertContains(page, f'label">{name}</span>')

    def test_a_row_with_a_field_called_label_is_named_by_its_label(self):
        statement = make.statement(speakers=["a crowd"])
        page = self.client.get(address(Statement, "change", statement.pk)).content.decode()
        self.assertEqual(page.count('name="speakers-0-label"'), 1)

    def test_a_part_and_what_others_say_are_entered_there(self):
        statement, other = make.statement(), make.statement()
        rows = {
            "relations_to-TOTAL_FORMS": "1",
            **self.row("relations_to", 0, statement=other.pk, kind="contradicts"),
            "parts-TOTAL_FORMS": "1",
            **self.row("parts", 0, title="First claim", kind="claim"),
        }
        self.change(statement, **rows)
        self.assertEqual(statement.relations_to.get().statement, other)
        self.assertEqual(statement.parts.get().title, "First claim")

    def test_a_source_shows_what_cites_it(self):
        source = make.source()
        person, part = make.person(source=source), make.participation(source=source)
        hidden = make.person(source=source, name="Zzyzx", confidentiality="confidential")
        page = self.client.get(address(Source, "change", source.pk))
        for row in (person, part):
            self.assertContains(page, address(type(row), "change", row.pk))
        self.assertNotContains(page, str(hidden.pk))
        self.assertContains(page, f"{address(Person, 'changelist')}?source={source.pk}")
        listed = self.client.get(address(Person, "changelist"), {"source": source.pk}).context["cl"]
        self.assertEqual([row.pk for row in listed.result_list], [person.pk])

    def test_what_cites_a_source_costs_the_same_however_much_it_is(self):
        source = make.source()
        for model in (Person, Dialogue):
            make.one(model, source=source)
        path = address(Source, "change", source.pk)
        self.opens(path)
        _, few = self.opens(path)
        for _ in range(25):
            make.person(source=source)
        make.dialogue(source=source)
        page, many = self.opens(path)
        self.assertEqual(few, many)
        self.assertContains(page, "show all")
