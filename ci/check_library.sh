#!/usr/bin/env bash
# check_library.sh LIBPATCH: what the library exports and needs. It exports modl_reg alone, brings no MPI, no Python and no path of a machine.
set -euo pipefail
library=$1
status=0
fail() { echo "$(basename "$library"): $*" >&2; status=1; }

exported=$(nm -D --defined-only "$library" | awk '{print $3}')
[ "$exported" = modl_reg ] || fail "exports ${exported//$'\n'/ }, expected modl_reg alone"

dynamic=$(readelf -d "$library")
needed() { grep -q "(NEEDED).*\[$1" <<<"$dynamic"; }
needed 'libnrniv\.so\]' || fail "does not need libnrniv.so"
! needed 'libmpi' || fail "needs an MPI library"
! needed 'libpython' || fail "needs a libpython"
grep -q '(SONAME).*\[libpatch\.so\]' <<<"$dynamic" || fail "its SONAME is not libpatch.so"
! grep -qE '\((RPATH|RUNPATH)\)' <<<"$dynamic" || fail "has a run path"

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
! grep -qaF "$root" "$library" || fail "contains the path of the folder it was built in"
exit $status
