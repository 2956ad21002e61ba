// The entry of libpatch.so: what NEURON calls when it loads the library. A table of contents, nothing else.
#include "about.hpp"
#include "add_3d.hpp"
#include "broadcast.hpp"
#include "check.hpp"
#include "clamp.hpp"
#include "connect_points.hpp"
#include "doctor.hpp"
#include "host/host.hpp"
#include "interpreter.hpp"
#include "lifetime.hpp"
#include "parallel.hpp"
#include "parallel_con.hpp"
#include "protocol.hpp"
#include "record.hpp"
#include "run.hpp"
#include "sections.hpp"
#include "synapse.hpp"
#include "vecstim.hpp"

extern "C" __attribute__((visibility("default"))) void modl_reg() {
    using namespace patch;
    if (!host::fits()) {
        return;
    }
    if (host::installed("Patch")) {  // a second nrn_load_dll is harmless, and brings what an early load had to put off
        host::do_waiting();
        return;
    }
    host::install_class("Patch",
                        {add_3d::methods, record::methods, connect_points::methods, synapse::methods, vecstim::methods,
                         parallel_con::methods, parallel::methods, broadcast::methods, run::methods, check::methods, lifetime::methods,
                         sections::methods, clamp::methods, protocol::methods, about::methods, doctor::methods, interpreter::methods});
    host::when_ready(host::install_templates);  // at once, or after an early load
    host::install_python();                     // in a Python process; after an early load when neuron is whole
}
