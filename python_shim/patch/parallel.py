"""``p.parallel``: NEURON's ParallelContext with what Patch adds, and the pickling of what is broadcast.

>>> from patch import p
>>> p.parallel.id(), p.parallel.nhost()
(0, 1)
>>> p.parallel.broadcast({"weights": p.Vector([1, 2, 3])})["weights"].size()
3.0
"""

import gc
import io
import pickle

from neuron import h, hoc

from ._library import native as _native

_native = _native()

ParallelContext = _native.ParallelContext

__all__ = ["ParallelContext"]

_SMALL = 1 << 16  # bytes: a smaller array travels inside the pickle


def _vector(numbers):
    return _native.vector_of(memoryview(numbers).cast("B").cast("d"))


def _matrix(rows, columns, numbers):
    matrix = h.Matrix(rows, columns)
    if rows * columns:
        matrix.from_vector(_vector(numbers))
    return matrix


class _Pickler(pickle.Pickler):
    """Vectors and Matrices may be anywhere in the data; every other NEURON object belongs to its rank."""

    def __init__(self, *arguments, **named):
        super().__init__(*arguments, **named)
        self.held = []  # Vectors whose memory is sent as it is

    def _numbers(self, vector):
        self.held.append(vector)
        return pickle.PickleBuffer(_native.view_of(vector))

    def reducer_override(self, value):
        if not isinstance(value, hoc.HocObject):
            return NotImplemented
        if type(value) is hoc.Vector:
            return _vector, (self._numbers(value),)
        if isinstance(value, hoc.Matrix) and type(value).__module__ in ("hoc", "patch.objects"):
            return _matrix, (int(value.nrow()), int(value.ncol()), self._numbers(value.to_vector()))
        if isinstance(value, hoc.Vector):
            return NotImplemented
        raise TypeError(f"{value} is a NEURON object that belongs to its rank, expected a Vector or a Matrix")


def dumps(data):
    """The parts of the data: its pickle, and behind it the large buffers that it leaves outside, uncopied; and what they need to live."""
    outside = []

    def keep_inside(buffer):
        view = buffer.raw()
        if view.nbytes < _SMALL:
            return True
        outside.append(view)
        return False

    file = io.BytesIO()
    pickler = _Pickler(file, protocol=5, buffer_callback=keep_inside)
    pickler.dump(data)
    return [file.getbuffer(), *outside], pickler.held


def loads(parts):
    """The data of such parts. The cyclic collector pauses: it makes reading many small objects slow."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        return pickle.loads(parts[0], buffers=parts[1:])
    finally:
        if enabled:
            gc.enable()
