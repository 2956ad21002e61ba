#!/usr/bin/env bash
# Runs the benchmarks, ratios against stock NEURON in the same run, as one table; ends with an error when a row is over its target.
# ./ci/bench.sh --quick takes fewer rounds. Figures are worth something on a machine that does nothing else.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

./ci/setup.sh
./ci/build.sh
export PATCH_LIBRARY=$PWD/build/neuron-9.0/libpatch.so OPENBLAS_NUM_THREADS=1
status=0
PYTHONPATH=benchmarks .venv/bin/python -c 'import ratio; ratio.header()'
for benchmark in benchmarks/bench_*.py; do
    .venv/bin/python "$benchmark" "$@" 2> >(grep -v -e 'no DISPLAY' -e 'No graphics' >&2) || status=1
done
exit $status
