"""`from patch import p as h` in front of plain scripts: NEURON's results bit for bit in neuron mode; else README's list."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
MODELS = HERE.parent / "models"

# The lines of the list that each model feels; by_hand.py does them in plain NEURON.
FEELS = {
    "ball_and_stick_1": ["celsius"],
    "ball_and_stick_2": ["celsius"],
    "ball_and_stick_3": ["celsius", "NetCon"],
    "ball_and_stick_4": ["celsius", "NetCon"],
    "cable": [],
    "calcium_wave": ["celsius", "continuerun"],
    "forgotten_objects": ["lives"],
    "gap_junctions": [],
    "hoc_cell": [],
    "integrate_and_fire": [],
    "saved_state": ["continuerun"],
    "squid_axon": [],
    "synaptic_integration": [],
    "two_compartments": [],
    "variable_step": [],
    "voltage_clamp": ["celsius", "SEClamp", "lives"],
}
# What is no model's matter, and must be as with h in neuron mode.
OTHERWISE = """
import json

from neuron import h
from neuron import hoc

found = {"vectors": int(h.List("Vector").count()), "stdrun": hasattr(h, "tstop"), "celsius": h.celsius}
for name in ("List", "Deck", "Matrix", "CVode", "SectionList", "Random"):
    found[name] = getattr(h, name) is getattr(hoc, name)
for name in ("ParallelCon", "PointProcess", "VecStim", "defaults", "parallel", "record", "time", "transform"):
    h(f"{name} = 7")  # a symbol of the user's, or a mechanism that is loaded later
    found[name] = getattr(h, name)
pc = h.ParallelContext()
sections = [h.Section(f"s{i}") for i in range(2)]
times, gids, gathered = h.Vector(), h.Vector(), h.Vector()
pc.spike_record(-1, times, gids)
found["set_gid2node"] = pc.set_gid2node(0, pc.id())
source = h.NetCon(sections[0](0.5)._ref_v, None, sec=sections[0])
found["cell"] = pc.cell(0, source)
receiver = pc.gid_connect(0, h.ExpSyn(sections[1](0.5)))
receiver.threshold = 3
found["thresholds"] = [source.threshold, receiver.threshold, pc.threshold(0)]
pc.allgather(4, gathered)
found["collective"] = [list(gathered), pc.broadcast(gathered, 0), pc.broadcast(h.ref("words"), 0), pc.allreduce(2, 1)]
pc.set_maxstep(10)
h.finitialize(-65)
found["psolve"] = [pc.psolve(200), pc.step_time() > 0]
print(json.dumps(found))
"""


def write(folder, name, model, stand_in="from neuron import {}", edit=None):
    """The script with another import in place of its own, as a user would edit it."""
    text = OTHERWISE if model == "otherwise" else (MODELS / f"{model}.py").read_text()
    h = "n" if "from neuron import n\n" in text else "h"
    assert text.count(f"from neuron import {h}\n") == 1, model
    text = text.replace(f"from neuron import {h}\n", stand_in.format(h) + "\n")
    Path(folder, f"{name}.py").write_text(text.replace(*edit) if edit else text)


def run(folder, first_import, **environment):
    """Runs the scripts of the folder; what each has printed, by name, or how it failed."""
    names = ("PATCH_DEFAULTS", "PYTHONPATH", "NEURON_MODULE_OPTIONS")
    kept = {name: value for name, value in os.environ.items() if name not in names}
    done = subprocess.run(
        [sys.executable, HERE / "run_scripts.py", first_import, folder],
        cwd=folder,
        env={**kept, "PYTHONPATH": str(HERE), **environment},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found = {}
    for script in folder.glob("*.py"):
        out, err, status = (script.with_suffix(f".{kind}").read_text() for kind in ("out", "err", "status"))
        found[script.stem] = json.loads(out) if (status, err) == ("0", "") else {f"exit status {status}": err}
    return found


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """Plain NEURON: each model as it is, and with lines of the list by hand: all that it feels, and all but one."""
    folder = tmp_path_factory.mktemp("plain")
    write(folder, "otherwise", "otherwise")
    for model, lines in FEELS.items():
        write(folder, model, model)
        for missing in [None, *lines]:
            done = [line for line in lines if line != missing]
            write(folder, f"{model} without {missing}", model, f"from by_hand import changed\n\n{{}} = changed(*{done})")
    found = run(folder, "from neuron import h")
    failed = {name: each for name, each in found.items() if any(str(key).startswith("exit status") for key in each)}
    assert not failed
    return found


@pytest.fixture(scope="module")
def neuron_mode(tmp_path_factory):
    folder = tmp_path_factory.mktemp("neuron_mode")
    for model in [*FEELS, "otherwise"]:
        write(folder, model, model, "from patch import p as {}")
    return run(folder, "from patch import p", PATCH_DEFAULTS="neuron")


@pytest.fixture(scope="module")
def as_it_is(tmp_path_factory):
    folder = tmp_path_factory.mktemp("as_it_is")
    for model in FEELS:
        write(folder, model, model, "from patch import p as {}")
    return run(folder, "from patch import p")


def different(found, expected):
    """The names of what is not the same to the last bit."""
    items = [dict(each if isinstance(each, dict) else enumerate(each)) for each in (found, expected)]
    return sorted(str(key) for key in items[0] | items[1] if len({json.dumps(each.get(key)) for each in items}) > 1)


def test_each_model_has_its_row():
    assert sorted(FEELS) == sorted(file.stem for file in MODELS.glob("*.py"))


@pytest.mark.parametrize("model", [*FEELS, "otherwise"])
def test_neuron_mode_is_neuron(model, plain, neuron_mode):
    assert different(neuron_mode[model], plain[model]) == []


@pytest.mark.parametrize("model", FEELS)
def test_p_changes_what_the_list_says_and_nothing_else(model, plain, as_it_is):
    assert different(as_it_is[model], plain[f"{model} without None"]) == []


@pytest.mark.parametrize("model", [model for model, lines in FEELS.items() if not lines])
def test_p_changes_nothing_where_the_script_sets_everything(model, plain, as_it_is):
    assert different(as_it_is[model], plain[model]) == []


@pytest.mark.parametrize("model, line", [(model, line) for model, lines in FEELS.items() for line in lines])
def test_each_line_is_felt(model, line, plain, as_it_is):
    """So the comparison above would have noticed."""
    assert different(as_it_is[model], plain[f"{model} without {line}"]) != []
