"""What can be reached keeps alive all that it is connected to; what cannot is gone before the next run, without Python's collector."""

import random
import weakref

import pytest
from helpers import EMPTY, alone, at, cell, clean, h, names, p, run, world  # noqa: F401 - clean runs by itself
from neuron import nrn

INITIALISE = {
    "p.finitialize": lambda: p.finitialize(),
    "p.run": lambda: p.run(1),
    "p.continuerun with v_init": lambda: p.continuerun(1, v_init=-65),
    "h.finitialize": lambda: h.finitialize(),
    "h.finitialize of -65": lambda: h.finitialize(-65),
    "a kept h.finitialize": h.finitialize,
    "h.init": lambda: h.init(),
    "h.stdinit": lambda: h.stdinit(),
    "h.run": lambda: h.run(),
    "a kept h.run": h.run,
    "HOC's finitialize()": lambda: h("{finitialize()}"),
    "HOC's finitialize(-65)": lambda: h("{finitialize(-65)}"),
    "HOC's run()": lambda: h("{run()}"),
}


def gone(initialise=h.finitialize):
    """Nothing is left after initialising."""
    initialise()
    return world() == EMPTY


# ---- one handle keeps a whole model -------------------------------------------------------------------------------------------------


def from_section(i):
    """Two cells; a clamp makes the first spike, a connection the second. Everything, by name, and the test's own recorders."""
    h.tstop = 50
    source, target = cell(i, "source"), cell(i, "target")
    clamp = i.IClamp(source(0.5))
    clamp.delay, clamp.dur, clamp.amp = 1, 45, 0.5
    synapse = i.ExpSyn(target(0.5))
    synapse.tau = 1
    netcon = i.NetCon(source(0.5)._ref_v, synapse, -20, 2, 0.05, sec=source)
    seen = [at(source(0.5)), at(target(0.5)), h.Vector()]
    netcon.record(seen[2])
    model = {"source section": source, "target section": target, "clamp": clamp, "target synapse": synapse, "NetCon": netcon}
    return model, seen


def from_artificial(make):
    def build(i):
        target = cell(i, "target")
        synapse = i.ExpSyn(target(0.5))
        synapse.tau = 1
        source = make(i)
        netcon = i.NetCon(source, synapse, -20, 2, 0.05)
        seen = [at(target(0.5)), h.Vector()]
        netcon.record(seen[1])
        return {"source": source, "target section": target, "target synapse": synapse, "NetCon": netcon}, seen

    return build


def netstim(i):
    stim = i.NetStim()
    stim.start, stim.number, stim.interval, stim.noise = 3, 20, 2, 0
    return stim


def vecstim(i):
    return p.VecStim([3, 5, 8, 13, 21, 34])  # PatchVecStim is plain NEURON's once it is there


def plain(build):
    """What the model does in NEURON when every handle is kept; gone again afterwards."""
    model, seen = build(h)
    run()
    result = [list(vector) for vector in seen]
    assert len(result[-1]) > 4 and max(result[-2]) > 0, "the plain model spikes"
    return result


BUILDS = {
    "section": (from_section, ["source section", "target section", "clamp", "target synapse", "NetCon"]),
    "NetStim": (from_artificial(netstim), ["source", "target section", "target synapse", "NetCon"]),
    "VecStim": (from_artificial(vecstim), ["source", "target section", "target synapse", "NetCon"]),
}
ONE_HANDLE = [(source, kept) for source, (_, handles) in BUILDS.items() for kept in handles]


@pytest.mark.parametrize(("source", "kept"), ONE_HANDLE)
def test_one_handle_keeps_both_ends_and_the_connection(source, kept):
    build, _ = BUILDS[source]
    expected = plain(build)
    assert gone()

    def closure():
        model, seen = build(p)
        return model[kept], seen

    handle, seen = closure()
    for _ in range(3):  # in every run, not in the first alone
        run()
        assert [list(vector) for vector in seen] == expected
    assert world()["NetCon"] == 1 and world()["ExpSyn"] == 1
    del handle, seen
    assert gone()


@pytest.mark.parametrize("kept", ["source section", "target synapse", "NetCon"])
@pytest.mark.parametrize(
    "connect",
    [
        lambda section, synapse: section.connect_points(synapse),
        lambda section, synapse: section.connect_synapse(synapse),
        lambda section, synapse: section(0.5).connect_points(synapse),
        lambda section, synapse: p.NetCon(section, synapse),
        lambda section, synapse: p.NetCon(section(0.5), synapse),
    ],
    ids=["connect_points", "connect_synapse", "segment", "p.NetCon", "p.NetCon of a segment"],
)
def test_every_way_to_connect_keeps(connect, kept):
    def closure():
        source, target = p.Section(name="source"), p.Section(name="target")
        synapse = target.synapse(p.ExpSyn)
        return {"source section": source, "target synapse": synapse, "NetCon": connect(source, synapse)}[kept]

    handle = closure()
    h.finitialize()
    assert names() == ["source", "target"] and world()["NetCon"] == 1 and world()["ExpSyn"] == 1
    del handle
    assert gone()


@pytest.mark.parametrize("kept", ["section", "synapse"])
@pytest.mark.parametrize("make", ["p.ExpSyn", "p.PointProcess", "section.synapse", "by name", "p.ExpSyn of a section"])
def test_a_point_process_and_its_section_live_together(make, kept):
    def closure():
        section = p.Section(name="s")
        synapse = {
            "p.ExpSyn": lambda: p.ExpSyn(section(0.5)),
            "p.ExpSyn of a section": lambda: p.ExpSyn(section),
            "p.PointProcess": lambda: p.PointProcess(p.ExpSyn, section(0.5)),
            "section.synapse": lambda: section.synapse(h.ExpSyn),
            "by name": lambda: section.synapse("ExpSyn"),
        }[make]()
        return section if kept == "section" else synapse

    handle = closure()
    h.finitialize()
    assert names() == ["s"] and world()["ExpSyn"] == 1
    if kept == "synapse":
        assert handle.get_segment().sec.name() == "s"
    del handle
    assert gone()


def test_a_stimulus_and_its_connection_live_with_the_synapse():
    def closure():
        section = p.Section(name="s")
        section.synapse(p.ExpSyn).stimulate(start=1, number=2)
        section.synapse(p.ExpSyn).stimulate(pattern=[1, 2])
        return section

    section = closure()
    h.finitialize()
    assert world()["NetStim"] == 1 and world()["PatchVecStim"] == 1 and world()["NetCon"] == 2
    del section
    assert gone()


def test_a_pattern_lives_with_its_source_alone():
    stim = p.VecStim([1, 2])
    h.finitialize()
    assert world()["PatchVecStim"] == 1
    del stim
    assert gone()


def test_a_source_nobody_listens_to_dies_at_once():
    before = world()
    stim, section = p.NetStim(), p.Section()
    del stim, section
    assert world() == before


def test_a_detector_lives_with_its_source():
    def closure():
        section = cell(p, "s")
        clamp = p.IClamp(section(0.5), delay=1, dur=45, amp=0.5)
        assert clamp.amp == 0.5
        spikes = h.Vector()
        p.NetCon(section, None).record(spikes)
        return section, spikes

    section, spikes = closure()
    run()
    assert len(spikes) > 2 and world()["NetCon"] == 1
    del section, spikes
    assert gone()


# ---- many between one pair ----------------------------------------------------------------------------------------------------------


def thousand(i):
    target = cell(i, "target", "pas")
    synapse, stim = i.ExpSyn(target(0.5)), i.NetStim()
    stim.start, stim.number = 1, 1
    return target, stim, synapse, [i.NetCon(stim, synapse, -20, 1 + 0.01 * k, 1e-5 * (k + 1)) for k in range(1000)]


@pytest.mark.parametrize("kept", [0, 1, 2])
def test_a_thousand_connections_between_one_pair_are_a_thousand(kept):
    model = thousand(h)
    seen = at(model[0](0.5))
    run(20)
    expected = list(seen)
    del model, seen
    assert gone()

    def closure():
        model = thousand(p)
        return model[kept], at(model[0](0.5))

    handle, seen = closure()
    run(20)
    assert h.List("NetCon").count() == 1000 and p.counts()["connections"] == 1000
    assert list(seen) == expected and max(expected) > min(expected) + 1
    del handle, seen
    assert gone()


# ---- gone before the next run -------------------------------------------------------------------------------------------------------


def everything():
    """Each kind of thing that Patch keeps, in one component and in several."""
    other, third, *tree = [p.Section(name=name) for name in ("other", "third", "tree0", "tree1", "tree2", "tree3")]
    for child, parent in zip(tree[1:], tree):
        child.connect(parent)
    synapse = tree[3].synapse(p.ExpSyn, x=0.2, attributes={"tau": 3}, store=True)
    tree[0].connect_points(synapse)
    tree[1].record()
    tree[1](0.1).record()
    p.record(tree[2])
    synapse.stimulate(start=1)
    p.NetCon(p.NetStim(), p.ExpSyn(other))
    p.IClamp(tree[0](0.5))
    tree[0].__ref__(["anything"])
    p.NetCon(p.VecStim([1, 2]), third.synapse("Exp2Syn"))


@pytest.mark.parametrize("initialise", INITIALISE)
def test_what_was_dropped_is_gone_after(initialise):
    everything()
    assert world()["kept"] > 10 and len(names()) == 6
    INITIALISE[initialise]()
    assert world() == EMPTY


@pytest.mark.parametrize("initialise", INITIALISE)
def test_what_is_held_is_there_after(initialise):
    def closure():
        section = p.Section(name="s")
        section.connect_points(p.Section(name="t").synapse(p.ExpSyn))
        return section

    section = closure()
    everything()
    INITIALISE[initialise]()
    assert names() == ["s", "t"] and world()["NetCon"] == 1 and world()["ExpSyn"] == 1
    del section
    INITIALISE[initialise]()
    assert world() == EMPTY


def test_sections_that_are_made_let_dropped_ones_go_in_time():
    for _ in range(300):
        section = p.Section(name="s")
        section.connect_points(section.synapse(p.ExpSyn))
    assert len(names()) < 100
    del section
    assert gone()


def test_a_dropped_section_is_not_the_current_one():
    def closure():
        p.Section(name="dropped").record()

    closure()
    section = p.Section(name="s")
    p.finitialize()
    assert h.cas().name() == "s"
    del section


def test_a_model_dropped_and_built_again_is_the_only_one():
    for _ in range(3):
        model, seen = from_section(p)
        run()
        assert len(seen[2]) > 4
        assert names() == ["source", "target"] and world()["NetCon"] == 1
        del model, seen


# ---- trees --------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kept", range(5))
def test_a_tree_lives_by_any_of_its_sections(kept):
    def closure():
        tree = [p.Section(name=f"s{i}") for i in range(5)]
        tree[1].connect(tree[0])
        tree[2].connect(tree[0](0.3))
        tree[3].connect(tree[1], 1, 0)
        tree[4].connect(tree[1](1), 0)
        return tree[kept]

    section = closure()
    h.finitialize()
    assert names() == ["s0", "s1", "s2", "s3", "s4"]
    assert len(section.wholetree()) == 5
    del section
    assert gone()


def test_a_tree_with_a_section_of_h_keeps_it():
    def closure():
        parent, child = h.Section(name="parent"), p.Section(name="child")
        child.connect(parent)
        return child

    child = closure()
    h.finitialize()
    assert names() == ["child", "parent"] and child.parentseg().sec.name() == "parent"
    del child
    assert gone()


# ---- recordings ---------------------------------------------------------------------------------------------------------------------


def test_a_recording_lives_by_its_section():
    section = cell(p, "s")
    clamp = p.IClamp(section(0.5), delay=1, dur=1, amp=1)
    section.record()
    section(0.2).record()
    own = at(section(0.5))
    run(10)
    assert sorted(section.recordings) == [0.2, 0.5]
    assert list(section.recordings[0.5]) == list(own) and len(own) == 401
    assert len(section.recordings[0.2]) == 401
    del section, clamp, own
    assert gone()


def test_a_recording_keeps_its_section():
    def closure():
        return cell(p, "s").record()

    vector = closure()
    run(10)
    assert names() == ["s"] and len(vector) == 401
    del vector
    assert gone()


def test_a_disconnected_recording_keeps_its_values_and_nothing_else():
    section = p.Section(name="s")
    vector = section.record()
    run(1)
    h("objref patch_of_test")
    h.patch_of_test = h.Patch()
    h.patch_of_test.disconnect(vector)
    h("objref patch_of_test")
    assert section.recordings == {}
    del section
    h.finitialize()
    assert names() == [] and len(vector) == 41
    del vector
    assert gone()


# ---- references of the user's -------------------------------------------------------------------------------------------------------


class Thing:
    """Something that can be referred to weakly."""


def thing_and_weak():
    thing = Thing()
    return thing, weakref.ref(thing)


@pytest.mark.parametrize("nurse", ["section", "point process", "h's section", "artificial cell"])
def test_ref_keeps_any_python_object_and_deref_ends_it(nurse):
    section = p.Section(name="s")
    made = {
        "section": lambda: section,
        "h's section": lambda: h.Section(name="plain"),
        "point process": lambda: p.ExpSyn(section(0.5)),
        "artificial cell": lambda: p.NetStim(),
    }[nurse]()
    thing, weak = thing_and_weak()
    made.__ref__(thing)
    assert thing in made._references
    del thing
    h.finitialize()
    assert weak() is not None
    assert made.__deref__(weak()) is True
    assert made.__deref__(weak()) is False
    h.finitialize()
    assert weak() is None
    made = section = None
    assert gone()


@pytest.mark.parametrize("patient", [[1, 2], {"a": 1}, (1, "x"), "text", lambda: 3, Thing], ids=repr)
def test_ref_takes_any_kind_of_object(patient):
    section = p.Section(name="s")
    section.__ref__(patient)
    assert any(each is patient for each in section._references)
    assert section.__deref__(patient) is True and section._references == []
    del section
    assert gone()


def test_ref_as_often_as_deref():
    section = p.Section(name="s")
    thing, weak = thing_and_weak()
    section.__ref__(thing)
    section.__ref__(thing)
    assert section._references == [thing]
    assert [section.__deref__(thing) for _ in range(3)] == [True, True, False]
    del thing, section
    assert gone() and weak() is None


def test_what_is_referred_to_goes_with_the_section():
    section = p.Section(name="s")
    thing, weak = thing_and_weak()
    section.__ref__(thing)
    del thing, section
    assert gone() and weak() is None


def test_ref_keeps_sections_point_processes_and_vectors():
    def closure():
        section = p.Section(name="s")
        section.__ref__(p.Section(name="t"))
        section.__ref__(h.Vector(7))
        section.__ref__(p.NetStim())
        return section

    section = closure()
    h.finitialize()
    assert names() == ["s", "t"] and world()["NetStim"] == 1 and world()["Vector"] == EMPTY["Vector"] + 1
    other = next(each for each in section._references if isinstance(each, nrn.Section))
    assert other.name() == "t" and section.__deref__(other)
    del other
    h.finitialize()
    assert names() == ["s"]
    del section
    assert gone()


def test_references_lists_each_partner_once_and_connections_the_latest():
    source, target = p.Section(name="source"), p.Section(name="target")
    synapse = target.synapse(p.ExpSyn)
    first, second = source.connect_points(synapse), source.connect_points(synapse)
    references = source._references
    assert len([each for each in references if each == synapse]) == 1
    assert first in references and second in references
    assert len(references) == 3
    assert source._connections == {synapse: second}
    assert synapse._connections == {source: second}
    assert target._connections == {}
    assert sorted(map(str, synapse._references)) == sorted(["source", "target", str(first), str(second)])
    assert isinstance(source._connections[synapse], type(first))
    second.disconnect()
    assert source._connections == {synapse: first}
    del references, source, target, synapse, first, second
    assert gone()


def test_views_are_new_each_time():
    section = p.Section(name="s")
    section._references.append(3)
    section._connections["x"] = 3
    assert section._references == [] and section._connections == {}
    del section


@pytest.mark.parametrize("look", ["_references", "_connections", "recordings", "synapses"])
def test_looking_at_what_is_kept_keeps_nothing(look):
    def closure():
        section = p.Section(name="s")
        synapse = section.synapse(p.ExpSyn, store=True)
        section.connect_points(synapse)
        section.record()
        assert len(getattr(section, look)) > 0

    closure()
    assert gone()


# ---- undoing ------------------------------------------------------------------------------------------------------------------------


def connected():
    source, target = cell(p, "source"), cell(p, "target", "pas")
    target.e_pas = -65
    clamp = p.IClamp(source(0.5), delay=1, dur=45, amp=0.5)
    synapse = p.ExpSyn(target(0.5))
    netcon = source.connect_points(synapse, weight=0.01)
    return source, target, clamp, synapse, netcon


ENDINGS = {
    "netcon.disconnect()": lambda netcon: netcon.disconnect(),
    "HOC's p.disconnect": lambda netcon: h.Patch().disconnect(netcon),
    "setpost(None)": lambda netcon: netcon.setpost(None),
}


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_ended_connection_delivers_nothing_and_keeps_nothing(ending):
    source, target, clamp, synapse, netcon = connected()
    seen = at(target(0.5))
    run()
    assert max(seen) > -64.9
    ENDINGS[ending](netcon)
    run()
    assert len(seen) == 2001 and max(seen) == -65, "no spike arrives"
    del netcon, seen
    h.finitialize()
    assert world().get("NetCon", 0) == 0 and names() == ["source", "target"]
    del synapse, target
    h.finitialize()
    assert names() == ["source"] and "ExpSyn" not in world()
    del source, clamp
    assert gone()


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_ended_connection_of_several_leaves_the_others(ending):
    source, target, clamp, synapse, netcon = connected()
    source.connect_points(synapse, weight=0.02)
    seen = at(target(0.5))
    ENDINGS[ending](netcon)
    del netcon, source, clamp, target
    run()
    assert max(seen) > -64.9 and world()["NetCon"] == 1 and names() == ["source", "target"]
    del synapse, seen
    assert gone()


def test_a_connection_can_be_ended_twice():
    *model, netcon = connected()
    netcon.disconnect()
    netcon.disconnect()
    del model, netcon
    assert gone()


def test_stock_setpost_to_another_target_is_noticed():
    source, target, clamp, synapse, netcon = connected()
    other = p.ExpSyn(p.Section(name="other")(0.5))
    netcon.setpost(other)
    del source, clamp, target, synapse
    h.finitialize()
    assert "target" not in names()
    del netcon, other
    assert gone()


DISCONNECTIONS = {
    "h.disconnect(sec=)": lambda child, other: h.disconnect(sec=child),
    "HOC's disconnect()": lambda child, other: (child.push(), h("{disconnect()}"), h.pop_section()),
    "child.disconnect()": lambda child, other: child.disconnect(),
    "connect to another": lambda child, other: child.connect(other),
    "stock connect to another": lambda child, other: nrn.Section.connect(child, other),
    "h.disconnect and h.connect": lambda child, other: (h.disconnect(sec=child), nrn.Section.connect(child, other(1))),
}


@pytest.mark.parametrize("kept", ["child", "parent"])
@pytest.mark.parametrize("way", DISCONNECTIONS)
def test_a_child_disconnected_from_its_parent_is_free_of_it(way, kept):
    parent, child, other = p.Section(name="parent"), p.Section(name="child"), p.Section(name="other")
    child.connect(parent)
    h.finitialize()
    DISCONNECTIONS[way](child, other)
    handle = child if kept == "child" else parent
    del parent, child, other
    h.finitialize()
    expected = ["parent"] if kept == "parent" else ["child", "other"] if "connect to" in way or "and h.connect" in way else ["child"]
    if way in ("stock connect to another", "h.disconnect and h.connect"):  # stock's own connections are not kept
        expected = [handle.name()]
    assert names() == expected
    del handle
    assert gone()


def test_a_deleted_section_is_noticed():
    source, target, clamp, synapse, netcon = connected()
    h.delete_section(sec=source)
    h.finitialize()
    assert names() == ["target"]
    del source, clamp, netcon
    h.finitialize()
    assert names() == ["target"] and "NetCon" not in world()
    del target, synapse
    assert gone()


@pytest.mark.parametrize("kept", ["source", "synapse", "nothing"])
def test_the_section_of_a_synapse_can_be_deleted(kept):
    """NEURON itself ends the process when it initialises a NetCon whose target's section was deleted; ours nobody else may hold."""
    source, target, clamp, synapse, netcon = connected()
    del netcon, clamp
    h.delete_section(sec=target)
    handle = {"source": source, "synapse": synapse}.get(kept)
    del source, target, synapse
    run(10)
    assert names() == (["source"] if kept == "source" else [])
    assert "NetCon" not in world() and world().get("ExpSyn", 0) == (kept == "synapse")
    del handle
    assert gone()


def test_a_point_process_that_moves_leaves_its_first_section():
    first, second = p.Section(name="first"), p.Section(name="second")
    synapse = p.ExpSyn(first(0.5))
    synapse.loc(second(0.5))
    del first
    h.finitialize()
    assert "first" not in names()
    del synapse, second
    assert gone()


def test_components_that_fell_apart_go_one_by_one():
    parts = []
    for i in range(4):
        section = p.Section(name=f"s{i}")
        parts.append((section, section.synapse(p.ExpSyn)))
    netcons = [a[0].connect_points(b[1]) for a, b in zip(parts, parts[1:])]
    for netcon in netcons:
        netcon.disconnect()
    del netcon, netcons, section
    for left in (3, 2, 1):
        parts.pop()
        h.finitialize()
        assert names() == [f"s{i}" for i in range(left)]
    parts.clear()
    assert gone()


# ---- what counts as held ------------------------------------------------------------------------------------------------------------


class Holder:
    pass


def holder(section):
    made = Holder()
    made.section = section
    return made


def generator(section):
    yield section
    yield section.name()


def started(section):
    made = generator(section)
    next(made)
    return made


def closure_over(section):
    return lambda: section.name()


HOLDS = {
    "a Segment": lambda section: section(0.5),
    "a Segment's mechanism": lambda section: section(0.5).hh,
    "an iterator of segments": lambda section: iter(section),
    "allseg": lambda section: section.allseg(),
    "a bound method": lambda section: section.insert,
    "a bound method of ours": lambda section: section.record,
    "a bound method of a Segment": lambda section: section(0.5).area,
    "an iterator of mechanisms": lambda section: iter(section(0.5)),
    "a list": lambda section: [section],
    "a nested dict": lambda section: {"a": [{"b": section}]},
    "an attribute of an object": holder,
    "a generator": started,
    "a closure": closure_over,
    "a point process": lambda section: section.synapse(p.ExpSyn),
    "a bound method of a point process": lambda section: section.synapse(p.ExpSyn).get_segment,
    "a NetCon's bound method": lambda section: section.connect_points(None).record,
    "a recording": lambda section: section.record(),
    "a h.List of a point process": lambda section: listed(section.synapse(p.ExpSyn)),
    "a handle that NEURON returned": lambda section: section.connect_points(section.synapse(p.ExpSyn)).syn(),
}


def listed(thing):
    made = h.List()
    made.append(thing)
    return made


@pytest.mark.parametrize("hold", HOLDS)
def test_it_is_held_by(hold):
    def closure():
        section = p.Section(name="s")
        section.insert("hh")
        section.connect_points(p.Section(name="t").synapse(p.ExpSyn))
        return HOLDS[hold](section)

    held = closure()
    for _ in range(3):
        h.finitialize()
        assert names() == ["s", "t"]
    del held
    assert gone()


def test_it_is_held_by_a_hoc_objref():
    h("objref held_by_hoc")

    def closure():
        section = p.Section(name="s")
        h.held_by_hoc = section.synapse(p.ExpSyn)

    closure()
    h.finitialize()
    assert names() == ["s"] and h.held_by_hoc.tau == 0.1
    h("objref held_by_hoc")
    assert gone()


def test_it_is_held_by_a_running_frame():
    section = p.Section(name="s")

    def inner():
        synapse = section.synapse(p.ExpSyn)
        h.finitialize()
        return synapse.get_segment().sec.name()

    assert inner() == "s"
    section = inner = None  # inner is a closure over section
    assert gone()


def test_it_is_held_by_a_traceback_while_that_lives():
    def fail():
        section = p.Section(name="s")
        section.connect_points(section.synapse(p.ExpSyn))
        raise ValueError

    try:
        fail()
    except ValueError as error:
        kept = error
    h.finitialize()
    assert names() == ["s"]
    del kept
    assert gone()


def test_a_swap_of_holders_is_noticed():
    """The witness of one component gives way to another one."""

    def closure():
        section = p.Section(name="s")
        return section, section.synapse(p.ExpSyn), section.record()

    handles = list(closure())
    while handles:
        h.finitialize()
        assert names() == ["s"]
        handles.pop(0)
    assert gone()


# ---- stock is stock -----------------------------------------------------------------------------------------------------------------


def test_what_h_makes_by_itself_is_not_kept():
    def closure():
        section, other = h.Section(name="s"), h.Section(name="t")
        other.connect(section)
        synapse = h.ExpSyn(section(0.5))
        netcon = h.NetCon(section(0.5)._ref_v, synapse, sec=section)
        h.NetCon(h.NetStim(), synapse)
        return section, netcon

    section, netcon = closure()
    assert names() == ["s"] and world()["NetCon"] == 1 and "ExpSyn" not in world() and netcon.syn() is None
    assert world().get("kept", 0) == 0
    del section, netcon
    assert world() == EMPTY


def test_patch_defaults_neuron_keeps_nothing():
    alone(
        """
        from patch import p
        from neuron import h
        def closure():
            section, other = p.Section(name="s"), p.Section(name="t")
            other.connect(section)
            synapse = p.ExpSyn(section(0.5))
            p.NetCon(section(0.5), synapse)
            section.connect_points(synapse)
            p.NetCon(p.NetStim(), synapse)
            return section
        section = closure()
        assert [each.name() for each in h.allsec()] == ["s"], list(h.allsec())
        assert h.List("NetCon").count() == h.List("ExpSyn").count() == h.List("NetStim").count() == 0
        assert section.psection()["point_processes"] == {}
        del section
        assert not list(h.allsec())
        """,
        PATCH_DEFAULTS="neuron",
    )


# ---- HOC templates ------------------------------------------------------------------------------------------------------------------

TEMPLATE = """
begintemplate LifetimeCell
public soma, synapse, connection, self, others
create soma
objref synapse, connection, self, others
proc init() {
    soma { synapse = new ExpSyn(0.5) }
    others = new List()
}
proc tie() { self = this }
endtemplate LifetimeCell
"""


@pytest.fixture(scope="module")
def template():
    h(TEMPLATE)


def test_a_template_that_holds_its_own_synapse_goes(template):
    def closure():
        made = h.LifetimeCell()
        stim = p.NetStim()
        p.NetCon(stim, made.synapse)
        return stim

    stim = closure()
    h.finitialize()
    assert len(names()) == 1 and world()["ExpSyn"] == 1, "the source keeps the cell of its synapse"
    del stim
    assert gone()


def test_a_template_that_holds_a_connection_of_ours_goes(template):
    def closure():
        made = h.LifetimeCell()
        made.connection = h.PatchConnection(made.synapse, sec=made.soma)
        return made

    made = closure()
    h.finitialize()
    assert world()["NetCon"] == 1 and len(names()) == 1
    del made
    assert gone()


def test_a_dropped_hoc_connection_lives_with_its_cell_and_goes_with_it(template):
    def closure():
        made, target = h.LifetimeCell(), p.Section(name="target")
        h.PatchConnection(target.synapse(p.ExpSyn), sec=made.soma)
        return made

    made = closure()
    h.finitialize()
    assert world()["NetCon"] == 1 and "target" in names()
    del made
    assert gone()


def test_connected_templates_that_list_each_other_go(template):
    def closure():
        first, second = h.LifetimeCell(), h.LifetimeCell()
        first.soma.connect_points(second.synapse)
        second.soma.connect_points(first.synapse)
        return first

    first = closure()
    h.finitialize()
    assert len(names()) == 2 and world()["NetCon"] == 2
    del first
    assert gone()


# ---- never inside a step or an event ------------------------------------------------------------------------------------------------

INSIDE = """
from patch import p
from neuron import h
h.load_file("stdrun.hoc")
cvode = h.CVode()
def world():
    return len(list(h.allsec())), int(h.List("NetCon").count()), int(h.List("ExpSyn").count())
base = p.Section(name="base")
base.insert("hh")
dropped = p.Section(name="dropped")
dropped.connect_points(dropped.synapse(p.ExpSyn))
refused = []
def act():
    global dropped
    dropped = None
    before = world()
    for call in p.finitialize, lambda: p.run(1), lambda: p.continuerun(1):
        try:
            call()
        except Exception as error:
            refused.append((type(error).__name__, str(error)))
    assert world() == before, "nothing is freed inside"
"""


@pytest.mark.parametrize("integrator", ["fixed step", "cvode", "local"])
@pytest.mark.parametrize("place", ["FInitializeHandler 0", "FInitializeHandler 1", "FInitializeHandler 2", "FInitializeHandler 3",
                                   "cvode.event", "NetCon.record callback"])  # fmt: skip
def test_nothing_is_freed_inside(place, integrator):
    arrange = {
        "cvode.event": "handler = h.FInitializeHandler(lambda: cvode.event(1, act))",
        "NetCon.record callback": "stim = h.NetStim(); stim.start = 1; stim.number = 1; nc = h.NetCon(stim, None); nc.record(act)",
    }.get(place, f"handler = h.FInitializeHandler({place[-1]}, act)")
    mode = {"fixed step": "", "cvode": "cvode.active(1)", "local": "cvode.active(1); cvode.use_local_dt(1)"}[integrator]
    alone(
        INSIDE
        + f"""
{mode}
{arrange}
h.finitialize()
assert world()[:1] == (2,) or refused, "the handle is still there"
h.continuerun(5)
assert len(refused) == 3 and all(name == "SimulationError" for name, _ in refused), refused
handler = nc = act = None
refused.clear()
h.finitialize()
assert world() == (1, 0, 0), world()
h.continuerun(5)
"""
    )


def test_a_step_frees_nothing():
    alone(
        INSIDE
        + """
h.finitialize()
step = h.fadvance
dropped = None
step()
assert world() == (2, 1, 1), "only initialising frees"
h.finitialize()
assert world() == (1, 0, 0)
"""
    )


def test_stock_initialising_inside_an_event_frees_nothing():
    alone(
        INSIDE
        + """
def act():
    global dropped
    dropped = None
    before = world()
    refused.append(1)
    h.finitialize(-65)
    assert world() == before
handler = h.FInitializeHandler(1, lambda: refused or act())
h.finitialize(-65)
h.continuerun(5)
assert refused
handler = act = None
h.finitialize()
assert world() == (1, 0, 0), world()
"""
    )


def test_sections_made_during_initialising_free_nothing():
    alone(
        INSIDE
        + """
made = []
def act():
    global dropped
    dropped = None
    before = world()
    made.extend(p.Section(name=f"made{i}") for i in range(200))
    assert world()[0] == before[0] + 200 and world()[1:] == before[1:]
handler = h.FInitializeHandler(3, act)
h.finitialize()
handler = act = None
made.clear()
h.finitialize()
assert world() == (1, 0, 0), world()
h.continuerun(1)
"""
    )


# ---- rounds -------------------------------------------------------------------------------------------------------------------------


def test_two_hundred_rounds_leave_nothing():
    def resident():
        with open("/proc/self/statm") as file:
            return int(file.read().split()[1]) * 4096

    def one():
        sections = [p.Section(name=f"s{i}") for i in range(20)]
        for child, parent in zip(sections[1:], sections):
            child.connect(parent)
        synapses = [section.synapse(p.ExpSyn) for section in sections]
        for i, section in enumerate(sections):
            section.add_3d([[0, 0, 0], [i + 1, 0, 0]], 1)
            section.record()
            for synapse in synapses[:5]:
                section.connect_points(synapse)
        p.NetCon(p.NetStim(start=1, number=3), synapses[0], weight=0.01)
        p.NetCon(p.VecStim([1, 2]), synapses[1])
        p.run(1)
        return sections[0]

    sizes = []
    for round in range(200):
        section = one()
        h.finitialize()
        assert len(names()) == 20 and world()["NetCon"] == 102
        del section
        assert gone(), (round, world())
        if round in (60, 199):
            sizes.append(resident())
    assert sizes[1] - sizes[0] < 3e6, f"the process grew by {sizes[1] - sizes[0]} bytes"


def test_growth_of_runs_with_a_kept_model_is_flat():
    section = p.Section(name="s")
    netcon = section.connect_points(section.synapse(p.ExpSyn))
    counts = []
    for _ in range(50):
        p.run(1)
        counts.append(world())
    assert counts[0] == counts[-1]
    del section, netcon
    assert gone()


# ---- against a model of reachability ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(12))
def test_random_histories_agree_with_reachability(seed):
    """Sections, synapses and connections, made, tied, ended and dropped in any order."""
    chance = random.Random(seed)
    sections, synapses, netcons = {}, {}, {}  # the handles, by our own number
    home, ends, parent, alive = {}, {}, {}, set()  # what is tied to what, and which sections ought to be there

    def neighbours():
        joined = {}
        for a, b in [*home.items(), *((("s", c), ("s", q)) for c, q in parent.items())]:
            joined.setdefault(a, []).append(b)
            joined.setdefault(b, []).append(a)
        for netcon, (source, target) in ends.items():
            for a, b in ((netcon, source), (netcon, target), (source, target)):
                joined.setdefault(a, []).append(b)
                joined.setdefault(b, []).append(a)
        return joined

    def reachable():
        joined = neighbours()
        todo = [("s", i) for i in sections] + [("y", i) for i in synapses] + [("n", i) for i in netcons]
        seen = set(todo)
        while todo:
            for other in joined.get(todo.pop(), ()):
                if other not in seen:
                    seen.add(other)
                    todo.append(other)
        return seen

    for step in range(150):
        what = chance.randrange(9)
        if what <= 1:
            sections[step] = p.Section(name=f"s{step}")
            alive.add(("s", step))
        elif what == 2 and sections:
            i = chance.choice(list(sections))
            synapses[step] = sections[i].synapse(p.ExpSyn)
            home["y", step] = ("s", i)
        elif what == 3 and sections and synapses:
            i, j = chance.choice(list(sections)), chance.choice(list(synapses))
            netcons[step] = sections[i].connect_points(synapses[j])
            ends["n", step] = (("s", i), ("y", j))
        elif what == 4 and len(sections) > 1:
            child, up = chance.sample(list(sections), 2)
            above = up  # no loops
            while above is not None and above != child:
                above = parent.get(above)
            if above != child:
                sections[child].connect(sections[up])
                parent[child] = up
        elif what == 5 and netcons and chance.random() < 0.5:
            i = chance.choice(list(netcons))
            netcons[i].disconnect()
            ends.pop(("n", i), None)
        elif what == 6 and sections and chance.random() < 0.3:
            i = chance.choice(list(sections))
            h.disconnect(sec=sections[i])
            parent.pop(i, None)
        elif what == 7:
            for kind in chance.sample([sections, synapses, netcons], 2):
                if kind:
                    kind.pop(chance.choice(list(kind)))
        else:
            h.finitialize()
            seen = reachable()
            alive = {each for each in alive if each in seen}
            home = {a: b for a, b in home.items() if a in seen}
            ends = {a: b for a, b in ends.items() if a in seen}
            parent = {a: b for a, b in parent.items() if ("s", a) in seen}
            assert names() == sorted(f"s{i}" for _, i in alive), f"seed {seed}, step {step}"
            assert world().get("ExpSyn", 0) == len({each for each in seen if each[0] == "y"})
            assert world().get("NetCon", 0) == len({each for each in seen if each[0] == "n"})
    sections.clear(), synapses.clear(), netcons.clear()
    assert gone()


# ---- the end of the process ---------------------------------------------------------------------------------------------------------

EXITS = {
    "everything held by globals": "model = everything()",
    "everything dropped": "everything()",
    "after a run": "model = everything(); p.run(5)",
    "dropped after a run": "model = everything(); p.run(5); del model",
    "inside a function": "def f():\n    model = everything()\n    p.run(1)\n    raise SystemExit(0)\nf()",
    "sys.exit": "model = everything(); import sys; sys.exit(0)",
    "h.quit": "model = everything(); h.quit()",
    "an atexit function that uses p": "model = everything(); import atexit; atexit.register(lambda: p.finitialize())",
    "an atexit function that drops": "model = everything(); import atexit; atexit.register(model.clear)",
    "h deleted first": "model = everything(); del h, p",
    "the modules forgotten": "model = everything(); import sys; sys.modules.pop('patch'); sys.modules.pop('_libpatch')",
    "a cycle of the user's own": "model = everything(); holder = [model]; holder.append(holder); del model",
    "references to Python objects": "s = p.Section(); s.__ref__(s); s.__ref__([1]); s.__ref__(p)",
    "a handler and an event pending": "model = everything(); f = h.FInitializeHandler(lambda: None); p.run(1); h.CVode().event(9, print)",
    "two threads": "model = everything(); h.ParallelContext().nthread(2); p.run(2)",
    "CVODE": "model = everything(); h.CVode().active(1); p.run(2)",
    "a section deleted": "model = everything(); h.delete_section(sec=model[0])",
    "nothing made": "",
}


@pytest.mark.parametrize("exit", EXITS)
def test_the_process_ends_well(exit):
    alone(
        """
from patch import p
from neuron import h
def everything():
    tree = [p.Section(name=f"tree{i}") for i in range(4)]
    for child, parent in zip(tree[1:], tree):
        child.connect(parent)
    synapse = tree[3].synapse(p.ExpSyn, store=True)
    netcon = tree[0].connect_points(synapse)
    stim = p.NetStim()
    p.NetCon(stim, synapse)
    p.NetCon(p.VecStim([1, 2]), synapse)
    tree[0].__ref__({"any": "thing"})
    return [*tree, synapse, netcon, stim, tree[1].record()]
"""
        + EXITS[exit]
    )


def test_a_point_process_that_was_moved_lives_with_its_new_section():
    old, new = p.Section(name="old"), p.Section(name="new")
    synapse = p.ExpSyn(old(0.5))
    synapse.loc(new(0.5))
    h.finitialize()
    del new
    h.finitialize()
    assert synapse.get_segment().sec.name() == "new"
    del old
    h.finitialize()
    assert names() == ["new"], "the old section is not held by it any more"
    del synapse
    assert gone()
