"""Installs this package and our own entry point beside the tests and lets Glia compile, once; `g` is Glia, which finds them.

What is made is kept in build/glia while nothing changes. Glia's cache and settings are there too, not the user's. On ranks the first
one that comes does it, in a process without MPI, and the others wait.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).absolute().parent  # Glia knows a package by its place too
ROOT = HERE.parents[1]
FOLDER = ROOT / "build" / "glia"
SITE = FOLDER / "site"
OURS = ROOT / "pyproject.toml", ROOT / "python_shim" / "patch" / "glia.py"
PLACES = {"XDG_CACHE_HOME": str(FOLDER / "cache"), "XDG_DATA_HOME": str(FOLDER / "data")}  # Glia's
LAUNCHERS = ("PMI", "OMPI", "SLURM", "HYDRA", "MPI")


def key():
    """What the compiled library depends on."""
    files = sorted(file for file in (HERE / "src").rglob("*") if file.suffix in (".mod", ".py"))
    read = b"".join(file.read_bytes() for file in (*files, HERE / "pyproject.toml", Path(__file__), *OURS))
    return repr((sys.prefix, sys.version, version("neuron"), version("nmodl-glia"), hashlib.sha256(read).hexdigest()))


def run(*command):
    alone = {name: value for name, value in os.environ.items() if not name.startswith(LAUNCHERS)}
    places = {**PLACES, "PYTHONPATH": os.pathsep.join(filter(None, (str(SITE), alone.get("PYTHONPATH"))))}
    done = subprocess.run([sys.executable, *command], cwd=ROOT, env={**alone, **places}, capture_output=True, text=True, timeout=100)
    assert done.returncode == 0, f"{command}\n{done.stdout}{done.stderr}"


def install():
    shutil.rmtree(FOLDER, ignore_errors=True)
    # Where this folder is missing, Glia's first start has pip install a package `local` into the environment.
    (FOLDER / "data" / "Glia" / version("nmodl-glia").partition(".")[0] / "local").mkdir(parents=True)
    run("-m", "pip", "install", "-q", "--no-index", "--no-deps", "--no-build-isolation", "--target", str(SITE), str(HERE))
    run("-c", f"from scikit_build_core.build import *; prepare_metadata_for_build_wheel({str(SITE)!r})")
    run("-c", "import glia; glia.load_library()")


FOLDER.parent.mkdir(exist_ok=True)
with open(FOLDER.parent / ".glia.lock", "w") as lock:
    fcntl.flock(lock, fcntl.LOCK_EX)
    made_for = FOLDER / "key"
    if not made_for.exists() or made_for.read_text() != key():
        install()
        made_for.write_text(key())
os.environ.update(PLACES)
sys.path.append(str(SITE))

import glia as g  # noqa: E402 - it finds them only now

__all__ = ["FOLDER", "g"]
