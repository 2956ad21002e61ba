#!/usr/bin/env bash
# Installs what is missing: Debian packages (as root; otherwise a sentence names them) and .venv with NEURON. A second run changes nothing.
# PYTHON=... chooses the Python of .venv; by default it is python3, if that is 3.10 or newer and can make environments, else Debian's.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

fail() { echo "setup: $*" >&2; exit 1; }
new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null; }
makes_environments() { "$1" -c 'import ensurepip, venv' 2>/dev/null; }
has_headers() { "$1" -c 'import os, sys, sysconfig; sys.exit(not os.path.exists(sysconfig.get_path("include") + "/Python.h"))' 2>/dev/null; }

# ---- the Python ----
if [ -n "${PYTHON:-}" ]; then
    python=$PYTHON
    new_enough "$python" || fail "PYTHON is $PYTHON, expected a Python of version 3.10 or newer"
    own_python=yes
elif new_enough python3 && makes_environments python3 && has_headers python3; then
    python=python3
    own_python=yes
else
    python=/usr/bin/python3
    own_python=no
fi

# ---- Debian's packages ----
missing=()
need() { # a package, and a command or a file (with its path) that it brings
    case $2 in */*) [ -e "$2" ] ;; *) command -v "$2" >/dev/null ;; esac || missing+=("$1")
}
need git git
need g++ g++
need make make
need cmake cmake
need ninja-build ninja
need mpich mpiexec.mpich
need libmpich-dev mpicc.mpich
need libboost1.81-dev /usr/include/boost/pfr.hpp
need libgtest-dev /usr/include/gtest/gtest.h
if [ $own_python = no ]; then
    makes_environments $python || missing+=(python3-venv)
    has_headers $python || missing+=(python3-dev)
fi
if [ ${#missing[@]} -gt 0 ]; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        fail "these Debian packages are missing: ${missing[*]}"
    fi
    echo "setup: installing ${missing[*]}"
    apt-get -qq update
    DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" >/dev/null
fi
new_enough "$python" || fail "$python is older than Python 3.10; name a newer one with PYTHON=..."
makes_environments "$python" || fail "$python cannot make environments (its modules venv and ensurepip are missing); name another with PYTHON=..."
has_headers "$python" || fail "$python has no Python.h, which mpi4py is built with; install its development files or name another with PYTHON=..."

# ---- .venv ----
mkdir -p build
exec 9>build/.setup.lock
flock 9
key="$(cat ci/setup.sh ci/requirements.txt ci/requirements-no-deps.txt | sha256sum | cut -c1-16) $("$python" -c 'import sys; print(sys.version.split()[0], sys.base_prefix)') $PWD"
[ "$(cat .venv/.setup 2>/dev/null)" != "$key" ] || exit 0

echo "setup: making .venv"
"$python" -m venv --clear .venv
.venv/bin/pip install -q --disable-pip-version-check -r ci/requirements.txt
.venv/bin/pip install -q --disable-pip-version-check --no-deps -r ci/requirements-no-deps.txt

# PyPI's binary of mpi4py wants a libmpi.so.12 that Debian's MPICH does not have: it is built here, once for each MPICH and Python.
mpi4py=mpi4py==4.1.2
wheels=${XDG_CACHE_HOME:-${HOME:-$PWD/build}/.cache}/libpatch/wheels-mpich-$(mpichversion | sed -n 's/^MPICH Version:[[:space:]]*//p')
install_mpi4py() {
    .venv/bin/pip install -q --disable-pip-version-check --no-index --no-deps --force-reinstall --find-links "$wheels" $mpi4py 2>/dev/null &&
        .venv/bin/python -c 'from mpi4py import MPI' 2>/dev/null
}
if ! install_mpi4py; then
    echo "setup: building mpi4py against MPICH"
    MPICC=mpicc.mpich .venv/bin/pip wheel -q --disable-pip-version-check --no-cache-dir --no-deps --no-binary mpi4py -w "$wheels" $mpi4py
    install_mpi4py || fail "the mpi4py that was built against MPICH does not import"
fi
timeout -k 5 60 mpiexec.mpich -n 2 .venv/bin/python -c 'from mpi4py import MPI; assert MPI.COMM_WORLD.size == 2' ||
    fail "mpiexec.mpich -n 2 does not make a job of 2 ranks with mpi4py"
echo "$key" >.venv/.setup
