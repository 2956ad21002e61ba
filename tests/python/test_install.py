"""Installing: what `cmake --install` gives HOC, what an sdist holds, what a build asks for, and nrn-patch, whose package has our name.

ci/install.sh builds and installs for good; here nothing is compiled.
"""

import os
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
from jobs import LIBRARY, NRNIV, execute, job

ROOT = Path(__file__).parents[2]
HOC = ROOT / "hoc"
SHIM = ROOT / "python_shim" / "patch"
VERSION = (SHIM / "_libpatch_version").read_text().strip()
BUILD = LIBRARY.parent if (LIBRARY.parent / "cmake_install.cmake").exists() else ROOT / "build" / "neuron-9.0"


def names(folder):
    return {path.relative_to(folder).as_posix() for path in Path(folder).rglob("*") if path.is_file()}


def cmake_install(prefix, *component):
    subprocess.run(["cmake", "--install", BUILD, "--prefix", prefix, *component], check=True, capture_output=True)
    return prefix


# ---- cmake --install ----


@pytest.fixture(scope="module")
def prefix(tmp_path_factory):
    """What `cmake --install` gives, moved afterwards: nothing in it knows its place."""
    made = cmake_install(tmp_path_factory.mktemp("made") / "prefix")
    return made.rename(tmp_path_factory.mktemp("moved") / "patch")


def variables(prefix):
    """What the module file sets."""
    text = (prefix / "share/patch/modulefiles/patch" / VERSION).read_text()
    up = re.search(r"\[file dirname \$ModulesCurrentModulefile\] ([./]+)\]", text)[1]
    assert (prefix / "share/patch/modulefiles/patch" / up).resolve() == prefix.resolve()
    found = re.findall(r"^(?:setenv|prepend-path) (\S+) +\$prefix/(\S+)$", text, re.MULTILINE)
    return {name: str(prefix / place) for name, place in found}


def test_cmake_installs_the_library_hoc_a_module_file_and_the_licences(prefix):
    hoc = {file.relative_to(HOC).as_posix() for file in HOC.rglob("*.hoc")} | {"patch.hoc"}
    expected = {"lib/libpatch.so", f"share/patch/modulefiles/patch/{VERSION}", "share/patch/LICENSE", "share/patch/THIRD_PARTY"}
    assert names(prefix) == expected | {f"share/patch/hoc/{file}" for file in hoc}
    subprocess.run([ROOT / "ci/check_library.sh", prefix / "lib/libpatch.so"], check=True)


def test_a_wheel_gets_the_library_alone_and_path_names_it(tmp_path):
    cmake_install(tmp_path, "--component", "python")
    assert names(tmp_path) == {"patch/_lib/neuron-9.0/libpatch.so"}
    shutil.copytree(SHIM, tmp_path / "patch", ignore=shutil.ignore_patterns("_lib", "__pycache__"), dirs_exist_ok=True)
    program = """
    import os, patch
    from neuron import h
    assert patch.path() == os.environ["EXPECTED"], patch.path()
    assert h.nrn_load_dll(patch.path()) == 1
    assert os.path.samefile(patch.p.Section().synapse("ExpSyn") and patch.path(), os.environ["EXPECTED"])
    """
    expected = str(tmp_path / "patch/_lib/neuron-9.0/libpatch.so")
    done = job(program, PYTHONPATH=str(tmp_path), PATCH_LIBRARY="", EXPECTED=expected).well()
    assert not done.complaints(), done


# In any folder, in any order, once or twice; every file of a template's name can be loaded.
ANY_ORDER = """
{load_file("patch.hoc")}
{load_file("PatchRecording.hoc")}
if (!nrn_load_dll("$(PATCH_HOME)/libpatch.so")) execerror("not loaded", "")
create soma
objref recording
soma recording = new PatchRecording(0.5)
{load_file("PatchConnection.hoc") load_file("PatchReceiver.hoc") load_file("PatchTransmitter.hoc") load_file(1, "patch.hoc")}
print recording
"""


@pytest.mark.parametrize("python", [(), ("-nopython",)], ids=["with python", "nopython"])
def test_hoc_finds_patch_by_name_from_any_folder(prefix, tmp_path, python):
    (tmp_path / "any_order.hoc").write_text(ANY_ORDER)
    done = execute((*NRNIV, *python, "any_order.hoc"), folder=tmp_path, PATCH_LIBRARY="", **variables(prefix)).well()
    assert done.out.split() == ["PatchRecording[0]"], done


def test_an_installed_example_gives_what_python_gives(prefix, tmp_path):
    example = prefix / "share/patch/hoc/examples/first_steps.hoc"
    hoc = execute((*NRNIV, example), folder=tmp_path, PATCH_LIBRARY="", **variables(prefix)).well()
    python = execute((sys.executable, "-m", "patch.examples.first_steps")).well()
    assert hoc.out == python.out and "samples" in hoc.out, (hoc, python)


def test_an_installed_file_of_a_template_has_its_documentation(prefix):
    for file in HOC.glob("*.hoc"):
        documentation = file.read_text().split("begintemplate")[0]
        assert (prefix / "share/patch/hoc" / file.name).read_text() == documentation + '{load_file("patch.hoc")}\n'


def test_every_installed_example_loads_the_library_by_name(prefix):
    examples = {file.name: file.read_text() for file in (prefix / "share/patch/hoc/examples").iterdir()}
    assert all('{load_file("patch.hoc")}' in text and "./build" not in text and "repository" not in text for text in examples.values()), (
        examples
    )


def test_a_wrong_patch_home_is_a_sentence(prefix, tmp_path):
    (tmp_path / "wrong.hoc").write_text('{load_file("patch.hoc")}\nprint "went on"\n')
    done = execute((*NRNIV, "wrong.hoc"), folder=tmp_path, **{**variables(prefix), "PATCH_HOME": str(tmp_path)})
    assert done.status != 0 and "went on" not in done.out, done
    assert "patch.hoc: no libpatch.so could be loaded from the folder PATCH_HOME" in done.err, done


# ---- building ----


def backend(call, folder, **environment):
    """What a function of the build backend returns, called as pip calls it: in the source folder."""
    program = f"import sys\nsys.path.insert(0, 'cmake')\nimport build_backend\nprint(build_backend.{call})\n"
    done = execute((sys.executable, "-B", "-c", program), folder=folder, **environment).well()
    return done.out.splitlines()[-1]


def test_an_sdist_holds_what_a_build_needs_and_nothing_that_was_made(tmp_path):
    file = backend(f"build_sdist({str(tmp_path)!r})", ROOT)
    assert file == f"libpatch-{VERSION}.tar.gz"
    with tarfile.open(tmp_path / file) as sdist:
        held = {name.partition("/")[2] for name in sdist.getnames()}
    top = ("CMakeLists.txt", "LICENSE", "README.md", "THIRD_PARTY", "pyproject.toml")
    made = re.compile(r"(^|/)(build|dist|\.venv|\.git|_lib|x86_64|__pycache__|\.[a-z]+_cache)/|\.(so|pyc|o)$")
    needed = {*top, "plugin/libpatch.map", "plugin/core/version.hpp.in", "cmake/install/modulefile", "python_shim/patch/_libpatch_version"}
    for folder in ("plugin", "mod", "hoc", "cmake", "python_shim"):
        needed |= {
            path.relative_to(ROOT).as_posix()
            for path in (ROOT / folder).rglob("*")
            if path.suffix in (".cpp", ".hpp", ".mod", ".hoc", ".py", ".pyi", ".cmake")
        }
    assert needed <= held, needed - held
    assert not list(filter(made.search, held)), held


@pytest.mark.parametrize("compiler, more", [("c++", False), ("false", True), ("/nowhere/c++", True)])
def test_a_build_asks_for_boosts_headers_where_the_compiler_finds_none(compiler, more):
    said = backend("get_requires_for_build_wheel()", ROOT, CXX=compiler)
    assert ("boost-headers==" in said) == more, said


@pytest.fixture
def configure(tmp_path):
    """Configures with none of the machine's Boost; what is said."""

    def run(**environment):
        ignored = "-DCMAKE_IGNORE_PATH=/usr/include;/usr/local/include"
        python = f"-DPATCH_PYTHON={sys.executable}"
        command = ("cmake", "-S", ROOT, "-B", tmp_path / "build", "-G", "Ninja", ignored, python, "-DPATCH_TESTS=OFF")
        return execute(command, seconds=60, **environment)

    return run


def test_a_build_without_boost_is_a_sentence_and_boost_headers_mend_it(configure, tmp_path):
    done = configure(CPATH="", CPLUS_INCLUDE_PATH="")
    said = " ".join(done.err.split())
    assert done.status != 0 and "No boost/pfr.hpp, which Boost has since 1.75: install Debian's libboost1.81-dev, or run" in said, done
    assert f"'{sys.executable} -m pip install boost-headers'" in said, done
    headers = tmp_path / "include"
    (headers / "boost").mkdir(parents=True)
    (headers / "boost" / "pfr.hpp").touch()
    (tmp_path / "boost_headers.py").write_text(f"def get_include():\n    return {str(headers)!r}\n")
    configure(CPATH="", CPLUS_INCLUDE_PATH="", PYTHONPATH=str(tmp_path)).well()
    assert f"BOOST_PFR_INCLUDE:PATH={headers}\n" in (tmp_path / "build" / "CMakeCache.txt").read_text()


# ---- nrn-patch ----

MEND = "`pip uninstall nrn-patch libpatch`, then install libpatch again"
# The folder of the test is the only one with a package `patch`.
ONLY_SITE = """
import os, sys
sys.path[:] = [folder for folder in sys.path if folder == os.environ["SITE"] or not os.path.exists(os.path.join(folder or ".", "patch"))]
import importlib
from neuron import h
"""
LOAD = 'assert h.nrn_load_dll(os.environ["PATCH_LIBRARY"]) == 1\n'
OURS_WORKS = """
assert p.Section().synapse("ExpSyn").hname() == "ExpSyn[0]"
"""


@pytest.fixture
def site(tmp_path):
    """A folder of packages with ours, as pip installs it."""
    shutil.copytree(SHIM, tmp_path / "patch", ignore=shutil.ignore_patterns("_lib", "__pycache__"))
    (tmp_path / f"libpatch-{VERSION}.dist-info").mkdir()
    return tmp_path


def beside(site, last):
    """Installs another package into the same folder, as nrn-patch does, before ours or after it: the last one's files are there."""
    (site / "nrn_patch-8.0.2.dist-info").mkdir()
    if last:
        for file in ("__init__", "interpreter", "objects", "core", "exceptions"):
            (site / "patch" / f"{file}.py").write_text('p = "theirs"\n')


def here(site, program, **how):
    return job(ONLY_SITE + program, PYTHONPATH=str(site), SITE=str(site), **how).well()


def sentence(site):
    return f"libpatch: nrn-patch is in {site} too, and both packages are called patch: {MEND}"


def test_alone_the_package_says_nothing(site):
    done = here(site, "from patch import p\nimport patch\nassert patch.__file__.startswith(os.environ['SITE'])\n" + OURS_WORKS)
    assert not done.complaints(), done


@pytest.mark.parametrize("first", ["", LOAD])
def test_ours_installed_after_nrn_patch_works_and_says_so_once(site, first):
    beside(site, last=False)
    done = here(site, first + "from patch import p\n" + OURS_WORKS)
    assert done.complaints() == [sentence(site)], done


@pytest.mark.parametrize("imported", ["", "import patch\n"])
def test_ours_installed_before_nrn_patch_is_libpatch_and_says_so_once(site, imported):
    beside(site, last=True)
    done = here(site, imported + LOAD + "import patch\nassert patch.p == 'theirs'\nfrom libpatch import p\n" + OURS_WORKS)
    assert done.complaints() == [sentence(site)], done


def test_a_load_alone_says_nothing_of_nrn_patch(site):
    beside(site, last=False)
    assert not here(site, LOAD + "assert h.Patch().version()\n").complaints()


def test_where_nrn_patch_has_taken_our_files_along_the_library_brings_them(site):
    for file in ("__init__", "interpreter", "objects", "core", "exceptions"):
        (site / "patch" / f"{file}.py").unlink()
    done = here(site, LOAD + "from patch import p\n" + OURS_WORKS)
    assert done.complaints() == [f"libpatch: the package in {site / 'patch'} has lost files: {MEND}"], done


@pytest.mark.parametrize("last", [False, True])
def test_the_doctor_says_how_to_mend_it(site, last):
    beside(site, last)
    done = execute((sys.executable, "-m", "patch", "doctor"), PYTHONPATH=str(site), SITE=str(site)).well()
    assert f"verdict   to change: {sentence(site).removeprefix('libpatch: ')}\n" in done.out, done


@pytest.mark.parametrize("theirs_first", [True, False])
def test_the_doctor_names_nrn_patch_in_another_folder(site, tmp_path_factory, theirs_first):
    other = tmp_path_factory.mktemp("other")
    (other / "patch").mkdir()
    (other / "patch" / "__init__.py").write_text('p = "theirs"\n')
    (other / "nrn_patch-8.0.2.dist-info").mkdir()
    path = os.pathsep.join(map(str, (other, site) if theirs_first else (site, other)))
    done = job(
        ONLY_SITE.replace("os.environ[", f"{str(other)!r} or folder == os.environ[") + LOAD + "print(h.Patch().doctor())\n",
        PYTHONPATH=path,
        SITE=str(site),
    )
    advice = f"another package is called patch, {other / 'patch'}: `pip uninstall nrn-patch`, or import libpatch"
    assert f"verdict   to change: {advice}\n" in done.well().out and not done.complaints(), done
