"""The types of what p makes. They add methods to NEURON's own types and hold nothing."""

from neuron import hoc, nrn

from ._library import native as _native

_native = _native()

Segment = nrn.Segment
Vector = hoc.Vector
NetCon = _native.NetCon
PointProcess = _native.PointProcess
NetStim = _native.NetStim
VecStim = _native.VecStim
IClamp = _native.IClamp
SEClamp = _native.SEClamp

__all__ = ["IClamp", "NetCon", "NetStim", "PointProcess", "SEClamp", "Section", "Segment", "VecStim", "Vector"]


class Section(_native.SectionBase):
    """A section that lives while anything it is connected to can be reached.

    NEURON's ``nrn.Section``, with free attributes and weak references.

    >>> dend = p.Section(name="dend")
    >>> dend.connect(soma)
    """
