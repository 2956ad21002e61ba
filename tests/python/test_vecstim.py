"""p.VecStim and stimulate: given spike times, played exactly; PatchVecStim is NEURON's only from its first use on."""

import numpy as np
import pytest
from helpers import alone, at, cell, clean, h, p, run, world  # noqa: F401 - clean runs by itself

TIMES = [0.5, 0.6, 1.7, 1.7, 3.0, 17.123456789]


def heard(source):
    spikes = h.Vector()
    netcon = h.NetCon(source, None)
    netcon.record(spikes)
    return spikes, (netcon, source)  # h's own NetCon keeps no source


FORMS = {
    "a list": lambda: TIMES,
    "a tuple": lambda: tuple(TIMES),
    "numpy": lambda: np.array(TIMES),
    "numpy float32": lambda: np.array(TIMES, dtype=np.float32),
    "numpy integers": lambda: np.array([1, 2, 2, 10]),
    "a strided view": lambda: np.repeat(TIMES, 2)[::2],
    "a Vector": lambda: h.Vector(TIMES),
    "a range": lambda: range(1, 20, 3),
    "none": lambda: [],
    "an empty Vector": lambda: h.Vector(),
}


@pytest.mark.parametrize("form", FORMS)
def test_spikes_come_at_exactly_the_times(form):
    times = FORMS[form]()
    spikes, netcon = heard(p.VecStim(times))
    for _ in range(2):
        run(30)
        assert list(spikes) == [float(time) for time in times]


def test_by_name_and_without_a_pattern():
    spikes, netcon = heard(p.VecStim(pattern=[1, 2]))
    stim = p.VecStim()
    silent, other = heard(stim)
    run(10)
    assert list(spikes) == [1, 2] and list(silent) == []
    stim.play(h.Vector([3, 4]))
    run(10)
    assert list(silent) == [3, 4]


def test_a_given_vector_is_the_one_that_is_played():
    times = h.Vector([1, 2])
    spikes, netcon = heard(p.VecStim(times))
    times.append(5)
    run(10)
    assert list(spikes) == [1, 2, 5]
    times.resize(0)
    run(10)
    assert list(spikes) == []


def test_a_given_array_is_copied():
    times = np.array([1.0, 2.0])
    spikes, netcon = heard(p.VecStim(times))
    times[:] = 7
    run(10)
    assert list(spikes) == [1, 2]


@pytest.mark.parametrize("mode", ["fixed step", "cvode", "local", "two threads"])
def test_every_integrator(mode):
    stims = [p.VecStim(sorted(np.random.default_rng(i).uniform(0, 30, 100))) for i in range(4)]
    ears = [heard(stim) for stim in stims]
    section = cell(p, "s")
    if mode == "two threads":
        h.ParallelContext().nthread(2)
    h.CVode().active(mode in ("cvode", "local"))
    h.CVode().use_local_dt(mode == "local")
    run(30)
    for i, (spikes, _) in enumerate(ears):
        assert list(spikes) == sorted(np.random.default_rng(i).uniform(0, 30, 100))
    h.ParallelContext().nthread(1)
    h.CVode().use_local_dt(0)
    assert section.name() == "s"


def stimulated(interpreter, stimulate):
    section = cell(interpreter, "s", "pas")
    synapse = interpreter.ExpSyn(section(0.5))
    kept = stimulate(synapse)
    seen = at(section(0.5))
    run(30)
    return list(seen), kept


def test_stimulate_with_a_pattern_is_a_source_and_a_netcon():
    got, stimulus = stimulated(p, lambda synapse: synapse.stimulate(pattern=TIMES))
    assert type(stimulus) is type(p.VecStim()) and world()["NetCon"] == 1

    def plain(synapse):
        stim = p.VecStim(TIMES)
        return stim, h.NetCon(stim, synapse, 10, 0, 0.04)

    h.finitialize()
    expected, _ = stimulated(h, plain)
    assert got == expected and max(got) > min(got)


@pytest.mark.parametrize("numbers", [{}, {"weight": 0.01, "delay": 2.5}])
def test_stimulate_with_the_numbers_of_a_netstim(numbers):
    got, stimulus = stimulated(p, lambda synapse: synapse.stimulate(start=2, number=5, interval=3, noise=0, **numbers))
    assert type(stimulus) is type(p.NetStim())
    assert (stimulus.start, stimulus.number, stimulus.interval, stimulus.noise) == (2, 5, 3, 0)

    def plain(synapse):
        stim = h.NetStim()
        stim.start, stim.number, stim.interval, stim.noise = 2, 5, 3, 0
        return stim, h.NetCon(stim, synapse, 10, numbers.get("delay", 0), numbers.get("weight", 0.04))

    h.finitialize()
    expected, _ = stimulated(h, plain)
    assert got == expected and max(got) > min(got)


def test_stimulate_without_anything_is_neurons_netstim():
    section = p.Section(name="s")
    stimulus = section.synapse(p.ExpSyn).stimulate()
    plain = h.NetStim()
    assert (stimulus.start, stimulus.number, stimulus.interval) == (plain.start, plain.number, plain.interval)


def test_a_pattern_and_the_numbers_of_a_netstim_exclude_each_other():
    section = p.Section(name="s")
    synapse = section.synapse(p.ExpSyn)
    before = world()
    with pytest.raises(TypeError, match="start"):
        synapse.stimulate(pattern=[1], start=3)
    with pytest.raises(AttributeError, match="interval"):
        synapse.stimulate(intervall=3)
    assert world() == before


def test_stimulate_is_a_method_of_ps_point_processes_alone():
    section = p.Section(name="s")
    assert not hasattr(h.ExpSyn(section(0.5)), "stimulate")
    assert hasattr(p.ExpSyn(section(0.5)), "stimulate")


BEGIN = """
from neuron import h
h.load_file("stdrun.hoc")
from patch import p
def mechanisms():
    found = []
    for kind in 0, 1:
        listed = h.MechanismType(kind)
        name = h.ref("")
        for i in range(int(listed.count())):
            listed.select(i)
            listed.selected(name)
            found.append(name[0])
    return found
def heard(source):
    spikes, netcon = h.Vector(), h.NetCon(source, None)
    netcon.record(spikes)
    return spikes, (netcon, source)
"""


def test_no_mechanism_of_ours_is_there_before_its_first_use():
    alone(
        BEGIN
        + """
before = mechanisms()
assert not any("Patch" in name or "Vec" in name for name in before), before
assert not hasattr(h, "PatchVecStim") and "PatchVecStim" not in dir(h)
section = p.Section()
section.synapse(p.ExpSyn)
p.run(1)
assert mechanisms() == before
p.VecStim([1])
after = mechanisms()
assert [name for name in after if name not in before] == ["PatchVecStim"]
assert h.PatchVecStim().hname().startswith("PatchVecStim")
"""
    )


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("cvode", [0, 1])
def test_the_first_use_can_be_between_two_runs(threads, cvode):
    alone(
        BEGIN
        + f"""
section = p.Section(name="s")
section.nseg = 5
section.insert("hh")
clamp = p.IClamp(section(0.5), delay=1, amp=0.5)
voltage = section.record()
h.ParallelContext().nthread({threads})
h.CVode().active({cvode})
h.finitialize(-65)
h.continuerun(20)
first = list(voltage)
stim = p.VecStim([0.5, 1.7, 3, 25])
synapse = section.synapse(p.ExpSyn)
netcon = p.NetCon(stim, synapse, weight=0)
spikes, ear = heard(stim)
h.finitialize(-65)
h.continuerun(20)
assert list(spikes) == [0.5, 1.7, 3], list(spikes)
if not {cvode}:
    assert list(voltage) == first
h.continuerun(30)
assert list(spikes) == [0.5, 1.7, 3, 25]
netcon.weight[0] = 0.1
h.finitialize(-65)
h.continuerun(20)
assert list(voltage) != first
"""
    )


def test_the_first_use_in_the_middle_of_a_run_between_steps():
    alone(
        BEGIN
        + """
section = p.Section(name="s")
h.finitialize(-65)
h.continuerun(5)
stim = p.VecStim([1, 8])
spikes, ear = heard(stim)
h.continuerun(10)
h.finitialize(-65)
h.continuerun(10)
assert list(spikes) == [1, 8]
"""
    )


def test_the_first_use_while_a_step_runs_is_refused():
    alone(
        BEGIN
        + """
section = p.Section(name="s")
refused = []
def act():
    try:
        p.VecStim([1])
    except Exception as error:
        refused.append((type(error).__name__, str(error)))
handler = h.FInitializeHandler(lambda: h.CVode().event(1, act))
h.finitialize(-65)
h.continuerun(3)
assert len(refused) == 1 and refused[0][0] == "SimulationError", refused
assert not hasattr(h, "PatchVecStim")
handler = None
spikes, ear = heard(p.VecStim([1]))
h.finitialize(-65)
h.continuerun(3)
assert list(spikes) == [1]
"""
    )


def test_a_users_own_vecstim_stays_the_users():
    """p.VecStim is p's; h.VecStim is what the user's own mechanisms say, and none without them."""
    alone(
        BEGIN
        + """
assert not hasattr(h, "VecStim")
assert p.VecStim([1]).hname().startswith("PatchVecStim")
assert not hasattr(h, "VecStim")
"""
    )
