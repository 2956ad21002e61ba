"""What README shows runs: its steps stand in the two examples, which give the same result."""

import os
import re
import subprocess
import sys
from pathlib import Path

root = Path(__file__).parents[2]
readme = (root / "README.md").read_text()
hoc_example = root / "hoc" / "examples" / "first_steps.hoc"
python_example = root / "python_shim" / "patch" / "examples" / "first_steps.py"


def steps():
    """The rows of README's first table: what, HOC, Python."""
    table = readme.split("| | HOC | Python |")[1].split("\n\n")[0]
    return [re.findall(r"`([^`]+)`", row) for row in table.splitlines() if "`" in row]


def test_every_step_is_a_line_of_the_examples():
    hoc, python = hoc_example.read_text().splitlines(), python_example.read_text().splitlines()
    assert len(steps()) >= 6
    for in_hoc, in_python in steps():
        assert in_hoc in hoc, in_hoc
        assert in_python in python, in_python


def run(*command):
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_examples_run_and_agree():
    """Both show the number of samples and the peak; with and without Python in NEURON."""
    nrniv = os.path.join(os.path.dirname(sys.executable), "nrniv")
    shown = run(sys.executable, "-m", "patch.examples.first_steps")
    assert re.fullmatch(r"1201 samples, -?\d+\.\d+ mV at most\n", shown)
    assert run(nrniv, "-nobanner", "-nogui", str(hoc_example)) == shown
    assert run(nrniv, "-nobanner", "-nogui", "-nopython", str(hoc_example)) == shown


def test_the_first_screen_says_what_it_is_and_the_two_commands():
    first = readme.split("## ")[0]
    for said in ("./ci/demo.sh", "./ci/test.sh", "nrn_load_dll", "independent implementation", "not affiliated"):
        assert said in first, said
