"""Names on p against the same names on h (performance.md W3)."""

import sys

from neuron import h
from patch import p
from ratio import compare, finish

SIZE = 20_000


def bench(name, target, kind):
    loop = f"def run(made):\n for _ in range({SIZE // 10}):\n  " + "; ".join([f"o.{name}"] * 10)
    runs = []
    for interpreter in p, h:
        scope = {"o": interpreter}
        exec(loop, scope)
        runs.append(scope["run"])
    compare("W3", f"p.{name} ({kind}) over h.{name}", *runs, target, SIZE)


h("users_own = 3")
h("objref users_object")
for name in "secname", "pt3dadd", "load_file":
    bench(name, 0.1, "built-in function")
for name in "Vector", "NetCon", "ExpSyn", "List", "CVode":
    bench(name, 0.1, "built-in class")
for name in "dt", "t", "celsius", "tstop", "users_own":
    bench(name, 1.1, "HOC variable")
bench("users_object", 1.1, "objref")
sys.exit(finish())
