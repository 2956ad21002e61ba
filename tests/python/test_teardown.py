"""A process ends as plain NEURON's does, whatever is still alive in it and in whatever order it goes: same status, same words, no crash.

A line that begins with `p| ` is in the script with Patch alone, one with `n| ` in plain NEURON's alone.
"""

import re
import textwrap
from collections import Counter

import pytest
from jobs import job

PYTHON = """
import atexit, os, sys, threading, weakref
atexit.register(lambda: last())
p| from patch import p
p| p.celsius = 6.3
n| from neuron import h as p
n| p.load_file("stdrun.hoc")
n| if {ranks}: p.nrnmpi_init()
pc = p.ParallelContext()
assert pc.nhost() == {expected}, pc.nhost()
beside = []
last = lambda: None


def put(thing, name, value):
    "An attribute of one's own; beside the object in plain NEURON, which has none."
p|     setattr(thing, name, value)
n|     beside.append((thing, name, value))


def build(name="cell"):
    source, target = p.Section(name=name), p.Section(name=name + "'s target")
    for section in source, target:
        section.L = section.diam = 20
        section.insert("hh")
    clamp, synapse, spikes = p.IClamp(source(0.5)), p.ExpSyn(target(0.5)), p.Vector()
    clamp.delay, clamp.dur, clamp.amp = 1, 1e9, 0.5
    netcon = p.NetCon(source(0.5)._ref_v, synapse, -20, 1, 0.05, sec=source)
    netcon.record(spikes)
    voltage = p.Vector().record(target(0.5)._ref_v)
    return dict(source=source, target=target, clamp=clamp, synapse=synapse, netcon=netcon, spikes=spikes, voltage=voltage)


def say(*words):
    print(*words, flush=True)


def run(model, d=20):
    p.finitialize(-65)
    p.continuerun(d)
    say(len(model["spikes"]), max(model["voltage"]))
"""

PYTHON_SHAPES = {
    "loaded and never used": "",
    "loaded by nrn_load_dll alone": """
    n| assert p.ExpSyn
    p| from neuron import h
    p| assert h.nrn_load_dll(os.environ["PATCH_LIBRARY"]) == 1
    """,
    "never run": "model = build()",
    "globals hold all": "model = build()\nglobals().update(model)\nrun(model)",
    "globals hold one thing": "model = build()\nrun(model)\nn| keep = model\nmodel = model['netcon']",
    "dropped and not yet swept": "model = build()\nrun(model)\nfor i in range(50): build(f'c{{i}}')\ndel model",
    "h.quit()": "model = build()\nrun(model)\np.quit()\nsay('not reached')",
    "h.quit() in a frame": "def end(model): run(model); p.quit()\nend(build())",
    "HOC's quit()": "model = build()\nrun(model)\np('{{quit()}}')\nsay('not reached')",
    "quit in an event": """
    model = build()
    handler = p.FInitializeHandler(lambda: p.CVode().event(5, p.quit))
    run(model)
    say("not reached")
    """,
    "quit in an FInitializeHandler": "model = build()\nhandler = p.FInitializeHandler('quit()')\nrun(model)\nsay('not reached')",
    "h.quit at exit": "model = build()\nrun(model)\natexit.register(p.quit)",
    "sys.exit(3)": "def end(model): run(model); sys.exit(3)\nend(build())",
    "sys.exit of a word": "model = build()\nrun(model)\nsys.exit('done')",
    "SystemExit in a thread's join": """
    model = build()
    thread = threading.Thread(target=run, args=(model,))
    thread.start()
    thread.join()
    raise SystemExit(0)
    """,
    "an exception": "def end(model): run(model); raise ValueError('this one', model['source'])\nend(build())",
    "an error in an event, caught": """
    model = build()
    def fail(): raise ValueError("this one")
    handler = p.FInitializeHandler(lambda: p.CVode().event(5, fail))
    pc.mpiabort_on_error(0)
    p| from neuron import h
    n| h = p
    h.finitialize(-65)
    try: h.continuerun(20)
    except RuntimeError as error: say("this one" in str(error) and "refused")
    """,
    "cycles through attributes": """
    class Cell:
        def __init__(self):
            self.model = build()
            put(self.model["source"], "cell", self)
            put(self.model["source"], "synapses", [self.model["synapse"]])
            put(self.model["target"], "method", self.__del__)
            put(self.model["synapse"], "closure", lambda: self)
        def __del__(self):
            say("gone", len(self.model["spikes"]))
    cells = [Cell(), Cell(), Cell()]
    run(cells[0].model)
    cells.pop()
    """,
    "an object with __del__ that runs": """
    class Late:
        def __init__(self): self.model = build()
        def __del__(self): run(self.model)
    late = Late()
    """,
    "an object with __del__ that builds and drops": """
    class Late:
        def __del__(self):
            run(build("late"))
            p.finitialize()
            say(len(list(p.allsec())))
    late, model = Late(), build()
    """,
    "a __del__ that fails": """
    class Late:
        def __init__(self): self.model = build()
        def __del__(self):
            say(hasattr(p, "run_this"))
            raise ValueError("this one")
    late = Late()
    run(late.model)
    """,
    "functions at exit": """
    model = build()
    atexit.register(run, model)
    atexit.register(lambda: run(build("late")))
    def last():
        pc.barrier()
        run(model)
    run(model)
    """,
    "a function at exit that fails": "model = build()\natexit.register(lambda: run(build('late')) or model['nothing'])\nrun(model)",
    "weakref.finalize": """
    model = build()
    class Thing: pass
    thing = Thing()
    weakref.finalize(thing, run, model)
    p| weakref.finalize(model["source"], print, end="")
    put(model["target"], "thing", thing)
    del thing
    """,
    "threads": """
    model = build()
    def wait(): run(model, 5); threading.Event().wait()
    def outlive(): threading.main_thread().join(); run(build("late"))
    threading.Thread(target=outlive).start()
    daemon = threading.Thread(target=wait, daemon=True)
    daemon.start()
    while p.t < 4.9: pass
    """,
    "suspended generators": """
    def steps():
        model = build()
        try:
            run(model)
            yield model["source"]
            yield model
        finally:
            run(model)
    first, second = steps(), steps()
    section = next(first)
    put(section, "steps", second)
    next(second)
    """,
    "handlers and events that wait": """
    model = build()
    class Cell:
        def init(self): p.CVode().event(1e6, self.init)
    cell = Cell()
    cell.model, cell.handler = model, p.FInitializeHandler(cell.init)
    handlers = [p.FInitializeHandler(kind, lambda: model["spikes"].size()) for kind in range(4)]
    model["netcon"].record(cell.init)
    p.finitialize()
    p.continuerun(0.5)
    """,
    "many sources on a place": """
    model = build()
    source, times, gids = model["source"], p.Vector(), p.Vector()
    here = 100 * int(pc.id())
    p| sent = [p.ParallelCon(source, here + gid, threshold=threshold) for gid, threshold in enumerate((-20, 10, 0, -20))]
    p| heard = [p.ParallelCon((here + gid) % ({ranks} * 100 or 100), model["synapse"], weight=1e-9) for gid in range(4)]
    p| for threshold in (-20, 5): p.NetCon(source, model["synapse"], threshold=threshold, weight=0)
    n| pc.set_gid2node(here, pc.id())
    n| pc.cell(here, model["netcon"])
    pc.spike_record(here, times, gids)
    pc.set_maxstep(10)
    p.finitialize(-65)
    pc.psolve(20)
    say(len(times))
    """,
    "a SaveState": "model = build()\nrun(model)\nstate = p.SaveState()\nstate.save()\nrun(model)\nstate.restore()",
    "recordings and time": """
    model = build()
    p| model["source"].record(), model["source"](0.1).record(), p.record(model["synapse"])
    p| time, netcon_times = p.time, model["netcon"].record()
    p| stimulus_of_nobody = model["target"].synapse(p.ExpSyn, store=True).stimulate([1, 2, 3], weight=0)
    n| time = p.Vector().record(p._ref_t)
    run(model)
    say(len(time))
    """,
    "templates": """
    model = build()
    p("objref connection, recording, sender, receiver, patch_of_hoc, list")
    p("list = new List()")
    p| p.patch_of_hoc = p.Patch()
    p| p.connection = p.PatchConnection(model["synapse"], sec=model["source"])
    p| p.recording = p.PatchRecording(0.5, sec=model["target"])
    p| p.sender = p.PatchTransmitter(int(pc.id()), sec=model["source"])
    p| p.receiver = p.PatchReceiver(int(pc.id()), model["synapse"])
    p| p.list.append(p.PatchConnection(model["synapse"], sec=model["target"]))
    p| for each in p.connection, p.receiver: each.netcon.weight[0] = 0
    p.finitialize(-65)
    say(len(list(p.allsec())))
    """,
    "in another module, and the modules gone": """
    import types
    keeper = sys.modules["zz_keeper"] = types.ModuleType("zz_keeper")
    keeper.model, keeper.p = build(), p
    class Late:
        def __del__(self, p=p, run=run, model=keeper.model): run(model)
    keeper.late = Late()
    keeper.model["source"].push()
    for name in [name for name in sys.modules if name.split(".")[0] in ("patch", "neuron", "hoc", "nrn")]: del sys.modules[name]
    del p
    """,
    "a file that nobody closes": """
    model = build()
    file = os.fdopen(os.dup(1), "w")
    put(model["source"], "look", lambda: model)
    run(model)
    file.write("results\\n")
    """,
    "classes of one's own": """
    n| class Soma:
    n|     def __init__(self, name): self.section = p.Section(name=name)
    p| class Soma(p.Section):
    p|     def __netcon__(self): return self(0.1)
        def __del__(self): say("goes")
    p| class Synapse(p.ExpSyn): pass
    soma = Soma(name="soma")
    p| synapse = Synapse(soma)
    p| soma.synapse_, synapse.soma = synapse, soma
    p| netcon = p.NetCon(soma, synapse)
    p.finitialize()
    """,
}

HOC = """
p| {{nrn_load_dll("$(PATCH_LIBRARY)")}}
{{load_file("stdrun.hoc")}}
objref p, pc, c, r, sender, receiver, syn, stim, nc, list, state, handler, nothing
pc = new ParallelContext()
p| p = new Patch()
if (pc.nhost != {expected}) {{ print "wrong number of ranks" execerror("ranks", "") }}
create soma, far
access soma
soma {{ L = 20  diam = 20  insert hh }}
far syn = new ExpSyn(0.5)
stim = new NetStim(0.5)
stim.number = 3
stim.start = 1
nc = new NetCon(stim, syn)
list = new List()
begintemplate Cell
public soma, syn, nc, c
create soma
objref syn, nc, c, this
proc init() {{
    soma insert hh
    soma syn = new ExpSyn(0.5)
p|     soma c = new PatchConnection(syn)
    soma nc = new NetCon(&v(0.5), syn)
}}
endtemplate Cell
proc build() {{ local i
    for i = 0, 3 list.append(new Cell())
p|     c = new PatchConnection(syn)
p|     r = new PatchRecording(0.5)
p|     nothing = p.record(0.1)
p|     sender = new PatchTransmitter(pc.id)
p|     receiver = new PatchReceiver(pc.id, syn)
p|     nothing = p.ParallelCon(&v(0.5), pc.id + 100, -10)
}}
proc go() {{
    if (!list.count) build()
    finitialize(-65)
    while (t < 5) fadvance()
    printf("at %g\\n", t)
}}
"""

HOC_SHAPES = {
    "loaded and never used": "",
    "the end of the file": "go()",
    "quit()": 'go()\nquit()\nprint "not reached"',
    "quit() in a procedure": 'proc end() {{ go() quit() }}\nend()\nprint "not reached"',
    "quit() in a handler": 'handler = new FInitializeHandler("quit()")\ngo()\nprint "not reached"',
    "quit() in an event": """
    objref cvode
    cvode = new CVode()
    handler = new FInitializeHandler("cvode.event(2, \\"quit()\\")")
    go()
    print "not reached"
    """,
    "all dropped, not yet swept": """
    go()
    list.remove_all()
    objref c, r, sender, receiver, p, syn, nc, stim, nothing
    forall delete_section()
    """,
    "gids cleared": "go()\npc.gid_clear()\nquit()",
    "a mistake": 'go()\nexecerror("this one", "")',
    "a state, and another run": "go()\nstate = new SaveState()\nstate.save()\ngo()\nstate.restore()\nquit()",
    "objects of Python": 'if (nrnpython("from neuron import h; kept = [h.Vector(3), h.List(), h.NetStim()]")) go()\nquit()',
}
ENDS_THE_JOB = ("an exception", "sys.exit(3)", "sys.exit of a word", "a mistake")  # the launcher kills the other rank, sooner or later


def variant(begin, script, mark, ranks):
    """The script of one side: its own lines, with the others' left out."""
    other = {"p": "n| ", "n": "p| "}[mark]
    lines = (textwrap.dedent(begin) + textwrap.dedent(script)).splitlines()
    kept = [re.sub(f"^{mark}\\| ", "", line) for line in lines if not line.startswith(other)]
    return "\n".join(kept).format(ranks=ranks, expected=ranks or 1) + "\n"


def words(text, whole):
    """The lines of an output, without what differs from run to run; of several ranks the words, in any order."""
    text = re.sub(r"0x[0-9a-f]+|/\S*/program|line \d+|.*yaksa: .*\n", "", text)
    return text.splitlines() if whole else sorted(text.split())


def both(begin, script, host, ranks):
    return [job(variant(begin, script, mark, ranks), host, ranks=ranks) for mark in "pn"]


def check_same(ours, plain, name, ranks):
    assert ours.status == plain.status, f"{ours}\n{plain}"
    if ranks and name in ENDS_THE_JOB:
        assert "libpatch" not in ours.err, ours
        return
    assert "BAD TERMINATION" not in plain.out + plain.err and "Abort(" not in plain.err, plain
    for said, expected in ((ours.out, plain.out), (ours.err, plain.err)):
        if not ranks:
            assert words(said, True) == words(expected, True), f"{ours}\n{plain}"
        else:  # the launcher may end a rank of plain NEURON's, which does not end MPI, before all that it has said has arrived
            assert not Counter(words(expected, False)) - Counter(words(said, False)), f"{ours}\n{plain}"


@pytest.mark.parametrize("ranks", [0, 2])
@pytest.mark.parametrize("name", PYTHON_SHAPES)
def test_a_python_script_ends_as_in_plain_neuron(name, ranks):
    check_same(*both(PYTHON, PYTHON_SHAPES[name], "python", ranks), name, ranks)


@pytest.mark.parametrize(("host", "ranks"), [("nrniv", 0), ("nrniv -nopython", 0), ("nrniv -mpi", 2)])
@pytest.mark.parametrize("name", HOC_SHAPES)
def test_a_hoc_script_ends_as_in_plain_neuron(name, host, ranks):
    check_same(*both(HOC, HOC_SHAPES[name], host, ranks), name, ranks)
