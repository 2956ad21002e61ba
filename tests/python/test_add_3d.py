"""add_3d: the points, diameters, lengths and areas of NEURON's pt3dadd, to the last bit, from whatever holds numbers."""

import array

import numpy as np
import pytest
from helpers import clean, h, p  # noqa: F401 - clean runs by itself

SIZE = 57
POINTS = np.cumsum(np.random.default_rng(3).normal(scale=3, size=(SIZE, 3)), axis=0)
DIAMETERS = np.linspace(0.3, 4, SIZE)


def plain(points, diameters, diam=500):
    """A section whose points were added one by one."""
    section = h.Section(name="plain")
    section.nseg = 5
    section.diam = diam
    for (x, y, z), diameter in zip(points, diameters):
        section.pt3dadd(float(x), float(y), float(z), float(diameter))
    return section


def ours(interpreter=p):
    section = interpreter.Section(name="ours")
    section.nseg = 5
    section.diam = 500  # NEURON's own default
    return section


def shape(section):
    """All that NEURON makes of the points."""
    n = section.n3d()
    points = [(section.x3d(i), section.y3d(i), section.z3d(i), section.diam3d(i), section.arc3d(i)) for i in range(n)]
    return points, section.L, [(segment.x, segment.diam, segment.area(), segment.ri()) for segment in section]


def matrix(points):
    made = h.Matrix(len(points), points.shape[1])
    for i, row in enumerate(points):
        for j, value in enumerate(row):
            made.setval(i, j, value)
    return made


def memory(points):
    return memoryview(array.array("d", points.ravel().tolist())).cast("B").cast("d", points.shape)


def inside(points):
    """A view into a larger array, at another place and stride."""
    larger = np.full((2 * len(points) + 3, 7), np.nan)
    view = larger[1 : 1 + 2 * len(points) : 2, 2:5]
    view[:] = points
    return view


def read_only(points):
    made = points.copy()
    made.flags.writeable = False
    return made


FORMS = {
    "float64": lambda points: points,
    "float64, Fortran order": np.asfortranarray,
    "a strided view": inside,
    "a reversed view": lambda points: points[::-1].copy()[::-1],
    "a transposed 3 x n": lambda points: np.ascontiguousarray(points.T).T,
    "read only": read_only,
    "big endian": lambda points: points.astype(">f8"),
    "long double": lambda points: points.astype(np.longdouble),
    "a memoryview of an array": memory,
    "a list of lists": lambda points: points.tolist(),
    "a tuple of tuples": lambda points: tuple(map(tuple, points.tolist())),
    "a list of arrays": list,
    "a list of Vectors": lambda points: [h.Vector(row) for row in points],
    "a generator": lambda points: (row for row in points.tolist()),
    "a Matrix": matrix,
    "a list of numpy numbers": lambda points: [[np.float64(x) for x in row] for row in points],
}
DIAMETER_FORMS = {
    "float64": lambda diameters: diameters,
    "float32": lambda diameters: diameters.astype(np.float32),
    "a list": lambda diameters: diameters.tolist(),
    "a tuple": lambda diameters: tuple(diameters.tolist()),
    "a Vector": lambda diameters: h.Vector(diameters),
    "a strided view": lambda diameters: np.repeat(diameters, 3)[::3],
    "a reversed view": lambda diameters: diameters[::-1].copy()[::-1],
    "an array.array": lambda diameters: array.array("d", diameters),
}


@pytest.mark.parametrize("form", FORMS)
def test_points_are_those_of_pt3dadd(form):
    section = ours()
    assert section.add_3d(FORMS[form](POINTS), DIAMETERS) is section
    assert shape(section) == shape(plain(POINTS, DIAMETERS))


@pytest.mark.parametrize("form", DIAMETER_FORMS)
def test_diameters_are_those_of_pt3dadd(form):
    given = DIAMETER_FORMS[form](DIAMETERS)
    assert shape(ours().add_3d(POINTS, given)) == shape(plain(POINTS, list(given)))


@pytest.mark.parametrize("kind", ["f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8"])
def test_every_kind_of_number(kind):
    points = (np.abs(POINTS) * 2).astype(kind)
    points[:, 0] += np.arange(SIZE).astype(kind)
    assert shape(ours().add_3d(points, DIAMETERS)) == shape(plain(points, DIAMETERS))
    assert shape(ours().add_3d(points[::2], 1)) == shape(plain(points[::2], [1] * SIZE))


@pytest.mark.parametrize("diameter", [2, 2.5, np.float64(2.5), np.float32(1.5), np.int64(3), 0])
def test_one_diameter_is_every_points(diameter):
    assert shape(ours().add_3d(POINTS, diameter)) == shape(plain(POINTS, [diameter] * SIZE))
    assert shape(ours().add_3d(POINTS, diameters=diameter)) == shape(plain(POINTS, [diameter] * SIZE))


@pytest.mark.parametrize("given", [(), (None,)], ids=["not given", "None"])
def test_without_diameters_the_sections_own_is_taken(given):
    section = ours()
    section.diam = 7
    assert shape(section.add_3d(POINTS, *given)) == shape(plain(POINTS, [7] * SIZE, 7))
    assert h.Section().add_3d([[0, 0, 0], [1, 0, 0]]).diam3d(0) == 500, "NEURON's own default"


def test_points_are_appended():
    section = ours()
    for part in np.array_split(np.arange(SIZE), [1, 1, 20, 50]):
        if len(part):
            section.add_3d(POINTS[part], DIAMETERS[part])
    assert shape(section) == shape(plain(POINTS, DIAMETERS))
    section.add_3d([[4, 4, 4]])
    assert section.n3d() == SIZE + 1 and section.x3d(SIZE) == 4


def test_points_are_appended_to_those_of_pt3dadd_and_before_them():
    section, expected = ours(), plain(POINTS, DIAMETERS)
    section.pt3dadd(*POINTS[0], DIAMETERS[0])
    section.add_3d(POINTS[1:-1], DIAMETERS[1:-1])
    section.pt3dadd(*POINTS[-1], DIAMETERS[-1])
    assert shape(section) == shape(expected)
    section.pt3dclear()
    section.add_3d(POINTS, DIAMETERS)
    assert shape(section) == shape(expected)


def test_a_point_can_be_removed_inserted_and_changed_afterwards():
    """The points are NEURON's own, in its own memory."""
    section, expected = ours().add_3d(POINTS, DIAMETERS), plain(POINTS, DIAMETERS)
    for each in section, expected:
        each.pt3dremove(3)
        each.pt3dinsert(10, 1, 2, 3, 4)
        each.pt3dchange(20, 5, 6, 7, 8)
    assert shape(section) == shape(expected)


def test_as_many_points_as_a_section_holds():
    points = np.zeros((32767, 3))
    points[:, 0] = np.arange(32767) / 100
    section = ours().add_3d(points, 1)
    assert section.n3d() == 32767 and section.L == pytest.approx(327.66)


@pytest.mark.parametrize("children", ["none", "a child"])
def test_a_new_shape_is_what_the_next_run_uses(children):
    def run(build):
        section = h.Section(name="s")
        section.L, section.diam, section.nseg = 30, 5, 5
        section.insert("pas")
        child = h.Section(name="child")
        if children == "a child":
            child.connect(section(1))
        clamp = h.IClamp(section(0))
        clamp.delay, clamp.dur, clamp.amp = 0, 5, 0.1
        vector = h.Vector().record(section(1)._ref_v)
        h.finitialize(-65)
        build(section)
        h.finitialize(-65)
        h.continuerun(5)
        return list(vector)

    def add(section):
        section.add_3d(POINTS, DIAMETERS)

    def stock(section):
        for (x, y, z), diameter in zip(POINTS, DIAMETERS):
            section.pt3dadd(x, y, z, diameter)

    assert run(add) == run(stock)


def test_on_sections_of_h_and_by_the_class():
    from neuron import nrn

    section = h.Section(name="s")
    assert section.add_3d(POINTS, DIAMETERS) is section
    assert shape(nrn.Section.add_3d(ours(h), POINTS, DIAMETERS)) == shape(plain(POINTS, DIAMETERS))


def test_a_buffer_is_read_where_it_is_and_given_back():
    numbers = array.array("d", POINTS.ravel().tolist())
    view = memoryview(numbers).cast("B").cast("d", POINTS.shape)
    first = int(h.Vector().hname()[7:-1])
    kept = h.Vector()
    section = ours()
    section.add_3d(view, DIAMETERS)
    section.add_3d(POINTS)
    index = int(h.Vector().hname()[7:-1])
    assert index - first <= 2, "no Vector was made on the way"
    view.release()
    numbers.append(1)  # BufferError, were it still exported
    del kept


def test_a_failed_call_gives_the_buffer_back():
    numbers = array.array("d", [0, 0, 0, float("nan"), 0, 0])
    view = memoryview(numbers).cast("B").cast("d", (2, 3))
    section = ours()
    for diameters in (1, [1, 2, 3]):
        with pytest.raises(ValueError):
            section.add_3d(view, diameters)
    view.release()
    numbers.append(1)
    assert section.n3d() == 0


def test_the_sections_own_diameter_is_that_of_its_points():
    section = p.Section()
    section.add_3d([[0, 0, 0], [2, 2, 2]], [1, 1])
    section.add_3d([[4, 4, 4]])
    assert [section.diam3d(i) for i in range(3)] == [1, 1, 1]
    section.add_3d([[6, 6, 6]], 3)
    expected = np.float32(section.diam)
    assert section.add_3d([[8, 8, 8]]).diam3d(4) == expected
