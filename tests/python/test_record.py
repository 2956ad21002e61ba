"""record: Vectors with what NEURON's own Vector.record gives, to the last bit; one per section and x."""

import numpy as np
import pytest
from helpers import at, cell, clean, h, p, run  # noqa: F401 - clean runs by itself


def spiking(interpreter=p):
    section = cell(interpreter, "s")
    section.nseg = 5
    clamp = h.IClamp(section(0.1))
    clamp.delay, clamp.dur, clamp.amp = 1, 30, 0.5
    return section, clamp


PLACES = {
    "section.record()": (lambda s: s.record(), 0.5),
    "section.record(x)": (lambda s: s.record(0.1), 0.1),
    "section.record(x=)": (lambda s: s.record(x=0.9), 0.9),
    "section.record(None)": (lambda s: s.record(None), 0.5),
    "section.record(0)": (lambda s: s.record(0), 0),
    "section.record(1)": (lambda s: s.record(1), 1),
    "section.record(numpy)": (lambda s: s.record(np.float64(0.3)), 0.3),
    "segment.record()": (lambda s: s(0.7).record(), 0.7),
    "p.record(section)": (lambda s: p.record(s), 0.5),
    "p.record(segment)": (lambda s: p.record(s(0.3)), 0.3),
    "p.record(pointer)": (lambda s: p.record(s(0.3)._ref_v), 0.3),
    "p.Vector().record(section)": (lambda s: p.Vector().record(s), 0.5),
    "p.Vector().record(segment)": (lambda s: p.Vector().record(s(0.9)), 0.9),
    "p.Vector().record(pointer)": (lambda s: p.Vector().record(s(0.9)._ref_v), 0.9),
}


@pytest.mark.parametrize("interpreter", [p, h], ids=["p", "h"])
@pytest.mark.parametrize("place", PLACES)
def test_the_values_are_neurons(place, interpreter):
    record, x = PLACES[place]
    section, clamp = spiking(interpreter)
    vector, expected = record(section), at(section(x))
    for _ in range(2):
        run(20)
        assert list(vector) == list(expected) and len(vector) == 801 and max(vector) > 0
    assert type(vector) is p.Vector is h.Vector


def test_p_record_of_a_point_process_is_its_current():
    section, clamp = spiking()
    synapse = section.synapse(p.ExpSyn)
    electrode = p.SEClamp(section(0.5))
    vectors = [p.record(synapse), p.record(clamp), p.record(electrode), p.Vector().record(synapse), p.record(clamp._ref_amp)]
    expected = [h.Vector().record(each) for each in (synapse._ref_i, clamp._ref_i, electrode._ref_i, synapse._ref_i, clamp._ref_amp)]
    run(10)
    assert [list(vector) for vector in vectors] == [list(vector) for vector in expected]
    assert any(vectors[1]) and any(vectors[2])


def test_any_variable_by_its_pointer():
    section, clamp = spiking()
    vector, expected = p.record(section(0.5).hh._ref_m), h.Vector().record(section(0.5).hh._ref_m)
    time = p.record(h._ref_t)
    run(10)
    assert list(vector) == list(expected) and len(time) == 401 and time[400] == pytest.approx(10)
    assert section.recordings == {}, "only voltages are a section's recordings"


def test_further_arguments_are_neurons():
    section, clamp = spiking()
    times = h.Vector([1, 2, 3.5])
    vectors = [p.Vector().record(section(0.5)._ref_v, 0.1), p.Vector().record(section, 0.1), p.Vector().record(section(0.5)._ref_v, times)]
    expected = [h.Vector().record(section(0.5)._ref_v, 0.1), h.Vector().record(section(0.5)._ref_v, times)]
    run(10)
    assert list(vectors[0]) == list(vectors[1]) == list(expected[0]) and len(vectors[0]) in (100, 101)
    assert list(vectors[2]) == list(expected[1]) and len(vectors[2]) == 3


STOCK = {
    "a pointer and sec": lambda v, s, y, t: v.record(h._ref_t, sec=s),
    "dt and sec": lambda v, s, y, t: v.record(s(0.5)._ref_v, 0.1, sec=s),
    "times and sec": lambda v, s, y, t: v.record(s(0.5)._ref_v, t, sec=s),
    "a point process and a pointer": lambda v, s, y, t: v.record(y, y._ref_i),
    "a point process, a pointer and dt": lambda v, s, y, t: v.record(y, s(0.5)._ref_v, 0.1),
    "a point process, a pointer and times": lambda v, s, y, t: v.record(y, y._ref_i, t),
}


@pytest.mark.parametrize("form", STOCK)
def test_every_stock_form_of_vector_record(form):
    from neuron import hoc

    section, clamp = spiking()
    synapse = h.ExpSyn(section(0.5))
    vector = h.Vector()
    times = h.Vector([1, 2])  # NEURON does not keep it
    assert STOCK[form](vector, section, synapse, times) == vector and isinstance(vector, hoc.HocObject)
    run(5)
    assert len(vector) > 0


def test_vector_record_returns_the_vector():
    section = p.Section()
    vector = p.Vector()
    assert vector.record(section) is vector or vector.record(section) == vector


def test_one_vector_per_section_and_x():
    section = p.Section(name="s")
    vectors = section.record(), section.record(0.5), section.record(x=None), section(0.5).record()
    vectors += p.record(section), p.record(section(0.5))
    assert all(vector == vectors[0] for vector in vectors)
    assert section.record(0.7) != vectors[0] and section.record(0.7) == section(0.7).record()
    other = p.Section(name="t")
    assert other.record() != vectors[0]
    assert h.List("Vector").count() == 4  # with p.time


def test_recordings_maps_x_to_the_vector():
    section = p.Section(name="s")
    assert section.recordings == {}
    made = section.record(), section.record(x=1.0), section.record(0.7)
    assert section.recordings == {0.5: made[0], 1.0: made[1], 0.7: made[2]}
    assert list(section.recordings) == [0.5, 1.0, 0.7]
    assert all(type(x) is float for x in section.recordings)
    assert h.Section(name="plain").recordings == {}


def test_x_that_names_the_same_segment_is_another_recording():
    section, clamp = spiking()
    section.nseg = 1
    assert section.record(0.4) != section.record(0.6)
    run(5)
    assert list(section.record(0.4)) == list(section.record(0.6))


def test_section_and_segment_record_are_methods_of_stock_types():
    from neuron import nrn

    section = h.Section(name="s")
    assert nrn.Section.record(section) == nrn.Segment.record(section(0.5)) == section.recordings[0.5]


class Tip(p.Section):
    def __arc__(self):
        return 1


def test_arc_of_a_subclass_is_where_its_section_records():
    tip = Tip(name="tip")
    tip.nseg = 5
    vector = tip.record()
    assert list(tip.recordings) == [1] and p.record(tip) == vector
    assert tip.record(0.5) != vector


class Says:
    """What a user's own class may say about itself."""

    def __init__(self, section):
        self.section = section

    def __record__(self):
        return self.section(0.9)._ref_v


class StandsFor:
    def __init__(self, section):
        self.section = section

    def __neuron__(self):
        return self.section


def test_an_object_that_says_what_to_record():
    section, clamp = spiking()
    vectors = [p.record(Says(section)), p.Vector().record(Says(section)), p.record(StandsFor(section))]
    expected = [at(section(0.9)), at(section(0.9)), at(section(0.5))]
    run(10)
    assert [list(vector) for vector in vectors] == [list(vector) for vector in expected]


def test_the_words_for_recording():
    section, clamp = spiking()
    assert section.__record__() == section(0.5)._ref_v and section(0.2).__record__() == section(0.2)._ref_v
    synapse = section.synapse(p.ExpSyn)
    assert synapse.__record__() == synapse._ref_i
    assert section.__arc__() == 0.5


def test_recordings_with_cvode_are_neurons():
    section, clamp = spiking()
    vector, expected = section.record(), at(section(0.5))
    h.CVode().active(1)
    run(20)
    assert list(vector) == list(expected) and len(vector) > 50


def test_recordings_with_two_threads_are_neurons():
    section, clamp = spiking()
    vector, expected = section.record(), at(section(0.5))
    h.ParallelContext().nthread(2)
    run(20)
    assert list(vector) == list(expected) and len(vector) == 801
    h.ParallelContext().nthread(1)


@pytest.mark.parametrize("arc", [float("nan"), 2, -0.1, "x", None, [1]])
def test_an_arc_that_is_no_place_is_refused(arc):
    class Odd(p.Section):
        def __arc__(self):
            return arc

    section, synapse = Odd(name="odd"), h.ExpSyn(h.Section(name="other")(0.5))
    for use in (section.record, lambda: section.synapse("ExpSyn"), lambda: section.connect_points(synapse)):
        with pytest.raises((ValueError, TypeError), match=r"__arc__ is .*, expected a number from 0 to 1 \(odd\)"):
            use()


def test_a_recording_is_of_a_place_and_follows_nseg():
    """Asked for again after nseg has changed, and by itself at the next initialisation."""
    (section, _clamp), (stock, _stock_clamp) = spiking(), spiking()
    asked, followed = section.record(0.1), section.record(0.9)
    section.nseg = stock.nseg = 9
    expected = [h.Vector().record(stock(x)._ref_v) for x in (0.1, 0.9, 0.5)]
    assert section.record(0.1) == asked
    centre = section.record(0.5)
    run()
    assert [list(vector) for vector in (asked, followed, centre)] == [list(vector) for vector in expected]


def test_an_arc_that_is_changed_in_a_class_is_the_new_one():
    class Moved(p.Section):
        def __arc__(self):
            return 0.2

    section = Moved(name="moved")
    section.record()
    Moved.__arc__ = lambda self: 0.8
    section.record()
    assert list(section.recordings) == [0.2, 0.8]
