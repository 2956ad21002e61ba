"""A cell whose template is HOC, with 3-D points, section lists and the d_lambda rule, driven by Python. After NEURON's book, chapter 5."""

import json

from neuron import h

h.load_file("stdlib.hoc")
h.load_file("stdrun.hoc")
h.celsius = 6.3
h(
    """
begintemplate BranchedCell
external lambda_f
public soma, apic, basal, axon, all, dendrites, synlist, x, y, z, position, connect2target, is_art, gid
create soma, apic[3], basal[2], axon
objref all, dendrites, synlist
proc init() { local i
    gid = $1
    all = new SectionList()
    dendrites = new SectionList()
    synlist = new List()
    connect apic[0](0), soma(1)
    for i = 1, 2 connect apic[i](0), apic[0](1)
    for i = 0, 1 connect basal[i](0), soma(0)
    connect axon(0), soma(0.5)
    soma { pt3dclear() pt3dadd(0, 0, 0, 18) pt3dadd(10, 0, 0, 22) pt3dadd(20, 0, 0, 16) }
    apic[0] { pt3dclear() pt3dadd(20, 0, 0, 4) pt3dadd(170, 0, 10, 3) }
    apic[1] { pt3dclear() pt3dadd(170, 0, 10, 2) pt3dadd(250, 60, 10, 1.5) pt3dadd(300, 140, 20, 1) }
    apic[2] { pt3dclear() pt3dadd(170, 0, 10, 2) pt3dadd(260, -70, 0, 1) }
    for i = 0, 1 basal[i] { pt3dclear() pt3dadd(0, 0, 0, 2) pt3dadd(-90, 60 - 120 * i, 0, 1) }
    axon { L = 200 diam = 1 }
    forall { all.append()  Ra = 120  cm = 1 }
    for i = 0, 2 apic[i] dendrites.append()
    for i = 0, 1 basal[i] dendrites.append()
    soma { insert hh  gnabar_hh = 0.2 }
    axon insert hh
    forsec dendrites { insert pas  g_pas = 0.0001  e_pas = -65 }
    forall nseg = int((L / (0.1 * lambda_f(100)) + 0.999) / 2) * 2 + 1
    apic[2] synlist.append(new ExpSyn(0.7))
    basal[0] synlist.append(new ExpSyn(0.5))
}
proc position() { x = $1 y = $2 z = $3 }
proc connect2target() { soma $o2 = new NetCon(&v(0.5), $o1) }
func is_art() { return 0 }
endtemplate BranchedCell
"""
)

cells = [h.BranchedCell(i) for i in range(2)]
first, second = cells
second.position(100, 200, 0)
found = {
    "nseg": [[sec.name(), sec.nseg, sec.L, sec(0.5).diam] for sec in h.allsec()],
    "lists": [[sec.name() for sec in first.dendrites], len(list(second.all))],
    "position": [second.x, second.y, second.gid, second.is_art()],
}

tips = [sec for sec in h.allsec() if len(sec.children()) == 0]
found["distances"] = [h.distance(sec.cell().soma(0.5), sec(1)) for sec in tips]
found["parents"] = [str(sec.parentseg()) for sec in tips]
ref = h.SectionRef(sec=first.apic[0])
found["ref"] = [ref.nchild(), [child.name() for child in ref.child], ref.parent.name(), ref.trueparent.name(), ref.root.name()]
found["subtree"] = [sec.name() for sec in first.apic[0].subtree()]
found["regular expression"] = [sec.name() for sec in h.allsec() if h.issection(".*basal.*", sec=sec)]
path = h.RangeVarPlot("v", first.basal[0](1), first.apic[2](1))

nc = h.ref(None)
first.connect2target(second.synlist.o(0), nc)
between = nc[0]
between.weight[0], between.delay, between.threshold = 0.05, 3, 0
stim = h.NetStim()
stim.start, stim.number = 5, 2
netcons = [h.NetCon(stim, syn, 0, 1, 0.03) for syn in first.synlist]
found["netcons"] = [between.preseg().sec.name(), str(between.syn()), len(list(h.List("NetCon"))), str(between.precell())]
v = {sec.name(): h.Vector().record(sec(0.5)._ref_v) for sec in (first.soma, first.axon, second.soma, second.apic[2])}
h.finitialize(-65)
h.continuerun(40)
found["v"] = {name: list(vector) for name, vector in v.items()}
profile = h.Vector()
path.to_vector(profile)
found["profile"] = list(profile)

h("objref kept")
h.kept = cells[0]
h("kept.apic[1] { g_pas = 0.001 }")
h.finitialize(-65)
h.continuerun(40)
found["v, another leak"] = {name: list(vector) for name, vector in v.items()}

print(json.dumps(found))
