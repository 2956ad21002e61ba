"""mod/PatchVecStim.mod alone, built by a user's own nrnivmodl: no libpatch, no registry."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

MOD = Path(__file__).parents[2] / "mod"
BIN = Path(sys.executable).parent

PRELUDE = """
from neuron import h
h.load_file("stdrun.hoc")

def listen(stim):
    spikes, netcon = h.Vector(), h.NetCon(stim, None)
    netcon.record(spikes)
    return spikes, netcon

def play(times, until=100):
    stim = h.PatchVecStim()
    stim.play(h.Vector(times))           # nobody else holds the Vector
    spikes, netcon = listen(stim)
    h.finitialize(-65)
    h.continuerun(until)
    return list(spikes)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with the mechanism compiled, as a user would: `nrnivmodl mod`."""
    folder = tmp_path_factory.mktemp("special")
    (folder / "mod").symlink_to(MOD)
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    build = subprocess.run([BIN / "nrnivmodl", "mod"], cwd=folder, env=environment, capture_output=True, text=True)
    assert build.returncode == 0, build.stdout + build.stderr
    return folder


@pytest.fixture
def run(folder):
    """Run a script in a process of its own, where NEURON loads the folder's mechanisms."""

    def run(script):
        done = subprocess.run([sys.executable, "-c", PRELUDE + script], cwd=folder, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    return run


# net_send adds its delay to t: were it given time - t, the step from 0.6 to 1.7 would round to another double.
TIMES = """
import random
random.seed(1)
times = [0.0, 0.6, 1.7] + sorted(random.uniform(2, 99) for _ in range(300))
assert 0.6 + (1.7 - 0.6) != 1.7
"""


def test_spikes_come_at_exactly_the_times_of_the_vector(run):
    run(TIMES + "assert play(times) == times")


@pytest.mark.parametrize("local", [0, 1])
def test_spikes_are_exact_with_cvode(run, local):
    run(TIMES + f"h.CVode().active(1); h.CVode().use_local_dt({local})\nassert play(times) == times")


def test_spikes_are_exact_with_two_threads(run):
    script = """
stims, heard = [h.PatchVecStim() for _ in range(4)], []
for stim in stims:
    stim.play(h.Vector(times))
    heard.append(listen(stim))
pc = h.ParallelContext()
pc.nthread(2)
pc.set_maxstep(10)
h.finitialize(-65)
pc.psolve(100)
assert [list(spikes) for spikes, netcon in heard] == [times] * 4
"""
    run(TIMES + script)


def test_equal_times_are_as_many_spikes(run):
    run("assert play([0, 0, 5, 5, 5, 7]) == [0, 0, 5, 5, 5, 7]")


def test_times_out_of_order_before_the_start_and_nan_are_passed_over(run):
    run("assert play([-3, float('nan'), 5, 2, 7, float('nan'), 8]) == [5, 7, 8]")


def test_every_run_reads_the_vector_again(run):
    run("""
times, stim = h.Vector([1, 2]), h.PatchVecStim()
stim.play(times)
spikes, netcon = listen(stim)
for expected in [1, 2], [1, 2], [3, 4, 5]:
    times.from_python(expected)
    h.finitialize(-65)
    h.continuerun(10)
    assert list(spikes) == expected and stim.pattern_size() == len(expected)
""")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("times.resize(0)", [1, 2, 30]),  # 30 is on its way already
        ("stim.play()", [1, 2]),
        ("stim.play(h.Vector([50]))", [1, 2]),  # from the next finitialize on
    ],
)
def test_the_pattern_can_change_during_a_run(run, change, expected):
    run(f"""
times, stim = h.Vector([1, 2, 30, 40]), h.PatchVecStim()
stim.play(times)
spikes, netcon = listen(stim)
h.finitialize(-65)
h.continuerun(10)
{change}
h.continuerun(60)
assert list(spikes) == {expected}
""")


def test_the_vector_is_released_when_replaced_cleared_and_with_the_cell(run):
    run("""
def vectors():
    return int(h.List("Vector").count())
stim = h.PatchVecStim()
stim.play(h.Vector(1)); assert vectors() == 1
stim.play(h.Vector(2)); assert vectors() == 1 and stim.pattern_size() == 2
stim.play(); assert vectors() == 0 and stim.pattern_size() == 0
mine = h.Vector(3)
stim.play(mine); stim.play(mine); del mine; assert vectors() == 1 and stim.pattern_size() == 3
del stim; assert vectors() == 0
""")


@pytest.mark.parametrize("argument", ["3", "'x'", "None", "[1, 2]", "h.List()", "h.Section()"])
def test_only_a_vector_is_played_and_a_refusal_changes_nothing(run, argument):
    run(f"""
stim = h.PatchVecStim()
stim.play(h.Vector([1, 2]))
try:
    stim.play({argument})
except RuntimeError as error:
    assert "PatchVecStim: play wants a Vector of spike times" in str(error)
else:
    raise AssertionError("accepted")
assert stim.pattern_size() == 2
""")


def test_events_sent_to_the_cell_are_ignored(run):
    run("""
source, stim = h.NetStim(), h.PatchVecStim()
source.start, source.number, source.interval = 1, 5, 1
stim.play(h.Vector([2.5, 4]))
incoming, (spikes, netcon) = h.NetCon(source, stim), listen(stim)
h.finitialize(-65)
h.continuerun(10)
assert list(spikes) == [2.5, 4]
""")


def test_savestate_carries_the_place_in_the_pattern(run):
    run("""
stim, state = h.PatchVecStim(), h.SaveState()
stim.play(h.Vector([1, 2, 3, 4]))
spikes, netcon = listen(stim)
h.finitialize(-65)
h.continuerun(2.5)
state.save()
h.continuerun(10)
h.finitialize(-65)
state.restore()
spikes.resize(0)
h.continuerun(10)
assert list(spikes) == [3, 4]
""")
