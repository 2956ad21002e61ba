#!/usr/bin/env bash
# run.sh SCRIPT [OPTION...]: runs a HOC script in nrniv; it passes when its last line is `passed` and no HOC error ended it.
# The script finds the library as $(PATCH_LIBRARY) and its neighbours by load_file; it runs in an empty folder.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
script=$(cd "$(dirname "$1")" && pwd)/$(basename "$1")
shift
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

status=0
cd "$scratch"
HOC_LIBRARY_PATH=$here timeout -k 5 120 nrniv -nobanner -nogui "$@" "$script" >out.txt 2>err.txt </dev/null || status=$?
cat out.txt
cat err.txt >&2
if [ $status != 0 ] || [ "$(tail -n 1 out.txt)" != passed ] || grep -q 'hoc_run1: caught exception' err.txt; then
    echo "$(basename "$script") failed: exit status $status, last line '$(tail -n 1 out.txt)'" >&2
    exit 1
fi
