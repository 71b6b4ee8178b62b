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
from tracker.records.values.codes.vocabularies import Confidentiality

MANAGERS = {"objects", "_base_manager", "_default_manager"}
# every module but what is run from a shell
READS = [
    str(file.relative_to(settings.BASE_DIR))
    for app in ("tracker", "people", "dialogues")
    for file in sorted((settings.BASE_DIR / app).rglob("*.py"))
    if not {"migrations", "management"} & {*file.parts}
]
KERNEL = "tracker/records/"
EXEMPT = {  # where a query may start elsewhere, and why; in tracker/records/ if no app is named
    "workflow/companions.py make_public": "a row that its caller found, for a trial",
    "values/columns.py _unguarded": "asks for the class of the manager, not for rows",
    "read/filters/reach.py met": "a table of ids only, cut down to rows that are visible",
    "read/filters/filter_set.py own_filters": "a search, cut down to the visible rows of a list",
    "shapes/json_expressions.py related": "a table of ids only, cut down to rows that are visible",
    "read/queries.py fresh": "the row of page.key, which the selection has found visible",
    "read/past/rows.py seen": "a table of ids only, cut down to rows that are visible",
    "read/lookup.py absent": "old slugs, followed to visible rows; what answers 410 is public",
    "policy/visibility.py matching": "words, of which the public is shown those of public names",
    "base/record.py own_conditions": "the rule itself: for whom a record is cleared",
    "base/record.py _changes_publicly": "the row itself, as it is stored",
    "workflow/publishing.py _lock": "the row itself, locked",
    "workflow/deletion.py discard": "the row itself, locked",
    "base/slugs.py change_slug": "writes the slug that is given up",
    "base/slugs.py slug_is_free": "old slugs, cut down to those of public records",
    "base/slugs.py claim_slug": "writes to the hidden record that gives a slug up",
    "base/slugs.py _moved": "deletes the slugs of the row",
    "base/parts.py _touch": "writes to the row that a part belongs to",
    "workflow/publishing.py sent_back": "the history of the row itself",
    "accounts/authentication.py authenticate": "a token, by its digest",
    "accounts/staff.py end_sessions": "the sessions of a user",
    "accounts/staff.py grant": "the groups of the roles",
    "workflow/editorial_fields.py workers": "users, of whom only editors are told",
    "workflow/editorial_fields.py username": "users, of whom only editors are told",
    "protocol/idempotency.py once": "what this user was answered before",
    "revisions/timeline.py __init__": "the history of a visible row, of which less is shown",
    "revisions/timeline.py rows_of": "links, which have no rule of their own",
    "revisions/timeline.py revert": "the row itself, locked",
    "revisions/timeline.py restore_rows": "rows of which nothing is hidden from who goes back",
    "policy/roles.py get_user": "a user",
    "policy/roles.py active_users": "users",
    "policy/roles.py groups_of": "the groups of a user",
    "policy/roles.py factors_of": "the second factors of a user",
    "policy/roles.py factors": "a user",
    "accounts/second_factor.py app_of": "one's own second factor",
    "accounts/second_factor.py recovery_of": "one's own second factor",
    "accounts/second_factor.py remove_factors": "the second factor of a user",
    "accounts/second_factor.py set_up": "one's own second factor",
    "accounts/second_factor.py get_context_data": "one's own second factor",
    "accounts/second_factor.py renew_session": "the user who logs in",
    "accounts/sessions.py _get_session_from_db": "the session of who asks, by the digest of its key",
    "accounts/api_tokens.py note_use": "the token itself",
    "accounts/api_tokens.py revoke": "the token itself",
    "revisions/erasure.py stored_copy": "a row that is erased, whoever sees it",
    "revisions/erasure.py empty_history": "the history of what is erased",
    "revisions/erasure.py forget": "what tells of what is erased",
    "revisions/erasure.py pointing_at": "what goes with what is erased, whoever sees it",
    "revisions/erasure.py redact": "what was taken down, out of which names are taken",
    "revisions/erasure.py replay": "what a ledger names, for whoever restores a database",
    "audit/takedown_ledger.py take_in": "new rows",
    "workflow/publishing.py taken_down_by": "the history of the row itself",
    "audit/takedown_ledger.py enter": "a new row",
    "audit/takedown_ledger.py in_table": "ids alone, copied into a file of ours",
    "protection/name_search.py person": "who is searched for, told to nobody",
    "protection/name_search.py record": "what was hidden, to be brought back",
    "protection/name_search.py begin_search": "a new row",
    "protection/name_search.py run_searches": "whether something is searched for",
    "protection/name_search.py read_batch": "what is searched for, told to nobody",
    "protection/name_search.py own_public_rows": "what is public or is so again with others; told to nobody",
    "protection/name_search.py suspects": "texts of what is public, read for a search; told to nobody",
    "protection/name_search.py hide_one": "new rows",
    "protection/name_search.py newest": "what editors are told of a visible row",
    "protection/name_search.py also_hidden": "what was hidden, cut down to what its reader sees",
    "protection/name_search.py undecided_searches": "what was hidden, cut down to what its reader sees",
    "revisions/erasure.py erase": "whether the record is searched for",
    "revisions/erasure.py take_down_again": "what is searched for, for whoever restores a database",
    "revisions/erasure.py back_again": "what a ledger names, for whoever restores a database",
    "admin/start_page.py searched": "searches about visible rows",
    "admin/start_page.py undecided_takedowns": "searches about visible rows",
    "protection/takedown_scope.py hidden_with": "what is hidden with a row, whoever sees it; told to nobody",
    "workflow/publishing.py take_down_alone": "answers kept of what is taken down, deleted",
    "audit/second_reading.py mark_as_reviewed": "the row itself",
    "audit/second_reading.py unread": "who changed visible rows last, told to nobody",
    "write/save.py propose": "a new row",
    "write/save.py shown_again": "the row itself, shown as its writer reads it",
    "write/save.py save_parts": "parts that the writer sees",
    "write/save.py refuse_others": "rows that were just written",
    "write/save.py save_document": "the row itself",
    "write/views.py approved_for": "the visible row itself, whether it is approved",
    "workflow/publishing.py _publish": "a new approval of the row itself",
    "workflow/publishing.py _move": "the approval of the row itself",
    "audit/access_log.py log": "a new entry of who read what",
    "admin/people/access_log.py get_queryset": "usernames, for administrators",
    "workflow/approvals.py record": "the row that was approved, for nobody to read",
    "workflow/approvals.py publish_due": "approvals, for nobody to read",
    "workflow/approvals.py carried_out": "the approval itself, locked",
    "admin/start_page.py approved": "approvals of visible rows",
    "people/models/people.py clean": "the row itself, as it is stored",
    "people/models/people.py allows": "consents of the person, of which it says yes or no",
    "tracker/figures/overviews/network.py consented": "consents of people, of which it says yes or no",
    "people/consent.py follow_all": "people whose consent has ended, for nobody to read",
    "dialogues/models/statements.py answers_for_others": "who speaks in the row itself",
    "people/models/case_events.py _protect": "the row itself, as it is stored",
    "dialogues/models/dialogues.py _closes": "the row itself, as it is stored",
    "dialogues/models/participations.py _reveals_more": "the row itself, as it is stored",
    "people/api/stored_answers.py __init__": "public answers about rows that are visible",
    "people/api/stored_answers.py refresh_answers": "whose public answers have to be computed again",
    "people/api/stored_answers.py refresh_some": "public answers, computed from public facts",
    "people/api/as_of_days.py days_apart": "the visible row itself, once more",
    "people/models/acts.py editor_blockers": "identifiers of public cases, and of those to be public with it",
    "base/record.py compared_with": "the like of a row, cut down to what all see who work on it",
    "base/record.py pass_over_unknown": "what a key leads to, if all see it who work on it",
    "dialogues/models/participations.py closed_to": "whether somebody is behind a row, for who sees the row",
    "protection/name_check.py passes": "a new row",
    "admin/pages/history.py history_view": "what editors said of the texts of the visible row",
    "protection/name_check.py is_known": "what was said of a text that stands before its editor",
    "admin/saving.py stored_if_published": "the row itself, as it is stored",
    "protection/protected_names.py bearers": "words in the names of visible people",
    "people/models/people.py rows_seen": "names that no text may tell, told to nobody",
    "people/models/people.py all_names": "names that no text may tell, told to nobody",
    "people/models/people.py secrets_of": "names that no text may tell, told to nobody",
    "audit/admin_log.py make_neutral": "entries of the admin's log, whose names it takes out",
    "admin/pages/erasing.py erase_view": "a row of which an administrator is told its kind alone",
    "admin/record_page/base.py found_by": "words, beside visible rows",
    "admin/forms/forms.py _know": "a hidden row in a field that is locked and said to be hidden",
    "admin/forms/forms.py clean": "rows that the record keeps though its reader does not see them",
    "admin/lists/saved_filters.py filters_view": "one's own filters",
    "admin/lists/saved_filters.py changelist_view": "one's own filters",
    "admin/lists/saved_filters.py keep": "one's own filters",
    "admin/pages/sent_twice.py changeform_view": "the keys of one's own forms",
    "admin/pages/proposals.py decided": "the visible proposal itself, locked",
    "dialogues/admin.py about": "no manager: names of fields",
    "admin/lists/similar.py similar": "words, beside visible rows",
    "admin/forms/edit_conflicts.py lock_version": "locks the row itself",
    "admin/forms/edit_conflicts.py last_saved": "who saved the row itself",
    "admin/start_page.py comments_on": "the history of visible drafts",
    "audit/second_reading.py is_unread": "the visible row itself, once more",
    "changes/announcing.py start_again": "the one row about what is announced",
    "changes/announcing.py spread": "the one row about what is announced",
    "changes/announcing.py taken": "notes of changes, for nobody to read",
    "changes/announcing.py showing": "ids alone; those that are or were public are announced",
    "changes/announcing.py all_public": "what was announced, as it was public",
    "changes/announcing.py announce_some": "ids alone, compared with what is public",
    "changes/announcing.py announcements_of": "what was announced, as it was public",
    "changes/announcing.py store_announcements": "what is announced, since it is or was public",
    "admin/verbs/verbs.py standing": "who changed the visible row last",
    "tracker/web/metrics.py waiting_work": "numbers for whoever runs the server",
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
                place = f"{path} {function}".removeprefix(KERNEL)
                if then != "visible_to" and place not in EXEMPT:
                    self.fail(
                        f"{place} queries .objects.{then}: start at visible_to, or give a reason in EXEMPT."
                    )

    def test_no_exemption_outlives_its_reason(self):
        used = {
            f"{path} {function}".removeprefix(KERNEL)
            for path in READS
            for function, then in starts(path)
            if then != "visible_to"
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
