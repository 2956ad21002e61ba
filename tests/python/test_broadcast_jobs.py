"""broadcast in jobs of their own: HOC scripts on ranks, pieces of a large transfer, memory that is short, mistakes that end a job."""

import re
import subprocess
import textwrap
from pathlib import Path

import pytest
from jobs import GIVE_WAY, HOC_PLACE, HOSTS, NRNIV, execute, job

HOC = Path(__file__).parent.parent / "hoc"
GIB = 1 << 30


# ---- HOC scripts -------------------------------------------------------------------------------------------------------------------


def hoc_job(name, ranks, *options, **how):
    """Runs tests/hoc/jobs/name on ranks: every claim of it holds on each."""
    command = (*NRNIV, "-mpi", *options, "-c", f"ranks_wanted = {ranks}", HOC / "jobs" / name)
    done = execute(command, ranks=ranks, seconds=60, HOC_LIBRARY_PATH=str(HOC), **how)
    assert "wrong" not in done.out and "hoc_run1: caught exception" not in done.err, done
    assert done.well().out.count("passed") == ranks, done


@pytest.mark.parametrize("ranks", [1, 2, 3, 4])
@pytest.mark.parametrize("script", ["broadcast.hoc", "broadcast_refusals.hoc"])
def test_in_hoc_without_python(script, ranks):
    hoc_job(script, ranks, "-nopython")


@pytest.mark.parametrize("script", ["broadcast.hoc", "broadcast_refusals.hoc"])
def test_in_hoc_with_python(script):
    hoc_job(script, 2)


def test_in_hoc_in_pieces():
    hoc_job("broadcast.hoc", 2, "-nopython", PATCH_CHUNK="1000")


def ends_with(sentence, program, host, ranks, tmp_path):
    """The job ends soon and as a failure, and in what a rank itself has written the sentence stands before MPI's own words."""
    (tmp_path / "program.hoc").write_text(HOC_PLACE + textwrap.dedent(program))
    # a file for each rank: the launcher may lose what a rank says while it is aborted
    command = ("sh", "-c", 'exec "$@" 2>stderr.$PMI_RANK', "sh", *HOSTS[host][1], "program.hoc")
    done = execute(command, ranks=ranks, folder=tmp_path).badly()
    assert "the end" not in done.out, done
    said = [file.read_text() for file in tmp_path.glob("stderr.*")]
    assert len(said) == ranks and any(sentence in text for text in said), said
    for text in said:
        assert sentence in text.split("Abort(")[0] or "Abort(" not in text, said


@pytest.mark.parametrize("host", ["nrniv -mpi -nopython", "nrniv -mpi"])
@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("soma p.record(2)", "record: x is 2, expected 0 to 1 (soma)"),
        ("soma p.connect_points(p)", "connect_points: target is Patch[0], expected a point process, an artificial cell or None"),
        ("p.run(-1)", "run: duration is -1, expected at least 0 ms"),
    ],
)
@pytest.mark.parametrize("wrong", [0, 1])
def test_a_mistake_of_one_rank_ends_the_job_with_our_sentence(wrong, statement, sentence, host, tmp_path):
    program = f"""
    create soma
    if (pc.id == {wrong}) {{ {statement} }}
    {{pc.barrier()}}
    print "the end"
    quit()
    """
    ends_with(sentence, program, host, 2, tmp_path)


@pytest.mark.parametrize("ranks", [2, 3])
@pytest.mark.parametrize(
    ("wrong", "right", "sentence"),
    [
        ("p.broadcast(3)", "p.broadcast(&x)", "broadcast: rank 1: data is a number that cannot be changed, expected &x, a strdef"),
        ("p.broadcast(&x, 7)", "p.broadcast(&x)", "broadcast: rank 1: root is 7, expected a rank from 0 to "),
        ("p.broadcast(p)", "p.broadcast(&x)", "broadcast: rank 1: data is Patch[0], expected &x, a strdef"),
        ("p.broadcast()", "p.broadcast(&x)", "broadcast: rank 1: data is missing"),
        ("p.broadcast(new Vector())", "p.broadcast(&x)", "broadcast: data is a number on rank 0 and a Vector on rank 1, expected the same"),
    ],
)
def test_a_mistake_in_a_broadcast_ends_the_job_with_our_sentence(wrong, right, sentence, ranks, tmp_path):
    program = f"""
    x = pc.id
    if (pc.id == 1) {{ {wrong} }} else {{ {right} }}
    {{pc.barrier()}}
    print "the end"
    quit()
    """
    ends_with(sentence, program, "nrniv -mpi -nopython", ranks, tmp_path)


# ---- Pieces ------------------------------------------------------------------------------------------------------------------------

# In front of MPI: how many bytes each of its broadcasts has. MPICH's handles are integers.
WITNESS = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
int MPI_Bcast(void* data, int count, int type, int root, int world) {
    int (*next)(void*, int, int, int, int) = (int (*)(void*, int, int, int, int))dlsym(RTLD_DEFAULT, "PMPI_Bcast");
    int (*type_size)(int, int*) = (int (*)(int, int*))dlsym(RTLD_DEFAULT, "PMPI_Type_size");
    int size = 0;
    type_size(type, &size);
    FILE* const file = fopen(getenv("WITNESS_FILE"), "a");
    fprintf(file, "%lld\\n", (long long)count * size);
    fclose(file);
    return next(data, count, type, root, world);
}
"""


@pytest.fixture(scope="module")
def witness(tmp_path_factory):
    """A library that writes down what MPI is asked to broadcast."""
    folder = tmp_path_factory.mktemp("witness")
    (folder / "witness.c").write_text(WITNESS)
    subprocess.run(["cc", "-shared", "-fPIC", "-o", folder / "witness.so", folder / "witness.c", "-ldl"], check=True)
    return folder / "witness.so"


def witnessed(witness, tmp_path, program, **how):
    """Runs a program on ranks; gives how it ended and the sizes of all broadcasts of all ranks."""
    file = tmp_path / "sizes"
    done = job(program, LD_PRELOAD=f"{GIVE_WAY} {witness}", WITNESS_FILE=str(file), **how).well()
    return done, [int(line) for line in file.read_text().split()]


PIECES = """
import pickle
import numpy as np
from neuron import h
from patch import p

rank, ranks = int(p.parallel.id()), int(p.parallel.nhost())
assert ranks == {ranks}
near, far = [0, 1, 999, 1000, 1001, 1999, 2000, 2001], [65535, 65536, 65537, 66000, 131072, 132001]
near_vectors, far_vectors = [0, 1, 124, 125, 126, 249, 250, 251], [8191, 8192, 8250, 16501]

def bits(size, root):
    return np.random.default_rng([size, root]).integers(0, 256, size, np.uint8)

for root in range(ranks):
    last = root == ranks - 1  # the many pieces take long: from one root
    for size in near + far * last:
        array, text = p.parallel.broadcast([bits(size, root), "x" * size] if rank == root else None, root)
        assert array.tobytes() == bits(size, root).tobytes() and text == "x" * size, (size, root)
    for size in near_vectors + far_vectors * last:
        vector = h.Vector(size if rank == root else 7)
        vector.indgen(rank + 0.1)
        inside = p.parallel.broadcast([vector] if rank == root else None, root)[0]
        p.parallel.broadcast(vector, root)
        assert len(vector) == size and list(vector) == list(inside) == list(h.Vector(size).indgen(root + 0.1)), (size, root)
data = {{i: (str(i), float(i)) for i in range(8000)}}
assert len(pickle.dumps(data, 5)) > 100_000
assert p.parallel.broadcast(data if rank == ranks - 1 else None, ranks - 1) == data
got = p.parallel.allgather([bits(66_000 + rank, rank), bits(2_000 + rank, rank), "x" * (1_000 + rank)])
assert [len(each[2]) for each in got] == [1_000 + i for i in range(ranks)]
for i, (large, small, text) in enumerate(got):
    assert large.tobytes() == bits(66_000 + i, i).tobytes() and small.tobytes() == bits(2_000 + i, i).tobytes()
try:
    p.parallel.broadcast([bits(100_000, 0), lambda: 0])
except Exception as error:
    assert type(error).__name__ == "BroadcastError"
assert p.parallel.broadcast(rank) == 0
print("end of", rank)
"""


@pytest.mark.parametrize("ranks", [2, 3])
def test_in_pieces_all_arrives(ranks, witness, tmp_path):
    done, sizes = witnessed(witness, tmp_path, PIECES.format(ranks=ranks), ranks=ranks, seconds=100, PATCH_CHUNK="1000")
    assert done.said(r"end of (\d)") == [str(rank) for rank in range(ranks)], done
    assert max(sizes) == 1000 and sizes.count(1000) > 1000


def test_without_the_setting_these_sizes_are_one_piece_each(witness, tmp_path):
    done, sizes = witnessed(witness, tmp_path, PIECES.format(ranks=2), ranks=2, seconds=60)
    assert done.said(r"end of (\d)") == ["0", "1"], done
    assert max(sizes) > 100_000 and sizes.count(132_001) == 2  # on two ranks


LARGE = """
import numpy as np
from patch import p

rank = int(p.parallel.id())
assert int(p.parallel.nhost()) == 2
count, block = 5 * 2**26, 2**24  # 2.5 GiB of 8 bytes each
mine = np.arange(count) if rank == 1 else None
got = p.parallel.broadcast(mine, 1)
assert got.nbytes == 5 * 2**29 and got.flags.writeable
assert (got is mine) == (rank == 1)
for first in range(0, count if rank == 0 else 0, block):
    assert np.array_equal(got[first : first + block], np.arange(first, first + block)), first
assert p.parallel.broadcast(rank) == 0
print("end of", rank)
"""


def free_memory():
    text = Path("/proc/meminfo").read_text()
    return int(re.search(r"MemAvailable: +(\d+) kB", text)[1]) * 1024


def test_more_than_2_GiB_arrive_in_pieces_of_at_most_1_GiB(witness, tmp_path):
    if free_memory() < 9 * GIB:
        pytest.skip(f"{free_memory() / GIB:.1f} GiB of memory are free, 2.5 GiB on each of two ranks take 9")
    done, sizes = witnessed(witness, tmp_path, LARGE, ranks=2, seconds=120)
    assert done.said(r"end of (\d)") == ["0", "1"], done
    assert sorted(sizes)[-6:] == [GIB // 2] * 2 + [GIB] * 4, sizes  # of two ranks


# ---- Memory ------------------------------------------------------------------------------------------------------------------------

PEAKS = """
import resource
import numpy as np
from neuron import h
from patch import p

MIB = 1 << 20
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MIB

rank = int(p.parallel.id())
make = {{
    "an array": lambda: np.ones(200 * MIB // 8),
    "arrays in containers": lambda: {{"a": [np.ones(100 * MIB // 8)], "b": (np.ones(100 * MIB // 8),)}},
    "a Vector in a container": lambda: [h.Vector(200 * MIB // 8, 1)],
}}["{kind}"]
p.parallel.broadcast(np.ones(MIB // 8) if rank == 0 else None)
data = make() if rank == 0 else None
before = peak()
got = p.parallel.broadcast(data)
print("rank", rank, "grew by", peak() - before)
"""


@pytest.mark.parametrize(("kind", "receiver"), [("an array", 1), ("arrays in containers", 1), ("a Vector in a container", 2)])
def test_the_root_makes_no_copy_of_what_is_large(kind, receiver):
    done = job(PEAKS.format(kind=kind), ranks=2).well()
    grown = dict(done.said(r"rank (\d) grew by (\S+)"))
    assert float(grown["0"]) < 40, grown
    assert 180 < float(grown["1"]) < receiver * 200 + 40, grown


SHORT = """
import resource
import numpy as np
from neuron import h
from patch import p
from patch.exceptions import BroadcastError

rank, ranks, victim, root = int(p.parallel.id()), int(p.parallel.nhost()), {victim}, {root}
data = {{
    "an array": lambda: np.zeros(800_000_000, np.uint8) if rank == root else None,
    "bytes": lambda: bytes(800_000_000) if rank == root else None,
    "a Vector": lambda: h.Vector(100_000_000 if rank == root else 3),
    "a Vector in a list": lambda: [h.Vector(100_000_000)] if rank == root else None,
}}["{kind}"]()
p.parallel.barrier()
if rank == victim:
    used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + 300_000_000, -1))
for call in (lambda: p.parallel.broadcast(data, root), lambda: p.parallel.allgather(data)):
    try:
        call()
        print("broadcast:", rank, "returned")
    except BroadcastError as error:
        print("broadcast:", rank, error)
    assert p.parallel.broadcast(("next", rank), 1) == ("next", 1)
    if "{kind}" == "a Vector":
        assert len(data) == (100_000_000 if rank == root else 3)
        break
print("end of", rank)
"""


@pytest.mark.parametrize(
    ("kind", "victim", "root"),
    [
        ("an array", 1, 0),
        ("an array", 0, 1),
        ("bytes", 1, 0),
        ("bytes", 0, 0),
        ("bytes", 1, 1),
        ("a Vector", 1, 0),
        ("a Vector", 0, 1),
        ("a Vector in a list", 1, 0),
    ],
)
def test_memory_that_is_short_on_one_rank_is_an_error_on_all(kind, victim, root):
    done = job(SHORT.format(kind=kind, victim=victim, root=root), ranks=2, seconds=60).well()
    assert done.said(r"end of (\d)") == ["0", "1"], done
    said = done.said(r"broadcast: (\d) (\w+: rank \d: [^\n]*memory[^\n]*|\w+: rank \d: MemoryError[^\n]*)")
    calls = 1 if kind == "a Vector" else 2
    assert len(said) == 2 * calls, done
    assert {text for rank, text in said if rank == "0"} == {text for rank, text in said if rank == "1"}, done
    assert all(text.split(": ")[1] == f"rank {victim}" for _, text in said), done
