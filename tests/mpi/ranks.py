"""What the tests on ranks share: where this rank is, a ring of cells by Patch and by plain NEURON, and an end that leaves nothing behind.

Not a test: no test_ in its name. Every rank runs the same tests in the same order.
"""

import functools
import gc
import os

import pytest
from neuron import h
from patch import p

RANKS, RANK = int(p.parallel.nhost()), int(p.parallel.id())
assert RANKS == int(os.environ["PATCH_RANKS"]), f"{RANKS} ranks"  # a job of singletons ends here
LAST = RANKS - 1

pc = h.ParallelContext()  # stock
h.load_file("stdrun.hoc")
h.celsius = 6.3  # NEURON's own: hh spikes
several = pytest.mark.skipif(RANKS == 1, reason="ranks that differ: there is one")


@pytest.fixture(autouse=True)
def clean():
    """No gids and no sections after a test, NEURON's own ways to run."""
    yield
    p.parallel.gid_clear()
    gc.collect()  # what an exception held
    h.CVode().active(0)
    h.dt = 0.025  # CVODE leaves its last step there
    pc.nthread(1)
    assert not list(h.allsec())


def exact(numbers):
    """Numbers to the last bit."""
    return [float(number).hex() for number in numbers]


def everyones(value):
    """What each rank has, on every rank; by stock NEURON."""
    return pc.py_allgather(value)


def refusal(action):
    """The exception that an action raises, with its class and its sentence; None if it raises none."""
    try:
        action()
    except Exception as error:
        return error.with_traceback(None)  # which holds the caller's objects
    return None


def same_everywhere(error, kind, *words):
    """Every rank has got this error: of this class, with the same sentence, with these words in it."""
    said = everyones((type(error).__name__, str(error)))
    assert isinstance(error, kind), said
    assert len(set(said)) == 1, said
    assert all(word in str(error) for word in words), said


def soma(name):
    section = h.Section(name=name)
    section.L = section.diam = 20
    section.insert("hh")
    return section


class Cell:
    def __init__(self, name):
        self.soma = soma(name)
        self.synapse = h.ExpSyn(self.soma(0.5))
        self.synapse.tau = 2
        self.voltage = h.Vector().record(self.soma(0.5)._ref_v)


WEIGHT, DELAY, THRESHOLD = 0.05, 2, -10


class Ring:
    """Cells of which each excites the next one; cell `gid` is on rank gid modulo nhost. The first one is excited at 1 ms."""

    def __init__(self, count, patch=True):
        self.cells = {gid: Cell(f"cell{gid}") for gid in range(int(pc.id()), count, int(pc.nhost()))}
        (self.connect_by_patch if patch else self.connect_by_neuron)(count)
        if 0 in self.cells:
            self.stimulus = h.NetStim()
            self.stimulus.start, self.stimulus.number = 0, 1
            self.start = h.NetCon(self.stimulus, self.cells[0].synapse, 0, 1, WEIGHT)
        self.times, self.gids = h.Vector(), h.Vector()
        pc.spike_record(-1, self.times, self.gids)

    def connect_by_patch(self, count):
        for gid, cell in self.cells.items():
            p.ParallelCon(cell.soma, gid, threshold=THRESHOLD)
            p.ParallelCon((gid - 1) % count, cell.synapse, weight=WEIGHT, delay=DELAY)

    def connect_by_neuron(self, count):
        self.kept = []
        for gid, cell in self.cells.items():  # all transmitters of a rank before its receivers
            pc.set_gid2node(gid, pc.id())
            sends = h.NetCon(cell.soma(0.5)._ref_v, None, sec=cell.soma)
            sends.threshold = THRESHOLD
            pc.cell(gid, sends)
            self.kept.append(sends)
        for gid, cell in self.cells.items():
            receives = pc.gid_connect((gid - 1) % count, cell.synapse)
            receives.weight[0], receives.delay = WEIGHT, DELAY
            self.kept.append(receives)

    def result(self):
        """Spikes and voltages of this rank's cells and the time, to the last bit."""
        return exact(self.times), list(self.gids), {gid: exact(cell.voltage) for gid, cell in self.cells.items()}, h.t.hex()


def plain_run(*until, v_init=-65):
    """Runs what is there in plain NEURON, until these times or what they return. Every rank takes part.

    p.run on one rank is NEURON's own continuerun, which in CVODE takes other steps than psolve; a time as a word is always psolve's.
    """
    h.dt = 0.025
    pc.set_maxstep(10)
    h.finitialize(v_init)
    for time in until:
        time = time() if callable(time) else time
        if RANKS > 1 or isinstance(time, str):
            pc.psolve(float(time))
        else:
            h.continuerun(time)


def plain_ring(count, *until, v_init=-65):
    """The result of the same ring in plain NEURON, in this job. Every rank takes part."""
    return plain_ring_once(count, until, v_init, h.CVode().active())


@functools.cache
def plain_ring_once(count, until, v_init, cvode):
    for _ in range(1 + int(cvode)):  # in CVODE NEURON's own second run differs from its first
        ring = Ring(count, patch=False)
        plain_run(*until, v_init=v_init)
        result = ring.result()
        pc.gid_clear()
        del ring
    assert not list(h.allsec())
    spikes = sum(everyones(len(result[0])))
    assert spikes > 1 or count == 1 == spikes, f"a ring without spikes between cells shows nothing: {spikes}"
    return result


def of_gids(findings):
    """Those about gids: a model of a test need not be whole otherwise."""
    return [each for each in findings if each.kind in ("unsent_gid", "shared_gid", "receivers_threshold", "changed_threshold")]
