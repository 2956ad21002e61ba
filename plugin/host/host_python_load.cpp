// Brings the shim with the library: methods on NEURON's types, the native module, and `import patch` from the embedded sources.
#include <dlfcn.h>

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "../core/embedded.hpp"
#include "../core/version.hpp"
#include "nrn9.hpp"
#include "python_types.hpp"

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
Ref call_loader(const char* function, std::vector<Ref> given) {
    static PyObject* space = nullptr;
    if (!space) {
        const Ref sources = embedded_sources();
        const Ref builtins = checked(api().PyImport_ImportModule("builtins"));
        const Ref execute = checked(api().PyObject_GetAttrString(builtins.get(), "exec"));
        space = checked(api().PyDict_New()).release();
        api().PyDict_SetItemString(space, "__name__", string("_libpatch_loader").get());
        const Ref loader = Ref::borrowed(api().PyDict_GetItemString(sources.get(), "_loader.py"));
        checked(api().PyObject_Call(execute.get(), tuple_of({loader, Ref::borrowed(space)}).get(), nullptr));
        const Ref install = Ref::borrowed(api().PyDict_GetItemString(space, "install"));
        checked(api().PyObject_Call(install.get(), tuple_of({Ref::borrowed(types().module), sources}).get(), nullptr));
    }
    return checked(api().PyObject_Call(api().PyDict_GetItemString(space, function), tuple_of(std::move(given)).get(), nullptr));
}

// The first import of `patch` or `libpatch` is what brings the loader: a process that only loads the library does not wait for it.
// The native module stands in front of Python's finders until then.
PyObject* find_spec(PyObject*, PyObject* arguments) {
    try {
        const std::string name = text_of(api().PyTuple_GetItem(arguments, 0));
        const std::string package = name.substr(0, name.find('.'));
        if (package != "patch" && package != "libpatch") {
            return Ref::borrowed(api().none()).release();
        }
        const auto given = [&](std::ptrdiff_t i) {
            return Ref::borrowed(i < api().PyTuple_Size(arguments) ? api().PyTuple_GetItem(arguments, i) : api().none());
        };
        return call_loader("find", {Ref::borrowed(types().module), given(0), given(1), given(2)}).release();
    } catch (const std::exception&) {
        return nullptr;
    }
}
constexpr int METH_VARARGS = 0x0001;
PyMethodDef find_spec_definition{"find_spec", reinterpret_cast<void*>(&find_spec), METH_VARARGS,
                                 "Brings the loader of patch at its first import."};

// Whether a `patch` that is imported already, or being imported, is ours and of this version; nothing is imported: true.
bool imported_is_ours() {
    PyObject* const module = api().PyDict_GetItemString(api().PyImport_GetModuleDict(), "patch");
    if (!module) {
        return true;
    }
    const Ref path(api().PyObject_GetAttrString(module, "__path__"));
    const Ref folders(path ? api().PySequence_List(path.get()) : nullptr);
    api().PyErr_Clear();
    if (!folders || api().PyList_Size(folders.get()) == 0) {
        return false;
    }
    std::ifstream file(text_of(api().PyList_GetItem(folders.get(), 0)) + "/_libpatch_version");
    std::string version;
    return std::getline(file, version) && version == patch::version();
}

void await_import() {
    const Ref find = checked(api().PyCFunction_NewEx(&find_spec_definition, nullptr, nullptr));
    api().PyObject_SetAttrString(types().module, "find_spec", find.get());
    const Ref sys = checked(api().PyImport_ImportModule("sys"));
    const Ref finders = checked(api().PyObject_GetAttrString(sys.get(), "meta_path"));
    const Ref insert = checked(api().PyObject_GetAttrString(finders.get(), "insert"));
    checked(
        api().PyObject_Call(insert.get(), tuple_of({checked(api().PyLong_FromLongLong(0)), Ref::borrowed(types().module)}).get(), nullptr));
}

bool is_whole(const Api& table) {
    PyObject* const modules = table.PyImport_GetModuleDict();
    return table.PyDict_GetItemString(modules, "hoc") || table.PyDict_GetItemString(modules, "neuron.hoc");
}

void await_neuron();

}  // namespace

namespace python {

std::string package_name() {
    Ref name(api().PyObject_GetAttrString(types().module, "package"));
    if (!name) {
        api().PyErr_Clear();
        name = call_loader("name", {Ref::borrowed(types().module)});
    }
    return text_of(name.get());
}

}  // namespace python

namespace {

// What is kept goes while Python is whole: files are closed, __del__ and finally blocks run, as without us. After all that the user has
// asked for at exit, for it is asked for first.
PyObject* let_go(PyObject*, PyObject*) {
    if (!running()) {
        registry().release_everything();
        drop_attributes();
    }
    return Ref::borrowed(api().none()).release();
}
PyMethodDef let_go_definition{"let_go", reinterpret_cast<void*>(&let_go), METH_NOARGS, nullptr};

void let_go_at_exit() {
    const Ref module = checked(api().PyImport_ImportModule("atexit"));
    const Ref ask = checked(api().PyObject_GetAttrString(module.get(), "register"));
    checked(
        api().PyObject_Call(ask.get(), tuple_of({checked(api().PyCFunction_NewEx(&let_go_definition, nullptr, nullptr))}).get(), nullptr));
}

}  // namespace

void install_python() {
    static bool installed = false;
    if (is_free_threaded()) {
        static bool told = false;
        if (!std::exchange(told, true)) {
            complain(free_threaded());
        }
        return;
    }
    const Api* const table = installed ? nullptr : find_api();
    if (!table) {
        return;
    }
    const Lock lock;
    if (!is_whole(*table)) {
        await_neuron();
        return;
    }
    installed = true;
    const OutsideLoad outside;  // what is imported now may use NEURON
    do_waiting();
    try {
        install_types();
        let_go_at_exit();
        await_import();
        if (!imported_is_ours()) {
            package_name();
        }
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

void await_neuron() {
    if (!stock_nrnversion) {
        stock_nrnversion = std::exchange(symbol("nrnversion")->u.u_proc->defn.pf, &our_nrnversion);
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
    await_neuron();
}

}  // namespace patch::host
