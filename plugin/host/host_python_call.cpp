// A call from Python: its face, its ladder and the exceptions that errors become.
#include <cstring>

#include "nrn9.hpp"
#include "python_types.hpp"

namespace patch::host::python {

namespace {

class PythonFace final: public Face {
  public:
    PythonFace(bool method, PyObject* self, PyObject* const* arguments, std::size_t count, PyObject* names, bool takes_section)
        : self_(method ? self : nullptr)
        , arguments_(arguments)
        , count_(count)
        , names_(names)
        , named_(names ? std::size_t(api().PyTuple_Size(names)) : 0)
        , section_at_(named_) {
        for (std::size_t i = 0; i < named_ && !takes_section; ++i) {
            if (name_at(i) == "sec") {
                section_at_ = i;
            }
        }
    }

    bool python() const override { return true; }
    std::size_t count() const override { return count_; }
    std::size_t named_count() const override { return section_at_ < named_ ? named_ - 1 : named_; }
    std::string_view name(std::size_t i) const override { return name_at(i < section_at_ ? i : i + 1); }
    bool has_receiver() const override { return self_ != nullptr; }
    // What was given as sec, where it says no more than the current section.
    PyObject* section() const { return section_at_ < named_ ? arguments_[count_ + section_at_] : nullptr; }

    Kind kind(std::size_t) const override { return Kind::foreign; }
    Value at(std::size_t i, Protocol protocol) override { return value_of(arguments_[i], protocol); }
    Value named(std::size_t i, Protocol protocol) override {
        return value_of(arguments_[count_ + (i < section_at_ ? i : i + 1)], protocol);
    }
    Value receive(Protocol protocol) override { return value_of(self_, protocol); }

  private:
    std::string_view name_at(std::size_t i) const {
        std::ptrdiff_t size = 0;
        const char* const text = api().PyUnicode_AsUTF8AndSize(api().PyTuple_GetItem(names_, std::ptrdiff_t(i)), &size);
        if (!text) {
            throw Raised();
        }
        return {text, std::size_t(size)};
    }

    PyObject* self_;
    PyObject* const* arguments_;
    std::size_t count_;
    PyObject* names_;
    std::size_t named_, section_at_;  // section_at_: named_ where there is none
};

const char* class_of(const Error& error) {
    switch (error.kind) {
    case ErrorKind::value:
        return "PatchValueError";
    case ErrorKind::type:
        return "PatchTypeError";
    case ErrorKind::reference:
        return "PatchReferenceError";
    case ErrorKind::name:
        return "PatchAttributeError";
    case ErrorKind::connection:
        return "PatchConnectionError";
    case ErrorKind::access:
        return "HocSectionAccessError";
    case ErrorKind::not_connected:
        return "NotConnectedError";
    case ErrorKind::not_connectable:
        return "NotConnectableError";
    case ErrorKind::busy:
        return "SimulationError";
    case ErrorKind::uninitialized:
        return "UninitializedError";
    case ErrorKind::parallel:
        return "ParallelError";
    case ErrorKind::broadcast:
        return "BroadcastError";
    case ErrorKind::host:
        return "HocError";
    case ErrorKind::failure:
        break;
    }
    return "PatchError";
}

}  // namespace

PyObject* exception_maker() {
    static PyObject* make = nullptr;
    if (!make) {
        const Ref module = checked(api().PyImport_ImportModule((package_name() + ".exceptions").c_str()));
        make = checked(api().PyObject_GetAttrString(module.get(), "make")).release();
    }
    return make;
}

void set_exception(const Error& error) {
    set_last_error(error.sentence());
    try {
        PyObject* const make = exception_maker();
        const char* const topic = error.topic == Topic::connect    ? "HocConnectError"
                                  : error.topic == Topic::record   ? "HocRecordError"
                                  : error.topic == Topic::parallel ? "ParallelConnectError"
                                                                   : "";
        const std::string fields[]{class_of(error), topic,     error.sentence(), error.function,
                                   error.argument,  error.got, error.expected,   error.place};
        const Ref arguments = checked(api().PyTuple_New(8));
        for (std::ptrdiff_t i = 0; i < 8; ++i) {
            const std::string& field = fields[i];
            api().PyTuple_SetItem(arguments.get(), i, api().PyUnicode_DecodeUTF8(field.data(), std::ptrdiff_t(field.size()), "replace"));
        }
        const Ref exception = checked(api().PyObject_Call(make, arguments.get(), nullptr));
        api().PyErr_SetObject(exception.get()->type, exception.get());
    } catch (const Raised&) {
        // Python's own reason why the class cannot be had is already set.
    }
}

}  // namespace patch::host::python

namespace patch::host {

// Calls a method from Python. Nothing leaves as hoc_execerror, so no error ends an MPI job.
void* enter_python(const Method& method, void* self, void* const* arguments, std::ptrdiff_t count, void* names) {
    using namespace python;
    const bool bound = self != nullptr;
    try {
        if (bound && !is_made(static_cast<PyObject*>(self))) {
            set_not_made(static_cast<PyObject*>(self));
            return nullptr;
        }
        // p.ExpSyn(...) arrives as mechanism("ExpSyn", ...): that is what the user called.
        const bool named_by_first = (method.places & host::named_by_first) && count > 0;
        const std::string called = named_by_first ? text_of(static_cast<PyObject*>(arguments[0])) : std::string();
        const CallScope scope(named_by_first ? called.c_str() : method.said);
        const Signature signature = method.described();
        const bool takes_section =
            signature.takes_section || (bound && !(method.places & on_vector));  // its own section is what it is about
        auto* const receiver = static_cast<PyObject*>(self);
        PythonFace face(bound, receiver, reinterpret_cast<PyObject* const*>(arguments), std::size_t(count), static_cast<PyObject*>(names),
                        takes_section);
        Section current;
        if (face.section()) {
            current = Reader<Section>::read(value_of(face.section(), Protocol::neuron), "sec");
        }
        const SectionScope current_scope(current);
        const Result result = method.call(face, signature);
        Ref object = python_of(result, receiver);
        hoc_unref_defer();
        return object.release();
    } catch (const Raised&) {
    } catch (const Error& error) {
        set_exception(error);
    } catch (const std::exception& error) {
        set_exception(from_host(error.what()));
    }
    return nullptr;
}

}  // namespace patch::host
