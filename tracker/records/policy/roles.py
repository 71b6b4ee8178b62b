"""Permissions: who may do what. There are four roles, each a group. All rules are here.

A superuser may do everything except see confidential records without clearance. `FOUR_EYES`: nobody can be
the first to publish their own work.
"""

import json

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import Group, User
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q
from django.utils.crypto import salted_hmac
from django_otp.plugins.otp_totp.models import TOTPDevice

from tracker.records.values.codes.vocabularies import Confidentiality, Publication, Vocabulary


class Role(Vocabulary):
    CONTRIBUTOR = "contributor", "Contributor"
    EDITOR = "editor", "Editor"
    CASE_OFFICER = "case_officer", "Case officer"
    ADMINISTRATOR = "administrator", "Administrator"


ANYBODY = -(2**31)  # placeholder for the reader's id in a cached statement
WRITERS = frozenset({Role.CONTRIBUTOR, Role.EDITOR, Role.CASE_OFFICER})


def roles(user):
    """The roles of a user. They are queried once and kept on the user object."""
    if not (user and user.is_authenticated and user.is_active):
        return frozenset()
    if user.is_superuser:
        return frozenset(Role)
    if not hasattr(user, "_roles"):
        remember(user, set(user.groups.values_list("name", flat=True)))
    return user._roles


def groups_of(user):
    """An expression for the group names of the user in a column."""
    return ArraySubquery(Group.objects.filter(user=OuterRef(user)).values("name"))


def remember(user, names):
    """Keep the roles of these groups on a user object."""
    user._roles = frozenset(role for role in Role if role.value in names)


def active_users():
    """All users who may log in, with their roles in the same query."""
    found = list(User.objects.filter(is_active=True).annotate(held=groups_of("pk")))
    for user in found:
        remember(user, user.held)
    return found


def anybody(names):
    """An artificial user with these roles, without clearances and records of their own."""
    user = User(pk=ANYBODY)
    remember(user, names)
    return user


def factors_of(user):
    """An expression for the ids of the second factors of the user in a column."""
    devices = TOTPDevice.objects.filter(user=OuterRef(user), confirmed=True)
    return ArraySubquery(devices.order_by("pk").values("pk"))


def factors(user):
    """The ids of a user's second factors. They are queried once and kept on the user object."""
    if not hasattr(user, "_factors"):
        user._factors = User.objects.values_list(factors_of("pk"), flat=True).get(pk=user.pk)
    return user._factors


def rights_hash(user):
    """What a session is bound to. It ends when the password, a role or a second factor changes."""
    held = [user.is_active, user.is_staff, user.is_superuser, sorted(roles(user)), factors(user)]
    content = json.dumps([user.password, *held])
    return salted_hmac(__name__, content, algorithm="sha256").hexdigest()


# Django compares this hash whenever it loads the user of a session, but only includes the password.
User.get_session_auth_hash = rights_hash


def writes(user):
    """Whether the user may write drafts."""
    return bool(roles(user) & WRITERS)


def edits(user):
    """Whether the user has editor rights: reviews, publishes and changes the work of others."""
    return Role.EDITOR in roles(user)


def works_on(user, record):
    """Whether the user works on a record: as an editor, its author, its assignee, or cleared for it."""
    own = writes(user) and user.pk in (record.created_by_id, record.assigned_to_id)
    if edits(user) or own:
        return True
    return record.confidentiality == Confidentiality.CONFIDENTIAL and is_cleared(user, record)


def own(user, path=""):
    """A Q for records that the user wrote or was assigned; `path` leads to them from the queried model."""
    return Q(**{f"{path}created_by": user}) | Q(**{f"{path}assigned_to": user})


def work_of(user):
    """A Q for the visible records that the user works on. A confidential one is only visible if cleared."""
    if edits(user):
        return Q(pk__isnull=False)
    secret = Q(confidentiality=Confidentiality.CONFIDENTIAL)
    return own(user) | secret if Role.CASE_OFFICER in roles(user) else own(user)


def may_change(user, record):
    """Whether the user may change a record in its state. Others can only propose changes of public ones."""
    return edits(user) or (record.publication == Publication.DRAFT and works_on(user, record))


def may_delete(user, record):
    """Whether the user may delete a record: a first draft, by its author or, without one, an editor."""
    never_left = record.publication == Publication.DRAFT and not record.published_at
    own = record.created_by_id == user.pk if record.created_by_id else edits(user)
    return never_left and writes(user) and own


def may_be_cleared(user):
    """Whether the user's role allows clearances for confidential records."""
    return bool(roles(user) & {Role.CASE_OFFICER, Role.EDITOR})


def is_cleared(user, record):
    """Whether the user is cleared for a record and still has a role that allows it."""
    return may_be_cleared(user) and record.cleared.filter(pk=user.pk).exists()


def may_publish(user, record):
    """Whether the user may publish a record. With FOUR_EYES, first publication needs another author."""
    first_own = not record.published_at and record.created_by_id == user.pk
    return edits(user) and not (settings.FOUR_EYES and first_own)


def only_workers(user, record):
    """Why a user may not, unless they work on a record; "" if they may. None means any record."""
    may = works_on(user, record) if record else writes(user)
    return "" if may else "Only editors and users who work on a draft can submit it."


def only_editors(user, record):
    """Why a user may not, unless they are an editor."""
    return "" if edits(user) else "Only editors can do this."


def only_publishers(user, record):
    """Why a user may not, unless they may publish a record."""
    if not record or not edits(user) or may_publish(user, record):
        return only_editors(user, record)
    return f"You wrote this, so another editor has to publish it: {record}."


def erases(user):
    """Whether the user may erase what others took down, even without being able to read it."""
    return Role.ADMINISTRATOR in roles(user)


def may_erase(user, record):
    """Whether the user may erase a record that was taken down; with FOUR_EYES, by another user."""
    if not erases(user) or record.publication != Publication.TAKEN_DOWN:
        return False
    return not (settings.FOUR_EYES and record.taken_down_by() == user.pk)


def reviewed_by(user):
    """A Q for the records in review that the user may publish."""
    return ~Q(created_by=user, published_at=None) if settings.FOUR_EYES else Q()


def may_apply(user, proposal):
    """Whether the user may apply a proposal; with FOUR_EYES, only if another user made it."""
    return edits(user) and not (settings.FOUR_EYES and proposal.created_by_id == user.pk)


class RoleBackend(ModelBackend):
    """Django's password check, with permissions from the roles instead of permission rows."""

    def get_user(self, user_id):
        """The user with roles and second factors, in one statement; None if there is no active user."""
        rows = User.objects.annotate(held=groups_of("pk"), factors=factors_of("pk"))
        user = rows.filter(pk=user_id).first()
        if user is None or not self.user_can_authenticate(user):
            return None
        remember(user, user.held)
        user._factors = user.factors
        return user

    def has_perm(self, user_obj, perm, obj=None):
        app = perm.partition(".")[0]
        held = roles(user_obj)
        if app == "auth":
            return Role.ADMINISTRATOR in held
        return app in ("records", "people", "dialogues") and bool(held & WRITERS)

    def has_module_perms(self, user_obj, app_label):
        return self.has_perm(user_obj, f"{app_label}.")
