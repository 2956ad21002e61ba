"""MPI as it is met: every way to start ranks, or none, ends with the launcher's number of ranks or a sentence that says what to change."""

import re

import pytest
from jobs import FOREIGN, HOC_HOSTS, HOC_PLACE, LIBRARY, NRNIV, PYTHON_HOSTS, check_advice, execute, job

TWO_PLACES = [("0", "2"), ("1", "2")]

# ---- The launcher's number of ranks ----

BY_HAND = "import mpi4py\nmpi4py.rc.initialize = False\nfrom mpi4py import MPI\n"
MPI4PY = {
    "never": "from patch import p",
    "before patch": "from mpi4py import MPI\nfrom patch import p",
    "after patch": "from patch import p\nfrom mpi4py import MPI",
    "before neuron": "from mpi4py import MPI\nfrom neuron import h\nfrom patch import p",
    "between neuron and patch": "from neuron import h\nfrom mpi4py import MPI\nfrom patch import p",
    "after p.parallel": "from patch import p\np.parallel.barrier()\nfrom mpi4py import MPI",
    "after the load by name": f"from neuron import h\nh.nrn_load_dll('{LIBRARY}')\nfrom mpi4py import MPI\nfrom patch import p",
    "initialised by hand": f"{BY_HAND}MPI.Is_initialized() or MPI.Init()\nfrom patch import p",
}
SAY_PLACE = """
import sys
assert p.parallel is p.ParallelContext()
assert p.parallel.allreduce(p.parallel.id() + 1, 1) == 3
world = sys.modules.get("mpi4py.MPI")
assert not world or (world.COMM_WORLD.rank, world.COMM_WORLD.size) == (p.parallel.id(), 2), (world.COMM_WORLD.rank, world.COMM_WORLD.size)
sys.stdout.write(f"rank {int(p.parallel.id())} of {int(p.parallel.nhost())}\\n")
"""


@pytest.mark.parametrize("mpi4py", MPI4PY)
@pytest.mark.parametrize("host", PYTHON_HOSTS)
def test_each_rank_knows_its_place(host, mpi4py):
    done = job(MPI4PY[mpi4py] + SAY_PLACE, host, ranks=2).well()
    assert done.said(r"rank (\d) of (\d)") == TWO_PLACES, done
    assert not done.complaints()


@pytest.mark.parametrize(
    "variable", ["NEURON_INIT_MPI=0", "NEURON_INIT_MPI=1", "PATCH_DEFAULTS=neuron", "MPI_LIB_NRN_PATH=/nowhere/libmpi.so"]
)
def test_variables_of_the_environment_take_no_rank_away(variable):
    name, value = variable.split("=")
    done = job(MPI4PY["never"] + SAY_PLACE.replace("assert p.parallel is p.ParallelContext()", ""), ranks=2, **{name: value}).well()
    assert done.said(r"rank (\d) of (\d)") == TWO_PLACES, done


def test_stock_objects_have_the_ranks_too():
    done = job(
        """
        from neuron import h
        from patch import p
        pc = h.ParallelContext()
        print(f"rank {int(pc.id())} of {int(pc.nhost())}")
        """,
        ranks=2,
    ).well()
    assert done.said(r"rank (\d) of (\d)") == TWO_PLACES, done


@pytest.mark.parametrize("host", HOC_HOSTS)
def test_each_rank_of_a_hoc_script_knows_its_place(host):
    done = job(HOC_PLACE, host, ranks=2).well()
    assert done.said(r"rank (\d) of (\d), (\d)") == [("0", "2", "3"), ("1", "2", "3")], done


def test_each_rank_knows_its_place_by_the_script_in_front_of_nrniv(tmp_path):
    """It sets more of the environment than the other tests do, and replaces itself by nrniv."""
    (tmp_path / "program.py").write_text(MPI4PY["after patch"] + SAY_PLACE)
    done = execute(("nrniv", *NRNIV[1:], "-mpi", "-python", "program.py"), ranks=2, folder=tmp_path).well()
    assert done.said(r"rank (\d) of (\d)") == TWO_PLACES and not done.complaints(), done


# ---- Nothing of MPI without a launcher ----

USE = """
import ctypes
from neuron import h

libraries = {line.split()[-1] for line in open("/proc/self/maps") if "libmpi" in line}
def started():
    flags = {}
    for library in libraries:
        flag = ctypes.c_int(-1)
        ctypes.CDLL(library).MPI_Initialized(ctypes.byref(flag))
        flags[library] = flag.value
    return flags

before = started()
section = p.Section()
p.run(1)
p.parallel.barrier()
p.parallel.broadcast({"a": p.Vector([1])})
p.parallel.allgather(1)
p.ParallelCon(section, 1)
p.ParallelCon(1, section.synapse(p.ExpSyn))
p.run(1)
p.check()
assert not any(before.values()) and not any(started().values()), (before, started())
assert h.ParallelContext().nhost() == 1 and p.parallel.nhost() == 1 and p.parallel.id() == 0
print("nothing of MPI,", len(libraries), "libraries")
"""


@pytest.mark.parametrize("host", [host for host in PYTHON_HOSTS if "-mpi" not in host])
def test_without_a_launcher_nothing_of_mpi_starts(host):
    done = job("from patch import p" + USE, host).well()
    assert "nothing of MPI" in done.out and "numprocs" not in done.out + done.err, done


def test_the_question_whether_mpi_has_started_can_be_answered_with_yes():
    done = job("from neuron import h\nh.nrnmpi_init()\nfrom patch import p" + USE)
    assert done.status == 1 and "AssertionError: ({'/" in done.err, done


@pytest.mark.parametrize(
    "order", ["from neuron import h\nh.nrnmpi_init()\nfrom patch import p\n", "from patch import p\np.nrnmpi_init()\n"]
)
def test_without_a_launcher_a_script_that_starts_mpi_itself_runs(order):
    done = job(
        order + "p.ParallelCon(p.NetStim(), 1)\np.ParallelCon(1, p.IntFire1())\np.run(1)\nprint(p.parallel.nhost(), 'rank')\n"
    ).well()
    assert "1 rank" in done.out, done


def test_without_a_launcher_an_imported_mpi4py_stays_as_it_is():
    done = job(
        "import mpi4py\nmpi4py.rc.initialize = False\nfrom mpi4py import MPI\nfrom patch import p"
        + USE
        + "assert not MPI.Is_initialized()\n"
    )
    assert "nothing of MPI, 1 libraries" in done.well().out, done
    done = job("from mpi4py import MPI\nfrom patch import p\nprint(p.parallel.nhost(), MPI.COMM_WORLD.size)").well()
    assert done.out.splitlines()[-1].split() == ["1", "1"], done


@pytest.mark.parametrize("host", [host for host in HOC_HOSTS if "-mpi" not in host])
def test_without_a_launcher_a_hoc_script_starts_nothing_of_mpi(host):
    done = job(HOC_PLACE + "p.join()\nprint p.doctor()\n", host).well()
    assert done.said(r"rank (\d) of (\d)") == [("0", "1")] and "numprocs" not in done.out + done.err, done
    assert re.search(r"launcher +none\n", done.out), done


# ---- Processes that a rank starts ----

CHILDREN = {
    "subprocess": "subprocess.run([sys.executable, '-c', child], timeout=10, check=True)",
    "subprocess with its files": "subprocess.run([sys.executable, '-c', child], timeout=10, check=True, close_fds=False)",
    "os.system": "assert os.system(f'timeout 10 {sys.executable} -c \"{child}\"') == 0",
    "HOC's system": "assert p.system(f'timeout 10 {sys.executable} -c \"{child}\"') == 0",
}


def check_children(before, after):
    program = f"""
    import os, subprocess, sys
    child = "from patch import p; print('child', int(p.parallel.id()), 'of', int(p.parallel.nhost()), flush=True)"
    {before}
    from patch import p
    {after}
    sys.stdout.write(f"parent {{int(p.parallel.allreduce(1, 1))}}\\n")
    """
    done = job(program, ranks=2).well()
    assert done.said(r"child (\d) of (\d)") == [("0", "1"), ("0", "1")], done
    assert done.said(r"parent (\d)") == ["2", "2"], done


@pytest.mark.parametrize("way", CHILDREN)
def test_a_process_that_a_rank_starts_is_one_of_its_own(way):
    check_children("", CHILDREN[way])


def test_a_process_started_before_p_is_one_of_its_own():
    check_children(CHILDREN["subprocess"], "")


def test_a_nrniv_that_a_rank_starts_is_one_of_its_own(tmp_path):
    (tmp_path / "child.hoc").write_text(HOC_PLACE)
    done = job(
        f"""
        import subprocess
        from patch import p
        subprocess.run(["nrniv", "-nobanner", "-nogui", "{tmp_path}/child.hoc"], timeout=10, check=True, stdin=subprocess.DEVNULL)
        print("parent", p.parallel.allreduce(1, 1))
        """,
        ranks=2,
    ).well()
    assert done.said(r"rank (\d) of (\d)") == [("0", "1"), ("0", "1")], done


# ---- A launcher that NEURON's MPI does not belong to ----


@pytest.mark.parametrize("host", ["python", "nrniv -python"])
@pytest.mark.parametrize("launcher", FOREIGN)
def test_a_launcher_of_another_mpi_is_said_at_the_import_and_refused_at_each_use(launcher, host):
    done = job(
        """
        import patch
        from patch import p
        from patch.exceptions import ParallelError
        section = p.Section()
        con = lambda: p.ParallelCon(section, 1)
        for use in (lambda: p.parallel, lambda: p.parallel, p.ParallelContext, con, lambda: patch.ParallelCon(section, 1)):
            try:
                use()
            except ParallelError as error:
                print("refused", error)
        p.run(1)
        print("sections run as ever", round(p.t, 3))
        """,
        host,
        **FOREIGN[launcher],
    ).well()
    refused = re.findall("refused .*", done.out)
    assert len(refused) == 5 and "as ever 1.0" in done.out, done
    for sentence in refused + done.complaints():
        check_advice(sentence, launcher)
    assert len(done.complaints()) == 1, done


@pytest.mark.parametrize("call", ["{p.join()}", "{p.psolve(1)}", "create s\naccess s\n{p.ParallelCon(3)}", "x = 1\n{p.broadcast(&x)}"])
def test_a_launcher_of_another_mpi_ends_a_hoc_script_with_the_sentence(call):
    done = job(HOC_PLACE + call + "\n", "nrniv", **FOREIGN["mpiexec of Open MPI"]).badly()
    sentence = next(line for line in done.err.splitlines() if "Open MPI" in line)
    check_advice(sentence, "mpiexec of Open MPI")


def test_no_process_of_hoc_is_left_thinking_that_it_is_alone():
    done = job(HOC_PLACE, "nrniv", **FOREIGN["mpiexec of Open MPI"])
    sentences = [line for line in (done.out + done.err).splitlines() if "Open MPI" in line]
    assert sentences, done
    check_advice(sentences[0], "mpiexec of Open MPI")
