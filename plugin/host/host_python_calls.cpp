// What is called through p: functions, methods and classes of NEURON's, which get what the user's own objects stand for; p.NetCon and
// p.<Mechanism>, which are functions of ours; and the classes that users derive from any of them.
#include <algorithm>
#include <cstring>
#include <unordered_map>
#include <utility>

#include "nrn9.hpp"
#include "python_types.hpp"

namespace patch::host::python {

namespace {

PyObject* function_type = nullptr;                         // of NEURON's functions and methods on p
std::unordered_map<PyObject*, PyObject*> mechanism_names;  // a callable p.<Mechanism> and its name
std::unordered_map<std::string, PyObject*> mechanism_classes;
std::unordered_map<PyObject*, PyObject*> names_by_class;  // the other way round

// The fields of a HocObject (src/nrnpython/nrn_pyhocobject.h), counted from its end; checked on a function when the types are made.
std::size_t size_of_handle = 0;
const Symbol* symbol_in(PyObject* handle) {
    const Symbol* found = nullptr;
    std::memcpy(&found, reinterpret_cast<char*>(handle) + size_of_handle - 40, sizeof found);
    return found;
}
// What a handle is of. A handle that has no Object yet is taken for HOC's top level.
constexpr int top_level = 0, function = 2, number_reference = 4, text_reference = 5, strdef_reference = 11;
int kind_of(PyObject* handle) {
    int kind = 0;
    std::memcpy(&kind, reinterpret_cast<char*>(handle) + size_of_handle - 8, sizeof kind);
    return kind;
}
bool fields_are_known = false;

void learn_fields() {
    const Ref size = checked(api().PyObject_GetAttrString(types().hoc_object, "__basicsize__"));
    size_of_handle = std::size_t(api().PyFloat_AsDouble(size.get()));
    const Ref top = checked(api().PyObject_Call(types().hoc_object, tuple_of({}).get(), nullptr));
    const Ref name = string("finitialize");
    const Ref called = checked(stock().getattro(top.get(), name.get()));
    fields_are_known =
        kind_of(called.get()) == function && symbol_in(called.get()) == symbol("finitialize") && kind_of(top.get()) == top_level;
}

// ---- What the user's own objects stand for ----

// NEURON's functions and methods in which a place on a section is meant; a user's HOC function may have the same name.
bool wants_place(const Symbol* called) {
    constexpr const char* names[] = {"distance",    "area",           "ri",    "loc",         "input", "transfer", "ratio",
                                     "input_phase", "transfer_phase", "begin", "RangeVarPlot"};
    return called && hoc_table_lookup(called->name, hoc_top_level_symlist) != called &&
           std::any_of(std::begin(names), std::end(names), [&](const char* each) { return std::strcmp(each, called->name) == 0; });
}

bool is_section(PyObject* object) {
    return object->type == types().section || object->type == section_type();
}

// Nothing to ask: what NEURON and Python make themselves.
bool is_usual(PyObject* object) {
    PyObject* const type = object->type;
    const Api& python = api();
    return type == python.PyFloat_Type || type == python.PyLong_Type || type == python.PyUnicode_Type || type == types().hoc_object ||
           type == types().segment || type == python.PyBool_Type || type == python.PyList_Type || type == types().point_process ||
           type == types().netcon || object == python.none() || type == python.PyDict_Type;
}

Ref answer(const Ref& word) {
    return checked(api().PyObject_Call(word.get(), tuple_of({}).get(), nullptr));
}

// A section where a place is wanted: where __arc__ says.
Ref place_on(const Ref& section, const Ref& arc) {
    place_in(value_of(arc.get(), Protocol::untouched), section_in(section.get()));
    return checked(api().PyObject_Call(section.get(), tuple_of({arc}).get(), nullptr));
}

// What NEURON gets for an argument.
Ref meant(PyObject* argument, bool place) {
    Ref object = Ref::borrowed(argument);
    Ref arc;
    constexpr int deepest = 16;  // an object may stand for another one
    for (int i = 0; i < deepest && !is_usual(object.get()) && !is_instance(object.get(), types().hoc_object); ++i) {
        if (is_instance(object.get(), types().section) || is_instance(object.get(), api().PyType_Type)) {
            break;
        }
        const Ref word(api().PyObject_GetAttrString(object.get(), "__neuron__"));
        if (!word) {
            if (!api().PyErr_ExceptionMatches(api().PyExc_AttributeError)) {
                throw Raised();
            }
            api().PyErr_Clear();
            break;
        }
        if (const Ref own_arc{place ? api().PyObject_GetAttrString(object.get(), "__arc__") : nullptr}; own_arc && !arc) {
            arc = answer(own_arc);
        }
        api().PyErr_Clear();
        object = answer(word);
    }
    if (place && is_instance(object.get(), types().section)) {
        return place_on(object, arc ? arc : answer(checked(api().PyObject_GetAttrString(object.get(), "__arc__"))));
    }
    return object;
}

struct Arguments {
    PyObject *positional, *named;
    Ref held_positional, held_named;
};

// The arguments of a call, changed where one of them is a user's own object.
Arguments meant(PyObject* positional, PyObject* named, PyObject* self, const Symbol* (*called)(PyObject*)) {
    Arguments result{positional, named, {}, {}};
    const std::ptrdiff_t count = api().PyTuple_Size(positional);
    bool usual = true;
    bool has_section = false;
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        PyObject* const each = api().PyTuple_GetItem(positional, i);
        has_section = has_section || is_section(each);
        usual = usual && (is_usual(each) || is_section(each));
    }
    const bool place = (has_section || !usual) && wants_place(called(self));
    if (!usual || place) {
        std::vector<Ref> items;
        for (std::ptrdiff_t i = 0; i < count; ++i) {
            items.push_back(meant(api().PyTuple_GetItem(positional, i), place));
        }
        result.held_positional = tuple_of(std::move(items));
        result.positional = result.held_positional.get();
    }
    PyObject* const section = named ? api().PyDict_GetItemString(named, "sec") : nullptr;
    if (section && !is_made(section)) {  // NEURON takes it as it is
        set_not_made(section);
        throw Raised();
    }
    if (section && !is_section(section)) {
        result.held_named = checked(api().PyDict_New());
        std::ptrdiff_t at = 0;
        PyObject *key = nullptr, *value = nullptr;
        while (api().PyDict_Next(named, &at, &key, &value)) {
            api().PyDict_SetItem(result.held_named.get(), key, value == section ? meant(value, false).get() : value);
        }
        result.named = result.held_named.get();
    }
    return result;
}

PyObject* call_function(PyObject* self, PyObject* positional, PyObject* named) {
    try {
        const Arguments arguments = meant(positional, named, self, &symbol_in);
        return stock().call(self, arguments.positional, arguments.named);
    } catch (const Error& error) {
        const Symbol* const called = symbol_in(self);
        const CallScope scope(called ? called->name : "");
        set_exception(error);
    } catch (const Raised&) {
        // it goes on in Python
    }
    return nullptr;
}

const Symbol* symbol_of_class(PyObject* type) {
    const Ref name = checked(api().PyObject_GetAttrString(type, "__name__"));
    return symbol(text_of(name.get()).c_str());
}

// NEURON makes a SectionRef of a section that is gone, whose every use ends the process.
void refuse_deleted(const Arguments& arguments, PyObject* type) {
    if (symbol_of_class(type) != symbol("SectionRef")) {
        return;
    }
    PyObject* const named = arguments.named ? api().PyDict_GetItemString(arguments.named, "sec") : nullptr;
    PyObject* const given = named                                          ? named
                            : api().PyTuple_Size(arguments.positional) > 0 ? api().PyTuple_GetItem(arguments.positional, 0)
                                                                           : nullptr;
    if (given && is_instance(given, types().section) && !exists(section_in(given))) {
        const CallScope scope("SectionRef");
        throw deleted_section("sec");
    }
}

// p.List(...) and the classes that users derive from it.
PyObject* new_of_own_class(PyObject* type, PyObject* positional, PyObject* named) {
    try {
        Arguments arguments = meant(positional, named, type, &symbol_of_class);
        refuse_deleted(arguments, type);
        PyObject* const first = api().PyTuple_Size(arguments.positional) == 1 ? api().PyTuple_GetItem(arguments.positional, 0) : nullptr;
        if (first && first->type == api().PyList_Type && symbol_of_class(type) == symbol("SectionList")) {
            const Ref sections = checked(api().PyList_New(0));
            for (std::ptrdiff_t i = 0; i < api().PyList_Size(first); ++i) {
                api().PyList_Append(sections.get(), meant(api().PyList_GetItem(first, i), false).get());
            }
            arguments.held_positional = tuple_of({sections});
            arguments.positional = arguments.held_positional.get();
        }
        return stock().new_object(type, arguments.positional, arguments.named);
    } catch (const Error& error) {
        set_exception(error);
    } catch (const Raised&) {
        // it goes on in Python
    }
    return nullptr;
}

// ---- Classes of ours in front of NEURON's ----

Ref neuron_class_of(PyObject* type) {
    return checked(api().PyObject_GetAttrString(type, "__base__"));
}

bool is_own(PyObject* type) {
    const auto& all = types_by_class();
    return type == types().netcon || std::any_of(all.begin(), all.end(), [&](const auto& row) { return row.second == type; });
}

// p.NetCon[0], p.List[0]: NEURON finds the class by identity.
PyObject* item_of_class(PyObject* type, PyObject* index) {
    try {
        const Ref neurons = neuron_class_of(type);
        const Ref get = checked(api().PyObject_GetAttrString(neurons.get()->type, "__getitem__"));
        Ref item = checked(api().PyObject_Call(get.get(), tuple_of({neurons, Ref::borrowed(index)}).get(), nullptr));
        set_type(item.get(), type);
        return item.release();
    } catch (const Raised&) {
        return nullptr;
    }
}

// p.List.__doc__ is NEURON's.
PyObject* attribute_of_class(PyObject* type, PyObject* name) {
    static const auto generic = reinterpret_cast<GetAttribute>(api().PyType_GetSlot(api().PyType_Type, SLOT_tp_getattro));
    const bool neurons = type != types().netcon && is_own(type) && text_of(name) == "__doc__";
    return neurons ? api().PyObject_GetAttr(neuron_class_of(type).get(), name) : generic(type, name);
}

// isinstance(x, p.List) is what isinstance(x, h.List) is.
PyObject* is_instance_of_class(PyObject* type, PyObject* object) {
    const bool own = type == section_type() || (is_own(type) && !api().PyType_IsSubtype(type, types().point_process));
    PyObject* const neurons = type == section_type() ? types().section : own ? neuron_class_of(type).get() : type;  // a type holds its base
    return api().PyBool_FromLong(is_instance(object, neurons));
}
constexpr int METH_O = 0x0008;
PyMethodDef instance_definition{"__instancecheck__", reinterpret_cast<void*>(&is_instance_of_class), METH_O,
                                "Whether an object is one of NEURON's of this class."};

}  // namespace

const Method* vecstim_row() {
    static const auto row = std::find_if(methods().begin(), methods().end(),
                                         [](const Method& each) { return (each.places & on_p) && std::strcmp(each.name, "VecStim") == 0; });
    return &*row;
}

namespace {

// ---- p.<Mechanism>, p.NetCon ----

// Calls a function of ours with an argument in front of a call's own.
PyObject* forward_to(const Method* method, PyObject* first, PyObject* arguments, PyObject* keywords) {
    std::vector<void*> values;
    const std::ptrdiff_t count = api().PyTuple_Size(arguments);
    values.reserve(std::size_t(count) + 8);
    if (first) {
        values.push_back(first);
    }
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        values.push_back(api().PyTuple_GetItem(arguments, i));
    }
    const auto positional = std::ptrdiff_t(values.size());
    Ref names;
    if (keywords) {
        std::vector<Ref> keys;
        std::ptrdiff_t at = 0;
        PyObject *key = nullptr, *value = nullptr;
        while (api().PyDict_Next(keywords, &at, &key, &value)) {
            keys.push_back(Ref::borrowed(key));
            values.push_back(value);
        }
        names = tuple_of(std::move(keys));
    }
    return static_cast<PyObject*>(method->python(nullptr, values.data(), positional, names.get()));
}

PyObject* forward(const char* function, PyObject* first, PyObject* arguments, PyObject* keywords) {
    return forward_to(internal_method(function), first, arguments, keywords);
}

PyObject* call_mechanism(PyObject* self, PyObject* arguments, PyObject* keywords) {
    const bool usual = !keywords && api().PyTuple_Size(arguments) == 1 && api().PyTuple_GetItem(arguments, 0)->type == types().segment;
    return forward(usual ? "mechanism_at" : "mechanism", mechanism_names[self], arguments, keywords);
}

// The living instances of users' classes, by the Object that each stands for, which has no other handle of p's while it lives.
std::unordered_map<void*, Ref>& instances() {  // weak references
    static auto& all = *new std::unordered_map<void*, Ref>;
    return all;
}
std::unordered_map<PyObject*, void*>& instance_references() {
    static auto& all = *new std::unordered_map<PyObject*, void*>;
    return all;
}

PyObject* instance_gone(PyObject*, PyObject* reference) {
    if (const auto found = instance_references().find(reference); found != instance_references().end()) {
        void* const object = found->second;
        instance_references().erase(found);
        const auto row = instances().find(object);
        if (row != instances().end() && row->second.get() == reference) {
            const Ref last = std::move(row->second);
            instances().erase(row);
        }
    }
    return Ref::borrowed(api().none()).release();
}
PyMethodDef gone_definition{"instance_gone", reinterpret_cast<void*>(&instance_gone), METH_O, nullptr};

void note_instance(PyObject* instance, void* object) {
    static PyObject* const callback = checked(api().PyCFunction_NewEx(&gone_definition, nullptr, nullptr)).release();
    Ref reference(api().PyWeakref_NewRef(instance, callback));
    if (!reference) {
        api().PyErr_Clear();
        return;
    }
    instance_references()[reference.get()] = object;
    instances()[object] = std::move(reference);
}

// What __init__ of a user's class has made goes into the user's own object.
int take_over(PyObject* self, PyObject* made) {
    if (!made) {
        return -1;
    }
    constexpr std::size_t head = sizeof(PyObject);
    char* const mine = reinterpret_cast<char*>(self) + head;
    std::swap_ranges(mine, mine + size_of_handle - head, reinterpret_cast<char*>(made) + head);
    api().Py_DecRef(made);
    note_instance(self, object_in(self).address);
    return 0;
}

// The class of a mechanism among the bases of a user's class.
PyObject* mechanism_of(PyObject* type) {
    const Ref bases(api().PyObject_GetAttrString(type, "__mro__"));
    for (std::ptrdiff_t i = 0; bases && i < api().PyTuple_Size(bases.get()); ++i) {
        if (const auto found = names_by_class.find(api().PyTuple_GetItem(bases.get(), i)); found != names_by_class.end()) {
            return found->second;
        }
    }
    return nullptr;
}

}  // namespace

int init_mechanism(PyObject* self, PyObject* arguments, PyObject* keywords) {
    PyObject* const name = mechanism_of(self->type);
    if (name && text_of(name) == "PatchVecStim") {  // which registers with the first of them
        return take_over(self, forward_to(vecstim_row(), nullptr, arguments, keywords));
    }
    return name ? take_over(self, forward("mechanism", name, arguments, keywords)) : -1;
}

void name_mechanism(PyObject* type, const std::string& name) {
    names_by_class[type] = string(name).release();
}

namespace {

// class MySyn(p.ExpSyn): the class of ExpSyn's instances that users derive from.
PyObject* bases_of_mechanism(PyObject* self, PyObject*) {
    try {
        PyObject* const name = mechanism_names[self];
        const std::string text = text_of(name);
        PyObject*& type = mechanism_classes[text];
        if (!type) {
            const auto own = types_by_class().find(text);
            PyObject* const base = own == types_by_class().end() ? types().point_process : own->second;
            const std::string full = "patch.objects." + text;
            type =
                native_class(strdup(full.c_str()), base,
                             {{SLOT_tp_new, reinterpret_cast<void*>(&new_empty)}, {SLOT_tp_init, reinterpret_cast<void*>(&init_mechanism)}})
                    .release();
            set_type(type, types().point_process->type);
            names_by_class[type] = name;
        }
        return tuple_of({Ref::borrowed(type)}).release();
    } catch (const Raised&) {
        return nullptr;
    }
}
PyMethodDef bases_definition{"__mro_entries__", reinterpret_cast<void*>(&bases_of_mechanism), METH_O,
                             "What a class that is derived from this has as its base."};

}  // namespace

PyObject* instance_of(Object object) {
    if (instances().empty()) {
        return nullptr;
    }
    const auto found = instances().find(object.address);
    if (found == instances().end()) {
        return nullptr;
    }
    const Ref meant(api().PyObject_Call(found->second.get(), tuple_of({}).get(), nullptr));
    const bool same = meant && meant.get() != api().none() && object_in(meant.get()) == object;
    return same ? Ref(meant).release() : nullptr;
}

const Symbol* callable_of(PyObject* hoc_object) {
    return fields_are_known && kind_of(hoc_object) == function ? symbol_in(hoc_object) : nullptr;
}

void each_object_in(PyObject* handle, const std::function<void(::Object*)>& use) {
    constexpr int object_reference = 6;
    const auto object_at = [&](std::size_t place) {
        ::Object* found = nullptr;
        std::memcpy(&found, reinterpret_cast<char*>(handle) + place, sizeof found);
        return found;
    };
    if (!fields_are_known) {
        return;
    }
    if (::Object* const own = object_at(sizeof(PyObject))) {
        use(own);
    }
    if (::Object* const meant = kind_of(handle) == object_reference ? object_at(sizeof(PyObject) + sizeof(::Object*)) : nullptr) {
        use(meant);
    }
}

bool is_reference(PyObject* object) {
    if (!fields_are_known || object->type != types().hoc_object) {
        return false;
    }
    const int kind = kind_of(object);
    return kind == number_reference || kind == text_reference || kind == strdef_reference;
}

// Without counting: NEURON never gives back what an object of its own counts of its type.
void give_function_type(PyObject* value) {
    value->type = function_type;
}

void give_mechanism_type(PyObject* value, PyObject* name) {
    if (value->type == types().hoc_object) {
        set_type(value, types().mechanism);
        mechanism_names[value] = Ref::borrowed(name).release();
    }
}

PyObject* new_empty(PyObject* type, PyObject*, PyObject*) {
    static const auto allocate =
        reinterpret_cast<PyObject* (*)(PyObject*, std::ptrdiff_t)>(api().PyType_GetSlot(types().hoc_object, SLOT_tp_alloc));
    return allocate(type, 0);
}

int init_netcon(PyObject* self, PyObject* arguments, PyObject* keywords) {
    return take_over(self, forward("NetCon", nullptr, arguments, keywords));
}

void set_not_made(PyObject* object) {
    const Ref name(api().PyObject_GetAttrString(object->type, "__name__"));
    const CallScope scope("__init__");
    set_exception(init_not_called(name ? text_of(name.get()) : ""));
}

bool is_made(PyObject* object) {
    return is_instance(object, types().section)      ? bool(section_in(object))
           : is_instance(object, types().hoc_object) ? !is_empty(object)
                                                     : true;
}

std::string mechanism_named_by(PyObject* type) {
    PyObject* const name = mechanism_of(type);
    return name ? text_of(name) : "";
}

bool is_empty(PyObject* hoc_object) {
    return fields_are_known && !is_native(hoc_object->type) && kind_of(hoc_object) == top_level;
}

namespace {

// What type.__call__ makes, if its __init__ has made something.
PyObject* call_users_class(PyObject* type, PyObject* arguments, PyObject* keywords) {
    static const auto stock_call = reinterpret_cast<Call>(api().PyType_GetSlot(api().PyType_Type, SLOT_tp_call));
    PyObject* const made = stock_call(type, arguments, keywords);
    if (!made) {
        return nullptr;
    }
    if (!is_made(made)) {
        const Ref unused(made);
        if (is_instance(made, types().point_process) && !mechanism_of(type)) {
            const CallScope scope("PointProcess");
            set_exception(no_mechanism_named());
        } else {
            set_not_made(made);
        }
        return nullptr;
    }
    return made;
}

}  // namespace

// patch.objects.IClamp(segment) is p.IClamp(segment); PointProcess alone is no mechanism.
PyObject* call_class(PyObject* type, PyObject* arguments, PyObject* keywords) {
    if (!is_native(type)) {
        return call_users_class(type, arguments, keywords);
    }
    const Ref name(api().PyObject_GetAttrString(type, "__name__"));
    if (name && text_of(name.get()) == "VecStim") {
        return forward_to(vecstim_row(), nullptr, arguments, keywords);
    }
    if (type == types().point_process) {
        const CallScope scope("PointProcess");
        set_exception(no_mechanism_named());
        return nullptr;
    }
    return forward("mechanism", name.get(), arguments, keywords);
}

// type(p.NetCon).__call__: p's own NetCon for the class itself, Python's way for a subclass of it.
PyObject* call_netcon_class(PyObject* type, PyObject* arguments, PyObject* keywords) {
    return type == types().netcon ? forward("NetCon", nullptr, arguments, keywords) : call_users_class(type, arguments, keywords);
}

Ref metatype(const char* name, std::vector<PyType_Slot> slots) {
    Ref type = native_class(name, api().PyType_Type, std::move(slots));
    const Ref check = checked(api().PyDescr_NewMethod(type.get(), &instance_definition));
    api().PyObject_SetAttrString(type.get(), "__instancecheck__", check.get());
    return type;
}

Ref metatype_of_neurons(const char* name, std::vector<PyType_Slot> slots) {
    slots.push_back({SLOT_mp_subscript, reinterpret_cast<void*>(&item_of_class)});
    slots.push_back({SLOT_tp_getattro, reinterpret_cast<void*>(&attribute_of_class)});
    return metatype(name, std::move(slots));
}

// Vector stays NEURON's own: it is what everybody's arrays are made of.
PyObject* own_class(const std::string& name, PyObject* neuron_class) {
    static PyObject* const metaclass = metatype_of_neurons("patch.objects.Class", {}).release();
    if (name == "Vector" || !fields_are_known) {
        return nullptr;
    }
    PyObject*& type = types_by_class()[name];
    if (!type) {
        const std::string full = "patch.objects." + name;
        type = native_class(strdup(full.c_str()), neuron_class,
                            {{SLOT_tp_new, reinterpret_cast<void*>(&new_of_own_class)},
                             {SLOT_tp_getattro, reinterpret_cast<void*>(&object_getattro)},
                             {SLOT_tp_setattro, reinterpret_cast<void*>(&object_setattro)}})
                   .release();
        set_type(type, metaclass);
        const unsigned place = name == "SectionRef" ? on_section_ref : 0U;
        ask_neuron_first(type, place);
        add_methods(type, place);
        add_dir(type);
    }
    api().Py_IncRef(type);
    return type;
}

void install_calls() {
    learn_fields();
    function_type =
        native_class("patch.objects.Function", types().hoc_object, {{SLOT_tp_call, reinterpret_cast<void*>(&call_function)}}).release();
    types().mechanism =
        native_class("patch.objects.Mechanism", types().hoc_object, {{SLOT_tp_call, reinterpret_cast<void*>(&call_mechanism)}}).release();
    const Ref bases = checked(api().PyDescr_NewMethod(types().mechanism, &bases_definition));
    api().PyObject_SetAttrString(types().mechanism, "__mro_entries__", bases.get());
}

}  // namespace patch::host::python
