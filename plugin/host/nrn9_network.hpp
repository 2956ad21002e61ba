// What the files about networks share: what this rank was told, and NEURON's own methods of ParallelContext behind ours.
#pragma once

#include "network.hpp"
#include "nrn9_events.hpp"

namespace patch::host {

inline constexpr double usual_maxstep = 10;  // ms

// What this rank was told.
struct Noted {
    bool joined = false;        // join, psolve or set_maxstep was called since gids were cleared
    bool gids_changed = false;  // since they were last found to be right on all ranks
    bool recorded_all = false;  // spike_record(-1)
    bool received = false;      // gid_connect was called since gids were cleared
    bool transfers_changed = false;
    bool exchanges = false;  // set_maxstep was called: NEURON exchanges spikes from then on, for ever
    bool alone = false;      // this finitialize is this rank's alone
    bool prepared = false;   // the last finitialize has prepared the exchange
    bool initialised = false;
    double maxstep = usual_maxstep;
    TransferKeys transfers;
    int largest_key = -1;
};
Noted& noted();

inline constexpr char context_class[] = "ParallelContext", set_gid2node[] = "set_gid2node", cell[] = "cell", outputcell[] = "outputcell",
                      gid_clear[] = "gid_clear", gid_connect[] = "gid_connect", source_var[] = "source_var", target_var[] = "target_var",
                      setup_transfer[] = "setup_transfer", set_maxstep_name[] = "set_maxstep", spike_record[] = "spike_record";

using SetGid = Swapped<context_class, set_gid2node>;
using Cell = Swapped<context_class, cell>;
using OutputCell = Swapped<context_class, outputcell>;
using GidClear = Swapped<context_class, gid_clear>;
using GidConnect = Swapped<context_class, gid_connect, ::Object**>;
using SourceVar = Swapped<context_class, source_var>;
using TargetVar = Swapped<context_class, target_var>;
using SetupTransfer = Swapped<context_class, setup_transfer>;
using SetMaxstep = Swapped<context_class, set_maxstep_name>;
using SpikeRecord = Swapped<context_class, spike_record>;

void note_receiver(int gid);  // gid_connect was called
void gids_cleared();          // gid_clear was called

}  // namespace patch::host
