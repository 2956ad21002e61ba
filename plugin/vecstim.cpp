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

// A source that plays these times; none plays nothing. A Vector that is given is the one that is played.
Owned source_of(const Value& times, const char* argument) {
    Owned vector;
    if (times.given() && times.kind != Kind::none) {
        const host::Numbers numbers = host::numbers(times, argument, "a sequence of spike times");
        check(numbers, argument);
        const bool is_vector = times.kind == Kind::object && host::is_a(times.object, "Vector");
        vector = is_vector ? Owned(times.object) : host::new_vector(numbers.rows);
        for (std::size_t i = 0; !is_vector && i < numbers.rows; ++i) {
            host::vector_data(vector.get())[i] = numbers.at(i);
        }
    }
    host::require_mechanism("PatchVecStim");
    if (!host::can_make()) {
        throw while_running("a VecStim cannot be made");
    }
    Owned source = host::make("PatchVecStim", {});
    if (vector.get()) {
        host::call(source.get(), "play", {Value::of(vector.get())});
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
    return source_of(arguments.pattern, "pattern");
}

// A stimulus for a point process: the pattern's times, or a NetStim with the given attributes.
Owned stimulate(const Stimulate& arguments) {
    const Target target = Reader<Target>::read(arguments.target, "target");
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
    host::method<Pattern, &play_pattern>("VecStim", "A source that plays a pattern of spike times.", host::on_p),
    host::method<Stimulate, &stimulate>("stimulate", "Stimulates this point process; returns the stimulus.", host::on_point_process),
};

}  // namespace patch::vecstim
