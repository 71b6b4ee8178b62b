"""The parts of `make test-long`, and the table of figures at its end."""

from tests.sampling import seed

PARTS = {  # what is tested, and the modules under tests/
    "answers": (
        "people/test_answers",
        "people/test_situations",
        "records/test_parameters",
        "figures/test_census",
        "figures/test_concurrent_cases",
        "figures/test_earlier",
        "records/test_told_apart",
    ),
    "backup": ("site/test_backup", "site/test_moved", "test_upgrade"),
    "clients": ("site/test_generated",),
    "cluster": ("site/test_replicas",),
    "documents": ("test_links", "test_oracle", "test_queries", "test_schema", "records/test_mirror"),
    "faults": ("site/test_disk", "site/test_faults", "site/test_kills", "site/test_wire"),
    "fuzz": ("test_fuzz",),
    "guesses": ("site/test_guessers", "site/test_login", "site/test_second_factor"),
    "mutations": ("test_mutations",),
    "pages": ("test_admin", "site/test_inert"),
    "roles": ("test_roles", "site/test_hidden", "test_noninterference_roles"),
    "twins": ("test_noninterference",),
    "writes": (
        "records/test_writes",
        "records/test_write_errors",
        "records/test_addresses",
        "test_bad_input",
        "test_ready",
        "test_lint",
        "site/test_takedown_at_size",
    ),
}


def pytest_addoption(parser):
    parser.addoption("--part", choices=PARTS, help="Only the modules of this part of the long tests.")


def pytest_collection_modifyitems(config, items):
    part = config.getoption("part")
    if not part:
        return
    chosen, others = [], []
    for item in items:
        (chosen if part_of(item) == part else others).append(item)
    config.hook.pytest_deselected(items=others)
    items[:] = chosen


def paths(names):
    """How the ids of the tests in these modules begin."""
    return tuple(f"tests/{name}.py" for name in names)


def pytest_terminal_summary(terminalreporter):
    """One line for each test that ran in full, and what it printed."""
    reports = [one for kind in ("passed", "failed") for one in terminalreporter.stats.get(kind, ())]
    rows = [one for one in reports if one.when == "call" and is_whole(one)]
    if rows:
        terminalreporter.section("figures")
        terminalreporter.line(f"{'seconds':>9}  {'part':10} test")
    for one in sorted(rows, key=lambda one: (part_of(one), one.nodeid)):
        terminalreporter.line(f"{one.duration:9.1f}  {part_of(one):10} {one.nodeid.removeprefix('tests/')}")
        for line in figures(one):
            terminalreporter.line(f"{'':22}{line}")


def is_whole(report):
    return "long" in report.keywords or ("broad" in report.keywords and seed() == "all")


def part_of(one):
    """The part that a test or its report belongs to."""
    return next((part for part, names in PARTS.items() if one.nodeid.startswith(paths(names))), "")


def figures(report):
    """The lines that a test printed, without the log."""
    return [line for line in report.capstdout.splitlines() if line and not line.startswith("{")]
