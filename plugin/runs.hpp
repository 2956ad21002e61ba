// runs: initialising and running, alone or with the other ranks of a network.
#pragma once

#include <optional>

#include "together.hpp"

namespace patch::runs {

bool is_together(bool initialises = false);  // this rank runs with others

// What a function asks for. Times are in ms, voltages in mV.
struct Wanted {
    together::Call call;
    bool initialise = false;
    bool keeps_voltages = false;        // initialise without setting v
    std::optional<double> v_init = {};  // NEURON's v_init where it is not given
    std::optional<double> until = {};   // no run where it is not given
    bool always_together = false;       // psolve: collective whoever calls it
    bool is_stocks = false;             // alone: HOC's own run(), with setdt() and the user's init()
};
// `check` refuses what cannot be done, before anything is; on a rank of a network the others are told.
void run(const Wanted& wanted, const std::function<void()>& check);

// A call whose arguments could not be read.
template <together::Call call>
void tell_others(const Error& error) {
    if (host::rank_count() > 1 && is_together()) {
        together::fail<call, ErrorKind::parallel>(error);
    }
}

}  // namespace patch::runs
