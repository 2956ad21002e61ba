"""Parallel: two commands, on any ranks. A rank that is neither the first nor the last has nothing and takes part."""

import os

from patch import p

assert p.parallel.nhost() == int(os.environ["PATCH_RANKS"])
first, last = p.parallel.id() == 0, p.parallel.id() == p.parallel.nhost() - 1
if first:
    p.celsius = 6.3
    s = p.Section(); s.L = s.diam = 20; s.insert("hh")
    clamp = p.IClamp(s(0.5)); clamp.delay, clamp.dur, clamp.amp = 1, 1, 1
if last:
    syn2 = p.Section().synapse(p.ExpSyn)
    conductance = p.record(syn2._ref_g)

# ---- as in the documentation
if p.parallel.id() == 0: transmitter = p.ParallelCon(s, 1)        # s's spikes are gid 1 everywhere
if p.parallel.id() == p.parallel.nhost() - 1: receiver = p.ParallelCon(1, syn2)    # ... and reach syn2
p.run(100)                                         # that is it
from patch import ParallelCon                      # the name alone, too

# ---- what the comments say
assert ParallelCon == p.ParallelCon
if first:
    assert transmitter.gid == 1
if last:
    assert receiver.gid == 1 and conductance.max() > 0.05
