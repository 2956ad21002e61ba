"""Rings as a class: size and connection as arguments, spike times of each cell. After part 3 of NEURON's tutorial."""

import json

from neuron import h
from neuron.units import ms, mV

h.load_file("stdrun.hoc")


class BallAndStick:
    def __init__(self, gid):
        self._gid = gid
        self.soma, self.dend = (h.Section(name=name, cell=self) for name in ("soma", "dend"))
        self.dend.connect(self.soma)
        self.soma.L = self.soma.diam = 12.6157
        self.dend.L, self.dend.diam = 200, 1
        for sec in self.soma.wholetree():
            sec.Ra, sec.cm = 100, 1
        self.soma.insert(h.hh)
        self.dend.insert(h.pas)
        for seg in self.dend:
            seg.pas.g, seg.pas.e = 0.001, -65 * mV

        self._spike_detector = h.NetCon(self.soma(0.5)._ref_v, None, sec=self.soma)
        self.spike_times = h.Vector()
        self._spike_detector.record(self.spike_times)

        self._ncs = []
        self.soma_v = h.Vector().record(self.soma(0.5)._ref_v)
        self.syn = h.ExpSyn(self.dend(0.5))
        self.syn.tau = 2 * ms

    def __repr__(self):
        return f"BallAndStick[{self._gid}]"


class Ring:
    """N cells, each of which excites the next one; a stimulus starts cell 0."""

    def __init__(self, N=5, stim_w=0.04, stim_t=9, stim_delay=1, syn_w=0.01, syn_delay=5):
        self._syn_w = syn_w
        self._syn_delay = syn_delay
        self.cells = [BallAndStick(i) for i in range(N)]
        self._connect_cells()
        self._netstim = h.NetStim()
        self._netstim.number = 1
        self._netstim.start = stim_t
        self._nc = h.NetCon(self._netstim, self.cells[0].syn)
        self._nc.delay = stim_delay
        self._nc.weight[0] = stim_w

    def _connect_cells(self):
        for source, target in zip(self.cells, self.cells[1:] + [self.cells[0]]):
            nc = h.NetCon(source.soma(0.5)._ref_v, target.syn, sec=source.soma)
            nc.weight[0] = self._syn_w
            nc.delay = self._syn_delay
            source._ncs.append(nc)


found = {}
for settings in ({}, {"N": 3, "syn_delay": 1}, {"syn_w": 0.005}, {"stim_w": 0.001}):
    ring = Ring(**settings)
    t = h.Vector().record(h._ref_t)
    h.finitialize(-65 * mV)
    h.continuerun(100)
    found[str(settings)] = {
        "spikes": {str(cell): list(cell.spike_times) for cell in ring.cells},
        "soma": list(ring.cells[0].soma_v),
        "t": list(t),
    }
    del t, ring

print(json.dumps(found))
