"""The squid giant axon: threshold, rate against current, refractory period and conduction velocity. After Hodgkin and Huxley (1952)."""

import json

from neuron import h

h.load_file("stdrun.hoc")
h.celsius = 6.3
h.dt = 0.025
h.v_init = -65


def make_axon(length):
    axon = h.Section(name="axon")
    axon.L, axon.diam, axon.Ra, axon.cm = length, 476, 35.4, 1
    axon.insert("hh")
    axon.nseg = max(1, 2 * int(length / 1000) + 1)
    return axon


def spike_times(axon, x=0.5, threshold=0):
    detector = h.NetCon(axon(x)._ref_v, None, sec=axon)
    detector.threshold = threshold
    times = h.Vector()
    detector.record(times)
    return detector, times


def run(duration):
    h.finitialize(h.v_init)
    h.fcurrent()
    while h.t < duration - h.dt / 2:
        h.fadvance()


membrane = make_axon(100)
clamp = h.IClamp(membrane(0.5))
detector, times = spike_times(membrane)
v = h.Vector().record(membrane(0.5)._ref_v)
t = h.Vector().record(h._ref_t)
gates = {name: h.Vector().record(getattr(membrane(0.5).hh, f"_ref_{name}")) for name in ("m", "h", "n")}

# The smallest current of 1 ms that makes a spike
clamp.delay, clamp.dur = 1, 1
low, high = 0, 200
while high - low > 0.01:
    clamp.amp = (low + high) / 2
    run(15)
    low, high = (low, clamp.amp) if len(times) else (clamp.amp, high)
found = {"threshold": high, "t": list(t), "v": list(v), "gates": {name: list(gate) for name, gate in gates.items()}}

# Spikes in 200 ms of a steady current
clamp.delay, clamp.dur = 10, 1e9
found["rates"] = {}
for amp in range(0, 60, 10):
    clamp.amp = amp
    run(200)
    found["rates"][amp] = list(times)

# A second stimulus in the refractory period
clamp.dur, clamp.amp = 1, 3 * high
second = h.IClamp(membrane(0.5))
second.dur, second.amp = 1, 3 * high
for gap in (5, 10, 15):
    second.delay = 10 + gap
    run(40)
    found[f"two stimuli, {gap} ms"] = list(times)
del clamp, second, detector, v, gates, membrane

# Conduction, at three temperatures
axon = make_axon(50000)
start, here, there = h.IClamp(axon(0)), spike_times(axon, 0.3), spike_times(axon, 0.7)
start.delay, start.dur, start.amp = 1, 0.5, 30000
for h.celsius in (6.3, 12, 18.5):
    run(15)
    found[f"velocity at {h.celsius} C"] = [list(here[1]), list(there[1])]

print(json.dumps(found))
