"""What each rank of a Python job of ring_run.py does: ring_rank.py plain|python CELLS FOLDER [--break]"""

import argparse
from pathlib import Path

import numpy as np
import ring_plain
from neuron import h


def run_plain(cells, _):
    return ring_plain.run(cells)


def run_python(cells, weight_factor):
    """The example in Python; `from patch import p` loads the library."""
    from patch.examples import ring

    receivers = ring.build(cells)
    if h.ParallelContext().id() == 0:
        receivers[0].weight[0] *= weight_factor
    return ring.run()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("language", choices=["plain", "python"])
    parser.add_argument("cells", type=int)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--break", dest="broken", action="store_true", help="change one weight of the model that goes through Patch")
    arguments = parser.parse_args()

    run = {"plain": run_plain, "python": run_python}[arguments.language]
    times, gids = run(arguments.cells, 0.9 if arguments.broken else 1)
    pc = h.ParallelContext()
    np.concatenate([[pc.nhost()], times, gids]).tofile(arguments.folder / f"{pc.id():g}")
    if arguments.language == "plain":  # NEURON itself leaves MPI only when asked to
        pc.barrier()
        h.quit()


if __name__ == "__main__":
    main()
