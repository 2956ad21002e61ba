// The values that cross between a user and Patch, whichever face (HOC or Python) they come through. Knows no NEURON.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace patch {

// A cable section of the model; the address is NEURON's.
struct Section {
    void* address = nullptr;
    explicit operator bool() const { return address != nullptr; }
    bool operator==(const Section& other) const { return address == other.address; }
};

// A place on a section: x runs from 0 to 1.
struct Segment {
    Section section;
    double x = 0.5;
    explicit operator bool() const { return bool(section); }
};

// An instance of a HOC class or template (NetCon, ExpSyn, Vector, ...). It only points; host::Owned retains.
struct Object {
    void* address = nullptr;
    explicit operator bool() const { return address != nullptr; }
    bool operator==(const Object& other) const { return address == other.address; }
};

// A Python object that means nothing to NEURON: a list, an array, a function. It only points.
struct Foreign {
    void* address = nullptr;
    explicit operator bool() const { return address != nullptr; }
};

// A variable of the model, HOC's &v(0.5) or Python's _ref_v. What the handle is, only the host knows.
struct Variable {
    std::shared_ptr<const void> handle;
    explicit operator bool() const { return bool(handle); }
};

enum class Kind : std::uint8_t { absent, none, number, boolean, text, section, segment, variable, object, foreign };

// How far a user's own object is asked what it stands for before a value is made of it.
// `opaque` looks at nothing but whether it is one of NEURON's own: data that is only passed on.
enum class Protocol : std::uint8_t { neuron, netcon, record, untouched, opaque };

// One argument as it arrived. `origin` is the Python object it was made from, where there is one.
struct Value {
    Kind kind = Kind::absent;
    double number = 0;
    std::string text;
    Segment segment;  // kind section: x is the section's own default place
    Object object;
    Variable variable;
    Foreign origin;
    std::shared_ptr<const void> keeper;  // holds the origin where nobody else does
    bool whole = false;                  // kind number: given as an integer
    char** strdef = nullptr;             // kind text: HOC's variable, which can be assigned to

    bool given() const { return kind != Kind::absent; }

    static Value of(double number) {
        Value value;
        value.kind = Kind::number;
        value.number = number;
        return value;
    }
    static Value of(Section section, double x = 0.5) {
        Value value;
        value.kind = Kind::section;
        value.segment = {section, x};
        return value;
    }
    static Value of(Segment segment) {
        Value value;
        value.kind = Kind::segment;
        value.segment = segment;
        return value;
    }
    static Value of(Object object) {
        Value value;
        value.kind = object ? Kind::object : Kind::none;
        value.object = object;
        return value;
    }
    static Value of(std::string text) {
        Value value;
        value.kind = Kind::text;
        value.text = std::move(text);
        return value;
    }
    static Value of(Variable variable) {
        Value value;
        value.kind = Kind::variable;
        value.variable = std::move(variable);
        return value;
    }
};

// A value that has been asked what it stands for in NEURON (__neuron__), and what of it is recorded (__record__).
struct Meant {
    Value value;
};
struct Recordable {
    Value value;
};
// A value that has been asked what a NetCon attaches to (__netcon__).
struct Connectable {
    Value value;
};
// Data that is only passed on.
struct Opaque {
    Value value;
};

using Keywords = std::vector<std::pair<std::string, Value>>;

// A result that HOC gets as a number and Python as the object the method was called on.
struct Chained {
    double number = 0;
};

// A result that HOC gets by name, one number at a time, and Python as a dict.
using Table = std::vector<std::pair<std::string, double>>;

}  // namespace patch
