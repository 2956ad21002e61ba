#!/usr/bin/env bash
# Runs the benchmarks, ratios against stock NEURON in the same run; ends with an error when one misses its target.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

./ci/setup.sh
./ci/build.sh
status=0
for benchmark in benchmarks/bench_*.py; do
    PATCH_LIBRARY=$PWD/build/neuron-9.0/libpatch.so .venv/bin/python "$benchmark" "$@" || status=1
done
exit $status
