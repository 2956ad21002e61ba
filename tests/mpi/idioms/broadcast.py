"""Broadcast of anything that pickles."""

import numpy as np
from patch import p

root = min(1, int(p.parallel.nhost()) - 1)

# ---- as in the documentation, but for the root of a single rank
data = {"table": np.arange(12)} if p.parallel.id() == root else None
received = p.parallel.broadcast(data, root=root)      # the same on every rank
# ----

assert p.parallel.nhost() == int(__import__("os").environ["PATCH_RANKS"])
assert received["table"].tolist() == list(range(12))
assert (received is data) == (p.parallel.id() == root)
