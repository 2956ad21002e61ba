// A rank in the network runs with the others: they agree on what they do, that it can be done, and after each step that it was done.
#include "runs.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "gids.hpp"

namespace patch::runs {

using together::Meeting;
using together::Numbers;

namespace {

constexpr double unset = std::numeric_limits<double>::quiet_NaN();
constexpr double rounding = 1e-6;  // ms; t is a sum of steps

std::optional<double> starting_voltage(const Wanted& wanted) {
    if (wanted.keeps_voltages) {
        return {};
    }
    return wanted.v_init ? *wanted.v_init : host::standard_variable("v_init");
}

void refuse_the_past(const Wanted& wanted) {
    if (wanted.until && !wanted.initialise && *wanted.until < host::time() - rounding) {
        throw refused(ErrorKind::value, "the time to run to", shown(*wanted.until) + " ms", "at least t, " + shown(host::time()) + " ms");
    }
}

void run_alone(const Wanted& wanted) {
    if (host::rank_count() == 1 && host::transfers_changed()) {
        Meeting meeting(wanted.call, ErrorKind::parallel);
        gids::set_up_transfers(meeting);
    }
    if (wanted.initialise && host::rank_count() == 1 && host::uses_mpi()) {
        host::set_maxstep(host::last_maxstep());  // psolve may go on later
    }
    if (wanted.is_stocks) {
        host::run_standard();
        return;
    }
    static bool steps_varied = false;
    if (wanted.call == together::Call::run && wanted.initialise && !host::cvode_is_active() && std::exchange(steps_varied, false)) {
        host::set_standard_step();  // dt is whatever CVode's last step was
    }
    if (wanted.initialise) {
        host::initialise_alone(starting_voltage(wanted));
    }
    if (wanted.until) {
        host::continue_alone(*wanted.until);
        steps_varied = steps_varied || host::cvode_is_active();
    }
}

// What each rank says first.
enum Said : std::size_t { until, initialise, changed_gids, changed_transfers, prepared, now, step };

// Transfer variables are exchanged each step: ranks of unequal steps would wait for one another. 0 where none are exchanged.
std::int64_t exchanged_step() {
    return host::largest_transfer_key() < 0 || host::cvode_is_active() ? 0 : together::as_bits(host::variable("dt"));
}

// That all ranks ask for the same.
void refuse_differences(const std::vector<Numbers>& brought, const Wanted& wanted) {
    for (std::size_t rank = 1; rank < brought.size(); ++rank) {
        for (const auto& [what, name] : {std::pair{until, "the time to run to"}, std::pair{now, "t"}, std::pair{step, "dt"}}) {
            const auto first = brought[0][what], other = brought[rank][what];
            const bool matters = what == until  ? wanted.until.has_value()
                                 : what == step ? first && other && wanted.until.has_value()
                                                : !wanted.initialise && wanted.until.has_value();
            if (matters && first != other) {
                throw different_values(ErrorKind::parallel, name, shown(together::from_bits(first)) + " ms", 0,
                                       shown(together::from_bits(other)) + " ms", int(rank));
            }
        }
        if (brought[rank][initialise] != brought[0][initialise]) {
            throw different_values(ErrorKind::parallel, "whether to initialise", brought[0][initialise] ? "true" : "false", 0,
                                   brought[rank][initialise] ? "true" : "false", int(rank));
        }
    }
}

bool any(const std::vector<Numbers>& brought, Said what) {
    return std::any_of(brought.begin(), brought.end(), [&](const Numbers& each) { return each[what] != 0; });
}

void prepare_exchange() {
    const double shortest = host::set_maxstep(host::last_maxstep());
    const double step = host::variable("dt");
    const bool fixed = !host::cvode_is_active();
    if (shortest < 1e-9 || (fixed && shortest < step)) {
        throw delay_too_short(shortest, step);
    }
}

void run_together(Wanted wanted, const std::function<void()>& check) {
    if (host::rank_count() == 1) {
        check();
    }
    const std::string knows = host::rank_count() > 1 ? host::what_a_rank_knows() : "";
    Meeting meeting(wanted.call, ErrorKind::parallel, knows);
    const auto failure = together::failure_of([&] {
        check();
        refuse_the_past(wanted);
    });
    const std::vector<Numbers> brought =
        meeting.agree({together::as_bits(wanted.until.value_or(unset)), wanted.initialise, host::gids_changed(), host::transfers_changed(),
                       host::exchange_prepared(), together::as_bits(host::time()), exchanged_step()},
                      failure);
    refuse_differences(brought, wanted);
    if (any(brought, changed_gids)) {
        gids::refuse_shared();
    }
    if (any(brought, changed_transfers)) {
        gids::set_up_transfers(meeting);
    }
    const bool all_prepared = std::all_of(brought.begin(), brought.end(), [](const Numbers& each) { return each[prepared] != 0; });
    if (wanted.until && !wanted.initialise && !all_prepared) {
        // Spikes of another initialisation than ours are not exchanged: begin again, if nothing has happened yet.
        if (std::any_of(brought.begin(), brought.end(), [](const Numbers& each) { return together::from_bits(each[now]) != 0; })) {
            throw not_initialised();
        }
        wanted.initialise = true;
        wanted.keeps_voltages = host::was_initialised();
    }
    if (wanted.initialise) {
        meeting.all_do([] { prepare_exchange(); });  // dt may differ between ranks
        meeting.all_do([&] { host::initialise_together(starting_voltage(wanted)); });
    }
    if (wanted.until) {
        if (!wanted.initialise && !host::uses_mpi()) {
            prepare_exchange();  // NEURON wants to have been asked; with MPI it was asked before the initialisation
        }
        meeting.all_do([&] { host::solve_together(*wanted.until); });
    }
}

}  // namespace

bool is_together(bool initialises) {
    if (host::rank_count() == 1) {
        return false;
    }
    if (initialises || host::time() == 0) {
        host::sweep();  // what nobody can reach makes no network, and no model of this rank's own
    }
    return host::in_network();
}

void run(const Wanted& wanted, const std::function<void()>& check) {
    if (wanted.always_together || is_together(wanted.initialise)) {
        run_together(wanted, check);
    } else {
        check();
        refuse_the_past(wanted);
        run_alone(wanted);
    }
}

}  // namespace patch::runs
