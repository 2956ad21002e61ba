#include "about.hpp"

#include <algorithm>

#include "core/version.hpp"

namespace patch::about {

namespace {

std::string own_version(const Nothing&) {
    return version();
}

std::string neuron_version(const Nothing&) {
    return host::running_version();
}

std::string last_error(const Nothing&) {
    return host::last_error();
}

// How HOC calls a function and what its arguments are; all the names where none is asked for.
std::string help(const Name& arguments) {
    std::vector<std::string> names;
    std::string all;
    for (const host::Method& method : host::methods()) {
        if (!(method.places & host::in_hoc)) {
            continue;
        }
        const Signature signature = method.described();
        if (arguments.name && *arguments.name == method.name) {
            return signature.hoc() + "\n" + signature.help(false);
        }
        names.emplace_back(method.name);
        all += signature.hoc() + "\n";
    }
    if (arguments.name) {
        throw no_such_name(*arguments.name, names);
    }
    return all;
}

// Said when the library's own package stands in for an installed one.
void complain(const Name& installed) {
    host::complain(other_version(installed.name.value_or("unknown"), version()) + "\n");
}

// The number in force; a value sets it.
double number(const Default& arguments) {
    const auto& known = defaults::names();
    if (std::find(known.begin(), known.end(), arguments.name) == known.end()) {
        throw no_such_name(arguments.name, known);
    }
    if (arguments.value) {
        if (arguments.name == "delay" && *arguments.value < 0) {
            throw refused(ErrorKind::value, "delay", shown(*arguments.value), "at least 0 ms");
        }
        defaults::set(arguments.name, arguments.value);
        host::refresh_signatures();
    }
    return defaults::current(arguments.name);
}

}  // namespace

const host::Methods methods{
    host::method<Nothing, &own_version>("version", "The version of Patch."),
    host::method<Nothing, &neuron_version>("neuron_version", "The version of NEURON."),
    host::method<Nothing, &last_error>("last_error", "The sentence of the last refusal."),
    // `help` is a word of HOC's own: a HOC program cannot call a method of that name, Python can.
    host::method<Name, &help>("help", "How a function is called and what its arguments are.", host::in_hoc),
    host::method<Name, &help, 1>("usage", "How a function is called and what its arguments are.", host::in_hoc),
    host::method<Name, &complain>("complain", "Says that another version is installed.", host::internal),
    host::method<Default, &number>("default", "The weight, delay or threshold that is used when none is given.", host::in_hoc | host::internal),
};

}  // namespace patch::about
