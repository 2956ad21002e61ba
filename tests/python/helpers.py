"""What the Python tests share. Not a test: no test_ in its name.

`from helpers import clean` in a test file runs each of its tests in a clean state: no model before it and none after it, Python's
cyclic collector off, and gc.collect a function that fails. `alone` runs a script in a process of its own.
"""

import gc
import os
import subprocess
import sys
import textwrap

import pytest
from neuron import h
from patch import p

h.load_file("stdrun.hoc")
h.celsius = 6.3  # NEURON's own: hh spikes

CLASSES = ("NetCon", "ExpSyn", "Exp2Syn", "IClamp", "SEClamp", "NetStim", "IntFire1", "PatchVecStim", "Vector", "List")


def world():
    """How many of each NEURON has, and what Patch keeps. A list by class name holds nothing."""
    found = {"sections": len(list(h.allsec()))}
    for name in CLASSES:
        if hasattr(h, name):
            found[name] = int(h.List(name).count())
    found["List"] -= 1  # the one that counts
    found["kept"] = sum(p.counts().values())
    return {name: count for name, count in found.items() if count}


def names():
    return sorted(section.name() for section in h.allsec())


def refuse_to_collect(*arguments):
    raise AssertionError("gc.collect was called")


EMPTY = world()


@pytest.fixture(autouse=True)
def clean(request):
    """No model before the test and none after it, without Python's collector. conftest.py gives the test a process of its own."""
    gc.disable()
    gc.collect = refuse_to_collect
    assert world() == EMPTY, "something was there before"
    yield
    if not request.node.has_failed:
        h.CVode().active(0)
        h.finitialize()
        assert world() == EMPTY, "something was left behind"


def alone(script, status=0, **environment):
    """Runs a script in a process of its own, Python's collector off and gc.collect a function that fails; gives what it prints."""
    begin = """
    import gc
    gc.disable()
    def refuse(*arguments): raise AssertionError("gc.collect was called")
    gc.collect = refuse
    """
    source = textwrap.dedent(begin) + textwrap.dedent(script)
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, timeout=60, env={**os.environ, **environment})
    assert done.returncode == status, f"exit status {done.returncode}\n{done.stdout}{done.stderr[:2000]}"
    return done.stdout


def cell(interpreter, name, mechanism="hh"):
    """A section that can spike."""
    section = interpreter.Section(name=name)
    section.L = section.diam = 20
    section.nseg = 3
    section.insert(mechanism)
    return section


def at(x):
    """A pointer to the voltage at a segment, for a recorder of the test's own."""
    vector = h.Vector()
    vector.record(x._ref_v)
    return vector


def run(duration=50, v_init=-65):
    h.finitialize(v_init)
    h.continuerun(duration)


def near():
    """What check finds of attributes that are nearly NEURON's."""
    return [each for each in p.check() if each.kind == "near_name"]


def of_gids(findings):
    """Those about gids: a model of a test need not be whole otherwise."""
    return [each for each in findings if each.kind in ("unsent_gid", "shared_gid", "receivers_threshold", "changed_threshold")]
