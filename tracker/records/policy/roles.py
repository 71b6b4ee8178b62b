"""Who may do what: four roles, each a group; the one place that says so.

A superuser may do everything but see confidential records without clearance. `FOUR_EYES`: nobody gives first
publication to what they wrote.
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


ANYBODY = -(2**31)  # stands in a statement for the id of its reader, until it is known
WRITERS = frozenset({Role.CONTRIBUTOR, Role.EDITOR, Role.CASE_OFFICER})


def roles(user):
    """The roles of a user, asked for once and then kept with the user object."""
    if not (user and user.is_authenticated and user.is_active):
        return frozenset()
    if user.is_superuser:
        return frozenset(Role)
    if not hasattr(user, "_roles"):
        remember(user, set(user.groups.values_list("name", flat=True)))
    return user._roles


def groups_of(user):
    """The names of the groups of the user behind a column, to be read together with it."""
    return ArraySubquery(Group.objects.filter(user=OuterRef(user)).values("name"))


def remember(user, names):
    """Keep with a user object the roles of these groups, which were read together with the user."""
    user._roles = frozenset(role for role in Role if role.value in names)


def active_users():
    """All who may log in, their roles read together with them."""
    found = list(User.objects.filter(is_active=True).annotate(held=groups_of("pk")))
    for user in found:
        remember(user, user.held)
    return found


def anybody(names):
    """A user with these roles who is cleared for nothing and has written nothing: the id is nobody's."""
    user = User(pk=ANYBODY)
    remember(user, names)
    return user


def factors_of(user):
    """The second factors of the user behind a column, by number, to be read together with it."""
    devices = TOTPDevice.objects.filter(user=OuterRef(user), confirmed=True)
    return ArraySubquery(devices.order_by("pk").values("pk"))


def factors(user):
    """The second factors of a user, by number, asked for once and then kept with the user object."""
    if not hasattr(user, "_factors"):
        user._factors = User.objects.values_list(factors_of("pk"), flat=True).get(pk=user.pk)
    return user._factors


def rights_hash(user):
    """What a session is bound to: one that was begun with another password, role or factor has ended."""
    held = [user.is_active, user.is_staff, user.is_superuser, sorted(roles(user)), factors(user)]
    said = json.dumps([user.password, *held])
    return salted_hmac(__name__, said, algorithm="sha256").hexdigest()


# Django compares it wherever it reads the user of a session, but knows of the password only.
User.get_session_auth_hash = rights_hash


def writes(user):
    """Whether somebody may write drafts."""
    return bool(roles(user) & WRITERS)


def edits(user):
    """Whether somebody reviews, publishes and changes what others wrote."""
    return Role.EDITOR in roles(user)


def works_on(user, record):
    """Whether somebody works on a record: edits all, wrote it, was given it, or is cleared for a secret."""
    own = writes(user) and user.pk in (record.created_by_id, record.assigned_to_id)
    if edits(user) or own:
        return True
    return record.confidentiality == Confidentiality.CONFIDENTIAL and is_cleared(user, record)


def own(user, path=""):
    """Which records somebody wrote or was given, as a Q; `path` leads to them from the model queried."""
    return Q(**{f"{path}created_by": user}) | Q(**{f"{path}assigned_to": user})


def work_of(user):
    """Which of the records that they see somebody works on, as a Q: whoever sees a secret is cleared."""
    if edits(user):
        return Q(pk__isnull=False)
    secret = Q(confidentiality=Confidentiality.CONFIDENTIAL)
    return own(user) | secret if Role.CASE_OFFICER in roles(user) else own(user)


def may_change(user, record):
    """Whether somebody may change a record in its state; what is public others only propose to change."""
    return edits(user) or (record.publication == Publication.DRAFT and works_on(user, record))


def may_submit(user, record):
    """Whether somebody may hand a record over for review."""
    return record.publication == Publication.DRAFT and works_on(user, record)


def may_delete(user, record):
    """Whether somebody may delete a record: its author, without one an editor, while it is a first draft."""
    never_left = record.publication == Publication.DRAFT and not record.published_at
    own = record.created_by_id == user.pk if record.created_by_id else edits(user)
    return never_left and writes(user) and own


def may_be_cleared(user):
    """Whether somebody sees the confidential records that they are cleared for."""
    return bool(roles(user) & {Role.CASE_OFFICER, Role.EDITOR})


def is_cleared(user, record):
    """Whether somebody is cleared for a record; who lost the role that it takes is not any more."""
    return may_be_cleared(user) and record.cleared.filter(pk=user.pk).exists()


def may_publish(user, record):
    """Whether somebody may publish a record: for the first time, with FOUR_EYES, only what others wrote."""
    first_own = not record.published_at and record.created_by_id == user.pk
    return edits(user) and not (settings.FOUR_EYES and first_own)


def erases(user):
    """Whether somebody erases what others took down; they need not be able to read it."""
    return Role.ADMINISTRATOR in roles(user)


def may_erase(user, record):
    """Whether somebody may erase a record: one that was taken down, with FOUR_EYES by somebody else."""
    if not erases(user) or record.publication != Publication.TAKEN_DOWN:
        return False
    return not (settings.FOUR_EYES and record.taken_down_by() == user.pk)


def reviewed_by(user):
    """Which of the records in review somebody may publish, as a Q."""
    return ~Q(created_by=user, published_at=None) if settings.FOUR_EYES else Q()


def may_apply(user, proposal):
    """Whether somebody may apply a proposal: with FOUR_EYES only that of somebody else."""
    return edits(user) and not (settings.FOUR_EYES and proposal.created_by_id == user.pk)


class RoleBackend(ModelBackend):
    """Passwords as Django checks them, permissions from the roles: no rows that could say otherwise."""

    def get_user(self, user_id):
        """The user with their roles and factors, by one statement; None if there is no active one."""
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
