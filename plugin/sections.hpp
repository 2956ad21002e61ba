// sections: what a section is like, and its place in the tree and on NEURON's stack, by names that read well.
#pragma once

#include "host/host.hpp"

namespace patch::sections {

struct OfSection {
    Section section;
    static constexpr Field fields[] = {{"section", "", receiver}};
};
struct OfSegment {
    Segment segment;
    static constexpr Field fields[] = {{"segment", "", receiver}};
};
struct Dimensions {
    Section section;
    double length, diameter;
    static constexpr Field fields[] = {{"section", "", receiver},
                                       {"length", "um, more than 0; NEURON's L", required},
                                       {"diameter", "um, more than 0; NEURON's diam", required}};
};
struct Segments {
    Section section;
    double segments;
    static constexpr Field fields[] = {{"section", "", receiver}, {"segments", "a whole number from 1 to 32766; NEURON's nseg", required}};
};
struct OfReference {
    Value reference;
    static constexpr Field fields[] = {{"reference", "", receiver}};
};
struct Leave {
    Section section;
    Rest cause;
    static constexpr Field fields[] = {{"section", "", receiver}, {"cause", "what Python tells at the end of a with"}};
};

extern const host::Methods methods;

}  // namespace patch::sections
