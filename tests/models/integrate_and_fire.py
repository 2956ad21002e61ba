"""A random network of artificial cells that wakes and sleeps, spikes in one raster. With n, after NEURON 9's documentation."""

import json
import random

from neuron import n

n.load_file("stdrun.hoc")

random.seed(7)
pc = n.ParallelContext()
excitatory = [n.IntFire2() for _ in range(16)]
inhibitory = [n.IntFire1() for _ in range(4)]
cells = excitatory + inhibitory
for cell in excitatory:
    cell.taum, cell.taus, cell.ib = 10, 3, random.uniform(0, 0.4)
for cell in inhibitory:
    cell.tau, cell.refrac = 8, 3

drive = [n.NetStim() for _ in range(3)]
for k, stim in enumerate(drive):
    stim.interval, stim.number, stim.start, stim.noise = 5 + k, 1e9, 1, 1

for gid, cell in enumerate(cells):
    pc.set_gid2node(gid, pc.id())
    pc.cell(gid, n.NetCon(cell, None))
netcons = [pc.gid_connect(random.randrange(16), cell) for cell in cells for _ in range(4)]
netcons += [pc.gid_connect(16 + random.randrange(4), cell) for cell in excitatory]
for nc in netcons:
    nc.weight[0] = 0.1 if nc.srcgid() < 16 else -0.5
    nc.delay = random.uniform(1, 4)
inputs = [n.NetCon(stim, cell) for stim in drive for cell in cells[::2]]
for nc in inputs:
    nc.weight[0], nc.delay = 0.4, 1.5

times, gids = n.Vector(), n.Vector()
pc.spike_record(-1, times, gids)
state = n.Vector()
clock = n.Section("clock")
samples = []


def sample():
    samples.append([n.t, *(cell.M() for cell in inhibitory)])
    if n.t < 90:
        n.cvode.event(n.t + 10, sample)


begin = n.FInitializeHandler(lambda: n.cvode.event(0, sample))
pc.set_maxstep(10)
found = {}
for run in range(2):
    del samples[:]
    for k, stim in enumerate(drive):
        stim.noiseFromRandom123(k, run, 0)
    n.finitialize()
    pc.psolve(100)
    order = times.sortindex()
    found[run] = [list(times.ind(order)), list(gids.ind(order)), list(samples)]

rng = n.Random()
rng.Random123(1, 2, 3)
rng.normal(0, 1)
found["numbers"] = [rng.repick() for _ in range(20)]
histogram = times.histogram(0, 100, 5)
found["histogram"] = [list(histogram), times.mean(), times.stdev()]

print(json.dumps(found))
