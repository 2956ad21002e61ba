// synapse: a point process on a section, by name, by NEURON's or p's own class, or by a function of the user's.
#pragma once

#include "host/host.hpp"

namespace patch::synapse {

struct Arguments {
    Segment section;
    Value factory;
    Rest args;
    std::optional<double> x;
    Value attributes;
    bool store = false;
    Others kw;
    static constexpr Field fields[] = {
        {"section", "", receiver},
        {"factory", "a name, h.X or p.X (given the segment), or a function of yours (given the section)", required,
         "a name of a point process, h.X, p.X or a function", "str | Factory[Made]"},
        {"args", "further arguments of the factory"},
        {"x", "the place, 0 to 1; the section's own where it is None", keyword_only},
        {"attributes", "a dict of names and numbers to set", keyword_only | python_only, nullptr, "Mapping[str, Any]"},
        {"store", "whether section.synapses lists it", keyword_only | python_only},
        {"kw", "further keywords of the factory; attributes where it is a mechanism"},
    };
};

// p.<Mechanism>(place, ...), p.NetStim(start=10): attributes by name.
struct Mechanism {
    std::string name;
    Meant place;
    Value x;
    Rest args;
    std::optional<Segment> sec;
    Others attributes;
    static constexpr Field fields[] = {
        {"name", "", required | positional},
        {"place", "a Segment, a Section, or an x of sec", positional, nullptr, "Place | Number"},
        {"x", "the place on a section, 0 to 1", ordinary, nullptr, "Number"},
        {"args", "further arguments, as in NEURON"},
        {"sec", "the section that x is on", keyword_only},
        {"attributes", "attributes to set, by name", ordinary, nullptr, "Number"},
    };
};

// The usual p.<Mechanism>(segment).
struct AtSegment {
    std::string name;
    Segment place;
    static constexpr Field fields[] = {{"name", "", required | positional}, {"place", "a Segment", required | positional}};
};

// p.PointProcess(factory, target, ...), the older spelling of p.<Mechanism>(target, ...).
struct PointProcess {
    Value factory;
    Meant target;
    Rest args;
    Others kw;
    static constexpr Field fields[] = {
        {"factory", "a name, h.X, p.X, or a class or function of yours that makes one", required, nullptr, "str | Factory[Made]"},
        {"target", "a Segment or a Section", required, nullptr, "Place"},
        {"args", "further arguments of the mechanism"},
        {"kw", "attributes to set, by name", ordinary, nullptr, "Number"},
    };
};

extern const host::Methods methods;

}  // namespace patch::synapse
