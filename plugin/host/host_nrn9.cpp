// NEURON 9.x: sections, variables, objects, connections and Vectors in the words of host.hpp.
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

NetCon* netcon_of(Object object) {
    return static_cast<NetCon*>(raw(object)->u.this_pointer);
}

}  // namespace

void ask(const std::function<void()>& action) {
    Kept silent(hoc_execerror_messages, 0);
    Kept no_abort(nrn_mpiabort_on_error_, 0);
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

double diameter(Segment segment) {
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
    static void* const function = symbol("parent_section");
    SectionScope scope(child);
    const double address = hoc_call_func(static_cast<Symbol*>(function), 0);
    return address == double(reinterpret_cast<std::size_t>(parent.address));
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

// ---- Objects ----

Owned::Owned(Object object)
    : object_(object) {
    if (object) {
        hoc_obj_ref(raw(object));
    }
}

Owned Owned::adopt(Object object) {
    Owned owned;
    owned.object_ = object;
    return owned;
}

Owned::Owned(const Owned& other)
    : Owned(other.object_) {}

Owned::Owned(Owned&& other) noexcept
    : object_(std::exchange(other.object_, {})) {}

Owned& Owned::operator=(Owned other) noexcept {
    std::swap(object_, other.object_);
    return *this;
}

Owned::~Owned() {
    if (object_) {
        hoc_obj_unref(raw(object_));
    }
}

Object Owned::release() {
    return std::exchange(object_, {});
}

std::string class_name(Object object) {
    return raw(object)->ctemplate->sym->name;
}

std::string name(Object object) {
    return hoc_object_name(raw(object));
}

bool is_a(Object object, const char* class_name) {
    return object && std::strcmp(raw(object)->ctemplate->sym->name, class_name) == 0;
}

bool is_point_process(Object object) {
    return object && ::is_point_process(raw(object));
}

bool is_artificial_cell(Object object) {
    return is_point_process(object) && nrn_is_artificial_[pointsym[raw(object)->ctemplate->is_point_]->subtype];
}

bool is_placed(Object object) {
    const Point_process* const point = is_point_process(object) ? ob2pntproc_0(raw(object)) : nullptr;
    return point && point->prop && point->sec && nrn_section_is_active(point->sec);
}

Segment place_of(Object point_process) {
    const Point_process* const point = ob2pntproc_0(raw(point_process));
    return {Section{point->sec}, nrn_arc_position(point->sec, point->node)};
}

std::size_t instances(const char* class_name) {
    Symbol* const found = symbol(class_name);
    return found ? std::size_t(found->u.ctemplate->count) : 0;
}

void push(const Value& value, std::vector<char*>& texts) {
    switch (value.kind) {
    case Kind::number:
    case Kind::boolean:
        hoc_pushx(value.number);
        break;
    case Kind::text: {
        char** const text = hoc_temp_charptr();
        *text = strdup(value.text.c_str());
        texts.push_back(*text);
        hoc_pushstr(text);
        break;
    }
    case Kind::variable:
        hoc_push(raw(value.variable));
        break;
    case Kind::object:
        hoc_push_object(raw(value.object));
        break;
    case Kind::none:
    case Kind::absent:
        hoc_push_object(nullptr);
        break;
    default:
        if (value.origin && neuron::python::methods.po2ho) {
            ::Object* const wrapped = neuron::python::methods.po2ho(value.origin.address);
            hoc_push_object(wrapped);
            hoc_obj_unref(wrapped);
        } else {
            hoc_push_object(nullptr);
        }
    }
}

Owned make(const char* class_name, const std::vector<Value>& arguments) {
    Symbol* const type = symbol(class_name);
    ::Object* made = nullptr;
    std::vector<char*> texts;
    ask([&] {
        const bool at_place = !arguments.empty() && arguments[0].kind == Kind::segment;
        SectionScope scope(at_place ? arguments[0].segment.section : Section{});
        for (std::size_t i = 0; i < arguments.size(); ++i) {
            if (at_place && i == 0) {
                hoc_pushx(arguments[0].segment.x);
            } else {
                push(arguments[i], texts);
            }
        }
        made = hoc_newobj1(type, int(arguments.size()));
    });
    for (char* text : texts) {
        std::free(text);
    }
    return Owned::adopt({made});
}

Value call(Object object, const char* method, const std::vector<Value>& arguments) {
    Symbol* const member = nrn_method_symbol(raw(object), method);
    Value result;
    std::vector<char*> texts;
    ask([&] {
        for (const Value& argument : arguments) {
            push(argument, texts);
        }
        hoc_call_ob_proc(raw(object), member, int(arguments.size()));
        switch (nrn_stack_type()) {
        case STACK_IS_STR:
            result.kind = Kind::text;
            result.text = *nrn_str_pop();
            break;
        case STACK_IS_OBJVAR:
        case STACK_IS_OBJTMP: {
            ::Object** const popped = hoc_objpop();
            result.kind = *popped ? Kind::object : Kind::none;
            result.object = {*popped};
            hoc_tobj_unref(popped);
            break;
        }
        default:
            result.kind = Kind::number;
            result.number = hoc_xpop();
        }
    });
    for (char* text : texts) {
        std::free(text);
    }
    return result;
}

// ---- Mechanisms ----

namespace {

template <class Visit>
void each_builtin(Visit visit) {
    SymbolTableIterator* iterator = nrn_symbol_table_iterator_new(hoc_built_in_symlist);
    while (!nrn_symbol_table_iterator_done(iterator)) {
        visit(nrn_symbol_table_iterator_next(iterator));
    }
    nrn_symbol_table_iterator_free(iterator);
}

bool is_template(const Symbol* found) {
    return found->type == symbol("Vector")->type;
}

}  // namespace

// Mechanisms come and never go.
Mechanism mechanism(const std::string& name) {
    static std::unordered_map<std::string, Mechanism> known;
    if (const auto found = known.find(name); found != known.end()) {
        return found->second;
    }
    Symbol* const found = hoc_table_lookup(name.c_str(), hoc_built_in_symlist);
    Mechanism result;
    if (found && is_template(found) && found->u.ctemplate->is_point_ > 0) {
        result.exists = true;
        result.artificial_cell = nrn_is_artificial_[pointsym[found->u.ctemplate->is_point_]->subtype];
        result.point_process = !result.artificial_cell;
        known[name] = result;
    }
    return result;
}

std::vector<std::string> point_process_names() {
    std::vector<std::string> names;
    each_builtin([&](const Symbol* each) {
        if (is_template(each) && each->u.ctemplate->is_point_ > 0) {
            names.emplace_back(each->name);
        }
    });
    return names;
}

std::vector<std::string> attribute_names(const std::string& class_name) {
    std::vector<std::string> names;
    Symbol* const found = hoc_table_lookup(class_name.c_str(), hoc_built_in_symlist);
    if (found && is_template(found)) {
        SymbolTableIterator* iterator = nrn_symbol_table_iterator_new(found->u.ctemplate->symtable);
        while (!nrn_symbol_table_iterator_done(iterator)) {
            const Symbol* const each = nrn_symbol_table_iterator_next(iterator);
            if (each->type == symbol("v")->type && each->cpublic) {
                names.emplace_back(each->name);
            }
        }
        nrn_symbol_table_iterator_free(iterator);
    }
    return names;
}

void set_attribute(Object object, const std::string& name, double value) {
    if (const Variable variable = object_variable(object, name)) {
        Handle handle = raw(variable);
        *handle = value;
    } else {
        throw no_such_attribute(name, host::name(object), attribute_names(class_name(object)));
    }
}

// ---- Connections ----

Owned new_netcon(const Source& source, Object target, const Strength& strength) {
    ::Object* made = nullptr;
    const bool all = !std::isnan(strength.threshold) && !std::isnan(strength.delay) && !std::isnan(strength.weight);
    ask([&] {
        SectionScope scope(source.segment.section);
        if (source.segment && !source.variable) {
            hoc_push(nrn_rangepointer(raw(source.segment.section), symbol("v"), source.segment.x));
        } else if (source.variable) {
            hoc_push(raw(source.variable));
        } else {
            hoc_push_object(raw(source.object));
        }
        hoc_push_object(raw(target));
        if (all) {
            hoc_pushx(strength.threshold);
            hoc_pushx(strength.delay);
            hoc_pushx(strength.weight);
        }
        made = hoc_newobj1(symbol("NetCon"), all ? 5 : 2);
    });
    const Owned owned = Owned::adopt({made});
    if (!all) {
        NetCon* const netcon = netcon_of(owned.get());
        double* weights = nullptr;
        if (!std::isnan(strength.threshold)) {
            nrn_netcon_set_thresh(netcon, strength.threshold);
        }
        if (!std::isnan(strength.delay)) {
            nrn_netcon_set_delay(netcon, strength.delay);
        }
        if (!std::isnan(strength.weight) && nrn_netcon_weight(netcon, &weights) > 0) {
            weights[0] = strength.weight;
        }
    }
    return owned;
}

Object netcon_target(Object netcon) {
    const Point_process* const target = nrn_netcon_target(netcon_of(netcon));
    return {target ? target->ob : nullptr};
}

Object netcon_source(Object netcon) {
    const Value source = call(netcon, "pre", {});
    return source.object;
}

void silence(Object netcon) {
    call(netcon, "setpost", {Value{}});
}

std::size_t weight_count(Object target) {
    return target ? std::size_t(pnt_receive_size[pointsym[raw(target)->ctemplate->is_point_]->subtype]) : 0;
}

void set_weight(Object netcon, std::size_t i, double weight) {
    double* weights = nullptr;
    if (std::size_t(nrn_netcon_weight(netcon_of(netcon), &weights)) > i) {
        weights[i] = weight;
    }
}

// ---- Vectors ----

Owned new_vector(std::size_t size, const double* values) {
    Owned vector = make("Vector", {Value::of(double(size))});
    if (size && values) {
        std::memcpy(nrn_vector_data(raw(vector.get())), values, size * sizeof(double));
    }
    return vector;
}

void record(Object vector, const Variable& variable, Section section) {
    const SectionScope scope(section);
    call(vector, "record", {Value::of(variable)});
}

void record_time(Object vector, Section section) {
    record(vector, variable_of(Handle{neuron::container::do_not_search, nrn_symbol_dataptr(symbol("t"))}), section);
}

std::vector<double> values(Object vector) {
    const double* const data = nrn_vector_data(raw(vector));
    return {data, data + nrn_vector_capacity(raw(vector))};
}

double* vector_data(Object vector) {
    return nrn_vector_data(raw(vector));
}

void append(Object vector, double value) {
    call(vector, "append", {Value::of(value)});
}

void clear(Object vector) {
    call(vector, "resize", {Value::of(0.0)});
}

}  // namespace patch::host
