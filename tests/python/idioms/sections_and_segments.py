# Sections and segments
from neuron import h
from patch import p

s = p.Section(); s.L = 40; s.diam = 0.4; s.nseg = 11
s2 = p.Section(); s.connect(s2)                    # s is the child; both live while either is held
seg = s(0.5); print(seg); [seg.x for seg in s]     # NEURON's own segments; nseg=2 has its centres at 0.25 and 0.75

# ---- what the comments say ----
import patch

assert (s.L, s.diam, s.nseg) == (40, 0.4, 11) or abs(s.diam - 0.4) < 1e-6
assert s.parentseg().sec == s2 and s2.parentseg() is None
assert type(s(0.5)) is patch.objects.Segment and str(s(0.5)) == f"{s}(0.5)"
assert [round(seg.x, 9) for seg in s] == [round((i + 0.5) / 11, 9) for i in range(11)]
s2.nseg = 2
assert [seg.x for seg in s2] == [0.25, 0.75]

del seg
child = str(s)
del s2                                             # both live while either is held
h.finitialize()
assert len(list(h.allsec())) == 2 and s.parentseg().sec.nseg == 2
parent = s.parentseg().sec
del s
h.finitialize()
assert sorted(map(str, h.allsec())) == sorted([child, str(parent)]) and [str(each) for each in parent.children()] == [child]
del parent
h.finitialize()
assert list(h.allsec()) == []
