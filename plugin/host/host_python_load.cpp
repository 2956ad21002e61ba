// Brings the shim with the library: methods on NEURON's types, the native module, and `import patch` from the embedded sources.
#include <string>

#include "../core/embedded.hpp"
#include "../core/version.hpp"
#include "nrn9.hpp"
#include "python.hpp"

namespace patch::host {

namespace {

using namespace python;

Ref text(const char* data, std::size_t size) {
    return checked(api().PyUnicode_FromStringAndSize(data, std::ptrdiff_t(size)));
}

// Runs _loader.py, which decides whose `patch` answers an import; its function gets the sources.
void run_loader() {
    const Ref sources = checked(api().PyDict_New());
    PyObject* loader = nullptr;
    for (std::size_t i = 0; i < embedded::python_source_count; ++i) {
        const embedded::File& file = embedded::python_sources[i];
        api().PyDict_SetItemString(sources.get(), file.name, text(file.text, file.size).get());
        if (std::string(file.name) == "_loader.py") {
            loader = api().PyDict_GetItemString(sources.get(), file.name);
        }
    }
    const Ref builtins = checked(api().PyImport_ImportModule("builtins"));
    const Ref execute = checked(api().PyObject_GetAttrString(builtins.get(), "exec"));
    const Ref space = checked(api().PyDict_New());
    api().PyDict_SetItemString(space.get(), "__name__", text("_libpatch_loader", 16).get());
    const Ref arguments = checked(api().PyTuple_New(2));
    api().PyTuple_SetItem(arguments.get(), 0, Ref::borrowed(loader).release());
    api().PyTuple_SetItem(arguments.get(), 1, Ref(space).release());
    checked(api().PyObject_Call(execute.get(), arguments.get(), nullptr));
    const Ref install_arguments = checked(api().PyTuple_New(2));
    api().PyTuple_SetItem(install_arguments.get(), 0, Ref::borrowed(types().module).release());
    api().PyTuple_SetItem(install_arguments.get(), 1, Ref(sources).release());
    checked(api().PyObject_Call(api().PyDict_GetItemString(space.get(), "install"), install_arguments.get(), nullptr));
}

bool is_whole(const Api& table) {
    PyObject* const modules = table.PyImport_GetModuleDict();
    return table.PyDict_GetItemString(modules, "hoc") || table.PyDict_GetItemString(modules, "neuron.hoc");
}

int try_later(void*) {
    install_python();
    return 0;
}

}  // namespace

void install_python() {
    static bool installed = false, waits = false;
    const Api* const table = installed ? nullptr : find_api();
    if (!table) {
        return;
    }
    const Lock lock;
    if (!is_whole(*table)) {
        if (!waits) {
            waits = true;
            table->Py_AddPendingCall(&try_later, nullptr);  // `python -dll`: neuron is half imported
        }
        return;
    }
    installed = true;
    try {
        install_types();
        run_loader();
    } catch (const std::exception&) {
        complain("libpatch: the Python package could not be installed: " + take_exception() + "\n");
    }
}

void refresh_signatures() {
    if (has_python()) {
        python::refresh_docs();
    }
}

// ---- An early load without Python ----

namespace {

void (*start_action)() = nullptr;

int interpreter_start(int phase) {
    if (phase == 1 && start_action) {
        start_action();
    }
    return 0;
}

}  // namespace

// A NEURON without Python leaves the slot that starts its interpreter empty, and calls it before the first HOC file when it is set;
// one with Python fills it later.
void when_interpreter_starts(void (*action)()) {
    start_action = action;
    if (!neuron::python::methods.interpreter_start) {
        neuron::python::methods.interpreter_start = &interpreter_start;
    }
}

}  // namespace patch::host
