# Duck typing: any class with these methods, and any subclass of ours that overrides them
from patch import p

syn2 = p.Section().synapse(p.ExpSyn)

class Cell:
    def __init__(self): self.soma = p.Section(); self._connections = {}
    def __neuron__(self): return self.soma.__neuron__()          # what NEURON gets when the object is passed
    def __netcon__(self): return self.soma(0.5).__netcon__()     # what a NetCon attaches to
cell = Cell(); p.Section().connect(cell); p.NetCon(cell, syn2, sec=cell.soma)   # syn2 in cell._connections afterwards

# ---- what the comments say ----
from neuron import h
from patch import transform

assert syn2 in cell._connections
netcon = cell._connections[syn2]
assert netcon.syn() == syn2 and netcon.preseg().sec is cell.soma and netcon.weight[0] == 0.1
assert transform(cell) is cell.soma
assert len(cell.soma.children()) == 1              # dropped, and lives with its parent
assert p.ExpSyn(cell).get_segment().sec is cell.soma
assert p.record(cell.soma).size() == 0
child = p.Section(); child.connect(cell(0.5) if callable(cell) else cell.soma(0.5))


class Axon(p.Section):                             # a subclass of ours that overrides them
    def __arc__(self): return 0.9
    def __netcon__(self): return self(1)._ref_v
    def __record__(self): return self(0.1)._ref_v


axon = Axon(); axon.nseg = 5; axon.insert("hh"); axon.L = 2000
assert axon.synapse(p.ExpSyn).get_segment().x == 0.9
assert p.ExpSyn(axon).get_segment().x == 0.9
assert p.NetCon(axon, syn2, sec=axon).preseg().x == axon(1).x
assert axon.connect_points(syn2).preseg().x == axon(1).x     # its own section, whatever the current one is
assert p.NetCon(axon, syn2).preseg().sec is axon
assert axon.connect_points(syn2, x=0.5).preseg().x == 0.5
recorded, there, middle = p.record(axon), h.Vector().record(axon(0.1)._ref_v), h.Vector().record(axon(0.5)._ref_v)
p.IClamp(axon(0)).amp = 1
p.run(3)
assert list(recorded) == list(there) != list(middle)
