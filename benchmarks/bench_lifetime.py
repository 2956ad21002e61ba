"""What keeping things alive costs: before a run (performance.md F1), in freeing (F2), in making sections afterwards, in importing (L1)."""

import ctypes
import os
import resource
import subprocess
import sys
from pathlib import Path

import neuron
from neuron import h
from patch import p
from ratio import ROUNDS, compare, finish, medians, row

NetCon, ExpSyn, Section = h.NetCon, h.ExpSyn, h.Section


# ---- F1: finitialize of an unchanged model -----------------------------------------------------------------------------------------
# In one process: p.finitialize beside NEURON's own function behind it, called by ctypes. Between two processes: also what our nodes,
# which lie between NEURON's own in memory, do to its caches.

INITIALISE = """
import importlib, statistics, sys, time
from neuron import h
ours, components = sys.argv[1] == "ours", int(sys.argv[2])
for name in "numpy", "matplotlib", "pandas":
    try:
        importlib.import_module(name)
    except ImportError:
        pass
if ours:
    from patch import p
    Section, connect, initialise = p.Section, p.NetCon, p.finitialize
else:
    h.load_file("stdrun.hoc")
    Section, initialise = h.Section, h.finitialize
    connect = lambda section, synapse: h.NetCon(section(0.5)._ref_v, synapse, -20, 1, 0.1, sec=section)
h.celsius = 6.3
sections = [Section() for _ in range(1000)]
synapses = [h.ExpSyn(section(0.5)) for section in sections]
span = 1000 // components
kept = [connect(sections[i], synapses[i // span * span + (i + k) % span]) for i in range(1000) for k in range(10)]
if not ours:
    vector = h.Vector()
    vector.record(h._ref_t)
times = []
for _ in range(1000):
    start = time.thread_time()
    initialise()
    times.append(time.thread_time() - start)
print(statistics.median(times))
"""


def run(script, *arguments):
    done = subprocess.run([sys.executable, "-c", script, *map(str, arguments)], capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def model(components):
    sections = [p.Section() for _ in range(1000)]
    synapses = [ExpSyn(section(0.5)) for section in sections]
    span = 1000 // components
    kept = [p.NetCon(sections[i], synapses[i // span * span + (i + k) % span]) for i in range(1000) for k in range(10)]
    return sections, synapses, kept


def bench_initialise(components):
    library = ctypes.PyDLL(str(next(Path(neuron.__file__).parent.rglob("libnrniv.so"))))
    stock = library._Z15nrn_finitializeid  # nrn_finitialize(int, double)
    stock.argtypes, stock.restype = [ctypes.c_int, ctypes.c_double], None
    made = model(components)
    p.finitialize()
    what = f"p.finitialize, unchanged, 1,000 sections, 10,000 connections, {components} components"
    ours = p.finitialize
    compare("F1", what, lambda _: [ours() for _ in range(20)], lambda _: [stock(0, 0) for _ in range(20)], 1.1, 20, rounds=15)
    del made
    p.finitialize()
    pairs = [(run(INITIALISE, "ours", components), run(INITIALISE, "stock", components)) for _ in range(7 if ROUNDS > 5 else 3)]
    mine, theirs = (sorted(each)[len(pairs) // 2] for each in zip(*pairs))
    row("F1", "... over the same model of h, each in its own process", mine / theirs, None, f"{mine * 1e6:.1f} {theirs * 1e6:.1f}")


# ---- F2, C4: freeing -----------------------------------------------------------------------------------------------------------------


def freeing(fan_out):
    def make():
        section = p.Section()
        synapse = p.ExpSyn(section(0.5))
        for _ in range(fan_out):
            section.connect_points(synapse)
        return [section, synapse]

    def free(made):
        made.clear()
        p.finitialize()

    (seconds,) = medians([free], make=make, rounds=3)
    assert not h.List("NetCon").count()
    return seconds


def stock_freeing(fan_out):
    def make():
        section = h.Section()
        synapse = ExpSyn(section(0.5))
        return [section, synapse, [NetCon(section(0.5)._ref_v, synapse, sec=section) for _ in range(fan_out)]]

    (seconds,) = medians([lambda made: made.clear()], make=make, rounds=3)
    return seconds


def bench_freeing():
    few, many = 1_000, 30_000
    small, large = freeing(few), freeing(many)
    row("F2", f"freeing {many:,} NetCons of one source over {few:,}, each", large / many / (small / few), 1.5,
        f"{large / many * 1e6:.3f} {small / few * 1e6:.3f}")  # fmt: skip
    row("F2", f"freeing {many:,} NetCons of one source, over 0.5 us each", large / many / 0.5e-6, 1.0)
    size = 10_000
    mine, theirs = freeing(size), stock_freeing(size)
    row("C4", f"freeing {size:,} NetCons of one source over a Python list's release", mine / theirs, None,
        f"{mine / size * 1e6:.3f} {theirs / size * 1e6:.3f}")  # fmt: skip


# ---- after many were freed, nothing is slower -------------------------------------------------------------------------------------------


def bench_after():
    def make_sections(made):
        return [p.Section() for _ in range(1000)]

    (before,) = medians([make_sections])
    peak = [p.Section() for _ in range(30_000)]
    for section in peak:
        section.record()
    (during,) = medians([make_sections])
    peak.clear()
    del section
    p.finitialize()
    (after,) = medians([make_sections])
    row("G1", "p.Section() beside 30,000 components over beside none", during / before, None, f"{during * 1e3:.3f} {before * 1e3:.3f}")
    row("G1", "p.Section() after 30,000 components were freed over before", after / before, 1.2, f"{after * 1e3:.3f} {before * 1e3:.3f}")
    compare("G2", "p.Section() over h.Section()", make_sections, lambda made: [Section() for _ in range(1000)], None, 1000)


# ---- L1: import ---------------------------------------------------------------------------------------------------------------------


def cpu(script):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-c", script], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def bench_import():
    ours = "from patch import p\ns = p.Section()\ns.L"
    stock = 'from neuron import h\nh.load_file("stdrun.hoc")\ns = h.Section()\ns.L'
    pairs = [(cpu(ours), cpu(stock)) for _ in range(21)]
    mine, theirs = (sorted(each)[len(pairs) // 2] for each in zip(*pairs))
    row(
        "L1",
        "from patch import p and first use over neuron and stdrun.hoc, CPU",
        mine / theirs,
        1.1,
        f"{mine * 1e6:.0f} {theirs * 1e6:.0f}",
    )


for components in 1, 1000:
    bench_initialise(components)
bench_freeing()
bench_after()
bench_import()
sys.exit(finish())
