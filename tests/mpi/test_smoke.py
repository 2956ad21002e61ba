"""A refusal on several ranks is an exception on each, and the job goes on to its end: no MPI_Abort, no hang."""

import os

import pytest
from neuron import h

h.nrnmpi_init()
pc = h.ParallelContext()
RANKS, RANK = int(pc.nhost()), int(pc.id())
assert RANKS == int(os.environ["PATCH_RANKS"]), f"{RANKS} ranks"  # a job of singletons ends here

from patch import PatchError, p  # noqa: E402
from patch.exceptions import HocError  # noqa: E402


@pytest.fixture(scope="module", autouse=True)
def closing_line(request):
    """Every rank has come to the end, and says so."""
    yield
    arrived = int(pc.allreduce(1, 1))
    with request.config.pluginmanager.getplugin("capturemanager").global_and_fixture_disabled():
        print(f"rank {RANK}: {arrived} of {RANKS} ranks are at the end", flush=True)
    assert arrived == RANKS


@pytest.fixture
def section():
    return p.Section(name="section")


OURS = {
    "a place outside": lambda section: section.record(2),
    "a target that is none": lambda section: section.connect_points(section),
    "a number that is none": lambda section: section.connect_points(None, delay=float("nan")),
    "points of two numbers": lambda section: section.add_3d([[0, 0]]),
    "an unknown keyword": lambda section: section.record(place=0.5),
    "an unknown mechanism": lambda section: section.synapse("SynExp"),
    "an unknown name": lambda section: p.SynExp,
    "times out of order": lambda section: p.VecStim([2, 1]),
    "a section where a point process is wanted": lambda section: p.NetCon(section(0.5), section),
    # NEURON refuses these, and crashes when the target goes: Patch may not ask it.
    "a target that receives nothing": lambda section: p.NetCon(p.NetStim(), p.IClamp(section(0.5))),
    "the same from a section": lambda section: section.connect_points(p.IClamp(section(0.5))),
    "the same with a stimulus": lambda section: p.IClamp(section(0.5)).stimulate([1, 2]),
}
NEURONS = {
    "a parent that is the child": lambda section: section.connect(section),
    "an error of HOC's in an initialisation": lambda section: (h.FInitializeHandler('execerror("no", "")'), p.finitialize(-65)),
    "an error of HOC's before a run": lambda section: (h.FInitializeHandler('execerror("no", "")'), p.run(1)),
    "an error of Python's in an event": lambda section: (h.FInitializeHandler(lambda: h.CVode().event(0.5, lambda: 1 / 0)), p.run(1)),
}


@pytest.mark.parametrize("refused", OURS)
def test_a_refusal_of_ours_is_an_exception_on_each_rank(refused, section):
    with pytest.raises(PatchError):
        OURS[refused](section)


@pytest.mark.parametrize("refused", NEURONS)
def test_a_refusal_of_neurons_in_our_call_is_an_exception_on_each_rank(refused, section):
    with pytest.raises(HocError, match="NEURON refused"):
        NEURONS[refused](section)


@pytest.mark.parametrize("rank", range(RANKS))
def test_a_refusal_on_one_rank_leaves_the_others_alone(rank, section):
    if RANK == rank:
        with pytest.raises(PatchError):
            section.record(2)
    assert pc.allreduce(RANK, 1) == sum(range(RANKS))


@pytest.mark.parametrize("users", [1, 0])
def test_whether_neuron_aborts_for_the_users_own_errors_is_as_before(users, section):
    before = pc.mpiabort_on_error(users)
    with pytest.raises(HocError):
        section.connect(section)
    assert (before, pc.mpiabort_on_error(1)) == (1, users)


def test_ranks_run_a_network_after_the_refusals():
    stim = p.NetStim(start=1, interval=1, number=3)
    cell = p.IntFire1()
    connection = p.NetCon(stim, cell, weight=0.1, delay=1)
    times = p.Vector()
    connection.record(times)
    p.run(10)
    assert list(times) == [1, 2, 3]
    assert pc.allreduce(len(times), 1) == 3 * RANKS


def test_what_a_users_function_asks_of_neuron_in_vain_is_an_exception(section):
    with pytest.raises(RuntimeError):
        section.synapse(h.Vector)
    with pytest.raises(RuntimeError):
        section.synapse(lambda section: h.ExpSyn(5.0))
