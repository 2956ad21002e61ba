# ranks: 1 2
"""Arborize's cells on ranks: transmitters, receivers and gap junctions between them; spikes and voltages are those of plain NEURON."""

import sys
from pathlib import Path

import pytest
from patch import p
from ranks import RANKS, everyones, h

if sys.version_info < (3, 11):
    pytest.skip("arborize 8 is for Python 3.11 and newer", allow_module_level=True)
sys.path.append(str(Path(__file__).parents[1] / "glia_package"))
import cells

DURATION = 30


@pytest.fixture(autouse=True)
def clean():
    """No gids after a test. What becomes of the cells is a matter of python/test_arborize.py."""
    yield
    p.parallel.gid_clear()


def arborized_result(*runs):
    network = cells.ArborizedNetwork()
    spikes = p.parallel.spike_record()
    for run in runs:
        run()
    return network.result(*spikes)


def test_a_network_is_that_of_plain_neuron():
    plain = cells.plain_result(DURATION)
    result = arborized_result(lambda: p.run(DURATION))
    assert result == plain
    spikes = [int(float.fromhex(gid)) for _, _, gids in everyones(result) for gid in gids]
    assert set(spikes) == {0, 1} and len(spikes) > 2, "the second cell has to hear the first"


def test_psolve_in_pieces_gives_the_same():
    plain = cells.plain_result(DURATION)

    def pieces():
        p.parallel.set_maxstep(10)
        p.finitialize(h.v_init)
        for end in (7, 12.5, DURATION):
            p.parallel.psolve(end)

    assert arborized_result(pieces) == plain


def test_a_second_network_of_the_same_gids():
    results = []
    for _ in range(2):
        results.append(arborized_result(lambda: p.run(DURATION)))
        p.parallel.gid_clear()
    assert results[0] == results[1] == cells.plain_result(DURATION)


def test_each_cell_is_on_its_rank():
    network = cells.ArborizedNetwork()
    assert everyones(sorted(network.cells)) == ([[0, 1]] if RANKS == 1 else [[0], [1]])
    assert p.parallel._transfer_max == cells.GAPS + 1
