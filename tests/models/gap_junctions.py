"""Cells coupled by gap junctions: as a linear mechanism, and as a variable that is transferred by gids. After Traub's networks."""

import json

from neuron import h

h.load_file("stdrun.hoc")
h.celsius = 6.3


def make_cell(name):
    cell = h.Section(name=name)
    cell.L = cell.diam = 20
    cell.insert("hh")
    return cell


def run():
    h.finitialize(-65)
    h.continuerun(30)


cells = [make_cell(name) for name in "ab"]
clamp = h.IClamp(cells[0](0.5))
clamp.delay, clamp.dur, clamp.amp = 2, 20, 0.3
v = [h.Vector().record(cell(0.5)._ref_v) for cell in cells]
run()
found = {"apart": [list(each) for each in v]}

# A linear mechanism: g between the two nodes
conductance = 0.005  # uS
area = cells[0](0.5).area()  # um2
g = conductance / area * 100  # S/cm2
c, y, b = h.Matrix(2, 2, 2), h.Vector(2), h.Vector(2)
gmat = h.Matrix(2, 2)
for row in range(2):
    for column in range(2):
        gmat.setval(row, column, g if row == column else -g)
where = h.SectionList(cells)
xvec = h.Vector([0.5, 0.5])
junction = h.LinearMechanism(c, gmat, y, b, where, xvec)
run()
found["coupled"] = [list(each) for each in v]
del junction

# The same resistance as an electrode whose command is the other cell's voltage
pc = h.ParallelContext()
halves = []
for here in (0, 1):
    pc.source_var(cells[here](0.5)._ref_v, here, sec=cells[here])
for here, there in ((0, 1), (1, 0)):
    half = h.SEClamp(cells[here](0.5))
    half.rs, half.dur1, half.dur2, half.dur3 = 1 / conductance, 1e9, 0, 0
    pc.target_var(half, half._ref_amp1, there)
    halves.append(half)
pc.setup_transfer()
pc.set_maxstep(10)
h.finitialize(-65)
pc.psolve(30)
found["transferred"] = [list(each) for each in v]

print(json.dumps(found))
