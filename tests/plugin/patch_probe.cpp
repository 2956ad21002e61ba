// libpatch.so with one capability more: what a contributor writes for a new function, a struct and a function. Only tests load it.
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

namespace patch::probe {

struct Arguments {
    Section section;
    double factor = 0;
    double offset = 0.5;  // um
    static constexpr Field fields[] = {
        {"section", "", receiver},
        {"factor", "how much a point weighs", required},
        {"offset", "um, added to it", keyword_only},
    };
};

double weigh_points(const Arguments& arguments) {
    return arguments.factor * double(host::point_count(arguments.section)) + arguments.offset;
}

const host::Methods methods{
    host::method<Arguments, &weigh_points>("weigh_points", "Weighs the points of a section.", host::everywhere | host::on_section),
};

}  // namespace patch::probe

extern "C" __attribute__((visibility("default"))) void modl_reg() {
    using namespace patch;
    if (!host::fits() || host::installed("Patch")) {
        return;
    }
    host::install_class("Patch", {add_3d::methods, record::methods, connect_points::methods, synapse::methods, vecstim::methods,
                                  parallel_con::methods, parallel::methods, broadcast::methods, run::methods, check::methods,
                                  lifetime::methods, sections::methods, clamp::methods, protocol::methods, about::methods, doctor::methods,
                                  interpreter::methods, probe::methods});
    host::when_ready([] {
        host::install_templates();
        host::install_python();
    });
}
