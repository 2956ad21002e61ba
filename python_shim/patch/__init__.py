"""Patch: NEURON without its traps. ``from patch import p`` stands in for ``from neuron import h``.

>>> from patch import p
>>> soma = p.Section(name="soma")
>>> synapse = soma.synapse(p.ExpSyn, x=0.3, attributes={"tau": 2})
>>> connection = p.NetCon(p.NetStim(start=10, number=5), synapse, weight=0.04)
>>> voltage = soma.record()
>>> p.run(100)
"""

from ._library import path
from .exceptions import NotConnectableError, NotConnectedError, PatchError

__all__ = ["NotConnectableError", "NotConnectedError", "ParallelCon", "PatchError", "h", "interpreter", "objects", "p", "path", "transform"]


def __getattr__(name):
    """Prepares NEURON for p at the first use of p, not at the import."""
    if name in ("p", "h"):
        from .interpreter import p

        return p
    if name == "ParallelCon":
        from .interpreter import p

        return p.ParallelCon
    if name == "transform":
        from .core import transform

        return transform
    if name in ("interpreter", "objects", "core", "parallel", "version"):
        import importlib

        return importlib.import_module("." + name, __name__)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
