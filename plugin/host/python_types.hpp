// What the files of the class model share: NEURON's own slots, types and how an object is given one of ours.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "python.hpp"

struct Symbol;
struct Object;

namespace patch::host::python {

using GetAttribute = PyObject* (*)(PyObject*, PyObject*);
using SetAttribute = int (*)(PyObject*, PyObject*, PyObject*);
using Call = PyObject* (*)(PyObject*, PyObject*, PyObject*);
using Init = int (*)(PyObject*, PyObject*, PyObject*);

// NEURON's own slots.
struct Stock {
    GetAttribute getattro = nullptr, section_getattro = nullptr;
    SetAttribute setattro = nullptr, section_setattro = nullptr;
    Init section_init = nullptr;
    Call call = nullptr, new_object = nullptr, section_call = nullptr;
    PyObject* (*section_iter)(PyObject*) = nullptr;
};
Stock& stock();

Ref string(const std::string& text);
Ref tuple_of(std::vector<Ref> items);
// Gives an object another type with the same layout.
void set_type(PyObject* object, PyObject* type);
Ref native_class(const char* name, PyObject* base, std::vector<PyType_Slot> slots);

// NEURON asks the generic look-up first for every subclass of HocObject, which fails for NEURON's own names and costs more than
// they do. While this lives the object is a plain HocObject, or of another type with the same layout.
class AsType {
  public:
    AsType(PyObject* object, PyObject* type)
        : object_(object)
        , type_(object->type) {
        object->type = type;
    }
    ~AsType() { object_->type = type_; }
    AsType(const AsType&) = delete;
    AsType& operator=(const AsType&) = delete;

  private:
    PyObject* object_;
    PyObject* type_;
};
class AsPlain: public AsType {
  public:
    AsPlain(PyObject* object, bool plain)
        : AsType(object, plain ? types().hoc_object : object->type) {}
};

inline bool is_special(PyObject* name) {
    std::ptrdiff_t size = 0;
    const char* const text = api().PyUnicode_AsUTF8AndSize(name, &size);
    return !text || text[0] == '_';
}

const Method* internal_method(const char* name);

// ---- host_python_interpreter.cpp: p ----
void install_interpreter();
PyObject* names_of_p();  // what p adds, asked before NEURON

// ---- host_python_calls.cpp: functions and classes that are called through p ----
void install_calls();
// NEURON's function, method or class behind a HocObject; null where it is something else.
const Symbol* callable_of(PyObject* hoc_object);
void each_object_in(PyObject* handle, const std::function<void(::Object*)>& use);  // the Objects that a handle holds
bool is_reference(PyObject* object);                                               // h.ref of a number or a text
bool is_empty(PyObject* hoc_object);             // an instance of a user's class whose __init__ has not called ours yet
bool is_made(PyObject* object);                  // a section or an object that is there, and not still before super().__init__()
void set_not_made(PyObject* object);             // the exception that says so
std::string mechanism_named_by(PyObject* type);  // of a user's class: of p.<Mechanism> among its bases
PyObject* instance_of(Object object);            // of a user's class, while it lives: a new reference, or null
const Method* vecstim_row();                     // p.VecStim
PyObject* call_class(PyObject* type, PyObject* arguments, PyObject* keywords);  // of point processes and sections
void give_function_type(PyObject* value);                                       // p converts what it is called with
void give_mechanism_type(PyObject* value, PyObject* name);                      // p.ExpSyn
PyObject* own_class(const std::string& name, PyObject* neuron_class);           // p.List: a new reference
PyObject* new_empty(PyObject* type, PyObject*, PyObject*);                      // an instance without an Object; its __init__ gives it one
int init_mechanism(PyObject* self, PyObject* arguments, PyObject* keywords);    // of the mechanism that a base of its class names
void name_mechanism(PyObject* type, const std::string& name);
int init_netcon(PyObject* self, PyObject* arguments, PyObject* keywords);
PyObject* call_netcon_class(PyObject* type, PyObject* arguments, PyObject* keywords);
// Of classes of ours in front of NEURON's: isinstance is as for NEURON's own; p.NetCon[0], p.List.append.
Ref metatype(const char* name, std::vector<PyType_Slot> slots);
Ref metatype_of_neurons(const char* name, std::vector<PyType_Slot> slots);

// ---- host_python_types.cpp: what p makes ----
std::map<std::string, PyObject*>& types_by_class();  // a NEURON class and the type that its instances get from p
PyObject* object_getattro(PyObject* self, PyObject* name);
int object_setattro(PyObject* self, PyObject* name, PyObject* value);
bool is_native(PyObject* type);                          // of ours, and no class of a user's
void add_dir(PyObject* type);                            // dir() of its instances shows attributes of the user's own
void ask_neuron_first(PyObject* type, unsigned places);  // for all names but those of the rows of these places

// ---- host_python_reach.cpp: what Python objects hold ----
// The registry's word for a Python object that is no node, and back: null where the word is of an Object.
void* thing_of(PyObject* object);
PyObject* object_of_thing(void* thing);
using Visit = Registry::Host::Visit;
void visit(PyObject* object, const Visit& visit);      // as a node or a thing; nothing where it can hold none
void each_held(PyObject* object, const Visit& visit);  // what it holds, each reference once
bool can_hold_anything(PyObject* value);               // may lead back to one of NEURON's objects
void watch(PyObject* holder);                          // it has got an attribute of the user's own
bool has_holders();
void each_holder(const Visit& visit);
bool finalize(const std::vector<PyObject*>& dead);  // runs each __del__ that has not run; whether any did
void clear(const std::vector<PyObject*>& dead);     // makes them let go of what they hold

// ---- host_attributes.cpp ----
void drop_attributes();  // of everything, at the process's end
void each_object_with_attributes(const Visit& visit);
bool has_objects_with_attributes();
PyObject* attributes_of(const Value& owner);  // a borrowed dict, or null
PyObject* make_attributes_of(const Value& owner);

}  // namespace patch::host::python
