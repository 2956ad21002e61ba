// Makes clamps, and reads and writes them by the names that people use.
#include "clamp.hpp"

#include "make.hpp"

namespace patch::clamp {

using host::Owned;

namespace {

constexpr double own_amplitude = 1, own_duration = 100, own_voltage = -70;  // nA, ms, mV

// One number or several; what is not given, or None, is p's own.
std::vector<double> levels(const Value& given, const char* name, double otherwise, const char* expected) {
    const bool is_given = given.given() && given.kind != Kind::none;
    return is_given ? make::numbers(given, name, expected) : std::vector<double>{otherwise};
}

double at_least_zero(std::optional<double> given, double otherwise, const char* name, Segment place) {
    const double value = given.value_or(otherwise);
    if (value < 0) {
        throw refused(ErrorKind::value, name, shown(value), "at least 0 ms", host::name(place));
    }
    return value;
}

Segment place_of(Segment section, std::optional<double> x) {
    return x ? make::at(section.section, *x) : section;
}

// NEURON plays a Vector into a variable for as long as the Vector lives: both live with the clamp.
void play(Object clamp, const std::vector<double>& amplitudes, double delay) {
    const double dt = host::variable("dt");
    std::vector<double> times;
    for (std::size_t i = 0; i < amplitudes.size(); ++i) {
        times.push_back(delay + double(i) * dt);
    }
    const Owned values = host::new_vector(amplitudes.size(), amplitudes.data());
    const Owned when = host::new_vector(times.size(), times.data());
    host::call(values.get(), "play", {Value::of(host::object_variable(clamp, "amp")), Value::of(when.get())});
    host::keep_reference(Value::of(clamp), Value::of(values.get()));
    host::keep_reference(Value::of(clamp), Value::of(when.get()));
}

Owned iclamp(const Current& arguments) {
    const Segment place = place_of(arguments.section, arguments.x);
    const auto is_given = [](const Value& value) { return value.given() && value.kind != Kind::none; };
    const bool short_name = is_given(arguments.amp);
    if (short_name && is_given(arguments.amplitude)) {
        throw refused(ErrorKind::type, "amplitude", "given twice", "once");
    }
    const std::vector<double> amplitudes =
        levels(short_name ? arguments.amp : arguments.amplitude, short_name ? "amp" : "amplitude", own_amplitude, "a number or several");
    if (amplitudes.empty()) {
        throw refused(ErrorKind::value, "amplitude", "empty", "a number or several", host::name(place));
    }
    const double delay = at_least_zero(arguments.delay, 0, "delay", place);
    const double duration = at_least_zero(arguments.duration, own_duration, "duration", place);
    Owned clamp =
        make::mechanism("IClamp", place, {}, {{"del", Value::of(delay)}, {"dur", Value::of(duration)}, {"amp", Value::of(amplitudes[0])}});
    host::keep_placed(clamp.get());
    if (amplitudes.size() > 1) {
        play(clamp.get(), amplitudes, delay);
    }
    return clamp;
}

Owned vclamp(const Voltage& arguments) {
    const Segment place = place_of(arguments.section, arguments.x);
    const std::vector<double> voltages = levels(arguments.voltage, "voltage", own_voltage, "a number or three");
    if (voltages.size() != 1 && voltages.size() != 3) {
        throw refused(ErrorKind::value, "voltage", std::to_string(voltages.size()) + " numbers", "a number or three", host::name(place));
    }
    const double holding = arguments.holding.value_or(own_voltage);
    const bool three = voltages.size() == 3;
    const double amplitudes[]{three ? voltages[0] : holding, three ? voltages[1] : voltages[0], three ? voltages[2] : holding};
    Owned clamp = make::mechanism("SEClamp", place, {},
                                  {{"dur1", Value::of(at_least_zero(arguments.before, 0, "before", place))},
                                   {"dur2", Value::of(at_least_zero(arguments.duration, own_duration, "duration", place))},
                                   {"dur3", Value::of(at_least_zero(arguments.after, 0, "after", place))},
                                   {"amp1", Value::of(amplitudes[0])},
                                   {"amp2", Value::of(amplitudes[1])},
                                   {"amp3", Value::of(amplitudes[2])}});
    host::keep_placed(clamp.get());
    return clamp;
}

// ---- The names that people use ----

Object live(const Value& clamp) {
    if (!host::is_placed(clamp.object)) {
        throw deleted_object("clamp", host::name(clamp.object));
    }
    return clamp.object;
}

double get(const Value& clamp, const char* name) {
    return host::value(host::object_variable(live(clamp), name));
}

void set(const Assigned& arguments, const char* said, const char* name) {
    host::set_attribute(live(arguments.clamp), name, Reader<double>::read(arguments.value, said));
}

bool is_current(const Value& clamp) {
    return host::is_a(clamp.object, "IClamp");
}

double duration(const OfClamp& arguments) {
    return get(arguments.clamp, is_current(arguments.clamp) ? "dur" : "dur2");
}
void set_duration(const Assigned& arguments) {
    set(arguments, "duration", is_current(arguments.clamp) ? "dur" : "dur2");
}
double amplitude(const OfClamp& arguments) {
    return get(arguments.clamp, "amp");
}
void set_amplitude(const Assigned& arguments) {
    set(arguments, "amplitude", "amp");
}
double delay(const OfClamp& arguments) {
    return get(arguments.clamp, "dur1");
}
void set_delay(const Assigned& arguments) {
    set(arguments, "delay", "dur1");
}
double after(const OfClamp& arguments) {
    return get(arguments.clamp, "dur3");
}
void set_after(const Assigned& arguments) {
    set(arguments, "after", "dur3");
}
double holding(const OfClamp& arguments) {
    return get(arguments.clamp, "amp1");
}
void set_holding(const Assigned& arguments) {
    set(arguments, "holding", "amp1");
    set(arguments, "holding", "amp3");
}
Value voltage(const OfClamp& arguments) {
    std::vector<Value> three;
    for (const char* const name : {"amp1", "amp2", "amp3"}) {
        three.push_back(Value::of(get(arguments.clamp, name)));
    }
    return host::new_list(three);
}
void set_voltage(const Assigned& arguments) {
    for (const auto& [name, value] : make::clamp_levels("voltage", arguments.value, host::name(arguments.clamp.object))) {
        host::set_attribute(live(arguments.clamp), name, value.number);
    }
}

constexpr unsigned both = host::on_iclamp | host::on_seclamp | host::property;
constexpr unsigned of_current = host::on_iclamp | host::property;
constexpr unsigned of_voltage = host::on_seclamp | host::property;

}  // namespace

const host::Methods methods{
    host::method<Current, &iclamp>("iclamp", "Puts a current clamp (IClamp) into the section; returns it.", host::in_hoc | host::on_section)
        .gives("IClamp")
        .raises("PatchValueError for x outside 0 to 1 and times below 0")
        .example(">>> clamp = soma.iclamp(0.3, delay=5, duration=1)  # nA, ms\n"
                 ">>> clamp = soma.iclamp([0.1, 0.2, 0.3], delay=5)  # one in each step"),
    host::method<Voltage, &vclamp>("vclamp", "Puts a voltage clamp (SEClamp) into the section; returns it.",
                                   host::in_hoc | host::on_section)
        .gives("SEClamp")
        .raises("PatchValueError for x outside 0 to 1, times below 0 and levels that are neither one nor three")
        .example(">>> clamp = soma.vclamp(-20, before=5, duration=10, after=5)  # mV, ms"),
    host::method<OfClamp, &duration>("duration", "ms; NEURON's dur, of an SEClamp dur2.", both),
    host::method<Assigned, &set_duration>("set_duration", "", host::internal, "duration"),
    host::method<OfClamp, &amplitude>("amplitude", "nA; NEURON's amp.", of_current),
    host::method<Assigned, &set_amplitude>("set_amplitude", "", host::internal, "amplitude"),
    host::method<OfClamp, &delay>("delay", "ms before the step; NEURON's dur1.", of_voltage),
    host::method<Assigned, &set_delay>("set_delay", "", host::internal, "delay"),
    host::method<OfClamp, &after>("after", "ms after the step; NEURON's dur3.", of_voltage),
    host::method<Assigned, &set_after>("set_after", "", host::internal, "after"),
    host::method<OfClamp, &holding>("holding", "mV before and after the step; NEURON's amp1 and amp3.", of_voltage),
    host::method<Assigned, &set_holding>("set_holding", "", host::internal, "holding"),
    host::method<OfClamp, &voltage>("voltage", "mV, the three levels; NEURON's amp1, amp2 and amp3. One number is the step's.", of_voltage)
        .gives("list[float]"),
    host::method<Assigned, &set_voltage>("set_voltage", "", host::internal, "voltage"),
};

}  // namespace patch::clamp
