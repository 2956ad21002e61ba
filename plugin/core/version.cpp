#include "version.hpp"

#include "patch_version.hpp"  // made by CMake

namespace patch {

const char* version() {
    return PATCH_VERSION;
}

const char* neuron_versions() {
    return PATCH_NEURON_VERSIONS;
}

}  // namespace patch
