#!/usr/bin/env bash
# Runs the lifetime part of the suite under valgrind. Fails on an invalid read, write or free, anywhere, and on memory that is lost
# with the library among its callers. ci/valgrind.supp is what is no fault of ours. Arguments go to pytest: ci/memory.sh -k deleted
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

command -v valgrind >/dev/null || { echo "memory: the Debian package valgrind is missing" >&2; exit 1; }
./ci/setup.sh
./ci/build.sh >/dev/null

build=$PWD/build/neuron-9.0
NEURONHOME=$(.venv/bin/python -c 'import importlib.util as u; print(u.find_spec("neuron").submodule_search_locations[0] + "/.data/share/nrn")')
export NEURONHOME PATCH_LIBRARY=$build/libpatch.so PYTHONMALLOC=malloc OPENBLAS_NUM_THREADS=1
logs=$(mktemp -d)
trap 'rm -rf "$logs"' EXIT

# What Python and NEURON read before they write it is not asked for: it would be thousands of lines, and takes half of the time.
checked() { # a name, and a command: its last line, or all of it and an error
    local name=$1 status=0
    shift
    timeout -k 5 1500 valgrind -q --suppressions=ci/valgrind.supp --undef-value-errors=no --leak-check=full --show-leak-kinds=definite \
        --num-callers=40 --log-file="$logs/$name.%p.log" "$@" >"$logs/out" 2>&1 || status=$?
    if [ $status != 0 ] && [ $status != "${nothing_to_do:-0}" ]; then
        cat "$logs/out" >&2
        echo "memory: $name failed" >&2
        exit 1
    fi
    echo "memory: $name: $(tail -n 1 "$logs/out")"
}
checked registry "$build/tests/test_registry" --gtest_brief=1
checked host_lifetime "$build/tests/test_host_lifetime" --gtest_brief=1
nothing_to_do=5 # pytest's status when -k leaves no test of a file
for file in lifetime cycles; do # ten thousand rounds are too many for valgrind; they measure memory by themselves
    checked $file .venv/bin/python -m pytest -q -p no:cacheprovider -k "not ten_thousand" "$@" "tests/python/test_$file.py"
done

.venv/bin/python - "$logs"/*.log <<'END'
import re
import sys
from pathlib import Path

found = {}  # a report without addresses and sizes -> the report
for log in sys.argv[1:]:
    lines = [re.sub(r"^==\d+== ?", "", line) for line in Path(log).read_text().splitlines() if line.startswith("==")]
    for report in re.split(r"\n\s*\n", "\n".join(lines)):
        lost = "definitely lost" in report.split("\n")[0]
        if report.strip() and (not lost or "libpatch.so" in report or "patch::" in report):
            found.setdefault(re.sub(r"0x[0-9A-F]+|[\d,]+", "", report), f"{Path(log).name}\n{report}")
print(*found.values(), sep="\n\n")
sys.exit(f"memory: {len(found)} findings" if found else None)
END
echo "memory: no invalid access, nothing lost"
