"""What docs/editors.md tells of a first day can be done, and `make pictures` takes pictures of it."""

import tempfile
from pathlib import Path
from unittest import mock

from dialogues.models import Dialogue
from tests import make, pictures
from tests.browser import BrowserTest
from tracker.records.models import Source

PASSWORD = "a long password for a day"


class FirstDayTest(BrowserTest):
    def test_from_the_source_to_publication(self):
        with tempfile.TemporaryDirectory() as folder, mock.patch.object(pictures, "FOLDER", Path(folder)):
            pictures.enter(self.desk("contributor"))
            dialogue = Dialogue.objects.get()
            self.assertEqual([dialogue.publication, Source.objects.get().publication], ["in_review"] * 2)
            pictures.review(self.desk("editor"))
            self.assertEqual(
                {path.stem for path in Path(folder).glob("*.png")},
                {"source", "participations", "submit", "publish"},
            )
        dialogue.refresh_from_db()
        self.assertEqual(dialogue.publication, "published")

    def desk(self, role):
        user = make.member(role)
        user.set_password(PASSWORD)
        user.save()
        return pictures.Desk(self.browser, self.live_server_url, user.username, PASSWORD)
