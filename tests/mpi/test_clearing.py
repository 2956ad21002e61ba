# ranks: 1 2 3
"""p.clear on ranks: the same model, with the same gids, is built and run again in one job, bit for bit as plain NEURON runs it."""

import os

import pytest
from neuron import h
from patch import p
from patch.exceptions import PatchError, SimulationError
from ranks import LAST, RANK, RANKS, Ring, clean, everyones, exact, pc, plain_ring, refusal, same_everywhere, soma  # noqa: F401

assert int(p.parallel.nhost()) == int(os.environ["PATCH_RANKS"])

CELLS = 5


def nothing_is_left(gids):
    assert not list(h.allsec()) and not sum(p.counts().values())
    assert not [netcon for netcon in h.List("NetCon") if netcon.valid()]
    assert not any(pc.gid_exists(gid) for gid in gids)


@pytest.mark.parametrize("cvode", [0, 1])
def test_the_same_gids_on_the_same_ranks_after_clear(cvode):
    """Who holds what makes no difference: one ring is held while the next ones run."""
    h.CVode().active(cvode)
    expected = plain_ring(CELLS, 30)
    held = []
    for _ in range(3):
        ring = Ring(CELLS)
        p.run(30, v_init=-65)
        assert ring.result() == expected
        gone = p.clear()
        assert gone["sections"] == len(ring.cells) if ring.cells else "sections" not in gone
        nothing_is_left(range(CELLS))
        assert ring.result()[:3] == expected[:3]  # what was recorded stays
        held.append(ring)
        assert p.clear() == {}


def test_gids_move_to_other_ranks_after_clear():
    """The first ring's gids are sent from the next rank on in the second."""
    expected = plain_ring(CELLS, 30)
    first = Ring(CELLS)
    p.run(30, v_init=-65)
    assert first.result() == expected
    p.clear()
    sends = {gid: soma(f"cell{gid}") for gid in range(CELLS) if (gid + 1) % RANKS == RANK}
    synapses = []
    for gid, section in sends.items():
        p.ParallelCon(section, gid, threshold=-10)
        synapse = p.ExpSyn(section)
        synapse.tau = 2
        p.ParallelCon((gid - 1) % CELLS, synapse, weight=0.05, delay=2)
        synapses.append(synapse)
        if gid == 0:
            stim = h.NetStim()
            stim.start, stim.number = 0, 1
            start = h.NetCon(stim, synapse, 0, 1, 0.05)  # noqa: F841 - held
    times, gids = p.parallel.spike_record()
    p.run(30, v_init=-65)
    spikes = sorted(spike for each in everyones(list(zip(exact(times), map(int, gids), strict=True))) for spike in each)
    plain = sorted(spike for each in everyones(list(zip(expected[0], map(int, expected[1]), strict=True))) for spike in each)
    assert spikes == plain
    p.clear()


def test_many_sources_on_a_place_and_transfers_go_with_clear():
    """A gap between neighbours, two more thresholds on each place; built twice with the same numbers."""

    def build():
        section = soma(f"cell{RANK}")
        netcons = [p.ParallelCon(section, 10 * RANK + i, threshold=-20 + 5 * i) for i in range(3)]
        clamp = h.IClamp(section(0.5))
        clamp.delay, clamp.dur, clamp.amp = 1 + RANK, 20, 0.3
        synapse = p.ExpSyn(section)
        listens = [p.ParallelCon(10 * ((RANK + 1) % RANKS) + i, synapse, weight=0.01) for i in range(3)]
        p.parallel.source_var(section(0.5)._ref_v, 100 + RANK, sec=section)
        p.parallel.target_var(synapse, synapse._ref_e, 100 + (RANK + 1) % RANKS)
        spikes = p.parallel.spike_record()
        return [section, netcons, clamp, synapse, listens], spikes, section.record()

    results, held = [], []
    for _ in range(3):
        model, spikes, voltage = build()
        p.run(25, v_init=-65)
        results.append((exact(spikes[0]), list(spikes[1]), exact(voltage)))
        assert len(set(results[-1][1])) == 3, "a spike for each threshold"
        p.clear()
        nothing_is_left([10 * RANK + i for i in range(3)])
        held.append(model)
    assert results[0] == results[1] == results[2]


def test_clear_is_local_and_waits_for_nobody():
    """The others run a model of their own the while."""
    if RANK == LAST:
        for _ in range(3):
            section = soma("own")
            p.clear()
            del section
    else:
        section = soma("own")
        p.run(1)
        p.clear()
    assert p.clear() == {}


@pytest.mark.parametrize("who", sorted({"all", "last"}))
def test_the_run_of_a_network_cannot_go_on_after_clear(who):
    """On any rank, whether all ranks have cleared or one: the same sentence for each. It goes on after the next initialisation."""
    ring = Ring(CELLS)
    p.finitialize(-65)
    p.parallel.psolve(5)
    if who == "all" or RANK == LAST:
        p.clear()
    error = refusal(lambda: p.parallel.psolve(10))
    same_everywhere(error, PatchError, "psolve", "initialise")
    p.clear()
    del ring
    expected = plain_ring(CELLS, 30)
    ring = Ring(CELLS)
    p.run(30, v_init=-65)
    assert ring.result() == expected
    p.clear()


def test_collect_says_what_went_on_this_rank():
    class Net:
        pass

    net = Net()
    net.me, net.ring = net, [soma(f"own{i}") for i in range(RANK + 1)]
    for section in net.ring:
        section.synapse("ExpSyn")
    del net, section
    assert p.collect() == {"sections": RANK + 1, "ExpSyn": RANK + 1}
    assert p.collect() == {}


def test_clear_inside_a_run_of_the_network_is_refused_and_the_run_goes_on():
    expected = plain_ring(CELLS, 30)
    ring, errors = Ring(CELLS), []
    handler = h.FInitializeHandler(lambda: h.CVode().event(3, lambda: errors.append(refusal(p.clear))))
    p.run(30, v_init=-65)
    assert ring.result() == expected
    assert [type(error) for error in errors] == [SimulationError]
    assert "a model cannot be cleared while a step is running" in str(errors[0])
    del handler
    p.clear()
