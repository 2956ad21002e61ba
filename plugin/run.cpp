// Runs for a duration, by the standard run system.
#include "run.hpp"

namespace patch::run {

namespace {

void check(double duration) {
    if (host::running()) {
        throw while_running("a run cannot begin");
    }
    if (duration < 0) {
        throw refused(ErrorKind::value, "duration", shown(duration), "at least 0 ms");
    }
}

void initialise(double v_init) {
    host::call_function("finitialize", {v_init});
}

// Until t, by the standard run system.
void until(double t) {
    host::standard_variable("tstop");  // the standard run system is there
    host::call_function("continuerun", {t});
}

void run(const Run& arguments) {
    check(arguments.duration);
    if (arguments.reset) {
        initialise(arguments.v_init ? *arguments.v_init : host::standard_variable("v_init"));
    }
    until(arguments.duration);
}

void continue_run(const Continue& arguments) {
    check(arguments.duration);
    if (arguments.v_init) {
        initialise(*arguments.v_init);
    }
    until(host::time() + arguments.duration);
}

void finitialize(const Initialise& arguments) {
    check(0);
    if (arguments.initial) {
        initialise(*arguments.initial);
    } else {
        host::call_function("finitialize", {});
    }
}

}  // namespace

constexpr unsigned places = host::everywhere | host::replaces_stock;

const host::Methods methods{
    host::method<Run, &run>("run", "Initialises and runs for a duration.", places),
    host::method<Continue, &continue_run>("continuerun", "Runs on for a duration.", places),
    host::method<Initialise, &finitialize>("finitialize", "Initialises the model.", places),
};

}  // namespace patch::run
