# ranks: 1 2 3
"""The ring of the examples, on as many ranks as there are, against the same ring in plain NEURON in the same job."""

import os
import runpy
import sys
from pathlib import Path

import pytest
from patch import p

RANKS, RANK = int(p.parallel.nhost()), int(p.parallel.id())
assert RANKS == int(os.environ["PATCH_RANKS"]), f"{RANKS} ranks"  # a job of singletons ends here

from patch.examples import ring  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "ci" / "demo"))
import ring_plain  # noqa: E402

DURATION = 75  # ms


@pytest.fixture(autouse=True)
def nothing_stays():
    yield
    p.parallel.gid_clear()


def of_all_ranks(times, gids):
    """The spikes of all ranks, as (time, gid) in order, on every rank; a time as hex."""
    spikes = [spike for rank in p.parallel.allgather(list(zip(times, gids))) for spike in rank]
    return [(float(time).hex(), int(gid)) for time, gid in sorted(spikes)]


def plain(cells, duration=DURATION):
    return of_all_ranks(*ring_plain.run(cells, duration))


def through_patch(cells, weight_factor=1):
    receivers = ring.build(cells)
    if RANK == 0:
        receivers[0].weight[0] *= weight_factor
    return of_all_ranks(*ring.run(DURATION))


def went_round(spikes, cells):
    """Each cell fired after the one before it, and the first one again."""
    return [gid for _, gid in spikes][: cells + 1] == [*range(cells), 0]


def count_sections():
    return len(list(p.allsec()))


# One cell that drives itself, fewer cells than ranks, as many, more.
@pytest.mark.parametrize("cells", [1, 2, 3, 7])
def test_spikes_are_those_of_plain_neuron_to_the_last_bit(cells):
    expected = plain(cells)
    assert went_round(expected, cells)
    assert through_patch(cells) == expected


def test_a_changed_weight_is_seen():
    expected = plain(3)
    assert through_patch(3, 0.9) != expected


@pytest.mark.parametrize("cells", [1, 3])
def test_the_ring_runs_again_as_before(cells):
    ring.build(cells)
    times, gids = ring.run(DURATION)
    first = of_all_ranks(times, gids)
    p.run(DURATION, -65)
    assert went_round(first, cells)
    assert of_all_ranks(times, gids) == first


@pytest.mark.parametrize("cells", [1, 7])
def test_cells_that_nobody_holds_live_until_their_gids_are_cleared(cells):
    ring.build(cells)
    p.finitialize(-65)
    assert count_sections() == 4 * len(range(RANK, cells, RANKS))
    p.parallel.gid_clear()
    p.finitialize(-65)
    assert count_sections() == 0


def test_the_example_says_how_many_spikes_there_were(capfd):
    expected = plain(ring.CELLS, ring.DURATION)
    capfd.readouterr()
    runpy.run_path(ring.__file__, run_name="__main__")
    said = f"spikes: {len(expected)} of {ring.CELLS} cells on {RANKS} ranks\n"
    assert capfd.readouterr().out == (said if RANK == 0 else "")
