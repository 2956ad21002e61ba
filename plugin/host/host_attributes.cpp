// Attributes of the user's own on NEURON objects that have no room for any: a dict for each section or Object that has some.
#include <algorithm>
#include <unordered_map>

#include "nrn9.hpp"
#include "nrn9_events.hpp"
#include "python.hpp"
#include "python_types.hpp"

namespace patch::host {

namespace {

using python::api;
using python::Ref;

using Dicts = std::unordered_map<void*, Ref>;
Dicts& of_sections() {
    static auto& all = *new Dicts;
    return all;
}
Dicts& of_objects() {
    static auto& all = *new Dicts;
    return all;
}

void erase(Dicts& dicts, void* owner) {
    if (const auto found = dicts.find(owner); found != dicts.end()) {
        const python::Lock lock;
        const Ref last = std::move(found->second);  // what it held may ask for attributes as it goes
        dicts.erase(found);
    }
}

bool is_object(const Value& owner) {
    return owner.kind == Kind::object;
}
void* address_of(const Value& owner) {
    return is_object(owner) ? owner.object.address : owner.segment.section.address;
}

}  // namespace

// NEURON's memory of a section is held while it has a dict, so that no new section can take its address.
bool forget_attributes_of_deleted() {
    std::vector<void*> deleted;
    for (const auto& row : of_sections()) {
        if (!nrn_section_is_active(static_cast<::Section*>(row.first))) {
            deleted.push_back(row.first);
        }
    }
    for (void* const section : deleted) {
        erase(of_sections(), section);
        nrn_section_unref(static_cast<::Section*>(section));
    }
    return !deleted.empty();
}

namespace python {

bool has_objects_with_attributes() {
    return !of_objects().empty();
}

void drop_attributes() {
    const Dicts objects = std::exchange(of_objects(), {}), sections = std::exchange(of_sections(), {});
    for (const auto& row : sections) {
        nrn_section_unref(static_cast<::Section*>(row.first));
    }
}

void each_object_with_attributes(const Visit& visit) {
    for (const auto& row : of_objects()) {
        visit(row.first);
    }
}

PyObject* attributes_of(const Value& owner) {
    const Dicts& dicts = is_object(owner) ? of_objects() : of_sections();
    const auto found = dicts.find(address_of(owner));
    return found == dicts.end() ? nullptr : found->second.get();
}

PyObject* make_attributes_of(const Value& owner) {
    if (PyObject* const known = attributes_of(owner)) {
        return known;
    }
    void* const address = address_of(owner);
    if (is_object(owner)) {
        when_gone(owner.object, [address] {
            registry().vanished(address);
            erase(of_objects(), address);
        });
    } else {
        sweep_before_runs();
        nrn_section_ref(static_cast<::Section*>(address));
    }
    Dicts& dicts = is_object(owner) ? of_objects() : of_sections();
    return (dicts[address] = checked(api().PyDict_New())).get();
}

}  // namespace python

Value own_attribute(const Value& owner, const char* name) {
    python::PyObject* const dict = python::attributes_of(owner);
    python::PyObject* const found = dict ? api().PyDict_GetItemString(dict, name) : nullptr;
    Value value;
    if (found) {
        value.kind = Kind::foreign;
        value.origin = {found};
    }
    return value;
}

void append_to_own_attribute(const Value& owner, const char* name, const Value& value) {
    const Value list = own_attribute(owner, name);
    auto* const object = static_cast<python::PyObject*>(list.origin.address);
    if (object && python::is_instance(object, api().PyList_Type)) {
        api().PyList_Append(object, python::python_of(value).get());
    }
}

void set_own_attribute(const Value& owner, const char* name, const Value& value) {
    if (value.given()) {
        api().PyDict_SetItemString(python::make_attributes_of(owner), name, python::python_of(value).get());
    } else if (own_attribute(owner, name).given()) {
        const Ref key = checked(api().PyUnicode_FromStringAndSize(name, std::ptrdiff_t(std::char_traits<char>::length(name))));
        api().PyDict_DelItem(python::attributes_of(owner), key.get());
    }
}

}  // namespace patch::host
