"""The exceptions of Patch. Each carries the fields of its sentence: function, argument, got, expected, place."""

__all__ = [
    "BroadcastError",
    "ErrorHandlingError",
    "HocConnectError",
    "HocError",
    "HocRecordError",
    "HocSectionAccessError",
    "NotConnectableError",
    "NotConnectedError",
    "ParallelConnectError",
    "ParallelError",
    "PatchAttributeError",
    "PatchConnectionError",
    "PatchError",
    "PatchReferenceError",
    "PatchTypeError",
    "PatchValueError",
    "SimulationError",
    "TransformError",
    "UninitializedError",
]


class PatchError(Exception):
    """The base of all that Patch refuses."""

    function = argument = got = expected = place = ""


class PatchValueError(PatchError, ValueError):
    """A number or a length that does not fit."""


class PatchTypeError(PatchError, TypeError):
    """The wrong kind of thing, too few or too many arguments, an unknown keyword."""


class PatchReferenceError(PatchError, ReferenceError):
    """Something that NEURON has deleted."""


class PatchAttributeError(PatchError, AttributeError):
    """A name that does not exist."""


class NotConnectableError(PatchError):
    """Something that cannot be connected."""


class NotConnectedError(PatchError):
    """Two things between which there is no connection."""


class TransformError(PatchError):
    """Something that stands for nothing in NEURON."""


class HocError(PatchError, RuntimeError):
    """A refusal of NEURON's own."""


class HocConnectError(HocError):
    """The wrong end of a connection."""


class HocRecordError(HocError):
    """The wrong target of a recording."""


class HocSectionAccessError(HocError):
    """No current section."""


class PatchConnectionError(HocConnectError, ConnectionError):
    """A pointer without its section."""


class SimulationError(PatchError):
    """Not while a step is running."""


class UninitializedError(SimulationError):
    """Not before initialisation."""


class ErrorHandlingError(PatchError):
    """A wrong use of the error handlers."""


class ParallelError(PatchError):
    """A refusal that concerns several ranks."""


class ParallelConnectError(ParallelError):
    """A wrong transmitter or receiver."""


class BroadcastError(ParallelError):
    """Something that cannot be broadcast."""


_both = {}


def make(name: str, topic: str, sentence: str, function: str, argument: str, got: str, expected: str, place: str) -> PatchError:
    """The exception of a refusal: of its own class, and of the class that its topic has always had."""
    kind = globals()[name]
    if topic and not issubclass(kind, globals()[topic]):
        key = (topic, name)
        if key not in _both:
            _both[key] = type(topic, (globals()[topic], kind), {"__module__": __name__, "__doc__": kind.__doc__})
        kind = _both[key]
    error = kind(sentence)
    error.function, error.argument, error.got, error.expected, error.place = function, argument, got, expected, place
    return error
