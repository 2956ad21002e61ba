"""The ring of the examples in plain NEURON, the oracle."""

import numpy as np
from neuron import h

DURATION = 200  # ms
V_INIT = -65  # mV


def make_cell(gid):
    """A soma, a trunk and its two branches, soma first, and the synapse on the left branch."""
    end = 100 + 8 * gid
    shapes = {
        "soma": (3, [(0, 0, 0, 14), (10, 0, 0, 20), (20, 0, 0, 14)]),
        "trunk": (5, [(20, 0, 0, 4), (60, 5, 0, 3), (end, 0, 10, 2.5)]),
        "left": (3, [(end, 0, 10, 2), (end + 40, 30, 20, 1.5), (end + 70, 70, 20, 1)]),
        "right": (3, [(end, 0, 10, 2), (end + 50, -30, 0, 1.5), (end + 90, -80, 0, 1)]),
    }
    sections = []
    for name, (nseg, points) in shapes.items():
        section = h.Section(name=name)
        for x, y, z, diameter in points:
            h.pt3dadd(x, y, z, diameter, sec=section)
        section.nseg = nseg
        sections.append(section)
    soma, trunk, left, right = sections
    trunk.connect(soma(1), 0)
    left.connect(trunk(1), 0)
    right.connect(trunk(1), 0)
    soma.insert("hh")
    for dendrite in (trunk, left, right):
        dendrite.insert("pas")
        dendrite.g_pas = 0.0001
        dendrite.e_pas = -65
    synapse = h.ExpSyn(left(0.5))
    synapse.tau = 2
    return sections, synapse


def run(cells, duration=DURATION):
    """Builds this rank's part of the ring and runs it. Returns the times and the gids of its spikes; nothing else stays."""
    h.nrnmpi_init()
    pc = h.ParallelContext()
    h.celsius = 6.3

    ring = {gid: make_cell(gid) for gid in range(int(pc.id()), cells, int(pc.nhost()))}
    for gid, (sections, _) in ring.items():
        pc.set_gid2node(gid, pc.id())
        detector = h.NetCon(sections[0](0.5)._ref_v, None, sec=sections[0])
        detector.threshold = 0
        pc.cell(gid, detector)
    connections = []
    for gid, (_, synapse) in ring.items():
        connection = pc.gid_connect((gid - 1) % cells, synapse)
        connection.weight[0] = 0.05
        connection.delay = 7
        connections.append(connection)
    if 0 in ring:
        start = h.NetStim()
        start.start = 5
        start.number = 1
        stimulus = h.NetCon(start, ring[0][1])
        stimulus.weight[0] = 0.05
        stimulus.delay = 1
        connections.append(stimulus)

    times, gids = h.Vector(), h.Vector()
    pc.spike_record(-1, times, gids)
    pc.set_maxstep(10)
    h.finitialize(V_INIT)
    pc.psolve(duration)
    pc.gid_clear()
    return np.array(times), np.array(gids)
