"""One rule in one place: what it says of each model, and that every read starts with it."""

import ast
from itertools import product

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.test import SimpleTestCase, TestCase

from dialogues.models import Participation, Statement
from people.models import PersonName
from tests import make
from tests.generate import PUBLIC, STATES
from tracker.records.choices import Confidentiality

MANAGERS = {"objects", "_base_manager", "_default_manager"}
# every module but what is run from a shell
READS = [
    str(file.relative_to(settings.BASE_DIR))
    for app in ("tracker", "people", "dialogues")
    for file in sorted((settings.BASE_DIR / app).rglob("*.py"))
    if not {"migrations", "management"} & {*file.parts}
]
EXEMPT = {  # where a query may start elsewhere, and why
    "tracker/records/together.py make_public": "a row that its caller found, for a trial",
    "tracker/records/fields.py _unguarded": "asks for the class of the manager, not for rows",
    "tracker/records/reaching.py met": "a table of ids only, cut down to rows that are visible",
    "tracker/records/filters.py own_filters": "a search, cut down to the visible rows of a list",
    "tracker/records/shapes.py related": "a table of ids only, cut down to rows that are visible",
    "tracker/records/statements.py fresh": "the row of page.key, which the selection has found visible",
    "tracker/records/views.py absent": "old slugs, followed to visible rows; what answers 410 is public",
    "tracker/records/visible.py matching": "words, of which the public is shown those of public names",
    "tracker/records/models.py own_conditions": "the rule itself: for whom a record is cleared",
    "tracker/records/models.py _changes_publicly": "the row itself, as it is stored",
    "tracker/records/workflow.py _lock": "the row itself, locked",
    "tracker/records/workflow.py discard": "the row itself, locked",
    "tracker/records/models.py change_slug": "writes the slug that is given up",
    "tracker/records/models.py slug_is_free": "old slugs, cut down to those of public records",
    "tracker/records/models.py claim_slug": "writes to the hidden record that gives a slug up",
    "tracker/records/models.py _moved": "deletes the slugs of the row",
    "tracker/records/models.py _touch": "writes to the row that a part belongs to",
    "tracker/records/workflow.py sent_back": "the history of the row itself",
    "tracker/records/access.py authenticate": "a token, by its digest",
    "tracker/records/accounts.py end_sessions": "the sessions of a user",
    "tracker/records/accounts.py grant": "the groups of the roles",
    "tracker/records/editorial.py workers": "users, of whom only editors are told",
    "tracker/records/editorial.py username": "users, of whom only editors are told",
    "tracker/records/idempotency.py once": "what this user was answered before",
    "tracker/records/past.py __init__": "the history of a visible row, of which less is shown",
    "tracker/records/past.py rows_of": "links, which have no rule of their own",
    "tracker/records/past.py revert": "the row itself, locked",
    "tracker/records/past.py restore": "rows of which nothing is hidden from who goes back",
    "tracker/records/roles.py get_user": "a user",
    "tracker/records/roles.py active_users": "users",
    "tracker/records/roles.py groups_of": "the groups of a user",
    "tracker/records/roles.py factors_of": "the second factors of a user",
    "tracker/records/roles.py factors": "a user",
    "tracker/records/second_factor.py app_of": "one's own second factor",
    "tracker/records/second_factor.py recovery_of": "one's own second factor",
    "tracker/records/second_factor.py remove_factors": "the second factor of a user",
    "tracker/records/second_factor.py set_up": "one's own second factor",
    "tracker/records/second_factor.py get_context_data": "one's own second factor",
    "tracker/records/second_factor.py renew_session": "the user who logs in",
    "tracker/records/sessions.py _get_session_from_db": "the session of who asks, by the digest of its key",
    "tracker/records/tokens.py note_use": "the token itself",
    "tracker/records/tokens.py revoke": "the token itself",
    "tracker/records/erasure.py stored": "a row that is erased, whoever sees it",
    "tracker/records/erasure.py empty_history": "the history of what is erased",
    "tracker/records/erasure.py forget": "what tells of what is erased",
    "tracker/records/erasure.py pointing_at": "what goes with what is erased, whoever sees it",
    "tracker/records/erasure.py redact": "what was taken down, out of which names are taken",
    "tracker/records/erasure.py replay": "what a ledger names, for whoever restores a database",
    "tracker/records/ledger.py take_in": "new rows",
    "tracker/records/workflow.py taken_down_by": "the history of the row itself",
    "tracker/records/ledger.py enter": "a new row",
    "tracker/records/ledger.py in_table": "ids alone, copied into a file of ours",
    "tracker/records/name_search.py person": "who is searched for, told to nobody",
    "tracker/records/name_search.py record": "what was hidden, to be brought back",
    "tracker/records/name_search.py begin": "a new row",
    "tracker/records/name_search.py work": "whether something is searched for",
    "tracker/records/name_search.py step": "what is searched for, told to nobody",
    "tracker/records/name_search.py readable": "what is public or is so again with others; told to nobody",
    "tracker/records/name_search.py suspects": "texts of what is public, read for a search; told to nobody",
    "tracker/records/name_search.py hide_one": "new rows",
    "tracker/records/name_search.py newest": "what editors are told of a visible row",
    "tracker/records/name_search.py also_hidden": "what was hidden, cut down to what its reader sees",
    "tracker/records/name_search.py undecided": "what was hidden, cut down to what its reader sees",
    "tracker/records/erasure.py erase": "whether the record is searched for",
    "tracker/records/erasure.py take_down_again": "what is searched for, for whoever restores a database",
    "tracker/records/erasure.py back_again": "what a ledger names, for whoever restores a database",
    "tracker/records/admin/start.py searched": "searches about visible rows",
    "tracker/records/admin/start.py undecided": "searches about visible rows",
    "tracker/records/takedown.py belonging": "what is hidden with a row, whoever sees it; told to nobody",
    "tracker/records/workflow.py take_down_alone": "answers kept of what is taken down, deleted",
    "tracker/records/unread.py read": "the row itself",
    "tracker/records/unread.py unread": "who changed visible rows last, told to nobody",
    "tracker/records/writes.py propose": "a new row",
    "tracker/records/writes.py shown_again": "the row itself, shown as its writer reads it",
    "tracker/records/writes.py save_parts": "parts that the writer sees",
    "tracker/records/writes.py refuse_others": "rows that were just written",
    "tracker/records/writes.py write": "the row itself",
    "tracker/records/editing.py approved_for": "the visible row itself, whether it is approved",
    "tracker/records/workflow.py _publish": "a new approval of the row itself",
    "tracker/records/workflow.py _move": "the approval of the row itself",
    "tracker/records/reading.py log": "a new entry of who read what",
    "tracker/records/admin/readings.py get_queryset": "usernames, for administrators",
    "tracker/records/scheduled.py record": "the row that was approved, for nobody to read",
    "tracker/records/scheduled.py publish_due": "approvals, for nobody to read",
    "tracker/records/scheduled.py carried_out": "the approval itself, locked",
    "tracker/records/admin/start.py approved": "approvals of visible rows",
    "people/models.py clean": "the row itself, as it is stored",
    "people/models.py allows": "consents of the person, of which it says yes or no",
    "people/consent.py follow_all": "people whose consent has ended, for nobody to read",
    "dialogues/models.py answers_for_others": "who speaks in the row itself",
    "people/models.py _protect": "the row itself, as it is stored",
    "dialogues/models.py _closes": "the row itself, as it is stored",
    "dialogues/models.py _tells_more": "the row itself, as it is stored",
    "people/asof.py distance": "the visible row itself, once more",
    "people/models.py hindered": "identifiers of public cases, and of those that become public with a person",
    "tracker/records/identifiers.py missing": "identifiers, cut down to those of public records",
    "tracker/records/models.py compared_with": "the like of a row, cut down to what all see who work on it",
    "tracker/records/models.py pass_over_unknown": "what a key leads to, if all see it who work on it",
    "dialogues/models.py closed_to": "whether there is somebody behind a row, for who sees the row",
    "tracker/records/unnamed.py passes": "a new row",
    "tracker/records/admin/history.py history_view": "what editors said of the texts of the visible row",
    "tracker/records/unnamed.py is_known": "what was said of a text that stands before its editor",
    "tracker/records/admin/unnamed.py stored": "the row itself, as it is stored",
    "tracker/records/lint.py bearers": "words in the names of visible people",
    "people/models.py known": "names that no text may tell, told to nobody",
    "people/models.py names_of": "names that no text may tell, told to nobody",
    "people/models.py secrets_of": "names that no text may tell, told to nobody",
    "tracker/records/log.py make_neutral": "entries of the admin's log, whose names it takes out",
    "tracker/records/admin/erasing.py erase_view": "a row of which an administrator is told its kind alone",
    "tracker/records/admin/base.py found_by": "words, beside visible rows",
    "tracker/records/admin/forms.py _know": "a hidden row in a field that is locked and said to be hidden",
    "tracker/records/admin/forms.py clean": "rows that the record keeps though its reader does not see them",
    "tracker/records/admin/kept.py filters_view": "one's own filters",
    "tracker/records/admin/kept.py changelist_view": "one's own filters",
    "tracker/records/admin/kept.py keep": "one's own filters",
    "tracker/records/admin/once.py changeform_view": "the keys of one's own forms",
    "tracker/records/admin/proposals.py decided": "the visible proposal itself, locked",
    "dialogues/admin.py about": "no manager: names of fields",
    "tracker/records/admin/similar.py similar": "words, beside visible rows",
    "tracker/records/admin/stale.py claim": "locks the row itself",
    "tracker/records/admin/stale.py last_saved": "who saved the row itself",
    "tracker/records/admin/start.py comments_on": "the history of visible drafts",
    "tracker/records/unread.py is_unread": "the visible row itself, once more",
    "tracker/records/changes/announcing.py start_again": "the one row about what is announced",
    "tracker/records/changes/announcing.py spread": "the one row about what is announced",
    "tracker/records/changes/announcing.py taken": "notes of changes, for nobody to read",
    "tracker/records/changes/announcing.py showing": "ids alone; those that are or were public are announced",
    "tracker/records/changes/announcing.py every": "what was announced, as it was public",
    "tracker/records/changes/announcing.py announce_some": "ids alone, compared with what is public",
    "tracker/records/changes/announcing.py said_of": "what was announced, as it was public",
    "tracker/records/changes/announcing.py keep": "what is announced, since it is or was public",
    "tracker/records/admin/verbs.py standing": "who changed the visible row last",
}


def starts(path):
    """(function, what follows) of each place in a file where a query starts."""
    tree = ast.parse((settings.BASE_DIR / path).read_text(encoding="utf-8"))
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in MANAGERS:
            up, then = parents[node], getattr(parents[node], "attr", "")
            while up and not isinstance(up, ast.FunctionDef):
                up = parents.get(up)
            yield getattr(up, "name", ""), then


class EveryReadTest(SimpleTestCase):
    def test_every_query_starts_at_what_its_reader_may_see(self):
        for path in READS:
            for function, then in starts(path):
                place = f"{path} {function}"
                if then != "visible_to" and place not in EXEMPT:
                    self.fail(
                        f"{place} queries .objects.{then}: start at visible_to, or give a reason in EXEMPT."
                    )

    def test_no_exemption_outlives_its_reason(self):
        used = {
            f"{path} {function}" for path in READS for function, then in starts(path) if then != "visible_to"
        }
        self.assertEqual(set(EXEMPT) - used, set())


FEW = ("nobody", "ordinary", "superuser", "cleared")


class Readers:
    """The kinds of readers; `sees` says which states of one row alone each of them reads."""

    def __init__(self):
        self.cleared = make.superuser()
        self.all = {
            "nobody": None,
            "anonymous": AnonymousUser(),
            "ordinary": make.user(),
            "staff": make.user(is_staff=True),
            "inactive": make.superuser(is_active=False),
            "superuser": make.superuser(),
            "cleared": self.cleared,
        }

    def sees(self, name, publication, confidentiality):
        if name == "cleared":
            return True
        if name == "superuser":
            return confidentiality != Confidentiality.CONFIDENTIAL
        return (publication, confidentiality) == PUBLIC


def state(row, publication, confidentiality):
    """Puts a row into a state, whatever its verbs would say."""
    type(row).objects.filter(pk=row.pk).update(publication=publication, confidentiality=confidentiality)


class TruthTableTest(TestCase):
    """Own state by the state of each thing it belongs to, for every kind of reader."""

    @classmethod
    def setUpTestData(cls):
        cls.readers = Readers()

    def make(self, row):
        """A row that one of the readers is cleared for."""
        row.cleared.add(self.readers.cleared)
        return row

    def assert_seen(self, row, expected, readers=None, **told):
        for name in readers or self.readers.all:
            with self.subTest(row=type(row).__name__, reader=name, **told):
                seen = type(row).objects.visible_to(self.readers.all[name]).filter(pk=row.pk)
                self.assertEqual(seen.exists(), expected(name))

    def test_every_model_in_every_state(self):
        for model in make.BUILDERS:
            row = self.make(make.one(model))
            for own in set(STATES):
                state(row, *own)
                self.assert_seen(row, self.sees(own), own=own)

    def test_nothing_is_seen_without_what_it_belongs_to(self):
        for model in make.BUILDERS:
            for name in model.visible_with:
                row = with_parent(model, name)
                parent = self.make(getattr(row, name))
                for above in set(STATES):
                    state(parent, *above)
                    self.assert_seen(row, self.sees(above), FEW, parent=name, above=above)

    def test_nothing_is_seen_without_what_its_parent_belongs_to(self):
        charge = make.charge()
        person = self.make(charge.case.person)
        for above in set(STATES):
            state(person, *above)
            self.assert_seen(charge, self.sees(above), above=above)

    def sees(self, *states):
        """Who sees what hangs together in these states."""
        return lambda name: all(self.readers.sees(name, *each) for each in states)

    def test_a_null_key_hides_nothing(self):
        for row in (make.group(), make.participation(naming="withheld"), make.statement(part_of=None)):
            self.assert_seen(row, lambda name: True)

    def test_a_part_is_seen_with_its_record_and_what_else_it_belongs_to(self):
        statement, person, source = (
            self.make(row) for row in (make.statement(), make.person(), make.source())
        )
        for part, other in (
            (make.speaker(statement, person), person),
            (make.citation(statement, source=source), source),
        ):
            for own, above in product(set(STATES), set(STATES)):
                state(statement, *own)
                state(other, *above)
                self.assert_seen(part, self.sees(own, above), FEW[:1], own=own, above=above)
                if PUBLIC in (own, above):
                    self.assert_seen(part, self.sees(own, above), FEW, own=own, above=above)

    def test_a_name_that_is_not_public_is_seen_by_superusers_only(self):
        person = make.person()
        for confidentiality in Confidentiality:
            name = make.name(person, "Another", confidentiality=confidentiality)
            for reader, user in self.readers.all.items():
                expected = confidentiality == Confidentiality.PUBLIC or reader in ("superuser", "cleared")
                self.assertEqual(
                    name in PersonName.objects.visible_to(user), expected, (reader, confidentiality)
                )

    def test_who_is_behind_a_participation_is_in_no_relation_of_it(self):
        names = {field.name for field in Participation._meta.get_fields(include_hidden=False)}
        self.assertFalse({name for name in names if "identity" in name})


class SameRolesTest(TestCase):
    """The text of a statement is kept for all with the same roles; what it gives is each reader's own."""

    def test_each_reads_inside_a_record_what_they_are_cleared_for_and_their_own_drafts(self):
        officers = [make.member("case_officer") for _ in range(3)]
        person = make.person()
        rows = []
        for officer in officers[:2]:
            secret = make.affiliation(person=person, confidentiality="confidential")
            secret.cleared.add(officer)
            rows.append({secret, make.affiliation(person=person, publication="draft", created_by=officer)})
        expected = [{str(row.pk) for row in own} for own in [*rows, ()]]
        for _ in range(2):
            for officer, own in zip(officers, expected, strict=True):
                self.client.force_login(officer)
                told = self.client.get(f"/api/v1/people/{person.pk}/").json()
                self.assertEqual({row["id"] for row in told["affiliations"]}, own)


def with_parent(model, name):
    """A record that has something at this key."""
    related = model._meta.get_field(name).related_model
    if model is Statement:
        return make.statement(part_of=make.statement())
    if name == "event":
        event = make.case_event()
        return make.case_actor(case=event.case, event=event)
    if name == "participation":
        return make.assessment(participation=make.group())
    return make.one(model, **{name: make.one(related)})
