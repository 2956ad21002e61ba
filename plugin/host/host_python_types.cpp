// The class model in Python: what p makes, the base of p.Section, methods on NEURON's own types; the native module.
//
// No wrappers: everything is a NEURON object. Objects that p makes are given a subclass of their type without fields, so that
// methods of ours are found on them and on nothing else.
#include <algorithm>
#include <cstring>
#include <unordered_map>
#include <unordered_set>

#include "../core/defaults.hpp"
#include "../core/version.hpp"
#include "network.hpp"
#include "nrn9.hpp"
#include "python_types.hpp"

namespace patch::host::python {

Stock& stock() {
    static Stock all;
    return all;
}

Ref string(const std::string& text) {
    return checked(api().PyUnicode_FromStringAndSize(text.data(), std::ptrdiff_t(text.size())));
}

Ref tuple_of(std::vector<Ref> items) {
    Ref tuple = checked(api().PyTuple_New(std::ptrdiff_t(items.size())));
    for (std::size_t i = 0; i < items.size(); ++i) {
        api().PyTuple_SetItem(tuple.get(), std::ptrdiff_t(i), items[i].release());
    }
    return tuple;
}

void set_type(PyObject* object, PyObject* type) {
    api().Py_IncRef(type);
    PyObject* const before = object->type;
    object->type = type;
    api().Py_DecRef(before);
}

Ref native_class(const char* name, PyObject* base, std::vector<PyType_Slot> slots) {
    slots.push_back({0, nullptr});
    PyType_Spec spec{name, 0, 0, TPFLAGS_DEFAULT | TPFLAGS_BASETYPE, slots.data()};
    return checked(api().PyType_FromSpecWithBases(&spec, tuple_of({Ref::borrowed(base)}).get()));
}

const Method* internal_method(const char* name) {
    static std::unordered_map<const char*, const Method*> known;  // by address: the names are literals
    const Method*& found = known[name];
    for (const Method& each : methods()) {
        if (!found && (each.places & internal) && std::strcmp(each.name, name) == 0) {
            found = &each;
        }
    }
    return found;
}

std::map<std::string, PyObject*>& types_by_class() {
    static auto& all = *new std::map<std::string, PyObject*>;
    return all;
}

namespace {

// ---- What p makes ----

// Names that were looked at already, by address: Python has each name of a program once.
class KnownNames {
  public:
    bool has(PyObject* name) const { return names_[place_of(name)] == name; }
    void add(PyObject* name) {
        api().Py_IncRef(name);  // so that no other name takes its address
        const Ref before(std::exchange(names_[place_of(name)], name));
    }

  private:
    static constexpr std::size_t size = 256;
    static std::size_t place_of(PyObject* name) { return (reinterpret_cast<std::uintptr_t>(name) >> 4) % size; }
    PyObject* names_[size] = {};
};

// p's types of NEURON objects: what is not ours on them is NEURON's.
struct NativeType {
    unsigned places = 0;  // whose rows are ours
    KnownNames neurons, ours;
};
std::unordered_map<PyObject*, NativeType>& native_types() {
    static auto& all = *new std::unordered_map<PyObject*, NativeType>;
    return all;
}

// A pointer, to read or to set.
bool is_pointer(PyObject* name) {
    std::ptrdiff_t size = 0;
    const char* const text = api().PyUnicode_AsUTF8AndSize(name, &size);
    return text && std::strncmp(text, "_ref_", 5) == 0;
}

bool is_ours(PyObject* name, unsigned places) {
    std::ptrdiff_t size = 0;
    const char* const text = api().PyUnicode_AsUTF8AndSize(name, &size);
    return !text || (text[0] == '_' && !is_pointer(name)) || std::any_of(methods().begin(), methods().end(), [&](const Method& method) {
        return (method.places & places) && std::strcmp(text, method.name) == 0;
    });
}

bool asks_neuron(PyObject* self, PyObject* name) {
    static PyObject* last = nullptr;
    static NativeType* type = nullptr;
    if (self->type != last) {
        const auto found = native_types().find(self->type);
        if (found == native_types().end()) {
            return is_pointer(name);
        }
        last = self->type;
        type = &found->second;
    }
    if (type->neurons.has(name)) {
        return true;
    }
    if (type->ours.has(name)) {
        return false;
    }
    const bool ours = is_ours(name, type->places);
    (ours ? type->ours : type->neurons).add(name);
    return !ours;
}

// An error that is put aside, and comes back unless it is dropped.
class SetAside {
  public:
    SetAside() { api().PyErr_Fetch(&type_, &value_, &trace_); }
    ~SetAside() {
        if (type_) {
            api().PyErr_Restore(type_, value_, trace_);
        }
    }
    void drop() { const Ref type(std::exchange(type_, nullptr)), value(value_), trace(trace_); }
    SetAside(const SetAside&) = delete;
    SetAside& operator=(const SetAside&) = delete;

  private:
    PyObject *type_ = nullptr, *value_ = nullptr, *trace_ = nullptr;
};

Value owner(PyObject* self) {
    return Value::of(object_in(self));
}

}  // namespace

bool is_native(PyObject* type) {
    return native_types().count(type);
}

void ask_neuron_first(PyObject* type, unsigned places) {
    native_types()[type].places = places;
}

namespace {

// What was set may hold what the object is connected to: the sweep follows it.
int noted(PyObject* self, PyObject* value, int result) {
    if (result == 0 && value && can_hold_anything(value) && !defaults::neuron_mode()) {
        watch(self);
    }
    return result;
}

}  // namespace

PyObject* object_getattro(PyObject* self, PyObject* name) {
    if (is_empty(self)) {  // __init__ of a user's class has not called ours yet: NEURON would take it for its top level
        return api().PyObject_GenericGetAttr(self, name);
    }
    PyObject* found = nullptr;
    if (asks_neuron(self, name)) {
        const AsPlain plain(self, true);
        found = stock().getattro(self, name);
    } else if (found = api().PyObject_GenericGetAttr(self, name); !found) {
        if (!api().PyErr_ExceptionMatches(api().PyExc_AttributeError)) {
            return nullptr;  // what a property of ours, or of the user's class, has raised
        }
        api().PyErr_Clear();
        found = stock().getattro(self, name);
    }
    if (found) {
        if (found->type == types().hoc_object && callable_of(found)) {
            give_function_type(found);
        }
        return found;
    }
    SetAside error;
    const Value object = owner(self);
    PyObject* const own = object.object ? attributes_of(object) : nullptr;
    if (PyObject* const value = own ? api().PyDict_GetItemWithError(own, name) : nullptr) {
        error.drop();
        return Ref::borrowed(value).release();
    }
    return nullptr;
}

// What NEURON does not know stays with the object; not in neuron mode.
int object_setattro(PyObject* self, PyObject* name, PyObject* value) {
    if (is_empty(self)) {
        const std::string mechanism = mechanism_named_by(self->type);
        const std::vector<std::string> known = mechanism.empty() ? std::vector<std::string>{} : attribute_names(mechanism);
        if (std::find(known.begin(), known.end(), text_of(name)) != known.end()) {
            set_not_made(self);
            return -1;
        }
        return noted(self, value, api().PyObject_GenericSetAttr(self, name, value));
    }
    {
        const AsPlain plain(self, asks_neuron(self, name));
        if (stock().setattro(self, name, value) == 0) {
            return is_native(self->type) ? 0 : noted(self, value, 0);
        }
    }
    const bool unknown = api().PyErr_ExceptionMatches(api().PyExc_LookupError) || api().PyErr_ExceptionMatches(api().PyExc_AttributeError);
    if (unknown && defaults::neuron_mode() && !is_instance(self, types().point_process)) {
        api().PyErr_Clear();
        const Ref neurons = checked(api().PyObject_GetAttrString(self->type, "__base__"));
        const AsType as_neurons(self, neurons.get());
        return stock().setattro(self, name, value);  // NEURON's own error for an instance of one of its classes
    }
    if (!unknown || defaults::neuron_mode() || is_pointer(name)) {
        return -1;
    }
    try {
        SetAside error;
        const Value object = owner(self);
        const Ref of_type(api().PyObject_GetAttr(self->type, name));
        api().PyErr_Clear();
        if (!object.object || of_type) {  // of_type: it is there and cannot be set
            return -1;
        }
        if (!value) {
            PyObject* const own = attributes_of(object);
            if (!own || !api().PyDict_GetItemWithError(own, name)) {
                return -1;
            }
            error.drop();
            return api().PyDict_DelItem(own, name);
        }
        const std::string text = text_of(name);
        const std::vector<std::string> known =
            host::is_point_process(object.object) ? attribute_names(class_name(object.object)) : std::vector<std::string>{};
        if (std::find(known.begin(), known.end(), text) != known.end()) {
            return -1;  // NEURON's, and it refuses: a POINTER that points nowhere
        }
        error.drop();
        warn_of_near_name(object, text);
        registry().touch();
        return api().PyDict_SetItem(make_attributes_of(object), name, value);
    } catch (const std::exception&) {
        return -1;
    }
}

namespace {

bool is_threshold(PyObject* name) {
    std::ptrdiff_t size = 0;
    const char* const text = api().PyUnicode_AsUTF8AndSize(name, &size);
    return text && std::strcmp(text, "threshold") == 0;
}

// Calls a method of Python's `object` itself.
Ref of_object(const char* method, std::vector<Ref> arguments) {
    const Ref builtins = checked(api().PyImport_ImportModule("builtins"));
    const Ref object = checked(api().PyObject_GetAttrString(builtins.get(), "object"));
    const Ref word = checked(api().PyObject_GetAttrString(object.get(), method));
    return checked(api().PyObject_Call(word.get(), tuple_of(std::move(arguments)).get(), nullptr));
}

void append_keys(const Ref& names, PyObject* dict) {
    std::ptrdiff_t at = 0;
    PyObject *key = nullptr, *value = nullptr;
    while (dict && api().PyDict_Next(dict, &at, &key, &value)) {
        api().PyList_Append(names.get(), key);
    }
}

// dir(object): attributes of the user's own too.
PyObject* object_dir(PyObject* self, PyObject*) {
    try {
        Ref names = checked(api().PySequence_List(of_object("__dir__", {Ref::borrowed(self)}).get()));
        const Value value = owner(self);
        append_keys(names, value.object ? attributes_of(value) : nullptr);
        return names.release();
    } catch (const Raised&) {
        return nullptr;
    }
}
PyMethodDef object_dir_definition{"__dir__", reinterpret_cast<void*>(&object_dir), METH_NOARGS,
                                  "The names of NEURON, of p and of your own."};

// Whether the threshold of a gid's source was set by its own connection or by another's is for p.check().
int netcon_setattro(PyObject* self, PyObject* name, PyObject* value) {
    const int result = object_setattro(self, name, value);
    if (result == 0 && is_threshold(name)) {
        note_threshold(object_in(self));
    }
    return result;
}

// A receiver's threshold would be a number without an effect.
int receiver_setattro(PyObject* self, PyObject* name, PyObject* value) {
    if (is_threshold(name)) {
        const CallScope scope("threshold");
        set_exception(receivers_threshold());
        return -1;
    }
    return object_setattro(self, name, value);
}

// ---- Sections ----

// dir(section): what can be read now. NEURON's own scripts read all that dir() names.
PyObject* section_dir(PyObject* self, PyObject*) {
    try {
        const Ref all = checked(api().PySequence_List(of_object("__dir__", {Ref::borrowed(self)}).get()));
        Ref names = checked(api().PyList_New(0));
        for (std::ptrdiff_t i = 0; i < api().PyList_Size(all.get()); ++i) {
            PyObject* const name = api().PyList_GetItem(all.get(), i);
            const std::string text = text_of(name);
            const bool may_be_absent = std::any_of(methods().begin(), methods().end(), [&](const Method& method) {
                return (method.places & sometimes) && (method.places & on_section) && text == method.name;
            });
            if (may_be_absent && !Ref(api().PyObject_GetAttr(self, name))) {
                api().PyErr_Clear();
                continue;
            }
            api().PyList_Append(names.get(), name);
        }
        if (is_instance(self, types().section_base)) {  // NEURON computes __dict__
            const Ref own = of_object("__getattribute__", {Ref::borrowed(self), string("__dict__")});
            append_keys(names, is_instance(own.get(), api().PyDict_Type) ? own.get() : nullptr);
        }
        return names.release();
    } catch (const Raised&) {
        return nullptr;
    }
}
PyMethodDef section_dir_definition{"__dir__", reinterpret_cast<void*>(&section_dir), METH_NOARGS, "The names that can be read now."};

KnownNames known_of_sections;

// Whether a name ends as the variables of a density mechanism do: gnabr_hh.
bool ends_as_a_mechanisms(const std::string& name) {
    for (std::size_t at = name[0] == '_' ? std::string::npos : name.find('_', 1); at != std::string::npos; at = name.find('_', at + 1)) {
        if (is_density_mechanism(name.substr(at + 1))) {
            return true;
        }
    }
    return false;
}

// Every attribute that is set on a section passes here: the one place to see what a section of p holds.
int section_setattro(PyObject* self, PyObject* name, PyObject* value) {
    if (!section_in(self)) {  // __init__ of a user's class has not called ours yet
        return noted(self, value, api().PyObject_GenericSetAttr(self, name, value));
    }
    if (!known_of_sections.has(name)) {
        try {
            const std::string text = text_of(name);
            const bool neurons = is_section_attribute(text);
            if (!neurons && ends_as_a_mechanisms(text)) {
                const CallScope scope("Section");
                set_exception(no_such_attribute(text, host::name(section_in(self)), section_attribute_names()));
                return -1;
            }
            const bool near = !neurons && value && warn_of_near_name(value_of(self, Protocol::untouched), text);
            if (!near && value) {
                known_of_sections.add(name);
            }
        } catch (const std::exception&) {
            return -1;
        }
    }
    return noted(self, value, stock().section_setattro(self, name, value));
}

// What a section that is not made yet has is its class's and its user's own; what needs NEURON is refused.
PyObject* section_getattro(PyObject* self, PyObject* name) {
    if (section_in(self)) {
        return stock().section_getattro(self, name);
    }
    const bool neurons = !is_special(name) && Ref(api().PyObject_GetAttr(types().section_base, name));
    api().PyErr_Clear();
    if (neurons || is_section_attribute(text_of(name))) {
        set_not_made(self);
        return nullptr;
    }
    return api().PyObject_GenericGetAttr(self, name);
}

PyObject* section_call(PyObject* self, PyObject* arguments, PyObject* keywords) {
    if (!section_in(self)) {
        set_not_made(self);
        return nullptr;
    }
    return stock().section_call(self, arguments, keywords);
}

PyObject* section_iter(PyObject* self) {
    if (!section_in(self)) {
        set_not_made(self);
        return nullptr;
    }
    return stock().section_iter(self);
}

// A new section is the moment to let dropped ones go: the current one may be among them.
int section_init(PyObject* self, PyObject* arguments, PyObject* keywords) {
    static std::size_t made = 0;
    const bool between_runs = host::time() == 0;  // else events may be on their way to what would go
    if (++made > registry().node_count() / 64 && between_runs) {
        made = 0;
        sweep();
    }
    return stock().section_init(self, arguments, keywords);
}

}  // namespace

PyObject* section_type() {
    static PyObject* type = nullptr;
    if (!type && names_of_p()) {
        type = api().PyDict_GetItemString(names_of_p(), "Section");
    }
    return type;
}

namespace {

// The type that p gives to instances of a class of NEURON's; null where it is NEURON's own.
PyObject* type_of(Object object) {
    static std::unordered_map<const cTemplate*, PyObject*> known;
    static std::size_t classes = 0;
    if (classes != types_by_class().size()) {  // one was added
        classes = types_by_class().size();
        known.clear();
    }
    const auto [row, is_new] = known.try_emplace(raw(object)->ctemplate, nullptr);
    if (is_new) {
        const auto found = types_by_class().find(class_name(object));
        row->second = found != types_by_class().end() ? found->second : is_point_process(object) ? types().point_process : nullptr;
    }
    return row->second;
}

}  // namespace

}  // namespace patch::host::python

namespace patch::host {

Value the_handle_of(Object object) {
    using namespace python;
    static std::unordered_map<void*, PyObject*> kept;
    PyObject*& handle = kept[object.address];
    if (!handle) {
        handle = wrap(object).release();
    }
    return held(Ref::borrowed(handle));
}

Value receiver(Object netcon) {
    using namespace python;
    Ref handle = wrap(netcon);
    set_type(handle.get(), types().receiver);
    return held(std::move(handle));
}

Value handle(Object object) {
    return python::held(python::wrap(object));
}

Value as_of_p(Value value) {
    using namespace python;
    auto* const handle = static_cast<PyObject*>(value.origin.address);
    PyObject* const type = value.kind == Kind::object ? type_of(value.object) : nullptr;
    const bool plain = type && handle && is_instance(handle, types().hoc_object) && !is_instance(handle, type);
    return plain ? held(wrap(value.object)) : value;
}

void extend_vectors() {
    using namespace python;
    const Ref hoc = checked(api().PyImport_ImportModule("hoc"));
    add_methods(checked(api().PyObject_GetAttrString(hoc.get(), "Vector")).get(), on_vector);
}

}  // namespace patch::host

namespace patch::host::python {

Ref wrap(Object object) {
    if (PyObject* const users = instance_of(object)) {
        return Ref(users);
    }
    Ref handle = checked(static_cast<PyObject*>(neuron::python::methods.ho2po(raw(object))));
    if (PyObject* const type = type_of(object)) {
        set_type(handle.get(), type);
    }
    return handle;
}

void add_dir(PyObject* type) {
    const Ref method = checked(api().PyDescr_NewMethod(type, &object_dir_definition));
    api().PyObject_SetAttrString(type, "__dir__", method.get());
}

void install_types() {
    Types& all = types();
    const Ref hoc = checked(api().PyImport_ImportModule("hoc"));
    const Ref nrn = checked(api().PyImport_ImportModule("nrn"));
    all.hoc_object = checked(api().PyObject_GetAttrString(hoc.get(), "HocObject")).release();
    all.section = checked(api().PyObject_GetAttrString(nrn.get(), "Section")).release();
    all.segment = checked(api().PyObject_GetAttrString(nrn.get(), "Segment")).release();
    stock().getattro = reinterpret_cast<GetAttribute>(api().PyType_GetSlot(all.hoc_object, SLOT_tp_getattro));
    stock().setattro = reinterpret_cast<SetAttribute>(api().PyType_GetSlot(all.hoc_object, SLOT_tp_setattro));
    stock().section_setattro = reinterpret_cast<SetAttribute>(api().PyType_GetSlot(all.section, SLOT_tp_setattro));
    stock().section_getattro = reinterpret_cast<GetAttribute>(api().PyType_GetSlot(all.section, SLOT_tp_getattro));
    stock().section_call = reinterpret_cast<Call>(api().PyType_GetSlot(all.section, SLOT_tp_call));
    stock().section_iter = reinterpret_cast<PyObject* (*)(PyObject*)>(api().PyType_GetSlot(all.section, SLOT_tp_iter));
    stock().section_init = reinterpret_cast<Init>(api().PyType_GetSlot(all.section, SLOT_tp_init));
    stock().call = reinterpret_cast<Call>(api().PyType_GetSlot(all.hoc_object, SLOT_tp_call));
    stock().new_object = reinterpret_cast<Call>(api().PyType_GetSlot(all.hoc_object, SLOT_tp_new));

    install_calls();
    static char section_doc[] = "SectionBase(name=None, cell=None)\n--\n\nNEURON's section, with room for attributes of the user's own.";
    all.section_base = native_class("patch.objects.SectionBase", all.section,
                                    {{SLOT_tp_doc, section_doc},
                                     {SLOT_tp_getattro, reinterpret_cast<void*>(&section_getattro)},
                                     {SLOT_tp_call, reinterpret_cast<void*>(&section_call)},
                                     {SLOT_tp_iter, reinterpret_cast<void*>(&section_iter)},
                                     {SLOT_tp_setattro, reinterpret_cast<void*>(&section_setattro)},
                                     {SLOT_tp_init, reinterpret_cast<void*>(&section_init)}})
                           .release();
    set_type(all.section_base, metatype("patch.objects.SectionClass", {{SLOT_tp_call, reinterpret_cast<void*>(&call_class)}}).get());
    all.point_process = native_class("patch.objects.PointProcess", all.hoc_object,
                                     {{SLOT_tp_getattro, reinterpret_cast<void*>(&object_getattro)},
                                      {SLOT_tp_setattro, reinterpret_cast<void*>(&object_setattro)}})
                            .release();
    ask_neuron_first(all.point_process, on_point_process);
    const Ref object_metatype = metatype("patch.objects.ObjectClass", {{SLOT_tp_call, reinterpret_cast<void*>(&call_class)}});
    set_type(all.point_process, object_metatype.get());
    add_dir(all.point_process);
    const Ref context = checked(api().PyObject_GetAttrString(hoc.get(), "ParallelContext"));
    all.parallel = native_class("patch.parallel.ParallelContext", context.get(),
                                {{SLOT_tp_getattro, reinterpret_cast<void*>(&object_getattro)},
                                 {SLOT_tp_setattro, reinterpret_cast<void*>(&object_setattro)}})
                       .release();
    set_type(all.parallel, api().PyType_Type);  // NEURON's own metaclass knows NEURON's own classes alone
    ask_neuron_first(all.parallel, on_parallel);
    types_by_class()["ParallelContext"] = all.parallel;
    // NEURON's own metaclass finds the class by identity, so p.NetCon has one of ours: p.NetCon(...), p.NetCon[0].
    const Ref stock_netcon = checked(api().PyObject_GetAttrString(hoc.get(), "NetCon"));
    const Ref netcon_metatype =
        metatype_of_neurons("patch.objects.NetConClass", {{SLOT_tp_call, reinterpret_cast<void*>(&call_netcon_class)}});
    const char* const netcon_doc = doc_of(*internal_method("NetCon"), false);
    all.netcon = native_class("patch.objects.NetCon", stock_netcon.get(),
                              {{SLOT_tp_doc, const_cast<char*>(netcon_doc)},
                               {SLOT_tp_new, reinterpret_cast<void*>(&new_empty)},
                               {SLOT_tp_init, reinterpret_cast<void*>(&init_netcon)},
                               {SLOT_tp_getattro, reinterpret_cast<void*>(&object_getattro)},
                               {SLOT_tp_setattro, reinterpret_cast<void*>(&netcon_setattro)}})
                     .release();
    set_type(all.netcon, netcon_metatype.get());
    ask_neuron_first(all.netcon, on_netcon);
    add_dir(all.netcon);
    types_by_class()["NetCon"] = all.netcon;
    all.receiver =
        native_class("patch.objects.Receiver", all.netcon, {{SLOT_tp_setattro, reinterpret_cast<void*>(&receiver_setattro)}}).release();
    ask_neuron_first(all.receiver, on_netcon);

    install_interpreter();
    all.module = checked(api().PyModule_New("_libpatch")).release();
    const auto publish = [&](const char* name, PyObject* value) { api().PyObject_SetAttrString(all.module, name, value); };
    for (const Method& method : methods()) {
        if (method.places & internal) {
            publish(method.name, Ref(new_function(method)).get());
        }
    }
    publish("PythonHocInterpreter", all.interpreter);
    publish("Mechanism", all.mechanism);
    publish("SectionBase", all.section_base);
    publish("PointProcess", all.point_process);
    publish("NetCon", all.netcon);
    publish("ParallelContext", all.parallel);
    publish("names", names_of_p());
    publish("version", string(version()).get());
    publish("file", string(library_file()).get());
    publish("neuron_mode", Ref(api().PyBool_FromLong(defaults::neuron_mode())).get());
    struct Kind {
        const char *name, *class_name;
        unsigned place;
    };
    for (const auto& [name, class_name, place] :
         {Kind{"patch.objects.NetStim", "NetStim", 0}, Kind{"patch.objects.VecStim", "PatchVecStim", on_vecstim},
          Kind{"patch.objects.IClamp", "IClamp", on_iclamp}, Kind{"patch.objects.SEClamp", "SEClamp", on_seclamp}}) {
        std::vector<PyType_Slot> slots{{SLOT_tp_new, reinterpret_cast<void*>(&new_empty)},
                                       {SLOT_tp_init, reinterpret_cast<void*>(&init_mechanism)}};
        const bool played = place == on_vecstim;
        if (played) {
            slots.push_back({SLOT_tp_doc, const_cast<char*>(doc_of(*vecstim_row(), false))});
        }
        PyObject* const type = native_class(name, all.point_process, std::move(slots)).release();
        if (played) {
            api().PyDict_SetItemString(names_of_p(), "VecStim", type);
        }
        name_mechanism(type, class_name);
        types_by_class()[class_name] = type;
        set_type(type, all.point_process->type);
        ask_neuron_first(type, on_point_process | place);
        add_methods(type, place);
        publish(name + std::strlen("patch.objects."), type);
    }
    api().PyDict_SetItemString(names_of_p(), "NetCon", all.netcon);
    api().PyDict_SetItemString(api().PyImport_GetModuleDict(), "_libpatch", all.module);

    add_methods(all.section, on_section);
    const Ref section_names = checked(api().PyDescr_NewMethod(all.section, &section_dir_definition));
    api().PyObject_SetAttrString(all.section, "__dir__", section_names.get());
    add_methods(all.segment, on_segment);
    add_methods(all.section_base, on_patch_section);
    add_methods(all.point_process, on_point_process);
    add_methods(stock_netcon.get(), on_stock_netcon);
    add_methods(all.netcon, on_netcon);
    add_methods(all.parallel, on_parallel);
    const Ref section_ref = checked(api().PyObject_GetAttrString(hoc.get(), "SectionRef"));
    publish("SectionRef", Ref(own_class("SectionRef", section_ref.get())).get());
}

}  // namespace patch::host::python
