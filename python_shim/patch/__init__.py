"""Patch: NEURON without its traps. ``from patch import p`` stands in for ``from neuron import h``.

>>> from patch import p
>>> soma = p.Section(name="soma")
>>> synapse = soma.synapse(p.ExpSyn, x=0.3, attributes={"tau": 2})
>>> connection = p.NetCon(p.NetStim(start=10, number=5), synapse, weight=0.04)
>>> voltage = soma.record()
>>> p.run(100)
"""

import importlib as _importlib

from ._library import path
from .exceptions import NotConnectableError, NotConnectedError, PatchError

# Names of p that can be imported by themselves, and modules.
_OF_P = (
    "ParallelCon",
    "PythonHocInterpreter",
    "connection",
    "is_density_mechanism",
    "is_nrn_scalar",
    "is_point_process",
    "is_section",
    "is_segment",
    "transform",
    "transform_arc",
    "transform_netcon",
    "transform_record",
)
_MODULES = ("core", "error_handler", "interpreter", "objects", "parallel", "version")

__all__ = ["NotConnectableError", "NotConnectedError", "PatchError", "h", "p", "path", *_OF_P, *_MODULES]


def __getattr__(name):
    """Prepares NEURON for p at the first use of p, not at the import."""
    if name in _MODULES:
        return _importlib.import_module("." + name, __name__)
    if name in ("p", "h"):
        return _importlib.import_module(".interpreter", __name__).p
    if name == "PythonHocInterpreter":
        return _importlib.import_module(".interpreter", __name__).PythonHocInterpreter
    if name in _OF_P:
        return getattr(_importlib.import_module(".interpreter", __name__).p, name)
    if name == "__version__":
        return _importlib.import_module("._library", __name__).native().version
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return sorted({*globals(), *__all__, "__version__"})
