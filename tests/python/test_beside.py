"""Patch beside NEURON's and Python's other machinery: saved states, processes, threads, reaction-diffusion, notebooks. The same numbers."""

import os
import re
import threading

import pytest
from helpers import EMPTY, alone, at, cell, clean, h, names, p, run, world  # noqa: F401 - clean runs by itself
from jobs import job

pc = h.ParallelContext()

# ---- States of a whole model: SaveState -------------------------------------------------------------------------------------------

THRESHOLDS = (-20, 10, 0, -5)


def spikes_of(netcon):
    times = h.Vector()
    netcon.record(times)
    return times


def wired(i, clones):
    """A source with as many thresholds as there are, each delivered later than 3 ms; plain NEURON has a clone of the source for each."""
    sources = [cell(i, f"source{k}") for k in range(len(THRESHOLDS) if clones else 1)]
    clamps = [i.IClamp(source(0.5)) for source in sources]
    for clamp in clamps:
        clamp.delay, clamp.dur, clamp.amp = 1, 1e9, 0.5
    target = cell(i, "target", "pas")
    synapse = i.ExpSyn(target(0.5))
    netcons = []
    for k, threshold in enumerate(THRESHOLDS):
        source = sources[k if clones else 0]
        netcons.append(i.NetCon(source(0.5)._ref_v, synapse, threshold, 3 + 1.3 * k, 1e-3 * (k + 1), sec=source))
    seen = at(target(0.5))
    return sources, clamps, target, synapse, netcons, list(map(spikes_of, netcons)), seen


def restored(model, save_at, through=lambda state: state):
    """Spikes and voltages of a run that is saved, disturbed, restored and run on, in two parts."""
    *_, spikes, seen = model
    run(save_at)
    state = h.SaveState()
    state.save()
    parts = [[list(vector) for vector in (*spikes, seen)]]
    h.continuerun(save_at + 20)
    run(7, v_init=-50)
    h.finitialize(-65)
    through(state).restore()
    h.frecord_init()
    h.continuerun(60)
    parts.append([list(vector) for vector in (*spikes, seen)])
    return parts


def through_a_file(state):
    name = f"state{os.getpid()}.bin"
    state.fwrite(h.File(name))
    read = h.SaveState()
    read.fread(h.File(name))
    os.remove(name)
    return read


@pytest.mark.parametrize("through", [lambda state: state, through_a_file], ids=["in memory", "through a file"])
@pytest.mark.parametrize("save_at", [4, 14.5])
def test_a_saved_state_has_every_source_of_a_place(save_at, through, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    model = wired(h, clones=True)
    expected = restored(model, save_at, through)
    run(60)
    whole = [list(vector) for vector in (*model[-2], model[-1])]
    del model
    h.finitialize()
    got = wired(p, clones=False)
    assert names() == ["source0", "target"] and len({netcon.threshold for netcon in got[4]}) == len(THRESHOLDS)
    assert restored(got, save_at, through) == expected
    run(60)
    assert [list(vector) for vector in (*got[-2], got[-1])] == whole
    assert [early + late for early, late in zip(expected[0][:-1], expected[1][:-1])] == whole[:-1] and min(map(len, whole)) > 4
    del got


# ---- States by gid: BBSaveState ---------------------------------------------------------------------------------------------------

BY_GID = """
from patch import p
from neuron import h
h.load_file("stdrun.hoc")
p.celsius = 6.3
pc, ours = h.ParallelContext(), OURS
h('''
begintemplate Cell
public soma
create soma
endtemplate Cell
''')
THRESHOLDS = (-20, 10, 0)

def cell():
    made = h.Cell()
    made.soma.L = made.soma.diam = 20
    made.soma.insert("hh")
    return made

def transmit(section, gid, threshold):
    if ours:
        return p.ParallelCon(section, gid, threshold=threshold)
    netcon = h.NetCon(section(0.5)._ref_v, None, sec=section)
    netcon.threshold = threshold
    pc.set_gid2node(gid, pc.id())
    pc.cell(gid, netcon)
    return netcon

sources = [cell() for each in (THRESHOLDS[:1] if ours else THRESHOLDS)]
target = cell()
clamps = [h.IClamp(source.soma(0.5)) for source in sources]
for clamp in clamps:
    clamp.delay, clamp.dur, clamp.amp = 1, 1e9, 0.5
synapse = p.ExpSyn(target.soma(0.5)) if ours else h.ExpSyn(target.soma(0.5))
kept = [transmit(sources[0 if ours else gid].soma, gid, threshold) for gid, threshold in enumerate(THRESHOLDS)]
kept.append(transmit(target.soma, 100, -20))
for gid in range(len(THRESHOLDS)):
    netcon = p.ParallelCon(gid, synapse) if ours else pc.gid_connect(gid, synapse)
    netcon.weight[0], netcon.delay = 0.001, 5 + gid
    kept.append(netcon)
times, gids, seen = h.Vector(), h.Vector(), h.Vector()
pc.spike_record(-1, times, gids)
seen.record(target.soma(0.5)._ref_v)
pc.set_maxstep(10)
h.finitialize(-65)
pc.psolve(13)
print(sorted(zip(gids, times)), list(seen)[-1])
state = h.BBSaveState()
state.save("state.txt")
h.finitialize(-50)
state.restore("state.txt")
times.resize(0), gids.resize(0)
h.frecord_init()
pc.psolve(60)
print(sorted(zip(gids, times)), list(seen))
"""


@pytest.mark.parametrize("sources", ["", "mechanism"])
def test_a_state_by_gid_has_every_source_of_a_place(sources, tmp_path):
    """BBSaveState writes text, which rounds: what was read back is what plain NEURON reads back of a clone for each gid."""
    plain = job(BY_GID.replace("OURS", "False"), folder=tmp_path).well().out
    assert job(BY_GID.replace("OURS", "True"), folder=tmp_path, PATCH_SOURCES=sources).well().out == plain
    before, after = plain.splitlines()
    for gid in range(3):
        assert re.search(rf"\({gid}.0, 1[12]\.", before) and after.count(f"({gid}.0, ") > 3, plain  # under way when it was saved
    assert len(set(re.findall(r"-[0-9.]+", after))) > 1000, "the target does not answer"


# ---- Processes --------------------------------------------------------------------------------------------------------------------

PROCESSES = """
import multiprocessing, os, sys
from neuron import h
from patch import p


def network(i, current):
    source, target = i.Section(name="source"), i.Section(name="target")
    for section in source, target:
        section.L = section.diam = 20
        section.insert("hh")
    clamp, synapse = i.IClamp(source(0.5)), i.ExpSyn(target(0.5))
    clamp.delay, clamp.dur, clamp.amp = 1, 1e9, current
    netcon = i.NetCon(source(0.5)._ref_v, synapse, -20, 1, 0.02, sec=source)
    times, voltage = h.Vector(), h.Vector().record(target(0.5)._ref_v)
    netcon.record(times)
    return [source, target, clamp, synapse, netcon], times, voltage


def result(i, current, made=None):
    h.celsius = 6.3
    model, times, voltage = made or network(i, current)
    model = model if i is h else model[:1]
    h.finitialize(-65)
    h.continuerun(40)
    found = list(times), list(voltage)
    del model, times, voltage, made
    h.finitialize()
    return found


def child(current):
    p.record, p.time
    found = result(p, current)
    assert not list(h.allsec()), list(h.allsec())
    return found


if __name__ == "__main__":
    h.load_file("stdrun.hoc")
    currents = [0.3, 0.5, 0.8]
    expected = [result(h, current) for current in currents]
    assert min(len(times) for times, _ in expected) > 1
    for method in METHODS:
        context = multiprocessing.get_context(method)
        with context.Pool(2) as pool:
            assert pool.map(child, currents) == expected, method
        print(method, flush=True)
    assert [child(current) for current in currents] == expected, "the parent"

    if "fork" in METHODS:
        parents = network(p, 0.5)
        parents[0][0].own, parents[0][0].more = parents[0][:], lambda: parents
        read, write = os.pipe()
        for time in range(2):  # the child of a child, too
            if os.fork() == 0:
                if time and os.fork():
                    os.wait()
                    os._exit(0)
                inherited, parents = parents, None
                found = result(p, 0.5, inherited)
                os.write(write, b"=" if found == expected[1] else b"!")
                sys.exit(0)
            os.wait()
        os.close(write)
        print(os.read(read, 10))
        assert result(p, 0.5, parents) == expected[1], "the parent's own"
"""


@pytest.mark.parametrize("methods", [["fork"], ["spawn", "forkserver"]], ids=lambda methods: methods[0])
def test_processes_of_multiprocessing_compute_what_one_does(methods):
    done = job(PROCESSES.replace("METHODS", repr(methods)), seconds=50).well()
    assert done.out.split() == methods + ["b'=='"] * ("fork" in methods), done
    assert "Error" not in done.err and not done.complaints(), done


# ---- Threads of Python and of NEURON ------------------------------------------------------------------------------------------------


def in_a_thread(function, *arguments):
    found = []
    thread = threading.Thread(target=lambda: found.append(function(*arguments)))
    thread.start()
    thread.join()
    return found[0]


def test_a_thread_runs_what_another_has_built():
    model = wired(p, clones=False)
    run(60)
    expected = [list(vector) for vector in (*model[-2], model[-1])]

    def found(model):
        p.run(60, -65)
        return [list(vector) for vector in (*model[-2], model[-1])]

    assert in_a_thread(found, model) == expected and min(map(len, expected)) > 4
    del model


def test_a_thread_builds_and_drops_what_another_runs():
    expected = wired(h, clones=True)
    run(60)
    expected = [list(vector) for vector in (*expected[-2], expected[-1])]
    model = in_a_thread(lambda: wired(p, clones=False))
    run(60)
    assert [list(vector) for vector in (*model[-2], model[-1])] == expected
    in_a_thread(model[0][0].__ref__, [threading.current_thread()])
    held = [model]
    del model
    in_a_thread(held.clear)
    h.finitialize()
    assert names() == []


def test_threads_that_build_and_drop_together_do_not_disturb_each_other():
    """Python changes threads between any two calls; every model that is kept is whole, every one that is dropped is gone."""
    alone("""
    import sys, threading
    from neuron import h
    from patch import p
    sys.setswitchinterval(1e-6)
    models, errors = [], []

    def build(name):
        try:
            for round in range(150):
                source, target = p.Section(name=f"{name}.{round}"), p.Section(name=f"{name}.{round}'s target")
                synapse = target.synapse(p.ExpSyn, x=0.25, attributes={"tau": 3}, store=True)
                netcons = [source.connect_points(synapse, weight=round, threshold=-k) for k in range(3)]
                child = p.Section(name=f"{name}.{round}'s child")
                child.connect(target)
                source.own, synapse.label = [child, lambda source=source: source], (name, round)
                target.record(0.25)
                assert [netcon.threshold for netcon in netcons] == [0, -1, -2] and synapse.label == (name, round)
                assert target.synapses == [synapse] and synapse.get_segment() == target(0.25)
                if round % 10 == 0:
                    models.append(netcons[1])
                if round % 25 == 24:
                    p.finitialize(-65)
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=build, args=(name,)) for name in "abc"]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    assert not errors, errors
    del threads
    p.finitialize(-65)
    assert len(models) == 45 and len(list(h.allsec())) == 3 * 45 and h.List("NetCon").count() == 3 * 45, len(list(h.allsec()))
    for netcon in models:
        name, round = netcon.preseg().sec.name(), netcon.weight[0]
        assert name.endswith(f".{round:.0f}") and netcon.postseg().sec.name() == name + "'s target"
    models.clear()
    del netcon
    p.finitialize()
    assert not list(h.allsec()) and h.List("NetCon").count() == 0 and sum(p.counts().values()) == 0
    """)


def test_neurons_own_threads_give_what_one_gives():
    model = wired(p, clones=False)
    run(60)
    expected = [list(vector) for vector in (*model[-2], model[-1])]
    pc.nthread(2)
    run(60)
    assert pc.nthread() == 2 and [list(vector) for vector in (*model[-2], model[-1])] == expected
    del model
    h.finitialize()
    assert names() == []
    model = wired(p, clones=False)  # and built while there are two
    run(60)
    assert [list(vector) for vector in (*model[-2], model[-1])] == expected
    pc.nthread(1)
    run(60)
    assert [list(vector) for vector in (*model[-2], model[-1])] == expected
    del model


# ---- Reaction-diffusion -------------------------------------------------------------------------------------------------------------


def test_reaction_diffusion_gives_the_same_numbers_and_goes():
    alone("""
    from neuron import h, rxd
    h.load_file("stdrun.hoc")

    def build(i):
        source, dendrite = i.Section(name="source"), i.Section(name="dendrite")
        source.L = source.diam = 20
        dendrite.L, dendrite.diam, dendrite.nseg = 50, 1, 11
        source.insert("hh")
        dendrite.insert("pas")
        dendrite.connect(source(1))
        clamp, synapse = i.IClamp(source(0.5)), i.ExpSyn(dendrite(0.5))
        clamp.delay, clamp.dur, clamp.amp = 1, 1e9, 0.5
        netcon = i.NetCon(source(0.5)._ref_v, synapse, -20, 1, 0.001, sec=source)
        cytosol = rxd.Region([dendrite], name="cytosol", nrn_region="i")
        calcium = rxd.Species(cytosol, name="ca", d=1, charge=2, initial=lambda node: 1 if node.x < 0.3 else 0)
        decay = rxd.Rate(calcium, -0.1 * calcium)
        seen = [h.Vector().record(dendrite(x)._ref_cai) for x in (0.1, 0.5)] + [h.Vector().record(dendrite(0.5)._ref_v)]
        return seen, [source, dendrite, clamp, synapse, netcon, cytosol, calcium, decay]

    def result(i, kept=slice(None)):
        h.celsius = 6.3
        seen, model = build(i)
        model[kept] = []
        assert len(list(h.allsec())) == 2
        found = []
        for _ in range(2):
            h.finitialize(-65)
            h.continuerun(20)
            found.append([list(each) for each in seen])
        del seen, model
        h.finitialize(-65)
        assert not list(h.allsec()), list(h.allsec())
        return found

    nothing = slice(0, 0)
    expected = result(h, nothing)
    assert len(expected[0][0]) == 801 and expected[0][0][0] > expected[0][0][-1] > 0 and max(expected[0][2]) > -40
    from patch import p
    for _ in range(3):
        assert result(p, nothing) == expected
        assert result(p, slice(1, 5)) == expected  # the source keeps dendrite, synapse and connection
    assert result(h, nothing) == expected
    assert sum(p.counts().values()) == 0
    """)


# ---- A notebook -------------------------------------------------------------------------------------------------------------------


def test_the_cells_of_a_notebook_print_nothing_of_ours_and_can_be_run_again():
    said = alone(r"""
    import code, contextlib, io, re
    from neuron import h
    CELLS = [
        "from patch import p; p.celsius = 6.3",
        "soma, dend = p.Section('soma'), p.Section('dend')",
        "dend.connect(soma); soma.L = soma.diam = 20; soma.insert('hh');",
        "syn = dend.synapse(p.ExpSyn); c = p.IClamp(soma, delay=1, amp=0.5, dur=1e9)",
        "soma.connect_points(syn)",
        "v = soma.record(); soma.own = [syn, lambda: soma]",
        "p.run(30, -65)",
        "max(v), len(p.time)",
        "soma, syn",
        "1 / 0",
        "p.ExpSin",
        "p.check",
    ]
    shell = code.InteractiveInterpreter()

    def notebook():
        outputs = []
        for cell in CELLS:
            out, err = io.StringIO(), io.StringIO()
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                for statement in cell.split("; "):
                    shell.runsource(statement, symbol="single")
            outputs.append(out.getvalue() + "".join(err.getvalue().splitlines()[-1:]))
        return outputs

    SAID = [
        "", "", r"dend\nsoma\n", "", r"NetCon.0.\n", "", "", r"\(-[0-9.]+, 1201\)\n", r"\(soma, ExpSyn.0.\)\n",
        "ZeroDivisionError: division by zero", r".*PatchAttributeError: p: there is no ExpSin, did you mean ExpSyn\?", r"<.*>\n",
    ]
    first = notebook()
    for cell, said, expected in zip(CELLS, first, SAID, strict=True):
        assert re.fullmatch(expected, said), (cell, said)
    for _ in range(3):
        again = notebook()
        assert again[7] == first[7], again
        assert sorted(section.name() for section in h.allsec()) == ["dend", "soma"], list(h.allsec())
        assert h.List("NetCon").count() == 1 and h.List("ExpSyn").count() == 1
    print("well")
    """)
    assert said == "well\n"
