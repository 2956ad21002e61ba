"""A cell made by a function that returns the section alone: its clamp, its synapse and its connections are forgotten, as often happens."""

import json

from neuron import h

h.load_file("stdrun.hoc")
h.celsius = 6.3


def make_cell(name):
    cell = h.Section(name=name)
    cell.L = cell.diam = 20
    cell.insert("hh")
    dend = h.Section(name=f"{name}_dend")
    dend.L, dend.diam = 200, 1
    dend.insert("pas")
    dend.connect(cell)
    return cell


def excite(cell, start):
    syn = h.ExpSyn(cell(0.5))
    stim = h.NetStim()
    stim.start, stim.number = start, 1
    nc = h.NetCon(stim, syn)
    nc.weight[0], nc.delay = 0.05, 1


a, b = make_cell("a"), make_cell("b")
excite(a, 5)
syn = h.ExpSyn(b(0.5))
h.NetCon(a(0.5)._ref_v, syn, 0, 2, 0.05, sec=a)
t, v = h.Vector().record(h._ref_t), [h.Vector().record(cell(0.5)._ref_v) for cell in (a, b)]
h.finitialize(-65)
h.continuerun(30)

print(json.dumps([[sec.name() for sec in h.allsec()], list(t), *map(list, v)]))
