#include "synapse.hpp"

#include <algorithm>

namespace patch::synapse {

using host::Owned;

namespace {

constexpr const char* a_factory = "a name of a point process, h.X, p.X or a function";

void check_x(double x, Section section) {
    if (x < 0 || x > 1) {
        throw refused(ErrorKind::value, "x", shown(x), "0 to 1", host::name(section));
    }
}

// p's own numbers for the two clamps, where none are given.
struct Own {
    const char *mechanism, *attribute;
    double value;
};
constexpr Own own_defaults[] = {
    {"IClamp", "delay", 0},       // ms
    {"IClamp", "dur", 1e200},     // ms
    {"IClamp", "amp", 1},         // nA
    {"SEClamp", "dur1", 100},     // ms
    {"SEClamp", "dur2", 100},     // ms
    {"SEClamp", "dur3", 100},     // ms
    {"SEClamp", "amp1", -70},     // mV
    {"SEClamp", "amp2", -50},     // mV
    {"SEClamp", "amp3", -70},     // mV
};

bool has_own_defaults(const std::string& name) {
    return !defaults::neuron_mode() && std::any_of(std::begin(own_defaults), std::end(own_defaults), [&](const Own& row) { return name == row.mechanism; });
}

// NEURON calls IClamp's delay `del`, and answers to both.
std::string stored_name(const std::string& name, const std::vector<std::string>& known) {
    const bool alias = name == "delay" && std::find(known.begin(), known.end(), name) == known.end();
    return alias ? "del" : name;
}

struct Setting {
    std::string name;
    double value;
};
// Attributes that exist and are numbers.
std::vector<Setting> check_attributes(const std::string& mechanism, const Keywords& attributes) {
    const std::vector<std::string> known = host::attribute_names(mechanism);
    std::vector<Setting> settings;
    for (const auto& [name, value] : attributes) {
        const std::string stored = stored_name(name, known);
        if (std::find(known.begin(), known.end(), stored) == known.end()) {
            throw no_such_attribute(name, mechanism, known);
        }
        settings.push_back({stored, Reader<double>::read(value, name.c_str())});
    }
    return settings;
}

Keywords attributes_of(const Value& given, Keywords further) {
    if (given.given() && given.kind != Kind::none) {
        for (auto& each : host::items(given, "attributes")) {
            further.push_back(std::move(each));
        }
    }
    return further;
}

host::Mechanism known_mechanism(const std::string& name) {
    const host::Mechanism mechanism = host::mechanism(name);
    if (!mechanism.exists) {
        throw no_such_mechanism(name, host::point_process_names());
    }
    return mechanism;
}

// A user's function is given the section and has to return a point process.
Owned of_function(const Arguments& arguments, Segment place) {
    std::vector<Value> positional(1);
    positional[0].kind = Kind::section;
    positional[0].segment = place;
    positional.insert(positional.end(), arguments.args.values.begin(), arguments.args.values.end());
    Keywords named = arguments.kw.values;
    if (arguments.x) {
        Value x;
        x.kind = Kind::number;
        x.number = place.x;
        named.emplace_back("x", x);
    }
    const Value made = host::call(arguments.factory.origin, positional, named);
    if (made.kind != Kind::object || !host::is_point_process(made.object)) {
        throw wrong_kind("factory", "a function that returned " + described(made), "one that returns a point process", host::name(place.section));
    }
    for (const auto& [name, value] : attributes_of(arguments.attributes, {})) {
        host::set_attribute(made, name, value);
    }
    return Owned(made.object);
}

Owned on_section(const Arguments& arguments) {
    Segment place = arguments.section;
    if (arguments.x) {
        check_x(*arguments.x, place.section);
        place.x = *arguments.x;
    }
    const Value& factory = arguments.factory;
    const std::string name = factory.kind == Kind::text ? factory.text : host::mechanism_named_by(factory);
    Owned made;
    if (!name.empty() || factory.kind == Kind::text) {
        if (!known_mechanism(name).point_process) {
            throw wrong_kind("factory", name + ", an artificial cell", "a point process that is put into a section", host::name(place.section));
        }
        made = make(name, place, arguments.args.values, attributes_of(arguments.attributes, arguments.kw.values));
    } else if (factory.kind == Kind::foreign && host::is_callable(factory.origin)) {
        made = of_function(arguments, place);
    } else {
        throw wrong_kind("factory", described(factory), a_factory, host::name(place.section));
    }
    host::keep_placed(made.get(), arguments.store);
    return made;
}

// Where a mechanism goes: the first argument, or x on a section; nowhere for artificial cells and where nothing is said.
std::optional<Segment> place_of(const Mechanism& arguments, bool wants_place) {
    const Value& place = arguments.place.value;
    const bool x_given = arguments.x.given() && arguments.x.kind != Kind::none;
    const auto live = [](Section section) {
        if (!host::exists(section)) {
            throw deleted_section("place");
        }
        return section;
    };
    const auto with_x = [&](Segment segment) {
        live(segment.section);
        if (x_given) {
            segment.x = Reader<double>::read(arguments.x, "x");
            check_x(segment.x, segment.section);
        }
        return segment;
    };
    switch (place.kind) {
    case Kind::segment:
        return with_x(place.segment);
    case Kind::section:
        if (defaults::neuron_mode()) {
            throw wrong_kind("place", described(place), "a Segment");
        }
        return with_x(place.segment);
    case Kind::number: {
        const Section section = arguments.sec ? *arguments.sec : host::current_section();
        if (!section) {
            throw no_section();
        }
        const double x = Reader<double>::read(place, "x");
        check_x(x, section);
        return Segment{section, x};
    }
    case Kind::absent:
    case Kind::none: {
        if (!x_given && !arguments.sec && !wants_place) {
            return std::nullopt;
        }
        const Section section = arguments.sec ? *arguments.sec : host::current_section();
        if (!section) {
            throw no_section();
        }
        return with_x({section, 0.5});
    }
    default:
        throw wrong_kind("place", described(place), "a Segment, a Section or an x");
    }
}

Owned mechanism(const Mechanism& arguments) {
    const CallScope scope(arguments.name.c_str());
    const host::Mechanism kind = known_mechanism(arguments.name);
    if (kind.artificial_cell) {
        std::vector<Value> passed;
        if (arguments.place.value.given()) {
            passed.push_back(arguments.place.value);
        }
        passed.insert(passed.end(), arguments.args.values.begin(), arguments.args.values.end());
        return make(arguments.name, std::nullopt, passed, arguments.attributes.values);
    }
    const auto place = place_of(arguments, has_own_defaults(arguments.name));
    Owned made = make(arguments.name, place, arguments.args.values, arguments.attributes.values);
    if (place) {
        host::keep_placed(made.get());
    }
    return made;
}

Owned point_process(const PointProcess& arguments) {
    const std::string name = arguments.factory.kind == Kind::text ? arguments.factory.text : host::mechanism_named_by(arguments.factory);
    if (name.empty()) {
        throw wrong_kind("factory", described(arguments.factory), "a name of a point process, h.X or p.X");
    }
    Mechanism same;
    same.name = name;
    same.place = arguments.target;
    same.args = arguments.args;
    same.attributes = arguments.kw;
    return mechanism(same);
}

struct OfSection {
    Section section;
    static constexpr Field fields[] = {{"section", "", receiver}};
};
struct Assigned {
    Value section, value;
    static constexpr Field fields[] = {{"section", "", receiver}, {"value", ""}};
};

// What the user assigned, or else what was stored with store=True.
Value synapses(const OfSection& arguments) {
    const Section section = arguments.section;
    if (const Value assigned = host::attribute(section, "synapses"); assigned.given()) {
        return assigned;
    }
    std::vector<Value> stored;
    for (const Object& object : host::stored(section)) {
        stored.emplace_back();
        stored.back().kind = Kind::object;
        stored.back().object = object;
    }
    if (stored.empty()) {
        throw no_such_attribute("synapses", host::name(section), {});
    }
    return host::new_list(stored);
}

void set_synapses(const Assigned& arguments) {
    host::set_attribute(Reader<Section>::read(arguments.section, "section"), "synapses", arguments.value);
}

}  // namespace

Owned make(const std::string& name, std::optional<Segment> place, const std::vector<Value>& further, const Keywords& attributes) {
    const std::vector<Setting> settings = attributes.empty() ? std::vector<Setting>{} : check_attributes(name, attributes);
    if (!host::can_make()) {
        throw while_running(name + " cannot be made");
    }
    std::vector<Value> passed;
    if (place) {
        passed.emplace_back();
        passed[0].kind = Kind::segment;
        passed[0].segment = *place;
    }
    passed.insert(passed.end(), further.begin(), further.end());
    Owned made = host::make(name.c_str(), passed);
    if (has_own_defaults(name)) {
        const std::vector<std::string> known = host::attribute_names(name);
        for (const Own& row : own_defaults) {
            if (name == row.mechanism) {
                host::set_attribute(made.get(), stored_name(row.attribute, known), row.value);
            }
        }
    }
    for (const Setting& setting : settings) {
        host::set_attribute(made.get(), setting.name, setting.value);
    }
    return made;
}

const host::Methods methods{
    host::method<Arguments, &on_section>("synapse", "Puts a point process into the section; returns it.", host::in_hoc | host::on_section),
    host::method<Mechanism, &mechanism>("mechanism", "Makes an instance of a mechanism; it lives with its section.", host::internal),
    host::method<PointProcess, &point_process>("PointProcess", "Makes an instance of a mechanism on a target.", host::on_p),
    host::method<OfSection, &synapses>("synapses", "The synapses that were stored, or what was assigned.", host::on_section | host::property),
    host::method<Assigned, &set_synapses>("set_synapses", "", host::internal),
};

}  // namespace patch::synapse
