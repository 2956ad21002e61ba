# Mixing with plain NEURON, with and without transform
from neuron import h
from patch import p, transform

s, stim = p.Section(), p.NetStim()
syn2 = p.Section().synapse(p.ExpSyn)

n = h.Section(); n.connect(transform(s)); h.Section().connect(s.__neuron__()); h.Section().connect(s)
h.NetCon(stim, syn2); p.NetCon(h.NetStim(), syn2); p.ExpSyn(n); h.Vector().record(s(0.5)._ref_v)

# ---- what the comments say ----
assert transform(s) is s and s.__neuron__() is s and transform(stim) is stim and transform(3) == 3
assert n.parentseg().sec is s
kept = [h.Section(name=f"kept{i}") for i in range(2)]
kept[0].connect(s.__neuron__()); kept[1].connect(s)
assert {str(each) for each in s.children()} == {str(n), "kept0", "kept1"}
netcon, vector, clamp = h.NetCon(stim, syn2), h.Vector().record(s(0.5)._ref_v), p.IClamp(n)
assert netcon.syn() == syn2 and netcon.pre() == stim
lst = h.SectionList(); lst.append(s); lst.append(sec=s)
p.run(1)
assert len(vector) == 41
h.finitialize()
assert int(h.List("ExpSyn").count()) == 2          # p.ExpSyn(n) lives with n, which is h's own
assert int(h.List("NetStim").count()) == 2         # p.NetCon holds h.NetStim() for syn2
assert int(h.List("NetCon").count()) == 2          # h.NetCon(stim, syn2) was plain NEURON's and dropped
