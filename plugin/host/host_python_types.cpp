// The class model in Python: p's type, the base of p.Section, what p makes; methods on NEURON's own types; the native module.
//
// No wrappers: everything is a NEURON object. Objects that p makes are given a subclass of their type without fields, so that
// methods of ours are found on them and on nothing else.
#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <map>
#include <unordered_map>

#include "../core/defaults.hpp"
#include "../core/version.hpp"
#include "network.hpp"
#include "nrn9.hpp"
#include "python.hpp"

namespace patch::host::python {

namespace {

using GetAttribute = PyObject* (*)(PyObject*, PyObject*);
using SetAttribute = int (*)(PyObject*, PyObject*, PyObject*);
using Call = PyObject* (*)(PyObject*, PyObject*, PyObject*);
using Init = int (*)(PyObject*, PyObject*, PyObject*);

GetAttribute stock_getattro = nullptr;
SetAttribute stock_setattro = nullptr, stock_section_setattro = nullptr;
Init stock_section_init = nullptr;

PyObject* names_of_p = nullptr;                            // what p adds, asked before NEURON
PyObject* names_kept = nullptr;                            // NEURON's built-in functions and classes that were asked for
std::unordered_map<PyObject*, PyObject*> mechanism_names;  // a callable p.<Mechanism> and its name
std::map<std::string, PyObject*> types_by_class;           // a NEURON class and the type that its instances get from p

Ref string(const std::string& text) {
    return checked(api().PyUnicode_FromStringAndSize(text.data(), std::ptrdiff_t(text.size())));
}

// Gives an object another type with the same layout.
void set_type(PyObject* object, PyObject* type) {
    api().Py_IncRef(type);
    PyObject* const before = object->type;
    object->type = type;
    api().Py_DecRef(before);
}

bool is_plain(const std::string& name) {
    return name.compare(0, 2, "__") != 0;
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

// ---- p ----

// A name that neither p nor NEURON has.
void set_unknown_name(const std::string& name) {
    api().PyErr_Clear();
    std::vector<std::string> known;
    std::ptrdiff_t at = 0;
    PyObject *key = nullptr, *value = nullptr;
    while (api().PyDict_Next(names_of_p, &at, &key, &value)) {
        known.push_back(text_of(key));
    }
    for (Symlist* const table : {hoc_top_level_symlist, hoc_built_in_symlist}) {
        for (const Symbol* each = table->first; each; each = each->next) {
            known.emplace_back(each->name);
        }
    }
    const CallScope scope("p");
    set_exception(no_such_name(name, known));
}

// One of the classes that NEURON exposes (hoc.HocClass).
bool is_neuron_class(PyObject* value) {
    static PyObject* const metatype = checked(api().PyObject_GetAttrString(types().netcon, "__base__")).get()->type;
    return value->type == metatype;
}

// Built-in functions and classes never change: HOC refuses to redefine them. The user's own names and variables are not kept.
void keep_if_built_in(PyObject* name, PyObject* value) {
    const std::string text = text_of(name);
    const bool own = hoc_table_lookup(text.c_str(), hoc_top_level_symlist);
    if (own || !hoc_table_lookup(text.c_str(), hoc_built_in_symlist)) {
        return;
    }
    if (host::mechanism(text).exists && value->type == types().hoc_object) {
        set_type(value, types().mechanism);
        mechanism_names[value] = Ref::borrowed(name).release();
    }
    api().PyDict_SetItem(names_kept, name, value);
}

// NEURON asks the generic look-up first for every subclass of HocObject, which fails for NEURON's own names and costs more than
// they do. While this lives the object is a plain HocObject.
class AsPlain {
  public:
    AsPlain(PyObject* object, bool plain)
        : object_(object)
        , type_(object->type) {
        if (plain) {
            object->type = types().hoc_object;
        }
    }
    ~AsPlain() { object_->type = type_; }
    AsPlain(const AsPlain&) = delete;
    AsPlain& operator=(const AsPlain&) = delete;

  private:
    PyObject* object_;
    PyObject* type_;
};

bool is_special(PyObject* name) {
    std::ptrdiff_t size = 0;
    const char* const text = api().PyUnicode_AsUTF8AndSize(name, &size);
    return !text || text[0] == '_';
}

// What p adds under this name, or what was kept of NEURON's; null where NEURON is to be asked.
PyObject* known_name(PyObject* name) {
    if (PyObject* const added = api().PyDict_GetItemWithError(names_of_p, name)) {
        const bool users = defaults::neuron_mode() && hoc_table_lookup(text_of(name).c_str(), hoc_top_level_symlist);
        return users ? nullptr : added;
    }
    return api().PyDict_GetItemWithError(names_kept, name);
}

PyObject* interpreter_getattro(PyObject* self, PyObject* name) {
    if (PyObject* const known = known_name(name)) {
        api().Py_IncRef(known);
        return known;
    }
    PyObject* value = nullptr;
    {
        const AsPlain plain(self, self->type == types().interpreter && !is_special(name));
        value = stock_getattro(self, name);
    }
    try {
        if (!value) {
            const std::string text = text_of(name);
            if (text == "parallel") {  // made when it is asked for, or the reason why it cannot be
                api().PyErr_Clear();
                return static_cast<PyObject*>(internal_method("parallel")->python(nullptr, nullptr, 0, nullptr));
            }
            if (is_plain(text) && api().PyErr_ExceptionMatches(api().PyExc_AttributeError)) {
                set_unknown_name(text);
            }
        } else if (value->type == types().hoc_object || is_neuron_class(value)) {
            keep_if_built_in(name, value);
        }
    } catch (const std::exception&) {
        // the value is good, or Python's error is set
    }
    return value;
}

// A name that NEURON has is set there, another one is p's own.
int interpreter_setattro(PyObject* self, PyObject* name, PyObject* value) {
    const bool ours = api().PyDict_GetItemWithError(names_of_p, name) && known_name(name);
    if (!ours) {
        int result = 0;
        {
            const AsPlain plain(self, self->type == types().interpreter && !is_special(name));
            result = stock_setattro(self, name, value);
        }
        if (result == 0 || !api().PyErr_ExceptionMatches(api().PyExc_LookupError)) {
            return result;
        }
        PyObject *type = nullptr, *error = nullptr, *trace = nullptr;
        api().PyErr_Fetch(&type, &error, &trace);
        if (hoc_table_lookup(text_of(name).c_str(), built_in()) || !value) {
            api().PyErr_Restore(type, error, trace);
            return -1;
        }
        const Ref owned_type(type), owned_error(error), owned_trace(trace);
    }
    return value ? api().PyDict_SetItem(names_of_p, name, value) : api().PyDict_DelItem(names_of_p, name);
}

// dir(p): NEURON's names and p's own.
PyObject* interpreter_dir(PyObject* self, PyObject*) {
    try {
        const Ref stock = checked(api().PyObject_GetAttrString(types().hoc_object, "__dir__"));
        const Ref arguments = checked(api().PyTuple_New(1));
        api().PyTuple_SetItem(arguments.get(), 0, Ref::borrowed(self).release());
        Ref names = checked(api().PySequence_List(checked(api().PyObject_Call(stock.get(), arguments.get(), nullptr)).get()));
        std::ptrdiff_t at = 0;
        PyObject *key = nullptr, *value = nullptr;
        while (api().PyDict_Next(names_of_p, &at, &key, &value)) {
            api().PyList_Append(names.get(), key);
        }
        if (!api().PyDict_GetItemString(names_of_p, "parallel")) {  // made when it is asked for
            api().PyList_Append(names.get(), string("parallel").get());
        }
        return names.release();
    } catch (const Raised&) {
        return nullptr;
    }
}
PyMethodDef interpreter_dir_definition{"__dir__", reinterpret_cast<void*>(&interpreter_dir), METH_NOARGS, "The names of NEURON and of p."};

// ---- What p makes ----

std::unordered_map<PyObject*, bool> plain_types;  // p's types of NEURON objects: what is not ours on them is NEURON's
PyObject* names_of_objects = nullptr;             // the names that are ours

bool asks_neuron(PyObject* self, PyObject* name) {
    return plain_types.count(self->type) && !is_special(name) && !api().PyDict_GetItemWithError(names_of_objects, name);
}

PyObject* object_getattro(PyObject* self, PyObject* name) {
    const AsPlain plain(self, asks_neuron(self, name));
    return stock_getattro(self, name);
}

int object_setattro(PyObject* self, PyObject* name, PyObject* value) {
    const AsPlain plain(self, asks_neuron(self, name));
    return stock_setattro(self, name, value);
}

// ---- p.<Mechanism>, p.NetCon ----

// Calls a function of ours with an argument in front of a call's own.
PyObject* forward(const char* function, PyObject* first, PyObject* arguments, PyObject* keywords) {
    const Method* const method = internal_method(function);
    std::vector<void*> values;
    if (first) {
        values.push_back(first);
    }
    const std::ptrdiff_t count = api().PyTuple_Size(arguments);
    for (std::ptrdiff_t i = 0; i < count; ++i) {
        values.push_back(api().PyTuple_GetItem(arguments, i));
    }
    const auto positional = std::ptrdiff_t(values.size());
    Ref names;
    if (keywords) {
        std::vector<PyObject*> keys;
        std::ptrdiff_t at = 0;
        PyObject *key = nullptr, *value = nullptr;
        while (api().PyDict_Next(keywords, &at, &key, &value)) {
            keys.push_back(key);
            values.push_back(value);
        }
        names = Ref(api().PyTuple_New(std::ptrdiff_t(keys.size())));
        for (std::size_t i = 0; i < keys.size(); ++i) {
            api().PyTuple_SetItem(names.get(), std::ptrdiff_t(i), Ref::borrowed(keys[i]).release());
        }
    }
    return static_cast<PyObject*>(method->python(nullptr, values.data(), positional, names.get()));
}

PyObject* call_mechanism(PyObject* self, PyObject* arguments, PyObject* keywords) {
    return forward("mechanism", mechanism_names[self], arguments, keywords);
}

// type(p.NetCon).__call__: p's own NetCon for the class itself, Python's way for a subclass of it.
PyObject* call_netcon_class(PyObject* type, PyObject* arguments, PyObject* keywords) {
    if (type == types().netcon) {
        return forward("NetCon", nullptr, arguments, keywords);
    }
    static const auto stock_call = reinterpret_cast<Call>(api().PyType_GetSlot(api().PyType_Type, SLOT_tp_call));
    return stock_call(type, arguments, keywords);
}

PyObject* item_of_netcon_class(PyObject*, PyObject* index) {
    try {
        const Ref stock = checked(api().PyObject_GetAttrString(types().netcon, "__base__"));
        const Ref get = checked(api().PyObject_GetAttrString(stock.get()->type, "__getitem__"));
        const Ref arguments = checked(api().PyTuple_New(2));
        api().PyTuple_SetItem(arguments.get(), 0, Ref(stock).release());
        api().PyTuple_SetItem(arguments.get(), 1, Ref::borrowed(index).release());
        Ref item = checked(api().PyObject_Call(get.get(), arguments.get(), nullptr));
        set_type(item.get(), types().netcon);
        return item.release();
    } catch (const Raised&) {
        return nullptr;
    }
}

// Whether the threshold of a gid's source was set by its own connection or by another's is for p.check().
int netcon_setattro(PyObject* self, PyObject* name, PyObject* value) {
    const AsPlain plain(self, self->type == types().netcon && !is_special(name));
    const int result = stock_setattro(self, name, value);
    if (result == 0 && text_of(name) == "threshold") {
        note_threshold(object_in(self));
    }
    return result;
}

// A receiver's threshold would be a number without an effect.
int receiver_setattro(PyObject* self, PyObject* name, PyObject* value) {
    if (text_of(name) == "threshold") {
        const CallScope scope("threshold");
        set_exception(receivers_threshold());
        return -1;
    }
    const AsPlain plain(self, !is_special(name));
    return stock_setattro(self, name, value);
}

// ---- Sections ----

// dir(section): what can be read now. NEURON's own scripts read all that dir() names.
PyObject* section_dir(PyObject* self, PyObject*) {
    try {
        const Ref builtins = checked(api().PyImport_ImportModule("builtins"));
        const Ref object = checked(api().PyObject_GetAttrString(builtins.get(), "object"));
        const Ref stock = checked(api().PyObject_GetAttrString(object.get(), "__dir__"));
        const Ref arguments = checked(api().PyTuple_New(1));
        api().PyTuple_SetItem(arguments.get(), 0, Ref::borrowed(self).release());
        const Ref all = checked(api().PySequence_List(checked(api().PyObject_Call(stock.get(), arguments.get(), nullptr)).get()));
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
        return names.release();
    } catch (const Raised&) {
        return nullptr;
    }
}
PyMethodDef section_dir_definition{"__dir__", reinterpret_cast<void*>(&section_dir), METH_NOARGS, "The names that can be read now."};

// Every attribute that is set on a section passes here: the one place to see what a section of p holds.
int section_setattro(PyObject* self, PyObject* name, PyObject* value) {
    return stock_section_setattro(self, name, value);
}

// A new section is the moment to let dropped ones go: the current one may be among them.
int section_init(PyObject* self, PyObject* arguments, PyObject* keywords) {
    static std::size_t made = 0;
    if (++made > registry().node_count() / 64) {
        made = 0;
        sweep();
    }
    return stock_section_init(self, arguments, keywords);
}

// ---- Making types ----

Ref native_class(const char* name, PyObject* base, std::vector<PyType_Slot> slots) {
    slots.push_back({0, nullptr});
    PyType_Spec spec{name, 0, 0, TPFLAGS_DEFAULT | TPFLAGS_BASETYPE, slots.data()};
    const Ref bases = checked(api().PyTuple_New(1));
    api().PyTuple_SetItem(bases.get(), 0, Ref::borrowed(base).release());
    return checked(api().PyType_FromSpecWithBases(&spec, bases.get()));
}

}  // namespace

PyObject* section_type() {
    static PyObject* type = nullptr;
    if (!type && names_of_p) {
        type = api().PyDict_GetItemString(names_of_p, "Section");
    }
    return type;
}

}  // namespace patch::host::python

namespace patch::host {

void warn_of_hidden_names() {
    using namespace python;
    std::string hidden;
    std::ptrdiff_t at = 0;
    PyObject *key = nullptr, *value = nullptr;
    while (api().PyDict_Next(names_of_p, &at, &key, &value)) {
        const std::string name = text_of(key);
        const Symbol* const users = hoc_table_lookup(name.c_str(), hoc_top_level_symlist);
        const bool standard = name == "run" || name == "continuerun";  // the standard run system's own
        if (users && users->type != undefined_type() && !standard) {
            hidden += (hidden.empty() ? "" : ", ") + name;
        }
    }
    if (!hidden.empty()) {
        warn(names_hidden(hidden));
    }
}

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

void extend_vectors() {
    using namespace python;
    const Ref hoc = checked(api().PyImport_ImportModule("hoc"));
    add_methods(checked(api().PyObject_GetAttrString(hoc.get(), "Vector")).get(), on_vector);
}

}  // namespace patch::host

namespace patch::host::python {

Ref wrap(Object object) {
    Ref handle = checked(static_cast<PyObject*>(neuron::python::methods.ho2po(raw(object))));
    const auto found = types_by_class.find(class_name(object));
    if (found != types_by_class.end()) {
        set_type(handle.get(), found->second);
    } else if (is_point_process(object)) {
        set_type(handle.get(), types().point_process);
    }
    return handle;
}

void install_types() {
    Types& all = types();
    const Ref hoc = checked(api().PyImport_ImportModule("hoc"));
    const Ref nrn = checked(api().PyImport_ImportModule("nrn"));
    all.hoc_object = checked(api().PyObject_GetAttrString(hoc.get(), "HocObject")).release();
    all.section = checked(api().PyObject_GetAttrString(nrn.get(), "Section")).release();
    all.segment = checked(api().PyObject_GetAttrString(nrn.get(), "Segment")).release();
    stock_getattro = reinterpret_cast<GetAttribute>(api().PyType_GetSlot(all.hoc_object, SLOT_tp_getattro));
    stock_setattro = reinterpret_cast<SetAttribute>(api().PyType_GetSlot(all.hoc_object, SLOT_tp_setattro));
    stock_section_setattro = reinterpret_cast<SetAttribute>(api().PyType_GetSlot(all.section, SLOT_tp_setattro));
    stock_section_init = reinterpret_cast<Init>(api().PyType_GetSlot(all.section, SLOT_tp_init));

    all.interpreter = native_class("patch.interpreter.PythonHocInterpreter", all.hoc_object,
                                   {{SLOT_tp_getattro, reinterpret_cast<void*>(&interpreter_getattro)},
                                    {SLOT_tp_setattro, reinterpret_cast<void*>(&interpreter_setattro)}})
                          .release();
    const Ref dir = checked(api().PyDescr_NewMethod(all.interpreter, &interpreter_dir_definition));
    api().PyObject_SetAttrString(all.interpreter, "__dir__", dir.get());
    all.mechanism =
        native_class("patch.objects.Mechanism", all.hoc_object, {{SLOT_tp_call, reinterpret_cast<void*>(&call_mechanism)}}).release();
    all.section_base = native_class("patch.objects.SectionBase", all.section,
                                    {{SLOT_tp_setattro, reinterpret_cast<void*>(&section_setattro)},
                                     {SLOT_tp_init, reinterpret_cast<void*>(&section_init)}})
                           .release();
    all.point_process = native_class("patch.objects.PointProcess", all.hoc_object,
                                     {{SLOT_tp_getattro, reinterpret_cast<void*>(&object_getattro)},
                                      {SLOT_tp_setattro, reinterpret_cast<void*>(&object_setattro)}})
                            .release();
    plain_types[all.point_process] = true;
    const Ref context = checked(api().PyObject_GetAttrString(hoc.get(), "ParallelContext"));
    all.parallel = native_class("patch.parallel.ParallelContext", context.get(),
                                {{SLOT_tp_getattro, reinterpret_cast<void*>(&object_getattro)},
                                 {SLOT_tp_setattro, reinterpret_cast<void*>(&object_setattro)}})
                       .release();
    set_type(all.parallel, api().PyType_Type);  // NEURON's own metaclass knows NEURON's own classes alone
    plain_types[all.parallel] = true;
    types_by_class["ParallelContext"] = all.parallel;
    names_of_objects = checked(api().PyDict_New()).release();
    for (const Method& method : methods()) {
        if (method.places & (on_point_process | on_parallel)) {
            api().PyDict_SetItemString(names_of_objects, method.name, api().none());
        }
    }
    // NEURON's own metaclass finds the class by identity, so p.NetCon has one of ours: p.NetCon(...), p.NetCon[0].
    const Ref stock_netcon = checked(api().PyObject_GetAttrString(hoc.get(), "NetCon"));
    const Ref metatype = native_class(
        "patch.objects.NetConClass", api().PyType_Type,
        {{SLOT_tp_call, reinterpret_cast<void*>(&call_netcon_class)}, {SLOT_mp_subscript, reinterpret_cast<void*>(&item_of_netcon_class)}});
    const char* const netcon_doc = doc_of(*internal_method("NetCon"), false);
    all.netcon = native_class("patch.objects.NetCon", stock_netcon.get(),
                              {{SLOT_tp_doc, const_cast<char*>(netcon_doc)}, {SLOT_tp_setattro, reinterpret_cast<void*>(&netcon_setattro)}})
                     .release();
    set_type(all.netcon, metatype.get());
    types_by_class["NetCon"] = all.netcon;
    all.receiver =
        native_class("patch.objects.Receiver", all.netcon, {{SLOT_tp_setattro, reinterpret_cast<void*>(&receiver_setattro)}}).release();

    names_of_p = checked(api().PyDict_New()).release();
    names_kept = checked(api().PyDict_New()).release();
    all.module = checked(api().PyModule_New("_libpatch")).release();
    const auto publish = [&](const char* name, PyObject* value) { api().PyObject_SetAttrString(all.module, name, value); };
    for (const Method& method : methods()) {
        const bool stock_wanted = (method.places & replaces_stock) && defaults::neuron_mode();
        if (method.places & internal) {
            publish(method.name, Ref(new_function(method)).get());
        } else if ((method.places & on_p) && !stock_wanted) {
            api().PyDict_SetItemString(names_of_p, method.name, Ref(new_function(method)).get());
        }
    }
    publish("PythonHocInterpreter", all.interpreter);
    publish("Mechanism", all.mechanism);
    publish("SectionBase", all.section_base);
    publish("PointProcess", all.point_process);
    publish("NetCon", all.netcon);
    publish("ParallelContext", all.parallel);
    publish("names", names_of_p);
    publish("version", string(version()).get());
    publish("file", string(library_file()).get());
    publish("neuron_mode", Ref(api().PyBool_FromLong(defaults::neuron_mode())).get());
    for (const auto& [name, class_name] : {std::pair{"patch.objects.NetStim", "NetStim"},
                                           {"patch.objects.VecStim", "PatchVecStim"},
                                           {"patch.objects.IClamp", "IClamp"},
                                           {"patch.objects.SEClamp", "SEClamp"}}) {
        PyObject* const type = native_class(name, all.point_process, {}).release();
        types_by_class[class_name] = type;
        plain_types[type] = true;
        publish(name + std::strlen("patch.objects."), type);
    }
    api().PyDict_SetItemString(names_of_p, "NetCon", all.netcon);
    api().PyDict_SetItemString(api().PyImport_GetModuleDict(), "_libpatch", all.module);

    add_methods(all.section, on_section);
    const Ref section_names = checked(api().PyDescr_NewMethod(all.section, &section_dir_definition));
    api().PyObject_SetAttrString(all.section, "__dir__", section_names.get());
    add_methods(all.segment, on_segment);
    add_methods(all.section_base, on_patch_section);
    add_methods(all.point_process, on_point_process);
    add_methods(all.netcon, on_netcon);
    add_methods(all.parallel, on_parallel);
}

}  // namespace patch::host::python
