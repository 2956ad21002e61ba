// Refuses first, makes then, keeps last.
#include "make.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>

namespace patch::make {

using host::Owned;

namespace {

// p's own numbers for the two clamps, where none are given.
struct Own {
    std::string_view mechanism;
    const char* attribute;
    double value;
};
constexpr Own own_defaults[] = {
    {"IClamp", "delay", 0},    // ms
    {"IClamp", "dur", 1e200},  // ms
    {"IClamp", "amp", 1},      // nA
    {"SEClamp", "dur1", 100},  // ms
    {"SEClamp", "dur2", 100},  // ms
    {"SEClamp", "dur3", 100},  // ms
    {"SEClamp", "amp1", -70},  // mV
    {"SEClamp", "amp2", -50},  // mV
    {"SEClamp", "amp3", -70},  // mV
};

// What people call the clamps' numbers, and NEURON's name.
struct Alias {
    const char *mechanism, *name, *stored;
};
constexpr Alias aliases[] = {
    {"IClamp", "delay", "del"},   {"IClamp", "duration", "dur"},   {"IClamp", "amplitude", "amp"},
    {"SEClamp", "delay", "dur1"}, {"SEClamp", "duration", "dur2"}, {"SEClamp", "after", "dur3"},
};
std::string stored_name(const std::string& mechanism, const std::string& name) {
    for (const Alias& row : aliases) {
        if (mechanism == row.mechanism && name == row.name) {
            return row.stored;
        }
    }
    return name;
}

Keywords by_stored_names(const std::string& mechanism, const Keywords& attributes) {
    Keywords stored;
    for (const auto& [name, value] : attributes) {
        if (stored_name(mechanism, name) != name) {
            Reader<double>::read(value, name.c_str());  // the sentence has the name that was given
        }
        const bool level = mechanism == "SEClamp" && (name == "voltage" || name == "holding");
        for (auto& each : level ? clamp_levels(name, value) : Keywords{{stored_name(mechanism, name), value}}) {
            stored.push_back(std::move(each));
        }
    }
    return stored;
}

struct Setting {
    std::string name;
    double value;
};
// Attributes that exist and are numbers.
std::vector<Setting> check_attributes(const std::string& mechanism, const Keywords& attributes) {
    const std::vector<std::string> known = host::attribute_names(mechanism);
    std::vector<Setting> settings;
    for (const auto& [name, value] : by_stored_names(mechanism, attributes)) {
        if (std::find(known.begin(), known.end(), name) == known.end()) {
            throw no_such_attribute(name, mechanism, known);
        }
        const bool twice = std::any_of(settings.begin(), settings.end(), [&](const Setting& each) { return each.name == name; });
        if (twice && mechanism != "SEClamp") {  // its voltage may say again what holding has said
            throw refused(ErrorKind::type, name, "given twice", "once");
        }
        settings.push_back({name, Reader<double>::read(value, name.c_str())});
    }
    return settings;
}

}  // namespace

Segment at(Section section, double x) {
    if (x < 0 || x > 1) {
        throw refused(ErrorKind::value, "x", shown(x), "0 to 1", host::name(section));
    }
    return {section, x};
}

std::vector<double> numbers(const Value& value, const char* name, const char* expected) {
    if (value.kind == Kind::number) {
        return {Reader<double>::read(value, name)};
    }
    const host::Numbers several = host::numbers(value, name, expected);
    if (!several.flat) {
        throw wrong_kind(name, "a table", expected);
    }
    std::vector<double> all;
    for (std::size_t i = 0; i < several.rows; ++i) {
        all.push_back(several.at(i));
        if (!std::isfinite(all.back())) {
            throw bad_element(name, i, all.back(), "a finite number", {});
        }
    }
    return all;
}

Keywords clamp_levels(const std::string& name, const Value& value, const std::string& place) {
    if (name == "holding") {
        const Value number = Value::of(Reader<double>::read(value, "holding"));
        return {{"amp1", number}, {"amp3", number}};
    }
    const std::vector<double> voltages = numbers(value, "voltage", "a number or three");
    if (voltages.size() == 1) {
        return {{"amp2", Value::of(voltages[0])}};
    }
    if (voltages.size() != 3) {
        throw refused(ErrorKind::value, "voltage", std::to_string(voltages.size()) + " numbers", "a number or three", place);
    }
    return {{"amp1", Value::of(voltages[0])}, {"amp2", Value::of(voltages[1])}, {"amp3", Value::of(voltages[2])}};
}

// A pointer with its section is the place it points to, where it is a voltage of that section.
host::Source in_section(host::Source source, std::optional<Section> section) {
    if (!source.variable) {
        return source;
    }
    const Section own = source.segment.section;  // of an object that said what it stands for
    if (!section && !own && !defaults::neuron_mode()) {
        throw pointer_without_section();
    }
    const Section where = section ? *section : own ? own : host::current_section();
    if (!where) {
        throw no_section();
    }
    source.segment = {where, 0.5};
    if (const auto place = host::place_of(source.variable, where)) {
        source.segment = *place;
    }
    return source;
}

int gid(const Value& value) {
    if (value.kind != Kind::number && value.kind != Kind::boolean) {
        throw gid_refused(value.given() ? described(value) : "missing", ErrorKind::type);
    }
    if (value.kind == Kind::boolean) {
        throw gid_refused(value.number != 0 ? "True" : "False", ErrorKind::type);
    }
    if (!(value.number >= 0 && value.number <= std::numeric_limits<int>::max()) || std::floor(value.number) != value.number) {
        throw gid_refused(shown(value.number));
    }
    return int(value.number);
}

bool has_own_defaults(const std::string& name) {
    return !defaults::neuron_mode() &&
           std::any_of(std::begin(own_defaults), std::end(own_defaults), [&](const Own& row) { return name == row.mechanism; });
}

Owned mechanism(const std::string& name, std::optional<Segment> place, const std::vector<Value>& further, const Keywords& attributes,
                Through through) {
    const std::vector<Setting> settings = attributes.empty() ? std::vector<Setting>{} : check_attributes(name, attributes);
    if (!host::can_make()) {
        throw while_running(name + " cannot be made");
    }
    std::vector<Value> passed;
    if (place) {
        passed.push_back(Value::of(*place));
    }
    passed.insert(passed.end(), further.begin(), further.end());
    Owned made = host::make(name.c_str(), passed);
    if (through == Through::p && has_own_defaults(name)) {
        for (const Own& row : own_defaults) {
            if (name == row.mechanism) {
                host::set_attribute(made.get(), stored_name(name, row.attribute), row.value);
            }
        }
    }
    for (const Setting& setting : settings) {
        host::set_attribute(made.get(), setting.name, setting.value);
    }
    return made;
}

Owned connection(const host::Source& source, const Target& target, const host::Strength& strength) {
    if (strength.delay < 0) {
        const std::string place = source.segment ? host::name(source.segment.section) : source.object ? host::name(source.object) : "";
        throw refused(ErrorKind::value, "delay", shown(strength.delay), "at least 0 ms", place);
    }
    Owned netcon;
    try {
        netcon = host::new_netcon(source, target.object, strength);
    } catch (Error& error) {
        throw error.about(Topic::connect);
    }
    host::keep_connection(source, target.object, netcon.get());
    try {
        host::note_connection(source.value, target.value, netcon.get());
    } catch (...) {  // what the user's own __ref__ raises: nothing is made
        host::silence(netcon.get());
        host::forget(netcon.get());
        throw;
    }
    return netcon;
}

}  // namespace patch::make
