"""No public text names somebody whom we do not name."""

from itertools import chain

from django.test import TestCase

from tests import make
from tracker.records.protection import protected_names

NAME = "Bahruz Səmədov"


class NamingTest(TestCase):
    """What names a person who is to be taken down."""

    def test_every_public_record_that_names_them_is_found_with_the_fields(self):
        person = make.person(name=NAME)
        dialogue = make.dialogue(summary="Бахруз Самедов said so.")
        source = make.source(source_url="https://example.org/2025/bahruz-samadov.html")
        quoting = make.dialogue()
        make.citation(quoting, quotation="Samadov, Bahruz")
        make.dialogue(summary="Bahruz Muradov said so.")
        make.dialogue(summary=NAME, publication="draft")
        make.case(person=person, title=f"Case of {NAME}")
        found = {}
        public = protected_names.everything_public()
        texts = chain.from_iterable(map(protected_names.public_texts, public))
        for mention in protected_names.Held(person.own_secrets()).mentions(texts):
            found.setdefault(mention.text.record, []).append(mention.text.field)
        self.assertEqual(found, {dialogue: ["summary"], source: ["source_url"], quoting: ["quotation"]})
