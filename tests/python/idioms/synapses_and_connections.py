# Synapses and connections: nothing needs to be kept in a list
from patch import p

s = p.Section(); s.L = 40; s.diam = 0.4; s.nseg = 11

syn = p.ExpSyn(s)                                  # a section where a segment is wanted: s(0.5)
syn2 = p.Section().synapse(p.ExpSyn)               # its section lives with it
s.connect_points(syn2)                             # no push, no pop, no sec=; connect_synapse is the same
stim = p.NetStim(); stim.start, stim.number, stim.interval = 10, 5, 10
p.NetCon(stim, syn2)                               # explicit, dropped, and still delivers
pp = p.PointProcess(p.ExpSyn, s(0.5))              # the older spelling; further arguments go to the mechanism

# ---- what the comments say ----
from neuron import h

assert syn.get_segment().sec == s and syn.get_segment().x == 0.5
assert pp.get_segment().sec == s and str(pp).startswith("ExpSyn[")
assert len(list(h.allsec())) == 2                  # its section lives with it
h.finitialize()
assert len(list(h.allsec())) == 2 and syn2.get_segment().sec != s
assert int(h.List("NetCon").count()) == 2          # both dropped
assert sorted((nc.weight[0], nc.delay, nc.threshold) for nc in (h.List("NetCon").o(0), h.List("NetCon").o(1)))[0][:2] == (0.1, 1)
conductance = p.record(syn2._ref_g)
p.run(70)
rises = [i for i in range(1, len(conductance)) if conductance[i] > conductance[i - 1]]
assert [round(p.time[i]) for i in rises] == [11, 21, 31, 41, 51]  # ... and still delivers: start + delay

s.connect_synapse(syn2)
assert int(h.List("NetCon").count()) == 3
source, target = p.Section(), p.Section().synapse(p.ExpSyn)
source.L = source.diam = 20; source.insert("hh"); h.celsius = 6.3
source.connect_points(target, weight=0.5)
p.IClamp(source).delay = 1
felt = p.record(target._ref_g)
p.run(10)
assert felt.max() > 0.3                            # its spikes arrive
