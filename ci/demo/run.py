"""Runs the demo's model in plain NEURON and through Patch in one process and compares them to the last bit: run.py python|hoc [--break]"""

import argparse
import os
import runpy
import sys
from pathlib import Path

import numpy as np
import plain
from neuron import h

root = Path(__file__).resolve().parents[2]
quantities = {
    "time": "time",
    "soma_voltage": "voltage of the soma",
    "dendrite_voltage": "voltage of the dendrite",
    "follower_voltage": "voltage of the second cell",
    "voltages": "voltage of every segment",
    "train_spikes": "spikes of the train",
    "soma_spikes": "spikes of the soma",
    "follower_spikes": "spikes of the second cell",
}


def run_python(weight_factor):
    """The example in Python; `from patch import p` loads the library."""
    example = runpy.run_module("patch.examples.pyramid")
    if weight_factor != 1:
        example["connection"].weight[0] *= weight_factor
        example["p"].run(plain.DURATION, plain.V_INIT)
    return example.__getitem__


def run_hoc(weight_factor):
    """The example in HOC, which loads the library itself."""
    os.chdir(root)
    h.xopen("hoc/examples/pyramid.hoc")  # as nrniv does: load_file would change the folder
    if weight_factor != 1:
        h.connection.netcon.weight[0] *= weight_factor
        h.run()
    return lambda name: getattr(h, name)


def numbers(vectors):
    """A Vector, or a list of them, as doubles."""
    if isinstance(vectors, list) or vectors.hname().startswith("List["):
        return np.array([np.array(vector) for vector in vectors])
    return np.array(vectors)


def identical(a, b):
    return a.shape == b.shape and a.tobytes() == b.tobytes()


def delivered(recorded):
    """Both ways carried spikes: the train's reached the cell, and the soma's reached the second cell, each before it fired."""
    train, soma, follower = (recorded[name] for name in ("train_spikes", "soma_spikes", "follower_spikes"))
    return min(len(train), len(soma), len(follower)) > 0 and train[0] < soma[0] < follower[0]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("language", choices=["python", "hoc"])
    parser.add_argument("--break", dest="broken", action="store_true", help="change one weight of the model that goes through Patch")
    arguments = parser.parse_args()

    expected, branches, segments = plain.run()
    get = {"python": run_python, "hoc": run_hoc}[arguments.language](0.9 if arguments.broken else 1)
    recorded = {name: numbers(get(name)) for name in quantities}

    same = [identical(recorded[name], expected[name]) for name in quantities]
    for (name, title), verdict in zip(quantities.items(), same):
        print(f"{arguments.language:8}{title:28}{'identical' if verdict else 'different'}  {' x '.join(map(str, recorded[name].shape))}")
    if not delivered(recorded):
        sys.exit(f"demo: no spikes arrived in the model in {arguments.language}")

    np.savez_compressed(
        root / "build" / f"demo-{arguments.language}.npz",
        identical=all(same),
        points=np.concatenate([branch.points for branch in branches]),
        rows=[len(branch.points) for branch in branches],
        segments=segments,
        **recorded,
    )
    sys.exit(not all(same))


if __name__ == "__main__":
    main()
