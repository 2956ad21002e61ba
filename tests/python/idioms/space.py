# Space
from patch import p

s = p.Section(); s.L = 40; s.diam = 0.4; s.nseg = 11

s.add_3d([[0, 0, 0], [2, 2, 2]], [1, 1]); s.add_3d([[4, 4, 4]])    # appended; diameters may be one number or none

# ---- what the comments say ----
assert s.n3d() == 3
assert [(s.x3d(i), s.y3d(i), s.z3d(i)) for i in range(3)] == [(0, 0, 0), (2, 2, 2), (4, 4, 4)]
assert [s.diam3d(i) for i in range(3)] == [1, 1, 1]      # none: the section's own, which the points before it made 1
assert abs(s.L - 2 * 12**0.5) < 1e-5
s.add_3d([[5, 5, 5], [6, 6, 6]], 3)
assert [s.diam3d(i) for i in range(5)] == [1, 1, 1, 3, 3]
