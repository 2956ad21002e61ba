"""ParallelCon on one rank: sources with gids and who receives them. The oracle is plain NEURON: spike times equal to the last bit."""

import contextlib
import enum
import itertools
import math
import os
import random
import re

import numpy as np
import patch
import pytest
from helpers import EMPTY, alone, at, cell, clean, h, names, of_gids, p, world  # noqa: F401 - clean runs by itself

pc, cvode = h.ParallelContext(), h.CVode()
nan = math.nan


@pytest.fixture(autouse=True)
def without_gids(clean):  # noqa: F811 - the fixture
    yield
    pc.gid_clear()


# ---- A cell that spikes by itself, and how it is run ---------------------------------------------------------------------------------


def driven(interpreter, name="source", current=0.5):
    source = cell(interpreter, name)
    clamp = h.IClamp(source(0.5))
    clamp.delay, clamp.dur, clamp.amp = 1, 1e9, current
    return source, clamp


def stock_gid(netcon, gid):
    pc.set_gid2node(gid, pc.id())
    pc.cell(gid, netcon)
    return netcon


def stock_source(variable, gid, threshold=-20, section=None):
    netcon = h.NetCon(variable, None, sec=section) if section else h.NetCon(variable, None)
    netcon.threshold = threshold
    return stock_gid(netcon, gid)


def stock_receiver(gid, target, weight=0.1, delay=1):
    netcon = pc.gid_connect(gid, target)
    netcon.weight[0], netcon.delay = weight, delay
    return netcon


def spikes_of(netcon):
    times = h.Vector()
    netcon.record(times)
    return times


def repeater():
    """An artificial cell that spikes whenever an event arrives, and the Vector of these times."""
    target = h.IntFire1()
    target.refrac, target.tau = 0, 1e-3
    detector = h.NetCon(target, None)
    return target, detector, spikes_of(detector)


def bits(times):
    return [time.hex() for time in times]


MODES = {
    "fixed": ([], []),
    "cvode": ([lambda: cvode.active(1)], [lambda: cvode.active(0)]),
    "lvardt": ([lambda: cvode.active(1), lambda: cvode.use_local_dt(1)], [lambda: cvode.use_local_dt(0), lambda: cvode.active(0)]),
    "threads": ([lambda: pc.nthread(2)], [lambda: pc.nthread(1)]),
    "bin queue": ([lambda: cvode.queue_mode(1)], [lambda: cvode.queue_mode(0)]),
}
MODES["cvode and threads"] = tuple(MODES["cvode"][i] + MODES["threads"][i] for i in (0, 1))


def run(mode="fixed", duration=100):
    """Runs, in a mode that is set once the model is there: NEURON has no lvardt for a model without sections."""
    on, off = MODES[mode]
    h.steps_per_ms, h.dt = 40, 0.025
    for each in on:
        each()
    assert bool(cvode.use_local_dt()) == (mode == "lvardt") and pc.nthread() == (2 if "threads" in mode else 1)
    p.run(duration, -65)
    for each in off:
        each()


# ---- Both directions, every kind of source -------------------------------------------------------------------------------------------


class Meant:
    """A user's own object that says what a NetCon attaches to."""

    def __init__(self, source):
        self.source = source

    def __netcon__(self):
        return self.source


class Tip(p.Section):
    def __arc__(self):
        return 1


SOURCES = {
    "a section": (lambda s: p.ParallelCon(s, 7), 0.5, -20),
    "a segment": (lambda s: p.ParallelCon(s(0.1), 7), 0.1, -20),
    "an end": (lambda s: p.ParallelCon(s(1), 7), 1, -20),
    "a pointer": (lambda s: p.ParallelCon(s(0.9)._ref_v, 7, sec=s), 0.9, -20),
    "a threshold": (lambda s: p.ParallelCon(s, 7, threshold=-5), 0.5, -5),
    "a threshold of 0": (lambda s: p.ParallelCon(s, 7, threshold=0), 0.5, 0),
    "output": (lambda s: p.ParallelCon(s, 7, True, threshold=np.float32(-5)), 0.5, -5),
    "without output": (lambda s: p.ParallelCon(s, 7, output=False), 0.5, -20),
    "an object that means a segment": (lambda s: p.ParallelCon(Meant(s(0.9)), 7), 0.9, -20),
    "an object that means a section": (lambda s: p.ParallelCon(Meant(s), 7), 0.5, -20),
    "an object that means a pointer": (lambda s: p.ParallelCon(Meant(s(0.1)._ref_v), 7, sec=s), 0.1, -20),
    "imported from patch": (lambda s: patch.ParallelCon(s, 7), 0.5, -20),
}


def traces(interpreter, send, receive):
    """The spikes and voltages of a source and of what its gid is connected to."""
    source, clamp = driven(interpreter)
    target = cell(interpreter, "target")
    synapse = h.ExpSyn(target(0.5))
    netcon = send(source)
    receiver = receive(synapse)
    seen = spikes_of(netcon), at(source(0.5)), at(target(0.5))
    run(duration=50)
    assert receiver.syn() == synapse
    pc.gid_clear()
    return list(map(bits, seen))


@pytest.mark.parametrize("interpreter", [p, h], ids=["p", "h"])
@pytest.mark.parametrize("kind", SOURCES)
def test_spikes_and_voltages_are_those_of_neurons_own_calls(kind, interpreter):
    ours, x, threshold = SOURCES[kind]
    got = traces(interpreter, ours, lambda synapse: p.ParallelCon(7, synapse))
    h.finitialize()
    expected = traces(h, lambda s: stock_source(s(x)._ref_v, 7, threshold, s), lambda synapse: stock_receiver(7, synapse))
    assert got == expected and len(got[0]) > 2 and len(set(got[2])) > 500


RECEIVERS = {
    "weight": (lambda y: p.ParallelCon(7, y, weight=0.02), (0.02, 1)),
    "delay": (lambda y: p.ParallelCon(7, y, delay=2.5), (0.1, 2.5)),
    "both": (lambda y: p.ParallelCon(7, y, weight=0.02, delay=2.5), (0.02, 2.5)),
    "numpy's numbers": (lambda y: p.ParallelCon(7, y, weight=np.float64(0.02), delay=np.int64(2)), (0.02, 2)),
    "a weight of 0": (lambda y: p.ParallelCon(7, y, weight=0), (0, 1)),
    "a delay of one step": (lambda y: p.ParallelCon(7, y, delay=0.025), (0.1, 0.025)),
    "an object that means a synapse": (lambda y: p.ParallelCon(7, Meant(y)), (0.1, 1)),
}


@pytest.mark.parametrize("kind", RECEIVERS)
def test_a_receiver_has_its_weight_and_delay(kind):
    ours, (weight, delay) = RECEIVERS[kind]
    got = traces(p, lambda s: p.ParallelCon(s, 7), ours)
    h.finitialize()
    expected = traces(h, lambda s: stock_source(s(0.5)._ref_v, 7, -20, s), lambda synapse: stock_receiver(7, synapse, weight, delay))
    assert got == expected


ARTIFICIAL = {
    "NetStim of p": lambda: p.NetStim(start=3, number=4, interval=5, noise=0),
    "VecStim": lambda: p.VecStim([3, 8, 13, 18]),
    "an object that means one": lambda: Meant(p.NetStim(start=3, number=4, interval=5, noise=0)),
    "NetStim of h": lambda: plain_netstim(),
}


def plain_netstim():
    stim = h.NetStim()
    stim.start, stim.number, stim.interval, stim.noise = 3, 4, 5, 0
    return stim


@pytest.mark.parametrize("kind", ARTIFICIAL)
def test_artificial_cells_are_sources_and_targets(kind):
    stim = ARTIFICIAL[kind]()
    netcon = p.ParallelCon(stim, 0)
    target, _, arrived = repeater()
    receiver = p.ParallelCon(0, target, weight=2, delay=0.5)
    sent = spikes_of(netcon)
    run(duration=30)
    assert list(sent) == [3, 8, 13, 18] and list(arrived) == [3.5, 8.5, 13.5, 18.5]
    assert (netcon.gid, receiver.gid) == (0, 0)


def test_another_variable_than_a_voltage_is_a_source():
    def spikes(connect):
        source, clamp = driven(p)
        times = spikes_of(connect(source))
        run(duration=50)
        pc.gid_clear()
        return bits(times)

    def third(s):
        p.ParallelCon(s(0.5).hh._ref_m, 8, threshold=0.7, sec=s), p.NetCon(s(0.5).hh._ref_m, None, threshold=0.8, sec=s)
        return p.ParallelCon(s(0.5).hh._ref_m, 7, threshold=0.2, sec=s)

    got = spikes(lambda s: p.ParallelCon(s(0.5).hh._ref_m, 7, threshold=0.5, sec=s))
    assert got == spikes(lambda s: stock_source(s(0.5).hh._ref_m, 7, 0.5, s)) and len(got) > 2
    got = spikes(third)
    assert got == spikes(lambda s: stock_source(s(0.5).hh._ref_m, 7, 0.2, s)) and len(got) > 2


def test_the_place_of_a_subclass_is_where_it_says():
    tip = Tip(name="tip")
    assert p.ParallelCon(tip, 7).preseg() == tip(1)


def test_both_return_a_netcon_with_its_numbers_and_its_gid():
    source, clamp = driven(p)
    target = cell(p, "target")
    synapse = target.synapse(p.ExpSyn)
    sent, received = p.ParallelCon(source, 7), p.ParallelCon(7, synapse)
    assert type(sent) is type(received) is type(p.NetCon(None, None)) and isinstance(sent, h.NetCon)
    assert (sent.threshold, sent.delay, sent.syn(), sent.preseg()) == (-20, 1, None, source(0.5))
    assert (received.weight[0], received.delay, received.syn()) == (0.1, 1, synapse)
    assert (sent.gid, received.gid, p.NetCon(target, None).gid) == (7, 7, None)
    assert p.ParallelCon(8, synapse).gid == 8, "nobody sends it"
    assert type(sent.gid) is int
    p.parallel.gid_clear()
    assert sent.gid is None


def test_the_numbers_of_p_defaults_are_used():
    source, clamp = driven(p)
    synapse = source.synapse(p.ExpSyn)
    try:
        p.defaults.weight, p.defaults.delay, p.defaults.threshold = 0.3, 2, -30
        sent, received = p.ParallelCon(source, 7), p.ParallelCon(7, synapse)
        assert (sent.threshold, received.weight[0], received.delay) == (-30, 0.3, 2)
        assert p.ParallelCon(source, 8, threshold=-20).threshold == -20
    finally:
        p.defaults.weight, p.defaults.delay, p.defaults.threshold = 0.1, 1, -20


def test_parallel_con_is_a_function_of_p_and_of_the_package():
    assert patch.ParallelCon is p.ParallelCon
    assert "ParallelCon" in patch.__all__ and "ParallelCon" in dir(p)


# ---- gids ------------------------------------------------------------------------------------------------------------------------------


class Gid(enum.IntEnum):
    FIRST = 3


INTEGERS = [0, 1, 2**31 - 1, Gid.FIRST]
INTEGERS += [kind(5) for kind in (np.int8, np.uint8, np.int16, np.uint16, np.int32, np.uint32, np.int64, np.uint64, np.intp)]
INTEGERS += [np.arange(3)[2], np.int64(0), np.uint32(2**31 - 1)]


@pytest.mark.parametrize("gid", INTEGERS, ids=lambda gid: f"{type(gid).__name__} {int(gid)}")
def test_any_integer_is_a_gid(gid):
    stim = p.NetStim(start=1, number=1)
    target, _, arrived = repeater()
    sent, received = p.ParallelCon(stim, gid), p.ParallelCon(gid, target, weight=2)
    assert sent.gid == received.gid == int(gid)
    run(duration=5)
    assert list(arrived) == [2]


# ---- Refusals: a sentence each, nothing created, nothing lost ------------------------------------------------------------------------

INTEGER = "expected an integer from 0 to 2147483647"
SOURCE = "expected a Section, a Segment, a pointer or an artificial cell"
NO_GID = "neither argument is a gid, expected (source, gid) or (gid, target)"
TWO_GIDS = "both arguments are numbers, expected (source, gid) or (gid, target)"
DELETED = "is a section that has been deleted"
GID, KIND = ("ParallelConnectError", ValueError), ("ParallelConnectError", TypeError)

REFUSED = {
    "p.ParallelCon(None, 7)": (KIND, f"source is None, {SOURCE}"),
    "p.ParallelCon(7, None)": (KIND, "target is None, expected a point process or an artificial cell"),
    "p.ParallelCon(7, 8)": (KIND, TWO_GIDS),
    "p.ParallelCon(7, 8, threshold=1)": (KIND, TWO_GIDS),
    "p.ParallelCon(other, syn)": (KIND, NO_GID),
    "p.ParallelCon(other, None)": (KIND, NO_GID),
    "p.ParallelCon(other, 'a')": (KIND, NO_GID),
    "p.ParallelCon(other, h.Vector(1))": (KIND, NO_GID),
    "p.ParallelCon(other, 4)": (GID, "gid 4 already belongs to source on rank 0"),
    "p.ParallelCon(source, 4)": (GID, "gid 4 already belongs to source on rank 0"),
    "p.ParallelCon(source, 4, threshold=10)": (GID, "gid 4 already belongs to source on rank 0"),
    "p.ParallelCon(stim, 4)": (GID, "gid 4 already belongs to source on rank 0"),
    "p.ParallelCon(other, 5)": (GID, "gid 5 already belongs to NetStim[0] on rank 0"),
    "p.ParallelCon(stim, 7)": (GID, "NetStim[0] already sends as gid 5 on rank 0, and an artificial cell has one gid"),
    "p.ParallelCon(other, 7, weight=1)": (KIND, "weight belongs to a receiver of a gid, not to its source"),
    "p.ParallelCon(other, 7, delay=1)": (KIND, "delay belongs to a receiver of a gid, not to its source"),
    "p.ParallelCon(7, syn, threshold=1)": (KIND, "threshold belongs to the source of a gid, not to a receiver"),
    "p.ParallelCon(7, syn, output=False)": (KIND, "output belongs to the source of a gid, not to a receiver"),
    "p.ParallelCon(other, 7, threshold=nan)": (("PatchValueError", ValueError), "threshold is nan, expected a finite number"),
    "p.ParallelCon(other, 7, threshold='a')": (("PatchTypeError", TypeError), "threshold is 'a', expected a number"),
    "p.ParallelCon(7, syn, weight=nan)": (("PatchValueError", ValueError), "weight is nan, expected a finite number"),
    "p.ParallelCon(7, syn, delay=nan)": (("PatchValueError", ValueError), "delay is nan, expected a finite number"),
    "p.ParallelCon(7, syn, delay=math.inf)": (("PatchValueError", ValueError), "delay is inf, expected a finite number"),
    "p.ParallelCon(7, syn, delay=-1)": (("PatchValueError", ValueError), "delay is -1, expected at least 0 ms (ExpSyn[0])"),
    "p.ParallelCon(4, syn, delay=-1)": (("PatchValueError", ValueError), "delay is -1, expected at least 0 ms (ExpSyn[0])"),
    "p.ParallelCon(7, clamp)": (
        ("HocConnectError", TypeError),
        "target is IClamp[1], expected one that receives events (it has no NET_RECEIVE block)",
    ),
    "p.ParallelCon(4, clamp)": (
        ("HocConnectError", TypeError),
        "target is IClamp[1], expected one that receives events (it has no NET_RECEIVE block)",
    ),
    "p.ParallelCon(7, other)": (
        ("HocConnectError", TypeError),
        "target is the section other, expected a point process, an artificial cell or None",
    ),
    "p.ParallelCon(other(0.5)._ref_v, 7)": (
        ("PatchConnectionError", ConnectionError),
        "source is a pointer without its section, give sec=section, or the segment itself",
    ),
    "p.ParallelCon(dead, 7)": (("PatchReferenceError", ReferenceError), f"source {DELETED}"),
    "p.ParallelCon(dead_segment, 7)": (("PatchReferenceError", ReferenceError), f"source {DELETED}"),
    "p.ParallelCon(dead_pointer, 7, sec=other)": (("HocConnectError", ReferenceError), "source is a pointer to something deleted, .*"),
    "p.ParallelCon(7, dead)": (("HocConnectError", ReferenceError), f"target {DELETED}"),
    "p.ParallelCon(7, dead_syn)": (("HocConnectError", ReferenceError), r"target is ExpSyn\[1\], which is no longer in a section"),
    "p.ParallelCon(other(0.5)._ref_v, 7, sec=dead)": (("PatchReferenceError", ReferenceError), f"sec {DELETED}"),
    "p.ParallelCon('a', 7)": (("HocConnectError", TypeError), "source is 'a', expected a Section, .*"),
    "p.ParallelCon(sent, 7)": (("HocConnectError", TypeError), r"source is NetCon\[0\], expected a Section, .*"),
    "p.ParallelCon()": (("PatchTypeError", TypeError), "source_or_gid is missing, expected a source or a gid"),
    "p.ParallelCon(other)": (("PatchTypeError", TypeError), "gid_or_target is missing, expected a gid or a target"),
    "p.ParallelCon(7)": (("PatchTypeError", TypeError), "gid_or_target is missing, expected a gid or a target"),
    "p.ParallelCon(other, 7, True, -20)": (("PatchTypeError", TypeError), "4 arguments are too many, expected at most 3"),
    "p.ParallelCon(other, 7, place=1)": (("PatchTypeError", TypeError), "there is no argument place .*"),
}
for gid, kind, said in [
    ("True", KIND, "True"),
    ("False", KIND, "False"),
    ("np.bool_(True)", KIND, "True"),
    ("-1", GID, "-1"),
    ("np.int64(-7)", GID, "-7"),
    ("1.5", GID, "1.5"),
    ("np.float32(0.5)", GID, "0.5"),
    ("2**31", GID, "2147483648"),
    ("np.uint32(2**31)", GID, "2147483648"),
    ("2**32 + 7", GID, "4294967303"),
    ("2**64", GID, "1.8446744073709552e+19"),
    ("-2**31", GID, "-2147483648"),
    ("nan", GID, "nan"),
    ("math.inf", GID, "inf"),
]:
    REFUSED[f"p.ParallelCon(other, {gid})"] = (kind, f"gid is {said}, {INTEGER}")
    REFUSED[f"p.ParallelCon({gid}, syn)"] = (kind, f"gid is {said}, {INTEGER}")


def everything():
    """All that a refused call could have left behind."""
    return world(), p.counts(), names(), [pc.gid_exists(gid) for gid in (0, 1, 4, 5, 6, 7, 8, 2**31 - 1)], str(h.cas())


@pytest.mark.parametrize("call", REFUSED)
def test_a_refusal_says_why_creates_nothing_and_loses_nothing(call):
    (kind, also), sentence = REFUSED[call]
    source, drive = driven(p)
    other = cell(p, "other")
    syn, clamp, stim = other.synapse(p.ExpSyn), p.IClamp(other(0.5), amp=0), p.NetStim(start=3, number=1)
    sent, second = p.ParallelCon(source, 4), p.ParallelCon(stim, 5)
    target, _, arrived = repeater()
    received = p.ParallelCon(4, target, weight=2), p.ParallelCon(6, target), p.ParallelCon(5, target, weight=2, delay=0.5)
    dead = p.Section(name="dead")
    dead_segment, dead_pointer, dead_syn = dead(0.5), dead(0.5)._ref_v, h.ExpSyn(dead(0.5))
    h.delete_section(sec=dead)
    scope = {**globals(), **locals()}
    before = everything()
    with pytest.raises(patch.PatchError) as refusal:
        eval(call, scope)
    error = refusal.value
    assert type(error).__name__ == kind and isinstance(error, also)
    expected = f"ParallelCon: {sentence}"
    assert str(error) == expected or re.fullmatch(expected, str(error)), str(error)
    del refusal, error, scope
    assert everything() == before
    sent = spikes_of(sent)
    run(duration=20)
    assert len(sent) > 1 and list(arrived) == sorted([time + 1 for time in sent] + [3.5])
    assert (second.gid, received[1].gid) == (5, 6)


def test_a_gid_is_not_given_while_a_step_is_running():
    source, clamp = driven(p)
    refused = []

    def give():
        try:
            p.ParallelCon(source, 7)
        except patch.exceptions.SimulationError as error:
            refused.append(str(error))

    handler = h.FInitializeHandler(lambda: cvode.event(1, give))
    run(duration=2)
    del handler
    assert refused == ["ParallelCon: a source cannot be given a gid while a step is running, expected before or after a run"]
    assert not pc.gid_exists(7) and p.ParallelCon(source, 7).gid == 7


# ---- Lifetime --------------------------------------------------------------------------------------------------------------------------


def arrivals(gid, delay=1):
    """A target that listens to the gid, and when events arrive at it."""
    target, detector, arrived = repeater()
    p.ParallelCon(gid, target, weight=2, delay=delay)
    return target, detector, arrived


def test_a_transmitter_that_is_dropped_still_sends():
    source, clamp = driven(p)
    p.ParallelCon(source, 7)
    kept = arrivals(7)
    run(duration=30)
    assert len(kept[2]) > 1


def test_a_section_with_a_gid_lives_until_gids_are_cleared():
    p.ParallelCon(driven(p)[0], 7)
    p.IClamp(next(iter(h.allsec())), amp=0.5)
    kept = arrivals(7)
    run(duration=30)
    assert names() == ["source"] and len(kept[2]) > 1
    p.parallel.gid_clear()
    del kept
    h.finitialize()
    assert world() == EMPTY and not pc.gid_exists(7)


def test_an_artificial_cell_with_a_gid_lives_until_gids_are_cleared():
    p.ParallelCon(p.NetStim(start=1, number=2, interval=1), 7)
    kept = arrivals(7)
    run(duration=10)
    assert list(kept[2]) == [2, 3]
    p.parallel.gid_clear()
    del kept
    h.finitialize()
    assert world() == EMPTY


def test_all_sources_of_a_place_live_until_gids_are_cleared():
    source, clamp = driven(p)
    for gid, threshold in enumerate([-20, 10, 0, -20]):
        p.ParallelCon(source, gid, threshold=threshold)
    del source, clamp
    run(duration=5)
    assert names() == ["source"] and all(map(pc.gid_exists, range(4)))
    p.parallel.gid_clear()
    h.finitialize()
    assert world() == EMPTY


def test_clearing_transfer_variables_alone_clears_no_gid():
    p.ParallelCon(driven(p)[0], 7)
    p.parallel.gid_clear(3)
    h.finitialize()
    assert names() == ["source"] and pc.gid_exists(7)
    p.parallel.gid_clear(1)
    h.finitialize()
    assert world() == EMPTY


def test_a_receiver_lives_with_its_target_and_no_longer():
    source, clamp = driven(p)
    p.ParallelCon(source, 7)
    target = cell(p, "target")
    synapse = target.synapse(p.ExpSyn)
    p.ParallelCon(7, synapse), p.ParallelCon(8, synapse)
    seen = at(target(0.5))
    del synapse
    run(duration=30)
    assert max(seen) > 0 and p.parallel.gid_exists(7)
    del seen, target
    h.finitialize()
    assert names() == ["source"] and not h.List("ExpSyn").count() and h.List("NetCon").count() == 1
    run(duration=5)


def test_what_is_kept_of_a_receiver_keeps_its_target():
    received = p.ParallelCon(7, cell(p, "target").synapse(p.ExpSyn))
    h.finitialize()
    assert names() == ["target"] and received.syn().get_segment().sec.name() == "target"
    del received
    h.finitialize()
    assert world() == EMPTY


def test_clearing_gids_leaves_what_can_still_be_reached():
    source, clamp = driven(p)
    sent = p.ParallelCon(source, 7)
    times = spikes_of(sent)
    p.parallel.gid_clear()
    run(duration=30)
    assert names() == ["source"] and len(times) > 1 and sent.gid is None
    assert p.ParallelCon(source, 7).gid == 7


def test_disconnect_frees_the_gid_for_another_source():
    source, clamp = driven(p)
    kept = arrivals(7)
    for sent in (p.ParallelCon(source, 7), p.ParallelCon(source, 8, threshold=10)):
        gid = sent.gid
        sent.disconnect()
        assert not pc.gid_exists(gid) and sent.gid is None
        run(duration=20)
        assert not list(kept[2])
    p.ParallelCon(p.NetStim(start=2, number=2, interval=3), 7)
    run(duration=20)
    assert list(kept[2]) == [3, 6]


@pytest.mark.parametrize("threshold", [-20, 10])
def test_disconnect_frees_what_the_gid_held_and_leaves_other_sources_of_the_place(threshold):
    source, clamp = driven(p)
    plain = p.NetCon(source, None)
    sent = p.ParallelCon(source, 7, threshold=threshold)
    times = spikes_of(plain)
    run(duration=30)
    before = bits(times)
    sent.disconnect()
    run(duration=30)
    assert bits(times) == before and len(before) > 1 and plain.gid is None
    del plain, times, sent, source, clamp
    h.finitialize()
    assert world() == EMPTY


def test_a_receiver_that_is_disconnected_is_no_receiver_any_more():
    stim = p.NetStim(start=1, number=1)
    p.ParallelCon(stim, 7)
    first, second = repeater(), repeater()
    one, other = p.ParallelCon(7, first[0], weight=2), p.ParallelCon(7, second[0], weight=2)
    one.disconnect()
    run(duration=5)
    assert not list(first[2]) and list(second[2]) == [2] and other.gid == 7
    waiting = p.ParallelCon(8, first[0])
    assert len(of_gids(p.check())) == 1
    waiting.disconnect()
    assert of_gids(p.check()) == []


def test_a_receiver_records():
    source, clamp = driven(p)
    sent, received = p.ParallelCon(source, 7), p.ParallelCon(7, source.synapse(p.ExpSyn), weight=0)
    times, numbers = h.Vector(), h.Vector()
    received.record(times, numbers)
    run(duration=30)
    assert set(numbers) == {int(received.hname()[7:-1])} and sent.get_recordvec() == times
    expected = spikes_of(sent)  # from now on, NEURON has one recorder for each source
    run(duration=30)
    assert bits(times) == bits(expected) and len(times) == len(numbers) > 1


def test_a_receiver_gives_a_vector_of_what_it_records():
    source, clamp = driven(p)
    p.ParallelCon(source, 7)
    times = p.ParallelCon(7, source.synapse(p.ExpSyn), weight=0).record()
    run(duration=30)
    assert len(list(times)) > 1


def test_what_a_receiver_records_follows_the_gid_to_another_source():
    source, clamp = driven(p)
    sent, received = p.ParallelCon(source, 7), p.ParallelCon(7, source.synapse(p.ExpSyn), weight=0)
    times = spikes_of(received)
    run(duration=30)
    assert len(times) > 1
    sent.disconnect()
    p.ParallelCon(p.NetStim(start=2, number=2, interval=3), 7)
    run(duration=30)
    assert list(times) == [2, 5]


# ---- A receiver first ------------------------------------------------------------------------------------------------------------------

RECORDED = ["nothing", "a Vector", "a Vector and ids", "a function"]


def record(how, netcon):
    """Lets it record; gives what has been recorded, after a run."""
    if how == "nothing":
        return lambda: []
    if how == "a function":
        called = []
        netcon.record(lambda: called.append(h.t))
        return lambda: bits(called)
    times, numbers = h.Vector(), h.Vector()
    if how == "a Vector":
        netcon.record(times)
        return lambda: bits(times)
    netcon.record(times, numbers)
    number = int(netcon.hname()[7:-1])
    return lambda: [(time.hex(), each == number) for time, each in zip(times, numbers, strict=True)]


def receivers_and(interpreter, how, first, send, receive):
    """Two runs with receivers of three delays, made before or after the source of their gid; the middle one records."""
    source, clamp = driven(interpreter)
    target = cell(interpreter, "target")
    synapse = h.ExpSyn(target(0.5))
    sent = None if first else send(source)
    received = [receive(7, synapse, weight, delay) for weight, delay in ((0.001, 1), (0.002, 3), (0.003, 0.5))]
    recorded = record(how, received[1])
    if first:
        run(duration=2)
        sent = send(source)
    voltage = at(target(0.5))
    seen = []
    for _ in range(2):
        run(duration=40)
        seen.append((recorded(), bits(voltage)))
        if how == "a function":
            received[1].record()
            recorded = record(how, received[1])
    assert [(each.weight[0], each.delay) for each in received] == [(0.001, 1), (0.002, 3), (0.003, 0.5)]
    assert sent.prelist().count() == 4
    pc.gid_clear()
    return seen


@pytest.mark.parametrize("how", RECORDED)
@pytest.mark.parametrize("stock_receivers", [False, True], ids=["p.ParallelCon", "pc.gid_connect"])
def test_a_receiver_may_come_first(how, stock_receivers):
    def receive(gid, target, weight, delay):
        return p.ParallelCon(gid, target, weight=weight, delay=delay)

    got = receivers_and(p, how, True, lambda s: p.ParallelCon(s, 7), stock_receiver if stock_receivers else receive)
    h.finitialize()
    expected = receivers_and(h, how, False, lambda s: stock_source(s(0.5)._ref_v, 7, -20, s), stock_receiver)
    assert got == expected
    assert got[0] == got[1] and (how == "nothing" or len(got[0][0]) > 2) and len(set(got[0][1])) > 500


def test_a_receiver_may_come_before_a_further_source_of_a_place():
    source, clamp = driven(p)
    sent = p.ParallelCon(source, 7, threshold=0)
    kept = arrivals(8, delay=2)
    p.ParallelCon(source, 8, threshold=-20)
    expected = spikes_of(p.NetCon(source, None, threshold=-20))
    run(duration=30)
    assert bits(kept[2]) == bits([time + 2 for time in expected]) and len(expected) > 1 and sent.threshold == 0


def test_a_receiver_may_come_before_an_artificial_cell():
    kept = arrivals(7, delay=2)
    times = spikes_of(p.ParallelCon(7, kept[0]))
    p.ParallelCon(p.NetStim(start=1, number=2, interval=3), 7)
    run(duration=20)
    assert list(times) == [1, 4] and list(kept[2]) == [3, 6]


def test_a_receiver_that_came_first_is_dropped_with_its_target():
    kept = arrivals(7)
    source, clamp = driven(p)
    p.ParallelCon(source, 7)
    run(duration=20)
    assert len(kept[2]) > 1
    del kept
    h.finitialize()
    assert h.List("NetCon").count() == 1


def test_a_receiver_waits_on_after_a_transmitter_was_refused():
    source, clamp = driven(p)
    kept = arrivals(7)
    for refused in (
        lambda: p.ParallelCon(None, 7),
        lambda: p.ParallelCon(source, 7, threshold=nan),
        lambda: p.ParallelCon(source(0.5)._ref_v, 7),
    ):
        with pytest.raises(patch.PatchError):
            refused()
    assert of_gids(p.check()) == ["gid 7 is received on rank 0 and sent by no rank"]
    p.ParallelCon(source, 7)
    with pytest.raises(patch.exceptions.ParallelConnectError):
        p.ParallelCon(source, 7)
    assert of_gids(p.check()) == []
    run(duration=30)
    assert len(kept[2]) > 1


def test_neurons_own_calls_still_want_the_source_first():
    source, clamp = driven(p)
    kept = arrivals(7)
    for call in (lambda: p.parallel.set_gid2node(7, 0), lambda: p.parallel.set_gid2node(7), lambda: pc.set_gid2node(7, 0)):
        with pytest.raises(RuntimeError, match="already exists as an input port|hoc_execerror"):
            call()
    with pytest.raises(patch.exceptions.HocError, match="gid=7 already exists as an input port"):
        p.parallel.set_gid2node(7, 0)
    p.ParallelCon(source, 7)
    run(duration=30)
    assert len(kept[2]) > 1


def test_what_nobody_sends_is_found():
    source, clamp = driven(p)
    synapse = source.synapse(p.ExpSyn)
    assert of_gids(p.check()) == []
    p.ParallelCon(source, 7), p.ParallelCon(7, synapse)
    assert of_gids(p.check()) == []
    lost = p.ParallelCon(9, synapse), p.ParallelCon(8, synapse), p.ParallelCon(9, synapse)
    assert of_gids(p.check()) == [f"gid {gid} is received on rank 0 and sent by no rank" for gid in (8, 9)]
    lost[1].threshold = 5
    found = of_gids(p.check())
    assert len(found) == 3
    assert re.fullmatch(
        r"the threshold of NetCon\[\d+\], which receives gid 8 on rank 0, was set to 5 mV: it has no effect, "
        "the threshold belongs to the source of the gid",
        found[2],
    )
    p.ParallelCon(source, 8), p.ParallelCon(source, 9)
    assert of_gids(p.check()) == [] and of_gids(p.parallel.check()) == []


# ---- Any number of sources on a place ------------------------------------------------------------------------------------------------

THRESHOLDS = [-20, 10, -20, 0, -40, 20]
CELLS = {"a": 0.2, "b": 0.35, "c": 0.5}
DURATION = {"cvode and threads": 40}  # ms; it is slow


def cells(interpreter):
    made = [driven(interpreter, name, current) for name, current in CELLS.items()]
    return [source for source, _ in made], [clamp for _, clamp in made]


def spikes_of_many(mode, delay):
    """Each cell with a gid for each threshold: when each spikes, and when that arrives where there are receivers."""
    sources, clamps = cells(p)
    kept, spikes, arrived = [], {}, {}
    for (k, source), (j, threshold) in itertools.product(enumerate(sources), enumerate(THRESHOLDS)):
        kept.append(p.ParallelCon(source, 100 * k + j, threshold=threshold))
        spikes[k, j] = spikes_of(kept[-1])
        if delay:
            kept.append(arrivals(100 * k + j, delay))
            arrived[k, j] = kept[-1][-1]
    run(mode, DURATION.get(mode, 100))
    assert [pc.threshold(100 * k + j) for k, j in spikes] == THRESHOLDS * len(sources)
    pc.gid_clear()
    return {key: bits(times) for key, times in spikes.items()}, {key: bits(times) for key, times in arrived.items()}


def spikes_of_ones(mode, delay, numbers):
    """The same model in plain NEURON, with one threshold; once for each of these thresholds, and nothing between them."""
    kept, spikes, arrived = [], {}, {}
    for j in numbers:
        sources, clamps = cells(h)
        kept.append((sources, clamps))
        for k, source in enumerate(sources):
            kept.append(stock_source(source(0.5)._ref_v, 100 * k + j, THRESHOLDS[j], source))
            spikes[k, j] = spikes_of(kept[-1])
            if delay:
                target, detector, arrived[k, j] = repeater()
                kept.append((target, detector, stock_receiver(100 * k + j, target, 2, delay)))
    run(mode, DURATION.get(mode, 100))
    pc.gid_clear()
    return {key: bits(times) for key, times in spikes.items()}, {key: bits(times) for key, times in arrived.items()}


WITH_EVENTS = {"fixed": (0.025, 1, 3.3), "bin queue": (0.025, 1, 3.3), "threads": (0.05, 1, 3.3), "lvardt": (0.025, 1, 3.3)}
RUNS = [(mode, 0) for mode in MODES] + [(mode, delay) for mode, delays in WITH_EVENTS.items() for delay in delays]


@pytest.mark.parametrize(("mode", "delay"), RUNS, ids=[f"{mode}, {delay} ms" if delay else mode for mode, delay in RUNS])
def test_each_of_many_gids_on_a_place_spikes_as_a_single_source(mode, delay):
    """0.025 ms is one step; with threads NEURON wants more. The steps of global CVODE are those of all models together."""
    spikes, arrived = spikes_of_many(mode, delay)
    numbers = range(len(THRESHOLDS))
    for together in [[j] for j in numbers] if mode.startswith("cvode") else [numbers]:
        h.finitialize()
        expected, expected_arrivals = spikes_of_ones(mode, delay, together)
        assert {key: times for key, times in spikes.items() if key[1] in together} == expected
        assert {key: times for key, times in arrived.items() if key[1] in together} == expected_arrivals
        assert len(expected) == len(CELLS) * len(together) and bool(expected_arrivals) == bool(delay)
        assert all(len(times) > 2 or THRESHOLDS[j] == 20 for (k, j), times in expected.items())
    assert len(set(map(tuple, spikes.values()))) > 3 * len(CELLS), "thresholds make a difference"


@pytest.mark.parametrize("delay", [0.025, 1, 3.3])
def test_with_cvode_events_arrive_when_they_should(delay):
    """An event changes the steps of global CVODE, in NEURON too: no single source to compare with."""
    spikes, arrived = spikes_of_many("cvode", delay)
    for key, times in spikes.items():
        late = [float.fromhex(time) + delay for time in times]
        assert arrived[key] == bits([time for time in late if time <= 100])


CONNECT = {
    "connect_points": lambda s, target, threshold: s.connect_points(target, weight=2, threshold=threshold),
    "connect_points of a segment": lambda s, target, threshold: s(0.5).connect_points(target, weight=2, threshold=threshold),
    "NetCon of a section": lambda s, target, threshold: p.NetCon(s, target, threshold, weight=2),
    "NetCon of a pointer": lambda s, target, threshold: p.NetCon(s(0.5)._ref_v, target, threshold, weight=2, sec=s),
}


@pytest.mark.parametrize("with_gids", [False, True], ids=["connections", "connections and gids"])
@pytest.mark.parametrize("mode", ["fixed", "lvardt", "threads", "bin queue"])
@pytest.mark.parametrize("connect", CONNECT)
def test_each_connection_of_a_place_keeps_its_own_threshold(connect, mode, with_gids):
    source, clamp = driven(p)
    kept, arrived = [], []
    for gid, threshold in enumerate(THRESHOLDS):
        kept.append(repeater())
        kept.append(CONNECT[connect](source, kept[-1][0], threshold))
        arrived.append(kept[-2][2])
        if with_gids:
            kept.append(p.ParallelCon(source, gid, threshold=threshold + 5))
            kept.append(arrivals(gid))
    run(mode)
    got = list(map(bits, arrived)), [bits(each[2]) for each in kept[3::4] if with_gids]
    assert [netcon.threshold for netcon in kept if isinstance(netcon, h.NetCon)] == [
        each for threshold in THRESHOLDS for each in (threshold, threshold + 5)[: 1 + with_gids]
    ]
    pc.gid_clear()
    del kept, arrived, source, clamp
    h.finitialize()
    assert got[0] == spike_arrivals_of_ones(mode, THRESHOLDS)
    h.finitialize()
    assert got[1] == spike_arrivals_of_ones(mode, [threshold + 5 for threshold in THRESHOLDS if with_gids])


def spike_arrivals_of_ones(mode, thresholds):
    """In plain NEURON a model for each threshold, and nothing between them."""
    kept, arrived = [], []
    for threshold in thresholds:
        source, clamp = driven(h)
        target, detector, times = repeater()
        kept.append((source, clamp, target, detector, h.NetCon(source(0.5)._ref_v, target, threshold, 1, 2, sec=source)))
        arrived.append(times)
    if kept:
        run(mode)
    assert [each[-1].threshold for each in kept] == thresholds
    return list(map(bits, arrived))


def separate_sources(netcons):
    """How many sources NEURON polls for them."""
    return len({frozenset(each.hname() for each in netcon.prelist()) for netcon in netcons})


def test_a_further_source_is_made_only_for_another_threshold_or_gid():
    source, clamp = driven(p)
    connections = [p.NetCon(source, None, threshold=threshold) for threshold in (-20, 10, 0) * 4]
    assert separate_sources(connections) == 3 and cvode.netconlist("", "", "").count() == 12
    assert [netcon.prelist().count() for netcon in connections] == [4] * 12
    joined = p.ParallelCon(source, 1, threshold=-20)
    assert separate_sources([*connections, joined]) == 3, "the first source has no gid yet"
    sent = [p.ParallelCon(source, gid, threshold=threshold) for gid, threshold in enumerate((-20, 10, 10, 0), 2)]
    assert separate_sources([*connections, joined, *sent]) == 7, "a gid has its own"
    assert [netcon.threshold for netcon in sent] == [-20, 10, 10, 0]
    for netcon in connections:
        netcon.disconnect()
    del connections, netcon
    assert cvode.netconlist("", "", "").count() == 5 and separate_sources([joined, *sent]) == 5


def test_an_ordinary_source_is_neurons_own():
    """What NEURON makes later joins it; a further one is our own."""
    source, clamp = driven(p)
    sent = p.ParallelCon(source, 7)
    plain = h.NetCon(source(0.5)._ref_v, None, sec=source)
    assert plain.threshold == -20 and plain.prelist().count() == 2 and plain.srcgid() == 7
    further = p.ParallelCon(source, 8, threshold=10)
    later = h.NetCon(source(0.5)._ref_v, None, sec=source)
    assert later.prelist().count() == 3 and further.prelist().count() == 1 and later.srcgid() == sent.srcgid() == 7
    del plain, later
    assert sent.prelist().count() == 1


def test_neurons_own_netcon_keeps_its_threshold_when_it_was_first():
    source, clamp = driven(p)
    plain = h.NetCon(source(0.5)._ref_v, None, sec=source)
    others = p.NetCon(source, None), p.NetCon(source, None, threshold=0), p.ParallelCon(source, 7)
    again = h.NetCon(source(0.5)._ref_v, None, sec=source)
    assert [each.threshold for each in (plain, *others, again)] == [10, -20, 0, -20, 10]
    again.threshold = 5
    assert [each.threshold for each in (plain, *others, again)] == [5, -20, 0, -20, 5]
    assert separate_sources([plain, *others, again]) == 4


def test_neurons_own_netcon_joins_the_first_source_when_it_comes_later():
    source, clamp = driven(p)
    others = p.NetCon(source, None), p.NetCon(source, None, threshold=0)
    plain = h.NetCon(source(0.5)._ref_v, None, 5, 1, 0, sec=source)
    assert [each.threshold for each in (*others, plain)] == [5, 0, 5]
    assert (others[0].prelist().count(), others[1].prelist().count()) == (2, 1)
    spikes = spikes_of(plain), spikes_of(others[1])
    run(duration=40)
    got = list(map(bits, spikes))
    del others, plain, spikes, source, clamp
    h.finitialize()
    assert got[0] == plain_spikes(5) and got[1] == plain_spikes(0)


def plain_spikes(threshold, duration=40):
    source, clamp = driven(h)
    netcon = h.NetCon(source(0.5)._ref_v, None, threshold, 1, 0, sec=source)
    times = spikes_of(netcon)
    run(duration=duration)
    return bits(times)


def test_a_further_source_lives_on_without_the_first():
    source, clamp = driven(p)
    first, further = p.NetCon(source, None), p.ParallelCon(source, 7, threshold=0)
    times = spikes_of(further)
    first.disconnect()
    del first
    run(duration=40)
    new = p.NetCon(source, None, threshold=5)
    more = spikes_of(new)
    run(duration=40)
    got = bits(times), bits(more)
    assert further.gid == 7 and separate_sources([further, new]) == 2
    p.parallel.gid_clear()
    del further, times, new, more, source, clamp
    h.finitialize()
    assert got == (plain_spikes(0), plain_spikes(5))


def test_a_recorder_is_not_taken_over_by_a_gid():
    source, clamp = driven(p)
    connection = p.NetCon(source, None)
    times = spikes_of(connection)
    sent = p.ParallelCon(source, 7)
    others = spikes_of(p.ParallelCon(7, source.synapse(p.ExpSyn), weight=0))
    run(duration=40)
    assert bits(times) == bits(others) and len(times) > 2 and sent.threshold == connection.threshold == -20


def test_the_place_of_each_source_is_known():
    source, clamp = driven(p)
    sent = [p.ParallelCon(source(0.1), gid, threshold=threshold) for gid, threshold in enumerate((-20, 10, 0))]
    assert [netcon.preseg() for netcon in sent] == [source(0.1)] * 3
    assert [pc.threshold(gid) for gid in range(3)] == [-20, 10, 0]
    assert cvode.netconlist("", "", "").count() == 3


def test_spike_record_hears_every_gid_of_a_place():
    source, clamp = driven(p)
    sent = [p.ParallelCon(source, gid, threshold=threshold) for gid, threshold in enumerate((-20, 10, 0, 10))]
    times, gids = p.parallel.spike_record(-1)
    run(duration=40)
    got = [bits([time for time, each in zip(times, gids, strict=True) if each == gid]) for gid in range(4)]
    del sent, times, gids, source, clamp
    pc.gid_clear()
    h.finitialize()
    assert got == [plain_spikes(threshold) for threshold in (-20, 10, 0, 10)]


@pytest.mark.parametrize("mode", ["fixed", "cvode", "lvardt", "threads", "bin queue"])
def test_fork_points_are_one_place(mode):
    def tree(interpreter):
        made = [cell(interpreter, name) for name in "abc"]
        for child in made[1:]:
            child.connect(made[0](1))
        clamp = h.IClamp(made[0](0))
        clamp.delay, clamp.dur, clamp.amp = 1, 1e9, 0.9
        return made, clamp

    (a, b, c), clamp = tree(p)
    sent = [p.ParallelCon(a(1), 1), p.ParallelCon(b(0), 2), p.ParallelCon(c(0), 3, threshold=0), p.ParallelCon(b(0), 4, threshold=10)]
    sent.append(p.NetCon(c(0), None, threshold=5))
    spikes = list(map(spikes_of, sent))
    run(mode)
    got = list(map(bits, spikes))
    del a, b, c, clamp, sent, spikes
    pc.gid_clear()
    for times, threshold in zip(got, (-20, -20, 0, 10, 5), strict=True):
        h.finitialize()
        (a, b, c), clamp = tree(h)
        netcon = h.NetCon(a(1)._ref_v, None, threshold, 1, 0, sec=a)
        expected = spikes_of(netcon)
        run(mode)
        assert times == bits(expected) and len(times) > 3
        del a, b, c, clamp, netcon, expected
    assert len(set(map(tuple, got))) == 4


def test_a_saved_state_has_what_is_under_way():
    """Of every source: the spikes and voltages after a restore are those of a run that was not stopped."""
    source, clamp = driven(p)
    target = cell(p, "target", "pas")
    synapse = target.synapse(p.ExpSyn)
    sent = [p.ParallelCon(source, gid, threshold=threshold) for gid, threshold in enumerate((-20, 10, 0))]
    for gid in range(3):
        p.ParallelCon(gid, synapse, weight=0.001, delay=3 + gid)
    spikes = list(map(spikes_of, sent))
    run(duration=60)
    expected = [bits(times) for times in spikes], target(0.5).v.hex()
    p.run(12, -65)
    before = [list(times) for times in spikes]
    state = h.SaveState()
    state.save()
    p.finitialize(-70)
    state.restore()
    for times in spikes:
        times.resize(0)
    p.continuerun(60 - h.t)
    got = [bits(early + list(late)) for early, late in zip(before, spikes, strict=True)], target(0.5).v.hex()
    assert got == expected and min(map(len, before)) > 0 and min(map(len, spikes)) > 1


# ---- A feedback network against clones -------------------------------------------------------------------------------------------------

SIZE, NETWORK_THRESHOLDS = 6, (-20, 0, 10)


def wires():
    """(source cell, threshold, target cell, weight, delay): no two events arrive together."""
    for k, j in itertools.product(range(SIZE), range(3)):
        for step in (1, 2):
            yield k, j, (k + step + j) % SIZE, (0.02, 0.01, -0.001)[j] / step, 1.5 + 0.37 * j + 0.0013 * k + 0.21 * step


def network_cell(interpreter, name, k):
    section = cell(interpreter, name)
    synapse = h.ExpSyn(section(0.5))
    synapse.tau = 2
    clamp = h.IClamp(section(0.5))
    clamp.delay, clamp.dur, clamp.amp = 1 + k, 20, 0.3 if k < 2 else 0
    return section, synapse, clamp


def our_network(mode):
    made = [network_cell(p, f"cell{k}", k) for k in range(SIZE)]
    sent = {
        (k, j): p.ParallelCon(made[k][0], 3 * k + j, threshold=NETWORK_THRESHOLDS[j]) for k, j in itertools.product(range(SIZE), range(3))
    }
    for k, j, to, weight, delay in wires():
        p.ParallelCon(3 * k + j, made[to][1], weight=weight, delay=delay)
    spikes = {key: spikes_of(netcon) for key, netcon in sent.items()}
    voltage = at(made[3][0](0.5))
    run(mode, 200)
    return {key: bits(times) for key, times in spikes.items()}, bits(voltage)


def network_of_clones(mode):
    """In plain NEURON: of each cell a clone for each threshold, which gets what the cell gets."""
    made = {(k, j): network_cell(h, f"cell{k}_{j}", k) for k, j in itertools.product(range(SIZE), range(3))}
    sent = {
        (k, j): stock_source(section(0.5)._ref_v, 3 * k + j, NETWORK_THRESHOLDS[j], section) for (k, j), (section, _, _) in made.items()
    }
    received = [stock_receiver(3 * k + j, made[to, clone][1], weight, delay) for k, j, to, weight, delay in wires() for clone in range(3)]
    spikes = {key: spikes_of(netcon) for key, netcon in sent.items()}
    voltage = at(made[3, 0][0](0.5))
    run(mode, 200)
    del received
    return {key: bits(times) for key, times in spikes.items()}, bits(voltage)


@pytest.mark.parametrize("mode", ["fixed", "threads", "bin queue", "lvardt"])
def test_a_feedback_network_is_that_of_clones(mode):
    got = our_network(mode)
    pc.gid_clear()
    h.finitialize()
    expected = network_of_clones(mode)
    assert got == expected
    assert all(len(times) > 3 for times in got[0].values()), {key: len(times) for key, times in got[0].items()}


# ---- What goes, and when ---------------------------------------------------------------------------------------------------------------


def many_at(place):
    sent = [p.ParallelCon(place, gid, threshold=threshold) for gid, threshold in enumerate(THRESHOLDS)]
    return sent + [p.NetCon(place, None, threshold=threshold) for threshold in THRESHOLDS]


def check_again(place):
    """All gids can be used once more."""
    again = many_at(place)
    assert [netcon.gid for netcon in again[: len(THRESHOLDS)]] == list(range(len(THRESHOLDS)))
    assert [netcon.threshold for netcon in again] == THRESHOLDS * 2
    spikes = list(map(spikes_of, again[: len(THRESHOLDS)]))
    run(duration=40)
    return list(map(bits, spikes))


def test_a_change_of_nseg_that_removes_the_place_frees_its_gids():
    source, clamp = driven(p)
    gone = many_at(source(0.1))
    kept = p.ParallelCon(source(0.5), 50), p.ParallelCon(source(0.5), 51, threshold=0)
    run(duration=5)
    source.nseg = 1
    assert [netcon.gid for netcon in gone] == [None] * len(gone) and [netcon.gid for netcon in kept] == [50, 51]
    assert not any(pc.gid_exists(gid) for gid in range(len(THRESHOLDS)))
    run(duration=5)
    assert all(len(times) > 2 for times in check_again(source(0.5))[:1])


def test_a_change_of_nseg_that_keeps_the_place_keeps_its_gids():
    def spikes(connect):
        source, clamp = driven(p)
        sent = connect(source)
        run(duration=5)
        source.nseg = 9
        times = list(map(spikes_of, sent))
        run(duration=40)
        pc.gid_clear()
        return list(map(bits, times))

    got = spikes(lambda s: many_at(s(0.5))[: len(THRESHOLDS)])
    expected = [spikes(lambda s, each=each: [stock_source(s(0.5)._ref_v, 0, each, s)])[0] for each in THRESHOLDS]
    assert got == expected and len(got[0]) > 2


def test_a_deleted_section_frees_its_gids():
    source, clamp = driven(p)
    gone = many_at(source)
    run(duration=5)
    h.delete_section(sec=source)
    assert [netcon.gid for netcon in gone] == [None] * len(gone)
    assert not any(pc.gid_exists(gid) for gid in range(len(THRESHOLDS)))
    run(duration=5)
    source, clamp = driven(p, "another")
    assert len(check_again(source)[0]) > 2


GOES = {
    "its place": lambda source, sent: setattr(source, "nseg", 1),
    "its section": lambda source, sent: h.delete_section(sec=source),
    "its NetCon": lambda source, sent: sent.disconnect(),
}


@pytest.mark.parametrize("threshold", [-20, 0], ids=["the first source", "a further source"])
@pytest.mark.parametrize("what", GOES)
def test_a_receiver_waits_for_the_next_source_when_the_first_has_gone(what, threshold):
    source, clamp = driven(p)
    first = p.NetCon(source(0.1), None)
    kept = arrivals(7), p.ParallelCon(source(0.1), 7, threshold=threshold)
    run(duration=20)
    assert len(kept[0][2]) > 1
    GOES[what](source, kept[1])
    run(duration=20)
    assert not list(kept[0][2])
    assert of_gids(p.check()) == ["gid 7 is received on rank 0 and sent by no rank"]
    p.ParallelCon(p.NetStim(start=2, number=2, interval=3), 7)
    run(duration=20)
    assert list(kept[0][2]) == [3, 6]
    del first


@pytest.mark.parametrize("order", [["gid_clear", "delete"], ["delete", "gid_clear"], ["delete"]], ids=", ".join)
@pytest.mark.parametrize("sent", [True, False], ids=["sent", "not sent"])
def test_the_section_of_a_target_may_go_before_its_receiver(order, sent):
    source, clamp = driven(p)
    target = cell(p, "target")
    synapse = target.synapse(p.ExpSyn)
    kept = p.ParallelCon(7, synapse), sent and p.ParallelCon(source, 7)
    run(duration=5)
    for each in order:
        pc.gid_clear() if each == "gid_clear" else h.delete_section(sec=target)
    run(duration=20)
    assert kept[0].syn() is None


def test_cleared_gids_can_be_used_again():
    source, clamp = driven(p)
    kept = many_at(source)
    run(duration=5)
    p.parallel.gid_clear()
    assert [netcon.gid for netcon in kept] == [None] * len(kept)
    got = check_again(source)
    del kept, source, clamp
    pc.gid_clear()
    h.finitialize()
    assert got == [plain_spikes(threshold) for threshold in THRESHOLDS]


def test_handles_alone_keep_no_gid():
    source, clamp = driven(p)
    kept = many_at(source)
    for netcon in kept:
        netcon.disconnect()
    assert not any(pc.gid_exists(gid) for gid in range(len(THRESHOLDS)))
    assert len(check_again(source)[0]) > 2


@pytest.mark.parametrize("seed", [1, 3, 5])
def test_anything_in_any_order(seed):
    """Random, but the same each time: no crash, and nothing is left. (Plain NEURON crashes when the child of a fork is deleted.)"""
    dice = random.Random(seed)
    sections, handles, targets = [], [], []

    def make_section():
        section, clamp = driven(p, f"s{dice.random()}", dice.choice([0.2, 0.5]))
        if sections and dice.random() < 0.3:
            section.connect(dice.choice(sections)(1))
        sections.append(section)
        targets.append(clamp)

    def place():
        return dice.choice(sections)(dice.choice([0, 0.1, 0.5, 0.9, 1]))

    def make_source():
        with contextlib.suppress(patch.exceptions.ParallelConnectError):
            handles.append(p.ParallelCon(place(), dice.randrange(40), threshold=dice.choice(THRESHOLDS)))

    def make_receiver():
        synapse = dice.choice(sections).synapse(p.ExpSyn, x=dice.random())
        targets.append(synapse)
        handles.append(p.ParallelCon(dice.randrange(40), synapse, weight=1e-4, delay=dice.choice([0.1, 1, 3])))
        if dice.random() < 0.3:
            handles[-1].record(h.Vector())

    def connect():
        if dice.random() < 0.5:
            handles.append(p.NetCon(place(), None, threshold=dice.choice(THRESHOLDS)))
        else:
            where = place()
            handles.append(h.NetCon(where._ref_v, None, sec=where.sec))

    def drop(some):
        if some:
            dice.shuffle(some)
            del some[: 1 + len(some) // 4]

    def disconnect():
        ours = [handle for handle in handles if isinstance(handle, p.NetCon)]
        if ours:
            dice.choice(ours).disconnect()

    def delete():
        alone = [section for section in sections if not section.children() and section.parentseg() is None]
        if len(alone) > 2:
            sections.remove(alone[0])
            h.delete_section(sec=alone[0])

    def change_nseg():
        dice.choice(sections).nseg = dice.choice([1, 3, 5])

    def run_some():
        p.run(1, -65) if dice.random() < 0.5 else h.finitialize(-65)

    def clear():
        if dice.random() < 0.3:
            pc.gid_clear()

    def set_mode():
        pc.nthread(dice.choice([1, 2]))
        cvode.active(dice.choice([0, 0, 1]))
        h.dt = 0.025

    operations = [make_section, make_source, make_source, make_source, make_receiver, make_receiver, connect, connect, disconnect]
    operations += [lambda: drop(handles), lambda: drop(targets), lambda: len(sections) > 4 and drop(sections), delete, change_nseg]
    operations += [run_some, run_some, clear, set_mode]
    make_section()
    made = 0
    for _ in range(500):
        if not sections:
            make_section()
        dice.choice(operations)()
        made = max(made, cvode.netconlist("", "", "").count())
    assert made > 20
    p.run(5, -65)
    pc.nthread(1)
    cvode.active(0)
    pc.gid_clear()


# ---- Neuron mode -----------------------------------------------------------------------------------------------------------------------


def test_in_neuron_mode_parallel_con_is_a_short_form_of_neurons_calls():
    printed = alone(
        """
        from neuron import h
        from patch import PatchError, p
        source, target = h.Section(name="source"), h.Section(name="target")
        synapse = h.ExpSyn(target(0.5))
        sent, received = p.ParallelCon(source, 7), p.ParallelCon(7, synapse)
        print(sent.threshold, received.weight[0], received.delay, sent.gid, received.gid)
        pc = h.ParallelContext()
        print([pc.gid_exists(gid) for gid in (6, 7, 8)])
        second = p.ParallelCon(source, 8)
        of_gids = [each for each in p.check() if "gid" in each.kind]
        print([pc.gid_exists(gid) for gid in (6, 7, 8)], sent.gid, second.gid, second.threshold, of_gids)
        further = p.ParallelCon(source, 6, threshold=5)
        print(sent.threshold, further.threshold, further.gid)
        pc.gid_clear()
        del source, target, synapse, sent, received, second, further
        h.finitialize()
        print(len(list(h.allsec())), int(h.List("NetCon").count()), sum(p.counts().values()))
        """,
        PATCH_DEFAULTS="neuron",
    )
    assert printed.splitlines() == [
        "10.0 0.0 1.0 7 7",
        "[0, 3, 0]",
        "[0, 3, 3] 7 8 10.0 []",  # NEURON's own threshold, on a source of its own
        "10.0 5.0 6",
        "0 0 0",
    ]


def test_in_neuron_mode_what_is_dropped_is_gone():
    printed = alone(
        """
        from neuron import h
        from patch import p
        source, target = p.Section(name="source"), p.Section(name="target")
        p.ParallelCon(source, 7)
        p.ParallelCon(7, h.ExpSyn(target(0.5)))
        print(int(h.List("NetCon").count()), h.ParallelContext().gid_exists(7))
        del source, target
        h.finitialize()
        print(len(list(h.allsec())), h.ParallelContext().gid_exists(7))
        """,
        PATCH_DEFAULTS="neuron",
    )
    assert printed.splitlines() == ["0 3", "0 0"]


# ---- How further sources are made ------------------------------------------------------------------------------------------------------


def test_further_sources_are_made_as_the_environment_says():
    """`tests/python/test_source_mechanism.py` runs tests of this file by the other way."""
    source, clamp = driven(p)
    many_at(source)
    mechanism = hasattr(h, "PatchSource") and int(h.List("PatchSource").count())
    assert mechanism == (9 if os.environ.get("PATCH_SOURCES") == "mechanism" else 0)
