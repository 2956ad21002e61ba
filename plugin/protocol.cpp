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

constexpr const char* connections_name = "_connections";

// What the user put there, or else what is connected.
Value connections(const Receiver& arguments) {
    if (Value assigned = host::own_attribute(arguments.object, connections_name); assigned.given()) {
        return assigned;
    }
    std::vector<std::pair<Value, Value>> found;
    for (const host::Partner& partner : host::stand_in_partners(arguments.object)) {
        found.emplace_back(partner.value, Value::of(partner.netcon));
    }
    for (const host::Partner& partner : host::partners(arguments.object, true)) {
        found.emplace_back(partner.value, Value::of(partner.netcon));
    }
    return host::new_dict(found);
}

void set_connections(const AssignedConnections& arguments) {
    host::set_own_attribute(arguments.object, connections_name, arguments.value);
}

Value own_interpreter(const Receiver&) {
    return host::interpreter();
}

// A handle that NEURON has given becomes one of p's.
Value transform(const Anything& arguments) {
    return host::as_of_p(arguments.object.value);
}

bool is_place(const Value& value) {
    return value.kind == Kind::section || value.kind == Kind::segment;
}

void check_place(const Value& value) {
    if (is_place(value) && !host::exists(value.segment.section)) {
        throw deleted_section("object");
    }
}

Value transform_netcon(const ToNetcon& arguments) {
    const Value& value = arguments.object.value;
    check_place(value);
    return is_place(value) ? Value::of(host::range_variable(value.segment, "v")) : value;
}

Value transform_record(const ToRecord& arguments) {
    const Value& value = arguments.object.value;
    check_place(value);
    const Variable current =
        value.kind == Kind::object && host::is_placed(value.object) ? host::object_variable(value.object, "i") : Variable{};
    return is_place(value) ? Value::of(host::range_variable(value.segment, "v")) : current ? Value::of(current) : value;
}

// A section is the place that its __arc__ says.
Value transform_arc(const Anything& arguments) {
    const Value& value = arguments.object.value;
    check_place(value);
    return value.kind == Kind::section ? Value::of(value.segment) : value;
}

// ---- Tests of type, after transform ----

bool is_section(const Anything& arguments) {
    return arguments.object.value.kind == Kind::section;
}

bool is_segment(const Anything& arguments) {
    return arguments.object.value.kind == Kind::segment;
}

bool is_nrn_scalar(const Anything& arguments) {
    return arguments.object.value.kind == Kind::variable;
}

bool is_point_process(const Named& arguments) {
    const Value& value = arguments.object.value;
    if (value.kind == Kind::object) {
        return host::is_point_process(value.object) && !host::is_artificial_cell(value.object);
    }
    return host::mechanism(value.kind == Kind::text ? value.text : host::mechanism_named_by(value)).point_process;
}

bool is_density_mechanism(const Named& arguments) {
    const Value& value = arguments.object.value;
    return host::is_density_mechanism(value.kind == Kind::text ? value.text : host::density_mechanism_named_by(value));
}

// ---- The connection between two ----

Value end_of_connection(const Value& value, const char* name) {
    const bool connectable =
        value.kind == Kind::section || value.kind == Kind::segment || (value.kind == Kind::object && host::is_point_process(value.object));
    if ((value.kind == Kind::section || value.kind == Kind::segment) && !host::exists(value.segment.section)) {
        throw deleted_section(name);
    }
    if (!connectable) {
        throw refused(ErrorKind::not_connectable, name, described(value), "a Section, a Segment, a point process or an artificial cell");
    }
    return value;
}

Value connection(const Between& arguments) {
    const Value source = end_of_connection(arguments.source.value, "source"), target = end_of_connection(arguments.target.value, "target");
    Object found = host::connection(source, target);
    if (!found && !arguments.strict) {
        found = host::connection(target, source);
    }
    if (!found) {
        throw not_connected(described(source), described(target));
    }
    return Value::of(found);
}

}  // namespace

const host::Methods methods{
    host::method<Receiver, &itself>("__neuron__", "The NEURON object: this one.", ours),
    host::method<OfSegment, &voltage>("__netcon__", "What a NetCon attaches to: the voltage.", places).gives("Pointer | Segment"),
    host::method<Receiver, &itself, 1>("__netcon__", "What a NetCon attaches to: this object.", host::on_point_process),
    host::method<OfSegment, &voltage, 1>("__record__", "What a Vector records: the voltage.", places).gives("Pointer | Segment"),
    host::method<Receiver, &current>("__record__", "What a Vector records: the current i.", host::on_point_process).gives("Pointer"),
    host::method<OfSegment, &arc>("__arc__", "The x that stands for the whole section.", host::on_section),
    host::method<Reference, &ref>("__ref__", "Keeps another object alive with this one.", host::on_section | host::on_point_process),
    host::method<Reference, &deref>("__deref__", "Ends what __ref__ began; whether there was anything to end.",
                                    host::on_section | host::on_point_process),
    host::method<Receiver, &references>("_references", "What lives with this object, each once.",
                                        host::on_section | host::on_point_process | host::on_netcon | host::property)
        .gives("list[Any]"),
    host::method<Receiver, &connections>("_connections", "The latest NetCon to each object that this one is connected to.",
                                         host::on_section | host::on_point_process | host::on_netcon | host::property)
        .gives("dict[Any, NetCon]"),
    host::method<AssignedConnections, &set_connections>("set__connections", "", host::internal),
    host::method<Receiver, &own_interpreter>("_interpreter", "p.", ours | host::on_parallel | host::property).gives("PythonHocInterpreter"),
    host::method<ToNetcon, &transform_netcon>("transform_netcon", "What a NetCon attaches to: __netcon__, else __neuron__.", host::on_p)
        .example(">>> p.is_nrn_scalar(p.transform_netcon(soma))\n"
                 "True"),
    host::method<ToRecord, &transform_record>("transform_record", "What a Vector records: __record__, else __neuron__.", host::on_p)
        .example(">>> p.is_nrn_scalar(p.transform_record(synapse))\n"
                 "True"),
    host::method<Anything, &transform_arc>("transform_arc", "The segment that a section stands for, by __arc__; else as transform.",
                                           host::on_p)
        .example(">>> p.transform_arc(soma)\n"
                 "soma(0.5)"),
    host::method<Anything, &is_section>("is_section", "Whether an object stands for a Section.", host::on_p)
        .example(">>> p.is_section(soma), p.is_section(soma(0.5))\n"
                 "(True, False)"),
    host::method<Anything, &is_segment>("is_segment", "Whether an object stands for a Segment.", host::on_p)
        .example(">>> p.is_segment(soma(0.5))\n"
                 "True"),
    host::method<Anything, &is_nrn_scalar>("is_nrn_scalar", "Whether an object stands for a pointer to a number of NEURON's.", host::on_p)
        .example(">>> p.is_nrn_scalar(soma(0.5)._ref_v), p.is_nrn_scalar(soma(0.5).v)\n"
                 "(True, False)"),
    host::method<Named, &is_point_process>("is_point_process",
                                           "Whether an object or a name is of a point process (an artificial cell is none).", host::on_p)
        .example(">>> p.is_point_process(\"ExpSyn\"), p.is_point_process(synapse)\n"
                 "(True, True)"),
    host::method<Named, &is_density_mechanism>(
        "is_density_mechanism", "Whether an object or a name is of a density mechanism, which section.insert takes.", host::on_p)
        .example(">>> p.is_density_mechanism(\"hh\")\n"
                 "True"),
    host::method<Between, &connection>("connection", "The latest NetCon from a source to a target.", host::on_p)
        .gives("NetCon")
        .raises("NotConnectableError for what cannot be an end\n"
                "NotConnectedError where there is none")
        .example(">>> connection = soma.connect_points(synapse)\n"
                 ">>> p.connection(soma, synapse) == connection\n"
                 "True"),
    host::method<Anything, &transform>("transform", "The NEURON object that an object stands for; itself where it is none.", host::on_p)
        .example(">>> p.transform(soma) is soma\n"
                 "True"),
};

}  // namespace patch::protocol
