"""What Patch offers Glia (PyPI: nmodl-glia), which finds it by the entry point ``glia.package``: the asset VecStim.

>>> import glia as g
>>> g.resolve("VecStim")
'PatchVecStim'
"""

from pathlib import Path

from glia import Mod, Package

__all__ = ["package"]


class OwnMod(Mod):
    """A mechanism that the library brings: there is nothing to compile, and NEURON gets it when Glia asks for its name."""

    @property
    def mod_name(self):
        from .interpreter import p

        p.VecStim()
        return "PatchVecStim"


# Glia hashes and copies the file of a mechanism that it does not compile too: py.typed is one that is always there and never changes.
package = Package(
    "patch", Path(__file__).parent, mods=[OwnMod("py.typed", "VecStim", is_point_process=True, is_artificial_cell=True, builtin=True)]
)
