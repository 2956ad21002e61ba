"""A capability that a test adds with one struct and one function has both faces, its signature, its help and all refusals.

tests/plugin/patch_probe.cpp is the library with `weigh_points` added: factor is required, offset (0.5 um) is by name in Python.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent
PROBE = os.environ.get("PATCH_PROBE_LIBRARY") or str(Path(__file__).parents[2] / "build" / "neuron-9.0" / "tests" / "libpatch_probe.so")

SENTENCES = {  # what is given in HOC, and in Python where that can be; the sentence
    "too many": ("1, 2, 3", "weigh_points: 3 arguments are too many, expected at most 2"),
    "missing": ("", "weigh_points: factor is missing, expected a number"),
    "a string": ('"a"', "weigh_points: factor is 'a', expected a number"),
    "an object": ("vector", "weigh_points: factor is Vector[0], expected a number"),
    "nan": ("nan", "weigh_points: factor is nan, expected a finite number"),
    "inf": ("1, inf", "weigh_points: offset is inf, expected a finite number"),
}

PYTHON_SENTENCES = {
    "soma.weigh_points(1, 2)": ("PatchTypeError", "weigh_points: 2 arguments are too many, expected at most 1"),
    "soma.weigh_points()": ("PatchTypeError", "weigh_points: factor is missing, expected a number"),
    "soma.weigh_points('a')": ("PatchTypeError", "weigh_points: factor is 'a', expected a number"),
    "soma.weigh_points(None)": ("PatchTypeError", "weigh_points: factor is None, expected a number"),
    "soma.weigh_points(True)": ("PatchTypeError", "weigh_points: factor is True, expected a number"),
    "soma.weigh_points([1])": ("PatchTypeError", "weigh_points: factor is a list, expected a number"),
    "soma.weigh_points(soma)": ("PatchTypeError", "weigh_points: factor is the section soma, expected a number"),
    "soma.weigh_points(nan)": ("PatchValueError", "weigh_points: factor is nan, expected a finite number"),
    "soma.weigh_points(1, offset=-inf)": ("PatchValueError", "weigh_points: offset is -inf, expected a finite number"),
    "soma.weigh_points(1, ofset=2)": (
        "PatchTypeError",
        "weigh_points: there is no argument ofset, did you mean offset? (known are factor, offset)",
    ),
    "soma.weigh_points(1, factor=2)": ("PatchTypeError", "weigh_points: factor is given twice, by position and by name"),
    "p.weigh_points(3, 1)": ("PatchTypeError", "weigh_points: section is 3, expected a Section"),
    "p.weigh_points(dead, 1)": ("PatchReferenceError", "weigh_points: section is a section that has been deleted"),
    "p.weigh_points(soma, 1, 2)": ("PatchTypeError", "weigh_points: 3 arguments are too many, expected at most 2"),
    "p.weigh_poinst(soma, 1)": ("PatchAttributeError", "p: there is no weigh_poinst, did you mean weigh_points?"),
}

HELP = """p.weigh_points(factor [, offset])
Weighs the points of a section.

    factor: how much a point weighs
    offset: um, added to it (default 0.5)"""


def in_python(script):
    prelude = """
import inspect, json
from neuron import h
from patch import exceptions, p
nan, inf = float("nan"), float("inf")
soma, dead = h.Section("soma"), h.Section("dead")
soma.add_3d([[0, 0, 0], [1, 0, 0], [2, 0, 0]])
h.delete_section(sec=dead)
"""
    done = subprocess.run(
        [sys.executable, "-c", prelude + script], env={**os.environ, "PATCH_LIBRARY": PROBE}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def in_hoc(folder, script, *options):
    """The lines that a HOC script prints; what it needs is there: soma with three points, a Vector, nan and inf, p."""
    file = folder / "script.hoc"
    file.write_text(
        f"""{{nrn_load_dll("{PROBE}")}}
objref p, vector
strdef statement
p = new Patch()
vector = new Vector(1)
inf = 1e300 * 1e300
nan = inf - inf
create soma
access soma
{{pt3dadd(0, 0, 0, 1) pt3dadd(1, 0, 0, 1) pt3dadd(2, 0, 0, 1)}}
{script}
quit()
"""
    )
    done = subprocess.run(
        [BIN / "nrniv", "-nobanner", "-nogui", *options, file], cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return [line.rstrip() for line in done.stdout.splitlines()]


HOCS = pytest.mark.parametrize("options", [(), ("-nopython",)], ids=["with python", "nopython"])


def test_it_is_not_in_the_library_itself():
    library = os.environ.get("PATCH_LIBRARY") or str(Path(PROBE).parents[1] / "libpatch.so")
    script = f"from neuron import h; h.nrn_load_dll({library!r}); assert 'weigh_points' not in dir(h.Patch())"
    assert subprocess.run([sys.executable, "-c", script]).returncode == 0


def test_it_is_a_method_of_sections_and_a_function_of_p_and_of_the_class():
    assert in_python("""
q = h.Patch()
print(json.dumps([soma.weigh_points(2), soma.weigh_points(factor=2, offset=0), p.Section("empty").weigh_points(2),
                  p.weigh_points(soma, 2), p.weigh_points(soma, 2, offset=1), q.weigh_points(2, sec=soma), q.weigh_points(2, 1, sec=soma)]))
""") == [6.5, 6, 0.5, 6.5, 7, 6.5, 7]


@HOCS
def test_it_is_a_method_of_the_class_in_hoc(tmp_path, options):
    assert in_hoc(tmp_path, "print p.weigh_points(2), p.weigh_points(2, 1)", *options) == ["6.5 7"]


def test_its_signature_is_the_structs():
    assert in_python("""
method, function = inspect.signature(type(soma).weigh_points), inspect.signature(p.weigh_points)
kinds = {name: [each.kind.name, None if each.default is each.empty else each.default] for name, each in method.parameters.items()}
print(json.dumps([str(inspect.signature(soma.weigh_points)), str(method), str(function), kinds]))
""") == [
        "(factor, *, offset=0.5)",
        "(self, factor, *, offset=0.5)" if sys.version_info < (3, 11) else "(self, /, factor, *, offset=0.5)",
        "(section, factor, *, offset=0.5)",
        {"self": ["POSITIONAL_ONLY", None], "factor": ["POSITIONAL_OR_KEYWORD", None], "offset": ["KEYWORD_ONLY", 0.5]},
    ]


def test_its_help_is_the_structs():
    document, of_p, text, name = in_python("""
print(json.dumps([soma.weigh_points.__doc__, p.weigh_points.__doc__, h.Patch().help("weigh_points"), soma.weigh_points.__name__]))
""")
    assert name == "weigh_points"
    assert text.rstrip() == HELP
    for python in (document, of_p):
        assert python.rstrip().endswith(HELP.split("\n", 1)[1])


@HOCS
def test_its_help_in_hoc_is_the_same(tmp_path, options):
    assert in_hoc(tmp_path, 'statement = p.usage("weigh_points")\nprint statement', *options) == HELP.splitlines()
    assert "p.weigh_points(factor [, offset])" in in_hoc(tmp_path, "statement = p.usage()\nprint statement", *options)


@HOCS
def test_all_its_refusals_come_in_hoc(tmp_path, options):
    script = ""
    for given, _ in SENTENCES.values():
        call = f"{{p.weigh_points({given})}}".replace('"', '\\"')
        script += f'{{print execute1("{call}", 0)}}\n{{statement = p.last_error()}}\n{{print statement}}\n'
    script += "print p.weigh_points(1)"
    lines = in_hoc(tmp_path, script, *options)
    said = [line for line in lines if line.startswith("weigh_points")]
    assert said == [sentence for _, sentence in SENTENCES.values()]
    assert [line for line in lines if not line.startswith("weigh_points")] == ["0"] * len(SENTENCES) + ["3.5"]


def test_all_its_refusals_come_in_python():
    seen = in_python(f"""
seen = {{}}
for call in {list(PYTHON_SENTENCES)!r}:
    try:
        eval(call)
        seen[call] = ["accepted", ""]
    except exceptions.PatchError as error:
        seen[call] = [type(error).__name__, str(error)]
print(json.dumps(seen))
""")
    assert seen == {call: list(expected) for call, expected in PYTHON_SENTENCES.items()}


def test_all_its_refusals_come_from_the_class_in_python_too():
    calls = {f"h.Patch().weigh_points({given})": sentence for given, sentence in SENTENCES.values() if "vector" not in given}
    seen = in_python(f"""
seen = {{}}
for call in {list(calls)!r}:
    try:
        eval(call)
    except RuntimeError as error:
        seen[call] = str(error).removeprefix("hocobj_call error: hoc_execerror: ")
print(json.dumps(seen))
""")
    assert seen == calls


def test_the_probe_has_all_that_the_library_has():
    script = "import json\nfrom neuron import h, nrn\nh.nrn_load_dll(%r)\nprint(json.dumps([dir(h.Patch()), dir(nrn.Section)]))"
    library = os.environ.get("PATCH_LIBRARY") or str(Path(PROBE).parents[1] / "libpatch.so")
    names = [
        json.loads(subprocess.run([sys.executable, "-c", script % path], capture_output=True, text=True).stdout.splitlines()[-1])
        for path in (library, PROBE)
    ]
    for own, probe in zip(*names):
        assert set(probe) - set(own) == {"weigh_points"} and set(own) <= set(probe)
