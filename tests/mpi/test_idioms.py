# ranks: 1 2 3
"""What the documentation shows of ranks runs as written: each block of idioms/ on every rank, and what its comments say."""

import gc
import os
import runpy
from pathlib import Path

import pytest
from patch import p

assert p.parallel.nhost() == int(os.environ["PATCH_RANKS"])  # a job of singletons ends here

BLOCKS = sorted((Path(__file__).parent / "idioms").glob("*.py"))


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.stem)
def test_a_block_runs_as_written(block):
    runpy.run_path(str(block), run_name="__main__")
    gc.collect()
    p.parallel.gid_clear()
