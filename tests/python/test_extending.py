"""Classes of users' own: derived from p's, derived from PythonHocObject, and any class with the words of the protocol."""

import copy
import pickle
import weakref
from dataclasses import dataclass
from functools import partial
from typing import Generic, TypeVar

import pytest
from helpers import alone, clean, h, p, run, world  # noqa: F401 - clean runs by itself
from patch import exceptions, objects

T = TypeVar("T")


class Anything:
    """Something that a weak reference can watch."""


def refusal(action):
    """The exception that an action raises, without the frames that hold the test's objects; None if it raises none."""
    try:
        action()
    except Exception as error:
        return error.with_traceback(None)
    return None


# ---- derived from p's classes -------------------------------------------------------------------------------------------------------


class Soma(p.Section):
    def __init__(self, size, *, kind="soma", **named):
        super().__init__(**named)
        self.L = self.diam = size
        self.kind = kind

    def surface(self):
        return sum(segment.area() for segment in self)


class DeepSoma(Soma):
    def __init__(self):
        super().__init__(30, kind="deep", name="deep")


class BareSection(p.Section):
    pass


class MySyn(p.ExpSyn):
    def __init__(self, place, tau=2.0, *, label="", **named):
        super().__init__(place, tau=tau, **named)
        self.label = label

    def twice(self):
        return 2 * self.tau


class DeepSyn(MySyn):
    def __init__(self, place):
        super().__init__(place, 7, label="deep", e=-5)


class BareSyn(p.ExpSyn):
    pass


class Speaks:
    def hello(self):
        return f"hello {self.hname()}"


class MixedBefore(Speaks, p.ExpSyn):
    pass


class MixedAfter(p.ExpSyn, Speaks):
    pass


class GenericSyn(Generic[T], p.ExpSyn):
    pass


class SlottedSyn(p.ExpSyn):
    __slots__ = ("extra",)


class MyCon(p.NetCon):
    def __init__(self, source, target, *, label, **named):
        super().__init__(source, target, **named)
        self.label = label

    def charge(self):
        return self.weight[0] * self.delay


class BareCon(p.NetCon):
    pass


class MyClamp(p.IClamp):
    def __init__(self, place, charge):
        super().__init__(place, amplitude=2, duration=charge / 2)

    def charge(self):
        return self.amplitude * self.duration


class MyVoltageClamp(p.SEClamp):
    pass


class MyStim(p.NetStim):
    def __init__(self, number):
        super().__init__(number=number, start=1, interval=2)


class MyVecStim(p.VecStim if isinstance(p.VecStim, type) else objects.VecStim):
    pass


class MyList(p.List):
    def first(self):
        return self[0]


class MyVector(p.Vector):
    def twice(self):
        return 2 * self


def test_a_class_of_sections():
    """Own arguments, keywords, several levels; it is a section in every way."""
    soma, deep, bare = Soma(20, name="soma"), DeepSoma(), BareSection("bare")
    assert (soma.name(), soma.L, soma.diam, soma.kind) == ("soma", 20, 20, "soma")
    assert (deep.name(), deep.L, deep.kind, type(deep)) == ("deep", 30, "deep", DeepSoma)
    plain = h.Section("plain")
    plain.L = plain.diam = 20
    assert soma.surface() == plain(0.5).area()
    assert isinstance(deep, (p.Section, Soma)) and isinstance(deep, type(plain)) and issubclass(DeepSoma, objects.Section)
    bare.connect(soma(0.5))
    deep.connect(soma)
    assert soma.children() == h.SectionRef(sec=soma).child[0].parentseg().sec.children() and set(soma.children()) == {bare, deep}
    assert bare.parent is soma and set(soma.wholetree()) == {soma, bare, deep} and soma(0.5).section is soma
    assert [type(each) for each in h.allsec()] == [Soma, DeepSoma, BareSection, type(plain)]
    assert type(BareSection(name="other", cell=None)) is BareSection
    with pytest.raises(TypeError):
        BareSection(size=3)


def test_a_class_of_synapses():
    """Own arguments, keywords, several levels, mixins; it is a point process in every way."""
    section = p.Section("s")
    section.nseg = 5
    synapse = MySyn(section, 3, label="a", e=-1)
    assert (synapse.tau, synapse.e, synapse.label, synapse.twice()) == (3, -1, "a", 6)
    assert str(synapse.get_segment()) == "s(0.5)" and type(synapse) is MySyn and isinstance(synapse, objects.PointProcess)
    deep = DeepSyn(section(0.1))
    assert (deep.tau, deep.e, deep.label, str(deep.get_segment())) == (7, -5, "deep", "s(0.1)")
    for made in (BareSyn(section(0.9)), BareSyn(section, x=0.9), BareSyn(0.9, sec=section), BareSyn(h.ref and section(0.9), tau=0.1)):
        assert (made.tau, str(made.get_segment())) == (0.1, "s(0.9)")
    for kind in (MixedBefore, MixedAfter):
        mixed = kind(section)
        assert mixed.hello() == f"hello {mixed.hname()}" and isinstance(mixed, Speaks)
    assert GenericSyn(section).tau == 0.1
    assert synapse._references == [section] and section in deep._references and synapse.has_loc()
    assert p.is_point_process(synapse) and p.transform(synapse) is synapse and synapse.parameters == ["e", "g", "i", "tau"]
    for wrong in (lambda: BareSyn(section, taw=3), lambda: BareSyn(3), lambda: BareSyn(section(0.5), x=0.1)):
        with pytest.raises(exceptions.PatchError):
            wrong()
    synapse.loc(section(0.9))
    assert str(synapse.get_segment()) == "s(0.9)"


def test_a_synapse_of_ones_own_class_is_felt_as_a_plain_one():
    """It does what NEURON's does, to the last bit."""

    def voltage(of, make):
        section = of.Section("s")
        section.insert("pas")
        synapse = make(section)
        stim = of.NetStim()
        stim.start, stim.number = 2, 3
        netcon = of.NetCon(stim, synapse, 10, 1, 0.01)
        seen = h.Vector().record(section(0.5)._ref_v)
        run(30)
        return list(seen), netcon

    def plain(section):
        synapse = h.ExpSyn(section(0.5))
        synapse.tau = 7
        synapse.e = -5
        return synapse

    expected, _ = voltage(h, plain)
    h.finitialize()
    got, netcon = voltage(p, DeepSyn)
    assert got == expected and max(got) - min(got) > 1
    assert netcon.weight[0] == 0.01


def test_a_class_of_connections():
    """Own arguments and keywords; positional ones are NEURON's; p's own numbers where none are given."""
    section = p.Section("s")
    synapse = p.ExpSyn(section)
    netcon = MyCon(section, synapse, label="a", delay=2)
    assert (netcon.label, netcon.weight[0], netcon.delay, netcon.threshold, netcon.charge()) == ("a", 0.1, 2, -20, 0.2)
    assert netcon.syn() == synapse and netcon.preseg() == section(0.5) and type(netcon) is MyCon
    assert isinstance(netcon, p.NetCon) and isinstance(netcon, h.NetCon) and section._connections == {synapse: netcon}
    other = BareCon(section, synapse, -10, 3, 4)
    assert (other.threshold, other.delay, other.weight[0], other.gid) == (-10, 3, 4, None)
    assert list(BareCon(section, None).record()) == [] and p.connection(section, synapse) == other
    other.disconnect()
    assert p.connection(section, synapse) == netcon
    for wrong in (lambda: BareCon(), lambda: BareCon(3, 4), lambda: MyCon(section, synapse, label="a", wait=3)):
        with pytest.raises(exceptions.PatchError):
            wrong()


def test_classes_of_clamps_stimuli_and_containers():
    """With the methods and the numbers that p's own have."""
    section = p.Section("s")
    clamp = MyClamp(section, 6)
    assert (clamp.amp, clamp.dur, clamp.duration, clamp.charge(), isinstance(clamp, objects.IClamp)) == (2, 3, 3, 6, True)
    clamp.duration = 5
    assert clamp.dur == 5
    voltage = MyVoltageClamp(section)
    assert voltage.voltage == [-70, -50, -70] and isinstance(voltage, objects.SEClamp)
    stim, synapse = MyStim(4), MySyn(section)
    assert (stim.number, stim.start, stim.interval) == (4, 1, 2) and isinstance(stim, objects.NetStim)
    netcon = p.NetCon(stim, synapse)
    assert set(stim._references) == {netcon, synapse} and stim._connections == {synapse: netcon}
    played = MyVecStim([1, 2])
    assert list(played.pattern) == [1, 2] and isinstance(played, objects.VecStim)
    held = MyList()
    held.append(synapse)
    held.label = "mine"
    assert held.first() == synapse and len(held) == 1 and held.label == "mine"
    assert isinstance(held, p.List) and isinstance(held, h.List) and MyList("ExpSyn").count() == 1
    vector = MyVector([1, 2])
    assert list(vector.twice()) == [2, 4] and isinstance(vector, p.Vector)
    vector.record(section)
    h.finitialize(-65)
    assert list(vector) == [-65]
    del held, netcon


def test_a_section_makes_an_instance_of_a_users_class():
    """It gave a plain point process of p's, and p.PointProcess refused the class."""
    section = p.Section(name="with_syn")
    section.nseg = 3
    for made in (section.synapse(MySyn, x=0.1), p.PointProcess(MySyn, section(0.1))):
        assert type(made) is MySyn and made.twice() == 4 and made.get_segment() == section(0.1)
    assert type(section.synapse(MySyn, tau=3, attributes={"e": -5})) is MySyn
    kept = section.synapse(MySyn, store=True)
    assert section.synapses == [kept]
    assert type(p.PointProcess(MySyn, section, tau=4)) is MySyn
    before = h.List("ExpSyn").count()
    with pytest.raises(exceptions.PatchTypeError, match="factory is a function that returned 3, expected one that returns a point process"):
        p.PointProcess(lambda place: 3, section)
    assert h.List("ExpSyn").count() == before


class Stands:
    def __init__(self, section):
        self.section = section

    def __neuron__(self):
        return self.section


class Forgetful:
    """Its methods have no return."""

    def __neuron__(self):
        pass

    __netcon__ = __record__ = __neuron__


@pytest.mark.parametrize(
    "call",
    [
        "p.NetCon(mine, synapse)",
        "p.NetCon(section, mine)",
        "section.connect_points(mine)",
        "p.ExpSyn(mine)",
        "p.IClamp(mine)",
        "p.record(mine)",
    ],
)
def test_an_object_that_stands_for_none_is_refused(call):
    """It gave NetCons without an end, point processes nowhere and clamps in the current section."""
    section = p.Section(name="s")
    synapse = section.synapse("ExpSyn")
    before = world()
    with pytest.raises(exceptions.PatchTypeError, match="Forgetful stands for None"):
        eval(call, {"p": p, "mine": Forgetful(), "section": section, "synapse": synapse})
    for kind in (p.ExpSyn, p.IClamp):
        with pytest.raises(exceptions.PatchTypeError, match="place is None"):
            kind(None)
    assert world() == before


def test_a_handle_of_ps_is_the_users_living_instance():
    """Another handle had neither the class nor the attributes."""
    section = p.Section(name="s")
    synapse = MySyn(section, label="mine")
    (same,) = (p.transform(each) for each in section(0.5).point_processes())
    assert same is synapse and same.label == "mine" and same.twice() == 4

    class Connection(p.NetCon):
        pass

    connection = Connection(section, synapse)
    connection.label = "own"
    assert p.connection(section, synapse) is connection and section._connections == {synapse: connection}
    assert next(iter(section._connections.values())).label == "own"


def test_what_a_users_ref_raises_leaves_nothing_made():
    class Refuses(Stands):
        def __ref__(self, other):
            raise ValueError("mine")

    section = p.Section(name="s")
    synapse = section.synapse("ExpSyn")
    before = world()
    with pytest.raises(ValueError, match="mine"):
        p.NetCon(Refuses(section), synapse)
    assert world() == before


def test_vecstim_can_be_derived_from_and_is_a_class():
    class Played(p.VecStim):
        def times(self):
            return list(self.pattern)

    assert Played([1, 2]).times() == [1, 2] and isinstance(p.VecStim([1]), p.VecStim) and type(p.VecStim()) is objects.VecStim


def test_an_arc_of_sec_is_asked():
    class Middle(Stands):
        def __arc__(self):
            return 0.1

    section = p.Section(name="s")
    section.nseg = 5
    for kind in (p.IClamp, p.SEClamp, p.ExpSyn):
        assert kind(sec=Middle(section)).get_segment() == section(0.1) and kind(0.9, sec=Middle(section)).get_segment() == section(0.9)


def test_a_class_that_takes_a_name_of_ps_says_so():
    printed = alone(
        """
        import warnings
        from patch import objects, p
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            class Mine(objects.PythonHocObject): pass
            class Mine(objects.PythonHocObject): pass
            class run(objects.PythonHocObject): pass
        print([str(each.message) for each in seen])
        """
    )
    assert printed.strip() == '["p.run is your class from now on, and was Patch\'s own"]'


def test_classes_of_the_module_objects_can_be_derived_from():
    """`class MySection(patch.objects.Section)` is what older packages write."""

    class OfSection(objects.Section):
        pass

    class OfNetCon(objects.NetCon):
        pass

    class OfClamp(objects.IClamp):
        pass

    class OfStim(objects.NetStim):
        pass

    section = OfSection("s")
    assert section.name() == "s" and isinstance(section, p.Section)
    assert OfClamp(section, amplitude=3).amp == 3 and OfStim(number=4).number == 4
    assert OfNetCon(section, p.ExpSyn(section)).weight[0] == 0.1


def test_the_classes_of_the_module_objects_can_be_called():
    """They make what p makes; PointProcess itself says that it makes nothing."""
    section = p.Section("s")
    assert objects.IClamp(section(0.5)).amp == 1 and objects.SEClamp(section).dur1 == 100 and objects.NetStim(number=3).number == 3
    assert objects.NetCon(section, None).threshold == -20 and objects.SectionRef(section).section is section
    assert list(objects.VecStim([1, 2]).pattern) == [1, 2] and list(objects.Vector([1])) == [1]
    assert type(objects.Section("t")) is objects.Section and objects.Segment is type(section(0.5))

    class Nothing(objects.PointProcess):
        pass

    for nothing in (objects.PointProcess, Nothing):
        with pytest.raises(TypeError, match=r"p\.<Mechanism>|p\.ExpSyn|mechanism"):
            nothing(section)


def test_members_of_ones_own():
    """Properties, class attributes and special methods come first, as in Python."""

    class Own(p.ExpSyn):
        unit = "uS"

        @property
        def twice(self):
            return 2 * self.tau

        @twice.setter
        def twice(self, value):
            self.tau = value / 2

        @property
        def e(self):
            return "mine"

        def hname(self):
            return "my own"

        def __repr__(self):
            return f"<{super().hname()}>"

        def __getattr__(self, name):
            if name.startswith("dynamic"):
                return name
            raise AttributeError(name)

    own = Own(p.Section("s"))
    own.twice = 6
    assert (own.tau, own.twice, own.unit, own.e, own.hname(), repr(own)) == (3, 6, "uS", "mine", "my own", "<ExpSyn[0]>")
    assert own.dynamic_name == "dynamic_name" and not hasattr(own, "other")


def test_new_may_take_other_arguments():
    """A class whose __new__ and __init__ take what they like."""

    class Chosen(p.ExpSyn):
        def __new__(cls, *arguments, **named):
            return super().__new__(cls)

        def __init__(self, where, tau):
            super().__init__(where["place"], tau=tau)

    class ChosenSection(p.Section):
        def __new__(cls, *arguments, **named):
            return super().__new__(cls)

        def __init__(self, first, second):
            super().__init__(f"{first} {second}")

    assert Chosen({"place": p.Section("s")}, 5).tau == 5 and ChosenSection("a", "b").name() == "a b"


def test_copies_are_refused_as_in_stock():
    """copy and pickle: what NEURON says of its own."""
    section, plain = Soma(20, name="s"), h.Section("plain")
    synapse = p.ExpSyn(section)
    ours = [section, MySyn(section), MyCon(section, synapse, label=""), MyClamp(section, 1), MyList()]
    stocks = [plain, h.ExpSyn(plain(0.5)), h.NetCon(None, None), h.IClamp(plain(0.5)), h.List()]
    for mine, stock in zip(ours, stocks, strict=True):
        for action in (copy.copy, copy.deepcopy, pickle.dumps):
            expected, error = refusal(partial(action, stock)), refusal(partial(action, mine))
            assert type(error) is type(expected) is TypeError
            assert str(error) == str(expected) or str(error).startswith("cannot pickle"), error
    vector = MyVector([1, 2])
    assert list(pickle.loads(pickle.dumps(vector))) == [1, 2]


def test_slots_and_weak_references():
    """Instances of users' classes can be watched; slots are Python's."""
    section = p.Section("s")
    slotted = SlottedSyn(section)
    slotted.extra = 3
    assert slotted.extra == 3
    for made in (Soma(1), MySyn(section), MyCon(section, None, label=""), MyList()):
        assert weakref.ref(made)() is made


# ---- without super().__init__ -------------------------------------------------------------------------------------------------------


@dataclass
class DataSection(p.Section):
    size: int = 3


def without_init(*bases):
    """A class whose __init__ uses itself, and does not call super().__init__."""

    class Unmade(*bases):
        def __init__(self, use=lambda self: None):
            use(self)

    return Unmade


KINDS = {"Section": p.Section, "ExpSyn": p.ExpSyn, "NetCon": p.NetCon, "IClamp": p.IClamp, "NetStim": p.NetStim}


@pytest.mark.parametrize("kind", KINDS)
def test_without_super_init_nothing_is_made(kind):
    """A sentence that says what is missing; NEURON's own top level is never meant."""
    before = world()
    with pytest.raises(exceptions.PatchTypeError, match=r"^__init__: the __init__ of Unmade has to call super\(\).__init__\(\)$"):
        without_init(KINDS[kind])()
    if kind == "Section":
        with pytest.raises(exceptions.PatchTypeError, match="the __init__ of DataSection has to call"):
            DataSection()
    h.finitialize()
    assert world() == before


USES = {
    "Section": {
        "a name of NEURON's": lambda s: s.L,
        "a variable": lambda s: s.v,
        "a pointer": lambda s: s._ref_v,
        "a place": lambda s: s(0.5),
        "record": lambda s: s.record(),
        "iteration": lambda s: list(s),
        "p.ExpSyn": lambda s: p.ExpSyn(s),
        "p.NetCon": lambda s: p.NetCon(s, None),
        "p.SectionRef": lambda s: p.SectionRef(sec=s),
        "connect": lambda s: s.connect(s),
        "connect another": lambda s: p.Section("other").connect(s),
        "insert": lambda s: s.insert("pas"),
        "name": lambda s: s.name(),
        "add_3d": lambda s: s.add_3d([[0, 0, 0]]),
        "push": lambda s: s.push(),
        "pop": lambda s: s.pop(),
        "points": lambda s: s.points,
        "parent": lambda s: s.parent,
        "wholetree": lambda s: s.wholetree(),
        "iclamp": lambda s: s.iclamp(),
        "synapse": lambda s: s.synapse("ExpSyn"),
        "set_dimensions": lambda s: s.set_dimensions(1, 2),
        "_connections": lambda s: s._connections,
        "__ref__": lambda s: s.__ref__(3),
        "__netcon__": lambda s: s.__netcon__(),
    },
    "ExpSyn": {
        "a name of NEURON's": lambda s: s.tau,
        "a name of the top level": lambda s: s.celsius,
        "a pointer": lambda s: s._ref_tau,
        "a method": lambda s: s.get_segment(),
        "hname": lambda s: s.hname(),
        "stimulate": lambda s: s.stimulate(),
        "parameters": lambda s: s.parameters,
        "__record__": lambda s: s.__record__(),
        "__ref__": lambda s: s.__ref__(3),
        "p.NetCon": lambda s: p.NetCon(None, s),
        "h.NetCon": lambda s: h.NetCon(None, s),
        "p.record": lambda s: p.record(s),
        "p.ParallelCon": lambda s: p.ParallelCon(3, s),
    },
    "NetCon": {
        "a name of NEURON's": lambda c: c.weight[0],
        "a method": lambda c: c.syn(),
        "disconnect": lambda c: c.disconnect(),
        "gid": lambda c: c.gid,
        "record": lambda c: c.record(),
    },
    "IClamp": {"a name of NEURON's": lambda c: c.amp, "another name": lambda c: c.amplitude},
    "NetStim": {"a name of NEURON's": lambda c: c.number},
}


@pytest.mark.parametrize("kind", USES)
def test_a_use_before_super_init_is_an_exception(kind):
    """Not the end of the process, and nothing of NEURON's top level."""
    current, wrong = p.Section("s"), []
    for use, action in USES[kind].items():
        error = refusal(lambda action=action: without_init(KINDS[kind])(action))
        if not isinstance(error, (AttributeError, ReferenceError, TypeError, RuntimeError)):
            wrong.append(f"{use}: {error!r}")
    assert not wrong, wrong
    assert h.cas() == current


def test_attributes_set_before_super_init():
    """`self.labels = []` in front of super().__init__(): kept."""

    class Early(p.Section):
        def __init__(self):
            self.labels = ["soma"]
            super().__init__("early")

    class EarlySyn(p.ExpSyn):
        def __init__(self, place):
            self.label = "a"
            super().__init__(place, tau=3)

    class EarlyCon(p.NetCon):
        def __init__(self, *ends):
            self.label = "a"
            super().__init__(*ends)

    early = Early()
    assert (early.labels, early.name()) == (["soma"], "early")
    synapse = EarlySyn(early)
    assert (synapse.label, synapse.tau) == ("a", 3) and EarlyCon(early, synapse).label == "a"


@pytest.mark.parametrize("name", ["celsius", "tau"])
def test_a_number_set_before_super_init_is_nobodys(name):
    """Not NEURON's top level's, and it does not hide the synapse's own."""
    before = h.celsius

    class Early(p.ExpSyn):
        def __init__(self, place):
            try:
                setattr(self, name, 9)
            except (AttributeError, exceptions.PatchError):
                pass  # refused is well too
            super().__init__(place)

    made = Early(p.Section("s"))
    assert h.celsius == before and made.tau == 0.1


# ---- how long they live -------------------------------------------------------------------------------------------------------------


def watched(made):
    """Weak references to a new object and to something that it holds."""
    made.held = Anything()
    return weakref.ref(made), weakref.ref(made.held)


def test_a_dropped_instance_is_gone():
    """By the next finitialize, with what it held."""
    section = p.Section("s")
    makes = {
        "a section": lambda: Soma(20),
        "a synapse on a section that is gone": lambda: MySyn(p.Section("t")),
        "a stimulus": lambda: MyStim(3),
        "a list": lambda: MyList(),
        "a connection of nothing": lambda: MyCon(None, None, label=""),
        "a connection of what is gone": lambda: MyCon(Soma(3), MySyn(p.Section("t")), label=""),
    }
    before = world()
    for name, make in makes.items():
        references = watched(make())
        h.finitialize()
        assert [reference() for reference in references] == [None, None], name
        assert world() == before, name
    assert section.name() == "s"


def test_a_section_of_ones_own_class_lives_while_it_is_connected():
    """With its class and its attributes: it is the same object."""
    synapse = MySyn(p.Section("s"))
    soma = Soma(20, name="soma", kind="kept")
    reference = weakref.ref(soma)
    p.NetCon(soma, synapse)
    del soma
    h.finitialize()
    (kept,) = (section for section in h.allsec() if section.name() == "soma")
    assert kept is reference() and type(kept) is Soma and kept.kind == "kept"
    del kept, synapse
    h.finitialize()
    assert reference() is None and list(h.allsec()) == []


def test_an_instance_dropped_while_its_synapse_lives():
    """The synapse lives with its section; the instance was a handle."""
    section = p.Section("s")
    synapse = MySyn(section, 9)
    stim = MyStim(3)
    p.NetCon(stim, synapse)
    del synapse, stim
    h.finitialize()
    there = world()
    assert (there["ExpSyn"], there["NetStim"], there["NetCon"]) == (1, 1, 1)
    (kept,) = section(0.5).point_processes()
    assert kept.tau == 9 and p.ExpSyn[0] == kept
    voltage = section.record()
    run(10)
    assert max(voltage) > min(voltage)


def test_a_connection_of_ones_own_class_lives_with_both_ends():
    """disconnect() ends it."""
    section = p.Section("s")
    synapse = p.ExpSyn(section)
    reference = weakref.ref(MyCon(section, synapse, label="a"))
    h.finitialize()
    assert reference() is None and world()["NetCon"] == 1 and section._connections[synapse].weight[0] == 0.1
    section._connections[synapse].disconnect()
    h.finitialize()
    assert "NetCon" not in world()


def test_the_process_ends_well_with_such_classes_alive():
    """Instances of every kind, in globals, in cycles, in attributes, before and after a run; then nothing but the end."""
    printed = alone(
        """
        from patch import p, objects
        class Soma(p.Section): pass
        class Syn(p.ExpSyn):
            def __del__(self): self.hname()
        class Con(p.NetCon): pass
        class Stim(p.NetStim): pass
        class Clamp(p.IClamp): pass
        class Held(p.List): pass
        class Vec(p.Vector): pass
        class Mine(objects.PythonHocObject): pass
        soma = Soma(name="soma")
        soma.me = soma
        syn = Syn(soma)
        syn.me, syn.soma = syn, soma
        con = Con(Stim(), syn)
        con.all = [soma, syn, con]
        clamp, held, vec, mine = Clamp(soma), Held(), Vec([1]), Mine(soma)
        held.append(syn)
        held.append(held)
        mine.me = mine
        vec.record(soma)
        p.ParallelCon(Soma(), 3)
        p.ParallelCon(3, Syn(soma))
        p.run(5)
        for _ in range(3):
            Con(Soma(), Syn(soma))
        print(len(vec))
        """
    )
    assert printed.split() == ["201"]


# ---- types, equality ----------------------------------------------------------------------------------------------------------------


def test_isinstance_across_p_and_h():
    """isinstance(x, p.X) is what isinstance(x, h.X) is."""
    section, plain = p.Section("s"), h.Section("plain")
    synapse = p.ExpSyn(section)
    assert isinstance(section, p.Section) and isinstance(plain, p.Section) and isinstance(Soma(1), p.Section)
    assert not isinstance(plain, Soma) and not isinstance(synapse, p.Section) and isinstance(section, type(plain))
    for name, made in {"List": (), "Vector": (), "Matrix": (2, 2), "SectionList": (), "Random": (), "StringFunctions": ()}.items():
        ours, stock = getattr(p, name), getattr(h, name)
        for each in (ours(*made), stock(*made)):
            assert isinstance(each, ours) and isinstance(each, stock), name
            assert not isinstance(each, p.NetCon) and not isinstance(synapse, ours), name
        assert ours.__name__ == stock.__name__ == name and repr(ours(*made)).startswith(name) and type(ours(*made)) is ours
    for netcon in (p.NetCon(section, synapse), h.NetCon(None, synapse)):
        assert isinstance(netcon, p.NetCon) and isinstance(netcon, h.NetCon) and not isinstance(netcon, p.List)


def test_names_of_types():
    """What type(x) is and is called."""
    section = Soma(1, name="s")
    made = {
        "NetCon": p.NetCon(section, None),
        "PointProcess": p.ExpSyn(section),
        "IClamp": p.IClamp(section),
        "SEClamp": p.SEClamp(section),
        "NetStim": p.NetStim(),
        "VecStim": p.VecStim([1]),
        "SectionRef": p.SectionRef(section),
        "Section": p.Section("t"),
        "Vector": p.Vector(),
        "Segment": section(0.5),
    }
    for name, each in made.items():
        assert type(each) is getattr(objects, name) and type(each).__name__ == name
    kinds = ("IClamp", "SEClamp", "NetStim", "VecStim", "NetCon", "SectionRef", "Section", "Segment", "Vector")
    for name, each in made.items():
        others = [other for other in kinds if other != name and isinstance(each, getattr(objects, other))]
        assert others == [] and isinstance(each, objects.PointProcess) == (name in ("PointProcess", *kinds[:4])), (name, others)
    assert type(p.List()).__module__ == "patch.objects" and issubclass(objects.IClamp, objects.PointProcess)


def test_items_of_classes():
    """p.X[i] is h.X[i]; of p's type where p has one."""
    section = p.Section("s")
    synapse = MySyn(section)
    netcon = MyCon(section, synapse, label="")
    held = p.List()
    assert p.NetCon[0] == netcon == h.NetCon[0] and type(p.NetCon[0]) is p.NetCon
    number = int(held.hname()[5:-1])
    assert p.List[number] == held == h.List[number] and type(p.List[number]) is p.List
    assert p.ExpSyn[0] == synapse == h.ExpSyn[0]
    with pytest.raises(IndexError):
        p.NetCon[99]


def test_equality_and_hash():
    """Handles of one object are equal whatever their class; `is` holds for sections."""
    soma = Soma(20, name="s")
    synapse = MySyn(soma)
    netcon = MyCon(soma, synapse, label="")
    plain = netcon.syn()
    assert plain == synapse and synapse == plain and hash(plain) == hash(synapse) and plain is not synapse
    assert not plain != synapse and {plain: 1}[synapse] == 1 and synapse in [plain] and len({synapse, plain}) == 1
    other = MySyn(soma)
    assert other != synapse and other != plain and synapse != netcon and synapse != soma and synapse != 3 and synapse is not None
    assert netcon == p.NetCon[0] == h.NetCon[0] and hash(netcon) == hash(h.NetCon[0])
    assert synapse.get_segment().sec is soma and soma == netcon.preseg().sec and soma != p.Section("t")
    assert p.transform(soma) is soma and hash(soma) == hash(p.transform(soma))


# ---- PythonHocObject ----------------------------------------------------------------------------------------------------------------


class Mine(objects.PythonHocObject):
    """A wrapper of whatever it is given."""

    def surface(self):
        return sum(segment.area() for segment in self)


class Named(Mine):
    def __init__(self, thing, name):
        super().__init__(p, thing)
        self.own = name


class Unfinished(objects.PythonHocObject):
    def __init__(self):
        pass


def test_a_subclass_of_pythonhocobject_is_on_p():
    """By its name, on p and for those who derive further; it stands for what it is given."""
    section = p.Section("s")
    for mine in (p.Mine(section), p.Mine(p, section), Mine(section), Mine(Mine(section))):
        assert type(mine) is Mine and p.Mine is Mine and isinstance(mine, objects.PythonHocObject)
        assert mine.surface() == section(0.5).area() and mine.name() == "s" and mine(0.3).x == 0.3 and len(list(mine)) == 1
        assert p.transform(mine) is section and mine.__neuron__() is section and mine._interpreter is p
        assert mine == section and section == mine and hash(mine) == hash(section) and mine != p.Section("t") and bool(mine)
        assert "surface" in dir(mine) and "connect" in dir(mine) and "s" in repr(mine)
    mine.L = 7
    mine.label = "a"
    assert section.L == 7 and mine.label == "a" and not hasattr(section, "label") and not hasattr(mine, "nothing")
    named = p.Named(section, "b")
    assert named.own == "b" and named.surface() == section(0.5).area()
    with pytest.raises(TypeError):
        len(mine)


def test_a_subclass_of_pythonhocobject_in_calls():
    """It is taken wherever its thing is."""
    section, other = p.Section("s"), p.Section("other")
    synapse = p.ExpSyn(Mine(section))
    assert synapse.get_segment() == section(0.5)
    netcon = p.NetCon(Mine(section), Mine(synapse))
    assert netcon.syn() == synapse and netcon.preseg() == section(0.5)
    other.connect(Mine(section))
    assert other.parent is section and p.SectionRef(Mine(section)).child == [other]
    target = Mine(synapse)
    assert p.NetCon(section, target).syn() == synapse and target._connections[section].syn() == synapse
    target.__ref__(other)
    assert other in synapse._references and target.__deref__(other) is True and target.__deref__(other) is False
    assert isinstance(p.record(Mine(section)), p.Vector) and isinstance(p.record(Mine(synapse)), p.Vector)


def test_a_class_of_pythonhocobject_with_a_name_of_neurons():
    """p.List() makes the thing; what the class does not have is the thing's, items too. del brings NEURON's back."""

    class List(objects.PythonHocObject):
        def hello(self):
            return f"hello {len(self)}"

    made = p.List()
    synapse = p.ExpSyn(p.Section("s"))
    assert type(made) is List and made.hello() == "hello 0"
    made.append(synapse)
    assert made.hello() == "hello 1" and made.count() == 1 and made.object(0) == synapse and [each for each in made] == [synapse]
    assert p.List("ExpSyn").hello() == "hello 1" and p.List(h.List()).hello() == "hello 0"
    assert p.transform(made).hname().startswith("List") and isinstance(p.transform(made), h.List)
    del p.List
    assert type(p.List()).__name__ == "List" and not hasattr(p.List(), "hello") and isinstance(p.List(), h.List)


def test_items_of_a_pythonhocobject():
    """What can be indexed can be indexed."""
    synapse = p.ExpSyn(p.Section("s"))
    held = p.List()
    held.append(synapse)
    mine = Mine(held)
    assert mine[0] == synapse and len(mine) == 1 and synapse in mine
    vector = Mine(p.Vector([1, 2, 3]))
    vector[1] = 5
    assert vector[1] == 5 and list(vector) == [1, 5, 3] and list(vector[1:]) == [5, 3]


def test_a_pythonhocobject_with_a_mechanisms_name_makes_what_p_makes():
    """Sections as places, p's own numbers, kept alive."""

    class ExpSyn(objects.PythonHocObject):
        def twice(self):
            return 2 * self.tau

    class NetCon(objects.PythonHocObject):
        pass

    section = p.Section("s")
    synapse = p.ExpSyn(section, tau=4)
    assert synapse.twice() == 8 and synapse.get_segment() == section(0.5) and synapse._references == [section]
    assert p.ExpSyn(section(0.1)).tau == 0.1 and type(p.ExpSyn(section)) is ExpSyn
    netcon = p.NetCon(section, synapse)
    assert type(netcon) is NetCon and netcon.weight[0] == 0.1 and netcon.threshold == -20
    del p.ExpSyn, p.NetCon


@pytest.mark.parametrize("wrong", [(), (1,), (None,), ("a",), (p, 3), (p, p, p), (object(),)])
def test_a_pythonhocobject_stands_for_something(wrong):
    """Nothing, a number or two things are refused."""
    with pytest.raises((TypeError, exceptions.TransformError)):
        Mine(*wrong)
    with pytest.raises(TypeError):
        Mine(p.Section("s"), label=3)


def test_a_pythonhocobject_without_super_init_says_so():
    """At each use that needs its thing."""
    mine = p.Unfinished()
    mine.label = 3
    assert mine.label == 3 and bool(mine)
    for use in (
        lambda: mine.L,
        lambda: list(mine),
        lambda: mine(0.5),
        lambda: p.ExpSyn(mine),
        lambda: p.transform(mine),
        lambda: hash(mine),
    ):
        with pytest.raises(AttributeError, match=r"Unfinished stands for nothing: its __init__ has to call super\(\).__init__\(p, thing\)"):
            use()


def test_register_hoc_object():
    """Any class of one's own is p's under its name; the class is returned, so it serves as a decorator."""

    @p.register_hoc_object
    class Whatever:
        pass

    assert p.Whatever is Whatever and type(p.Whatever()) is Whatever and "Whatever" in dir(p)
    del p.Whatever
    assert not hasattr(p, "Whatever")


def test_what_isinstance_says_of_the_older_bases():
    """Connectable, WrapsPointers, PythonHocObject: by what an object can do."""
    section = p.Section("s")
    synapse = p.ExpSyn(section)
    for each in (section, section(0.5), synapse, h.Vector(), p.NetCon(section, None), Mine(section)):
        assert isinstance(each, objects.PythonHocObject)
    for each in (section, synapse, p.NetStim(), Cell("c"), objects.Connectable()):
        assert isinstance(each, objects.Connectable)
    for each in (section, section(0.5), synapse):
        assert isinstance(each, objects.WrapsPointers)
    for kind in (objects.PythonHocObject, objects.Connectable, objects.WrapsPointers):
        assert not isinstance(3, kind) and not isinstance(None, kind) and not isinstance(Anything(), kind)
    assert objects.PointerWrapper


# ---- __netcon__, __record__, __arc__ of subclasses ----------------------------------------------------------------------------------


def source(netcon):
    """Where a NetCon listens."""
    return netcon.preseg() or netcon.pre()


def recorded(vector, sections):
    """The place whose voltage a Vector has recorded."""
    h.finitialize(-65)
    places = [segment for section in sections for segment in section]
    for number, segment in enumerate(places):
        segment.v = number
    h.CVode().re_init() if h.CVode().active() else h.fcurrent()
    h.frecord_init()
    return places[int(vector[0])]


class Tip(p.Section):
    """Everything at its tip."""

    def __netcon__(self):
        return self(0.9)._ref_v

    def __record__(self):
        return self(0.7)._ref_v

    def __arc__(self):
        return 0.1


class Loud(p.Section):
    """Speaks through a stimulus."""

    def __init__(self, name):
        super().__init__(name)
        self.stim = p.NetStim()

    def __netcon__(self):
        return self.stim


class Conducting(p.ExpSyn):
    """Records its conductance."""

    def __record__(self):
        return self._ref_g


class Relay(p.ExpSyn):
    """What is sent to it goes to another."""

    def __init__(self, place, other):
        super().__init__(place)
        self.other = other

    def __netcon__(self):
        return self.other


CONNECT = {
    "NetCon": lambda section, synapse: p.NetCon(section, synapse),
    "connect_points": lambda section, synapse: section.connect_points(synapse),
    "connect_synapse": lambda section, synapse: section.connect_synapse(synapse),
    "ParallelCon": lambda section, synapse: p.ParallelCon(section, 3),
}


@pytest.mark.parametrize("way", CONNECT)
def test_netcon_of_a_section_is_honoured(way):
    """By NetCon, connect_points and ParallelCon alike: a place of its own, or another object."""
    tip, loud, synapse = Tip("tip"), Loud("loud"), p.ExpSyn(p.Section("s"))
    tip.nseg = 5
    assert source(CONNECT[way](tip, synapse)) == tip(0.9)
    p.parallel.gid_clear()
    assert source(CONNECT[way](loud, synapse)) == loud.stim
    p.parallel.gid_clear()
    if way.startswith("connect"):
        assert source(tip.connect_points(synapse, x=0.3)) == tip(0.3)
    del loud.stim


@pytest.mark.parametrize("way", ["NetCon", "connect_points"])
def test_the_connection_is_stored_on_the_original_section(way):
    """Whatever its __netcon__ says: it is in _connections, and lives with it."""
    loud, synapse = Loud("loud"), p.ExpSyn(p.Section("s"))
    netcon = CONNECT[way](loud, synapse)
    assert loud._connections == {synapse: netcon}
    del loud.stim


def test_netcon_of_a_section_elsewhere():
    """A pointer to another section's voltage: NEURON needs the section, which sec gives."""

    class Elsewhere(p.Section):
        def __netcon__(self):
            return self.axon(0.9)._ref_v

    cell, synapse = Elsewhere("cell"), p.ExpSyn(p.Section("s"))
    cell.axon = p.Section("axon")
    axon = cell.axon
    axon.nseg = 5
    assert source(p.NetCon(cell, synapse, sec=axon)) == axon(0.9)
    del cell.axon


def test_netcon_of_a_synapse_is_honoured():
    """As a target of NetCon, connect_points and ParallelCon."""
    section = p.Section("s")
    real = p.ExpSyn(section)
    relay = Relay(section, real)
    stim = p.NetStim()
    assert p.NetCon(stim, relay).syn() == real and section.connect_points(relay).syn() == real
    assert p.ParallelCon(5, relay).syn() == real
    p.parallel.gid_clear()
    assert p.transform_netcon(relay) == real
    relay.stimulate()
    assert {netcon.syn() for netcon in p.List("NetCon")} == {real}
    del relay.other


RECORD = {
    "p.record": lambda section: p.record(section),
    "Vector.record": lambda section: p.Vector().record(section),
}


@pytest.mark.parametrize("way", RECORD)
def test_record_of_a_section_is_honoured(way):
    """By p.record and Vector.record; section.record records a place."""
    tip, other = Tip("tip"), p.Section("other")
    tip.nseg = other.nseg = 5
    assert recorded(RECORD[way](tip), [other, tip]) == tip(0.7)
    assert recorded(RECORD[way](tip(0.3)), [other, tip]) == tip(0.3)
    assert recorded(tip.record(0.5), [other, tip]) == tip(0.5)
    assert recorded(tip.record(), [other, tip]) == tip(0.1)  # at its __arc__


def test_record_of_a_synapse_is_honoured():
    """By p.record and Vector.record."""
    section = p.Section("s")
    synapse = Conducting(section)
    stim = synapse.stimulate(start=1, number=1)
    expected = h.Vector().record(synapse._ref_g)
    vectors = [p.record(synapse), p.Vector().record(synapse)]
    run(5)
    assert all(list(vector) == list(expected) for vector in vectors) and max(expected) > 0
    assert stim.number == 1


def test_arc_of_a_section_is_honoured():
    """Wherever a place is wanted: mechanisms, clamps, recordings, NEURON's own functions."""
    tip, root = Tip("tip"), p.Section("root")
    tip.nseg = 5
    tip.connect(root)
    made = [p.ExpSyn(tip), p.IClamp(tip), p.SEClamp(tip), tip.synapse("ExpSyn"), tip.synapse(p.ExpSyn), p.PointProcess("ExpSyn", tip)]
    made += [tip.iclamp(), tip.vclamp(), MySyn(tip), MyClamp(tip, 1)]
    for each in made:
        assert each.get_segment() == tip(0.1), each
    assert p.transform_arc(tip) == tip(0.1) and p.ExpSyn(tip, x=0.9).get_segment() == tip(0.9)
    p.distance(0, root(0))
    assert p.distance(tip) == h.distance(tip(0.1)) != h.distance(tip(0.5))
    made[0].loc(tip(0.9))
    made[0].loc(tip)
    assert made[0].get_segment() == tip(0.1)


# ---- objects of users' own classes --------------------------------------------------------------------------------------------------


class Cell:
    """Each word says something else, so that it can be seen which one was asked."""

    def __init__(self, name="cell"):
        self.soma = p.Section(name)
        self.soma.nseg = 5
        self._connections = {}
        self.kept = []

    def __neuron__(self):
        return self.soma

    def __netcon__(self):
        return self.soma(0.9)._ref_v

    def __record__(self):
        return self.soma(0.7)._ref_v

    def __arc__(self):
        return 0.1

    def __ref__(self, other):
        self.kept.append(other)


class StandsFor:
    """For what it is given; one may stand for another one."""

    def __init__(self, thing):
        self.thing = thing

    def __neuron__(self):
        return self.thing


def in_a_list(of, thing, root):
    held = of.List()
    held.append(thing)
    return held[0], held.count()


def in_a_section_list(of, *thing, **sec):
    made = of.SectionList()
    made.append(*thing, **sec)
    return list(made)


def connected(of, thing, *further):
    child = of.Section("child")
    child.connect(thing, *further)
    return str(child.parentseg()), child.orientation()


def moved(of, thing, root):
    synapse = of.ExpSyn(root(0.5))
    synapse.loc(thing)
    return str(synapse.get_segment())


def impedance(of, thing, root):
    made = of.Impedance()
    made.loc(thing)
    made.compute(0)
    return made.input(thing), made.transfer(root(0.5))


def range_variable_plot(of, thing, root):
    made = of.RangeVarPlot("v", thing, root(1))
    return made.left(), made.right()


def kept_by_hoc(of, thing, root):
    of.test_extending_keep(thing)
    found = h.test_extending_kept
    h("objref test_extending_kept")
    return found


def kept_by_a_template(of, thing, root):
    made = of.TestExtending(thing)
    first = made.held
    made.nothing()
    made.take(made)  # its own methods are NEURON's alone
    return first, of.TestExtending(thing).held


HOC = """
func test_extending_one() { return 1 }
objref test_extending_kept
proc test_extending_keep() { test_extending_kept = $o1 }
begintemplate TestExtending
public held, take, nothing
objref held
proc init() { held = $o1 }
proc take() { held = $o1 }
proc nothing() { objref held }
endtemplate TestExtending
"""

# A call, and whether a place on a section is meant there or the section.
PLACE, SECTION = "place", "section"
CALLS = {
    "distance": (PLACE, lambda of, thing, root: (h.distance(0, root(0)), of.distance(thing))),
    "distance from": (PLACE, lambda of, thing, root: (of.distance(0, thing), h.distance(root(0)))),
    "distance between": (PLACE, lambda of, thing, root: of.distance(thing, root(0.5))),
    "area": (SECTION, lambda of, thing, root: of.area(0.5, sec=thing)),
    "ri": (SECTION, lambda of, thing, root: of.ri(0.5, sec=thing)),
    "secname": (SECTION, lambda of, thing, root: of.secname(sec=thing)),
    "n3d": (SECTION, lambda of, thing, root: (of.pt3dadd(1, 2, 3, 4, sec=thing), of.n3d(sec=thing), of.pt3dclear(sec=thing))),
    "parent_connection": (SECTION, lambda of, thing, root: of.parent_connection(sec=thing)),
    "List": (SECTION, in_a_list),
    "SectionList.append": (SECTION, lambda of, thing, root: in_a_section_list(of, thing)),
    "SectionList.append sec": (SECTION, lambda of, thing, root: in_a_section_list(of, sec=thing)),
    "SectionList of several": (SECTION, lambda of, thing, root: list(of.SectionList([thing, root]))),
    "SectionRef": (SECTION, lambda of, thing, root: of.SectionRef(thing).sec),
    "SectionRef sec": (SECTION, lambda of, thing, root: of.SectionRef(sec=thing).sec),
    "connect": (SECTION, lambda of, thing, root: connected(of, thing)),
    "connect with an end": (SECTION, lambda of, thing, root: connected(of, thing, 0.5, 1)),
    "ExpSyn": (PLACE, lambda of, thing, root: str(of.ExpSyn(thing).get_segment())),
    "IClamp": (PLACE, lambda of, thing, root: str(of.IClamp(thing).get_segment())),
    "loc": (PLACE, moved),
    "Impedance": (PLACE, impedance),
    "RangeVarPlot": (PLACE, range_variable_plot),
    "a HOC function": (SECTION, lambda of, thing, root: of.test_extending_one(thing)),
    "a HOC procedure": (SECTION, kept_by_hoc),
    "a HOC template": (SECTION, kept_by_a_template),
}


@pytest.mark.parametrize("call", CALLS)
def test_a_users_object_is_taken_for_what_it_stands_for(call):
    """Through p: the answer is that of h with NEURON's own; also where the object stands for another one that does."""
    kind, function = CALLS[call]
    h(HOC)
    root, cell = p.Section("root"), Cell()
    cell.soma.connect(root)
    cell.soma.insert("pas")
    h.finitialize(-65)
    expected = function(h, cell.soma(0.1) if kind == PLACE else cell.soma, root)
    for mine in (cell, StandsFor(cell), StandsFor(StandsFor(cell))):
        assert function(p, mine, root) == expected
    if kind == SECTION:
        assert function(p, StandsFor(cell.soma), root) == expected
    else:
        middle = function(h, cell.soma(0.5), root)
        assert function(p, StandsFor(cell.soma), root) == middle != expected
        assert function(p, StandsFor(cell.soma(0.1)), root) == expected


@pytest.mark.parametrize("call", ["distance", "distance from", "distance between", "loc", "Impedance", "RangeVarPlot", "ExpSyn", "IClamp"])
def test_a_section_is_a_place_where_neuron_wants_one(call):
    """x = 0.5; sections of h too."""
    _, function = CALLS[call]
    for section in (p.Section("s"), h.Section("plain")):
        root = p.Section("root")
        section.nseg = 5
        section.insert("pas")
        section.connect(root)
        h.finitialize(-65)
        assert function(p, section, root) == function(h, section(0.5), root)


def test_stock_objects_do_not_convert():
    """h's answer to a user's object is stock's."""
    cell = Cell()
    held = h.List()
    held.append(cell)
    assert held[0] is cell and held.count() == 1
    for call in (
        lambda: h.distance(0, cell),
        lambda: h.area(0.5, sec=cell),
        lambda: h.SectionList().append(cell),
        lambda: h.SectionRef(sec=cell),
        lambda: h.ExpSyn(cell),
        lambda: h.NetCon(cell, None),
        lambda: h.Section("child").connect(cell),
    ):
        error = refusal(call)
        assert isinstance(error, (RuntimeError, TypeError)) and not isinstance(error, exceptions.PatchError), error


CELL_CONNECT = {
    "NetCon": lambda cell, synapse: p.NetCon(cell, synapse),
    "NetCon with sec": lambda cell, synapse: p.NetCon(cell, synapse, sec=cell.soma),
    "NetCon with sec of one's own": lambda cell, synapse: p.NetCon(cell, synapse, sec=cell),
    "ParallelCon": lambda cell, synapse: p.ParallelCon(cell, 3),
}


@pytest.mark.parametrize("way", CELL_CONNECT)
def test_netcon_of_a_users_object_is_honoured(way):
    """What a NetCon attaches to; __ref__ is told of the NetCon."""
    cell, synapse = Cell(), p.ExpSyn(p.Section("s"))
    netcon = CELL_CONNECT[way](cell, synapse)
    assert source(netcon) == cell.soma(0.9)
    assert cell.kept == [netcon]
    if way != "ParallelCon":
        assert cell._connections == {synapse: netcon} and p.connection(cell, synapse) == netcon
    else:
        assert cell._connections == {}
    p.parallel.gid_clear()


class Target:
    """Stands for one synapse, and is connected at another one."""

    def __init__(self):
        self.synapse, self.port = p.ExpSyn(p.Section("a")), p.ExpSyn(p.Section("b"))
        self._connections = {}
        self.kept = []

    def __neuron__(self):
        return self.synapse

    def __netcon__(self):
        return self.port

    def __record__(self):
        return self.synapse._ref_g

    def __ref__(self, other):
        self.kept.append(other)


TARGET_CONNECT = {
    "NetCon": lambda section, target: p.NetCon(section, target),
    "connect_points": lambda section, target: section.connect_points(target),
    "segment.connect_points": lambda section, target: section(0.5).connect_points(target),
    "ParallelCon": lambda section, target: p.ParallelCon(3, target),
    "gid_connect": lambda section, target: p.parallel.gid_connect(3, target),
}


@pytest.mark.parametrize("way", TARGET_CONNECT)
def test_netcon_of_a_users_target_is_honoured(way):
    """The same on the other side."""
    section, target = p.Section("s"), Target()
    netcon = TARGET_CONNECT[way](section, target)
    assert netcon.syn() == target.port and target.kept == [netcon]
    if way in ("NetCon", "connect_points"):
        assert target._connections == {section: netcon}
    p.parallel.gid_clear()


def test_both_ends_of_ones_own():
    """_connections of both: the other one as it was given."""
    cell, target = Cell(), Target()
    netcon = p.NetCon(cell, target, weight=3)
    assert source(netcon) == cell.soma(0.9) and netcon.syn() == target.port and netcon.weight[0] == 3
    assert cell._connections == {target: netcon} and target._connections == {cell: netcon}
    later = p.NetCon(cell, target)
    assert cell._connections == {target: later} and cell.kept == target.kept == [netcon, later]
    detector = p.NetCon(cell, None)
    assert source(detector) == cell.soma(0.9) and cell.kept[-1] == detector and cell._connections == {target: later}
    for each in (cell, target):
        each.kept.clear()
        each._connections.clear()


def test_connectable_gives_connections():
    """The base for classes of one's own that are connected."""

    class Mine(objects.Connectable):
        def __init__(self, section):
            self.section = section

        def __neuron__(self):
            return self.section

    mine, synapse = Mine(p.Section("s")), p.ExpSyn(p.Section("t"))
    assert mine._connections == {}
    netcon = p.NetCon(mine, synapse)
    assert mine._connections == {synapse: netcon} and source(netcon) == mine.section(0.5)
    mine._connections.clear()


def test_a_users_parent_is_told_of_its_child():
    """section.connect(mine): __ref__ with the child; refused calls tell nothing."""
    cell, child = Cell(), p.Section("child")
    assert child.connect(cell) is child and child.parent is cell.soma and child.parentseg() == cell.soma(1)
    assert cell.kept == [child]
    with pytest.raises(exceptions.PatchError):
        p.Section("other").connect(cell, 3)
    with pytest.raises(exceptions.PatchError):
        p.NetCon(cell, 3)
    assert cell.kept == [child] and cell._connections == {}
    cell.kept.clear()


def test_record_of_a_users_object_is_honoured():
    """By p.record and Vector.record: a pointer, a place, a section, a synapse, or its __neuron__."""
    cell, other = Cell(), p.Section("other")
    other.nseg = 5
    places = [other, cell.soma]
    for way in RECORD.values():
        assert recorded(way(cell), places) == cell.soma(0.7)
        assert recorded(way(StandsFor(cell)), places) == cell.soma(0.7)
        assert recorded(way(StandsFor(cell.soma)), places) == cell.soma(0.5)
        assert recorded(way(StandsFor(cell.soma(0.3))), places) == cell.soma(0.3)
    target = Target()
    stim = target.synapse.stimulate(start=1, number=1)
    vectors = [p.record(target), p.Vector().record(target), p.record(StandsFor(target))]
    expected = h.Vector().record(target.synapse._ref_g)
    run(5)
    assert all(list(vector) == list(expected) for vector in vectors) and max(expected) > 0
    assert stim.number == 1


def test_the_words_of_transform():
    """transform, transform_netcon, transform_record, transform_arc ask the user's word, and __neuron__ where there is none."""
    cell, target = Cell(), Target()
    assert p.transform(cell) is cell.soma and p.transform(StandsFor(cell)) is cell.soma and p.transform(target) == target.synapse
    assert p.transform_netcon(target) == target.port and p.transform_netcon(StandsFor(target.port)) == target.port
    assert p.transform_arc(cell) == cell.soma(0.1) and p.transform_arc(StandsFor(cell.soma)) == cell.soma(0.5)
    for transform in (p.transform_netcon, p.transform_record):
        assert p.is_nrn_scalar(transform(cell)) and p.is_nrn_scalar(transform(StandsFor(cell)))


def test_an_object_without_the_words_is_itself():
    """It goes to NEURON as what it is: a Python object."""
    plain = Anything()
    held = p.List()
    held.append(plain)
    assert held[0] is plain and p.transform(plain) is plain
    for call in (lambda: p.NetCon(plain, None), lambda: p.ExpSyn(plain), lambda: p.record(plain), lambda: p.Section("s").connect(plain)):
        with pytest.raises(exceptions.PatchError, match="an Anything"):
            call()


# ---- wrong answers ------------------------------------------------------------------------------------------------------------------


class Answers:
    """Gives an answer, or raises it."""

    def __init__(self, neuron=None, **others):
        self.neuron, self.others = neuron, others

    def answer(self, value):
        if isinstance(value, BaseException):
            raise value
        return value

    def __neuron__(self):
        return self.answer(self.neuron)

    def __getattr__(self, name):
        if name in ("__netcon__", "__record__", "__arc__") and name.strip("_") in self.__dict__.get("others", {}):
            return lambda: self.answer(self.others[name.strip("_")])
        raise AttributeError(name)


class Myself:
    """Stands for itself."""

    def __neuron__(self):
        return self


class Pair:
    """Two that stand for one another."""

    def __init__(self, other=None):
        self.other = other or Pair(self)

    def __neuron__(self):
        return self.other


class Missing:
    """Its word is a property that fails."""

    @property
    def __neuron__(self):
        raise KeyError("property")


TAKES = {
    "distance": lambda mine: p.distance(0, mine),
    "area sec": lambda mine: p.area(0.5, sec=mine),
    "List": lambda mine: p.List().append(mine),
    "connect": lambda mine: p.Section("child").connect(mine),
    "SectionList": lambda mine: p.SectionList().append(mine),
    "SectionList of several": lambda mine: p.SectionList([mine]),
    "SectionRef": lambda mine: p.SectionRef(mine),
    "ExpSyn": lambda mine: p.ExpSyn(mine),
    "NetCon": lambda mine: p.NetCon(mine, None),
    "NetCon target": lambda mine: p.NetCon(None, mine),
    "ParallelCon": lambda mine: p.ParallelCon(mine, 3),
    "record": lambda mine: p.record(mine),
    "Vector.record": lambda mine: p.Vector().record(mine),
    "Impedance": lambda mine: p.Impedance().loc(mine),
    "a HOC function": lambda mine: p.test_extending_one(mine),
    "transform": lambda mine: p.transform(mine),
    "is_section": lambda mine: p.is_section(mine),
    "connection": lambda mine: p.connection(mine, mine),
}


def test_what_a_users_word_raises_arrives_unchanged():
    """The exception itself, and nothing was made."""
    h(HOC)
    section = p.Section("s")
    before, error = world(), KeyError("mine")
    for take, call in TAKES.items():
        assert refusal(lambda call=call: call(Answers(error))) is error, take
        h.finitialize()
        assert world() == before, take
    assert h.cas() == section


def test_what_looking_for_a_users_word_raises_arrives_unchanged():
    """Where the word is a property that fails; an AttributeError is no word."""
    h(HOC)
    for take, call in TAKES.items():
        assert repr(refusal(lambda call=call: call(Missing()))) == "KeyError('property')", take


@pytest.mark.parametrize("word", ["netcon", "record", "arc"])
def test_what_the_other_words_raise_arrives_unchanged(word):
    """From the calls that ask them; the others do not ask."""
    section = p.Section("s")
    asks = {
        "netcon": (lambda mine: p.NetCon(mine, None), lambda mine: p.ParallelCon(mine, 3), lambda mine: p.NetCon(None, mine)),
        "record": (lambda mine: p.record(mine), lambda mine: p.Vector().record(mine)),
        "arc": (lambda mine: p.ExpSyn(mine), lambda mine: p.IClamp(mine), lambda mine: p.distance(0, mine)),
    }
    error = KeyError(word)
    mine = Answers(section, **{word: error})
    for other, calls in asks.items():
        for call in calls:
            if other == word:
                assert refusal(lambda call=call: call(mine)) is error
            elif word != "arc" and other != "netcon":
                call(mine)
    assert p.secname(sec=mine) == h.secname(sec=section)
    if word != "arc":  # p.transform and its like look at the place too
        assert p.transform(mine) is section and p.is_section(mine) is True
    held = p.List()
    held.append(mine)
    assert held[0] is section


@pytest.mark.parametrize("make", [Myself, Pair])
def test_an_object_that_stands_for_itself_ends(make):
    """No endless recursion: it is what it is, or a sentence."""
    h(HOC)
    for take, call in TAKES.items():
        mine = make()
        error = refusal(lambda call=call, mine=mine: call(mine))
        if take in ("List", "a HOC function", "transform", "is_section"):
            assert error is None, (take, error)
        else:
            assert isinstance(error, (exceptions.PatchError, RuntimeError, TypeError)) and str(error), (take, error)
            assert not isinstance(error, RecursionError), take
        if make is Pair:
            mine.other.other = mine.other = None


NONSENSE = [3, "q", None, [1], (), object(), Anything(), h.Vector]


def test_nonsense_is_a_sentence():
    """Calls of ours name what was wrong."""
    current = p.Section("s")
    for take in ("connect", "ExpSyn", "NetCon", "NetCon target", "record", "Vector.record", "connection"):
        for nonsense in NONSENSE:
            if nonsense is None and take in ("NetCon", "NetCon target", "ExpSyn"):
                continue
            with pytest.raises(exceptions.PatchError, match=r"((source|target|parent|place|x) is|stands for None).*, expected"):
                TAKES[take](Answers(nonsense))
    assert h.cas() == current


def test_nonsense_in_neurons_own_calls_is_an_error():
    """NEURON's, with a text."""
    current = p.Section("s")
    for take in ("distance", "area sec", "SectionList", "SectionList of several", "SectionRef", "Impedance"):
        for nonsense in NONSENSE:
            if nonsense is None and take in ("distance", "SectionRef", "SectionList", "Impedance"):
                continue  # there None is NEURON's own
            error = refusal(lambda take=take, answer=nonsense: TAKES[take](Answers(answer)))
            assert isinstance(error, (RuntimeError, TypeError)) and str(error), (take, nonsense, error)
            assert not isinstance(error, RecursionError), (take, nonsense)
    assert h.cas() == current


def test_an_arc_that_is_no_place_is_a_sentence():
    """In calls of ours and of NEURON's alike, and nothing is made."""
    section = p.Section("s")
    before = world()
    for arc in ("x", None, 2, -0.1, float("nan"), [0.5]):
        mine = Answers(section, arc=arc)
        for call in (p.ExpSyn, p.IClamp, lambda mine: p.distance(0, mine), lambda mine: p.Impedance().loc(mine)):
            with pytest.raises(exceptions.PatchError, match=r"__arc__ is .*, expected a (finite )?number"):
                call(mine)
    h.finitialize()
    assert world() == before


def test_a_class_is_no_object():
    """A class whose instances have the words is not asked itself."""
    for each in (Cell, StandsFor, Mine):
        assert p.transform(each) is each and p.is_section(each) is False and p.is_point_process(each) is False
    with pytest.raises(exceptions.PatchError):
        p.NetCon(Cell, None)
