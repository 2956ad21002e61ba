"""synapse and p.<Mechanism>: point processes by name, by NEURON's or p's class, or by a function of the user's."""

import numpy as np
import pytest
from helpers import clean, h, p, run, world  # noqa: F401 - clean runs by itself

FACTORIES = {"a name": "ExpSyn", "h.ExpSyn": h.ExpSyn, "p.ExpSyn": p.ExpSyn}


@pytest.mark.parametrize("interpreter", [p, h], ids=["p", "h"])
@pytest.mark.parametrize("factory", FACTORIES)
def test_a_factory_of_neurons(factory, interpreter):
    section = interpreter.Section(name="s")
    section.nseg = 5
    synapse = section.synapse(FACTORIES[factory])
    assert synapse.get_segment() == section(0.5) and synapse.tau == h.ExpSyn(section(0.5)).tau
    assert type(synapse) is p.PointProcess or type(synapse).__name__ == "PointProcess"
    assert synapse in section(0.5).point_processes()
    assert section.synapse(FACTORIES[factory], x=0.1).get_segment() == section(0.1)
    assert section.synapse(FACTORIES[factory], x=np.float64(1)).get_segment().x == 1
    assert section.synapse(FACTORIES[factory], x=None).get_segment() == section(0.5)


@pytest.mark.parametrize("factory", FACTORIES)
def test_attributes_by_a_dict_and_by_name(factory):
    section = p.Section(name="s")
    synapse = section.synapse(FACTORIES[factory], attributes={"tau": 2, "e": -80})
    assert (synapse.tau, synapse.e) == (2, -80)
    synapse = section.synapse(FACTORIES[factory], tau=3, e=np.float64(-70))
    assert (synapse.tau, synapse.e) == (3, -70)
    synapse = section.synapse(FACTORIES[factory], x=0.2, attributes={"tau": 4}, e=1)
    assert (synapse.tau, synapse.e) == (4, 1)
    assert section.synapse(FACTORIES[factory], attributes=None).tau == section.synapse(FACTORIES[factory], attributes={}).tau


def test_a_name_that_it_does_not_have_makes_nothing():
    section = p.Section(name="s")
    before = world()
    for given in {"attributes": {"tua": 2}}, {"tua": 2}, {"attributes": {"tau": 2, "ee": 1}}:
        with pytest.raises(AttributeError, match="tau|e"):
            section.synapse("ExpSyn", **given)
    assert world() == before


def test_a_function_of_the_users_is_given_the_section():
    section = p.Section(name="s")
    given = []

    def make(where, *arguments, x=0.25, tau=1):
        given.append((where, arguments, x, tau))
        made = h.Exp2Syn(where(x))
        made.tau2 = tau
        return made

    synapse = section.synapse(make, 1, "two", x=0.75, tau=7)
    assert given == [(section, (1, "two"), 0.75, 7)] and given[0][0] is section
    assert synapse.get_segment() == section(0.75) and synapse.tau2 == 7
    assert section.synapse(make).tau2 == 1
    assert section.synapse(make, attributes={"tau1": 0.3}).tau1 == 0.3
    given.clear()


def test_a_callable_object_and_a_class_of_the_users():
    section = p.Section(name="s")

    class Factory:
        def __call__(self, where):
            return p.ExpSyn(where(0.1))

    assert section.synapse(Factory()).get_segment() == section(0.1)


def test_what_a_function_raises_comes_through():
    section = p.Section(name="s")

    def fail(where):
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        section.synapse(fail)
    with pytest.raises(TypeError, match="point process"):
        section.synapse(lambda where: 3)
    assert h.List("ExpSyn").count() == 0


def test_what_a_function_makes_of_h_lives_too():
    section = p.Section(name="s")
    section.synapse(lambda where: h.ExpSyn(where(0.5)))
    h.finitialize()
    assert world()["ExpSyn"] == 1


def test_stored_synapses_are_listed_and_only_those():
    section, other = p.Section(name="s"), p.Section(name="t")
    assert not hasattr(section, "synapses")
    section.synapse(p.ExpSyn)
    assert not hasattr(section, "synapses")
    first, second = section.synapse(p.ExpSyn, store=True), section.synapse("Exp2Syn", store=True)
    assert section.synapses == [first, second] and isinstance(section.synapses, list)
    assert section.synapse(p.ExpSyn, store=False) not in section.synapses
    third = section.synapse(lambda where: h.ExpSyn(where(0.5)), store=True)
    assert section.synapses == [first, second, third]
    assert not hasattr(other, "synapses")


def test_synapses_can_be_assigned():
    section = p.Section(name="s")
    section.synapses = [1, 2]
    assert section.synapses == [1, 2]
    section.synapses.append(3)
    assert section.synapses == [1, 2, 3]
    del section.synapses
    assert not hasattr(section, "synapses")
    section.synapses = None
    assert section.synapses is None
    del section.synapses


def test_store_adds_to_what_was_assigned():
    section = p.Section(name="s")
    section.synapses = []
    mine = section.synapses
    synapse = section.synapse(p.ExpSyn, store=True)
    assert section.synapses == [synapse] and mine == [synapse]
    del section.synapses, mine


def test_stored_on_a_section_of_h():
    section = h.Section(name="s")
    assert not hasattr(section, "synapses")
    synapse = section.synapse(h.ExpSyn, store=True)
    assert section.synapses == [synapse]


MECHANISMS = {
    "a segment": (lambda s: p.ExpSyn(s(0.3)), 0.3),
    "a section": (lambda s: p.ExpSyn(s), 0.5),
    "a section and x": (lambda s: p.ExpSyn(s, x=0.9), 0.9),
    "stock's sec=": (lambda s: p.ExpSyn(0.7, sec=s), 0.7),
    "PointProcess by name": (lambda s: p.PointProcess("ExpSyn", s(0.3)), 0.3),
    "PointProcess by p.ExpSyn": (lambda s: p.PointProcess(p.ExpSyn, s(0.3)), 0.3),
    "PointProcess by h.ExpSyn": (lambda s: p.PointProcess(h.ExpSyn, s), 0.5),
}


@pytest.mark.parametrize("way", MECHANISMS)
def test_mechanisms_of_p(way):
    make, x = MECHANISMS[way]
    for section in p.Section(name="s"), h.Section(name="t"):
        section.nseg = 5
        synapse = make(section)
        assert synapse.get_segment() == section(x) and type(synapse) is type(p.ExpSyn(section))
        synapse.tau = 4
        assert synapse == section(x).point_processes()[-1] and h.ExpSyn[int(synapse.hname()[7:-1])].tau == 4


def test_mechanisms_with_attributes():
    section = p.Section(name="s")
    assert p.ExpSyn(section(0.5), tau=3).tau == 3 and p.PointProcess(p.ExpSyn, section, e=5).e == 5
    stim = p.NetStim(start=1, number=2, interval=3, noise=0.5)
    assert (stim.start, stim.number, stim.interval, stim.noise) == (1, 2, 3, 0.5)


def test_the_types_of_what_p_makes():
    from patch import objects

    section = p.Section(name="s")
    assert type(p.ExpSyn(section)) is objects.PointProcess
    assert type(p.NetStim()) is objects.NetStim and type(p.VecStim()) is objects.VecStim
    assert type(p.IClamp(section)) is objects.IClamp and type(p.SEClamp(section)) is objects.SEClamp
    assert type(p.NetCon(section, None)) is objects.NetCon and type(section) is objects.Section
    for kind in objects.NetStim, objects.VecStim, objects.IClamp, objects.SEClamp:
        assert issubclass(kind, objects.PointProcess)
    from neuron import hoc

    assert isinstance(p.ExpSyn(section), hoc.HocObject)
    assert type(section.synapse(h.ExpSyn)) is objects.PointProcess
    assert type(h.ExpSyn(section(0.5))) is hoc.HocObject, "h's own are left alone"


def test_clamps_have_patchs_numbers():
    section = p.Section(name="s")
    clamp = p.IClamp(section(0.5))
    assert (clamp.delay, clamp.dur, clamp.amp) == (0, 1e200, 1)
    clamp = p.IClamp(section(0.5), delay=1, amp=2)
    assert (clamp.delay, clamp.dur, clamp.amp) == (1, 1e200, 2)
    clamp = p.SEClamp(section(0.5))
    assert [getattr(clamp, f"{name}{i}") for name in ("dur", "amp") for i in (1, 2, 3)] == [100, 100, 100, -70, -50, -70]
    clamp = h.IClamp(section(0.5))
    assert (clamp.delay, clamp.dur, clamp.amp) == (0, 0, 0)


def test_currents_are_those_of_a_plain_synapse():
    def current(make):
        section = h.Section(name="s")
        section.insert("pas")
        synapse = make(section)
        stim = h.NetStim()
        stim.start, stim.number = 1, 3
        netcon = h.NetCon(stim, synapse, 0, 1, 0.01)
        vector = h.Vector().record(synapse._ref_i)
        run(30)
        return list(vector), netcon.weight[0]

    def stock(section):
        synapse = h.Exp2Syn(section(0.5))
        synapse.tau1, synapse.tau2 = 0.5, 5
        return synapse

    expected = current(stock)
    h.finitialize()
    assert current(lambda section: section.synapse(p.Exp2Syn, attributes={"tau1": 0.5, "tau2": 5})) == expected
    assert max(map(abs, expected[0])) > 0


def test_the_section_stack_stays():
    first, second = p.Section(name="first"), p.Section(name="second")
    second.synapse(p.ExpSyn), p.ExpSyn(second(0.5)), second.synapse("ExpSyn", store=True)
    assert h.cas() is first
    second.push()
    first.synapse(p.ExpSyn)
    assert h.cas() is second
    h.pop_section()


def test_stock_takes_what_p_made():
    section = p.Section(name="s")
    synapse = section.synapse(p.ExpSyn)
    h.NetCon(h.NetStim(), synapse)
    listed = h.List()
    listed.append(synapse)
    assert listed.o(0) == synapse and synapse.get_loc() == 0.5
    h.pop_section()
    assert h.Vector().record(synapse._ref_i).size() == 0 and synapse.has_loc()


def test_every_name_of_dir_can_be_read_and_synapses_is_one_once_stored():
    section = h.Section(name="plain")
    assert "synapses" not in dir(section) and all(hasattr(section, name) for name in dir(section) if name != "v")
    section.synapse("ExpSyn", store=True)
    assert "synapses" in dir(section)
