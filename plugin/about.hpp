// about: which Patch and which NEURON this is, the last refusal, help, and the numbers used when none are given.
#pragma once

#include "host/host.hpp"

namespace patch::about {

struct Nothing {
    bool unused = false;
    static constexpr Field fields[] = {{"unused", "", python_only | hoc_only}};
};
struct Name {
    std::optional<std::string> name;
    static constexpr Field fields[] = {{"name", "of a function of Patch; all of them where it is not given"}};
};
struct Default {
    std::string name;
    std::optional<double> value;
    static constexpr Field fields[] = {
        {"name", "weight, delay or threshold", required},
        {"value", "the number to use from now on (delay in ms, threshold in mV)"},
    };
};

extern const host::Methods methods;

}  // namespace patch::about
