// Versions, help and the numbers in force.
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
        if (!(method.places & host::in_hoc) || (method.places & host::unlisted)) {
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

// HOC's templates cannot pass on what they were given without knowing its kind: they ask for the sentence instead.
double wrong_argument(const Wrong& wrong) {
    for (const host::Method& method : host::methods()) {
        if (!(method.places & host::in_hoc) || wrong.function != method.name) {
            continue;
        }
        const Signature signature = method.described();
        double position = 0;
        for (std::size_t i = 0; i < signature.size; ++i) {
            const Field& field = *signature.slots[i].field;
            const bool counts =
                takes_part(field, false) && !(field.role & receiver) && !signature.slots[i].rest && !signature.slots[i].others;
            if (counts && ++position == wrong.position) {
                const CallScope scope(method.name);
                const bool by_argtype = wrong.got.kind == Kind::number;
                const char* const kind = wrong.got.number == 1 ? "an object" : "a pointer";
                throw wrong_kind(field.name, by_argtype ? kind : described(wrong.got), wrong.expected);
            }
        }
        const CallScope scope(method.name);
        throw too_many_arguments(std::size_t(wrong.position), std::size_t(position));
    }
    return 0;
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
    if (arguments.value.given()) {
        const auto value = Reader<std::optional<double>>::read(arguments.value, arguments.name.c_str());
        if (arguments.name == "delay" && value && *value < 0) {
            throw refused(ErrorKind::value, "delay", shown(*value), "at least 0 ms");
        }
        defaults::set(arguments.name, value);
        host::refresh_signatures();
    }
    return defaults::current(arguments.name);
}

// Every row as Python's stubs and the documentation want it: cmake/stubs.py.
Value rows(const Nothing&) {
    constexpr std::pair<host::Place, const char*> places[] = {
        {host::in_hoc, "Patch"},
        {host::on_p, "p"},
        {host::on_section, "Section"},
        {host::on_patch_section, "Section"},
        {host::on_segment, "Segment"},
        {host::on_point_process, "PointProcess"},
        {host::on_netcon, "NetCon"},
        {host::on_vector, "Vector"},
        {host::on_parallel, "ParallelContext"},
        {host::on_iclamp, "IClamp"},
        {host::on_seclamp, "SEClamp"},
        {host::on_vecstim, "VecStim"},
        {host::on_section_ref, "SectionRef"},
        {host::internal, "internal"},
        {host::property, "property"},
        {host::unlisted, "unlisted"},
    };
    const auto text = [](const std::string& said) { return Value::of(said); };
    std::vector<Value> all;
    for (const host::Method& method : host::methods()) {
        std::vector<Value> found;
        for (const auto& [place, name] : places) {
            if (method.places & place) {
                found.push_back(text(name));
            }
        }
        all.push_back(host::new_dict({{text("name"), text(method.name)},
                                      {text("places"), host::new_list(found)},
                                      {text("stub"), text(method.described().stub(true) + " -> " + method.result)},
                                      {text("manual"), text(method.manual())}}));
    }
    return host::new_list(all);
}

}  // namespace

const host::Methods methods{
    host::method<Nothing, &own_version>("version", "The version of Patch.")
        .example(">>> p.version().split(\".\")[0]\n"
                 "'0'"),
    host::method<Nothing, &neuron_version>("neuron_version", "The version of NEURON.")
        .example(">>> p.neuron_version()[:3]\n"
                 "'9.0'"),
    host::method<Nothing, &last_error>("last_error", "The sentence of the last refusal.")
        .example(">>> try:\n"
                 "...     p.run(-1)\n"
                 "... except ValueError:\n"
                 "...     p.last_error()\n"
                 "'run: duration is -1, expected at least 0 ms'"),
    // `help` is a word of HOC's own: a HOC program cannot call a method of that name, Python can.
    host::method<Name, &help>("help", "How a function is called and what its arguments are.", host::in_hoc),
    host::method<Name, &help, 1>("usage", "How a function is called and what its arguments are.", host::in_hoc),
    host::method<Wrong, &wrong_argument>("wrong_argument", "Refuses a template's argument that is no number.",
                                         host::in_hoc | host::unlisted),
    host::method<Name, &complain>("complain", "Says that another version is installed.", host::internal),
    host::method<Nothing, &rows>("rows", "What each function is called, where it is, and its line in a stub.", host::internal),
    host::method<Default, &number>("defaults", "The weight, delay or threshold that is used when none is given.",
                                   host::in_hoc | host::internal),
};

}  // namespace patch::about
