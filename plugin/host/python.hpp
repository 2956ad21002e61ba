// CPython in our words, for the files of this folder alone. No Python header and no link to libpython: the stable ABI by dlsym,
// so that one library serves every Python and a NEURON without one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <exception>
#include <string>

#include "host.hpp"

namespace patch::host::python {

// The head of every object. Only the low half of the count is read: newer Pythons keep flags in the upper one.
struct PyObject {
    std::uint32_t count;
    std::uint32_t upper;
    PyObject* type;
};

struct PyMethodDef {
    const char* name;
    void* function;
    int flags;
    const char* doc;
};
struct PyGetSetDef {
    const char* name;
    PyObject* (*get)(PyObject*, void*);
    int (*set)(PyObject*, PyObject*, void*);
    const char* doc;
    void* closure;
};
struct PyType_Slot {
    int slot;
    void* function;
};
struct PyType_Spec {
    const char* name;
    int basicsize, itemsize;
    unsigned flags;
    PyType_Slot* slots;
};
struct Py_buffer {
    void* buf;
    PyObject* obj;
    std::ptrdiff_t len, itemsize;
    int readonly, ndim;
    char* format;
    std::ptrdiff_t *shape, *strides, *suboffsets;
    void* internal;
};

inline constexpr int METH_FASTCALL_KEYWORDS = 0x0080 | 0x0002;
inline constexpr int METH_NOARGS = 0x0004;
inline constexpr unsigned TPFLAGS_DEFAULT = 1U << 18, TPFLAGS_BASETYPE = 1U << 10;
inline constexpr int SLOT_tp_call = 50, SLOT_tp_doc = 56, SLOT_tp_getattro = 58, SLOT_tp_init = 60, SLOT_tp_setattro = 69,
                     SLOT_mp_subscript = 5, SLOT_tp_alloc = 47, SLOT_tp_new = 65, SLOT_tp_iter = 62;

// result, name, arguments
#define PATCH_PYTHON_FUNCTIONS(X)                                                                                                          \
    X(int, Py_IsInitialized, ())                                                                                                           \
    X(int, PyGILState_Ensure, ())                                                                                                          \
    X(void, PyGILState_Release, (int))                                                                                                     \
    X(void, Py_IncRef, (PyObject*))                                                                                                        \
    X(void, Py_DecRef, (PyObject*))                                                                                                        \
    X(PyObject*, PyErr_Occurred, ())                                                                                                       \
    X(void, PyErr_Clear, ())                                                                                                               \
    X(void, PyErr_Fetch, (PyObject**, PyObject**, PyObject**))                                                                             \
    X(void, PyErr_Restore, (PyObject*, PyObject*, PyObject*))                                                                              \
    X(void, PyErr_NormalizeException, (PyObject**, PyObject**, PyObject**))                                                                \
    X(void, PyErr_SetObject, (PyObject*, PyObject*))                                                                                       \
    X(int, PyErr_WarnEx, (PyObject*, const char*, std::ptrdiff_t))                                                                         \
    X(int, PyErr_ExceptionMatches, (PyObject*))                                                                                            \
    X(PyObject*, PyObject_GenericGetAttr, (PyObject*, PyObject*))                                                                          \
    X(int, PyObject_GenericSetAttr, (PyObject*, PyObject*, PyObject*))                                                                     \
    X(PyObject*, PyObject_GetAttr, (PyObject*, PyObject*))                                                                                 \
    X(PyObject*, PyObject_GetAttrString, (PyObject*, const char*))                                                                         \
    X(int, PyObject_SetAttrString, (PyObject*, const char*, PyObject*))                                                                    \
    X(PyObject*, PyObject_Call, (PyObject*, PyObject*, PyObject*))                                                                         \
    X(PyObject*, PyObject_Str, (PyObject*))                                                                                                \
    X(PyObject*, PyObject_ASCII, (PyObject*))                                                                                              \
    X(PyObject*, PyUnicode_DecodeUTF8, (const char*, std::ptrdiff_t, const char*))                                                         \
    X(PyObject*, PyObject_Repr, (PyObject*))                                                                                               \
    X(int, PyObject_IsTrue, (PyObject*))                                                                                                   \
    X(int, PyObject_SetItem, (PyObject*, PyObject*, PyObject*))                                                                            \
    X(int, PyObject_CheckBuffer, (PyObject*))                                                                                              \
    X(int, PyObject_GetBuffer, (PyObject*, Py_buffer*, int))                                                                               \
    X(void, PyBuffer_Release, (Py_buffer*))                                                                                                \
    X(PyObject*, PyByteArray_FromStringAndSize, (const char*, std::ptrdiff_t))                                                             \
    X(PyObject*, PyMemoryView_FromMemory, (char*, std::ptrdiff_t, int))                                                                    \
    X(int, PyCallable_Check, (PyObject*))                                                                                                  \
    X(int, PyNumber_Check, (PyObject*))                                                                                                    \
    X(int, PyIndex_Check, (PyObject*))                                                                                                     \
    X(double, PyFloat_AsDouble, (PyObject*))                                                                                               \
    X(PyObject*, PyFloat_FromDouble, (double))                                                                                             \
    X(PyObject*, PyLong_FromLongLong, (long long))                                                                                         \
    X(PyObject*, PyBool_FromLong, (long))                                                                                                  \
    X(PyObject*, PyUnicode_FromStringAndSize, (const char*, std::ptrdiff_t))                                                               \
    X(const char*, PyUnicode_AsUTF8AndSize, (PyObject*, std::ptrdiff_t*))                                                                  \
    X(int, PySequence_Check, (PyObject*))                                                                                                  \
    X(PyObject*, PySequence_List, (PyObject*))                                                                                             \
    X(std::ptrdiff_t, PyList_Size, (PyObject*))                                                                                            \
    X(PyObject*, PyList_GetItem, (PyObject*, std::ptrdiff_t))                                                                              \
    X(PyObject*, PyList_New, (std::ptrdiff_t))                                                                                             \
    X(int, PyList_Append, (PyObject*, PyObject*))                                                                                          \
    X(PyObject*, PyTuple_New, (std::ptrdiff_t))                                                                                            \
    X(int, PyTuple_SetItem, (PyObject*, std::ptrdiff_t, PyObject*))                                                                        \
    X(PyObject*, PyTuple_GetItem, (PyObject*, std::ptrdiff_t))                                                                             \
    X(std::ptrdiff_t, PyTuple_Size, (PyObject*))                                                                                           \
    X(PyObject*, PyDict_New, ())                                                                                                           \
    X(PyObject*, PyDict_GetItemWithError, (PyObject*, PyObject*))                                                                          \
    X(PyObject*, PyDict_GetItemString, (PyObject*, const char*))                                                                           \
    X(int, PyDict_SetItem, (PyObject*, PyObject*, PyObject*))                                                                              \
    X(int, PyDict_SetItemString, (PyObject*, const char*, PyObject*))                                                                      \
    X(int, PyDict_DelItem, (PyObject*, PyObject*))                                                                                         \
    X(int, PyDict_Next, (PyObject*, std::ptrdiff_t*, PyObject**, PyObject**))                                                              \
    X(PyObject*, PyImport_ImportModule, (const char*))                                                                                     \
    X(PyObject*, PyImport_GetModuleDict, ())                                                                                               \
    X(PyObject*, PyModule_New, (const char*))                                                                                              \
    X(PyObject*, PyDescr_NewMethod, (PyObject*, PyMethodDef*))                                                                             \
    X(PyObject*, PyDescr_NewGetSet, (PyObject*, PyGetSetDef*))                                                                             \
    X(PyObject*, PyCFunction_NewEx, (PyMethodDef*, PyObject*, PyObject*))                                                                  \
    X(PyObject*, PyType_FromSpecWithBases, (PyType_Spec*, PyObject*))                                                                      \
    X(int, PyType_IsSubtype, (PyObject*, PyObject*))                                                                                       \
    X(void*, PyType_GetSlot, (PyObject*, int))                                                                                             \
    X(unsigned long, PyType_GetFlags, (PyObject*))                                                                                         \
    X(int, Py_AtExit, (void (*)()))                                                                                                        \
    X(PyObject*, PyWeakref_NewRef, (PyObject*, PyObject*))                                                                                 \
    X(PyObject*, PyModule_GetDict, (PyObject*))                                                                                            \
    X(int, PyObject_GC_IsFinalized, (PyObject*))                                                                                           \
    X(void, PyObject_CallFinalizer, (PyObject*))

// Objects and types that Python exports by address.
#define PATCH_PYTHON_DATA(X)                                                                                                               \
    X(_Py_NoneStruct)                                                                                                                      \
    X(PyBool_Type)                                                                                                                         \
    X(PyFloat_Type)                                                                                                                        \
    X(PyLong_Type)                                                                                                                         \
    X(PyUnicode_Type)                                                                                                                      \
    X(PyBytes_Type)                                                                                                                        \
    X(PyDict_Type)                                                                                                                         \
    X(PySet_Type)                                                                                                                          \
    X(PyFrozenSet_Type)                                                                                                                    \
    X(PyList_Type)                                                                                                                         \
    X(PyType_Type)
// Pointers to exception classes.
#define PATCH_PYTHON_EXCEPTIONS(X)                                                                                                         \
    X(PyExc_AttributeError)                                                                                                                \
    X(PyExc_LookupError)                                                                                                                   \
    X(PyExc_TypeError)                                                                                                                     \
    X(PyExc_UserWarning)

struct Api {
#define X(result, name, arguments) result(*name) arguments = nullptr;
    PATCH_PYTHON_FUNCTIONS(X)
#undef X
#define X(name) PyObject* name = nullptr;
    PATCH_PYTHON_DATA(X)
    PATCH_PYTHON_EXCEPTIONS(X)
#undef X
    PyObject* none() const {
        return _Py_NoneStruct;
    }
};

// The table, or null in a NEURON without an initialised Python.
const Api* find_api();
bool is_free_threaded();
const Api& api();

// Python's lock, from HOC too; nothing in a NEURON without Python.
class Lock {
  public:
    Lock()
        : api_(find_api())
        , state_(api_ ? api_->PyGILState_Ensure() : 0) {}
    ~Lock() {
        if (api_) {
            api_->PyGILState_Release(state_);
        }
    }
    Lock(const Lock&) = delete;
    Lock& operator=(const Lock&) = delete;

  private:
    const Api* api_;
    int state_;
};

// A Python exception is set; it goes on in Python as it is.
class Raised: public std::exception {
  public:
    const char* what() const noexcept override { return "a Python exception"; }
};
// Sets the exception of patch.exceptions that an Error is, with its fields as attributes.
void set_exception(const Error& error);
PyObject* exception_maker();  // kept from the first call on: while Python ends nothing can be imported any more
// The text of the exception that is set, which is cleared.
std::string take_exception();
std::string describe_exception();  // "TypeError: cannot pickle ..."

// Owns one reference.
class Ref {
  public:
    Ref() = default;
    explicit Ref(PyObject* owned)
        : object_(owned) {}
    static Ref borrowed(PyObject* object) {
        api().Py_IncRef(object);
        return Ref(object);
    }
    Ref(const Ref& other)
        : object_(other.object_) {
        if (object_) {
            api().Py_IncRef(object_);
        }
    }
    Ref(Ref&& other) noexcept
        : object_(std::exchange(other.object_, nullptr)) {}
    Ref& operator=(Ref other) noexcept {
        std::swap(object_, other.object_);
        return *this;
    }
    ~Ref() {
        if (object_) {
            api().Py_DecRef(object_);
        }
    }
    PyObject* get() const { return object_; }
    PyObject* release() { return std::exchange(object_, nullptr); }
    explicit operator bool() const { return object_ != nullptr; }

  private:
    PyObject* object_ = nullptr;
};
// Holds a reference for as long as a Value wants it.
std::shared_ptr<const void> keeper_of(Ref object);
// Takes a new reference; a null is the exception that Python has set.
Ref checked(PyObject* object);

// NEURON's own types and ours; set by install_types.
struct Types {
    PyObject *hoc_object = nullptr, *section = nullptr, *segment = nullptr;  // hoc.HocObject, nrn.Section, nrn.Segment
    PyObject *interpreter = nullptr, *mechanism = nullptr, *section_base = nullptr;
    PyObject *point_process = nullptr, *netcon = nullptr, *receiver = nullptr, *parallel = nullptr;
    PyObject* module = nullptr;  // _libpatch
};
Types& types();
bool is_instance(PyObject* object, PyObject* type);
PyObject* section_type();  // p.Section; null before p was given out

// Values in and out.
Value value_of(void* object, Protocol protocol);
Ref python_of(const Value& value);
Ref wrap(Object object);              // a handle, of p's own type where there is one
Ref section_object(Section section);  // nrn.Section
// A value that is held by nobody else yet.
Value held(Ref object, Protocol protocol = Protocol::untouched);
Ref python_of(const Result& result, PyObject* receiver);
void* owner_of(Section section);  // the Python object that owns a section: a new reference, or null
std::string text_of(PyObject* unicode);

// The handle of a NEURON object that a HocObject wraps; none if it wraps something else.
Object object_in(PyObject* hoc_object);
double place_in(const Value& arc, Section section);  // what __arc__ says, from 0 to 1
Section section_in(PyObject* section);               // of a nrn.Section; none before its __init__

std::string package_name();  // "patch", or "libpatch" beside a foreign `patch`
void install_types();        // host_python_types.cpp
void add_methods(PyObject* type, unsigned place);
PyObject* new_function(const Method& method);
const char* doc_of(const Method& method, bool bound);  // signature and help, malloc's
void refresh_docs();                                   // signatures show the numbers in force

}  // namespace patch::host::python

namespace patch::host {
void set_last_error(const std::string& sentence);
void when_interpreter_starts(void (*action)());
}  // namespace patch::host
