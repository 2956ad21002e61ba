// record: a Vector that records a place or a variable; one per section and x, kept with the section.
#pragma once

#include "host/host.hpp"

namespace patch::record {

struct OfSection {
    Segment section;
    std::optional<double> x;
    static constexpr Field fields[] = {{"section", "", receiver}, {"x", "the place, 0 to 1; the section's own where it is None"}};
};
struct OfSegment {
    Segment segment;
    static constexpr Field fields[] = {{"segment", "", receiver}};
};
// HOC: an x of the current section, &variable or a point process. Python: anything that can be recorded.
struct OfTarget {
    Section section;
    Recordable target;
    static constexpr Field fields[] = {
        {"section", "", receiver | hoc_only},
        {"target", "an x of the current section (HOC), a Section, a Segment, a pointer, a point process (its i)"},
    };
};
// A recording of one holder alone, which can be ended without ending another's.
struct Own {
    Section section;
    double x = 0.5;
    static constexpr Field fields[] = {{"section", "", receiver}, {"x", "the place, 0 to 1"}};
};
struct OfVector {
    Value vector;
    Recordable target;
    Rest further;
    static constexpr Field fields[] = {
        {"vector", "", receiver},
        {"target", "a pointer, a Section, a Segment, a point process (its i)", required},
        {"further", "dt (ms) or a Vector of times, as in NEURON"},
    };
};

// The spikes of a connection's source.
struct Spikes {
    Value netcon;
    Rest further;
    static constexpr Field fields[] = {
        {"netcon", "", receiver},
        {"further", "a Vector (and one of ids, and an id), a function or a statement, as in NEURON"},
    };
};

extern const host::Methods methods;

}  // namespace patch::record
