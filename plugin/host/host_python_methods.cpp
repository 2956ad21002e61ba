// Rows of `methods` as Python sees them: functions, methods and properties, with the docstrings that inspect reads.
#include <cstdlib>
#include <cstring>
#include <utility>

#include "python.hpp"

namespace patch::host::python {

const char* doc_of(const Method& method, bool bound) {
    const std::string text = method.described().python(bound) + "\n--\n\n" + method.manual();
    return strdup(text.c_str());
}

namespace {

struct Doc {
    const Method* method;
    bool bound;
    PyMethodDef* definition;
};
std::vector<Doc>& docs() {
    static std::vector<Doc> all;
    return all;
}

PyMethodDef* definition_of(const Method& method, bool bound) {
    auto* const definition =
        new PyMethodDef{method.name, reinterpret_cast<void*>(method.python), METH_FASTCALL_KEYWORDS, doc_of(method, bound)};
    docs().push_back({&method, bound, definition});
    return definition;
}

PyObject* get_property(PyObject* self, void* method) {
    return static_cast<PyObject*>(static_cast<const Method*>(method)->python(self, nullptr, 0, nullptr));
}

int set_property(PyObject* self, PyObject* value, void* method) {
    const Method& setter = *static_cast<const Method*>(method);
    const Signature signature = setter.described();
    if (!value && signature.size > 1 && (signature.slots[1].field->role & required)) {
        const CallScope scope(setter.said);
        set_exception(not_deletable(setter.said));
        return -1;
    }
    void* const arguments[]{value};
    const Ref done(static_cast<PyObject*>(static_cast<const Method*>(method)->python(self, arguments, value ? 1 : 0, nullptr)));
    return done ? 0 : -1;
}

// A row "set_name" is the setter of the property "name".
const Method* setter_of(const Method& property) {
    for (const Method& each : methods()) {
        if (each.name == std::string("set_") + property.name && (each.places & internal)) {
            return &each;
        }
    }
    return nullptr;
}

}  // namespace

void refresh_docs() {
    for (const Doc& each : docs()) {
        std::free(const_cast<char*>(std::exchange(each.definition->doc, doc_of(*each.method, each.bound))));
    }
}

PyObject* new_function(const Method& method) {
    return checked(api().PyCFunction_NewEx(definition_of(method, false), nullptr, nullptr)).release();
}

void add_methods(PyObject* type, unsigned place) {
    for (const Method& method : methods()) {
        if (!(method.places & place)) {
            continue;
        }
        Ref attribute;
        if (method.places & property) {
            const Method* const setter = setter_of(method);
            auto* const definition = new PyGetSetDef{method.name, &get_property, nullptr, method.about, const_cast<Method*>(&method)};
            attribute = checked(api().PyDescr_NewGetSet(type, definition));
            if (setter) {
                // PyGetSetDef has one closure for both: the setter finds its own row by the getter's.
                definition->set = [](PyObject* self, PyObject* value, void* closure) {
                    return set_property(self, value, const_cast<Method*>(setter_of(*static_cast<const Method*>(closure))));
                };
            }
        } else {
            attribute = checked(api().PyDescr_NewMethod(type, definition_of(method, true)));
        }
        if (api().PyObject_SetAttrString(type, method.name, attribute.get()) < 0) {
            throw Raised();
        }
    }
}

}  // namespace patch::host::python
