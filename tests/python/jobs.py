"""What the tests that start jobs share: a program in processes of its own, alone or on ranks. Not a test: no test_ in its name.

Nothing of NEURON or MPI is in the process of pytest itself.
"""

import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import textwrap
import time
from dataclasses import dataclass
from pathlib import Path

LIBRARY = Path(os.environ["PATCH_LIBRARY"]).resolve()
GIVE_WAY = os.environ.get("PATCH_GIVE_WAY_LIBRARY", "")  # what ranks have in front of MPICH: mpi/give_way.cpp
NEURON = Path(importlib.util.find_spec("neuron").origin).parent / ".data"
NRNIV = (str(NEURON / "bin" / "nrniv"), "-nobanner", "-nogui")  # without its wrapper script, which takes longer than NEURON to start
WRAPPER_SETS = {"NEURONHOME": str(NEURON / "share" / "nrn"), "NRNHOME": str(NEURON), "NRN_PYTHONEXE": sys.executable}
# What starts a program: the kind of program, and the command in front of its file.
HOSTS = {
    "python": ("py", (sys.executable,)),
    "nrniv -python": ("py", (*NRNIV, "-python")),
    "nrniv file.py": ("py", NRNIV),
    "nrniv -mpi file.py": ("py", (*NRNIV, "-mpi")),
    "nrniv -mpi -python": ("py", (*NRNIV, "-mpi", "-python")),
    "nrniv": ("hoc", NRNIV),
    "nrniv -mpi": ("hoc", (*NRNIV, "-mpi")),
    "nrniv -nopython": ("hoc", (*NRNIV, "-nopython")),
    "nrniv -mpi -nopython": ("hoc", (*NRNIV, "-mpi", "-nopython")),
    "nrniv -dll": ("hoc", (*NRNIV, "-dll", str(LIBRARY))),
    "nrniv -mpi -dll": ("hoc", (*NRNIV, "-mpi", "-dll", str(LIBRARY))),
}
PYTHON_HOSTS = [host for host, (kind, _) in HOSTS.items() if kind == "py"]
HOC_HOSTS = [host for host, (kind, _) in HOSTS.items() if kind == "hoc"]
# A HOC script's beginning: the library, and what it knows of ranks.
HOC_PLACE = """
{nrn_load_dll("$(PATCH_LIBRARY)")}
objref p, pc
p = new Patch()
pc = new ParallelContext()
printf("rank %g of %g, %g\\n", pc.id, pc.nhost, pc.allreduce(pc.id + 1, 1))
"""
# What of the environment could change a job.
FORGOTTEN = (
    "PYTHONUNBUFFERED",
    "PMI",
    "OMPI",
    "SLURM",
    "MPI_LIB",
    "NEURON",
    "NRN",
    "HOC_",
    "PATCH_WAIT",
    "PATCH_DEFAULTS",
    "PATCH_SOURCES",
    "PATCH_CHUNK",
)
TIMED_OUT = (124, 137)  # timeout's own, and when it had to kill


@dataclass
class Done:
    """How a job has ended."""

    status: int
    out: str
    err: str
    seconds: float

    def well(self):
        """It came to its end, and the launcher found nothing wrong."""
        assert self.status == 0, self
        assert "BAD TERMINATION" not in self.out + self.err and "Abort(" not in self.err, self
        return self

    def badly(self, within=8):
        """The whole job ended as a failure and soon: nobody waits for one that is gone."""
        assert self.status not in TIMED_OUT and self.seconds < within, f"it hangs: {self}"
        assert self.status != 0, self
        return self

    def said(self, pattern):
        """What the processes have said, in order of its numbers. They share one pipe: lines of two may stand in one."""
        return sorted(re.findall(pattern, self.out))

    def complaints(self):
        """The sentences of the library on stderr."""
        return re.findall(r"libpatch: [^\n]*", self.err)


def execute(command, ranks=0, seconds=20, folder=None, **environment):
    """Runs a command to its end, on ranks if a number is given; `timeout` ends it, with all its processes.

    Ranks give way to each other, unless LD_PRELOAD is among the variables of the environment.
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(FORGOTTEN)}
    launcher = ("mpiexec.mpich", "-n", str(ranks)) if ranks else ()
    variables = {**kept, "PATCH_LIBRARY": str(LIBRARY), **(WRAPPER_SETS if NRNIV[0] in command else {}), **environment}
    if ranks:
        variables.setdefault("LD_PRELOAD", GIVE_WAY)
    began = time.monotonic()
    done = subprocess.run(
        ["timeout", "-k", "5", str(seconds), *launcher, *command],
        cwd=folder,
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds + 20,
    )
    return Done(done.returncode, done.stdout, done.stderr, time.monotonic() - began)


def job(program, host="python", **how):
    """Runs a program in one of HOSTS; the rest as for execute."""
    kind, command = HOSTS[host]
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, f"program.{kind}")
        file.write_text(textwrap.dedent(program))
        return execute((*command, file), **how)


# The variables of a launcher, without the launcher: NEURON's MPICH sees one process.
FOREIGN = {
    "mpiexec of Open MPI": {"OMPI_COMM_WORLD_SIZE": "2", "OMPI_COMM_WORLD_RANK": "0"},
    "srun": {"SLURM_STEP_NUM_TASKS": "2", "PMIX_RANK": "0"},
    "mpiexec of MPICH": {"PMI_SIZE": "2", "PMI_RANK": "0"},
}


def check_advice(sentence, launcher):
    """It names the launcher, its number, NEURON's library and what it sees, and what to set."""
    library = re.search(r"(/\S*libmpi\S*?\.so[.\d]*)", sentence)
    assert library and Path(library[1]).exists(), sentence
    assert f"{launcher} started 2 processes" in sentence and "sees 1" in sentence, sentence
    assert "mpiexec of that library" in sentence and "LD_PRELOAD" in sentence, sentence
