// NEURON 9.x: Vectors, Matrices, Lists and strings, read and filled in place.
#include <cstring>

#include "keep.hpp"
#include "nrn9.hpp"

namespace patch::host {

// ---- Vectors ----

Owned new_vector(std::size_t size, const double* values) {
    Owned vector = make("Vector", {Value::of(double(size))});
    if (size && values) {
        std::memcpy(nrn_vector_data(raw(vector.get())), values, size * sizeof(double));
    }
    return vector;
}

void record(Object vector, const Variable& variable, Section section) {
    const OurRecording ours;
    const SectionScope scope(section);
    call(vector, "record", {Value::of(variable)});
}

void record_time(Object vector, Section section) {
    record(vector, variable_of(Handle{neuron::container::do_not_search, nrn_symbol_dataptr(symbol("t"))}), section);
}

std::vector<double> values(Object vector) {
    const double* const data = nrn_vector_data(raw(vector));
    return {data, data + nrn_vector_capacity(raw(vector))};
}

double* vector_data(Object vector) {
    return nrn_vector_data(raw(vector));
}

void append(Object vector, double value) {
    call(vector, "append", {Value::of(value)});
}

void clear(Object vector) {
    call(vector, "resize", {Value::of(0.0)});
}

std::size_t vector_size(Object vector) {
    return std::size_t(nrn_vector_capacity(raw(vector)));
}

void resize(Object vector, std::size_t size) {
    vector_resize(static_cast<IvocVect*>(raw(vector)->u.this_pointer), int(size));
}

// ---- Matrices ----

std::pair<std::size_t, std::size_t> matrix_size(Object matrix) {
    return {std::size_t(call(matrix, "nrow", {}).number), std::size_t(call(matrix, "ncol", {}).number)};
}

std::vector<double> matrix_numbers(Object matrix) {
    const Owned vector = new_vector();
    call(matrix, "to_vector", {Value::of(vector.get())});
    return values(vector.get());
}

void set_matrix(Object matrix, std::size_t rows, std::size_t columns, const std::vector<double>& numbers) {
    if (matrix_size(matrix) != std::pair(rows, columns)) {
        call(matrix, "resize", {Value::of(double(rows)), Value::of(double(columns))});
    }
    if (!numbers.empty()) {
        call(matrix, "from_vector", {Value::of(new_vector(numbers.size(), numbers.data()).get())});
    }
}

// ---- Lists and strings ----

std::vector<Object> list_items(Object list) {
    std::vector<Object> items;
    for (int i = 0; i < ivoc_list_count(raw(list)); ++i) {
        items.push_back({ivoc_list_item(raw(list), i)});
    }
    return items;
}

void set_list_items(Object list, const std::vector<Owned>& items) {
    call(list, "remove_all", {});
    for (const Owned& item : items) {
        call(list, "append", {Value::of(item.get())});
    }
}

namespace {

// The strdef of an instance of String, the template of NEURON's own stdlib.hoc.
char** text_in(Object object) {
    Symbol* const text = is_a(object, "String") ? hoc_table_lookup("s", raw(object)->ctemplate->symtable) : nullptr;
    return text ? raw(object)->u.dataspace[text->u.oboff].ppstr : nullptr;
}

}  // namespace

std::optional<std::string> string_of(Object object) {
    char** const text = text_in(object);
    return text ? std::optional<std::string>(*text ? *text : "") : std::nullopt;
}

void set_string(Object object, const std::string& text) {
    assign(text_in(object), text);
}

Owned new_string() {
    if (!visible_symbol("String")) {
        run_hoc("{load_file(\"stdlib.hoc\")}\n");
    }
    ::Object* made = nullptr;
    ask([&] { made = hoc_newobj1(visible_symbol("String"), 0); });
    return Owned::adopt({made});
}

void assign(char** strdef, const std::string& text) {
    hoc_assign_str(strdef, text.c_str());
}

bool is_literal(char** strdef) {
    const Symbol* each = hoc_p_symlist ? hoc_p_symlist->first : nullptr;
    while (each && &each->u.cstr != strdef) {
        each = each->next;
    }
    return each != nullptr;
}

// ---- Variables ----

double value(const Variable& variable) {
    return *raw(variable);
}

void set_value(const Variable& variable, double value) {
    Handle handle = raw(variable);
    *handle = value;
}

}  // namespace patch::host
