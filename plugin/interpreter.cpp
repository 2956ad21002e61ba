// Gives p out, and keeps its clock.
#include "interpreter.hpp"

#include "host/ranks.hpp"

namespace patch::interpreter {

namespace {

constexpr int frames_of_import = 4;  // past the module, import_module and the package's __getattr__: `from patch import p`
constexpr double celsius = 32;       // degC, Patch's own

// Records t in every run, beside whatever section there is. It never makes one: without sections our own hook takes the samples.
class Clock {
  public:
    // The first that asks starts the clock: p itself when it is given out, in neuron mode the user.
    host::Owned vector() {
        if (!vector_.get()) {
            if (host::time() > 0 && defaults::neuron_mode()) {
                host::warn(clock_starts_now());
            }
            vector_ = host::new_vector();
            host::sweep_before_runs();  // first: time may not go by a section that is about to be freed
            host::on_initialise([this] { attach(); }, [this] { take_first(); });
        }
        return vector_;
    }

  private:
    void attach() {
        if (section_ && host::exists(section_)) {
            return;
        }
        if (section_) {
            host::let_go(section_);
        }
        section_ = host::first_section();
        if (section_) {
            host::hold(section_);
            host::record_time(vector_.get(), section_);
        } else {
            host::clear(vector_.get());
            host::on_step([this](double t) { take(t); });
        }
    }
    void take_first() { take(host::time()); }
    void take(double t) {
        if (!section_) {
            host::append(vector_.get(), t);
        }
    }

    host::Owned vector_;
    Section section_;
};

Clock& clock() {
    static Clock& only = *new Clock;  // lives to the end of the process
    return only;
}

host::Owned time(const Nothing&) {
    return clock().vector();
}

double world_size(const Nothing&) {
    return host::world_size();
}

// At the end of the process, when Python has gone: what runs until then may use MPI.
void end_mpi(const Nothing&) {
    if (!host::running()) {  // else the other ranks would wait for ever: the launcher ends them
        host::at_end(&host::end_mpi);
    }
}

void give_out(const Nothing&) {
    host::start_mpi_or_complain();  // under mpiexec every process knows its rank from here on; p.parallel says again why not
    if (const std::string unknown = defaults::unknown_mode(); !unknown.empty()) {
        host::warn(no_such_mode(unknown), frames_of_import);
    }
    if (!defaults::neuron_mode()) {
        host::standard_variable("v_init");
        host::variable("celsius") = celsius;
        host::extend_vectors();
        clock().vector();
    }
}

void warn_of_hidden_names(const Nothing&) {
    host::warn_of_hidden_names();
}

// The current section, or None.
Value cas(const Nothing&) {
    const Section section = host::current_section();
    return host::exists(section) ? Value::of(section) : Value{};
}

}  // namespace

const host::Methods methods{
    host::method<Nothing, &time>("time", "The Vector of the times of the last run.", host::internal),
    host::method<Nothing, &give_out>("give_out", "Prepares NEURON for p.", host::internal),
    host::method<Nothing, &world_size>("world_size", "How many ranks MPI has; 1 without it.", host::internal),
    host::method<Nothing, &end_mpi>("end_mpi", "Lets the process end MPI in good order, where NEURON began it.", host::internal),
    host::method<Nothing, &warn_of_hidden_names>("warn_of_hidden_names", "Warns once of HOC symbols that p hides.", host::internal),
    host::method<Nothing, &cas>("cas", "The current section, or None.", host::on_p | host::replaces_stock)
        .gives("Section | None")
        .example(">>> with soma.push():\n"
                 "...     p.cas()\n"
                 "soma"),
};

}  // namespace patch::interpreter
