"""Running by p: the same run as NEURON's own, in a duration; and what p changes, line by line, with and without PATCH_DEFAULTS."""

import pytest
from helpers import alone, at, cell, clean, h, p, world  # noqa: F401 - clean runs by itself
from patch.exceptions import PatchValueError


def at_time():
    vector = h.Vector()
    vector.record(h._ref_t)
    return vector


def model():
    section = cell(p, "s")
    clamp = h.IClamp(section(0.5))
    clamp.delay, clamp.dur, clamp.amp = 1, 30, 0.5
    return section, clamp, at(section(0.5)), at_time()


def plain(duration, v_init=-65):
    made = model()
    h.finitialize(v_init)
    h.continuerun(duration)
    return list(made[2]), list(made[3])


def test_run_is_finitialize_and_continuerun():
    expected = plain(20)
    h.finitialize()
    section, clamp, voltage, time = model()
    for _ in range(2):
        assert p.run(20) is None
        assert (list(voltage), list(time)) == expected
    assert h.t == pytest.approx(20)


def test_v_init():
    for v_init in -70, -55.5, 0:
        expected = plain(5, v_init)
        section, clamp, voltage, time = model()
        p.run(5, v_init=v_init)
        assert (list(voltage), list(time)) == expected and voltage[0] == v_init
        p.run(5, v_init)
        assert (list(voltage), list(time)) == expected
        p.finitialize(v_init)
        p.continuerun(5)
        assert (list(voltage), list(time)) == expected
        del section, clamp, voltage, time
        h.finitialize()


def test_without_v_init_neurons_own_is_taken():
    expected = plain(5, -72)
    section, clamp, voltage, time = model()
    h.v_init = -72
    p.run(5)
    h.v_init = -65
    assert (list(voltage), list(time)) == expected


def test_finitialize_without_a_voltage_leaves_the_voltages_as_in_stock():
    section = p.Section(name="s")
    section.v = -50
    p.finitialize()
    assert section.v == -50
    p.finitialize(-60)
    assert section.v == -60
    p.finitialize(initial=-70)
    assert section.v == -70


def test_continuerun_is_for_a_duration():
    expected = plain(12)
    section, clamp, voltage, time = model()
    p.finitialize(-65)
    for duration in 3, 4, 0, 5:
        assert p.continuerun(duration) is None
    assert (list(voltage), list(time)) == expected
    p.continuerun(duration=2)
    assert h.t == pytest.approx(14)
    p.continuerun(5, v_init=-65)
    assert h.t == pytest.approx(5)


def test_continuerun_continues_what_stock_began_and_the_reverse():
    expected = plain(12)
    section, clamp, voltage, time = model()
    h.finitialize(-65)
    h.continuerun(4)
    p.continuerun(4)
    h.continuerun(12)
    assert (list(voltage), list(time)) == expected


def test_run_without_reset_goes_on_until_that_time():
    expected = plain(12)
    section, clamp, voltage, time = model()
    p.run(5)
    p.run(12, reset=False)
    assert (list(voltage), list(time)) == expected
    p.run(12, reset=False)
    assert (list(voltage), list(time)) == expected, "nothing is left to run"
    p.run(p.t + 1, reset=False)
    assert h.t == pytest.approx(13)


def test_a_run_to_a_time_that_has_passed_is_refused():
    """It did nothing, without a word; on ranks of a network it was an error already."""
    section, clamp, voltage, time = model()
    p.run(5)
    before = (h.t, list(voltage), list(time))
    for reset in (False, 0):
        with pytest.raises(PatchValueError, match="the time to run to is 3 ms, expected at least t"):
            p.run(3, reset=reset)
    assert (h.t, list(voltage), list(time)) == before
    p.continuerun(0)
    assert h.t == before[0]


def test_run_without_a_duration_is_stocks_run():
    section, clamp, voltage, time = model()
    tstop = h.tstop
    try:
        for h.tstop, h.v_init in ((7, -65), (3, -70)):
            h.run()
            expected = list(voltage), list(time)
            p.finitialize()
            assert p.run() is None
            assert (list(voltage), list(time)) == expected and time[-1] == pytest.approx(h.tstop)
        h.tstop = 9
        p.run(reset=False)
        assert h.t == pytest.approx(9)
    finally:
        h.tstop, h.v_init = tstop, -65


def test_run_without_a_duration_calls_the_users_init_and_sets_dt():
    h("proc init() { finitialize(v_init) inits += 1 }\ninits = 0")
    section, clamp, voltage, time = model()
    try:
        p.run()
        assert h.inits == 1
        h.dt = 0.1
        p.run()
        assert h.dt == 0.025 and h.inits == 2
    finally:
        h("proc init() { finitialize(v_init) fcurrent() }")


def test_a_run_in_fixed_steps_after_one_of_cvode_has_the_standard_step():
    """It went on with the last step of CVODE."""
    expected = plain(10)
    section, clamp, voltage, time = model()
    h.CVode().active(True)
    p.run(10)
    h.CVode().active(False)
    p.run(10)
    assert (list(voltage), list(time)) == expected and h.dt == 0.025


def test_a_run_step_by_step():
    expected = plain(2)
    section, clamp, voltage, time = model()
    p.finitialize(-65)
    while p.t < 2 - p.dt / 2:
        p.run(p.t + p.dt, reset=False)
    assert (list(voltage), list(time)) == expected


def test_dt_and_celsius_are_neurons():
    h.dt, h.celsius, h.steps_per_ms = 0.1, 15, 10
    expected = plain(10)
    section, clamp, voltage, time = model()
    p.run(10)
    assert (list(voltage), list(time)) == expected and len(time) == 101
    h.dt, h.steps_per_ms = 0.025, 40


def test_cvode():
    h.CVode().active(1)
    plain(20)  # NEURON's own second run differs from its first
    h.finitialize()
    expected = plain(20)
    section, clamp, voltage, time = model()
    p.run(20)
    assert (list(voltage), list(time)) == expected and len(time) < 400


def test_a_model_without_sections_runs():
    stim, spikes = p.NetStim(start=1, number=3, interval=2, noise=0), h.Vector()
    netcon = p.NetCon(stim, None)
    netcon.record(spikes)
    p.run(10)
    assert list(spikes) == [1, 3, 5] and h.t == pytest.approx(10)


def test_tstop_stays_the_users():
    h.tstop = 77
    section, clamp, voltage, time = model()
    p.run(3)
    p.continuerun(2)
    assert h.tstop == 77


def test_handlers_and_stdruns_hooks_run_as_in_stock():
    calls = []
    section = p.Section(name="s")
    handlers = [h.FInitializeHandler(kind, lambda kind=kind: calls.append(kind)) for kind in range(4)]
    p.run(1)
    assert calls == [3, 0, 1, 2]
    p.finitialize()
    assert len(calls) == 8
    handlers.clear()
    assert section.name() == "s"


def test_refusals():
    section = p.Section(name="s")
    p.run(1)
    for call in (lambda: p.run(-1), lambda: p.continuerun(-1), lambda: p.run(float("nan")), lambda: p.run("5"),
                 lambda: p.run(1, reste=True), lambda: p.finitialize(1, 2)):  # fmt: skip
        with pytest.raises((ValueError, TypeError)):
            call()
    assert h.t == pytest.approx(1) and section.name() == "s"


# ---- what p changes (design.md), line by line ---------------------------------------------------------------------------------------

LINES = {
    "stdrun.hoc is loaded": ('p; print(hasattr(h, "tstop"))', "True", "False"),
    "celsius": ("p; print(h.celsius)", "32.0", "6.3"),
    "celsius is not set again": ("p; h.load_file('stdrun.hoc'); h.celsius = 20; p.Section(); p.run(1); print(h.celsius)", "20.0", "20.0"),
    "weight, delay, threshold of p.NetCon": (
        "s = p.Section(); n = p.NetCon(s(0.5)._ref_v, None, sec=s); print(n.weight[0], n.delay, n.threshold)",
        "0.1 1.0 -20.0",
        "0.0 1.0 10.0",
    ),
    "of p.NetCon with a synapse": (
        "s = p.Section(); y = p.ExpSyn(s(0.5)); i = p.NetStim(); n = p.NetCon(i, y); print(n.weight[0], n.delay)",
        "0.1 1.0",
        "0.0 1.0",
    ),
    "of connect_points": (
        "s = p.Section(); y = p.ExpSyn(s(0.5)); n = s.connect_points(y); print(n.weight[0], n.delay, n.threshold)",
        "0.1 1.0 -20.0",
        "0.0 1.0 10.0",
    ),
    "of segment.connect_points": (
        "s = p.Section(); y = p.ExpSyn(s(0.5)); n = s(0.5).connect_points(y); print(n.weight[0], n.delay, n.threshold)",
        "0.1 1.0 -20.0",
        "0.0 1.0 10.0",
    ),
    "of PatchConnection": (
        "s = p.Section(); y = h.ExpSyn(s(0.5)); n = h.PatchConnection(y, sec=s).netcon; print(n.weight[0], n.delay, n.threshold)",
        "0.1 1.0 -20.0",
        "0.0 1.0 10.0",
    ),
    "p.defaults": ("print(p.defaults)", "Defaults(weight=0.1, delay=1, threshold=-20)", "Defaults(weight=0, delay=1, threshold=10)"),
    "a dropped NetCon": ("s = p.Section(); p.NetCon(s(0.5)._ref_v, None, sec=s); print(int(h.List('NetCon').count()))", "1", "0"),
    "a dropped point process": ("s = p.Section(); p.ExpSyn(s(0.5)); print(int(h.List('ExpSyn').count()))", "1", "0"),
    "a dropped section": ("s = p.Section(); p.Section().connect(s); print(len(list(h.allsec())))", "2", "1"),
    "continuerun": (
        "h.load_file('stdrun.hoc'); s = p.Section(); p.finitialize(); p.continuerun(3); p.continuerun(4); print(round(h.t, 3))",
        "7.0",
        "4.0",
    ),
    "run": ("h.load_file('stdrun.hoc'); h.tstop = 2; s = p.Section(); {run}; print(round(h.t, 3))", "3.0", "2.0"),
    "IClamp": (
        "s = p.Section(); c = p.IClamp(s(0.5)); print(getattr(c, 'delay'), c.dur, c.amp)",
        "0.0 1e+200 1.0",
        "0.0 0.0 0.0",
    ),
    "SEClamp": (
        "s = p.Section(); c = p.SEClamp(s(0.5)); print(c.dur1, c.dur2, c.dur3, c.amp1, c.amp2, c.amp3)",
        "100.0 100.0 100.0 -70.0 -50.0 -70.0",
        "0.0 0.0 0.0 0.0 0.0 0.0",
    ),
    "a section where a segment is wanted": (
        "s = p.Section()\ntry: print(p.ExpSyn(s).get_segment().x)\nexcept Exception as error: print('refused')",
        "0.5",
        "refused",
    ),
    "a bare pointer without sec": (
        "s = p.Section()\ntry: print(p.NetCon(s(0.5)._ref_v, None).preseg())\nexcept ConnectionError: print('refused')",
        "refused",
        "{section}(0.5)",
    ),
    "cas() without sections": ("try: print(p.cas())\nexcept Exception as error: print('refused')", "None", "refused"),
    "cas() with a section": ("s = p.Section('s'); print(p.cas() is s)", "True", "True"),
}


@pytest.mark.parametrize("mode", ["patch", "neuron"])
@pytest.mark.parametrize("line", LINES)
def test_what_p_changes(line, mode):
    script, patch, neuron = LINES[line]
    script = script.replace("{run}", "p.run(3)" if mode == "patch" else "p.run()")
    printed = alone("from patch import p\nfrom neuron import h\n" + script, PATCH_DEFAULTS="neuron" if mode == "neuron" else "")
    expected = patch if mode == "patch" else neuron
    assert printed.strip() == expected or ("{section}" in expected and printed.strip().endswith("(0.5)"))


@pytest.mark.parametrize("mode", ["", "neuron"])
def test_h_itself_stays_stock(mode):
    printed = alone(
        """
        from neuron import h
        before = h.celsius
        from patch import path
        assert h.nrn_load_dll(path()) == 1
        s = h.Section(name="s")
        n = h.NetCon(s(0.5)._ref_v, None, sec=s)
        c = h.IClamp(s(0.5))
        print(before == h.celsius, n.weight[0], n.delay, n.threshold, c.dur, c.amp)
        """,
        PATCH_DEFAULTS=mode,
    )
    assert printed.split() == ["True", "0.0", "1.0", "10.0", "0.0", "0.0"]


def test_importing_patch_alone_changes_nothing():
    assert alone("import patch\nfrom neuron import h\nprint(h.celsius)\nfrom patch import p\nprint(h.celsius)").split() == ["6.3", "32.0"]
