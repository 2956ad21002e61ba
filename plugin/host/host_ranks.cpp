// NEURON's layer of MPI (src/nrnmpi of NEURON 9.0), which libnrniv forwards to whatever MPI it has loaded.
#include "ranks.hpp"

#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <climits>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <thread>

#include "../core/chunks.hpp"
#include "nrn9.hpp"

extern "C" {
void nrnmpi_int_allgather(int*, int*, int);
void nrnmpi_char_allgatherv(char*, char*, int*, int*);
void nrnmpi_int_alltoallv(const int*, const int*, const int*, int*, int*, int*);
void nrnmpi_char_broadcast(char*, int, int);
void nrnmpi_terminate();
}

namespace patch::host {

int rank() {
    return nrnmpi_myid;
}

int world_size() {
    return nrnmpi_numprocs_world;
}

int rank_count() {
    return nrnmpi_numprocs;
}

// ---- Who has started us ----

namespace {

int number_in(const char* variable) {
    const char* const text = std::getenv(variable);
    return text ? std::atoi(text) : 0;
}

// A process that a rank has started inherits the launcher's environment, but not its connection to the launcher.
bool is_connected_to_hydra() {
    const char* const descriptor = std::getenv("PMI_FD");
    return !descriptor || fcntl(std::atoi(descriptor), F_GETFD) != -1;
}

}  // namespace

Launcher launcher() {
    if (const int ranks = number_in("OMPI_COMM_WORLD_SIZE")) {
        return {"mpiexec of Open MPI", ranks};
    }
    if (const int ranks = number_in("PMI_SIZE")) {
        return is_connected_to_hydra() ? Launcher{"mpiexec of MPICH", ranks} : Launcher{};
    }
    if (const int ranks = number_in("SLURM_STEP_NUM_TASKS"); ranks && std::getenv("PMIX_RANK")) {
        return {"srun", ranks};
    }
    return {};
}

MpiLibrary mpi_library() {
    MpiLibrary found;
    Dl_info file{};
    void* const initialized = dlsym(RTLD_DEFAULT, "MPI_Initialized");
    if (!initialized || !dladdr(initialized, &file) || !file.dli_fname) {
        return found;
    }
    found.file = file.dli_fname;
    if (auto* const version = reinterpret_cast<int (*)(char*, int*)>(dlsym(RTLD_DEFAULT, "MPI_Get_library_version"))) {
        std::array<char, 8192> text{};  // MPI_MAX_LIBRARY_VERSION_STRING of MPICH
        int length = 0;
        version(text.data(), &length);
        // MPICH: "MPICH Version:	4.0.2" and more lines; Open MPI: one line.
        std::string line(text.data());
        line = line.substr(0, line.find_first_of("\n,"));
        if (const auto label = line.find(" Version:"); label != std::string::npos) {
            const auto number = line.find_first_not_of(" \t", label + std::strlen(" Version:"));
            line = line.substr(0, label) + (number == std::string::npos ? "" : " " + line.substr(number));
        }
        found.version = line;
    }
    if (void* const helper = dlsym(RTLD_DEFAULT, "nrnmpi_world_comm"); helper && dladdr(helper, &file) && file.dli_fname) {
        const std::string path = file.dli_fname;
        found.helper = path.substr(path.rfind('/') + 1);
    }
    return found;
}

namespace {

std::string to_change(const Launcher& by, const MpiLibrary& library) {
    const bool mpich = by.name.find("MPICH") != std::string::npos;
    if (library.file.empty()) {
        return "set MPI_LIB_NRN_PATH to the launcher's own MPI library (libmpi.so, libmpich.so) and leave NEURON_INIT_MPI unset";
    }
    return std::string("start with the mpiexec of that library, or run with LD_PRELOAD set to ") +
           (mpich ? "MPICH's libmpich.so" : "the launcher's own libmpi.so");
}

}  // namespace

void start_mpi() {
    static bool known = false;  // the environment tells it once
    if (known) {
        return;
    }
    const Launcher by = launcher();
    if (!by) {
        known = true;
        return;
    }
    static bool tried = false;
    if (!nrnmpi_use && !std::exchange(tried, true)) {
        call_function("nrnmpi_init", {});
        if (const char* const descriptor = std::getenv("PMI_FD")) {
            fcntl(std::atoi(descriptor), F_SETFD, FD_CLOEXEC);  // the launcher's connection is this process's, not its children's
        }
    }
    if (by.ranks != nrnmpi_numprocs_world) {
        const MpiLibrary library = mpi_library();
        throw wrong_mpi(library.file.empty() ? "none" : library.file, by.name, by.ranks, nrnmpi_numprocs_world, to_change(by, library));
    }
    known = true;
}

void start_mpi_or_complain() {
    static bool said = false;
    try {
        const CallScope scope("parallel");
        start_mpi();
    } catch (const Error& error) {
        if (!std::exchange(said, true)) {
            complain("libpatch: " + error.sentence() + "\n");
        }
    }
}

void end_mpi() {
    if (nrnmpi_use) {
        nrnmpi_terminate();
    }
}

// ---- Waiting ----

namespace {

double patience() {
    const char* const text = std::getenv("PATCH_WAIT");
    char* end = nullptr;
    const double seconds = text ? std::strtod(text, &end) : 0;
    return text && end != text && *end == '\0' && seconds > 0 ? seconds : 10;
}

// A thread of its own looks at the clock: the waiting rank is inside MPI. It knows a sentence and nothing of NEURON.
class Watch {
  public:
    void arm(std::string sentence, double seconds) {
        std::unique_lock lock(mutex_);
        if (owner_ != getpid()) {  // a fork has none of its parent's threads
            owner_ = getpid();
            std::thread([this] { look(); }).detach();
        }
        sentence_ = std::move(sentence);
        until_ = std::chrono::steady_clock::now() + std::chrono::microseconds((long long)(seconds * 1e6));
        changed_.notify_one();
    }
    void disarm() {
        const std::unique_lock lock(mutex_);
        sentence_.clear();  // the thread finds nothing to say when it wakes
    }

  private:
    void look() {
        std::unique_lock lock(mutex_);
        for (;;) {
            if (sentence_.empty()) {
                changed_.wait(lock);
            } else if (std::chrono::steady_clock::now() < until_) {
                changed_.wait_until(lock, until_);
            } else {
                complain(std::exchange(sentence_, {}));
            }
        }
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::string sentence_;
    std::chrono::steady_clock::time_point until_;
    pid_t owner_ = 0;
};

Watch& watch() {
    static Watch& only = *new Watch;  // its thread lives to the end of the process
    return only;
}

}  // namespace

Waiting::Waiting(const std::string& call, const std::string& knows)
    : armed_(rank_count() > 1) {
    if (armed_) {
        const double seconds = patience();
        watch().arm(waited(call, rank(), rank_count(), seconds, knows), seconds);
    }
}

Waiting::~Waiting() {
    if (armed_) {
        watch().disarm();
    }
}

// ---- Collective ----

std::vector<std::int64_t> gather(const std::vector<std::int64_t>& mine) {
    const int ranks = rank_count();
    if (ranks < 2) {
        return mine;
    }
    std::vector<std::int64_t> all(mine.size() * std::size_t(ranks));
    const int words = int(mine.size() * sizeof(std::int64_t) / sizeof(int));
    std::vector<std::int64_t> sent = mine;
    nrnmpi_int_allgather(reinterpret_cast<int*>(sent.data()), reinterpret_cast<int*>(all.data()), words);
    return all;
}

std::vector<std::string> gather_texts(const std::string& mine) {
    const int ranks = rank_count();
    if (ranks < 2) {
        return {mine};
    }
    constexpr std::size_t most = std::size_t(1) << 20;
    std::size_t size = std::min(mine.size(), most);
    while (size < mine.size() && size > 0 && (static_cast<unsigned char>(mine[size]) & 0xc0) == 0x80) {
        --size;  // not inside a letter of UTF-8
    }
    std::string sent = mine.substr(0, size);
    const std::vector<std::int64_t> sizes = gather(std::vector<std::int64_t>{std::int64_t(sent.size())});
    std::vector<int> counts(sizes.begin(), sizes.end()), places(std::size_t(ranks) + 1);
    for (std::size_t i = 0; i < counts.size(); ++i) {
        places[i + 1] = places[i] + counts[i];
    }
    std::string all(std::size_t(places.back()), '\0');
    nrnmpi_char_allgatherv(sent.data(), all.data(), counts.data(), places.data());
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < counts.size(); ++i) {
        texts.push_back(all.substr(std::size_t(places[i]), std::size_t(counts[i])));
    }
    return texts;
}

void broadcast_bytes(void* bytes, std::size_t size, int root) {
    if (rank_count() < 2) {
        return;
    }
    static const std::size_t most = chunk_size(std::getenv("PATCH_CHUNK"));
    each_chunk(size, most,
               [&](std::size_t at, std::size_t count) { nrnmpi_char_broadcast(static_cast<char*>(bytes) + at, int(count), root); });
}

std::vector<std::vector<int>> exchange(const std::vector<std::vector<int>>& out) {
    const auto ranks = std::size_t(rank_count());
    if (ranks < 2) {
        return out;
    }
    std::vector<std::int64_t> sizes;
    for (const std::vector<int>& each : out) {
        sizes.push_back(std::int64_t(each.size()));
    }
    const std::vector<std::int64_t> all = gather(sizes);  // row by sender, column by receiver
    std::vector<int> sent, send_counts, send_places{0}, counts, places{0};
    for (std::size_t i = 0; i < ranks; ++i) {
        sent.insert(sent.end(), out[i].begin(), out[i].end());
        send_counts.push_back(int(out[i].size()));
        send_places.push_back(send_places.back() + send_counts.back());
        counts.push_back(int(all[i * ranks + std::size_t(rank())]));
        places.push_back(places.back() + counts.back());
    }
    std::vector<int> received(std::size_t(places.back()) + 1);
    sent.push_back(0);  // not empty
    nrnmpi_int_alltoallv(sent.data(), send_counts.data(), send_places.data(), received.data(), counts.data(), places.data());
    std::vector<std::vector<int>> result;
    for (std::size_t i = 0; i < ranks; ++i) {
        result.emplace_back(received.begin() + places[i], received.begin() + places[i + 1]);
    }
    return result;
}

namespace {

// NEURON's communicator (src/nrnmpi/nrnmpi.cpp): an int in MPICH and its kin, a pointer in Open MPI.
struct Communicator {
    void* place = dlsym(RTLD_DEFAULT, "nrnmpi_comm");
    void* open_mpis_self = dlsym(RTLD_DEFAULT, "ompi_mpi_comm_self");

    std::uintptr_t get() const {
        return open_mpis_self ? *static_cast<std::uintptr_t*>(place) : std::uintptr_t(*static_cast<unsigned*>(place));
    }
    void set(std::uintptr_t communicator) const {
        if (open_mpis_self) {
            *static_cast<std::uintptr_t*>(place) = communicator;
        } else {
            *static_cast<unsigned*>(place) = unsigned(communicator);
        }
    }
    std::uintptr_t self() const {
        constexpr std::uintptr_t mpichs_self = 0x44000001;  // MPI_COMM_SELF of the MPICH ABI
        return open_mpis_self ? reinterpret_cast<std::uintptr_t>(open_mpis_self) : mpichs_self;
    }
};

}  // namespace

LocalScope::LocalScope() {
    const Communicator communicator;
    if (nrnmpi_use && nrnmpi_numprocs > 1 && communicator.place) {
        before_ = communicator.get();
        communicator.set(communicator.self());
    }
}

LocalScope::~LocalScope() {
    if (before_) {
        Communicator().set(before_);
    }
}

}  // namespace patch::host
