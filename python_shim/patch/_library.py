"""Finds libpatch.so and loads it into NEURON, once."""

import os
import sys
from pathlib import Path


def path():
    """The file of the library, for ``nrn_load_dll``.

    ``PATCH_LIBRARY`` in the environment names another one. Raises FileNotFoundError with the places that were looked at.
    """
    named = os.environ.get("PATCH_LIBRARY")
    if named:
        return named
    here = Path(__file__).resolve().parent if "<" not in __file__ else Path()
    places = [here / "_lib" / "neuron-9.0" / "libpatch.so"]
    for place in places:
        if place.exists():
            return str(place)
    raise FileNotFoundError("libpatch.so is not at " + " or ".join(map(str, places)) + ": build it, or name it in PATCH_LIBRARY")


def native():
    """The native module, which comes with the library."""
    if "_libpatch" not in sys.modules:
        from neuron import h

        if not h.nrn_load_dll(path()) or "_libpatch" not in sys.modules:
            raise ImportError(f"NEURON could not load {path()}")
    return sys.modules["_libpatch"]
