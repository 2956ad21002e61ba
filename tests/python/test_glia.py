"""Glia on top of p: mechanisms of a package that Glia has compiled, inserted, connected, recorded; the same bits as in plain NEURON."""

import sys
from pathlib import Path

import pytest
from helpers import alone, cell, clean, h, p, run  # noqa: F401 - clean runs by itself
from patch import is_density_mechanism, is_point_process, transform

if sys.version_info < (3, 11):
    pytest.skip("nmodl-glia 8 is for Python 3.11 and newer", allow_module_level=True)
sys.path.append(str(Path(__file__).parents[1] / "glia_package"))
from glia_here import FOLDER, g

AMPA, LEAK = "glia__patch_test_mods__AMPA__0", "glia__patch_test_mods__Leak__0"
BEFORE = [name for name in (AMPA, LEAK) if hasattr(h, name)]
g.load_library()


def exact(numbers):
    return [float(number).hex() for number in numbers]


def there():
    return {name: int(h.List(name).count()) for name in ("NetStim", AMPA, "NetCon")} | {"sections": len(list(h.allsec()))}


ALL_THREE = {"NetStim": 1, AMPA: 1, "NetCon": 1, "sections": 1}


def test_glia_has_compiled_and_loaded_the_package():
    assert BEFORE == [] and hasattr(h, AMPA)
    assert g.resolve("AMPA") == AMPA and g.resolve("Leak") == LEAK
    compiled = list((FOLDER / "cache").rglob("libnrnmech.so"))
    assert len(compiled) == 1
    assert compiled[0].stat().st_mtime <= (FOLDER / "key").stat().st_mtime, "it was compiled again by this process"


def test_the_documented_idiom():
    pp = g.insert(p.Section(), "AMPA")
    stim = p.NetStim(start=1, number=1)
    p.NetCon(stim, pp)
    assert there() == ALL_THREE


@pytest.mark.parametrize("held", ["stim", "pp", "netcon"])
def test_each_of_three_keeps_the_others(held):
    stim, pp = p.NetStim(), g.insert(p.Section(), "AMPA")
    netcon = p.NetCon(stim, pp)
    kept = {"stim": stim, "pp": pp, "netcon": netcon}[held]
    del stim, pp, netcon
    h.finitialize()
    assert there() == ALL_THREE
    del kept
    h.finitialize()
    assert there() == dict.fromkeys(ALL_THREE, 0)


def by_glia():
    section = cell(p, "s", "pas")
    g.insert(section, "Leak", attributes={"g": 0.0004, "e": -60})
    pp = g.insert(section, "AMPA", x=0.2)
    pp.set({"tau_decay": 2, "e": 10})
    p.NetCon(p.NetStim(start=2, number=3, interval=4), pp, weight=0.01, delay=1.3)
    return section, section.record(), p.record(pp), pp.record(), p.record(transform(pp)._ref_g)


def by_neuron():
    section = cell(h, "s", "pas")
    section.insert(LEAK)
    setattr(section, f"g_{LEAK}", 0.0004)
    setattr(section, f"e_{LEAK}", -60)
    synapse = getattr(h, AMPA)(section(0.2))
    synapse.tau_decay, synapse.e = 2, 10
    stimulus = h.NetStim()
    stimulus.start, stimulus.number, stimulus.interval = 2, 3, 4
    netcon = h.NetCon(stimulus, synapse, 10, 1.3, 0.01)
    recorded = section(0.5)._ref_v, synapse._ref_i, synapse._ref_i, synapse._ref_g
    return (section, stimulus, synapse, netcon), *(h.Vector().record(it) for it in recorded)


def test_a_run_is_that_of_plain_neuron():
    results = []
    for build in (by_neuron, by_glia):
        kept, *recorded = build()
        run(20)
        results.append([exact(vector) for vector in recorded])
        del kept, recorded
    assert results[0] == results[1]
    assert len(set(results[0][1])) > 100, "the synapse was silent"


def test_parameters():
    section = p.Section()
    pp = g.insert(section, "AMPA", attributes={"tau_rise": 0.5})
    pp.set("tau_decay", 4)
    assert (pp.get_parameter("tau_rise"), pp.get_parameter("tau_decay"), pp.get_parameter("e")) == (0.5, 4, 0)
    assert {"tau_rise", "tau_decay", "e", "i", "g"} <= set(transform(pp).parameters)
    assert not {"get_segment", "loc", "parameters", "tau"} & set(transform(pp).parameters)
    leak = g.insert(section, "Leak")
    leak.set("g", 0.002)
    assert leak.get_parameter("g") == 0.002 == getattr(section(0.5), LEAK).g


@pytest.mark.parametrize("name", ["AMPA", "Leak"])
def test_a_misspelt_parameter_is_refused(name):
    section = p.Section()
    with pytest.raises(AttributeError, match="tau_decya"):
        g.insert(section, name, attributes={"tau_decya": 1})


def test_a_density_mechanism():
    section = p.Section()
    section.nseg = 3
    leak = g.insert(section, "Leak")
    other = p.Section().insert(g.resolve("Leak"))
    assert section.has_membrane(LEAK)
    assert [mechanism.name() for mechanism in other(0.5)] == [LEAK]
    current = leak.record("i")
    run(1)
    assert exact(current)[-1] == float(getattr(section(0.5), LEAK).i).hex() and current[-1] != 0
    with pytest.raises(TypeError, match="ensity mechanism"):
        p.NetCon(p.NetStim(), leak)


def test_what_glia_inserts_is_asked_by_name_and_by_object():
    section = p.Section()
    pp = g.insert(section, "AMPA")
    for it in (AMPA, pp, transform(pp), "IClamp"):
        assert is_point_process(it) and not is_density_mechanism(it), it
    for it in (LEAK, "hh", "k_ion", "extracellular"):
        assert is_density_mechanism(it) and not is_point_process(it), it
    for it in ("AMPA", "NetStim", "capacitance", "morphology", "Section", "__add__", "access", "L", "", section, section(0.5), None, 3):
        assert not is_point_process(it) and not is_density_mechanism(it), it


def test_connections_are_those_of_the_accessor():
    stim, pp = p.NetStim(), g.insert(p.Section(), "AMPA")
    assert pp._connections == {}
    netcon = p.NetCon(stim, pp)
    assert list(pp._connections) == [stim] and pp._connections[stim] == netcon
    assert list(stim._connections.values()) == [netcon]
    assert p.connection(stim, pp) == netcon
    assert transform(pp)._connections == pp._connections
    pp._connections = {}
    assert pp._connections == transform(pp)._connections == {}
    assert there() == ALL_THREE


def test_ref_and_deref():
    pp = g.insert(p.Section(), "AMPA")
    netcon = p.NetCon(p.NetStim(), pp)
    assert pp._references == [netcon]
    pp.__deref__(netcon)
    assert pp._references == []
    pp.__ref__(netcon)
    assert pp._references == [netcon]


STIMULI = {"a NetStim": ({"start": 1, "number": 3, "interval": 2}, [1, 3, 5]), "a pattern": ({"pattern": [0.5, 2, 4.25]}, [0.5, 2, 4.25])}


@pytest.mark.parametrize("stimulus", STIMULI)
def test_stimulate(stimulus):
    given, expected = STIMULI[stimulus]
    pp = g.insert(p.Section(), "AMPA")
    spikes = h.Vector()
    stimulus = pp.stimulate(weight=0.01, **given)
    pp._connections[stimulus].record(spikes)
    run(10)
    assert list(spikes) == expected


def test_what_it_stands_for_is_a_point_process_of_p():
    pp = g.insert(p.Section(name="s"), "AMPA", x=0.9)
    assert type(transform(pp)) is type(p.ExpSyn(p.Section()))
    assert pp.__neuron__() == transform(pp) and transform(pp).get_segment().sec.name() == "s"
    assert p.List(AMPA)[0] == pp.__neuron__()
    mine = p.List()
    mine.append(pp)
    assert mine[0] == pp.__neuron__()


def test_glia_has_our_vecstim():
    assert g.resolve("VecStim", pkg="patch") == g.resolve("VecStim") == "PatchVecStim"
    assert [mod.asset_name for mod in g.package("patch").mods] == ["VecStim"]
    stim = g.insert(p.Section(), "VecStim")
    assert transform(stim).hname().startswith("PatchVecStim")
    transform(stim).play(h.Vector([1, 2.5]))
    spikes = h.Vector()
    p.NetCon(stim, p.ExpSyn(p.Section())).record(spikes)
    run(5)
    assert list(spikes) == [1, 2.5]


def test_vecstim_needs_no_glia():
    alone("""
    import sys
    sys.modules["glia"] = None  # an import of it fails
    from patch import p
    spikes, synapse = p.Vector(), p.ExpSyn(p.Section())
    p.NetCon(p.VecStim([1, 2]), synapse).record(spikes)
    p.run(5)
    assert list(spikes) == [1, 2], list(spikes)
    """)
