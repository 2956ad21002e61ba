# Recording
from patch import p

s = p.Section(); s.L = 40; s.diam = 0.4; s.nseg = 11
s.insert("pas")

s.record(); s.record(x=1.0); s.record(0.7)
s.recordings[0.5], s.recordings[1.0], s.recordings[0.7]   # Vectors, one per x, filled by the next run
list(p.time)                                       # the times of that run, also when first asked for after it
v = p.Vector(); v.record(s)                        # a section where a scalar is wanted: s(0.5)._ref_v

# ---- what the comments say ----
from neuron import h

assert set(s.recordings) == {0.5, 1.0, 0.7}
assert all(isinstance(each, h.Vector) for each in s.recordings.values())
assert s.record() == s.recordings[0.5] and s.record(0.7) == s.recordings[0.7]  # one per x
stock, stock_time = h.Vector().record(s(0.5)._ref_v), h.Vector().record(h._ref_t)
stim = p.IClamp(s(0.1)); stim.amp = 0.1
p.run(5)
assert len(stock) == 201 and len(set(stock)) > 100
assert list(s.recordings[0.5]) == list(stock) == list(v)
assert list(s.recordings[1.0]) != list(stock) != list(s.recordings[0.7])
assert list(p.time) == list(stock_time)
