"""The build backend of pyproject.toml: scikit-build-core, and Boost's headers from PyPI where the machine has no Boost.PFR.

Debian 12's and Ubuntu 22.04's default Boost, 1.74, is older than Boost.PFR.
"""

import os
import shlex
import subprocess

from scikit_build_core import build
from scikit_build_core.build import *  # noqa: F403

BOOST_HEADERS = "boost-headers==1.85.0.post1"


def compiler_finds(header: str) -> bool:
    command = [*shlex.split(os.environ.get("CXX", "c++")), "-E", "-x", "c++", "-"]
    try:
        return subprocess.run(command, input=f"#include <{header}>\n", text=True, capture_output=True, check=False).returncode == 0
    except OSError:
        return False  # CMake has the sentence for a machine without a compiler


def _with_boost(requirements: list[str]) -> list[str]:
    return requirements if compiler_finds("boost/pfr.hpp") else [*requirements, BOOST_HEADERS]


def get_requires_for_build_wheel(config_settings=None) -> list[str]:
    return _with_boost(build.get_requires_for_build_wheel(config_settings))


def get_requires_for_build_editable(config_settings=None) -> list[str]:
    return _with_boost(build.get_requires_for_build_editable(config_settings))
