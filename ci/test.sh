#!/usr/bin/env bash
# Sets up, builds and runs every test. Arguments go to ctest: ./ci/test.sh -R python/test_record
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

./ci/setup.sh
./ci/build.sh
# One more at a time than the two cores that it takes: many tests wait.
ctest --test-dir build/neuron-9.0 --output-on-failure --parallel 3 --no-tests=error "$@"
