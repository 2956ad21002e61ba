"""One call each from Python, against NEURON's own with the callable kept: record, connect_points, and p's objects (W4)."""

import sys

from neuron import h
from patch import p
from ratio import compare, finish

Vector, NetCon, ExpSyn = h.Vector, h.NetCon, h.ExpSyn
p_NetCon, p_ExpSyn = p.NetCon, p.ExpSyn


def sections(size, nseg=1):
    def make():
        made = [p.Section() for _ in range(size)]
        for section in made:
            if nseg > 1:
                section.nseg = nseg
                section.insert("hh")
        return made, [ExpSyn(section(0.5)) for section in made]

    return make


def drop(made, kept):
    """What ours keeps alive is gone too before the next round."""
    made[0].clear()
    made[1].clear()
    if kept:
        kept.clear()
    p.finitialize()
    assert not p.counts()["sections"]


def bench(id, what, ours, stock, target=None, size=1000, nseg=1):
    compare(id, what, ours, stock, target, size, make=sections(size, nseg), drop=drop)


def record(made):
    return [section.record() for section in made[0]]


def stock_record(made):
    return [Vector().record(section(0.5)._ref_v) for section in made[0]]


def connect(made):
    return [section.connect_points(synapse) for section, synapse in zip(*made)]


def connect_segment(made):
    return [section(0.5).connect_points(synapse, weight=0.1, delay=1, threshold=-20) for section, synapse in zip(*made)]


def stock_connect(made):
    return [NetCon(section(0.5)._ref_v, synapse, -20, 1, 0.1, sec=section) for section, synapse in zip(*made)]


def netcon(made):
    return [p_NetCon(section, synapse, weight=0.1) for section, synapse in zip(*made)]


def synapses(made):
    return [p_ExpSyn(section(0.5)) for section in made[0]]


def stock_synapses(made):
    return [ExpSyn(section(0.5)) for section in made[0]]


def method_synapse(made):
    return [section.synapse(p_ExpSyn) for section in made[0]]


bench("P1", "section.record() over kept Vector().record", record, stock_record, 1.5)
bench("P2", "section.connect_points(synapse) over kept NetCon, nseg 1", connect, stock_connect, 1.5)
bench("P2", "section.connect_points(synapse) over kept NetCon, nseg 101 with hh", connect, stock_connect, 1.5, 200, 101)
bench("P2", "segment.connect_points(synapse, weight=, delay=, threshold=)", connect_segment, stock_connect)
bench("W4", "p.NetCon(section, synapse, weight=) over kept NetCon", netcon, stock_connect, 2)
bench("W4", "p.ExpSyn(segment) over kept ExpSyn", synapses, stock_synapses, 1.5)
bench("W4", "section.synapse(p.ExpSyn) over kept ExpSyn", method_synapse, stock_synapses)
sys.exit(finish())
