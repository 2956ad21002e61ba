"""Families of currents under voltage clamp, and what a poor clamp does to them. After Hodgkin and Huxley's protocol."""

import json

import numpy as np
from neuron import h

h.load_file("stdrun.hoc")

cell = h.Section(name="cell")
cell.L = cell.diam = 20
cell.insert("hh")
cell.insert("pas")
cell(0.5).pas.g = 1e-5

clamp = h.SEClamp(cell(0.5))
clamp.rs = 0.01
clamp.dur1, clamp.amp1 = 5, -80
clamp.dur2 = 15
i = h.Vector().record(clamp._ref_i)
ina = h.Vector().record(cell(0.5)._ref_ina)
ik = h.Vector().record(cell(0.5)._ref_ik)
v = h.Vector().record(cell(0.5)._ref_v)
t = h.Vector().record(h._ref_t)

h.tstop = 22  # after the second step the cell is free
h.dt = 0.01
h.steps_per_ms = 100
found = {}
for level in range(-60, 61, 20):
    clamp.amp2 = level
    h.finitialize(-80)
    h.continuerun(h.tstop)
    currents = np.array([i, ina, ik])
    found[level] = {"peaks": currents.min(axis=1).tolist() + currents.max(axis=1).tolist(), "v": list(v)}
found["t"] = t.to_python()

# Series resistance, and a voltage of any form
for clamp.rs in (0.1, 1, 10):
    h.finitialize(-80)
    h.continuerun(h.tstop)
    found[f"{clamp.rs} megohm"] = np.asarray(v).tolist()
ramp = h.Vector(np.linspace(-80, 40, 2001))
clamp.rs, clamp.dur1 = 0.01, 20
ramp.play(clamp._ref_amp1, h.dt)
h.finitialize(-80)
h.continuerun(20)
found["ramp"] = list(i)
ramp.play_remove()

# The older clamp
del clamp
old = h.VClamp(cell(0.5))
old.dur[0], old.amp[0], old.dur[1], old.amp[1], old.dur[2], old.amp[2] = 5, -80, 10, 0, 5, -80
i = h.Vector().record(old._ref_i)
h.finitialize(-80)
h.continuerun(20)
found["VClamp"] = list(i)

print(json.dumps(found))
