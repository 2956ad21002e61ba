"""The directive `{entry}` of the reference: a function as the library itself describes it, and below it what the page adds.

    :::{entry} p.run            several names, with a comma between, have the same text below
    An example.
    :::

describe.py asks the library, in the Python that DOCS_PYTHON names. An entry of another name is a warning, a function without one too.
"""

import json
import os
import re
import subprocess
from pathlib import Path

from docutils import nodes
from docutils.statemachine import StringList
from hoc_lexer import HocLexer
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

# What a reader calls the receiver of a method.
RECEIVERS = {"parallel": "p.parallel", "Section": "section", "Segment": "segment", "NetCon": "netcon", "PointProcess": "point_process"}
RECEIVERS |= {"Vector": "vector", "VecStim": "vecstim", "IClamp": "iclamp", "SEClamp": "seclamp", "SectionRef": "sectionref"}

log = logging.getLogger(__name__)


def ask():
    """The entries by name."""
    python = os.environ.get("DOCS_PYTHON", "python3")
    script = Path(__file__).with_name("describe.py")
    done = subprocess.run([python, script], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise ExtensionError(f"{python} could not ask the library:\n{done.stderr}")
    return json.loads(done.stdout.splitlines()[-1])


def heading(name, entry):
    """The kind of description, and how it is called."""
    owner, _, member = name.rpartition(".")
    if owner == "hoc":
        return "describe", f"p.{member}{entry['signature']}"
    called = f"{RECEIVERS.get(owner, owner)}.{member}"
    if name == "p.Mechanism":
        called = "p.Mechanism"
    kind = "py:function" if entry["signature"] else "py:attribute"
    return kind, called + entry["signature"]


def markdown(text):
    """A docstring's text: names with an underscore are code, whatever Markdown makes of it otherwise, and u is µ in a unit."""
    text = re.sub(r"\bu(m2?|S)\b", r"µ\1", text)
    parts = re.split(r"(`+[^`]+`+)", text)
    return "".join(part if part.startswith("`") else re.sub(r"(?<![\w.])[\w.]*_[\w.]*", r"`\g<0>`", part) for part in parts)


class Entry(SphinxDirective):
    """Writes Markdown and has it read."""

    has_content = True
    required_arguments = 1
    final_argument_whitespace = True

    def run(self):
        names = self.arguments[0].split(", ")
        lines = []
        for name in names:
            entry = self.env.patch_entries.get(name)
            if entry is None:
                log.warning("the library has no %s", name, location=self.get_location())
                continue
            self.env.patch_shown.add(name)
            kind, called = heading(name, entry)
            arguments = [(argument, markdown(about)) for argument, about in entry["arguments"]]
            lines += [f"``````{{{kind}}} {called}", *markdown(entry["about"]).splitlines(), ""]
            lines += [f":param {argument}: {about}" for argument, about in arguments] if kind == "py:function" else []
            lines += [f"- `{argument}`: {about}" for argument, about in arguments] if kind == "describe" else []
            lines += ["", *(markdown(text) for text in entry["raises"])]
            owner, _, member = name.rpartition(".")
            in_hoc = self.env.patch_entries.get(f"hoc.{member}") if owner in ("p", "Section", "parallel") else None
            lines += ["", f"In HOC: `p.{member}{in_hoc['signature']}`"] if in_hoc else []
            lines += ["", *(self.content if name == names[-1] else ()), "``````", ""]
        node = nodes.Element()
        self.state.nested_parse(StringList(lines, source=self.get_source_info()[0]), self.content_offset, node)
        return node.children


def begin(app, env, docnames):
    env.patch_entries, env.patch_shown = ask(), set()
    return sorted(name for name in env.found_docs if name.startswith("reference/"))  # the library may have changed


def end(app, env):
    for name in sorted(set(env.patch_entries) - env.patch_shown):
        log.warning("%s has no entry in the reference", name)


def setup(app):
    app.add_lexer("hoc", HocLexer)
    app.add_directive("entry", Entry)
    app.connect("env-before-read-docs", lambda app, env, docnames: docnames.extend(set(begin(app, env, docnames)) - set(docnames)))
    app.connect("env-updated", end)
    return {"parallel_read_safe": False}
