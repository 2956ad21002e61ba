#!/usr/bin/env bash
# Builds build/neuron-9.0/libpatch.so and the tests against the NEURON of .venv, and makes the package `patch` importable there.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

build=build/neuron-9.0
mkdir -p build
cmake -S . -B "$build" -G Ninja -DPATCH_PYTHON="$PWD/.venv/bin/python" "$@" >"$build.configure.log" 2>&1 || { cat "$build.configure.log" >&2; exit 1; }
cmake --build "$build"

# The editable form is a line in a .pth file and a link to the library: nothing to install, no build backend, no network, and an edit in
# python_shim/ is there at once. `pip install .` puts the same files to the same places inside the package.
site_packages=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
echo "$PWD/python_shim" >"$site_packages/libpatch-editable.pth"
mkdir -p python_shim/patch/_lib/neuron-9.0
ln -sfn "../../../../$build/libpatch.so" python_shim/patch/_lib/neuron-9.0/libpatch.so
