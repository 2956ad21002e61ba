"""p stands in for h: its names, its assignments, its types; and p.time, the one recorder of time."""

import pytest
from helpers import alone, cell, clean, h, names, p, run, world  # noqa: F401 - clean runs by itself

# ---- p.time -------------------------------------------------------------------------------------------------------------------------


def times(section=None):
    """The times of a run by a recorder of NEURON's own."""
    section = section or h.Section(name="clock")
    vector = h.Vector()
    section.push()
    vector.record(h._ref_t)
    h.pop_section()
    return section, vector


def test_time_is_one_recorder():
    assert p.time is p.time
    before = world()
    assert len({id(p.time) for _ in range(5)}) == 1
    assert world() == before


@pytest.mark.parametrize("initialise", [lambda: p.run(5), lambda: (h.finitialize(-65), h.continuerun(5)), lambda: h("{run()}")])
def test_time_is_that_of_each_run(initialise):
    h.tstop = 5
    section = p.Section(name="s")
    _, expected = times(section)
    for _ in range(3):
        initialise()
        assert list(p.time) == list(expected) and len(p.time) == 201


def test_time_with_another_step_and_with_cvode():
    section = cell(p, "s")
    clamp = p.IClamp(section(0.5), delay=1, dur=3, amp=0.5)
    _, expected = times(section)
    h.dt, h.steps_per_ms = 0.1, 10
    run(5)
    assert list(p.time) == list(expected) and len(p.time) == 51
    h.dt, h.steps_per_ms = 0.025, 40
    h.CVode().active(1)
    run(5)
    assert list(p.time) == list(expected) and len(p.time) > 20
    assert clamp.dur == 3


def test_time_first_asked_for_after_the_run():
    printed = alone(
        """
        from patch import p
        section = p.Section(name="s")
        voltage = section.record()
        p.run(10)
        print(len(p.time), len(voltage), round(p.time[400], 6))
        """
    )
    assert printed.split() == ["401", "401", "10.0"]


WITHOUT_SECTIONS = """
from patch import p
from neuron import h
h.CVode().active({cvode})
stim = p.NetStim(start=1, number=3, interval=2)
ear = p.NetCon(stim, None)
for _ in range(2):
    p.run(5)
    print(len(list(h.allsec())), *p.time)
"""


def test_time_without_any_section_has_every_step():
    """Our own hook fills it, with the samples that NEURON's recorder has where there is a section."""
    first, second = alone(WITHOUT_SECTIONS.format(cvode=0)).splitlines()
    section, expected = times()
    run(5)
    assert first == second == " ".join(map(str, [0, *expected]))
    del section


def test_time_without_any_section_with_cvode():
    first, second = alone(WITHOUT_SECTIONS.format(cvode=1)).splitlines()
    sections, *seen = map(float, first.split())
    assert first == second and sections == 0 and seen[0] == 0 and seen == sorted(seen) and seen[-1] == pytest.approx(5)


def test_time_never_makes_a_section():
    assert p.time.size() >= 0 and names() == []
    p.run(1)
    assert names() == [] and len(p.time) == 41


def test_time_without_and_then_with_a_section_and_back():
    p.run(1)
    assert len(p.time) == 41
    section = p.Section(name="s")
    p.run(2)
    assert len(p.time) == 81
    del section
    p.run(3)
    assert names() == [] and len(p.time) == 121


def test_time_survives_the_section_that_it_was_tied_to():
    first, second = p.Section(name="first"), p.Section(name="second")
    p.run(1)
    del first
    p.run(2)
    assert names() == ["second"] and len(p.time) == 81
    h.delete_section(sec=second)
    third = p.Section(name="third")
    _, expected = times(third)
    p.run(3)
    assert list(p.time) == list(expected) and len(p.time) == 121
    del second


def test_time_holds_no_section():
    section = p.Section(name="s")
    p.run(1)
    assert section._references == []
    del section
    h.finitialize()
    assert names() == []


def test_time_is_a_vector():
    assert type(p.time) is h.Vector and p.time.hname().startswith("Vector[")


# ---- names --------------------------------------------------------------------------------------------------------------------------


def test_names_of_h_are_on_p():
    for name in ("ExpSyn", "Vector", "List", "secname", "pt3dadd", "allsec", "dt", "t", "celsius", "tstop", "CVode", "hh", "ref"):
        assert hasattr(p, name) == hasattr(h, name), name
    assert p.dt == h.dt and p.celsius == h.celsius and p.tstop == h.tstop
    assert p.Vector is h.Vector


def test_kept_names_are_the_same_object_and_work():
    assert p.secname is p.secname and p.ExpSyn is p.ExpSyn
    section = p.Section(name="s")
    assert p.secname(sec=section) == h.secname(sec=section)
    assert p.ref(3)[0] == 3 and p.Vector([1, 2]).sum() == 3


def test_assignment_goes_to_neuron_where_the_name_is_neurons():
    p.dt = 0.05
    assert h.dt == 0.05
    h.dt = 0.025
    assert p.dt == 0.025
    p("test_interpreter_number = 3")
    p.test_interpreter_number = 4
    assert h.test_interpreter_number == 4 == p.test_interpreter_number
    p("objref test_interpreter_object")
    p.test_interpreter_object = h.Vector([1, 2])
    assert h.test_interpreter_object.sum() == 3
    p.test_interpreter_object = None
    assert h.test_interpreter_object is None


def test_assignment_of_another_name_stays_on_p():
    p.something_of_mine = [1, 2]
    assert p.something_of_mine == [1, 2] and not hasattr(h, "something_of_mine")
    del p.something_of_mine
    assert not hasattr(p, "something_of_mine")


def test_hoc_code_by_calling_p():
    assert p("test_interpreter_called = 5") == 1
    assert p.test_interpreter_called == 5
    p("func test_interpreter_double() { return 2 * $1 }")
    assert p.test_interpreter_double(4) == 8
    p("func test_interpreter_double() { return 3 * $1 }")
    assert p.test_interpreter_double(4) == 12, "a redefined function is asked for anew"
    p("strdef test_interpreter_text")
    p.test_interpreter_text = "words"
    assert p.test_interpreter_text == "words"


def test_arrays_sections_and_templates_of_hoc():
    p("create test_interpreter_section")
    assert p.test_interpreter_section.name() == "test_interpreter_section"
    p("begintemplate TestInterpreter\npublic x\nproc init() { x = $1 }\nendtemplate TestInterpreter")
    assert p.TestInterpreter(4).x == 4
    p("double test_interpreter_array[3]")
    p.test_interpreter_array[1] = 7
    assert h.test_interpreter_array[1] == 7
    h.delete_section(sec=p.test_interpreter_section)


def test_a_mechanism_loaded_later_is_there():
    assert not hasattr(p, "NoSuchMechanism")
    p.VecStim()
    assert p.PatchVecStim().hname() == "PatchVecStim[0]" or p.PatchVecStim().hname().startswith("PatchVecStim")


def test_an_unknown_name_tells_the_nearest():
    for name, meant in {"SynExp": "ExpSyn", "ExpSin": "ExpSyn", "Sectoin": "Section", "finitialise": "finitialize"}.items():
        with pytest.raises(AttributeError, match=f"did you mean {meant}"):
            getattr(p, name)
    with pytest.raises(AttributeError):
        p.completely_unknown_and_near_to_nothing  # noqa: B018
    assert getattr(p, "SynExp", 3) == 3 and not hasattr(p, "SynExp")


def test_an_item_of_a_class():
    section = p.Section(name="s")
    netcon = section.connect_points(section.synapse(p.ExpSyn))
    index = int(netcon.hname()[7:-1])
    assert p.NetCon[index] == netcon == h.NetCon[index]
    assert type(p.NetCon[index]) is type(netcon)
    with pytest.raises(Exception):  # noqa: B017 - IndexError in NEURON 9
        p.NetCon[index + 100]
    assert p.ExpSyn[0] == h.ExpSyn[0]
    vector = h.Vector()
    assert p.Vector[int(vector.hname()[7:-1])] == vector


def test_isinstance():
    from neuron import hoc, nrn

    section = p.Section(name="s")
    synapse = section.synapse(p.ExpSyn)
    netcon = section.connect_points(synapse)
    assert isinstance(section, nrn.Section) and isinstance(section, p.Section) and isinstance(section(0.5), nrn.Segment)
    assert isinstance(h.Section(name="t"), p.Section) and not isinstance(synapse, p.Section), "as isinstance(x, h.Section)"
    assert isinstance(netcon, p.NetCon) and isinstance(netcon, h.NetCon) and isinstance(netcon, hoc.NetCon)
    assert isinstance(h.NetCon(None, synapse), p.NetCon) and isinstance(h.List(), p.List) and not isinstance(netcon, p.List)
    assert isinstance(synapse, hoc.HocObject) and isinstance(p, hoc.HocObject)
    assert isinstance(p.Vector([1]), p.Vector) and issubclass(p.NetCon, h.NetCon) and issubclass(p.Section, nrn.Section)
    from patch.interpreter import PythonHocInterpreter

    assert type(p) is PythonHocInterpreter and isinstance(p, PythonHocInterpreter)


def test_stock_idioms_by_p_as_h():
    printed = alone(
        """
        from patch import p as h
        soma, dend = h.Section(name="soma"), h.Section(name="dend")
        dend.connect(soma(1), 0)
        soma.L = soma.diam = 20
        for each in soma, dend: each.insert("hh")
        h.pt3dadd(h.Vector([0, 20]), h.Vector([0, 0]), h.Vector([0, 0]), h.Vector([20, 20]), sec=soma)
        stim = h.IClamp(soma(0.5))
        stim.delay, stim.dur, stim.amp = 1, 2, 0.5
        v = h.Vector().record(soma(0.5)._ref_v)
        t = h.Vector().record(h._ref_t)
        syn = h.ExpSyn(dend(0.3))
        nc = h.NetCon(soma(0.5)._ref_v, syn, sec=soma)
        nc.weight[0] = 0.01
        sl = h.SectionList()
        sl.append(sec=soma); sl.append(dend)
        assert [each.name() for each in sl] == ["soma", "dend"]
        assert [each.name() for each in soma.wholetree()] == ["soma", "dend"]
        assert h.SectionRef(sec=soma).child[0] is dend and soma.children() == [dend]
        assert h.distance(soma(0), dend(1)) > 0
        pc = h.ParallelContext()
        assert pc.id() == 0 and pc.nhost() == 1
        m = h.Matrix(2, 2); m.setval(0, 0, 3); assert m.getval(0, 0) == 3
        for sec in h.allsec():
            for seg in sec:
                for mech in seg: mech.name()
        h.topology
        x = h.ref(0)
        h.tstop = 5
        h.celsius = 6.3
        h.dt = 0.025
        h.finitialize(-65)
        while h.t < 5: h.fadvance()
        assert len(v) == len(t) and len(v) in (201, 202)
        assert h.cas() is soma
        soma.push(); h.pop_section()
        print("fine")
        """
    )
    assert printed.strip() == "fine"


def test_p_and_h_of_the_package_are_one():
    import patch
    from patch import h as patched
    from patch import p as again

    assert patch.p is patch.h is patched is again is p
    assert p._PythonHocInterpreter__h is h


def test_transform():
    import patch

    section = p.Section(name="s")

    class Stands:
        def __neuron__(self):
            return section

    assert patch.transform(Stands()) is section and p.transform(section) is section and patch.transform(3) == 3
    thing = object()
    assert p.transform(thing) is thing
    assert p.transform(section(0.5)) == section(0.5)
    synapse = section.synapse(p.ExpSyn)
    assert p.transform(synapse) == synapse
    plain = h.Section(name="plain")
    assert p.transform(plain) is plain
    del Stands.__neuron__


def test_defaults_show_and_set_the_numbers():
    assert (p.defaults.weight, p.defaults.delay, p.defaults.threshold) == (0.1, 1, -20)
    assert str(p.defaults) == "Defaults(weight=0.1, delay=1, threshold=-20)"
    section = p.Section(name="s")
    try:
        p.defaults.weight = 0.25
        p.defaults["delay"] = 3
        assert section.connect_points(None).delay == 3 and p.defaults["weight"] == 0.25
        for name, value in {"delay": -1, "weight": float("nan"), "threshold": "x"}.items():
            with pytest.raises((ValueError, TypeError)):
                setattr(p.defaults, name, value)
        with pytest.raises(AttributeError):
            p.defaults.wieght = 1
        with pytest.raises(AttributeError):
            p.defaults.wieght  # noqa: B018
        assert p.defaults.delay == 3
    finally:
        p.defaults.weight, p.defaults.delay = 0.1, 1
    assert section.connect_points(None).delay == 1


def test_signatures_show_the_numbers_in_force():
    import inspect

    section = p.Section(name="s")
    assert "weight=0.1" in str(inspect.signature(section.connect_points))
    try:
        p.defaults.weight = 0.3
        assert "weight=0.3" in str(inspect.signature(section.connect_points))
    finally:
        p.defaults.weight = 0.1


def test_a_name_that_p_adds_hides_the_users_and_a_warning_says_so():
    printed = alone(
        """
        import warnings
        from neuron import h
        h("record = 7")
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            from patch import p
            p.record
            p.record
        print(len(seen), h.record, callable(p.record), "record" in str(seen[0].message) if seen else "")
        """
    )
    assert printed.split() == ["1", "7.0", "True", "True"]


def test_the_warning_of_hidden_names_is_at_the_users_line_and_not_in_neuron_mode():
    code = """
        import warnings
        from neuron import h
        h("record = 7")
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            from patch import p
            p.record
        print([(each.filename, each.lineno) for each in seen])
        """
    assert alone(code).strip() == "[('<string>', 12)]"
    assert alone(code, PATCH_DEFAULTS="neuron").strip() == "[]"


def test_a_name_that_is_no_name_is_not_suggested():
    """p.h said: there is no h, did you mean h?"""
    h("mentioned_only_here")  # a symbol without a meaning
    with pytest.raises(AttributeError, match="there is no mentioned_only_here$"):
        p.mentioned_only_here  # noqa: B018


def test_a_number_that_is_set_under_nearly_a_variables_name_is_warned_of():
    """`p.celcius = 6.3` changed nothing, without a word."""
    with pytest.warns(UserWarning, match="p.celcius is an attribute of your own, and nearly NEURON's celsius"):
        p.celcius = 6.3
    assert p.celcius == 6.3 != h.celsius or h.celsius == 6.3
    p.celcius = 7  # told once
    p.my_cells = []
    assert p.my_cells == [] and "my_cells" in dir(p)
    del p.celcius, p.my_cells
    with pytest.raises(AttributeError):
        p.my_cells  # noqa: B018


def test_what_neuron_refuses_to_set_is_refused_and_a_symbol_of_hocs_comes_first():
    h("objref an_array[2]")
    with pytest.raises(IndexError):
        p.an_array = []
    p.made_later = 3
    assert p.made_later == 3
    h("made_later = 1")
    assert p.made_later == 1
    printed = alone(
        """
        from patch import p
        for name, value in {"tsotp": 7, "Vector": 3}.items():
            try:
                setattr(p, name, value)
            except Exception as error:
                print(type(error).__name__)
        """,
        PATCH_DEFAULTS="neuron",
    )
    assert printed.split() == ["LookupError", "TypeError"]


def test_a_mode_that_is_none_is_told():
    code = """
        import warnings
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            from patch import p
            p.defaults
        print([(str(each.message), each.filename) for each in seen])
        """
    assert alone(code, PATCH_DEFAULTS="nueron").strip() == (
        """[("PATCH_DEFAULTS is 'nueron', expected neuron or patch: it changes nothing", '<string>')]"""
    )
    assert alone(code, PATCH_DEFAULTS="patch").strip() == "[]"


def test_a_deleted_section_is_a_sentence_for_the_words_of_transform():
    """The process ended."""
    section = p.Section(name="d")
    segment = section(0.5)
    h.delete_section(sec=section)
    assert p.transform(segment) is segment
    for word in (p.transform_netcon, p.transform_record, p.transform_arc):
        for thing in (section, segment):
            with pytest.raises(ReferenceError, match="object is a section that has been deleted"):
                word(thing)


def test_neuron_mode_makes_no_clock_until_it_is_asked_for():
    printed = alone(
        """
        import warnings
        from patch import p
        p.load_file("stdrun.hoc")
        section = p.Section()
        p.run(1)
        count = p.List("Vector").count()
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            first = len(p.time)
        p.run(1)
        print(count, first, len(p.time), [str(each.message) for each in seen])
        """,
        PATCH_DEFAULTS="neuron",
    )
    assert printed.strip() == "0 0 201 ['p.time records from the next initialisation on: in neuron mode ask for it before the run']"


def test_dir_and_repr():
    shown = dir(p)
    for name in ("Section", "NetCon", "time", "record", "ExpSyn", "Vector", "dt"):
        assert name in shown, name
    assert repr(p)


def test_counts():
    assert p.counts() == {"sections": 0, "objects": 0, "edges": 0, "connections": 0, "recordings": 0}
    section = p.Section(name="s")
    netcon = section.connect_points(section.synapse(p.ExpSyn))
    vector = section.record()
    assert p.counts() == {"sections": 1, "objects": 3, "edges": 3, "connections": 1, "recordings": 1}
    assert p.counts("edges") == {"edges": 3} or p.counts("edges") == 3
    del section, netcon, vector


def test_versions():
    import patch.version

    assert p.version() == patch.version.version() and p.neuron_version().startswith("9.0")


def test_a_subclass_of_p_section():
    class Cell(p.Section):
        def __init__(self, name, size):
            super().__init__(name=name)
            self.size = size

    made = Cell("cell", 3)
    assert made.size == 3 and made.name() == "cell" and isinstance(made, p.Section)
    made.record()
    assert made.connect_points(None).preseg().sec is made
    del made.size


def test_free_attributes_and_weak_references_of_sections():
    import weakref

    section = p.Section(name="s")
    section.label = "mine"
    assert section.label == "mine" and next(iter(h.allsec())).label == "mine" and h.cas() is section
    weak = weakref.ref(section)
    assert weak() is section
    del section
    h.finitialize()
    assert weak() is None


def test_what_an_object_stands_for_may_be_held_by_nobody_else():
    class Stands:
        def __neuron__(self):
            return p.Section(name="made for it")

    assert str(p.transform(Stands())) == "made for it"
    child = p.Section(name="child")
    child.connect(Stands())
    assert str(child.parentseg()) == "made for it(1)"


def test_neuron_mode_loads_nothing_and_hides_nothing():
    printed = alone(
        """
        from neuron import h
        h("record = 7")
        from patch import p
        print(p.record, hasattr(h, "stdinit"), h.celsius)
        """,
        PATCH_DEFAULTS="neuron",
    )
    assert printed.split() == ["7.0", "False", "6.3"]


def test_time_is_not_tied_to_a_section_that_the_run_frees():
    """The first section of NEURON's list is a dropped one that is freed before the run: time goes by another."""
    printed = alone(
        """
        from patch import p
        from neuron import h
        dropped, other, kept = p.Section(name="dropped"), p.Section(name="other"), h.Section(name="kept")
        other.connect(dropped)
        del dropped, other
        assert [section.name() for section in h.allsec()] == ["dropped", "other", "kept"]
        p.run(1)
        print(len(p.time), [section.name() for section in h.allsec()])
        p.run(2)
        print(len(p.time))
        """
    )
    assert printed.split() == ["41", "['kept']", "81"]
