// Each call: what every rank brings, then the sizes, then room for them, then the bytes, then what was made of them; after each step
// the ranks agree that all have done it.
#include "broadcast.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "host/network.hpp"
#include "together.hpp"

namespace patch::broadcast {

using host::Bytes;
using host::Owned;
using together::Call;
using together::Meeting;
using together::Numbers;

namespace {

// What the data is. The order is part of what ranks tell each other.
enum class Shape : std::int64_t { nothing, pickle, vector, number, text, matrix, list, reference };

const char* name_of(Shape shape) {
    switch (shape) {
    case Shape::vector:
        return "a Vector";
    case Shape::number:
        return "a number";
    case Shape::text:
        return "a string";
    case Shape::matrix:
        return "a Matrix";
    case Shape::list:
        return "a List";
    case Shape::reference:
        return "a reference (h.ref)";
    case Shape::pickle:
        return "another object";
    case Shape::nothing:
        break;
    }
    return "nothing";
}

int root_of(const Value& root) {
    if (!root.given()) {
        return 0;
    }
    const int ranks = host::rank_count();
    const bool whole = root.kind == Kind::number && std::floor(root.number) == root.number;
    if (!whole || root.number < 0 || root.number >= ranks) {
        const std::string got = root.kind == Kind::number ? shown(root.number) : described(root);
        throw refused(root.kind == Kind::number ? ErrorKind::value : ErrorKind::type, "root", got,
                      ranks == 1 ? "0, the only rank" : "a rank from 0 to " + std::to_string(ranks - 1));
    }
    return int(root.number);
}

bool is_vector(const Value& value) {
    return value.kind == Kind::object && host::is_a(value.object, "Vector");
}

// The sizes of `parts` on the root, on every rank. Collective.
std::vector<std::size_t> shared_sizes(const std::vector<Bytes>& parts, std::size_t count, int root) {
    std::vector<std::int64_t> sizes(count);
    for (std::size_t i = 0; i < parts.size() && i < count; ++i) {
        sizes[i] = std::int64_t(parts[i].size);
    }
    host::broadcast_bytes(sizes.data(), sizes.size() * sizeof(std::int64_t), root);
    return {sizes.begin(), sizes.end()};
}

std::vector<Bytes> room_for(const std::vector<std::size_t>& sizes) {
    std::vector<Bytes> parts;
    for (const std::size_t size : sizes) {
        parts.push_back(host::new_bytes(size));
    }
    return parts;
}

void send(const std::vector<Bytes>& parts, int root) {
    for (const Bytes& part : parts) {
        host::broadcast_bytes(part.data, part.size, root);
    }
}

// What all ranks bring to a broadcast, once it is sure that they mean the same one: the root's row.
Numbers agreed_root(const std::vector<Numbers>& brought) {
    const auto root = brought[0][0];
    for (std::size_t i = 1; i < brought.size(); ++i) {
        if (brought[i][0] != root) {
            throw different_values(ErrorKind::broadcast, "root", std::to_string(root), 0, std::to_string(brought[i][0]), int(i));
        }
    }
    const Numbers& roots = brought[std::size_t(root)];
    for (std::size_t i = 0; i < brought.size(); ++i) {
        const auto shape = static_cast<Shape>(brought[i][1]), sent = static_cast<Shape>(roots[1]);
        if (shape != sent) {
            throw different_values(ErrorKind::broadcast, "data", name_of(sent), int(root), name_of(shape), int(i));
        }
    }
    return roots;
}

// ---- Vectors and what HOC has, in place ----

void broadcast_vector(Object vector, std::size_t size, int root, Meeting& meeting) {
    meeting.all_do([&] { host::resize(vector, size); });
    host::broadcast_bytes(host::vector_data(vector), size * sizeof(double), root);
}

// ---- Python ----

Value broadcast_anything(const Arguments& arguments) {
    const Value& data = arguments.data.value;
    Meeting meeting(Call::broadcast, ErrorKind::broadcast);
    const bool vector = is_vector(data), reference = host::is_reference(data);
    int root = 0;
    std::vector<Bytes> parts;
    const auto failure = together::failure_of([&] {
        root = root_of(arguments.root);
        if (root == host::rank() && !vector) {
            parts = host::pickled(reference ? host::content(data) : data);
        }
    });
    const Shape shape = vector ? Shape::vector : reference ? Shape::reference : Shape::pickle;
    const auto size = std::int64_t(vector ? host::vector_size(data.object) : parts.size());
    const Numbers roots = agreed_root(meeting.agree({root, std::int64_t(shape), size}, failure));
    if (vector) {
        broadcast_vector(data.object, std::size_t(roots[2]), root, meeting);
        return data;
    }
    if (host::rank_count() == 1) {
        return data;
    }
    const std::vector<std::size_t> sizes = shared_sizes(parts, std::size_t(roots[2]), root);
    const bool receives = host::rank() != root;
    meeting.all_do([&] { parts = receives ? room_for(sizes) : parts; });
    send(parts, root);
    Value received = data;
    meeting.all_do([&] {
        if (receives && reference) {
            host::set_content(data, host::unpickled(parts));
        } else if (receives) {
            received = host::unpickled(parts);
        }
    });
    return received;
}

constexpr std::int64_t in_hoc = -1;  // instead of how many parts Python's data has

// HOC's numbers and Python's objects do not meet.
std::vector<Numbers> agreed_language(std::vector<Numbers> brought) {
    for (std::size_t i = 1; i < brought.size(); ++i) {
        if ((brought[i][0] == in_hoc) != (brought[0][0] == in_hoc)) {
            const auto language = [](const Numbers& each) { return each[0] == in_hoc ? "a number of HOC's" : "a Python object"; };
            throw different_values(ErrorKind::broadcast, "data", language(brought[0]), 0, language(brought[i]), int(i));
        }
    }
    return brought;
}

Value allgather_anything(const Gathered& arguments) {
    const Value& data = arguments.data.value;
    if (arguments.vector.given()) {
        host::call(host::parallel_context(), "allgather", {host::looked_at(data), arguments.vector});
        return Value{};
    }
    Meeting meeting(Call::allgather, ErrorKind::broadcast);
    std::vector<Bytes> mine;
    const auto failure = together::failure_of([&] { mine = host::pickled(data); });
    const std::vector<Numbers> brought = agreed_language(meeting.agree({std::int64_t(mine.size())}, failure));
    const std::size_t ranks = brought.size();
    std::vector<std::vector<std::size_t>> sizes;
    for (std::size_t i = 0; i < ranks; ++i) {
        sizes.push_back(shared_sizes(int(i) == host::rank() ? mine : std::vector<Bytes>{}, std::size_t(brought[i][0]), int(i)));
    }
    std::vector<std::vector<Bytes>> all(ranks);
    meeting.all_do([&] {
        for (std::size_t i = 0; i < ranks; ++i) {
            all[i] = int(i) == host::rank() ? mine : room_for(sizes[i]);
        }
    });
    for (std::size_t i = 0; i < ranks; ++i) {
        send(all[i], int(i));
    }
    std::vector<Value> values;
    meeting.all_do([&] {
        for (std::size_t i = 0; i < ranks; ++i) {
            values.push_back(int(i) == host::rank() ? data : host::unpickled(all[i]));
        }
    });
    return host::new_list(values);
}

// ---- HOC ----

// A List's items as the ranks tell each other: of each its shape and its size.
std::vector<std::int64_t> list_plan(Object list) {
    std::vector<std::int64_t> plan;
    for (const Object item : host::list_items(list)) {
        const bool vector = host::is_a(item, "Vector");
        if (!vector && !host::string_of(item)) {
            throw wrong_kind("data", "a List with " + host::name(item), "a List of Vectors and Strings");
        }
        plan.push_back(std::int64_t(vector ? Shape::vector : Shape::text));
        plan.push_back(std::int64_t(vector ? host::vector_size(item) : host::string_of(item)->size()));
    }
    return plan;
}

// Makes a List's items like the root's: those of the same kind stay, others and missing ones are new, surplus ones go.
void follow_plan(Object list, const std::vector<std::int64_t>& plan) {
    const std::vector<Object> items = host::list_items(list);
    const auto stands_before = [&](std::size_t i) { return std::find(items.begin(), items.begin() + std::ptrdiff_t(i), items[i]); };
    std::vector<Owned> wanted;
    for (std::size_t i = 0; 2 * i < plan.size(); ++i) {
        const bool vector = plan[2 * i] == std::int64_t(Shape::vector);
        const bool once = i < items.size() && stands_before(i) == items.begin() + std::ptrdiff_t(i);
        const bool fits = once && (vector ? host::is_a(items[i], "Vector") : host::string_of(items[i]).has_value());
        wanted.push_back(fits ? Owned(items[i]) : vector ? host::new_vector() : host::new_string());
        if (vector) {
            host::resize(wanted.back().get(), std::size_t(plan[2 * i + 1]));
        }
    }
    host::set_list_items(list, wanted);
}

void broadcast_list(Object list, std::size_t size, int root, Meeting& meeting) {
    std::vector<std::int64_t> plan;
    meeting.all_do([&] {
        plan = host::rank() == root ? list_plan(list) : std::vector<std::int64_t>();
        plan.resize(size);
    });
    host::broadcast_bytes(plan.data(), plan.size() * sizeof(std::int64_t), root);
    meeting.all_do([&] {
        if (host::rank() != root) {
            follow_plan(list, plan);
        }
    });
    const std::vector<Object> items = host::list_items(list);
    for (std::size_t i = 0; i < items.size(); ++i) {
        const auto length = std::size_t(plan[2 * i + 1]);
        if (plan[2 * i] == std::int64_t(Shape::vector)) {
            host::broadcast_bytes(host::vector_data(items[i]), length * sizeof(double), root);
        } else {
            std::string text = host::rank() == root ? *host::string_of(items[i]) : std::string(length, ' ');
            host::broadcast_bytes(text.data(), length, root);
            host::set_string(items[i], text);
        }
    }
}

void broadcast_matrix(Object matrix, std::size_t rows, std::size_t columns, int root, Meeting& meeting) {
    std::vector<double> numbers;
    meeting.all_do([&] { numbers = host::rank() == root ? host::matrix_numbers(matrix) : std::vector<double>(rows * columns); });
    host::broadcast_bytes(numbers.data(), numbers.size() * sizeof(double), root);
    meeting.all_do([&] {
        if (host::rank() != root) {
            host::set_matrix(matrix, rows, columns, numbers);
        }
    });
}

void broadcast_text(char** strdef, std::size_t size, int root, Meeting& meeting) {
    std::string text;
    meeting.all_do([&] {
        text = *strdef;
        text.resize(size, ' ');
    });
    host::broadcast_bytes(text.data(), size, root);
    if (host::rank() != root) {
        host::assign(strdef, text);
    }
}

Shape shape_in_hoc(const Value& data) {
    if (is_vector(data)) {
        return Shape::vector;
    }
    if (data.kind == Kind::variable) {
        return Shape::number;
    }
    if (data.kind == Kind::text && !host::is_literal(data.strdef)) {
        return Shape::text;
    }
    if (data.kind == Kind::object && host::is_a(data.object, "Matrix")) {
        return Shape::matrix;
    }
    if (data.kind == Kind::object && host::is_a(data.object, "List")) {
        return Shape::list;
    }
    const std::string got = data.kind == Kind::number ? "a number that cannot be changed"
                            : data.kind == Kind::text ? "a string that cannot be changed"
                                                      : described(data);
    throw wrong_kind("data", got, "&x, a strdef, a Vector, a Matrix or a List of Vectors and Strings");
}

std::pair<std::int64_t, std::int64_t> size_in_hoc(const Value& data, Shape shape) {
    switch (shape) {
    case Shape::vector:
        return {std::int64_t(host::vector_size(data.object)), 0};
    case Shape::text:
        return {std::int64_t(data.text.size()), 0};
    case Shape::matrix: {
        const auto [rows, columns] = host::matrix_size(data.object);
        return {std::int64_t(rows), std::int64_t(columns)};
    }
    case Shape::list:
        return {std::int64_t(2 * host::list_items(data.object).size()), 0};
    default:
        return {1, 0};
    }
}

double broadcast_in_place(const InPlace& arguments) {
    Meeting meeting(Call::broadcast, ErrorKind::broadcast);
    const Value& data = arguments.data;
    int root = 0;
    Shape shape = Shape::nothing;
    std::pair<std::int64_t, std::int64_t> size;
    const auto failure = together::failure_of([&] {
        root = root_of(arguments.root);
        shape = shape_in_hoc(data);
        size = size_in_hoc(data, shape);
        if (shape == Shape::list) {
            list_plan(data.object);
        }
    });
    const Numbers roots = agreed_root(meeting.agree({root, std::int64_t(shape), size.first, size.second}, failure));
    const auto first = std::size_t(roots[2]), second = std::size_t(roots[3]);
    switch (shape) {
    case Shape::vector:
        broadcast_vector(data.object, first, root, meeting);
        break;
    case Shape::text:
        broadcast_text(data.strdef, first, root, meeting);
        break;
    case Shape::matrix:
        broadcast_matrix(data.object, first, second, root, meeting);
        break;
    case Shape::list:
        broadcast_list(data.object, first, root, meeting);
        break;
    default: {
        double number = host::value(data.variable);
        host::broadcast_bytes(&number, sizeof number, root);
        host::set_value(data.variable, number);
    }
    }
    return 1;
}

Owned allgather_number(const GatheredNumber& arguments) {
    Meeting meeting(Call::allgather, ErrorKind::broadcast);
    double number = 0;
    const auto failure = together::failure_of([&] {
        if (arguments.number.kind != Kind::number) {
            throw wrong_kind("number", described(arguments.number), "a number");
        }
        number = arguments.number.number;
    });
    std::vector<double> all;
    for (const Numbers& each : agreed_language(meeting.agree({in_hoc, together::as_bits(number)}, failure))) {
        all.push_back(together::from_bits(each[1]));
    }
    return host::new_vector(all.size(), all.data());
}

constexpr auto tell_broadcast = &together::fail<Call::broadcast, ErrorKind::broadcast>;
constexpr auto tell_allgather = &together::fail<Call::allgather, ErrorKind::broadcast>;

// ---- What the shim's pickling asks for ----

Value view_of(const OfVector& arguments) {
    return host::view_of(arguments.vector.object);
}

Owned vector_of(const FromNumbers& arguments) {
    const host::Numbers numbers = host::numbers(arguments.numbers, "numbers", "a buffer of doubles");
    return host::new_vector(numbers.rows, numbers.data);
}

}  // namespace

const host::Methods methods{
    host::method<Arguments, &broadcast_anything>("broadcast", "Gives every rank the data of one. Collective.", host::on_parallel, nullptr,
                                                 tell_broadcast)
        .raises("BroadcastError on every rank where one fails: data that does not pickle, a root that is no rank")
        .example(">>> p.parallel.broadcast({\"weights\": p.Vector([1, 2])}, root=0)[\"weights\"].size()\n"
                 "2"),
    host::method<InPlace, &broadcast_in_place>("broadcast", "Gives every rank the data of one, in place; returns 1. Collective.",
                                               host::in_hoc, nullptr, tell_broadcast),
    host::method<Gathered, &allgather_anything>("allgather", "A list of every rank's data, on every rank. Collective.", host::on_parallel,
                                                nullptr, tell_allgather)
        .gives("list[Any]")
        .raises("BroadcastError on every rank where one fails: data that does not pickle")
        .example(">>> p.parallel.allgather(\"this rank's\")\n"
                 "[\"this rank's\"]"),
    host::method<GatheredNumber, &allgather_number>("allgather", "A Vector of every rank's number, on every rank. Collective.",
                                                    host::in_hoc, nullptr, tell_allgather),
    host::method<OfVector, &view_of>("view_of", "The memory of a Vector, without a copy.", host::internal),
    host::method<FromNumbers, &vector_of>("vector_of", "A Vector of a buffer's doubles.", host::internal),
};

}  // namespace patch::broadcast
