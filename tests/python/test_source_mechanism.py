"""Where a further source on a place cannot be made by itself, a point process stands in: the same tests, with the same results."""

import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from jobs import execute

FILE = Path(__file__).with_name("test_parallel_con.py")
ON_RANKS = Path(__file__).parents[1] / "mpi" / "test_parallel_con.py"
PYTEST = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider")
MECHANISM = {**os.environ, "PATCH_SOURCES": "mechanism"}

SAME = [
    "test_further_sources_are_made_as_the_environment_says",
    "test_spikes_and_voltages_are_those_of_neurons_own_calls",
    "test_artificial_cells_are_sources_and_targets",
    "test_both_return_a_netcon_with_its_numbers_and_its_gid",
    "test_any_integer_is_a_gid",
    "test_a_transmitter_that_is_dropped_still_sends",
    "test_all_sources_of_a_place_live_until_gids_are_cleared",
    "test_a_receiver_lives_with_its_target_and_no_longer",
    "test_clearing_gids_leaves_what_can_still_be_reached",
    "test_disconnect_frees_the_gid_for_another_source",
    "test_disconnect_frees_what_the_gid_held_and_leaves_other_sources_of_the_place",
    "test_a_receiver_that_is_disconnected_is_no_receiver_any_more",
    "test_a_receiver_records",
    "test_a_receiver_may_come_first",
    "test_a_receiver_may_come_before_a_further_source_of_a_place",
    "test_a_receiver_may_come_before_an_artificial_cell",
    "test_a_receiver_waits_on_after_a_transmitter_was_refused",
    "test_neurons_own_calls_still_want_the_source_first",
    "test_what_nobody_sends_is_found",
    "test_each_of_many_gids_on_a_place_spikes_as_a_single_source",
    "test_with_cvode_events_arrive_when_they_should",
    "test_each_connection_of_a_place_keeps_its_own_threshold",
    "test_neurons_own_netcon_keeps_its_threshold_when_it_was_first",
    "test_neurons_own_netcon_joins_the_first_source_when_it_comes_later",
    "test_a_further_source_lives_on_without_the_first",
    "test_a_recorder_is_not_taken_over_by_a_gid",
    "test_spike_record_hears_every_gid_of_a_place",
    "test_a_saved_state_has_what_is_under_way",
    "test_fork_points_are_one_place",
    "test_a_feedback_network_is_that_of_clones",
    "test_a_change_of_nseg_that_keeps_the_place_keeps_its_gids",
    "test_a_deleted_section_frees_its_gids",
    "test_cleared_gids_can_be_used_again",
    "test_handles_alone_keep_no_gid",
    "test_anything_in_any_order",
]


@pytest.fixture(scope="module")
def outcomes():
    """The words of pytest of each of these tests, with each parameter, and all that it has said. Each runs in a process of its own."""
    done = execute((*PYTEST, "-rA", *(f"{FILE}::{test}" for test in SAME)), seconds=200, PATCH_SOURCES="mechanism")
    words = defaultdict(list)
    for word, test in re.findall(r"^([A-Z]+) \S*::(\w+)", done.out, re.MULTILINE):
        words[test].append(word)
    return words, done


@pytest.mark.parametrize("test", SAME)
def test_the_mechanism_passes(test, outcomes):
    words, done = outcomes
    assert set(words[test]) == {"PASSED"}, done


def test_nothing_else_went_wrong_with_the_mechanism(outcomes):
    words, done = outcomes
    assert done.status == 0 and set(words) == set(SAME), done


# Two things differ: the point process follows voltages alone, and stays at its place when nseg changes.
def test_another_variable_than_a_voltage_is_refused_there_and_nothing_is_left():
    script = """
from patch import p
from patch.exceptions import ParallelConnectError
source = p.Section(name="source")
source.insert("hh")
first = p.ParallelCon(source(0.5)._ref_m_hh, 1, sec=source, threshold=0.1)
try:
    p.ParallelCon(source(0.5)._ref_m_hh, 2, sec=source, threshold=0.2)
except ParallelConnectError as error:
    print(error)
print(p.parallel.gid_exists(1), p.parallel.gid_exists(2), first.threshold)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, env=MECHANISM)
    assert done.stdout.splitlines() == [
        "ParallelCon: only a voltage can have several thresholds or gids in this NEURON (source)",
        "3 0 0.1",
    ], done.stderr


def test_a_gid_stays_at_its_place_when_nseg_changes_there():
    script = """
from patch import p
source = p.Section(name="source")
source.nseg = 3
for gid in range(3):
    p.ParallelCon(source(0.9), gid, threshold=-10 * gid)
source.nseg = 1
p.run(1)
print([p.parallel.gid_exists(gid) for gid in range(3)], p.check())
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, env=MECHANISM)
    assert done.stdout == "[0, 3, 3] []\n", done.stdout + done.stderr


def test_the_mechanism_passes_on_two_ranks():
    done = execute((*PYTEST, ON_RANKS), ranks=2, seconds=100, PATCH_SOURCES="mechanism", PATCH_RANKS="2").well()
    assert len(re.findall(r"\d+ passed", done.out)) == 2, done
