"""What p adds to sections beside points, recordings and connections: equal to what NEURON's own words do, to the last bit."""

import numpy as np
import pytest
from helpers import alone, clean, h, p, run, world  # noqa: F401 - clean runs by itself
from patch import core, exceptions, objects

nan, inf = float("nan"), float("inf")


def shape(section):
    """What NEURON knows of a section's shape."""
    points = [[get(i) for get in (section.x3d, section.y3d, section.z3d, section.diam3d, section.arc3d)] for i in range(section.n3d())]
    segments = [(segment.x, segment.diam, segment.area(), segment.ri(), segment.volume()) for segment in section]
    return section.L, section.nseg, section.Ra, points, segments


POINTS = [[0, 0, 0, 2], [10, 5, 0, 1.5], [20.1, 5, 7, 1], [40, 1, 7, 3]]


def with_points(section):
    for x, y, z, diameter in POINTS:
        section.pt3dadd(x, y, z, diameter)


def pair(prepare=lambda section: None):
    """A section of p's and one of plain NEURON's, alike."""
    both = p.Section("ours"), h.Section("plain")
    for section in both:
        section.nseg = 3
        prepare(section)
    return both


# ---- set_dimensions, set_segments ---------------------------------------------------------------------------------------------------

PREPARED = {
    "bare": lambda section: None,
    "with points": with_points,
    "with points, measured": lambda section: (with_points(section), section.L),
    "tapered": lambda section: [setattr(segment, "diam", 1 + segment.x) for segment in section],
}


@pytest.mark.parametrize("prepared", PREPARED)
def test_set_dimensions_is_l_and_diam(prepared):
    """To the last bit, also on 3-D points, which follow as NEURON has them follow."""
    ours, plain = pair(PREPARED[prepared])
    for length, diameter in np.random.default_rng(1).uniform(0.01, 2000, (40, 2)):
        assert ours.set_dimensions(length, diameter) is None
        plain.L, plain.diam = float(length), float(diameter)
        assert shape(ours) == shape(plain)
    ours.set_dimensions(length=10, diameter=np.int64(2))
    plain.L, plain.diam = 10, 2
    assert shape(ours) == shape(plain) and len(shape(ours)[3]) == len(POINTS) * prepared.startswith("with")


@pytest.mark.parametrize("prepared", PREPARED)
def test_set_segments_is_nseg(prepared):
    """To the last bit, with what was inserted and set."""
    ours, plain = pair(PREPARED[prepared])
    for section in (ours, plain):
        section.insert("pas")
        section(0.9).pas.g = 0.003
    for number in (5, np.int64(9), 1, 4.0, np.float32(7)):
        assert ours.set_segments(number) is None
        plain.nseg = int(number)
        assert shape(ours) == shape(plain)
        assert [segment.pas.g for segment in ours] == [segment.pas.g for segment in plain]


def test_both_on_sections_of_h():
    """They are methods of every section."""
    section = h.Section("plain")
    section.set_dimensions(3, 4)
    section.set_segments(segments=5)
    assert (section.L, section.diam, section.nseg) == (3, 4, 5)


VALUE, TYPE = exceptions.PatchValueError, exceptions.PatchTypeError
REFUSED = {
    "s.set_dimensions(0, 1)": (VALUE, "set_dimensions: length is 0, expected more than 0 um (s)"),
    "s.set_dimensions(5, -1)": (VALUE, "set_dimensions: diameter is -1, expected more than 0 um (s)"),
    "s.set_dimensions(nan, 1)": (VALUE, "set_dimensions: length is nan, expected a finite number"),
    "s.set_dimensions(5, inf)": (VALUE, "set_dimensions: diameter is inf, expected a finite number"),
    "s.set_dimensions('5', 1)": (TYPE, "set_dimensions: length is '5', expected a number"),
    "s.set_dimensions(True, 1)": (TYPE, "set_dimensions: length is True, expected a number"),
    "s.set_dimensions(5)": (TYPE, "set_dimensions: diameter is missing, expected a number"),
    "s.set_dimensions(5, 1, 1)": (TYPE, "set_dimensions: 3 arguments are too many, expected at most 2"),
    "s.set_segments(0)": (VALUE, "set_segments: segments is 0, expected a whole number from 1 to 32766 (s)"),
    "s.set_segments(2.5)": (VALUE, "set_segments: segments is 2.5, expected a whole number from 1 to 32766 (s)"),
    "s.set_segments(32767)": (VALUE, "set_segments: segments is 32767, expected a whole number from 1 to 32766 (s)"),
    "s.set_segments(nan)": (VALUE, "set_segments: segments is nan, expected a finite number"),
    "s.set_segments(True)": (TYPE, "set_segments: segments is True, expected a number"),
    "s.set_segments('3')": (TYPE, "set_segments: segments is '3', expected a number"),
    "s.set_segments()": (TYPE, "set_segments: segments is missing, expected a number"),
}


def test_bad_dimensions_are_refused_and_nothing_is_set():
    """Each with its sentence; the section stack stays."""
    section, current = p.Section("s"), p.Section("current").push()
    section.nseg = 3
    with_points(section)
    before, wrong = shape(section), []
    for statement, (kind, sentence) in REFUSED.items():
        try:
            wrong.append(f"{statement} gave {eval(statement, {'s': section, 'nan': nan, 'inf': inf})}")
        except exceptions.PatchError as error:
            if type(error) is not kind or str(error) != sentence:
                wrong.append(f"{statement}: {type(error).__name__}: {error}")
        if section.nseg != 3 or shape(section) != before or h.cas() != current:
            wrong.append(f"{statement} has changed something")
            section.nseg = 3
            before = shape(section)
    assert not wrong, "\n".join(wrong)
    current.pop()


def test_as_many_segments_as_neuron_has():
    """The largest number works."""
    section = p.Section("s")
    section.set_segments(32766)
    assert section.nseg == 32766 and len(list(section)) == 32766
    section.set_segments(1)
    assert [segment.x for segment in section] == [0.5]


def test_the_number_of_segments_stays_while_a_step_runs():
    """A sentence, and the run goes on."""
    section, said = p.Section("s"), []

    def act():
        try:
            section.set_segments(3)
        except exceptions.SimulationError as error:
            said.append(str(error))

    handler = h.FInitializeHandler(lambda: h.CVode().event(1, act))
    run(2)
    assert handler and h.t > 1.9 and section.nseg == 1
    assert said == ["set_segments: the number of segments cannot change while a step is running, expected before or after a run"]


# ---- points -------------------------------------------------------------------------------------------------------------------------


def test_points_are_a_numpy_array_of_three_columns():
    """The 3-D points as NEURON keeps them, in single precision; a copy of one's own."""
    for section in (p.Section("ours"), h.Section("plain")):
        assert section.points.shape == (0, 3) and section.points.dtype == np.float64
        with_points(section)
        points = section.points
        assert type(points) is np.ndarray and points.dtype == np.float64
        assert points.tolist() == [[float(np.float32(value)) for value in row[:3]] for row in POINTS]
        points[0] = 99
        assert section.points[0].tolist() == [0, 0, 0] == [section.x3d(0), section.y3d(0), section.z3d(0)]


def test_points_of_a_section_can_be_given_to_another():
    """add_3d takes what points gives."""
    first, second = p.Section("first"), p.Section("second")
    with_points(first)
    second.add_3d(first.points, [first.diam3d(i) for i in range(first.n3d())])
    assert shape(first) == shape(second)


def test_without_numpy_points_are_lists():
    """Where numpy cannot be imported."""
    printed = alone(
        """
        import sys
        sys.modules["numpy"] = None
        from patch import p
        section = p.Section(name="s")
        print(section.points)
        section.add_3d([[0, 0, 0], [1, 2, 3]], 1)
        print(section.points)
        """
    )
    assert printed.splitlines() == ["[]", "[[0.0, 0.0, 0.0], [1.0, 2.0, 3.0]]"]


# ---- the tree -----------------------------------------------------------------------------------------------------------------------


def test_parent_is_a_section_or_none():
    """The section itself, whichever language connected it."""
    root, child, tip, plain = p.Section("root"), p.Section("child"), p.Section("tip"), h.Section("plain")
    assert root.parent is None
    child.connect(root(0.3))
    tip.connect(plain)
    plain.connect(child)
    assert child.parent is root and tip.parent is plain and not hasattr(plain, "parent")
    h.disconnect(sec=child)
    assert child.parent is None
    with pytest.raises(AttributeError):
        child.parent = root


def test_wholetree_is_neurons():
    """From any of its sections; those of p are p's."""
    root, left, right, tip = (p.Section(name) for name in ("root", "left", "right", "tip"))
    for section, parent in ((left, root), (right, root), (tip, left)):
        section.connect(parent)
    for section in (root, left, right, tip):
        found = section.wholetree()
        assert found == list(h.SectionRef(sec=section).root.wholetree()) and set(found) == {root, left, right, tip}
        assert all(any(each is other for other in (root, left, right, tip)) for each in found)


def test_section_of_a_segment():
    """The section itself: stock's sec by a readable name, on segments of h too."""
    for section in (p.Section("ours"), h.Section("plain")):
        assert section(0.3).section is section and section(0.3).section is section(0.3).sec
        assert all(segment.section is section for segment in section)


def test_insert_returns_the_section():
    """Calls can be chained; what NEURON refuses is NEURON's error."""
    section = p.Section("s")
    assert section.insert("pas") is section and section.insert("hh").insert(h.k_ion) is section
    assert section.has_membrane("pas") and section.has_membrane("hh")
    plain = h.Section("plain")
    for each in (section, plain):
        with pytest.raises(ValueError, match="argument not a density mechanism name"):
            each.insert("nope")


def test_a_section_ref_has_sections_by_readable_names():
    """section and child, a list; all else is NEURON's."""
    root, first, second = (p.Section(name) for name in ("root", "first", "second"))
    second.connect(root)
    first.connect(root(0.1))
    for ref in (p.SectionRef(root), p.SectionRef(sec=root), p.SectionRef(sec=p.transform(root))):
        assert type(ref) is objects.SectionRef and isinstance(ref, h.SectionRef) and isinstance(ref, objects.SectionRef)
        assert ref.section is ref.sec is root
        assert ref.child == [h.SectionRef(sec=root).child[i] for i in range(int(ref.nchild()))] and set(ref.child) == {first, second}
        assert ref.child[0] is h.SectionRef(sec=root).child[0] and type(ref.child) is list
        assert p.SectionRef(first).parent is root and p.SectionRef(second).root is root and not ref.has_parent()
    assert p.SectionRef(first).child == []
    plain = h.Section("plain")
    assert p.SectionRef(plain).section is plain
    with first.push():
        assert p.SectionRef().section is first


# ---- the section stack --------------------------------------------------------------------------------------------------------------


def sections():
    return p.Section("bottom"), p.Section("a"), p.Section("b")


def stack(bottom):
    """What is on NEURON's stack of sections above the bottom one; it is popped."""
    found = []
    while h.cas() != bottom:
        found.append(h.cas().name())
        h.pop_section()
    return found


def test_push_and_pop():
    """push gives the section; pop ends it."""
    bottom, a, b = sections()
    assert a.push() is a and h.cas() == a
    assert b.push() is b and p.cas() is b
    assert b.pop() is None and h.cas() == a
    assert a.push().push() is a
    for _ in range(3):
        assert h.cas() == a
        a.pop()
    assert h.cas() == bottom


def test_push_in_a_with():
    """Nested, also of the same section; what is raised inside goes on, and the stack is as before."""
    bottom, a, b = sections()
    with a.push() as section:
        assert section is a and h.cas() == a
        with b.push(), a.push(), a.push():
            assert h.cas() == a
        assert h.cas() == a
    assert h.cas() == bottom
    with pytest.raises(KeyError), a.push():
        with pytest.raises(ZeroDivisionError), b.push():
            assert h.cas() == b
            1 / 0  # noqa: B018
        assert h.cas() == a
        raise KeyError
    assert h.cas() == bottom


def test_pop_in_the_wrong_order_is_refused():
    """A RuntimeError, and the stack as before."""
    bottom, a, b = sections()
    with pytest.raises(exceptions.HocSectionAccessError, match="^pop: bottom is not on top of the section stack$"):
        bottom.pop()
    a.push()
    b.push()
    for wrong in (a, bottom):
        with pytest.raises(RuntimeError, match=rf"^pop: {wrong.name()} is not on top of the section stack, b is$"):
            wrong.pop()
        assert h.cas() == b
    b.pop()
    with pytest.raises(RuntimeError, match="^pop: b is not on top of the section stack, a is$"):
        b.pop()
    assert h.cas() == a
    a.pop()
    with pytest.raises(RuntimeError):
        a.pop()
    assert stack(bottom) == []


def test_a_with_that_was_not_pushed_is_refused():
    """`with section:` alone."""
    bottom, a, b = sections()
    for section in (a, bottom):
        with pytest.raises(RuntimeError, match=rf"{section.name()} is not on top of the section stack"):
            with section:
                pass
    b.push()
    with pytest.raises(RuntimeError, match="a is not on top of the section stack, b is"):
        with a:
            pass
    assert stack(bottom) == ["b"]


def test_a_with_whose_section_was_popped_inside_is_refused():
    """It says so at its end, and takes nothing else from the stack."""
    bottom, a, b = sections()
    a.push()
    with pytest.raises(RuntimeError, match="b is not on top of the section stack, a is"):
        with b.push():
            b.pop()
    assert stack(bottom) == ["a"]


def test_neurons_own_pop_section_counts():
    """push is a stock method: what h.pop_section() has taken away is no longer pushed."""
    bottom, a, b = sections()
    a.push()
    b.push()
    h.pop_section()
    with pytest.raises(RuntimeError, match="b is not on top of the section stack, a is"):
        b.pop()
    a.pop()
    assert h.cas() == bottom
    bottom.push()
    h.pop_section()
    with pytest.raises(RuntimeError, match="bottom is not on top of the section stack$"):
        bottom.pop()
    a.push()
    a.pop()
    assert stack(bottom) == []


def test_a_dropped_section_that_was_pushed_is_forgotten():
    """Nothing of it is asked, and nothing of it stays."""
    bottom = p.Section("bottom")
    for _ in range(100):
        p.Section("dropped").push()
        h.pop_section()
    h.finitialize()
    assert world()["sections"] == 1
    with pytest.raises(RuntimeError, match="^pop: bottom is not on top of the section stack$"):
        bottom.pop()


def test_push_of_a_section_of_h_is_stocks():
    """It returns nothing of ours, and has no pop."""
    bottom, a, _ = sections()
    plain = h.Section("plain")
    a.push()
    plain.push()
    with pytest.raises(RuntimeError, match="a is not on top of the section stack"):
        a.pop()
    assert h.cas() == plain and not hasattr(plain, "pop")
    h.pop_section()
    a.pop()
    assert h.cas() == bottom


# ---- what things are, and what they stand for ---------------------------------------------------------------------------------------


class StandsFor:
    def __init__(self, inside):
        self.inside = inside

    def __neuron__(self):
        return self.inside


def test_is_section_segment_scalar():
    """After transform: by what an object stands for."""
    section, plain = p.Section("s"), h.Section("plain")
    pointer = section(0.5)._ref_v
    kinds = {
        p.is_section: [section, plain],
        p.is_segment: [section(0.5), plain(0.1), next(iter(section))],
        p.is_nrn_scalar: [pointer, h._ref_t, p.ExpSyn(section)._ref_tau, plain(0.5)._ref_v],
    }
    for test, of_it in kinds.items():
        others = [each for other, those in kinds.items() if other is not test for each in those]
        others += [None, 3, 3.0, "s", [section], section(0.5).v, p.ExpSyn(section), p.NetStim(), h.Vector(), p.ExpSyn, object()]
        for each in of_it:
            assert test(each) is True and test(StandsFor(StandsFor(each))) is True, (test, each)
        for each in others:
            assert test(each) is False and (each is None or test(StandsFor(each)) is False), (test, each)
    assert core.is_section is p.is_section and core.is_nrn_scalar is p.is_nrn_scalar


def test_is_point_process():
    """By object, by name or by class; an artificial cell is none."""
    section = p.Section("s")
    for yes in (p.ExpSyn(section), h.ExpSyn(section(0.5)), p.IClamp(section), "ExpSyn", "SEClamp", p.ExpSyn, h.ExpSyn, p.IClamp):
        assert p.is_point_process(yes) is True, yes
    assert p.is_point_process(StandsFor(p.ExpSyn(section))) is True and p.is_point_process(StandsFor(p.NetStim())) is False
    for no in (
        p.NetStim(),
        "NetStim",
        p.NetStim,
        p.VecStim([1]),
        "hh",
        h.hh,
        "nope",
        "",
        None,
        3,
        section,
        section(0.5),
        h.Vector(),
        "Vector",
    ):
        assert p.is_point_process(no) is False, no


def test_is_density_mechanism():
    """By name, by NEURON's class or by a segment's mechanism: what section.insert takes."""
    section = p.Section("s").insert("pas")
    for yes in ("hh", "pas", "na_ion", h.hh, p.pas, section(0.5).pas):
        assert p.is_density_mechanism(yes) is True, yes
    for no in ("ExpSyn", p.ExpSyn, p.ExpSyn(section), "NetStim", "morphology", "capacitance", "nope", "", None, 3, section, p.List):
        assert p.is_density_mechanism(no) is False, no
    for name in [section(0.5).pas.name(), "k_ion"]:
        assert section.insert(name) is section


def test_a_users_answer_that_is_wrong_goes_through():
    """What a user's __neuron__ raises is that."""

    class Wrong:
        def __neuron__(self):
            raise KeyError("mine")

    for test in (p.is_section, p.is_segment, p.is_nrn_scalar, p.is_point_process, p.is_density_mechanism, p.transform):
        with pytest.raises(KeyError, match="mine"):
            test(Wrong())


def same_pointer(a, b):
    """Two pointers to one number of NEURON's."""
    before = a[0]
    a[0] = before + 1
    found = b[0] == before + 1
    a[0] = before
    return found and b[0] == before


def test_transforms():
    """What things of NEURON's stand for, by the words of their protocol."""
    section, plain = p.Section("s"), h.Section("plain")
    synapse, stim = p.ExpSyn(section), p.NetStim()
    for each in (section, plain, section(0.5), synapse, stim, p.ExpSyn, h.Vector([1]), None, 3, "a", [section]):
        assert p.transform(each) is each or p.transform(each) == each
    for place in (section, plain, section(0.5), plain(0.5)):
        voltage = place.section(0.5)._ref_v if hasattr(place, "section") else place(0.5)._ref_v
        for said in (p.transform_netcon(place), p.transform_record(place), place.__netcon__(), place.__record__()):
            assert p.is_nrn_scalar(said) and same_pointer(said, voltage)
    assert p.transform_netcon(stim) == stim and p.transform_netcon(synapse) == synapse
    assert same_pointer(p.transform_record(synapse), synapse._ref_i) and same_pointer(synapse.__record__(), synapse._ref_i)
    assert p.transform_arc(section) == section(0.5) and p.transform_arc(section(0.2)).x == 0.2 and p.transform_arc(stim) == stim
    section.nseg = 5

    class End(p.Section):
        def __arc__(self):
            return 0.9

    end = End(name="end")
    end.nseg = 5
    assert p.transform_arc(end) == end(0.9) and p.transform_arc(StandsFor(section)) == section(0.5)
    pointer = section(0.5)._ref_v
    assert same_pointer(p.transform_netcon(pointer), pointer) and same_pointer(p.transform_record(pointer), pointer)
    assert core.transform_netcon is p.transform_netcon and core.transform_arc is p.transform_arc


# ---- the connection between two -----------------------------------------------------------------------------------------------------


def test_connection_is_the_latest_netcon_between_two():
    """From source to target; with strict=False the other way too."""
    section = p.Section("s")
    synapse, stim, cell = p.ExpSyn(section), p.NetStim(), p.IntFire1()
    first = p.NetCon(section, synapse)
    assert p.connection(section, synapse) == first == p.connection(StandsFor(section), StandsFor(synapse))
    second = p.NetCon(section(0.5), synapse)
    assert p.connection(section, synapse) == second != first
    other = p.NetCon(stim, synapse, weight=3)
    assert p.connection(stim, synapse) == other and p.connection(source=stim, target=synapse).weight[0] == 3
    to_cell = p.NetCon(stim, cell)
    assert p.connection(stim, cell) == to_cell == p.connection(cell, stim, strict=False) == p.connection(cell, stim, False)
    assert type(p.connection(stim, cell)) is objects.NetCon


def test_connection_refuses():
    """What is not connected, and what cannot be."""
    section, other = p.Section("s"), p.Section("other")
    synapse, stim = p.ExpSyn(section), p.NetStim()
    netcon = p.NetCon(stim, synapse)
    for source, target in ((synapse, stim), (section, synapse), (stim, stim)):
        with pytest.raises(exceptions.NotConnectedError, match="^connection: there is no connection from .* to "):
            p.connection(source, target)
    with pytest.raises(exceptions.NotConnectedError, match="from the section s to ExpSyn"):
        p.connection(section, synapse, strict=False)
    for wrong in (3, "s", None, h.Vector(), p.ExpSyn, netcon):
        with pytest.raises(
            exceptions.NotConnectableError, match="^connection: (source|target) is .*, expected a Section, a Segment, a point "
        ):
            p.connection(wrong, synapse)
        with pytest.raises(exceptions.NotConnectableError):
            p.connection(stim, wrong)
    netcon.disconnect()
    with pytest.raises(exceptions.NotConnectedError):
        p.connection(stim, synapse)
    assert other.name() == "other"


# ---- what is kept -------------------------------------------------------------------------------------------------------------------


def test_references_are_each_once_and_the_older_first():
    """Of things of one kind; _connections: the latest NetCon to each."""
    section, child, second_child = p.Section("s"), p.Section("child"), p.Section("second child")
    assert section._references == [] and section._connections == {}
    synapse = p.ExpSyn(section)
    child.connect(section)
    voltage = section.record()
    other = section.synapse(p.Exp2Syn)
    second_child.connect(section)
    thing = h.Vector([1])
    section.__ref__(thing)
    section.__ref__(thing)
    found = section._references
    assert set(found) == {synapse, child, voltage, other, second_child, thing} and len(found) == 6
    assert found.index(synapse) < found.index(other) and found.index(child) < found.index(second_child)
    assert found[found.index(child)] is child and type(found[found.index(synapse)]) is objects.PointProcess
    assert synapse._references == [section] and child._references == [section] and child._connections == {}
    stim = p.NetStim()
    first = p.NetCon(stim, synapse)
    second = p.NetCon(stim, synapse)
    third = p.NetCon(section, other)
    assert stim._connections == {synapse: second} and synapse._connections == {stim: second}
    assert section._connections == {other: third} and other._connections == {section: third}
    assert first in synapse._references and second in synapse._references and len(synapse._references) == len(set(synapse._references))
    assert [section.__deref__(thing) for _ in range(3)] == [True, True, False]  # as often as __ref__
    assert thing not in section._references
    second.disconnect()
    assert stim._connections == {synapse: first}


def test_interpreter_is_p():
    """On all that p makes, and on sections and segments of h."""
    section = p.Section("s")
    for each in (section, section(0.5), h.Section("plain"), p.ExpSyn(section), p.NetStim(), p.NetCon(section, None), p.parallel):
        assert each._interpreter is p
