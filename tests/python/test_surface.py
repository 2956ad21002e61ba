"""What the load adds and what p changes, against lists written by hand from the issue and the design.

A line that is added or lost here is a change of the surface: of the documentation and of CHANGELOG.md too.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

BIN = Path(sys.executable).parent
LIBRARY = os.environ.get("PATCH_LIBRARY") or str(Path(__file__).parents[2] / "build" / "neuron-9.0" / "libpatch.so")

# ---- The lists ---------------------------------------------------------------------------------------------------------------------

MAGIC = {"__neuron__", "__netcon__", "__record__"}

LOAD_ADDS = {
    "nrn.Section": {
        *("add_3d", "record", "recordings", "connect_points", "connect_synapse", "synapse", "synapses"),
        *("set_dimensions", "set_segments", "iclamp", "vclamp", "points"),
        *MAGIC,
        *("__arc__", "__ref__", "__deref__"),
        *("_references", "_connections", "_interpreter"),
    },
    "nrn.Segment": {"record", "connect_points", "section", "_interpreter", *MAGIC},
    "hoc.HocObject": set(),
    "hoc.NetCon": {"gid", "disconnect"},
    "hoc.Vector": set(),
    "nrn": set(),
    "hoc": set(),
    "h": {"Patch", "PatchConnection", "PatchReceiver", "PatchRecording", "PatchTransmitter"},
    "sys.modules": {"_libpatch"},
}

# What `from patch import p` does, never the load: Vectors record what our sections, segments and point processes stand for.
P_ADDS = {"hoc.Vector": {"record"}}

CLASS_PATCH = {
    *("add_3d", "record", "connect_points", "connect_synapse", "synapse", "vecstim"),  # the table
    *("iclamp", "vclamp", "set_dimensions", "set_segments"),
    *("version", "neuron_version", "last_error", "counts", "help"),
    *("clear", "collect", "references", "keep_references", "check_together"),
    "usage",  # help in HOC, where that is a word of the grammar
    *("run", "continuerun", "finitialize"),  # as on p
    "disconnect",  # everything can be undone
    "defaults",
    *("ParallelCon", "broadcast", "allgather", "psolve", "join", "check", "doctor"),  # ranks
    "new_recording",
    "wrong_argument",  # p.defaults of HOC
}

TEMPLATES = {
    "PatchConnection": {"netcon", "disconnect"},
    "PatchReceiver": {"netcon", "gid", "disconnect"},
    "PatchRecording": {"vector", "time", "disconnect"},
    "PatchTransmitter": {"netcon", "gid", "disconnect"},
}

# Names on p that h does not have.
P_ALONE = {
    *("PointProcess", "VecStim"),
    *("record", "time", "defaults", "connection", "register_hoc_object"),
    *("transform", "transform_netcon", "transform_record", "transform_arc"),
    *("is_section", "is_segment", "is_nrn_scalar", "is_point_process", "is_density_mechanism"),
    *("counts", "last_error", "version", "neuron_version"),
    *("clear", "collect", "references", "keep_references"),
    *("ParallelCon", "parallel", "check"),
    "_PythonHocInterpreter__h",
}
# Names on h that are another thing on p.
P_DIFFERS = {"Section", "NetCon", "disconnect"}
P_DIFFERS_IN_RUNNING = {"run", "continuerun", "finitialize", "cas", "ParallelContext"}  # NEURON's own with PATCH_DEFAULTS=neuron

# What the objects that p makes have beside NEURON's own.
OBJECTS = {
    "Section": {"connect", "push", "pop", "__enter__", "__exit__", "parent"},
    "NetCon": {"__neuron__", "_references", "_connections", "_interpreter", "disconnect", "gid", "record"},
    "PointProcess": {*MAGIC, "__ref__", "__deref__", "_references", "_connections", "_interpreter", "stimulate", "parameters"},
    "NetStim": set(),
    "VecStim": {"play", "pattern", "vector"},
    "IClamp": {"duration", "amplitude"},
    "SEClamp": {"delay", "duration", "after", "voltage", "holding"},
    "SectionRef": {"section", "child"},
}

# What p.parallel has beside, or in place of, NEURON's own methods of a ParallelContext.
PARALLEL = {
    *("broadcast", "allgather", "psolve", "join", "check"),
    *("set_gid2node", "cell", "gid_connect", "spike_record"),
    *("source_var", "target_var", "setup_transfer", "_transfer_max", "_warn_new_gids", "_interpreter"),
}

# ---- The processes -----------------------------------------------------------------------------------------------------------------

LOOK = """
import json, sys
from neuron import h, hoc, nrn

def look():
    types = {"nrn.Section": nrn.Section, "nrn.Segment": nrn.Segment, "hoc.HocObject": hoc.HocObject, "hoc.NetCon": hoc.NetCon,
             "hoc.Vector": hoc.Vector, "nrn": nrn, "hoc": hoc, "h": h}
    own = {name: {each: id(vars(thing)[each]) for each in vars(thing)} for name, thing in types.items() if isinstance(thing, type)}
    return {**{name: set(dir(thing)) for name, thing in types.items()}, "sys.modules": set(sys.modules)}, own

def added(before, after):
    return {name: sorted(after[0][name] - before[0][name]) for name in before[0]}

def lost(before, after):
    return {name: sorted(before[0][name] - after[0][name]) for name in before[0] if before[0][name] - after[0][name]}

def replaced(before, after):  # a method of the type itself that is another thing now
    return {name: sorted(each for each in own if after[1][name].get(each) != own[each]) for name, own in before[1].items()}
"""


def run(script, **environment):
    done = subprocess.run(
        [sys.executable, "-c", LOOK + script],
        env={**os.environ, "PATCH_LIBRARY": LIBRARY, **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def loaded():
    return run(f"""
before = look()
assert h.nrn_load_dll({LIBRARY!r}) == 1
after = look()
h.Patch()
used = look()
print(json.dumps([added(before, after), lost(before, after), replaced(before, after), added(after, used), dir(h.Patch())]))
""")


@pytest.mark.parametrize("where", LOAD_ADDS)
def test_the_load_adds_exactly_the_list(loaded, where):
    assert set(loaded[0][where]) == LOAD_ADDS[where]


def test_the_load_takes_nothing_away_and_replaces_nothing(loaded):
    _, lost, replaced, _, _ = loaded
    assert lost == {} and not any(replaced.values())


def test_the_first_use_of_the_class_adds_no_more(loaded):
    assert not any(loaded[3].values())


def test_the_class_patch_has_exactly_its_list_in_python(loaded):
    stock = run("print(json.dumps(dir(h.List())))")
    own_of_list = {"append", "browser", "count", "index", "insrt", "object", "prepend", "remove", "remove_all", "scroll_pos", "select"}
    own_of_list |= {"select_action", "selected", "accept_action", "o"}
    assert set(loaded[4]) - (set(stock) - own_of_list) == CLASS_PATCH


def test_help_lists_exactly_the_class_in_hoc():
    text = run(f"h.nrn_load_dll({LIBRARY!r})\nprint(json.dumps(h.Patch().help()))")
    assert {line.split("(")[0].removeprefix("p.") for line in text.splitlines()} == CLASS_PATCH - {"new_recording", "wrong_argument"}, (
        "but not what only our templates call"
    )


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_template_shows_exactly_its_public_names(template):
    make = {
        "PatchConnection": "h.PatchConnection(h.ExpSyn(s(0.5)))",
        "PatchReceiver": "h.PatchReceiver(7, h.IntFire1())",
        "PatchRecording": "h.PatchRecording()",
        "PatchTransmitter": "h.PatchTransmitter(7)",
    }[template]
    names = run(f"h.nrn_load_dll({LIBRARY!r})\ns = h.Section()\nprint(json.dumps([dir({make}), dir(hoc.HocObject)]))")
    assert set(names[0]) - set(names[1]) == TEMPLATES[template]


def test_no_mechanism_appears_by_loading_nor_by_p():
    assert run(f"""
def mechanisms():
    names = []
    for kind in (0, 1):
        listed = h.MechanismType(kind)
        name = h.ref("")
        for i in range(int(listed.count())):
            listed.select(i)
            listed.selected(name)
            names.append(name[0])
    return names
before = mechanisms()
h.nrn_load_dll({LIBRARY!r})
h.Patch()
from patch import p
p.Section().synapse(p.ExpSyn)
print(json.dumps(mechanisms() == before))
""")


WITH_P = """
from patch import p
import _libpatch, patch.objects
own = sorted(_libpatch.names)
section = h.Section()  # without one NEURON shows no range variable
def value(of, name):
    try:
        return getattr(of, name)
    except (TypeError, RuntimeError, LookupError) as error:  # a word of HOC's grammar
        return str(error)
def is_there(of, name):
    try:
        return hasattr(of, name)
    except TypeError:
        return True
def same(name):
    a, b = value(p, name), value(h, name)
    stock_method = getattr(a, "__self__", None) is p and getattr(b, "__self__", None) is h
    as_stock = type(a) is type(b) or (type(a).__name__ == "Function" and type(a).__mro__[1] is type(b))
    own_class = isinstance(a, type) and isinstance(b, type) and a.__mro__[1] is b and a.__name__ == b.__name__ != "NetCon"
    return own_class or (as_stock and (a is b or a == b or stock_method or repr(a) == repr(b)))
names = {name for name in dir(h) if not name.startswith("__")}
mechanisms = {name for name in names if type(value(p, name)).__name__ == "Mechanism"}
alone = sorted(name for name in {*own, *dir(p)} if is_there(p, name) and not is_there(h, name))
differs = sorted(name for name in names - mechanisms if not same(name))
"""


def test_names_on_p_differ_from_h_exactly_by_the_lists():
    alone, differs, mechanisms, stock = run(
        WITH_P
        + """
t = h.MechanismType(1)
name = h.ref("")
stock = []
for i in range(int(t.count())):
    t.select(i)
    t.selected(name)
    stock.append(name[0])
print(json.dumps([alone, differs, sorted(mechanisms), sorted(stock)]))
"""
    )
    assert set(alone) == P_ALONE
    assert set(differs) == P_DIFFERS | P_DIFFERS_IN_RUNNING
    assert mechanisms == stock  # p.<Mechanism> for every point process, and nothing else


def test_in_neuron_mode_p_runs_as_neuron_and_vectors_record_as_neuron():
    alone, differs, vector = run(
        "before = look()\n" + WITH_P + 'print(json.dumps([alone, differs, added(before, look())["hoc.Vector"]]))', PATCH_DEFAULTS="neuron"
    )
    assert set(alone) == P_ALONE
    assert set(differs) == P_DIFFERS
    assert vector == []


def test_p_adds_to_stock_types_exactly_the_list():
    added = run(f"""
h.nrn_load_dll({LIBRARY!r})
h.load_file("stdrun.hoc")
before = look()
from patch import p
p.run
print(json.dumps(added(before, look())))
""")
    del added["sys.modules"]
    assert {name: set(names) for name, names in added.items() if names} == P_ADDS


def test_dir_of_p_shows_what_p_has():
    shown = run("from patch import p\nprint(json.dumps(dir(p)))")
    assert P_ALONE | P_DIFFERS | P_DIFFERS_IN_RUNNING <= {*shown, "_PythonHocInterpreter__h"}


@pytest.mark.parametrize("name", OBJECTS)
def test_an_object_of_p_has_exactly_its_list_beside_neurons_own(name):
    own, bases = run(f"""
from patch import p
import patch.objects
type_ = patch.objects.{name}
stock = type_.__mro__[1] if {name!r} != "Section" else nrn.Section
parts = [each for each in type_.__mro__ if each not in stock.__mro__]
own = {{each for part in parts for each in vars(part)}}
print(json.dumps([sorted(own), [part.__name__ for part in type_.__mro__]]))
""")
    python_own = {
        "__new__",
        "__dir__",
        "__call__",
        "__iter__",
        "__module__",
        "__doc__",
        "__dict__",
        "__weakref__",
        "__getattribute__",
        "__setattr__",
        "__delattr__",
        "__init__",
    }
    assert set(own) - python_own == OBJECTS[name]
    assert ("PointProcess" in bases) == (name in ("PointProcess", "NetStim", "VecStim", "IClamp", "SEClamp"))


def test_parallel_has_exactly_its_list_beside_neurons_own():
    own, bases = run("""
from patch import p
import patch.parallel
assert p.parallel is p.ParallelContext() and type(p.parallel) is patch.parallel.ParallelContext
print(json.dumps([sorted(vars(type(p.parallel))), [each.__name__ for each in type(p.parallel).__mro__]]))
""")
    assert set(own) - {"__module__", "__doc__", "__getattribute__", "__setattr__", "__delattr__"} == PARALLEL
    assert bases[:3] == ["ParallelContext", "ParallelContext", "HocObject"]


# ---- What stock accepts is still accepted --------------------------------------------------------------------------------------------

STILL = [
    "h.Vector().record(s(0.5)._ref_v)",
    "h.Vector().record(s(0.5)._ref_v, 0.1)",
    "h.Vector().record(s(0.5)._ref_v, h.Vector([1, 2]))",
    "h.Vector().record(s(0.5)._ref_v, sec=s)",
    "h.Vector().record(h._ref_t, sec=s)",
    "h.Vector().record(syn, s(0.5)._ref_v)",
    "h.Vector().record(syn, s(0.5)._ref_v, 0.1)",
    "h.Vector().record(syn._ref_i)",
    "p.Vector([1, 2, 3]).record(s(0.5)._ref_v, sec=s)",
    "p.NetCon(s(0.5)._ref_v, syn, sec=s)",
    "p.NetCon(s(0.5)._ref_v, syn, 10, 1, 0.5, sec=s)",
    "p.ExpSyn(0.5, sec=s)",
    "p.ExpSyn(s(0.5), sec=s)",
    "p.IClamp(0.5, sec=s)",
    "p.IClamp(s(0.5))",
    "p.ion_style('na_ion', sec=s)",
    "p.area(0.5, sec=s)",
    "p.pt3dadd(0, 0, 0, 1, sec=s)",
    "p.Vector(3, 1.0)",
    "p.Section('x')",
    "p.Section(name='x', cell=None)",
]


def test_what_neuron_accepts_is_accepted_with_p():
    refused = run(f"""
from patch import p
s = h.Section()
s.insert("hh")
syn, refused = h.ExpSyn(s(0.5)), []
for call in {STILL}:
    try:
        eval(call)
    except Exception as error:
        refused.append(f"{{call}}: {{error}}")
print(json.dumps(refused))
""")
    assert refused == []


def test_the_values_a_reader_of_the_documentation_looks_for_are_there():
    assert run("""
from patch import p, h as also_p, transform, NotConnectableError, NotConnectedError, PatchError
import patch.core, patch.exceptions, patch.interpreter, patch.objects
assert p is also_p and type(p) is patch.interpreter.PythonHocInterpreter and isinstance(p, hoc.HocObject)
assert p._PythonHocInterpreter__h is h
assert not hasattr(patch.interpreter.PythonHocInterpreter, "__getattr__")  # native
assert p.Section is patch.objects.Section and issubclass(p.Section, nrn.Section)
assert p.Vector is hoc.Vector is patch.objects.Vector and patch.objects.Segment is nrn.Segment
s = p.Section()
assert type(s(0.5)) is patch.objects.Segment
assert type(p.ExpSyn(s)) is patch.objects.PointProcess and type(s.synapse("ExpSyn")) is patch.objects.PointProcess
assert type(p.NetCon(None, None)) is patch.objects.NetCon and issubclass(patch.objects.NetCon, hoc.NetCon)
assert type(p.NetStim()) is patch.objects.NetStim and type(p.VecStim()) is patch.objects.VecStim
assert type(p.IClamp(s)) is patch.objects.IClamp and type(p.SEClamp(s)) is patch.objects.SEClamp
assert type(p.record(s)) is patch.objects.Vector
print(json.dumps(True))
""")
