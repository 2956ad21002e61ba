# ruff: noqa: F821 - the names of the model are made in each child
"""Something deleted, in every place that takes an object, of every function that the library has: a sentence, never a crash.

What there is to call is read from the library, so a function of tomorrow is tried too. Where the name of a parameter does not say what
stands there plainly, `arguments` has to. Each function has processes of its own, whose last words say which call ended one.
"""

import faulthandler
import os
import pickle
import re
import signal
import sys
import traceback

os.environ["UCX_HANDLE_ERRORS"] = "none"  # MPI's library writes pages about a crash

import pytest
from neuron import h
from patch import exceptions, p

ROWS = [row for row in sys.modules["_libpatch"].rows() if not {"internal", "unlisted"} & set(row["places"])]
HEAD = "hocobj_call error: hoc_execerror: "  # of a sentence that HOC's face raises in Python


# ---- The model, and what of it is gone ---------------------------------------------------------------------------------------------


class Wrapper:
    """A user's class that stands for what it is given."""

    def __init__(self, inside):
        self.inside = inside

    def __neuron__(self):
        return self.inside

    __netcon__ = __record__ = __neuron__


class Things:
    """By name, with the class that is theirs in the library's table: a section, a segment, a pointer, point processes, NetCons."""

    def __init__(self, section, other):
        self.section, self.segment, self.pointer = section, section(0.5), section(0.5)._ref_v
        self.synapse, self.clamp, self.vclamp = p.ExpSyn(section), p.IClamp(section(0.5)), p.SEClamp(section(0.5))
        self.sent = p.NetCon(section, other)
        self.received = p.NetCon(p.NetStim(), self.synapse)
        self.sends, self.receives = p.ParallelCon(section, self.gid()), p.ParallelCon(900, self.synapse)
        self.threshold = p.ParallelCon(section, self.gid(), threshold=5)  # a source of its own at the place
        self.vector, self.reference = section.record(), p.SectionRef(section)

    gids = iter(range(1000, 2000))

    @classmethod
    def gid(cls):
        return next(cls.gids)

    def all(self):
        return {name: thing for name, thing in vars(self).items() if name != "vector"}


TABLE = {
    "section": "Section",
    "segment": "Segment",
    "synapse": "PointProcess",
    "clamp": "IClamp",
    "vclamp": "SEClamp",
    "sent": "NetCon",
    "received": "NetCon",
    "sends": "NetCon",
    "receives": "NetCon",
    "threshold": "NetCon",
    "disconnected": "NetCon",
    "reference": "SectionRef",
}


def plain(section):
    """What NEURON alone makes of a section."""
    synapse = h.ExpSyn(section(0.5))
    return {
        "section": section,
        "segment": section(0.5),
        "pointer": section(0.5)._ref_v,
        "synapse": synapse,
        "received": h.NetCon(None, synapse),
        "sent": h.NetCon(section(0.5)._ref_v, None, sec=section),
        "reference": h.SectionRef(sec=section),
    }


def make_model():
    """In a child: what lives, and all that is deleted by its name."""
    base = h.Section("base")
    live = Things(p.Section("live"), p.ExpSyn(base(0.5)))
    deleted = Things(p.Section("deleted"), live.synapse)
    stock = plain(h.Section("stock"))
    h.delete_section(sec=deleted.section)
    h.delete_section(sec=stock["section"])
    ended = p.NetCon(p.NetStim(), live.synapse)
    ended.disconnect()
    dead = {f"deleted {name}": thing for name, thing in deleted.all().items()}
    dead |= {f"stock {name}": thing for name, thing in stock.items()}
    dead |= {f"wrapped {name}": Wrapper(dead[f"deleted {name}"]) for name in ("section", "segment", "synapse", "received")}
    dead["disconnected"] = ended
    globals().update(base=base, live=live, dead=dead, q=h.Patch())


def make_cleared_model():
    """In a child: all that p.clear has left of a model, and a new one."""
    before = Things(p.Section("before"), p.ExpSyn(h.Section("other")(0.5)))
    stock = plain(h.Section("stock"))
    p.run(1)
    p.clear()
    base = h.Section("base")
    live = Things(p.Section("live"), p.ExpSyn(base(0.5)))
    dead = {f"cleared {name}": thing for name, thing in before.all().items()}
    dead |= {f"cleared stock {name}": thing for name, thing in stock.items()}
    globals().update(base=base, live=live, dead=dead, q=h.Patch())


# ---- What is called, and how -------------------------------------------------------------------------------------------------------


def arguments():
    """What stands in the other places, by the name of the parameter; made anew for each call."""
    return {
        "points": [[0, 0, 0], [1, 1, 1]],
        "target": live.synapse,
        "source": live.section,
        "object": live.section,
        "factory": "ExpSyn",
        "source_or_gid": live.section,
        "gid_or_target": Things.gid(),
        "gid": Things.gid(),
        "netcon": live.sent,
        "key": Things.gid(),
        "variable": live.synapse._ref_e,
        "parent": base,
        "data": 1,
        "number": 1,
        "duration": 0.1,
        "tstop": 0.1,
        "length": 10,
        "diameter": 1,
        "segments": 1,
        "other": live.synapse,
        "times": h.Vector([1, 2]),
        "x": 0.5,
        "y": h.Vector([0, 1]),
        "z": h.Vector([0, 1]),
        "threshold": -10,
        "delay": 1,
        "threshold_or_delay": 1,
        "weight": 0.1,
        "gids": -1,
        "tvec": h.Vector(),
        "name": "record",
        "v_init": -65,
    }


# By function, where the name alone does not say it.
SPECIAL = {
    "add_3d": {"x": lambda: h.Vector([0, 1])},
    "gid_connect": {"gid": lambda: 901},
    "cell": {"gid": lambda: new_gid_here()},
}
WANTED_TOO = {"target_var": ["key"]}  # it has two forms


def new_gid_here():
    gid = Things.gid()
    p.parallel.set_gid2node(gid)
    return gid


def parameters(row):
    """Names, and which of them have to be given, by position alone, by keyword alone; `*args` and `**attributes` are left out."""
    inside = re.search(r"\((.*)\) ->", row["stub"].splitlines()[-1])[1]
    parts = [part.strip() for part in re.split(r",(?![^\[(]*[\])])", inside)][1:]
    by_position = "/" in parts
    found, keyword = [], False
    for part in parts:
        name = part.split(":")[0]
        if part.startswith("*"):
            keyword = True
        elif part != "/":
            needed = "=" not in part or name in WANTED_TOO.get(row["name"], ())
            found.append((name, needed, by_position and not keyword, keyword))
    return found


def given(function, names):
    plain_ones, special = arguments(), SPECIAL.get(function, {})
    return {name: special[name]() if name in special else plain_ones[name] for name in names}


def owner(place):
    """What has the row's function, for the places that are no deleted object themselves."""
    return {
        "p": p,
        "Patch": q,
        "ParallelContext": p.parallel,
        "Section": live.section,
        "Segment": live.segment,
        "PointProcess": live.synapse,
        "NetCon": live.sent,
        "IClamp": live.clamp,
        "SEClamp": live.vclamp,
        "VecStim": p.VecStim([1]),
        "Vector": h.Vector(),
        "SectionRef": live.reference,
    }[place]


SETTERS = {row["name"][len("set_") :] for row in sys.modules["_libpatch"].rows() if row["name"].startswith("set_")}


def calls(row):
    """Name, parameter and call of all that is tried with a function."""
    name, is_property = row["name"], "property" in row["places"]
    known = parameters(row)
    needed = [each for each, is_needed, *_ in known if is_needed]
    for place in row["places"]:
        if place in ("property", "unlisted"):
            continue
        for what, thing in dead.items():  # a method of something deleted
            is_its = TABLE.get(what.split()[-1]) == place or (place == "PointProcess" and what.endswith("clamp"))
            if not is_its or type(thing) is Wrapper or not hasattr(type(thing), name):
                continue
            if is_property:
                yield f"{what}.{name}", "", lambda thing=thing: getattr(thing, name)
                if name in SETTERS:
                    yield f"{what}.{name} = 1", "", lambda thing=thing: setattr(thing, name, 1)
            else:
                yield f"{what}.{name}()", "", lambda thing=thing: getattr(thing, name)(*given(name, needed).values())
                method = getattr(type(thing), name)
                yield f"type.{name}({what})", "", lambda thing=thing, method=method: method(thing, *given(name, needed).values())
        if is_property:
            for what, thing in dead.items() if name in SETTERS else ():
                yield f"{place}.{name} = {what}", "", lambda thing=thing, place=place: setattr(owner(place), name, thing)
            continue
        of_everywhere = [("sec", False, False, True)] if place in ("p", "Patch") and "sec" not in [each for each, *_ in known] else []
        for parameter, _, by_position, keyword in known + of_everywhere:
            if keyword and place == "Patch" and parameter != "sec":
                continue  # HOC has no keywords
            by_position = by_position or place == "Patch" and parameter != "sec"
            for what, thing in dead.items():
                if (place, name, parameter) == ("p", "VecStim", "pattern") and what.split()[-1] in ("section", "segment"):
                    continue  # a place, which an artificial cell of NEURON's ignores too, deleted or not
                action = lambda place=place, parameter=parameter, thing=thing, by_position=by_position: call(  # noqa: E731
                    getattr(owner(place), name), name, known, parameter, thing, by_position
                )
                yield f"{place}.{name}({parameter}={what})", parameter, action


def call(function, name, known, parameter, thing, by_position):
    """Calls with a deleted thing as one argument, and plain ones in the other places that have to be filled."""
    if by_position:
        names = [each for each, *_ in known]
        needed = [each for each, is_needed, *_ in known[names.index(parameter) + 1 :] if is_needed]
        return function(*given(name, names[: names.index(parameter)]).values(), thing, *given(name, needed).values())
    needed = [each for each, is_needed, _, keyword in known if is_needed and not keyword and each != parameter]
    if any(only for *_, only, _ in known) or parameter == "sec":
        return function(*given(name, needed).values(), **{parameter: thing})
    return function(**given(name, needed), **{parameter: thing})


def in_a_child(group, model):
    """Calls each of a group in a copy of this process; what each has come to, and in which one the process ended if it did."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        faulthandler.disable()
        signal.alarm(60)
        os.close(read)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
        with os.fdopen(write, "wb", buffering=0) as pipe:
            try:
                model()
                for name, parameter, action in (*group(), ("the next run", "", go_on)):
                    pipe.write(pickle.dumps((name, parameter, None)))
                    pipe.write(pickle.dumps((name, parameter, outcome(action))))
            except BaseException:
                pipe.write(pickle.dumps(("the test itself", "", ("crash", "", traceback.format_exc()))))
            os._exit(0)
    os.close(write)
    outcomes, last = {}, "the model"
    with os.fdopen(read, "rb") as pipe:
        while True:
            try:
                last, parameter, said = pickle.load(pipe)
            except EOFError:
                break
            outcomes[last] = (parameter, *(said or ("crash", "", "")))
    _, status = os.waitpid(child, 0)
    if status:
        outcomes[last] = ("", "crash", signal.Signals(status & 127).name, "")
    return outcomes


def outcome(action):
    try:
        answer = action()
        return "gave", type(answer).__name__, str(answer)[:200]
    except Exception as error:
        kind = "ours" if isinstance(error, exceptions.PatchError) else "NEURON's"
        return kind, type(error).__name__, str(error)


def go_on():
    """What was refused has left nothing that could harm a run."""
    for what in [what for what in dead if what.endswith("stock received")]:
        dead[what].setpost(None)  # NEURON's own finitialize crashes with it
    h.finitialize(-65)
    h.continuerun(0.1)
    assert p.check() is not None and p.counts() and h.List("NetCon").count() > 0


# ---- What has to come of it --------------------------------------------------------------------------------------------------------

# What a sentence calls a parameter.
CALLED = {
    ("ParallelCon", "source_or_gid"): "source|gid",
    ("ParallelCon", "gid_or_target"): "target|gid",
    ("ParallelCon", "threshold_or_delay"): "threshold|delay",
    ("PointProcess", "target"): "place",
    ("allgather", "data"): "allgather",
    ("broadcast", "data"): "broadcast",
    ("allgather", "vector"): "Vector|stack",  # NEURON's own py_allgather
    ("cell", "netcon"): "netcon|has no source|already associated",
    ("connection", "source"): "source|no connection from",
    ("connection", "target"): "target|no connection from",
    ("gid_connect", "netcon"): "NetCon",
    ("target_var", "target"): "target|key",
    ("target_var", "variable"): "variable|target|key",
}
# What works, because it asks nothing of what is gone. A pattern of the call, and what it gives.
WORKS = {
    r"p\.is_\w+\(object=.*\)": "bool",
    r"p\.transform\w*\(object=.*(pointer|synapse|clamp|sent|received|sends|receives|threshold|disconnected|reference)\)": "",
    r"p\.transform\(object=.*(section|segment)\)": "Section|Segment",
    r"(p|Patch)\.disconnect\(ended=.*(sent|received|sends|receives|threshold|disconnected)\)": "NoneType|float",  # once more: nothing
    r"(p|Patch)\.references\(object=.*(synapse|clamp|sent|received|sends|receives|threshold|disconnected|reference)\)": "str",
    r".*(sent|received|sends|receives|threshold|disconnected)\.(gid|_references|_connections|_interpreter)": "",
    r".*(sent|received|sends|receives|threshold|disconnected)\.disconnect\(\)": "NoneType",
    r"type\.disconnect\(.*\)": "NoneType",
    r".*(received|receives|disconnected)\.record\(\)|type\.record\(.*(received|receives|disconnected)\)": "Vector",  # the source lives
    r".*(synapse|clamp)\.(_references|_connections|_interpreter|parameters)": "",
    r".*\.__neuron__\(\)|type\.__neuron__\(.*\)": "",
    r".*(synapse|clamp)\.__netcon__\(\)|type\.__netcon__\(.*(synapse|clamp)\)": "",
    r".*\.__ref__\(\)|type\.__ref__\(.*(synapse|clamp)\)|.*\.__ref__\(other=.*\)": "NoneType",
    r".*\.__deref__\(\)|type\.__deref__\(.*\)|.*\.__deref__\(other=.*\)": "bool",
    r"Section\.(synapses|_connections) = .*|PointProcess\._connections = .*|NetCon\._connections = .*|.*\._connections = 1": "NoneType",
    r"ParallelContext\.cell\(netcon=.*received\)": "float",  # its source lives
    r"ParallelContext\.gid_connect\(netcon=deleted sent\)": "Receiver",  # its target is the same
    r"the next run": "NoneType",
}
STOCK = {
    "ReferenceError": "can't access a deleted section",
    "TypeError": "sec is not a Section",  # HOC's sec=
    "RuntimeError": HEAD + r"(Invalid pointer \(arg \d\)|not a Python nrn\.Section|bad stack access.*)",  # to HOC
}


def wrong(name, said, row):
    """Why an outcome is not what it has to be, or nothing."""
    parameter, kind, of_class, text = said
    called = CALLED.get((row, parameter), re.escape(parameter))
    if kind == "gave":
        fits = any(re.fullmatch(pattern, name) and re.fullmatch(result or ".*", of_class) for pattern, result in WORKS.items())
        return "" if fits else f"accepted, and gave {of_class} {text}"
    if kind == "ours":
        named = text.startswith("with: " if row in ("__enter__", "__exit__") else f"{row}: ") and (
            re.search(rf"\b({called})\b", text) or "deleted" in text or "no longer" in text
        )
        return "" if named else f"{of_class}: {text}"
    if kind == "NEURON's" and re.fullmatch(STOCK.get(of_class, "nothing"), text):
        return ""
    if (
        name.startswith("Patch.")
        and of_class == "RuntimeError"
        and text.startswith(f"{HEAD}{row}: ")
        and re.search(rf"\b({called})\b", text)
    ):
        return ""
    return f"{kind} {of_class}: {text}"


def complaints(outcomes, row):
    return [f"{name}: {said}" for name, each in outcomes.items() if (said := wrong(name, each, row))]


@pytest.mark.parametrize("model", [make_model, make_cleared_model])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['name']} of {'+'.join(row['places'])}")
def test_something_deleted_gets_a_sentence(row, model):
    outcomes = in_a_child(lambda: calls(row), model)
    assert len(outcomes) > 1 or not parameters(row)
    assert not complaints(outcomes, row["name"])


# ---- What p makes by its name ------------------------------------------------------------------------------------------------------

MAKERS = {
    "ExpSyn": {
        "place": lambda thing: p.ExpSyn(thing),
        "sec": lambda thing: p.ExpSyn(0.5, sec=thing),
        "x": lambda thing: p.ExpSyn(base, thing),
    },
    "IClamp": {"place": lambda thing: p.IClamp(thing), "sec": lambda thing: p.IClamp(0.5, sec=thing)},
    "SEClamp": {"place": lambda thing: p.SEClamp(thing), "x": lambda thing: p.SEClamp(base, thing)},
    "NetCon": {
        "source": lambda thing: p.NetCon(thing, live.synapse),
        "target": lambda thing: p.NetCon(live.section, thing),
        "sec": lambda thing: p.NetCon(live.pointer, live.synapse, sec=thing),
        "weight": lambda thing: p.NetCon(live.section, live.synapse, weight=thing),
        "threshold": lambda thing: p.NetCon(live.section, live.synapse, thing),
    },
    "SectionRef": {"sec": lambda thing: p.SectionRef(thing)},
}


@pytest.mark.parametrize("model", [make_model, make_cleared_model])
@pytest.mark.parametrize("name", MAKERS)
def test_nothing_is_made_of_something_deleted(name, model):
    def group():
        for parameter, make in MAKERS[name].items():
            for what, thing in dead.items():
                yield f"p.{name}({parameter}={what})", parameter, lambda make=make, thing=thing: make(thing)

    assert not complaints(in_a_child(group, model), name)


# ---- Python's own words on what is gone, and where it is kept ----------------------------------------------------------------------


def keep_everywhere(thing):
    """As attributes, in containers, as what an object of the user's stands for; then a run and a sweep find it."""
    live.section.kept, live.synapse.kept, live.sent.kept = thing, [thing], {"it": thing}
    live.section.use = lambda: thing
    go_on()
    p.collect()
    del live.section.kept, live.synapse.kept, live.sent.kept, live.section.use


TRIED = {
    "repr": repr,
    "str": str,
    "hash": hash,
    "==": lambda thing: (thing == thing, thing == live.section, thing in [live.synapse, thing]),
    "bool": bool,
    "list": list,
    "len": len,
    "dir": dir,
    "call": lambda thing: thing(0.5),
    "an attribute of one's own": lambda thing: (setattr(thing, "mine", [thing]), thing.mine),
    "kept": keep_everywhere,
    "pickle": pickle.dumps,
    "references": lambda thing: p.references(thing),
    "a run": lambda thing: go_on(),
    "clear": lambda thing: (p.clear(), p.clear(), globals().update(live=Things(p.Section("new"), p.ExpSyn(base_again())))),
}


ENDS_NEURON = ("hash", "==")  # of a segment of a deleted section: NEURON's own


def base_again():
    globals()["base"] = h.Section("base")
    return base(0.5)


@pytest.mark.parametrize("model", [make_model, make_cleared_model])
@pytest.mark.parametrize("tried", TRIED)
def test_a_handle_of_something_deleted_can_be_handled(tried, model):
    """Whatever comes of it, a value or an error: the process goes on."""

    def group():
        for what, thing in dead.items():
            if not (tried in ENDS_NEURON and what.endswith("segment") and type(thing) is not Wrapper):
                yield what, "", lambda thing=thing: TRIED[tried](thing)

    outcomes = in_a_child(group, model)
    assert not [name for name, said in outcomes.items() if said[1] == "crash"]
    assert outcomes["the next run"][1] == "gave", outcomes["the next run"]
    if tried in ("kept", "a run", "clear", "repr", "str"):
        assert {said[1] for said in outcomes.values()} == {"gave"}, outcomes
