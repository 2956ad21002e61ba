"""Finds libpatch.so and loads it into NEURON, once."""

import os
import sys
from pathlib import Path


def path() -> str:
    """The file of the library, for ``nrn_load_dll``: the one that is loaded, else the package's own.

    ``PATCH_LIBRARY`` in the environment names another one. Raises FileNotFoundError with the place that was looked at.
    """
    if "_libpatch" in sys.modules:
        return sys.modules["_libpatch"].file
    named = os.environ.get("PATCH_LIBRARY")
    if named:
        return named
    place = Path(__file__).resolve().parent / "_lib" / "neuron-9.0" / "libpatch.so"
    if not place.exists():
        raise FileNotFoundError(f"libpatch.so is not at {place}: build it, or name it in PATCH_LIBRARY")
    return str(place)


def native():
    """The native module, which comes with the library."""
    if "_libpatch" not in sys.modules:
        from neuron import h

        from ._loader import look

        if not h.nrn_load_dll(path()) or "_libpatch" not in sys.modules:
            raise ImportError(f"NEURON could not load {path()}")
        look(sys.modules["_libpatch"])
    return sys.modules["_libpatch"]
