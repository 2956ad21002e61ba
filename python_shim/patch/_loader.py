"""Run by the library at the first import of `patch` or `libpatch` after the load: decides which package answers.

An installed `patch` of ours with the library's version is preferred; with another version, or none, the sources embedded in the
library answer. A foreign package `patch` is left alone: ours is then `libpatch` only. Ours is known by a file, never by importing it.
"""

import importlib
import importlib.machinery
import importlib.util
import os
import sys


class EmbeddedLoader:
    """Loads a module of the package from a source that the library holds."""

    def __init__(self, source, name, path):
        self.source, self.name, self.path = source, name, path

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        exec(compile(self.source, self.path, "exec"), module.__dict__)

    def get_source(self, name):
        return self.source

    def get_code(self, name):
        return compile(self.source, self.path, "exec")

    def is_package(self, name):
        return self.path.endswith("__init__.py")


class AliasLoader:
    """Makes one name another's: `libpatch` is the package `patch`."""

    def __init__(self, name, target):
        self.name, self.target = name, target

    def create_module(self, spec):
        return None

    def exec_module(self, module):
        sys.modules[self.name] = importlib.import_module(self.target)


class AliasFinder:
    """Answers for `libpatch`: the library's own file is called that too, and Python would take it for an extension module."""

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] != "libpatch":
            return None
        return importlib.machinery.ModuleSpec(name, AliasLoader(name, "patch" + name[len("libpatch") :]))


class Finder:
    """Answers for the package's names from the embedded sources, and for nothing else."""

    def __init__(self, package, sources):
        self.package, self.sources = package, sources

    def find_spec(self, name, path=None, target=None):
        head, _, rest = name.partition(".")
        if head != self.package:
            return None
        file = rest.replace(".", "/")
        for candidate in (f"{file}/__init__.py".lstrip("/"), f"{file}.py"):
            if candidate in self.sources:
                loader = EmbeddedLoader(self.sources[candidate], name, f"<libpatch>/{candidate}")
                return importlib.machinery.ModuleSpec(name, loader, is_package=candidate.endswith("__init__.py"))
        return None


MEND = "`pip uninstall nrn-patch libpatch`, then install libpatch again"


def has_nrn_patch(folder):
    """Whether pip has put nrn-patch, whose package is called patch too, into a folder of packages."""
    try:
        return any(name.startswith("nrn_patch-") for name in os.listdir(folder))
    except OSError:
        return False


def installed():
    """The version of an installed `patch` of ours ("" for a foreign one, None for none), and what has to be mended there, or ""."""
    try:
        spec = importlib.util.find_spec("patch")
    except (ImportError, ValueError, AttributeError):
        return "", ""
    if spec is None:
        return None, ""
    for folder in spec.submodule_search_locations or []:
        try:
            with open(os.path.join(folder, "_libpatch_version")) as file:
                version = file.read().strip()
        except OSError:
            continue
        try:
            with open(os.path.join(folder, "__init__.py")) as file:
                ours = "from ._library import" in file.read()
        except OSError:  # an uninstalled nrn-patch has taken it along
            return "incomplete", f"the package in {folder} has lost files: {MEND}"
        if has_nrn_patch(os.path.dirname(folder)):
            return version if ours else "", f"nrn-patch is in {os.path.dirname(folder)} too, and both packages are called patch: {MEND}"
        return version if ours else "", ""
    return "", ""


def look(native):
    """Learns once which `patch` is installed, and says what has to be mended there."""
    if not hasattr(native, "advice"):
        native.installed, native.advice = installed()
        if native.advice:
            print(f"libpatch: {native.advice}", file=sys.stderr)
    return native.installed


def install(native, sources):
    """Chooses the package, tells the native module its name and answers imports of it from now on, in its place."""
    if native in sys.meta_path:
        sys.meta_path.remove(native)
    version = look(native)
    native.package = "libpatch" if version == "" else "patch"
    finder = Finder(native.package, sources)
    if version == "":
        sys.meta_path.insert(0, finder)
        return
    sys.meta_path.insert(0, AliasFinder())
    if version in (None, native.version):
        sys.meta_path.append(finder)  # what is installed comes first
        return
    if not native.advice:
        native.complain(version)
    replaced = [name for name in sys.modules if name == "patch" or name.startswith("patch.")]
    for name in replaced:
        del sys.modules[name]
    sys.meta_path.insert(0, finder)
    for name in replaced:  # the other package may be in the middle of its own import
        importlib.import_module(name)


def name(native):
    """What ours is called in this process."""
    return native.package


def find(native, name, path, target):
    """The answer to the first import of ours, which the native module was asked for."""
    for finder in list(sys.meta_path):
        spec = finder.find_spec(name, path, target)
        if spec is not None:
            return spec
    return None
