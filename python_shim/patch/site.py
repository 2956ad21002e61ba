"""``python -m patch site install|status|remove``: every NEURON of this Python loads the library, for its users of Python and of HOC.

Two files in site-packages: libpatch_site.pth, which each Python of the environment runs when it starts, and _site_hook.py with the
library's path written in, as libpatch_site.py, which only a process with NEURON imports.
"""

import ast
import glob
import importlib.util
import os
import py_compile
import site
import subprocess
import sys
import sysconfig

from ._library import path

__all__ = ["SiteError", "install", "main", "remove", "status"]

USAGE = "site install [--library FILE]|site status|site remove"
# What every Python of the environment does when it starts, once: a virtual environment reads its .pth files twice.
FINDER = """
class libpatch_site:
    def find_spec(name, path=None, target=None):
        if name == "neuron":
            try:
                import libpatch_site
                return libpatch_site.find_spec(name, path, target)
            except Exception:
                pass
sys.meta_path.insert(0, libpatch_site)
try:
    if "python" not in os.readlink("/proc/self/exe").rpartition("/")[2]:
        import libpatch_site
        libpatch_site.start()
except Exception:
    pass
"""
LINE = f"import os, sys; 'libpatch_site' in str(sys.meta_path) or exec({FINDER!r})\n"
# What a fresh Python tells of a load: Patch's version, and why it is not loaded.
REPORT = """
import sys, neuron
patch, hook = sys.modules.get("_libpatch"), sys.modules.get("libpatch_site")
print(), print([patch and patch.version, hook and hook.reason])
"""
# The same for a hook that is not installed yet.
REHEARSAL = """
import sys, types
hook = sys.modules["libpatch_site"] = types.ModuleType("libpatch_site")
hook.__file__ = ""
exec({!r}, hook.__dict__)
import neuron
hook.attempt(lambda: neuron.h.nrn_load_dll(hook.LIBRARY))
"""
FORGOTTEN = ("PATCH_SITE", "NEURON_MODULE_OPTIONS", "NRN_NMODL_PATH")  # what could change what the fresh Python tells


class SiteError(Exception):
    """What prevents it, in one sentence."""


def install(library=None):
    """Writes the hook for a library, by default the package's own, or for another one than before. Gives what to tell.

    Raises SiteError, and changes nothing, where the library cannot be loaded or the folder not be written.
    """
    library = os.path.abspath(library or _own_library())
    if any(part in library for part in ('"', "\\", "\n", "$(")):
        raise SiteError(f"HOC cannot load a file of that name: {library!r}")
    if importlib.util.find_spec("neuron") is None:
        raise SiteError(f"there is no NEURON in {sys.executable}")
    folder, hook, pth = _places()
    if folder not in site.getsitepackages():
        raise SiteError(f"{sys.executable} reads no .pth file in {folder}")
    source = importlib.util.find_spec("._site_hook", __package__)
    text = source.loader.get_source(source.name).replace('LIBRARY = ""', f"LIBRARY = {library!r}")
    version, why_not = _tell(REHEARSAL.format(text) + REPORT, PATCH_SITE="0")
    if not version:
        raise SiteError(f"{library} cannot be loaded: {why_not}")
    try:
        _write(hook, text)
        os.chmod(py_compile.compile(hook, doraise=True), 0o644)  # who uses it may not write it
        _write(pth, LINE)
    except OSError as error:
        raise SiteError(f"{folder} cannot be written: {error.strerror}") from None
    return f"every NEURON of {sys.executable} loads {library} from now on, by {pth}"


def status():
    """What is installed, and what it does. Raises SiteError where nothing is, or where the library is not loaded."""
    _, hook, pth = _places()
    try:
        with open(hook) as file:
            library = next(ast.literal_eval(line.partition("= ")[2]) for line in file if line.startswith("LIBRARY = "))
        os.stat(pth)
    except (OSError, StopIteration):
        raise SiteError(f"not installed: there is no {pth}") from None
    version, why_not = _tell(REPORT)
    if not version:
        raise SiteError(f"{library} is not loaded by {pth}: {why_not}")
    return f"every NEURON of {sys.executable} loads {library}, Patch {version}, by {pth}"


def remove():
    """Takes away all that install has written. Gives what to tell."""
    folder, hook, pth = _places()
    cache = os.path.join(folder, "__pycache__")
    found = [file for file in (pth, hook, *glob.glob(os.path.join(glob.escape(cache), "libpatch_site.*.pyc"))) if os.path.lexists(file)]
    try:
        for file in found:
            os.remove(file)
        if os.path.isdir(cache) and not os.listdir(cache):
            os.rmdir(cache)
    except OSError as error:
        raise SiteError(f"{error.filename} cannot be removed: {error.strerror}") from None
    return f"removed from {folder}" if found else f"nothing to remove in {folder}"


def _own_library():
    try:
        return path()
    except FileNotFoundError as error:
        raise SiteError(str(error)) from None


def _places():
    folder = sysconfig.get_path("purelib")
    return folder, os.path.join(folder, "libpatch_site.py"), os.path.join(folder, "libpatch_site.pth")


def _write(file, text):
    """Whole or not at all: another Python may be starting."""
    new = file + ".new"
    try:
        with open(new, "w", encoding="utf-8") as opened:
            opened.write(text)
        os.chmod(new, 0o644)
        os.replace(new, file)
    finally:
        if os.path.exists(new):
            os.remove(new)


def _tell(script, **environment):
    """REPORT of a fresh Python; the reason is never empty where Patch is not loaded."""
    kept = {name: value for name, value in os.environ.items() if name not in FORGOTTEN}
    done = subprocess.run([sys.executable, "-c", script], cwd="/", env={**kept, **environment}, capture_output=True, text=True)
    if done.returncode:
        raise SiteError(f"NEURON does not start in {sys.executable}: {done.stderr.strip().rpartition(chr(10))[2]}")
    version, why_not = ast.literal_eval(done.stdout.strip().rpartition("\n")[2])
    said = [line for line in done.stderr.splitlines() if line.startswith("libpatch")]  # by a library for another NEURON
    return version, why_not or "".join(said) or "it has registered nothing"


def main(arguments):
    """The command: prints what was done, or ends with status 1 and one sentence."""
    try:
        if arguments == ["status"]:
            print(status())
        elif arguments == ["remove"]:
            print(remove())
        elif arguments == ["install"] or (arguments[:2] == ["install", "--library"] and len(arguments) == 3):
            print(install(*arguments[2:]))
        else:
            sys.exit(f"usage: python -m patch {USAGE}")
    except SiteError as error:
        sys.exit(f"libpatch: {error}")
