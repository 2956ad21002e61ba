// doctor: which NEURON, MPI, Python and packages have come together in this process, on one screen, and what to change where they do not
// fit.
#pragma once

#include "host/host.hpp"

namespace patch::doctor {

extern const host::Methods methods;

}  // namespace patch::doctor
