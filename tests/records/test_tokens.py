"""Tokens: what they open, what they do not, and that nothing keeps them."""

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import chain, combinations
from unittest import mock

from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, transaction
from django.test import Client, TestCase
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dialogues.models import Dialogue
from tests import make
from tests.emptied import TransactionTestCase
from tracker.records.accounts.api_tokens import FORM, ApiToken, TokenScope, token_hash
from tracker.records.accounts.staff import grant
from tracker.records.admin.people.tokens import TokenForm
from tracker.records.shapes.urls import resource
from tracker.records.workflow.proposals import Proposal
from tracker.records.workflow.verb_table import VERBS

PLACES = "/api/v1/places/"
TOKENS = "/admin/records/apitoken/"
SECRET_HEADERS = (
    "Access-Control-Allow-Origin",
    "Access-Control-Allow-Headers",
    "Access-Control-Allow-Methods",
)

REQUESTS = {  # the scope that each request needs, and what it then answers to an editor
    "GET": ("read", 200),
    "HEAD": ("read", 200),
    "OPTIONS": ("read", 204),
    "POST": ("write", 201),
    "PUT": ("write", 200),
    "PATCH": ("write", 200),
    "DELETE": ("write", 204),
    "submit": ("write", 200),
    "send-back": ("publish", 200),
    "publish": ("publish", 200),
    "withdraw": ("publish", 200),
    "takedown": ("publish", 200),
}
STATES = {one.path: one.states[0] for one in VERBS}
BODIES = {one.path: {one.says: one.sample} for one in VERBS}
GIVEN = {"name": "Import", "scopes": ["read", "write"], "lasts": "30"}
WRITTEN = {"name": "Another town"}


class StrictClient(Client):
    """A client to which CSRF applies as to a browser."""

    def __init__(self, **given):
        super().__init__(**{**given, "enforce_csrf_checks": True})


class TokenTest(TestCase):
    """What these tests share: an editor, and requests with a token."""

    @classmethod
    def setUpTestData(cls):
        cls.editor = make.member("editor")

    client_class = StrictClient

    def token(self, *scopes, **fields):
        return make.token(fields.pop("user", self.editor), *scopes, **fields)[1]

    def send(self, text, method="GET", path=PLACES, body=None, **headers):
        """The answer to a request with this token."""
        given = {"Authorization": f"Bearer {text}", **headers}
        sent = "" if body is None else json.dumps(body)
        return self.client.generic(method, path, sent, content_type="application/json", headers=given)

    def assert_problem(self, answer, status, *words):
        self.assertEqual(answer.status_code, status, answer.content)
        self.assertEqual(answer["Content-Type"], "application/problem+json")
        for word in words:
            self.assertIn(word, answer.json()["detail"])


class ScopeTest(TokenTest):
    """A table: each combination of scopes, each request, its status."""

    def request(self, text, name):
        """The answer to one of REQUESTS on a draft of the editor's, or what its verb takes."""
        row = make.place(publication=STATES.get(name, "draft"), created_by=self.editor)
        one = f"{PLACES}{row.pk}/"
        meant = {"If-Match": '"1"'}
        if name == "POST":
            return self.send(text, "POST", body=WRITTEN)
        if name in ("GET", "HEAD", "OPTIONS"):
            return self.send(text, name, one)
        if name.isupper():
            return self.send(text, name, one, None if name == "DELETE" else WRITTEN, **meant)
        return self.send(text, "POST", f"{one}{name}/", BODIES.get(name, {}), **meant)

    def test_each_scope_allows_its_requests_and_no_other(self):
        with self.settings(FOUR_EYES=False):
            for scopes in chain(*(combinations(TokenScope.values, number) for number in (1, 2, 3))):
                text = self.token(*scopes)
                for name, (needed, allowed) in REQUESTS.items():
                    status = allowed if needed in scopes else 403
                    with self.subTest(scopes=scopes, request=name):
                        answer = self.request(text, name)
                        self.assertEqual(answer.status_code, status, answer.content)
                        if status == 403 and name != "HEAD":
                            self.assert_problem(answer, 403, f"scope {needed}")

    def test_a_write_is_answered_with_what_was_written_and_opens_no_other(self):
        text = self.token("write")
        shown = self.send(text, "POST", body=WRITTEN).json()
        self.assertEqual(shown, self.send(self.token("read"), path=f"{PLACES}{shown['id']}/").json())
        for path in (PLACES, f"{PLACES}{shown['id']}/", f"{PLACES}{shown['id']}/publication/"):
            self.assert_problem(self.send(text, path=path), 403, "scope read")

    def test_a_scope_is_no_right(self):
        """A token does never more than its owner may."""
        reader = self.token("read", "write", "publish", user=make.member("administrator"))
        self.assert_problem(self.send(reader, "POST", body=WRITTEN), 403)
        draft = make.place(publication="draft")
        self.assertEqual(self.send(reader, path=f"{PLACES}{draft.pk}/").status_code, 404)

    def test_a_role_that_is_taken_is_taken_from_the_token_too(self):
        owner = make.member("editor")
        text = self.token("write", user=owner)
        self.assertEqual(self.send(text, "POST", body=WRITTEN).status_code, 201)
        owner.groups.clear()
        self.assert_problem(self.send(text, "POST", body=WRITTEN), 403)


class ResourceTest(TokenTest):
    def test_a_token_reaches_its_resources_only(self):
        text = self.token("read", "write", resources=["places", "sources"])
        self.assertEqual(self.send(text).status_code, 200)
        self.assertEqual(self.send(text, path="/api/v1/sources/").status_code, 200)
        self.assert_problem(self.send(text, path="/api/v1/people/"), 403, "people")
        self.assert_problem(self.send(text, path="/api/v1/citations/"), 403, "citations")
        self.assert_problem(self.send(text, "POST", "/api/v1/people/", {"name": "Somebody"}), 403, "people")

    def test_records_nested_in_a_document_are_in_reach_with_their_own_resource(self):
        document = {"title": "A", "participations": [{"group_label": "a delegation"}]}
        text = self.token("write", resources=["dialogues"])
        path = "/api/v1/dialogues/"
        for body in (document, [{"title": "B"}, document]):
            self.assert_problem(self.send(text, "POST", path, body), 403, "participations")
        whole = {"title": "A", "identifiers": [{"scheme": "x", "identifier": "1"}], "participations": []}
        self.assertEqual(self.send(text, "POST", path, whole).status_code, 201)
        text = self.token("write", resources=["dialogues", "participations"])
        self.assertEqual(self.send(text, "POST", path, document).status_code, 201)

    def test_records_published_together_are_in_reach_with_their_own_resource(self):
        dialogue = make.dialogue(publication="in_review")
        make.participation(dialogue=dialogue, publication="draft")
        path = f"/api/v1/dialogues/{dialogue.pk}/publish/"
        meant = {"If-Match": f'"{type(dialogue).objects.get(pk=dialogue.pk).version}"'}
        text = self.token("publish", resources=["dialogues"])
        self.assert_problem(self.send(text, "POST", path, {}, **meant), 403, "participations")
        text = self.token("publish", resources=["dialogues", "participations"])
        self.assertEqual(self.send(text, "POST", path, {}, **meant).status_code, 200)

    def test_a_token_that_does_not_reach_all_takes_down_nobody_whoever_names_them(self):
        person = make.person(name="Zahra Qvortexli")
        make.dialogue(summary="They met Zahra Qvortexli.")
        path = f"/api/v1/people/{person.pk}/takedown/"
        meant, body = {"If-Match": f'"{type(person).objects.get().version}"'}, {"reason": "safety"}
        for user, words in (
            (make.member("contributor"), "editor"),
            (make.member("editor"), "cannot be used"),
        ):
            text, said = self.token("publish", user=user, resources=["people"]), []
            for _ in range(2):
                answer = self.send(text, "POST", path, body, **meant)
                self.assert_problem(answer, 403, words)
                said.append(answer.content)
                Dialogue.objects.all().delete()
            self.assertEqual(*said)  # whether anything names them or not

    def test_what_describes_the_api_is_in_reach_of_every_token(self):
        text = self.token("read", resources=["places"])
        for path in ("/api/v1/", "/api/v1/vocabularies/", "/api/v1/vocabularies/gender/"):
            self.assertEqual(self.send(text, path=path).status_code, 200)

    def test_none_named_is_all(self):
        text = self.token("read")
        for path in ("/api/v1/people/", "/api/v1/citations/", "/api/v1/dialogues/"):
            self.assertEqual(self.send(text, path=path).status_code, 200)


class ProposalTest(TokenTest):
    """Proposals by token: to decide on one is to change its record."""

    def proposed(self, by=None, record=None):
        """The path of a new proposal, about a place unless a record is given."""
        record, by = record or make.place(), by or make.member("contributor")
        meant = {"If-Match": f'"{type(record).objects.get(pk=record.pk).version}"'}
        path = f"/api/v1/{resource(type(record))}/{record.pk}/"
        change = {"name": "Other", "reason": "A misprint."}
        answer = self.send(self.token("write", user=by), "PATCH", path, change, **meant)
        self.assertEqual(answer.status_code, 202, answer.content)
        return answer["Location"].removeprefix("http://127.0.0.1:8000")

    def apply(self, path, *scopes, verb="apply", **fields):
        body = {"comment": "No."} if verb == "decline" else None
        return self.send(self.token(*scopes, **fields), "POST", f"{path}{verb}/", body)

    def test_it_takes_the_scope_that_changing_takes(self):
        path = self.proposed()
        for verb in ("apply", "decline"):
            self.assert_problem(self.apply(path, "read", "publish", verb=verb), 403, "scope write")
            self.assertEqual(self.apply(self.proposed(), "write", verb=verb).status_code, 200)

    def test_it_takes_an_editor(self):
        path, other = self.proposed(), make.member("contributor")
        for verb in ("apply", "decline"):
            self.assertEqual(self.apply(path, "write", verb=verb, user=other).status_code, 404)
        self.assertEqual(Proposal.objects.get().state, "open")

    def test_it_takes_the_resource_of_its_record_too(self):
        path = self.proposed()
        for limits, words in ((["proposals", "people"], "places"), (["places"], "proposals")):
            for verb in ("apply", "decline"):
                answer = self.apply(path, "write", verb=verb, resources=limits)
                self.assert_problem(answer, 403, f"cannot be used for {words}")
            self.assert_problem(self.send(self.token("read", resources=limits), path=path), 403, words)
        self.assertEqual(Proposal.objects.get().state, "open")
        for limits, listed in ((["proposals", "people"], 0), (["proposals", "places"], 1), ([], 1)):
            text = self.token("read", resources=limits)
            self.assertEqual(len(self.send(text, path="/api/v1/proposals/").json()["results"]), listed)
        self.assertEqual(self.apply(path, "write", resources=["proposals", "places"]).status_code, 200)

    def test_nobody_applies_what_they_proposed(self):
        author = make.member("contributor")
        path = self.proposed(author)
        grant(author, ["editor"])
        with self.settings(FOUR_EYES=True):
            self.assert_problem(self.apply(path, "write", user=author), 403, "another editor")
            self.assertEqual(Proposal.objects.get().state, "open")
        with self.settings(FOUR_EYES=False):
            self.assertEqual(self.apply(path, "write", user=author).status_code, 200)

    def test_an_editor_who_does_not_see_the_record_finds_none(self):
        place = make.place()
        path = self.proposed(record=place)
        type(place).objects.filter(pk=place.pk).update(confidentiality="confidential")
        for verb in ("apply", "decline"):
            self.assertEqual(self.apply(path, "write", verb=verb).status_code, 404)


class CredentialTest(TokenTest):
    """What is no valid token is refused, also where nobody would need one."""

    def assert_refused(self, text, **given):
        answer = self.send(text, **given)
        self.assert_problem(answer, 401, "valid token")
        self.assertEqual(answer["WWW-Authenticate"], "Bearer")
        self.assertNotIn("ETag", answer)

    def test_a_valid_one_reads_what_its_owner_sees(self):
        draft = make.place(publication="draft")
        self.assertEqual(self.client.get(f"{PLACES}{draft.pk}/").status_code, 404)
        answer = self.send(self.token("read"), path=f"{PLACES}{draft.pk}/")
        self.assertEqual(answer.status_code, 200)
        self.assertEqual(answer["Cache-Control"], "no-store")
        self.assertEqual(answer["ETag"], '"1"')

    def test_a_wrong_one(self):
        valid = self.token("read")
        for text in (
            "",
            "dtrk_",
            "x" * 69,
            f"dtrk_{'0' * 64}",
            valid[:-1],
            valid.upper(),
            token_hash(valid),
            "tökén",
        ):
            with self.subTest(text):
                self.assert_refused(text)
                self.assert_refused(text, method="POST", body=WRITTEN)

    def test_what_has_not_the_form_of_one_is_not_looked_up(self):
        with self.assertNumQueries(0):
            self.assert_refused("anything")

    def test_an_expired_one(self):
        past = timezone.now() - timedelta(days=2)
        self.assert_refused(self.token("read", created_at=past, expires_at=past + timedelta(days=1)))

    def test_a_revoked_one(self):
        token, text = make.token(self.editor, "read")
        self.assertEqual(self.send(text).status_code, 200)
        token.revoke()
        self.assert_refused(text)

    def test_one_of_a_closed_account(self):
        self.assert_refused(self.token("read", user=make.member("editor", is_active=False)))

    def test_one_of_a_deleted_user(self):
        owner = make.member("editor")
        text = self.token("read", user=owner)
        owner.delete()
        self.assert_refused(text)

    def test_other_ways_to_authorize(self):
        text = self.token("read")
        for given in (text, f"Token {text}", "Basic ZWRpdG9yOnNlY3JldA==", "Bearer", ""):
            with self.subTest(given):
                answer = self.client.get(PLACES, headers={"Authorization": given})
                self.assert_problem(answer, 401)
        self.assertEqual(
            self.client.get(PLACES, headers={"Authorization": f"bearer {text}"}).status_code, 200
        )

    def test_two_at_once(self):
        one, other = self.token("read"), self.token("read")
        answer = self.client.get(PLACES, headers={"Authorization": f"Bearer {one}, Bearer {other}"})
        self.assert_problem(answer, 400, "one Authorization")

    def test_one_in_the_address(self):
        answer = self.client.get(PLACES, {"access_token": self.token("read")})
        self.assertEqual(answer.status_code, 400)

    def test_the_schema_refuses_a_wrong_one_too(self):
        self.assert_refused("anything", path="/api/v1/schema/")

    def test_the_schema_says_what_takes_one(self):
        described = self.client.get("/api/v1/schema/").json()
        self.assertEqual(described["components"]["securitySchemes"]["token"]["scheme"], "bearer")
        operations = described["paths"]["/api/v1/places/"]
        self.assertEqual(operations["get"]["security"], [{}, {"token": []}])
        self.assertEqual(operations["post"]["security"], [{"token": []}])

    def test_a_write_without_any_says_what_is_missing(self):
        answer = self.client.post(PLACES, WRITTEN, content_type="application/json")
        self.assert_problem(answer, 401, "Writing needs credentials.")
        self.assertEqual(answer["WWW-Authenticate"], "Bearer")


class SessionTest(TokenTest):
    """Beside a session: a token needs no CSRF token, a session does, and the token counts."""

    def test_a_session_needs_a_csrf_token_and_a_token_does_not(self):
        self.client.force_login(self.editor)
        answer = self.client.post(PLACES, WRITTEN, content_type="application/json")
        self.assert_problem(answer, 403, "CSRF")
        self.assertEqual(self.send(self.token("write"), "POST", body=WRITTEN).status_code, 201)

    def test_a_wrong_token_is_refused_even_with_a_session(self):
        self.client.force_login(self.editor)
        self.assert_problem(self.send("anything"), 401)

    def test_the_scopes_of_the_token_count(self):
        self.client.force_login(self.editor)
        self.assert_problem(self.send(self.token("read"), "POST", body=WRITTEN), 403, "scope write")

    def test_a_token_opens_no_page_of_the_admin(self):
        answer = self.client.get("/admin/", headers={"Authorization": f"Bearer {self.token('read')}"})
        self.assertEqual(answer.status_code, 302)


class CrossOriginTest(TokenTest):
    """Scripts of other sites read what anyone may, and nothing that somebody's credentials opened."""

    def test_anonymous_reads_are_open(self):
        place = make.place()
        paths = [PLACES, f"{PLACES}{place.pk}/", "/api/v1/", "/api/v1/schema/"]
        paths += [f"{PLACES}nothing/", "/api/v1/nothing/", f"{PLACES}?nothing=1"]
        for path in paths:
            for method in ("GET", "HEAD"):
                with self.subTest(path=path, method=method):
                    answer = self.client.generic(method, path)
                    self.assertEqual(answer["Access-Control-Allow-Origin"], "*")
                    self.assertLessEqual({"Authorization", "Cookie"}, {*answer["Vary"].split(", ")})
                    self.assertNotIn("Access-Control-Allow-Credentials", answer)

    def test_tables_too(self):
        answer = self.client.get(PLACES, {"format": "csv"})
        self.assertTrue(answer.getvalue())
        self.assertEqual(answer["Access-Control-Allow-Origin"], "*")

    def test_unchanged_answers_too(self):
        etag = self.client.get(PLACES)["ETag"]
        answer = self.client.get(PLACES, headers={"If-None-Match": etag})
        self.assertEqual((answer.status_code, answer["Access-Control-Allow-Origin"]), (304, "*"))

    def test_answers_to_credentials_are_closed(self):
        for answer in (self.send(self.token("read")), self.send("anything")):
            self.assertNotIn("Access-Control-Allow-Origin", answer)
        self.client.force_login(self.editor)
        self.assertNotIn("Access-Control-Allow-Origin", self.client.get(PLACES))

    def preflight(self, method, **headers):
        asked = {"Origin": "https://example.org", "Access-Control-Request-Method": method, **headers}
        return self.client.options(PLACES, headers=asked)

    def test_a_preflight_of_a_read_allows_what_harmless_scripts_send(self):
        for method in ("GET", "HEAD"):
            answer = self.preflight(method, **{"Access-Control-Request-Headers": "if-none-match"})
            allowed = answer["Access-Control-Allow-Headers"].split(", ")
            self.assertEqual(answer.status_code, 204)
            self.assertEqual(answer["Access-Control-Allow-Origin"], "*")
            self.assertEqual(allowed, ["If-None-Match", "Content-Type", "X-Requested-With"])
            self.assertIn(method, answer["Access-Control-Allow-Methods"])
            self.assertNotIn("Access-Control-Allow-Credentials", answer)

    def test_no_other_preflight_allows_anything(self):
        refused = [self.preflight(method) for method in ("PATCH", "POST", "PUT", "DELETE")]
        refused += [self.preflight("GET", Authorization=f"Bearer {self.token('read')}")]
        self.client.force_login(self.editor)
        for answer in (*refused, self.preflight("GET")):
            for name in SECRET_HEADERS:
                self.assertNotIn(name, answer)

    def test_scripts_read_the_headers_that_they_need(self):
        for url in (PLACES, f"{PLACES}absent/", f"{PLACES}?nonsense=1"):
            shown = self.client.get(url)["Access-Control-Expose-Headers"]
            self.assertEqual(shown, "ETag, X-Request-ID, Retry-After")
        self.assertNotIn("Access-Control-Expose-Headers", self.send(self.token("read")))

    def test_writes_and_pages_are_closed(self):
        for answer in (self.client.post(PLACES), self.client.get("/admin/login/"), self.client.get("/")):
            self.assertNotIn("Access-Control-Allow-Origin", answer)


class CostTest(TokenTest):
    def test_a_read_is_one_statement_more(self):
        text = self.token("read")
        self.send(text)
        with self.assertNumQueries(2):  # who reads, with their roles; what they read
            self.send(text)

    def test_use_is_noted_once_a_minute_by_one_statement(self):
        token, text = make.token(self.editor, "read")
        with CaptureQueriesContext(connection) as queries:
            for _ in range(3):
                self.send(text)
        self.assertEqual(sum("UPDATE" in query["sql"] for query in queries), 1)
        token.refresh_from_db()
        first = token.last_used_at
        self.assertLess(timezone.now() - first, timedelta(minutes=1))
        long_ago = first - timedelta(seconds=61)
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=long_ago)
        self.send(text)
        token.refresh_from_db()
        self.assertGreaterEqual(token.last_used_at, first)

    def test_a_refused_request_notes_no_use_of_a_dead_token(self):
        token, text = make.token(self.editor, "read")
        token.revoke()
        self.send(text)
        token.refresh_from_db()
        self.assertIsNone(token.last_used_at)

    def test_anonymous_reads_cost_what_they_cost(self):
        with self.assertNumQueries(1):
            self.client.get(PLACES)


class RuleTest(TokenTest):
    """The database itself refuses what must not be."""

    def refused(self, **fields):
        with self.assertRaises(IntegrityError), transaction.atomic():
            make.token(self.editor, *fields.pop("scopes", ["read"]), **fields)

    def test_no_token_lasts_longer_than_a_year(self):
        now = timezone.now()
        self.refused(created_at=now, expires_at=now + timedelta(days=365, seconds=1))
        make.token(self.editor, "read", created_at=now, expires_at=now + timedelta(days=365))

    def test_every_token_expires_and_has_a_scope(self):
        self.refused(expires_at=None)
        self.refused(scopes=[])

    def test_names_of_living_tokens_differ(self):
        token, _ = make.token(self.editor, "read", name="Import")
        self.refused(name="Import")
        token.revoke()
        make.token(self.editor, "read", name="Import")

    def test_a_token_is_revoked_once(self):
        token, _ = make.token(self.editor, "read")
        token.revoke()
        token.refresh_from_db()
        first = token.revoked_at
        token.revoke()
        token.refresh_from_db()
        self.assertEqual(token.revoked_at, first)


class AdminTokenTest(TokenTest):
    """Owners make, see and revoke their own; administrators see and revoke all; nobody edits one."""

    client_class = Client

    def setUp(self):
        self.client.force_login(self.editor)

    def add(self, **fields):
        return self.client.post(f"{TOKENS}add/", {**GIVEN, **fields})

    def text_in(self, answer):
        """The token that a page shows."""
        self.assertEqual(answer.status_code, 200)
        return FORM.search(answer.content.decode())[0]

    def test_the_owner_makes_one_that_works(self):
        answer = self.add(resources=["places"])
        text = self.text_in(answer)
        self.assertIn("no-store", answer["Cache-Control"])
        token = ApiToken.objects.get()
        self.assertEqual(
            (token.user, token.scopes, token.resources), (self.editor, ["read", "write"], ["places"])
        )
        self.assertEqual(token.expires_at - token.created_at, timedelta(days=30))
        self.assertEqual(self.send(text, "POST", body=WRITTEN).status_code, 201)

    def test_it_can_be_limited_to_any_endpoint(self):
        for number, name in enumerate(["proposals", "citations", "people"]):
            text = self.text_in(self.add(name=f"Number {number}", resources=[name]))
            self.assertEqual(self.send(text, path=f"/api/v1/{name}/").status_code, 200)

    def test_it_lasts_a_year_at_most(self):
        self.text_in(self.add(lasts="365"))
        answer = self.add(name="Other", lasts="366")
        self.assertContains(answer, "Select a valid choice")
        self.assertEqual(ApiToken.objects.count(), 1)

    def test_what_is_wrong_is_said(self):
        self.assertContains(self.add(scopes=[]), "This field is required")
        self.assertContains(self.add(resources=["nothing"]), "Select a valid choice")
        self.add()
        self.assertContains(self.add(), "You already have a token with this name")
        self.assertEqual(ApiToken.objects.count(), 1)

    def test_a_form_sent_twice_at_once_makes_one(self):
        with mock.patch.object(TokenForm, "validate_unique"):
            self.add()
            answer = self.client.post(f"{TOKENS}add/", GIVEN, follow=True)
        self.assertContains(answer, "another API token already has this name")

    def test_nobody_makes_one_for_somebody_else(self):
        other = make.member("editor")
        self.client.force_login(make.member("administrator"))
        self.add(user=str(other.pk))
        self.assertFalse(ApiToken.objects.filter(user=other).exists())

    def test_it_is_shown_once_and_kept_nowhere(self):
        text = self.text_in(self.add())
        token = ApiToken.objects.get()
        self.assertEqual(token.digest, token_hash(text))
        for path in (TOKENS, f"{TOKENS}{token.pk}/change/", f"{TOKENS}{token.pk}/history/", "/admin/"):
            page = self.client.get(path)
            self.assertEqual(page.status_code, 200)
            self.assertNotContains(page, text[5:])
            self.assertNotContains(page, token.digest)
        kept = [*ApiToken.objects.values_list(), *LogEntry.objects.values_list()]
        kept += [session.get_decoded() for session in Session.objects.all()]
        self.assertNotIn(text[5:], repr(kept))

    def test_it_is_never_edited_or_deleted(self):
        token, _ = make.token(self.editor, "read", name="Import")
        page = f"{TOKENS}{token.pk}/change/"
        self.assertNotContains(self.client.get(page), 'name="scopes"')
        for path in (page, f"{TOKENS}{token.pk}/delete/"):
            self.assertEqual(self.client.post(path, {"name": "Other", "scopes": ["write"]}).status_code, 403)
        token.refresh_from_db()
        self.assertEqual((token.name, token.scopes), ("Import", ["read"]))

    def test_the_owner_revokes_it(self):
        token, text = make.token(self.editor, "read")
        path = f"{TOKENS}{token.pk}/revoke/"
        self.assertContains(self.client.get(f"{TOKENS}{token.pk}/change/"), path)
        self.assertEqual(self.client.get(path).status_code, 405)
        self.assertEqual(self.send(text).status_code, 200)
        self.assertEqual(self.client.post(path).status_code, 302)
        self.assertEqual(self.send(text).status_code, 401)
        self.assertNotContains(self.client.get(f"{TOKENS}{token.pk}/change/"), path)

    def test_others_see_nothing_of_it(self):
        token, text = make.token(make.member("contributor"), "read", name="Zzyzx")
        self.assertNotContains(self.client.get(TOKENS), "Zzyzx")
        self.assertEqual(self.client.get(f"{TOKENS}{token.pk}/change/").status_code, 302)
        self.assertEqual(self.client.post(f"{TOKENS}{token.pk}/revoke/").status_code, 404)
        self.assertEqual(self.send(text).status_code, 200)

    def test_an_administrator_sees_and_revokes_all(self):
        token, text = make.token(self.editor, "read", name="Zzyzx")
        self.client.force_login(make.member("administrator"))
        self.assertContains(self.client.get(TOKENS), "Zzyzx")
        self.assertContains(self.client.get(f"{TOKENS}{token.pk}/change/"), "Zzyzx")
        self.client.post(f"{TOKENS}{token.pk}/revoke/")
        self.assertEqual(self.send(text).status_code, 401)

    def test_the_hash_cannot_be_found_out_by_filters(self):
        token, _ = make.token(self.editor, "read")
        for query in (f"digest__startswith={token.digest[0]}", "user__password__startswith=argon2"):
            answer = self.client.get(f"{TOKENS}?{query}")
            self.assertEqual(answer.status_code, 400)

    def test_without_a_role_there_are_none(self):
        self.client.force_login(make.user(is_staff=True))
        for path in (TOKENS, f"{TOKENS}add/"):
            self.assertEqual(self.client.get(path).status_code, 403)
        self.assertNotContains(self.client.get("/admin/"), TOKENS)

    def test_they_are_listed_with_the_accounts(self):
        for role in ("contributor", "editor", "administrator"):
            self.client.force_login(make.member(role))
            listed = {app["name"]: app for app in self.client.get("/admin/").context["app_list"]}
            names = [str(model["name"]) for model in listed["Accounts"]["models"]]
            self.assertIn("API tokens", names)
            self.assertEqual("Users" in names, role == "administrator")

    def test_the_list_costs_the_same_for_many(self):
        counts = []
        for _ in range(2):
            make.token(self.editor, "read")
            self.client.get(TOKENS)
            with CaptureQueriesContext(connection) as queries:
                self.client.get(TOKENS)
            counts.append(len(queries))
        self.assertEqual(*counts)


class LogTest(TokenTest):
    """No token is in what is logged, whatever becomes of its request."""

    def test_no_log_has_a_token(self):
        valid = self.token("read")
        wrong = f"dtrk_{'a' * 64}"
        with self.assertLogs(level=logging.DEBUG) as logs:
            logging.getLogger().debug("one line, so that there is one")
            for text in (valid, wrong):
                self.send(text)
                self.send(text, "POST", body=WRITTEN)
                self.send(text, path=f"{PLACES}?nothing=1")
                self.send(text, path="/api/v1/nothing/")
        self.assertFalse([line for line in logs.output if valid[5:] in line or wrong[5:] in line])

    def test_no_refusal_repeats_a_token(self):
        for answer in (
            self.send("dtrk_abc"),
            self.client.get(PLACES, headers={"Authorization": "Basic abc"}),
        ):
            self.assertNotIn(b"abc", answer.content)


class ManyAtOnceTest(TransactionTestCase):
    def test_requests_at_once_are_all_answered(self):
        _, text = make.token(make.member("editor"), "read")

        def read(_):
            try:
                return Client().get(PLACES, headers={"Authorization": f"Bearer {text}"}).status_code
            finally:
                connection.close()

        with ThreadPoolExecutor(8) as pool:
            self.assertEqual({*pool.map(read, range(40))}, {200})
        self.assertIsNotNone(ApiToken.objects.get().last_used_at)
