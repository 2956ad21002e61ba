# ranks: 1 2 3
"""ParallelCon on several ranks: any number of gids on a place, in any order, equal to the last bit to plain NEURON in the same job."""

import gc
import itertools
import os
import re

import pytest
from neuron import h
from patch import PatchError, exceptions, p
from ranks import LAST, RANK, RANKS, everyones, of_gids, pc, several
from ranks import exact as bits

assert int(p.parallel.nhost()) == int(os.environ["PATCH_RANKS"])

cvode = h.CVode()

SET = {
    "fixed step": [],
    "CVODE": [lambda: cvode.active(1)],
    "lvardt": [lambda: cvode.active(1), lambda: cvode.use_local_dt(1)],
    "threads": [lambda: pc.nthread(2)],
    "bin queue": [lambda: cvode.queue_mode(1)],
    "compressed": [lambda: pc.spike_compress(10, 0)],
    "compressed gids": [lambda: pc.spike_compress(10, 1)],
    "compressed, overflowing": [lambda: pc.spike_compress(1, 1)],
    "multisend": [lambda: pc.spike_compress(0, 0, 1)],
    "multisend in two phases": [lambda: pc.spike_compress(0, 0, 1 + 8)],
    "multisend in two intervals": [lambda: pc.spike_compress(0, 0, 1 + 4)],
    "multisend in both": [lambda: pc.spike_compress(0, 0, 1 + 4 + 8)],
    "bin queue, compressed gids": [lambda: cvode.queue_mode(1), lambda: pc.spike_compress(10, 1)],
    "threads, compressed gids": [lambda: pc.nthread(2), lambda: pc.spike_compress(10, 1)],
}
MODES = [mode for mode in SET if mode != "CVODE"]


def usual_modes():
    if RANKS > 1:
        pc.spike_compress(0, 0, 0)
    cvode.queue_mode(0)
    pc.nthread(1)
    cvode.use_local_dt(0)
    cvode.active(0)
    h.dt = 0.025


def run(mode="fixed step", duration=48):
    """A mode is set once the network is there, as NEURON wants it."""
    h.dt = 0.025
    for each in SET[mode]:
        each()
    assert bool(cvode.use_local_dt()) == (mode == "lvardt")
    p.run(duration, -65)
    usual_modes()


@pytest.fixture(autouse=True)
def nothing_stays():
    """No gid and no section before a test and after it, on every rank."""
    assert not list(h.allsec())
    pc.barrier()
    yield
    usual_modes()
    p.parallel.gid_clear()
    gc.collect()  # what an exception held
    h.finitialize()
    pc.barrier()
    assert not list(h.allsec()) and not h.List("NetCon").count() and not sum(p.counts().values())


# ---- Cells and receivers ---------------------------------------------------------------------------------------------------------------


def cell(interpreter, name, current):
    section = interpreter.Section(name=name)
    section.L = section.diam = 20
    section.nseg = 3
    section.insert("hh")
    clamp = h.IClamp(section(0.5))
    clamp.delay, clamp.dur, clamp.amp = 1, 1e9, current
    return section, clamp


def spikes_of(netcon):
    times = h.Vector()
    netcon.record(times)
    return times


def stock_source(variable, gid, threshold, section):
    netcon = h.NetCon(variable, None, threshold, 1, 0, sec=section)
    pc.set_gid2node(gid, RANK)
    pc.cell(gid, netcon)
    return netcon


def stock_receiver(gid, target, weight, delay):
    netcon = pc.gid_connect(gid, target)
    netcon.weight[0], netcon.delay = weight, delay
    return netcon


def our_receiver(gid, target, weight, delay):
    return p.ParallelCon(gid, target, weight=weight, delay=delay)


def repeater(gid, delay, receive):
    """An artificial cell that spikes whenever the gid's events arrive; the last of them is the Vector of these times."""
    target = h.IntFire1()
    target.refrac, target.tau = 0, 1e-3
    detector = h.NetCon(target, None)
    return target, receive(gid, target, 2, delay), detector, spikes_of(detector)


DELAY = 4  # ms; as few exchanges as will do, ranks that outnumber cores take long for each
THRESHOLDS = [-20, 10, -20, 0, -40, 20]
ALL = [100 * rank + j for rank, j in itertools.product(range(RANKS), range(len(THRESHOLDS)))]


def current(rank):
    return 0.25 + 0.1 * rank


# ---- Many gids on a place -------------------------------------------------------------------------------------------------------------


def gids_of_one_cell():
    """Ours: on each rank a cell with a gid for each threshold."""
    section, clamp = cell(p, "cell", current(RANK))
    for j, threshold in enumerate(THRESHOLDS):
        p.ParallelCon(section, 100 * RANK + j, threshold=threshold)
    return section, clamp


def gids_of_clones():
    """In plain NEURON: on each rank a cell for each threshold, with the one gid."""
    cells = [cell(h, f"cell{j}", current(RANK)) for j in range(len(THRESHOLDS))]
    sent = [
        stock_source(section(0.5)._ref_v, 100 * RANK + j, threshold, section)
        for j, ((section, _), threshold) in enumerate(zip(cells, THRESHOLDS, strict=True))
    ]
    return cells, sent


def heard(make, receive, mode, delay):
    """When the spikes of each gid of each rank arrive on this rank, and those of its own gids."""
    kept = make()
    receivers = {gid: repeater(gid, delay, receive) for gid in ALL}
    times, gids = h.Vector(), h.Vector()
    pc.spike_record(-1, times, gids)
    run(mode)
    own = {gid: bits([time for time, each in zip(times, gids, strict=True) if each == gid]) for gid in ALL}
    arrived = {gid: bits(each[-1]) for gid, each in receivers.items()}
    p.parallel.gid_clear()
    del kept, receivers
    h.finitialize()
    return arrived, own


@pytest.mark.parametrize(("mode", "delay"), [*((mode, DELAY) for mode in MODES), ("fixed step", 1), ("multisend", 1)])
def test_each_of_many_gids_on_a_place_arrives_everywhere_as_from_a_single_source(mode, delay):
    expected = heard(gids_of_clones, stock_receiver, mode, delay)
    got = heard(gids_of_one_cell, our_receiver, mode, delay)
    assert got == expected
    assert all(len(got[0][gid]) > 1 for gid in ALL if gid % 100 != 5), {gid: len(times) for gid, times in got[0].items()}
    assert len(set(map(tuple, got[0].values()))) >= 4 * RANKS, "thresholds make a difference"


def test_with_cvode_each_of_many_gids_on_a_place_arrives_everywhere_as_from_a_single_source():
    """All cells of a rank share their steps: one cell at a time, and who receives is on the other ranks."""

    def arrivals(make, receive, gids):
        kept = make() if RANK == 0 else None
        receivers = {gid: repeater(gid, DELAY, receive) for gid in gids if RANK != 0}
        spikes = {gid: spikes_of(netcon) for gid, netcon in zip(gids, kept[1], strict=True)} if kept else {}
        run("CVODE")
        seen = {gid: bits(times) for gid, times in spikes.items()}, {gid: bits(each[-1]) for gid, each in receivers.items()}
        p.parallel.gid_clear()
        del kept, receivers, spikes
        h.finitialize()
        return seen

    def ours():
        made = cell(p, "cell", 0.4)
        return made, [p.ParallelCon(made[0], gid, threshold=threshold) for gid, threshold in enumerate(THRESHOLDS)]

    def stock(gid):
        made = cell(h, "cell", 0.4)
        return made, [stock_source(made[0](0.5)._ref_v, gid, THRESHOLDS[gid], made[0])]

    got = arrivals(ours, our_receiver, range(len(THRESHOLDS)))
    for gid in range(len(THRESHOLDS)):
        expected = arrivals(lambda gid=gid: stock(gid), stock_receiver, [gid])
        for mine, theirs in zip(got, expected, strict=True):
            assert gid not in theirs or mine[gid] == theirs[gid]
        times = got[0] if RANK == 0 else got[1]
        assert gid == 5 or len(times[gid]) > 1


@pytest.mark.parametrize("mode", ["fixed step", "threads", "compressed gids", "multisend", "bin queue"])
def test_gids_of_a_fork_arrive_everywhere_as_from_single_sources(mode):
    def tree(interpreter):
        (a, clamp), (b, _), (c, _) = [cell(interpreter, name, 0.9 if name == "a" else 0) for name in "abc"]
        b.connect(a(1)), c.connect(a(1))
        return a, b, c, clamp

    def ours():
        a, b, c, clamp = tree(p)
        for gid, (place, threshold) in enumerate([(a(1), -20), (b(0), -20), (c(0), 0), (b(0), 10)]):
            p.ParallelCon(place, gid, threshold=threshold)
        return a, b, c, clamp

    def stock():
        trees = [tree(h) for _ in range(4)]
        thresholds = enumerate([-20, -20, 0, 10])
        return trees, [stock_source(trees[gid][0](1)._ref_v, gid, threshold, trees[gid][0]) for gid, threshold in thresholds]

    def arrivals(make, receive):
        kept = make() if RANK == LAST else None
        receivers = [repeater(gid, DELAY, receive) for gid in range(4)]
        run(mode)
        arrived = [bits(each[-1]) for each in receivers]
        p.parallel.gid_clear()
        del kept, receivers
        h.finitialize()
        return arrived

    expected = arrivals(stock, stock_receiver)
    got = arrivals(ours, our_receiver)
    assert got == expected and all(len(times) > 1 for times in got) and len(set(map(tuple, got))) == 3


# ---- A feedback network ---------------------------------------------------------------------------------------------------------------

SIZE, NETWORK_THRESHOLDS = 6, (-20, 0, 10)
MINE = [k for k in range(SIZE) if k % RANKS == RANK]


def wires():
    """(source cell, threshold, target cell, weight, delay): no two events arrive together."""
    for k, j, step in itertools.product(range(SIZE), range(3), (1, 2)):
        yield k, j, (k + step + j) % SIZE, (0.02, 0.01, -0.001)[j] / step, DELAY + 0.37 * j + 0.0013 * k + 0.21 * step


def network_cell(interpreter, name, k):
    section, clamp = cell(interpreter, name, 0.3 if k < 2 else 0)
    clamp.dur = 20
    synapse = h.ExpSyn(section(0.5))
    synapse.tau = 2
    return section, synapse, clamp


def our_network():
    made = {k: network_cell(p, f"cell{k}", k) for k in MINE}
    for k, j in itertools.product(MINE, range(3)):
        p.ParallelCon(made[k][0], 3 * k + j, threshold=NETWORK_THRESHOLDS[j])
    for k, j, to, weight, delay in wires():
        if to in made:
            p.ParallelCon(3 * k + j, made[to][1], weight=weight, delay=delay)
    return made


def network_of_clones():
    """In plain NEURON: of each cell a clone for each threshold, which gets what the cell gets."""
    made = {(k, j): network_cell(h, f"cell{k}_{j}", k) for k, j in itertools.product(MINE, range(3))}
    sent = [stock_source(section(0.5)._ref_v, 3 * k + j, NETWORK_THRESHOLDS[j], section) for (k, j), (section, _, _) in made.items()]
    wanted = [(wire, clone) for wire in wires() for clone in range(3) if wire[2] in MINE]
    return made, sent, [stock_receiver(3 * k + j, made[to, clone][1], weight, delay) for (k, j, to, weight, delay), clone in wanted]


def spikes_of_network(make, mode):
    kept = make()
    times, gids = h.Vector(), h.Vector()
    pc.spike_record(-1, times, gids)
    run(mode, 100)
    spikes = {gid: bits([time for time, each in zip(times, gids, strict=True) if each == gid]) for gid in range(3 * SIZE)}
    p.parallel.gid_clear()
    del kept
    h.finitialize()
    return spikes


@pytest.mark.parametrize("mode", ["fixed step", "threads", "compressed gids", "multisend", "bin queue", "lvardt"])
def test_a_feedback_network_is_that_of_clones(mode):
    expected = spikes_of_network(network_of_clones, mode)
    got = spikes_of_network(our_network, mode)
    assert got == expected
    assert all(len(got[3 * k + j]) > 3 for k, j in itertools.product(MINE, range(3))), {gid: len(times) for gid, times in got.items()}


# ---- Receivers first -------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("receive", [our_receiver, stock_receiver], ids=["p.ParallelCon", "pc.gid_connect"])
def test_receivers_may_come_first_on_any_rank(receive):
    """On each rank receivers of two delays for every gid, and then the gids; two runs."""

    def arrivals(first):
        sources = None if first else gids_of_one_cell()
        received = [repeater(gid, delay, receive) for gid in ALL for delay in (DELAY, 5.5)]
        if first:
            run(duration=2)
            assert not any(len(each[-1]) for each in received)
            sources = gids_of_one_cell()
        recorded = spikes_of(received[0][1])
        seen = []
        for _ in range(2):
            run()
            seen.append([bits(each[-1]) for each in received])
        assert bits([time + DELAY for time in recorded if time <= 48 - DELAY]) == seen[0][0]
        p.parallel.gid_clear()
        del sources, received, recorded
        h.finitialize()
        return seen

    expected = arrivals(False)
    got = arrivals(True)
    assert got == expected and got[0] == got[1] and len(got[0][0]) > 1


@pytest.mark.parametrize("how", ["a Vector", "a function"])
def test_what_a_receiver_records_is_carried_over(how):
    """Rank 0 sends; every rank has recorded on a receiver before."""
    kept = repeater(7, DELAY, our_receiver)
    times, called = h.Vector(), []
    kept[1].record(times) if how == "a Vector" else kept[1].record(lambda: called.append(h.t))
    run(duration=2)
    sources = cell(p, "cell", 0.5) if RANK == 0 else None
    if sources:
        p.ParallelCon(sources[0], 7)
    run()
    seen = everyones(bits(times if how == "a Vector" else called))
    assert all(each == seen[0] for each in seen) and len(seen[0]) > 2
    late = [float.fromhex(time) + DELAY for time in seen[0]]
    assert bits([time for time in late if time <= 48]) == bits(kept[-1])


@several
def test_neurons_own_calls_still_want_the_source_first_and_the_job_lives():
    section, clamp = cell(p, "cell", 0.5)
    kept = repeater(RANK, DELAY, our_receiver)
    with pytest.raises(exceptions.HocError, match=f"gid={RANK} already exists as an input port"):
        p.parallel.set_gid2node(RANK)
    p.ParallelCon(section, RANK)
    run()
    assert len(kept[-1]) > 1


# ---- What does not fit together over ranks ---------------------------------------------------------------------------------------------

TOGETHER = {
    "psolve": lambda: p.parallel.psolve(5),
    "psolve with v_init": lambda: p.parallel.psolve(5, -65),
    "run": lambda: p.run(5, -65),
    "finitialize": lambda: p.finitialize(-65),
    "continuerun": lambda: p.continuerun(5, -65),
}


@several
@pytest.mark.parametrize("call", TOGETHER)
def test_a_gid_with_sources_on_two_ranks_is_refused_everywhere_before_anything_moves(call):
    section, clamp = cell(p, "cell", 0.5)
    p.ParallelCon(section, RANK + 10)
    run(duration=3)
    if RANK in (0, LAST):
        sent = p.ParallelCon(section, 7, threshold=0)
        assert sent.gid == 7, "a rank cannot see this alone"
    sentence = f"gid 7 has a source on ranks 0 and {LAST}, expected one"
    before = h.t, section(0.5).v
    with pytest.raises(exceptions.ParallelError) as error:
        TOGETHER[call]()
    name = call.split()[0]
    texts = everyones(str(error.value))
    assert texts == [f"{name}: {sentence}"] * RANKS
    assert isinstance(error.value, exceptions.ParallelConnectError) and isinstance(error.value, ValueError)
    del error
    assert (h.t, section(0.5).v) == before
    assert everyones(of_gids(p.parallel.check())) == [[sentence]] * RANKS
    assert everyones(of_gids(p.parallel.check())) == [[sentence]] * RANKS
    if RANK == LAST:
        sent.disconnect()
    assert of_gids(p.parallel.check()) == []
    run(duration=3)
    assert h.t == pytest.approx(3)


@several
def test_several_gids_that_are_shared_are_all_found():
    section, clamp = cell(p, "cell", 0.5)
    p.ParallelCon(section, 7), p.ParallelCon(p.NetStim(), 3)
    ranks = {2: "ranks 0 and 1", 3: "ranks 0, 1 and 2"}[RANKS]
    assert everyones(of_gids(p.parallel.check())) == [[f"gid {gid} has a source on {ranks}, expected one" for gid in (3, 7)]] * RANKS


def test_a_receiver_of_a_gid_that_nobody_sends_is_found():
    section, clamp = cell(p, "cell", 0.5)
    synapse = section.synapse(p.ExpSyn)
    p.ParallelCon(section, RANK)
    for gid in range(RANKS):
        p.ParallelCon(gid, synapse, weight=0)
    assert everyones(of_gids(p.parallel.check())) == [[]] * RANKS
    p.ParallelCon(50, synapse)
    if RANK == LAST:
        p.ParallelCon(49, synapse), p.ParallelCon(49, synapse)
    everywhere = {1: "rank 0", 2: "ranks 0 and 1", 3: "ranks 0, 1 and 2"}[RANKS]
    expected = [f"gid 49 is received on rank {LAST} and sent by no rank", f"gid 50 is received on {everywhere} and sent by no rank"]
    assert everyones(of_gids(p.parallel.check())) == [expected] * RANKS
    run(duration=3)  # it is no error
    if RANK == 0:
        p.ParallelCon(p.NetStim(), 49), p.ParallelCon(p.NetStim(), 50)
    assert everyones(of_gids(p.parallel.check())) == [[]] * RANKS


@several
def test_a_changed_threshold_of_a_receiver_of_another_rank_is_found():
    section, clamp = cell(p, "cell", 0.5)
    synapse = section.synapse(p.ExpSyn)
    p.ParallelCon(section, RANK)
    received = p.ParallelCon((RANK + 1) % RANKS, synapse, weight=0)
    assert everyones(of_gids(p.parallel.check())) == [[]] * RANKS
    if RANK == LAST:
        received.threshold = 5
    found = everyones(of_gids(p.parallel.check()))
    assert found == [found[0]] * RANKS and len(found[0]) == 1
    assert re.fullmatch(
        rf"the threshold of NetCon\[\d+\], which receives gid 0 on rank {LAST}, was set to 5 mV: it has no effect, "
        "the threshold belongs to the source of the gid",
        found[0][0],
    )


# ---- Refusals --------------------------------------------------------------------------------------------------------------------------

REFUSED = {
    "no source": lambda section, synapse: p.ParallelCon(None, 70),
    "no target": lambda section, synapse: p.ParallelCon(70, None),
    "a boolean": lambda section, synapse: p.ParallelCon(section, True),
    "a negative gid": lambda section, synapse: p.ParallelCon(section, -1),
    "a fraction": lambda section, synapse: p.ParallelCon(0.5, synapse),
    "a large gid": lambda section, synapse: p.ParallelCon(2**31, synapse),
    "a gid of this rank": lambda section, synapse: p.ParallelCon(section, RANK),
    "an artificial cell twice": lambda section, synapse: [
        p.ParallelCon(stim, 71 + RANK + 10 * i) for i, stim in enumerate([p.NetStim()] * 2)
    ],
    "no gid": lambda section, synapse: p.ParallelCon(section, synapse),
    "two gids": lambda section, synapse: p.ParallelCon(1, 2),
    "weight of a source": lambda section, synapse: p.ParallelCon(section, 70, weight=1),
    "threshold of a receiver": lambda section, synapse: p.ParallelCon(70, synapse, threshold=1),
    "nan": lambda section, synapse: p.ParallelCon(70, synapse, delay=float("nan")),
    "a negative delay": lambda section, synapse: p.ParallelCon(70, synapse, delay=-1),
    "no NET_RECEIVE": lambda section, synapse: p.ParallelCon(70, p.IClamp(section(0.5), amp=0)),
    "a bare pointer": lambda section, synapse: p.ParallelCon(section(0.5)._ref_v, 70),
    "a section as target": lambda section, synapse: p.ParallelCon(70, section),
    "a deleted section": lambda section, synapse: p.ParallelCon(deleted(), 70),
}


def deleted():
    section = p.Section(name="deleted")
    h.delete_section(sec=section)
    return section


@pytest.mark.parametrize("refused", REFUSED)
def test_a_refusal_on_one_rank_leaves_the_job_alive(refused):
    section, clamp = cell(p, "cell", 0.5)
    synapse = section.synapse(p.ExpSyn)
    p.ParallelCon(section, RANK)
    for rank in range(RANKS):
        if RANK == rank:
            with pytest.raises(PatchError):
                REFUSED[refused](section, synapse)
        assert pc.allreduce(1, 1) == RANKS
    kept = [repeater(gid, DELAY, our_receiver) for gid in range(RANKS)]
    run(duration=10)
    assert all(len(each[-1]) > 0 for each in kept) and of_gids(p.parallel.check()) == []


# ---- gids that go ----------------------------------------------------------------------------------------------------------------------


def test_a_gid_may_move_to_another_rank():
    """Its receivers stay as they are."""
    kept = repeater(7, 1, our_receiver)
    sent = p.ParallelCon(p.NetStim(start=1, number=2, interval=3), 7) if RANK == 0 else None
    run(duration=10)
    assert list(kept[-1]) == [2, 5]
    if sent:
        sent.disconnect()
    if RANK == LAST:
        p.ParallelCon(p.NetStim(start=2, number=2, interval=4), 7)
    run(duration=10)
    assert list(kept[-1]) == [3, 7] and of_gids(p.parallel.check()) == []


def test_a_network_may_be_built_again_after_gid_clear():
    for _ in range(3):
        arrived, own = heard(gids_of_one_cell, our_receiver, "fixed step", DELAY)
        assert all(len(arrived[gid]) > 1 for gid in ALL if gid % 100 != 5)
        assert not any(pc.gid_exists(gid) for gid in ALL)
