// run: initialising and running for a duration.
#pragma once

#include "host/host.hpp"

namespace patch::run {

struct Run {
    std::optional<double> duration;  // ms
    std::optional<double> v_init;
    bool reset = true;
    bool check = false;
    static constexpr Field fields[] = {
        {"duration", "ms; NEURON's tstop where it is None"},
        {"v_init", "mV; NEURON's v_init where it is None"},
        {"reset", "whether to initialise first; without it the run goes on until t = duration"},
        {"check", "whether to warn of what p.check() finds", keyword_only | python_only},
    };
};
struct Continue {
    double duration = 0;  // ms
    std::optional<double> v_init;
    static constexpr Field fields[] = {
        {"duration", "ms from now", required},
        {"v_init", "mV; initialises first where it is given"},
    };
};
struct Initialise {
    std::optional<double> initial;
    static constexpr Field fields[] = {{"initial", "mV; the voltages stay as they are where it is None, as in NEURON"}};
};

extern const host::Methods methods;

}  // namespace patch::run
