"""Every way to load the library. Each is a process of its own whose output and exit status are those of stock NEURON without the load."""

import functools
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from itertools import product
from pathlib import Path

import pytest

LIBRARY = Path(os.environ["PATCH_LIBRARY"]).resolve()
WRONG_LIBRARY = Path(os.environ.get("PATCH_WRONG_VERSION_LIBRARY", LIBRARY.parent / "tests" / "wrong_version" / "libpatch.so"))
SHIM = Path(__file__).parents[2] / "python_shim" / "patch"
BIN = Path(sys.executable).parent
NEURON = Path(importlib.util.find_spec("neuron").origin).parent
VERSION = (SHIM / "_libpatch_version").read_text().strip()

# ---- programs: a beginning and an end that stock NEURON runs too; what loads and uses the library is between them and prints nothing ----

BEGIN = {"py": "from neuron import h\n", "hoc": "objref patch, points, recording, vector, nil\n"}
END = {
    "py": 'vector = h.Vector([1, 2]); print("whole", vector.sum(), h.nrnversion(0))\n',
    "hoc": 'vector = new Vector(2, 1)\nprint "whole ", vector.sum(), nrnversion(0)\n',
}
ABSENT = {
    "py": 'assert not hasattr(h, "Patch") and not hasattr(h, "PatchRecording") and not hasattr(h.Section, "add_3d")\n',
    "hoc": 'if (name_declared("Patch") || name_declared("PatchRecording")) execerror("it is there before the load", "")\n',
}
USE = {
    "py": """
section = h.Section("section")
assert section.add_3d([[0, 0, 0], [10, 0, 0]], 2) is section and section.n3d() == 2
assert h.Patch().version()
assert h.PatchRecording(0.5, sec=section).vector.hname().startswith("Vector")
import patch
assert patch.p.Vector is h.Vector
""",
    "hoc": """
create section
access section
patch = new Patch()
points = new Matrix(2, 4)
{points.setcol(3, 1)}
if (patch.add_3d(points) != 2 || n3d() != 2) execerror("add_3d", "")
recording = new PatchRecording(0.5)
if (!object_id(recording.vector)) execerror("PatchRecording", "")
""",
}
FIRST = {"py": "h.Patch()\n", "hoc": "patch = new Patch()\n"}  # after it an early load has brought everything
LOAD = {"py": "assert {}({!r}) == 1\n", "hoc": 'if ({}("{}") != 1) execerror("the load gives 0", "")\n'}


def load(kind, path, function=None):
    """The statement that loads a library and asserts that it gives 1."""
    return LOAD[kind].format(function or {"py": "h.nrn_load_dll", "hoc": "nrn_load_dll"}[kind], str(path))


@functools.cache
def execute(command, kind, program, folder, variables):
    """Exit status, stdout and stderr of a program in a process of its own."""
    forgotten = ("PATCH", "NEURON", "NRN", "HOC_", "LD_LIBRARY_PATH", "PYTHONPATH", "PYTHONDONTWRITEBYTECODE")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(forgotten)}
    environment.update(variables, PYTHONDONTWRITEBYTECODE="1")
    file = folder / f"program.{kind}"
    file.write_text(program)
    done = subprocess.run(
        [*command, file.name], cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
    )
    return done.returncode, done.stdout, done.stderr


# ---- ways to run a program ----

HOSTS = {
    "python": ("py", [sys.executable]),
    "nrniv -python": ("py", ["nrniv", "-nobanner", "-nogui", "-python"]),
    "nrniv": ("hoc", ["nrniv", "-nobanner", "-nogui"]),
    "nrniv -nopython": ("hoc", ["nrniv", "-nobanner", "-nogui", "-nopython"]),
}
all_hosts = pytest.mark.parametrize("host", HOSTS)


def start(host, folder, program, *, dll=None, variables=(), neuron=NEURON):
    """Runs a program in one of HOSTS; `dll` is given as -dll at the start."""
    kind, command = HOSTS[host]
    variables = dict(variables)
    if command[0] == "nrniv":  # without its wrapper script, which takes 0.3 s: what the script sets is set here
        command = [neuron / ".data/bin/nrniv", *command[1:]]
        variables.update(NEURONHOME=neuron / ".data/share/nrn", NRNHOME=neuron / ".data", NRN_PYTHONEXE=sys.executable)
    if dll and host == "python":
        variables["NEURON_MODULE_OPTIONS"] = f"-dll {dll}"
    elif dll:
        command = [command[0], "-dll", str(dll), *command[1:]]
    return execute(tuple(command), kind, program, folder, tuple(variables.items()))


def stock(host, folder, before="", variables=()):
    """What stock NEURON gives where nothing of ours is loaded."""
    kind = HOSTS[host][0]
    result = start(host, folder, BEGIN[kind] + before + END[kind], variables=variables)
    assert result[0] == 0 and "whole" in result[1], result
    return result


def check(host, folder, program, *, before="", dll=None, variables=(), stock_variables=(), says=(), neuron=NEURON):
    """The program prints what stock NEURON prints, and one line of stderr more for each of `says`: a list of words that it holds."""
    kind = HOSTS[host][0]
    status, out, err = start(host, folder, BEGIN[kind] + before + program + END[kind], dll=dll, variables=variables, neuron=neuron)
    stock_status, stock_out, stock_err = stock(host, folder, before, stock_variables)
    ours = err.splitlines()
    if says:
        for line in stock_err.splitlines():
            ours.remove(line)
        assert len(ours) == len(says), err
        for line, words in zip(ours, says):
            assert all(word in line for word in words), err
    else:
        assert err == stock_err
    assert (status, out) == (stock_status, stock_out), err


@pytest.fixture(scope="session")
def folder(tmp_path_factory):
    """A folder outside the repository that holds libpatch.so, a copy of it under another name, and nothing else."""
    folder = tmp_path_factory.mktemp("folder")
    shutil.copy(LIBRARY, folder / "libpatch.so")
    shutil.copy(LIBRARY, folder / "copy.so")
    return folder


@pytest.fixture(scope="session")
def empty(tmp_path_factory):
    """A folder without a library."""
    return tmp_path_factory.mktemp("empty")


# ---- nrn_load_dll ----


@all_hosts
@pytest.mark.parametrize("form", ["/absolute/libpatch.so", "./libpatch.so", "$(PATCH_HOME)/libpatch.so", "copy of the library"])
def test_a_load_brings_the_class_the_templates_and_the_methods(host, form, folder):
    kind = HOSTS[host][0]
    path = {"/absolute/libpatch.so": LIBRARY, "copy of the library": folder / "copy.so"}.get(form, form)
    variables = {"PATCH_HOME": folder}
    check(host, folder, ABSENT[kind] + load(kind, path) + USE[kind], variables=variables)


def test_hoc_of_a_python_process_loads_it_as_well(folder):
    check("python", folder, ABSENT["py"] + load("py", '{nrn_load_dll("./libpatch.so")}', "h") + USE["py"])


def test_a_load_in_hoc_brings_the_package_to_the_python_of_nrniv(folder):
    check("nrniv", folder, load("hoc", "./libpatch.so") + load("hoc", "from patch import p; assert p.Patch().version()", "nrnpython"))


def test_a_file_that_is_not_there_gives_0_and_prints_nothing_as_in_stock(folder):
    nothing = "".join(f"assert h.nrn_load_dll({path!r}) == 0\n" for path in ("no.so", "./no.so", "/no/libpatch.so"))
    check("python", folder, load("py", "./libpatch.so") + nothing)


def test_no_mechanism_and_no_name_but_ours_appears_by_loading(folder):
    lists = """
def lists():
    names, text = [], h.ref("")
    for kind in 0, 1:
        type_ = h.MechanismType(kind)
        for i in range(int(type_.count())):
            type_.select(i)
            type_.selected(text)
            names.append(text[0])
    return names
mechanisms, names = lists(), set(dir(h))
"""
    program = """
assert lists() == mechanisms and len(mechanisms) > 20
assert set(dir(h)) - names == {"Patch", "PatchConnection", "PatchReceiver", "PatchRecording", "PatchTransmitter"} and names <= set(dir(h))
"""
    check("python", folder, load("py", "./libpatch.so") + program, before=lists)


# ---- -dll at the start ----


@all_hosts
def test_an_early_load_brings_the_class_at_once_and_the_rest_with_the_first_patch(host, folder):
    kind = HOSTS[host][0]
    check(host, folder, FIRST[kind] + USE[kind], dll="./libpatch.so")


@pytest.mark.parametrize("host", ["python", "nrniv -python"])
def test_the_methods_on_sections_come_with_an_early_load(host, folder):
    """Without a `new Patch()` before them."""
    check(host, folder, USE["py"], dll="./libpatch.so")


@pytest.mark.parametrize("host", ["python", "nrniv -python"])
def test_import_patch_works_after_an_early_load(host, folder):
    check(host, folder, "from patch import p\np.Section().add_3d([[0, 0, 0]], 1)\nassert p.PatchRecording\n", dll="./libpatch.so")


def test_the_templates_come_with_an_early_load_in_nopython(folder):
    check("nrniv -nopython", folder, 'if (!name_declared("PatchRecording")) execerror("no template", "")\n', dll="./libpatch.so")


@all_hosts
def test_a_late_load_after_an_early_one_gives_1_and_brings_the_rest(host, folder):
    kind = HOSTS[host][0]
    check(host, folder, load(kind, "./libpatch.so") + USE[kind], dll="./libpatch.so")
    check(host, folder, load(kind, "./copy.so") + load(kind, "libpatch.so") + USE[kind], dll="./libpatch.so")


@pytest.mark.parametrize("host", ["nrniv", "nrniv -nopython"])
def test_a_load_after_an_early_load_brings_the_templates(host, folder):
    program = load("hoc", "./libpatch.so") + 'if (!name_declared("PatchRecording")) execerror("no template", "")\n'
    check(host, folder, program, dll="./libpatch.so")


@all_hosts
def test_neuron_loads_it_by_itself_as_the_model_library_of_the_folder(host, tmp_path):
    kind = HOSTS[host][0]
    shutil.copy(LIBRARY, tmp_path)
    (tmp_path / platform.machine()).mkdir()
    (tmp_path / platform.machine() / "libnrnmech.so").symlink_to("../libpatch.so")
    program = BEGIN[kind] + FIRST[kind] + load(kind, "libpatch.so") + USE[kind] + END[kind]
    assert start(host, tmp_path, program) == stock(host, tmp_path / platform.machine())


# ---- loaded twice ----

FORMS = {"absolute": LIBRARY, "./": "./libpatch.so", "copy": "./copy.so"}


@all_hosts
@pytest.mark.parametrize(("first", "second"), list(product(FORMS, FORMS)))
def test_a_second_load_gives_1_and_leaves_neuron_whole(host, first, second, folder):
    kind = HOSTS[host][0]
    check(host, folder, load(kind, FORMS[first]) + USE[kind].replace("section", "before") + load(kind, FORMS[second]) + USE[kind])


def test_the_package_and_the_library_load_each_other_once(folder):
    package, library, same = "from patch import p\n", load("py", "./copy.so") + USE["py"], "assert patch.p is p\n"
    check("python", folder, package + library + same, variables={"PATCH_LIBRARY": LIBRARY})
    check("python", folder, library + package + same, variables={"PATCH_LIBRARY": LIBRARY})


# ---- beside a model's own mechanisms ----

MOD = """
NEURON { SUFFIX own  RANGE g  NONSPECIFIC_CURRENT i }
UNITS { (mV) = (millivolt) (mA) = (milliamp) (S) = (siemens) }
PARAMETER { g = 0.001 (S/cm2) }
ASSIGNED { v (mV)  i (mA/cm2) }
BREAKPOINT { i = g * (v + 65) }
"""
INSERT = {"py": 'own = h.Section("own"); own.insert("own")\n', "hoc": "create cell\ncell insert own\n"}


@pytest.fixture(scope="session")
def model(tmp_path_factory):
    """A model's own library, compiled as a user would."""
    folder = tmp_path_factory.mktemp("model")
    (folder / "own.mod").write_text(MOD)
    environment = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}
    build = subprocess.run([BIN / "nrnivmodl"], cwd=folder, env=environment, capture_output=True, text=True)
    assert build.returncode == 0, build.stdout + build.stderr
    return folder / platform.machine() / "libnrnmech.so"


@all_hosts
@pytest.mark.parametrize("order", ["model, ours", "ours, model"])
def test_it_loads_before_and_after_a_models_own_mechanisms(host, order, folder, model):
    kind = HOSTS[host][0]
    models, ours = load(kind, model) + INSERT[kind], load(kind, "./libpatch.so") + USE[kind]
    if order == "ours, model":
        program = BEGIN[kind] + ours + models + END[kind]
        assert start(host, folder, program) == stock(host, folder, models)
    else:
        check(host, folder, ours, before=models)


@all_hosts
def test_it_loads_where_neuron_has_loaded_the_models_mechanisms_at_its_start(host, model):
    kind = HOSTS[host][0]
    check(host, model.parents[1], load(kind, LIBRARY) + USE[kind], before=INSERT[kind])


@all_hosts
def test_both_load_by_one_dll_option(host, folder, model):
    kind = HOSTS[host][0]
    for dll in f"./libpatch.so;{model}", f"{model};./libpatch.so":
        result = start(host, folder, BEGIN[kind] + INSERT[kind] + FIRST[kind] + USE[kind] + END[kind], dll=dll)
        assert result == start(host, folder, BEGIN[kind] + INSERT[kind] + END[kind], dll=model)


# ---- names that the user has already ----

USERS = {
    "template": "begintemplate {0}\npublic x\nproc init() {{ x = 7 }}\nendtemplate {0}\n",
    "number": "{0} = 7\n",
    "procedure": "proc {0}() {{ x_ = 7 }}\n",
    "objref": "objref {0}\n",
    "string": "strdef {0}\n",
}


@pytest.mark.parametrize("host", ["nrniv", "nrniv -nopython"])
@pytest.mark.parametrize("users", USERS)
def test_a_users_own_name_stays_and_hides_one_template_of_ours(host, users, folder):
    program = load("hoc", "./libpatch.so") + USE["hoc"]  # the other names come
    check(host, folder, program, before=USERS[users].format("PatchConnection"), says=[["PatchConnection", "yours"]])


def test_a_users_own_template_is_the_one_that_answers(folder):
    program = load("hoc", "./libpatch.so") + 'patch = new PatchConnection()\nif (patch.x != 7) execerror("it is ours", "")\n'
    check("nrniv", folder, program, before=USERS["template"].format("PatchConnection"), says=[["PatchConnection"]])


@pytest.mark.parametrize("users", USERS)
def test_a_users_own_patch_stays_and_the_templates_and_methods_come(users, folder):
    before = f"h({USERS[users].format('Patch')!r})\n"
    program = load("py", "./libpatch.so") + USE["py"].replace("assert h.Patch().version()", "")
    check("python", folder, program, before=before, says=[["Patch ", "yours"]])


@pytest.mark.parametrize("host", ["nrniv"])  # elsewhere ours are there before the script defines anything
def test_a_users_own_name_defined_after_an_early_load_stays(host, folder):
    kind = HOSTS[host][0]
    users = USERS["template"].format("PatchConnection")
    before = f"h({users!r})\n" if kind == "py" else users
    check(host, folder, FIRST[kind] + USE[kind], before=before, dll="./libpatch.so", says=[["PatchConnection", "yours"]])


@all_hosts
@pytest.mark.parametrize("name", ["Patch", "PatchConnection", "PatchRecording"])
def test_a_name_that_was_only_mentioned_is_ours_to_define(host, name, folder):
    kind = HOSTS[host][0]
    mention = f"proc later() {{ print {name} }}\n"
    check(host, folder, load(kind, "./libpatch.so") + USE[kind], before=f"h({mention!r})\n" if kind == "py" else mention)


def test_a_name_that_was_refused_before_the_load_works_after_it(folder):
    before = 'h("objref early\\nproc later() { early = new Patch() }")\n'  # a syntax error of stock NEURON
    check(
        "python", folder, load("py", "./libpatch.so") + USE["py"] + 'assert h("early = new Patch()") and h.early.version()\n', before=before
    )


# ---- a binary for another NEURON ----


@all_hosts
def test_a_library_for_another_neuron_says_so_and_registers_nothing(host, folder):
    kind = HOSTS[host][0]
    attempt = {"py": f"h.nrn_load_dll({str(WRONG_LIBRARY)!r})\n", "hoc": f'{{nrn_load_dll("{WRONG_LIBRARY}")}}\n'}[kind]
    check(host, folder, attempt + ABSENT[kind], says=[["9.0.99", "9.0.2"]])


@all_hosts
def test_a_library_for_another_neuron_says_so_in_an_early_load(host, folder):
    check(host, folder, ABSENT[HOSTS[host][0]], dll=WRONG_LIBRARY, says=[["9.0.99", "9.0.2"]])


def test_the_right_library_loads_after_a_wrong_one(folder):
    program = f"h.nrn_load_dll({str(WRONG_LIBRARY)!r})\n" + load("py", "./libpatch.so") + USE["py"]
    check("python", folder, program, says=[["9.0.99", "9.0.2"]])


def test_the_package_with_a_library_for_another_neuron_is_an_import_error(folder):
    program = """
try:
    from patch import p
except ImportError as error:
    assert "libpatch" in str(error)
else:
    raise AssertionError("imported")
"""
    check("python", folder, program, variables={"PATCH_LIBRARY": WRONG_LIBRARY}, says=[["9.0.99", "9.0.2"]])


# ---- h.nrn_load_dll("libpatch.so"), as users write it ----


@all_hosts
def test_the_bare_name_loads_the_file_of_the_folder_that_ld_library_path_names(host, folder):
    kind = HOSTS[host][0]
    check(host, folder, load(kind, "libpatch.so") + USE[kind], variables={"LD_LIBRARY_PATH": folder})


@pytest.fixture(scope="session")
def neuron_with_library(tmp_path_factory):
    """A copy of NEURON whose lib folder holds libpatch.so too."""
    neuron = tmp_path_factory.mktemp("site") / "neuron"
    shutil.copytree(NEURON, neuron, ignore=shutil.ignore_patterns("*.a", "demo"))
    (neuron / ".data/lib/libpatch.so").symlink_to(LIBRARY)
    return neuron


@all_hosts
def test_the_bare_name_loads_the_file_of_neurons_own_lib_folder(host, folder, neuron_with_library):
    kind = HOSTS[host][0]
    check(
        host,
        folder,
        load(kind, "libpatch.so") + USE[kind],
        variables={"PYTHONPATH": neuron_with_library.parent},
        neuron=neuron_with_library,
    )


@all_hosts
def test_the_bare_name_works_anywhere_once_the_library_is_loaded(host, empty):
    kind = HOSTS[host][0]
    check(host, empty, load(kind, LIBRARY) + load(kind, "libpatch.so") * 2 + USE[kind])


def test_the_bare_name_works_in_hoc_after_python_and_in_a_template(empty):
    program = r"""
h('begintemplate Loads\npublic gave\nproc init() { gave = nrn_load_dll("libpatch.so") }\nendtemplate Loads')
assert h.Loads().gave == 1 and h('{nrn_load_dll("libpatch.so")}') == 1
"""
    check("python", empty, load("py", LIBRARY) + program + USE["py"])


@pytest.mark.parametrize("host", ["python", "nrniv"])
def test_the_bare_name_gives_0_as_in_stock_where_nothing_is_loaded(host, empty):
    gives_0 = {"py": 'assert h.nrn_load_dll("libpatch.so") == 0\n', "hoc": 'if (nrn_load_dll("libpatch.so")) execerror("1", "")\n'}
    check(host, empty, gives_0[HOSTS[host][0]])


# ---- which package answers `import patch` ----

# Takes every folder with a package `patch` off the path; what a test wants there comes by SITE.
ONLY_SITE = """
import os, sys
sys.path[:] = [folder for folder in sys.path if not os.path.exists(os.path.join(folder or ".", "patch"))]
sys.path[:0] = filter(None, [os.environ.get("SITE")])
"""


# Nothing on the disk: the sources that the library holds.
EMBEDDED = "assert patch.__spec__ and not os.path.exists(getattr(patch, '__file__', None) or ''), patch\n"


def installed(site, version):
    """The environment with a `patch` of ours of a version in a site folder."""
    shutil.copytree(SHIM, site / "patch", ignore=shutil.ignore_patterns("_lib", "__pycache__"))
    (site / "patch" / "_libpatch_version").write_text(version + "\n")
    return {"SITE": site}


WHOLE_PACKAGE = (
    EMBEDDED
    + """
import patch.exceptions, patch.objects, patch.interpreter, patch.core, patch.version
from patch import p, h as also, transform
assert p is also and transform(p.Section()) and patch.version.version() == p.version()
section = p.Section(name="section")
assert isinstance(section, patch.objects.Section) and section.record().hname()
try:
    section.record(2)
except patch.PatchError as error:
    assert "x is 2" in str(error)
else:
    raise AssertionError("accepted")
"""
)


def test_a_single_file_brings_the_whole_package(folder):
    absent = "import importlib.util\nassert importlib.util.find_spec('patch') is None\n"
    check("python", folder, absent + load("py", "./libpatch.so") + USE["py"] + WHOLE_PACKAGE, before=ONLY_SITE)


@pytest.mark.parametrize("first", ["", "h.Patch()\n"])
def test_a_single_file_brings_the_whole_package_in_an_early_load(folder, first):
    check("python", folder, first + USE["py"] + WHOLE_PACKAGE, before=ONLY_SITE, dll="./libpatch.so")


def test_a_single_file_knows_its_own_path(folder):
    program = 'import patch\nassert os.path.samefile(patch.path(), "libpatch.so")\n'
    check("python", folder, load("py", "./libpatch.so") + program, before=ONLY_SITE)


def test_an_installed_package_of_the_same_version_is_preferred(folder, tmp_path):
    program = load("py", "./libpatch.so") + USE["py"] + 'assert patch.__file__.startswith(os.environ["SITE"]), patch.__file__\n'
    check("python", folder, program, before=ONLY_SITE, variables=installed(tmp_path, VERSION))


@pytest.mark.parametrize("imported", ["", "import patch\n"])
def test_of_another_version_the_embedded_package_wins_and_says_so(folder, tmp_path, imported):
    program = imported + load("py", "./libpatch.so") + USE["py"] + EMBEDDED
    check("python", folder, program, before=ONLY_SITE, variables=installed(tmp_path, "0.0.1"), says=[["0.0.1", VERSION]])


def test_a_package_of_another_version_that_loads_the_library_gives_a_p_that_works(folder, tmp_path):
    variables = {**installed(tmp_path, "0.0.1"), "PATCH_LIBRARY": folder / "libpatch.so"}
    program = "from patch import p\nassert p.Section().add_3d([[0, 0, 0]], 1).n3d() == 1\nimport patch\nassert patch.p is p\n"
    check("python", folder, program, before=ONLY_SITE, variables=variables, says=[["0.0.1", VERSION]])


FOREIGN = {"a module": "patch.py", "a package": "patch/__init__.py"}


@pytest.mark.parametrize("first", ["", "import patch as theirs\n"])
@pytest.mark.parametrize("foreign", FOREIGN)
def test_a_foreign_patch_is_left_alone_and_ours_is_libpatch(folder, tmp_path, foreign, first):
    file = tmp_path / FOREIGN[foreign]
    file.parent.mkdir(exist_ok=True)
    file.write_text('p = "theirs"\n')
    ours = USE["py"].replace("import patch\n", "import libpatch as patch\n")
    program = """
import patch as theirs, libpatch, libpatch.exceptions
from libpatch import p
assert theirs.p == "theirs" and theirs.__file__.startswith(os.environ["SITE"])
assert libpatch.p is p and p.Section(name="section").add_3d([[0, 0, 0]], 1).n3d() == 1
try:
    p.Section().record(2)
except libpatch.PatchError:
    pass
else:
    raise AssertionError("accepted")
"""
    program = ONLY_SITE + first + load("py", "./libpatch.so") + ours + program
    check("python", folder, program, variables={"SITE": tmp_path})


def test_libpatch_is_another_name_of_our_patch(folder):
    program = """
import libpatch, libpatch.exceptions, patch, patch.exceptions
from libpatch.objects import Section
assert libpatch is patch and libpatch.exceptions is patch.exceptions and Section is patch.p.Section
"""
    check("python", folder, load("py", "./libpatch.so") + program)
