"""The ring by gids, as it runs on any number of ranks. After part 4 of NEURON's tutorial."""

import json

from neuron import h
from neuron.units import ms, mV

h.load_file("stdrun.hoc")
pc = h.ParallelContext()


class BallAndStick:
    def __init__(self, gid):
        self._gid = gid
        self.soma = h.Section("soma", self)
        self.dend = h.Section("dend", self)
        self.dend.connect(self.soma)
        self.soma.L = self.soma.diam = 12.6157
        self.dend.L = 200
        self.dend.diam = 1
        for sec in self.soma.wholetree():
            sec.Ra = 100
            sec.cm = 1
        self.soma.insert("hh")
        self.dend.insert("pas")
        for seg in self.dend:
            seg.pas.g = 0.001
            seg.pas.e = -65
        self._spike_detector = h.NetCon(self.soma(0.5)._ref_v, None, sec=self.soma)
        self.spike_times = h.Vector()
        self._spike_detector.record(self.spike_times)
        self._ncs = []
        self.syn = h.ExpSyn(self.dend(0.5))
        self.syn.tau = 2 * ms


class Ring:
    def __init__(self, N=16, stim_w=0.04, stim_t=9, stim_delay=1, syn_w=0.01, syn_delay=5):
        self._N = N
        self.gidlist = list(range(pc.id(), N, pc.nhost()))
        for gid in self.gidlist:
            pc.set_gid2node(gid, pc.id())
        self.cells = [BallAndStick(gid) for gid in self.gidlist]
        for cell in self.cells:
            pc.cell(cell._gid, cell._spike_detector)
        for target in self.cells:
            nc = pc.gid_connect((target._gid - 1 + N) % N, target.syn)
            nc.weight[0] = syn_w
            nc.delay = syn_delay
            target._ncs.append(nc)
        if pc.gid_exists(0):
            self._netstim = h.NetStim()
            self._netstim.number = 1
            self._netstim.start = stim_t
            self._nc = h.NetCon(self._netstim, pc.gid2cell(0).syn)
            self._nc.delay = stim_delay
            self._nc.weight[0] = stim_w


ring = Ring()
pc.set_maxstep(10 * ms)

t = h.Vector().record(h._ref_t)
h.finitialize(-65 * mV)
pc.psolve(100 * ms)

local = {cell._gid: list(cell.spike_times) for cell in ring.cells}
all_spike_times = pc.py_alltoall([local] + [None] * (pc.nhost() - 1))
if pc.id() == 0:
    print(json.dumps([list(t), {gid: times for each in all_spike_times for gid, times in each.items()}]))

pc.barrier()
pc.done()
h.quit()
