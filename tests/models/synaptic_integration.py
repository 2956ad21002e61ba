"""Excitation and inhibition on a dendrite: place, order and timing. After Rall's and Koch's accounts of dendritic integration."""

import json

from neuron import h
from neuron.units import ms, mV

h.load_file("stdrun.hoc")

soma, dend = h.Section("soma"), h.Section("dend")
soma.L = soma.diam = 15
dend.L, dend.diam, dend.nseg = 600, 1.5, 31
dend.connect(soma(1), 0)
for sec in h.allsec():
    sec.Ra = 150
    sec.insert("pas")
    for seg in sec:
        seg.pas.g, seg.pas.e = 5e-5, -70

places = [0.1, 0.3, 0.5, 0.7, 0.9]
excitation = [h.Exp2Syn(dend(x)) for x in places]
for syn in excitation:
    syn.tau1, syn.tau2, syn.e = 0.5, 3, 0
inhibition = h.Exp2Syn(dend(0.2))
inhibition.tau1, inhibition.tau2, inhibition.e = 1, 8, -75
netcons = [h.NetCon(None, syn) for syn in excitation]
stop = h.NetCon(None, inhibition)
for nc in netcons:
    nc.weight[0] = 0.0005

v = h.Vector().record(soma(0.5)._ref_v)
local = [h.Vector().record(dend(x)._ref_v, 0.5) for x in places]
g = h.Vector().record(excitation[2], excitation[2]._ref_g)
found = {}


def run(name, times, inhibited=None):
    """Events at these times, one for each synapse, and one for the inhibition."""

    def send():
        for nc, time in zip(netcons, times):
            if time is not None:
                nc.event(time)
        if inhibited is not None:
            stop.event(inhibited)

    handler = h.FInitializeHandler(send)
    h.finitialize(-70 * mV)
    h.continuerun(60 * ms)
    found[name] = [list(v), *map(list, local), list(g)]
    del handler


for k in range(5):
    run(f"only {places[k]}", [10 if i == k else None for i in range(5)])
run("towards the soma", [30, 26, 22, 18, 14])
run("away from the soma", [14, 18, 22, 26, 30])
stop.weight[0] = 0.003
run("inhibited", [10] * 5, inhibited=9)
run("inhibited late", [10] * 5, inhibited=20)

# A train from a generator, and a conductance that is played
train = h.NetStim()
train.start, train.number, train.interval, train.noise = 5, 8, 6, 0
nc = h.NetCon(train, excitation[4])
nc.weight[0], nc.delay = 0.001, 2
run("train", [None] * 5)
train.noise = 1
train.noiseFromRandom123(1, 2, 3)
train.seed(4)
run("random train", [None] * 5)
train.number = 0

current = h.IClamp(dend(0.5))
current.delay, current.dur = 0, 1e9
wave = h.Vector(range(600)).mul(0.1).sin(0.05, 0).mul(0.05)
wave.play(current._ref_amp, 0.1 * ms)
run("played", [None] * 5)
stair, times = h.Vector([0, 0.02, 0.04, 0]), h.Vector([0, 10, 20, 40])
stair.play(current._ref_amp, times, True)
run("played by times", [None] * 5)

print(json.dumps(found))
