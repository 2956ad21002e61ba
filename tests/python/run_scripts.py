"""Runs each script of a folder in a process of its own, forked after one import that all of them begin with. Not a test.

    python run_scripts.py "from neuron import h" FOLDER

What NAME.py prints is in NAME.out and NAME.err afterwards, its exit status in NAME.status.
"""

import os
import runpy
import sys
from pathlib import Path

exec(sys.argv[1])
for script in sorted(Path(sys.argv[2]).glob("*.py")):
    child = os.fork()
    if child == 0:
        for kind, descriptor in (("out", 1), ("err", 2)):
            os.dup2(os.open(script.with_suffix(f".{kind}"), os.O_CREAT | os.O_WRONLY), descriptor)
        sys.argv = [str(script)]
        runpy.run_path(str(script), run_name="__main__")
        sys.exit()
    _, status = os.waitpid(child, 0)
    script.with_suffix(".status").write_text(str(os.waitstatus_to_exitcode(status)))
