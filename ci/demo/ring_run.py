"""Runs the ring in plain NEURON and through Patch on 1, 2 and 3 ranks and compares the spikes to the last bit: ring_run.py [--break]"""

import argparse
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

root = Path(__file__).resolve().parents[2]
programs = Path(sys.executable).parent
jobs = [(12, 1), (12, 2), (12, 3), (2, 3)]  # cells, ranks; at last a rank without cells


def command(language, cells, folder, broken):
    if language == "hoc":
        constants = ["-c", f"cells = {cells}", "-c", f"weight_factor = {0.9 if broken else 1}"]
        files = ["hoc/examples/ring.hoc", "ci/demo/ring_rank.hoc"]
        return [programs / "nrniv", "-mpi", "-nobanner", "-nogui", *constants, *files, "-c", "quit()"]
    return [sys.executable, "ci/demo/ring_rank.py", language, str(cells), folder, *(["--break"] if broken else [])]


def gather(folder, ranks):
    """The times and gids that the ranks saved, in order, when each of them knew of all the others."""
    files = sorted(path.name for path in folder.iterdir())
    saved = [np.fromfile(folder / name) for name in files]
    if files != [str(rank) for rank in range(ranks)] or any(numbers[0] != ranks for numbers in saved):
        told = [f"rank {name} of {numbers[0]:g}" for name, numbers in zip(files, saved)]
        sys.exit(f"demo: expected a job of {ranks} ranks, got {', '.join(told) or 'none'}")
    times, gids = np.concatenate([numbers[1:].reshape(2, -1) for numbers in saved], axis=1)
    order = np.lexsort([gids, times])
    return times[order], gids[order]


def went_round(times, gids, cells):
    """Every cell fired, one after the other, and then the first one again."""
    firsts = [times[gids == gid][:1] for gid in range(cells)]
    again = times[gids == 0][1:2]
    return bool(all(a.size and b.size and a < b for a, b in zip(firsts, [*firsts[1:], again])))


def run(language, cells, ranks, broken=False):
    """The spikes of a job: their times and gids."""
    title = f"the ring in {language} with {cells} cells on {ranks} ranks"
    with tempfile.TemporaryDirectory() as folder:
        job = ["timeout", "-k", "5", "60", "mpiexec.mpich", "-n", str(ranks), *command(language, cells, folder, broken)]
        ended = subprocess.run(
            job, cwd=root, env={**os.environ, "RING_FOLDER": folder}, stdin=subprocess.DEVNULL, capture_output=True, text=True
        )
        if ended.returncode:
            sys.exit(f"{ended.stdout}{ended.stderr}demo: {title} ended with exit status {ended.returncode}")
        times, gids = gather(Path(folder), ranks)
    if not went_round(times, gids, cells):
        sys.exit(f"demo: no spikes went round {title}")
    return times, gids


def identical(a, b):
    return all(mine.tobytes() == other.tobytes() for mine, other in zip(a, b))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--break", dest="broken", action="store_true", help="change one weight of the model that goes through Patch")
    broken = parser.parse_args().broken

    results = {}
    for cells, ranks in jobs:
        expected = run("plain", cells, ranks)
        for language in ("python", "hoc"):
            spikes = run(language, cells, ranks, broken)
            same = identical(spikes, expected)
            title = f"spikes of {cells} cells, {ranks} rank{'s' if ranks > 1 else ''}"
            print(f"{language:8}{title:28}{'identical' if same else 'different'}  {len(spikes[0])}", flush=True)
            results[f"{language}-{cells}-{ranks}"] = np.array([*spikes, np.full(len(spikes[0]), same)])
    np.savez_compressed(root / "build" / "ring.npz", **results)
    sys.exit(not all(spikes[2].all() for spikes in results.values()))


if __name__ == "__main__":
    main()
