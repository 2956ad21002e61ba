"""Runs in processes that are fresh: what stock NEURON would crash in is the first thing that they do."""

import pytest
from jobs import job

RANKS = pytest.mark.parametrize("ranks", [0, 1, 2])
METHODS = pytest.mark.parametrize("method", ["fixed step", "CVODE"])

MODEL = """
from neuron import h
h.load_file("stdrun.hoc")
h.celsius = 6.3
h.CVode().active({cvode})

class Model:
    def __init__(self):
        self.soma = h.Section(name="soma")
        self.soma.L = self.soma.diam = 20
        self.soma.insert("hh")
        self.clamp = h.IClamp(self.soma(0.5))
        self.clamp.delay, self.clamp.dur, self.clamp.amp = 1, 5, 0.5
        self.voltage = h.Vector().record(self.soma(0.5)._ref_v)
    def result(self):
        return [number.hex() for number in self.voltage]
"""
BEFORE = {
    "nothing": "",
    "p.finitialize": "p.finitialize(-65)",
    "stock's finitialize": "h.finitialize(-65)",
    "stock's finitialize and set_maxstep": "h.finitialize(-65); p.parallel.set_maxstep(10)",
    "set_maxstep and stock's finitialize": "p.parallel.set_maxstep(10); h.finitialize(-65)",
    "a run in a process alone": "p.run(1) if p.parallel.nhost() == 1 else p.finitialize(-65)",
    "join": "p.parallel.join()",
}


@METHODS
@RANKS
@pytest.mark.parametrize("before", BEFORE)
def test_psolve_needs_no_gids(before, ranks, method):
    """Two calls to 3 and 5 ms give what stock's psolve gives that was prepared by set_maxstep."""
    program = (
        MODEL.format(cvode=int(method == "CVODE"))
        + f"""
from patch import p
h.celsius = 6.3
model = Model()
model.soma.v = -65
{BEFORE[before]}
p.parallel.psolve(3)
p.parallel.psolve(5)
found = model.result()
assert abs(h.t - 5) < 1e-6, h.t

pc = h.ParallelContext()
pc.set_maxstep(10)
h.finitialize(-65)
if {before == "a run in a process alone"} and pc.nhost() == 1:
    h.continuerun(1)
pc.psolve(3)
pc.psolve(5)
assert max(model.voltage) > 0 and found == model.result(), (len(found), len(model.voltage))
print("the same", flush=True)
"""
    )
    done = job(program, ranks=ranks).well()
    assert done.out.count("the same") == max(1, ranks), done


@METHODS
@RANKS
def test_psolve_begins_anew_where_the_model_is_another(ranks, method):
    """What was initialised is gone: there is nothing to go on from."""
    program = (
        MODEL.format(cvode=int(method == "CVODE"))
        + """
from patch import p
h.celsius = 6.3
model = Model()
p.parallel.psolve(5, v_init=-65)
expected = model.result()
p.parallel.gid_clear()
del model
h.t = 0
model = Model()
model.soma.v = -65
p.parallel.psolve(5)
assert max(model.voltage) > 0 and expected == model.result()
print("the same", flush=True)
"""
    )
    done = job(program, ranks=ranks).well()
    assert done.out.count("the same") == max(1, ranks), done


@RANKS
@pytest.mark.parametrize(
    "call", ["p.run(1)", "p.finitialize(); p.continuerun(1)", "p.parallel.psolve(1)", "p.parallel.psolve(1, v_init=-65)"]
)
def test_nothing_at_all_can_be_run(call, ranks):
    done = job(f"from patch import p\n{call}\nprint('at', round(p.t, 3), flush=True)", ranks=ranks).well()
    assert done.said("at (1.0)") == ["1.0"] * max(1, ranks), done


@pytest.mark.parametrize("threads", [1, 2])
def test_own_models_before_any_exchange_wait_for_nobody(threads):
    done = job(
        MODEL.format(cvode=0)
        + f"""
from patch import p
p.parallel.nthread({threads})
model = Model()
for time in range(1 + 3 * int(p.parallel.id())):
    p.run(5)
    p.finitialize(-65)
    p.continuerun(2)
    print("ran", flush=True)
""",
        ranks=2,
        PATCH_WAIT="2",
    ).well()
    assert done.out.count("ran") == 1 + 4 and not done.complaints(), done
