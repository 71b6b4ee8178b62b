"""Examples of a document: blocks of shell commands, and what they are said to print."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from unittest import mock

from django.test import LiveServerTestCase, override_settings

ADDRESS = "http://127.0.0.1:8000"
EXAMPLE = re.compile(r"^```sh\n(.*?)^```$(?:\n+^```(?:json|text)\n(.*?)^```$)?", re.MULTILINE | re.DOTALL)
NEXT = "--- what the next command prints ---"

# What the examples need of curl, for machines that have none.
CURL = f"""#!{sys.executable}
import argparse, sys, urllib.error, urllib.parse, urllib.request

def sent(text):
    return open(text[1:]).read().replace("\\n", "") if text.startswith("@") else text

def quoted(text):
    name, _, value = text.partition("=")
    return f"{{name}}={{urllib.parse.quote(value)}}"

known = argparse.ArgumentParser()
known.add_argument("address")
known.add_argument("-X")
known.add_argument("-w", default="")
known.add_argument("-H", action="append", default=[])
known.add_argument("-d", action="append", default=[], type=sent)
known.add_argument("--data-urlencode", action="append", dest="d", type=quoted)
known.add_argument("--etag-save")
for flag in ("-s", "-G", "-I"):
    known.add_argument(flag, action="store_true")
given = known.parse_args()
data, headers = "&".join(given.d), {{}}
for one in given.H:
    for line in open(one[1:]).read().splitlines() if one.startswith("@") else [one]:
        name, _, value = line.partition(":")
        headers[name] = value.strip()
if given.G and data:
    given.address, data = f"{{given.address}}?{{data}}", ""
method = given.X or ("HEAD" if given.I else "POST" if data else "GET")
request = urllib.request.Request(given.address, data.encode() or None, headers, method=method)
try:
    answer = urllib.request.urlopen(request)
except urllib.error.HTTPError as error:
    answer = error
if given.etag_save:
    open(given.etag_save, "w").write(answer.headers.get("ETag", ""))
sys.stdout.write(str(answer.headers) if given.I else answer.read().decode())
sys.stdout.write(given.w.replace("%{{http_code}}", str(answer.status)).replace("\\\\n", "\\n"))
"""


def examples(text):
    """The blocks of commands of a document with what each is said to print, "" where nothing is shown."""
    return EXAMPLE.findall(text)


def as_pattern(shown):
    """What is shown as a pattern: a line of three dots stands for any lines, every other for itself."""
    lines = [
        r"(?:.*\n)*?" if line.strip() == "..." else f"{re.escape(line)}\n" for line in shown.splitlines()
    ]
    return re.compile("".join(lines))


def folder_with_curl():
    """A new folder with a stand-in for curl."""
    folder = Path(tempfile.mkdtemp())
    (folder / "curl").write_text(CURL)
    (folder / "curl").chmod(0o700)
    return folder


class ExamplesTest(LiveServerTestCase):
    """Runs the examples of a document in a shell, one after the other, against a server."""

    maxDiff = None

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.enterClassContext(override_settings(PUBLIC_URL=cls.live_server_url))
        path = [str(Path(sys.executable).parent), os.environ["PATH"]]
        if not shutil.which("curl"):
            folder = folder_with_curl()
            cls.addClassCleanup(shutil.rmtree, folder)
            path.insert(0, str(folder))
        cls.enterClassContext(mock.patch.dict(os.environ, PATH=os.pathsep.join(path), PYTHONUTF8="1"))

    def check(self, found):
        """Each command prints what is shown below it, with the address that the document uses."""
        for (command, shown), printed in zip(
            found, self.printed(command for command, _ in found), strict=True
        ):
            with self.subTest(command):
                if not as_pattern(shown).fullmatch(printed):
                    self.assertEqual(shown, printed, "The document shows another answer.")

    def printed(self, commands):
        """What each of the commands prints, run in one shell in an empty folder; a failure ends the test."""
        script = "\n".join(["set -e", *(f"{command}\necho; echo '{NEXT}'" for command in commands)])
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(
                ["sh", "-c", script.replace(ADDRESS, self.live_server_url)],
                cwd=folder,
                capture_output=True,
                text=True,
                timeout=120,
            )
        self.assertEqual(done.returncode, 0, f"{done.stdout[-2000:]}{done.stderr}")
        texts = done.stdout.replace(self.live_server_url, ADDRESS).split(f"\n{NEXT}\n")[:-1]
        return ["".join(f"{line}\n" for line in text.splitlines()) for text in texts]
