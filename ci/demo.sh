#!/usr/bin/env bash
# Builds Patch and runs the demo in Python and in HOC beside plain NEURON; build/demo.png shows it. With --break one weight is changed: an error.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

./ci/setup.sh
./ci/build.sh
rm -f build/demo-python.npz build/demo-hoc.npz build/demo.png

status=0
for language in python hoc; do
    .venv/bin/python ci/demo/run.py $language "$@" || status=1
done
.venv/bin/python ci/demo/plot.py
if [ $status = 0 ]; then echo "demo: identical; build/demo.png shows it"; else echo "demo: different"; fi
exit $status
