// Python's own objects in the words of host.hpp: calling, attributes, lists and dicts, warnings.
#include "nrn9.hpp"
#include "python_types.hpp"

namespace patch::host {

bool has_python() {
    return python::find_api() != nullptr;
}

std::string type_name(Foreign object) {
    using namespace python;
    if (!object || !has_python()) {
        return "Python object";
    }
    const Ref name(api().PyObject_GetAttrString(static_cast<PyObject*>(object.address)->type, "__name__"));
    return name ? text_of(name.get()) : "Python object";
}

Value call(Foreign callable, const std::vector<Value>& positional, const Keywords& named) {
    using namespace python;
    const Ref arguments = checked(api().PyTuple_New(std::ptrdiff_t(positional.size())));
    for (std::size_t i = 0; i < positional.size(); ++i) {
        api().PyTuple_SetItem(arguments.get(), std::ptrdiff_t(i), python_of(positional[i]).release());
    }
    const Ref keywords = checked(api().PyDict_New());
    for (const auto& [name, value] : named) {
        api().PyDict_SetItemString(keywords.get(), name.c_str(), python_of(value).get());
    }
    const NoAbort no_abort;  // what a user's function asks of NEURON in vain is an exception, not the end of an MPI job
    return held(checked(api().PyObject_Call(static_cast<PyObject*>(callable.address), arguments.get(), keywords.get())));
}

void set_attribute(const Value& target, const std::string& name, const Value& value) {
    using namespace python;
    const Ref object = python_of(target);
    if (api().PyObject_SetAttrString(object.get(), name.c_str(), python_of(value).get()) < 0) {
        throw Raised();
    }
}

bool is_callable(Foreign object) {
    return object && has_python() && python::api().PyCallable_Check(static_cast<python::PyObject*>(object.address));
}

bool is_of_p(const Value& factory) {
    return factory.kind == Kind::foreign && has_python() &&
           static_cast<python::PyObject*>(factory.origin.address)->type == python::types().mechanism;
}

std::string mechanism_named_by(const Value& factory) {
    using namespace python;
    auto* const object = static_cast<PyObject*>(factory.origin.address);
    if (factory.kind != Kind::foreign || !is_instance(object, types().hoc_object)) {
        return {};
    }
    const Ref text = checked(api().PyObject_Repr(object));  // NEURON shows a class as "ExpSyn()"
    const std::string shown = text_of(text.get());
    const std::string name = shown.substr(0, shown.find("()"));
    return mechanism(name).exists ? name : "";
}

std::string density_mechanism_named_by(const Value& object) {
    using namespace python;
    if (object.kind != Kind::foreign) {
        return {};
    }
    auto* const mechanism = static_cast<PyObject*>(object.origin.address);
    if (type_name(object.origin) == "Mechanism") {  // section(0.5).hh
        const Ref name(api().PyObject_GetAttrString(mechanism, "name"));
        const Ref said(name ? api().PyObject_Call(name.get(), tuple_of({}).get(), nullptr) : nullptr);
        api().PyErr_Clear();
        return said && is_instance(said.get(), api().PyUnicode_Type) ? text_of(said.get()) : "";
    }
    const Ref text = checked(api().PyObject_Repr(mechanism));  // h.hh: neuron.DensityMechanism('hh')
    const std::string shown = text_of(text.get()), head = "neuron.DensityMechanism('";
    return shown.compare(0, head.size(), head) == 0 ? shown.substr(head.size(), shown.size() - head.size() - 2) : "";
}

Value new_list(const std::vector<Value>& values) {
    using namespace python;
    Ref list = checked(api().PyList_New(0));
    for (const Value& value : values) {
        api().PyList_Append(list.get(), python_of(value).get());
    }
    return held(std::move(list));
}

Value new_tuple(const std::vector<Value>& values) {
    using namespace python;
    Ref tuple = checked(api().PyTuple_New(std::ptrdiff_t(values.size())));
    for (std::size_t i = 0; i < values.size(); ++i) {
        api().PyTuple_SetItem(tuple.get(), std::ptrdiff_t(i), python_of(values[i]).release());
    }
    return held(std::move(tuple));
}

Value new_array(const std::vector<double>& numbers, std::size_t columns) {
    using namespace python;
    const Ref numpy(api().PyImport_ImportModule("numpy"));
    if (!numpy) {
        api().PyErr_Clear();
        std::vector<Value> rows;
        for (std::size_t i = 0; i < numbers.size(); i += columns) {
            std::vector<Value> row;
            for (std::size_t j = 0; j < columns; ++j) {
                row.push_back(Value::of(numbers[i + j]));
            }
            rows.push_back(new_list(row));
        }
        return new_list(rows);
    }
    const std::size_t size = numbers.size() * sizeof(double);
    Ref bytes =
        checked(api().PyByteArray_FromStringAndSize(size ? reinterpret_cast<const char*>(numbers.data()) : "", std::ptrdiff_t(size)));
    const Ref read = checked(api().PyObject_GetAttrString(numpy.get(), "frombuffer"));
    const Ref type = checked(api().PyObject_GetAttrString(numpy.get(), "float64"));
    const Ref flat = checked(api().PyObject_Call(read.get(), tuple_of({bytes, type}).get(), nullptr));
    const Ref reshape = checked(api().PyObject_GetAttrString(flat.get(), "reshape"));
    const Ref shape = tuple_of({checked(api().PyLong_FromLongLong((long long)(numbers.size() / columns))),
                                checked(api().PyLong_FromLongLong((long long)columns))});
    return held(checked(api().PyObject_Call(reshape.get(), shape.get(), nullptr)), Protocol::opaque);
}

Value looked_at(const Value& opaque) {
    return opaque.kind == Kind::foreign ? python::value_of(opaque.origin.address, Protocol::untouched) : opaque;
}

bool is_reference(const Value& object) {
    return object.kind == Kind::foreign && has_python() && python::is_reference(static_cast<python::PyObject*>(object.origin.address));
}

Value content(const Value& reference) {
    using namespace python;
    const Ref get = checked(api().PyObject_GetAttrString(python_of(reference).get(), "__getitem__"));
    return held(checked(api().PyObject_Call(get.get(), tuple_of({checked(api().PyLong_FromLongLong(0))}).get(), nullptr)),
                Protocol::opaque);
}

void set_content(const Value& reference, const Value& content) {
    using namespace python;
    const Ref index = checked(api().PyLong_FromLongLong(0));
    if (api().PyObject_SetItem(python_of(reference).get(), index.get(), python_of(content).get()) < 0) {
        throw Raised();
    }
}

Value attribute(const Value& object, const char* name) {
    using namespace python;
    return held(checked(api().PyObject_GetAttrString(python_of(object).get(), name)), Protocol::untouched);
}

Value new_dict(const std::vector<std::pair<Value, Value>>& items) {
    using namespace python;
    Ref dict = checked(api().PyDict_New());
    for (const auto& [key, value] : items) {
        if (api().PyDict_SetItem(dict.get(), python_of(key).get(), python_of(value).get()) < 0) {
            throw Raised();
        }
    }
    return held(std::move(dict));
}

namespace {

// An object of the user's own class, which stands for one of NEURON's.
bool is_users(const Value& value) {
    using namespace python;
    auto* const object = static_cast<PyObject*>(value.origin.address);
    return object && object != api().none() && !is_instance(object, types().hoc_object) && !is_instance(object, types().section) &&
           !is_instance(object, types().segment);
}

}  // namespace

namespace {

// An instance of a user's class of ours that stands for something else of NEURON's (its own __netcon__): the instance, else nothing.
Value stands_elsewhere(const Value& value) {
    using namespace python;
    auto* const origin = static_cast<PyObject*>(value.origin.address);
    if (!origin || is_native(origin->type)) {
        return {};
    }
    if (is_instance(origin, types().section)) {
        const Section own = section_in(origin);
        return value.kind == Kind::object || !(value.segment.section == own) ? Value::of(own) : Value{};
    }
    if (is_instance(origin, types().point_process)) {
        const Object own = object_in(origin);
        return value.kind != Kind::object || !(value.object == own) ? Value::of(own) : Value{};
    }
    return {};
}

}  // namespace

void note_reference(const Value& users, const Value& other) {
    using namespace python;
    if (!has_python() || !is_users(users)) {
        return;
    }
    const Ref word(api().PyObject_GetAttrString(static_cast<PyObject*>(users.origin.address), "__ref__"));
    if (!word) {
        api().PyErr_Clear();
        return;
    }
    checked(api().PyObject_Call(word.get(), tuple_of({python_of(other)}).get(), nullptr));
}

void note_connection(const Value& source, const Value& target, Object netcon) {
    using namespace python;
    note_reference(source, Value::of(netcon));
    note_reference(target, Value::of(netcon));
    const std::pair<const Value&, const Value&> ends[]{{source, target}, {target, source}};
    for (const auto& [mine, other] : ends) {
        if (!has_python() || other.kind == Kind::none) {
            continue;
        }
        if (const Value own = stands_elsewhere(mine); own.given()) {
            keep_stand_in(own, netcon, &mine == &source);
        }
        if (!is_users(mine)) {
            continue;
        }
        const Ref connections(api().PyObject_GetAttrString(static_cast<PyObject*>(mine.origin.address), "_connections"));
        if (!connections) {
            api().PyErr_Clear();
            continue;
        }
        const Ref key = other.origin ? Ref::borrowed(static_cast<PyObject*>(other.origin.address)) : python_of(other);
        if (api().PyObject_SetItem(connections.get(), key.get(), wrap(netcon).get()) < 0) {
            throw Raised();
        }
    }
}

std::vector<std::pair<std::string, Value>> items(const Value& mapping, const char* argument) {
    using namespace python;
    std::vector<std::pair<std::string, Value>> result;
    auto* const dict = static_cast<PyObject*>(mapping.origin.address);
    if (mapping.kind != Kind::foreign || !is_instance(dict, api().PyDict_Type)) {
        throw wrong_kind(argument, described(mapping), "a dict of names and values");
    }
    std::ptrdiff_t at = 0;
    PyObject *key = nullptr, *value = nullptr;
    while (api().PyDict_Next(dict, &at, &key, &value)) {
        if (!is_instance(key, api().PyUnicode_Type)) {
            throw wrong_kind(argument, "a dict with a key that is " + type_name({key}), "names as keys");
        }
        result.emplace_back(text_of(key), value_of(value, Protocol::untouched));
    }
    return result;
}

void warn(const std::string& sentence, int frames) {
    if (!has_python()) {
        complain(sentence + "\n");
    } else if (python::api().PyErr_WarnEx(python::api().PyExc_UserWarning, sentence.c_str(), frames) < 0) {
        throw python::Raised();
    }
}

}  // namespace patch::host
