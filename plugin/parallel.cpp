// Each function checks what NEURON would crash or abort on, and asks it then.
#include "parallel.hpp"

#include <cmath>
#include <limits>

#include "gids.hpp"
#include "host/network.hpp"
#include "host/ranks.hpp"
#include "make.hpp"
#include "runs.hpp"

namespace patch::parallel {

using host::Owned;
using together::Call;

namespace {

Value call(const char* method, const std::vector<Value>& arguments) {
    return host::call(host::parallel_context(), method, arguments);
}

Value parallel(const Nothing&) {
    host::start_mpi();
    return host::the_handle_of(host::parallel_context());
}

int rank_of(double id) {
    if (std::floor(id) != id || id < 0 || id >= host::rank_count()) {
        throw refused(ErrorKind::value, "id", shown(id), "a rank from 0 to " + std::to_string(host::rank_count() - 1));
    }
    return int(id);
}

double set_gid2node(const SetGid& arguments) {
    const int gid = make::gid(arguments.gid);
    const int rank = arguments.id ? rank_of(*arguments.id) : host::rank();
    call("set_gid2node", {Value::of(double(gid)), Value::of(double(rank))});
    if (host::recorded_all() && rank == host::rank()) {
        host::warn(recorded_before(gid));
    }
    return 0;
}

const Value& netcon_of(const Value& value) {
    if (value.kind != Kind::object || !host::is_a(value.object, "NetCon")) {
        throw wrong_kind("netcon", described(value), "a NetCon").about(Topic::parallel);
    }
    return value;
}

double cell(const Cell& arguments) {
    const int gid = make::gid(arguments.gid);
    call("cell", {Value::of(double(gid)), netcon_of(arguments.netcon.value), Value::of(double(arguments.output))});
    return 0;
}

Value gid_connect(const Connect& arguments) {
    const int gid = make::gid(arguments.gid);
    if (!arguments.target.object) {
        throw wrong_kind("target", "None", "a point process or an artificial cell").about(Topic::parallel);
    }
    if (host::use_of_gid(gid) == host::GidUse::reserved) {
        throw no_cell_for_gid(gid, host::rank());
    }
    const Value target = Value::of(arguments.target.object);
    if (arguments.netcon) {
        const Owned moved(call("gid_connect", {Value::of(double(gid)), target, netcon_of(arguments.netcon->value)}).object);
        return host::receiver(moved.get());
    }
    constexpr double unset = std::numeric_limits<double>::quiet_NaN();
    const Owned netcon = host::connect_to_gid(gid, arguments.target.object, unset, unset);
    host::keep_receiver(gid, arguments.target.object, netcon.get());
    host::note_connection({}, arguments.target.value, netcon.get());
    return host::receiver(netcon.get());
}

// ---- Spikes ----

Owned vector_or_new(const std::optional<Meant>& given, const char* name) {
    if (!given) {
        return host::new_vector();
    }
    if (given->value.kind != Kind::object || !host::is_a(given->value.object, "Vector")) {
        throw wrong_kind(name, described(given->value), "a Vector");
    }
    return Owned(given->value.object);
}

void check_recorded(int gid) {
    if (host::use_of_gid(gid) != host::GidUse::source) {
        throw no_source_here(gid, host::rank());
    }
}

Value spike_record(const Record& arguments) {
    const Value& gids = arguments.gids.value;
    const bool all = !gids.given() || (gids.kind == Kind::number && gids.number == -1);
    Value which = all ? Value::of(-1.0) : gids;
    Owned numbers;
    if (all) {
        for (const int gid : host::source_gids()) {
            check_recorded(gid);
        }
    } else if (gids.kind == Kind::number || gids.kind == Kind::boolean) {
        check_recorded(make::gid(gids));
    } else {
        const host::Numbers several = host::numbers(gids, "gids", "a gid, several of them, or -1");
        std::vector<double> checked;
        for (std::size_t i = 0; i < several.rows; ++i) {
            check_recorded(make::gid(Value::of(several.at(i))));
            checked.push_back(several.at(i));
        }
        numbers = host::new_vector(checked.size(), checked.data());
        which = Value::of(numbers.get());
    }
    const Owned times = vector_or_new(arguments.times, "tvec"), names = vector_or_new(arguments.numbers, "gidvec");
    call("spike_record", {which, Value::of(times.get()), Value::of(names.get())});
    return host::new_tuple({Value::of(times.get()), Value::of(names.get())});
}

// ---- Transfer variables ----

Value key_of(const Value& value) {
    const bool whole = value.kind == Kind::number && std::floor(value.number) == value.number;
    if (!whole || value.number < 0 || value.number > std::numeric_limits<int>::max()) {
        const bool number = value.kind == Kind::number;
        throw refused(number ? ErrorKind::value : ErrorKind::type, "key", number ? shown(value.number) : described(value),
                      "an integer from 0 to 2147483647");
    }
    return Value::of(value.number);
}

// A pointer, and the section it belongs to.
Value variable_of(const Value& value, const char* name, Section& section) {
    if (value.kind == Kind::section || value.kind == Kind::segment) {
        const Segment place = Reader<Segment>::read(value, name);
        section = section ? section : place.section;
        return Value::of(host::range_variable(place, "v"));
    }
    if (value.kind != Kind::variable || !host::exists(value.variable)) {
        throw wrong_kind(name, described(value), "a pointer, a Section or a Segment");
    }
    section = section ? section : value.segment.section;
    return value;
}

void source_var(const SourceVariable& arguments) {
    const Value key = key_of(arguments.key);
    Section section = arguments.sec.value_or(Section{});
    const Value variable = variable_of(arguments.source.value, "source", section);
    const host::SectionScope scope(section);
    call("source_var", {variable, key});
}

void target_var(const TargetVariable& arguments) {
    Section section = arguments.sec.value_or(Section{});
    const Value &first = arguments.first.value, &second = arguments.second.value;
    if (first.kind == Kind::object) {
        if (!host::is_placed(first.object)) {
            throw wrong_kind("target", described(first), "a point process in a section");
        }
        const Value key = key_of(arguments.third);
        const Value variable = variable_of(second, "variable", section);
        const host::SectionScope scope(section);
        call("target_var", {first, variable, key});
        return;
    }
    if (arguments.third.given()) {
        throw wrong_kind("target", described(first), "a point process");
    }
    const Value key = key_of(second);
    const Value variable = variable_of(first, "target", section);
    const host::SectionScope scope(section);
    call("target_var", {variable, key});
}

void setup_transfer(const Nothing&) {
    together::Meeting meeting(Call::setup_transfer, ErrorKind::parallel);
    meeting.agree();
    gids::set_up_transfers(meeting);
}

double transfer_max(const Nothing&) {
    return host::largest_transfer_key();
}

bool warns_of_new_gids(const Nothing&) {
    return host::recorded_all();
}

// ---- Runs ----

double psolve(const Solve& arguments) {
    host::join_network();
    runs::Wanted wanted{Call::psolve};
    wanted.initialise = arguments.v_init.has_value();
    wanted.v_init = arguments.v_init;
    wanted.until = arguments.tstop;
    wanted.always_together = true;
    runs::run(wanted, [&] {
        if (host::running()) {
            throw while_running("a run cannot begin");
        }
        if (arguments.tstop < 0) {
            throw refused(ErrorKind::value, "tstop", shown(arguments.tstop), "at least 0 ms");
        }
    });
    return 0;
}

void join(const Nothing&) {
    host::start_mpi();
    host::join_network();
}

constexpr auto tell_psolve = &together::fail<Call::psolve, ErrorKind::parallel>;
constexpr auto tell_setup = &together::fail<Call::setup_transfer, ErrorKind::parallel>;
constexpr unsigned both = host::on_parallel | host::in_hoc;

}  // namespace

const host::Methods methods{
    host::method<Nothing, &parallel>("parallel", "NEURON's ParallelContext with what Patch adds; one object.", host::internal),
    host::method<Nothing, &parallel, 1>("ParallelContext", "p.parallel: NEURON's ParallelContext with what Patch adds; one object.",
                                        host::on_p | host::replaces_stock)
        .gives("ParallelContext")
        .example(">>> p.ParallelContext() is p.parallel\n"
                 "True"),
    host::method<SetGid, &set_gid2node>("set_gid2node", "Says which rank has a gid.", host::on_parallel)
        .raises("ParallelConnectError for what is no gid\n"
                "PatchValueError for a rank that does not exist\n"
                "HocError for a gid that the rank has already")
        .example(">>> p.parallel.set_gid2node(8)\n"
                 "0.0\n"
                 ">>> p.parallel.gid_exists(8)\n"
                 "1"),
    host::method<Cell, &cell>("cell", "Gives a gid of this rank its source.", host::on_parallel)
        .raises("ParallelConnectError for what is no gid or no NetCon\n"
                "HocError for a gid that is not this rank's")
        .example(">>> p.parallel.cell(8, dend.connect_points(None))\n"
                 "0.0"),
    host::method<Connect, &gid_connect>("gid_connect", "Connects a gid to a target; returns the NetCon, which lives.", host::on_parallel)
        .gives("NetCon")
        .raises("ParallelConnectError for what is no gid\n"
                "HocConnectError for a target that takes no events")
        .example(">>> receiver = p.parallel.gid_connect(8, synapse)\n"
                 ">>> receiver.weight[0] = 0.04  # uS"),
    host::method<Record, &spike_record>("spike_record", "Records the spikes of this rank's gids; returns (times, gids).", host::on_parallel)
        .gives("tuple[Vector, Vector]")
        .raises("ParallelConnectError for a gid without a source here")
        .example(">>> times, gids = p.parallel.spike_record()  # ms"),
    host::method<SourceVariable, &source_var>("source_var", "Makes a variable known to other ranks by a key.", host::on_parallel)
        .raises("PatchValueError for a key that is no whole number from 0 on\n"
                "HocError for one that is in use")
        .example(">>> p.parallel.source_var(soma(0.5)._ref_v, 1, sec=soma)"),
    host::method<TargetVariable, &target_var>("target_var", "Lets a variable follow the source with that key.", host::on_parallel)
        .raises("PatchValueError for a key that is no whole number from 0 on")
        .example(">>> clamp = p.SEClamp(dend)\n"
                 ">>> p.parallel.target_var(clamp, clamp._ref_amp1, 1)"),
    host::method<Nothing, &setup_transfer>("setup_transfer", "Connects sources and targets of transfer variables. Collective.",
                                           host::on_parallel, nullptr, tell_setup)
        .raises("ParallelError on every rank where a target has no source")
        .example(">>> p.parallel.setup_transfer()"),
    host::method<Nothing, &transfer_max>("_transfer_max", "The largest key of a transfer variable of this rank; -1 without any.",
                                         host::on_parallel | host::property),
    host::method<Nothing, &warns_of_new_gids>("_warn_new_gids", "Whether spike_record(-1) was called, which hears no later gid.",
                                              host::on_parallel | host::property),
    host::method<Solve, &psolve>("psolve", "Runs all ranks together until t = tstop. Collective.", both, nullptr, tell_psolve)
        .raises("PatchValueError for a time that has passed\n"
                "ParallelError on every rank where one fails")
        .example(">>> p.parallel.psolve(10, -65)  # ms, mV\n"
                 "0.0\n"
                 ">>> round(p.t)\n"
                 "10"),
    host::method<Nothing, &join>("join", "From now on, until gids are cleared, this rank runs with the others.", both)
        .example(">>> p.parallel.join()"),
};

}  // namespace patch::parallel
