# ranks: 1 2 3
"""p.parallel row by row: NEURON's ParallelContext with more; gids, spikes, transfer variables (gap junctions) as in plain NEURON."""

import inspect
import os
import warnings

import numpy as np
import patch
import pytest
from neuron import h
from patch import p
from patch.exceptions import ParallelConnectError, ParallelError, PatchError, PatchTypeError, PatchValueError
from ranks import LAST, RANK, RANKS, Ring, clean, everyones, exact, of_gids, pc, plain_run, refusal, same_everywhere, several, soma  # noqa: F401

assert int(p.parallel.nhost()) == int(os.environ["PATCH_RANKS"])

# ---- The object ----


def test_there_is_one_object():
    assert p.parallel is p.ParallelContext() is p.parallel
    assert isinstance(p.parallel, patch.interpreter.ParallelContext) and isinstance(p.parallel, patch.parallel.ParallelContext)
    assert p.parallel.hname().startswith("ParallelContext")


def test_id_and_nhost():
    assert (p.parallel.id(), p.parallel.nhost()) == (RANK, RANKS) == (pc.id(), pc.nhost())
    assert everyones(int(p.parallel.id())) == list(range(RANKS))


def test_a_barrier_is_stocks():
    assert p.parallel.barrier() >= 0


def test_all_the_rest_is_stocks():
    assert p.parallel.allreduce(RANK + 1, 1) == sum(range(1, RANKS + 1))
    assert p.parallel.py_allgather(RANK) == list(range(RANKS))
    assert p.parallel.nthread(2) == 2 and pc.nthread() == 2 and p.parallel.nthread(1) == 1
    assert p.parallel.set_maxstep(10) == 10
    assert p.parallel.nhost_world() == RANKS and p.parallel.nhost_bbs() == pc.nhost_bbs()
    vector = h.Vector([RANK])
    p.parallel.allreduce(vector, 2)
    assert vector[0] == LAST
    stock = {name for name in dir(pc) if not name.startswith("_")}
    assert stock <= set(dir(p.parallel))
    assert {"broadcast", "allgather", "psolve", "join", "check"} <= set(dir(p.parallel))


@pytest.mark.parametrize("name", ["nhosts", "brodcast", "xyz"])
def test_an_unknown_name_is_an_attribute_error(name):
    with pytest.raises(AttributeError, match=name):
        getattr(p.parallel, name)
    assert not hasattr(p.parallel, name)


def test_what_other_packages_read_is_there():
    assert p.parallel._transfer_max == -1
    assert hasattr(p.parallel, "_warn_new_gids")


SIGNATURES = {
    "broadcast": "(data, root=0)",
    "set_gid2node": "(gid, id=None)",
    "psolve": "(tstop, v_init=None)",
    "spike_record": "(gids=-1, tvec=None, gidvec=None, /)",
    "join": "()",
}


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_function_shows_its_arguments(name):
    assert str(inspect.signature(getattr(p.parallel, name))) == SIGNATURES[name]
    assert getattr(p.parallel, name).__doc__


# ---- gids ----

FIRST = 10 * RANK + 10  # gids of this rank


def source(interpreter=p):
    """Spikes at 1, 3 and 5 ms."""
    stim = interpreter.NetStim()
    stim.start, stim.number, stim.interval = 1, 3, 2
    return stim


def relay():
    """Fires at each spike of a weight above 1."""
    cell = h.IntFire1()
    cell.refrac = 0.5
    return cell


def test_a_gid_is_this_ranks_if_no_other_is_named():
    p.parallel.set_gid2node(FIRST)
    p.parallel.set_gid2node(FIRST + 1, id=RANK)
    p.parallel.set_gid2node(FIRST + 2, (RANK + 1) % RANKS)
    p.parallel.set_gid2node(np.int64(FIRST + 3))
    p.parallel.set_gid2node(0, 0)
    exist = [pc.gid_exists(gid) for gid in (FIRST, FIRST + 1, FIRST + 2, FIRST + 3, 0)]
    assert exist == [1, 1, 1 if RANKS == 1 else 0, 1, 1 if RANK == 0 else 0]
    assert exist == [p.parallel.gid_exists(gid) for gid in (FIRST, FIRST + 1, FIRST + 2, FIRST + 3, 0)]


@pytest.mark.parametrize("gid", [-1, 1.5, 2**31, True, "x", None, float("nan")])
def test_what_is_no_gid_is_refused_everywhere(gid):
    for use in (
        lambda: p.parallel.set_gid2node(gid),
        lambda: p.parallel.cell(gid, p.NetCon(source(), None)),
        lambda: p.parallel.gid_connect(gid, p.IntFire1()),
    ):
        with pytest.raises(ParallelConnectError, match="gid is .*, expected an integer from 0 to 2147483647") as caught:
            use()
        assert isinstance(caught.value, (ValueError, TypeError))
    assert of_gids(p.parallel.check()) == [] and everyones(None) == [None] * RANKS, "the job lives"


@pytest.mark.parametrize("rank", [-1, RANKS, 0.5])
def test_what_is_no_rank_is_refused(rank):
    with pytest.raises(PatchValueError, match="id is .*, expected a rank from 0 to"):
        p.parallel.set_gid2node(FIRST, rank)
    assert p.parallel.gid_exists(FIRST) == 0


def test_a_gid_that_is_used_is_refused_and_the_job_lives():
    p.parallel.set_gid2node(FIRST)
    with pytest.raises(PatchError, match=str(FIRST)):
        p.parallel.set_gid2node(FIRST)
    assert p.parallel.gid_exists(FIRST) == 1
    assert everyones(RANK) == list(range(RANKS))


def test_cell_gives_a_gid_its_source():
    for gid, output in ((FIRST, []), (FIRST + 1, [True]), (FIRST + 2, [False]), (FIRST + 3, [0])):
        p.parallel.set_gid2node(gid)
        p.parallel.cell(gid, p.NetCon(source(), None), *output)
    exist = [p.parallel.gid_exists(gid) for gid in range(FIRST, FIRST + 4)]
    assert exist == [3, 3, 2, 2]
    with pytest.raises(PatchTypeError, match="netcon"):
        p.parallel.cell(FIRST, source())


def test_cell_and_gid_connect_carry_spikes_as_in_plain_neuron():
    def spikes(context):
        times, stim, target = h.Vector(), source(h), relay()
        context.set_gid2node(FIRST, RANK)
        sends = h.NetCon(stim, None)
        context.cell(FIRST, sends)
        receives = context.gid_connect(10 * ((RANK + 1) % RANKS) + 10, target)
        receives.weight[0], receives.delay = 2, 1.5
        fires = h.NetCon(target, None)
        fires.record(times)
        context.set_maxstep(10)
        h.finitialize(-65)
        context.psolve(10)
        context.gid_clear()
        return exact(times)

    expected = spikes(pc)
    assert len(expected) == 3 and spikes(p.parallel) == expected


def test_gid_connect_returns_a_netcon_that_lives_and_has_no_threshold_of_its_own():
    p.ParallelCon(source(), FIRST)
    target = relay()
    other = 10 * ((RANK + 1) % RANKS) + 10
    netcon = p.parallel.gid_connect(other, target)
    assert isinstance(netcon, patch.objects.NetCon) and netcon.gid == other and netcon.syn() == target
    assert (netcon.weight[0], netcon.delay) == (0, 1), "NEURON's own, where nothing is given"
    with pytest.raises(RuntimeError, match="threshold"):
        netcon.threshold = 5
    netcon.weight[0], netcon.delay = 2, 1.5
    times = p.Vector()
    p.NetCon(target, None).record(times)
    del netcon
    p.run(10)
    assert len(times) == 3


def test_gid_connect_moves_a_netcon_that_is_given():
    p.ParallelCon(source(), FIRST)
    target = relay()
    netcon = p.NetCon(None, target, weight=2, delay=3)
    moved = p.parallel.gid_connect(10 * ((RANK + 1) % RANKS) + 10, target, netcon)
    assert moved == netcon and (netcon.weight[0], netcon.delay) == (2, 3)
    times = p.Vector()
    p.NetCon(target, None).record(times)
    p.run(10)
    assert exact(times) == exact([4, 6, 8])


@pytest.mark.parametrize("wrong", ["target", "netcon"])
def test_gid_connect_refuses_what_cannot_receive(wrong):
    target = relay()
    with pytest.raises(PatchTypeError, match=wrong):
        p.parallel.gid_connect(5, None if wrong == "target" else target, 5)
    section = soma("own")
    with pytest.raises(PatchError):
        p.parallel.gid_connect(5, h.IClamp(section(0.5)))
    p.parallel.set_gid2node(FIRST)
    with pytest.raises(ParallelConnectError, match=f"gid {FIRST} was set on rank {RANK} without a source"):
        p.parallel.gid_connect(FIRST, target)
    assert everyones(RANK) == list(range(RANKS)), "the job lives"


def test_gid_clear_clears():
    p.ParallelCon(source(), FIRST)
    p.parallel.spike_record()
    p.parallel.source_var(soma("s"), RANK)
    p.parallel.gid_clear()
    assert p.parallel.gid_exists(FIRST) == 0 and p.parallel._transfer_max == -1 and of_gids(p.parallel.check()) == []
    p.ParallelCon(source(), FIRST)
    times, _ = p.parallel.spike_record()
    p.run(10)
    assert len(times) == 3


# ---- Spikes ----


def test_spike_record_makes_what_it_returns():
    p.ParallelCon(source(), FIRST)
    p.ParallelCon(p.NetStim(start=2, number=1), FIRST + 1)
    records = {
        "all": p.parallel.spike_record(),
        "all by number": p.parallel.spike_record(-1),
        "a gid": p.parallel.spike_record(FIRST + 1),
        "a Vector": p.parallel.spike_record(p.Vector([FIRST, FIRST + 1])),
        "a list": p.parallel.spike_record([FIRST]),
    }
    assert all(type(each) is type(p.Vector()) for pair in records.values() for each in pair)
    p.run(10)
    found = {name: sorted(zip(times, gids)) for name, (times, gids) in records.items()}
    # NEURON has one recording for each source: the last one that was asked for.
    assert found["a list"] == [(1, FIRST), (3, FIRST), (5, FIRST)]
    assert found["a Vector"] == [(2, FIRST + 1)]


@pytest.mark.parametrize("which", ["all", "a gid", "a Vector"])
def test_spike_record_equals_stocks(which):
    def spikes(context):
        stims = [source(h) for _ in range(2)]
        kept = [h.NetCon(stim, None) for stim in stims]
        for i, netcon in enumerate(kept):
            context.set_gid2node(FIRST + i, RANK)
            context.cell(FIRST + i, netcon)
        times, gids = h.Vector(), h.Vector()
        context.spike_record({"all": -1, "a gid": FIRST, "a Vector": h.Vector([FIRST, FIRST + 1])}[which], times, gids)
        context.set_maxstep(10)
        h.finitialize(-65)
        context.psolve(10)
        context.gid_clear()
        return exact(times), list(gids)

    expected = spikes(pc)
    assert len(expected[0]) == (3 if which == "a gid" else 6) and spikes(p.parallel) == expected


def test_spike_record_fills_what_is_given():
    p.ParallelCon(source(), FIRST)
    times, gids = h.Vector(), p.Vector()
    assert p.parallel.spike_record(-1, times, gids) == (times, gids)
    p.run(10)
    assert (list(times), list(gids)) == ([1, 3, 5], [FIRST] * 3)
    times = h.Vector()
    recorded, gids = p.parallel.spike_record(FIRST, times)
    assert recorded == times
    p.run(4)
    assert (list(times), list(gids)) == ([1, 3], [FIRST] * 2)


@pytest.mark.parametrize(
    "arguments, kind, words",
    [
        ((FIRST + 5,), ValueError, f"gid {FIRST + 5} has no source on rank {RANK}"),
        (([FIRST, FIRST + 5],), ValueError, f"gid {FIRST + 5} has no source on rank {RANK}"),
        ((-2,), ValueError, "gid is -2"),
        (("x",), TypeError, "gids"),
        ((FIRST, 5), TypeError, "tvec"),
        ((FIRST, h.Vector(), 5), TypeError, "gidvec"),
    ],
)
def test_spike_record_refuses(arguments, kind, words):
    p.ParallelCon(source(), FIRST)
    with pytest.raises(PatchError, match=words) as caught:
        p.parallel.spike_record(*arguments)
    assert isinstance(caught.value, kind)
    assert everyones(RANK) == list(range(RANKS)), "the job lives"


@pytest.mark.parametrize("name", ["gids", "tvec", "gidvec"])
def test_spike_record_has_no_keywords(name):
    with pytest.raises(TypeError, match=name):
        p.parallel.spike_record(**{name: -1})


def test_a_gid_that_is_set_after_all_are_recorded_warns():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        p.parallel.set_gid2node(FIRST)
        p.parallel.cell(FIRST, p.NetCon(source(), None))
        p.parallel.spike_record(FIRST)
        p.parallel.set_gid2node(FIRST + 1)
        p.parallel.cell(FIRST + 1, p.NetCon(source(), None))
        p.parallel.spike_record(-1)
        p.parallel.set_gid2node(FIRST + 2, (RANK + 1) % RANKS) if RANKS > 1 else None
    with pytest.warns(Warning, match=rf"gid {FIRST + 3} .*spike_record\(-1\)"):
        p.parallel.set_gid2node(FIRST + 3)
    p.parallel.gid_clear()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        p.parallel.set_gid2node(FIRST + 3)


# ---- Transfer variables: gap junctions ----

UNTIL = 3  # ms; with more ranks than cores each step of a gap junction takes milliseconds


class Gaps:
    """Cells in a ring of half gap junctions: the clamp of each one, with a resistance, is at the voltage of the next one."""

    def __init__(self, count, connect):
        self.cells = {gid: soma(f"cell{gid}") for gid in range(RANK, count, RANKS)}
        self.clamps, self.voltages = {}, {}
        for gid, cell in self.cells.items():
            self.clamps[gid] = clamp = h.SEClamp(cell(0.5))
            clamp.rs, clamp.dur1 = 50, 1e9
            connect(cell, gid, clamp, (gid + 1) % count)
            self.voltages[gid] = h.Vector().record(cell(0.5)._ref_v)
        if 0 in self.cells:
            self.current = h.IClamp(self.cells[0](0.5))
            self.current.delay, self.current.dur, self.current.amp = 0.2, 2, 1

    def result(self):
        return {gid: exact(voltage) for gid, voltage in self.voltages.items()}


def by_neuron(cell, gid, clamp, other):
    pc.source_var(cell(0.5)._ref_v, gid, sec=cell)
    pc.target_var(clamp, clamp._ref_amp1, other)


def plain_gaps(count, until, more=None):
    """The same in plain NEURON. Every rank takes part."""
    gaps = Gaps(count, by_neuron)
    kept = more(gaps, pc) if more else None
    pc.setup_transfer()
    plain_run(until)
    result = gaps.result()
    highest = max((max(voltage) for voltage in gaps.voltages.values()), default=-65)
    pc.gid_clear()
    del kept, gaps
    assert max(everyones(highest)) > 0, "cells that do not spike show nothing"
    return result


SOURCES = {
    "a section": lambda cell, gid: p.parallel.source_var(cell, gid),
    "a segment": lambda cell, gid: p.parallel.source_var(cell(0.5), gid),
    "a pointer with its section": lambda cell, gid: p.parallel.source_var(cell(0.5)._ref_v, gid, sec=cell),
    "by names": lambda cell, gid: p.parallel.source_var(source=cell(0.5)._ref_v, key=gid, sec=cell),
    "a number of numpy's": lambda cell, gid: p.parallel.source_var(cell(0.5), np.int64(gid)),
}
TARGETS = {
    "a point process and a pointer": lambda clamp, gid: p.parallel.target_var(clamp, clamp._ref_amp1, gid),
    "by names": lambda clamp, gid: p.parallel.target_var(target=clamp, variable=clamp._ref_amp1, key=gid),
    "a pointer alone": lambda clamp, gid: p.parallel.target_var(clamp._ref_amp1, gid),
    "a pointer with a section": lambda clamp, gid: p.parallel.target_var(clamp._ref_amp1, gid, sec=clamp.get_segment().sec),
}


def by_patch(how_source="a pointer with its section", how_target="a point process and a pointer"):
    def connect(cell, gid, clamp, other):
        TARGETS[how_target](clamp, other)
        SOURCES[how_source](cell, gid)

    return connect


# In CVODE ranks with gap junctions exchange voltages many times a step: with more ranks than cores that takes half a minute.
CASES = [(1, "fixed step"), (2, "fixed step"), (RANKS + 1, "fixed step"), (RANKS + 1, "2 threads")] + [(RANKS + 1, "CVODE")] * (RANKS < 3)


@pytest.mark.parametrize("count, method", CASES)
def test_gap_junctions_equal_plain_neurons(count, method):
    if method == "CVODE":
        h.CVode().active(1)
        plain_gaps(count, UNTIL)
    expected = plain_gaps(count, UNTIL)
    if method == "2 threads":
        pc.nthread(2)
    gaps = Gaps(count, by_patch())
    for _ in range(2):
        p.run(UNTIL)
        assert gaps.result() == expected


def test_a_gap_junction_shows_in_the_other_cell():
    gaps = Gaps(2, by_patch())
    p.run(UNTIL)
    rise = max((max(voltage) - voltage[0] for gid, voltage in gaps.voltages.items() if gid == 1), default=0)
    assert max(everyones(rise)) > 5  # mV; cell 1 has no current of its own


@pytest.mark.parametrize("how", SOURCES)
def test_a_source_may_be_given_as(how):
    expected = plain_gaps(RANKS + 1, UNTIL)
    gaps = Gaps(RANKS + 1, by_patch(how_source=how))
    p.run(UNTIL)
    assert gaps.result() == expected


@pytest.mark.parametrize("how", TARGETS)
def test_a_target_may_be_given_as(how):
    expected = plain_gaps(RANKS + 1, UNTIL)
    gaps = Gaps(RANKS + 1, by_patch(how_target=how))
    p.run(UNTIL)
    assert gaps.result() == expected


def test_a_source_may_be_anywhere_in_a_section():
    def connect(context, far):
        cell, clamp = soma("cell"), None
        cell.nseg, cell.L = 5, 500
        clamp = h.SEClamp(cell(0.1))
        clamp.rs, clamp.dur1 = 50, 1e9
        current = h.IClamp(cell(0.9))
        current.delay, current.dur, current.amp = 0.2, 2, 0.5 + 0.1 * RANK
        far(cell)
        context.target_var(clamp, clamp._ref_amp1, (RANK + 1) % RANKS)
        return cell, clamp, current, h.Vector().record(cell(0.1)._ref_v)

    def result(kept):
        p.parallel.psolve(UNTIL, v_init=-65)
        found = exact(kept[-1])
        p.parallel.gid_clear()
        return found

    expected = result(connect(pc, lambda cell: pc.source_var(cell(0.9)._ref_v, RANK, sec=cell)))
    assert result(connect(p.parallel, lambda cell: p.parallel.source_var(cell(0.9), RANK))) == expected
    assert result(connect(p.parallel, lambda cell: p.parallel.source_var(cell(0.5), RANK))) != expected


@pytest.mark.parametrize("set_up", ["p.run", "by hand", "p.parallel.psolve", "p.finitialize"])
def test_set_up_is_done_when_needed_and_again_after_new_variables(set_up):
    run = {
        "p.run": lambda: p.run(UNTIL),
        "by hand": lambda: (p.parallel.setup_transfer(), p.run(UNTIL)),
        "p.parallel.psolve": lambda: p.parallel.psolve(UNTIL, v_init=-65),
        "p.finitialize": lambda: (p.finitialize(-65), p.continuerun(UNTIL)),
    }[set_up]

    def more(gaps, context):
        """A second junction of each cell, with the first cell's voltage."""
        clamps = [h.SEClamp(cell(0.5)) for cell in gaps.cells.values()]
        for clamp in clamps:
            clamp.rs, clamp.dur1 = 100, 1e9
            context.target_var(clamp, clamp._ref_amp1, 0)
        return clamps

    expected, expected_of_more = plain_gaps(RANKS + 1, UNTIL), plain_gaps(RANKS + 1, UNTIL, more)
    assert expected != expected_of_more
    gaps = Gaps(RANKS + 1, by_patch())
    run()
    assert gaps.result() == expected
    kept = more(gaps, p.parallel)
    run()
    assert gaps.result() == expected_of_more and kept


def test_new_variables_on_one_rank_alone_are_set_up_by_all():
    def more(gaps, context):
        """A second junction of the last rank's cells."""
        clamps = [h.SEClamp(cell(0.5)) for cell in gaps.cells.values() if RANK == LAST]
        for clamp in clamps:
            clamp.rs, clamp.dur1 = 100, 1e9
            context.target_var(clamp, clamp._ref_amp1, 0)
        return clamps

    expected = plain_gaps(RANKS + 1, UNTIL, more)
    gaps = Gaps(RANKS + 1, by_patch())
    p.run(UNTIL)
    kept = more(gaps, p.parallel)
    p.run(UNTIL)
    assert gaps.result() == expected and len(kept) == (len(gaps.cells) if RANK == LAST else 0)


def test_gap_junctions_and_gids_go_together():
    def connect(patch):
        ring = Ring(RANKS + 1, patch=patch)
        context = p.parallel if patch else pc
        clamps = [h.SEClamp(cell.soma(0.5)) for cell in ring.cells.values()]
        for clamp, (gid, cell) in zip(clamps, ring.cells.items()):
            clamp.rs, clamp.dur1 = 200, 1e9
            context.source_var(cell.soma(0.5)._ref_v, gid, sec=cell.soma)
            context.target_var(clamp, clamp._ref_amp1, (gid + 1) % (RANKS + 1))
        return ring, clamps

    ring, clamps = connect(patch=False)
    pc.setup_transfer()
    plain_run(UNTIL)
    expected = ring.result()
    pc.gid_clear()
    del ring, clamps
    ring, clamps = connect(patch=True)
    p.run(UNTIL)
    assert ring.result() == expected and clamps


def test_a_target_without_a_source_names_key_and_rank_on_all_ranks():
    gaps = Gaps(RANKS + 1, by_patch())
    if RANK == LAST:
        clamp = h.SEClamp(gaps.cells[LAST](0.5))
        p.parallel.target_var(clamp, clamp._ref_amp1, 99)
    for call, run in {
        "run": lambda: p.run(5),
        "finitialize": lambda: p.finitialize(),
        "psolve": lambda: p.parallel.psolve(5, v_init=-65),
        "setup_transfer": lambda: p.parallel.setup_transfer(),
    }.items():
        same_everywhere(refusal(run), ParallelError, f"{call}: ", f"key 99 on rank {LAST} has no source_var")
    if RANK == 0:
        p.parallel.source_var(gaps.cells[0](0.5), 99)
    p.run(2)
    assert h.t == pytest.approx(2)


@several
def test_a_key_that_two_ranks_send_names_both():
    section = soma("own")
    p.parallel.source_var(section, 7 if RANK in (0, LAST) else 100 + RANK)
    same_everywhere(refusal(lambda: p.run(5)), ParallelError, "key 7", f"ranks 0 and {LAST}")


def test_a_key_that_this_rank_sends_already_is_refused_and_the_job_lives():
    section = soma("own")
    p.parallel.source_var(section, RANK)
    with pytest.raises(PatchError):
        p.parallel.source_var(section, RANK)
    p.run(1)
    assert h.t == pytest.approx(1)


@pytest.mark.parametrize(
    "key, kind", [(-1, ValueError), (1.5, ValueError), (2**31, ValueError), (float("nan"), ValueError), ("x", TypeError)]
)
def test_what_is_no_key_is_refused_and_leaves_nothing(key, kind):
    section = soma("own")
    clamp = h.SEClamp(section(0.5))
    for use in (
        lambda: p.parallel.source_var(section(0.5)._ref_v, key, sec=section),
        lambda: p.parallel.target_var(clamp, clamp._ref_amp1, key),
        lambda: p.parallel.target_var(clamp._ref_amp1, key),
    ):
        with pytest.raises(kind, match="key is") as caught:
            use()
        assert isinstance(caught.value, PatchError)
    assert p.parallel._transfer_max == -1
    for _ in range(1 + RANK):  # alone
        p.run(1 + RANK)


@pytest.mark.parametrize(
    "use",
    [
        lambda section, clamp: p.parallel.source_var(5, 1),
        lambda section, clamp: p.parallel.source_var(clamp, 1),
        lambda section, clamp: p.parallel.source_var(section),
        lambda section, clamp: p.parallel.source_var(section, 1, sec=5),
        lambda section, clamp: p.parallel.target_var(section, clamp._ref_amp1, 1),
        lambda section, clamp: p.parallel.target_var(clamp, 5, 1),
        lambda section, clamp: p.parallel.target_var(clamp, clamp._ref_amp1),
        lambda section, clamp: p.parallel.target_var(h.SEClamp, clamp._ref_amp1, 1),
        lambda section, clamp: p.parallel.target_var(h.Vector(), clamp._ref_amp1, 1),
    ],
)
def test_wrong_arguments_of_transfer_variables_are_refused(use):
    section = soma("own")
    clamp = h.SEClamp(section(0.5))
    with pytest.raises(PatchTypeError):
        use(section, clamp)
    assert p.parallel._transfer_max == -1 and everyones(RANK) == list(range(RANKS))


def test_transfer_max_is_the_largest_key_of_this_rank():
    section = soma("own")
    clamp = h.SEClamp(section(0.5))
    assert p.parallel._transfer_max == -1
    p.parallel.source_var(section, RANK)
    assert p.parallel._transfer_max == RANK
    p.parallel.target_var(clamp, clamp._ref_amp1, 0)
    assert p.parallel._transfer_max == RANK
    pc.source_var(section(0.5)._ref_v, 50 + RANK, sec=section)
    assert p.parallel._transfer_max == 50 + RANK
    p.parallel.gid_clear()
    assert p.parallel._transfer_max == -1


def test_set_up_without_variables_is_nothing():
    p.parallel.setup_transfer()
    p.parallel.psolve(2, v_init=-65)
    assert h.t == pytest.approx(2)


def test_own_models_run_after_gap_junctions_are_cleared():
    gaps = Gaps(RANKS, by_patch())
    p.run(2)
    p.parallel.gid_clear()
    del gaps
    section = soma("own")
    for _ in range(1 + RANK):
        p.run(1 + RANK)
    assert h.t == pytest.approx(1 + RANK) and section.v
