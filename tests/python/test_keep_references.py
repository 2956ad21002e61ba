"""keep_references: what plain NEURON makes gets the promise too; off by default, and off it changes nothing."""

import pytest
from helpers import alone, cell, clean, h, p, run, world  # noqa: F401 - clean runs by itself


@pytest.fixture(autouse=True)
def off(clean):  # noqa: F811
    yield
    p.keep_references(False)


def counts():
    return tuple(int(h.List(name).count()) for name in ("NetCon", "ExpSyn", "NetStim"))


def network():
    """Everything is dropped but the sections."""
    source, target = cell(h, "source"), h.Section(name="target")
    target.insert("pas")
    synapse = h.ExpSyn(target(0.5))
    connection = h.NetCon(source(0.5)._ref_v, synapse, 0, 1, 0.05, sec=source)
    stimulus = h.NetStim()
    stimulus.number, stimulus.start = 1, 1
    kick = h.ExpSyn(source(0.5))
    start = h.NetCon(stimulus, kick, 0, 1, 0.5)
    voltage = h.Vector().record(target(0.5)._ref_v)
    held = [synapse, connection, stimulus, kick, start]
    return source, target, voltage, held


def test_it_is_off_and_gives_what_it_was():
    assert h.Patch().keep_references(0) == 0
    source, target, voltage, held = network()
    del held
    assert counts() == (0, 0, 0)
    assert p.keep_references() is False and p.keep_references(True) is True and p.keep_references(on=False) is True


def test_what_is_dropped_lives_as_if_it_had_been_kept():
    source, target, voltage, held = network()
    h.finitialize(-65)
    h.continuerun(10)
    expected = list(voltage)
    del source, target, voltage, held
    assert h.Patch().keep_references(1) == 0
    source, target, voltage, held = network()
    del held
    h.finitialize(-65)
    h.continuerun(10)
    assert counts() == (2, 2, 1) and list(voltage) == expected and max(voltage) > min(voltage) + 1
    del source
    h.finitialize(-65)
    assert counts() == (2, 2, 1), "target holds them all"
    del target, voltage
    h.finitialize(-65)
    assert counts() == (0, 0, 0) and list(h.allsec()) == []


def test_a_vector_lives_while_its_variable_does():
    p.keep_references(True)
    section = h.Section(name="s")
    other = h.Section(name="other")
    before = int(h.List("Vector").count())
    h.Vector().record(section(0.5)._ref_v)
    h.Vector().record(h._ref_t, sec=section)
    vector = h.Vector().record(section(0.5)._ref_v)
    h.finitialize()
    assert h.List("Vector").count() == before + 3
    vector.record(other(0.5)._ref_v)
    del section
    h.finitialize()
    assert list(h.allsec()) == [other] and h.List("Vector").count() == before + 1
    vector.play_remove()
    del vector
    h.finitialize()
    assert h.List("Vector").count() == before
    del other


def test_in_hoc():
    printed = alone(
        """
        from neuron import h
        import patch
        h.nrn_load_dll(patch.path())
        h('''
        objref p, stim, syn, nc
        p = new Patch()
        {p.keep_references(1)}
        create a
        a syn = new ExpSyn(0.5)
        stim = new NetStim()
        nc = new NetCon(stim, syn)
        objref nc, syn, stim
        {finitialize()}
        ''')
        print([int(h.List(name).count()) for name in ("NetCon", "ExpSyn", "NetStim")])
        h.delete_section(sec=h.a)
        h.finitialize()
        print([int(h.List(name).count()) for name in ("NetCon", "ExpSyn", "NetStim")])
        """
    )
    assert printed.split("\n")[:2] == ["[1, 1, 1]", "[0, 0, 0]"]


def test_in_neuron_mode_too():
    printed = alone(
        """
        from patch import p
        p.keep_references()
        a = p.Section()
        syn = p.ExpSyn(a(0.5))
        p.NetCon(p.NetStim(), syn)
        del syn
        p.finitialize()
        print([int(p.List(name).count()) for name in ("NetCon", "ExpSyn", "NetStim")])
        """,
        PATCH_DEFAULTS="neuron",
    )
    assert printed.strip() == "[1, 1, 1]"


def test_a_thousand_rounds_leave_nothing():
    p.keep_references(True)
    before = world()
    for _ in range(1000):
        network()
        h.finitialize()
    assert world() == before
