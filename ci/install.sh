#!/usr/bin/env bash
# Installs Patch as a user does, away from the source tree, and uses what is there then: an sdist, the wheel that pip builds of it, once,
# in environments with the newest and the oldest NEURON that fit, and `cmake --install` for HOC. A line for each step; under 4 minutes.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

./ci/setup.sh
./ci/build.sh >/dev/null
top=$PWD
python=$(.venv/bin/python -c 'import sys; print(sys._base_executable)')
place=$(mktemp -d)
trap 'rm -rf "$place"' EXIT
mkdir "$place"/{source,empty}

step() { # what it proves, and a function that prints only what went wrong
    if ! "$2" >"$place/log" 2>&1; then
        cat "$place/log" >&2
        echo "install: failed: $1" >&2
        exit 1
    fi
    echo "install: $1"
}
expect() { # a text, and a command that prints it
    local expected=$1 said
    shift
    said=$(cd "$place/empty" && "$@" 2>"$place/errors") || { cat "$place/errors"; return 1; }
    [ "$said" = "$expected" ] || { printf 'expected: %s\nprinted: %s\n' "$expected" "$said"; return 1; }
}
pip() { # of an environment in the place
    "$place/$1/bin/python" -m pip --disable-pip-version-check "${@:2}"
}

sdist() {
    PYTHONPATH=cmake .venv/bin/python -B -c "import build_backend; build_backend.build_sdist('$place/source')" || return
    tar xzf "$place"/source/*.tar.gz -C "$place/source"
}
wheel() { # what `pip install .` does first
    "$python" -m venv "$place/newest" || return
    (cd "$place"/source/*/ && pip newest wheel --no-deps -w "$place" .) || return
    ! "$python" -m zipfile -l "$place"/*.whl | grep -vE '^(File Name|patch/|libpatch-[^/]*\.dist-info/)' || return
    "$python" -m zipfile -l "$place"/*.whl | grep -q '/licenses/THIRD_PARTY'
}

first_steps='1201 samples, -7.879 mV at most'
version=$(cat python_shim/patch/_libpatch_version)
use() { # an environment
    local env=$place/$1 library
    library=$("$env/bin/python" -c 'import sysconfig; print(sysconfig.get_path("platlib"))')/patch/_lib/neuron-9.0/libpatch.so || return
    expect "$library" "$env/bin/python" -m patch path || return
    expect "$version" "$env/bin/python" -m patch version || return
    expect "$version 1" "$env/bin/python" -c 'import patch; from neuron import h; print(patch.__version__, int(h.nrn_load_dll(patch.path())))' || return
    expect "$first_steps" "$env/bin/python" -m patch.examples.first_steps || return
    (cd "$place/empty" && "$env/bin/python" -m patch doctor) >"$place/doctor" || return
    grep -q 'all of it fits' "$place/doctor" || { cat "$place/doctor"; return 1; }
    "$top/ci/check_library.sh" "$library"
}
newest() {
    pip newest install "$place"/*.whl || return
    use newest
}
oldest() {
    "$python" -m venv "$place/oldest" || return
    pip oldest install neuron==9.0.0 "$place"/*.whl || return
    use oldest
}

hoc() {
    cmake --install build/neuron-9.0 --prefix "$place/prefix" || return
    local share=$place/prefix/share/patch verb name value options
    while read -r verb name value; do # what the module file sets
        case $verb in setenv | prepend-path) export "$name=${value/\$prefix/$place/prefix}" ;; esac
    done <"$share/modulefiles/patch/$version"
    for options in "-nogui" "-nogui -nopython"; do
        # shellcheck disable=SC2086 # options are words
        expect "$first_steps" "$place/newest/bin/nrniv" -nobanner $options "$share/hoc/examples/first_steps.hoc" -c 'quit()' </dev/null || return
    done
}
uninstall() {
    pip newest uninstall -y libpatch || return
    ! ls -d "$place"/newest/lib/python3*/site-packages/*patch*
}

step "an sdist" sdist
step "a wheel of the sdist, built in isolation" wheel
step "the wheel with NEURON 9.0.2: path, version, doctor, first steps, nrn_load_dll" newest
step "the wheel with NEURON 9.0.0: the same" oldest
step "cmake --install: first steps in HOC, with Python and without it" hoc
step "pip uninstall leaves nothing" uninstall
