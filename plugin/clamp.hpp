// clamp: current and voltage clamps on a section in one call, and readable names of NEURON's IClamp and SEClamp.
#pragma once

#include "host/host.hpp"

namespace patch::clamp {

struct Current {
    Segment section;
    Value amplitude;
    std::optional<double> x, delay, duration;
    Value amp;
    static constexpr Field fields[] = {
        {"section", "", receiver},
        {"amplitude", "nA; 1 where it is None; of several numbers one is played in each time step dt, from delay on", ordinary, nullptr,
         "Number | Numbers"},
        {"x", "the place, 0 to 1; the section's own where it is None", keyword_only},
        {"delay", "ms, at least 0; 0 where it is None", keyword_only},
        {"duration", "ms, at least 0; 100 where it is None", keyword_only},
        {"amp", "the same as amplitude", keyword_only | python_only, nullptr, "Number | Numbers"},
    };
};

struct Voltage {
    Segment section;
    Value voltage;
    std::optional<double> x, before, duration, after, holding;
    static constexpr Field fields[] = {
        {"section", "", receiver},
        {"voltage", "mV; -70 where it is None; or the three levels, for before, duration and after", ordinary, nullptr, "Number | Numbers"},
        {"x", "the place, 0 to 1; the section's own where it is None", keyword_only},
        {"before", "ms at the holding potential before the step; 0 where it is None", keyword_only},
        {"duration", "ms of the step; 100 where it is None", keyword_only},
        {"after", "ms at the holding potential after the step; 0 where it is None", keyword_only},
        {"holding", "mV; -70 where it is None", keyword_only},
    };
};

struct OfClamp {
    Value clamp;
    static constexpr Field fields[] = {{"clamp", "", receiver}};
};
struct Assigned {
    Value clamp, value;
    static constexpr Field fields[] = {{"clamp", "", receiver}, {"value", "", required, nullptr, "Number | Numbers"}};
};

extern const host::Methods methods;

}  // namespace patch::clamp
