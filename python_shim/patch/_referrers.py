"""Who refers to a Python object, in words: for ``p.references``."""

import gc
import sys
import types


def referrers(thing):
    """A line for each: a name in a module, a local variable, a container. Python keeps no record of what HOC's own variables hold."""
    lines = set()
    namespaces = {id(vars(module)): name for name, module in list(sys.modules.items()) if isinstance(module, types.ModuleType)}
    for frame in _callers():
        for name, value in frame.f_locals.items():
            if value is thing and frame.f_code.co_name != "<module>":
                lines.add(f"{name} in {frame.f_code.co_name}()")
    for holder in gc.get_referrers(thing):
        lines.update(_described(holder, thing, namespaces))
    return sorted(lines)


def _callers():
    frame = sys._getframe(1).f_back  # none where HOC asks
    while frame is not None:
        yield frame
        frame = frame.f_back


def _described(holder, thing, namespaces):
    if isinstance(holder, dict):
        where = namespaces.get(id(holder))
        for name, value in list(holder.items()):
            if value is thing:
                yield f"{name} in {where}" if where else f"a dict, as {name!r}"
    elif isinstance(holder, types.CellType):
        yield "a closure"
    elif isinstance(holder, types.MethodType):
        yield f"the bound method {holder.__name__}"
    elif isinstance(holder, (list, set, frozenset)) or (isinstance(holder, tuple) and len(holder) > 1):  # a tuple of 1: our own arguments
        yield f"a {type(holder).__name__} of {len(holder)}"
    elif not isinstance(holder, (type, tuple, types.FrameType)):
        yield f"an object of class {type(holder).__name__}"
