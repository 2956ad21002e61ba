"""Mistakes that a type checker tells: each line that has one says which."""

from patch import ParallelCon, p
from patch.objects import Section

soma = p.Section("soma")
synapse = p.ExpSyn(soma)

# A keyword that does not exist
p.NetCon(soma, synapse, wieght=0.1)  # error: No parameter named "wieght"
soma.connect_points(synapse, weights=0.1)  # error: No parameter named "weights"
soma.iclamp(amplitud=1)  # error: No parameter named "amplitud"
soma.vclamp(hold=-70)  # error: No parameter named "hold"
p.run(10, vinit=-65)  # error: No parameter named "vinit"
p.parallel.broadcast(1, rank=0)  # error: No parameter named "rank"

# Something of another kind
soma.record(x="0.5")  # error: "Literal['0.5']" cannot be assigned to parameter "x"
soma.record("middle")  # error: cannot be assigned to parameter "x"
soma.connect_points(soma)  # error: cannot be assigned to parameter "target"
soma.connect_points(synapse, x=[0.5])  # error: cannot be assigned to parameter "x"
soma.connect_points(synapse, delay=None)  # error: cannot be assigned to parameter "delay"
p.NetCon(3, synapse)  # error: cannot be assigned to parameter "source"
p.NetCon("soma", synapse)  # error: cannot be assigned to parameter "source"
p.NetCon(soma, "ExpSyn")  # error: cannot be assigned to parameter "target"
p.ExpSyn("soma")  # error: cannot be assigned to parameter "place"
p.ExpSyn(synapse)  # error: cannot be assigned to parameter "place"
p.ExpSyn(soma, tau="2")  # error: cannot be assigned to parameter "tau"
p.IClamp(soma).amplitude = "1"  # error: "Literal['1']" is not assignable
soma.synapse(3)  # error: cannot be assigned to parameter "factory"
soma.synapse(p.ExpSyn, attributes=[("tau", 2)])  # error: cannot be assigned to parameter "attributes"
soma.add_3d("points")  # error: cannot be assigned to parameter "points"
soma.add_3d([0, 0, 0])  # error: cannot be assigned to parameter "points"
soma.L = "long"  # error: Cannot assign to attribute "L"
p.celsius = "warm"  # error: Cannot assign to attribute "celsius"
p.record(3)  # error: cannot be assigned to parameter "target"
p.run("100")  # error: cannot be assigned to parameter "duration"
p.VecStim("5 10 15")  # error: cannot be assigned to parameter "pattern"
ParallelCon(soma, "7")  # error: cannot be assigned to parameter "gid_or_target"
p.parallel.spike_record("all")  # error: cannot be assigned to parameter "gids"
section: Section = soma(0.5)  # error: "Segment" is not assignable to "Section"
text: str = soma.record()  # error: "Vector" is not assignable to "str"

# An argument too few, too many, or by position where it goes by name alone
p.continuerun()  # error: Argument missing for parameter "duration"
soma.add_3d()  # error: Argument missing for parameter "points"
soma.synapse()  # error: Argument missing for parameter "factory"
soma.connect_points()  # error: Argument missing for parameter "target"
p.ParallelCon(soma)  # error: Argument missing for parameter "gid_or_target"
p.NetCon(soma)  # error: Argument missing for parameter "target"
p.finitialize(-65, 0)  # error: Expected 1 positional argument
soma.connect_points(synapse, 0.5, -20)  # error: Expected 2 positional arguments
p.parallel.spike_record(gids=-1)  # error: No parameter named "gids"
