// interpreter: what `from patch import p` does when p is given out, and p's own recorder of time.
#pragma once

#include "host/host.hpp"

namespace patch::interpreter {

extern const host::Methods methods;

}  // namespace patch::interpreter
