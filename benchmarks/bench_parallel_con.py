"""ParallelCon, one call each from Python, against NEURON's own calls with the methods kept: gid to synapse (C5), section to gid (C6)."""

import sys

from neuron import h
from patch import p
from ratio import compare, finish, medians, row

SIZE = 1000
pc = h.ParallelContext()
gid_connect, set_gid2node, cell, outputcell, gid_clear = pc.gid_connect, pc.set_gid2node, pc.cell, pc.outputcell, pc.gid_clear
NetCon, ParallelCon = h.NetCon, p.ParallelCon


def drop(made, kept):
    gid_clear()
    made.clear()
    kept.clear()
    p.finitialize()
    assert not p.counts()["objects"]


def on_one_synapse(size):
    def make():
        section = p.Section()
        return [section, p.ExpSyn(section(0.5))]

    return make


def receive(size):
    def work(made):
        synapse = made[1]
        return [ParallelCon(gid, synapse, weight=0.01, delay=2) for gid in range(size)]

    return work


def stock_receive(size):
    def work(made):
        synapse, kept = made[1], []
        for gid in range(size):
            netcon = gid_connect(gid, synapse)
            netcon.weight[0] = 0.01
            netcon.delay = 2
            kept.append(netcon)
        return kept

    return work


def sections():
    return [p.Section() for _ in range(SIZE)]


def transmit(made):
    return [ParallelCon(section, gid) for gid, section in enumerate(made)]


def stock_transmit(made):
    kept = []
    for gid, section in enumerate(made):
        set_gid2node(gid, 0)
        netcon = NetCon(section(0.5)._ref_v, None, sec=section)
        netcon.threshold = -20
        cell(gid, netcon)
        outputcell(gid)
        kept.append(netcon)
    return kept


compare(
    "C5",
    "gid to a synapse with weight and delay, 1,000 on one",
    receive(SIZE),
    stock_receive(SIZE),
    0.3,
    SIZE,
    make=on_one_synapse(SIZE),
    drop=drop,
)
few, many = (medians([receive(size)], make=on_one_synapse(size), drop=drop)[0] / size for size in (10, SIZE))
row("C5", "the same a unit, 1,000 on one synapse over 10 on one", many / few, 1.2, f"{many * 1e6:.3f} {few * 1e6:.3f}")
compare("C6", "section to gid, 1,000 sections", transmit, stock_transmit, 0.3, SIZE, make=sections, drop=drop)
sys.exit(finish())
