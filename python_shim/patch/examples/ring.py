"""A ring of cells with dendrites that fork, on any number of ranks: mpiexec -n 2 python -m patch.examples.ring"""

from patch import p

CELLS = 12
DURATION = 200  # ms


def make_cell(gid):
    """A soma, a trunk and its two branches; each cell's trunk is a little longer. Returns the soma and a synapse on a branch."""
    soma, trunk, left, right = (p.Section(name) for name in ("soma", "trunk", "left", "right"))
    end = 100 + 8 * gid
    soma.add_3d([[0, 0, 0], [10, 0, 0], [20, 0, 0]], diameters=[14, 20, 14])
    trunk.add_3d([[20, 0, 0], [60, 5, 0], [end, 0, 10]], diameters=[4, 3, 2.5])
    left.add_3d([[end, 0, 10], [end + 40, 30, 20], [end + 70, 70, 20]], diameters=[2, 1.5, 1])
    right.add_3d([[end, 0, 10], [end + 50, -30, 0], [end + 90, -80, 0]], diameters=[2, 1.5, 1])
    trunk.connect(soma)
    left.connect(trunk)
    right.connect(trunk)
    soma.nseg, trunk.nseg, left.nseg, right.nseg = 3, 5, 3, 3
    soma.insert("hh")
    for dendrite in (trunk, left, right):
        dendrite.insert("pas")
        dendrite.g_pas, dendrite.e_pas = 0.0001, -65
    return soma, left.synapse("ExpSyn", attributes={"tau": 2})


def build(cells=CELLS):
    """This rank's part of the ring. A cell drives the next one, a stimulus starts the first; returns what the cells here receive by."""
    p.celsius = 6.3
    rank, ranks = int(p.parallel.id()), int(p.parallel.nhost())
    receivers = []
    for gid in range(rank, cells, ranks):
        soma, synapse = make_cell(gid)
        p.ParallelCon(soma, gid, threshold=0)
        receivers.append(p.ParallelCon((gid - 1) % cells, synapse, weight=0.05, delay=7))
        if gid == 0:
            p.NetCon(p.NetStim(start=5, number=1), synapse, weight=0.05, delay=1)
    return receivers


def run(duration=DURATION):
    """Runs the ring; returns the times and the gids of the spikes of this rank's cells."""
    times, gids = p.parallel.spike_record()
    p.run(duration, -65)
    return times, gids


if __name__ == "__main__":
    build()
    times, gids = run()
    spikes = p.parallel.allgather(len(times))
    if p.parallel.id() == 0:
        print(f"spikes: {sum(spikes)} of {CELLS} cells on {len(spikes)} ranks")
