# ruff: noqa: F821 - the names of the model are made in each child
"""Every refusal of the Python face, and HOC's through `h.Patch()`: its class, its sentence, and that it changed nothing.

A row is a statement, the classes of its exception and its sentence: text as it must be, or a pattern in /slashes/. `{s}` stands for a
section of p's and for one of plain NEURON's. Each row runs in a child process with a model of its own: a crash is its failure alone.
"""

import contextlib
import faulthandler
import os
import re
import signal
import traceback
from dataclasses import dataclass

os.environ["UCX_HANDLE_ERRORS"] = "none"  # MPI's library writes pages about a crash

import numpy as np
import pytest
from neuron import h
from patch import exceptions, p

nan, inf = float("nan"), float("inf")


# ---- The model that the rows name --------------------------------------------------------------------------------------------------


def matrix(rows, columns, value=0.0):
    made = h.Matrix(rows, columns)
    for i in range(rows):
        made.setrow(i, h.Vector(columns, value))
    return made


class StandsForItself:
    """A user's class whose answer is no NEURON object."""

    def __neuron__(self):
        return self


class Wrapper:
    """A user's class that stands for what it is given."""

    def __init__(self, inside):
        self.inside = inside

    def __neuron__(self):
        return self.inside

    __netcon__ = __record__ = __neuron__


def make_model():
    """In the child of a row: the names that the rows use."""
    base = h.Section("base")
    soma, plain, full, dead = p.Section("soma"), h.Section("plain"), p.Section("full"), p.Section("dead")
    plain_dead = h.Section("plain_dead")
    full.add_3d(np.zeros((32767, 3)), 1)
    syn, plain_syn, clamp = p.ExpSyn(soma), h.ExpSyn(plain(0.5)), h.IClamp(soma(0.5))
    dead_syn, plain_dead_syn = p.ExpSyn(dead), h.ExpSyn(plain_dead(0.5))
    dead_segment, dead_pointer = dead(0.5), dead(0.5)._ref_v
    h.delete_section(sec=dead)
    h.delete_section(sec=plain_dead)
    stim, plain_stim, netcon = p.NetStim(), h.NetStim(), h.NetCon(None, None)
    p.VecStim([1])  # registers the mechanism: a refusal must not
    two, three, none_at_all, long = h.Vector([1, 2]), h.Vector([1, 2, 3]), h.Vector(), h.Vector(32768)
    table2, table3, table4, table5 = matrix(2, 2), matrix(2, 3), matrix(2, 4), matrix(2, 5)
    points = [[0, 0, 0], [1, 1, 1]]
    itself = []
    itself.append(itself)
    q = h.Patch()  # HOC's own object: it raises as NEURON does

    soma.push()
    globals().update(locals())


def state():
    """All that a refused call could have left behind."""
    classes = [name for name in ("ExpSyn", "IClamp", "SEClamp", "NetStim", "PatchVecStim") if hasattr(h, name)]
    classes += ["NetCon", "Vector", "Matrix", "PatchConnection", "PatchRecording", "Patch"]
    return {
        "sections": [str(section) for section in h.allsec()],
        "points": [section.n3d() for section in (base, soma, plain, full)],
        "objects": {name: int(h.List(name).count()) for name in classes},
        "kept": p.counts(),
        "current section": str(h.cas()),
        "defaults": repr(p.defaults),
        "settings": (syn.tau, stim.start, soma.nseg, soma.parentseg(), h.celsius, h.t, h.dt, h.v_init),
    }


# ---- The rows ----------------------------------------------------------------------------------------------------------------------

VALUE, TYPE, REFERENCE, ATTRIBUTE = "PatchValueError", "PatchTypeError", "PatchReferenceError", "PatchAttributeError"
CONNECT, RECORD = "HocConnectError", "HocRecordError"
BUILTIN = {
    VALUE: ValueError,
    TYPE: TypeError,
    REFERENCE: ReferenceError,
    ATTRIBUTE: AttributeError,
    "PatchConnectionError": ConnectionError,
}
STOCK = "stock"  # NEURON's own refusal, before Patch is asked


@dataclass
class Row:
    call: str
    kinds: tuple
    sentence: str


ROWS = []


def row(call, kinds, sentence):
    """Add a row, or one for each section that {s} stands for."""
    kinds = (kinds,) if isinstance(kinds, str) else kinds
    for section in ("soma", "plain") if "{s}" in call else ("",):
        ROWS.append(Row(call.replace("{s}", section), kinds, sentence.replace("{s}", section)))


def hoc(call, sentence):
    """Add a row of HOC's face: the text of a RuntimeError."""
    ROWS.append(Row(call, (), sentence))


TARGET = "expected a point process, an artificial cell or None"
SOURCE = "expected a Section, a Segment, a pointer, an artificial cell, a point process or None"
RECORDABLE = "expected a Section, a Segment, a pointer or a point process"
FACTORY = "expected a name of a point process, h.X, p.X or a function"

# x is outside the section, no finite number, no number
for x in (1.5, -0.1, 1 + 1e-9):
    row(f"{{s}}.record({x})", VALUE, f"record: x is {x}, expected 0 to 1 ({{s}})")
row("{s}.record(nan)", VALUE, "record: x is nan, expected a finite number")
row("{s}.record(-inf)", VALUE, "record: x is -inf, expected a finite number")
row("{s}.record('0.5')", TYPE, "record: x is '0.5', expected a number")
row("{s}.record([0.5])", TYPE, "record: x is a list, expected a number")
row("{s}.record(True)", TYPE, "record: x is True, expected a number")
row("soma.record(np.bool_(True))", TYPE, "/record: x is .*, expected a number/")
row("soma.record(1j)", TYPE, "record: x is a complex, expected a number")
row("soma.record(10**400)", VALUE, "/record: x is .*, expected .*/")
row("{s}.connect_points(syn, 1.5)", VALUE, "connect_points: x is 1.5, expected 0 to 1 ({s})")
row("{s}.connect_points(syn, x=-1)", VALUE, "connect_points: x is -1, expected 0 to 1 ({s})")
row("{s}.connect_points(syn, x=nan)", VALUE, "connect_points: x is nan, expected a finite number")
row("{s}.connect_points(syn, x='a')", TYPE, "connect_points: x is 'a', expected a number")
row("{s}.connect_synapse(syn, x=2)", VALUE, "connect_synapse: x is 2, expected 0 to 1 ({s})")
row("{s}.synapse('ExpSyn', x=1.5)", VALUE, "synapse: x is 1.5, expected 0 to 1 ({s})")
row("{s}.synapse(p.ExpSyn, x=nan)", VALUE, "synapse: x is nan, expected a finite number")
row("{s}.synapse(h.ExpSyn, x='a')", TYPE, "synapse: x is 'a', expected a number")
row("{s}.synapse(lambda section: h.ExpSyn(section(0.5)), x=1.5)", VALUE, "synapse: x is 1.5, expected 0 to 1 ({s})")
row("p.ExpSyn(1.5, sec={s})", VALUE, "ExpSyn: x is 1.5, expected 0 to 1 ({s})")
row("p.ExpSyn(nan, sec={s})", VALUE, "ExpSyn: x is nan, expected a finite number")
row("p.ExpSyn({s}, x=1.5)", VALUE, "ExpSyn: x is 1.5, expected 0 to 1 ({s})")
row("p.ExpSyn({s}, x='a')", TYPE, "ExpSyn: x is 'a', expected a number")
row("p.IClamp(2, sec={s})", VALUE, "IClamp: x is 2, expected 0 to 1 ({s})")
row("soma.connect(plain, 1.5)", VALUE, "connect: parent_x is 1.5, expected 0 to 1 (plain)")
row("soma.connect(plain(0.5), 0.5)", VALUE, "connect: child_end is 0.5, expected 0 or 1 (soma)")
hoc("q.record(1.5)", "record: x is 1.5, expected 0 to 1 (soma)")
hoc("q.record(nan)", "record: x is nan, expected a finite number")
hoc("q.record(-0.1, sec=plain)", "record: x is -0.1, expected 0 to 1 (plain)")
hoc("q.connect_points(syn, 1.5)", "connect_points: x is 1.5, expected 0 to 1 (soma)")
hoc("q.connect_points(syn, nan)", "connect_points: x is nan, expected a finite number")
hoc("q.connect_points(syn, 'a')", "connect_points: x is 'a', expected a number")
hoc("q.synapse('ExpSyn', 1.5)", "synapse: x is 1.5, expected 0 to 1 (soma)")
hoc("q.synapse('ExpSyn', nan)", "synapse: x is nan, expected a finite number")
hoc("q.synapse('ExpSyn', 'a')", "synapse: x is 'a', expected a number")
hoc("h.PatchConnection(syn, 1.5)", "connect_points: x is 1.5, expected 0 to 1 (soma)")
hoc("h.PatchConnection(syn, 'a')", "connect_points: x is 'a', expected a number")
hoc("h.PatchRecording(1.5)", "record: x is 1.5, expected 0 to 1 (soma)")

# a target that is no point process, a source that spikes not
for given, said in {
    "soma": "the section soma",
    "plain(0.25)": "the segment plain(0.25)",
    "3": "3",
    "True": "True",
    "'ExpSyn'": "'ExpSyn'",
    "three": "/Vector\\[\\d+\\]/",
    "netcon": "NetCon[0]",
    "soma(0.5)._ref_v": "a pointer",
    "[syn]": "a list",
    "StandsForItself()": "a StandsForItself",
    "Wrapper(plain)": "the section plain",
}.items():
    pattern = "/" if said.startswith("/") else ""
    said = said.strip("/")
    for call in ("connect_points", "connect_synapse"):
        row(f"{{s}}.{call}({given})", (CONNECT, TYPE), f"{pattern}{call}: target is {said}, {TARGET}{pattern}")
    row(f"{{s}}(0.5).connect_points({given})", (CONNECT, TYPE), f"{pattern}connect_points: target is {said}, {TARGET}{pattern}")
    row(f"p.NetCon(stim, {given})", (CONNECT, TYPE), f"{pattern}NetCon: target is {said}, {TARGET}{pattern}")
    if given != "True" and "_ref" not in given:  # HOC has no booleans, and a leading pointer is a source there
        hoc(f"q.connect_points({given}, 0.5)", f"{pattern}connect_points: target is {said}, {TARGET}{pattern}")
hoc("q.connect_points(soma(0.5)._ref_v, soma)", f"connect_points: target is the section soma, {TARGET}")
hoc("q.connect_synapse(plain)", f"connect_synapse: target is the section plain, {TARGET}")
hoc("h.PatchConnection(three)", f"/connect_points: target is Vector\\[\\d+\\], {TARGET}/")
hoc("h.PatchConnection(3)", f"connect_points: target is 3, {TARGET}")
hoc("h.PatchConnection('a')", f"connect_points: target is 'a', {TARGET}")
row("{s}.connect_points(clamp)", "HocError", "/connect_points: .*IClamp\\[0\\].*/")  # receives no events
row("p.NetCon(stim, clamp)", "HocError", "/NetCon: .*IClamp\\[0\\].*/")
hoc("q.connect_points(clamp)", "/connect_points: .*IClamp\\[0\\].*/")
row("p.NetCon('a', syn)", (CONNECT, TYPE), f"NetCon: source is 'a', {SOURCE}")
row("p.NetCon(3, syn)", (CONNECT, TYPE), f"NetCon: source is 3, {SOURCE}")
row("p.NetCon(True, syn)", (CONNECT, TYPE), f"NetCon: source is True, {SOURCE}")
row("p.NetCon([stim], syn)", (CONNECT, TYPE), f"NetCon: source is a list, {SOURCE}")
row("p.NetCon(netcon, syn)", (CONNECT, TYPE), f"NetCon: source is NetCon[0], {SOURCE}")
row("p.NetCon(StandsForItself(), syn)", (CONNECT, TYPE), f"NetCon: source is a StandsForItself, {SOURCE}")

# a bare pointer is nobody's; with another section it is not that one's
BARE = "NetCon: source is a pointer without its section, give sec=section, or the segment itself"
row("p.NetCon({s}(0.5)._ref_v, syn)", ("PatchConnectionError", CONNECT), BARE)
row("p.NetCon(soma(0.5)._ref_v, None)", ("PatchConnectionError", CONNECT), BARE)
row("p.NetCon(h._ref_t, syn)", ("PatchConnectionError", CONNECT), BARE)
row("p.NetCon(soma(0.5)._ref_v, syn, sec=None)", ("PatchConnectionError", CONNECT), BARE)
row("p.NetCon(soma(0.5)._ref_v, syn, sec=plain)", "HocError", "/NetCon: .+/")
row("p.NetCon(soma(0.5)._ref_v, syn, sec=3)", TYPE, "NetCon: sec is 3, expected a Section")
row("p.NetCon(soma(0.5)._ref_v, syn, sec=syn)", TYPE, "NetCon: sec is ExpSyn[0], expected a Section")

# deleted things
DELETED = "can't access a deleted section"  # NEURON's own: any attribute of a deleted section
for section in ("dead", "plain_dead"):
    for call in (
        "record()",
        "record(0.9)",
        "add_3d(points)",
        "connect_points(syn)",
        "connect_synapse(syn)",
        "synapse('ExpSyn')",
        "recordings",
        "synapses",
        "_references",
        "_connections",
        "__neuron__()",
        "__netcon__()",
        "__record__()",
        "__arc__()",
        "__ref__(syn)",
        "__deref__(syn)",
        "connect(soma)",
    ):
        row(f"{section}.{call}", (STOCK, ReferenceError), DELETED)
    for call in ("add_3d(d, points)", "connect_points(d, syn)", "synapse(d, 'ExpSyn')", "record(d)"):  # the methods themselves
        name = call.split("(")[0]
        row(f"type(plain).{call.replace('(d', '(' + section)}", REFERENCE, f"/{name}: (section|source) is a section that has been deleted/")
    row(f"p.record({section})", (RECORD, REFERENCE), "record: target is a section that has been deleted")
    row(f"h.Vector().record({section})", (RECORD, REFERENCE), "record: target is a section that has been deleted")
    row(f"p.ExpSyn({section})", REFERENCE, "ExpSyn: place is a section that has been deleted")
    row(f"p.ExpSyn(0.5, sec={section})", REFERENCE, "ExpSyn: sec is a section that has been deleted")
    row(f"p.PointProcess('ExpSyn', {section})", REFERENCE, "/(ExpSyn|PointProcess): (place|target) is a section that has been deleted/")
    row(f"p.NetCon({section}, syn)", REFERENCE, "NetCon: source is a section that has been deleted")
    row(f"p.NetCon(soma(0.5)._ref_v, syn, sec={section})", REFERENCE, "NetCon: sec is a section that has been deleted")
    row(f"p.NetCon(stim, {section})", (CONNECT, REFERENCE), "NetCon: target is a section that has been deleted")
    row(f"{{s}}.connect_points({section})", (CONNECT, REFERENCE), "connect_points: target is a section that has been deleted")
    row(f"soma.connect({section})", REFERENCE, "connect: parent is a section that has been deleted")
    row(f"p.run(1, sec={section})", REFERENCE, "run: sec is a section that has been deleted")
    hoc(f"q.record({section})", "record: target is a section that has been deleted")
    hoc(f"q.connect_points({section})", "connect_points: target is a section that has been deleted")
    row(f"q.record(0.5, sec={section})", (STOCK, ReferenceError), DELETED)
    row(f"q.synapse('ExpSyn', sec={section})", (STOCK, ReferenceError), DELETED)
row("p.record(dead_segment)", (RECORD, REFERENCE), "record: target is a section that has been deleted")
row("p.ExpSyn(dead_segment)", REFERENCE, "ExpSyn: place is a section that has been deleted")
row("p.NetCon(dead_segment, syn)", REFERENCE, "NetCon: source is a section that has been deleted")
row("dead_segment.record()", (STOCK, ReferenceError), DELETED)
row("dead_segment.connect_points(syn)", (STOCK, ReferenceError), DELETED)
row("type(dead_segment).record(dead_segment)", REFERENCE, "record: segment is a section that has been deleted")
row("p.record(dead_pointer)", (RECORD, REFERENCE), f"record: target is a pointer to something deleted, {RECORDABLE}")
row("p.NetCon(dead_pointer, syn, sec=soma)", (CONNECT, REFERENCE), f"NetCon: source is a pointer to something deleted, {SOURCE}")
for gone, name in {"dead_syn": "ExpSyn[2]", "plain_dead_syn": "ExpSyn[3]"}.items():
    gone_now = f"is {name}, which is no longer in a section"
    row(f"{{s}}.connect_points({gone})", (CONNECT, REFERENCE), f"connect_points: target {gone_now}")
    row(f"p.NetCon(stim, {gone})", (CONNECT, REFERENCE), f"NetCon: target {gone_now}")
    row(f"p.NetCon({gone}, syn)", (CONNECT, REFERENCE), f"NetCon: source {gone_now}")
    row(f"p.record({gone})", (RECORD, REFERENCE), f"record: target {gone_now}")
    row(f"{{s}}.synapse(lambda section: {gone})", REFERENCE, f"/synapse: factory is .*{re.escape(name)}.*/")
    hoc(f"q.connect_points({gone})", f"connect_points: target {gone_now}")
    hoc(f"q.record({gone})", f"record: target {gone_now}")
    hoc(f"h.PatchConnection({gone})", f"connect_points: target {gone_now}")
row("dead_syn.stimulate()", (CONNECT, REFERENCE), "stimulate: target is ExpSyn[2], which is no longer in a section")
row("dead_syn.__record__()", REFERENCE, "/__record__: .*ExpSyn\\[2\\], which is no longer in a section/")

# a section where an object is wanted, and the reverse
row("{s}.synapse(plain)", TYPE, f"synapse: factory is the section plain, {FACTORY} ({{s}})")
row("{s}.synapse(syn)", TYPE, f"synapse: factory is ExpSyn[0], {FACTORY} ({{s}})")
row("p.ExpSyn(syn)", TYPE, "ExpSyn: place is ExpSyn[0], expected a Segment, a Section or an x")
row("p.ExpSyn('soma')", TYPE, "ExpSyn: place is 'soma', expected a Segment, a Section or an x")
row("p.ExpSyn(True, sec=soma)", TYPE, "ExpSyn: place is True, expected a Segment, a Section or an x")
row("p.ExpSyn(0.5, sec=syn)", TYPE, "ExpSyn: sec is ExpSyn[0], expected a Section or a Segment")
row("soma.connect(syn)", TYPE, "connect: parent is ExpSyn[0], expected a Segment or a Section (soma)")
row("soma.connect(StandsForItself())", TYPE, "connect: parent is a StandsForItself, expected a Segment or a Section (soma)")
row("{s}.add_3d(plain)", TYPE, "add_3d: points is the section plain, expected n x 3 numbers")
row("{s}.add_3d(syn)", TYPE, "add_3d: points is ExpSyn[0], expected n x 3 numbers")
row("p.VecStim(syn)", TYPE, "VecStim: pattern is ExpSyn[0], expected a sequence of spike times")
hoc("q.synapse(soma)", f"synapse: factory is the section soma, {FACTORY} (soma)")
hoc("q.synapse(syn)", f"synapse: factory is ExpSyn[0], {FACTORY} (soma)")
hoc("q.add_3d(soma)", "add_3d: x is the section soma, expected a Vector of numbers")
hoc("q.add_3d(syn)", "add_3d: x is ExpSyn[0], expected a Vector of numbers")
hoc("q.vecstim(soma)", "vecstim: times is the section soma, expected a sequence of spike times")
hoc("q.disconnect(syn)", "disconnect: ended is ExpSyn[0], expected a NetCon, a Vector that records, or a Section")

# add_3d: lengths and shapes
row("{s}.add_3d(points, [1, 2, 3])", VALUE, "add_3d: points has 2 values and diameters has 3, expected the same number ({s})")
row("{s}.add_3d(points, [])", VALUE, "add_3d: points has 2 values and diameters has 0, expected the same number ({s})")
row("{s}.add_3d(np.zeros((2, 3)), three)", VALUE, "add_3d: points has 2 values and diameters has 3, expected the same number ({s})")
row("{s}.add_3d([[0, 0], [1, 1]])", VALUE, "add_3d: points is 2 x 2, expected n x 3 ({s})")
row("{s}.add_3d(np.zeros((4, 2)))", VALUE, "add_3d: points is 4 x 2, expected n x 3 ({s})")
row("{s}.add_3d(np.zeros((2, 4)))", VALUE, "add_3d: points is 2 x 4, expected n x 3 ({s})")
row("{s}.add_3d(table2)", VALUE, "add_3d: points is 2 x 2, expected n x 3 ({s})")
row("{s}.add_3d([0, 0, 0])", VALUE, "/add_3d: points is .*, expected n x 3 \\({s}\\)/")
row("{s}.add_3d(np.zeros(3))", VALUE, "/add_3d: points is .*, expected n x 3 \\({s}\\)/")
row("{s}.add_3d(np.zeros((2, 3, 1)))", TYPE, "/add_3d: points.*expected .*/")
row("{s}.add_3d(np.array(1.0))", TYPE, "add_3d: points is a ndarray, expected n x 3 numbers")
row("{s}.add_3d([[0, 0, 0], [1, 1]])", VALUE, "/add_3d: points\\[0\\] has 3 values and points\\[1\\] has 2, expected the same number.*/")
row("{s}.add_3d([[0, 0], [1, 1, 1]])", VALUE, "/add_3d: points\\[0\\] has 2 values and points\\[1\\] has 3, expected the same number.*/")
row("{s}.add_3d([])", VALUE, "add_3d: points is empty, expected at least one point ({s})")
row("{s}.add_3d(np.zeros((0, 3)))", VALUE, "add_3d: points is empty, expected at least one point ({s})")
row("{s}.add_3d([[], []])", VALUE, "/add_3d: points is .*, expected n x 3 \\({s}\\)/")
row("{s}.add_3d(points, [[1, 1], [2, 2]])", TYPE, "add_3d: diameters is a table, expected a number or a Vector of numbers ({s})")
hoc("q.add_3d(two, two, three)", "add_3d: x has 2 values and z has 3, expected the same number (soma)")
hoc("q.add_3d(two, three, two)", "add_3d: x has 2 values and y has 3, expected the same number (soma)")
hoc("q.add_3d(two, two, two, three)", "/add_3d: (x|points) has 2 values and diam has 3, expected the same number \\(soma\\)/")
hoc("q.add_3d(none_at_all, none_at_all, none_at_all)", "add_3d: x is empty, expected at least one point (soma)")
hoc("q.add_3d(table2)", "add_3d: points is 2 x 2, expected n x 3, or n x 4 with the diameters (soma)")
hoc("q.add_3d(table5)", "add_3d: points is 2 x 5, expected n x 3, or n x 4 with the diameters (soma)")
hoc("q.add_3d(table4, 1)", "/add_3d: points is 2 x 4, expected n x 3.*/")
hoc("q.add_3d(table3, three)", "add_3d: points has 2 values and diam has 3, expected the same number (soma)")
hoc("q.add_3d(table3, table3)", "add_3d: diam is a table, expected a number or a Vector of numbers (soma)")

# add_3d: numbers
for bad in ("nan", "inf", "-inf"):
    row(f"{{s}}.add_3d([[0, 0, 0], [0, {bad}, 0]])", VALUE, f"/add_3d: points\\[1\\].* is {bad}, expected a finite number \\({{s}}\\)/")
    row(f"{{s}}.add_3d(np.array([[0, 0, {bad}]]))", VALUE, f"/add_3d: points\\[0\\].* is {bad}, expected a finite number \\({{s}}\\)/")
    row(f"{{s}}.add_3d(points, {bad})", VALUE, f"/add_3d: diameters.* is {bad}, expected a finite number \\({{s}}\\)/")
    row(f"{{s}}.add_3d(points, [1, {bad}])", VALUE, f"/add_3d: diameters\\[1\\] is {bad}, expected a finite number \\({{s}}\\)/")
row("{s}.add_3d([[1e300, 0, 0]])", VALUE, "/add_3d: points\\[0\\].* is 1e\\+300, expected .* \\({s}\\)/")  # NEURON keeps points as float
row("{s}.add_3d(np.array([[0, 0, -3.5e38]]))", VALUE, "/add_3d: points\\[0\\].* is -3.5e\\+38, expected .* \\({s}\\)/")
row("{s}.add_3d(points, 1e300)", VALUE, "/add_3d: diameters.* is 1e\\+300, expected .* \\({s}\\)/")
row("{s}.add_3d([[10**400, 0, 0]])", VALUE, "/add_3d: points.*/")
row("{s}.add_3d(points, -1)", VALUE, "/add_3d: diameters.* is -1, expected at least 0 \\({s}\\)/")
row("{s}.add_3d(points, np.array([1, -0.5]))", VALUE, "add_3d: diameters[1] is -0.5, expected at least 0 ({s})")
hoc("q.add_3d(h.Vector([1, nan]), two, two)", "add_3d: x[1] is nan, expected a finite number (soma)")
hoc("q.add_3d(two, h.Vector([inf, 0]), two)", "add_3d: y[0] is inf, expected a finite number (soma)")
hoc("q.add_3d(two, two, h.Vector([0, 1e300]))", "/add_3d: z\\[1\\] is 1e\\+300, expected .* \\(soma\\)/")
hoc("q.add_3d(two, two, two, h.Vector([1, -1]))", "add_3d: diam[1] is -1, expected at least 0 (soma)")
hoc("q.add_3d(two, two, two, -1)", "/add_3d: diam.* is -1, expected at least 0 \\(soma\\)/")
hoc("q.add_3d(two, two, two, nan)", "/add_3d: diam.* is nan, expected a finite number \\(soma\\)/")
hoc("q.add_3d(table3, -1)", "/add_3d: diam.* is -1, expected at least 0 \\(soma\\)/")
hoc("q.add_3d(matrix(2, 3, nan))", "/add_3d: points\\[0\\].* is nan, expected a finite number \\(soma\\)/")

# add_3d: no numbers at all
for given, said in {
    "'abc'": "'abc'",
    "b'abcdef'": "a bytes",
    "{0: (0, 0, 0)}": "a dict",
    "None": "None",
    "3": "3",
    "True": "True",
    "soma(0.5)": "the segment soma(0.5)",
    "soma(0.5)._ref_v": "a pointer",
    "netcon": "NetCon[0]",
    "len": "a builtin_function_or_method",
}.items():
    row(f"{{s}}.add_3d({given})", TYPE, f"add_3d: points is {said}, expected n x 3 numbers")
for given in (
    "['abc', 'def']",
    "[['a', 'b', 'c']]",
    "[b'abc']",
    "[None]",
    "[[None, 0, 0]]",
    "[[1j, 0, 0]]",
    "[[True, False, True]]",
    "[{0: 1, 1: 2, 2: 3}]",
    "[[[0], [0], [0]]]",
    "[[points]]",
    "itself",
    "np.zeros((2, 3), complex)",
    "np.zeros((2, 3), bool)",
    "np.zeros((2, 3), 'datetime64[s]')",
    "np.array([['a', 'b', 'c']])",
    "np.array([['a', 1, 2]], object)",
    "np.array([[None, 1, 2]], object)",
):
    row(f"{{s}}.add_3d({given})", TYPE, "/add_3d: points.* is .*, expected .*/")
row("soma.add_3d(points, 'a')", TYPE, "add_3d: diameters is 'a', expected a number or a Vector of numbers")
row("soma.add_3d(points, True)", TYPE, "add_3d: diameters is True, expected a number or a Vector of numbers")
row("soma.add_3d(points, 1j)", TYPE, "add_3d: diameters is a complex, expected a number or a Vector of numbers")
row("soma.add_3d(points, {1: 2})", TYPE, "add_3d: diameters is a dict, expected a number or a Vector of numbers")
row("soma.add_3d(points, plain)", TYPE, "add_3d: diameters is the section plain, expected a number or a Vector of numbers")
row("soma.add_3d(points, ['a', 1])", TYPE, "add_3d: diameters[0] is 'a', expected a number")
row("soma.add_3d(points, [1, None])", TYPE, "add_3d: diameters[1] is None, expected a number")
row("soma.add_3d(points, [True, False])", TYPE, "add_3d: diameters[0] is True, expected a number")
hoc("q.add_3d('a')", "add_3d: x is 'a', expected a Vector of numbers")
hoc("q.add_3d(3)", "add_3d: x is 3, expected a Vector of numbers")
hoc("q.add_3d(None)", "add_3d: x is None, expected a Vector of numbers")
hoc("q.add_3d(two, two, two, 'a')", "add_3d: diam is 'a', expected a number or a Vector of numbers")
hoc("q.add_3d(table3, syn)", "add_3d: diam is ExpSyn[0], expected a number or a Vector of numbers")

# add_3d: NEURON crashes above 32,767 points
row("{s}.add_3d(np.zeros((32768, 3)))", VALUE, "add_3d: 0 points and 32768 more are 32768, expected at most 32767 in a section ({s})")
row("full.add_3d([[0, 0, 0]])", VALUE, "add_3d: 32767 points and 1 more are 32768, expected at most 32767 in a section (full)")
row("full.add_3d(np.zeros((9, 3)), 1)", VALUE, "add_3d: 32767 points and 9 more are 32776, expected at most 32767 in a section (full)")
hoc("q.add_3d(long, long, long)", "add_3d: 0 points and 32768 more are 32768, expected at most 32767 in a section (soma)")
hoc("q.add_3d(table3, sec=full)", "add_3d: 32767 points and 2 more are 32769, expected at most 32767 in a section (full)")

# weight, delay, threshold
CALLS = {
    "connect_points": "{s}.connect_points(syn, %s=%s)",
    "connect_synapse": "{s}.connect_synapse(syn, %s=%s)",
    "connect_points ": "{s}(0.5).connect_points(syn, %s=%s)",
    "NetCon": "p.NetCon(stim, syn, %s=%s)",
}
for call, text in CALLS.items():
    name = call.strip()
    for argument in ("weight", "delay", "threshold"):
        number = "/a number.*/" if (name, argument) == ("NetCon", "weight") else "a number"
        for bad in ("nan", "inf", "-inf"):
            row(text % (argument, bad), VALUE, f"{name}: {argument} is {bad}, expected a finite number")
        for bad in ("None", "'a'", "True"):
            if (name, argument, bad) != ("NetCon", "weight", "None"):
                several = " or several" if (name, argument) == ("NetCon", "weight") else ""
                row(text % (argument, bad), TYPE, f"{name}: {argument} is {bad}, expected a number{several}")
    place = "NetStim[0]" if name == "NetCon" else "{s}"
    row(text % ("delay", "-1"), VALUE, f"{name}: delay is -1, expected at least 0 ms ({place})")
    row(text % ("delay", "-1e-300"), VALUE, f"{name}: delay is -1e-300, expected at least 0 ms ({place})")
row("soma.connect_points(syn, weight=np.bool_(True))", TYPE, "/connect_points: weight is .*, expected a number/")
row("p.NetCon(stim, syn, nan)", VALUE, "NetCon: threshold is nan, expected a finite number")
row("p.NetCon(stim, syn, -20, -1)", VALUE, "NetCon: delay is -1, expected at least 0 ms (NetStim[0])")
row("p.NetCon(stim, syn, weight=[0.1, 0.2])", VALUE, "NetCon: weight is 2 numbers, expected at most 1 of them (ExpSyn[0])")
row("p.NetCon(stim, syn, weight=[nan])", VALUE, "/NetCon: weight.* is nan, expected a finite number/")
row("p.NetCon(stim, syn, weight=['a'])", TYPE, "NetCon: weight[0] is 'a', expected a number")
row("syn.stimulate(weight=nan)", VALUE, "stimulate: weight is nan, expected a finite number")
row("syn.stimulate(weight=None)", TYPE, "stimulate: weight is None, expected a number")
row("syn.stimulate(delay=-1)", VALUE, "stimulate: delay is -1, expected at least 0 ms (ExpSyn[0])")
hoc("q.connect_points(syn, 0.5, nan)", "connect_points: threshold is nan, expected a finite number")
hoc("q.connect_points(syn, 0.5, 'a')", "connect_points: threshold is 'a', expected a number")
hoc("q.connect_points(syn, 0.5, -20, nan)", "connect_points: delay is nan, expected a finite number")
hoc("q.connect_points(syn, 0.5, -20, -1)", "connect_points: delay is -1, expected at least 0 ms (soma)")
hoc("q.connect_points(syn, 0.5, -20, 1, inf)", "connect_points: weight is inf, expected a finite number")
hoc("q.connect_points(syn, 0.5, -20, 1, syn)", "connect_points: weight is ExpSyn[0], expected a number")
hoc("q.connect_points(None, 0.5, -20, -1)", "connect_points: delay is -1, expected at least 0 ms (soma)")
hoc("h.PatchConnection(syn, 0.5, -20, -1)", "connect_points: delay is -1, expected at least 0 ms (soma)")
hoc("h.PatchConnection(syn, 0.5, -20, 1, nan)", "connect_points: weight is nan, expected a finite number")

# mechanisms that do not exist, or have no place
row("{s}.synapse('SynExp')", ATTRIBUTE, "synapse: there is no point process SynExp, did you mean ExpSyn?")
row("{s}.synapse('expsyn')", ATTRIBUTE, "synapse: there is no point process expsyn, did you mean ExpSyn?")
row("{s}.synapse('qwertyuiop')", ATTRIBUTE, "synapse: there is no point process qwertyuiop")
row("{s}.synapse('')", ATTRIBUTE, "/synapse: there is no point process.*/")
row("{s}.synapse('hh')", ATTRIBUTE, "synapse: there is no point process hh")  # a density mechanism
row("{s}.synapse('Vector')", ATTRIBUTE, "synapse: there is no point process Vector")
row("p.SynExp", ATTRIBUTE, "p: there is no SynExp, did you mean ExpSyn?")
row("p.SynExp(soma(0.5))", ATTRIBUTE, "p: there is no SynExp, did you mean ExpSyn?")
row("p.PointProcess('SynExp', {s})", ATTRIBUTE, "/(PointProcess|SynExp): there is no point process SynExp, did you mean ExpSyn\\?/")
row(
    "p.PointProcess(3, soma)",
    TYPE,
    "PointProcess: factory is 3, expected a name of a point process, h.X, p.X, or a class or function of yours",
)
row(
    "p.PointProcess([], soma)",
    TYPE,
    "PointProcess: factory is a list, expected a name of a point process, h.X, p.X, or a class or function of yours",
)
for factory in ("'NetStim'", "h.NetStim", "p.NetStim"):
    row(
        f"{{s}}.synapse({factory})",
        TYPE,
        "synapse: factory is NetStim, an artificial cell, expected a point process that is put into a section ({s})",
    )
hoc("q.synapse('SynExp')", "synapse: there is no point process SynExp, did you mean ExpSyn?")
hoc("q.synapse('NetStim')", "synapse: factory is NetStim, an artificial cell, expected a point process that is put into a section (soma)")
hoc("q.synapse('hh')", "synapse: there is no point process hh")

# factories
for given, said in {"3": "3", "None": "None", "b'ExpSyn'": "a bytes", "[p.ExpSyn]": "a list", "stim": "NetStim[0]"}.items():
    row(f"{{s}}.synapse({given})", TYPE, f"synapse: factory is {said}, {FACTORY} ({{s}})")
for returned, said in {"None": "None", "3": "3", "section": "the section {s}", "netcon": "NetCon[0]", "'ExpSyn'": "'ExpSyn'"}.items():
    sentence = f"synapse: factory is a function that returned {said}, expected one that returns a point process ({{s}})"
    row(f"{{s}}.synapse(lambda section: {returned})", TYPE, sentence)
row("{s}.synapse(lambda section: stim)", TYPE, "/synapse: factory is a function that returned NetStim\\[0\\].*/")
row("{s}.synapse(lambda section: 1 / 0)", (STOCK, ZeroDivisionError), "division by zero")  # the user's own error stays as it is
row("{s}.synapse(lambda: 1)", (STOCK, TypeError), "/.*takes 0 positional arguments but 1 was given/")
hoc("q.synapse(3)", f"synapse: factory is 3, {FACTORY} (soma)")
hoc("q.synapse(None)", f"synapse: factory is None, {FACTORY} (soma)")
hoc("q.synapse(three)", f"/synapse: factory is Vector\\[\\d+\\], {re.escape(FACTORY)} \\(soma\\)/")
hoc("q.synapse(lambda section: 3)", "synapse: factory is a function that returned 3, expected one that returns a point process (soma)")

# attributes that do not exist, or are no numbers
row("{s}.synapse('ExpSyn', attributes={'tauu': 2})", ATTRIBUTE, "synapse: ExpSyn has no tauu, did you mean tau?")
row("{s}.synapse('ExpSyn', tauu=2)", ATTRIBUTE, "synapse: ExpSyn has no tauu, did you mean tau?")
row("{s}.synapse(p.ExpSyn, attributes={'tau': 2, 'ee': 0})", ATTRIBUTE, "/synapse: ExpSyn has no ee.*/")
row("{s}.synapse('ExpSyn', attributes={'get_loc': 2})", ATTRIBUTE, "synapse: ExpSyn has no get_loc")
row(
    "{s}.synapse(lambda section: h.ExpSyn(section(0.5)), attributes={'tauu': 2})",
    ATTRIBUTE,
    "/synapse: ExpSyn(\\[\\d+\\])? has no tauu, did you mean tau\\?/",
)
row("{s}.synapse('ExpSyn', attributes={'tau': 'a'})", TYPE, "synapse: tau is 'a', expected a number")
row("{s}.synapse('ExpSyn', attributes={'tau': None})", TYPE, "synapse: tau is None, expected a number")
row("{s}.synapse('ExpSyn', attributes={'tau': True})", TYPE, "synapse: tau is True, expected a number")
row("{s}.synapse('ExpSyn', attributes={'tau': nan})", VALUE, "synapse: tau is nan, expected a finite number")
row("{s}.synapse('ExpSyn', attributes=['tau'])", TYPE, "synapse: attributes is a list, expected a dict of names and values")
row("{s}.synapse('ExpSyn', attributes={1: 2})", TYPE, "synapse: attributes is a dict with a key that is int, expected names as keys")
row("{s}.synapse('ExpSyn', store='a')", TYPE, "synapse: store is 'a', expected true or false")
row("p.ExpSyn({s}(0.5), tauu=2)", ATTRIBUTE, "ExpSyn: ExpSyn has no tauu, did you mean tau?")
row("p.ExpSyn({s}, tau='a')", TYPE, "ExpSyn: tau is 'a', expected a number")
row("p.ExpSyn({s}, tau=nan)", VALUE, "ExpSyn: tau is nan, expected a finite number")
row("p.PointProcess('ExpSyn', {s}, tauu=2)", ATTRIBUTE, "/(PointProcess|ExpSyn): ExpSyn has no tauu, did you mean tau\\?/")
row("p.IClamp({s}, apm=1)", ATTRIBUTE, "IClamp: IClamp has no apm, did you mean amp?")
row("p.NetStim(strat=3)", ATTRIBUTE, "NetStim: NetStim has no strat, did you mean start?")
row("p.NetStim(start='a')", TYPE, "NetStim: start is 'a', expected a number")
row("p.NetStim(start=nan)", VALUE, "NetStim: start is nan, expected a finite number")
row("p.NetStim(number=True)", TYPE, "NetStim: number is True, expected a number")
row("p.NetStim(x=3)", "PatchError", "/NetStim: .*\\bx\\b.*/")  # NEURON: invalid keyword argument
row("p.NetStim(place=3)", "PatchError", "/NetStim: .*\\bplace\\b.*/")
row("syn.stimulate(strat=3)", ATTRIBUTE, "stimulate: NetStim has no strat, did you mean start?")
row("syn.stimulate(start='a')", TYPE, "stimulate: start is 'a', expected a number")
row("syn.stimulate([1], start=3)", TYPE, "stimulate: there is no argument start (known are pattern, weight, delay)")
row("syn.stimulate([1], wieght=3)", TYPE, "/stimulate: there is no argument wieght, did you mean weight\\?.*/")

# spike times
for call, argument in {"p.VecStim": "pattern", "syn.stimulate": "pattern", "q.vecstim": "times"}.items():
    name = call.split(".")[1]
    add = hoc if name == "vecstim" else row
    values = () if add is hoc else (VALUE,)
    types = () if add is hoc else (TYPE,)
    add(f"{call}([2, 1])", *values, f"{name}: {argument}[1] is 1, expected at least the time before it, 2")
    add(f"{call}(h.Vector([1, 3, 2]))", *values, f"{name}: {argument}[2] is 2, expected at least the time before it, 3")
    add(f"{call}([-1, 2])", *values, f"{name}: {argument}[0] is -1, expected a finite time of at least 0 ms")
    add(f"{call}(np.array([1, nan]))", *values, f"{name}: {argument}[1] is nan, expected a finite time of at least 0 ms")
    add(f"{call}([1, inf])", *values, f"{name}: {argument}[1] is inf, expected a finite time of at least 0 ms")
    add(f"{call}(['a'])", *types, f"{name}: {argument}[0] is 'a', expected a number")
    add(f"{call}([1, None])", *types, f"{name}: {argument}[1] is None, expected a number")
    add(f"{call}([True])", *types, f"{name}: {argument}[0] is True, expected a number")
    add(f"{call}('abc')", *types, f"{name}: {argument} is 'abc', expected a sequence of spike times")
    add(f"{call}(3)", *types, f"{name}: {argument} is 3, expected a sequence of spike times")
    add(f"{call}({{1: 2}})", *types, f"{name}: {argument} is a dict, expected a sequence of spike times")
    add(f"{call}([[1, 2], [3, 4]])", *types, f"{name}: {argument} is a table, expected a sequence of spike times")
    add(f"{call}(np.zeros((2, 2)))", *types, f"{name}: {argument} is a table, expected a sequence of spike times")
    add(f"{call}(table3)", *types, f"{name}: {argument} is a table, expected a sequence of spike times")
row("p.VecStim(b'ab')", TYPE, "VecStim: pattern is a bytes, expected a sequence of spike times")

# too many arguments, missing ones, given twice, keywords that do not exist
row("{s}.record(0.5, 0.6)", TYPE, "record: 2 arguments are too many, expected at most 1")
row("{s}(0.5).record(0.5)", TYPE, "/record: 1 arguments? (are|is) too many, expected .*/")
row("{s}.connect_points(syn, 0.5, 1)", TYPE, "connect_points: 3 arguments are too many, expected at most 2")
row("{s}(0.5).connect_points(syn, 0.5)", TYPE, "connect_points: 2 arguments are too many, expected at most 1")
row("{s}.add_3d(points, 1, 2)", TYPE, "add_3d: 3 arguments are too many, expected at most 2")
row("soma.connect(plain, 1, 0, 0)", TYPE, "connect: 4 arguments are too many, expected at most 3")
row("p.NetCon(stim, syn, 1, 2, 3, 4)", TYPE, "NetCon: 6 arguments are too many, expected at most 5")
row("p.record(soma, plain)", TYPE, "record: 2 arguments are too many, expected at most 1")
row("p.run(1, 2, True, 4)", TYPE, "run: 4 arguments are too many, expected at most 3")
row("p.continuerun(1, 2, 3)", TYPE, "continuerun: 3 arguments are too many, expected at most 2")
row("p.finitialize(1, 2)", TYPE, "finitialize: 2 arguments are too many, expected at most 1")
row("p.VecStim([1], [2])", TYPE, "VecStim: 2 arguments are too many, expected at most 1")
row("p.counts('edges', 1)", TYPE, "counts: 2 arguments are too many, expected at most 1")
row("syn.stimulate([1], 0.1, 2, 3)", TYPE, "stimulate: 4 arguments are too many, expected at most 3")
hoc("q.record(0.5, 0.5)", "record: 2 arguments are too many, expected at most 1")
hoc("q.connect_points(syn, 0.5, -20, 1, 0.1, 6)", "connect_points: 6 arguments are too many, expected at most 5")
hoc("q.add_3d(two, two, two, 1, 1)", "add_3d: 5 arguments are too many, expected at most 4")
hoc("q.add_3d(table3, 1, 2)", "add_3d: 3 arguments are too many, expected at most 2")
hoc("q.synapse('ExpSyn', 0.5, 0.5)", "synapse: 3 arguments are too many, expected at most 2")
hoc("q.vecstim(three, three)", "vecstim: 2 arguments are too many, expected at most 1")
hoc("q.help('record', 1)", "help: 2 arguments are too many, expected at most 1")
hoc("h.PatchConnection(syn, 0.5, -20, 1, 0.1, 6, 7)", "/connect_points: \\d arguments are too many, expected at most 5/")
hoc("h.PatchRecording(0.5, 0.5)", "record: 2 arguments are too many, expected at most 1")
hoc("h.PatchRecording('a')", f"record: target is 'a', {RECORDABLE}")
row("{s}.add_3d()", TYPE, "/add_3d: points is missing, expected .*/")
row("{s}.connect_points()", TYPE, f"connect_points: target is missing, {TARGET}")
row("{s}.connect_synapse()", TYPE, f"connect_synapse: target is missing, {TARGET}")
row("{s}(0.5).connect_points(weight=1)", TYPE, f"connect_points: target is missing, {TARGET}")
row("{s}.synapse()", TYPE, "/synapse: factory is missing, expected .*/")
row("p.NetCon()", TYPE, f"NetCon: source is missing, {SOURCE}")
row("p.NetCon(stim)", TYPE, f"NetCon: target is missing, {TARGET}")
row("p.PointProcess('ExpSyn')", TYPE, "/PointProcess: target is missing, expected .*/")
row("p.continuerun()", TYPE, "continuerun: duration is missing, expected a number")
row("p.transform()", TYPE, "/transform: object is missing, expected .*/")
hoc("q.add_3d()", "/add_3d: x is missing, expected .*/")
hoc("q.add_3d(two, two)", "add_3d: z is missing, expected a Vector of numbers")
hoc("q.connect_points()", f"connect_points: target is missing, {TARGET}")
hoc("q.connect_points(soma(0.5)._ref_v)", f"connect_points: target is missing, {TARGET}")
hoc("q.synapse()", "/synapse: factory is missing, expected .*/")
hoc("q.vecstim()", "/vecstim: times is missing, expected .*/")
row("p.disconnect(soma, sec=soma)", TYPE, "disconnect: sec is soma, expected none with what is ended")
row("p.disconnect(3)", TYPE, "disconnect: ended is 3, expected a NetCon, a Vector that records, or a Section")
hoc("h.PatchConnection()", f"connect_points: target is missing, {TARGET}")
row("{s}.record(0.5, x=0.6)", TYPE, "record: x is given twice, by position and by name")
row("{s}.connect_points(syn, target=syn)", TYPE, "connect_points: target is given twice, by position and by name")
row("p.NetCon(stim, syn, -20, threshold=2)", TYPE, "NetCon: threshold is given twice, by position and by name")
row("{s}.record(y=0.6)", TYPE, "record: there is no argument y, did you mean x? (known are x)")
row("{s}(0.5).record(x=0.6)", TYPE, "record: there is no argument x (it takes no keywords)")
row("{s}.add_3d(points, diam=1)", TYPE, "/add_3d: there is no argument diam.* \\(known are points, diameters\\)/")
row(
    "{s}.connect_points(syn, wieght=1)",
    TYPE,
    "connect_points: there is no argument wieght, did you mean weight? (known are target, x, threshold, delay, weight)",
)
row("{s}(0.5).connect_points(syn, x=0.5)", TYPE, "connect_points: there is no argument x (known are target, threshold, delay, weight)")
row("p.NetCon(stim, syn, wieght=1)", TYPE, "/NetCon: there is no argument wieght, did you mean weight\\? \\(known are source, .*\\)/")
row("p.VecStim(patern=[1])", TYPE, "VecStim: there is no argument patern, did you mean pattern? (known are pattern)")
row("p.run(1, vinit=-65)", TYPE, "run: there is no argument vinit, did you mean v_init? (known are duration, v_init, reset, check)")
row("p.record(soma, x=1)", TYPE, "record: there is no argument x (known are target)")

# things that cannot be recorded
for call in ("p.record", "p.Vector().record", "h.Vector().record", "q.record"):
    add, kinds = (hoc, ()) if call == "q.record" else (row, ((RECORD, TYPE),))
    if add is row:
        add(f"{call}(3)", *kinds, f"record: target is 3, {RECORDABLE}")
    for given, said in {"'x'": "'x'", "None": "None", "[soma]": "a list", "stim": "NetStim[0]", "netcon": "NetCon[0]"}.items():
        add(f"{call}({given})", *kinds, f"record: target is {said}, {RECORDABLE}")
row("p.record()", (RECORD, TYPE), f"record: target is missing, {RECORDABLE}")
row("p.record(True)", (RECORD, TYPE), f"record: target is True, {RECORDABLE}")
row("p.record(StandsForItself())", (RECORD, TYPE), f"record: target is a StandsForItself, {RECORDABLE}")
row("p.record(Wrapper(stim))", (RECORD, TYPE), f"record: target is NetStim[0], {RECORDABLE}")

# references
for other in ("soma", "syn"):
    row(f"{other}.__ref__(None)", TYPE, "__ref__: other is None, expected an object")
    row(f"{other}.__ref__(dead)", REFERENCE, "__ref__: other is a section that has been deleted")

# runs
for call in ("run", "continuerun"):
    for bad in ("nan", "inf"):
        row(f"p.{call}({bad})", VALUE, f"{call}: duration is {bad}, expected a finite number")
        hoc(f"q.{call}({bad})", f"{call}: duration is {bad}, expected a finite number")
    row(f"p.{call}(-1)", VALUE, f"{call}: duration is -1, expected at least 0 ms")
    hoc(f"q.{call}(-1)", f"{call}: duration is -1, expected at least 0 ms")
    if call == "continuerun":  # p.run(None) is p.run()
        row(f"p.{call}(None)", TYPE, f"{call}: duration is None, expected a number")
    row(f"p.{call}('a')", TYPE, f"{call}: duration is 'a', expected a number")
    row(f"p.{call}(1, nan)", VALUE, f"{call}: v_init is nan, expected a finite number")
    row(f"p.{call}(soma)", TYPE, f"{call}: duration is the section soma, expected a number")
row("p.run(1, reset='a')", TYPE, "run: reset is 'a', expected true or false")
row("p.finitialize(nan)", VALUE, "finitialize: initial is nan, expected a finite number")
row("p.finitialize('a')", TYPE, "finitialize: initial is 'a', expected a number")

# names
row("p.defaults.nothing", ATTRIBUTE, "/defaults?: there is no nothing/")
row("p.defaults.dealy", ATTRIBUTE, "/defaults?: there is no dealy, did you mean delay\\?/")
row("p.defaults.nothing = 1", ATTRIBUTE, "/defaults?: there is no nothing/")
row("p.defaults.delay = -1", VALUE, "/defaults?: delay is -1, expected at least 0 ms/")
row("p.defaults.delay = nan", VALUE, "/defaults?: \\w+ is nan, expected a finite number/")
row("p.defaults.weight = 'a'", TYPE, "/defaults?: \\w+ is 'a', expected a number/")
row("p.Sectoin", ATTRIBUTE, "p: there is no Sectoin, did you mean Section?")
row("p.rum", ATTRIBUTE, "p: there is no rum, did you mean run?")
row("p.netcon", ATTRIBUTE, "p: there is no netcon, did you mean NetCon?")
row("p.qwertyuiopas", ATTRIBUTE, "p: there is no qwertyuiopas")
row("p.__nothing__", (STOCK, AttributeError), "/.*__nothing__.*/")
row("soma.synapses", ATTRIBUTE, "synapses: soma has no synapses")
row("p.counts('sectoins')", ATTRIBUTE, "counts: there is no sectoins, did you mean sections?")
row("p.counts(3)", TYPE, "counts: what is 3, expected a string")
hoc("q.counts('sectoins')", "counts: there is no sectoins, did you mean sections?")
hoc("q.help('recrod')", "help: there is no recrod, did you mean record?")
hoc("q.help(3)", "help: name is 3, expected a string")
row("q.nothing", (STOCK, AttributeError), "/.*nothing.*/")


# ---- Running a row -----------------------------------------------------------------------------------------------------------------


def in_a_fork(check):
    """Run a check in a copy of this process; its failure, or the signal that ended it, is ours."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        said = ""
        try:
            faulthandler.disable()
            signal.alarm(20)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # NEURON repeats every sentence of HOC's there
            make_model()
            check()
        except BaseException as error:
            said = "".join(traceback.format_exception_only(error)) or "failed"
        os.write(write, said.encode(errors="replace")[:4000])
        os._exit(0)
    os.close(write)
    with os.fdopen(read, errors="replace") as pipe:
        said = pipe.read()
    _, status = os.waitpid(child, 0)
    if status:
        pytest.fail(f"crashed: {signal.Signals(status & 127).name}", pytrace=False)
    if said:
        pytest.fail(said, pytrace=False)


def refuse(row):
    """The exception that a row's statement raises."""
    try:
        exec(row.call, globals())
    except Exception as error:
        return error.with_traceback(None)
    raise AssertionError(f"accepted: {row.call}")


def matches(sentence, text):
    pattern = sentence.startswith("/") and sentence.endswith("/")
    return bool(re.fullmatch(sentence[1:-1], text, re.DOTALL)) if pattern else sentence == text


def demand(condition, said):
    if not condition:
        raise AssertionError(said)


def check_sentence(row, error):
    text = str(error)
    seen = f"{type(error).__name__}: {text}"
    if not row.kinds:
        head = "hocobj_call error: hoc_execerror: "
        demand(type(error) is RuntimeError and text.startswith(head), f"RuntimeError expected, seen {seen}")
        text = text[len(head) :]
        demand(q.last_error() == text or not text.startswith(row.sentence.lstrip("/").split(":")[0]), f"last_error() says {q.last_error()}")
    elif row.kinds[0] == STOCK:
        demand(type(error) is row.kinds[1], f"{row.kinds[1].__name__} expected, seen {seen}")
    else:
        for name in ("PatchError", *row.kinds):
            demand(isinstance(error, getattr(exceptions, name)), f"{name} expected, seen {seen}")
            demand(isinstance(error, BUILTIN.get(name, Exception)), f"{BUILTIN.get(name)} expected, seen {seen}")
        demand(q.last_error() == text, f"last_error() says {q.last_error()}")
        demand(text.startswith(error.function + ": "), f"its function is {error.function}, seen {seen}")
        if error.got and error.expected:
            place = f" ({error.place})" if error.place else ""
            fields = f"{error.function}: {error.argument} is {error.got}, expected {error.expected}{place}"
            demand(text == fields, f"its fields say {fields}, seen {seen}")
    demand(matches(row.sentence, text), f"\n    seen     {text}\n    expected {row.sentence}")


@pytest.mark.parametrize("row", ROWS, ids=[row.call.replace("[", "(").replace("]", ")")[:70] for row in ROWS])
def test_a_refusal_says_why_and_changes_nothing(row):
    def check():
        before = state()
        error = refuse(row)
        check_sentence(row, error)
        del error
        after = state()
        demand(after == before, {key: (before[key], after[key]) for key in after if after[key] != before[key]})
        h.pop_section()
        demand(str(h.cas()) == "base", "the section stack is not as it was")

    in_a_fork(check)


def test_the_interpreter_goes_on_after_all_of_them():
    def check():
        before = state()
        for _ in range(3):
            for row in ROWS:
                with contextlib.suppress(Exception):
                    exec(row.call, globals())
        after = state()
        assert after["current section"] == before["current section"]
        assert after["sections"] == before["sections"]
        h.pop_section()
        assert str(h.cas()) == "base"
        soma.insert("hh")
        voltage, spikes = soma.record(), p.NetCon(p.VecStim([1, 3]), None)
        times = h.Vector()
        spikes.record(times)
        p.run(5)
        assert len(voltage) == 201 and list(times) == [1, 3]
        assert h.Vector([1, 2]).sum() == 3

    in_a_fork(check)


@pytest.mark.parametrize(
    ("call", "fields"),
    [
        ("soma.record(1.5)", ("record", "x", "1.5", "0 to 1", "soma")),
        ("soma.record('a')", ("record", "x", "'a'", "a number", "")),
        ("plain.connect_points(syn, delay=-2)", ("connect_points", "delay", "-2", "at least 0 ms", "plain")),
        ("plain.connect_points(soma)", ("connect_points", "target", "the section soma", TARGET.replace("expected ", ""), "")),
        ("p.NetCon(stim, syn, delay=-2)", ("NetCon", "delay", "-2", "at least 0 ms", "NetStim[0]")),
        ("soma.add_3d(points, [1, -1])", ("add_3d", "diameters[1]", "-1", "at least 0", "soma")),
        ("soma.connect_points()", ("connect_points", "target", "", TARGET.replace("expected ", ""), "")),
        ("soma.record(y=1)", ("record", "y", "", "", "")),
        ("p.SynExp", ("p", "", "SynExp", "", "")),
        ("p.NetCon(stim, dead_syn)", ("NetCon", "target", "ExpSyn[2]", "", "")),
    ],
)
def test_an_exception_has_the_fields_of_its_sentence(call, fields):
    def check():
        error = refuse(Row(call, (), ""))
        assert (error.function, error.argument, error.got, error.expected, error.place) == fields

    in_a_fork(check)


def test_the_tree_of_exceptions_is_the_documented_one():
    tree = {
        "PatchError": Exception,
        "NotConnectableError": "PatchError",
        "NotConnectedError": "PatchError",
        "TransformError": "PatchError",
        "HocError": "PatchError",
        "HocConnectError": "HocError",
        "HocRecordError": "HocError",
        "HocSectionAccessError": "HocError",
        "SimulationError": "PatchError",
        "UninitializedError": "PatchError",
        "ErrorHandlingError": "PatchError",
        "ParallelError": "PatchError",
        "ParallelConnectError": "ParallelError",
        "BroadcastError": "ParallelError",
        "PatchValueError": "PatchError",
        "PatchTypeError": "PatchError",
        "PatchReferenceError": "PatchError",
        "PatchAttributeError": "PatchError",
        "PatchConnectionError": "HocConnectError",
    }
    assert set(exceptions.__all__) == set(tree)
    for name, parent in tree.items():
        assert issubclass(getattr(exceptions, name), getattr(exceptions, parent) if isinstance(parent, str) else parent), name
    for name, builtin in BUILTIN.items():
        assert issubclass(getattr(exceptions, name), builtin), name
