"""A model of the standard run system: h.run, h.tstop, a state that is saved and restored, and continuerun from where time is."""

import json
import os
import tempfile

from neuron import h

h.load_file("stdrun.hoc")
h.celsius = 6.3
h.tstop = 20
h.v_init = -62

cell = h.Section(name="cell")
cell.L = cell.diam = 25
cell.nseg = 3
cell.insert("hh")
clamp = h.IClamp(cell(0.5))
clamp.delay, clamp.dur, clamp.amp = 1, 1e9, 0.4
syn = h.ExpSyn(cell(0.1))
stim = h.NetStim(0.5)
stim.interval, stim.number, stim.start = 7, 100, 3
nc = h.NetCon(stim, syn, 0, 2, 0.002)
spikes = h.Vector()
detector = h.NetCon(cell(0.5)._ref_v, None, -10, 0, 0, sec=cell)
detector.record(spikes)
t, v = h.Vector().record(h._ref_t), h.Vector().record(cell(0.5)._ref_v)

found = {}


def note(name):
    found[name] = [h.t, cell(0.5).v, cell(0.5).hh.n, list(spikes), list(t), list(v)]


h.run()
note("run")

saved = h.SaveState()
saved.save()
h.continuerun(45)
note("45")
saved.restore()
note("restored")
h.continuerun(45)
note("45 again")

folder = tempfile.mkdtemp()
file = h.File(os.path.join(folder, "state.bin"))
saved.fwrite(file)
clamp.amp = 0.1
h.run()
note("another")
loaded = h.SaveState()
loaded.fread(h.File(os.path.join(folder, "state.bin")))
h.stdinit()
loaded.restore()
clamp.amp = 0.4
h.continuerun(45)
note("from the file")

h.tstop = 30
h.steps_per_ms, h.dt = 10, 0.1
h.setdt()
h.init()
while h.t < 10:
    h.step()
note("by steps")
h.advance()
h.continuerun(h.t + 5)
note("5 ms more")
h.stoprun = 0
h.steprun()
note("one step")

print(json.dumps(found))
