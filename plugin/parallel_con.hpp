// ParallelCon: a transmitter gives a source its gid, a receiver listens to a gid; on any ranks, in any order, any number on a place.
#pragma once

#include "host/host.hpp"

namespace patch::parallel_con {

struct Python {
    Connectable first, second;
    bool output = true;
    std::optional<double> threshold;  // mV
    std::optional<double> delay;      // ms
    std::optional<double> weight;
    std::optional<Section> sec;
    static constexpr Field fields[] = {
        {"source_or_gid", "what spikes: a Section, a Segment, a pointer with sec, an artificial cell; or a gid to listen to", required,
         "a source or a gid", "Source | Number"},
        {"gid_or_target", "the gid of the source; or the point process or artificial cell that receives", required, "a gid or a target",
         "Target | Number"},
        {"output", "of a source: whether its spikes go to other ranks"},
        {"threshold", "mV; of a source", keyword_only | common},
        {"delay", "ms, at least 0; of a receiver", keyword_only | common},
        {"weight", "of a receiver, in the target's unit", keyword_only | common},
        {"sec", "the section of a pointer", keyword_only},
    };
};

// HOC: (gid [, threshold]) and (&v(x), gid [, threshold]) of the current section, (cell, gid [, threshold]), (gid, target [, delay,
// weight]).
struct Hoc {
    Connectable first, second;
    Value third, fourth;
    static constexpr Field fields[] = {
        {"source_or_gid", "&v(x) or an artificial cell; or a gid, of the current section's middle where no target follows", required,
         "a gid, a pointer or an artificial cell"},
        {"gid_or_target", "the gid of the source; or the point process or artificial cell that receives; or the threshold (mV)"},
        {"threshold_or_delay", "mV, of a source; ms, of a receiver"},
        {"weight", "of a receiver, in the target's unit"},
    };
};

struct Netcon {
    Value netcon;
    static constexpr Field fields[] = {{"netcon", "", receiver}};
};

extern const host::Methods methods;

}  // namespace patch::parallel_con
