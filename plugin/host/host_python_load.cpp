// Brings the shim with the library: methods on NEURON's types, the native module, and `import patch` from the embedded sources.
#include <dlfcn.h>

#include <cstdlib>
#include <string>
#include <vector>

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

Ref embedded_sources() {
    const Ref sources = checked(api().PyDict_New());
    for (std::size_t i = 0; i < embedded::python_source_count; ++i) {
        const embedded::File& file = embedded::python_sources[i];
        api().PyDict_SetItemString(sources.get(), file.name, text(file.text, file.size).get());
    }
    return sources;
}

// Calls a function of _loader.py, which decides whose `patch` answers an import.
void call_loader(const char* function, std::vector<Ref> given) {
    const Ref sources = embedded_sources();
    PyObject* const loader = api().PyDict_GetItemString(sources.get(), "_loader.py");
    const Ref builtins = checked(api().PyImport_ImportModule("builtins"));
    const Ref execute = checked(api().PyObject_GetAttrString(builtins.get(), "exec"));
    const Ref space = checked(api().PyDict_New());
    api().PyDict_SetItemString(space.get(), "__name__", text("_libpatch_loader", 16).get());
    const Ref arguments = checked(api().PyTuple_New(2));
    api().PyTuple_SetItem(arguments.get(), 0, Ref::borrowed(loader).release());
    api().PyTuple_SetItem(arguments.get(), 1, Ref(space).release());
    checked(api().PyObject_Call(execute.get(), arguments.get(), nullptr));
    const Ref passed = checked(api().PyTuple_New(std::ptrdiff_t(given.size())));
    for (std::size_t i = 0; i < given.size(); ++i) {
        api().PyTuple_SetItem(passed.get(), std::ptrdiff_t(i), given[i].release());
    }
    checked(api().PyObject_Call(api().PyDict_GetItemString(space.get(), function), passed.get(), nullptr));
}

bool is_whole(const Api& table) {
    PyObject* const modules = table.PyImport_GetModuleDict();
    return table.PyDict_GetItemString(modules, "hoc") || table.PyDict_GetItemString(modules, "neuron.hoc");
}

}  // namespace

void install_python() {
    static bool installed = false;
    const Api* const table = installed ? nullptr : find_api();
    if (!table) {
        return;
    }
    const Lock lock;
    if (!is_whole(*table)) {
        return;
    }
    installed = true;
    const OutsideLoad outside;  // what is imported now may use NEURON
    do_waiting();
    try {
        install_types();
        call_loader("install", {Ref::borrowed(types().module), embedded_sources()});
    } catch (const std::exception&) {
        complain("libpatch: the Python package could not be installed: " + take_exception() + "\n");
    }
}

namespace {

std::string file_of(const void* address) {
    Dl_info file{};
    dladdr(address, &file);
    char* const full = file.dli_fname ? realpath(file.dli_fname, nullptr) : nullptr;
    const std::string path = full ? full : file.dli_fname ? file.dli_fname : "";
    std::free(full);
    return path;
}

}  // namespace

std::string library_file() {
    return file_of(reinterpret_cast<const void*>(&is_whole));  // not modl_reg, which nrniv has too
}

std::string neuron_file() {
    return file_of(reinterpret_cast<const void*>(&nrn_version));
}

void refresh_signatures() {
    if (has_python()) {
        python::refresh_docs();
    }
}

// ---- An early load ----

namespace {

void (*start_action)() = nullptr;
void (*stock_nrnversion)() = nullptr;

int interpreter_start(int phase) {
    if (phase == 1 && start_action) {
        start_action();
    }
    return 0;
}

// `import neuron` asks for NEURON's version, always, once its modules are there: the moment to bring what an early load could not.
void our_nrnversion() {
    install_python();
    if (stock_nrnversion) {
        auto* const stock = std::exchange(stock_nrnversion, nullptr);
        symbol("nrnversion")->u.u_proc->defn.pf = stock;
        stock();
    }
}

}  // namespace

// A NEURON without Python leaves the slot that starts its interpreter empty, and calls it before the first HOC file when it is set;
// one with Python fills it later.
void when_interpreter_starts(void (*action)()) {
    start_action = action;
    if (!neuron::python::methods.interpreter_start) {
        neuron::python::methods.interpreter_start = &interpreter_start;
    }
    if (!stock_nrnversion) {
        stock_nrnversion = std::exchange(symbol("nrnversion")->u.u_proc->defn.pf, &our_nrnversion);
    }
}

}  // namespace patch::host
