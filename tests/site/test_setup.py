import re
import subprocess
import sys

from django.test import SimpleTestCase

from tests.parts import PARTS
from tracker.environment import BASE_DIR, DEFAULTS, VARIABLES

LOCKS = sorted((BASE_DIR / "requirements").glob("*.txt"))


def run(*command):
    """A finished program, started in the checkout."""
    return subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True, check=False)


class LockTest(SimpleTestCase):
    """What is installed is decided by hashes, and from where by the machine that installs it."""

    def test_every_list_has_its_lock(self):
        lists = sorted((BASE_DIR / "requirements").glob("*.in"))
        self.assertEqual([path.stem for path in lists], [path.stem for path in LOCKS])

    def test_no_lock_names_a_host_or_a_path(self):
        for lock in LOCKS:
            for line in lock.read_text().splitlines():
                self.assertIsNone(re.search("https?:|index|find-links|file:", line), f"{lock.name}: {line}")

    def test_every_package_is_pinned_and_hashed(self):
        for lock in LOCKS:
            for entry in re.split(r"\n(?=[a-z])", lock.read_text()):
                self.assertRegex(entry, r"^[a-z0-9-]+==\S+ .*\\\n +--hash=sha256:", lock.name)

    def test_no_package_is_locked_twice(self):
        for lock in LOCKS:
            names = re.findall("^([a-z0-9-]+)==", lock.read_text(), re.MULTILINE)
            self.assertEqual(len(names), len(set(names)), lock.name)

    def test_what_is_asked_for_is_what_is_locked(self):
        for lock in LOCKS:
            locked = lock.read_text()
            for line in lock.with_suffix(".in").read_text().splitlines():
                if not line.startswith("-"):
                    asked = re.sub(r"\[.*\]", "", line).lower()
                    asked = asked.partition(" ; ")[0]  # what follows names the systems that have wheels
                    self.assertRegex(asked, "^[a-z0-9-]+==[0-9.]+$")
                    self.assertIn(f"{asked} ", locked)


class MakeTest(SimpleTestCase):
    """`make` says what one can do here."""

    def test_alone_lists_every_target_with_its_meaning(self):
        text = (BASE_DIR / "Makefile").read_text()
        listed = dict(line.split("\t") for line in run("make", "--no-print-directory").stdout.splitlines())
        self.assertEqual(set(listed), set(re.search(r"^\.PHONY: (.*)$", text, re.MULTILINE)[1].split()))
        self.assertTrue(all(listed.values()))

    def test_every_long_test_is_in_one_part(self):
        folder = BASE_DIR / "tests"
        marked = {
            str(file.relative_to(folder).with_suffix(""))
            for file in folder.rglob("test_*.py")
            if re.search(r"pytest\.mark\.(long|broad)\b", file.read_text())
        }
        listed = [name for names in PARTS.values() for name in names]
        self.assertEqual(sorted(listed), sorted(marked))

    def test_ci_requires_the_browser(self):
        script = BASE_DIR / ".ci" / "run"
        self.assertTrue(script.stat().st_mode & 0o100)
        self.assertIn(
            "REQUIRE_BROWSER=1 REQUIRE_PROXIES=1 REQUIRE_CLUSTER=1 exec make test", script.read_text()
        )


class StyleTest(SimpleTestCase):
    """`make lint` has nothing to say."""

    def test_check(self):
        done = run(sys.executable, "-m", "ruff", "check", "--output-format=concise", ".")
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_format(self):
        done = run(sys.executable, "-m", "ruff", "format", "--check", ".")
        self.assertEqual(done.returncode, 0, done.stdout)


class VariablesTest(SimpleTestCase):
    """The environment is read in one place."""

    def test_each_variable_is_read_somewhere(self):
        sources = [path for folder in ("tracker", "tests") for path in (BASE_DIR / folder).rglob("*.py")]
        text = "\n".join(path.read_text() for path in sources if path.name != "environment.py")
        for name in DEFAULTS:
            self.assertRegex(text, f'read\\("{name}"\\)|whole_number\\("{name}"|data_dir\\(\\)', name)

    def test_each_has_a_meaning(self):
        for variable in VARIABLES:
            self.assertTrue(variable.meaning.endswith("."), variable)
