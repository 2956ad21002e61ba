// What objects stand for, and what they hold on to.
#include "protocol.hpp"

namespace patch::protocol {

namespace {

constexpr unsigned ours = host::on_section | host::on_segment | host::on_point_process | host::on_netcon;
constexpr unsigned places = host::on_section | host::on_segment;

Chained itself(const Receiver&) {
    return {};
}

Value voltage(const OfSegment& arguments) {
    return Value::of(host::range_variable(arguments.segment, "v"));
}

Value current(const Receiver& arguments) {
    if (!host::is_placed(arguments.object.object)) {
        throw deleted_object("object", host::name(arguments.object.object)).about(Topic::record);
    }
    const Variable variable = host::object_variable(arguments.object.object, "i");
    if (!variable) {
        throw no_such_attribute("i", host::name(arguments.object.object), {}).about(Topic::record);
    }
    return Value::of(variable);
}

double arc(const OfSegment& arguments) {
    return arguments.segment.x;
}

void check_alive(const Value& value, const char* name) {
    const bool section = value.kind == Kind::section || value.kind == Kind::segment;
    if (section && !host::exists(value.segment.section)) {
        throw deleted_section(name);
    }
    const bool point_process = value.kind == Kind::object && host::is_point_process(value.object);
    if (point_process && !host::is_artificial_cell(value.object) && !host::is_placed(value.object)) {
        throw deleted_object(name, host::name(value.object));
    }
}

void ref(const Reference& arguments) {
    if (arguments.other.kind == Kind::none) {
        throw wrong_kind("other", described(arguments.other), "an object");
    }
    check_alive(arguments.object, "object");
    check_alive(arguments.other, "other");
    host::keep_reference(arguments.object, arguments.other);
}

bool deref(const Reference& arguments) {
    return arguments.other.kind != Kind::none && host::drop_reference(arguments.object, arguments.other);
}

Value references(const Receiver& arguments) {
    std::vector<Value> kept;
    for (const host::Partner& partner : host::partners(arguments.object, false)) {
        kept.push_back(partner.value);
    }
    return host::new_list(kept);
}

Value connections(const Receiver& arguments) {
    std::vector<std::pair<Value, Value>> found;
    for (const host::Partner& partner : host::partners(arguments.object, true)) {
        found.emplace_back(partner.value, Value::of(partner.netcon));
    }
    return host::new_dict(found);
}

Value transform(const Anything& arguments) {
    return arguments.object.value;
}

}  // namespace

const host::Methods methods{
    host::method<Receiver, &itself>("__neuron__", "The NEURON object: this one.", ours),
    host::method<OfSegment, &voltage>("__netcon__", "What a NetCon attaches to: the voltage.", places),
    host::method<Receiver, &itself, 1>("__netcon__", "What a NetCon attaches to: this object.", host::on_point_process),
    host::method<OfSegment, &voltage, 1>("__record__", "What a Vector records: the voltage.", places),
    host::method<Receiver, &current>("__record__", "What a Vector records: the current i.", host::on_point_process),
    host::method<OfSegment, &arc>("__arc__", "The x that stands for the whole section.", host::on_section),
    host::method<Reference, &ref>("__ref__", "Keeps another object alive with this one.", host::on_section | host::on_point_process),
    host::method<Reference, &deref>("__deref__", "Ends what __ref__ began; whether there was anything to end.",
                                    host::on_section | host::on_point_process),
    host::method<Receiver, &references>("_references", "What lives with this object, each once.",
                                        host::on_section | host::on_point_process | host::on_netcon | host::property),
    host::method<Receiver, &connections>("_connections", "The latest NetCon to each object that this one is connected to.",
                                         host::on_section | host::on_point_process | host::property),
    host::method<Anything, &transform>("transform", "The NEURON object that an object stands for; itself where it is none.", host::on_p),
};

}  // namespace patch::protocol
