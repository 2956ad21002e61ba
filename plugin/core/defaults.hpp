// The numbers that are used when weight, delay or threshold is not given: the arguments' own, unless overridden here.
#pragma once

#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace patch::defaults {

inline constexpr double weight = 0.1;     // of the target's own unit (uS for ExpSyn)
inline constexpr double delay = 1;        // ms
inline constexpr double threshold = -20;  // mV

// NEURON's own number is left as it is: PATCH_DEFAULTS=neuron in the environment.
inline constexpr double as_neuron = std::numeric_limits<double>::quiet_NaN();

// Whether PATCH_DEFAULTS=neuron switches every difference between p and h off. Read once.
bool neuron_mode();
std::string unknown_mode();  // what PATCH_DEFAULTS is where it is no mode

// The number that stands in for an argument's own default, if there is one.
std::optional<double> overridden(std::string_view name);

// The number in force, as p.defaults shows it; stock NEURON's own in neuron mode.
double current(std::string_view name);

// Sets what p.defaults shows; an argument's own default is back with std::nullopt.
void set(std::string_view name, std::optional<double> value);

// The names that can be set.
const std::vector<std::string>& names();

}  // namespace patch::defaults
