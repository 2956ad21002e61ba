// What the shim's own functions do for us: the parts of a pickle as bytes that Python holds, and what Python knows of itself.
#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <new>

#include "nrn9.hpp"
#include "python.hpp"

namespace patch::host {

using namespace python;

namespace {

Ref function_of_shim(const char* file, const char* name) {
    const Ref module = checked(api().PyImport_ImportModule((package_name() + "." + file).c_str()));
    return checked(api().PyObject_GetAttrString(module.get(), name));
}

Ref call_with(const Ref& function, Ref argument) {
    const Ref arguments = checked(api().PyTuple_New(1));
    api().PyTuple_SetItem(arguments.get(), 0, argument.release());
    const NoAbort no_abort;
    return checked(api().PyObject_Call(function.get(), arguments.get(), nullptr));
}

// The memory of an object, held until the last copy of the Bytes is gone.
Bytes bytes_of(PyObject* object, bool writable) {
    constexpr int simple = 0, for_writing = 1;
    auto* const view = new Py_buffer{};
    if (api().PyObject_GetBuffer(object, view, writable ? for_writing : simple) < 0) {
        delete view;
        throw Raised();
    }
    Bytes bytes;
    bytes.data = static_cast<char*>(view->buf);
    bytes.size = std::size_t(view->len);
    bytes.object = {object};
    bytes.keeper = std::shared_ptr<const void>(view, [](Py_buffer* held) {
        api().PyBuffer_Release(held);
        delete held;
    });
    return bytes;
}

}  // namespace

std::vector<Bytes> pickled(const Value& value) {
    const Ref both = call_with(function_of_shim("parallel", "dumps"), python_of(value));
    PyObject* const parts = api().PyTuple_GetItem(both.get(), 0);
    std::vector<Bytes> all;
    for (std::ptrdiff_t i = 0; i < api().PyList_Size(parts); ++i) {
        all.push_back(bytes_of(api().PyList_GetItem(parts, i), false));
        all.back().owner = keeper_of(both);
    }
    return all;
}

Bytes new_bytes(std::size_t size) {
    void* volatile room =
        std::malloc(size + 1);  // volatile: it is asked for; a bytearray that gets none complains of itself on stderr (CPython 3.11)
    if (!room) {
        throw std::bad_alloc();
    }
    std::free(room);
    const Ref array = checked(api().PyByteArray_FromStringAndSize(nullptr, std::ptrdiff_t(size)));
    Bytes bytes = bytes_of(array.get(), true);
    constexpr std::size_t page = 4096, large = std::size_t(1) << 22;
    if (size >= large) {  // as numpy does: fresh memory costs more than what is copied into it, page by small page
        const auto begin = (reinterpret_cast<std::uintptr_t>(bytes.data) + page - 1) / page * page;
        madvise(reinterpret_cast<void*>(begin), (size - page) / page * page, MADV_HUGEPAGE);
    }
    return bytes;
}

Value view_of(Object vector) {
    constexpr int for_reading = 0x100;
    char empty = 0;
    const std::size_t size = vector_size(vector) * sizeof(double);
    char* const data = size ? reinterpret_cast<char*>(vector_data(vector)) : &empty;
    return held(checked(api().PyMemoryView_FromMemory(data, std::ptrdiff_t(size), for_reading)), Protocol::opaque);
}

Value unpickled(const std::vector<Bytes>& parts) {
    const Ref list = checked(api().PyList_New(0));
    for (const Bytes& part : parts) {
        api().PyList_Append(list.get(), static_cast<PyObject*>(part.object.address));
    }
    return held(call_with(function_of_shim("parallel", "loads"), Ref(list)), Protocol::opaque);
}

std::vector<Fact> python_facts(const std::string& mpi_file) {
    if (!has_python() || !types().module) {
        return {};
    }
    const Lock lock;
    std::vector<Fact> facts;
    const Ref rows = call_with(function_of_shim("doctor", "facts"), python_of(Value::of(mpi_file)));
    for (std::ptrdiff_t i = 0; i < api().PyList_Size(rows.get()); ++i) {
        PyObject* const row = api().PyList_GetItem(rows.get(), i);
        const auto text = [&](std::ptrdiff_t column) { return text_of(api().PyTuple_GetItem(row, column)); };
        facts.push_back({text(0), text(1), text(2)});
    }
    return facts;
}

Value new_findings(const std::vector<FindingParts>& all) {
    std::vector<Value> found;
    const Ref make = all.empty() ? Ref{} : function_of_shim("findings", "Finding");
    for (const FindingParts& each : all) {
        const Ref arguments = checked(api().PyTuple_New(4));
        const Value parts[]{Value::of(each.sentence), Value::of(each.kind), new_tuple(each.objects), Value::of(double(each.rank))};
        for (std::ptrdiff_t i = 0; i < 3; ++i) {
            api().PyTuple_SetItem(arguments.get(), i, python_of(parts[i]).release());
        }
        api().PyTuple_SetItem(arguments.get(), 3, checked(api().PyLong_FromLongLong(each.rank)).release());
        found.push_back(held(checked(api().PyObject_Call(make.get(), arguments.get(), nullptr)), Protocol::opaque));
    }
    return new_list(found);
}

std::vector<std::string> referrers(const Value& value) {
    std::vector<std::string> lines;
    if (!has_python() || !types().module) {
        return lines;
    }
    const Lock lock;
    const Ref found = call_with(function_of_shim("_referrers", "referrers"), python_of(value));
    for (std::ptrdiff_t i = 0; i < api().PyList_Size(found.get()); ++i) {
        lines.push_back(text_of(api().PyList_GetItem(found.get(), i)));
    }
    return lines;
}

std::string cause_of(const std::exception& error) {
    return dynamic_cast<const Raised*>(&error) ? describe_exception() : error.what();
}

}  // namespace patch::host
