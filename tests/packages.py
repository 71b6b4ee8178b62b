"""The packages in their order, read off the code. `make packages` (`measures`) prints them.

`ORDER` of a package lists what is in it: each module and package imports only from those before it.
"""

import ast
from collections import defaultdict
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
LAYERS = (  # each may import those before it; `tracker` is what is left of it
    "tracker.records",
    "people",
    "dialogues",
    "tracker.environment",
    "tracker.postgres",
    "tracker.figures",
    "tracker.site",
    "tracker.web",
    "tracker.server",
    "tracker",
)
APPS = ("people", "dialogues")
DJANGO = {"apps", "migrations", "management"}  # what Django looks for in an app stands in no order
TABLES = "tracker.records.models"  # nobody imports it
SHARED = {"Command", "ORDER", "User", "_", "log", "urlpatterns"}  # one thing in every module that has it
MOST_LINES, MOST_MODULES, MOST_IN_FOLDER = 400, 10, 1500  # of a module; in a folder, without those below it


class Module(NamedTuple):
    name: str  # with dots
    path: Path
    tree: ast.Module
    lines: int

    @property
    def is_package(self):
        return self.path.name == "__init__.py"

    @property
    def line(self):
        """The first line of its docstring."""
        return (ast.get_docstring(self.tree) or "").partition("\n")[0]


@cache
def modules() -> dict[str, Module]:
    """Every module of ours by its name, but migrations."""
    found = {}
    for root in ("tracker", *APPS):
        for path in sorted((ROOT / root).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            if "migrations" not in parts:
                name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
                text = path.read_text(encoding="utf-8")
                found[name] = Module(name, path, ast.parse(text), len(text.splitlines()))
    return found


def order(package) -> tuple[str, ...]:
    """What a package says of the order of what is in it, () if nothing."""
    return constant(package, "ORDER")


@cache
def constant(package, name):
    body = modules()[package].tree.body if package in modules() else ()
    for node in body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == name:
            return ast.literal_eval(node.value)
    return ()


def imported(name, is_package, node):
    """The dotted names that an import statement of a module leads to."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    here = name.split(".") if is_package else name.split(".")[:-1]
    base = ".".join(here[: len(here) - node.level + 1]) if node.level else ""
    start = ".".join(filter(None, (base, node.module)))
    return [f"{start}.{alias.name}" for alias in node.names]


def values_in(package):
    """What stands at the top of the modules of a package."""
    for name in modules():
        if name.startswith(f"{package}."):
            yield from vars(import_module(name)).values()


def imports():
    """(module, dotted name that it imports) of all that is imported."""
    for module in modules().values():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Import | ast.ImportFrom):
                for other in imported(module.name, module.is_package, node):
                    yield module.name, other


def layer(name):
    """The layer of a module, None if it is not ours."""
    found = [each for each in LAYERS if name == each or name.startswith(f"{each}.")]
    return max(found, key=len, default=None)


def refusal(name, other):
    """Why a module may not import a name, and what it may import; "" if it may."""
    mine, theirs = layer(name), layer(other)
    if theirs is None:
        return ""
    if mine != theirs:
        if LAYERS.index(theirs) > LAYERS.index(mine):
            return f"{name} imports {other}: {mine} imports only from {below(LAYERS, mine)}."
        return inner(name, other)
    if other.startswith(TABLES):
        return f"{name} imports {other}, which is for Django alone: import from where the table is."
    parent, here, there = parting(name, other)
    listed = order(parent)
    if not listed or here in DJANGO or f"{parent}.{here}" == TABLES or not there:
        return ""
    if there not in listed or listed.index(there) > listed.index(here):
        return f"{name} imports {other}: {parent}.{here} imports only from {below(listed, here)}."
    return ""


def inner(name, other):
    """Why an app may not import a name of the kernel, "" if it may."""
    there = other.removeprefix("tracker.records.").partition(".")[0]
    closed = constant("tracker.records", "INNER")
    if name.partition(".")[0] not in APPS or not other.startswith("tracker.records.") or there not in closed:
        return ""
    return f"{name} imports {other}: apps do without {', '.join(closed)} of the kernel."


def parting(name, other):
    """The package that two modules share, and what follows in the name of each."""
    mine, theirs = name.split("."), other.split(".")
    same = next((at for at, pair in enumerate(zip(mine, theirs, strict=False)) if pair[0] != pair[1]), None)
    if same is None:
        return name, "", ""
    return ".".join(mine[:same]), mine[same], theirs[same]


def below(listed, one):
    before = listed[: listed.index(one)]
    return f"{', '.join(before) or 'nothing here'}, and from itself"


@cache
def module_of(other):
    """The module that a dotted name leads to, None if it is not ours."""
    while other and other not in modules():
        other = other.rpartition(".")[0]
    return other or None


def two_way():
    """Pairs of modules or packages, side by side in one package, that import each other."""
    arrows = set()
    for name, other in imports():
        target = module_of(other)
        if target:
            parent, here, there = parting(name, target)
            if parent and here and there:
                arrows.add((f"{parent}.{here}", f"{parent}.{there}"))
    return sorted(pair for pair in arrows if pair[0] < pair[1] and pair[::-1] in arrows)


def folders():
    """The modules of each folder, without those of the folders below it."""
    found = {}
    for module in modules().values():
        if module.lines > 3 or not module.is_package:
            found.setdefault(module.path.parent.relative_to(ROOT), []).append(module)
    return found


def oversized():
    """What is larger than it may be, in sentences."""
    for module in modules().values():
        if module.lines > MOST_LINES:
            yield f"{module.name} has {module.lines} lines, {MOST_LINES} are the most: split it."
    for folder, inside in folders().items():
        lines, count = sum(one.lines for one in inside), sum(not one.is_package for one in inside)
        if count > MOST_MODULES:
            yield f"{folder} has {count} modules, {MOST_MODULES} are the most: make a package of some."
        if lines > MOST_IN_FOLDER:
            yield f"{folder} has {lines} lines, {MOST_IN_FOLDER} are the most: make a package of some."


def defined(tree):
    """(name, whether it is a constant) of what stands at the top of a module."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            yield node.name, False
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                names = target.elts if isinstance(target, ast.Tuple) else [target]
                yield from ((name.id, True) for name in names if isinstance(name, ast.Name))


def ambiguous():
    """{name: modules} of the names that stand at the top of two modules.

    A constant counts if others import it; one that only its own module reads is explained there.
    """
    where, counted = defaultdict(set), set()
    used = {other for _, other in imports()}
    for module, tree in ((name, one.tree) for name, one in modules().items()):
        for name, is_constant in defined(tree):
            where[name].add(module)
            if not is_constant or f"{module}.{name}" in used:
                counted.add(name)
    return {name: sorted(where[name]) for name in sorted(counted - SHARED) if len(where[name]) > 1}


def children(package):
    """The packages right below a package, in their order."""
    inside = [
        name for name, one in modules().items() if one.is_package and name.rpartition(".")[0] == package
    ]
    listed = [f"{package}.{name}" for name in order(package)]
    return sorted(inside, key=lambda name: listed.index(name) if name in listed else len(listed))


def rows(package, depth=0):
    """(depth, name, what it is for) of a package and of all that are in it and say what they are for."""
    for name in children(package):
        if modules()[name].line and not DJANGO & {*name.split(".")}:
            yield depth, name, modules()[name].line
            yield from rows(name, depth + 1)


def as_markdown():
    """The table of all packages, in the order in which they import each other."""
    lines = ["| Package | What it is for |", "| --- | --- |"]
    for root in [each for each in LAYERS if each != "tracker" and modules()[each].is_package]:
        found = [(0, root, modules()[root].line), *rows(root, 1)] if modules()[root].line else []
        for depth, name, line in found:
            shown = name if depth == 0 else f"{'&emsp;' * depth}{name.rpartition('.')[2]}/"
            lines.append(f"| {'**`' + shown.replace('.', '/') + '/`**' if depth == 0 else shown} | {line} |")
    return "\n".join(lines)
