// NEURON 9.x: objects, mechanisms, connections and Vectors in the words of host.hpp.
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>
#include <unordered_map>
#include <utility>

#include "nrn9.hpp"
#include "nrn9_events.hpp"

class ObjObservable {  // src/ivoc/ocobserv.h
  public:
    static void Attach(::Object*, ivObserver*);
};

namespace patch::host {

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
    if (!type) {
        throw no_such_mechanism(class_name, point_process_names());
    }
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

namespace {

// NEURON looks through a class's names one by one: once for each class and name.
Symbol* method_symbol(::Object* object, const char* name) {
    static std::map<std::pair<const cTemplate*, std::string>, Symbol*> known;
    Symbol*& found = known[{object->ctemplate, name}];
    if (!found) {
        found = nrn_method_symbol(object, name);
    }
    return found;
}

}  // namespace

Value call(Object object, const char* method, const std::vector<Value>& arguments) {
    Symbol* const member = method_symbol(raw(object), method);
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
            result.keeper = std::make_shared<Owned>(result.object);  // it may be nobody else's
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

bool is_density_mechanism(const std::string& name) {
    const Symbol* const found = hoc_table_lookup(name.c_str(), hoc_built_in_symlist);
    return found && found->type == symbol("hh")->type && name != "capacitance" && name != "morphology";  // every section has those
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

namespace {

NetCon* netcon_of(Object object) {
    return static_cast<NetCon*>(raw(object)->u.this_pointer);
}

}  // namespace

Object netcon_target(Object netcon) {
    double *weights = nullptr, *threshold = nullptr, *delay = nullptr;
    Point_process* target = nullptr;
    nrn_netcon_info(netcon_of(netcon), &weights, &target, &threshold, &delay);
    return {target ? target->ob : nullptr};
}

void silence(Object netcon) {
    call(netcon, "setpost", {Value{}});
}

bool receives_events(Object target) {
    return is_point_process(target) && pnt_receive[pointsym[raw(target)->ctemplate->is_point_]->subtype];
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

namespace {

class Watcher final: public ivObserver {
  public:
    explicit Watcher(std::function<void()> gone)
        : gone_(std::move(gone)) {}
    void disconnect(ivObservable*) override {
        gone_();
        delete this;
    }

  private:
    std::function<void()> gone_;
};

}  // namespace

void when_gone(Object object, std::function<void()> gone) {
    ObjObservable::Attach(raw(object), new Watcher(std::move(gone)));
}

}  // namespace patch::host
