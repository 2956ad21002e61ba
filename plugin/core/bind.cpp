// Matches the arguments of a call with the fields of its struct; signatures and help from the same fields.
#include "bind.hpp"

#include <algorithm>

namespace patch {

namespace {

Describe describe_now = nullptr;

}  // namespace

std::string kind_name(Kind kind) {
    switch (kind) {
    case Kind::absent:
        return "missing";
    case Kind::none:
        return "None";
    case Kind::number:
        return "a number";
    case Kind::boolean:
        return "a boolean";
    case Kind::text:
        return "a string";
    case Kind::section:
        return "a Section";
    case Kind::segment:
        return "a Segment";
    case Kind::variable:
        return "a pointer";
    case Kind::object:
        return "an object";
    case Kind::foreign:
        return "a Python object";
    }
    return "unknown";
}

void describe_with(Describe describe) {
    describe_now = describe;
}

std::string described(const Value& value) {
    switch (value.kind) {
    case Kind::number:
        return shown(value.number);
    case Kind::boolean:
        return value.number != 0 ? "True" : "False";
    case Kind::text:
        return "'" + value.text + "'";
    default:
        return describe_now ? describe_now(value) : kind_name(value.kind);
    }
}

namespace {

// What can be given by name, for the sentence about a name that cannot.
std::vector<std::string> known_names(const Signature& signature, const Match& found, bool python) {
    std::vector<std::string> known;
    for (std::size_t i = 0; i < signature.size; ++i) {
        const Slot& slot = signature.slots[i];
        if (takes_part(*slot.field, python) && !slot.rest && !slot.others && found.from[i] != -2) {
            known.emplace_back(slot.field->name);
        }
    }
    return known;
}

}  // namespace

Match match(Face& face, const Signature& signature) {
    const bool python = face.python();
    Match found;
    found.from.fill(-1);
    const std::size_t count = face.count();
    std::size_t next = 0, most = 0;
    bool takes_rest = false, takes_others = false;
    for (std::size_t i = 0; i < signature.size; ++i) {
        const Slot& slot = signature.slots[i];
        const Field& field = *slot.field;
        takes_rest = takes_rest || (slot.rest && python);
        takes_others = takes_others || (slot.others && python);
        if (!takes_part(field, python) || slot.rest || slot.others) {
            continue;
        }
        if ((field.role & receiver) && face.has_receiver()) {
            const bool pointer = !python && slot.pointer && face.count() > 0 && face.kind(0) == Kind::variable;
            if (!pointer) {
                found.from[i] = -2;
                continue;
            }
        }
        if (python && (field.role & keyword_only)) {
            continue;
        }
        ++most;
        if (next < count) {
            found.from[i] = int(next++);
        }
    }
    if (next < count) {
        if (!takes_rest) {
            throw too_many_arguments(count, most);
        }
        for (; next < count; ++next) {
            found.rest.push_back(next);
        }
    }
    const std::size_t named = face.named_count();
    for (std::size_t k = 0; k < named; ++k) {
        const std::string_view name = face.name(k);
        std::size_t i = 0;
        for (; i < signature.size; ++i) {
            const Slot& slot = signature.slots[i];
            const bool by_name = takes_part(*slot.field, python) && !slot.rest && !slot.others && !(slot.field->role & positional);
            if (by_name && name == slot.name && found.from[i] != -2) {
                break;
            }
        }
        if (i == signature.size) {
            if (!takes_others) {
                throw unknown_keyword(std::string(name), known_names(signature, found, python));
            }
            found.others.push_back(k);
        } else if (found.from[i] != -1) {
            throw given_twice(signature.slots[i].field->name);
        } else {
            found.from[i] = -3 - int(k);
        }
    }
    return found;
}

Value fetch(Face& face, const Match& match, std::size_t i, Protocol protocol) {
    const int from = match.from[i];
    return from == -1   ? Value{}
           : from == -2 ? face.receive(protocol)
           : from >= 0  ? face.at(std::size_t(from), protocol)
                        : face.named(std::size_t(-3 - from), protocol);
}

namespace {

// The default of an argument in force now.
std::string default_text(const Slot& slot) {
    return slot.field->role & common ? shown(defaults::current(slot.field->name)) : slot.text;
}

// What a stub says that an argument may be.
std::string type_text(const Slot& slot) {
    const bool may_be_none = !slot.rest && !slot.others && !(slot.field->role & (required | receiver)) && default_text(slot) == "None";
    const std::string type = slot.stub;
    return type + (may_be_none && type != "Any" ? " | None" : "");
}

}  // namespace

std::string Signature::python(bool method) const {
    return written(method, false);
}

std::string Signature::stub(bool method) const {
    return written(method, true);
}

// How a Python program would define it.
std::string Signature::written(bool method, bool typed) const {
    std::string text = !method ? "" : typed ? "self" : "$self";
    const auto add = [&](const std::string& part) { text += (text.empty() ? "" : ", ") + part; };
    std::string named, rest, others;
    for (std::size_t i = 0; i < size; ++i) {
        const Slot& slot = slots[i];
        const Field& field = *slot.field;
        if (!takes_part(field, true) || (method && (field.role & receiver))) {
            continue;
        }
        const bool bare = field.role & (required | receiver);
        const std::string name = field.name + (typed ? ": " + type_text(slot) : "");
        const std::string part = name + (bare ? "" : (typed ? " = " : "=") + default_text(slot));
        if (slot.rest) {
            rest = "*" + name;
        } else if (slot.others) {
            others = "**" + name;
        } else if (field.role & keyword_only) {
            named += ", " + part;
        } else {
            add(part);
            if ((field.role & positional) && (i + 1 == size || !(slots[i + 1].field->role & positional))) {
                add("/");
            }
        }
    }
    if (!named.empty() || !rest.empty()) {
        add(rest.empty() ? "*" : rest);
        text += named;
    }
    if (!others.empty()) {
        add(others);
    }
    return std::string(name) + "(" + text + ")";
}

std::string Signature::hoc() const {
    std::string text, optional;
    for (std::size_t i = 0; i < size; ++i) {
        const Slot& slot = slots[i];
        const Field& field = *slot.field;
        if (!takes_part(field, false) || (field.role & receiver) || slot.rest || slot.others) {
            continue;
        }
        std::string& part = field.role & required ? text : optional;
        part += (part.empty() ? "" : ", ") + std::string(field.name);
    }
    if (!optional.empty()) {
        text += text.empty() ? "[" + optional + "]" : " [, " + optional + "]";
    }
    return "p." + std::string(name) + "(" + text + ")";
}

std::string Signature::help(bool in_python) const {
    std::string text = std::string(about) + "\n";
    for (std::size_t i = 0; i < size; ++i) {
        const Slot& slot = slots[i];
        const Field& field = *slot.field;
        if (!takes_part(field, in_python) || !*field.about || (!in_python && (slot.rest || slot.others))) {
            continue;
        }
        text += std::string("\n    ") + field.name + ": " + field.about;
        const bool has_default = !(field.role & (required | receiver)) && !slot.rest && !slot.others;
        if (has_default && (in_python || default_text(slot) != "None")) {
            text += " (default " + default_text(slot) + ")";
        }
    }
    return text;
}

}  // namespace patch
