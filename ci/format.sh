#!/usr/bin/env bash
# Formats C++ (clang-format) and Python (ruff) in place; with --check it changes nothing and fails where something would change.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

command -v clang-format >/dev/null || { echo "format: the Debian package clang-format is missing" >&2; exit 1; }
./ci/setup.sh
mapfile -t sources < <(git ls-files --cached --others --exclude-standard '*.cpp' '*.hpp')
if [ "${1:-}" = --check ]; then
    clang-format --dry-run --Werror "${sources[@]}"
    .venv/bin/ruff format --check .
    .venv/bin/ruff check .
else
    clang-format -i "${sources[@]}"
    .venv/bin/ruff format .
    .venv/bin/ruff check --fix .
fi
