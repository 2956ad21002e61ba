"""Broadcast on 2 ranks against NEURON's py_broadcast, with mpi4py as the floor (B1 to B3). Started by itself, it starts the two ranks."""

import gc
import os
import pickle
import statistics
import subprocess
import sys
import time

RANKS, ROUNDS = 2, 5 if "--quick" in sys.argv else 15

if "PMI_RANK" not in os.environ:
    job = ["timeout", "-k", "5", "600", "mpiexec.mpich", "-n", str(RANKS), sys.executable, __file__, *sys.argv[1:]]
    sys.exit(subprocess.run(job).returncode)

import numpy as np  # noqa: E402
from mpi4py import MPI  # noqa: E402
from neuron import h  # noqa: E402
from patch import p  # noqa: E402
from ratio import finish, row  # noqa: E402

world = MPI.COMM_WORLD
pc = h.ParallelContext()
assert pc.nhost() == world.size == RANKS
root = world.rank == 0
ours, stock = p.parallel.broadcast, pc.py_broadcast


def floor_of_arrays(data):
    buffer = data if root else np.empty(size, dtype=np.uint8)
    world.Bcast(buffer)
    return buffer


def floor_of_objects(data):
    gc.disable()
    text = pickle.dumps(data, protocol=5) if root else None
    count = np.array([len(text) if root else 0])
    world.Bcast(count)
    buffer = bytearray(text) if root else bytearray(int(count[0]))
    world.Bcast(buffer)
    return data if root else pickle.loads(buffer)


def seconds(work, data):
    """The time until the slower rank has it, with the cyclic collector as users have it."""
    gc.collect()
    world.Barrier()
    start = time.perf_counter()
    kept = work(data)
    took = time.perf_counter() - start
    gc.enable()
    del kept
    return world.allreduce(took, MPI.MAX)


def medians(works, data):
    times = [[seconds(work, data) for work in works] for _ in range(ROUNDS + 1)][1:]
    return [statistics.median(column) for column in zip(*times)]


def bench(id, what, data, floor, target, over_floor=None):
    mine, theirs, least = medians([ours, lambda data: stock(data, 0), floor], data)
    if root:
        row(id, what, mine / theirs, target, f"{mine * 1e6:.0f} {theirs * 1e6:.0f}, floor {least * 1e6:.0f}")
        row(id, what + ", over mpi4py", mine / least, over_floor)
    return mine


nested = (
    {f"cell {i}": {"gid": i, "parameters": [i * 0.1, i * 0.2], "name": f"population {i % 7}"} for i in range(140_000)} if root else None
)
for id, what, size, target, over_floor in (("B1", "64 MiB array", 64 << 20, 0.30, 1.2), ("B2", "1 MiB array", 1 << 20, 0.4, None)):
    array = np.arange(size, dtype=np.uint8) if root else None
    took = bench(id, "broadcast of a " + what, array, floor_of_arrays, target, over_floor)
    if id == "B1":
        large = took / size
    elif root:
        row("B1", "a byte of 64 MiB over a byte of 1 MiB", large / (took / size), 1.1)
size = len(pickle.dumps(nested, protocol=5)) if root else 0
bench("B3", f"broadcast of a nested dict ({size >> 20} MiB pickled)", nested, floor_of_objects, 0.6)
sys.exit(world.bcast(finish()))
