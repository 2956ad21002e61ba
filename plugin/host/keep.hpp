// An edge of the registry, and what it brings: for the files of this folder that keep things together.
#pragma once

#include "host.hpp"

namespace patch::host {

// Joins two things.
void join(EdgeKind kind, NodeKind a_kind, void* a, NodeKind b_kind, void* b, void* via = nullptr, double x = 0);

void keep_stock_placed(Object point_process);  // in neuron mode too

// While it lives, what is recorded is ours to keep, not plain NEURON's.
class OurRecording {
  public:
    OurRecording();
    ~OurRecording();
    OurRecording(const OurRecording&) = delete;
    OurRecording& operator=(const OurRecording&) = delete;
};

// What was made by plain NEURON while keep_references is on gets its edges; what was recorded and is gone is let go.
void keep_fresh();

}  // namespace patch::host
