"""`python -m patch site`: the library in every NEURON of a Python, for scripts that know nothing of it. The oracle is PATCH_SITE=0."""

import functools
import importlib.util
import os
import platform
import re
import shutil
import subprocess
import sys
import sysconfig
import textwrap
import venv
from pathlib import Path

import pytest
from jobs import LIBRARY, execute

WRONG_LIBRARY = Path(os.environ.get("PATCH_WRONG_VERSION_LIBRARY", LIBRARY.parent / "tests" / "wrong_version" / "libpatch.so"))
TOP = Path(__file__).parents[2]
SHIM = TOP / "python_shim"
VERSION = (SHIM / "patch" / "_libpatch_version").read_text().strip()
NEURON = Path(importlib.util.find_spec("neuron").origin).parent
NRNIV = (NEURON / ".data/bin/nrniv", "-nogui")  # without its wrapper script: what that sets is set in hosts


class Environment:
    """A virtual environment that finds the packages of some folders."""

    def __init__(self, folder, *packages):
        venv.create(folder, with_pip=False)
        self.folder, self.python = folder, folder / "bin" / "python"
        self.site = Path(sysconfig.get_path("purelib", vars={"base": folder}))
        self.library = folder / "library" / "libpatch.so"  # a copy, which a test may break
        (self.site / "packages.pth").write_text("".join(f"{package}\n" for package in packages))
        self.mend()

    def mend(self):
        """A new file: the one that is there may be loaded."""
        self.library.parent.mkdir(exist_ok=True)
        self.library.unlink(missing_ok=True)
        shutil.copy(LIBRARY, self.library)

    def command(self, *arguments, **how):
        return execute((self.python, "-m", "patch", "site", *arguments), **how)

    def files(self):
        return {file.relative_to(self.site): file.is_file() and file.read_bytes() for file in self.site.rglob("*")}

    @functools.cached_property
    def hosts(self):
        nrniv = {"NEURONHOME": NEURON / ".data/share/nrn", "NRNHOME": NEURON / ".data", "NRN_PYTHONEXE": self.python}
        return {
            "python": ("py", (self.python,), {}),
            "python -I": ("py", (self.python, "-I"), {}),
            "nrniv -python": ("py", (*NRNIV, "-nobanner", "-python"), nrniv),
            "nrniv": ("hoc", (*NRNIV, "-nobanner"), nrniv),
            "nrniv -isatty": ("hoc", (*NRNIV, "-isatty"), nrniv),
            "nrniv -nopython": ("hoc", (*NRNIV, "-nobanner", "-nopython"), nrniv),
            "nrniv -mpi": ("hoc", (*NRNIV, "-nobanner", "-mpi"), nrniv),
        }

    def run(self, program, folder, host="python", **how):
        """A program in one of the hosts, to its end."""
        kind, command, variables = self.hosts[host]
        file = folder / f"program.{kind}"
        file.write_text(textwrap.dedent(program))
        return execute((*command, file), folder=folder, **{**variables, **how})

    def check(self, program, folder, host="python", loaded=None, **how):
        """It prints the same with the library and without it; only with it `loaded` is true, an expression of the program's language."""
        loaded = loaded or {"py": '"_libpatch" in __import__("sys").modules', "hoc": 'name_declared("Patch")'}[self.hosts[host][0]]
        said = {}
        for site in ("", "0"):
            expected = bool(site == "")
            test = {
                "py": f"\nassert bool({loaded}) == {expected}, {loaded!r}\n",
                "hoc": f'\nif (({loaded} != 0) != {int(expected)}) execerror("loaded?", "")\n',
            }[self.hosts[host][0]]
            done = self.run(textwrap.dedent(program) + test, folder, host, PATCH_SITE=site, **how).well()
            assert "hoc_run1: caught exception" not in done.err and done.out, done
            said[site] = [*done.out.splitlines(), *("" if "ranks" in how else done.err).splitlines()]
        assert [(ours, stock) for ours, stock in zip(said[""], said["0"]) if ours != stock] == []
        assert len(said[""]) == len(said["0"])


@pytest.fixture(scope="module")
def environment(tmp_path_factory):
    """With NEURON and Patch, and the hook installed."""
    environment = Environment(tmp_path_factory.mktemp("environment"), NEURON.parent, SHIM)
    environment.command("install", "--library", environment.library).well()
    return environment


# ---- The command ----


def test_the_command_from_install_to_remove(tmp_path):
    environment = Environment(tmp_path, NEURON.parent, SHIM)
    before, pth = environment.files(), environment.site / "libpatch_site.pth"

    done = environment.command("status")
    assert (done.status, done.out, done.err) == (1, "", f"libpatch: not installed: there is no {pth}\n")

    installed = environment.command("install").well()
    assert installed.out == f"every NEURON of {environment.python} loads {LIBRARY} from now on, by {pth}\n" and not installed.err, installed
    files = environment.files()
    added = set(files) - set(before)
    names = {"libpatch_site.pth", "libpatch_site.py", "__pycache__", importlib.util.cache_from_source("libpatch_site.py")}
    assert {str(file) for file in added} == names and pth.read_text().count("\n") == 1
    assert environment.command("install").well().out == installed.out
    assert set(environment.files()) == set(files)

    environment.command("install", "--library", environment.library.relative_to(tmp_path), folder=tmp_path).well()
    done = environment.command("status").well()
    assert done.out == f"every NEURON of {environment.python} loads {environment.library}, Patch {VERSION}, by {pth}\n" and not done.err, (
        done
    )

    assert environment.command("remove").well().out == f"removed from {environment.site}\n"
    assert environment.files() == before
    assert environment.command("remove").well().out == f"nothing to remove in {environment.site}\n"


def test_a_bare_library_installs_and_removes_itself(tmp_path):
    """No package is on the disk."""
    environment = Environment(tmp_path, NEURON.parent)
    before = environment.files()
    install = f"from neuron import h; h.nrn_load_dll({str(environment.library)!r}); from patch.site import main; main(['install'])"
    done = execute((environment.python, "-c", install)).well()
    assert f"loads {environment.library} from now on" in done.out, done
    done = execute((environment.python, "-c", "import neuron; from patch.site import main; main(['status']); main(['remove'])")).well()
    assert f"loads {environment.library}, Patch {VERSION}" in done.out and environment.files() == before, done


def garbage(file):
    file.write_text("no library\n" * 100)


def cut_short(file):
    file.write_bytes(LIBRARY.read_bytes()[: LIBRARY.stat().st_size // 2])


def missing(file):
    file.unlink(missing_ok=True)


def another_library(file):
    shutil.copy(NEURON / ".data/lib/librxdmath.so", file)


def for_another_neuron(file):
    shutil.copy(WRONG_LIBRARY, file)


BROKEN = {
    garbage: "not a library",
    cut_short: "cut short",
    missing: "No such file",
    another_library: "modl_reg",
    for_another_neuron: "9.0.99",
}


def test_install_refuses_what_cannot_work_and_changes_nothing(environment, tmp_path):
    def refused(words, *library, where=environment):
        before = where.files()
        done = where.command("install", *library)
        assert (done.status, done.out, done.err.count("\n")) == (1, "", 1), done
        assert done.err.startswith("libpatch: ") and words in done.err, done
        assert where.files() == before

    for break_it, words in BROKEN.items():
        break_it(tmp_path / "libpatch.so")
        refused(words, "--library", tmp_path / "libpatch.so")
        missing(tmp_path / "libpatch.so")
    refused("HOC cannot load", "--library", tmp_path / '".so')
    without_neuron = Environment(tmp_path / "without", SHIM)
    refused("no NEURON", where=without_neuron)
    unwritable = Environment(tmp_path / "unwritable", NEURON.parent, SHIM)
    (unwritable.site / "libpatch_site.py").mkdir()
    refused(f"{unwritable.site} cannot be written", where=unwritable)


def test_the_doctor_tells_of_the_hook_and_of_another_library(environment):
    def site_row(**variables):
        done = execute((environment.python, "-m", "patch", "doctor"), **variables).well()
        rows = dict(line.split(maxsplit=1) for line in done.out.splitlines())
        return rows["site"], rows["verdict"]

    by = f"by {environment.site / 'libpatch_site.py'}"
    row, verdict = site_row(PATCH_LIBRARY="")
    assert row == f"{environment.library}, {by}" and verdict == "all of it fits"
    assert LIBRARY != environment.library
    row, verdict = site_row()
    assert row == f"{environment.library}, {by}" and f"PATCH_LIBRARY names {LIBRARY}" in verdict and "PATCH_SITE=0" in verdict
    row, verdict = site_row(PATCH_SITE="0")
    assert row == f"{environment.site / 'libpatch_site.py'}, switched off" and verdict == "all of it fits"


# ---- A library that became unusable: one sentence, and NEURON as without it ----


def check_one_sentence(environment, folder, words, program, host, **how):
    ours, stock = (environment.run(program, folder, host, PATCH_SITE=site, **how).well() for site in ("", "0"))
    sentences = re.findall(r"libpatch[ :][^\n]*", ours.err)
    assert len(sentences) == 1 and words in sentences[0], ours
    assert ours.out == stock.out and stock.out, (ours, stock)
    assert sorted(ours.err.replace(sentences[0] + "\n", "").splitlines()) == sorted(stock.err.splitlines()), (ours, stock)


STARTS = {"py": 'from neuron import h\nprint("whole", h.Vector([1, 2]).sum())\n', "hoc": 'print "whole", nrnversion()\n'}


@pytest.mark.parametrize("break_it", BROKEN)
def test_a_broken_library_is_one_sentence_and_neuron_starts_as_usual(break_it, environment, tmp_path):
    try:
        break_it(environment.library)
        check_one_sentence(environment, tmp_path, BROKEN[break_it], STARTS["py"], "python")
        if break_it in (missing, for_another_neuron):
            check_one_sentence(environment, tmp_path, BROKEN[break_it], STARTS["hoc"], "nrniv")
            check_one_sentence(environment, tmp_path, BROKEN[break_it], STARTS["py"], "nrniv -python")
        if break_it is missing:
            check_one_sentence(environment, tmp_path, BROKEN[break_it], "from neuron import h\nprint('whole')\n", "python", ranks=2)
            done = environment.command("status")
            assert done.status == 1 and BROKEN[break_it] in done.err and done.err.count("\n") == 1, done
    finally:
        environment.mend()


# ---- What a script sees ----

MODEL = """
def model(h):
    h.load_file("stdrun.hoc")
    section = h.Section("section")
    section.insert("hh")
    stimulus = h.IClamp(section(0.5))
    stimulus.delay, stimulus.dur, stimulus.amp = 1, 5, 30
    voltage = h.Vector()
    voltage.record(section(0.5)._ref_v)
    h.finitialize(-65)
    h.continuerun(10)
    print(h.celsius, h.tstop, [voltage[i].hex() for i in range(0, 400, 13)], sorted(section.psection()["density_mechs"]))
"""
LISTS = """
import sys, warnings
def lists(h):
    text = h.ref("")
    for kind in 0, 1:
        type_ = h.MechanismType(kind)
        for i in range(int(type_.count())):
            type_.select(i)
            type_.selected(text)
            print(text[0])
    neuron = sys.modules["neuron"]
    ours = ("_libpatch", "libpatch_site", "ctypes", "_ctypes", "ctypes._endian", "_struct", "struct")
    print(sorted(name for name in sys.modules if name not in ours))
    print(sorted(vars(neuron)), neuron.__spec__.origin, type(neuron.__loader__), vars(neuron.__loader__))
    print([name for name in dir(h) if not name.startswith("Patch")])
    print(sys.path, sys.argv, sys.flags, warnings.filters)
"""


@pytest.mark.parametrize("host", ["python", "python -I", "nrniv -python"])
def test_nothing_that_a_script_sees_has_changed(host, environment, tmp_path):
    environment.check(f"{LISTS}{MODEL}\nfrom neuron import h\nlists(h)\nmodel(h)\n", tmp_path, host)


def test_a_python_without_neuron_imports_and_prints_nothing_more(environment, tmp_path):
    program = "import sys\nprint([*sys.modules], sys.path)\nprint(str(sys.meta_path).count('libpatch_site'))\n"
    pth = environment.site / "libpatch_site.pth"
    ours = environment.run(program, tmp_path).well()
    pth.rename(tmp_path / "kept")
    try:
        stock = environment.run(program, tmp_path).well()
    finally:
        (tmp_path / "kept").rename(pth)
    assert (ours.out.splitlines()[0], ours.err) == (stock.out.splitlines()[0], stock.err)
    assert (ours.out.splitlines()[1], stock.out.splitlines()[1]) == ("1", "0")


# Each in a child of its own: what imports neuron, and as what.
IMPORTS = """
import os, sys
ways = [
    "import neuron",
    "import neuron.rxd",
    "import importlib; importlib.import_module('neuron.units')",
    "import importlib.util; assert importlib.util.find_spec('neuron'); from neuron import h",  # after somebody has looked for it
    "import runpy; runpy.run_module('neuron.expect_hocerr', run_name='__main__')",  # python -m
    "import threading; thread = threading.Thread(target=lambda: __import__('neuron')); thread.start(); thread.join()",
]
for way in ways:
    if not os.fork():
        exec(way)
        loaded = "_libpatch" in sys.modules and hasattr(sys.modules["nrn"].Section, "add_3d")
        os._exit(7 if loaded else 0)
    print(way, os.waitstatus_to_exitcode(os.wait()[1]))
"""
PROCESSES = """
import multiprocessing, sys
def loaded(_):
    from neuron import h
    return 7 if "_libpatch" in sys.modules else 0
if __name__ == "__main__":
    for method in "spawn", "fork", "forkserver":
        with multiprocessing.get_context(method).Pool(1) as pool:
            print(method, pool.map(loaded, [0])[0])
"""


@pytest.mark.parametrize("program", [IMPORTS, PROCESSES], ids=["imports", "processes"])
def test_each_way_to_import_neuron_loads_it(program, environment, tmp_path):
    done, stock = environment.run(program, tmp_path).well(), environment.run(program, tmp_path, PATCH_SITE="0").well()
    assert {line.split()[-1] for line in done.out.splitlines()} == {"7"}, done
    assert done.out.replace(" 7\n", " 0\n") == stock.out and sorted(done.err) == sorted(stock.err), (done, stock)


def test_a_script_that_loads_it_again_or_imports_patch_notices_nothing(environment, tmp_path):
    program = """
    import sys
    from neuron import h
    import nrn
    loaded = [*sys.modules], [*sys.meta_path], nrn.Section.add_3d
    for path in "libpatch.so", {library!r}, {copy!r}:
        assert h.nrn_load_dll(path) == 1 and h('{{nrn_load_dll("' + path + '")}}') == 1
    assert loaded == ([*sys.modules], [*sys.meta_path], nrn.Section.add_3d)
    import patch
    from patch import p
    assert p.Section(name="section").record().hname() and patch.path() == {library!r} and h.Patch().version() == {version!r}
    """
    for host in "python", "nrniv -python":
        done = environment.run(program.format(library=str(environment.library), copy=str(LIBRARY), version=VERSION), tmp_path, host).well()
        assert done.out == "" and not done.complaints(), done


def test_neuron_imported_after_patch_is_loaded_once(environment, tmp_path):
    program = "from patch import p\nfrom neuron import h\nprint(p == h)\n"
    done = environment.run(program, tmp_path).well()
    assert done.out == "True\n" and not done.complaints(), done


def test_a_hook_of_the_system_and_one_of_the_environment_are_one_load(environment, tmp_path):
    """As in an environment that sees the system's packages: both .pth files are read."""
    program = f"""
    import site, sys
    site.addsitedir({str(tmp_path / "system")!r})
    print(str(sys.meta_path).count("libpatch_site"))
    from neuron import h
    print(str(sys.meta_path).count("libpatch_site"), sys.modules["_libpatch"].file)
    """
    (tmp_path / "system").mkdir()
    for file in "libpatch_site.pth", "libpatch_site.py":
        shutil.copy(environment.site / file, tmp_path / "system")
    done = environment.run(program, tmp_path).well()
    assert done.out == f"1\n0 {environment.library}\n" and not done.complaints(), done


def test_a_hook_without_its_module_disturbs_nobody(environment, tmp_path):
    (environment.site / "libpatch_site.py").rename(tmp_path / "kept")
    try:
        for host, program in ("python", STARTS["py"]), ("nrniv", STARTS["hoc"]):
            ours, stock = (environment.run(program, tmp_path, host, PATCH_SITE=site).well() for site in ("", "0"))
            assert (ours.out, ours.err) == (stock.out, stock.err) and stock.out
    finally:
        (tmp_path / "kept").rename(environment.site / "libpatch_site.py")


# ---- nrniv ----

HOC_MODEL = """
{load_file("stdrun.hoc")}
create section
access section
insert hh
objref stimulus, voltage
stimulus = new IClamp(0.5)
stimulus.del = 1
stimulus.dur = 5
stimulus.amp = 30
voltage = new Vector()
{voltage.record(&v(0.5))}
{finitialize(-65) continuerun(10)}
for (i = 0; i < voltage.size; i += 13) printf("%.17g\\n", voltage.x[i])
print celsius, tstop
"""


@pytest.mark.parametrize("host", ["nrniv", "nrniv -isatty"])
def test_nothing_that_a_hoc_script_sees_has_changed(host, environment, tmp_path):
    """On a terminal, and with its banner, NEURON tells of each load: not of this one."""
    environment.check(HOC_MODEL, tmp_path, host)


def test_hoc_has_the_class_and_the_templates(environment, tmp_path):
    program = """
    objref p, recording
    p = new Patch()
    create section
    access section
    recording = new PatchRecording(0.5)
    print object_id(recording.vector) > 0, nrn_load_dll("libpatch.so"), name_declared("PatchTransmitter") > 0
    {nrnpython("from neuron import h; from patch import p; import nrn; print(p == h, hasattr(nrn.Section, 'add_3d'))")}
    """
    done = environment.run(program, tmp_path, "nrniv").well()
    assert done.out == "1 1 1 \nTrue True\n" and "nrniv:" not in done.err and not done.complaints(), done


# ---- Ranks ----


def test_each_rank_loads_it_and_runs_as_before(environment, tmp_path):
    program = f"""
{MODEL}
from neuron import h
h.nrnmpi_init()
pc = h.ParallelContext()
out, print = [], lambda *words: out.append(words)
model(h)
everybodys = pc.py_gather([pc.id(), out], 0)
if everybodys:
    __import__("builtins").print(pc.nhost(), everybodys, flush=True)
pc.barrier()
"""
    environment.check(program, tmp_path, ranks=2)
    hoc = """
    objref pc
    pc = new ParallelContext()
    {id = pc.allreduce(pc.id, 1) loaded = pc.allreduce(name_declared("Patch"), 1)}
    if (pc.id == 0) print id, pc.nhost
    """
    environment.check(hoc, tmp_path, "nrniv -mpi", loaded='loaded == 2 * name_declared("Patch") && loaded', ranks=2)


# ---- A model's own mechanisms ----

MOD = """
NEURON { SUFFIX own  RANGE g  NONSPECIFIC_CURRENT i }
UNITS { (mV) = (millivolt) (mA) = (milliamp) (S) = (siemens) }
PARAMETER { g = 0.001 (S/cm2) }
ASSIGNED { v (mV)  i (mA/cm2) }
BREAKPOINT { i = g * (v + 65) }
"""
INSERT = 'section = h.Section("own")\nsection.insert("own")\nprint(section.psection()["density_mechs"])\n'


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A folder with a model's mechanisms, compiled as a user would."""
    folder = tmp_path_factory.mktemp("model")
    (folder / "own.mod").write_text(MOD)
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    build = subprocess.run(["nrnivmodl"], cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True)
    assert build.returncode == 0, build.stdout + build.stderr
    return folder


def test_beside_a_models_own_mechanisms(environment, model, tmp_path):
    library = model / platform.machine() / "libnrnmech.so"
    by_name = f"from neuron import h, load_mechanisms\nload_mechanisms({str(model)!r})\n"
    environment.check(LISTS + "from neuron import h\nlists(h)\n" + INSERT, model)
    environment.check(by_name + INSERT, tmp_path)
    environment.check(by_name + INSERT, tmp_path, "nrniv -python")
    environment.check("from neuron import h\n" + INSERT, tmp_path, NEURON_MODULE_OPTIONS=f"-nogui -NFRAME 2000 -dll {library}")
    environment.check("create section\naccess section\ninsert own\nprint g_own\n", model, "nrniv")


# ---- Sites without Python: HOC_LIBRARY_PATH ----


@pytest.mark.parametrize("file", ["nrngui", "stdgui", "stdlib", "stdrun"])
def test_the_standard_files_of_a_hoc_site_bring_it_and_neurons_own(file, environment, tmp_path):
    site = {"HOC_LIBRARY_PATH": TOP / "hoc" / "site", "PATCH_HOME": LIBRARY.parent}
    program = f"""
    {{load_file("{file}.hoc")}}
    print name_declared("String"), name_declared("run"), name_declared("nrnmainmenu"), getcwd()
    {{load_file("{file}.hoc") load_file("stdrun.hoc") finitialize(-65) continuerun(1)}}
    print t
    """
    loaded = '\nif (!name_declared("PatchRecording")) execerror("it is not loaded", "")\n'
    ours = environment.run(program + loaded, tmp_path, "nrniv -nopython", **site).well()
    stock = environment.run(program, tmp_path, "nrniv -nopython").well()
    assert (ours.out, ours.err) == (stock.out, stock.err) and stock.out, (ours, stock)


def test_a_hoc_site_without_its_library_is_stock(environment, tmp_path):
    program = '{load_file("stdrun.hoc")}\nprint name_declared("Patch"), name_declared("run")\n'
    site = {"HOC_LIBRARY_PATH": TOP / "hoc" / "site", "PATCH_HOME": tmp_path}
    ours, stock = (environment.run(program, tmp_path, "nrniv -nopython", **variables).well() for variables in (site, {}))
    assert (ours.out, ours.err) == (stock.out, stock.err) and stock.out, (ours, stock)
