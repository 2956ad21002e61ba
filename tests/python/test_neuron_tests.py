"""NEURON's own tests, those of the wheel, pass with the library loaded as they do without it."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

LIBRARY = os.path.abspath(os.environ["PATCH_LIBRARY"])
WITH_LIBRARY = {
    "nrn_load_dll": {"PYTHONPATH": str(Path(__file__).parent / "loads_after_neuron")},
    "-dll": {"NEURON_MODULE_OPTIONS": f"-nogui -dll {LIBRARY}"},
}


def python(folder, variables, *arguments):
    """What Python prints in an empty folder, where NEURON finds no mechanisms; it must end well."""
    environment = {
        name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "NEURON_MODULE_OPTIONS", "PATCH_DEFAULTS")
    }
    environment |= {"PATCH_LIBRARY": LIBRARY, **variables}
    done = subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def passed(folder, variables, module):
    """How many tests of neuron.tests.<module> pass; all must."""
    output = python(folder, variables, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--pyargs", f"neuron.tests.{module}")
    return int(re.search(r"(\d+) passed", output)[1])


@pytest.fixture(scope="module")
def stock(tmp_path_factory):
    """How many pass without the library."""
    return {
        module: passed(tmp_path_factory.mktemp(module), {}, module) for module in ("test_neuron", "test_vector", "test_nmodl", "test_rxd")
    }


@pytest.mark.parametrize("way", WITH_LIBRARY)
def test_the_library_is_there_in_the_runs_below_and_not_in_stock(way, tmp_path):
    script = "from neuron import h; print(hasattr(h, 'Patch'))"
    assert python(tmp_path, WITH_LIBRARY[way], "-c", script) == "True\n"
    assert python(tmp_path, {}, "-c", script) == "False\n"


@pytest.mark.parametrize("module", ["test_neuron", "test_vector", "test_nmodl", "test_rxd"])
def test_neurons_tests_pass_with_the_library_loaded_after_neuron(module, stock, tmp_path):
    assert passed(tmp_path, WITH_LIBRARY["nrn_load_dll"], module) == stock[module] > 0


@pytest.mark.parametrize("module", ["test_neuron", "test_vector", "test_nmodl"])
def test_neurons_tests_pass_with_the_library_loaded_at_the_start(module, stock, tmp_path):
    assert passed(tmp_path, WITH_LIBRARY["-dll"], module) == stock[module] > 0
