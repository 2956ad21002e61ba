// p's own type: its names first, then NEURON's.
#include <algorithm>
#include <cstring>

#include "../core/defaults.hpp"
#include "nrn9.hpp"
#include "python_types.hpp"

namespace patch::host::python {

namespace {

PyObject* added = nullptr;    // what p adds, asked before NEURON
PyObject* kept = nullptr;     // NEURON's built-in functions and classes that were asked for
PyObject* waiting = nullptr;  // what stands under a name whose object is made when it is asked for
constexpr const char* made_when_asked[] = {"time", "parallel"};

bool is_plain(const std::string& name) {
    return name.compare(0, 2, "__") != 0;
}

// A name that neither p nor NEURON has.
void set_unknown_name(const std::string& name) {
    api().PyErr_Clear();
    std::vector<std::string> known;
    std::ptrdiff_t at = 0;
    PyObject *key = nullptr, *value = nullptr;
    while (api().PyDict_Next(added, &at, &key, &value)) {
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

// What p gives for what NEURON gives. Built-in functions and classes are kept, since HOC refuses to redefine them; the user's own
// names are not.
PyObject* as_of_p(PyObject* name, PyObject* value) {
    const std::string text = text_of(name);
    const bool built_in = !hoc_table_lookup(text.c_str(), hoc_top_level_symlist) && hoc_table_lookup(text.c_str(), hoc_built_in_symlist);
    if (is_neuron_class(value)) {
        if (!built_in || defaults::neuron_mode()) {
            return value;
        }
        if (PyObject* const ours = own_class(text, value)) {
            api().Py_DecRef(value);
            value = ours;
        }
    } else if (built_in && host::mechanism(text).exists) {
        give_mechanism_type(value, name);
    } else if (callable_of(value)) {
        give_function_type(value);
    }
    if (built_in) {
        api().PyDict_SetItem(kept, name, value);
    }
    return value;
}

// In neuron mode a HOC symbol, or a mechanism that was loaded, hides what p adds under its name.
bool is_users(PyObject* name) {
    if (!defaults::neuron_mode()) {
        return false;
    }
    const std::string text = text_of(name);
    return hoc_table_lookup(text.c_str(), hoc_top_level_symlist) || (text == "VecStim" && host::mechanism(text).exists);
}

// What p adds under this name, or what was kept of NEURON's; null where NEURON is to be asked.
PyObject* known_name(PyObject* name) {
    if (PyObject* const ours = api().PyDict_GetItemWithError(added, name)) {
        return is_users(name) ? nullptr : ours;
    }
    return api().PyDict_GetItemWithError(kept, name);
}

PyObject* made_now(PyObject* name) {
    const std::string text = text_of(name);
    const char* const* const row = std::find(std::begin(made_when_asked), std::end(made_when_asked), text);
    auto* const made = static_cast<PyObject*>(internal_method(*row)->python(nullptr, nullptr, 0, nullptr));
    if (made) {
        api().PyDict_SetItem(added, name, made);
    }
    return made;
}

PyObject* get(PyObject* self, PyObject* name) {
    if (PyObject* const known = known_name(name)) {
        if (known == waiting) {
            return made_now(name);
        }
        api().Py_IncRef(known);
        return known;
    }
    PyObject* value = nullptr;
    {
        const AsPlain plain(self, self->type == types().interpreter && !is_special(name));
        value = stock().getattro(self, name);
    }
    try {
        if (!value) {
            const std::string text = text_of(name);
            if (is_plain(text) && api().PyErr_ExceptionMatches(api().PyExc_AttributeError)) {
                set_unknown_name(text);
            }
        } else if (value->type == types().hoc_object || is_neuron_class(value)) {
            return as_of_p(name, value);
        }
    } catch (const std::exception&) {
        // the value is good, or Python's error is set
    }
    return value;
}

// A name that NEURON has is set there, another one is p's own.
int set(PyObject* self, PyObject* name, PyObject* value) {
    const bool ours = api().PyDict_GetItemWithError(added, name) && known_name(name);
    if (!ours) {
        int result = 0;
        {
            const AsPlain plain(self, self->type == types().interpreter && !is_special(name));
            result = stock().setattro(self, name, value);
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
    return value ? api().PyDict_SetItem(added, name, value) : api().PyDict_DelItem(added, name);
}

// dir(p): NEURON's names and p's own, each once.
PyObject* dir(PyObject* self, PyObject*) {
    try {
        const Ref neurons = checked(api().PyObject_GetAttrString(types().hoc_object, "__dir__"));
        const Ref arguments = tuple_of({Ref::borrowed(self)});
        const Ref listed = checked(api().PySequence_List(checked(api().PyObject_Call(neurons.get(), arguments.get(), nullptr)).get()));
        const Ref names = checked(api().PyDict_New());
        for (std::ptrdiff_t i = 0; i < api().PyList_Size(listed.get()); ++i) {
            api().PyDict_SetItem(names.get(), api().PyList_GetItem(listed.get(), i), api().none());
        }
        std::ptrdiff_t at = 0;
        PyObject *key = nullptr, *value = nullptr;
        while (api().PyDict_Next(added, &at, &key, &value)) {
            api().PyDict_SetItem(names.get(), key, api().none());
        }
        return checked(api().PySequence_List(names.get())).release();
    } catch (const Raised&) {
        return nullptr;
    }
}
PyMethodDef dir_definition{"__dir__", reinterpret_cast<void*>(&dir), METH_NOARGS, "The names of NEURON and of p."};

}  // namespace

PyObject* names_of_p() {
    return added;
}

void install_interpreter() {
    added = checked(api().PyDict_New()).release();
    kept = checked(api().PyDict_New()).release();
    waiting = checked(api().PyDict_New()).release();
    for (const char* const name : made_when_asked) {
        api().PyDict_SetItemString(added, name, waiting);
    }
    types().interpreter =
        native_class("patch.interpreter.PythonHocInterpreter", types().hoc_object,
                     {{SLOT_tp_getattro, reinterpret_cast<void*>(&get)}, {SLOT_tp_setattro, reinterpret_cast<void*>(&set)}})
            .release();
    const Ref method = checked(api().PyDescr_NewMethod(types().interpreter, &dir_definition));
    api().PyObject_SetAttrString(types().interpreter, "__dir__", method.get());
    for (const Method& each : methods()) {
        const bool stock_wanted = (each.places & replaces_stock) && defaults::neuron_mode();
        if ((each.places & on_p) && !(each.places & internal) && !stock_wanted) {
            api().PyDict_SetItemString(added, each.name, Ref(new_function(each)).get());
        }
    }
}

}  // namespace patch::host::python

namespace patch::host {

Value interpreter() {
    using namespace python;
    Ref p = checked(api().PyObject_GetAttrString(types().module, "interpreter"));
    return held(std::move(p), Protocol::opaque);
}

void warn_of_hidden_names() {
    using namespace python;
    if (defaults::neuron_mode()) {  // it is the other way round
        return;
    }
    std::string hidden;
    std::ptrdiff_t at = 0;
    PyObject *key = nullptr, *value = nullptr;
    while (api().PyDict_Next(names_of_p(), &at, &key, &value)) {
        const std::string name = text_of(key);
        const Symbol* const users = hoc_table_lookup(name.c_str(), hoc_top_level_symlist);
        const bool standard = name == "run" || name == "continuerun";  // the standard run system's own
        if (users && users->type != undefined_type() && !standard) {
            hidden += (hidden.empty() ? "" : ", ") + name;
        }
    }
    if (!hidden.empty()) {
        constexpr int frames = 4;  // past the module, import_module and the package's __getattr__: `from patch import p`
        warn(names_hidden(hidden), frames);
    }
}

}  // namespace patch::host
