// Finds the place that spikes and connects it.
#include "connect_points.hpp"

#include <algorithm>

#include "make.hpp"

namespace patch::connect_points {

using host::Owned;

namespace {

// The source at x, where it is a section's.
host::Source at(host::Source source, std::optional<double> x) {
    if (x && source.variable && !source.segment) {
        make::at(host::current_section(), *x);
    } else if (x && source.segment) {
        source.segment = make::at(source.segment.section, *x);
    }
    return source;
}

Owned from_section(const Arguments& arguments) {
    host::Source source = at(arguments.source, arguments.x);
    if (source.variable && source.segment && arguments.x) {
        source.variable = {};  // a place on the section that was asked
        source.segment = make::at(source.segment.section, *arguments.x);
    } else if (source.variable) {
        source = make::in_section(source, source.segment ? source.segment.section : host::current_section());
        const auto pointed = host::place_of(source.variable, source.segment.section);
        const Segment said{source.segment.section, arguments.x.value_or(source.segment.x)};
        if (pointed && host::place_of(host::range_variable(said, "v"), said.section)->x != pointed->x) {
            throw refused(ErrorKind::value, "x", shown(*arguments.x), "the pointer's own, " + shown(source.segment.x),
                          host::name(source.segment.section));
        }
    }
    return make::connection(source, arguments.target, {arguments.threshold, arguments.delay, arguments.weight});
}

Owned from_segment(const FromSegment& arguments) {
    host::Source source;
    source.segment = arguments.source;
    return make::connection(source, arguments.target, {arguments.threshold, arguments.delay, arguments.weight});
}

Owned netcon(const NetCon& arguments) {
    std::vector<double> weights;
    if (arguments.weight.kind == Kind::number) {
        weights.push_back(Reader<double>::read(arguments.weight, "weight"));
    } else if (arguments.weight.given() && arguments.weight.kind != Kind::none) {
        const host::Numbers several = host::numbers(arguments.weight, "weight", "a number or several");
        if (!several.flat) {
            throw wrong_kind("weight", "a table", "a number or several");
        }
        for (std::size_t i = 0; i < several.rows; ++i) {
            weights.push_back(Reader<double>::read(Value::of(several.at(i)), "weight"));
        }
    } else {
        weights.push_back(defaults::overridden("weight").value_or(defaults::weight));
    }
    if (weights.empty()) {
        throw refused(ErrorKind::value, "weight", "empty", "a number or several");
    }
    const std::size_t most = host::weight_count(arguments.target.object);
    if (arguments.target.object && weights.size() > std::max<std::size_t>(most, 1)) {
        throw refused(ErrorKind::value, "weight", std::to_string(weights.size()) + " numbers",
                      "at most " + std::to_string(most) + " of them", host::name(arguments.target.object));
    }
    const host::Source source = make::in_section(arguments.source, arguments.sec);
    Owned made = make::connection(source, arguments.target, {arguments.threshold, arguments.delay, weights[0]});
    for (std::size_t i = 1; i < weights.size(); ++i) {
        host::set_weight(made.get(), i, weights[i]);
    }
    return made;
}

}  // namespace

const host::Methods methods{
    host::method<Arguments, &from_section>("connect_points", "Connects this section to a target; returns the NetCon, which lives.",
                                           host::in_hoc | host::on_section)
        .gives("NetCon")
        .raises("HocConnectError for a target that takes no events\n"
                "PatchValueError for x outside 0 to 1 and a delay below 0")
        .example(">>> connection = soma.connect_points(synapse, weight=0.04, delay=2)  # uS, ms\n"
                 ">>> connection.delay\n"
                 "2.0"),
    host::method<Arguments, &from_section, 1>("connect_synapse", "The same as connect_points.", host::in_hoc | host::on_section)
        .gives("NetCon")
        .raises("HocConnectError for a target that takes no events\n"
                "PatchValueError for x outside 0 to 1 and a delay below 0")
        .example(">>> connection = soma.connect_synapse(synapse, weight=0.04)  # uS"),
    host::method<FromSegment, &from_segment>("connect_points", "Connects this segment to a target; returns the NetCon, which lives.",
                                             host::on_segment)
        .gives("NetCon")
        .raises("HocConnectError for a target that takes no events\n"
                "PatchValueError for a delay below 0")
        .example(">>> connection = dend(0.3).connect_points(synapse, threshold=0)  # mV"),
    host::method<NetCon, &netcon>("NetCon", "Connects a source to a target; the NetCon lives with both.", host::internal)
        .gives("NetCon")
        .raises("HocConnectError for ends that cannot be connected\n"
                "PatchConnectionError for a pointer without sec\n"
                "PatchValueError for a delay below 0")
        .example(">>> connection = p.NetCon(p.NetStim(start=10, number=5), synapse, weight=0.04)  # ms, uS\n"
                 ">>> connection.delay\n"
                 "1.0"),
};

}  // namespace patch::connect_points
