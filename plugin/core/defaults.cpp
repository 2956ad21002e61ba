// The table behind p.defaults.
#include "defaults.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>

namespace patch::defaults {

namespace {

std::map<std::string, double, std::less<>>& table() {
    static std::map<std::string, double, std::less<>> values;
    return values;
}

}  // namespace

bool neuron_mode() {
    static const bool on = [] {
        const char* value = std::getenv("PATCH_DEFAULTS");
        return value && std::string_view(value) == "neuron";
    }();
    return on;
}

std::string unknown_mode() {
    const char* const value = std::getenv("PATCH_DEFAULTS");
    const std::string mode = value ? value : "";
    return mode == "" || mode == "neuron" || mode == "patch" ? "" : mode;
}

const std::vector<std::string>& names() {
    static const std::vector<std::string> all{"weight", "delay", "threshold"};
    return all;
}

std::optional<double> overridden(std::string_view name) {
    if (const auto found = table().find(name); found != table().end()) {
        return found->second;
    }
    const bool known = std::find(names().begin(), names().end(), name) != names().end();
    return known && neuron_mode() ? std::optional<double>(as_neuron) : std::nullopt;
}

double current(std::string_view name) {
    struct Row {
        std::string_view name;
        double ours, stock;
    };
    constexpr Row rows[]{{"weight", weight, 0}, {"delay", delay, 1}, {"threshold", threshold, 10}};
    for (const Row& row : rows) {
        if (row.name == name) {
            const auto found = table().find(name);
            return found != table().end() ? found->second : neuron_mode() ? row.stock : row.ours;
        }
    }
    return as_neuron;
}

void set(std::string_view name, std::optional<double> value) {
    if (value) {
        table()[std::string(name)] = *value;
    } else {
        table().erase(std::string(name));
    }
}

}  // namespace patch::defaults
