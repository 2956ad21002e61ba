"""p: NEURON's ``h`` with what Patch adds."""

import atexit
import sys

from . import objects
from ._library import native as _native

_native = _native()

PythonHocInterpreter = _native.PythonHocInterpreter
ParallelContext = _native.ParallelContext

__all__ = ["Defaults", "ParallelContext", "PythonHocInterpreter", "p"]


class Defaults:
    """The weight, delay (ms) and threshold (mV) that are used when none is given; set them here.

    >>> p.defaults.weight = 0.2
    >>> p.defaults
    Defaults(weight=0.2, delay=1, threshold=-20)
    """

    __slots__ = ()

    def __getattr__(self, name):
        return _native.defaults(name)

    def __setattr__(self, name, value):
        _native.defaults(name, value)

    __getitem__, __setitem__ = __getattr__, __setattr__

    def __repr__(self):
        return "Defaults(" + ", ".join(f"{name}={_native.defaults(name):g}" for name in ("weight", "delay", "threshold")) + ")"


def register_hoc_object(cls):
    """Makes a class of yours ``p.<ClassName>``; returns it. Subclasses of PythonHocObject are there by themselves."""
    _native.names[cls.__name__] = cls
    return cls


def _signature(mechanism):
    """What p.<Mechanism> is called with, for inspect.signature."""
    import inspect

    called = inspect.signature(_native.mechanism)  # the name goes first
    return called.replace(parameters=list(called.parameters.values())[1:])


_native.Mechanism.__signature__ = property(_signature)
_status = [None]  # what sys.exit was called with


def _exit(status=None):
    """sys.exit, which is remembered: Python tells nobody else with what status it ends."""
    _status.append(status)
    raise SystemExit(status)


@atexit.register
def _end():
    """A script that came to its end says so to the launcher; one that failed does not, so that the launcher ends the other ranks."""
    if getattr(sys, "last_value", None) is None and not _status[-1]:
        _native.end_mpi()


_native.give_out()
_native.names.update(Section=objects.Section, Vector=objects.Vector, defaults=Defaults())
if _native.world_size() > 1:  # a ParallelContext that is made before MPI would not know of it
    _native.names["parallel"] = _native.parallel()
    sys.exit = _exit
_native.names["_PythonHocInterpreter__h"] = __import__("neuron").h
_native.names["register_hoc_object"] = register_hoc_object
_native.warn_of_hidden_names()
p = _native.interpreter = PythonHocInterpreter()
