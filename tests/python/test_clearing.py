"""p.clear leaves nothing and the process as new; p.collect frees what nobody reaches; p.references says who holds; p.disconnect ends."""

import gc
import os
import pickle

import pytest
from helpers import clean, h, names, p, world  # noqa: F401 - clean runs by itself
from patch import exceptions

CANNOT_GO_ON = "connected objects were freed since it began, and events may be on their way to them; initialise first"


def fresh(action, *arguments):
    """What an action gives in a copy of this process as it is now."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            answer = pickle.dumps(action(*arguments))
        except BaseException as error:
            answer = pickle.dumps(repr(error))
        with os.fdopen(write, "wb") as pipe:
            pipe.write(answer)
        os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        answer = pipe.read()
    _, status = os.waitpid(child, 0)
    assert status == 0, f"it ended its process by signal {status & 127}"
    return pickle.loads(answer)


def refusal(action, *arguments):
    """The class and the sentence of what an action raises."""
    try:
        action(*arguments)
    except Exception as error:
        return type(error), str(error)
    raise AssertionError("accepted")


collect = gc.collect


@pytest.fixture
def collector():
    """Python's own collector, which runs when it is called."""
    gc.collect = collect


def exact(numbers):
    return [float(number).hex() for number in numbers]


def there_is_nothing():
    """No section, no gid, and of connections and recordings only the shells that somebody holds."""
    assert not list(h.allsec())
    assert not sum(p.counts().values())
    assert not [netcon for netcon in h.List("NetCon") if netcon.valid()]
    assert not any(p.parallel.gid_exists(gid) for gid in range(20))


# ---- A model with everything, and its results --------------------------------------------------------------------------------------


def soma(interpreter, name):
    section = interpreter.Section(name=name)
    section.L = section.diam = 20
    section.insert("hh")
    return section


class Network:
    """Cells of p and h with two sources on a place, gids, an artificial cell, a VecStim and a transfer variable; all handles are held."""

    def __init__(self, gid=3):
        self.cells = [soma(p, "a"), soma(h, "b"), soma(p, "c")]
        self.cells[0].me = self.cells[0]  # a cycle of attributes
        self.cells[0].use = lambda: self
        self.synapses = [p.ExpSyn(cell(0.5)) for cell in self.cells]
        self.cells[2].synapse_of_mine = self.synapses[2]
        self.stim = p.VecStim([1, 4, 9, 16])
        self.drive = p.NetCon(self.stim, self.synapses[0], weight=0.05)
        self.sources = [p.ParallelCon(self.cells[0], gid), p.ParallelCon(self.cells[0], gid + 1, threshold=-40)]
        self.sources.append(p.ParallelCon(self.cells[0], gid + 2, threshold=10))
        self.receivers = [p.ParallelCon(gid + i, self.synapses[1], weight=0.02, delay=1 + i) for i in range(3)]
        self.artificial = h.IntFire1()
        self.artificial_source = p.ParallelCon(self.artificial, gid + 3)
        self.to_artificial = h.NetCon(self.cells[1](0.5)._ref_v, self.artificial, -10, 1, 2, sec=self.cells[1])
        self.from_artificial = p.ParallelCon(gid + 3, self.synapses[2], weight=0.03)
        p.parallel.source_var(self.cells[1](0.5)._ref_v, gid + 4, sec=self.cells[1])
        p.parallel.target_var(self.synapses[2], self.synapses[2]._ref_e, gid + 4)
        self.voltages = [cell.record() if cell in self.cells[::2] else h.Vector().record(cell(0.5)._ref_v) for cell in self.cells]
        self.by_time = h.Vector().record(h._ref_t)
        self.spikes = p.parallel.spike_record()
        self.seen = self.drive.record()

    def run(self, duration=30):
        p.run(duration, v_init=-65)
        assert duration < 30 or len(self.spikes[0]) > 7 and len(self.seen) == 4
        everything = (*self.voltages, self.by_time, p.time, *self.spikes, self.seen)
        return [exact(vector) for vector in everything], p.t.hex()


def by_name():
    """Sections and connections that nobody holds but HOC's names and a template's instance."""
    if not h.name_declared("ByTemplate"):
        h("""
        begintemplate ByTemplate
        public cable, synapse, connection
        create cable[2]
        objref synapse, connection
        proc init() {
            connect cable[1](0), cable[0](1)
            cable[1] synapse = new ExpSyn(0.5)
            cable[0] connection = new NetCon(&v(0.5), synapse)
        }
        endtemplate ByTemplate
        objref instance, kept
        """)
    h("create by_name, of_three[3]\ninstance = new ByTemplate()\nof_three[1] kept = new ExpSyn(0.5)")
    h.by_name.insert("hh")
    return h.by_name.connect_points(h.kept)


def result():
    return Network().run()


def result_of_plain(cvode=False):
    """A model of plain NEURON's alone."""
    h.CVode().active(cvode)
    a, b = soma(h, "a"), soma(h, "b")
    clamp, synapse = h.IClamp(a(0.5)), h.ExpSyn(b(0.5))
    clamp.delay, clamp.dur, clamp.amp = 1, 30, 0.5
    connection = h.NetCon(a(0.5)._ref_v, synapse, -10, 1, 0.05, sec=a)
    vectors = [h.Vector().record(section(0.5)._ref_v) for section in (a, b)]
    times = h.Vector()
    connection.record(times)
    h.dt = 0.025
    h.finitialize(-65)
    h.continuerun(30)
    assert len(times) > 1
    return [exact(vector) for vector in (*vectors, times)], h.t.hex()


def test_a_model_after_clear_is_that_of_a_fresh_process_to_the_last_bit():
    expected = fresh(result), fresh(result_of_plain), fresh(result_of_plain, True)
    holders = [Network(gid=4)]  # other gids, some of them the same
    connection = by_name()
    holders[0].run(7.5)
    gone = p.clear()
    assert gone["sections"] == 3 + 2 + 4
    there_is_nothing()
    assert result() == expected[0]
    assert p.clear()["sections"] == 3
    assert result_of_plain() == expected[1]
    p.clear()
    for _ in range(3):
        holders.append(Network())
        assert holders[-1].run() == expected[0]
        assert p.clear()["sections"] == 3
        there_is_nothing()
    h.CVode().active(1)
    holders.append(Network())
    holders[-1].run()
    assert h.CVode().active() and p.clear()["sections"] == 3
    there_is_nothing()
    assert result_of_plain(True) == expected[2]
    p.clear()
    h.CVode().active(0)
    h.dt = 0.025
    assert result() == expected[0]
    del holders, connection
    p.clear()
    h("objref instance, kept")
    h.finitialize()


def test_clear_says_what_went_and_twice_finds_nothing(collector):
    def build():
        section = p.Section("s")
        p.NetCon(p.NetStim(), section.synapse("ExpSyn"))
        section.record()
        return section

    section = build()
    section.own = [section]
    stock = [h.Section("stock"), h.NetStim()]
    stock.append(h.NetCon(stock[1], None))
    assert p.clear() == {"sections": 2, "NetCon": 1, "NetStim": 1, "ExpSyn": 1, "Vector": 1}  # stock's NetStim and NetCon are held
    assert p.clear() == p.collect() == {}
    there_is_nothing()
    kept = build()
    assert p.clear("ExpSyn") == {"ExpSyn": 1}  # all went; the number of one is told
    assert p.clear("sections") == {"sections": 0} and world()["NetCon"] == 1
    assert refusal(p.clear, 3) == (exceptions.PatchTypeError, "clear: what is 3, expected a string")
    del kept


def test_what_was_held_are_shells_that_change_no_more():
    network = Network()
    connection = by_name()
    network.run()
    held = [*network.voltages, network.by_time, *network.spikes, network.seen]
    before = [exact(vector) for vector in held]
    stimulus_times = list(network.stim.vector)
    p.clear()
    assert [exact(vector) for vector in held] == before  # what was recorded stays
    for netcon in (network.drive, *network.sources, *network.receivers, network.from_artificial, network.to_artificial, connection):
        assert not netcon.valid() and netcon.syn() is None
    assert network.sources[0].gid is None and network.receivers[0].gid is None
    assert list(network.stim.vector) == stimulus_times
    another = soma(p, "another")
    p.run(3)
    assert [exact(vector) for vector in held] == before  # and nothing is recorded into it
    assert len(p.time) == 121
    del network, connection, held, netcon, another
    p.clear()
    h("objref instance, kept")
    h.finitialize()


def test_the_time_goes_on_being_recorded():
    assert len(p.time) == 0
    for duration, samples in ((1, 41), (2, 81)):
        section = p.Section("s")
        p.run(duration)
        assert len(p.time) == samples and p.time[samples - 1] == h.t
        p.clear()
        assert len(p.time) == samples
    p.run(3)  # without a section
    assert len(p.time) == 121
    del section


def test_names_of_hoc_can_be_created_again():
    h("create one, two[2]")
    h.one.nseg, h.two[1].nseg = 3, 5
    assert p.clear() == {"sections": 3}
    h("create one, two[2]")
    assert names() == ["one", "two[0]", "two[1]"] and h.two[1].nseg == 1
    h.one.synapse("ExpSyn")
    p.clear()


def test_clear_and_collect_inside_a_run_are_refused_and_change_nothing():
    section = soma(p, "s")
    said = []

    def ask():
        for action in (p.clear, p.collect, h.Patch().clear, h.Patch().collect):
            said.append(refusal(action))

    cvode = h.CVode()
    handlers = [h.FInitializeHandler(kind, ask) for kind in range(4)]
    p.finitialize()
    del handlers
    assert len(said) == 16
    handler = h.FInitializeHandler(lambda: cvode.event(1, ask))
    for active in (0, 1):
        cvode.active(active)
        p.run(2)
    cvode.active(0)
    h.dt = 0.025
    del handler
    assert len(said) == 24
    p.finitialize()
    cvode.extra_scatter_gather(0, ask)
    h.fadvance()
    cvode.extra_scatter_gather_remove(ask)
    assert len(said) >= 28
    sentences = {
        (exceptions.SimulationError, "clear: a model cannot be cleared while a step is running, expected before or after a run"),
        (
            exceptions.SimulationError,
            "collect: what nobody reaches cannot be collected while a step is running, expected before or after a run",
        ),
    }
    assert {(kind, text) for kind, text in said if kind is not RuntimeError} == sentences
    head = "hocobj_call error: hoc_execerror: "
    assert {text.removeprefix(head) for kind, text in said if kind is RuntimeError} == {text for _, text in sentences}
    assert names() == ["s"]
    p.run(1)
    del section


# ---- The middle of a run -----------------------------------------------------------------------------------------------------------

GO_ON = {
    "fadvance": lambda: h.fadvance(),
    "p.fadvance": lambda: p.fadvance(),
    "continuerun": lambda: h.continuerun(5),
    "p.continuerun": lambda: p.continuerun(5),
    "p.run": lambda: p.run(5, reset=False),
    "psolve": lambda: h.ParallelContext().psolve(5),
    "CVode.solve": lambda: h.CVode().solve(5),
    "step": lambda: h.step(),
    "batch_run": lambda: h.batch_run(5, 1, "nowhere"),
}


def busy(interpreter):
    """Spikes are on their way at every time, and an event of the NetStim's own."""
    section = soma(interpreter, "busy")
    synapse, stim = interpreter.ExpSyn(section(0.5)), interpreter.NetStim()
    stim.start, stim.interval, stim.number = 0.1, 0.01, 1e9
    netcon = interpreter.NetCon(stim, synapse)
    netcon.delay = 0.5
    return {"section": section, "synapse": synapse, "stim": stim, "netcon": netcon}


FREE = {
    "collect": lambda model: (model.update(me=model), model.clear(), p.collect()),
    "clear": lambda model: p.clear(),
    "clear of what is dropped": lambda model: (model.clear(), p.clear()),
}


@pytest.mark.parametrize(("interpreter", "how"), [(p, how) for how in FREE] + [(h, "clear")], ids=[*FREE, "clear of h's"])
def test_a_run_cannot_go_on_without_what_was_in_it(collector, interpreter, how):
    """Plain NEURON ends the process at the next step."""
    base = soma(p, "base")
    model = busy(interpreter)
    for each in GO_ON:
        model = model or busy(interpreter)
        h.finitialize(-65)
        h.continuerun(1)
        FREE[how](model)
        _, said = refusal(GO_ON[each])
        assert said.endswith(CANNOT_GO_ON) and f"the run cannot go on at t = {h.t:.17g} ms" in said, each
        model = None
        break_at = h.t
        base = soma(p, "base")
        h.finitialize(-65)  # mends
        assert h.t == 0 < break_at
        GO_ON["fadvance"]()
        p.continuerun(1)
    del base, model


END_IN_A_RUN = {
    "p.disconnect(netcon)": lambda model: p.disconnect(model["netcon"]),
    "p.disconnect and dropped": lambda model: p.disconnect(model.pop("netcon")),
    "netcon.disconnect()": lambda model: model["netcon"].disconnect(),
    "Patch.disconnect(netcon)": lambda model: h.Patch().disconnect(model["netcon"]),
}


def conductances(interpreter, end):
    """Of the synapse, where spikes are on their way when the connection ends; and in the next run."""
    model = busy(interpreter)
    model["netcon"].weight[0] = 1e-4
    seen = []
    h.finitialize(-65)
    for until in (1, 1.45, 2):
        h.continuerun(until)
        seen.append(model["synapse"].g)
        if until == 1:
            end(model)
    h.finitialize(-65)
    h.continuerun(3)
    return exact(seen), model["synapse"].g


@pytest.mark.parametrize("interpreter", [p, h], ids="ph")
@pytest.mark.parametrize("how", END_IN_A_RUN)
def test_what_is_on_its_way_arrives_when_a_connection_ends_in_a_run(interpreter, how):
    """As after NEURON's own active(0); setpost(None), and a dropped NetCon, end plain NEURON's process there."""
    expected, _ = fresh(conductances, h, lambda model: model["netcon"].active(0))
    assert float.fromhex(expected[0]) > 0 and float.fromhex(expected[1]) > 50 * float.fromhex(expected[2])
    assert fresh(conductances, h, lambda model: None)[1] > 0
    assert fresh(conductances, interpreter, END_IN_A_RUN[how]) == (expected, 0)


# ---- p.collect ---------------------------------------------------------------------------------------------------------------------


class Thing:
    """Anything of the user's own."""


def cycle_of_the_users():
    cell, net = Thing(), Thing()
    cell.net, net.cells = net, [cell]
    cell.soma, cell.dend = p.Section("soma"), p.Section("dend")
    cell.dend.connect(cell.soma)
    cell.synapse = cell.dend.synapse(p.ExpSyn)
    cell.connection = cell.soma.connect_points(cell.synapse)
    cell.voltage = cell.soma.record()
    return cell


WENT = {"sections": 2, "ExpSyn": 1, "NetCon": 1, "Vector": 1}


def test_collect_frees_a_users_cycle_and_says_what_went(collector):
    assert p.collect() == {}
    cell = cycle_of_the_users()
    assert p.collect() == {}  # all is reached
    del cell
    h.finitialize()
    assert names() == ["dend", "soma"]  # as in plain NEURON
    assert p.collect() == WENT and p.collect() == {}
    for _ in range(2):
        cycle_of_the_users()
    assert p.collect("NetCon") == {"NetCon": 2} and p.collect() == {}
    soma = cycle_of_the_users().soma
    assert p.collect() == {} and names() == ["dend", "soma"]  # the cycle has gone, what it held is connected to what is held
    del soma
    assert p.collect() == WENT


def test_collect_frees_our_own_cycles_and_stock_objects_in_cycles(collector):
    def ours():
        section = p.Section("own")
        section.own = [section.synapse(p.ExpSyn), lambda: section]

    ours()
    assert p.collect() == {"sections": 1, "ExpSyn": 1}
    thing = Thing()
    thing.me, thing.section, thing.vector = thing, h.Section("stock"), h.Vector(3)
    del thing
    assert p.collect() == {"sections": 1, "Vector": 1}


def test_collect_goes_on_with_what_finalizers_let_go(collector):
    class Last:
        def __init__(self):
            self.me, self.held = self, p.Section("held")

        def __del__(self):
            made.append(cycle_of_the_users())
            made.clear()

    made = []
    Last()
    assert p.collect() == {"sections": 1}
    assert names() == [] and not h.List("NetCon").count()


def test_collect_leaves_what_hoc_and_gids_hold(collector):
    h("create named")
    h.named.connect_points(h.named.synapse("ExpSyn"))
    section = p.Section("sends")
    p.ParallelCon(section, 5)
    thing = Thing()
    thing.me, thing.section = thing, section
    del thing, section
    assert p.collect() == {} and names() == ["named", "sends"]
    p.parallel.gid_clear()
    p.collect()
    assert names() == ["named"] and world()["NetCon"] == 1
    p.clear()


def test_collect_in_hoc(collector):
    patch = h.Patch()
    for what, number in (("sections", 2), ("NetCon", 1), ("nothing", 0)):
        cycle_of_the_users()
        assert patch.collect(what) == number
        assert patch.collect(what) == 0
    cycle_of_the_users()
    assert patch.collect() == sum(WENT.values())
    h.Section("s"), h.NetCon(None, None)
    kept = h.Section("s")
    assert patch.clear("sections") == 1 and patch.clear() == 0
    del kept


# ---- p.references ------------------------------------------------------------------------------------------------------------------

kept = None


def chain():
    """Sections a to d, each with a synapse, and three connections from one to the next. Gives a."""
    sections = [p.Section(name) for name in "abcd"]
    synapses = [section.synapse(p.ExpSyn) for section in sections]
    for i in range(3):
        sections[i].connect_points(synapses[i + 1])
    return sections[0]


def far_end():
    """The last synapse, by a handle of the moment."""
    return h.List("ExpSyn").o(3)


def shown():
    """The path from the far end, and that asking changes nothing."""
    before = world()
    lines = p.references(far_end()).splitlines()
    again = p.references(far_end()).splitlines()
    assert again == lines and world() == before
    assert lines[0].startswith("ExpSyn["), lines
    return lines


def check_path(lines, *words):
    """From the far end on, over connections or sections, to the section a, and who holds it."""
    assert lines[-2].endswith("the section a") and lines[-1].startswith("held from outside: "), lines
    assert [line.split()[0] for line in lines[1:-1]] == ["connected", "placed"] * 2 + ["connected"], lines
    assert all(word in lines[-1] for word in words), lines


def test_references_names_a_variable_of_a_module():
    global kept
    kept = chain()
    check_path(shown(), "kept in test_clearing")
    kept = None


def test_references_names_a_local_variable():
    mine = chain()
    check_path(shown(), "mine in test_references_names_a_local_variable()")
    assert "mine in" in p.references(mine).splitlines()[-1]
    del mine


HOLDERS = {
    "a list": (lambda a: [a, 1], "a list of 2"),
    "a tuple": (lambda a: (a, 1, 2), "a tuple of 3"),
    "a set": (lambda a: {a}, "a set of 1"),
    "a dict": (lambda a: {"first": a}, "a dict, as 'first'"),
    "a closure": (lambda a: lambda: a, "a closure"),
    "a bound method": (lambda a: a.connect_points, "builtin_function_or_method"),
    "an instance": (lambda a: holding(a), "class Thing"),
}


def holding(a):
    thing = Thing()
    thing.cell = a
    return thing


@pytest.mark.parametrize("holder", HOLDERS)
def test_references_names_a_holder_in_python(holder):
    make, words = HOLDERS[holder]
    box = make(chain())
    check_path(shown(), words)
    del box
    h.finitialize()


def test_references_names_a_dict_of_synapses():
    """Python's collector does not track it: what it holds has no references itself."""
    box = {"second": p.ExpSyn(p.Section("s"))}
    assert "box in test_references_names_a_dict_of_synapses()" in p.references(box["second"]).splitlines()[-1]
    del box


def test_references_names_an_attribute_of_a_section():
    holder = p.Section("holder")
    holder.label = [chain()]
    lines = shown()
    assert "a handle of holder" in lines[-2] and lines[-1].startswith("held from outside: holder in test_references"), lines
    del holder
    h.finitialize()
    h.finitialize()


def test_references_names_an_objref_of_hoc():
    h("objref held_in_hoc")
    h.held_in_hoc = chain()(0.5).point_processes()[0]
    lines = shown()
    assert lines[-1].startswith("held from outside") and "test_" not in lines[-1], lines
    h("objref held_in_hoc")


def test_references_names_a_section_of_hoc():
    h("create in_hoc")
    h.in_hoc.connect_points(chain()(0.5).point_processes()[0])
    lines = shown()
    assert lines[-2].endswith("the section in_hoc") and lines[-1] == "held by its name in HOC", lines
    assert p.references(h.in_hoc).splitlines()[1:] == ["held by its name in HOC"]
    p.clear()


def test_references_of_what_nobody_reaches_and_of_what_is_alone():
    chain()
    synapse = far_end()
    assert p.references(synapse).splitlines()[0] == str(synapse)
    del synapse
    answer = p.references(far_end())
    assert answer.splitlines()[1] == "held by nothing but the handle that asks: it goes with the first run after it"
    h.finitialize()
    section, vector = p.Section("alone"), h.Vector(2)
    for lone in (section, vector, section(0.5)):
        lines = p.references(lone).splitlines()
        assert lines[0] == ("alone" if lone is not vector else str(vector))
        assert lines[1].startswith("is connected to nothing and lives as long as it is held, as in NEURON"), lines
    assert "section in test_references_of_what_nobody_reaches" in p.references(section)
    expected = "expected a section or an object of NEURON's"
    for wrong, described in ((3, "3"), ("a", "'a'"), (None, "None"), ([], "a list"), (section(0.5)._ref_v, "a pointer")):
        assert refusal(p.references, wrong) == (exceptions.PatchTypeError, f"references: object is {described}, {expected}")
    assert refusal(p.references)[0] is exceptions.PatchTypeError
    h.delete_section(sec=section)
    deleted = "references: object is a section that has been deleted"
    assert refusal(p.references, section) == (exceptions.PatchReferenceError, deleted)


def test_references_in_hoc():
    h("objref patch, held, nothing_yet")
    h.patch, h.held = h.Patch(), chain()(0.5).point_processes()[0]
    h("strdef path")
    h("patch.references(held)")
    assert h.patch.references(h.held).splitlines()[0] == str(h.held)
    assert h.patch.references(h.held).splitlines()[-1].startswith("held from outside")
    assert "hocobj_call" in refusal(h.patch.references, 3)[1]
    h("objref patch, held")


# ---- p.disconnect ------------------------------------------------------------------------------------------------------------------

END_A_TREE = {
    "section.disconnect()": lambda child: child.disconnect(),
    "p.disconnect(section)": lambda child: p.disconnect(child),
    "p.disconnect(sec=)": lambda child: p.disconnect(sec=child),
    "h.disconnect(sec=)": lambda child: h.disconnect(sec=child),
    "HOC's disconnect()": lambda child: (child.push(), h("disconnect()"), h.pop_section()),
    "Patch.disconnect(section)": lambda child: h.Patch().disconnect(child),
    "Patch.disconnect(sec=)": lambda child: h.Patch().disconnect(sec=child),
    "p.disconnect() of the current one": lambda child: (child.push(), p.disconnect(), h.pop_section()),
    "stock's method": lambda child: h.Section.disconnect(child) if hasattr(h.Section, "disconnect") else h.disconnect(sec=child),
}


@pytest.mark.parametrize("how", END_A_TREE)
def test_a_section_that_is_taken_from_its_parent_lives_alone(how):
    parent, child = p.Section("parent"), p.Section("child")
    child.connect(parent)
    END_A_TREE[how](child)
    assert child.parentseg() is None and not parent.children()
    stack = str(h.cas())
    del parent
    h.finitialize()
    assert names() == ["child"] and (stack in ("parent", "child"))


END_A_CONNECTION = {
    "netcon.disconnect()": lambda netcon: netcon.disconnect(),
    "p.disconnect(netcon)": lambda netcon: p.disconnect(netcon),
    "Patch.disconnect(netcon)": lambda netcon: h.Patch().disconnect(netcon),
    "stock's setpost": lambda netcon: netcon.setpost(None),
}


@pytest.mark.parametrize("how", END_A_CONNECTION)
def test_a_connection_that_has_ended_ties_no_more(how):
    source, target = p.Section("source"), p.Section("target")
    netcon = source.connect_points(target.synapse(p.ExpSyn))
    END_A_CONNECTION[how](netcon)
    assert not netcon.valid()
    del target
    h.finitialize()
    assert names() == ["source"] and world()["NetCon"] == 1
    if how != "stock's setpost":
        END_A_CONNECTION[how](netcon)  # once more: nothing
    del source
    h.finitialize()
    assert names() == []


def test_a_recording_that_has_ended_keeps_what_it_has():
    section = p.Section("s")
    vectors = [section.record(), p.record(section(0.1)), h.Vector().record(section(0.5)._ref_v)]
    p.run(1)
    for vector in vectors:
        p.disconnect(vector)
        p.disconnect(vector)
    p.run(2)
    assert [len(vector) for vector in vectors] == [41] * 3
    assert section.recordings == {}
    assert section.record() != vectors[0]
    del section
    h.finitialize()
    assert names() == []


WRONG = {
    "p.disconnect(3)": ("PatchTypeError", "ended is 3, expected a NetCon, a Vector that records, or a Section"),
    "p.disconnect('a')": ("PatchTypeError", "ended is 'a', expected a NetCon, a Vector that records, or a Section"),
    "p.disconnect(None)": ("PatchTypeError", "ended is None, expected a NetCon, a Vector that records, or a Section"),
    "p.disconnect(synapse)": ("PatchTypeError", "ended is ExpSyn[0], expected a NetCon, a Vector that records, or a Section"),
    "p.disconnect(netcon, sec=section)": ("PatchTypeError", "sec is section, expected none with what is ended"),
    "p.disconnect(sec=3)": ("PatchTypeError", "sec is 3, expected a Section"),
}


def test_what_cannot_be_ended_is_refused():
    section = p.Section("section")
    synapse = section.synapse(p.ExpSyn)
    netcon = section.connect_points(synapse)
    here = {"p": p, "section": section, "synapse": synapse, "netcon": netcon}
    for call, (kind, said) in WRONG.items():
        assert refusal(eval, call, here) == (getattr(exceptions, kind), f"disconnect: {said}"), call
    assert netcon.valid()
    section.disconnect()  # has no parent: nothing, as in NEURON
    h.delete_section(sec=section)
    deleted = "disconnect: ended is a section that has been deleted"
    assert refusal(p.disconnect, section) == (exceptions.PatchReferenceError, deleted)
    kind, said = refusal(p.disconnect)  # there is no current section
    assert issubclass(kind, exceptions.PatchError) and said.startswith("disconnect: ")
    del here, section, synapse, netcon
