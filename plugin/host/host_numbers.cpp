// Numbers in bulk, from whatever holds them: a Vector, a Matrix, a buffer (numpy, without a copy), a list, a list of lists.
#include <cstdint>
#include <cstring>
#include <memory>

#include "nrn9.hpp"
#include "python.hpp"

namespace patch::host {

namespace {

Numbers of_vector(Object vector) {
    Numbers numbers;
    numbers.data = nrn_vector_data(raw(vector));
    numbers.rows = std::size_t(nrn_vector_capacity(raw(vector)));
    numbers.flat = true;
    return numbers;
}

// A Matrix keeps its numbers where no header of NEURON's says: it is read by columns, through its own method.
Numbers of_matrix(Object matrix) {
    Numbers numbers;
    numbers.rows = std::size_t(call(matrix, "nrow", {}).number);
    numbers.columns = std::size_t(call(matrix, "ncol", {}).number);
    numbers.own.reserve(numbers.rows * numbers.columns);
    const Owned column = new_vector();
    for (std::size_t j = 0; j < numbers.columns; ++j) {
        call(matrix, "getcol", {Value::of(double(j)), Value::of(column.get())});
        const std::vector<double> values = host::values(column.get());
        numbers.own.insert(numbers.own.end(), values.begin(), values.end());
    }
    numbers.data = numbers.own.data();
    numbers.row_stride = 1;
    numbers.column_stride = numbers.rows;
    return numbers;
}

template <class T>
double element(const char* at) {
    T value;
    std::memcpy(&value, at, sizeof value);
    return double(value);
}

using Element = double (*)(const char*);

// How an element of a buffer is read, by its format (struct's letters) and size; null for what is not a number.
Element element_of(const char* format, std::ptrdiff_t size) {
    if (*format == '@' || *format == '=' || *format == '<') {
        ++format;
    }
    if (format[0] == '\0' || format[1] != '\0') {
        return nullptr;
    }
    const auto if_size = [&](std::size_t wanted, Element element) { return std::size_t(size) == wanted ? element : nullptr; };
    switch (*format) {
    case 'd':
        return if_size(8, &element<double>);
    case 'f':
        return if_size(4, &element<float>);
    case 'b':
        return &element<std::int8_t>;
    case 'B':
        return &element<std::uint8_t>;
    case 'h':
        return &element<std::int16_t>;
    case 'H':
        return &element<std::uint16_t>;
    case 'i':
    case 'l':
    case 'q':
        return size == 8 ? &element<std::int64_t> : if_size(4, &element<std::int32_t>);
    case 'I':
    case 'L':
    case 'Q':
        return size == 8 ? &element<std::uint64_t> : if_size(4, &element<std::uint32_t>);
    default:
        return nullptr;
    }
}

using python::api;
using python::PyObject;
using python::Ref;

// A buffer of something else: booleans, complex numbers, characters, more than two dimensions.
struct NoNumbers {};

// A buffer of doubles is read where it is; one of other numbers is copied. False where there is no buffer of numbers.
bool of_buffer(PyObject* object, Numbers& numbers) {
    constexpr int with_strides_and_format = 0x0018 | 0x0004;
    auto view = std::make_shared<python::Py_buffer>();
    if (api().PyObject_GetBuffer(object, view.get(), with_strides_and_format) < 0) {
        api().PyErr_Clear();
        return false;
    }
    const auto done = [view] { api().PyBuffer_Release(view.get()); };
    const std::string format = view->format ? view->format : "B";
    const Element read = element_of(format.c_str(), view->itemsize);
    if (!read || view->ndim < 1 || view->ndim > 2) {
        done();
        const bool foreign_order = format[0] == '>' || format[0] == '!';
        const bool looked_at =
            format == "O" || format == "e" || format == "g" || (foreign_order && element_of(format.c_str() + 1, view->itemsize));
        if (!looked_at || view->ndim < 1 || view->ndim > 2) {
            throw NoNumbers();
        }
        return false;  // Python objects, half and long floats, another machine's order: each is looked at
    }
    numbers.flat = view->ndim == 1;
    numbers.rows = std::size_t(view->shape[0]);
    numbers.columns = numbers.flat ? 1 : std::size_t(view->shape[1]);
    const std::ptrdiff_t packed = view->itemsize * std::ptrdiff_t(numbers.columns);
    const std::ptrdiff_t down = view->strides ? view->strides[0] : packed;
    const std::ptrdiff_t across = numbers.flat ? 0 : view->strides ? view->strides[1] : view->itemsize;
    const bool in_place = read == &element<double> && down % 8 == 0 && across % 8 == 0 && down >= 0 && across >= 0 &&
                          reinterpret_cast<std::uintptr_t>(view->buf) % alignof(double) == 0;
    if (in_place) {
        numbers.data = static_cast<const double*>(view->buf);
        numbers.row_stride = std::size_t(down / 8);
        numbers.column_stride = std::size_t(across / 8);
        numbers.done = done;
        return true;
    }
    numbers.own.reserve(numbers.rows * numbers.columns);
    for (std::size_t i = 0; i < numbers.rows; ++i) {
        const char* const row = static_cast<const char*>(view->buf) + std::ptrdiff_t(i) * down;
        for (std::size_t j = 0; j < numbers.columns; ++j) {
            numbers.own.push_back(read(row + std::ptrdiff_t(j) * across));
        }
    }
    numbers.data = numbers.own.data();
    numbers.row_stride = numbers.columns;
    done();
    return true;
}

Numbers numbers_in(const Value& value, const char* argument, const char* expected, int depth);

// A list of numbers, or of rows of numbers that are equally long.
Numbers of_sequence(PyObject* object, const char* argument, const char* expected, const Value& value, int depth) {
    const Ref list(depth < 2 ? api().PySequence_List(object) : nullptr);
    if (!list) {
        if (depth < 2 && !api().PyErr_ExceptionMatches(api().PyExc_TypeError)) {
            throw python::Raised();  // the user's own, out of __iter__
        }
        api().PyErr_Clear();
        throw wrong_kind(argument, described(value), expected);
    }
    Numbers numbers;
    const std::ptrdiff_t rows = api().PyList_Size(list.get());
    numbers.rows = std::size_t(rows);
    numbers.flat = true;
    for (std::ptrdiff_t i = 0; i < rows; ++i) {
        const Value item = python::value_of(api().PyList_GetItem(list.get(), i), Protocol::untouched);
        const std::string place = std::string(argument) + "[" + std::to_string(i) + "]";
        const bool number = item.kind == Kind::number;
        const bool row = item.kind == Kind::foreign || item.kind == Kind::object;
        if (i == 0) {
            numbers.flat = !row;
        }
        if (number != numbers.flat || !(number || row)) {
            throw wrong_kind(place, described(item), numbers.flat ? "a number" : "a row of numbers");
        }
        if (number) {
            numbers.own.push_back(item.number);
            continue;
        }
        const Numbers cells = numbers_in(item, place.c_str(), "a row of numbers", depth + 1);
        if (!cells.flat) {
            throw wrong_kind(place, "a table", "a row of numbers");
        }
        if (i == 0) {
            numbers.columns = cells.rows;
        } else if (cells.rows != numbers.columns) {
            throw unequal_lengths(std::string(argument) + "[0]", numbers.columns, place, cells.rows, {});
        }
        for (std::size_t j = 0; j < cells.rows; ++j) {
            numbers.own.push_back(cells.at(j));
        }
    }
    numbers.data = numbers.own.data();
    numbers.row_stride = numbers.columns;
    return numbers;
}

Numbers numbers_in(const Value& value, const char* argument, const char* expected, int depth) {
    if (value.kind == Kind::object && is_a(value.object, "Vector")) {
        return of_vector(value.object);
    }
    if (value.kind == Kind::object && is_a(value.object, "Matrix")) {
        return of_matrix(value.object);
    }
    if (value.kind != Kind::foreign || !has_python()) {
        throw wrong_kind(argument, described(value), expected);
    }
    auto* const object = static_cast<PyObject*>(value.origin.address);
    for (PyObject* const type : {api().PyBytes_Type, api().PyDict_Type, api().PySet_Type, api().PyFrozenSet_Type}) {
        if (python::is_instance(object, type)) {
            throw wrong_kind(argument, described(value), expected);
        }
    }
    Numbers numbers;
    try {
        if (of_buffer(object, numbers)) {
            return numbers;
        }
    } catch (const NoNumbers&) {
        throw wrong_kind(argument, described(value), expected);
    }
    return of_sequence(object, argument, expected, value, depth);
}

}  // namespace

Numbers numbers(const Value& value, const char* argument, const char* expected) {
    return numbers_in(value, argument, expected, 0);
}

}  // namespace patch::host
