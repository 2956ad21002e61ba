// p's own type: its names first, then NEURON's.
#include <algorithm>
#include <cstring>

#include "../core/defaults.hpp"
#include "nrn9.hpp"
#include "python_types.hpp"

namespace patch::host::python {

namespace {

PyObject* added = nullptr;    // what p adds, asked before NEURON
PyObject* users = nullptr;    // what the user has set on p: asked after NEURON
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
        if (PyObject* const own = value ? nullptr : api().PyDict_GetItemWithError(users, name)) {
            api().PyErr_Clear();
            return Ref::borrowed(own).release();
        }
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

// Sets a name of NEURON's; 1 where it has none of that name, -1 where it refuses.
int set_in_neuron(PyObject* self, PyObject* name, PyObject* value) {
    {
        const AsPlain plain(self, self->type == types().interpreter && !is_special(name));
        if (stock().setattro(self, name, value) == 0) {
            return 0;
        }
    }
    const std::string text = text_of(name);
    const bool known = hoc_table_lookup(text.c_str(), built_in()) || hoc_table_lookup(text.c_str(), hoc_top_level_symlist);
    return !known && api().PyErr_ExceptionMatches(api().PyExc_LookupError) ? 1 : -1;
}

// A name that NEURON has is set there, another one is p's own, or the user's, behind NEURON's. In neuron mode NEURON is asked first, and
// a name of the user's own is refused as it refuses it.
int set(PyObject* self, PyObject* name, PyObject* value) {
    const bool ours = api().PyDict_GetItemWithError(added, name) && known_name(name);
    if (!ours || defaults::neuron_mode()) {
        const int result = set_in_neuron(self, name, value);
        if (result <= 0 || (!ours && defaults::neuron_mode())) {
            return result == 0 ? 0 : -1;
        }
        if (!ours && !value && !api().PyDict_GetItemWithError(users, name)) {
            return -1;
        }
        api().PyErr_Clear();
    }
    PyObject* const names = ours ? added : users;
    if (!value) {
        return api().PyDict_DelItem(names, name);
    }
    try {
        if (!ours && (value->type == api().PyFloat_Type || value->type == api().PyLong_Type)) {
            warn_of_near_variable(text_of(name));
        }
    } catch (const Raised&) {
        return -1;
    }
    return api().PyDict_SetItem(names, name, value);
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
        for (PyObject* const dict : {added, users}) {
            std::ptrdiff_t at = 0;
            PyObject *key = nullptr, *value = nullptr;
            while (api().PyDict_Next(dict, &at, &key, &value)) {
                api().PyDict_SetItem(names.get(), key, api().none());
            }
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
    users = checked(api().PyDict_New()).release();
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
    exception_maker();
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
