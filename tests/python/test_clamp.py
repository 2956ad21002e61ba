"""iclamp and vclamp, and the clamps' other names: the currents are those of plain NEURON's clamps, to the last bit."""

import numpy as np
import pytest
from helpers import at, cell, clean, h, p, run, world  # noqa: F401 - clean runs by itself
from patch import exceptions, objects

OF_SECLAMP = ("dur1", "dur2", "dur3", "amp1", "amp2", "amp3")
nan, inf = float("nan"), float("inf")


def numbers(clamp):
    """What NEURON knows of a clamp, and where it is."""
    known = OF_SECLAMP if isinstance(clamp, objects.SEClamp) else ("delay", "dur", "amp")
    return [getattr(clamp, name) for name in known], str(clamp.get_segment())


# ---- against plain NEURON -----------------------------------------------------------------------------------------------------------


def plain_iclamp(section, x=0.5, delay=0.0, duration=100.0, amplitudes=(1.0,)):
    """NEURON's own; of several amplitudes one is played in each time step, from the delay on."""
    clamp = h.IClamp(section(x))
    clamp.delay, clamp.dur, clamp.amp = delay, duration, amplitudes[0]
    if len(amplitudes) == 1:
        return clamp
    values, times = h.Vector(amplitudes), h.Vector([delay + i * h.dt for i in range(len(amplitudes))])
    values.play(clamp._ref_amp, times)
    return clamp, values, times


def plain_vclamp(section, x=0.5, levels=(-70, -70, -70), durations=(0, 100, 0)):
    clamp = h.SEClamp(section(x))
    for i in range(3):
        setattr(clamp, f"amp{i + 1}", levels[i])
        setattr(clamp, f"dur{i + 1}", durations[i])
    return clamp


def traces(clamped, interpreter, runs=2, duration=12, dt=0.025):
    """The voltages at three places and the clamp's current, of each run."""
    h.dt = dt  # CVODE leaves its last step there
    section = cell(interpreter, "s")
    section.L, section.diam = 300, 2
    made = clamped(section)
    clamp = made[0] if isinstance(made, tuple) else made
    seen = [at(section(x)) for x in (0.1, 0.5, 0.9)] + [h.Vector().record(clamp._ref_i)]
    found = []
    for _ in range(runs):
        run(duration)
        found.append([list(vector) for vector in seen])
    return found


def check_same(ours, plain, **how):
    """The same traces to the last bit, and the clamp is felt. The first model is gone when the second one is made."""
    expected = traces(plain, h, **how)
    h.finitialize()
    assert [len(trace) for trace in traces(ours, p, **how)[0]] == [len(trace) for trace in expected[0]]
    h.finitialize()
    assert traces(ours, p, **how) == expected
    assert max(expected[0][0]) - min(expected[0][0]) > 1


SEQUENCE = [float(value) for value in np.random.default_rng(1).uniform(-0.1, 0.6, 200)]
CURRENTS = {
    "nothing": (lambda s: s.iclamp(), {}),
    "an amplitude": (lambda s: s.iclamp(0.3), {"amplitudes": [0.3]}),
    "an amplitude of numpy's": (lambda s: s.iclamp(np.float32(0.25)), {"amplitudes": [0.25]}),
    "an integer": (lambda s: s.iclamp(np.int64(1)), {"amplitudes": [1]}),
    "None everywhere": (lambda s: s.iclamp(None, x=None, delay=None, duration=None, amp=None), {}),
    "all by name": (
        lambda s: s.iclamp(amplitude=0.4, x=0.1, delay=2, duration=3),
        {"amplitudes": [0.4], "x": 0.1, "delay": 2, "duration": 3},
    ),
    "amp": (lambda s: s.iclamp(amp=0.4, x=0.9, delay=0.51), {"amplitudes": [0.4], "x": 0.9, "delay": 0.51}),
    "an end": (lambda s: s.iclamp(0.2, x=1, duration=5), {"amplitudes": [0.2], "x": 1, "duration": 5}),
    "a list": (lambda s: s.iclamp(SEQUENCE), {"amplitudes": SEQUENCE}),
    "a tuple, later": (lambda s: s.iclamp(tuple(SEQUENCE), delay=2), {"amplitudes": SEQUENCE, "delay": 2}),
    "numpy, off the grid": (lambda s: s.iclamp(np.array(SEQUENCE), delay=1.01), {"amplitudes": SEQUENCE, "delay": 1.01}),
    "a strided view": (lambda s: s.iclamp(np.repeat(SEQUENCE, 2)[::2], x=0.1), {"amplitudes": SEQUENCE, "x": 0.1}),
    "a Vector": (lambda s: s.iclamp(p.Vector(SEQUENCE), duration=4), {"amplitudes": SEQUENCE, "duration": 4}),
    "an iterator": (lambda s: s.iclamp(amp=iter(SEQUENCE)), {"amplitudes": SEQUENCE}),
    "one in a list": (lambda s: s.iclamp([0.3], delay=1), {"amplitudes": [0.3], "delay": 1}),
    "two": (lambda s: s.iclamp([0.3, -0.1], delay=1), {"amplitudes": [0.3, -0.1], "delay": 1}),
}


@pytest.mark.parametrize("form", CURRENTS)
def test_a_current_is_that_of_a_plain_iclamp(form):
    """iclamp: every form, in repeated runs."""
    ours, plain = CURRENTS[form]
    check_same(ours, lambda section: plain_iclamp(section, **plain))


VOLTAGES = {
    "nothing": (lambda s: s.vclamp(), {}),
    "a voltage": (lambda s: s.vclamp(-10), {"levels": (-70, -10, -70)}),
    "None everywhere": (lambda s: s.vclamp(None, x=None, before=None, duration=None, after=None, holding=None), {}),
    "all by name": (
        lambda s: s.vclamp(voltage=-20, x=0.1, before=1, duration=3, after=2, holding=-80),
        {"levels": (-80, -20, -80), "x": 0.1, "durations": (1, 3, 2)},
    ),
    "three levels": (
        lambda s: s.vclamp([-60, -20, -90], before=2, duration=2, after=5, holding=0),
        {"levels": (-60, -20, -90), "durations": (2, 2, 5)},
    ),
    "three of numpy": (lambda s: s.vclamp(np.array([-60, -20, -90]), before=2), {"levels": (-60, -20, -90), "durations": (2, 100, 0)}),
    "three in a Vector": (lambda s: s.vclamp(p.Vector([-60, -20, -90]), after=2, x=0.9), {"levels": (-60, -20, -90), "x": 0.9}),
    "one in a tuple": (lambda s: s.vclamp((-20,), duration=4), {"levels": (-70, -20, -70), "durations": (0, 4, 0)}),
}


@pytest.mark.parametrize("form", VOLTAGES)
def test_a_voltage_is_that_of_a_plain_seclamp(form):
    """vclamp: every form, in repeated runs."""
    ours, plain = VOLTAGES[form]
    if form == "three in a Vector":
        plain["durations"] = (0, 100, 2)
    check_same(ours, lambda section: plain_vclamp(section, **plain))


@pytest.mark.parametrize("form", ["an amplitude", "a tuple, later", "numpy, off the grid"])
@pytest.mark.parametrize("mode", ["cvode", "two threads", "another dt"])
def test_currents_under_every_integrator(form, mode):
    """A sequence keeps its times, and is one value for each dt of the time when it is given."""
    ours, plain = CURRENTS[form]
    if mode == "another dt":
        h.steps_per_ms = 10
    h.CVode().active(mode == "cvode")
    h.ParallelContext().nthread(2 if mode == "two threads" else 1)
    # CVODE's second run differs from its first in plain NEURON too
    dt = 0.1 if mode == "another dt" else 0.025
    check_same(ours, lambda section: plain_iclamp(section, **plain), runs=1 if mode == "cvode" else 2, dt=dt)
    h.ParallelContext().nthread(1)


def test_a_sequence_that_is_shorter_than_the_clamp_stays_at_its_last_value():
    """As NEURON plays it; and the given numbers are copied."""
    section = cell(p, "s", "pas")
    given = np.array([0.1, 0.2, 0.3])
    clamp = section.iclamp(given, delay=1, duration=2)
    given[:] = 9
    current = h.Vector().record(clamp._ref_i)
    for _ in range(2):
        run(4)
        at_steps = {round(i * h.dt, 6): value for i, value in enumerate(current)}
        assert {value for time, value in at_steps.items() if 1.2 < time < 2.9} == {0.3}
        assert {value for time, value in at_steps.items() if time < 0.9 or time > 3.1} == {0}
        assert {0.1, 0.2} <= set(current)


# ---- where it is, and how long it lives ---------------------------------------------------------------------------------------------


def test_both_are_methods_of_every_section_and_give_ps_clamps():
    """On sections of h too."""
    for section in (p.Section("ours"), h.Section("plain")):
        section.nseg = 5
        assert numbers(section.iclamp(2, x=0.12)) == ([0, 100, 2], f"{section.name()}(0.1)")
        assert numbers(section.vclamp(x=0.9)) == ([0, 100, 0, -70, -70, -70], f"{section.name()}(0.9)")
        assert type(section.iclamp()) is objects.IClamp and type(section.vclamp()) is objects.SEClamp


class Tip(p.Section):
    def __arc__(self):
        return 1


def test_the_sections_own_place_where_no_x_is_given():
    """__arc__ of a subclass."""
    tip = Tip(name="tip")
    assert tip.iclamp().get_loc() == 1 and h.pop_section() == 1
    assert tip.vclamp().get_loc() == 1 and h.pop_section() == 1
    assert tip.iclamp(x=0).get_loc() == 0 and h.pop_section() == 1
    assert h.cas() == tip


def test_a_dropped_clamp_lives_with_its_section_and_its_vectors_with_it():
    """And all of them go with it."""
    section = cell(p, "s", "pas")
    section.vclamp(-20, duration=1)
    section.iclamp(SEQUENCE)
    section.iclamp(0.1)
    h.finitialize()
    there = world()
    assert (there["IClamp"], there["SEClamp"], there["Vector"]) == (2, 1, 3)  # p.time is the third
    voltage = at(section(0.5))
    run(5)
    assert len(set(voltage)) > 100
    del section, voltage
    h.finitialize()
    there = world()
    assert "IClamp" not in there and "SEClamp" not in there and there["Vector"] == 1


def test_a_clamp_keeps_its_section():
    """A clamp in hand is all that needs to be in hand."""
    clamp = p.Section("s").iclamp([1, 2])
    h.finitialize()
    assert str(clamp.get_segment()) == "s(0.5)"
    clamp = None
    h.finitialize()
    assert list(h.allsec()) == []


def test_a_clamp_that_goes_ends_what_is_played():
    """Twenty clamps one after the other leave nothing."""
    before = world()
    for _ in range(20):
        clamp = p.Section("s").iclamp(SEQUENCE)
        assert clamp.amp == SEQUENCE[0]
        del clamp
        h.finitialize()
    assert world() == before


# ---- what is refused ----------------------------------------------------------------------------------------------------------------

VALUE, TYPE, NAME = exceptions.PatchValueError, exceptions.PatchTypeError, exceptions.PatchAttributeError
REFUSED = {
    "s.iclamp('a')": (TYPE, "iclamp: amplitude is 'a', expected a number or several"),
    "s.iclamp(True)": (TYPE, "iclamp: amplitude is True, expected a number or several"),
    "s.iclamp({1: 2})": (TYPE, "iclamp: amplitude is a dict, expected a number or several"),
    "s.iclamp(s)": (TYPE, "iclamp: amplitude is the section s, expected a number or several"),
    "s.iclamp(amp=[])": (VALUE, "iclamp: amplitude is empty, expected a number or several (s(0.5))"),
    "s.iclamp([1, 'a'])": (TYPE, "iclamp: amplitude[1] is 'a', expected a number"),
    "s.iclamp([[1, 2], [3, 4]])": (TYPE, "iclamp: amplitude is a table, expected a number or several"),
    "s.iclamp(np.ones((2, 2)))": (TYPE, "iclamp: amplitude is a table, expected a number or several"),
    "s.iclamp(nan)": (VALUE, "iclamp: amplitude is nan, expected a finite number"),
    "s.iclamp([1, nan])": (VALUE, "iclamp: amplitude[1] is nan, expected a finite number"),
    "s.iclamp(1, amp=2)": (TYPE, "iclamp: amplitude is given twice"),
    "s.iclamp(amplitude=1, amp=2)": (TYPE, "iclamp: amplitude is given twice"),
    "s.iclamp(1, 0.5)": (TYPE, "iclamp: 2 arguments are too many, expected at most 1"),
    "s.iclamp(delai=1)": (
        TYPE,
        "iclamp: there is no argument delai, did you mean delay? (known are amplitude, x, delay, duration, amp)",
    ),
    "s.iclamp(x=1.5)": (VALUE, "iclamp: x is 1.5, expected 0 to 1 (s)"),
    "s.iclamp(delay=-1)": (VALUE, "iclamp: delay is -1, expected at least 0 ms (s(0.5))"),
    "s.iclamp(SEQUENCE, delay=inf)": (VALUE, "iclamp: delay is inf, expected a finite number"),
    "s.iclamp(duration=-0.5)": (VALUE, "iclamp: duration is -0.5, expected at least 0 ms (s(0.5))"),
    "s.vclamp('a')": (TYPE, "vclamp: voltage is 'a', expected a number or three"),
    "s.vclamp([1, 2])": (VALUE, "vclamp: voltage is 2 numbers, expected a number or three (s(0.5))"),
    "s.vclamp([])": (VALUE, "vclamp: voltage is 0 numbers, expected a number or three (s(0.5))"),
    "s.vclamp([1, nan, 2])": (VALUE, "vclamp: voltage[1] is nan, expected a finite number"),
    "s.vclamp(x=-0.1)": (VALUE, "vclamp: x is -0.1, expected 0 to 1 (s)"),
    "s.vclamp(before=-1)": (VALUE, "vclamp: before is -1, expected at least 0 ms (s(0.5))"),
    "s.vclamp(duration=-1)": (VALUE, "vclamp: duration is -1, expected at least 0 ms (s(0.5))"),
    "s.vclamp(after=-1)": (VALUE, "vclamp: after is -1, expected at least 0 ms (s(0.5))"),
    "s.vclamp(holding='a')": (TYPE, "vclamp: holding is 'a', expected a number"),
    "s.vclamp(holding=nan)": (VALUE, "vclamp: holding is nan, expected a finite number"),
    "s.vclamp(amplitude=1)": (
        TYPE,
        "vclamp: there is no argument amplitude (known are voltage, x, before, duration, after, holding)",
    ),
    "p.IClamp(s, amplitude='a')": (TYPE, "IClamp: amplitude is 'a', expected a number"),
    "p.IClamp(s, voltage=1)": (NAME, "IClamp: IClamp has no voltage"),
    "p.IClamp(s, dur=1, duration=2)": (TYPE, "IClamp: dur is given twice"),
    "p.SEClamp(s, voltage=[1, 2])": (VALUE, "SEClamp: voltage is 2 numbers, expected a number or three"),
    "p.SEClamp(s, holding='a')": (TYPE, "SEClamp: holding is 'a', expected a number"),
    "p.SEClamp(s, amplitude=1)": (NAME, "SEClamp: SEClamp has no amplitude"),
}


def test_bad_values_are_refused_and_nothing_is_made():
    """Each with its sentence; the section stack stays."""
    section = p.Section("s")
    current = p.Section("current").push()
    names = {"s": section, "p": p, "np": np, "nan": nan, "inf": inf, "SEQUENCE": SEQUENCE}
    before, wrong = world(), []
    for statement, (kind, sentence) in REFUSED.items():
        try:
            wrong.append(f"{statement} gave {eval(statement, names)}")
        except exceptions.PatchError as error:
            if type(error) is not kind or not str(error).startswith(sentence):
                wrong.append(f"{statement}: {type(error).__name__}: {error}")
        if world() != before or h.cas() != current:
            wrong.append(f"{statement} left something")
            before = world()
    assert not wrong, "\n".join(wrong)
    current.pop()


def test_a_deleted_section_gets_no_clamp():
    """As with every method of a section that NEURON has deleted."""
    section = p.Section("s")
    h.delete_section(sec=section)
    for clamp in (lambda: section.iclamp(), lambda: section.vclamp(), lambda: p.IClamp(section)):
        with pytest.raises(ReferenceError):
            clamp()
    assert "IClamp" not in world() and "SEClamp" not in world()


def test_no_clamp_is_made_while_a_step_runs():
    """A sentence, and the run goes on."""
    section, said = p.Section("s"), []

    def act():
        for make in (section.iclamp, lambda: section.iclamp([1, 2]), section.vclamp):
            try:
                made = make()
                said.append(f"{made} was made")
            except exceptions.SimulationError as error:
                said.append(str(error))

    handler = h.FInitializeHandler(lambda: h.CVode().event(1, act))
    run(2)
    assert handler and h.t > 1.9
    assert said == [
        f"{name} cannot be made while a step is running, expected before or after a run"
        for name in ("iclamp: IClamp", "iclamp: IClamp", "vclamp: SEClamp")
    ]
    assert "IClamp" not in world() and "SEClamp" not in world()


# ---- the other names ----------------------------------------------------------------------------------------------------------------

CURRENT_NAMES = {"duration": "dur", "amplitude": "amp"}
VOLTAGE_NAMES = {"delay": "dur1", "duration": "dur2", "after": "dur3"}


@pytest.mark.parametrize("make", [lambda s: p.IClamp(s), lambda s: s.iclamp(), lambda s: p.transform(h.IClamp(s(0.5)))])
def test_names_of_a_current_clamp(make):
    """Read and written by either name."""
    section = p.Section("s")
    clamp = make(section)
    for number, (name, neurons) in enumerate(CURRENT_NAMES.items()):
        setattr(clamp, name, number + 0.5)
        assert getattr(clamp, neurons) == getattr(clamp, name) == number + 0.5
        setattr(clamp, neurons, np.float32(3.25))
        assert getattr(clamp, name) == 3.25
        assert name in dir(clamp)
    clamp.delay = 4  # NEURON's own
    assert clamp.delay == 4
    assert not hasattr(clamp, "voltage") and not hasattr(clamp, "after") and clamp.get_segment() == section(0.5)


@pytest.mark.parametrize("make", [lambda s: p.SEClamp(s), lambda s: s.vclamp(), lambda s: p.transform(h.SEClamp(s(0.5)))])
def test_names_of_a_voltage_clamp(make):
    """Read and written by either name; holding and voltage are several numbers of NEURON's."""
    section = p.Section("s")
    clamp = make(section)
    for number, (name, neurons) in enumerate(VOLTAGE_NAMES.items()):
        setattr(clamp, name, number + 0.5)
        assert getattr(clamp, neurons) == getattr(clamp, name) == number + 0.5
        setattr(clamp, neurons, 7)
        assert getattr(clamp, name) == 7
        assert name in dir(clamp)
    clamp.holding = -80
    assert (clamp.amp1, clamp.amp3, clamp.holding) == (-80, -80, -80)
    clamp.voltage = -10
    assert clamp.voltage == [-80, -10, -80] and clamp.amp2 == -10
    for three in ([-1, -2, -3], (-4, -5, -6), np.array([1, 2, 3]), p.Vector([4, 5, 6])):
        clamp.voltage = three
        assert clamp.voltage == [clamp.amp1, clamp.amp2, clamp.amp3] == list(three)
    assert not hasattr(clamp, "amplitude") and clamp.get_segment() == section(0.5)


def test_names_as_keywords_of_the_constructors():
    """On p.IClamp, p.SEClamp, synapse and p.PointProcess; what is not given is p's own."""
    s = p.Section("s")
    place = "s(0.5)"
    assert numbers(p.IClamp(s, delay=1, duration=2, amplitude=3)) == ([1, 2, 3], place)
    assert numbers(p.IClamp(s(0.5), dur=2)) == ([0, 2, 1], place)
    assert numbers(p.IClamp(0.5, sec=s, amplitude=3)) == ([0, 1e200, 3], place)
    assert numbers(p.PointProcess(p.IClamp, s, amplitude=4)) == ([0, 1e200, 4], place)
    assert numbers(s.synapse(p.IClamp, attributes={"duration": 3})) == ([0, 3, 1], place)
    assert numbers(p.SEClamp(s, delay=1, duration=2, after=3)) == ([1, 2, 3, -70, -50, -70], place)
    assert numbers(p.SEClamp(s, amp2=2)) == ([100, 100, 100, -70, 2, -70], place)
    assert numbers(p.SEClamp(s, voltage=-10, holding=-60)) == ([100, 100, 100, -60, -10, -60], place)
    assert numbers(p.SEClamp(s, voltage=[1, 2, 3])) == ([100, 100, 100, 1, 2, 3], place)


def test_names_that_are_set_are_used():
    """A clamp whose numbers are set by the other names does what one with NEURON's does."""

    def ours(section):
        clamp = p.SEClamp(section)
        clamp.delay, clamp.duration, clamp.after, clamp.holding, clamp.voltage = 1, 3, 2, -80, -20
        return clamp

    check_same(ours, lambda section: plain_vclamp(section, levels=(-80, -20, -80), durations=(1, 3, 2)))


WRONG = {
    "c.amplitude = 'a'": (TYPE, "amplitude: amplitude is 'a', expected a number"),
    "c.amplitude = None": (TYPE, "amplitude: amplitude is None, expected a number"),
    "c.amplitude = [1, 2]": (TYPE, "amplitude: amplitude is a list, expected a number"),
    "c.duration = nan": (VALUE, "duration: duration is nan, expected a finite number"),
    "v.delay = True": (TYPE, "delay: delay is True, expected a number"),
    "v.after = 'a'": (TYPE, "after: after is 'a', expected a number"),
    "v.holding = inf": (VALUE, "holding: holding is inf, expected a finite number"),
    "v.voltage = 'a'": (TYPE, "voltage: voltage is 'a', expected a number or three"),
    "v.voltage = None": (TYPE, "voltage: voltage is None, expected a number or three"),
    "v.voltage = [1, 2]": (VALUE, "voltage: voltage is 2 numbers, expected a number or three (SEClamp[0])"),
    "v.voltage = [1, 2, nan]": (VALUE, "voltage: voltage[2] is nan, expected a finite number"),
    "del c.amplitude": (AttributeError, ""),
    "del v.voltage": (AttributeError, ""),
}


def test_wrong_numbers_are_refused_and_nothing_is_set():
    """Under the name that was written."""
    section = p.Section("s")
    c, v = section.iclamp(), section.vclamp([1, 2, 3])
    before, wrong = numbers(c), []
    for statement, (kind, sentence) in WRONG.items():
        try:
            exec(statement, {"c": c, "v": v, "nan": nan, "inf": inf})
            wrong.append(f"{statement} was taken")
        except (exceptions.PatchError, AttributeError) as error:
            if not isinstance(error, kind) or not str(error).startswith(sentence):
                wrong.append(f"{statement}: {type(error).__name__}: {error}")
        if (numbers(c), v.voltage) != (before, [1, 2, 3]):
            wrong.append(f"{statement} has set something")
            v.voltage = [1, 2, 3]
    assert not wrong, "\n".join(wrong)


def test_a_clamp_whose_section_is_gone_says_so():
    """Reading and writing by the other names is a sentence."""
    section = p.Section("s")
    c, v = section.iclamp(), section.vclamp()
    h.delete_section(sec=section)
    for use in (
        lambda: c.amplitude,
        lambda: setattr(c, "duration", 1),
        lambda: v.voltage,
        lambda: setattr(v, "holding", 1),
        lambda: setattr(v, "voltage", [1, 2, 3]),
    ):
        with pytest.raises(exceptions.PatchReferenceError, match=r"clamp is (IClamp|SEClamp)\[0\], which is no longer in a section"):
            use()


def test_stock_clamps_have_neurons_names_alone():
    """Calls on stock objects are stock's."""
    section = h.Section("s")
    for clamp in (h.IClamp(section(0.5)), h.SEClamp(section(0.5))):
        assert not hasattr(clamp, "duration") and not hasattr(clamp, "voltage")
        with pytest.raises(LookupError):
            clamp.duration = 3
