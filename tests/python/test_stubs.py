"""One place describes a function, the plugin's argument struct: signatures, stubs, help and the HOC reference say what it says.

The stubs are what cmake/stubs.py makes of the plugin's rows; pyright accepts all that we show and tells the usual mistakes; each function
says what it does, what it takes, what it refuses, and has an example that runs.
"""

import ast
import builtins
import doctest
import importlib
import importlib.util
import inspect
import json
import os
import re
import subprocess
import sys
import types
import typing
from collections import Counter
from pathlib import Path

import pytest
from neuron import h
from patch import exceptions, p
from patch._library import native
from snippets import Page

ROOT = Path(__file__).parents[2]
SHIM = ROOT / "python_shim" / "patch"
ROWS = native().rows()
CLIENTS = ("core", "error_handler", "exceptions", "interpreter", "objects", "parallel", "version")  # what users import


def load(file):
    spec = importlib.util.spec_from_file_location(file.stem, file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# ---- The stubs are made of the rows --------------------------------------------------------------------------------------------------


def test_the_stubs_are_what_the_plugin_says():
    differs = [file.name for file, text in load(ROOT / "cmake" / "stubs.py").stubs().items() if file.read_text() != text]
    assert not differs, "bring them up to date: .venv/bin/python cmake/stubs.py"


def classes(name):
    """The classes of a stub, and the functions and attributes of each."""
    tree = ast.parse((SHIM / f"{name}.pyi").read_text())
    found = {}
    for each in tree.body:
        if isinstance(each, ast.ClassDef):
            functions = {part.name: part for part in reversed(each.body) if isinstance(part, ast.FunctionDef)}
            attributes = {part.target.id: part for part in each.body if isinstance(part, ast.AnnAssign)}
            found[each.name] = functions | attributes
    return found


STUBS = {name: stub for module in ("interpreter", "objects", "parallel") for name, stub in classes(module).items()}
SOMA, DEND = p.Section("soma"), p.Section("dend")
for each in (SOMA, DEND):
    each.L = each.diam = 20
    each.insert("hh")
DEND.connect(SOMA)
SYNAPSE = SOMA.synapse(p.ExpSyn, store=True)
THINGS = {
    "PythonHocInterpreter": p,
    "Section": SOMA,
    "Segment": SOMA(0.5),
    "Vector": p.Vector(),
    "NetCon": p.NetCon(None, SYNAPSE),
    "PointProcess": SYNAPSE,
    "NetStim": p.NetStim(),
    "VecStim": p.VecStim(),
    "IClamp": p.IClamp(DEND),
    "SEClamp": p.SEClamp(DEND),
    "SectionRef": p.SectionRef(SOMA),
    "ParallelContext": p.parallel,
    "Defaults": p.defaults,
}
PLACES = {"p": p, **THINGS}


@pytest.mark.parametrize("name", THINGS)
def test_a_stub_names_only_what_is_there(name):
    thing = THINGS[name]
    missing = [each for each in STUBS[name] if each not in ("__getattr__", "__setattr__", "__init__") and not hasattr(thing, each)]
    assert not missing


def test_the_stub_of_p_has_all_that_p_adds():
    added = {name for name in native().names if not name.startswith("_")} | {"parallel"}
    assert added - {"Mine"} <= set(STUBS["PythonHocInterpreter"])


@pytest.mark.parametrize("name", ["", "interpreter", "objects", "parallel", "core"])
def test_a_stub_of_a_module_has_its_names(name):
    module = importlib.import_module(f"patch.{name}".rstrip("."))
    tree = ast.parse((SHIM / f"{name or '__init__'}.pyi").read_text())
    defined = {each.name for each in tree.body if isinstance(each, (ast.ClassDef, ast.FunctionDef))}
    for each in tree.body:
        if isinstance(each, (ast.Assign, ast.AnnAssign)):
            defined |= {target.id for target in (each.targets if isinstance(each, ast.Assign) else [each.target])}
        elif isinstance(each, ast.ImportFrom):
            defined |= {alias.asname for alias in each.names if alias.asname == alias.name}
    assert set(module.__all__) <= defined
    assert not [each for each in defined if not each.startswith("_") and not hasattr(module, each)]


# ---- Pyright -------------------------------------------------------------------------------------------------------------------------

PRELUDE = """\
import numpy as np
from patch import p
soma = p.Section()
synapse = soma.synapse(p.ExpSyn)
array = np.arange(3)
"""
# Programs for ranks define a name under one condition and use it under another.
SETTINGS = {"include": ["*.py", "patch/*.pyi"], "pythonVersion": "3.10"}
SETTINGS |= dict.fromkeys(("reportPossiblyUnboundVariable", "reportOptionalMemberAccess"), False)


def shown():
    """All Python that we show, by a name for it."""
    programs = {f"{file.parent.name}_{file.name}": file.read_text() for file in sorted((SHIM / "examples").glob("[a-z]*.py"))}
    for folder in ("python", "mpi"):
        programs |= {f"{folder}_{file.name}": file.read_text() for file in sorted((ROOT / "tests" / folder / "idioms").glob("*.py"))}
    readme = "".join(block.text for block in Page(ROOT / "README.md").of("python"))
    programs["readme.py"] = PRELUDE + readme
    for page in sorted((ROOT / "docs").rglob("*.md")):
        text = "".join(block.text for block in Page(page).of("python"))
        if text:
            programs[f"docs_{page.stem}.py"] = text
    programs["help.py"] = PRELUDE + "dend = soma\n" + "".join(f"if soma:\n{statements(example)}" for example in examples().values())
    return programs


def statements(session):
    """A session without its prompts and outputs, indented."""
    return "".join(f"    {line}\n" for example in doctest.DocTestParser().get_examples(session) for line in example.source.splitlines())


def pyright(*arguments):
    command = [sys.executable, "-m", "pyright", "--pythonpath", sys.executable, "--outputjson", *arguments]
    environment = {
        **os.environ,
        "PYRIGHT_PYTHON_GLOBAL_NODE": "off",
        "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1",
    }  # its own node, no look for a newer one
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, cwd=ROOT, env=environment)
    assert done.stdout.startswith("{"), done.stdout + done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def said(tmp_path_factory):
    """What pyright says of our own programs: by file, the line and the sentence of each error."""
    folder = tmp_path_factory.mktemp("typed")
    for name, text in shown().items():
        (folder / name).write_text(text)
    for file in (ROOT / "tests" / "typing").glob("*.py"):
        (folder / file.name).write_text(file.read_text())
    (folder / "patch").symlink_to(SHIM)
    (folder / "pyrightconfig.json").write_text(json.dumps(SETTINGS))
    result = pyright("--project", str(folder))
    assert result["summary"]["filesAnalyzed"] == len(list(folder.glob("*.py"))) + len(list(SHIM.glob("*.pyi")))
    found = {}
    for each in result["generalDiagnostics"]:
        if each["severity"] == "error":
            line = each["range"]["start"]["line"] + 1
            found.setdefault(Path(each["file"]).name, []).append((line, each["message"].replace("\xa0", " ").splitlines()))
    return found


def test_pyright_accepts_what_we_show(said):
    wrong = [f"{name}:{line}: {' '.join(text)}" for name in said if name != "bad.py" for line, text in said[name]]
    assert not wrong, "\n".join(wrong)


def test_pyright_tells_each_mistake(said):
    lines = (ROOT / "tests" / "typing" / "bad.py").read_text().splitlines()
    wanted = {number: line.partition("  # error: ")[2] for number, line in enumerate(lines, 1) if "  # error: " in line}
    told = {line: " ".join(text) for line, text in said["bad.py"]}
    assert told.keys() == wanted.keys()
    assert not [f"{line}: {told[line]}" for line in wanted if wanted[line] not in told[line]]


def test_all_that_users_import_is_typed():
    """Nothing of it is unknown to a checker, or left to its guess."""
    report = pyright("--verifytypes", "patch", "--ignoreexternal")["typeCompleteness"]
    modules = [module["name"] for module in report["modules"]]
    assert {"patch", *(f"patch.{name}" for name in CLIENTS)} <= set(modules)
    public = re.compile(rf"patch\.(?:{'|'.join(CLIENTS)}|[A-Za-z]+$)")
    guessed = [each["name"] for each in report["symbols"] if public.match(each["name"]) and each["isExported"] and not each["isTypeKnown"]]
    assert not guessed


def test_what_the_stubs_say_is_so(monkeypatch):
    """tests/typing/good.py runs, and each value that it names is of the type that the stubs give it."""
    checked = Counter()

    def is_a(value, kind):
        parts = typing.get_args(kind) if isinstance(kind, types.UnionType) else (kind,)
        if typing.Any not in parts:
            assert isinstance(value, tuple(typing.get_origin(part) or part for part in parts)), f"{value!r}, expected {kind}"
        checked[kind] += 1
        return value

    monkeypatch.setitem(sys.modules, "typing_extensions", types.SimpleNamespace(assert_type=is_a))
    exec(compile((ROOT / "tests" / "typing" / "good.py").read_text(), "good.py", "exec"), {"__name__": "good"})
    assert checked.total() > 60


# ---- Signatures and help ---------------------------------------------------------------------------------------------------------------

# Rows of Python's: where each is found, its name there, and the row.
FUNCTIONS = {
    f"{place}.{row['name']}": row
    for row in ROWS
    for place in row["places"]
    if place in PLACES and not {"property", "unlisted"} & set(row["places"]) and not row["name"].startswith("_")
}
FUNCTIONS["p.NetCon"] = next(row for row in ROWS if row["name"] == "NetCon")
FUNCTIONS["p.ExpSyn"] = next(row for row in ROWS if row["name"] == "mechanism")


def found(name):
    place, _, name = name.partition(".")
    return getattr(PLACES[place], name)


def parameters(function):
    """Name, kind and default of each argument of a stub's function, self apart."""
    a = function.args
    defaults = [inspect.Parameter.empty] * (len(a.posonlyargs + a.args) - len(a.defaults)) + [ast.literal_eval(each) for each in a.defaults]
    kinds = [inspect.Parameter.POSITIONAL_ONLY] * len(a.posonlyargs) + [inspect.Parameter.POSITIONAL_OR_KEYWORD] * len(a.args)
    result = list(zip([each.arg for each in a.posonlyargs + a.args], kinds, defaults))[1:]
    if a.vararg:
        result.append((a.vararg.arg, inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.empty))
    result += [(each.arg, inspect.Parameter.KEYWORD_ONLY, ast.literal_eval(value)) for each, value in zip(a.kwonlyargs, a.kw_defaults)]
    if a.kwarg:
        result.append((a.kwarg.arg, inspect.Parameter.VAR_KEYWORD, inspect.Parameter.empty))
    return result


def stub_of(name):
    place, _, name = name.partition(".")
    stub = STUBS["PythonHocInterpreter" if place == "p" else place][name]
    if isinstance(stub, ast.AnnAssign):  # p.NetCon, p.ExpSyn: a class
        stub = STUBS["NetCon" if name == "NetCon" else "PointProcess"]["__init__"]
    return stub


@pytest.mark.parametrize("name", FUNCTIONS)
def test_inspect_shows_what_the_stub_says(name):
    shown = inspect.signature(found(name)).parameters.values()
    assert [(each.name, each.kind, each.default) for each in shown] == parameters(stub_of(name))


def test_inspect_knows_every_function_of_ours():
    assert str(inspect.signature(p.Section)) == "(name=None, cell=None)"
    assert str(inspect.signature(p.IClamp)) == str(inspect.signature(p.ExpSyn))
    for place, thing in PLACES.items():
        own = [
            row["name"] for row in ROWS if place in row["places"] and "property" not in row["places"] and "unlisted" not in row["places"]
        ]
        for name in own:
            inspect.signature(getattr(thing, name))
    for name, value in native().names.items():
        if callable(value) and not isinstance(value, type(h)) and name != "Vector":
            inspect.signature(value)


MANUAL = re.compile(
    r"(?P<about>[^\n]+)"
    r"(?:\n\n(?P<fields>    \w+: [^\n]+(?:\n    \w+: [^\n]+)*))?"
    r"(?:\n\n(?P<raises>Raises [^\n]+\.(?:\nRaises [^\n]+\.)*))?"
    r"(?:\n\n(?P<example>    >>> .*))?",
    re.DOTALL,
)


def manual(name):
    return MANUAL.fullmatch(FUNCTIONS[name]["manual"])


def examples():
    return {name: inspect.cleandoc(manual(name)["example"]) + "\n" for name in FUNCTIONS}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_help_says_it_all(name):
    """What it does; of each argument what it is, its unit and default; what is refused; an example."""
    said = manual(name)
    assert said and said["about"].endswith(".")
    row = FUNCTIONS[name]
    if name != "p.ExpSyn":  # its docstring is NEURON's
        assert inspect.getdoc(found(name)) == inspect.cleandoc(row["manual"])
    for argument, _, default in parameters(stub_of(name)):
        line = re.search(rf"^    {argument}: (.+)$", said["fields"] or "", re.MULTILINE)
        assert line, f"nothing is said of {argument}"
        if default is not inspect.Parameter.empty:
            assert line[1].endswith(f"(default {default})")
    if len(parameters(stub_of(name))) and not name.startswith(("p.is_", "p.transform")):  # which take anything
        assert said["raises"]
    for word in re.findall(r"\b\w+Error\b", said["raises"] or ""):
        assert hasattr(exceptions, word) or hasattr(builtins, word), word
    assert said["example"]


def namespace():
    synapse = DEND.synapse(p.ExpSyn)
    return {"p": p, "soma": SOMA, "dend": DEND, "synapse": synapse}


def test_each_example_does_what_it_shows():
    runner = doctest.DocTestRunner(verbose=False)
    failures = []
    for name, text in examples().items():
        if name == "p.clear":
            continue  # it leaves no model for the others: below
        test = doctest.DocTestParser().get_doctest(text, namespace(), name, name, 0)
        assert test.examples
        runner.run(test, out=failures.append)
    assert not failures, "".join(failures)
    p.parallel.gid_clear()


def test_the_example_of_clear_does_what_it_shows():
    example = examples()["p.clear"]
    code = f"import doctest\nfrom patch import p\np.Section()\ndoctest.run_docstring_examples({example!r}, globals())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "")


# What each function refuses, by calls that raise it.
REFUSED = {
    "Section.add_3d": ["dend.add_3d([[0, 0]])", "dend.add_3d([[0, 0, float('nan')]])", "dend.add_3d([[0, 0, 0]] * 32768)"],
    "p.record": ["p.record(3)", "p.record(p.NetStim())"],
    "Section.record": ["soma.record(2)"],
    "Segment.record": ["section = p.Section(); place = section(0.5); p.delete_section(sec=section); place.record()"],
    "NetCon.record": ["p.NetCon(soma, synapse).record(3)"],
    "Vector.record": ["p.Vector().record(3)"],
    "Section.connect_points": ["soma.connect_points(soma)", "soma.connect_points(synapse, x=2)", "soma.connect_points(synapse, delay=-1)"],
    "Section.connect_synapse": [
        "soma.connect_synapse(soma)",
        "soma.connect_synapse(synapse, x=2)",
        "soma.connect_synapse(synapse, delay=-1)",
    ],
    "Segment.connect_points": ["soma(0.5).connect_points(soma)", "soma(0.5).connect_points(synapse, delay=-1)"],
    "p.NetCon": ["p.NetCon(3, synapse)", "p.NetCon(soma, 3)", "p.NetCon(soma(0.5)._ref_v, synapse)", "p.NetCon(soma, synapse, delay=-1)"],
    "Section.synapse": ["soma.synapse('ExpSin')", "soma.synapse(p.ExpSyn, attributes={'tua': 2})", "soma.synapse(p.ExpSyn, x=2)"],
    "p.ExpSyn": ["p.ExpSyn(soma, tua=2)", "p.ExpSyn(soma, x=2)"],
    "p.PointProcess": ["p.PointProcess('ExpSin', soma)", "p.PointProcess('ExpSyn', soma, tua=2)"],
    "p.VecStim": ["p.VecStim([2, 1])", "p.VecStim([-1])", "p.VecStim([float('inf')])"],
    "VecStim.play": ["p.VecStim().play([2, 1])", "p.VecStim().play([-1])"],
    "PointProcess.stimulate": [
        *("p.IClamp(soma).stimulate([1])", "synapse.stimulate([2, 1])", "synapse.stimulate([1], delay=-1)", "synapse.stimulate(strat=3)")
    ],
    "p.ParallelCon": ["p.ParallelCon(soma, synapse)", "p.ParallelCon(1, 2)", "p.ParallelCon(soma, 5); p.ParallelCon(dend, 5)"],
    "ParallelContext.set_gid2node": [
        *("p.parallel.set_gid2node(-1)", "p.parallel.set_gid2node(12, 3)", "p.parallel.set_gid2node(11); p.parallel.set_gid2node(11)")
    ],
    "ParallelContext.cell": [
        "p.parallel.cell(0.5, p.NetCon(soma, None))",
        "p.parallel.cell(11, 3)",
        "p.parallel.cell(13, p.NetCon(soma, None))",
    ],
    "ParallelContext.gid_connect": ["p.parallel.gid_connect(True, synapse)", "p.parallel.gid_connect(11, soma)"],
    "ParallelContext.spike_record": ["p.parallel.spike_record(77)"],
    "ParallelContext.source_var": [
        "p.parallel.source_var(soma, -1, sec=soma)",
        "p.parallel.source_var(soma, 1, sec=soma); p.parallel.source_var(soma, 1, sec=soma)",
    ],
    "ParallelContext.target_var": ["p.parallel.target_var(synapse, synapse._ref_e, -1)"],
    "ParallelContext.broadcast": ["p.parallel.broadcast(lambda: 3)", "p.parallel.broadcast(3, root=5)", "p.parallel.broadcast(soma)"],
    "ParallelContext.allgather": ["p.parallel.allgather(lambda: 3)"],
    "ParallelContext.setup_transfer": ["p.parallel.target_var(synapse, synapse._ref_e, 99); p.parallel.setup_transfer()"],
    # from here on there is a target without a source
    "ParallelContext.psolve": ["p.parallel.psolve(-1)", "p.parallel.psolve(1)"],
    "p.run": ["p.run(-1)", "p.run(1)"],
    "p.continuerun": ["p.continuerun(-1)", "p.continuerun(1)"],
    "p.finitialize": ["p.finitialize(float('nan'))", "p.finitialize()"],
    "ParallelContext.check": [],  # it takes two ranks
    "Section.connect": ["dend.connect(soma, 2)", "dend.connect(soma, 1, 0.5)", "dend.connect(dend)"],
    "p.counts": ["p.counts('cells')"],
    "Section.set_dimensions": ["soma.set_dimensions(0, 1)", "soma.set_dimensions(1, -1)"],
    "Section.set_segments": ["soma.set_segments(0)", "soma.set_segments(1.5)"],
    "Section.pop": ["soma.pop()", "soma.push(); dend.push(); soma.pop()"],
    "Section.iclamp": ["soma.iclamp(x=2)", "soma.iclamp(delay=-1)"],
    "Section.vclamp": ["soma.vclamp(x=2)", "soma.vclamp(before=-1)", "soma.vclamp([1, 2])"],
    "p.disconnect": ["p.disconnect(3)"],
    "p.keep_references": ["p.keep_references('a')"],
    "p.clear": [],  # inside a run: test_clearing.py
    "p.collect": [],
    "p.references": ["p.references(3)", "section = p.Section(); p.delete_section(sec=section); p.references(section)"],
    "p.connection": ["p.connection(3, synapse)", "p.connection(p.Section(), synapse)"],
}


def test_what_is_refused_is_what_help_says():
    assert REFUSED.keys() == {name for name in FUNCTIONS if manual(name)["raises"]}
    for name, calls in REFUSED.items():
        names = re.findall(r"\b\w+Error\b", manual(name)["raises"])
        kinds = {each: getattr(exceptions, each, None) or getattr(builtins, each) for each in names}
        raised = set()
        for call in calls:
            with pytest.raises(tuple(kinds.values())) as error:
                exec(call, namespace())
            raised |= {each for each, kind in kinds.items() if isinstance(error.value, kind)}
        assert raised == set(names) or not calls, f"{name}: no call here raises {set(names) - raised}"


def test_properties_say_what_they_are():
    for row in ROWS:
        if "property" in row["places"]:
            given = row["stub"].rpartition(" -> ")[2]
            assert row["manual"].endswith(".") and (given != "Any" or row["name"] in ("points", "synapses")), row  # numpy's; the user's


# ---- dir and the HOC reference -----------------------------------------------------------------------------------------------------------


def test_dir_shows_each_name_of_neuron_and_of_p_once():
    names = Counter(dir(p))
    assert not {name for name, count in names.items() if count > 1}
    assert {name for name in native().names if not name.startswith("_")} | {"parallel"} <= set(names)
    assert set(dir(h)) <= set(names)
    for name, thing in PLACES.items():
        there = {row["name"] for row in ROWS if name in row["places"] and "unlisted" not in row["places"]}
        assert there - {"synapses"} <= set(dir(thing)), name  # which is there once something was stored


IN_HOC = {row["name"]: row for row in ROWS if "Patch" in row["places"] and "unlisted" not in row["places"]}


@pytest.mark.parametrize("name", IN_HOC)
def test_the_hoc_reference_tells_each_argument(name):
    """The line of the call, what the function does, and a line for each argument."""
    call, about, *rest = h.Patch().usage(name).splitlines()
    wanted = re.fullmatch(rf"p\.{name}\(([^()]*)\)", call)
    assert wanted and about.endswith(".")
    told = [re.match(r"    (\w+): \S", line)[1] for line in rest if line.strip()]
    assert re.findall(r"\w+", wanted[1]) == told
    assert call in h.Patch().usage().splitlines()
