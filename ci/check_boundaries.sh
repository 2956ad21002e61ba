#!/usr/bin/env bash
# The dependency direction: patch.cpp -> capability -> host.hpp -> core. Only what is behind host.hpp knows NEURON; core knows std and
# Boost.PFR; python_shim holds no default. Prints each line that breaks a rule.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
shopt -s lastpipe # so that refuse sets the status of this shell
status=0
refuse() { # a sentence, and on stdin the lines that break the rule
    local broken
    broken=$(cat)
    [ -z "$broken" ] || { printf '%s\n%s\n' "$1" "$broken" >&2; status=1; }
}
lines() { grep -rnE --include='*.[ch]pp' "$@" || true; } # file:line:text
without() { grep -vE "$1" || true; }

# A name in "" is ours when it is beside the including file or under plugin/; <> is for std, the system and Boost.PFR.
foreign() { # of lines of includes those whose header is neither ours, nor of C++ or POSIX, nor Boost.PFR's
    while IFS= read -r line; do
        name=$(sed -E 's/.*include[[:space:]]*[<"]([^>"]*).*/\1/' <<<"$line")
        case $line in
        *include*\"*) [ -e "$(dirname "${line%%:*}")/$name" ] || [ -e "plugin/$name" ] || [ "$name" = patch_version.hpp ] || echo "$line" ;;
        *\<boost/pfr*) ;;
        *) [[ $name =~ ^([a-z0-9_]+|dlfcn\.h|unistd\.h|sys/[a-z]+\.h)$ ]] || echo "$line" ;;
        esac
    done
}

behind_the_seam='^plugin/host/(host_|nrn)[a-z0-9_]+\.[ch]pp:'
lines '#[[:space:]]*include' plugin | without "$behind_the_seam" | foreign |
    refuse "Only what is behind plugin/host/host.hpp includes headers of NEURON or Python:"
lines 'NRN_VERSION|nrnsemanticversion|include.*host/nrn' plugin | without "$behind_the_seam" |
    refuse "Only what is behind plugin/host/host.hpp says a NEURON version:"
lines '#[[:space:]]*include' plugin/core | without '<boost/pfr|<[a-z0-9_]+>|"[a-z0-9_]+\.hpp"|"core/' |
    refuse "plugin/core includes only std, Boost.PFR and itself:"

# The numbers of p's defaults have one home, in plugin/core; a shim that names one has a rule of its own.
python3 ci/literals.py python_shim/patch | refuse "python_shim names a default (0.1, -20 or 0.5); plugin/core is their home:"
exit $status
