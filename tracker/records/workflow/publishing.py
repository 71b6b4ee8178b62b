"""From draft to publication and back: the verbs of a record, each in one transaction."""

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from tracker.records.audit import takedown_ledger
from tracker.records.audit.actor import acting_as
from tracker.records.audit.admin_log import make_neutral
from tracker.records.audit.history import Entry
from tracker.records.policy import roles
from tracker.records.protection import name_search
from tracker.records.protection.name_check import CheckedChange, NamesProtectedPerson, refuse_names
from tracker.records.protection.takedown_scope import hidden_with
from tracker.records.protocol.idempotency import KeptAnswer
from tracker.records.values.codes.vocabularies import Publication

from .approvals import CHANGED, Approval
from .companions import WAITING, Unready, blockers_of, chosen, named, with_drafts
from .deletion import Deletion
from .readiness import Readiness
from .verb_table import BY_NAME

SAY_WHY = "It was taken down. Say why it is published again."


class Workflow(Readiness, Deletion):
    """Mixin for a record: who may move it from state to state, and what is checked before."""

    publishes = ()  # lists of records that belong to it, and are submitted and published with it
    between = ()  # keys to the records that it relates to each other
    goes_along = False  # whether it may be submitted and published with what names it
    forgets_slug = False  # whether withdrawal deletes its slug and its old ones

    @transaction.atomic
    def submit(self, by, comment="", also=()):
        """Hand a draft over for review, with what belongs to it, and with those that it names in `also`.

        `also` holds ids. Records that the user does not work on stay unchanged.
        """
        self._begin(by, "submit", comment)
        self._move(by, "submit", comment)
        for record in self.going_to_review(by, also):
            record._move(by, "submit", comment)

    def going_to_review(self, user, also, strict=True):
        """What is submitted with it: those of what it names that are in `also`, ids; what belongs to it.

        `strict` refuses an id that is of none of them.
        """
        found = self.to_submit(user) if also else []
        along = with_drafts(chosen(found, also, strict), user)
        rows = {one.pk: one for one in [*along, *self.waiting(user)] if one != self}
        return [one for one in rows.values() if BY_NAME["submit"].may(user, one)]

    def to_submit(self, user):
        """Those of what it names that may be submitted with it."""
        return [one for one in self.named(user) if BY_NAME["submit"].may(user, one)]

    @transaction.atomic
    def send_back(self, by, comment):
        """Return a record in review and what belongs to it to its author, and say what needs to be fixed."""
        self._begin(by, "send_back", comment)
        rows = [one for one in self.waiting(by) if one.publication == Publication.IN_REVIEW]
        for record in [self, *rows]:
            record._move(by, "send_back", comment)

    def waiting(self, user, **locking):
        """The unpublished records that belong to it, and to these, as far as a user sees them."""
        found, new = {self.pk: self}, [self]
        while new:
            lists = [getattr(one, name).visible_to(user) for one in new for name in one.publishes]
            if locking:
                lists = [rows.order_by("pk").select_for_update(**locking) for rows in lists]
            rows = [row for rows in lists for row in rows.filter(publication__in=WAITING)]
            new = [row for row in rows if row.pk not in found]
            found |= {row.pk: row for row in new}
        return list(found.values())[1:]

    def drafts(self, user, **locking):
        """Those of them that are published with it."""
        rows = self.waiting(user, **locking)
        return [row for row in rows if row.goes_with([self, *rows])]

    def goes_with(self, records):
        """Whether it is published with these: what is between two records with the one that comes last."""
        ends = [getattr(self, name) for name in self.between]
        return all(one in records or one.is_visible_to(None) for one in ends)

    def named(self, user):
        """The unpublished records that it or what belongs to it names, and that may go along with it."""
        return named([self, *self.waiting(user)], user)

    def going(self, user, also, strict=True, **locking):
        """What is published with it: those of what it names that are in `also`, ids; itself and its drafts.

        `strict` refuses an id that is of none of them.
        """
        drafts = self.drafts(user, **locking)
        found = self.named(user) if also else []
        along = [one for one in with_drafts(chosen(found, also, strict), user) if one != self]
        for record in along if locking else ():
            record._lock()
        return [one for one in along if one not in drafts], [self, *drafts]

    def sent_back(self):
        """The entry of the history by which it last went back to its author; None if it never did."""
        return Entry.objects.of(self).sent_back().select_related("user").last()

    def publish(self, by, comment="", already_public=False, homonym="", also=()):
        """Make it public with the drafts that belong to it, and with those that it names in `also`, ids.

        All of them, or ValidationError with what is missing. With a publish_at to come they are approved for
        that moment: the Approval is returned. `already_public`: the publisher says so of everything that
        `exposes` something. `homonym` says why a protected name belongs to someone else.
        """
        try:
            return self._publish(by, comment, already_public, homonym, also)
        except NamesProtectedPerson:
            self.refresh_from_db()  # it was published, and is not any more
            raise

    @transaction.atomic
    def _publish(self, by, comment, already_public, homonym, also):
        self._allow(roles.only_editors(by, self))
        self._lock()
        self._must_be(BY_NAME["publish"].states, BY_NAME["publish"].done)
        if self.publication == Publication.TAKEN_DOWN and not comment.strip():
            raise ValidationError({"comment": SAY_WHY})
        along, own = self.going(by, also, of=("self",), no_key=True)
        moment = self.scheduled_for()
        self._check(by, along, own, moment, already_public)
        together = [*along, *own]
        if moment is None:
            return self._make_public(by, together, comment, homonym)
        self._rehearse(by, together, comment, homonym)
        for record in together:
            draft = record.publication == Publication.DRAFT
            waits = Publication.IN_REVIEW if draft else record.publication
            record._move(by, "publish", comment, to=waits)
        comments = {"comment": comment, "already_public": already_public, "homonym": homonym}
        return Approval.objects.note(self, together, by, publish_at=moment, **comments)

    def publish_approved(self, approval):
        """Make public what was approved for a moment that has come, as `publish` does, if it is unchanged."""
        by = approval.approved_by
        self._allow(roles.only_editors(by, self))
        self._lock()
        along, own = (
            [record for record in some if approval.names(record)]
            for some in self.going(by, approval.versions, strict=False, of=("self",), no_key=True)
        )
        if not approval.fits([*along, *own]):
            raise ValidationError(CHANGED)
        self._check(by, along, own, None, approval.already_public)
        self._make_public(by, [*along, *own], approval.comment, approval.homonym)

    def _check(self, by, along, own, moment, already_public):
        """Raises unless the user may publish all of these at this time and nothing blocks it."""
        together = [*own, *along]
        for record in together:
            self._allow(BY_NAME["publish"].against(by, record))
        found = blockers_of(together, along, by, moment, already_public)
        if any(found.values()):
            raise Unready(self, found)

    def _rehearse(self, by, together, comment, homonym):
        """Raises what publishing them would raise now, and leaves them as they are."""
        with transaction.atomic():
            self._make_public(by, together, comment, homonym)
            transaction.set_rollback(True)
        for record in together:
            record.refresh_from_db()

    def _make_public(self, by, together, comment, homonym):
        for record in together:
            record._move(by, "publish", comment)
        own_first = sorted(together, key=lambda record: record != self)
        refuse_names(by, [CheckedChange(record, homonym=homonym) for record in own_first])

    def withdraw(self, by, reason):
        """Take it back from every channel. The history has the reason."""
        self._begin(by, "withdraw", reason)
        self.lapse(by, reason)

    def lapse(self, by, reason):
        """Take it back since nothing allows it any more, which asks for no editor."""
        self._move(by, "withdraw", reason)

    @transaction.atomic
    def takedown(self, by, reason, keep=()):
        """Take it out of every channel at once, as if it had never been there. It comes back by publish().

        Other texts that name a person are searched for later and hidden too, except the ids in `keep`.
        """
        self._begin(by, "takedown", reason)
        self.take_down_alone(by, reason)
        if hasattr(self, "own_secrets"):
            name_search.begin_search(self, by, reason, keep)

    def take_down_alone(self, by, reason):
        """Take this one down; who may is for the caller to say."""
        self._move(by, "takedown", reason)
        for record in [self, *hidden_with(self)]:
            make_neutral(record)
        KeptAnswer.objects.containing([self]).delete()

    @transaction.atomic
    def bring_back(self, by, comment):
        """Make this one public again, as publish() does, and nothing else that waits.

        `comment` also says why the names in it are not protected names.
        """
        self._allow(roles.only_editors(by, self))
        self._lock()
        self._must_be({Publication.TAKEN_DOWN}, "brought back")
        if not comment.strip():
            raise ValidationError({"comment": SAY_WHY})
        self._check(by, [], [self], None, True)
        self._make_public(by, [self], comment, comment)

    def taken_down_by(self):
        """The id of who took it down last; None if nobody did."""
        entries = Entry.objects.of(self).filter(after__publication=Publication.TAKEN_DOWN)
        last = entries.exclude(before__publication=Publication.TAKEN_DOWN).last()
        return last and last.user_id

    def _begin(self, by, name, text):
        """Raises unless a verb has the text that it needs, and the user may apply it."""
        verb = BY_NAME[name]
        if verb.must_say and not verb.is_valid(text):
            raise ValidationError({verb.says: verb.must_say})
        self._allow(verb.against(by, self))

    @staticmethod
    def _allow(refusal):
        if refusal:
            raise PermissionDenied(refusal)

    def _must_be(self, states, done):
        if self.publication not in states:
            raise ValidationError(f"It cannot be {done}: it is {self.get_publication_display().lower()}.")

    @transaction.atomic
    def _move(self, by, name, comment, to=None):
        """Carry out a verb; `to` is where it leads, if not as usual."""
        verb = BY_NAME[name]
        to_state = to or verb.to
        self._lock()
        self._must_be(verb.states, verb.done)
        Approval.objects.of(self).delete()  # whatever is done, it is done now
        before, self.publication = self.publication, to_state
        self._moved(by)
        try:
            self.validate_constraints()  # some rules speak of published records only
        except ValidationError:
            self.publication = before
            raise
        with acting_as(user=by and by.pk, reason=comment):
            self.save()
        if Publication.TAKEN_DOWN in (before, to_state):
            deed = (
                takedown_ledger.DeedKind.TAKEDOWN
                if to_state == Publication.TAKEN_DOWN
                else takedown_ledger.DeedKind.RETURN
            )
            takedown_ledger.enter(self, deed)
        if before == Publication.TAKEN_DOWN:
            name_search.AlsoHidden.objects.filter(record_id=self.pk).update(decided=True)

    def _lock(self):
        """Read it again and lock it: it may have changed since it was read."""
        self.refresh_from_db(from_queryset=type(self).objects.select_for_update(of=("self",), no_key=True))

    def _moved(self, by):
        """What else changes with the state, just before the record is saved."""
        if self.publication == Publication.PUBLISHED:
            self.published_at = self.published_at or timezone.now()
            self.published_by = by
            self.read_version = self.version + 1  # as it is saved in a moment
