import json
from collections import defaultdict

from django.apps import apps
from django.core.management import BaseCommand, CommandError

from tracker.records.audit.history import Entry
from tracker.records.base.slugs import OldSlug
from tracker.records.protection import protected_names
from tracker.records.protection.name_check import is_known
from tracker.records.read.corrections import corrections
from tracker.records.shapes.urls import resource


def old_slugs():
    """The former slugs that redirect to public records."""
    slugs = defaultdict(dict)
    for old in OldSlug.objects.all():
        slugs[old.model].setdefault(old.record_id, []).append(old.slug)
    for label, known in slugs.items():
        for record in apps.get_model(label).objects.visible_to(None).filter(pk__in=known):
            for slug in known[record.pk]:
                yield protected_names.PublicText(record, "old slug", slug)


def reasons(record):
    """The reasons of corrections, as readers see them."""
    rows = type(record).objects.visible_to(None).filter(pk=record.pk)
    found = corrections(rows).fetch()
    for correction in json.loads(found[0]) if found else ():
        if correction["reason"]:
            yield protected_names.PublicText(record, "reason of a correction", correction["reason"])


def all_public_texts():
    """All public texts that people wrote."""
    explained = set(Entry.objects.exclude(reason="").values_list("record_id", flat=True).distinct())
    for record in protected_names.everything_public():
        yield from protected_names.public_texts(record)
        if record.pk in explained:
            yield from reasons(record)
    yield from old_slugs()


class Command(BaseCommand):
    help = "Searches all public texts for protected names. Prints where they are, never the names."

    def handle(self, **options):
        found = [
            mention
            for mention in protected_names.Held(protected_names.secrets()).mentions(all_public_texts())
            if not is_known(mention)
        ]
        for text in (mention.text for mention in found):
            row, record = text.row, text.record
            part = f" {row._meta.verbose_name} {row.pk}" if row is not record else ""
            self.stdout.write(f"{resource(type(record))} {record.pk}{part} {text.field}")
        if found:
            raise CommandError(f"{len(found)} public texts contain a protected name.")
        self.stdout.write("No public text contains a protected name.")
