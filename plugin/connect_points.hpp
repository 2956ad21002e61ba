// connect_points: a NetCon from a place, an object or nothing to a point process or nothing, kept alive with both.
#pragma once

#include "host/host.hpp"

namespace patch::connect_points {

struct Arguments {
    host::Source source;
    Target target;
    std::optional<double> x;
    double threshold = defaults::threshold;  // mV
    double delay = defaults::delay;          // ms
    double weight = defaults::weight;
    static constexpr Field fields[] = {
        {"source", "", receiver},
        {"target", "a point process that receives events, an artificial cell, or None for a detector", required},
        {"x", "the place on the source section, 0 to 1; the section's own where it is None; behind a pointer the pointer's own"},
        {"threshold", "mV; of the source, shared by all its connections", keyword_only | common},
        {"delay", "ms, at least 0", keyword_only | common},
        {"weight", "in the target's unit (uS for ExpSyn)", keyword_only | common},
    };
};

// segment.connect_points: the segment is the place.
struct FromSegment {
    Segment source;
    Target target;
    double threshold = defaults::threshold;  // mV
    double delay = defaults::delay;          // ms
    double weight = defaults::weight;
    static constexpr Field fields[] = {
        {"source", "", receiver},
        {"target", "a point process that receives events, an artificial cell, or None for a detector", required},
        {"threshold", "mV; of the source, shared by all its connections", keyword_only | common},
        {"delay", "ms, at least 0", keyword_only | common},
        {"weight", "in the target's unit (uS for ExpSyn)", keyword_only | common},
    };
};

// p.NetCon: any two ends, in NEURON's own order.
struct NetCon {
    host::Source source;
    Target target;
    double threshold = defaults::threshold;  // mV
    double delay = defaults::delay;          // ms
    Value weight;
    std::optional<Section> sec;
    static constexpr Field fields[] = {
        {"source", "a Section, a Segment, a pointer with sec, an artificial cell, a point process, or None", required},
        {"target", "a point process that receives events, an artificial cell, or None for a detector", required},
        {"threshold", "mV; of the source, shared by all its connections", common},
        {"delay", "ms, at least 0", common},
        {"weight", "in the target's unit (uS for ExpSyn), or several for a target that takes several", common, nullptr, "Number | Numbers"},
        {"sec", "the section of a pointer", keyword_only},
    };
};

extern const host::Methods methods;

}  // namespace patch::connect_points
