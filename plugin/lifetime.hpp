// lifetime: ending what lives, and counting it. What keeps what alive is in core/registry; the hook before a run in host_lifetime.
#pragma once

#include "host/host.hpp"

namespace patch::lifetime {

struct Netcon {
    Value netcon;
    static constexpr Field fields[] = {{"netcon", "the NetCon to end", required | receiver}};
};
struct Ended {
    Value ended;
    std::optional<Section> sec;
    static constexpr Field fields[] = {
        {"ended", "a NetCon, a Vector that records, or a Section; without it NEURON's own disconnect of the current section"},
        {"sec", "the section that is taken from its parent", keyword_only},
    };
};
struct KeepsReferences {
    bool on = true;
    static constexpr Field fields[] = {{"on", "whether they are kept from now on"}};
};
struct Went {
    std::optional<std::string> what;
    static constexpr Field fields[] = {
        {"what", "sections, or the name of a class, whose number is wanted; all that went where it is not given"}};
};
struct Kept {
    Meant object;
    static constexpr Field fields[] = {{"object", "a section, a point process, a NetCon, a Vector, ...", required}};
};
struct Tree {
    Section section;
    Meant parent;
    std::optional<double> parent_x, child_end;
    static constexpr Field fields[] = {
        {"section", "", receiver},
        {"parent", "a Segment or a Section of the parent", required, nullptr, "Place"},
        {"parent_x", "the place on the parent, 0 to 1; 1 for a Section, and not to be given with a Segment"},
        {"child_end", "0 or 1, the end of this section that is connected (default 0)"},
    };
};
struct What {
    std::optional<std::string> what;
    static constexpr Field fields[] = {{"what", "sections, objects, edges, connections or recordings; all where it is not given"}};
};

extern const host::Methods methods;

}  // namespace patch::lifetime
