"""NEURON's own tests, those of the wheel, pass with the library loaded, and with p in place of h and n, as they do without it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

LIBRARY = os.path.abspath(os.environ["PATCH_LIBRARY"])
AFTER_NEURON = {"PYTHONPATH": str(Path(__file__).parent / "loads_after_neuron")}
WAYS = {
    "nrn_load_dll": AFTER_NEURON,
    "-dll": {"NEURON_MODULE_OPTIONS": f"-nogui -dll {LIBRARY}"},
    "p in neuron mode": {**AFTER_NEURON, "P_FOR_H": "", "PATCH_DEFAULTS": "neuron"},
    "p as it is": {**AFTER_NEURON, "P_FOR_H": ""},
}
QUICK = ("neuron.tests.test_neuron", "neuron.tests.test_vector", "neuron.tests.test_nmodl")
ALL = (*QUICK, "neuron.tests.test_rxd::RxDTestCase")  # beside the class the file has a function that runs it once more
# test_rxd calls run(), which takes a duration on p; and it starts a Python for each of its tests: the longest of all.
MODULES = {"nrn_load_dll": ALL, "-dll": QUICK, "p in neuron mode": ALL, "p as it is": QUICK}


def python(folder, variables, *arguments):
    """What Python prints in an empty folder, where NEURON finds no mechanisms; it must end well."""
    unwanted = ("PYTHONPATH", "NEURON_MODULE_OPTIONS", "PATCH_DEFAULTS")
    environment = {name: value for name, value in os.environ.items() if name not in unwanted}
    environment |= {"PATCH_LIBRARY": LIBRARY, **variables}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def passed(folder, variables, modules):
    """The tests of these modules, in one process; all must pass. testPerformance only prints how long things take."""
    words = ("-v", "-p", "no:cacheprovider", "--deselect", "::VectorTestCase::testPerformance", "--pyargs")
    return re.findall(r"^(\S+) PASSED", python(folder, variables, "-m", "pytest", *words, *modules), re.MULTILINE)


@pytest.fixture(scope="module")
def stock(tmp_path_factory):
    """What passes without the library."""
    return passed(tmp_path_factory.mktemp("stock"), {}, ALL)


@pytest.mark.parametrize("way", [*WAYS, "stock"])
def test_what_the_runs_below_are_about_is_there_and_not_in_stock(way, tmp_path):
    script = "from neuron import h, n; print(hasattr(h, 'Patch'), hasattr(h, 'ParallelCon') and h is n, h.celsius)"
    found = {"p in neuron mode": "True True 6.3", "p as it is": "True True 32.0", "stock": "False False 6.3"}
    assert python(tmp_path, WAYS.get(way, {}), "-c", script).strip() == found.get(way, "True False 6.3")


@pytest.mark.parametrize("way", WAYS)
def test_neurons_tests_pass(way, stock, tmp_path):
    tests = passed(tmp_path, WAYS[way], MODULES[way])
    assert len(tests) > 15
    assert tests == (stock if MODULES[way] == ALL else [test for test in stock if "RxDTestCase" not in test])
