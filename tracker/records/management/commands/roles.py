"""The table of who may do what, for the documentation. It is computed by trying the rules.

A user of each role meets a record in each state. Every action is tried and rolled back.
"""

from itertools import product
from types import SimpleNamespace

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.management import BaseCommand
from django.db import transaction
from django.test import override_settings
from django.utils import timezone
from rest_framework import exceptions

from tracker.records.accounts.api_tokens import ApiToken, TokenScope
from tracker.records.accounts.staff import grant
from tracker.records.base.places import Place
from tracker.records.policy import roles
from tracker.records.values.codes.vocabularies import TAKEN_BACK, Confidentiality, Publication
from tracker.records.workflow.verb_table import VERBS
from tracker.records.write import views

SUPERUSER = "Superuser"
PEOPLE = [*(role.label for role in roles.Role), SUPERUSER]
STATES = {  # publication, the user's relation to it, confidentiality
    "A draft of one's own": (Publication.DRAFT, "created_by", Confidentiality.PUBLIC),
    "A draft that one was given": (Publication.DRAFT, "assigned_to", Confidentiality.PUBLIC),
    "A draft of others": (Publication.DRAFT, "", Confidentiality.PUBLIC),
    "In review, one's own": (Publication.IN_REVIEW, "created_by", Confidentiality.PUBLIC),
    "In review, of others": (Publication.IN_REVIEW, "", Confidentiality.PUBLIC),
    "Published": (Publication.PUBLISHED, "", Confidentiality.PUBLIC),
    "Published and restricted": (Publication.PUBLISHED, "", Confidentiality.RESTRICTED),
    "Withdrawn, one's own": (Publication.WITHDRAWN, "created_by", Confidentiality.PUBLIC),
    "Withdrawn, of others": (Publication.WITHDRAWN, "", Confidentiality.PUBLIC),
    "Taken down, of others": (Publication.TAKEN_DOWN, "", Confidentiality.PUBLIC),
    "A confidential draft, one is cleared": (Publication.DRAFT, "cleared", Confidentiality.CONFIDENTIAL),
    "Confidential, one is cleared": (Publication.PUBLISHED, "cleared", Confidentiality.CONFIDENTIAL),
    "Confidential, one is not": (Publication.PUBLISHED, "", Confidentiality.CONFIDENTIAL),
}
NOT_ALWAYS = " \\*"  # only if FOUR_EYES is off


def people():
    """{column: new user}: one for each role, and one with all of them."""
    users = get_user_model().objects
    made = {role.label: users.create(username=f"sample {role}") for role in roles.Role}
    for role in roles.Role:
        grant(made[role.label], [role])
    everything = users.create(username="sample superuser", is_staff=True, is_superuser=True)
    return {**made, SUPERUSER: everything}


def sample_record(state, user, author):
    """The key of a new record in a state of STATES, relative to a user."""
    publication, tie, confidentiality = STATES[state]
    once = timezone.now() if publication in (Publication.PUBLISHED, *TAKEN_BACK) else None
    known = {"publication": publication, "confidentiality": confidentiality, "published_at": once}
    record = Place.objects.create(name="Sample", **{"created_by": author, **known})
    if tie == "cleared":
        record.cleared.add(user)
    elif tie:
        setattr(record, tie, user)
        record.save()
    return record.pk


def undone(act):
    """Whether an action is allowed. Its effects are rolled back."""
    with transaction.atomic():
        try:
            act()
        except (PermissionDenied, exceptions.PermissionDenied, ValidationError):
            return False
        finally:
            transaction.set_rollback(True)
    return True


def does(user, verb, key, four_eyes):
    """Whether a user may apply a verb to a stored record."""
    with override_settings(FOUR_EYES=four_eyes):
        return undone(lambda: getattr(Place.objects.get(pk=key), verb.name)(user, verb.sample))


def deeds(user, key):
    """What a user may do with a record, in words."""
    record = Place.objects.visible_to(user).filter(pk=key).first()
    if record is None:
        return []
    page, request = admin.site.get_model_admin(Place), SimpleNamespace(user=user)
    allowed = {
        "see": True,
        "change": undone(lambda: views.check_change(user, record, {"reason": "A sample."})),
        "propose a change": page.may_propose(request, record),
        "delete": page.has_delete_permission(request, record),
    }
    for verb in VERBS:
        always, sometimes = (does(user, verb, key, four_eyes) for four_eyes in (True, False))
        allowed[verb.title.lower() + ("" if always else NOT_ALWAYS)] = sometimes
    return [words for words, may in allowed.items() if may]


def others(user, token):
    """What else a user may do: {object: actions}."""
    request = SimpleNamespace(user=user)
    writes, tokens = admin.site.get_model_admin(Place), admin.site.get_model_admin(ApiToken)
    allowed = {
        "A new record": {"write": writes.has_add_permission(request)},
        "What others took down": {"erase": roles.erases(user)},
        "A proposal of others": {"apply": roles.edits(user), "decline": roles.edits(user)},
        "Confidential records": {"be cleared for": roles.may_be_cleared(user)},
        "Tokens of one's own": {
            "make": tokens.has_add_permission(request),
            "revoke": bool(roles.roles(user)),
        },
        "Tokens of others": {
            name: ApiToken.objects.visible_to(user).contains(token) for name in ("see", "revoke")
        },
        "Accounts": {
            "invite": user.has_perm("auth.add_user"),
            "give roles, reset passwords": user.has_perm("auth.change_user"),
        },
    }
    return {what: [words for words, may in actions.items() if may] for what, actions in allowed.items()}


def cells():
    """{(row, column): allowed actions}."""
    with transaction.atomic():
        found, known = {}, people()
        author = get_user_model().objects.create(username="sample author")
        token = ApiToken(user=author, name="Sample", scopes=[TokenScope.READ], expires_at=timezone.now())
        token.draw()
        token.save()
        for name, user in known.items():
            found |= {(what, name): actions for what, actions in others(user, token).items()}
        for state, (name, user) in product(STATES, known.items()):
            found[state, name] = deeds(user, sample_record(state, user, author))
        transaction.set_rollback(True)
    return found


def roles_table():
    """The table in Markdown, as in the documentation."""
    found = cells()
    names = [*STATES, *dict.fromkeys(row for row, _ in found if row not in STATES)]
    rows = [("", *PEOPLE), ("---",) * (len(PEOPLE) + 1)]
    rows += [(name, *(", ".join(found[name, one]) or "–" for one in PEOPLE)) for name in names]
    return "\n".join("| " + " | ".join(row) + " |" for row in rows)


class Command(BaseCommand):
    help = "Prints the table of who may do what, as docs/editors.md shows it."

    def handle(self, **options):
        self.stdout.write(roles_table())
