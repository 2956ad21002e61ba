"""Diffusion and reaction in a dendrite: a bistable front, a buffer, and an ion beside the channels. After the rxd tutorial."""

import json

import neuron.rxd as rxd
from neuron import h

h.load_file("stdrun.hoc")

dend = h.Section(name="dend")
dend.L, dend.diam, dend.nseg = 100, 2, 51
branch = h.Section(name="branch")
branch.L, branch.diam, branch.nseg = 50, 1, 11
branch.connect(dend)
for sec in (dend, branch):
    sec.insert("hh")

cyt = rxd.Region(h.allsec(), name="cyt", nrn_region="i")
wave = rxd.Species(cyt, name="wave", d=1, initial=lambda node: 1 if node.x < 0.2 and node.segment.sec == dend else 0)
grows = rxd.Rate(wave, -wave * (1 - wave) * (0.3 - wave))
ca = rxd.Species(cyt, name="ca", charge=2, d=0.6, initial=1e-4)
buffer = rxd.Species(cyt, name="buffer", initial=1e-3)
bound = rxd.Species(cyt, name="bound", initial=0)
binds = rxd.Reaction(ca + buffer, bound, 10, 0.01)
enters = rxd.Rate(ca, 1e-4 * wave)

v = h.Vector().record(dend(0.5)._ref_v)
cai = [h.Vector().record(sec(0.5)._ref_cai) for sec in (dend, branch)]


def state():
    return {species.name: list(species.nodes.concentration) for species in (wave, ca, buffer, bound)}


h.finitialize(-65)
found = {"start": state()}
h.continuerun(20)
found["20 ms"] = state()
h.continuerun(40)
found["later"] = state()
found["t"] = h.t
h.CVode().active(True)
h.CVode().solve(h.t + 20)
found["variable step"] = state()
found["v"], found["cai"] = list(v), [list(each) for each in cai]

print(json.dumps(found))
