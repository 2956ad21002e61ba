"""Fourteen defects that an older package of this interface had, each with its test: none of them is here."""

import importlib.util
import re
import sys

import numpy as np
import pytest
from helpers import alone, cell, clean, h, p, run, world  # noqa: F401 - clean runs by itself
from jobs import job
from patch import exceptions

CALLS = 3000


def growth(call):
    """How many memory blocks of Python's a call leaves behind, in CALLS calls; what the first ones prepare is not counted."""
    for _ in range(100):
        call()
    before = sys.getallocatedblocks()
    for _ in range(CALLS):
        call()
    return sys.getallocatedblocks() - before


def test_defect_01_section_of_x_keeps_every_segment_for_ever():
    """`section(x)` and what uses it kept a Segment for each call and searched a list of them."""
    section = p.Section("s")
    section.nseg = 5
    references, kept = sys.getrefcount(section), p.counts()
    for call in (lambda: section(0.5), lambda: section(0.3).v, lambda: list(section), lambda: section(0.5)._ref_v, section.__netcon__):
        assert growth(call) < CALLS / 100
    del call
    assert sys.getrefcount(section) == references and p.counts() == kept and section._references == []
    synapse, stim = p.ExpSyn(section), p.NetStim()
    references, kept = sys.getrefcount(section), p.counts()
    for call in (
        lambda: p.NetCon(stim, synapse).disconnect(),
        lambda: section.connect_points(synapse).disconnect(),
        lambda: section.record(0.5),
        lambda: p.transform(section),
    ):
        assert growth(call) < CALLS / 100
    h.finitialize()
    assert sys.getrefcount(section) == references
    assert {**p.counts(), "recordings": 0} == {**kept, "objects": kept["objects"] + 1, "edges": kept["edges"] + 1}
    before = len(section._references)
    for _ in range(200):
        p.ExpSyn(section)
    assert len(section._references) == before + 200


def test_defect_02_of_parallel_connections_one_lives():
    """Of several NetCons between one pair the last one alone was kept."""
    section, stim = cell(p, "s", "pas"), p.NetStim(number=1, start=1)
    synapse = p.ExpSyn(section)
    for _ in range(3):
        p.NetCon(stim, synapse, weight=0.001)
    h.finitialize()
    assert world()["NetCon"] == 3 and len([each for each in stim._references if each != synapse]) == 3
    conductance = p.Vector().record(synapse._ref_g)
    run(5)
    of_three = conductance.max()
    for _ in range(2):
        stim._connections[synapse].disconnect()
    h.finitialize()
    assert world()["NetCon"] == 1
    run(5)
    assert of_three == pytest.approx(3 * conductance.max()) and conductance.max() > 0


def test_defect_03_cycles_are_freed_by_gc_collect_alone():
    """Sections that are connected stayed until gc.collect(), with everything on them."""
    before = world()
    parent, child = p.Section("parent"), p.Section("child")
    child.connect(parent)
    synapse = p.ExpSyn(child)
    p.NetCon(parent, synapse)
    voltage = parent.record()
    p.Section("other").connect(child)
    del parent, child, synapse, voltage
    h.finitialize()
    assert world() == before and list(h.allsec()) == []


def test_defect_04_p_time_is_another_recorder_each_time():
    """`list(p.time)` after a run was empty: each access made a recorder, and a section with it."""
    section = p.Section("s")
    for duration in (5, 3):
        p.run(duration)
        assert list(p.time)[-1] == h.t and len(p.time) == duration * 40 + 1
    assert p.time is p.time and list(h.allsec()) == [section]


def test_defect_05_positional_numbers_of_a_netcon_are_overwritten():
    """`p.NetCon(source, target, 10, 5, 0.7)` had the defaults instead."""
    stim, synapse = p.NetStim(), p.ExpSyn(p.Section("s"))
    netcon = p.NetCon(stim, synapse, 10, 5, 0.7)
    assert (netcon.threshold, netcon.delay, netcon.weight[0]) == (10, 5, 0.7)
    netcon = p.NetCon(stim, synapse, 11, weight=0.3)
    assert (netcon.threshold, netcon.delay, netcon.weight[0]) == (11, 1, 0.3)


def test_defect_06_stock_idioms_fail_on_p():
    """What works on h raised on p, and what p made did not go into h's calls."""
    section, plain = p.Section("s"), h.Section("plain")
    assert p.IClamp(section(0.5)).get_segment() == section(0.5)
    assert plain.connect(section) == plain and plain.parentseg().sec is section
    sections = p.SectionList()
    sections.append(sec=section)
    assert list(sections) == [section]
    vector = h.Vector([1, 2])
    assert list(vector.add(p.Vector([3, 4]))) == [4, 6]
    synapse = p.ExpSyn(section)
    assert p.NetCon(section(0.5)._ref_v, synapse, sec=section).preseg() == section(0.5)
    stim = h.NetStim()
    assert p.NetCon(stim, synapse).pre() == stim and h.NetCon(p.NetStim(), synapse).syn() == synapse


def test_defect_07_gids_of_numpy_are_refused_and_booleans_taken():
    """And a receiver's weight was 0, without a word."""
    section, synapse = p.Section("s"), p.ExpSyn(p.Section("t"))
    transmitter = p.ParallelCon(section, np.int64(7))
    receiver = p.ParallelCon(np.int32(7), synapse)
    assert transmitter.gid == receiver.gid == 7
    for wrong in (True, np.True_):
        for call in (lambda wrong=wrong: p.ParallelCon(section, wrong), lambda wrong=wrong: p.ParallelCon(wrong, synapse)):
            with pytest.raises(exceptions.ParallelConnectError, match="gid is True, expected an integer"):
                call()
    assert receiver.weight[0] == p.defaults.weight == 0.1
    p.parallel.gid_clear()


def test_defect_08_a_receiver_cannot_record():
    """`p.ParallelCon(gid, synapse).record()` was an AttributeError."""
    section, synapse = cell(p, "s"), p.ExpSyn(p.Section("t"))
    section.iclamp(0.5, delay=1, duration=10)
    p.ParallelCon(section, 7)
    times = p.ParallelCon(7, synapse).record()
    p.run(20, v_init=-65)
    assert type(times) is p.Vector and len(times) > 0
    p.parallel.gid_clear()


def test_defect_09_points_are_cut_to_the_shorter_argument():
    """add_3d with unequal lengths took what fitted; synapse had no x."""
    section = p.Section("s")
    section.nseg = 5
    with pytest.raises(exceptions.PatchValueError, match=r"points has 3 values and diameters has 2, expected the same number"):
        section.add_3d([[0, 0, 0], [1, 0, 0], [2, 0, 0]], [1, 1])
    assert section.n3d() == 0
    assert section.synapse(p.ExpSyn, x=0.3).get_segment() == section(0.3)


def test_defect_10_broadcast_changes_what_it_sends():
    """Bytes became a list of doubles; a Vector within a dict was an error."""
    program = """
    from patch import p
    rank = int(p.parallel.id())
    data = {"bytes": bytes(range(256)) * 1000, "vector": p.Vector([1, 2.5])} if rank == 0 else None
    got = p.parallel.broadcast(data, root=0)
    assert type(got["bytes"]) is bytes and got["bytes"] == bytes(range(256)) * 1000
    assert type(got["vector"]) is p.Vector and list(got["vector"]) == [1, 2.5]
    assert p.parallel.broadcast(b"a", root=1) == b"a"
    print(f"rank {rank} of {int(p.parallel.nhost())}")
    """
    assert job(program, ranks=2).well().said("rank . of 2") == ["rank 0 of 2", "rank 1 of 2"]


def test_defect_11_typing_errors_vanish():
    """A name nearly NEURON's was stored without a word; VecStim's pattern was read from the wrong object."""
    section = p.Section("s")
    with pytest.warns(UserWarning, match=r"s\.lenght is an attribute of your own, and nearly NEURON's L"):
        section.lenght = 5
    assert section.lenght == 5 and p.check() == ["Patch: s.lenght is an attribute of your own, and nearly NEURON's L"]
    section.labels = ["free"]
    assert section.labels == ["free"]
    stim, times = p.VecStim([1, 2]), p.Vector([3])
    assert list(stim.pattern) == list(stim.vector) == [1, 2]
    stim.pattern = times
    assert stim.pattern == stim.vector == times


def test_defect_12_p_parallel_wants_mpi4py_imported_before():
    """With mpi4py installed and not imported first: "universe of size 2, while NEURON has 1"."""
    assert importlib.util.find_spec("mpi4py"), "mpi4py has to be installed: without it there is nothing to see"
    program = """
    from patch import p
    print(f"rank {int(p.parallel.id())} of {int(p.parallel.nhost())}")
    from mpi4py import MPI
    assert MPI.COMM_WORLD.size == 2 and MPI.COMM_WORLD.rank == p.parallel.id()
    """
    assert job(program, ranks=2).well().said("rank . of .") == ["rank 0 of 2", "rank 1 of 2"]


def test_defect_13_of_two_gids_on_a_section_the_first_reaches_no_other_rank():
    """Both were accepted, and one was lost on the way."""
    program = """
    from patch import p
    rank = int(p.parallel.id())
    section = p.Section(name="s")
    if rank == 0:
        section.insert("hh")
        section.L = section.diam = 20
        section.iclamp(0.5, delay=1)
        p.ParallelCon(section, 1)
        p.ParallelCon(section, 2)
    synapse = p.ExpSyn(section)
    heard = [p.ParallelCon(gid, synapse, weight=0).record() for gid in (1, 2)]
    p.run(20, v_init=-65)
    assert len(heard[0]) > 0 and list(heard[0]) == list(heard[1])
    print(f"rank {rank} of {int(p.parallel.nhost())} heard {len(heard[0])}")
    """
    said = job(program, ranks=2).well().said("rank (.) of 2 heard (.+)")
    assert [rank for rank, _ in said] == ["0", "1"] and said[0][1] == said[1][1]


def test_defect_14_ranks_that_run_on_their_own_wait_for_one_another():
    """finitialize and psolve were collective: a rank that ran twice beside one that ran once hung for ever."""
    program = """
    from patch import p
    rank = int(p.parallel.id())
    section = p.Section(name="s")
    for _ in range(2 - rank):
        p.finitialize(-65)
        p.run(5)
        p.continuerun(1)
    print(f"rank {rank} of {int(p.parallel.nhost())}")
    """
    assert job(program, ranks=2).well().said("rank . of 2") == ["rank 0 of 2", "rank 1 of 2"]


def test_each_defect_has_its_test():
    """One to fourteen."""
    numbers = [int(found[1]) for found in (re.match(r"test_defect_(\d\d)_", name) for name in globals()) if found]
    assert numbers == list(range(1, 15))
