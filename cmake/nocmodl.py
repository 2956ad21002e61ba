"""Translate a .mod file to C++ with NEURON's own nocmodl, as nrnivmodl does, and take the machine's paths out of the result.

nocmodl.py NEURON_DATA_FOLDER MOD_FILE OUTPUT
"""

import os
import subprocess
import sys
from pathlib import Path


def main(neuron: str, mod_file: str, output: str) -> None:
    root, mod, out = Path(neuron), Path(mod_file), Path(output)
    out.parent.mkdir(parents=True, exist_ok=True)
    command = [root / "bin/nocmodl", mod.name, "-o", out.parent]
    environment = os.environ | {"MODLUNIT": str(root / "share/nrn/lib/nrnunits.lib")}
    made = subprocess.run(command, cwd=mod.parent, env=environment, capture_output=True, text=True, check=False)
    if made.returncode != 0:
        out.unlink(missing_ok=True)
        sys.exit(f"{mod.name}: nocmodl failed\n{made.stdout}{made.stderr}")
    text = out.read_text()
    for folder in {mod.parent, mod.parent.resolve(), out.parent, out.parent.resolve()}:
        text = text.replace(f"{folder}{os.sep}", "")
    out.write_text(text)


if __name__ == "__main__":
    main(*sys.argv[1:])
