# ranks: 1 2 3
"""Who runs together: a rank of the network with the others, any other rank alone; to the last bit what plain NEURON computes."""

import os
import time

import pytest
from neuron import h
from patch import p
from patch.exceptions import HocError, ParallelError, PatchError, PatchTypeError, PatchValueError, UninitializedError
from ranks import LAST, RANK, RANKS, Cell, Ring, clean, everyones, exact, pc, plain_ring, refusal, same_everywhere, several, soma  # noqa: F401

assert int(p.parallel.nhost()) == int(os.environ["PATCH_RANKS"])

one_rank = pytest.mark.parametrize("rank", sorted({0, LAST}))  # on which something happens

# ---- Ranks with models of their own. The first of these tests come before any exchange of spikes, and they come again after one. ----


class Model:
    """A cell of this rank's own, without gids: another one on each rank."""

    def __init__(self):
        self.soma = soma("own")
        self.clamp = h.IClamp(self.soma(0.5))
        self.clamp.delay, self.clamp.dur, self.clamp.amp = 1, 20, 0.2 + 0.1 * RANK
        self.synapse = h.ExpSyn(self.soma(0.5))
        self.loop = h.NetCon(self.soma(0.5)._ref_v, self.synapse, -10, 2, 0.01, sec=self.soma)
        self.voltage, self.spikes = h.Vector().record(self.soma(0.5)._ref_v), h.Vector()
        self.loop.record(self.spikes)

    def result(self):
        assert len(self.spikes) > 0, "a model that does not spike shows nothing"
        return exact(self.voltage), exact(self.spikes)


def plain_model(duration, v_init=-65):
    """As often on every rank: stock NEURON's finitialize may wait for the others."""
    model = Model()
    h.finitialize(v_init)
    h.continuerun(duration)
    return model.result()


def run_own_models():
    """A different number of times on each rank, in each way there is; nobody waits for anybody."""
    expected, of_another_voltage = plain_model(15), plain_model(15, -70)
    model = Model()
    for _ in range(RANK):
        p.run(15)
        assert model.result() == expected
    for _ in range(RANKS - RANK):
        p.finitialize(-65)
        p.continuerun(5)
        p.continuerun(10)
        assert model.result() == expected
    for _ in range(2 * RANK + 1):
        p.run(7, v_init=-70)
        p.run(15, reset=False)
        assert model.result() == of_another_voltage
    p.finitialize()
    p.run(1 + RANK)
    assert h.t == pytest.approx(1 + RANK)


threads = pytest.mark.parametrize("threads", [1, 2])


@threads
def test_ranks_run_models_of_their_own_a_different_number_of_times(threads):
    pc.nthread(threads)
    run_own_models()


def test_broadcast_and_barrier_make_no_rank_wait_in_its_runs():
    assert p.parallel.broadcast(RANK, root=LAST) == LAST
    p.parallel.barrier()
    run_own_models()


def test_a_refusal_and_an_exception_of_one_rank_alone_stay_there():
    model = Model()
    if RANK == LAST:
        with pytest.raises(PatchValueError):
            p.run(-1)
        handler = h.FInitializeHandler(lambda: 1 / 0)
        with pytest.raises(PatchError):
            p.run(1)
        del handler
    p.run(2 + RANK)
    assert h.t == pytest.approx(2 + RANK) and len(model.voltage) > 0


# ---- A ring, and ranks without cells ----


@pytest.mark.parametrize("count", [1, 2, RANKS, 2 * RANKS + 1])
def test_a_ring_equals_plain_neurons_whatever_the_ranks(count):
    expected = plain_ring(count, 12)
    ring = Ring(count)
    p.run(12)
    assert ring.result() == expected
    p.run(12)
    assert ring.result() == expected, "the second run is the first one again"


def test_idle_ranks_just_call_run():
    expected = plain_ring(1, 8)
    ring = Ring(1)
    assert len(list(h.allsec())) == (1 if RANK == 0 else 0)
    p.run(8)
    assert ring.result() == expected


def test_the_time_of_an_idle_rank_makes_it_no_section_and_goes_on():
    ring = Ring(1)
    recorded = p.time
    assert len(list(h.allsec())) == len(ring.cells)
    p.run(5)
    assert len(recorded) == 201 and everyones(exact(recorded)) == [exact(recorded)] * RANKS


@threads
def test_own_models_run_after_a_network_that_is_cleared(threads):
    pc.nthread(threads)
    ring = Ring(2 * RANKS)
    p.run(5)
    p.parallel.gid_clear()
    del ring
    run_own_models()


def test_a_network_runs_after_own_models_and_another_after_that():
    for count in (RANKS, 2):
        expected = plain_ring(count, 8)
        run_own_models()
        ring = Ring(count)
        p.run(8)
        assert ring.result() == expected
        p.parallel.gid_clear()
        del ring


def test_own_models_beside_a_network_that_is_kept_run_after_gid_clear():
    ring = Ring(RANKS)
    p.run(5)
    p.parallel.gid_clear()
    for _ in range(1 + RANK):
        p.run(3 + RANK)
    assert h.t == pytest.approx(3 + RANK) and ring.cells


# ---- The same network in plain NEURON ----

WAYS = {
    "run": (lambda: p.run(12), (12,)),
    "run with a voltage": (lambda: p.run(12, v_init=-65), (12,)),
    "finitialize and continuerun": (lambda: (p.finitialize(-65), p.continuerun(12)), (12,)),
    "run and run on": (lambda: (p.run(4), p.run(12, reset=False)), (4, 12)),
    "run and continuerun": (
        lambda: (p.run(4), p.continuerun(3), p.run(12, reset=False)),
        (4, lambda: h.t + 3, 12),
    ),
    "continuerun with a voltage": (lambda: p.continuerun(12, v_init=-65), (12,)),
    "psolve with a voltage": (lambda: p.parallel.psolve(12, v_init=-65), ("12",)),
    "psolve by position": (lambda: p.parallel.psolve(12, -65), ("12",)),
    "psolve after finitialize": (lambda: (p.finitialize(-65), p.parallel.psolve(12)), ("12",)),
    "psolve after stock's finitialize": (lambda: (h.finitialize(-65), p.parallel.psolve(12)), ("12",)),
    "several psolves": (lambda: (p.finitialize(-65), *[p.parallel.psolve(t) for t in (2, 4, 8, 12)]), ("2", "4", "8", "12")),
    "psolve and run on": (lambda: (p.parallel.psolve(4, -65), p.run(12, reset=False)), ("4", 12)),
    "as stock does it": (lambda: (p.parallel.set_maxstep(10), h.finitialize(-65), p.parallel.psolve(12)), ("12",)),
    "as bsb does it": (
        lambda: (p.parallel.set_maxstep(10), p.finitialize(-65), *map(p.parallel.psolve, range(1, 13))),
        [str(time) for time in range(1, 13)],
    ),
    "by stock after run": (lambda: (p.run(4), pc.psolve(12)), (4, "12")),
}


# More ranks than cores take half a second for each of these: with three of them CVODE is met further down, with exceptions.
@pytest.mark.parametrize("method", ["fixed step"] + ["CVODE"] * (RANKS < 3))
@pytest.mark.parametrize("way", WAYS)
def test_spikes_and_voltages_equal_plain_neurons(way, method):
    go, until = WAYS[way]
    h.CVode().active(method == "CVODE")
    expected = plain_ring(RANKS + 1, *until)
    ring = Ring(RANKS + 1)
    h.dt = 0.025  # in CVODE the end of NEURON's continuerun depends on the step before it
    go()
    assert ring.result() == expected


def test_a_shorter_time_between_exchanges_stays_and_changes_nothing():
    expected = plain_ring(RANKS, 8)
    ring = Ring(RANKS)
    p.parallel.set_maxstep(0.5)
    for _ in range(2):
        p.run(8)
        assert ring.result() == expected
    p.parallel.set_maxstep(10)


@pytest.mark.parametrize("time", range(1, 8))
def test_a_time_that_has_been_reached_is_no_error(time):
    """Steps of 0.025 ms add up to a little more or less than the time."""
    ring = Ring(RANKS)
    p.run(time)
    reached = h.t
    p.run(time, reset=False)
    p.parallel.psolve(time)
    p.continuerun(0)
    assert h.t == reached and len(ring.cells) == 1


def test_threads_change_nothing():
    expected = plain_ring(2 * RANKS, 12)
    pc.nthread(2)
    ring = Ring(2 * RANKS)
    p.run(12)
    assert ring.result() == expected


def test_v_init_is_neurons():
    expected = plain_ring(RANKS, 8, v_init=-72)
    ring = Ring(RANKS)
    h.v_init = -72
    p.run(8)
    h.v_init = -65
    assert ring.result() == expected


@several
def test_a_run_cannot_go_on_from_an_initialisation_of_this_rank_alone():
    """Spikes are exchanged from the initialisation on: what has moved without the others cannot join them."""
    model = Model()
    p.run(3)
    ring = Ring(RANKS)
    same_everywhere(refusal(lambda: p.run(10, reset=False)), UninitializedError, "finitialize")
    del model, ring


# ---- psolve without gids ----


@pytest.mark.parametrize("begin", ["p.finitialize(-65)", "h.finitialize(-65)", "h.finitialize(-65); p.parallel.set_maxstep(10)"])
def test_psolve_needs_no_gids(begin):
    expected = plain_model(6)
    model = Model()
    h.t = 0
    for section in h.allsec():
        section.v = -65
    exec(begin)
    p.parallel.psolve(3)
    p.parallel.psolve(6)
    assert h.t == pytest.approx(6) and model.result() == expected


def test_psolve_after_runs_of_ranks_alone_asks_for_an_initialisation():
    expected = plain_model(6)
    model = Model()
    p.run(1)
    if RANKS == 1:
        p.parallel.psolve(6)
    else:
        same_everywhere(refusal(lambda: p.parallel.psolve(6)), UninitializedError, "psolve: ", "call p.finitialize() or give v_init")
        p.parallel.psolve(6, v_init=-65)
    assert model.result() == expected


def test_psolve_needs_no_sections():
    p.parallel.psolve(2, v_init=-65)
    assert h.t == pytest.approx(2)
    p.parallel.psolve(3)
    assert h.t == pytest.approx(3)


# ---- Who takes part ----

JOINS = {
    "join": lambda: p.parallel.join(),
    "psolve": lambda: p.parallel.psolve(1, v_init=-65),
    "set_maxstep": lambda: p.parallel.set_maxstep(10),
    "stock's set_maxstep": lambda: pc.set_maxstep(10),
    "a gid that it sends": lambda: p.ParallelCon(h.NetStim(), 10 + RANK),
    "a gid that it receives": lambda: p.ParallelCon(99, h.IntFire1()),
    "stock's gid": lambda: pc.set_gid2node(10 + RANK, RANK),
    "a variable that it sends": lambda: p.parallel.source_var(list(h.allsec())[0], RANK),
}


def is_together():
    """Runs of different durations are refused on ranks that run together, and only there."""
    error = refusal(lambda: p.run(1 + RANK))
    if error is not None:
        same_everywhere(error, ParallelError, "run: the time to run to is 1 ms on rank 0 and 2 ms on rank 1")
    else:
        assert everyones(None) == [None] * RANKS and h.t == pytest.approx(1 + RANK)
    return error is not None


@several
@pytest.mark.parametrize("way", JOINS)
def test_a_rank_takes_part_from_then_on_until_gids_are_cleared(way):
    section = soma("own")
    assert not is_together()
    kept = JOINS[way]()
    assert is_together() and is_together()
    p.parallel.gid_clear()
    assert not is_together()
    del kept, section


@several
def test_a_rank_without_sections_takes_part():
    p.time  # noqa: B018 - makes none
    assert is_together()
    section = soma("own")
    assert not is_together()
    del section
    assert is_together()


def test_join_lets_a_rank_with_sections_of_its_own_follow_a_network():
    expected = plain_ring(1, 8)
    ring = Ring(1)
    if RANK > 0:
        model = Model()
        p.parallel.join()
    p.run(8)
    assert ring.result() == expected and h.t == pytest.approx(8)
    if RANK > 0:
        assert len(model.voltage) == 321


def test_join_is_no_appointment():
    """It waits for nobody."""
    if RANK == LAST:
        for _ in range(3):
            p.parallel.join()
    assert everyones(RANK) == list(range(RANKS))


# ---- Ranks that do not agree ----


@several
@pytest.mark.parametrize(
    "ours, words",
    [
        (lambda: p.run(5 + RANK), ["the time to run to is 5 ms on rank 0 and 6 ms on rank 1"]),
        (lambda: p.run(5, reset=RANK == 0), ["whether to initialise", "on rank 0", "on rank 1"]),
        (lambda: p.continuerun(1 + RANK), ["the time to run to"]),
        (lambda: p.parallel.psolve(5 + RANK), ["psolve: the time to run to"]),
        (lambda: p.run(5) if RANK == 0 else p.finitialize(), ["rank 0 calls run and rank 1 calls finitialize"]),
        (lambda: p.finitialize(-65) if RANK == 0 else p.run(5), ["rank 0 calls finitialize and rank 1 calls run"]),
        (lambda: p.run(5) if RANK == 0 else p.parallel.psolve(5), ["rank 0 calls run and rank 1 calls psolve"]),
        (lambda: p.run(5) if RANK == 0 else p.parallel.broadcast(5), ["rank 0 calls run and rank 1 calls broadcast"]),
        (lambda: p.run(5) if RANK == 0 else p.parallel.check(), ["rank 0 calls run and rank 1 calls check"]),
    ],
)
def test_ranks_that_do_not_agree_get_the_same_error(ours, words):
    expected = plain_ring(RANKS, 8)
    ring = Ring(RANKS)
    p.run(1)
    before = h.t
    same_everywhere_but_for_the_function(refusal(ours), *words)
    assert h.t == before, "nothing has moved"
    p.run(8)
    assert ring.result() == expected


def same_everywhere_but_for_the_function(error, *words):
    """The sentence begins with the function that this rank called."""
    said = everyones(str(error))
    sentences = {each.partition(": ")[2] for each in said}
    assert isinstance(error, ParallelError) and len(sentences) == 1, said
    assert all(word in str(error) or word.partition(": ")[2] in str(error) for word in words), said


def test_different_voltages_are_the_ranks_own_matter():
    ring = Ring(RANKS)
    p.run(5, v_init=-65 - RANK)
    assert all(cell.voltage[0] == -65 - RANK for cell in ring.cells.values())


# ---- A refusal on one rank ----

REFUSED = {
    "a negative duration": (lambda: p.run(-1), lambda: p.run(5), PatchValueError, "duration is -1"),
    "a word": (lambda: p.run("x"), lambda: p.run(5), PatchTypeError, "duration"),
    "nan": (lambda: p.run(float("nan")), lambda: p.run(5), PatchValueError, "duration is nan"),
    "nothing": (lambda: p.continuerun(), lambda: p.continuerun(5), PatchTypeError, "duration is missing"),
    "an unknown keyword": (lambda: p.run(5, duratoin=5), lambda: p.run(5), PatchTypeError, "duratoin"),
    "a voltage that is none": (lambda: p.run(5, v_init="x"), lambda: p.run(5), PatchTypeError, "v_init"),
    "continuerun": (lambda: p.continuerun(-1), lambda: p.continuerun(5), PatchValueError, "duration is -1"),
    "a word for continuerun": (lambda: p.continuerun("x"), lambda: p.continuerun(5), PatchTypeError, "duration"),
    "finitialize": (lambda: p.finitialize("x"), lambda: p.finitialize(-65), PatchTypeError, "initial"),
    "psolve": (lambda: p.parallel.psolve(-1), lambda: p.parallel.psolve(5), PatchValueError, "tstop is -1"),
    "a word for psolve": (lambda: p.parallel.psolve("x"), lambda: p.parallel.psolve(5), PatchTypeError, "tstop"),
    "psolve into the past": (lambda: p.parallel.psolve(0.5), lambda: p.parallel.psolve(5), PatchValueError, "the time to run to is 0.5 ms"),
}


@one_rank
@pytest.mark.parametrize("way", REFUSED)
def test_a_refusal_on_one_rank_is_told_to_the_others(way, rank):
    wrong, right, kind, words = REFUSED[way]
    expected = plain_ring(RANKS, 8)
    ring = Ring(RANKS)
    p.run(1)
    error = refusal(wrong if RANK == rank else right)
    if RANKS == 1:
        assert isinstance(error, kind) and words in str(error)
    else:
        same_everywhere(error, ParallelError, f"rank {rank}: ", words)
    p.run(8)
    assert ring.result() == expected


@pytest.mark.parametrize("way", REFUSED)
def test_a_refusal_on_every_rank_is_its_own(way):
    wrong, _, kind, words = REFUSED[way]
    expected = plain_ring(RANKS, 8)
    ring = Ring(RANKS)
    p.run(1)
    same_everywhere(refusal(wrong), kind, words)
    p.run(8)
    assert ring.result() == expected


# ---- An exception on one rank while all run ----


def trouble():
    raise ArithmeticError("trouble in the middle")


class Event:
    """Calls trouble at 3.2 ms, by an event of this rank."""

    def __init__(self, statement=trouble):
        self.handler = h.FInitializeHandler(lambda: h.CVode().event(3.2, statement))


PLACES = {
    "an event": Event,
    "an event in HOC": lambda: Event('execerror("trouble in the middle", "")'),
    "a handler of type 0": lambda: h.FInitializeHandler(0, trouble),
    "a handler of type 1": lambda: h.FInitializeHandler(1, trouble),
    "a handler of type 2": lambda: h.FInitializeHandler(2, trouble),
    "a handler of type 3": lambda: h.FInitializeHandler(3, trouble),
    "a handler in HOC": lambda: h.FInitializeHandler('execerror("trouble in the middle", "")'),
}
RUNS = {
    "run": lambda: p.run(5),
    "psolve": lambda: p.parallel.psolve(5, v_init=-65),
    "finitialize and continuerun": lambda: (p.finitialize(-65), p.continuerun(5)),
}


@one_rank
@pytest.mark.parametrize("run, method", [*[(run, "fixed step") for run in RUNS], ("run", "CVODE")])
@pytest.mark.parametrize("place", PLACES)
def test_an_exception_on_one_rank_of_a_running_network_is_one_on_all(place, run, method, rank):
    h.CVode().active(method == "CVODE")
    expected = plain_ring(RANKS, 8)
    ring = Ring(RANKS)
    kept = PLACES[place]() if RANK == rank else None
    for _ in range(2):
        error = refusal(RUNS[run])
        if RANKS == 1:
            assert isinstance(error, PatchError)
        else:
            same_everywhere(error, ParallelError, f"rank {rank}: ")
    del kept
    p.run(8)
    assert ring.result() == expected


@several
@pytest.mark.parametrize("place", ["an event", "a handler of type 1"])
def test_exceptions_on_two_ranks_are_one_error(place):
    expected = plain_ring(RANKS, 8)
    ring = Ring(RANKS)
    kept = PLACES[place]() if RANK in (0, LAST) else None
    kind = HocError if RANKS == 2 else ParallelError  # what all ranks refuse alike keeps its class
    same_everywhere(refusal(lambda: p.run(5)), kind, f"ranks 0 and {LAST}: ")
    del kept
    p.run(8)
    assert ring.result() == expected


def test_the_sentence_names_the_exception():
    ring = Ring(RANKS)
    kept = Event() if RANK == LAST else None
    error = refusal(lambda: p.run(5))
    del kept, ring
    assert all("trouble in the middle" in each for each in everyones(str(error))), str(error)


def test_a_rank_that_waits_a_moment_says_nothing(capfd):
    ring = Ring(RANKS)
    if RANK == LAST:
        time.sleep(1)
    p.run(5)
    assert ring.cells or RANK > LAST
    assert "libpatch" not in capfd.readouterr().err


@several
def test_a_dt_that_is_longer_than_a_delay_on_one_rank_is_an_error_on_all():
    section = p.Section(name="section")
    p.ParallelCon(section, RANK)
    p.ParallelCon((RANK + 1) % RANKS, section.synapse("ExpSyn"), delay=0.05)
    try:
        p.dt = 0.1 if RANK == 1 else 0.025
        with pytest.raises(ParallelError, match=r"rank 1: the shortest delay between ranks is 0\.05 ms, expected at least dt, 0\.1 ms"):
            p.run(1)
    finally:
        p.dt = 0.025
    p.run(1)
    assert p.t == pytest.approx(1)
    del section
    p.parallel.gid_clear()
    p.finitialize()


@several
def test_another_dt_where_variables_are_exchanged_is_refused_on_all():
    """Each waited for the other's step, without end."""
    section = soma("gap")
    clamp = p.SEClamp(section)
    p.parallel.source_var(section(0.5)._ref_v, RANK, sec=section)
    p.parallel.target_var(clamp, clamp._ref_amp1, (RANK + 1) % RANKS)
    before = h.dt
    h.dt = 0.025 if RANK else 0.1
    same_everywhere(refusal(lambda: p.run(1)), ParallelError, "run: dt is 0.1 ms on rank 0 and 0.025 ms on rank 1")
    h.dt = before
    assert refusal(lambda: p.run(1)) is None and h.t == pytest.approx(1)
    p.parallel.gid_clear()
    del clamp, section
    p.finitialize()
