"""connect_points and p.NetCon: the traces and spikes of h.NetCon with the same numbers, to the last bit; every kind of source."""

import numpy as np
import pytest
from helpers import at, cell, clean, h, p, run  # noqa: F401 - clean runs by itself
from neuron import nrn


def pair(interpreter):
    source, target = cell(interpreter, "source"), cell(interpreter, "target")
    clamp = h.IClamp(source(0.5))
    clamp.delay, clamp.dur, clamp.amp = 1, 45, 0.5
    synapse = h.ExpSyn(target(0.5))
    synapse.tau = 1
    return source, target, clamp, synapse


def traces(interpreter, connect):
    source, target, clamp, synapse = pair(interpreter)
    netcon = connect(source, synapse)
    spikes = h.Vector()
    netcon.record(spikes)
    seen = at(source(0.5)), at(target(0.5))
    run(50)
    return list(spikes), *map(list, seen)


def stock(x=0.5, threshold=-20, delay=1, weight=0.1):
    return lambda source, synapse: h.NetCon(source(x)._ref_v, synapse, threshold, delay, weight, sec=source)


WAYS = {
    "defaults": (lambda s, y: s.connect_points(y), stock()),
    "connect_synapse": (lambda s, y: s.connect_synapse(y), stock()),
    "x": (lambda s, y: s.connect_points(y, 0.1), stock(0.1)),
    "x by name": (lambda s, y: s.connect_points(y, x=0.9), stock(0.9)),
    "x None": (lambda s, y: s.connect_points(y, None), stock()),
    "all by name": (
        lambda s, y: s.connect_points(y, x=0.3, weight=0.02, delay=3, threshold=-5),
        stock(0.3, -5, 3, 0.02),
    ),
    "numpy numbers": (
        lambda s, y: s.connect_points(y, weight=np.float64(0.02), delay=np.float32(3), threshold=np.int64(-5)),
        stock(0.5, -5, 3, 0.02),
    ),
    "a weight of 0": (lambda s, y: s.connect_points(y, weight=0), stock(weight=0)),
    "a delay of 0": (lambda s, y: s.connect_points(y, delay=0), stock(delay=0)),
    "a segment": (lambda s, y: s(0.9).connect_points(y), stock(0.9)),
    "a segment, by name": (lambda s, y: s(0.3).connect_points(y, weight=0.02, delay=3, threshold=-5), stock(0.3, -5, 3, 0.02)),
    "p.NetCon of a section": (lambda s, y: p.NetCon(s, y), stock()),
    "p.NetCon of a segment": (lambda s, y: p.NetCon(s(0.9), y), stock(0.9)),
    "p.NetCon of a pointer": (lambda s, y: p.NetCon(s(0.1)._ref_v, y, sec=s), stock(0.1)),
    "p.NetCon in NEURON's order": (lambda s, y: p.NetCon(s, y, -5, 3, 0.02), stock(0.5, -5, 3, 0.02)),
    "p.NetCon, some in order": (lambda s, y: p.NetCon(s, y, -5), stock(threshold=-5)),
    "p.NetCon by name": (lambda s, y: p.NetCon(s, y, weight=0.02, delay=3, threshold=-5), stock(0.5, -5, 3, 0.02)),
    "p.NetCon, order and name": (lambda s, y: p.NetCon(s, y, -5, weight=0.02), stock(threshold=-5, weight=0.02)),
    "p.NetCon, a list of one": (lambda s, y: p.NetCon(s, y, weight=[0.02]), stock(weight=0.02)),
}


@pytest.mark.parametrize("interpreter", [p, h], ids=["p", "h"])
@pytest.mark.parametrize("way", WAYS)
def test_traces_and_spikes_are_those_of_a_plain_netcon(way, interpreter):
    ours, expected = WAYS[way]
    got = traces(interpreter, ours)
    h.finitialize()
    want = traces(h, expected)
    assert got == want
    assert len(got[0]) > 2


def test_the_numbers_are_on_the_netcon():
    source, target, clamp, synapse = pair(p)
    netcon = source.connect_points(synapse)
    assert (netcon.weight[0], netcon.delay, netcon.threshold) == (0.1, 1, -20)
    netcon = p.NetCon(source(0.2), synapse, 5, 6, 7)
    assert (netcon.threshold, netcon.delay, netcon.weight[0]) == (5, 6, 7)
    assert netcon.preseg() == source(0.2) and netcon.syn() == synapse and netcon.preloc() == pytest.approx(1 / 6)
    h.pop_section()
    assert netcon.postseg() == target(0.5)


def test_stock_defaults_are_used_for_p_when_they_are_set():
    source, target, clamp, synapse = pair(p)
    try:
        p.defaults.weight, p.defaults.delay, p.defaults.threshold = 0.3, 2, -30
        for netcon in p.NetCon(source, synapse), source.connect_points(synapse), source(0.1).connect_points(synapse):
            assert (netcon.weight[0], netcon.delay, netcon.threshold) == (0.3, 2, -30)
    finally:
        p.defaults.weight, p.defaults.delay, p.defaults.threshold = 0.1, 1, -20


SOURCES = {
    "NetStim of p": lambda: p.NetStim(start=3, number=4, interval=5, noise=0),
    "NetStim of h": lambda: plain_netstim(),
    "VecStim": lambda: p.VecStim([3, 8, 13, 18]),
}


def plain_netstim():
    stim = h.NetStim()
    stim.start, stim.number, stim.interval, stim.noise = 3, 4, 5, 0
    return stim


@pytest.mark.parametrize("source", SOURCES)
def test_artificial_cells_are_sources(source):
    def trace(make_stim, connect):
        target = cell(h, "target")
        synapse = h.ExpSyn(target(0.5))
        stim = make_stim()
        netcon = connect(stim, synapse)
        spikes, seen = h.Vector(), at(target(0.5))
        netcon.record(spikes)
        run(30)
        return list(spikes), list(seen)

    expected = trace(plain_netstim, lambda stim, y: h.NetCon(stim, y, 10, 2, 0.02))
    h.finitialize()
    assert expected[0] == [3, 8, 13, 18]
    assert trace(SOURCES[source], lambda stim, y: p.NetCon(stim, y, delay=2, weight=0.02)) == expected


def test_point_processes_that_spike_and_artificial_targets():
    section = p.Section(name="s")
    middle = p.IntFire1()
    middle.tau, middle.refrac = 10, 1
    stim = p.NetStim(start=1, number=6, interval=2)
    p.NetCon(stim, middle, weight=0.6)
    synapse = section.synapse(p.ExpSyn)
    netcon = p.NetCon(middle, synapse, weight=0.01)
    spikes = h.Vector()
    netcon.record(spikes)
    run(30)
    mine = list(spikes)
    s, m, n = h.NetStim(), h.IntFire1(), plain_netstim()
    n.start, n.number, n.interval = 1, 6, 2
    m.tau, m.refrac = 10, 1
    plain = h.NetCon(n, m, 10, 1, 0.6), h.NetCon(m, None)
    expected = h.Vector()
    plain[1].record(expected)
    run(30)
    assert mine == list(expected) and len(mine) > 1
    del s


@pytest.mark.parametrize(
    "connect",
    [
        lambda s: s.connect_points(None),
        lambda s: s.connect_points(None, threshold=-10),
        lambda s: s(0.5).connect_points(None),
        lambda s: p.NetCon(s, None),
        lambda s: p.NetCon(s(0.5), None),
        lambda s: p.NetCon(s(0.5)._ref_v, None, sec=s),
    ],
)
def test_no_target_makes_a_detector(connect):
    def spikes(interpreter, connect):
        source, target, clamp, synapse = pair(interpreter)
        netcon = connect(source)
        assert netcon.syn() is None
        seen = h.Vector()
        netcon.record(seen)
        run(50)
        return list(seen), netcon.threshold

    got, threshold = spikes(p, connect)
    h.finitialize()
    expected, _ = spikes(h, lambda s: h.NetCon(s(0.5)._ref_v, None, threshold, 1, 0, sec=s))
    assert got == expected and len(got) > 2 and threshold in (-20, -10)


def test_no_source_waits_for_events():
    section = cell(p, "s", "pas")
    section.e_pas = -65
    netcon = p.NetCon(None, section.synapse(p.ExpSyn), weight=0.01, delay=0)
    seen = at(section(0.5))
    handler = h.FInitializeHandler(lambda: netcon.event(5))
    run(10)
    assert max(seen) > -65 and seen[200] == -65 and seen[203] > -65
    del handler


def test_a_pointer_other_than_a_voltage():
    got = traces(p, lambda s, y: p.NetCon(s(0.5).hh._ref_m, y, threshold=0.5, sec=s))
    h.finitialize()
    assert got == traces(h, lambda s, y: h.NetCon(s(0.5).hh._ref_m, y, 0.5, 1, 0.1, sec=s)) and len(got[0]) > 2


def test_a_bare_pointer_needs_its_section():
    source, target, clamp, synapse = pair(p)
    before = int(h.List("NetCon").count())
    with pytest.raises(ConnectionError):
        p.NetCon(source(0.5)._ref_v, synapse)
    assert int(h.List("NetCon").count()) == before


def test_several_weights():
    """A target may take several numbers; ones that are not given are 0, as in NEURON."""
    section = p.Section()
    synapse = h.Exp2Syn(section(0.5))
    netcon = p.NetCon(p.NetStim(), synapse, weight=[0.3])
    assert netcon.wcnt() == 1 and netcon.weight[0] == 0.3
    for several in ([0.5, 1], np.array([0.5, 1.0]), h.Vector([0.5, 1])):
        with pytest.raises(ValueError, match="at most 1"):
            p.NetCon(p.NetStim(), synapse, weight=several)
    many = h.IntFire4() if not hasattr(h, "STDP") else None
    netcon = p.NetCon(p.NetStim(), many, weight=(0.25,))
    assert netcon.weight[0] == 0.25


def test_many_connections_of_one_pair_add_up():
    def trace(interpreter, connect):
        source, target, clamp, synapse = pair(interpreter)
        kept = [connect(source, synapse, 1 + 0.1 * i) for i in range(50)]
        seen = at(target(0.5))
        run(30)
        return list(seen), len(kept)

    got = trace(p, lambda s, y, delay: s.connect_points(y, delay=delay, weight=1e-4))
    h.finitialize()
    assert got == trace(h, lambda s, y, delay: h.NetCon(s(0.5)._ref_v, y, -20, delay, 1e-4, sec=s))


def test_connecting_in_both_directions_and_to_itself():
    first, second = p.Section(name="first"), p.Section(name="second")
    one, other = first.synapse(p.ExpSyn), second.synapse(p.ExpSyn)
    netcons = [first.connect_points(other), second.connect_points(one), first.connect_points(one)]
    h.finitialize()
    assert [netcon.syn() for netcon in netcons] == [other, one, one]


def test_no_section_is_pushed_and_the_current_one_stays():
    first, second = p.Section(name="first"), p.Section(name="second")
    synapse = second.synapse(p.ExpSyn)
    assert h.cas() is first
    first.connect_points(synapse), second.connect_points(synapse), p.NetCon(second, synapse), second(0.2).connect_points(synapse)
    assert h.cas() is first
    second.push()
    first.connect_points(synapse)
    assert h.cas() is second
    h.pop_section()


def test_stock_takes_what_p_made_and_p_what_stock_made():
    source, target, clamp, synapse = pair(h)
    netcon = p.NetCon(source, synapse)
    listed = h.List()
    listed.append(netcon)
    assert listed.o(0) == netcon and h.NetCon[int(netcon.hname()[7:-1])] == netcon and netcon.pre() is None
    assert isinstance(netcon, h.NetCon) and isinstance(netcon, p.NetCon)
    assert h.NetCon(p.NetStim(), p.ExpSyn(source(0.5))).valid()
    assert isinstance(source, nrn.Section)


class Cell:
    """A user's own class, by whose words its soma is meant."""

    def __init__(self, soma):
        self.soma, self._connections = soma, {}

    def __neuron__(self):
        return self.soma.__neuron__()

    def __netcon__(self):
        return self.soma(0.5).__netcon__()


class Receiver:
    def __init__(self, synapse):
        self.synapse = synapse

    def __netcon__(self):
        return self.synapse


def test_an_object_that_says_what_it_connects():
    source, target, clamp, synapse = pair(p)
    one = Cell(source)
    netcon = p.NetCon(one, synapse, sec=source)
    assert netcon.preseg() == source(0.5) and one._connections == {synapse: netcon}
    assert p.NetCon(source, Receiver(synapse)).syn() == synapse
    assert source.connect_points(Receiver(synapse)).syn() == synapse
    child = p.Section(name="child")
    child.connect(one)
    assert child.parentseg().sec is source


def test_the_words_for_connecting():
    section = p.Section(name="s")
    assert section.__netcon__() == section(0.5)._ref_v and section(0.2).__netcon__() == section(0.2)._ref_v
    synapse = section.synapse(p.ExpSyn)
    assert synapse.__netcon__() == synapse and section.__neuron__() is section and synapse.__neuron__() == synapse


class Tip(p.Section):
    def __arc__(self):
        return 1


def test_arc_of_a_subclass_is_where_its_section_connects():
    tip = Tip(name="tip")
    tip.nseg = 3
    synapse = tip.synapse(p.ExpSyn)
    assert tip.connect_points(None).preseg() == tip(1) and p.NetCon(tip, None).preseg() == tip(1)
    assert synapse.get_segment() == tip(1) and p.ExpSyn(tip).get_segment() == tip(1)


@pytest.mark.parametrize("mode", ["cvode", "local", "two threads"])
def test_integrators_agree(mode):
    def set(on):
        cvode = h.CVode()
        if mode == "two threads":
            h.ParallelContext().nthread(2 if on else 1)
        else:
            cvode.active(on)
            if mode == "local":
                cvode.use_local_dt(on)

    set(1)
    got = traces(p, lambda s, y: s.connect_points(y, weight=0.01))
    h.finitialize()
    expected = traces(h, stock(weight=0.01))
    set(0)
    assert got == expected and len(got[0]) > 2
