"""The versions of Patch and of NEURON, which compare with strings.

>>> from patch.version import get_neuron_version
>>> get_neuron_version() >= "9.0.0"
True
"""

import re

from ._library import native as _native

__all__ = ["NeuronVersion", "get_neuron_version", "version"]


def _parts(text):
    """The numbers of a version; what follows them (``rc1``, ``.dev3``) makes it an earlier one. Raises ValueError where there are none."""
    found = re.match(r"\s*v?(\d+(?:\.\d+)*)(.*)", str(text))
    if not found:
        raise ValueError(f"{text!r} is no version, expected numbers such as 9.0.2")
    numbers = [int(number) for number in found[1].split(".")]
    while numbers and numbers[-1] == 0:
        numbers.pop()
    return numbers, not re.match(r"[.-]?(a|b|rc|dev|alpha|beta)", found[2]), found[2].strip()


class NeuronVersion(str):
    """A version of NEURON. It is a string, and compares by its numbers: ``NeuronVersion("9.0.10") > "9.0.9"``, ``== "9.0.10"``."""

    __slots__ = ()

    def __new__(cls, text):
        _parts(text)
        return super().__new__(cls, text)

    def __eq__(self, other):
        try:
            return _parts(self) == _parts(other)
        except ValueError:
            return NotImplemented

    def __lt__(self, other):
        return _parts(self) < _parts(other)

    def __le__(self, other):
        return _parts(self) <= _parts(other)

    def __gt__(self, other):
        return _parts(self) > _parts(other)

    def __ge__(self, other):
        return _parts(self) >= _parts(other)

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash(str(self))


def get_neuron_version():
    """The version of the NEURON that runs."""
    from neuron import h

    return NeuronVersion(h.nrnversion(0))


def version():
    """The version of the library that is loaded."""
    return _native().version
