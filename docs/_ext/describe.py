"""Prints, as JSON, every function that the library has and how it describes it. Run by the Python that has NEURON and Patch.

What is asked is what a user can ask: signatures and docstrings in Python, `usage` in HOC. Both are made from the argument structs.
"""

import importlib
import inspect
import json
import re

from neuron import h, hoc, nrn

STOCK = {"Section": nrn.Section, "Segment": nrn.Segment, "NetCon": hoc.NetCon, "Vector": hoc.Vector}
WORDS = {"__neuron__", "__netcon__", "__record__", "__arc__", "__ref__", "__deref__"}


def described(text):
    """The parts of a docstring: its text, the arguments, `    name: what it is (default 1)`, and the lines `Raises ...`."""
    about, arguments, raises = [], [], []
    for line in (text or "").partition(">>>")[0].expandtabs().splitlines():
        if found := re.fullmatch(r" {4}(\w+): (.*?)(?: \(default (?:.*)\))?", line):
            arguments.append(found.groups())
        else:
            (raises if line.startswith("Raises ") else about).append(line.strip())
    return {"about": "\n".join(about).strip(), "arguments": arguments, "raises": raises}


def entry(thing):
    """How a function, a class or an attribute describes itself."""
    parts = described(getattr(thing, "__doc__", ""))
    try:
        signature = inspect.signature(thing)
        parameters = [each.replace(annotation=each.empty) for each in signature.parameters.values()]
        signature = str(signature.replace(parameters=parameters, return_annotation=signature.empty))
        signature = re.sub(r"^\((\$?self)(, /)?(, )?", "(", signature)
    except (TypeError, ValueError):
        signature = ""
    parts["arguments"] = [each for each in parts["arguments"] if re.search(rf"\b{each[0]}\b", signature)]
    return {"signature": signature, **parts}


def describe():
    """Entries by name: `p.run`, `Section.record`, `parallel.psolve`, `hoc.record`."""
    before = {name: set(vars(type_)) for name, type_ in STOCK.items()}
    from patch import objects, p

    native = __import__("_libpatch")
    found = {f"p.{name}": entry(thing) for name, thing in native.names.items() if not name.startswith("_")}
    for name in ("Vector", "time"):  # NEURON's own say what a Vector is
        found[f"p.{name}"] = {"signature": "", **described("")}
    found["p.Section"]["signature"] = "(name=None, cell=None)"  # as NEURON's
    mechanism = entry(native.mechanism)
    mechanism["signature"] = mechanism["signature"].replace("(name, ", "(")
    mechanism["arguments"] = [each for each in mechanism["arguments"] if each[0] != "name"]
    found["p.Mechanism"] = mechanism
    found["p.SectionRef"] = {"signature": "(sec)", **described("")}
    found["p.parallel"] = {"signature": "", **described("")}

    added = {name: {each: vars(type_)[each] for each in vars(type_) if each not in before[name]} for name, type_ in STOCK.items()}
    added["Section"].update(vars(native.SectionBase))
    added["NetCon"].update(vars(objects.NetCon))
    for name in ("PointProcess", "VecStim", "IClamp", "SEClamp", "SectionRef"):
        added[name] = dict(vars(getattr(objects, name)))
    added["parallel"] = dict(vars(type(p.parallel)))
    for owner, members in added.items():
        for name, member in members.items():
            private = name.startswith("_") and not (owner == "Section" and name in WORDS)
            if not private:
                found[f"{owner}.{name}"] = entry(member)

    for module in ("core", "error_handler", "objects", "version"):
        members = importlib.import_module(f"patch.{module}")
        for name in members.__all__:
            thing = getattr(members, name)
            if thing.__module__ == f"patch.{module}" and name not in added and name != "NetStim":
                found[f"patch.{module}.{name}"] = entry(thing)
    found["patch.path"] = entry(importlib.import_module("patch").path)

    usage = h.Patch().usage
    for line in usage().splitlines():
        name = line.partition("(")[0].removeprefix("p.")
        found[f"hoc.{name}"] = {"signature": line.removeprefix("p." + name), **described(usage(name).partition("\n")[2])}
    return found


if __name__ == "__main__":
    print(json.dumps(describe()))
