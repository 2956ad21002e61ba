// about: which Patch and which NEURON this is, the last refusal, help, and the numbers used when none are given.
#pragma once

#include "host/host.hpp"

namespace patch::about {

struct Name {
    std::optional<std::string> name;
    static constexpr Field fields[] = {{"name", "of a function of Patch; all of them where it is not given"}};
};
// A template's argument that is of the wrong kind: which, and HOC's argtype of it.
struct Wrong {
    std::string function;
    double position = 0;
    Value got;
    std::string expected = "a number";
    static constexpr Field fields[] = {{"function", "", required},
                                       {"position", "from 1", required},
                                       {"got", "a string, or what HOC's argtype gives", required},
                                       {"expected", "what it should have been"}};
};
struct Default {
    std::string name;
    Value value;
    static constexpr Field fields[] = {
        {"name", "weight, delay or threshold", required},
        {"value", "the number to use from now on (delay in ms, threshold in mV); None for Patch's own"},
    };
};

extern const host::Methods methods;

}  // namespace patch::about
