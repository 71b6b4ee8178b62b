"""What blocks the publication of a record, and warnings before it."""

from copy import copy

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils import timezone

from tracker.records.policy import roles
from tracker.records.values.codes.vocabularies import Publication
from tracker.records.values.dates.date_columns import PartialDateField

from .companions import WithCauses

SOMEBODY_ELSE = "You wrote this, so another editor has to publish it."


class Readiness:
    """Mixin for a record: what blocks its publication, and warnings before it, in sentences."""

    def invalid(self):
        """What is wrong with it, also what would be only once it is published: sentences."""
        found, wrong = [], set()
        try:
            self.full_clean(validate_constraints=False)
        except ValidationError as error:
            found, wrong = [*self._in_words(error)], {*error.error_dict} - {NON_FIELD_ERRORS}
        public = copy(self)
        public.publication, public.slug = Publication.PUBLISHED, None  # a slug that is taken is given up
        try:
            public.validate_constraints(exclude=wrong)
        except ValidationError as error:
            found += self._in_words(error)
        return found

    def editor_blockers(self):
        """What else blocks its publication, perhaps records that its author cannot see; for editors."""
        return []

    def exposes(self):
        """A sentence for its publisher, if publishing it may be the first to reveal something; or ""."""
        return ""

    def blockers(self, by, moment=None, already_public=False):
        """What blocks its publication by this user at a time, which is now unless given.

        Everything that `publish` would refuse, except protected names: a preview must not reveal them.
        """
        if self.publication == Publication.PUBLISHED:
            return []
        found = self.invalid()
        if self.publish_at and self.publish_at > (moment or timezone.now()):
            found.append("Its publish_at is in the future. Wait, or clear it.")
        found += self.missing()
        if roles.edits(by):
            found += self.editor_blockers()
            found += [] if roles.may_publish(by, self) else [SOMEBODY_ELSE]
        exposed = "" if already_public else self.exposes()
        return [*dict.fromkeys([*found, *filter(None, [exposed])])]

    def scheduled_for(self):
        """Its publish_at while that is to come, else None."""
        return self.publish_at if self.publish_at and self.publish_at > timezone.now() else None

    def warnings(self, user, together=()):
        """Warnings before it is published with others. They do not block publication."""
        dates = [field.name for field in self._meta.concrete_fields if isinstance(field, PartialDateField)]
        found = [] if not dates or any(getattr(self, name) for name in dates) else ["It has no date."]
        for name in self.visible_with:
            above = getattr(self, name)
            if above and above not in together and not above.is_visible_to(None):
                kind = self._meta.get_field(name).verbose_name
                seen = above.is_visible_to(user)
                label = above if seen else f"its {kind}"
                found.append(WithCauses(f"It stays hidden until {label} is public.", [above] if seen else []))
        return [*found, *self.likely_mistakes(user)]

    def likely_mistakes(self, user):
        """What is perhaps a mistake, as far as a user sees what it is compared with."""
        return []

    def _in_words(self, error):
        """The sentences of a ValidationError by fields; each that is about one field begins with its name."""
        for name, sentences in error.message_dict.items():
            about = "" if name == NON_FIELD_ERRORS else f"{self._meta.get_field(name).verbose_name}: "
            yield from (f"{about}{sentence}" for sentence in sentences)
