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


def places():
    """{what is added: [(name, file)]}: what is edited for it, as docs/contributing.md says."""
    text = (packages.ROOT / "docs" / "contributing.md").read_text(encoding="utf-8")
    table = text.partition("## What an addition costs\n")[2].partition("\n## ")[0]
    return {
        what: [
            (name, file)
            for names, file in re.findall(r"((?:`\w+`(?:, | and )?)+) in `([^`]+)`", cell)
            for name in re.findall(r"\w+(?=`)", names)
        ]
        for what, cell in re.findall(r"^\| (an? [^|]+?) \| [^|]+ \| (.+) \|$", table, re.MULTILINE)
    }


def edits():
    """What an addition costs, in lines of text."""
    return [
        f"To add {what}: places {len(found)}, files {len({file for _, file in found})}"
        for what, found in places().items()
    ]


if __name__ == "__main__":
    figures = [*sizes(), "", *walks.as_text(), "", *edits()]
    sys.stdout.write("\n".join([packages.as_markdown(), "", *figures, ""]))
