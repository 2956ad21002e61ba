// check: what is wrong with a model although no call could refuse it.
#pragma once

#include "host/host.hpp"

namespace patch::check {

void warn_of_findings();  // of this rank

extern const host::Methods methods;

}  // namespace patch::check
