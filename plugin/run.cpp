// What each function asks of a run.
#include "run.hpp"

#include "check.hpp"
#include "runs.hpp"

namespace patch::run {

using together::Call;

namespace {

void check_duration(double duration) {
    if (host::running()) {
        throw while_running("a run cannot begin");
    }
    if (duration < 0) {
        throw refused(ErrorKind::value, "duration", shown(duration), "at least 0 ms");
    }
}

void run(const Run& arguments) {
    if (arguments.check) {
        check::warn_of_findings();
    }
    runs::Wanted wanted{Call::run};
    wanted.initialise = arguments.reset;
    wanted.v_init = arguments.v_init;
    const double duration = arguments.duration ? *arguments.duration : host::standard_variable("tstop");
    wanted.until = duration;
    wanted.is_stocks = !arguments.duration && !arguments.v_init && arguments.reset;
    runs::run(wanted, [&] { check_duration(duration); });
}

void continue_run(const Continue& arguments) {
    runs::Wanted wanted{Call::continuerun};
    wanted.initialise = arguments.v_init.has_value();
    wanted.v_init = arguments.v_init;
    wanted.until = (wanted.initialise ? 0 : host::time()) + arguments.duration;
    runs::run(wanted, [&] { check_duration(arguments.duration); });
}

void finitialize(const Initialise& arguments) {
    runs::Wanted wanted{Call::finitialize};
    wanted.initialise = true;
    wanted.v_init = arguments.initial;
    wanted.keeps_voltages = !arguments.initial;
    runs::run(wanted, [] { check_duration(0); });
}

}  // namespace

constexpr unsigned places = host::everywhere | host::replaces_stock;

const host::Methods methods{
    host::method<Run, &run>("run", "Initialises and runs for a duration.", places, nullptr, &runs::tell_others<Call::run>)
        .raises("PatchValueError for a duration below 0\n"
                "ParallelError on every rank of a network where one fails")
        .example(">>> p.run(5, -65)  # ms, mV\n"
                 ">>> round(p.t)\n"
                 "5"),
    host::method<Continue, &continue_run>("continuerun", "Runs on for a duration.", places, nullptr, &runs::tell_others<Call::continuerun>)
        .raises("PatchValueError for a duration below 0\n"
                "ParallelError on every rank of a network where one fails")
        .example(">>> p.run(5)\n"
                 ">>> p.continuerun(5)  # ms\n"
                 ">>> round(p.t)\n"
                 "10"),
    host::method<Initialise, &finitialize>("finitialize", "Initialises the model.", places, nullptr, &runs::tell_others<Call::finitialize>)
        .raises("PatchValueError for what is not finite\n"
                "ParallelError on every rank of a network where one fails")
        .example(">>> p.finitialize(-65)  # mV\n"
                 ">>> p.t\n"
                 "0.0"),
};

}  // namespace patch::run
