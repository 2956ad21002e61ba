"""The snippets of the documentation: reads them out of a page; as a program, runs a page's Python. Not a test: no test_ in its name.

    python snippets.py page.md    runs the blocks `python` and `pycon` of a page in order, in one namespace; on ranks, on each of them

What a block shows is what happens, and all that is printed is shown:
- in `python`, behind `# ->` stands what the statement prints or, of an expression, its value; in `hoc` behind `// ->`. It is on the
  line or below, where a comment of four blanks goes on with it;
- `pycon` is a session of Python's, with its outputs and errors, and `console` one of a shell;
- `{code-block} python` with a `:caption:` is a file of that name for the commands of the page;
- three dots stand for anything.
"""

import ast
import contextlib
import doctest
import io
import re
import sys
import textwrap
import types
from dataclasses import dataclass, field
from pathlib import Path

FENCE = re.compile(r"( *)(`{3,})(?:\{code-block\} *)?([a-z]+)$")
MARK = re.compile(r"(?:#|//) -> (.*)$")
MORE = re.compile(r"\s*(?:#|//) {4}(.*)$")


@dataclass
class Block:
    """What stands between two fences."""

    language: str
    line: int  # of its first line, in the page
    text: str = ""
    caption: str = ""


def marks(text):
    """What the comments of a program show: the line that it belongs to, and the text."""
    found, line_of_code, below = [], 0, False
    for number, line in enumerate(text.splitlines(), 1):
        mark, more = MARK.search(line), MORE.match(line)
        if below and more:
            found[-1][1] += " " + more[1]
            continue
        below = bool(mark) and not line[: mark.start()].strip()
        if not below:
            line_of_code = number
        if mark:
            found.append([line_of_code, mark[1]])
    return found


@dataclass
class Page:
    """What a page says of how it is run, and its blocks."""

    path: Path
    ranks: int = 0
    blocks: list = field(default_factory=list)

    def __init__(self, path):
        self.path, self.blocks = Path(path), []
        lines = self.path.read_text().splitlines()
        head = re.match(r"---\nranks: (\d+)\n---\n", "\n".join(lines) + "\n")
        self.ranks = int(head[1]) if head else 0
        at = 0
        while at < len(lines):
            opened = FENCE.match(lines[at])
            at += 1
            if opened:
                end = next(i for i in range(at, len(lines)) if lines[i] == opened[1] + opened[2])
                block = Block(opened[3], at + 1)
                if caption := re.match(r" *:caption: (.*)", lines[at]):
                    block.caption, at, block.line = caption[1], at + 1, at + 2
                block.text = textwrap.dedent("\n".join(lines[at:end]) + "\n")
                self.blocks.append(block)
                at = end + 1

    def of(self, *languages):
        return [block for block in self.blocks if block.language in languages and not block.caption]

    def files(self):
        return {block.caption: block.text for block in self.blocks if block.caption}

    def hoc(self):
        """The program of the page's HOC, and the lines that it prints."""
        text = "".join(block.text for block in self.of("hoc"))
        return text, [shown for _, shown in marks(text)]

    def commands(self):
        """Each command of the page, and the lines that it prints."""
        found = []
        for block in self.of("console"):
            for line in block.text.splitlines():
                if line.startswith("$ "):
                    found.append((line[2:], []))
                else:
                    found[-1][1].append(line)
        return found


def same(wanted, got):
    """Whether lines are those that are shown."""
    wanted, got = ("".join(line.rstrip() + "\n" for line in lines) for lines in (wanted, got))
    return doctest.OutputChecker().check_output(wanted, got, doctest.ELLIPSIS)


def run_statements(block, path, names):
    """Runs a `python` block; what is printed, or the value of an expression, has to be what its comments show."""
    shown = marks(block.text)
    for statement in ast.parse(block.text).body:
        wanted = [text for line, text in shown if statement.lineno <= line <= statement.end_lineno]
        ast.increment_lineno(statement, block.line - 1)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            if isinstance(statement, ast.Expr) and wanted:
                value = eval(compile(ast.Expression(statement.value), path, "eval"), names)
                if value is not None and not printed.getvalue():
                    print(repr(value))
            else:
                exec(compile(ast.Module([statement], []), path, "exec"), names)
        if not same(wanted, printed.getvalue().splitlines()):
            raise AssertionError(f"{path}, line {statement.lineno}: shown {wanted}, and it is {printed.getvalue()!r}")


def run_session(block, path, names):
    """Runs a `pycon` block as Python's own doctest does."""
    test = doctest.DocTestParser().get_doctest(block.text, names, path, path, block.line - 1)
    said = io.StringIO()
    if doctest.DocTestRunner(optionflags=doctest.ELLIPSIS, verbose=False).run(test, out=said.write, clear_globs=False).failed:
        raise AssertionError(said.getvalue())
    names.update(test.globs)


def main(path):
    page = Page(path)
    module = sys.modules["__main__"] = types.ModuleType("__main__")  # classes of the page pickle
    for block in page.of("python", "pycon"):
        (run_statements if block.language == "python" else run_session)(block, str(page.path), module.__dict__)


if __name__ == "__main__":
    main(sys.argv[1])
