// Finds out what a factory is and where its point process goes.
#include "synapse.hpp"

#include <algorithm>

#include "make.hpp"

namespace patch::synapse {

using host::Owned;

namespace {

constexpr const char* a_factory = Arguments::fields[1].expected;

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
Value of_function(const Arguments& arguments, Segment place) {
    std::vector<Value> positional{Value::of(place.section, place.x)};
    positional.insert(positional.end(), arguments.args.values.begin(), arguments.args.values.end());
    Keywords named = arguments.kw.values;
    if (arguments.x) {
        named.emplace_back("x", Value::of(place.x));
    }
    const Value made = host::call(arguments.factory.origin, positional, named);
    if (made.kind != Kind::object || !host::is_placed(made.object)) {
        if (made.kind == Kind::object && host::is_point_process(made.object) && !host::is_artificial_cell(made.object)) {
            throw deleted_object("factory", "a function that returned " + host::name(made.object));
        }
        throw wrong_kind("factory", "a function that returned " + described(made), "one that returns a point process",
                         host::name(place.section));
    }
    const std::vector<std::string> known = host::attribute_names(host::class_name(made.object));
    for (const auto& [name, value] : attributes_of(arguments.attributes, {})) {
        if (value.kind == Kind::number && std::find(known.begin(), known.end(), name) == known.end()) {
            throw no_such_attribute(name, host::name(made.object), known);
        }
        host::set_attribute(made, name, value);
    }
    return made;  // the very object: an instance of a class of the user's, say
}

// From Python what the user's function gave, else a handle of p's; from HOC the object.
struct Made {
    Owned object;
    Value handle;
};

Made on_section(const Arguments& arguments) {
    Segment place = arguments.section;
    if (arguments.x) {
        place = make::at(place.section, *arguments.x);
    }
    const Value& factory = arguments.factory;
    const std::string name = factory.kind == Kind::text ? factory.text : host::mechanism_named_by(factory);
    Made made;
    if (!name.empty() || factory.kind == Kind::text) {
        if (!arguments.args.values.empty()) {
            throw too_many_arguments(arguments.args.values.size() + 1, 1);
        }
        if (!known_mechanism(name).point_process) {
            throw wrong_kind("factory", name + ", an artificial cell", "a point process that is put into a section",
                             host::name(place.section));
        }
        const make::Through through = host::is_of_p(factory) ? make::Through::p : make::Through::patch;
        made.object =
            make::mechanism(name, place, arguments.args.values, attributes_of(arguments.attributes, arguments.kw.values), through);
    } else if (factory.kind == Kind::foreign && host::is_callable(factory.origin)) {
        made.handle = of_function(arguments, place);
        made.object = Owned(made.handle.object);
    } else {
        throw wrong_kind("factory", described(factory), a_factory, host::name(place.section));
    }
    if (arguments.store) {
        host::append_to_own_attribute(Value::of(place.section), "synapses", Value::of(made.object.get()));
    }
    host::keep_placed(made.object.get(), arguments.store ? host::Placement::stored : host::Placement::made);
    return made;
}

Owned in_hoc(const Arguments& arguments) {
    return on_section(arguments).object;
}

Value in_python(const Arguments& arguments) {
    const Made made = on_section(arguments);
    return made.handle.given() ? made.handle : host::handle(made.object.get());
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
        if (x_given && place.kind == Kind::segment) {
            throw refused(ErrorKind::type, "x", described(arguments.x), "none with a Segment", host::name(segment));
        }
        if (x_given) {
            segment = make::at(segment.section, Reader<double>::read(arguments.x, "x"));
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
        const Section section = arguments.sec ? arguments.sec->section : host::current_section();
        if (!section) {
            throw no_section();
        }
        return make::at(section, Reader<double>::read(place, "x"));
    }
    case Kind::absent: {
        if (!x_given && !arguments.sec && !wants_place) {
            return std::nullopt;
        }
        const Segment segment = arguments.sec.value_or(Segment{host::current_section(), 0.5});
        if (!segment) {
            throw no_section();
        }
        return with_x(segment);
    }
    default:
        throw wrong_kind("place", described(place), "a Segment, a Section or an x");
    }
}

Owned mechanism(const Mechanism& arguments) {
    const host::Mechanism kind = known_mechanism(arguments.name);
    if (kind.artificial_cell) {
        if (arguments.x.given()) {
            throw unknown_keyword("x", host::attribute_names(arguments.name));
        }
        std::vector<Value> passed;
        if (arguments.place.value.given()) {
            passed.push_back(arguments.place.value);
        }
        passed.insert(passed.end(), arguments.args.values.begin(), arguments.args.values.end());
        return make::mechanism(arguments.name, std::nullopt, passed, arguments.attributes.values);
    }
    const auto place = place_of(arguments, make::has_own_defaults(arguments.name));
    Owned made = make::mechanism(arguments.name, place, arguments.args.values, arguments.attributes.values, make::Through::p);
    if (place) {
        host::keep_placed(made.get());
    }
    return made;
}

// The same without reading what else could have been given.
Owned mechanism_at(const AtSegment& arguments) {
    if (known_mechanism(arguments.name).artificial_cell) {
        Mechanism same;
        same.name = arguments.name;
        same.place.value = Value::of(arguments.place);
        return mechanism(same);
    }
    Owned made = make::mechanism(arguments.name, arguments.place, {}, {}, make::Through::p);
    host::keep_placed(made.get());
    return made;
}

Value point_process(const PointProcess& arguments) {
    const Value& factory = arguments.factory;
    const std::string name = factory.kind == Kind::text ? factory.text : host::mechanism_named_by(factory);
    if (name.empty() && factory.kind == Kind::foreign && host::is_callable(factory.origin)) {
        std::vector<Value> positional{arguments.target.value};
        positional.insert(positional.end(), arguments.args.values.begin(), arguments.args.values.end());
        Value made = host::call(factory.origin, positional, arguments.kw.values);
        if (made.kind != Kind::object || !host::is_point_process(made.object)) {
            throw wrong_kind("factory", "a function that returned " + described(made), "one that returns a point process");
        }
        return made;
    }
    if (name.empty()) {
        throw wrong_kind("factory", described(factory), "a name of a point process, h.X, p.X, or a class or function of yours");
    }
    Mechanism same;
    same.name = name;
    same.place = arguments.target;
    same.args = arguments.args;
    same.attributes = arguments.kw;
    return host::handle(mechanism(same).get());
}

struct OfSection {
    Section section;
    static constexpr Field fields[] = {{"section", "", receiver}};
};
struct OfPointProcess {
    Value point_process;
    static constexpr Field fields[] = {{"point_process", "", receiver}};
};

Value parameters(const OfPointProcess& arguments) {
    std::vector<std::string> names = host::attribute_names(host::class_name(arguments.point_process.object));
    std::sort(names.begin(), names.end());
    std::vector<Value> values;
    for (const std::string& name : names) {
        values.push_back(Value::of(name));
    }
    return host::new_list(values);
}

struct Assigned {
    Value section, value;
    static constexpr Field fields[] = {{"section", "", receiver}, {"value", ""}};
};

// What the user assigned, or else what was stored with store=True.
Value synapses(const OfSection& arguments) {
    const Section section = arguments.section;
    if (const Value assigned = host::own_attribute(Value::of(section), "synapses"); assigned.given()) {
        return assigned;
    }
    std::vector<Value> stored;
    for (const Object& object : host::stored(section)) {
        stored.push_back(Value::of(object));
    }
    if (stored.empty()) {
        throw no_such_attribute("synapses", host::name(section), {});
    }
    return host::new_list(stored);
}

void set_synapses(const Assigned& arguments) {
    host::set_own_attribute(Value::of(Reader<Section>::read(arguments.section, "section")), "synapses", arguments.value);
}

}  // namespace

const host::Methods methods{
    host::method<Arguments, &in_hoc>("synapse", "Puts a point process into the section; returns it.", host::in_hoc),
    host::method<Arguments, &in_python>("synapse", "Puts a point process into the section; returns it.", host::on_section)
        .gives("Made")
        .raises("PatchAttributeError for a mechanism or an attribute that does not exist\n"
                "PatchValueError for x outside 0 to 1")
        .example(">>> synapse = dend.synapse(p.ExpSyn, x=0.3, attributes={\"tau\": 2})  # ms\n"
                 ">>> synapse.tau\n"
                 "2.0"),
    host::method<Mechanism, &mechanism>("mechanism", "Makes an instance of a mechanism; it lives with its section.",
                                        host::internal | host::named_by_first)
        .gives("Made")
        .raises("PatchAttributeError for a mechanism or an attribute that does not exist\n"
                "PatchValueError for x outside 0 to 1")
        .example(">>> synapse = p.ExpSyn(dend(0.3), tau=2)  # ms"),
    host::method<AtSegment, &mechanism_at>("mechanism_at", "Makes an instance of a mechanism at a segment.",
                                           host::internal | host::named_by_first),
    host::method<PointProcess, &point_process>("PointProcess", "Makes an instance of a mechanism on a target.", host::on_p)
        .gives("Made")
        .raises("PatchAttributeError for a mechanism or an attribute that does not exist")
        .example(">>> synapse = p.PointProcess(\"ExpSyn\", dend(0.3), tau=2)  # ms"),
    host::method<OfPointProcess, &parameters>("parameters", "The names of its variables, each with a pointer: _ref_tau.",
                                              host::on_point_process | host::property)
        .gives("list[str]"),
    host::method<OfSection, &synapses>("synapses", "The synapses that were stored, or what was assigned.",
                                       host::on_section | host::property | host::sometimes),
    host::method<Assigned, &set_synapses>("set_synapses", "", host::internal),
};

}  // namespace patch::synapse
