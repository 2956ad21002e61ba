// check: what is wrong with a network although no call could refuse it.
#pragma once

#include "host/host.hpp"

namespace patch::check {

struct Nothing {
    bool unused = false;
    static constexpr Field fields[] = {{"unused", "", python_only | hoc_only}};
};

extern const host::Methods methods;

}  // namespace patch::check
