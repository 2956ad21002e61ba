// The seam about networks: gids, who receives them, transfer variables, and runs in which ranks exchange spikes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "host.hpp"

namespace patch::host {

// NEURON's ParallelContext: one object for all of us, which is also p.parallel.
Object parallel_context();

// ---- gids ----
enum class GidUse { free, reserved, source };  // reserved: set, but without a source yet
GidUse use_of_gid(int gid);
std::string source_of_gid(int gid);  // "soma", "NetStim[0]"
int gid_of(Object netcon);           // of its source; -1: none
std::vector<int> source_gids();      // of this rank
bool has_sources();
struct Received {
    int gid;
    double threshold;    // mV; a receiver's own number has no effect
    std::string netcon;  // one of those that receive it
};
std::vector<Received> received_gids();
bool receives();
// The threshold of a source was set by its own connection.
void note_threshold(Object netcon);
struct Changed {
    int gid;
    double threshold, given;  // mV
};
std::vector<Changed> changed_thresholds();         // of sources that are received on this rank, otherwise
inline constexpr double untouched_threshold = 10;  // mV; what NEURON gives a receiver's end

// The NetCon's source becomes the gid's; who received the gid on this rank already is connected to it, with what it recorded.
void give_gid(int gid, Object netcon, bool output);
// The gid can be used to reach its source: the NetCon lives until gids are cleared, it is ended, or its source is gone.
void keep_gid(int gid, Object netcon);
// A source's NetCon is ended: its gid is free, and who received it waits for another source.
void end_gid(Object netcon);
void end_receiver(Object netcon);  // it listens no more, and is nobody's receiver
void let_lost_gids_go();           // of sources that are gone
Owned connect_to_gid(int gid, Object target, double delay, double weight);
// How a spike source beside the first one on a place is made: by itself, or by a point process that follows the voltage.
bool sources_by_mechanism();
bool has_source(Object netcon);

// ---- Transfer variables ----
struct TransferKeys {
    std::vector<int> sources, targets;
};
const TransferKeys& transfer_keys();  // of this rank
bool transfers_changed();             // since they were last set up
int largest_transfer_key();           // -1: none

// ---- Who runs together ----
bool in_network();    // a gid, a transfer variable, no sections, or joined
void join_network();  // until gids are cleared
bool gids_changed();  // since they were last found to be right
void gids_are_right();
std::string what_a_rank_knows();  // of itself, for the sentence of one that waits
// Whether the last finitialize prepared the exchange of spikes.
bool exchange_prepared();
bool was_initialised();
bool uses_mpi();
double last_maxstep();            // ms; what set_maxstep was last given, or 10
double set_maxstep(double most);  // collective; gives the shortest delay between ranks (ms)
void set_up_transfer();           // collective
// Collective. If this rank fails it takes part in the exchanges until the others have come to the end, and throws then.
void solve_together(double until);
void initialise_together(std::optional<double> v);
// On this rank alone: by the standard run system, exchanging nothing.
void initialise_alone(std::optional<double> v);
void continue_alone(double until);
void run_standard();       // HOC's own run()
void set_standard_step();  // setdt()
bool recorded_all();       // spike_record(-1) was called since gids were cleared

}  // namespace patch::host
