// Finds what is to be recorded and gives its Vector.
#include "record.hpp"

#include "host/findings.hpp"
#include "make.hpp"

namespace patch::record {

using host::Owned;

namespace {

constexpr const char* recordable = Reader<Recordable>::expected;

Segment live(Segment segment) {
    if (!host::exists(segment.section)) {
        throw deleted_section("target").about(Topic::record);
    }
    return segment;
}

// The variable that a target stands for; the section is where a bare pointer is taken to be.
Variable variable_of(const Value& target) {
    switch (target.kind) {
    case Kind::section:
    case Kind::segment:
        return host::range_variable(live(target.segment), "v");
    case Kind::variable:
        if (!host::exists(target.variable)) {
            throw refused(ErrorKind::reference, "target", "a pointer to something deleted", recordable).about(Topic::record);
        }
        return target.variable;
    case Kind::object:
        if (host::is_point_process(target.object) && !host::is_artificial_cell(target.object) && !host::is_placed(target.object)) {
            throw deleted_object("target", host::name(target.object)).about(Topic::record);
        }
        if (const Variable current = host::object_variable(target.object, "i")) {
            return current;
        }
        [[fallthrough]];
    default:
        throw wrong_kind("target", described(target), recordable).about(Topic::record);
    }
}

// NEURON records t beside the current section, and no more once that is gone: it may not be one that has been dropped.
Variable ready(Variable variable) {
    if (host::is_time(variable)) {
        host::sweep();
    }
    return variable;
}

// The Vector of a place: made at the first call.
Owned of_place(Segment place) {
    if (const Object known = host::recording(place.section, place.x)) {
        host::record_place(place.section, place.x, known);
        return Owned(known);
    }
    Owned vector = host::new_vector();
    host::keep_recording(place.section, place.x, vector.get());
    return vector;
}

Owned of_section(const OfSection& arguments) {
    return of_place(make::at(arguments.section.section, arguments.x.value_or(arguments.section.x)));
}

Owned of_segment(const OfSegment& arguments) {
    return of_place(arguments.segment);
}

Owned of_target(const OfTarget& arguments) {
    const Value& target = arguments.target.value;
    if (arguments.section && !target.given()) {
        return of_place({arguments.section, 0.5});
    }
    if (arguments.section && target.kind == Kind::number) {
        return of_place(make::at(arguments.section, Reader<double>::read(target, "x")));
    }
    if (target.kind == Kind::section || target.kind == Kind::segment) {
        return of_place(live(target.segment));
    }
    const Variable variable = ready(variable_of(target));
    Owned vector = host::new_vector();
    host::record(vector.get(), variable, host::current_section());
    host::note_recorded(vector.get(), variable);
    return vector;
}

Owned own(const Own& arguments) {
    const Segment place = make::at(arguments.section, arguments.x);
    Owned vector = host::new_vector();
    host::keep_recording(place.section, place.x, vector.get(), false);
    return vector;
}

Chained of_vector(const OfVector& arguments) {
    std::vector<Value> passed;
    const bool as_neuron = arguments.target.value.kind == Kind::object && !arguments.further.values.empty();
    if (as_neuron) {
        passed.push_back(arguments.target.value);  // record(point_process, pointer, ...): which one's integrator
    } else {
        const Variable variable = ready(variable_of(arguments.target.value));
        passed.push_back(Value::of(variable));
        host::note_recorded(arguments.vector.object, variable);
    }
    passed.insert(passed.end(), arguments.further.values.begin(), arguments.further.values.end());
    host::call(arguments.vector.object, "record", passed);
    return {};
}

// NEURON's own with arguments: record(vector), record(vector, ids), record(function); ids of the user's where there are any.
host::Result of_spikes(const Spikes& arguments) {
    const Object netcon = arguments.netcon.object;
    if (!arguments.further.values.empty() || defaults::neuron_mode()) {
        return host::call(netcon, "record", arguments.further.values).number;
    }
    const Value known = host::call(netcon, "get_recordvec", {});
    if (known.object) {
        return Owned(known.object);
    }
    const Owned vector = host::new_vector();
    host::call(netcon, "record", {Value::of(vector.get())});
    host::keep_reference(Value::of(netcon), Value::of(vector.get()));
    return vector;
}

}  // namespace

const host::Methods methods{
    host::method<OfTarget, &of_target>("record", "A Vector that records; one per section and x.", host::in_hoc | host::on_p)
        .gives("Vector")
        .raises("HocRecordError for what cannot be recorded")
        .example(">>> current = p.record(synapse)  # its i, nA"),
    host::method<Own, &own>("new_recording", "A Vector of one's own that records the current section's voltage at x.",
                            host::in_hoc | host::unlisted, "record"),
    host::method<OfSection, &of_section>("record", "The Vector that records this section's voltage at x.", host::on_section)
        .gives("Vector")
        .raises("PatchValueError for x outside 0 to 1")
        .example(">>> voltage = soma.record(0.7)  # mV\n"
                 ">>> p.run(5)\n"
                 ">>> voltage.size()\n"
                 "201"),
    host::method<OfSegment, &of_segment>("record", "The Vector that records this segment's voltage.", host::on_segment)
        .gives("Vector")
        .raises("ReferenceError for a section that was deleted")
        .example(">>> voltage = dend(0.3).record()  # mV"),
    host::method<Spikes, &of_spikes>("record", "The Vector that records the spikes of the source; with arguments as in NEURON.",
                                     host::on_netcon)
        .raises("HocError for what NEURON refuses")
        .example(">>> times = p.NetCon(soma, None).record()  # ms"),
    host::method<OfVector, &of_vector>("record", "Records a target into this Vector; returns the Vector.", host::on_vector)
        .raises("HocRecordError for what cannot be recorded")
        .example(">>> voltage = p.Vector().record(dend)  # mV, of dend(0.5)"),
};

}  // namespace patch::record
