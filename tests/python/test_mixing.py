"""Objects of p, h and neuron.n in one another's calls, without transform: each idiom gives what it gives with h alone.

An idiom is a function of two interpreters: the first one calls, the second one has made what is given.
"""

import contextlib
import io
import json
import math
import os
import pickle
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from helpers import clean, h, p  # noqa: F401 - clean runs by itself
from neuron import n

IDIOMS = {}
PAIRS = {"p calls, h made": (p, h), "h calls, p made": (h, p), "p calls, n made": (p, n), "n calls, p made": (n, p), "p alone": (p, p)}

POINTERS = {
    "follower": """
        NEURON { POINT_PROCESS TestFollower POINTER leader RANGE seen }
        ASSIGNED { leader seen }
        INITIAL { seen = leader }
        BREAKPOINT { seen = leader }
    """,
    "tracker": """
        NEURON { SUFFIX testtracker POINTER leader RANGE seen }
        ASSIGNED { leader seen }
        INITIAL { seen = leader }
        FUNCTION twice(x) { twice = 2 * x }
    """,
}


def idiom(function):
    IDIOMS[function.__name__] = function
    return function


def load_pointers():
    """Compiles and loads two mechanisms with a POINTER: no mechanism of NEURON's own has one."""
    if h.name_declared("TestFollower"):
        return
    with tempfile.TemporaryDirectory() as folder:
        for name, text in POINTERS.items():
            Path(folder, f"{name}.mod").write_text(text)
        program = Path(sys.executable).parent / "nrnivmodl"
        environment = {**os.environ, "PATH": f"{program.parent}{os.pathsep}{os.environ['PATH']}"}
        done = subprocess.run([program], cwd=folder, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        (library,) = Path(folder).glob("*/libnrnmech.so")
        h.nrn_load_dll(str(library))


def soma(of, name="soma", mechanism="hh"):
    section = of.Section(name)
    section.L = section.diam = 20
    section.nseg = 3
    section.insert(mechanism)
    return section


def spiking(of, name="soma"):
    section = soma(of, name)
    clamp = of.IClamp(section(0.5))
    clamp.delay, clamp.dur, clamp.amp = 1, 1, 1
    return section, clamp


def run(duration=10):
    h.finitialize(-65)
    h.continuerun(duration)


def printed(call):
    with contextlib.redirect_stdout(io.StringIO()) as text:
        call()
    return text.getvalue()


# ---- sections -----------------------------------------------------------------------------------------------------------------------


def names(sections):
    return [section.name() for section in sections]


@idiom
def connecting(a, b):
    parent = soma(b, "parent")
    found = []
    for number, where in enumerate([(parent,), (parent, 0), (parent, 1, 0), (parent, 0, 1), (parent(0.5),), (parent(0.2), 1)]):
        child = a.Section(f"child{number}")
        child.connect(*where)
        found += [str(child.parentseg()), child.orientation(), str(child.trueparentseg()), h.parent_connection(sec=child)]
        a.disconnect(sec=child)
        found.append(child.parentseg())
        child.connect(*where)
        child.disconnect()
        found.append(child.parentseg())
    return found


def tree(of):
    """A root with two children and a grandchild; and one apart."""
    made = [of.Section(name) for name in ("root", "left", "right", "tip", "apart")]
    root, left, right, tip, _ = made
    left.connect(root(1))
    right.connect(root(0.5))
    tip.connect(left)
    return made


@idiom
def trees(a, b):
    root, left, right, tip, apart = tree(b)
    ref = a.SectionRef(sec=tip)
    found = [names(root.wholetree()), names(left.subtree()), names(root.children()), ref.has_parent(), ref.has_trueparent(), ref.is_cas()]
    found += [ref.parent.name(), ref.trueparent.name(), ref.root.name(), ref.sec.name(), ref.sec == tip, ref.exists()]
    ref = a.SectionRef(root)
    found += [ref.nchild(), [child.name() for child in ref.child], ref.child[0] == right, ref.has_parent()]
    found += [names(a.allsec()), root in list(a.allsec()), {root: 1}[next(iter(a.allsec()))]]
    found += [a.cas().name(), a.secname(sec=tip), a.issection("l.*", sec=left), a.section_orientation(sec=left), a.section_exists("tip")]
    found += [tip.trueparentseg().sec == left, left.parentseg().x, tip.cell()]
    a.delete_section(sec=apart)
    return found + [names(b.allsec())]


@idiom
def grafting(a, b):
    """A parent of one interpreter, a child of the other, and a third one below; seen from every side."""
    root, middle, tip = a.Section("root"), b.Section("middle"), a.Section("tip")
    middle.connect(root)
    tip.connect(middle)
    found = [names(root.wholetree()), names(b.SectionRef(sec=root).child), tip.parentseg().sec == middle]
    lists = a.SectionList(), b.SectionList()
    for each in lists:
        each.wholetree(sec=tip)
    found += [names(each) for each in lists]
    return found + [a.distance(root(0), tip(1)), b.distance(tip(1), root(0))]


@idiom
def section_lists(a, b):
    root, left, right, tip, apart = tree(b)
    first = a.SectionList()
    first.append(root)
    first.append(sec=left)
    first.append(root)
    second = a.SectionList([left, tip, apart])
    found = [names(first), len(first), names(second), left in first, tip in first, first.contains(sec=left), first.contains(tip)]
    found += [first.unique(), names(first), first.remove(sec=root), names(first), second.remove(first), names(second)]
    for method in ("children", "subtree", "wholetree", "allroots"):
        third = b.SectionList()
        getattr(third, method)(sec=left) if method != "allroots" else third.allroots()
        found += [method, names(third)]
    fourth = a.SectionList(list(third))
    a("proc test_mixing_each() { test_mixing_count = 0  forsec $o1 test_mixing_count += 1 }")
    a.test_mixing_each(fourth)
    return found + [names(fourth), a.test_mixing_count, second == second, second == first, [str(each(0.5)) for each in second]]


@idiom
def the_section_stack(a, b):
    first, second = soma(b, "first"), soma(b, "second")
    found = [a.cas() == first]
    second.push()
    found += [a.cas() == second, a.secname(), a.area(0.5) == second(0.5).area()]
    a.pop_section()
    second.push()
    b.pop_section()
    return found + [a.cas() == first]


@idiom
def distances_and_areas(a, b):
    root, left, right, tip, apart = tree(b)
    found = [
        a.distance(root(0), tip(1)),
        a.distance(tip(1), root(0)),
        a.distance(sec=root),
        a.distance(0, sec=root),
        a.distance(1, sec=tip),
    ]
    found += [
        a.distance(0, 0.5, sec=root),
        a.distance(tip(0.5)),
        a.distance(0, root(1)),
        a.distance(1, sec=tip),
        a.distance(root(0), apart(1)),
    ]
    found += [a.area(0.5, sec=root), a.ri(0.5, sec=root), root(0.5).area(), root(0.5).ri(), root(0.5).volume()]
    h.load_file("stdlib.hoc")
    return found + [a.lambda_f(100, sec=root)]


@idiom
def points(a, b):
    section, copied = b.Section("s"), b.Section("copied")
    numbers = [[0, 10, 20], [0, 5, 0], [0, 0, 5], [2, 3, 1]]
    a.pt3dadd(*(b.Vector(each) for each in numbers), sec=section)
    for row in zip(*numbers):
        a.pt3dadd(*row, sec=copied)
        copied.pt3dadd(*row)
    found = [a.n3d(sec=section), section.n3d(), section.L, section(0.5).diam, a.x3d(1, sec=section), a.diam3d(2, sec=section)]
    found += [section.arc3d(2), a.y3d(1, sec=section), copied.n3d()]
    a.pt3dremove(1, sec=section)
    a.pt3dinsert(1, 5, 5, 5, 2, sec=section)
    a.pt3dchange(0, 4, sec=section)
    found += [section.psection()["morphology"]["pts3d"], section.L]
    a.pt3dclear(sec=copied)
    a.pt3dstyle(1, 1, 2, 3, sec=copied)
    a.define_shape()
    a.define_shape(sec=copied)
    return found + [a.pt3dstyle(sec=copied), copied.n3d(), a.spine3d(0, sec=section)]


@idiom
def psections(a, b):
    section, syn = soma(b), None
    syn = a.ExpSyn(section(0.3))
    netcon = a.NetCon(None, syn)
    found = section.psection()
    made = found["point_processes"]["ExpSyn"] == {syn} and netcon.syn() == syn
    found = {key: value for key, value in found.items() if key not in ("point_processes", "name", "hoc_internal_name", "cell")}
    return [json.dumps(found, default=str, sort_keys=True), made]


@idiom
def topology(a, b):
    root, left, right, tip, apart = tree(b)
    shown = printed(lambda: a.topology())
    assert "root" in shown and "tip" in shown
    section = soma(b)
    return [shown, "insert hh" in printed(lambda: a.psection(sec=section))]


@idiom
def inserting(a, b):
    section = b.Section("s")
    section.insert(a.pas)
    section.insert("hh")
    found = [section.has_membrane("pas"), a.ismembrane("hh", sec=section), sorted(m.name() for m in section(0.5)), section(0.5).pas.g]
    found += [m.is_ion() for m in section(0.5)] + [v.name() for m in section(0.5) for v in m]
    section(0.5).hh.gnabar = 0.2
    found += [section.gnabar_hh, section(0.5).gnabar_hh, section(0.5).hh._ref_gnabar[0]]
    section.uninsert("hh")
    section.uninsert("pas")
    return found + [a.ismembrane("hh", sec=section), section.has_membrane("pas")]


@idiom
def ions(a, b):
    section = soma(b)
    found = [a.ion_style("na_ion", sec=section), a.ion_style("na_ion", 1, 2, 1, 1, 0, sec=section), a.ion_style("na_ion", sec=section)]
    found += [a.nernst(10, 140, 1), a.nernst("ena", sec=section), a.ghk(-50, 10, 140, 1), a.ion_charge("k_ion")]
    section.ena = 60
    return found + [section(0.5).na_ion.ena, section(0.5).ena]


@idiom
def segments(a, b):
    section = soma(b)
    mine, other = section(0.5), next(seg for seg in next(iter(a.allsec())) if seg.x == 0.5)
    found = [mine == other, hash(mine) == hash(other), {mine: 3}[other], mine.sec == other.sec, [seg.x for seg in section.allseg()]]
    mine.v = -12
    found += [other.v, mine._ref_v[0], other._ref_v == mine._ref_v, str(mine), [str(seg) for seg in reversed(list(section))]]
    return found + [mine.node_index(), section(0) == section(0), section(0.1) == section(0.2)]


# ---- point processes and connections --------------------------------------------------------------------------------------------------


@idiom
def point_processes(a, b):
    section, other = soma(b), soma(b, "other")
    syn = a.ExpSyn(section(0.5))
    found = [syn.get_segment() == section(0.5), syn.get_loc(), a.cas().name(), syn.has_loc()]
    a.pop_section()
    found += [section(0.5).point_processes() == [syn], syn in section(0.5).point_processes()]
    syn.loc(other(0.2))
    found += [str(syn.get_segment())]
    syn.loc(0.9, sec=section)
    found += [str(syn.get_segment())]
    by_section = a.IClamp(0.3, sec=section)
    setattr(by_section, "del", 3)
    found += [str(by_section.get_segment()), by_section.delay]
    nowhere = a.ExpSyn()
    found += [nowhere.has_loc()]
    nowhere.loc(section(1))
    syn.tau, syn.e = 3, -5
    return found + [str(nowhere.get_segment()), syn.tau, syn._ref_e[0], list(section.psection()["point_processes"])]


@idiom
def netcons(a, b):
    section, target = soma(b), soma(b, "target")
    syn, stim, fire = b.ExpSyn(target(0.5)), b.NetStim(), b.IntFire1()
    vector, gids = b.Vector(), b.Vector()
    made = [
        a.NetCon(section(0.5)._ref_v, syn, 0, 2, 0.5, sec=section),
        a.NetCon(section(0.1)._ref_v, None, -10, 1, 0, sec=section),
        a.NetCon(stim, syn, 0, 3, 0.25),
        a.NetCon(stim, fire, 0, 4, 0.125),
        a.NetCon(fire, None, 0, 5, 0.75),
        a.NetCon(None, syn, 0, 6, 1),
    ]
    first, second, third, fourth, fifth, sixth = made
    found = [[each.weight[0], each.delay, each.threshold, each.wcnt(), each.valid(), each.active()] for each in made]
    found += [
        first.syn() == syn,
        str(first.preseg()),
        first.preseg() == section(0.5),
        first.pre(),
        third.pre() == stim,
        fourth.syn() == fire,
    ]
    found += [sixth.syn() == syn, str(sixth.postseg()), second.syn(), fifth.pre() == fire, first.precell(), first.srcgid()]
    found += [first.preloc(), a.secname()]
    a.pop_section()
    found += [first.postloc(), a.secname()]
    a.pop_section()
    found += [
        int(made[2].precelllist().count()),
        int(first.synlist().count()),
        int(first.postcelllist().count()),
        int(a.List("NetCon").count()),
    ]
    found += [[each in made for each in a.List("NetCon")], a.List("NetCon").o(0) == made[0], {made[0]: 7}[b.List("NetCon").o(0)]]
    found += [int(a.CVode().netconlist("", "", syn).count()), int(b.CVode().netconlist(stim, "", "").count())]
    fourth.record(vector, gids, 4)
    found += [fourth.get_recordvec() == vector]
    first.setpost(fire)
    found += [first.syn() == fire]
    first.setpost(syn)
    second.setpost(None)
    first.active(False)
    sixth.weight[0] = 3
    return found + [first.active(), sixth.weight[0], second.syn()]


@idiom
def spikes(a, b):
    """Recorded into Vectors and told to callables, from sections and artificial cells."""
    section, clamp = spiking(b)
    target = soma(b, "target")
    syn, stim = b.ExpSyn(target(0.5)), b.NetStim()
    stim.start, stim.number, stim.interval = 2, 3, 2
    times, gids, seen = b.Vector(), b.Vector(), []
    excites = a.NetCon(section(0.5)._ref_v, syn, 0, 1, 0.1, sec=section)
    excites.record(times, gids, 5)
    detector = a.NetCon(target(0.5)._ref_v, None, 0, 1, 0, sec=target)
    detector.record(lambda: seen.append(h.t))
    with_arguments = a.NetCon(stim, None)
    with_arguments.record((seen.append, "stim"))
    events = a.NetCon(None, syn, 0, 0, 0.01)
    begin = a.FInitializeHandler(lambda: events.event(8))
    voltage = a.Vector().record(target(0.5)._ref_v)
    run(15)
    assert len(times) and "stim" in seen and any(isinstance(each, float) for each in seen) and begin
    return [list(times), list(gids), seen, list(voltage), clamp.amp]


@idiom
def pointers(a, b):
    load_pointers()
    section = soma(b)
    follower = a.TestFollower(section(0.5))
    follower._ref_leader = section(0.1)._ref_v
    found = [follower._ref_leader == section(0.1)._ref_v]
    section.insert("testtracker")
    for seg in section:
        seg.testtracker._ref_leader = section(0.9)._ref_v
    second = a.TestFollower(section(0.5))
    a.setpointer(section(0.9)._ref_v, "leader", second)
    a.setpointer(section(0.1)._ref_v, "leader", section(0.5).testtracker)
    vector = b.Vector([7, 8])
    third = a.TestFollower(section(0.5))
    third._ref_leader = vector._ref_x[1]
    run(1)
    found += [follower.seen, second.seen, section(0.5).testtracker.seen, section(0.1).testtracker.seen, third.seen, third.leader]
    with pytest.raises(AttributeError):
        follower._ref_seen = section(0.1)._ref_v
    with pytest.raises(LookupError):
        follower._ref_unheard = section(0.1)._ref_v
    with pytest.raises(ValueError):
        follower._ref_leader = 3
    section(0.5).v = -33
    return found + [section(0.5).testtracker.twice(4), a.Pointer(section(0.5)._ref_v).val, a.Pointer(vector._ref_x[0]).val]


@idiom
def references(a, b):
    number, text, thing = b.ref(3), b.ref("words"), b.ref(None)
    a('proc test_mixing_set() { $&1 = 5  $s2 = "other"  $o3 = new Vector(4) }')
    a.test_mixing_set(number, text, thing)
    kinds = a.MechanismType(1)
    name = b.ref("")
    kinds.select("ExpSyn")
    kinds.selected(name)
    words = a.StringFunctions()
    return [
        number[0],
        text[0],
        thing[0].size(),
        name[0],
        words.len(b.ref("four")),
        words.substr("abcd", "cd"),
        words.head(text, "h", name),
        name[0],
    ]


@idiom
def transitions(a, b):
    section = soma(b)
    syn = b.ExpSyn(section(0.5))
    seen = []
    machine = a.StateTransitionEvent(2, syn)
    low, high = b.ref(-64.9), b.ref(-60)
    section(0.5).v = -65
    trigger = section(0.5)._ref_v
    clamp = b.IClamp(section(0.5))
    clamp.delay, clamp.dur, clamp.amp = 2, 1, 1
    machine.transition(0, 1, trigger, high, lambda: seen.append(["up", h.t]))
    machine.transition(1, 0, low, trigger, (seen.append, "down"))
    begin = a.FInitializeHandler(lambda: machine.state(0))
    run(20)
    assert len(seen) >= 2 and begin
    return [seen, machine.state(), clamp.amp]


# ---- containers -----------------------------------------------------------------------------------------------------------------------


@idiom
def vectors(a, b):
    x, y = a.Vector([3, 1, 2]), b.Vector([1, 2, 3])
    found = [list(x.c().add(y)), list(x.c().sub(y)), list(x.c().mul(y)), list(x.c().div(y)), x.dot(y), x.eq(y), list(x.c().append(y, 4, y))]
    found += [
        list(a.Vector(list(y))),
        list(a.Vector().copy(y)),
        list(x.c().copy(y, 1)),
        list(x.c().insrt(1, y)),
        list(x.c().from_python(list(y))),
    ]
    found += [list(y.ind(b.Vector([0, 2]))), list(a.Vector().index(y, b.Vector([2, 0]))), list(a.Vector().where(y, ">", 1))]
    found += [list(a.Vector().indvwhere(y, "<", 3)), list(x.sortindex()), list(x.sortindex(b.Vector())), list(a.Vector().deriv(y, 1))]
    found += [list(x.c().interpolate(b.Vector([1.5, 2.5]), y)), list(a.Vector().integral(y, 0.5)), list(y.histogram(0, 4, 1))]
    found += [list(a.Vector(3).convlv(y, x)), list(a.Vector().fft(b.Vector([1, 2, 3, 4]), 1)), x.meansqerr(y)]
    found += [list(a.Vector().filter(y, b.Vector([0.5, 0.5]))), list(a.Vector().rebin(y, 2)), list(a.Vector().medfltr(y)), y.to_python()]
    found += [
        list(a.Vector().sumgauss(0, 4, 1, 1, y)),
        list(a.Vector().smhist(y, 0, 4, 1, 1)),
        list(a.Vector(3).fill(2).addrand(b.Random())) != [],
    ]
    found += [
        list(a.Vector().spikebin(y, 2)),
        list(a.Vector().reverse()),
        list(y.c().reverse()),
        y == x,
        y == y,
        list(y[1:]),
        y[-1],
        len(y),
    ]
    put = b.Vector(6)
    found += [
        list(put.setrand(a.Random())) != list(b.Vector(6)),
        list(a.Vector(range(3))),
        y.label("name"),
        y.label(),
        a.Vector([1]).hname()[:6],
    ]
    to = [0] * 3
    y.to_python(to)
    y.as_numpy()[0] = 9
    return found + [to, list(y), y.c().apply("sqrt").x[0], y.contains(9), y.mean(), list(map(float, y)), isinstance(y, a.Vector)]


@idiom
def files(a, b):
    with tempfile.TemporaryDirectory() as folder:
        file, vector = a.File(), b.Vector([1, 2, 3.5])
        file.wopen(os.path.join(folder, "x"))
        vector.vwrite(file)
        file.close()
        read = b.Vector()
        file.ropen(os.path.join(folder, "x"))
        read.vread(file)
        file.close()
        file.wopen(os.path.join(folder, "y"))
        vector.printf(file)
        file.close()
        file.ropen(os.path.join(folder, "y"))
        scanned = b.Vector()
        scanned.scanf(file, 3)
        found = [list(read), list(scanned), file.eof()]
        file.close()
        return found


@idiom
def recording_and_playing(a, b):
    section = soma(b)
    clamp = b.IClamp(section(0.5))
    clamp.delay, clamp.dur = 0, 1e9
    wave, times, netcon = b.Vector([0, 0.1, 0.3, 0]), b.Vector([0, 2, 4, 6]), b.NetCon(None, b.IntFire1(), 0, 1, 0)
    wave.play(clamp._ref_amp, times, True)
    second = b.Vector([1, 2, 3])
    second.play(netcon._ref_weight[0], 2)
    kept = [
        a.Vector().record(section(0.5)._ref_v),
        a.Vector().record(section(0.5)._ref_v, 0.5),
        a.Vector().record(section(0.5)._ref_v, b.Vector([1, 2.5])),
        a.Vector().record(section(0.5)._ref_v, sec=section),
        a.Vector().record(clamp, clamp._ref_i),
        a.Vector().record(clamp._ref_i),
        a.Vector().record(h._ref_t),
        a.Vector().record(a._ref_t, sec=section),
        a.Vector().record(section(0.5).hh._ref_m),
        a.Vector().record(section(0.5)._ref_ina),
        a.Vector().record(netcon._ref_weight[0]),
    ]
    run(8)
    wave.play_remove()
    second.play_remove()
    return [list(each) for each in kept]


@idiom
def matrices(a, b):
    m, vector = a.Matrix(3, 3), b.Vector([1, 2, 3])
    m.setcol(0, vector)
    m.setdiag(0, b.Vector([4, 5, 6]))
    other = b.Matrix(3, 3).ident()
    found = [
        list(m.mulv(vector)),
        list(m.mulm(other).to_vector()),
        list(m.c().add(other).to_vector()),
        list(m.getcol(0)),
        list(m.solv(vector)),
    ]
    found += [
        list(m.getrow(1, b.Vector())),
        m.det(b.ref(0)),
        list(a.Matrix(3, 1).from_vector(vector).to_vector()),
        list(m.inverse().to_vector()),
    ]
    found += [list(other.symmeig(b.Matrix())), m.nrow(), m.getval(1, 1)]
    return found


@idiom
def lists(a, b):
    """A List holds any object and gives it back, Python's own too."""
    section = soma(b)
    things = [
        b.Vector([1]),
        b.ExpSyn(section(0.5)),
        b.NetStim(),
        b.List(),
        b.Matrix(2, 2),
        b.NetCon(None, b.IntFire1()),
        b.SectionRef(section),
    ]
    held = a.List()
    for each in things:
        held.append(each)
    found = [len(held), held.count(), [held.index(each) for each in things], [held.o(i) == each for i, each in enumerate(things)]]
    found += [
        [x == y for x, y in zip(held, things)],
        [held[i] == each for i, each in enumerate(things)],
        held.object(1).hname() == things[1].hname(),
    ]
    found += [[{each: i}[held[i]] for i, each in enumerate(things)], [hash(held[i]) == hash(each) for i, each in enumerate(things)]]
    held.insrt(0, things[2])
    held.prepend(things[1])
    held.remove(0)
    found += [held.index(things[2]), len(held)]
    other = b.List()
    other.append(held)
    other.append(other)
    found += [other[0] == held, other[0][0] == things[2], other[1] == other]
    a("objref test_mixing_po")
    mine = [1, 2]
    third = a.List()
    third.append(mine)
    found += [third[0] is mine]
    other.remove_all()
    held.remove_all()
    return found + [len(held), isinstance(held, b.List), isinstance(other, a.List), type(held).__name__, bool(held), len(b.List("NetStim"))]


@idiom
def classes(a, b):
    """isinstance and names of what each interpreter makes."""
    found = []
    for name in ("Vector", "List", "Matrix", "File", "Random", "SectionList", "StringFunctions", "CVode", "Impedance"):
        made = getattr(b, name)()
        found += [
            isinstance(made, getattr(a, name)),
            made.hname().split("[")[0],
            type(made).__name__,
            isinstance(made, type(n.Vector()).__mro__[1]),
        ]
        found += [type(getattr(a, name)()).__name__, getattr(a, name) == getattr(a, name)]
    section = soma(b)
    syn = b.ExpSyn(section(0.5))
    netcon = b.NetCon(None, syn)
    return found + [
        isinstance(netcon, h.NetCon),
        section == syn.get_segment().sec,
        callable(a.ExpSyn),
        a.ExpSyn[int(syn.hname()[7:-1])] == syn,
    ]


# ---- tools ----------------------------------------------------------------------------------------------------------------------------


@idiom
def range_variable_plots(a, b):
    root, left, right, tip, apart = tree(b)
    root.nseg, tip.nseg = 5, 3
    for section in root.wholetree():
        section.insert("pas")
    h.finitialize(-70)
    for section in root.wholetree():
        for seg in section:
            seg.v = -70 + seg.x
    plot = a.RangeVarPlot("v", root(0), tip(1))
    y, x = b.Vector(), b.Vector()
    plot.to_vector(y, x)
    found = [list(y), list(x), plot.left(), plot.right()]
    older = a.RangeVarPlot("v")
    older.begin(0, sec=root)
    older.end(1, sec=right)
    older.to_vector(y)
    found += [list(y)]
    listed = a.SectionList()
    plot.list(listed)
    function = a.RangeVarPlot(lambda x: a.cas()(x).v * 2, root(0), tip(1))
    function.to_vector(y)
    return found + [names(listed), list(y)]


@idiom
def impedances(a, b):
    root, left, right, tip, apart = tree(b)
    for section in root.wholetree():
        section.insert("pas")
    h.finitialize(-70)
    zz = a.Impedance()
    zz.loc(root(0.5))
    zz.compute(50, 1)
    found = [zz.input(tip(1)), zz.transfer(tip(1)), zz.ratio(left(0.5)), zz.input_phase(root(0.5)), zz.transfer_phase(tip(0.5))]
    zz.loc(0.5, sec=tip)
    zz.compute(0)
    return found + [zz.input(0.5, sec=tip), zz.transfer(0, sec=root), zz.ratio(root(0))]


@idiom
def shapes(a, b):
    root, left, right, tip, apart = tree(b)
    syn = b.ExpSyn(tip(0.5))
    some = b.SectionList([root, left])
    shape = a.PlotShape(some, False)
    shape.variable("v")
    shape.scale(-80, 20)
    shape.color(2, sec=root)
    shape.color_list(some, 3)
    plain = a.Shape(False)
    whole = a.Shape(some, False)
    whole.color(2, sec=left)
    plain.point_mark(syn, 2)
    plain.point_mark(tip(0.3), 3)
    plain.point_mark_remove(syn)
    shape.observe(b.SectionList([tip]))
    plain.observe()
    return [int(b.List("PlotShape").count()), int(b.List("Shape").count())]


@idiom
def graphs(a, b):
    section = soma(b)
    graph = a.Graph(False)
    vector = b.Vector([1, 2, 3])
    graph.addvar("v", section(0.5)._ref_v)
    graph.addexpr("v(0.5)", sec=section)
    vector.plot(graph)
    vector.line(graph, b.Vector([0, 1, 2]))
    vector.mark(graph, 1)
    graph.begin()
    graph.size(0, 1, -80, 40)
    graph.flush()
    return [int(b.List("Graph").count())]


@idiom
def variable_steps(a, b):
    section, clamp = spiking(b)
    cvode, seen = a.CVode(), []
    v, t = b.Vector(), b.Vector()
    cvode.record(section(0.5)._ref_v, v, t)
    begin = a.FInitializeHandler(lambda: (cvode.event(2, lambda: seen.append(h.t)), cvode.event(3, (seen.append, "three"))))
    steps = []

    def step():
        steps.append(h.t)

    cvode.extra_scatter_gather(0, step)
    cvode.active(True)
    run(5)
    states, rates, atols = b.Vector(), b.Vector(), b.Vector()
    cvode.states(states)
    cvode.dstates(rates)
    found = [list(v), list(t), list(seen), list(states), list(rates), list(steps)]
    cvode.yscatter(states)
    cvode.ygather(atols)
    text = b.ref("")
    cvode.statename(0, text, 1)
    found += [list(atols), text[0], cvode.atol(), cvode.active()]
    cvode.record_remove(v)
    cvode.active(False)
    cvode.extra_scatter_gather_remove(step)
    assert begin and clamp.amp
    return found


@idiom
def extra_calls(a, b):
    """Python called by the integrator, for the events of initialisation in each order."""
    section, seen = soma(b), []

    class Mine:
        def method(self):
            seen.append("method")

    mine = Mine()
    kept = [a.FInitializeHandler(kind, (seen.append, f"kind {kind}")) for kind in range(4)]
    kept += [a.FInitializeHandler(mine.method), a.FInitializeHandler("test_mixing_said = 3")]
    a("test_mixing_said = 0")
    b.finitialize(-65)
    kept.clear()
    b.finitialize(-65)
    return [seen, a.test_mixing_said, section(0.5).v]


@idiom
def linear_mechanisms(a, b):
    section, other = soma(b), soma(b, "other")
    c, g = b.Matrix(2, 2, 2), b.Matrix(2, 2)
    y, y0, right = b.Vector(2), b.Vector(2), b.Vector(2)
    for i in range(2):
        for j in range(2):
            g.setval(i, j, 0.001 if i == j else -0.001)
    calls = []
    listed = b.SectionList([section, other])
    junction = a.LinearMechanism(lambda: calls.append(1) and None, c, g, y, y0, right, listed, b.Vector([0.5, 0.5]))
    section(0.5).v = -65
    clamp = b.IClamp(section(0.5))
    clamp.dur, clamp.amp, clamp.delay = 1, 0.5, 1
    v = a.Vector().record(other(0.5)._ref_v)
    run(5)
    assert junction and clamp
    return [list(v), len(calls) > 3]


@idiom
def parallel_contexts(a, b):
    section, clamp = spiking(b)
    target = soma(b, "target")
    syn = b.ExpSyn(target(0.5))
    pc = a.ParallelContext()
    found = [pc.id(), pc.nhost(), pc.allreduce(3, 1)]
    vector = b.Vector([1, 2])
    pc.allreduce(vector, 1)
    gathered = b.Vector()
    pc.allgather(4, gathered)
    found += [list(vector), list(gathered), pc.py_allgather([1, 2]), pc.py_broadcast({"x": 1}, 0)]
    pc.broadcast(vector, 0)  # NEURON gives its size, p the Vector
    pc.set_gid2node(5, pc.id())
    detector = b.NetCon(section(0.5)._ref_v, None, 0, 1, 0, sec=section)
    pc.cell(5, detector)
    pc.threshold(5, -5)
    netcon = pc.gid_connect(5, syn)
    netcon.weight[0], netcon.delay = 0.05, 2
    times, gids = b.Vector(), b.Vector()
    pc.spike_record(-1, times, gids)
    found += [pc.gid_exists(5), netcon.syn() == syn, netcon.srcgid()]
    pc.source_var(section(0.5)._ref_v, 1, sec=section)
    half = b.SEClamp(target(0.1))
    half.rs, half.dur1, half.dur2, half.dur3 = 100, 1e9, 0, 0
    pc.target_var(half, half._ref_amp1, 1)
    pc.setup_transfer()
    v = b.Vector().record(target(0.5)._ref_v)
    pc.set_maxstep(10)
    h.finitialize(-65)
    pc.psolve(10)
    found += [list(times), list(gids), list(v), clamp.amp]
    pc.gid_clear()
    return found


def total(i, vector):
    return i, vector.sum()


@idiom
def the_bulletin_board(a, b):
    pc = a.ParallelContext()
    pc.runworker()
    vector = b.Vector([1, 2, 3])
    for i in range(3):
        pc.submit(total, i, vector)
    found = []
    while pc.working():
        found.append(pc.pyret())
    pc.pack(3, vector)
    pc.post("key")
    pc.take("key")
    found += [pc.upkscalar(), list(pc.upkvec())]
    pc.post("python", {"x": 1})
    pc.take("python")
    found.append(pc.upkpyobj())
    pc.context(total, 4, vector)
    return sorted(map(str, found))


@idiom
def standards_and_types(a, b):
    section, other = soma(b), soma(b, "other")
    standard = a.MechanismStandard("hh", 1)
    section(0.5).hh.gnabar = 0.3
    standard._in(0.5, sec=section)
    found = [standard.get("gnabar_hh"), standard.count()]
    standard.set("gkbar_hh", 0.01)
    standard.out(sec=other)
    syn = b.ExpSyn(section(0.5))
    parameters = a.MechanismStandard("ExpSyn")
    syn.tau = 4
    parameters._in(syn)
    found += [other(0.5).hh.gkbar, other(0.5).hh.gnabar, parameters.get("tau")]
    parameters.set("tau", 7)
    parameters.out(syn)
    found += [syn.tau]
    kinds = a.MechanismType(1)
    kinds.select("ExpSyn")
    found += [kinds.pp_begin(sec=section) == syn, kinds.has_net_event(3), kinds.is_netcon_target(3), kinds.is_artificial(3)]
    density = a.MechanismType(0)
    density.select("pas")
    density.make(sec=other)
    name = b.ref("")
    density.selected(name)
    return found + [other.has_membrane("pas"), name[0]]


@idiom
def mechanism_functions(a, b):
    section = soma(b)
    a.setdata_hh(0.5, sec=section)
    a.setdata_hh(section(0.5))
    a.rates_hh(-40)
    section(0.5).hh.rates(-40)
    return [section.minf_hh, section(0.5).hh.minf, a.vtrap_hh(1, 10), section(0.5).hh.vtrap(1, 10)]


@idiom
def saved_states(a, b):
    section, clamp = spiking(b)
    state = a.SaveState()
    run(3)
    state.save()
    b.continuerun(h.t + 2) if b is not p else b.continuerun(2)
    found = [section(0.5).v]
    state.restore()
    found += [section(0.5).v, h.t]
    with tempfile.TemporaryDirectory() as folder:
        file = b.File(os.path.join(folder, "state"))
        state.fwrite(file)
        again = a.SaveState()
        again.fread(b.File(os.path.join(folder, "state")))
        section(0.5).v = 0
        again.restore()
    return found + [section(0.5).v, clamp.amp]


@idiom
def random_numbers(a, b):
    generator = a.Random()
    generator.Random123(1, 2, 3)
    number = b.ref(0)
    generator.normal(0, 1)
    generator.play(number)
    h.finitialize()
    values = b.Vector(5)
    stim = b.NetStim()
    values.setrand(generator)
    found = [generator.repick(), list(values), generator.seq(), number[0] != 0]
    uniform = a.Random()
    uniform.Random123(4, 5, 6)
    uniform.negexp(1)
    stim.noise = 1
    stim.noiseFromRandom(uniform)
    stim.start, stim.number, stim.interval = 1, 5, 2
    times = b.Vector()
    netcon = a.NetCon(stim, None)
    netcon.record(times)
    run(20)
    return found + [list(times)]


# ---- HOC ------------------------------------------------------------------------------------------------------------------------------


TEMPLATE = """
begintemplate TestMixing
public kept, size, section, inside, name, call, add
objref kept, pyobject
create inside
proc init() { kept = $o1  inside { insert pas } }
func size() { return kept.size }
func section() { return area(0.5) }
func add() { return kept.add($o1).sum() }
func call() { pyobject = $o1  return pyobject.twice(21) }
endtemplate TestMixing
"""


@idiom
def templates_and_hoc(a, b):
    if not h.name_declared("TestMixing"):
        h(TEMPLATE)
    section, vector = soma(b), b.Vector([1, 2])
    made = a.TestMixing(vector)

    class Mine:
        def twice(self, x):
            return 2 * x

    found = [
        made.kept == vector,
        made.size(),
        made.section(sec=section),
        made.add(b.Vector([3, 4])),
        made.call(Mine()),
        made.inside.name()[-6:],
    ]
    a("objref test_mixing_object, test_mixing_list")
    a.test_mixing_object = vector
    found += [b.test_mixing_object == vector, a.test_mixing_object.size()]
    a.test_mixing_object = syn = b.ExpSyn(section(0.5))
    a("test_mixing_object.tau = 9")
    found += [syn.tau, h.test_mixing_object == syn]
    a("objref test_mixing_netcon, test_mixing_nobody\ntest_mixing_netcon = new NetCon(test_mixing_nobody, test_mixing_object)")
    found += [a.test_mixing_netcon.syn() == syn]
    a.test_mixing_object = made
    found += [b.test_mixing_object.kept.size(), h.TestMixing[int(made.hname()[11:-1])] == made]
    child = b.Section("child")
    child.connect(made.inside)
    found += [child.parentseg().sec == made.inside, names(made.inside.children())]
    a.test_mixing_netcon = a.test_mixing_object = None
    number = a.ref(0)
    a("func test_mixing_area() { $&1 = area($2)  return area($2) }")
    found += [a.test_mixing_area(number, 0.5, sec=section) == number[0] == section(0.5).area()]
    return found


@idiom
def sections_of_hoc(a, b):
    a("create test_mixing_made[2]")
    made = a.test_mixing_made
    section = soma(b)
    made[0].connect(section(1))
    section2 = b.Section("below")
    section2.connect(made[0])
    syn = b.ExpSyn(made[0](0.5))
    found = [names(section.wholetree()), syn.get_segment().sec == b.test_mixing_made[0], made[1].name(), a.test_mixing_made[0] == made[0]]
    for each in list(made):
        h.delete_section(sec=each)
    return found


@idiom
def python_in_hoc(a, b):
    a("objref test_mixing_python, test_mixing_got")
    thing = {"x": b.Vector([1, 2, 3]), "y": [1, 2]}
    a.test_mixing_python = thing
    a('test_mixing_got = test_mixing_python.get("x")')
    found = [a.test_mixing_got == thing["x"], a.test_mixing_python is thing, a.nrnpython("x_of_test_mixing = 3")]
    a.test_mixing_python = a.test_mixing_got = None
    a("obfunc test_mixing_same() { return $o1 }")
    found += [a.test_mixing_same(thing["x"]) == thing["x"], a.test_mixing_same(thing) is thing]
    return found


# ---- pickling and Python's own ----------------------------------------------------------------------------------------------------------


@idiom
def pickling(a, b):
    vector, section = b.Vector([1, 2.5, math.pi]), soma(b)
    found = [list(pickle.loads(pickle.dumps(vector))), type(pickle.loads(pickle.dumps({"v": vector}))["v"]).__name__]
    for thing in (b.ExpSyn(section(0.5)), b.List(), b.Matrix(2, 2), section, section(0.5), b.NetStim()):
        try:
            pickle.dumps(thing)
            found.append("pickled")
        except Exception as error:
            found.append(isinstance(error, (TypeError, RuntimeError, pickle.PicklingError)))
    pc = a.ParallelContext()
    return found + [list(pc.py_broadcast(vector, 0)), list(pc.py_allgather(vector)[0]), list(pc.py_alltoall([vector])[0])]


@idiom
def equality(a, b):
    """A handle given again is equal and hashes alike, whoever asks."""
    section = soma(b)
    syn, stim, vector = b.ExpSyn(section(0.5)), b.NetStim(), b.Vector([1])
    netcon = b.NetCon(stim, syn)
    again = [a.NetCon[int(netcon.hname()[7:-1])], netcon.syn(), netcon.pre(), a.List("ExpSyn").o(0), section(0.5).point_processes()[0]]
    first = [netcon, syn, stim, syn, syn]
    found = [
        [x == y, y == x, not x != y, hash(x) == hash(y), {x: 1}.get(y), x in [y], str(x) == str(y), bool(x)] for x, y in zip(first, again)
    ]
    found += [
        syn == stim,
        syn != stim,
        vector == vector.c(),
        section == a.Section("s"),
        next(iter(a.allsec())) == section,
        syn is None,
        {syn, again[1]} == {syn},
    ]
    return found


@idiom
def attributes(a, b):
    section = soma(b)
    syn = b.ExpSyn(section(0.5))
    other = a.ExpSyn[int(syn.hname()[7:-1])]
    found = []
    for name in ("tau", "e", "g", "i"):
        other_value = getattr(other, name)
        found += [getattr(syn, name) == other_value, hasattr(syn, name), name in dir(syn)]
    other.tau = 5
    other.e = 3
    found += [syn.tau, syn.e, hasattr(syn, "unheard_of"), other._ref_tau == syn._ref_tau, syn._ref_tau[0]]
    for wrong in ("syn.tau = 'x'", "syn.tau()", "syn.loc('x')", "syn.get_segment(1, 2)()"):
        try:
            exec(wrong)
            found.append("accepted")
        except Exception as error:
            found.append([base.__name__ for base in (TypeError, ValueError, RuntimeError, AttributeError) if isinstance(error, base)])
    return found


@idiom
def numbers_and_names(a, b):
    a.dt = 0.05
    found = [b.dt, h.dt]
    b.dt = 0.025
    a('test_mixing_number = 4\nstrdef test_mixing_text\ntest_mixing_text = "words"\ndouble test_mixing_array[2]')
    a.test_mixing_array[1] = 3
    b.test_mixing_number += 1
    return found + [
        a.dt,
        a.test_mixing_number,
        b.test_mixing_text,
        b.test_mixing_array[1],
        a.units("L"),
        b.name_declared("test_mixing_number"),
        a.PI,
        b.E,
    ]


@pytest.mark.parametrize("name", IDIOMS)
def test_an_idiom_gives_what_it_gives_with_h_alone(name):
    idiom = IDIOMS[name]
    expected = idiom(h, h)
    h.finitialize()
    for pair, (a, b) in PAIRS.items():
        assert (pair, idiom(a, b)) == (pair, expected)
        h.finitialize()
