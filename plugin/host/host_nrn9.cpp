// NEURON 9.x: asking without being harmed, sections and variables in the words of host.hpp.
#include "nrn9.hpp"

#include <cmath>
#include <cstdlib>
#include <cstring>
#include <unordered_map>
#include <utility>

namespace patch::host {

namespace {

std::string without_prefix(std::string text) {
    const std::string prefix = "hoc_execerror: ";
    if (text.compare(0, prefix.size(), prefix) == 0) {
        text.erase(0, prefix.size());
    }
    while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) {
        text.pop_back();
    }
    return text;
}

// Sets a variable while this lives.
class Kept {
  public:
    Kept(int& variable, int value)
        : variable_(variable)
        , before_(std::exchange(variable, value)) {}
    ~Kept() { variable_ = before_; }

  private:
    int& variable_;
    int before_;
};

void* run_action(void* action, void*) {
    (*static_cast<const std::function<void()>*>(action))();
    return nullptr;
}

}  // namespace

void ask(const std::function<void()>& action) {
    Kept silent(hoc_execerror_messages, 0);
    // A refusal lets NEURON skip the rest of the HOC file that is being read (src/oc/hoc.cpp, hoc_execerror_mes), but for a pipe.
    Kept reading_on(hoc_pipeflag, hoc_pipeflag ? hoc_pipeflag : 1);
    const NoAbort no_abort;
    try {
        OcJump::fpycall(&run_action, const_cast<std::function<void()>*>(&action), nullptr);
    } catch (const Error&) {
        throw;
    } catch (const std::exception& error) {
        throw from_host(without_prefix(error.what()));
    }
}

Symbol* symbol(const char* name) {
    static std::unordered_map<std::string, Symbol*> known;
    Symbol*& found = known[name];
    if (!found) {
        found = hoc_table_lookup(name, built_in());
    }
    return found;
}

Symbol* visible_symbol(const char* name) {
    Symbol* found = hoc_top_level_symlist ? hoc_table_lookup(name, hoc_top_level_symlist) : nullptr;
    return found ? found : symbol(name);
}

// ---- Sections ----

bool exists(Section section) {
    return section.address && nrn_section_is_active(raw(section));
}

void hold(Section section) {
    nrn_section_ref(raw(section));
}

void let_go(Section section) {
    nrn_section_unref(raw(section));
}

Section current_section() {
    return {nrn_noerr_access()};
}

Section first_section() {
    Section first;
    SectionListIterator* iterator = nrn_sectionlist_iterator_new(nrn_allsec());
    while (!first && !nrn_sectionlist_iterator_done(iterator)) {
        first = {nrn_sectionlist_iterator_next(iterator)};
    }
    nrn_sectionlist_iterator_free(iterator);
    return first;
}

std::string name(Section section) {
    return exists(section) ? secname(raw(section)) : "a deleted section";
}

std::string name(Segment segment) {
    return name(segment.section) + "(" + shown(segment.x) + ")";
}

SectionScope::SectionScope(Section section)
    : pushed_(bool(section)) {
    if (pushed_) {
        nrn_pushsec(raw(section));
    }
}

SectionScope::~SectionScope() {
    if (pushed_) {
        nrn_popsec();
    }
}

std::size_t point_count(Section section) {
    SectionScope scope(section);
    return std::size_t(hoc_call_func(symbol("n3d"), 0));
}

std::vector<double> points(Section section) {
    SectionScope scope(section);
    std::vector<double> numbers;
    const std::size_t count = point_count(section);
    Symbol* const coordinates[]{symbol("x3d"), symbol("y3d"), symbol("z3d")};
    for (std::size_t i = 0; i < count; ++i) {
        for (Symbol* const coordinate : coordinates) {
            hoc_pushx(double(i));
            numbers.push_back(hoc_call_func(coordinate, 1));
        }
    }
    return numbers;
}

namespace {

// As NEURON's own function tells it; null where there is none.
void* parent_address(Section section) {
    SectionScope scope(section);
    return reinterpret_cast<void*>(std::size_t(hoc_call_func(symbol("parent_section"), 0)));
}

}  // namespace

Section parent(Section section) {
    return {parent_address(section)};
}

void push_section(Section section) {
    nrn_pushsec(raw(section));
}

int stack_depth() {
    return nrn_isecstack();
}

void pop_section() {
    nrn_popsec();
}

double diameter(Segment segment) {
    nrn_area_ri(raw(segment.section));  // brings diam up to date with the points
    return nrn_rangevar_get(symbol("diam"), raw(segment.section), segment.x);
}

namespace {

// A Vector for an argument of NEURON's, kept for the next time; no list of Vectors shows it.
struct Scratch {
    IvocVect* vector = vector_new0();
    ::Object object{};
    Scratch() {
        object.refcount = 1;
        object.ctemplate = symbol("Vector")->u.ctemplate;
        object.u.this_pointer = vector;
    }
};

// Into an empty section NEURON takes whole Vectors: one pass over the points instead of one call a point.
void fill_with_vectors(Section section, const Columns& points) {
    static Scratch* const scratch = new Scratch[4];
    double* into[4];
    for (std::size_t column = 0; column < 4; ++column) {
        vector_resize(scratch[column].vector, int(points.size));
        into[column] = vector_vec(scratch[column].vector);
    }
    for (std::size_t i = 0; i < points.size; ++i) {
        into[0][i] = points.x[i * points.stride];
        into[1][i] = points.y[i * points.stride];
        into[2][i] = points.z[i * points.stride];
        into[3][i] = points.diameter[i * points.diameter_stride];
    }
    ask([&] {
        const SectionScope scope(section);
        for (std::size_t column = 0; column < 4; ++column) {
            hoc_push_object(&scratch[column].object);
        }
        hoc_call_func(symbol("pt3dadd"), 4);
    });
}

}  // namespace

void append_points(Section section, const Columns& points) {
    constexpr std::size_t many = 32;  // from here on Vectors cost less than a call a point
    ::Section* const sec = raw(section);
    const bool empty = point_count(section) == 0;
    if (empty && points.size >= many) {
        fill_with_vectors(section, points);
        return;
    }
    if (empty) {
        nrn_pt3dclear(sec, int(points.size));  // makes room at once
    }
    for (std::size_t i = 0; i < points.size; ++i) {
        const std::size_t at = i * points.stride;
        stor_pt3d(sec, points.x[at], points.y[at], points.z[at], points.diameter[i * points.diameter_stride]);
    }
}

void connect_sections(Section child, Section parent, double parent_x, double child_end) {
    ask([&] { nrn_section_connect(raw(child), child_end, raw(parent), parent_x); });
}

bool is_connected(Section child, Section parent) {
    if (!exists(child) || !exists(parent)) {
        return false;
    }
    return parent_address(child) == parent.address;
}

// ---- Variables ----

Variable range_variable(Segment segment, const char* name) {
    Symbol* const range = symbol(name);
    if (!range) {
        return {};
    }
    if (std::strcmp(name, "v") == 0) {
        return variable_of(nrn_rangepointer(raw(segment.section), range, segment.x));
    }
    Variable result;
    try {
        ask([&] { result = variable_of(nrn_rangepointer(raw(segment.section), range, segment.x)); });
    } catch (const Error&) {
        return {};  // not inserted there
    }
    return result;
}

Variable object_variable(Object object, const std::string& name) {
    Symbol* const member = nrn_method_symbol(raw(object), name.c_str());
    if (!member || !is_point_process(object) || !ob2pntproc_0(raw(object))->prop || member->type != symbol("v")->type) {
        return {};
    }
    nrn_property_push(raw(object), name.c_str());
    return variable_of(hoc_pop_handle<double>());
}

bool is_time(const Variable& variable) {
    return static_cast<const double*>(raw(variable)) == &nrn_threads->_t ||
           static_cast<const double*>(raw(variable)) == &host::variable("t");
}

bool exists(const Variable& variable) {
    return variable && bool(raw(variable));
}

std::optional<Segment> place_of(const Variable& variable, Section section) {
    const int segments = nrn_nseg_get(raw(section));
    const double width = 1.0 / segments;
    for (int i = -1; i <= segments; ++i) {
        const double x = i < 0 ? 0 : i == segments ? 1 : (i + 0.5) * width;
        if (nrn_rangepointer(raw(section), symbol("v"), x) == raw(variable)) {
            return Segment{section, x};
        }
    }
    return std::nullopt;
}

}  // namespace patch::host
