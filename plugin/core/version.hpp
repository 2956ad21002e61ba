// Which Patch this is and which versions of NEURON its binary fits.
#pragma once

namespace patch {

// The version, such as "0.1.0".
const char* version();

// The versions of NEURON that this binary was built for, separated by spaces, such as "9.0.0 9.0.1 9.0.2".
const char* neuron_versions();

}  // namespace patch
