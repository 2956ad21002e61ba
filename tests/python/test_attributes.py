"""Attributes of users' own on NEURON objects, and names that are nearly NEURON's."""

import types
import warnings
import weakref

import numpy as np
import pytest
from helpers import alone, clean, h, near, p, world  # noqa: F401 - clean runs by itself
from patch import exceptions, objects


class Value:
    """Something that a weak reference can watch."""


class Equal:
    """Nobody may compare or hash what is kept."""

    def __eq__(self, other):
        raise AssertionError("compared")

    def __hash__(self):
        raise AssertionError("hashed")

    def __bool__(self):
        raise AssertionError("asked")


class StandsFor:
    def __init__(self, thing):
        self.thing = thing

    def __neuron__(self):
        raise AssertionError("asked")


# One of each kind that p makes, with what it needs.
MAKE = {
    "section": lambda: p.Section("s"),
    "point process": lambda: p.ExpSyn(p.Section("s")),
    "NetCon": lambda: p.NetCon(p.Section("s"), p.ExpSyn(p.Section("t"))),
    "detector": lambda: p.NetCon(p.Section("s"), None),
    "receiver": lambda: p.ParallelCon(7, p.ExpSyn(p.Section("s"))),
    "artificial cell": lambda: p.IntFire1(),
    "NetStim": lambda: p.NetStim(),
    "VecStim": lambda: p.VecStim([1]),
    "IClamp": lambda: p.IClamp(p.Section("s")),
    "SEClamp": lambda: p.Section("s").vclamp(),
    "List": lambda: p.List(),
    "SectionRef": lambda: p.SectionRef(p.Section("s")),
}


@pytest.fixture(autouse=True)
def no_gids(clean):  # noqa: F811 - this ends first
    yield
    p.parallel.gid_clear()


def other_handles(thing):
    """The same object by what NEURON gives later: plain handles, of which transform makes p's."""
    if isinstance(thing, p.Section):
        return [thing(0.5).sec, p.transform(thing), next(each for each in h.allsec() if each == thing)]
    held = h.List()
    held.append(thing)
    return [p.transform(held[0]), p.transform(held.object(0)), p.transform(p.transform(held[0]))]


# ---- kept with the object -----------------------------------------------------------------------------------------------------------


def test_an_attribute_stays_with_the_object():
    """Whichever of p's handles reads or sets it; del ends it."""
    for kind, make in MAKE.items():
        thing = make()
        assert not hasattr(thing, "label"), kind
        thing.label = ["a"]
        thing.label.append("b")
        assert thing.label == ["a", "b"] and getattr(thing, "lab" + "el") is thing.label, kind
        for other in other_handles(thing):
            assert other == thing and other.label is thing.label, kind
            other.label = kind
            assert thing.label == kind
            other.further = 3
            del thing.further
            assert not hasattr(other, "further"), kind
        assert "label" in dir(thing), kind
        del thing.label
        assert not hasattr(thing, "label") and "label" not in dir(thing), kind
        with pytest.raises((AttributeError, LookupError)):
            del thing.label
        with pytest.raises(AttributeError):
            thing.label  # noqa: B018


def test_what_neuron_gives_later():
    """netcon.syn(), netcon.pre(), point_processes(), items of lists: after transform."""
    section = p.Section("s")
    synapse, stim = p.ExpSyn(section), p.NetStim()
    netcon = p.NetCon(stim, synapse)
    synapse.label, stim.label, netcon.label = "synapse", "stim", "netcon"
    held = p.List("NetCon")
    assert p.transform(netcon.syn()).label == "synapse" and p.transform(netcon.pre()).label == "stim"
    assert p.transform(section(0.5).point_processes()[0]).label == "synapse"
    assert p.transform(held.object(0)).label == p.NetCon[0].label == p.connection(stim, synapse).label == "netcon"
    assert [each.label for each in stim._references] == ["netcon", "synapse"] and stim._connections[synapse].label == "netcon"
    assert p.List("ExpSyn").count() == 1 and not hasattr(netcon.syn(), "label")  # a plain handle is NEURON's alone


def test_stock_objects_have_neurons_attributes_alone():
    """Calls on what h makes are stock's; transform gives one of p's handles."""
    section = h.Section("plain")
    synapse = h.ExpSyn(section(0.5))
    with pytest.raises(LookupError):
        synapse.label = 3
    with pytest.raises(AttributeError):
        section.label = 3
    ours = p.transform(synapse)
    ours.label = 3
    assert type(ours) is objects.PointProcess and ours == synapse and p.transform(synapse).label == 3 and not hasattr(synapse, "label")


def test_python_objects_of_any_kind():
    """Kept as they are: none is asked, compared, copied or converted."""
    section = p.Section("s")
    other = p.Section("other")
    values = [None, 3, 3.5, "text", b"bytes", [1], {"a": 1}, (), {1}, np.arange(3), lambda: 3, Value, Value(), types, Equal(), StandsFor(3)]
    values += [h.Vector([1]), other, other(0.5), other(0.5)._ref_v, p, h, iter([1]), (each for each in [1]), np.float64(3), Exception("a")]
    for thing in (section, p.ExpSyn(section), p.NetCon(section, None), p.NetStim(), p.IClamp(section)):
        for value in values:
            thing.kept = value
            assert thing.kept is value
        for number, value in enumerate(values):
            setattr(thing, f"kept{number}", value)
        assert all(getattr(thing, f"kept{number}") is value for number, value in enumerate(values))
        for number in range(len(values)):
            delattr(thing, f"kept{number}")
        del thing.kept


def test_names_of_any_kind():
    """Names that only setattr can write; hundreds of them."""
    synapse = p.ExpSyn(p.Section("s"))
    for name in ("a b", "1", "_", "__x__", "class", "x" * 500):
        setattr(synapse, name, name)
        assert getattr(synapse, name) == name and name in dir(synapse)
    for number in range(500):
        setattr(synapse, f"label{number}", number)
    assert [getattr(synapse, f"label{number}") for number in range(500)] == list(range(500))


def test_neurons_names_are_neurons():
    """They are set in NEURON, refused by NEURON, and never kept beside it."""
    section = p.Section("s")
    synapse, netcon, clamp = p.ExpSyn(section), p.NetCon(section, None), p.IClamp(section)
    plain = h.ExpSyn(section(0.5))
    synapse.tau, netcon.delay, clamp.amp = 3, 4, 5
    (same,) = (each for each in h.List("ExpSyn") if each == synapse)
    assert same.tau == 3 and h.NetCon[0].delay == 4 and h.IClamp[0].amp == 5
    for wrong in ("a", None, [1]):
        for each in (synapse, plain):
            with pytest.raises(TypeError):
                each.tau = wrong
    assert synapse.tau == 3
    with pytest.raises((TypeError, LookupError, AttributeError)):
        del synapse.tau
    with pytest.raises(ValueError):
        section.nseg = "a"


def test_a_name_that_cannot_be_set_is_refused():
    """Methods and properties, NEURON's and ours: nothing is kept where nobody would read it."""
    section = p.Section("s")
    synapse, netcon = p.ExpSyn(section), p.NetCon(section, None)
    for thing, names in {
        synapse: ("parameters", "_references", "_interpreter", "hname", "get_segment", "stimulate"),
        netcon: ("gid", "_references", "syn", "preseg", "disconnect"),
        section: ("parent", "points", "recordings", "_references", "_interpreter"),
    }.items():
        for name in names:
            before = getattr(thing, name)
            with pytest.raises((AttributeError, LookupError, TypeError)):
                setattr(thing, name, 3)
            assert type(getattr(thing, name)) is type(before), name


def test_in_neuron_mode_objects_have_neurons_attributes_alone():
    """PATCH_DEFAULTS=neuron: the stock error, and nothing warns."""
    printed = alone(
        """
        import warnings
        warnings.simplefilter("error")
        from neuron import h
        from patch import p
        section = p.Section(name="s")
        made = {"synapse": (p.ExpSyn(section(0.5)), h.ExpSyn(section(0.5))), "NetStim": (p.NetStim(), h.NetStim()),
                "NetCon": (p.NetCon(None, None), h.NetCon(None, None)), "IClamp": (p.IClamp(section(0.5)), h.IClamp(section(0.5)))}
        def said(action):
            try:
                action()
            except Exception as error:
                return type(error).__name__, str(error)
        for kind, (ours, stock) in made.items():
            for name in ("label", "tua", "wieght"):
                assert said(lambda: setattr(ours, name, 3)) == said(lambda: setattr(stock, name, 3)) != None, (kind, name)
                assert said(lambda: delattr(ours, name)) == said(lambda: delattr(stock, name)) != None, (kind, name)
                assert not hasattr(ours, name)
        print("well", [each for each in p.check() if each.kind == "near_name"])
        """,
        PATCH_DEFAULTS="neuron",
    )
    assert printed.split() == ["well", "[]"]


# ---- gone with the object -----------------------------------------------------------------------------------------------------------


def test_values_go_with_their_object():
    """When it is dropped, disconnected, deleted: nothing is left of the attribute."""
    for kind, make in MAKE.items():
        thing = make()
        thing.value = Value()
        value = weakref.ref(thing.value)
        h.finitialize()
        assert value() is not None, kind
        if kind == "receiver":
            thing.disconnect()
        del thing
        h.finitialize()
        assert value() is None, kind
    section = p.Section("s")
    section.value, clamp = Value(), section.iclamp()
    clamp.value = Value()
    values = weakref.ref(section.value), weakref.ref(clamp.value)
    h.delete_section(sec=section)
    del section, clamp
    h.finitialize()
    assert [value() for value in values] == [None, None]


@pytest.mark.parametrize("name", ["synapses", "_connections"])
def test_assigned_names_of_ours_go_with_their_section(name):
    """section.synapses and _connections can be assigned, on sections of h too; a deleted section keeps nothing."""
    for make in (lambda: p.Section("ours"), lambda: h.Section("plain")):
        section = make()
        setattr(section, name, {"value": Value()})
        value = weakref.ref(getattr(section, name)["value"])
        h.finitialize()
        assert value() is not None
        del section
        h.finitialize()
        assert value() is None


def test_a_new_object_has_none_of_an_olders():
    """NEURON's memory is used again."""
    section = p.Section("s")
    for make in (lambda: p.ExpSyn(section), lambda: p.NetStim(), lambda: p.NetCon(section, None), lambda: p.Section("t"), lambda: p.List()):
        for _ in range(200):
            made = make()
            assert not hasattr(made, "label") and (not hasattr(made, "synapses"))
            made.label = "old"
            if isinstance(made, objects.NetCon):
                made.disconnect()
            elif made != section and isinstance(made, p.Section):
                made.synapses = [1]
            del made
            h.finitialize()
    assert near() == []


def test_attributes_are_no_leak():
    """A thousand objects with attributes leave as much as none."""
    before = world()
    section = p.Section("s")
    values = []
    for _ in range(1000):
        synapse, stim = p.ExpSyn(section), p.NetStim()
        netcon = p.NetCon(stim, synapse)
        for each in (synapse, stim, netcon):
            each.value = Value()
            values.append(weakref.ref(each.value))
    assert len(values) == 3000 and all(value() for value in values)
    del section, synapse, stim, netcon, each
    h.finitialize()
    assert world() == before and not any(value() for value in values)


def test_a_value_that_asks_as_it_goes():
    """__del__ of a value reads and sets attributes of what is left."""
    other = p.ExpSyn(p.Section("s"))

    class Asks:
        def __init__(self, other):
            self.other = other

        def __del__(self):
            self.other.label = getattr(self.other, "label", 0) + 1

    for thing in (p.NetStim(), p.Section("t"), p.List()):
        thing.asks = Asks(other)
        del thing
        h.finitialize()
    assert other.label == 3


def test_a_cycle_through_an_attribute_goes_when_it_is_dropped():
    """`synapse.me = synapse`, `section.synapse = synapse`: they kept all of it for ever."""
    section = p.Section("s")
    synapse = p.ExpSyn(section)
    synapse.me = synapse
    section.synapse = synapse
    assert synapse.me.me.me == synapse
    del synapse
    h.finitialize()
    assert section.synapse.me == p.ExpSyn[0]
    del section
    h.finitialize()
    assert list(h.allsec()) == [] and h.List("ExpSyn").count() == 0


def test_a_name_of_the_mechanism_is_never_an_attribute_of_ones_own():
    """An unset POINTER was stored beside: NEURON's own refusal is the answer."""
    section = p.Section("s")
    synapse = p.ExpSyn(section)
    for name in ("tau", "i"):
        setattr(synapse, name, 3)
        assert name not in dir(synapse) or getattr(synapse, name) == 3


# ---- names that are nearly NEURON's -------------------------------------------------------------------------------------------------

NEAR = {
    "section": {
        **{"lenght": "L", "length": "L", "l": "L", "Diam": "diam", "dima": "diam", "daim": "diam", "diameter": "diam", "nsge": "nseg"},
        **{"Nseg": "nseg", "segments": "nseg", "ra": "Ra", "rA": "Ra", "Cm": "cm", "CM": "cm", "V": "v"},
    },
    "point process": {"tua": "tau", "Tau": "tau", "E": "e"},
    "NetCon": {
        "wieght": "weight",
        "weigth": "weight",
        "Weight": "weight",
        "dealy": "delay",
        "treshold": "threshold",
        "threshhold": "threshold",
    },
    "NetStim": {"intervall": "interval", "strat": "start", "Number": "number", "niose": "noise"},
    "IClamp": {"Amp": "amp", "duratoin": "duration", "amplitde": "amplitude", "dealy": "delay"},
    "SEClamp": {"voltgae": "voltage", "holdng": "holding", "Dur1": "dur1"},
    "VecStim": {"patern": "pattern"},
}
# What people put there: none of it is a slip.
FREE = {
    "section": """labels synapses synapse_types locations _transmitter _source _source_gid label name_of_cell x y z id gid index kind
        type region children_of area_of model position order branch color soma cell parent_id nseggg v_init v_rest my_own e2 _lenght
        _Diam __lenght__ L2 gmax has_pas_channels g_total morphology swc_id points_3d recordings_of""".split(),
    "point process": "label weight gid taus tau2 kind source target _tua x g_max section index e_rev stimulus netcon netcons".split(),
    "NetCon": "label kind source target gid_of_source _wieght index x y z".split(),
    "NetStim": "label kind target rate frequency index".split(),
    "IClamp": "label kind charge index current".split(),
    "SEClamp": "label kind current index".split(),
    "VecStim": "label kind times index".split(),
}


def sentence(thing, name, meant):
    return f"Patch: {thing} .{name}".replace(" .", ".") + f" is an attribute of your own, and nearly NEURON's {meant}"


def heard(action):
    """The sentences of the warnings that an action makes, with the files they point to."""
    with warnings.catch_warnings(record=True) as all_warnings:
        warnings.simplefilter("always")
        action()
    return [(str(each.message), each.filename) for each in all_warnings]


@pytest.mark.parametrize("kind", NEAR)
def test_a_near_name_warns_once_and_is_in_check_while_it_is_there(kind):
    """At the line that sets it; it is kept. On another object it is in check() without a further warning."""
    thing = MAKE[kind]()
    for name, meant in NEAR[kind].items():
        said = sentence(thing, name, meant)
        assert heard(lambda name=name: setattr(thing, name, 5)) == [(said, __file__)], name
        assert getattr(thing, name) == 5
        assert heard(lambda name=name: setattr(thing, name, 6)) == [] and getattr(thing, name) == 6
        assert near() == [said]
        other = MAKE[kind]()
        assert heard(lambda name=name, other=other: setattr(other, name, 7)) == [] and getattr(other, name) == 7
        assert sorted(near()) == sorted([said, sentence(other, name, meant)])
        delattr(other, name)
        assert near() == [said]
        delattr(thing, name)
        assert near() == []
        setattr(thing, name, 8)
        assert near() == [said]
        delattr(thing, name)
    thing.label = 3
    assert near() == []


@pytest.mark.parametrize("kind", FREE)
def test_names_of_ones_own_do_not_warn(kind):
    """Labels, numbers, private names, what Arborize sets."""
    thing = MAKE[kind]()
    for name in FREE[kind]:
        assert heard(lambda name=name: setattr(thing, name, 5)) == [], name
        assert getattr(thing, name) == 5
    assert near() == []


def test_a_near_name_of_something_that_is_gone_is_in_no_check():
    """With its object, however that went."""
    first, second, synapse = p.Section("first"), p.Section("second"), p.ExpSyn(p.Section("s"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        first.lenght = second.lenght = synapse.tua = 5
    assert len(near()) == 3
    h.delete_section(sec=second)
    assert near() == [sentence("first", "lenght", "L"), sentence(synapse, "tua", "tau")]
    del first, synapse
    h.finitialize()
    assert near() == []


def test_a_near_name_holds_nothing():
    """A thousand sections with one go as they would without, also where nobody calls check()."""
    before = world()
    for _ in range(1000):
        section = p.Section("s")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            section.lenght = 5
    del section
    h.finitialize()
    assert world() == before and near() == []


def test_a_warning_that_is_an_error_sets_nothing():
    """Each time."""
    section = p.Section("s")
    synapse = p.ExpSyn(section)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for _ in range(2):
            with pytest.raises(UserWarning, match=r"^Patch: s\.lenght is an attribute of your own, and nearly NEURON's L$"):
                section.lenght = 5
            with pytest.raises(UserWarning, match=r"^Patch: ExpSyn\[0\]\.tua is an attribute of your own, and nearly NEURON's tau$"):
                synapse.tua = 5
            assert not hasattr(section, "lenght") and not hasattr(synapse, "tua") and near() == []


def test_a_misspelt_range_variable_is_refused():
    """A name that ends as a mechanism's does cannot be a name of one's own; private ones can."""
    section = p.Section("s")
    plain = h.Section("plain")
    for inserted in (False, True):
        for name, nearest in {"gnabr_hh": "gnabar_hh", "gl_hhh": None, "e_pass": None, "E_pas": "e_pas"}.items():
            if nearest:
                with pytest.raises(exceptions.PatchAttributeError, match=f"^Section: s has no {name}, did you mean {nearest}\\?$"):
                    setattr(section, name, 3)
                with pytest.raises(AttributeError):
                    setattr(plain, name, 3)
                assert not hasattr(section, name)
            else:  # no mechanism's
                heard(lambda name=name: setattr(section, name, 3))
        for name in ("gnabar_hh", "e_pas", "ena"):
            if inserted:
                setattr(section, name, 0.25)
                assert getattr(section, name) == 0.25
            else:
                with pytest.raises(AttributeError, match="the mechanism does not exist at s"):
                    setattr(section, name, 3)
        for name in ("_hh", "_has_pas", "_gnabr_hh"):
            assert heard(lambda name=name: setattr(section, name, 3)) == [] and getattr(section, name) == 3
        section.insert("hh")
        section.insert("pas")
    assert near() == [sentence("s", "gl_hhh", "gl_hh"), sentence("s", "e_pass", "e_pas")]


def test_dir_of_a_section_shows_its_own_attributes():
    """Each once, beside NEURON's; what may be absent only where it is there."""
    section = p.Section("s")
    before = set(dir(section))
    section.label, section._private = 3, 4
    assert set(dir(section)) - before == {"label", "_private"} and len(dir(section)) == len(set(dir(section)))
    assert "synapses" not in dir(section)
    section.synapses = [1]
    assert "synapses" in dir(section) and {"L", "nseg", "connect"} <= set(dir(section))
    del section.label
    assert "label" not in dir(section)
