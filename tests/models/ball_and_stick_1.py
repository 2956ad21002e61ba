"""A ball-and-stick cell: a soma that spikes, a passive dendrite and a current at its end. After part 1 of NEURON's tutorial."""

import json

from neuron import h
from neuron.units import ms, mV, um

h.load_file("stdrun.hoc")


class BallAndStick:
    def __init__(self, gid):
        self._gid = gid
        self._setup_morphology()
        self._setup_biophysics()

    def _setup_morphology(self):
        self.soma = h.Section(name="soma", cell=self)
        self.dend = h.Section(name="dend", cell=self)
        self.all = [self.soma, self.dend]
        self.dend.connect(self.soma)
        self.soma.L = self.soma.diam = 12.6157 * um
        self.dend.L = 200 * um
        self.dend.diam = 1 * um

    def _setup_biophysics(self):
        for sec in self.all:
            sec.Ra = 100  # ohm cm
            sec.cm = 1  # uF/cm2
        self.soma.insert("hh")
        for seg in self.soma:
            seg.hh.gnabar = 0.12  # S/cm2
            seg.hh.gkbar = 0.036
            seg.hh.gl = 0.0003
            seg.hh.el = -54.3 * mV
        self.dend.insert("pas")
        for seg in self.dend:
            seg.pas.g = 0.001
            seg.pas.e = -65 * mV

    def __repr__(self):
        return f"BallAndStick[{self._gid}]"


cell = BallAndStick(0)
found = {"sections": [str(sec) for sec in h.allsec()], "area": cell.soma(0.5).area()}

stim = h.IClamp(cell.dend(1))
stim.delay = 5
stim.dur = 1
stim.amp = 0.1

soma_v = h.Vector().record(cell.soma(0.5)._ref_v)
dend_v = h.Vector().record(cell.dend(0.5)._ref_v)
t = h.Vector().record(h._ref_t)

h.finitialize(-65 * mV)
h.continuerun(25 * ms)
found["t"], found["soma"] = list(t), list(soma_v)

for amp in [0.075 * i for i in range(1, 5)]:
    stim.amp = amp
    for cell.dend.nseg in (1, 101):
        h.finitialize(-65 * mV)
        h.continuerun(25 * ms)
        found[f"soma, {amp} nA, {cell.dend.nseg} segments"] = list(soma_v)
        found[f"dend, {amp} nA, {cell.dend.nseg} segments"] = list(dend_v)

print(json.dumps(found))
