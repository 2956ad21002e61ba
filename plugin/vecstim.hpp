// vecstim: an artificial cell (PatchVecStim) that plays a Vector of spike times.
#pragma once

#include "host/host.hpp"

namespace patch::vecstim {

struct Arguments {
    Value times;
    static constexpr Field fields[] = {
        {"times", "ms, a Vector or any sequence: sorted, finite, at least 0", required, "a sequence of spike times"},
    };
};
// p.VecStim: the pattern can also come later, by play. A place is ignored, as NEURON ignores an artificial cell's.
struct Pattern {
    Value pattern;
    Rest args;
    static constexpr Field fields[] = {
        {"pattern", "ms, a Vector or any sequence: sorted, finite, at least 0; None plays nothing", ordinary, nullptr, "Numbers"},
        {"args", "further arguments, as in NEURON"}};
};
struct OfCell {
    Value cell;
    static constexpr Field fields[] = {{"cell", "", receiver}};
};
struct Played {
    Value cell, times;
    static constexpr Field fields[] = {{"cell", "", receiver},
                                       {"times", "ms, a Vector or any sequence; none ends what is played", ordinary, nullptr, "Numbers"}};
};
struct Stimulate {
    Target target;
    Value pattern;
    double weight = 0.04;
    double delay = 0;  // ms
    Others netstim;
    static constexpr Field fields[] = {
        {"target", "", receiver},
        {"pattern", "ms, spike times; a NetStim where it is None", ordinary, nullptr, "Numbers"},
        {"weight", "in the target's unit (uS for ExpSyn)"},
        {"delay", "ms, at least 0"},
        {"netstim", "attributes of the NetStim: start, interval, number, noise", ordinary, nullptr, "Number"},
    };
};

extern const host::Methods methods;

}  // namespace patch::vecstim
