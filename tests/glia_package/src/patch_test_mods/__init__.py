"""A Glia package of three mechanisms."""

from pathlib import Path

from glia import Mod, Package

package = Package(
    "patch_test_mods",
    Path(__file__).parent,
    mods=[
        Mod("mods/AMPA.mod", "AMPA", is_point_process=True),
        Mod("mods/Gap.mod", "Gap", is_point_process=True),
        Mod("mods/Leak.mod", "Leak"),
    ],
)
