// check: what is wrong with a network although no call could refuse it.
#pragma once

#include "host/host.hpp"

namespace patch::check {

extern const host::Methods methods;

}  // namespace patch::check
