// add_3d: appends 3-D points to a section, from arrays.
#pragma once

#include "host/host.hpp"

namespace patch::add_3d {

// HOC: Vectors x, y, z and diam, or a Matrix with diam, or a Matrix of four columns.
struct Columns {
    Section section;
    Value x, y, z, diam;
    static constexpr Field fields[] = {
        {"section", "", receiver},
        {"x", "um, a Vector; or a Matrix of 3 or 4 columns, with diam behind it", required, "a Vector of numbers"},
        {"y", "um, a Vector"},
        {"z", "um, a Vector"},
        {"diam", "um, a Vector or a number; the section's own where it is not given"},
    };
};

// Python: n x 3 points of any kind, diameters for all or for each.
struct Points {
    Section section;
    Value points, diameters;
    static constexpr Field fields[] = {
        {"section", "", receiver},
        {"points", "um, n x 3: lists, tuples, numpy, a Matrix", required, "n x 3 numbers", "Rows"},
        {"diameters", "um, a number or n of them; the section's own where it is None", ordinary, nullptr, "Number | Numbers"},
    };
};

// Appends and gives the number of points the section has then; Python gets the section.
double add_columns(const Columns& arguments);
Chained add_points(const Points& arguments);

extern const host::Methods methods;

}  // namespace patch::add_3d
