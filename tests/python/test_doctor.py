"""What the package says of itself: `python -m patch doctor`, `path` and `version`, and HOC's Patch.doctor()."""

import re
import sys
from pathlib import Path

import pytest
from jobs import FOREIGN, HOC_HOSTS, HOC_PLACE, LIBRARY, check_advice, execute, job

SHIM = Path(__file__).parents[2] / "python_shim"
FACTS = ("Patch", "NEURON", "MPI", "launcher", "ranks", "Python", "mpi4py", "package", "verdict")


def check_report(text):
    """The facts, each once and in order, on one screen."""
    lines = text.splitlines()
    found = [line.split()[0] for line in lines if line and not line.startswith(" ")]
    assert [fact for fact in found if fact in FACTS] == list(FACTS), text
    assert len(lines) <= 24 and f", {LIBRARY}" in lines[found.index("Patch")], text
    return dict(line.split(maxsplit=1) for line in lines if line and not line.startswith(" "))


def doctor(*command, **how):
    return execute((sys.executable, "-m", "patch", *command), **how)


def test_the_doctor_of_a_process_on_its_own():
    done = doctor("doctor").well()
    said = check_report(done.out)
    assert said["launcher"] == "none" and said["ranks"] == "1, this is rank 0" and said["verdict"] == "all of it fits", done
    assert said["NEURON"].startswith("9.0.") and said["NEURON"].split(", ")[1].endswith(".so"), done
    assert said["Python"] == f"{sys.version.split()[0]}, {sys.executable}", done
    assert said["package"] == f"patch, {SHIM / 'patch' / '__init__.py'}", done
    assert "not initialised" in said["mpi4py"] and "MPICH" in said["mpi4py"], done


def test_the_doctor_of_two_ranks_reports_once():
    done = doctor("doctor", ranks=2).well()
    assert done.out.count("verdict") == 1 and done.out.count("launcher") == 1, done
    said = check_report(done.out[done.out.index("Patch ") :])
    assert said["launcher"] == "mpiexec of MPICH, 2 processes" and said["ranks"] == "2, this is rank 0", done
    assert "MPICH" in said["MPI"] and re.search(r"/\S*libmpi\S*\.so", said["MPI"]) and "2 ranks" in said["mpi4py"], done
    assert said["verdict"] == "all of it fits", done


@pytest.mark.parametrize("launcher", FOREIGN)
def test_the_doctor_gives_the_one_line_to_change(launcher):
    done = doctor("doctor", **FOREIGN[launcher]).well()
    said = check_report(done.out[done.out.index("Patch ") :])
    assert said["launcher"] == f"{launcher}, 2 processes" and said["ranks"] == "1, this is rank 0", done
    assert said["verdict"].startswith("to change: "), done
    check_advice(said["verdict"], launcher)


@pytest.mark.parametrize("host", HOC_HOSTS)
def test_hocs_doctor_says_the_same(host):
    program = HOC_PLACE + "strdef report\nreport = p.doctor()\nif (pc.id == 0) print report\n"
    done = job(program, host).well()
    facts = [fact for fact in FACTS if "-nopython" not in host or fact not in ("Python", "mpi4py", "package")]
    found = re.findall(r"^([A-Z]?[a-zA-Z0-9]+)  +", done.out, re.MULTILINE)
    assert [fact for fact in found if fact in FACTS] == facts, done
    done = job(program, host, ranks=2).well()
    assert re.search(r"launcher +mpiexec of MPICH, 2 processes\nranks +2, this is rank 0", done.out), done


def test_hocs_doctor_starts_ranks_that_nobody_has_started():
    done = job('{nrn_load_dll("$(PATCH_LIBRARY)")}\nobjref p\np = new Patch()\nprint p.doctor()\n', "nrniv", ranks=2).well()
    assert done.said(r"ranks +(\d), this is rank (\d)") == [("2", "0"), ("2", "1")], done


@pytest.fixture
def foreign(tmp_path):
    """A folder with another package called patch."""
    (tmp_path / "patch").mkdir()
    (tmp_path / "patch" / "__init__.py").write_text("foreign = True\n")
    return tmp_path


def test_the_doctor_names_a_foreign_package_behind_ours(foreign):
    done = doctor("doctor", PYTHONPATH=f"{SHIM}:{foreign}").well()
    said = check_report("\n".join(line for line in done.out.splitlines() if not line.startswith("others")))
    others = re.search(r"^others +(.*)$", done.out, re.MULTILINE)
    assert others and others[1] == str(foreign / "patch"), done
    assert said["verdict"].startswith("to change: ") and str(foreign / "patch") in said["verdict"], done


@pytest.mark.parametrize("ranks", [0, 2])
def test_the_doctor_names_a_foreign_package_in_front_of_ours(foreign, ranks):
    done = job(
        """
        import os
        from neuron import h
        import patch
        assert patch.foreign
        h.nrn_load_dll(os.environ["PATCH_LIBRARY"])
        import libpatch
        assert libpatch.p.parallel.nhost() == int(os.environ["EXPECTED"])
        if libpatch.p.parallel.id() == 0:
            print(h.Patch().doctor())
        """,
        ranks=ranks,
        PYTHONPATH=str(foreign),
        EXPECTED=str(max(1, ranks)),
    ).well()
    assert re.search(r"^package +libpatch, ", done.out, re.MULTILINE), done
    others = re.search(r"^others +(.*)$", done.out, re.MULTILINE)
    assert others and str(foreign / "patch") in others[1].split(", "), done


def test_a_folder_without_a_package_is_none(tmp_path):
    (tmp_path / "patch").mkdir()
    done = doctor("doctor", PYTHONPATH=f"{SHIM}:{tmp_path}").well()
    assert "others" not in done.out and "all of it fits" in done.out, done


def test_the_path_and_the_version():
    assert doctor("path").well().out == f"{LIBRARY}\n"
    version = (SHIM / "patch" / "_libpatch_version").read_text().strip()
    assert doctor("version").well().out == f"{version}\n"
    assert not doctor("path", ranks=2).well().complaints()


@pytest.mark.parametrize("command", [(), ("doktor",), ("path", "version")])
def test_a_wrong_command_says_which_there_are(command):
    done = doctor(*command)
    assert done.status == 1 and done.out == "", done
    assert "usage: python -m patch doctor|path|version" in done.err and "Traceback" not in done.err, done
