"""The cable equation: length constant, attenuation and input resistance against theory, over ever more segments. After Rall (1959)."""

import json
from math import cosh, sqrt

from neuron import h

h.load_file("stdlib.hoc")
h.load_file("stdrun.hoc")

Rm, Ri, diam, length = 20000, 100, 2, 1000  # ohm cm2, ohm cm, um, um
length_constant = 1e4 * sqrt(Rm / Ri * diam * 1e-4 / 4)
found = {"theory": 1 / cosh(length / length_constant)}

cable = h.Section(name="cable")
cable.L, cable.diam, cable.Ra = length, diam, Ri
cable.insert("pas")
cable.e_pas, cable.g_pas = 0, 1 / Rm
clamp = h.IClamp(0, sec=cable)
clamp.dur, clamp.amp = 1e9, 0.01

for cable.nseg in (1, 3, 9, 27, 81):
    h.finitialize(0)
    h.dt = 1
    for _ in range(1000):
        h.fadvance()
    zz = h.Impedance()
    zz.loc(0, sec=cable)
    zz.compute(0)
    found[cable.nseg] = {
        "attenuation": cable(1).v / cable(0).v,
        "resistance": [cable(0).v / clamp.amp, zz.input(0, sec=cable), zz.transfer(1, sec=cable), zz.ratio(1, sec=cable)],
        "profile": [[seg.x, seg.v, seg.area(), seg.ri()] for seg in cable.allseg()],
    }
found["lambda_f"] = h.lambda_f(100, sec=cable)

# A taper and a change of the leak along it
cable.diam = 1
cable.nseg = 41
for seg in cable:
    seg.diam = 4 - 3 * seg.x
    seg.pas.g = 1e-5 * (1 + 9 * seg.x)
h.dt = 0.025
v = [h.Vector().record(cable(x)._ref_v) for x in (0, 0.25, 0.5, 0.75, 1)]
clamp.dur, clamp.amp = 0.5, 1
h.finitialize(0)
h.continuerun(20)
found["taper"] = [[each.max(), each.max_ind(), list(each)] for each in v]

print(json.dumps(found))
