"""Who refers to a Python object, in words: for ``p.references``."""

import gc
import sys
import types


def referrers(thing):
    """A line for each: a name in a module, a local variable, a container. Python keeps no record of what HOC's own variables hold."""
    lines = set()
    seen = set()  # the dicts of names that are looked at here
    for name, module in list(sys.modules.items()):
        if isinstance(module, types.ModuleType):
            seen.add(id(vars(module)))
            lines.update(_named(vars(module), thing, name))
    frame = sys._getframe(0).f_back  # none where HOC asks
    while frame is not None:
        if frame.f_code.co_name != "<module>":
            names = frame.f_locals
            seen.add(id(names))
            lines.update(_named(names, thing, frame.f_code.co_name + "()"))
        frame = frame.f_back
    for holder in gc.get_referrers(thing):
        if id(holder) not in seen:
            lines.update(_described(holder, thing))
    return sorted(lines)


def _named(names, thing, where):
    """By name; and what Python's collector does not track, so that nobody else can tell."""
    for name, value in list(names.items()):
        if value is thing:
            yield f"{name} in {where}"
        elif type(value) in (dict, tuple) and not gc.is_tracked(value):
            if any(each is thing for each in (value.values() if type(value) is dict else value)):
                yield f"{name} in {where}, a {type(value).__name__} of {len(value)}"


def _described(holder, thing):
    if isinstance(holder, dict):
        for name, value in list(holder.items()):
            if value is thing:
                yield f"a dict, as {name!r}"
    elif isinstance(holder, types.CellType):
        yield "a closure"
    elif isinstance(holder, types.MethodType):
        yield f"the bound method {holder.__name__}"
    elif isinstance(holder, (list, set, frozenset)) or (isinstance(holder, tuple) and len(holder) > 1):  # a tuple of 1: our own arguments
        yield f"a {type(holder).__name__} of {len(holder)}"
    elif not isinstance(holder, (type, tuple, types.FrameType, types.GeneratorType)):
        yield f"an object of class {type(holder).__name__}"
