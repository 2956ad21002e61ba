#!/usr/bin/env bash
# Builds the documentation into build/docs, warnings as errors; the reference asks the library, which is built first.
# A second run changes what has changed. Arguments go to sphinx-build: -E reads every page again.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

./ci/setup.sh
./ci/build.sh >/dev/null

# Sphinx has an environment of its own: nothing in .venv depends on it.
venv=build/docs-venv
key="$(sha256sum <docs/requirements.txt | cut -c1-16) $(.venv/bin/python -c 'import sys; print(sys.version.split()[0], sys.base_prefix)') $PWD"
if [ "$(cat $venv/.setup 2>/dev/null)" != "$key" ]; then
    echo "docs: making $venv"
    .venv/bin/python -m venv --clear $venv
    $venv/bin/pip install -q --disable-pip-version-check -r docs/requirements.txt
    echo "$key" >$venv/.setup
fi

DOCS_PYTHON=.venv/bin/python $venv/bin/sphinx-build -W --keep-going -n -q -b html -d build/docs/.doctrees "$@" docs build/docs
echo "docs: build/docs/index.html"
