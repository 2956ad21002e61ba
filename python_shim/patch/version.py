"""The versions of Patch and of NEURON."""

import re

from ._library import native as _native

__all__ = ["NeuronVersion", "get_neuron_version", "version"]


def version() -> str:
    """The version of the library that is loaded."""
    return _native().version


class NeuronVersion(str):
    """A version as text, ordered by its numbers; what it is compared with may be a plain string.

    >>> NeuronVersion("9.0.2") < "9.0.10"
    True
    >>> NeuronVersion("9.0.2") == "9.0.2"
    True
    """

    __slots__ = ()

    def __new__(cls, text: str) -> "NeuronVersion":
        _order(text)
        return super().__new__(cls, text)

    def __repr__(self) -> str:
        return f"NeuronVersion({str(self)!r})"

    def __lt__(self, other: str) -> bool:
        return _order(self) < _order(other) if isinstance(other, str) else NotImplemented

    def __le__(self, other: str) -> bool:
        return _order(self) <= _order(other) if isinstance(other, str) else NotImplemented

    def __gt__(self, other: str) -> bool:
        return _order(self) > _order(other) if isinstance(other, str) else NotImplemented

    def __ge__(self, other: str) -> bool:
        return _order(self) >= _order(other) if isinstance(other, str) else NotImplemented


def _order(text):
    """What a version is ordered by: its numbers; of the same numbers, what is on the way to a release ("9.0a1") comes before it."""
    found = re.fullmatch(r"(\d+(?:\.\d+)*)(.*)", text)
    if not found:
        raise ValueError(f"{text!r} is not a version, expected one such as '9.0.2'")
    numbers, rest = found.groups()
    return [int(number) for number in numbers.split(".")], not rest, rest


def get_neuron_version() -> NeuronVersion:
    """The version of the NEURON that is running.

    >>> get_neuron_version() >= "9.0"
    True
    """
    import neuron

    return NeuronVersion(neuron.__version__)
