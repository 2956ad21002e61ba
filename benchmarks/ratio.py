"""Ratios to stock NEURON: medians of alternating runs in one process, a row of a table each.

A benchmark is a script that calls `compare` and ends with `sys.exit(finish())`. `--quick` as an argument takes fewer rounds.
"""

import gc
import statistics
import sys
import time

ROUNDS = 5 if "--quick" in sys.argv else 15
LATER = {"C5", "C6", "F2", "W4"}  # shown with their targets, and no error yet
_over = []


def _timed(work, made):
    gc.collect()
    gc.disable()
    try:
        start = time.thread_time()
        kept = work(made)
        return time.thread_time() - start, kept
    finally:
        gc.enable()


def row(id, what, ratio, target=None, note=""):
    """Prints a row and remembers whether one that has to meet its target missed it; None is a figure for information."""
    verdict = "" if target is None else "ok" if ratio <= target else "over"
    if verdict == "over" and id not in LATER:
        _over.append(id)
    print(f"{id:<5} {what:<78} {ratio:8.3f} {'' if target is None else f'{target:g}':>7} {verdict:<5} {note}", flush=True)


def header():
    print(f"{'id':<5} {'what':<78} {'ratio':>8} {'target':>7} {'':<5} us for each, ours and stock's")


def medians(works, make=lambda: None, drop=lambda made, kept: None, rounds=None):
    """The median seconds of each work. Every run gets what `make` gives and is followed by `drop`; neither counts."""
    times = [[] for _ in works]
    for count in range((rounds or ROUNDS) + 1):
        for each, work in zip(times, works):
            made = make()
            seconds, kept = _timed(work, made)
            drop(made, kept)
            if count:  # the first round warms up
                each.append(seconds)
            del made, kept
    return [statistics.median(each) for each in times]


def compare(id, what, ours, stock, target=None, per=1, **how):
    """A row for the time of `ours` over that of `stock`; `per` is how many units of work one run does."""
    mine, theirs = medians([ours, stock], **how)
    row(id, what, mine / theirs, target, f"{mine / per * 1e6:.3f} {theirs / per * 1e6:.3f}")
    return mine, theirs


def finish():
    """The exit status: 1 when a row missed its target."""
    return 1 if _over else 0
