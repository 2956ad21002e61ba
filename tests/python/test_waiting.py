"""A rank that waits long for the others says so once, with what it knows of itself; a rank that waits a moment says nothing."""

import re

import pytest
from jobs import job

# Rank 0 has a gid and runs; rank 1 has sections of its own, simulates and takes its time before it takes part.
LATE = """
import time
from patch import p
assert p.parallel.nhost() == 2
section = p.Section(name="own")
if p.parallel.id() == 0:
    p.ParallelCon(section, 42)
    p.ParallelCon(7, section.synapse(p.ExpSyn))
else:
    other = p.Section(name="other")
    p.ParallelCon(p.NetStim(), 7) if {sends} else None
    for duration in 1, 2:
        {local}
    time.sleep({seconds})
    p.parallel.join()
{call}
p.parallel.barrier()
print("rank", int(p.parallel.id()), "is at", round(p.t, 3))
"""


def late(call="p.run(3)", seconds=3, sends=False, **environment):
    local = "pass" if sends else "p.run(duration)"
    program = LATE.format(call=call, seconds=seconds, sends=sends, local=local)
    return job(program, ranks=2, seconds=40, **environment).well()


CALLS = {
    "run": "p.run(3)",
    "finitialize": "p.finitialize(); p.run(3)",
    "continuerun": "p.finitialize(); p.continuerun(3)",
    "psolve": "p.parallel.psolve(3, v_init=-65)",
}


@pytest.mark.parametrize("name", CALLS)
def test_a_rank_that_waits_says_so_once_with_what_it_knows(name):
    done = late(CALLS[name], PATCH_WAIT="1")
    assert done.said(r"rank (\d) is at 3.0") == ["0", "1"], done
    assert len(done.complaints()) == 1, done
    sentence = done.complaints()[0]
    first = {"continuerun": "finitialize"}.get(name, name)
    assert sentence.startswith(f"libpatch: {first}: rank 0 of 2 has waited 1 s"), sentence
    assert re.search(r"\bgids 42\b", sentence) and re.search(r"\bgids 7\b", sentence) and "1 section" in sentence, sentence
    assert "p.parallel.join()" in sentence, sentence


def test_it_names_the_first_gids_where_there_are_many():
    done = job(
        """
        import time
        from patch import p
        section = p.Section()
        if p.parallel.id() == 0:
            for gid in range(100, 140):
                p.ParallelCon(p.NetStim(), gid)
        else:
            time.sleep(2)
            p.parallel.join()
        p.run(1)
        """,
        ranks=2,
        PATCH_WAIT="0.5",
    ).well()
    (sentence,) = done.complaints()
    assert "100, 101, 102" in sentence and "40" in sentence and "139" not in sentence and len(sentence) < 400, sentence


def test_each_wait_says_so_once():
    done = job(
        """
        import time
        from patch import p
        p.ParallelCon(p.NetStim(), int(p.parallel.id()))
        for _ in range(2):
            if p.parallel.id() == 1:
                time.sleep(2)
            p.run(1)
        """,
        ranks=2,
        PATCH_WAIT="0.5",
    ).well()
    assert len(done.complaints()) == 2 and all("rank 0 of 2" in sentence for sentence in done.complaints()), done


def test_a_wait_for_a_broadcast_says_so():
    done = job(
        """
        import time
        from patch import p
        if p.parallel.id() == 1:
            time.sleep(2)
        assert p.parallel.broadcast({"a": 1}) == {"a": 1}
        """,
        ranks=2,
        PATCH_WAIT="0.5",
    ).well()
    (sentence,) = done.complaints()
    assert sentence.startswith("libpatch: broadcast: rank 0 of 2 has waited 0.5 s"), sentence


@pytest.mark.parametrize("wait", ["2", "", "no number", "-1", "0"])
def test_nobody_says_anything_when_nobody_waits_long(wait):
    done = late(seconds=0.5, PATCH_WAIT=wait)
    assert done.said(r"rank (\d) is at 3.0") == ["0", "1"] and not done.complaints(), done


def test_by_default_three_seconds_are_not_long():
    done = late(seconds=3)
    assert done.said(r"rank (\d) is at 3.0") == ["0", "1"] and not done.complaints(), done


def test_by_default_ten_seconds_are_long():
    done = late(seconds=12)
    (sentence,) = done.complaints()
    assert "has waited 10 s" in sentence and done.said(r"rank (\d) is at 3.0") == ["0", "1"], done


def test_a_long_run_is_no_wait():
    """Time that all ranks spend in a run together."""
    done = job(
        """
        import time
        from patch import p
        p.ParallelCon(p.NetStim(), int(p.parallel.id()))
        handler = p.FInitializeHandler(lambda: p.CVode().event(1, lambda: time.sleep(2)))
        p.run(2)
        print("end", round(p.t, 3))
        """,
        ranks=2,
        PATCH_WAIT="0.5",
    ).well()
    assert done.said(r"end (\S+)") == ["2.0", "2.0"] and not done.complaints(), done


def test_a_rank_that_runs_alone_waits_for_nobody():
    done = job(
        """
        import time
        from patch import p
        section = p.Section()
        if p.parallel.id() == 0:
            for _ in range(3):
                p.run(1)
            print("rank 0 has run at", time.time(), flush=True)
        else:
            time.sleep(2)
            print("rank 1 begins at", time.time(), flush=True)
            p.run(1)
        """,
        ranks=2,
        PATCH_WAIT="0.5",
    ).well()
    (ran,) = done.said(r"has run at ([\d.]+)")
    (began,) = done.said(r"begins at ([\d.]+)")
    assert float(ran) < float(began), done


def test_in_hoc_too():
    done = job(
        """
        {nrn_load_dll("$(PATCH_LIBRARY)")}
        objref p, pc
        p = new Patch()
        p.join()
        pc = new ParallelContext()
        create s
        access s
        if (pc.id == 0) {
            p.ParallelCon(42)
        } else {
            system("sleep 2")
        }
        {p.run(1)}
        {pc.barrier()}
        """,
        "nrniv -mpi",
        ranks=2,
        PATCH_WAIT="0.5",
    ).well()
    (sentence,) = done.complaints()
    assert re.search(r"run: rank 0 of 2 has waited 0.5 s .*\bgids 42\b.* 1 section", sentence), sentence
