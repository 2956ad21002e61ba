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
struct ToNetcon {
    Connectable object;
    static constexpr Field fields[] = {{"object", "anything", required}};
};
struct ToRecord {
    Recordable object;
    static constexpr Field fields[] = {{"object", "anything", required, nullptr, "Any"}};
};
struct Between {
    Meant source, target;
    bool strict = true;
    static constexpr Field fields[] = {
        {"source", "a Section, a Segment or an artificial cell", required, nullptr, "Source"},
        {"target", "a point process or an artificial cell", required, nullptr, "Source"},
        {"strict", "whether only from source to target, and not the other way"},
    };
};
struct Named {
    Meant object;
    static constexpr Field fields[] = {{"object", "a name or anything", required}};
};
struct AssignedConnections {
    Value object, value;
    static constexpr Field fields[] = {{"object", "", receiver}, {"value", "", required}};
};
struct Anything {
    Meant object;
    static constexpr Field fields[] = {{"object", "anything", required}};
};

extern const host::Methods methods;

}  // namespace patch::protocol
