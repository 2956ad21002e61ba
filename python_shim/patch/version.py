"""The versions of Patch and of NEURON."""

from ._library import native as _native

__all__ = ["version"]


def version():
    """The version of the library that is loaded."""
    return _native().version
