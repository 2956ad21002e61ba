"""What Python knows of itself, for ``python -m patch doctor`` and HOC's ``Patch.doctor()``."""

import importlib.util
import os
import sys

from ._library import native as _native
from ._loader import has_nrn_patch

__all__ = ["facts"]


def _mpi4py(mpi_file):
    """mpi4py's MPI, without initialising it."""
    spec = importlib.util.find_spec("mpi4py")
    if spec is None:
        return "not installed (it is not needed)", ""
    if "mpi4py.MPI" not in sys.modules:
        return f"installed in {os.path.dirname(spec.origin or '')}, not imported here", ""
    from mpi4py import MPI

    said = MPI.Get_library_version().strip("\0 \n").splitlines()[0].replace("Version:", "").split(",")[0]
    said = " ".join(said.split())
    if not MPI.Is_initialized():
        return said + ", not initialised", ""
    from neuron import h

    size, ranks = MPI.COMM_WORLD.size, int(h.ParallelContext().nhost_world())
    if size == ranks:
        return f"{said}, {size} {'rank' if size == 1 else 'ranks'}", ""
    return f"{said}, {size} ranks", f"mpi4py has {size} ranks and NEURON {ranks}: build mpi4py against {mpi_file or 'the MPI of NEURON'}"


def _others(package):
    """Modules and packages called `patch` in the folders that Python looks in, besides ours."""
    found = []
    for folder in sys.path:
        for name in ("patch", "patch.py"):
            place = os.path.join(folder or os.curdir, name)
            is_module = os.path.isfile(place) if name.endswith(".py") else os.path.isfile(os.path.join(place, "__init__.py"))
            if is_module and not os.path.isfile(os.path.join(place, "_libpatch_version")):
                found.append(os.path.abspath(place))
    return found


def _site(hook):
    """What the hook of `python -m patch site` has done in this process."""
    if hook.reason is None:
        return f"{hook.__file__}, switched off", ""
    if hook.reason:
        return f"{hook.__file__}, not loaded: {hook.reason}", "mend the site's hook by `python -m patch site install`"
    named, loaded = os.environ.get("PATCH_LIBRARY") or hook.LIBRARY, f"{hook.LIBRARY}, by {hook.__file__}"
    if os.path.realpath(named) == os.path.realpath(hook.LIBRARY):
        return loaded, ""
    return loaded, f"PATCH_LIBRARY names {named}, and the site's hook was first: set PATCH_SITE=0 as well"


def facts(mpi_file):
    """Rows of (what, what is said of it, what to change or "")."""
    native = _native()
    package = sys.modules[native.package]
    rows = [("Python", f"{sys.version.split()[0]}, {sys.executable or 'inside nrniv'}", "")]
    rows.append(("mpi4py", *_mpi4py(mpi_file)))
    place = getattr(package, "__file__", None) or "from the library"
    rows.append(("package", f"{native.package}, {place}", native.advice))
    if "libpatch_site" in sys.modules:
        rows.append(("site", *_site(sys.modules["libpatch_site"])))
    others = list(dict.fromkeys(_others(native.package)))
    if others:
        theirs = has_nrn_patch(os.path.dirname(others[0]))
        uninstall = "`pip uninstall nrn-patch`" if theirs else "uninstall it"
        advice = f"another package is called patch, {others[0]}: {uninstall}, or import libpatch"
        rows.append(("others", ", ".join(others), advice if theirs or native.package == "patch" else ""))
    return rows
