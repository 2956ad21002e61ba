"""The variable step method: events, callbacks, restarts and tolerances. After NEURON's book, the chapter on integrators."""

import json

from neuron import h

h.load_file("stdrun.hoc")
h.celsius = 6.3

soma, dend = h.Section(name="soma"), h.Section(name="dend")
soma.L = soma.diam = 20
dend.L, dend.diam, dend.nseg = 300, 2, 11
dend.connect(soma)
soma.insert("hh")
dend.insert("pas")
dend.g_pas = 0.0002
dend.e_pas = -65

syn = h.ExpSyn(dend(0.8))
syn.tau = 3
stim = h.NetStim()
stim.number, stim.start, stim.interval = 3, 10.3, 15.7
nc = h.NetCon(stim, syn)
nc.weight[0] = 0.03
nc.delay = 0.7
spikes = h.Vector()
watch = h.NetCon(soma(0.5)._ref_v, None, sec=soma)
watch.threshold = 10
watch.record(spikes)

cvode = h.CVode()
t, v = h.Vector(), h.Vector()
cvode.record(soma(0.5)._ref_v, v, t)
sampled = h.Vector().record(soma(0.5)._ref_v, 0.5)
seen = []


def note(name):
    seen.append([name, h.t, soma(0.5).v, int(cvode.active())])


def shock():
    dend(0.5).v += 10
    note("shock")
    if cvode.active():
        cvode.re_init()
    else:
        h.fcurrent()


def on_spike():
    note("spike")
    cvode.event(h.t + 2, (note, "2 ms after"))


watch_call = h.NetCon(soma(0.5)._ref_v, None, sec=soma)
watch_call.threshold = 10
watch_call.record(on_spike)
start = h.FInitializeHandler(lambda: (cvode.event(30.1, shock), cvode.event(5, (note, ("five",)))))


def run(name):
    del seen[:]
    h.finitialize(-65)
    h.continuerun(60)
    found[name] = {
        "t": list(t),
        "v": list(v),
        "sampled": list(sampled),
        "spikes": list(spikes),
        "seen": list(seen),
        "steps": [h.t, h.dt],
    }


found = {}
run("fixed")
for second in (0, 1):
    h.secondorder = 2 * second
    run(f"fixed, secondorder {h.secondorder}")
h.secondorder = 0
cvode.active(True)
for tolerance in (1e-2, 1e-4):
    cvode.atol(tolerance)
    run(f"variable, {tolerance}")
cvode.condition_order(2)
run("second order condition")
cvode.condition_order(1)
cvode.maxstep(0.5)
run("at most 0.5 ms")
cvode.maxstep(1e9)
cvode.use_local_dt(1)
run("local steps")
cvode.use_local_dt(0)
cvode.use_daspk(1)
run("daspk")
cvode.use_daspk(0)
states, names, name = h.Vector(), [], h.ref("")
cvode.states(states)
for i in range(len(states)):
    cvode.statename(i, name, 1)
    names.append(name[0])
found["states"] = dict(zip(names, states))
cvode.active(False)
run("fixed again")

print(json.dumps(found))
