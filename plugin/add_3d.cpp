// Points of any form become columns, are checked, and go to NEURON at once.
#include "add_3d.hpp"

#include <limits>

namespace patch::add_3d {

namespace {

constexpr const char* a_table = "n x 3 numbers";
constexpr const char* a_column = "a Vector of numbers";
constexpr const char* a_diameter = "a number or a Vector of numbers";

// One coordinate or the diameters: where its numbers are, how far apart, and how one of them is called: "x[3]", "points[3][0]".
struct Column {
    const char* name;
    const double* data;
    std::size_t stride;
    int in_table = -1;
    std::string element(std::size_t i) const {
        const std::string row = std::string(name) + (stride == 0 ? "" : "[" + std::to_string(i) + "]");
        return in_table < 0 ? row : row + "[" + std::to_string(in_table) + "]";
    }
};

// NEURON keeps points as float.
constexpr double most = std::numeric_limits<float>::max();

bool all_within(const double* data, std::size_t size, std::size_t stride, double least) {
    bool all = true;
    if (stride == 1) {
        for (std::size_t i = 0; i < size; ++i) {
            all &= (data[i] >= least) & (data[i] <= most);
        }
    } else {
        for (std::size_t i = 0; i < size; ++i) {
            all &= (data[i * stride] >= least) & (data[i * stride] <= most);
        }
    }
    return all;
}

// The quick pass has no branch; the slow one names the first number that does not fit.
void check_numbers(const Column& column, std::size_t size, bool negative_allowed, Section section) {
    const double least = negative_allowed ? -most : 0;
    if (all_within(column.data, size, column.stride, least)) {
        return;
    }
    for (std::size_t i = 0; i < size; ++i) {
        const double value = column.data[i * column.stride];
        if (!(value >= -most && value <= most)) {
            const bool finite = value - value == 0;
            throw refused(ErrorKind::value, column.element(i), shown(value), finite ? "a number that a float holds" : "a finite number",
                          host::name(section));
        }
        if (value < least) {
            throw refused(ErrorKind::value, column.element(i), shown(value), "at least 0", host::name(section));
        }
    }
}

void check_room(Section section, std::size_t added) {
    const std::size_t there = host::point_count(section);
    if (there + added > host::most_points) {
        throw too_many_points(there, added, host::most_points, host::name(section));
    }
}

// The diameters as a column: given for each point, given once, or the section's own.
struct Diameters {
    host::Numbers numbers;
    double one = 0;
    Column column{};
};

void read_diameters(Diameters& diameters, const Value& value, const char* name, Section section, std::size_t size) {
    if (value.kind == Kind::absent || value.kind == Kind::none) {
        diameters.one = host::diameter({section, 0.5});
    } else if (value.kind == Kind::number) {
        diameters.one = value.number;
    } else {
        diameters.numbers = host::numbers(value, name, a_diameter);
        if (!diameters.numbers.flat) {
            throw wrong_kind(name, "a table", a_diameter, host::name(section));
        }
        if (diameters.numbers.rows != size) {
            throw unequal_lengths("points", size, name, diameters.numbers.rows, host::name(section));
        }
        diameters.column = {name, diameters.numbers.data, diameters.numbers.row_stride};
        check_numbers(diameters.column, size, false, section);
        return;
    }
    diameters.column = {name, &diameters.one, 0};
    check_numbers(diameters.column, 1, false, section);
}

double append(Section section, const Column (&at)[3], std::size_t size, const Column& diameter) {
    host::append_points(section, {at[0].data, at[1].data, at[2].data, diameter.data, size, at[0].stride, diameter.stride});
    return double(host::point_count(section));
}

// A table of three columns, or of four, the last of which are the diameters.
double append_table(Section section, const Value& points, const char* name, const Value& diameters, const char* diameter_name,
                    bool four_allowed) {
    const host::Numbers table = host::numbers(points, name, a_table);
    const bool four = four_allowed && table.columns == 4 && !diameters.given();
    if (table.rows == 0) {
        throw refused(ErrorKind::value, name, "empty", "at least one point", host::name(section));
    }
    if (table.flat || (table.columns != 3 && !four)) {
        throw refused(ErrorKind::value, name, std::to_string(table.rows) + " x " + std::to_string(table.columns),
                      four_allowed && !diameters.given() ? "n x 3, or n x 4 with the diameters" : "n x 3", host::name(section));
    }
    const Column at[3] = {{name, table.data, table.row_stride, 0},
                          {name, table.data + table.column_stride, table.row_stride, 1},
                          {name, table.data + 2 * table.column_stride, table.row_stride, 2}};
    const bool packed = table.column_stride == 1 && table.row_stride == 3;
    if (!packed || !all_within(table.data, 3 * table.rows, 1, -most)) {
        for (const Column& column : at) {
            check_numbers(column, table.rows, true, section);
        }
    }
    Diameters widths;
    if (four) {
        widths.column = {name, table.data + 3 * table.column_stride, table.row_stride, 3};
        check_numbers(widths.column, table.rows, false, section);
    } else {
        read_diameters(widths, diameters, diameter_name, section, table.rows);
    }
    check_room(section, table.rows);
    return append(section, at, table.rows, widths.column);
}

}  // namespace

double add_columns(const Columns& arguments) {
    const Section section = arguments.section;
    if (arguments.x.kind == Kind::object && host::is_a(arguments.x.object, "Matrix")) {
        if (arguments.z.given()) {
            throw too_many_arguments(arguments.diam.given() ? 4 : 3, 2);
        }
        return append_table(section, arguments.x, "points", arguments.y, "diam", true);
    }
    const std::pair<const char*, const Value*> given[3] = {{"x", &arguments.x}, {"y", &arguments.y}, {"z", &arguments.z}};
    host::Numbers numbers[3];
    Column at[3];
    for (std::size_t i = 0; i < 3; ++i) {
        const auto& [name, value] = given[i];
        if (!value->given()) {
            throw missing(name, a_column);
        }
        numbers[i] = host::numbers(*value, name, a_column);
        if (!numbers[i].flat) {
            throw wrong_kind(name, described(*value), a_column, host::name(section));
        }
        if (numbers[i].rows != numbers[0].rows) {
            throw unequal_lengths("x", numbers[0].rows, name, numbers[i].rows, host::name(section));
        }
        at[i] = {name, numbers[i].data, numbers[i].row_stride};
    }
    if (numbers[0].rows == 0) {
        throw refused(ErrorKind::value, "x", "empty", "at least one point", host::name(section));
    }
    for (const Column& column : at) {
        check_numbers(column, numbers[0].rows, true, section);
    }
    Diameters diameters;
    read_diameters(diameters, arguments.diam, "diam", section, numbers[0].rows);
    check_room(section, numbers[0].rows);
    return append(section, at, numbers[0].rows, diameters.column);
}

Chained add_points(const Points& arguments) {
    return {append_table(arguments.section, arguments.points, "points", arguments.diameters, "diameters", false)};
}

const host::Methods methods{
    host::method<Columns, &add_columns>("add_3d", "Appends 3-D points to the current section; gives its number of points.", host::in_hoc),
    host::method<Points, &add_points>("add_3d", "Appends 3-D points; returns the section.", host::on_section)
        .raises("PatchValueError for points that are not n x 3 finite numbers, diameters of another length, more than 32767 points")
        .example(">>> dend.add_3d([[0, 0, 0], [100, 0, 0]], diameters=2)  # um\n"
                 "dend\n"
                 ">>> dend.L\n"
                 "100.0"),
};

}  // namespace patch::add_3d
