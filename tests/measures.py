"""What `make packages` prints: the packages for docs/architecture.md, and how easy the code is to follow."""

import ast
import re
import sys

from tests import packages, walks


def sizes():
    """How large the code is, and how orderly, in lines of text."""
    largest = max(packages.modules().values(), key=lambda one: one.lines)
    fullest = max(packages.folders().items(), key=lambda pair: sum(one.lines for one in pair[1]))
    functions = sorted(
        (node.end_lineno - node.lineno + 1, f"{module.name}.{node.name}")
        for module in packages.modules().values()
        for node in ast.walk(module.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    median, (most, longest) = functions[len(functions) // 2][0], functions[-1]
    return [
        f"Packages of the kernel: {len(packages.order('tracker.records'))}",
        f"Pairs that import each other: {len(packages.two_way())}",
        f"Imports against the order: {sum(bool(packages.refusal(*one)) for one in packages.imports())}",
        f"Largest module: {largest.name}, {largest.lines} lines",
        f"Largest folder: {fullest[0]}, {sum(one.lines for one in fullest[1])} lines",
        f"Functions: {median} lines in the median, {most} at most: {longest}",
        f"Names with two meanings: {len(packages.ambiguous())}, besides {', '.join(sorted(packages.SHARED))}",
    ]


def edits():
    """What an addition costs, as docs/contributing.md says."""
    text = (packages.ROOT / "docs" / "contributing.md").read_text(encoding="utf-8")
    return [
        f"To add {what.lower()}: {count} edits"
        for what, count in re.findall(r"^\| (An? [^|]+?) \| [^|]+ \| ([0-9]+) \|", text, re.MULTILINE)
    ]


if __name__ == "__main__":
    figures = [*sizes(), "", *walks.as_text(), "", *edits()]
    sys.stdout.write("\n".join([packages.as_markdown(), "", *figures, ""]))
