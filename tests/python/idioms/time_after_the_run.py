# Recording: p.time first asked for after the run
from patch import p

s = p.Section()
s.record()
p.run(5)
assert len(list(p.time)) == len(s.recordings[0.5]) == 201
assert p.time[0] == 0 and abs(p.time[200] - 5) < 1e-9
p.run(2)
assert len(p.time) == 81
