"""The documentation runs: each page's Python, HOC and commands, in order, and what they show is what happens."""

import json
import os
import re
import shutil
import sys
import sysconfig
import tempfile
import venv
from pathlib import Path

import pytest
from jobs import LIBRARY, NRNIV, execute
from snippets import Page, same

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = [Page(path) for path in sorted(DOCS.rglob("*.md"))]
for each in PAGES:
    each.name = each.path.relative_to(DOCS).with_suffix("").as_posix()
WRONG_LIBRARY = Path(os.environ.get("PATCH_WRONG_VERSION_LIBRARY", LIBRARY.parent / "tests" / "wrong_version" / "libpatch.so"))
RUNNER = Path(__file__).with_name("snippets.py")
# What NEURON without a screen and some builds of MPICH say on stderr, with Patch or without.
NOISE = ("Warning: no DISPLAY environment variable.", "--No graphics will be displayed.", "[WARNING] yaksa: ")
ENTRY = r"^:::\{entry\} ([^\n]*)\n(.*?)\n:::$"
# Commands that are shown and not run here, and why not.
NOT_RUN = {
    "pip install .": "ci/install.sh does it",
    "cmake --install build/neuron-9.0 --prefix /opt/patch": "test_install does it, elsewhere",
    "module use /opt/patch/share/patch/modulefiles": "test_install reads the file as the command would",
    "module load patch": "the same",
    "pip uninstall nrn-patch": "test_install has that package in the way",
    "pip install nmodl-glia arborize": "ci/setup.sh does it",
    "pip install --no-deps bsb-neuron": "a package of others that is not tested here",
    "./ci/setup.sh && ./ci/build.sh": "it has been done",
    "./ci/test.sh": "it is under way",
}


def pages(has):
    return pytest.mark.parametrize("page", [page for page in PAGES if has(page)], ids=lambda page: page.name)


@pytest.fixture(scope="module")
def place():
    """A folder with a Python environment of its own, in which all that is installed here can be imported, and the library beside it."""
    with tempfile.TemporaryDirectory() as folder:
        environment = Path(folder, "venv")
        venv.create(environment, with_pip=False, symlinks=True)
        site_packages = next(environment.glob("lib/python3*/site-packages"))
        (site_packages / "here.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n")
        programs = environment / "bin"
        wrapper = Path(shutil.which("nrniv")).read_text().partition("\n")[2]  # a program of Python's: of this one now
        (programs / "nrniv").write_text(f"#!{programs}/python\n{wrapper}")
        (programs / "nrniv").chmod(0o755)
        (programs / "mpiexec").write_text('#!/bin/sh\nexec mpiexec.mpich "$@"\n')
        (programs / "mpiexec").chmod(0o755)
        path = f"{programs}:{os.environ['PATH']}"

        def of(page):
            work = Path(folder, page.name.replace("/", "-"))
            if not work.exists():
                work.mkdir()
                (work / "libpatch.so").symlink_to(LIBRARY)
                for name in ("hoc", "cmake"):
                    (work / name).symlink_to(ROOT / name)
                (work / "another").symlink_to(WRONG_LIBRARY.parent)
            for name, text in page.files().items():
                (work / name).write_text(text)
            return {"folder": work, "PATH": path}

        yield of


def without_noise(text):
    return [line for line in text.splitlines() if not line.startswith(NOISE)]


@pages(lambda page: page.of("python", "pycon"))
def test_the_python_of_a_page_runs(page, place):
    done = execute((sys.executable, "-W", "error", RUNNER, page.path), ranks=page.ranks, seconds=60, **place(page))
    assert done.status == 0 and done.out in ("", "numprocs=2\n"), f"{done.out}\n{done.err}"


@pages(lambda page: page.of("hoc"))
def test_the_hoc_of_a_page_runs(page, place):
    program, shown = page.hoc()
    here = place(page)
    (here["folder"] / "page.hoc").write_text(program + "quit()\n")
    done = execute((*NRNIV, *(("-mpi",) if page.ranks else ()), "page.hoc"), ranks=page.ranks, **here)
    assert done.status == 0 and not without_noise(done.err), done.err
    printed = [line.rstrip() for line in done.out.splitlines() if line != "numprocs=2"]
    assert same(shown, printed), printed


@pages(lambda page: page.of("console"))
def test_the_commands_of_a_page_run(page, place):
    here = place(page)
    for command, shown in page.commands():
        if command not in NOT_RUN:
            done = execute(("bash", "-c", f"exec 2>&1; {command}"), seconds=60, **here)
            said = without_noise(done.out)
            assert same(shown, said), f"$ {command}\n{done.out}"


def test_every_block_is_of_a_kind_that_runs():
    """Or is a file that a command of its page uses."""
    for page in PAGES:
        assert {block.language for block in page.blocks if not block.caption} <= {"python", "pycon", "hoc", "console"}, page.path
        commands = "\n".join(command for command, _ in page.commands())
        assert all(name in commands for name in page.files()), page.path
        fences = [line for line in page.path.read_text().splitlines() if line.lstrip().startswith("```")]
        directives = [line for line in fences if line.lstrip().startswith("```{") and "code-block" not in line]
        assert len(fences) == 2 * (len(page.blocks) + len(directives)), page.path


def test_what_is_not_run_is_shown():
    shown = {command for page in PAGES for command, _ in page.commands()}
    assert set(NOT_RUN) <= shown


def test_the_reference_has_an_entry_with_an_example_for_every_function():
    """As docs/_ext/describe.py finds them in the library, which is what these pages are built from."""
    done = execute((sys.executable, DOCS / "_ext" / "describe.py"))
    assert done.status == 0, done.err
    entries = [
        entry for page in sorted(DOCS.glob("reference/*.md")) for entry in re.findall(ENTRY, page.read_text(), re.DOTALL | re.MULTILINE)
    ]
    names = [name for called, _ in entries for name in called.split(", ")]
    assert len(names) == len(set(names))
    assert set(names) == set(json.loads(done.out.splitlines()[-1]))
    assert not [called for called, text in entries if not re.search("^```(python|hoc)\n", text, re.MULTILINE)]


def rows(page, heading):
    """The cells of a table's rows, by its first line."""
    table = page.split(heading)[1].split("\n\n")[0]
    return [[cell.strip() for cell in line.split("|")[1:-1]] for line in table.splitlines()[2:]]


def test_what_p_changes_is_readmes_list():
    readme = rows((ROOT / "README.md").read_text(), "| | stock | p (and")
    changes = rows((DOCS / "changes.md").read_text(), "| what | stock | p |")
    assert [stock for _, stock, _ in changes] == [stock for _, stock, _ in readme]


def test_every_exception_is_explained():
    errors = "".join((DOCS / name).read_text() for name in ("errors.md", "errors-on-ranks.md"))
    exceptions = re.findall(r"^class (\w+)", (ROOT / "python_shim" / "patch" / "exceptions.py").read_text(), re.MULTILINE)
    assert len(exceptions) > 15 and not [name for name in exceptions if not re.search(rf"\b{name}\b", errors)]
