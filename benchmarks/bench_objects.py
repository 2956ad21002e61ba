"""What p's objects cost beside NEURON's own: attributes, methods, segments, iteration (performance.md W1, W2)."""

import sys

from neuron import h
from patch import p
from ratio import compare, finish

SIZE = 20_000


def model(interpreter, name):
    section = interpreter.Section(name=name)
    section.nseg = 11
    section.insert("hh")
    synapse = interpreter.ExpSyn(section(0.5))
    netcon = interpreter.NetCon(section(0.5)._ref_v, synapse, sec=section)
    return {"section": section, "segment": section(0.5), "synapse": synapse, "netcon": netcon, "list": interpreter.List()}


OURS, STOCK = model(p, "ours"), model(h, "stock")


def loop(statement, times=SIZE, lines=10):
    code = f"def run(made):\n for _ in range({times // lines}):\n  " + "; ".join([statement] * lines)
    runs = []
    for scope in OURS, STOCK:
        scope = dict(scope)
        exec(code, scope)
        runs.append(scope["run"])
    return runs


def bench(what, statement, size=SIZE):
    compare("W1", f"{what} of p's over NEURON's", *loop(statement, size), 1.1, size)


bench("section.L", "section.L")
bench("section.L = 10", "section.L = 10")
bench("section.gnabar_hh", "section.gnabar_hh")
bench("section.gnabar_hh = 0.1", "section.gnabar_hh = 0.1")
bench("section.name()", "section.name()")
bench("section.n3d()", "section.n3d()")
bench("section(0.5)", "section(0.5)")
bench("segment.v", "segment.v")
bench("section(0.5).v", "section(0.5).v")
bench("section(0.5).hh.gnabar", "section(0.5).hh.gnabar", SIZE // 4)
bench("segment._ref_v", "segment._ref_v", SIZE // 4)
compare("W1", "[segment.x for segment in section] of p's over NEURON's", *loop("[segment.x for segment in section]", 2000), 1.1, 2000)
bench("synapse.tau", "synapse.tau", SIZE // 4)
bench("synapse.tau = 1", "synapse.tau = 1", SIZE // 4)
bench("synapse.get_segment()", "synapse.get_segment()", SIZE // 4)
bench("netcon.delay", "netcon.delay", SIZE // 4)
bench("netcon.delay = 1", "netcon.delay = 1", SIZE // 4)
bench("list.count()", "list.count()", SIZE // 4)

places = [p.Section(name="places") for _ in range(2)]
few, many = 200, 2000


def calls(section, size, rounds):
    def run(made):
        for _ in range(rounds):
            for _ in range(size):
                section(0.5)

    return run


compare("W2", "section(0.5), 2,000 calls over 200, each", calls(places[0], many, 1), calls(places[1], few, many // few), 1.2, many)
sys.exit(finish())
