// Binds the arguments of a call to a plain struct, by Boost.PFR: the struct is the one place of names, defaults, units and kinds.
//
//     struct Arguments {
//         Section section;                // the receiver: HOC's current section, Python's self
//         double x = 0.5;
//         static constexpr Field fields[] = {{"section", "", receiver}, {"x", "place on the section, 0 to 1"}};
//     };
//
// A Reader<T> says what a field of type T accepts, `expected` in sentences and `stub` in Python's stubs; add one to make a new kind of
// field.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/pfr/core.hpp>
#include <boost/pfr/tuple_size.hpp>

#include "defaults.hpp"
#include "error.hpp"
#include "value.hpp"

namespace patch {

// How a field takes part in a call; the default is: by position or by name, in HOC and in Python.
enum Role : unsigned {
    ordinary = 0,
    receiver = 1,      // what the method is called on: self, or HOC's current section
    keyword_only = 2,  // by name alone in Python, by position in HOC
    required = 4,      // has no default
    python_only = 8,
    hoc_only = 16,
    common = 32,      // its default is one of the numbers of p.defaults
    positional = 64,  // by position alone
};

struct Field {
    const char* name;
    const char* about = "";  // one phrase with the unit, for help
    unsigned role = ordinary;
    const char* expected = nullptr;  // in the sentence that it is missing, where its type does not say
    const char* stub = nullptr;      // in Python's stubs, where its type does not say
};

// Whether a field is an argument in Python, in HOC.
inline bool takes_part(const Field& field, bool python) {
    return !(field.role & (python ? hoc_only : python_only));
}

// One call as a face (HOC or Python) sees it.
class Face {
  public:
    virtual ~Face() = default;
    virtual bool python() const = 0;
    virtual std::size_t count() const = 0;       // arguments by position
    virtual Kind kind(std::size_t i) const = 0;  // of one of them, without reading it
    virtual Value at(std::size_t i, Protocol protocol) = 0;
    virtual std::size_t named_count() const = 0;
    virtual std::string_view name(std::size_t i) const = 0;
    virtual Value named(std::size_t i, Protocol protocol) = 0;
    virtual bool has_receiver() const = 0;         // false: the receiver is the first argument
    virtual Value receive(Protocol protocol) = 0;  // self, or the current section
};

// What an argument is called in a sentence: "a number", "a Section", ... The host knows more about objects and Python's own.
std::string kind_name(Kind kind);
using Describe = std::string (*)(const Value&);
void describe_with(Describe describe);
std::string described(const Value& value);

template <class T>
struct Reader;

template <class T>
Error unreadable(const Value& value, const char* name) {
    if (!value.given()) {
        return missing(name, Reader<T>::expected);
    }
    return wrong_kind(name, described(value), Reader<T>::expected);
}

template <>
struct Reader<double> {
    static constexpr const char* expected = "a number";
    static constexpr const char* stub = "Number";
    static constexpr Protocol protocol = Protocol::untouched;
    static double read(const Value& value, const char* name) {
        if (value.kind != Kind::number) {
            throw unreadable<double>(value, name);
        }
        if (!std::isfinite(value.number)) {
            throw not_finite(name, value.number);
        }
        return value.number;
    }
    static std::string text(double value) { return std::isnan(value) ? "None" : shown(value); }
};

template <>
struct Reader<bool> {
    static constexpr const char* expected = "true or false";
    static constexpr const char* stub = "bool";
    static constexpr Protocol protocol = Protocol::untouched;
    static bool read(const Value& value, const char* name) {
        if (value.kind != Kind::boolean && value.kind != Kind::number) {
            throw unreadable<bool>(value, name);
        }
        return value.number != 0;
    }
    static std::string text(bool value) { return value ? "True" : "False"; }
};

template <>
struct Reader<std::string> {
    static constexpr const char* expected = "a string";
    static constexpr const char* stub = "str";
    static constexpr Protocol protocol = Protocol::untouched;
    static std::string read(const Value& value, const char* name) {
        if (value.kind != Kind::text) {
            throw unreadable<std::string>(value, name);
        }
        return value.text;
    }
    static std::string text(const std::string& value) { return "'" + value + "'"; }
};

// Anything at all, for a function that decides by what it gets.
template <>
struct Reader<Value> {
    static constexpr const char* expected = "a value";
    static constexpr const char* stub = "Any";
    static constexpr Protocol protocol = Protocol::untouched;
    static Value read(Value value, const char*) { return value; }
    static std::string text(const Value& value) { return value.kind == Kind::number ? shown(value.number) : "None"; }
};

template <>
struct Reader<Meant> {
    static constexpr const char* expected = "a NEURON object";
    static constexpr const char* stub = "Any";
    static constexpr Protocol protocol = Protocol::neuron;
    static Meant read(Value value, const char*) { return {std::move(value)}; }
    static std::string text(const Meant& meant) { return Reader<Value>::text(meant.value); }
};

template <>
struct Reader<Recordable> {
    static constexpr const char* expected = "a Section, a Segment, a pointer or a point process";
    static constexpr const char* stub = "Recordable";
    static constexpr Protocol protocol = Protocol::record;
    static Recordable read(Value value, const char*) { return {std::move(value)}; }
    static std::string text(const Recordable&) { return "None"; }
};

template <>
struct Reader<Connectable> {
    static constexpr const char* expected = "a source, a target or a gid";
    static constexpr const char* stub = "Any";
    static constexpr Protocol protocol = Protocol::netcon;
    static Connectable read(Value value, const char*) { return {std::move(value)}; }
    static std::string text(const Connectable&) { return "None"; }
};

template <>
struct Reader<Opaque> {
    static constexpr const char* expected = "data";
    static constexpr const char* stub = "Any";
    static constexpr Protocol protocol = Protocol::opaque;
    static Opaque read(Value value, const char*) { return {std::move(value)}; }
    static std::string text(const Opaque&) { return "None"; }
};

// Not given, and None in Python, leave an optional empty.
template <class T>
struct Reader<std::optional<T>> {
    static constexpr const char* expected = Reader<T>::expected;
    static constexpr const char* stub = Reader<T>::stub;
    static constexpr Protocol protocol = Reader<T>::protocol;
    static std::optional<T> read(const Value& value, const char* name) {
        return value.kind == Kind::none ? std::nullopt : std::optional<T>(Reader<T>::read(value, name));
    }
    static std::string text(const std::optional<T>& value) { return value ? Reader<T>::text(*value) : "None"; }
};

// The further arguments by position (Python's *args).
struct Rest {
    std::vector<Value> values;
};
// The further arguments by name (Python's **kwargs).
struct Others {
    Keywords values;
};

// Whether a type of receiver also takes a leading pointer in HOC: p.connect_points(&v(0.5), target).
template <class T, class = void>
struct takes_pointer: std::false_type {};
template <class T>
struct takes_pointer<T, std::enable_if_t<Reader<T>::takes_pointer>>: std::true_type {};

// The arguments of a function that takes none.
struct Nothing {
    bool unused = false;
    static constexpr Field fields[] = {{"unused", "", python_only | hoc_only}};
};

// What the matching of a call needs to know of a field, without its type.
struct Slot {
    const Field* field = nullptr;
    std::string_view name;
    Protocol protocol = Protocol::untouched;
    bool pointer = false, rest = false, others = false;
    std::string text;          // the default as a reader of Python writes it
    const char* stub = "Any";  // what a stub says
};

struct Signature {
    const char* name = "";
    const char* about = "";
    const Slot* slots = nullptr;
    std::size_t size = 0;
    bool takes_section = false;  // it has an argument `sec` of its own

    // "record($self, x=None)", "record(self, x: Number | None = None)" and "p.record([x])": for inspect.signature, stubs, help and the
    // reference.
    std::string python(bool method) const;
    std::string stub(bool method) const;
    std::string hoc() const;
    std::string help(bool python) const;

  private:
    std::string written(bool method, bool typed) const;
};

// Where each field of a call comes from: -1 not given, 0... a position, -2 the receiver, -3-i the i-th keyword.
inline constexpr std::size_t most_fields = 16;
struct Match {
    std::array<int, most_fields> from;
    std::vector<std::size_t> rest, others;
};
Match match(Face& face, const Signature& signature);
Value fetch(Face& face, const Match& match, std::size_t i, Protocol protocol);

template <class Arguments>
inline constexpr std::size_t field_count = boost::pfr::tuple_size_v<Arguments>;

template <class Arguments>
const std::array<Slot, field_count<Arguments>>& slots() {
    static_assert(std::is_aggregate_v<Arguments>, "The arguments of a function are a plain struct: no constructor, no base class.");
    static_assert(field_count<Arguments> <= most_fields, "A function with more arguments than this wants to be two.");
    static_assert(sizeof(Arguments::fields) / sizeof(Field) == field_count<Arguments>,
                  "Every member of an argument struct has its row in `fields`, in the same order.");
    static const auto all = [] {
        std::array<Slot, field_count<Arguments>> result;
        Arguments defaults{};
        boost::pfr::for_each_field(defaults, [&](auto& field, std::size_t i) {
            using T = std::decay_t<decltype(field)>;
            Slot& slot = result[i];
            slot.field = &Arguments::fields[i];
            slot.name = slot.field->name;
            if constexpr (std::is_same_v<T, Rest>) {
                slot.rest = true;
            } else if constexpr (std::is_same_v<T, Others>) {
                slot.others = true;
            } else {
                slot.protocol = Reader<T>::protocol;
                slot.pointer = takes_pointer<T>::value;
                slot.text = Reader<T>::text(field);
                slot.stub = Reader<T>::stub;
            }
            if (slot.field->stub) {
                slot.stub = slot.field->stub;
            }
        });
        return result;
    }();
    return all;
}

template <class Arguments>
Signature signature(const char* name, const char* about) {
    constexpr bool takes_section = [] {
        for (const Field& field : Arguments::fields) {
            if (std::string_view(field.name) == "sec") {
                return true;
            }
        }
        return false;
    }();
    return {name, about, slots<Arguments>().data(), field_count<Arguments>, takes_section};
}

// Reads a call into its struct. Throws before anything is made.
template <class Arguments>
Arguments bind(Face& face, const Signature& signature) {
    const Match found = match(face, signature);
    Arguments arguments{};
    boost::pfr::for_each_field(arguments, [&](auto& field, std::size_t i) {
        using T = std::decay_t<decltype(field)>;
        const Field& about = *signature.slots[i].field;
        if constexpr (std::is_same_v<T, Rest>) {
            for (const std::size_t at : found.rest) {
                field.values.push_back(face.at(at, Protocol::neuron));
            }
        } else if constexpr (std::is_same_v<T, Others>) {
            for (const std::size_t at : found.others) {
                field.values.emplace_back(std::string(face.name(at)), face.named(at, Protocol::neuron));
            }
        } else if (found.from[i] != -1) {
            field = Reader<T>::read(fetch(face, found, i, Reader<T>::protocol), about.name);
        } else if ((about.role & (required | receiver)) && takes_part(about, face.python())) {
            throw missing(about.name, about.expected ? about.expected : Reader<T>::expected);
        } else if constexpr (std::is_same_v<T, double>) {
            if (const auto number = about.role & common ? defaults::overridden(about.name) : std::nullopt) {
                field = *number;
            }
        }
    });
    return arguments;
}

}  // namespace patch
