// Checks spike times and makes the cell that plays them.
#include "vecstim.hpp"

#include <cmath>

#include "make.hpp"

namespace patch::vecstim {

using host::Owned;

namespace {

void check(const host::Numbers& times, const char* argument) {
    if (!times.flat) {
        throw wrong_kind(argument, "a table", "a sequence of spike times");
    }
    for (std::size_t i = 0; i < times.rows; ++i) {
        const double time = times.at(i);
        if (!std::isfinite(time) || time < 0) {
            throw bad_element(argument, i, time, "a finite time of at least 0 ms", {});
        }
        if (i > 0 && time < times.at(i - 1)) {
            throw unsorted(argument, i, time, times.at(i - 1));
        }
    }
}

// The Vector of such times: the one that is given, or a new one; none where nothing is played.
Owned vector_of(const Value& times, const char* argument) {
    if (!times.given() || times.kind == Kind::none) {
        return {};
    }
    const host::Numbers numbers = host::numbers(times, argument, "a sequence of spike times");
    check(numbers, argument);
    if (times.kind == Kind::object && host::is_a(times.object, "Vector")) {
        return Owned(times.object);
    }
    Owned vector = host::new_vector(numbers.rows);
    for (std::size_t i = 0; i < numbers.rows; ++i) {
        host::vector_data(vector.get())[i] = numbers.at(i);
    }
    return vector;
}

constexpr const char* played_now = "_played";  // an attribute of the cell: NEURON does not tell

void play_on(Object cell, const Owned& vector) {
    host::call(cell, "play", vector.get() ? std::vector<Value>{Value::of(vector.get())} : std::vector<Value>{});
    if (host::has_python()) {
        host::set_own_attribute(Value::of(cell), played_now, vector.get() ? Value::of(vector.get()) : Value{});
    }
}

// A source that plays these times; none plays nothing.
Owned source_of(const Value& times, const char* argument) {
    const Owned vector = vector_of(times, argument);
    host::require_mechanism("PatchVecStim");
    if (!host::can_make()) {
        throw while_running("a VecStim cannot be made");
    }
    Owned source = host::make("PatchVecStim", {});
    if (vector.get()) {
        play_on(source.get(), vector);
    }
    return source;
}

Owned play(const Arguments& arguments) {
    if (arguments.times.kind == Kind::none) {
        throw wrong_kind("times", described(arguments.times), "a sequence of spike times");
    }
    return source_of(arguments.times, "times");
}

Owned play_pattern(const Pattern& arguments) {
    const bool place = arguments.pattern.kind == Kind::segment || arguments.pattern.kind == Kind::section;
    if (arguments.args.values.size() > 0 && !place) {
        throw too_many_arguments(arguments.args.values.size() + 1, 1);
    }
    return source_of(place ? Value{} : arguments.pattern, "pattern");
}

// play() of a cell that p made: as NEURON's, and any sequence will do.
double replay(const Played& arguments) {
    play_on(arguments.cell.object, vector_of(arguments.times, "times"));
    return 0;
}

Value pattern(const OfCell& arguments) {
    return host::own_attribute(arguments.cell, played_now);
}

void set_pattern(const Played& arguments) {
    play_on(arguments.cell.object, vector_of(arguments.times, "pattern"));
}

// A stimulus for a point process: the pattern's times, or a NetStim with the given attributes.
Owned stimulate(const Stimulate& arguments) {
    const Target& target = arguments.target;
    if (arguments.delay < 0) {
        throw refused(ErrorKind::value, "delay", shown(arguments.delay), "at least 0 ms", host::name(target.object));
    }
    const bool pattern = arguments.pattern.given() && arguments.pattern.kind != Kind::none;
    if (pattern && !arguments.netstim.values.empty()) {
        throw unknown_keyword(arguments.netstim.values[0].first, {"pattern", "weight", "delay"});
    }
    host::Source source;
    const Owned stimulus = pattern ? source_of(arguments.pattern, "pattern") : make::mechanism("NetStim", {}, {}, arguments.netstim.values);
    source.object = stimulus.get();
    make::connection(source, target, {defaults::as_neuron, arguments.delay, arguments.weight});
    return stimulus;
}

}  // namespace

const host::Methods methods{
    host::method<Arguments, &play>("vecstim", "A source that plays a Vector of spike times.", host::in_hoc),
    host::method<Pattern, &play_pattern>("VecStim", "A source that plays a pattern of spike times.", host::on_p)
        .gives("VecStim")
        .raises("PatchValueError for times that are not sorted, not finite or below 0")
        .example(">>> source = p.VecStim([5, 10, 15])  # ms\n"
                 ">>> connection = p.NetCon(source, synapse)"),
    host::method<Played, &replay>("play", "Plays other times from the next initialisation on.", host::on_vecstim)
        .raises("PatchValueError for times that are not sorted, not finite or below 0")
        .example(">>> source = p.VecStim([5, 10, 15])  # ms\n"
                 ">>> source.play([20, 25])\n"
                 "0.0"),
    host::method<OfCell, &pattern>("pattern", "The Vector of the times that are played, or None.", host::on_vecstim | host::property)
        .gives("Vector | Any"),
    host::method<Played, &set_pattern>("set_pattern", "", host::internal, "pattern"),
    host::method<OfCell, &pattern, 1>("vector", "The same as pattern.", host::on_vecstim | host::property).gives("Vector | Any"),
    host::method<Played, &set_pattern, 1>("set_vector", "", host::internal, "vector"),
    host::method<Stimulate, &stimulate>("stimulate", "Stimulates this point process; returns the stimulus.", host::on_point_process)
        .gives("NetStim | VecStim")
        .raises("HocConnectError for one that takes no events\n"
                "PatchValueError for times that are not sorted, not finite or below 0 and for a delay below 0\n"
                "PatchAttributeError for an attribute that NetStim does not have")
        .example(">>> stimulus = synapse.stimulate(start=5, number=3, interval=10, weight=0.04)  # ms, ms, uS\n"
                 ">>> stimulus = synapse.stimulate([5, 10, 15])  # ms"),
};

}  // namespace patch::vecstim
