"""The first steps of README, in Python: python -m patch.examples.first_steps"""

from patch import p

soma, dend = p.Section("soma"), p.Section("dend")
soma.insert("hh")
soma.L = soma.diam = 20
dend.connect(soma)

dend.add_3d([[0, 0, 0], [100, 0, 0]], diameters=2)
syn = dend.synapse(p.ExpSyn, x=0.3, attributes={"tau": 2})
p.NetCon(p.VecStim([5, 10, 15]), syn, weight=0.04)
soma.connect_points(p.Section("other").synapse("ExpSyn"))
v = soma.record()

p.run(30)
print(f"{p.time.size():g} samples, {v.max():.3f} mV at most")
