#!/usr/bin/env bash
# Builds Patch and runs the demo in Python and in HOC beside plain NEURON: a reconstructed cell (build/demo.png), and a ring of cells on
# 1, 2 and 3 ranks of MPICH (build/ring.png). With --break one weight is changed in each: an error.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

./ci/setup.sh
./ci/build.sh
rm -f build/demo-python.npz build/demo-hoc.npz build/demo.png build/ring.npz build/ring.png

status=0
for language in python hoc; do
    .venv/bin/python ci/demo/run.py $language "$@" || status=1
done
.venv/bin/python ci/demo/ring_run.py "$@" || status=1
.venv/bin/python ci/demo/plot.py
.venv/bin/python ci/demo/ring_plot.py
if [ $status = 0 ]; then echo "demo: identical; build/demo.png and build/ring.png show it"; else echo "demo: different"; fi
exit $status
