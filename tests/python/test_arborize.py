"""Arborize on top of p: cells built from points and from a file, run alone and as a network, to the last bit those of plain NEURON."""

import gc
import sys
from pathlib import Path

import pytest
from helpers import h, p, run

if sys.version_info < (3, 11):
    pytest.skip("arborize 8 is for Python 3.11 and newer", allow_module_level=True)
sys.path.append(str(Path(__file__).parents[1] / "glia_package"))
import cells
from arborize import neuron_build
from patch import is_point_process, transform


@pytest.fixture(autouse=True)
def clean():
    """By this name conftest.py gives each test a process of its own. Arborize keeps what it makes in attributes of sections: cycles."""


SOURCES = {"points": (lambda folder: cells.schematic(), cells.BRANCHES), "swc": (cells.schematic_of_file, cells.BRANCHES_OF_FILE)}


def exact(numbers):
    return [float(number).hex() for number in numbers]


@pytest.mark.parametrize("source", SOURCES)
def test_a_schematic_gives_the_cell(source, tmp_path):
    schematic, branches = SOURCES[source]
    cell, plain = neuron_build(schematic(tmp_path)), cells.PlainCell(branches)
    assert [cells.shape(section) for section in cell.sections] == [cells.shape(section) for section in plain.sections]
    parents = [
        [section.parentseg() and (each.sections.index(section.parentseg().sec), section.parentseg().x) for section in each.sections]
        for each in (cell, plain)
    ]
    assert parents[0] == parents[1] == [None, (0, 1), (1, 1), (1, 1)]
    assert all(type(section) is p.Section for section in cell.sections)


def test_labels_and_places():
    cell, plain = cells.arborized(), cells.PlainCell()
    assert cell.soma == cell.get_sections_with_label("soma") == cell.sections[:1] and cell.dendrites == cell.sections[1:]
    assert [section.labels for section in cell.sections] == [["soma"], *[["dendrites"]] * 3]
    for location in ((0, 0), (1, 0), (1, 1), (2, 0), (3, 0)):
        segments = cell.get_segment(location), plain.get_segment(location)
        assert segments[0].x == pytest.approx(segments[1].x, abs=1e-12) and segments[0].sec == cell.sections[location[0]]


@pytest.mark.parametrize("source", SOURCES)
def test_a_cell_alone_runs_as_in_plain_neuron(source, tmp_path):
    schematic, branches = SOURCES[source]
    results = []
    for arborize in (False, True):
        if arborize:
            cell = neuron_build(schematic(tmp_path))
            synapse = cell.insert_synapse("fast", (2, 0))
            synapse.stimulate(weight=0.03, start=2, number=4, interval=5)
            recorded = cell.soma[0].record(), cell.sections[3].record(0.9), synapse.record(), p.record(cell.soma[0](0.5)._ref_gna_hh)
        else:
            cell = cells.PlainCell(branches)
            synapse = cell.synapse(cells.AMPA, (2, 0), tau_rise=0.2, tau_decay=1.5)
            stimulus = h.NetStim()
            stimulus.start, stimulus.number, stimulus.interval = 2, 4, 5
            netcon = h.NetCon(stimulus, synapse, 10, 0, 0.03)
            soma, tip = cell.sections[0](0.5), cell.sections[3](0.9)
            recorded = [h.Vector().record(it) for it in (soma._ref_v, tip._ref_v, synapse._ref_i, soma._ref_gna_hh)]
        run(30)
        results.append([exact(vector) for vector in recorded])
        if not arborize:
            del cell, synapse, stimulus, netcon, soma, tip, recorded
    assert results[0] == results[1]
    assert max(recorded[0]) > 20 and min(recorded[2]) < 0, "no spike shows little"


def test_two_cells_with_gids_and_gap_junctions_are_those_of_plain_neuron():
    plain = cells.plain_result(30)
    network = cells.ArborizedNetwork()
    assert p.parallel._transfer_max == cells.GAPS + 1
    spikes = p.parallel.spike_record()
    p.run(30)
    assert network.result(*spikes) == plain
    assert set(spikes[1]) == {0, 1}, "the second cell has to hear the first"


def test_the_connection_of_a_gid_has_it():
    cell = cells.arborized()
    transmitter, receiver = cell.insert_transmitter(3, (0, 0)), cell.insert_receiver(4, "AMPA", (1, 1), weight=0.5, delay=2)
    assert transmitter.gid == 3 and receiver.gid == 4 and receiver.weight[0] == 0.5 and receiver.delay == 2
    assert cell.sections[1].synapses and is_point_process(cell.sections[1].synapses[0])


def test_a_synapse_has_the_parameters_of_its_type():
    cell = cells.arborized()
    parameters = [
        (transform(cell.insert_synapse(name, (1, 1))).tau_rise, transform(cell.insert_synapse(name, (1, 1))).tau_decay)
        for name in ("AMPA", "fast")
    ]
    assert parameters == [(0.3, 2.5), (0.2, 1.5)]
    assert [mechanism.name() for mechanism in cell.soma[0](0.5)] == [cells.LEAK, "k_ion", "na_ion", "hh"]


def there():
    return [len(list(h.allsec())), *(int(h.List(name).count()) for name in (cells.AMPA, "NetStim", "NetCon"))]


def test_the_cell_keeps_all_of_it():
    gc.disable()
    cell = cells.arborized()
    cell.insert_synapse("AMPA", (1, 1)).stimulate(start=1)
    h.finitialize()
    assert there() == [4, 1, 1, 1]


def test_a_bare_cell_goes_with_its_model():
    gc.disable()
    cell = cells.arborized()
    cell.record()
    del cell
    h.finitialize()
    assert there() == [0, 0, 0, 0]


def test_cells_that_are_built_run_and_dropped_in_a_loop_leave_nothing():
    """With Python's collector off: Arborize keeps a section's synapses in an attribute of the section."""
    gc.disable()

    def there():
        return len(list(h.allsec())), *(int(h.List(name).count()) for name in ("NetCon", "NetStim", "Vector"))

    before = there()
    for _ in range(30):
        cell = neuron_build(cells.schematic())
        synapse = cell.insert_synapse("fast", (2, 0))
        synapse.stimulate(weight=0.03, start=2, number=4, interval=5)
        voltage = cell.soma[0].record()
        run(1)
        assert len(voltage) == 41
        del cell, synapse, voltage
        h.finitialize()
        assert there() == before
