"""Print where Python sources under a folder say a number that is a default of Patch: 0.1, 0.5 or -20. Examples may say any number,
and so may what cmake/stubs.py has made of the plugin."""

import ast
import re
import sys
from pathlib import Path

DEFAULTS = (0.1, 0.5, -20)
MADE = re.compile(r"# made by cmake/stubs\.py: .*?# end$", re.MULTILINE | re.DOTALL)


def number(node: ast.AST) -> float | None:
    """The number that a node says, or None; -20 is a minus and a 20 to Python."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        positive = number(node.operand)
        return None if positive is None else -positive
    is_number = isinstance(node, ast.Constant) and type(node.value) in (int, float)
    return node.value if is_number else None


folder = Path(sys.argv[1])
for file in sorted(folder.rglob("*.py*")):
    if file.suffix not in (".py", ".pyi") or "examples" in file.relative_to(folder).parts:
        continue
    written = MADE.sub(lambda made: "\n" * made[0].count("\n"), file.read_text())
    for node in ast.walk(ast.parse(written)):
        if number(node) in DEFAULTS:
            print(f"{file}:{node.lineno}: {number(node)}")
