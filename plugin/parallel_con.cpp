// Tells the two directions apart, refuses what cannot be, and keeps what was made.
#include "parallel_con.hpp"

#include <cmath>
#include <limits>

#include "host/network.hpp"
#include "host/ranks.hpp"
#include "make.hpp"

namespace patch::parallel_con {

using host::Owned;

namespace {

bool is_number(const Value& value) {
    return value.kind == Kind::number || value.kind == Kind::boolean;
}

// ---- A source and its gid ----

struct Transmitter {
    host::Source source;
    int gid;
    bool output;
    double threshold;  // mV; a nan leaves NEURON's own
};

void check(const Transmitter& wanted) {
    if (wanted.source.nothing()) {
        throw wrong_kind("source", "None", "a Section, a Segment, a pointer or an artificial cell").about(Topic::parallel);
    }
    host::start_mpi();
    if (host::use_of_gid(wanted.gid) == host::GidUse::source) {
        host::sweep();  // it may belong to something that nobody can reach
    }
    if (host::use_of_gid(wanted.gid) == host::GidUse::source) {
        throw gid_in_use(wanted.gid, host::source_of_gid(wanted.gid), host::rank());
    }
    if (!host::can_make()) {
        throw while_running("a source cannot be given a gid");
    }
}

Owned transmit(const Transmitter& wanted) {
    check(wanted);
    constexpr double unset = std::numeric_limits<double>::quiet_NaN();
    const Owned netcon = host::new_netcon(wanted.source, {}, {wanted.threshold, unset, unset}, host::Sharer::gid);
    host::give_gid(wanted.gid, netcon.get(), wanted.output);
    host::keep_connection(wanted.source, {}, netcon.get());
    host::note_reference(wanted.source.value, Value::of(netcon.get()));
    host::keep_gid(wanted.gid, netcon.get());
    if (host::recorded_all()) {
        host::warn(recorded_before(wanted.gid));
    }
    return netcon;
}

// ---- A gid and who listens ----

struct Receiver {
    int gid;
    const Target& target;
    double delay, weight;  // ms; nan leaves NEURON's own
};

void check(const Receiver& wanted) {
    if (!wanted.target.object) {
        throw wrong_kind("target", "None", "a point process or an artificial cell").about(Topic::parallel);
    }
    if (wanted.delay < 0) {
        throw refused(ErrorKind::value, "delay", shown(wanted.delay), "at least 0 ms", host::name(wanted.target.object));
    }
    host::start_mpi();
    if (host::use_of_gid(wanted.gid) == host::GidUse::reserved) {
        throw no_cell_for_gid(wanted.gid, host::rank());
    }
}

Owned receive(const Receiver& wanted) {
    check(wanted);
    const Owned netcon = host::connect_to_gid(wanted.gid, wanted.target.object, wanted.delay, wanted.weight);
    host::keep_receiver(wanted.gid, wanted.target.object, netcon.get());
    host::note_connection({}, wanted.target.value, netcon.get());
    return netcon;
}

// A number, or what is in force where none is given.
double or_default(const std::optional<double>& given, const char* name, double patchs) {
    return given ? *given : defaults::overridden(name).value_or(patchs);
}
double threshold_or_default(const std::optional<double>& given) {
    return or_default(given, "threshold", defaults::threshold);
}
double delay_or_default(const std::optional<double>& given) {
    return or_default(given, "delay", defaults::delay);
}
double weight_or_default(const std::optional<double>& given) {
    return or_default(given, "weight", defaults::weight);
}

// ---- Python ----

Owned from_python(const Python& arguments) {
    const Value &first = arguments.first.value, &second = arguments.second.value;
    if (is_number(first) && is_number(second)) {
        throw two_gids_given();
    }
    if (is_number(first)) {
        if (arguments.threshold) {
            throw belongs_to("threshold", "the source of a gid, not to a receiver");
        }
        if (!arguments.output) {
            throw belongs_to("output", "the source of a gid, not to a receiver");
        }
        const int gid = make::gid(first);
        const Target target = Reader<Target>::read(second, "target");
        return receive({gid, target, delay_or_default(arguments.delay), weight_or_default(arguments.weight)});
    }
    if (!is_number(second)) {
        throw no_gid_given();
    }
    for (const auto& [given, name] : {std::pair{arguments.delay.has_value(), "delay"}, std::pair{arguments.weight.has_value(), "weight"}}) {
        if (given) {
            throw belongs_to(name, "a receiver of a gid, not to its source");
        }
    }
    const int gid = make::gid(second);
    const host::Source source = make::in_section(Reader<host::Source>::read(first, "source"), arguments.sec);
    return transmit({source, gid, arguments.output, threshold_or_default(arguments.threshold)});
}

// ---- HOC ----

std::optional<double> number(const Value& value, const char* name) {
    return value.given() ? std::optional<double>(Reader<double>::read(value, name)) : std::nullopt;
}

Owned from_hoc(const Hoc& arguments) {
    const Value &first = arguments.first.value, &second = arguments.second.value;
    const Value &third = arguments.third, &fourth = arguments.fourth;
    const bool from_section = is_number(first) && (!second.given() || is_number(second));
    if (from_section && third.given()) {
        throw two_gids_given();
    }
    if (is_number(first) && !from_section) {
        const int gid = make::gid(first);
        const Target target = Reader<Target>::read(second, "target");
        return receive({gid, target, delay_or_default(number(third, "delay")), weight_or_default(number(fourth, "weight"))});
    }
    if (!from_section && fourth.given()) {
        throw belongs_to("weight", "a receiver of a gid, not to its source");
    }
    const Value& gid = from_section ? first : second;
    if (!is_number(gid)) {
        throw no_gid_given();
    }
    host::Source source;
    if (from_section) {
        source.segment = Reader<Segment>::read(host::current_section() ? Value::of(host::current_section()) : Value{}, "source");
    } else {
        source = Reader<host::Source>::read(first, "source");
        if (source.variable) {
            source = make::in_section(source, host::current_section());
        }
    }
    return transmit({source, make::gid(gid), true, threshold_or_default(number(from_section ? second : third, "threshold"))});
}

// The gid of a NetCon's source, or None.
Value gid_of(const Netcon& arguments) {
    const int gid = host::gid_of(arguments.netcon.object);
    Value value;
    value.kind = Kind::none;
    if (gid >= 0) {
        value = Value::of(double(gid));
        value.whole = true;
    }
    return value;
}

}  // namespace

const host::Methods methods{
    host::method<Hoc, &from_hoc>("ParallelCon", "Gives a source a gid, or connects a gid to a target; returns the NetCon, which lives.",
                                 host::in_hoc),
    host::method<Python, &from_python>("ParallelCon",
                                       "Gives a source a gid, or connects a gid to a target; returns the NetCon, which lives.", host::on_p)
        .gives("NetCon")
        .raises("ParallelConnectError for what is not a gid and an end, and for a gid that has a source already")
        .example(">>> transmitter = p.ParallelCon(soma, 7)  # soma's spikes are gid 7, on every rank\n"
                 ">>> receiver = p.ParallelCon(7, synapse, weight=0.01, delay=2)  # uS, ms\n"
                 ">>> receiver.gid\n"
                 "7"),
    host::method<Netcon, &gid_of>("gid", "The gid of the source, or None.", host::on_netcon | host::on_stock_netcon | host::property)
        .gives("int | None"),
};

}  // namespace patch::parallel_con
