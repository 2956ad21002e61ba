# ranks: 1 2 3 4
"""broadcast and allgather: anything that pickles from any rank to all, and what goes wrong on one rank is the same error on all of them."""

import contextlib
import dataclasses
import datetime
import decimal
import enum
import gc
import hashlib
import math
import os
import pickle
import struct
import sys
import traceback
import types
import weakref

import numpy as np
import pytest
from neuron import h, hoc
from patch import p
from patch.exceptions import BroadcastError, ParallelError

assert int(p.parallel.nhost()) == int(os.environ["PATCH_RANKS"]), "a job of singletons ends here"
stock = h.ParallelContext()
RANK, RANKS = int(stock.id()), int(stock.nhost())
EACH_RANK = range(RANKS)
EACH_OTHER = [(root, other) for root in EACH_RANK for other in EACH_RANK if other != root]

two_ranks = pytest.mark.skipif(RANKS < 2, reason="takes a rank that is not the root")
LARGE = 20_000  # numbers of 8 bytes: more than the 64 KiB from which arrays travel outside the pickle


# ---- What is the same on every rank ------------------------------------------------------------------------------------------------


def everywhere(value):
    """Each rank's value, on every rank, by plain NEURON."""
    return stock.py_allgather(value)


@contextlib.contextmanager
def on_every_rank():
    """What fails on one rank fails on all: none is left alone in the next test. No collective call may be inside."""
    said = ""
    try:
        yield
    except Exception:
        said = traceback.format_exc()
    wrong = [f"rank {rank}:\n{text}" for rank, text in enumerate(everywhere(said)) if text]
    if wrong:
        pytest.fail("\n".join(wrong), pytrace=False)


def plain(value):
    """What a value is, to the last bit, in a form that == compares."""
    kind = type(value)
    if isinstance(value, np.ndarray):
        if value.dtype == np.longdouble:  # some of its bytes mean nothing
            high = value.astype(float)
            return kind, value.dtype, plain(high), plain((value - high).astype(float))
        return kind, value.dtype, value.shape, plain(value.tolist()) if value.dtype.hasobject else value.tobytes()
    if isinstance(value, np.generic):
        return kind, value.dtype, value.tobytes()
    if kind is hoc.Vector:
        return kind, struct.pack(f"{len(value)}d", *value)
    if kind is hoc.Matrix:
        return kind, value.nrow(), value.ncol(), plain(value.to_vector())
    if kind in (list, tuple):
        return kind, [plain(item) for item in value]
    if kind is dict:
        return kind, [(plain(key), plain(item)) for key, item in value.items()]
    if kind in (float, complex):
        return kind, struct.pack("2d", value.real, value.imag)
    if kind.__module__ == __name__ and hasattr(value, "__dict__") and not isinstance(value, (type, enum.Enum)):
        return kind, plain(vars(value))
    return kind, value


def broadcast(data, root):
    """The broadcast of what only the root has."""
    return p.parallel.broadcast(data if root == RANK else None, root)


def outcome(call):
    """How a call ends on this rank: the class and the sentence of its exception, or what it returns."""
    try:
        return "returned", repr(call())
    except BaseException as error:
        return type(error).__name__, str(error), getattr(error, "function", None), getattr(error, "place", None)


def failure(call, kind=BroadcastError):
    """The sentence of a call that fails: the same exception on every rank, and the next call works."""
    end = outcome(call)
    root = len(end[1]) % RANKS
    after = h.Vector([RANK, 0.1])
    ends, seen = zip(*everywhere((shortened(end), outcome(lambda: list(p.parallel.broadcast(after, root))))))
    assert ends == (ends[0],) * RANKS
    assert end[0] == kind.__name__
    assert seen == (("returned", f"[{root}.0, 0.1]"),) * RANKS
    return end[1]


def shortened(end):
    """An outcome, its text by a sum if it is long."""
    return end if len(end[1]) < 1000 else (end[0], end[1][:100], hashlib.sha256(end[1].encode()).hexdigest(), *end[2:])


def named(some, ranks=RANKS):
    """How a sentence names ranks: a single rank needs no number."""
    some = [str(rank) for rank in some]
    if ranks == 1:
        return ""
    return f"rank {some[0]}: " if len(some) == 1 else f"ranks {', '.join(some[:-1])} and {some[-1]}: "


def said_by(rank, cause, function="broadcast"):
    return f"{function}: {named([rank])}{cause}"


def roots_of(ranks):
    return "0, the only rank" if ranks == 1 else f"a rank from 0 to {ranks - 1}"


def in_turn(names, on_each_rank=()):
    """Each name with one rank, the ranks in turn, and some with every rank: ranks that share a core take long."""
    pairs = [(name, i % RANKS) for i, name in enumerate(names)]
    return pairs + [(name, rank) for name in on_each_rank for rank in EACH_RANK if (name, rank) not in pairs]


# ---- The data ----------------------------------------------------------------------------------------------------------------------
# A function of a number: each root has data of its own, and every rank can make it to compare.


class Plain:
    def __init__(self, number):
        self.number, self.deep = number, {"array": np.arange(number + 3.0), "vector": h.Vector([number, -number])}


@dataclasses.dataclass
class Row:
    name: str
    numbers: np.ndarray


class Slotted:
    __slots__ = ("number",)

    def __init__(self, number):
        self.number = number

    def __eq__(self, other):
        return self.number == other.number


class Stateful:
    """What it says of itself is made anew each time, and held by nobody else."""

    def __init__(self, number, size):
        self.number, self.size = number, size

    def __getstate__(self):
        return {
            "number": self.number,
            "size": self.size,
            "vector": h.Vector(self.size, self.number + 0.5),
            "array": np.full(self.size, self.number + 0.25),
        }

    @classmethod
    def arrived(cls, number, size):
        value = cls(number, size)
        vars(value).update(value.__getstate__())
        return value


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


class MyVector(hoc.Vector):
    pass


def matrix(rows, columns, first=0.0, *kind):
    made = h.Matrix(rows, columns, *kind)
    for i in range(rows):
        for j in range(columns):
            made.setval(i, j, first + 0.1 * i + 7 * j)
    return made


def nested(depth, inside):
    for level in range(depth):
        inside = ([inside], {level: (inside,)}) if level % 10 == 0 else [inside]
    return inside


THINGS = {
    "None": lambda n: None,
    "a boolean": lambda n: n % 2 == 0,
    "an integer": lambda n: n,
    "a big integer": lambda n: -(3**400) - n,
    "a float": lambda n: 0.1 + n,
    "a float that is none": lambda n: math.nan,
    "a negative zero": lambda n: -0.0,
    "a complex number": lambda n: complex(-0.0, n + 0.1),
    "a text": lambda n: f"rank {n}",
    "a text of all planes": lambda n: "a\0é\u20ac\U0001f600" * (n + 1),
    "an empty text": lambda n: "",
    "bytes": lambda n: bytes(range(256)) * (n + 1),
    "no bytes": lambda n: b"",
    "long bytes": lambda n: bytes([n]) * 200_000,
    "a bytearray": lambda n: bytearray(b"\0\1\2") * (n + 1),
    "a long bytearray": lambda n: bytearray([n]) * 200_000,
    "a list": lambda n: [n, [n], []],
    "a tuple": lambda n: (n, (), (n,)),
    "a dict": lambda n: {"b": n, 2: [n], None: {}, (1, n): "key"},
    "a set": lambda n: {n, n + 1, "x"},
    "a frozen set": lambda n: frozenset([n, n + 1]),
    "a range": lambda n: range(n, n + 10, 2),
    "deep containers": lambda n: nested(50, n),
    "many small objects": lambda n: {f"cell {i}": (i, [float(i), None], {"tau": n}) for i in range(3000)},
    "a function by its name": lambda n: math.hypot if n % 2 else nested,
    "a class by its name": lambda n: Plain,
    "a date": lambda n: datetime.datetime(2020, 1, 1 + n, tzinfo=datetime.timezone.utc),
    "a decimal": lambda n: decimal.Decimal("0.1") + n,
    "an enumerator": lambda n: Colour(1 + n % 2),
    "an instance": Plain,
    "an instance of a dataclass": lambda n: Row("a", np.arange(n + 1)),
    "an instance with slots": Slotted,
}
NUMPY = {
    "a float64": lambda n: np.float64(n + 0.1),
    "a float32": lambda n: np.float32(n + 0.1),
    "an int8": lambda n: np.int8(n),
    "a uint64": lambda n: np.uint64(2**64 - 1 - n),
    "a bool_": lambda n: np.bool_(n % 2),
    "a complex64": lambda n: np.complex64(n + 1j),
    "a str_": lambda n: np.str_(f"rank {n}"),
    "a datetime64": lambda n: np.datetime64("2020-01-01") + n,
    "a dtype": lambda n: np.dtype([("x", "<f8"), ("n", ">i4", n + 1)]),
    "an array of no dimension": lambda n: np.array(n + 0.1),
    "an array of two empty dimensions": lambda n: np.zeros((0, n + 3)),
    "bits of any pattern": lambda n: np.frombuffer(np.random.default_rng(n).bytes(8 * LARGE), "<f8").copy(),
    "a large array of many dimensions": lambda n: np.arange(2.0 * 3 * LARGE).reshape(2, LARGE, 1, 3) + n,
    "every other number": lambda n: (np.arange(100.0) + n)[::2],
    "every other number of many": lambda n: (np.arange(2.0 * LARGE) + n)[::2],
    "the numbers backwards": lambda n: (np.arange(1.0 * LARGE) + n)[::-1],
    "a part of a table": lambda n: (np.arange(4.0 * LARGE).reshape(4, -1) + n)[1:3, 5:-5],
    "one number seen many times": lambda n: np.broadcast_to(np.float64(n), (LARGE,)),
    "in Fortran's order": lambda n: np.asfortranarray(np.arange(12.0).reshape(3, 4) + n),
    "many in Fortran's order": lambda n: np.asfortranarray(np.arange(3.0 * LARGE).reshape(3, -1) + n),
    "a transposed table": lambda n: (np.arange(3.0 * LARGE).reshape(3, -1) + n).T,
    "rows with names": lambda n: np.array([(1 + n, 2.5, b"x"), (3, 4.5, b"yz")], [("a", "<i4"), ("b", "<f8"), ("c", "S3")]),
    "many rows with names": lambda n: np.array([(n, np.full((2, 2), n))] * 5_000, [("a", ">i2"), ("b", "<f8", (2, 2))]),
    "rows of objects": lambda n: np.array([(n, "x"), (3, None)], [("a", "<i4"), ("b", "O")]),
    "objects": lambda n: np.array([n, "x", None, [n]], object),
    "a record array": lambda n: np.rec.array([(n, 2.0)], dtype=[("a", "<i4"), ("b", "<f8")]),
    "read-only": lambda n: read_only(np.arange(5.0) + n),
    "many, read-only": lambda n: read_only(np.arange(1.0 * LARGE) + n),
    "an array in an array's list": lambda n: [np.arange(n + 1), {"x": (np.arange(1.0 * LARGE), n)}],
}
DTYPES = ["?", "i1", "u2", "<i4", ">i4", "u8", "f2", "f4", "<f8", ">f8", "g", "c8", "c16", "S7", "U3", "V5", "M8[s]", "m8[us]"]
VECTORS = {
    "a Vector in a list": lambda n: [h.Vector([n, 0.1, -0.0])],
    "one of p's in a list": lambda n: [p.Vector([n, 0.1])],
    "an empty Vector in a tuple": lambda n: (h.Vector(),),
    "a large Vector in a dict": lambda n: {"v": h.Vector(LARGE + n).indgen(0.1)},
    "many Vectors": lambda n: [h.Vector(i).indgen(n + 0.1) for i in range(40)],
    "a Matrix": lambda n: matrix(2, 3, n),
    "a Matrix in a list": lambda n: [matrix(3, 1, n), matrix(1, 4, -n)],
    "an empty Matrix in a list": lambda n: [h.Matrix()],
    "a large Matrix in a list": lambda n: [matrix(150, 100, n)],
    "a sparse Matrix in a list": lambda n: [matrix(5, 4, n, 2)],
    "all of them in one": lambda n: {"a": [h.Vector([n]), np.arange(1.0 * LARGE)], "b": (matrix(2, 2, n), h.Vector(LARGE, n))},
}


def read_only(array):
    array.flags.writeable = False
    return array


def filled(dtype, size, first):
    return (np.arange(first, first + size) % 1000).astype(dtype)


ARRAYS = {
    f"{size} numbers of {dtype}": lambda n, dtype=dtype, size=size: filled(dtype, size + n * (size > 0), 1 + n)
    for dtype in DTYPES
    for size in (0, 5, 70_000)
}
GROUPS = {"things": THINGS, "numpy": NUMPY, "arrays": ARRAYS, "Vectors": VECTORS}
DATA = THINGS | NUMPY | ARRAYS | VECTORS


def made(group, n):
    return {name: make(n) for name, make in group.items()}


def different(got, expected):
    """The names of what is not as expected."""
    return [name for name in expected if plain(got[name]) != plain(expected[name])]


def arrays_in(value):
    """The arrays of a value, or in it."""
    if isinstance(value, np.ndarray):
        return [value]
    inside = value.values() if isinstance(value, dict) else value if isinstance(value, (list, tuple)) else ()
    return [array for item in inside for array in arrays_in(item)]


# ---- What arrives ------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("group", GROUPS)
def test_every_rank_gets_the_data_of_every_root_and_the_root_keeps_its_own(group):
    wrong = []
    for root in EACH_RANK:
        mine = made(GROUPS[group], root) if root == RANK else "not the root's"
        got = p.parallel.broadcast(mine, root)
        wrong += different(got, made(GROUPS[group], root)) + ["identity"] * ((got is mine) != (root == RANK))
    with on_every_rank():
        assert wrong == []


@pytest.mark.parametrize("group", GROUPS)
def test_data_need_no_container(group):
    wrong = []
    names = list(GROUPS[group])[:: 4 if group == "arrays" else 1]
    for name, root in in_turn(names):
        mine = DATA[name](root) if root == RANK else "not the root's"
        got = p.parallel.broadcast(mine, root)
        wrong += [name] * (plain(got) != plain(DATA[name](root)) or (root == RANK and got is not mine))
    with on_every_rank():
        assert wrong == []


@pytest.mark.parametrize("group", GROUPS)
def test_allgather_gives_every_rank_a_list_of_the_data_of_all(group):
    mine = made(GROUPS[group], RANK)
    got = p.parallel.allgather(mine)
    with on_every_rank():
        assert type(got) is list and len(got) == RANKS
        assert [different(got[rank], made(GROUPS[group], rank)) for rank in EACH_RANK] == [[]] * RANKS
        assert got[RANK] is mine


def test_what_is_gathered_needs_no_container():
    wrong = []
    for name in ("None", "an integer", "a text", "long bytes", "no bytes", "an instance", "every other number of many"):
        mine = DATA[name](RANK)
        got = p.parallel.allgather(data=mine)
        wrong += [name] * (got[RANK] is not mine or [plain(each) for each in got] != [plain(DATA[name](rank)) for rank in EACH_RANK])
    with on_every_rank():
        assert wrong == []


def test_each_rank_may_bring_another_kind_to_allgather():
    kinds = [lambda: h.Vector([1, 2]), lambda: np.arange(1.0 * LARGE), lambda: None, lambda: {"x": b"y" * 100_000}]
    got = p.parallel.allgather(kinds[RANK]())
    with on_every_rank():
        assert [plain(each) for each in got] == [plain(kind()) for kind in kinds[:RANKS]]


@pytest.mark.parametrize("group", ["numpy", "arrays"])
def test_received_arrays_are_writable_where_the_roots_are(group):
    wrong = []
    for root in EACH_RANK:
        like = made(GROUPS[group], root)
        got = broadcast(like, root)
        for name in like:
            for array, sent in zip(arrays_in(got[name]), arrays_in(like[name]), strict=True):
                wrong += [name] * (sent.flags.writeable and not array.flags.writeable)
                if array.flags.writeable and array.size and not array.dtype.hasobject:
                    array[...] = array.ravel()[-1]
                    wrong += [name] * (plain(array.ravel()[:1]) != plain(array.ravel()[-1:]))
    with on_every_rank():
        assert wrong == []


def test_fortrans_order_stays():
    names, wrong = ["in Fortran's order", "many in Fortran's order", "a transposed table"], []
    for root in EACH_RANK:
        got = broadcast([NUMPY[name](root) for name in names], root)
        wrong += [name for name, array in zip(names, got) if not array.flags.f_contiguous or array.flags.c_contiguous]
    with on_every_rank():
        assert wrong == []


@pytest.mark.parametrize("group", ["things", "numpy", "arrays"])
def test_what_plain_neuron_can_broadcast_arrives_alike(group):
    root = RANKS - 1
    data = made(GROUPS[group], root)
    data = {name: data[name] for name in data if name != "an instance" and ">" not in name}  # of a Vector; turned to this machine's order
    ours = broadcast(data, root)
    neurons = stock.py_broadcast(data if root == RANK else None, root)
    with on_every_rank():
        assert different(ours, neurons) == []


def test_the_root_is_rank_0_when_none_is_given():
    got = [p.parallel.broadcast(RANK + 7), p.parallel.broadcast(data=RANK + 8)]
    got.append(p.parallel.broadcast(root=RANKS - 1, data=RANK))
    with on_every_rank():
        assert got == [7, 8, RANKS - 1]


def test_the_root_may_be_any_integer():
    kinds = [int, np.int64, np.int8, np.uint8, np.uint64, np.int32]
    got = [p.parallel.broadcast(RANK, kind(i % RANKS)) for i, kind in enumerate(kinds)]
    with on_every_rank():
        assert got == [i % RANKS for i in range(len(kinds))]


def test_p_parallel_is_p_ParallelContext():
    got = p.ParallelContext().broadcast(RANK, RANKS - 1)
    with on_every_rank():
        assert p.ParallelContext() is p.parallel and got == RANKS - 1


def test_what_is_one_object_on_the_root_is_one_on_every_rank():
    vector, array, loop = h.Vector([1, 2]), np.arange(1.0 * LARGE), []
    loop.append(loop)
    got = broadcast([vector, vector, array, {"again": array}, loop], RANKS - 1)
    with on_every_rank():
        assert got[0] is got[1] and got[2] is got[3]["again"] and got[4][0] is got[4]
        got[0].x[0], got[2][0] = 5, 6
        assert list(got[1]) == [5, 2] and got[3]["again"][0] == 6


def test_what_receivers_bring_is_not_looked_at():
    section, got = h.Section("section"), []
    for i, others in enumerate((lambda: 0, section, section(0.5), h.List(), np.arange(3), Unwilling("ValueError"))):
        got.append(p.parallel.broadcast(i if i % RANKS == RANK else others, i % RANKS))
    with on_every_rank():
        assert got == list(range(6))


@pytest.mark.parametrize("size", [0, 3, LARGE])
def test_what_an_instance_makes_of_itself_for_pickle_arrives(size):
    root = size % RANKS
    got = broadcast(Stateful(root, size), root)
    with on_every_rank():
        assert root == RANK or plain(got) == plain(Stateful.arrived(root, size))


def test_a_users_subclass_of_Vector_inside_a_container_arrives_as_it_does_by_pickle():
    expected = pickle.loads(pickle.dumps([MyVector([1, 0.1])]))[0]
    got = broadcast([MyVector([1, 0.1])], RANKS - 1)[0]
    with on_every_rank():
        assert list(got) == [1, 0.1] and (RANK == RANKS - 1 or type(got) is type(expected))


@pytest.mark.parametrize("enabled", [True, False])
def test_pythons_collector_is_as_before(enabled):
    data, was, seen = {"list": [[i] for i in range(1000)]}, gc.isenabled(), []
    try:
        (gc.enable if enabled else gc.disable)()
        for root in {0, RANKS - 1}:
            broadcast(data, root)
            seen.append(gc.isenabled())
            outcome(lambda root=root: broadcast(Broken("ValueError", EACH_RANK), root))
            seen.append(gc.isenabled())
    finally:
        (gc.enable if was else gc.disable)()
    with on_every_rank():
        assert set(seen) == {enabled}


def test_nothing_is_kept():
    def count():
        return int(h.List("Vector").count()), int(h.List("Matrix").count())

    before, root = count(), RANKS - 1
    sent = {"array": np.arange(1.0 * LARGE), "vector": h.Vector(LARGE), "matrix": matrix(100, 100), "small": np.arange(3)}
    counts = {name: sys.getrefcount(item) for name, item in sent.items()}
    got, everything = broadcast(sent, root), p.parallel.allgather(sent)
    for refused in (lambda: 0), Broken("ValueError", EACH_RANK):
        outcome(lambda refused=refused: broadcast([sent, refused], root))
        outcome(lambda refused=refused: p.parallel.allgather([sent, refused]))
    arrays = [weakref.ref(got["array"]), weakref.ref(everything[0]["array"]), weakref.ref(sent["array"])]
    del got, everything
    after = {name: sys.getrefcount(item) for name, item in sent.items()}
    sent.clear()
    with on_every_rank():
        assert after == counts
        assert [array() for array in arrays] == [None] * 3
        assert count() == before


# ---- A Vector, in place ------------------------------------------------------------------------------------------------------------


SIZES = [(size, received) for size in (0, 1, 3, LARGE) for received in (0, 3, LARGE + 1)]


@pytest.mark.parametrize("make", [h.Vector, lambda *size: p.Vector(*size), MyVector], ids=["plain", "p", "subclass"])
def test_a_vector_is_filled_in_place_and_is_the_result(make):
    wrong = []
    for (size, received), root in in_turn(SIZES):
        vector = make(size) if root == RANK else make(received)
        vector.indgen(RANK + 0.1, 0.1)
        expected = h.Vector(size)
        expected.indgen(root + 0.1, 0.1)
        got = p.parallel.broadcast(vector, root)
        if got is not vector or len(vector) != size or list(vector) != list(expected):
            wrong.append((size, received, root))
    with on_every_rank():
        assert wrong == []


def test_a_vector_may_come_from_any_rank():
    got = [list(p.parallel.broadcast(h.Vector(RANK + 1, RANK), root)) for root in EACH_RANK]
    with on_every_rank():
        assert got == [[root] * (root + 1) for root in EACH_RANK]


def test_allgather_leaves_a_vector_as_it_is():
    mine = h.Vector(RANK + 1, RANK)
    got = p.parallel.allgather(mine)
    with on_every_rank():
        assert got[RANK] is mine and list(mine) == [RANK] * (RANK + 1)
        assert [list(vector) for vector in got] == [[rank] * (rank + 1) for rank in EACH_RANK]
        assert all(type(vector) is hoc.Vector for vector in got)


def test_a_vector_is_one_for_python_and_for_hoc():
    wrong = []
    for root in EACH_RANK:
        vector = h.Vector([RANK] * (RANK + 1))
        (h.Patch() if RANK % 2 else p.parallel).broadcast(vector, root)
        wrong += [root] * (list(vector) != [root] * (root + 1))
    with on_every_rank():
        assert wrong == []


# ---- Worlds of some of the ranks ---------------------------------------------------------------------------------------------------


@pytest.fixture(params=[size for size in (1, 2, 3) if size <= RANKS])
def size(request):
    """Sub-worlds of so many ranks each; the last may be smaller."""
    stock.subworlds(request.param)
    yield request.param
    stock.subworlds(RANKS)
    assert (int(stock.id()), int(stock.nhost())) == (RANK, RANKS)


def test_each_sub_world_broadcasts_and_gathers_its_own(size):
    world, rank, ranks, wrong = RANK // size, RANK % size, int(stock.nhost()), []
    for root in range(ranks):
        for group in list(GROUPS.values())[: world + 1]:  # another number of calls in each
            got = p.parallel.broadcast(made(group, 10 + world) if rank == root else None, root)
            wrong += different(got, made(group, 10 + world))
        vector = h.Vector([RANK] * (RANK + 1))
        p.parallel.broadcast(vector, root)
        wrong += ["a Vector"] * (list(vector) != [world * size + root] * (world * size + root + 1))
    gathered = p.parallel.allgather(RANK)
    stock.subworlds(RANKS)
    with on_every_rank():
        assert ranks == min(size, RANKS - world * size)
        assert wrong == []
        assert gathered == [world * size + rank for rank in range(ranks)]


def test_a_failure_stays_in_its_sub_world(size):
    world, ranks = RANK // size, int(stock.nhost())
    last = ranks - 1
    fails = world == 0
    ends = [outcome(lambda: p.parallel.broadcast(Unwilling("ValueError") if fails else world, last))]
    ends.append(outcome(lambda: p.parallel.broadcast(world, ranks if fails else 0)))
    ends.append(outcome(lambda: p.parallel.allgather(world)))
    stock.subworlds(RANKS)
    with on_every_rank():
        if fails:
            assert [end[:2] for end in ends[:2]] == [
                ("BroadcastError", "broadcast: " + named([last], ranks) + "ValueError: no"),
                ("BroadcastError", "broadcast: " + named(range(ranks), ranks) + f"root is {ranks}, expected {roots_of(ranks)}"),
            ]
        else:
            assert [end[:2] for end in ends[:2]] == [("returned", str(world))] * 2
        assert ends[2] == ("returned", str([world] * ranks))


# ---- What cannot be pickled --------------------------------------------------------------------------------------------------------


class NoText(Exception):
    def __str__(self):
        raise ValueError("this exception has no text")


ERRORS = {
    "ValueError": (lambda: ValueError("no"), "ValueError: no"),
    "MemoryError": (MemoryError, "MemoryError"),
    "MemoryError with a text": (lambda: MemoryError("all is full"), "MemoryError: all is full"),
    "RecursionError": (lambda: RecursionError("too deep"), "RecursionError: too deep"),
    "KeyboardInterrupt": (KeyboardInterrupt, "KeyboardInterrupt"),
    "SystemExit": (lambda: SystemExit(3), "SystemExit: 3"),
    "StopIteration": (StopIteration, "StopIteration"),
    "two lines": (lambda: ValueError("one\ntwo"), "ValueError: one\ntwo"),
    "letters of other scripts": (lambda: ValueError("é\u20ac\U0001f600"), "ValueError: é\u20ac\U0001f600"),
    "a surrogate": (lambda: ValueError("a\udcffb"), None),
    "a zero": (lambda: ValueError("a\0b"), None),
    "no text": (NoText, None),
    "a long text": (lambda: ValueError("a" * 1_100_000), None),
    "a long text of two bytes a letter": (lambda: ValueError("é" * 600_000), None),
    "a long text of two bytes a letter after one": (lambda: ValueError("a" + "é" * 600_000), None),
}
MAIN = ["ValueError", "MemoryError"]


class Unwilling:
    """Does not let itself be pickled."""

    def __init__(self, error):
        self.error = error

    def __reduce__(self):
        raise ERRORS[self.error][0]()


class Broken:
    """Cannot be made again on some ranks."""

    def __init__(self, error, ranks):
        self.error, self.ranks = error, list(ranks)

    def __reduce__(self):
        return make_again, (self.error, self.ranks)


def make_again(error, ranks):
    if RANK in ranks:
        raise ERRORS[error][0]()
    return "whole"


@pytest.fixture
def model():
    """What belongs to a rank, by name."""
    section, ours = h.Section("section"), p.Section("ours")
    synapse, netcon, stim = h.ExpSyn(section(0.5)), h.NetCon(None, None), p.NetStim()
    vector = h.Vector([1])
    return {
        "a section": (section, "Section"),
        "a section of p's": (ours, "Section"),
        "a segment": (section(0.5), "Segment"),
        "a segment of p's": (ours(0.5), "Segment"),
        "a point process": (synapse, synapse.hname()),
        "an artificial cell": (stim, stim.hname()),
        "a NetCon": (netcon, netcon.hname()),
        "a NetCon of p's": (p.NetCon(stim, None), "NetCon["),
        "a list": (h.List(), "List["),
        "a list of a class": (h.List("NetCon"), "List["),
        "a section list": (h.SectionList(), "SectionList["),
        "a random number generator": (h.Random(), "Random["),
        "a HOC object of ours": (h.Patch(), "Patch["),
        "a pointer": (section(0.5)._ref_v, None),
        "a number's pointer": (h._ref_t, None),
        "a method of a Vector": (vector.size, None),
        "NEURON": (h, None),
        "p": (p, None),
    }


NEURONS = """a section, a section of p's, a segment, a segment of p's, a point process, an artificial cell, a NetCon, a NetCon of p's,
a list, a list of a class, a section list, a random number generator, a HOC object of ours, a pointer, a number's pointer,
a method of a Vector, NEURON, p""".replace("\n", " ").split(", ")


@pytest.mark.parametrize(("name", "root"), in_turn(NEURONS, ["a section", "a point process", "a list"]))
def test_what_belongs_to_its_rank_is_refused_on_all(name, root, model):
    data, word = model[name]
    for mine in (data, {"deep": [(data, np.arange(1.0 * LARGE))]}):
        sentence = failure(lambda mine=mine: broadcast(mine, root))
        assert sentence.startswith(said_by(root, "")) and sentence != said_by(root, "")
        assert word is None or word in sentence


@pytest.mark.parametrize(("name", "rank"), in_turn(["a section", "a pointer", "a NetCon", "a list"]))
def test_what_belongs_to_its_rank_is_not_gathered(name, rank, model):
    sentence = failure(lambda: p.parallel.allgather(model[name][0] if rank == RANK else 1))
    assert sentence.startswith(said_by(rank, "", "allgather")) and sentence != said_by(rank, "", "allgather")


def refusal_of_pickle(data):
    try:
        pickle.dumps(data, protocol=5)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    raise AssertionError("it pickles")


UNPICKLABLE = {
    "a lambda": lambda: lambda: 0,
    "an inner class": lambda: type("Inner", (), {}),
    "an open file": lambda: open(os.devnull),
    "a generator": lambda: (i for i in ()),
    "a module": lambda: math,
    "a lock": lambda: __import__("threading").Lock(),
    "a memoryview": lambda: memoryview(b"abc"),
    "a lambda after much": lambda: [np.arange(1.0 * LARGE), h.Vector(LARGE), "x" * 100_000, lambda: 0],
    "lists in lists without end": lambda: deep_list(),
    "a view that has gaps": lambda: pickle.PickleBuffer(np.arange(1.0 * LARGE)[::2]),
}


VAGUE = ("a lambda", "a lambda after much", "an inner class", "lists in lists without end")  # says where in memory, or how deep


def deep_list():
    inside = []
    for _ in range(100_000):
        inside = [inside]
    return inside


def cause_in_plain_pickle(name, data):
    cause = refusal_of_pickle(data)
    return cause.split(" ")[0] if name in VAGUE else cause


@pytest.mark.parametrize(("name", "root"), in_turn(UNPICKLABLE, ["a lambda", "an open file"]))
def test_what_python_cannot_pickle_is_refused_on_all(name, root):
    data = UNPICKLABLE[name]()
    sentence = failure(lambda: broadcast(data, root))
    cause = everywhere(cause_in_plain_pickle(name, data))[root]
    assert sentence.startswith(said_by(root, cause))


@pytest.mark.parametrize(("name", "rank"), in_turn(["a lambda", "an open file", "a lambda after much"]))
def test_what_python_cannot_pickle_is_not_gathered(name, rank):
    data = UNPICKLABLE[name]()
    sentence = failure(lambda: p.parallel.allgather(data if rank == RANK else 1))
    cause = everywhere(cause_in_plain_pickle(name, data))[rank]
    assert sentence.startswith(said_by(rank, cause, "allgather"))


def demand(sentence, rank, cause, function="broadcast"):
    """That the sentence names the rank and the cause; a cause that no sentence can hold as it is may be said in another way."""
    if cause is None:
        assert sentence.startswith(said_by(rank, "", function)) and sentence != said_by(rank, "", function)
    else:
        assert sentence == said_by(rank, cause, function)


@pytest.mark.parametrize(("error", "root"), in_turn(ERRORS, MAIN))
def test_an_error_while_pickling_is_one_on_all(error, root):
    demand(failure(lambda: broadcast([np.arange(1.0 * LARGE), {"x": Unwilling(error)}], root)), root, ERRORS[error][1])


@pytest.mark.parametrize(("error", "rank"), in_turn(MAIN, MAIN))
def test_an_error_while_pickling_what_is_gathered_is_one_on_all(error, rank):
    demand(failure(lambda: p.parallel.allgather(Unwilling(error) if rank == RANK else 1)), rank, ERRORS[error][1], "allgather")


# ---- What cannot be unpickled ------------------------------------------------------------------------------------------------------


@two_ranks
@pytest.mark.parametrize(("error", "broken"), in_turn(ERRORS, MAIN))
def test_an_error_while_unpickling_on_one_rank_is_one_on_all(error, broken):
    data = {"x": [Broken(error, [broken]), np.arange(1.0 * LARGE)]}
    demand(failure(lambda: broadcast(data, (broken + 1) % RANKS)), broken, ERRORS[error][1])


@two_ranks
@pytest.mark.parametrize(("error", "broken"), in_turn(MAIN, MAIN))
def test_an_error_while_unpickling_what_is_gathered_is_one_on_all(error, broken):
    mine = Broken(error, [broken]) if RANK == (broken + 1) % RANKS else 1
    demand(failure(lambda: p.parallel.allgather(mine)), broken, ERRORS[error][1], "allgather")


@two_ranks
def test_every_receiver_may_fail_for_every_root():
    for root, broken in EACH_OTHER:
        demand(failure(lambda root=root, broken=broken: broadcast(Broken("ValueError", [broken]), root)), broken, "ValueError: no")


@two_ranks
def test_an_error_on_all_receivers_is_said_once():
    for root in EACH_RANK:
        sentence = failure(lambda root=root: broadcast(Broken("ValueError", EACH_RANK), root))
        assert sentence == "broadcast: " + named([rank for rank in EACH_RANK if rank != root]) + "ValueError: no"


def test_the_root_unpickles_nothing():
    wrong = []
    for root in EACH_RANK:
        data = Broken("ValueError", [root])
        got = broadcast(data, root)
        wrong += [root] * (got is not data if root == RANK else got != "whole")
    with on_every_rank():
        assert wrong == []


@two_ranks
def test_a_class_that_only_the_root_has_is_an_error_on_all():
    for root in EACH_RANK:
        name = f"only_on_{root}"
        if root == RANK:
            sys.modules[name] = types.ModuleType(name)
            sys.modules[name].Thing = type("Thing", (), {"__module__": name})
        try:
            sentence = failure(lambda root=root, name=name: broadcast(sys.modules[name].Thing() if root == RANK else None, root))
        finally:
            sys.modules.pop(name, None)
        others = named([rank for rank in EACH_RANK if rank != root])
        assert sentence == f"broadcast: {others}ModuleNotFoundError: No module named '{name}'"


# ---- Wrong arguments ---------------------------------------------------------------------------------------------------------------

BAD_ROOTS = {
    "negative": (-1, "-1"),
    "too large": (RANKS, str(RANKS)),
    "far too large": (2**31, None),
    "a lower half of zeros": (2**32, None),
    "far too small": (-(2**31) - 1, None),
    "larger than a float": (10**400, None),
    "fractional": (0.5, "0.5"),
    "nan": (math.nan, "nan"),
    "infinite": (math.inf, "inf"),
    "numpy's negative": (np.int64(-1), "-1"),
    "None": (None, "None"),
    "a boolean": (False, "False"),
    "numpy's boolean": (np.bool_(False), None),
    "a text": ("0", "'0'"),
    "a list": ([0], "a list"),
    "an array": (np.zeros(1, int), None),
    "a Vector": (h.Vector([0]), None),
    "a NEURON": (h, None),
    "a complex number": (0j, None),
}


@pytest.mark.parametrize(("name", "wrong"), in_turn(BAD_ROOTS, ["negative", "too large", "a text", "None"]))
def test_a_root_that_is_no_rank_is_refused_on_all(name, wrong):
    bad, shown = BAD_ROOTS[name]
    sentence = failure(lambda: p.parallel.broadcast(1, bad if wrong == RANK else RANKS - 1))
    assert sentence.startswith(said_by(wrong, "root is ")) and sentence.endswith(f", expected {roots_of(RANKS)}")
    assert shown is None or sentence == said_by(wrong, f"root is {shown}, expected {roots_of(RANKS)}")


@pytest.mark.parametrize("name", ["negative", "too large", "fractional", "None"])
def test_a_root_that_is_no_rank_may_be_everywhere(name):
    bad, shown = BAD_ROOTS[name]
    sentence = failure(lambda: p.parallel.broadcast(h.Vector([RANK]), bad))
    assert sentence == "broadcast: " + named(EACH_RANK) + f"root is {shown}, expected {roots_of(RANKS)}"


@two_ranks
@pytest.mark.parametrize("make", [lambda: 1, lambda: h.Vector([1]), lambda: np.arange(1.0 * LARGE)], ids=["number", "Vector", "array"])
def test_roots_that_differ_are_refused_on_all(make):
    for odd in EACH_RANK:
        root, other = (odd + 1) % RANKS, odd
        sentence = failure(lambda odd=odd, root=root, other=other: p.parallel.broadcast(make(), other if odd == RANK else root))
        first, second, at = (other, root, 1) if odd == 0 else (root, other, odd)
        assert sentence == f"broadcast: root is {first} on rank 0 and {second} on rank {at}, expected the same on every rank"


@two_ranks
def test_each_with_itself_as_root_is_refused_on_all():
    sentence = "broadcast: root is 0 on rank 0 and 1 on rank 1, expected the same on every rank"
    assert failure(lambda: p.parallel.broadcast(1, RANK)) == sentence


OTHER_DATA = ["None", "an integer", "a Matrix", "a large Vector in a dict", "bits of any pattern"]


@two_ranks
@pytest.mark.parametrize(("root", "other"), EACH_OTHER)
def test_a_vector_on_the_root_and_something_else_on_a_receiver_is_refused_on_all(root, other):
    vector, data = h.Vector([RANK, 1]), DATA[OTHER_DATA[(root + 2 * other) % len(OTHER_DATA)]](1)
    sentence = failure(lambda: p.parallel.broadcast(data if other == RANK else vector, root))
    assert sentence == f"broadcast: data is a Vector on rank {root} and another object on rank {other}, expected the same on every rank"
    with on_every_rank():
        assert list(vector) == [RANK, 1]


@two_ranks
@pytest.mark.parametrize(("root", "other"), EACH_OTHER)
def test_a_vector_on_a_receiver_and_something_else_on_the_root_is_refused_on_all(root, other):
    vector, data = h.Vector([RANK, 1]), DATA[OTHER_DATA[(root + 2 * other) % len(OTHER_DATA)]](1)
    sentence = failure(lambda: p.parallel.broadcast(vector if other == RANK else data if root == RANK else None, root))
    assert sentence == f"broadcast: data is another object on rank {root} and a Vector on rank {other}, expected the same on every rank"
    with on_every_rank():
        assert list(vector) == [RANK, 1]


MISTAKES = {
    "nothing": (lambda call: call(), "data is missing, expected "),
    "a root alone": (lambda call: call(root=0), "data is missing, expected "),
    "an unknown keyword": (lambda call: call(1, roof=0), "there is no argument roof"),
    "too many arguments": (lambda call: call(1, 0, 0), "3 arguments are too many, expected at most "),
    "the data twice": (lambda call: call(1, data=1), "data is given twice, by position and by name"),
    "keywords with one that is none": (lambda call: call(data=1, other=2), "there is no argument other"),
}


@pytest.mark.parametrize(("name", "wrong"), in_turn(MISTAKES, ["nothing", "an unknown keyword"]))
def test_a_mistake_in_the_arguments_is_an_error_on_all(name, wrong):
    call, cause = MISTAKES[name]
    sentence = failure(lambda: call(p.parallel.broadcast) if wrong == RANK else p.parallel.broadcast(1, RANKS - 1))
    assert sentence.startswith(said_by(wrong, cause))


@pytest.mark.parametrize(("name", "wrong"), in_turn(["nothing", "an unknown keyword", "too many arguments", "the data twice"]))
def test_a_mistake_in_the_arguments_of_allgather_is_an_error_on_all(name, wrong):
    call, cause = MISTAKES[name]
    sentence = failure(lambda: call(p.parallel.allgather) if wrong == RANK else p.parallel.allgather(1))
    assert sentence.startswith(said_by(wrong, cause, "allgather"))


@two_ranks
def test_each_rank_may_fail_in_its_own_way():
    def call():
        if RANK == 0:
            return p.parallel.broadcast(Unwilling("MemoryError"))
        return p.parallel.broadcast() if RANK == 1 else p.parallel.broadcast(1, -RANK)

    sentence = failure(call)
    causes = ["MemoryError", MISTAKES["nothing"][1]] + [f"root is -{rank}, expected {roots_of(RANKS)}" for rank in range(2, RANKS)]
    parts = sentence.removeprefix("broadcast: ").split("; ")
    assert len(parts) == RANKS
    assert all(part.startswith(f"rank {rank}: {cause}") for rank, (part, cause) in enumerate(zip(parts, causes)))


# ---- Another call on one rank ------------------------------------------------------------------------------------------------------

OTHERS = {
    "allgather": lambda: p.parallel.allgather(1),
    "check": lambda: p.parallel.check(),
    "setup_transfer": lambda: p.parallel.setup_transfer(),
    "psolve": lambda: p.parallel.psolve(1),
}


@two_ranks
@pytest.mark.parametrize(("other", "odd"), in_turn(OTHERS, ["allgather"]))
def test_another_call_on_one_rank_is_the_same_error_on_all(other, odd):
    for data in (lambda: 1, lambda: h.Vector(5), lambda: lambda: 0):
        sentence = failure(lambda data=data: OTHERS[other]() if odd == RANK else p.parallel.broadcast(data()), ParallelError)
        first, second, at = (other, "broadcast", 1) if odd == 0 else ("broadcast", other, odd)
        assert f"rank 0 calls {first} and rank {at} calls {second}, expected the same call on every rank" in sentence
    p.parallel.gid_clear()


def in_hoc(end):
    """The end of a call of HOC's object as that of Python's."""
    return end[1].removeprefix("hocobj_call error: hoc_execerror: ")


@two_ranks
@pytest.mark.parametrize(("name", "odd"), in_turn(["a variable", "a text", "a Matrix", "a List", "a number to gather"], ["a variable"]))
def test_a_variable_of_hocs_and_an_object_of_pythons_do_not_meet(name, odd):
    """HOC's object, in Python's hands: what one rank gives by its address another gives as an object."""
    data = {"a variable": h._ref_dt, "a text": h.ref("x"), "a Matrix": h.Matrix(2, 2), "a List": h.List(), "a number to gather": 5}[name]
    call = "allgather" if name == "a number to gather" else "broadcast"
    by, mine = (h.Patch(), data) if odd == RANK else (p.parallel, 5)
    before = stock.mpiabort_on_error(0)
    for root in (odd, (odd + 1) % RANKS):
        roots = [root] if call == "broadcast" else []
        ends = everywhere(outcome(lambda roots=roots: getattr(by, call)(mine, *roots)))
        assert [end[0] for end in ends] == ["RuntimeError" if rank == odd else "BroadcastError" for rank in EACH_RANK]
        assert len({in_hoc(end) for end in ends}) == 1 and in_hoc(ends[0]).startswith(f"{call}: data is ")
        assert everywhere(broadcast("next", root)) == ["next"] * RANKS
    stock.mpiabort_on_error(before)


@pytest.mark.parametrize("root", EACH_RANK)
def test_a_reference_is_filled_in_place(root):
    """As NEURON's own broadcast of a string, and for numbers too; p's gives the reference back."""
    word, number = h.ref(f"of {RANK}"), h.ref(0.5 + RANK)
    assert p.parallel.broadcast(word, root) is word and p.parallel.broadcast(number, root) is number
    same = h.ref(f"of {RANK}")
    stock.broadcast(same, root)
    assert everywhere((word[0], number[0])) == [(same[0], 0.5 + root)] * RANKS == [(f"of {root}", 0.5 + root)] * RANKS


@two_ranks
@pytest.mark.parametrize("odd", EACH_RANK)
def test_a_reference_and_an_object_do_not_meet(odd):
    word = h.ref("before")
    sentence = failure(lambda: p.parallel.broadcast(word if RANK == odd else "text"), BroadcastError)
    assert "a reference (h.ref)" in sentence and "another object" in sentence and word[0] == "before"


def test_a_matrix_of_ps_is_one_too():
    """`p.Matrix` was refused: "expected a Vector or a Matrix"."""
    matrix = p.Matrix(2, 3)
    matrix.setval(1, 2, RANK + 0.5)
    for received in (broadcast(matrix, 0), broadcast({"m": [matrix]}, 0)["m"][0], p.parallel.allgather(matrix)[0]):
        assert (received.nrow(), received.ncol(), received.getval(1, 2)) == (2, 3, 0.5)
