"""What the documentation shows its users runs as written: each block of idioms/ in a process of its own, then what its comments say."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

BLOCKS = sorted((Path(__file__).parent / "idioms").glob("*.py"))
LIBRARY = os.environ.get("PATCH_LIBRARY") or str(Path(__file__).parents[2] / "build" / "neuron-9.0" / "libpatch.so")


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.stem)
def test_a_block_runs_as_written(block):
    done = subprocess.run(
        [sys.executable, "-W", "error", str(block)], env={**os.environ, "PATCH_LIBRARY": LIBRARY}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.stem)
def test_a_block_runs_after_the_load_of_the_library_too(block):
    load = (
        f"from neuron import h; assert h.nrn_load_dll({LIBRARY!r}) == 1; import runpy; runpy.run_path({str(block)!r}, run_name='__main__')"
    )
    environment = {key: value for key, value in os.environ.items() if key != "PATCH_LIBRARY"}
    done = subprocess.run([sys.executable, "-W", "error", "-c", load], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
