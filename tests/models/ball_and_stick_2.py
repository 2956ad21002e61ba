"""A ring of ball-and-stick cells, each of which excites the next one. After part 2 of NEURON's tutorial."""

import json
from math import cos, pi, sin

from neuron import h
from neuron.units import ms, mV

h.load_file("stdrun.hoc")


class Cell:
    def __init__(self, gid, x, y, z, theta):
        self._gid = gid
        self._setup_morphology()
        self.all = self.soma.wholetree()
        self._setup_biophysics()
        self.x = self.y = self.z = 0
        h.define_shape()
        self._rotate_z(theta)
        self._set_position(x, y, z)

    def __repr__(self):
        return f"{self.name}[{self._gid}]"

    def _set_position(self, x, y, z):
        for sec in self.all:
            for i in range(sec.n3d()):
                sec.pt3dchange(i, x - self.x + sec.x3d(i), y - self.y + sec.y3d(i), z - self.z + sec.z3d(i), sec.diam3d(i))
        self.x, self.y, self.z = x, y, z

    def _rotate_z(self, theta):
        for sec in self.all:
            for i in range(sec.n3d()):
                x, y = sec.x3d(i), sec.y3d(i)
                c, s = cos(theta), sin(theta)
                sec.pt3dchange(i, x * c - y * s, x * s + y * c, sec.z3d(i), sec.diam3d(i))


class BallAndStick(Cell):
    name = "BallAndStick"

    def _setup_morphology(self):
        self.soma = h.Section(name="soma", cell=self)
        self.dend = h.Section(name="dend", cell=self)
        self.dend.connect(self.soma)
        self.soma.L = self.soma.diam = 12.6157
        self.dend.L = 200
        self.dend.diam = 1

    def _setup_biophysics(self):
        for sec in self.all:
            sec.Ra = 100
            sec.cm = 1
        self.soma.insert("hh")
        for seg in self.soma:
            seg.hh.gnabar, seg.hh.gkbar, seg.hh.gl, seg.hh.el = 0.12, 0.036, 0.0003, -54.3
        self.dend.insert("pas")
        for seg in self.dend:
            seg.pas.g, seg.pas.e = 0.001, -65


def create_n_ball_and_sticks(n, r):
    """Cells on a circle of radius r, each turned outwards."""
    return [BallAndStick(i, cos(i * 2 * pi / n) * r, sin(i * 2 * pi / n) * r, 0, i * 2 * pi / n) for i in range(n)]


my_cells = create_n_ball_and_sticks(7, 50)
my_cells = create_n_ball_and_sticks(5, 50)

stim = h.NetStim()
syn_ = h.ExpSyn(my_cells[0].dend(0.5))
stim.number = 1
stim.start = 9
ncstim = h.NetCon(stim, syn_)
ncstim.delay = 1 * ms
ncstim.weight[0] = 0.04
syn_.tau = 2 * ms

recording_cell = my_cells[0]
soma_v = h.Vector().record(recording_cell.soma(0.5)._ref_v)
dend_v = h.Vector().record(recording_cell.dend(0.5)._ref_v)
t = h.Vector().record(h._ref_t)
syn_i = h.Vector().record(syn_._ref_i)

h.finitialize(-65 * mV)
h.continuerun(25 * ms)
found = {"t": list(t), "soma": list(soma_v), "dend": list(dend_v), "i": list(syn_i)}

syns = []
netcons = []
for source, target in zip(my_cells, my_cells[1:] + [my_cells[0]]):
    syn = h.ExpSyn(target.dend(0.5))
    nc = h.NetCon(source.soma(0.5)._ref_v, syn, sec=source.soma)
    nc.weight[0] = 0.05
    nc.delay = 5
    netcons.append(nc)
    syns.append(syn)

h.finitialize(-65 * mV)
h.continuerun(100 * ms)
found["soma in the ring"], found["dend in the ring"] = list(soma_v), list(dend_v)
found["position"] = [[sec.x3d(1), sec.y3d(1), sec.L] for cell in my_cells for sec in cell.all]

print(json.dumps(found))
