# ranks: 1 2 4
"""Sub-worlds: each is a network of its own, runs as often as it likes, and agrees with nobody else.

A file of its own: stock NEURON keeps the number of ranks of its first exchange of spikes for ever, so all exchanges here are in sub-worlds.
"""

import os

import pytest
from neuron import h
from patch import p
from patch.exceptions import BroadcastError, ParallelConnectError, ParallelError
from ranks import RANK, RANKS, Ring, clean, everyones, exact, pc, plain_ring, refusal, same_everywhere, soma  # noqa: F401

assert int(p.parallel.nhost()) == int(os.environ["PATCH_RANKS"])

SIZE = 2 if RANKS == 4 else 1  # ranks in a sub-world
WORLD = RANK // SIZE
pc.subworlds(SIZE)
PLACE = int(pc.id())  # in the sub-world
in_pairs = pytest.mark.skipif(SIZE == 1, reason="ranks that differ: there is one in each sub-world")


def test_p_parallel_is_in_the_sub_world():
    assert (p.parallel.nhost(), p.parallel.id()) == (SIZE, RANK % SIZE) == (pc.nhost(), pc.id())
    assert (p.parallel.nhost_world(), p.parallel.id_world()) == (RANKS, RANK)


def test_each_sub_world_has_a_network_and_gids_of_its_own():
    count = SIZE + 1 + WORLD
    expected = plain_ring(count, 20)
    ring = Ring(count)
    assert p.check() == []
    for _ in range(1 + 2 * WORLD):
        p.run(20)
        assert ring.result() == expected
        p.finitialize(-65)
        p.parallel.psolve(7)
        p.continuerun(13)
        assert ring.result() == expected


def test_each_sub_world_runs_for_a_time_of_its_own():
    ring = Ring(SIZE)
    p.run(5 + WORLD)
    assert h.t == pytest.approx(5 + WORLD) and ring.cells


def test_ranks_of_a_sub_world_run_models_of_their_own():
    section = soma("own")
    clamp = h.IClamp(section(0.5))
    clamp.delay, clamp.dur, clamp.amp = 1, 10, 0.2 + 0.1 * RANK
    voltage = h.Vector().record(section(0.5)._ref_v)
    h.finitialize(-65)
    h.continuerun(10)
    expected = exact(voltage)
    for _ in range(1 + RANK):
        p.run(10)
        assert exact(voltage) == expected
    assert max(voltage) > 0


def test_broadcast_and_allgather_are_of_the_sub_world():
    for root in range(SIZE):
        for _ in range(1 + WORLD):
            assert p.parallel.broadcast({"from": RANK} if PLACE == root else None, root=root) == {"from": WORLD * SIZE + root}
    assert p.parallel.allgather(RANK) == [WORLD * SIZE + place for place in range(SIZE)]
    with pytest.raises(BroadcastError, match="root"):
        p.parallel.broadcast(1, root=SIZE)


@in_pairs
def test_ranks_that_do_not_agree_are_those_of_one_sub_world():
    expected = plain_ring(SIZE, 20)
    ring = Ring(SIZE)
    if WORLD == 1:
        same_everywhere(refusal(lambda: p.run(5 + PLACE)), ParallelError, "5 ms on rank 0 and 6 ms on rank 1")
        same_everywhere(refusal(lambda: p.run(-1 if PLACE == 1 else 5)), ParallelError, "rank 1: duration is -1")
    p.run(20)
    assert ring.result() == expected


@in_pairs
def test_a_gid_is_used_twice_only_inside_a_sub_world():
    p.ParallelCon(h.NetStim(), 3 if WORLD == 0 else 3 + PLACE)
    error = refusal(lambda: p.run(1))
    if WORLD == 0:
        same_everywhere(error, ParallelConnectError, "gid 3 has a source on ranks 0 and 1")
    else:
        assert error is None and everyones(PLACE) == [0, 1]


@in_pairs
def test_an_exception_in_one_sub_world_stays_there():
    expected = plain_ring(SIZE, 20)
    ring = Ring(SIZE)
    fails = WORLD == 0 and PLACE == 1
    handler = h.FInitializeHandler(lambda: h.CVode().event(3.2, lambda: 1 / 0)) if fails else None
    error = refusal(lambda: p.run(20))
    del handler
    if WORLD == 0:
        same_everywhere(error, ParallelError, "rank 1: ")
        p.run(20)
    assert ring.result() == expected


def test_the_whole_world_comes_back():
    """The last one: what follows is not in sub-worlds."""
    pc.subworlds(RANKS)
    assert (p.parallel.nhost(), p.parallel.id()) == (RANKS, RANK)
    assert p.parallel.broadcast(RANK, root=RANKS - 1) == RANKS - 1
    assert p.parallel.allgather(RANK) == list(range(RANKS))
    section = soma("own")
    for _ in range(1 + RANK):
        p.run(1 + RANK)
    assert h.t == pytest.approx(1 + RANK) and section.v
    p.parallel.barrier()
