// CPython by dlsym: the table of its functions, and values in and out.
#include "python.hpp"

#include <dlfcn.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <unordered_map>

#include "nrn9.hpp"
#include "python_types.hpp"

namespace patch::host::python {

// Such a Python lays its objects out otherwise, and exports what others do not have.
bool is_free_threaded() {
    static const bool it_is = dlsym(RTLD_DEFAULT, "_Py_MergeZeroLocalRefcount") != nullptr;
    return it_is;
}

const Api* find_api() {
    static Api table;
    static bool complete = false;
    if (!complete && dlsym(RTLD_DEFAULT, "Py_IsInitialized") && !is_free_threaded()) {
        bool all = true;
        const auto look = [&](const char* name) {
            void* const address = dlsym(RTLD_DEFAULT, name);
            all = all && address;
            return address;
        };
#define X(result, name, arguments) table.name = reinterpret_cast<result(*) arguments>(look(#name));
        PATCH_PYTHON_FUNCTIONS(X)
#undef X
#define X(name) table.name = static_cast<PyObject*>(look(#name));
        PATCH_PYTHON_DATA(X)
#undef X
#define X(name)                                                                                                                            \
    if (void* const address = look(#name)) table.name = *static_cast<PyObject**>(address);
        PATCH_PYTHON_EXCEPTIONS(X)
#undef X
        complete = all;
    }
    return complete && table.Py_IsInitialized() ? &table : nullptr;
}

const Api& api() {
    static const Api* const table = find_api();
    return *table;
}

Ref checked(PyObject* object) {
    if (!object) {
        throw Raised();
    }
    return Ref(object);
}

Types& types() {
    static Types all;
    return all;
}

bool is_instance(PyObject* object, PyObject* type) {
    return object->type == type || api().PyType_IsSubtype(object->type, type);
}

std::string text_of(PyObject* unicode) {
    std::ptrdiff_t size = 0;
    const char* const text = api().PyUnicode_AsUTF8AndSize(unicode, &size);
    if (!text) {
        throw Raised();
    }
    return {text, std::size_t(size)};
}

namespace {

// Also of a string that has no UTF-8: nothing may be raised while something else is being told.
std::string any_text_of(PyObject* unicode) {
    std::ptrdiff_t size = 0;
    if (const char* const text = api().PyUnicode_AsUTF8AndSize(unicode, &size)) {
        return {text, std::size_t(size)};
    }
    api().PyErr_Clear();
    const Ref escaped(api().PyObject_ASCII(unicode));
    api().PyErr_Clear();
    return escaped ? text_of(escaped.get()) : "";
}

std::string text_of_exception(PyObject* exception, bool with_type) {
    const Ref text(exception ? api().PyObject_Str(exception) : nullptr);
    const Ref type(exception ? api().PyObject_GetAttrString(exception->type, "__name__") : nullptr);
    api().PyErr_Clear();
    const std::string said = text ? any_text_of(text.get()) : "";
    if (!with_type || !type) {
        return said.empty() ? "a Python exception without a text" : said;
    }
    return any_text_of(type.get()) + (said.empty() ? "" : ": " + said);
}

}  // namespace

std::string take_exception() {
    PyObject *type = nullptr, *value = nullptr, *trace = nullptr;
    api().PyErr_Fetch(&type, &value, &trace);
    api().PyErr_NormalizeException(&type, &value, &trace);
    const Ref owned_type(type), owned_value(value), owned_trace(trace);
    return text_of_exception(value, false);
}

std::string describe_exception() {
    PyObject *type = nullptr, *value = nullptr, *trace = nullptr;
    api().PyErr_Fetch(&type, &value, &trace);
    api().PyErr_NormalizeException(&type, &value, &trace);
    const Ref owned_type(type), owned_value(value), owned_trace(trace);
    return text_of_exception(value, true);
}

std::shared_ptr<const void> keeper_of(Ref object) {
    return {object.release(), [](const void* held) { api().Py_DecRef(static_cast<PyObject*>(const_cast<void*>(held))); }};
}

// ---- NEURON's handles in Python ----

namespace {

// src/nrnpython/nrnpy_nrn.h: the first field of a Section is NEURON's, of a Segment its Section. Checked by install_types.
struct SectionObject {
    PyObject head;
    ::Section* section;
};
struct SegmentObject {
    PyObject head;
    SectionObject* section;
    double x;
};

// Functions of NEURON's Python half, by the names they are exported under.
struct Bridge {
    int (*is_pointer)(PyObject*, Handle&) = nullptr;
    PyObject* (*pointer)(Handle) = nullptr;
    PyObject* (*current_section)(PyObject*, PyObject*) = nullptr;
};

const Bridge& bridge() {
    static const Bridge functions = [] {
        Bridge found;
        Dl_info file{};
        dladdr(reinterpret_cast<void*>(neuron::python::methods.po2ho), &file);
        void* const library = file.dli_fname ? dlopen(file.dli_fname, RTLD_LAZY | RTLD_NOLOAD) : nullptr;
        if (library) {
            const auto look = [&](auto& function, const char* name) {
                function = reinterpret_cast<std::decay_t<decltype(function)>>(dlsym(library, name));
            };
            look(found.is_pointer, "_Z17nrn_is_hocobj_ptrP7_objectRN6neuron9container11data_handleIdEE");
            look(found.pointer, "_Z17nrn_hocobj_handleN6neuron9container11data_handleIdEE");
            look(found.current_section, "_Z14nrnpy_cas_safeP7_objectS0_");
        }
        return found;
    }();
    return functions;
}

// A user's or a subclass's own word for a protocol, where it is not ours: a bound method, or null.
Ref own_word(PyObject* object, const char* word) {
    Ref method(api().PyObject_GetAttrString(object, word));
    if (!method) {
        if (!api().PyErr_ExceptionMatches(api().PyExc_AttributeError)) {
            throw Raised();
        }
        api().PyErr_Clear();
    }
    return method;
}

const char* word_of(Protocol protocol) {
    return protocol == Protocol::netcon ? "__netcon__" : protocol == Protocol::record ? "__record__" : "__neuron__";
}

// Whether a user's class overrides a word that the load has added to a type of NEURON's or ours.
bool overrides(PyObject* type, PyObject* base, const char* word) {
    const Ref theirs(api().PyObject_GetAttrString(type, word));
    const Ref ours(api().PyObject_GetAttrString(base, word));
    api().PyErr_Clear();
    return theirs && ours && theirs.get() != ours.get();
}

Value called(const Ref& method, PyObject* original, Protocol next) {
    const Ref nothing = checked(api().PyTuple_New(0));
    const Ref result = checked(api().PyObject_Call(method.get(), nothing.get(), nullptr));
    Value value = value_of(result.get(), result.get() == original ? Protocol::untouched : next);
    value.origin = {original};
    value.keeper = keeper_of(result);  // the answer may be held by nobody else
    return value;
}

// What an object stands for: not None, which is what a method without a return gives.
Value stands_for(const Ref& method, PyObject* original, Protocol next) {
    Value value = called(method, original, next);
    if (value.kind == Kind::none) {
        throw word_gave_none(type_name({original}));
    }
    return value;
}

// numpy's scalars are buffers without dimensions: '?' is a boolean, 'Z' a complex number; 0 where the object is none of them.
char scalar_format(PyObject* object) {
    constexpr int with_format = 0x0004 | 0x0008;  // and with dimensions
    Py_buffer view{};
    if (!api().PyObject_CheckBuffer(object) || api().PyObject_GetBuffer(object, &view, with_format) < 0) {
        api().PyErr_Clear();
        return 0;
    }
    const char format = view.ndim == 0 && view.format ? view.format[0] : '\0';
    api().PyBuffer_Release(&view);
    return format;
}

double arc_of(const Ref& method, PyObject* object, Section section) {
    return place_in(called(method, object, Protocol::untouched), section);
}

Value section_value(PyObject* object, Protocol protocol) {
    Value value;
    value.kind = Kind::section;
    value.segment = {Section{reinterpret_cast<SectionObject*>(object)->section}, 0.5};
    value.origin = {object};
    if (object->type != types().section && object->type != section_type()) {
        const bool asked = protocol == Protocol::netcon || protocol == Protocol::record;
        if (asked && overrides(object->type, types().section, word_of(protocol))) {
            Value meant = called(own_word(object, word_of(protocol)), object, Protocol::neuron);
            if (meant.kind == Kind::variable) {
                meant.segment = value.segment;  // whose pointer it is
            }
            return meant;
        }
        if (overrides(object->type, types().section, "__arc__")) {
            value.segment.x = arc_of(own_word(object, "__arc__"), object, value.segment.section);
        }
    }
    return value;
}

}  // namespace

double place_in(const Value& arc, Section section) {
    if (arc.kind != Kind::number || !(arc.number >= 0 && arc.number <= 1)) {
        throw refused(arc.kind == Kind::number ? ErrorKind::value : ErrorKind::type, "__arc__", described(arc), "a number from 0 to 1",
                      name(section));
    }
    return arc.number;
}

Section section_in(PyObject* section) {
    return {reinterpret_cast<SectionObject*>(section)->section};
}

Object object_in(PyObject* hoc_object) {
    ::Object* const object = neuron::python::methods.po2ho(hoc_object);
    if (!object) {
        return {};
    }
    const bool wrapped = object->ctemplate->sym == nrnpy_pyobj_sym_;
    const Object result{wrapped ? nullptr : object};
    hoc_obj_unref(object);  // the handle keeps it
    return result;
}

namespace {

// Restores a count of how deep we are.
class Depth {
  public:
    explicit Depth(int& depth)
        : depth_(depth)
        , before_(depth) {}
    ~Depth() { depth_ = before_; }

  private:
    int& depth_;
    int before_;
};

// A pointer, an object, or something else of NEURON's: a class, a method.
Value neuron_value(PyObject* object) {
    Value value;
    value.origin = {object};
    Handle handle;
    if (bridge().is_pointer && bridge().is_pointer(object, handle)) {
        value.kind = Kind::variable;
        value.variable = variable_of(handle);
    } else if (const Object inside = object_in(object)) {
        value.kind = Kind::object;
        value.object = inside;
    } else {
        value.kind = Kind::foreign;
    }
    return value;
}

}  // namespace

Value value_of(void* address, Protocol protocol) {
    auto* const object = static_cast<PyObject*>(address);
    Value value;
    value.origin = {object};
    if (object == api().none()) {
        value.kind = Kind::none;
        return value;
    }
    PyObject* const type = object->type;  // the usual ones at once, without a walk through their bases
    if (type == types().hoc_object || type == types().point_process || type == types().netcon) {
        return neuron_value(object);
    }
    if (protocol != Protocol::opaque && (type == types().section || type == section_type())) {
        return section_value(object, protocol);
    }
    if (protocol == Protocol::opaque && !is_instance(object, types().hoc_object)) {
        value.kind = Kind::foreign;
        return value;
    }
    if (object->type == api().PyFloat_Type || object->type == api().PyLong_Type) {
        value.kind = Kind::number;
        value.number = api().PyFloat_AsDouble(object);
        value.whole = object->type == api().PyLong_Type;
        if (value.number == -1 && api().PyErr_Occurred()) {
            api().PyErr_Clear();
            value.number = std::numeric_limits<double>::infinity();  // an integer that no double holds
        }
        return value;
    }
    if (object->type == api().PyBool_Type) {
        value.kind = Kind::boolean;
        value.number = api().PyObject_IsTrue(object);
        return value;
    }
    if (is_instance(object, api().PyUnicode_Type)) {
        value.kind = Kind::text;
        value.text = text_of(object);
        return value;
    }
    if (is_instance(object, types().section)) {
        return section_value(object, protocol);
    }
    if (is_instance(object, types().segment)) {
        auto* const segment = reinterpret_cast<SegmentObject*>(object);
        value.kind = Kind::segment;
        value.segment = {Section{segment->section->section}, segment->x};
        return value;
    }
    if (is_instance(object, types().hoc_object)) {
        const bool asked = protocol == Protocol::netcon || protocol == Protocol::record;
        if (asked && !is_native(type) && is_instance(object, types().point_process) &&
            overrides(type, types().point_process, word_of(protocol))) {
            return stands_for(own_word(object, word_of(protocol)), object, Protocol::neuron);
        }
        return neuron_value(object);
    }
    const char scalar = scalar_format(object);
    if (scalar == '?') {
        value.kind = Kind::boolean;
        value.number = api().PyObject_IsTrue(object);
        return value;
    }
    if (api().PyNumber_Check(object) && !api().PySequence_Check(object) && scalar != 'Z') {
        const double number = api().PyFloat_AsDouble(object);
        if (number == -1 && api().PyErr_Occurred()) {
            api().PyErr_Clear();
        } else {
            value.kind = Kind::number;
            value.number = number;
            value.whole = api().PyIndex_Check(object);
            return value;
        }
    }
    if (protocol != Protocol::untouched && !is_instance(object, api().PyType_Type)) {  // a class stands for nothing
        constexpr int deepest = 16;
        static int depth = 0;
        const Depth here(depth);
        for (const Protocol asked : {protocol, Protocol::neuron}) {
            if (const Ref method = own_word(object, word_of(asked))) {
                const bool asks_on = asked == Protocol::neuron && ++depth < deepest;  // what it stands for may have words of its own
                Value meant = stands_for(method, object, asks_on ? protocol : Protocol::untouched);
                if (asked == Protocol::netcon && meant.kind == Kind::variable && !meant.segment) {
                    if (const Ref neuron = own_word(object, "__neuron__")) {  // whose pointer it is
                        const Value section = called(neuron, object, Protocol::untouched);
                        meant.segment = section.kind == Kind::section ? section.segment : Segment{};
                    }
                }
                if (meant.kind == Kind::section) {
                    if (const Ref arc = own_word(object, "__arc__")) {
                        meant.segment.x = arc_of(arc, object, meant.segment.section);
                    }
                }
                if (meant.kind != Kind::foreign || meant.origin.address != object) {
                    return meant;
                }
            }
        }
    }
    value.kind = Kind::foreign;
    return value;
}

Value held(Ref object, Protocol protocol) {
    Value value = value_of(object.get(), protocol);
    value.origin = {object.get()};
    value.keeper = keeper_of(std::move(object));
    return value;
}

Ref section_object(Section section) {
    if (!exists(section)) {
        throw deleted_section("object");
    }
    const SectionScope scope(section);
    return checked(bridge().current_section(nullptr, nullptr));
}

// NEURON gives the owner where there is one, which somebody holds already, and a new handle where HOC owns the section.
void* owner_of(Section section) {
    Ref handle = section_object(section);
    return handle.get()->count > 1 ? handle.release() : nullptr;
}

// The object that a value was made from, where it is the thing itself and does not stand for it.
Ref python_of(const Value& value) {
    auto* const origin = static_cast<PyObject*>(value.origin.address);
    const auto is_instance_of = [](PyObject* object, PyObject* type) { return object && is_instance(object, type); };
    switch (value.kind) {
    case Kind::number:
        return checked(value.whole ? api().PyLong_FromLongLong((long long)value.number) : api().PyFloat_FromDouble(value.number));
    case Kind::boolean:
        return checked(api().PyBool_FromLong(value.number != 0));
    case Kind::text:
        return checked(api().PyUnicode_FromStringAndSize(value.text.data(), std::ptrdiff_t(value.text.size())));
    case Kind::section:
        return is_instance_of(origin, types().section) && section_in(origin) == value.segment.section
                   ? Ref::borrowed(origin)
                   : section_object(value.segment.section);
    case Kind::segment: {
        if (is_instance_of(origin, types().segment)) {
            auto* const same = reinterpret_cast<SegmentObject*>(origin);
            if (same->section->section == value.segment.section.address && same->x == value.segment.x) {
                return Ref::borrowed(origin);
            }
        }
        const Ref section = section_object(value.segment.section);
        const Ref x = checked(api().PyTuple_New(1));
        api().PyTuple_SetItem(x.get(), 0, api().PyFloat_FromDouble(value.segment.x));
        return checked(api().PyObject_Call(section.get(), x.get(), nullptr));
    }
    case Kind::variable:
        return checked(bridge().pointer(raw(value.variable)));
    case Kind::object:
        return is_instance_of(origin, types().hoc_object) && object_in(origin) == value.object ? Ref::borrowed(origin) : wrap(value.object);
    case Kind::foreign:
        return Ref::borrowed(static_cast<PyObject*>(value.origin.address));
    default:
        return Ref::borrowed(api().none());
    }
}

Ref python_of(const Result& result, PyObject* receiver) {
    switch (result.kind) {
    case Result::Kind::number:
        return checked(api().PyFloat_FromDouble(result.number));
    case Result::Kind::boolean:
        return checked(api().PyBool_FromLong(result.number != 0));
    case Result::Kind::text:
        return checked(api().PyUnicode_FromStringAndSize(result.text.data(), std::ptrdiff_t(result.text.size())));
    case Result::Kind::object:
        return result.object.get() ? wrap(result.object.get()) : Ref::borrowed(api().none());
    case Result::Kind::chained:
        return Ref::borrowed(receiver ? receiver : api().none());
    case Result::Kind::value:
        return python_of(result.value);
    case Result::Kind::table: {
        Ref dict = checked(api().PyDict_New());
        for (const auto& [name, number] : result.table) {
            const bool whole = number == std::floor(number);
            const Ref value = checked(whole ? api().PyLong_FromLongLong((long long)number) : api().PyFloat_FromDouble(number));
            api().PyDict_SetItemString(dict.get(), name.c_str(), value.get());
        }
        return dict;
    }
    case Result::Kind::nothing:
        break;
    }
    return Ref::borrowed(api().none());
}

}  // namespace patch::host::python
