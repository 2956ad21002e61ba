// protocol: the words by which objects are asked what they stand for (__neuron__, __netcon__, ...), and strong references.
#pragma once

#include "host/host.hpp"

namespace patch::protocol {

struct Receiver {
    Value object;
    static constexpr Field fields[] = {{"object", "", receiver}};
};
struct OfSegment {
    Segment segment;
    static constexpr Field fields[] = {{"segment", "", receiver}};
};
struct Reference {
    Value object, other;
    static constexpr Field fields[] = {{"object", "", receiver}, {"other", "any object", required}};
};
struct Anything {
    Meant object;
    static constexpr Field fields[] = {{"object", "anything", required}};
};

extern const host::Methods methods;

}  // namespace patch::protocol
