// The sources that are in the library itself, so that one file is all a user needs. CMake writes embedded.cpp (cmake/embed.py).
#pragma once

#include <cstddef>

namespace patch::embedded {

struct File {
    const char* name;  // relative to hoc/ or to python_shim/patch/, such as "PatchConnection.hoc" or "examples/__init__.py"
    const char* text;  // ends with a zero that is not counted in size
    std::size_t size;  // bytes
};

extern const File hoc_templates[];  // hoc/*.hoc, sorted by name
extern const std::size_t hoc_template_count;

extern const File python_sources[];  // python_shim/patch: *.py, *.pyi, py.typed, _libpatch_version, sorted by name
extern const std::size_t python_source_count;

}  // namespace patch::embedded
