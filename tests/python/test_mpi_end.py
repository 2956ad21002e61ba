"""How a job ends: well where every rank has come to its end, at once and as a failure where one has not."""

import pytest
from jobs import HOC_HOSTS, HOC_PLACE, HOSTS, execute, job

NORMAL = {
    "python": "from patch import p\n",
    "python that imported mpi4py before": "from mpi4py import MPI\nfrom patch import p\n",
    "python that imported mpi4py after": "from patch import p\nfrom mpi4py import MPI\n",
    "nrniv -python": "from patch import p\n",
    "nrniv -mpi -python": "from patch import p\n",
}


@pytest.mark.parametrize("time", range(5))
def test_a_script_that_ends_normally_ends_the_job_with_status_0(time):
    done = job("from patch import p\np.parallel.barrier()\nprint('end', int(p.parallel.nhost()))", ranks=3).well()
    assert done.said("end (.)") == ["3", "3", "3"], done
    assert not done.complaints()


@pytest.mark.parametrize("way", NORMAL)
def test_each_way_to_end_normally_is_one(way):
    end = "import time\ntime.sleep(0.2 * p.parallel.id())\nprint('end', int(p.parallel.nhost()))"  # not all at once
    done = job(NORMAL[way] + end, way.split(" that")[0], ranks=3).well()
    assert done.said("end (.)") == ["3", "3", "3"], done


def test_a_script_that_never_asks_for_ranks_ends_normally():
    job("from patch import p\ns = p.Section()\np.run(1)", ranks=3).well()
    job("import patch", ranks=2).well()


@pytest.mark.parametrize("host", HOC_HOSTS)
def test_a_hoc_script_that_ends_normally_ends_the_job_with_status_0(host):
    done = job(HOC_PLACE + 'p.join()\n{pc.barrier()}\nprint "end"\n', host, ranks=3).well()
    assert done.said("end") == ["end"] * 3, done


AS_IT_IS = ""  # nothing in front of MPICH: whose status the launcher gives depends on how soon it can kill the ranks that wait
FAILURES = {
    "an exception": ("raise ValueError('this one')", 1, "ValueError: this one"),
    "sys.exit with a number": ("sys.exit(3)", 3, ""),
    "sys.exit with a word": ("sys.exit('this one')", 1, "this one"),
    "os._exit": ("os._exit(4)", 4, ""),
    "a kill": ("os.kill(os.getpid(), signal.SIGKILL)", 9, ""),
    "an interrupt": ("raise KeyboardInterrupt", 2, "KeyboardInterrupt"),
}
OTHERS_WAIT_IN = {
    "a barrier": "p.parallel.barrier()",
    "a broadcast": "p.parallel.broadcast(1, root=0)",
    "a run": "p.parallel.psolve(10)",
}


@pytest.mark.parametrize("rank", [0, 1])
@pytest.mark.parametrize("failure", FAILURES)
def test_a_rank_that_fails_ends_the_job_while_others_wait(failure, rank):
    statement, status, says = FAILURES[failure]
    done = fail(statement, rank, "a barrier").badly()
    assert done.status == status and says in done.err, done


@pytest.mark.parametrize("wait", OTHERS_WAIT_IN)
def test_a_rank_that_fails_ends_the_job_wherever_the_others_wait(wait):
    done = fail("raise ValueError('this one')", 1, wait).badly()
    assert "ValueError: this one" in done.err, done


def fail(statement, rank, wait, host="python"):
    program = f"""
    import os, signal, sys
    from patch import p
    assert p.parallel.nhost() == 2
    if p.parallel.id() == {rank}:
        {statement}
    {OTHERS_WAIT_IN[wait]}
    """
    return job(program, host, ranks=2, seconds=12, LD_PRELOAD=AS_IT_IS)


@pytest.mark.parametrize("host", HOC_HOSTS)
def test_a_mistake_on_one_rank_in_hoc_ends_the_job_with_our_sentence_first(host, tmp_path):
    (tmp_path / "program.hoc").write_text(HOC_PLACE + "create s\naccess s\nif (pc.id == 1) p.record(2)\n{pc.barrier()}\n")
    # a file for each rank: the launcher may lose what a rank says while it is aborted
    command = ("sh", "-c", 'exec "$@" 2>stderr.$PMI_RANK', "sh", *HOSTS[host][1], "program.hoc")
    execute(command, ranks=2, folder=tmp_path).badly()
    said = (tmp_path / "stderr.1").read_text()
    assert "record: x is 2, expected 0 to 1" in said.split("Abort(")[0], said


@pytest.mark.parametrize("rank", range(3))
def test_a_rank_that_is_killed_in_the_middle_of_a_run_ends_the_job(rank):
    done = job(
        f"""
        import os, signal
        from patch import p
        assert p.parallel.nhost() == 3
        stim = p.NetStim(start=1, interval=1, number=1e9)
        p.ParallelCon(stim, int(p.parallel.id()))
        cell = p.IntFire1()
        p.ParallelCon(int(p.parallel.id() + 1) % 3, cell)
        if p.parallel.id() == {rank}:
            handler = p.FInitializeHandler(lambda: p.CVode().event(20, lambda: os.kill(os.getpid(), signal.SIGKILL)))
        print("it runs", flush=True)
        p.run(1e7)
        print("it has come to the end")
        """,
        ranks=3,
        seconds=12,
        LD_PRELOAD=AS_IT_IS,
    ).badly()
    assert done.out.count("it runs") == 3 and "to the end" not in done.out, done
    assert done.status == 9, done


def test_a_rank_that_exits_in_a_run_ends_the_job():
    """It ended MPI in good order, and the others waited for ever."""
    done = job(
        """
        from patch import p
        assert p.parallel.nhost() == 2
        section = p.Section("s")
        p.ParallelCon(section, int(p.parallel.id()))
        def leave():
            if p.parallel.id() == 1:
                raise SystemExit(4)
        handler = p.FInitializeHandler(leave)
        p.run(1)
        print("it has come to the end")
        """,
        ranks=2,
        seconds=12,
    ).badly()
    assert "to the end" not in done.out and done.status == 4, done
