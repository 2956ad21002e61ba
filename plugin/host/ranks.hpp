// The seam about ranks: NEURON's own layer of MPI, which it has loaded and initialised, in our words. No MPI header, no link to MPI.
// A collective word is called by every rank of the sub-world (pc.nhost of them), or by none.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace patch::host {

int rank();        // in the sub-world, as pc.id()
int rank_count();  // as pc.nhost()
int world_size();  // of all sub-worlds

// What has started this process: "mpiexec (MPICH)" and how many of them; nothing for a process on its own.
struct Launcher {
    std::string name;
    int ranks = 0;
    explicit operator bool() const { return ranks > 0; }
};
Launcher launcher();
// Under a launcher MPI runs afterwards with its number of ranks, or an Error says what to change. Without one nothing happens.
void start_mpi();
void start_mpi_or_complain();  // the same, but for the first time the sentence is on stderr
// At the end of a process: the launcher takes one that has not said that it ends for one that failed. Collective.
void end_mpi();
// "MPICH 4.0.2" and the file of the library; empty where NEURON has loaded none.
struct MpiLibrary {
    std::string version, file, helper;  // helper: NEURON's own library for this MPI
};
MpiLibrary mpi_library();

// Says a sentence on stderr, once, when it lives longer than PATCH_WAIT seconds (10 by default).
class Waiting {
  public:
    Waiting(const std::string& call, const std::string& knows);
    ~Waiting();
    Waiting(const Waiting&) = delete;
    Waiting& operator=(const Waiting&) = delete;

  private:
    bool armed_;
};

// ---- Collective ----
// Every rank's numbers, rank after rank; each brings equally many.
std::vector<std::int64_t> gather(const std::vector<std::int64_t>& mine);
std::vector<std::string> gather_texts(const std::string& mine);
// The bytes of `root`, in place, in chunks of at most PATCH_CHUNK bytes (1 GiB by default).
void broadcast_bytes(void* bytes, std::size_t size, int root);
// What each rank sends to each: out[rank] goes there, the result[rank] came from there.
std::vector<std::vector<int>> exchange(const std::vector<std::vector<int>>& out);

// NEURON runs on this rank alone while this lives: what it agrees on and exchanges, it does with itself.
class LocalScope {
  public:
    LocalScope();
    ~LocalScope();
    LocalScope(const LocalScope&) = delete;
    LocalScope& operator=(const LocalScope&) = delete;

  private:
    std::uintptr_t before_ = 0;
};

}  // namespace patch::host
