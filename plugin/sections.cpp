// Reads and sets what NEURON knows of a section.
#include "sections.hpp"

#include <cmath>
#include <cstdio>

namespace patch::sections {

namespace {

std::string exactly(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.17g", value);
    return text;
}

void set_dimensions(const Dimensions& arguments) {
    for (const auto& [name, value] : {std::pair{"length", arguments.length}, std::pair{"diameter", arguments.diameter}}) {
        if (!(value > 0)) {
            throw refused(ErrorKind::value, name, shown(value), "more than 0 um", host::name(arguments.section));
        }
    }
    const host::SectionScope scope(arguments.section);
    host::run_hoc(("{L = " + exactly(arguments.length) + "}\n{diam = " + exactly(arguments.diameter) + "}\n").c_str());
}

void set_segments(const Segments& arguments) {
    constexpr double most = 32766;  // NEURON counts them, and one more, in a short
    const double segments = arguments.segments;
    if (!(segments >= 1 && segments <= most) || std::floor(segments) != segments) {
        throw refused(ErrorKind::value, "segments", shown(segments), "a whole number from 1 to 32766", host::name(arguments.section));
    }
    if (!host::can_make()) {
        throw while_running("the number of segments cannot change");
    }
    const host::SectionScope scope(arguments.section);
    host::run_hoc(("{nseg = " + exactly(segments) + "}\n").c_str());
}

Value points(const OfSection& arguments) {
    return host::new_array(host::points(arguments.section), 3);
}

Value parent(const OfSection& arguments) {
    const Section found = host::parent(arguments.section);
    return found ? Value::of(found) : Value{};
}

Value own_section(const OfSegment& arguments) {
    return Value::of(arguments.segment.section);
}

// ---- NEURON's stack of sections ----

// What push() has put there and is there still: NEURON's own pop_section() may have taken it away.
struct Pushed {
    Section section;
    int depth;
};
std::vector<Pushed>& pushed() {
    static auto& all = *new std::vector<Pushed>;
    while (!all.empty() && all.back().depth > host::stack_depth()) {
        all.pop_back();
    }
    return all;
}

Chained push(const OfSection& arguments) {
    pushed();
    host::push_section(arguments.section);
    pushed().push_back({arguments.section, host::stack_depth()});
    return {};
}

void check_on_top(Section section) {
    const bool on_top = !pushed().empty() && pushed().back().section == section && pushed().back().depth == host::stack_depth();
    if (!on_top) {
        const Section top = pushed().empty() ? Section{} : pushed().back().section;
        throw not_on_top(host::name(section), top && !(top == section) && host::exists(top) ? host::name(top) : "");
    }
}

void pop(const OfSection& arguments) {
    check_on_top(arguments.section);
    pushed().pop_back();
    host::pop_section();
}

Chained enter(const OfSection& arguments) {
    check_on_top(arguments.section);
    return {};
}

bool leave(const Leave& arguments) {
    pop({arguments.section});
    return false;  // what was raised inside goes on
}

// ---- SectionRef ----

void refuse_deleted(const OfReference& arguments) {
    if (host::call(arguments.reference.object, "exists", {}).number == 0) {
        throw deleted_section("sec");
    }
}

Value referred(const OfReference& arguments) {
    refuse_deleted(arguments);
    return host::attribute(arguments.reference, "sec");
}

Value children(const OfReference& arguments) {
    refuse_deleted(arguments);
    return host::call(host::attribute(host::attribute(arguments.reference, "sec"), "children").origin, {}, {});
}

constexpr unsigned of_reference = host::on_section_ref | host::property;

}  // namespace

const host::Methods methods{
    host::method<Dimensions, &set_dimensions>("set_dimensions", "Sets L and diam.", host::in_hoc | host::on_section)
        .raises("PatchValueError for what is not above 0")
        .example(">>> soma.set_dimensions(20, 10)  # um\n"
                 ">>> soma.L, soma.diam\n"
                 "(20.0, 10.0)"),
    host::method<Segments, &set_segments>("set_segments", "Sets nseg.", host::in_hoc | host::on_section)
        .raises("PatchValueError for another number")
        .example(">>> dend.set_segments(5)\n"
                 ">>> dend.nseg\n"
                 "5"),
    host::method<OfSection, &points>("points", "The 3-D points (um), a numpy array of three columns.", host::on_section | host::property),
    host::method<OfSection, &parent>("parent", "The section that this one is connected to, or None.",
                                     host::on_patch_section | host::property)
        .gives("Section | None"),
    host::method<OfSegment, &own_section>("section", "The section of this segment.", host::on_segment | host::property).gives("Section"),
    host::method<OfSection, &push>("push", "Makes this the current section until pop(), or for the time of a with.", host::on_patch_section)
        .example(">>> with soma.push():\n"
                 "...     p.cas()\n"
                 "soma"),
    host::method<OfSection, &pop>("pop", "Ends what push() began.", host::on_patch_section)
        .raises("HocSectionAccessError where another section, or none, was pushed last")
        .example(">>> section = soma.push()\n"
                 ">>> soma.pop()"),
    host::method<OfSection, &enter>("__enter__", "Begins a with of push().", host::on_patch_section, "with"),
    host::method<Leave, &leave>("__exit__", "Ends what push() began.", host::on_patch_section, "with").gives("None"),
    host::method<OfReference, &referred>("section", "The section that is referred to; NEURON's sec.", of_reference).gives("Section"),
    host::method<OfReference, &children>("child", "The sections connected to it, a list.", of_reference).gives("list[Section]"),
};

}  // namespace patch::sections
