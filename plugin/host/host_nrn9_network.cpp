// NEURON 9.x: gids, transfer variables and runs in which ranks exchange spikes (src/nrniv/netpar.cpp, src/nrniv/partrans.cpp,
// src/parallel/ocbbs.cpp). What is asked of any ParallelContext is noted, since NEURON tells nobody afterwards.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "nrn9_network.hpp"
#include "ranks.hpp"

extern double nrnmpi_step_wait_;
void ncs2nrn_integrate(double);
void nrn_spike_exchange(NrnThread*);
extern "C" double nrnmpi_mindelay(double);

namespace patch::host {

Object parallel_context() {
    static Owned& only = *new Owned(make("ParallelContext", {}));
    return only.get();
}

Noted& noted() {
    static Noted& all = *new Noted;
    return all;
}

namespace {

// ---- What is asked of ParallelContext ----

double our_set_gid2node(void* self) {
    noted().gids_changed = true;
    return SetGid::stock(self);
}
double our_cell(void* self) {
    noted().gids_changed = true;
    return Cell::stock(self);
}
double our_outputcell(void* self) {
    noted().gids_changed = true;
    return OutputCell::stock(self);
}

// 0 and 4 clear all, 3 the transfer variables, 1 the gids, 2 neither.
double our_gid_clear(void* self) {
    const int what = ifarg(1) ? int(*hoc_getarg(1)) : 0;
    const bool gids = what == 0 || what == 1 || what == 4;
    const double result = GidClear::stock(self);
    Noted& all = noted();
    if (what == 0 || what == 3 || what == 4) {
        all.transfers = {};
        all.transfers_changed = false;
        all.largest_key = -1;
    }
    if (gids) {
        gids_cleared();
        all.joined = all.gids_changed = all.recorded_all = all.received = false;
        all.prepared = all.initialised = false;  // another model may come
    }
    return result;
}

::Object** our_gid_connect(void* self) {
    const int gid = int(*hoc_getarg(1));
    ::Object** const netcon = GidConnect::stock(self);
    note_receiver(gid);
    return netcon;
}

void note_transfer(std::vector<int>& keys, double key) {
    keys.push_back(int(key));
    noted().transfers_changed = true;
    noted().largest_key = std::max(noted().largest_key, int(key));
}
double our_source_var(void* self) {
    const double key = *hoc_getarg(2);
    const double result = SourceVar::stock(self);
    note_transfer(noted().transfers.sources, key);
    return result;
}
double our_target_var(void* self) {
    const double key = *hoc_getarg(hoc_is_object_arg(1) ? 3 : 2);
    const double result = TargetVar::stock(self);
    note_transfer(noted().transfers.targets, key);
    return result;
}
double our_setup_transfer(void* self) {
    const double result = SetupTransfer::stock(self);
    noted().transfers_changed = false;
    return result;
}

double our_set_maxstep(void* self) {
    const double most = *hoc_getarg(1);
    const double result = SetMaxstep::stock(self);
    noted().maxstep = most;
    noted().joined = noted().exchanges = true;
    return result;
}
double our_spike_record(void* self) {
    const double result = SpikeRecord::stock(self);
    const bool all = !hoc_is_object_arg(1) && *hoc_getarg(1) < 0;
    noted().recorded_all = noted().recorded_all || all;
    return result;
}

}  // namespace

void watch_network() {
    SetGid::install(&our_set_gid2node);
    Cell::install(&our_cell);
    OutputCell::install(&our_outputcell);
    GidClear::install(&our_gid_clear);
    GidConnect::install(&our_gid_connect);
    SourceVar::install(&our_source_var);
    TargetVar::install(&our_target_var);
    SetupTransfer::install(&our_setup_transfer);
    SetMaxstep::install(&our_set_maxstep);
    SpikeRecord::install(&our_spike_record);
}

void network_solves() {
    noted().joined = true;
}

void network_initialised() {
    noted().initialised = true;
    noted().prepared = noted().exchanges && !(noted().alone && rank_count() > 1);
}

bool recorded_all() {
    return noted().recorded_all;
}

// ---- Transfer variables ----

const TransferKeys& transfer_keys() {
    return noted().transfers;
}

bool transfers_changed() {
    return noted().transfers_changed;
}

int largest_transfer_key() {
    return noted().largest_key;
}

void set_up_transfer() {
    call(parallel_context(), "setup_transfer", {});
}

// ---- Who runs together ----

bool in_network() {
    const Noted& all = noted();
    const bool transfers = !all.transfers.sources.empty() || !all.transfers.targets.empty();
    return all.joined || has_sources() || transfers || receives() || !first_section();
}

void join_network() {
    noted().joined = true;
}

bool gids_changed() {
    return noted().gids_changed;
}

void gids_are_right() {
    noted().gids_changed = false;
}

std::string what_a_rank_knows() {
    std::size_t sections = 0;
    SectionListIterator* iterator = nrn_sectionlist_iterator_new(nrn_allsec());
    for (; !nrn_sectionlist_iterator_done(iterator); ++sections) {
        nrn_sectionlist_iterator_next(iterator);
    }
    nrn_sectionlist_iterator_free(iterator);
    const auto listed = [](std::vector<int> gids) {
        std::sort(gids.begin(), gids.end());
        std::string text;
        for (std::size_t i = 0; i < gids.size() && i < 5; ++i) {
            text += (i ? ", " : "") + std::to_string(gids[i]);
        }
        return text + (gids.size() > 5 ? ", ... (" + std::to_string(gids.size()) + ")" : "");
    };
    std::vector<int> inputs;
    if (noted().received) {
        for (const Received& each : received_gids()) {
            inputs.push_back(each.gid);
        }
    }
    const std::string sent = has_sources() ? "sends gids " + listed(source_gids()) : "sends no gid";
    const std::string received = inputs.empty() ? "receives none" : "receives gids " + listed(inputs);
    return "It " + sent + ", " + received + " and has " + std::to_string(sections) + (sections == 1 ? " section." : " sections.");
}

bool exchange_prepared() {
    return uses_mpi() ? noted().prepared : noted().initialised;
}

bool uses_mpi() {
    return nrnmpi_use;
}

bool was_initialised() {
    return noted().initialised;
}

double last_maxstep() {
    return noted().maxstep;
}

namespace {

// What we call ourselves makes no rank join.
class NotJoining {
  public:
    NotJoining()
        : before_(noted().joined) {}
    ~NotJoining() { noted().joined = before_; }
    NotJoining(const NotJoining&) = delete;
    NotJoining& operator=(const NotJoining&) = delete;

  private:
    bool before_;
};

}  // namespace

double set_maxstep(double most) {
    const NotJoining not_joining;
    return call(parallel_context(), "set_maxstep", {Value::of(most)}).number;
}

// finitialize agrees with the other ranks on the shortest delay, after the handlers of type 3, and exchanges spikes before those of
// type 2. A rank that fails before either has to do it too, or the others would wait. Which it has done is seen at a number that NEURON
// resets with the first and adds to with the second.
void initialise_together(std::optional<double> v) {
    constexpr double neither = 1;
    const double before = std::exchange(nrnmpi_step_wait_, neither);
    const auto restore = [&] { nrnmpi_step_wait_ = before < 0 ? before : 0; };
    try {
        call_function("finitialize", v ? std::vector<double>{*v} : std::vector<double>{});
    } catch (...) {
        if (rank_count() > 1 && nrnmpi_step_wait_ == neither) {
            call(parallel_context(), "gid_exists", {Value::of(0.0)});  // room for spikes
            nrnmpi_mindelay(1e9);
            nrnmpi_step_wait_ = 0;
        }
        if (rank_count() > 1 && nrnmpi_step_wait_ == 0) {
            nrn_spike_exchange(nrn_threads);
        }
        restore();
        throw;
    }
    restore();
}

void initialise_alone(std::optional<double> v) {
    const LocalScope local;
    noted().alone = true;
    try {
        call_function("finitialize", v ? std::vector<double>{*v} : std::vector<double>{});
    } catch (...) {
        noted().alone = false;
        throw;
    }
    noted().alone = false;
}

void run_standard() {
    standard_variable("tstop");  // the standard run system is there
    const LocalScope local;
    call_function("run", {});
}

void set_standard_step() {
    standard_variable("tstop");
    const LocalScope local;
    call_function("setdt", {});
}

void continue_alone(double until) {
    standard_variable("tstop");  // the standard run system is there
    const LocalScope local;
    call_function("continuerun", {until});
}

void solve_together(double until) {
    if (until <= time()) {
        return;  // by rounding
    }
    const NotJoining not_joining;
    const double began = time();
    try {
        call(parallel_context(), "psolve", {Value::of(until)});
        return;
    } catch (...) {
        if (rank_count() == 1) {
            throw;
        }
        const std::exception_ptr first = std::current_exception();
        // The others exchange spikes until the end: so does this rank, whose events go on failing or not.
        const double step = variable("dt");
        for (int tries = 0; tries < 100000; ++tries) {
            const double now = began + std::floor((nrn_threads->_t - began) / step + 1e-9) * step;  // an event's time is between steps
            for (int i = 0; i < nrn_nthread && !cvode_active_; ++i) {
                nrn_threads[i]._t = now;
            }
            try {
                ask([&] { ncs2nrn_integrate(cvode_active_ ? until : until * (1 + 1e-11)); });
                break;
            } catch (const std::exception&) {
                continue;
            }
        }
        nrn_spike_exchange(nrn_threads);
        net_cvode_instance->structure_change();  // what an error has left half done is not begun with again
        std::rethrow_exception(first);
    }
}

}  // namespace patch::host
