"""Write what the plugin's rows say into the stubs of python_shim/patch: between "made by cmake/stubs.py: WHAT" and "end".

python cmake/stubs.py: brings the stubs up to date, with the library that `import patch` finds; the rest of them is written by hand.
"""

import re
import subprocess
import sys
import textwrap
from pathlib import Path

STUBS = Path(__file__).resolve().parents[1] / "python_shim" / "patch"
REGION = re.compile(r"^( *)# made by cmake/stubs\.py: (\S+)\n.*?^ *# end$", re.MULTILINE | re.DOTALL)
NAMES_OF_P = re.compile(r"\b(NetCon|ParallelContext|PointProcess|Section|VecStim|Vector)\b(?!\()")  # classes that p's names hide
OWN_TYPES = {"IClamp", "NetStim", "SEClamp"}  # of the mechanism of that name


def native():
    """The native module, without the standard run system that `from patch import p` loads."""
    from patch._library import native

    return native()


def definition(stub, manual):
    """A function of a stub, with its docstring."""
    docstring = f'"""{manual}\n"""' if "\n" in manual else f'"""{manual}"""'
    return f"def {stub}:\n{textwrap.indent(docstring, '    ')}\n"


def of_place(rows, place):
    """The functions and properties of one place, in the order of the plugin."""
    setters = {row["name"]: row["stub"] for row in rows if "internal" in row["places"] and row["name"].startswith("set_")}
    parts = []
    for row in rows:
        if place not in row["places"] or "unlisted" in row["places"]:
            continue
        name, setter = row["name"], setters.get("set_" + row["name"])
        is_property = "property" in row["places"]
        made = definition(NAMES_OF_P.sub(r"_\1", row["stub"]) if place == "p" else row["stub"], row["manual"])
        parts.append("@property\n" + made if is_property else made)
        if is_property and setter:
            parts.append(f"@{name}.setter\ndef {setter.removeprefix('set_')}: ...\n")
    return "\n".join(parts)


def constructor(rows, name):
    """A row that is called as a class, as its __init__."""
    row = next(each for each in rows if each["name"] == name and "internal" in each["places"])
    arguments = re.sub(r"^\w+\(self, (?:name: str, )?", "__init__(self, ", row["stub"].rpartition(" -> ")[0])
    return definition(arguments + " -> None", row["manual"])


def mechanisms():
    """The point processes and artificial cells that NEURON itself has."""
    from neuron import h

    kinds, name, names = h.MechanismType(1), h.ref(""), []
    for i in range(int(kinds.count())):
        kinds.select(i)
        kinds.selected(name)
        names.append(name[0])
    names = [each for each in names if not each.startswith("Patch")]  # ours are there once they were used
    return "\n".join(f"{each}: type[{f'_objects.{each}' if each in OWN_TYPES else '_PointProcess'}]" for each in sorted(names))


def fresh(text, rows):
    """A stub with its regions made anew."""

    def region(match):
        indent, what = match.groups()
        body = {
            "mechanisms": mechanisms,
            "NetCon.__init__": lambda: constructor(rows, "NetCon"),
            "PointProcess.__init__": lambda: constructor(rows, "mechanism"),
        }.get(what, lambda: of_place(rows, what))()
        return f"{indent}# made by cmake/stubs.py: {what}\n{textwrap.indent(body, indent)}\n{indent}# end"

    text = REGION.sub(region, text)
    ruff = Path(sys.executable).with_name("ruff")
    done = subprocess.run(
        [ruff, "format", "--stdin-filename", STUBS / "x.pyi", "-"], input=text, capture_output=True, text=True, check=True
    )
    return done.stdout


def stubs():
    """Each stub's file and what it ought to be."""
    rows = native().rows()
    return {file: fresh(file.read_text(), rows) for file in sorted(STUBS.glob("*.pyi"))}


if __name__ == "__main__":
    for file, text in stubs().items():
        if file.read_text() != text:
            file.write_text(text)
            print(file.name)
