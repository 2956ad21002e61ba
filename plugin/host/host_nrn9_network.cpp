// NEURON 9.x: gids, transfer variables and runs in which ranks exchange spikes (src/nrniv/netpar.cpp, src/nrniv/partrans.cpp,
// src/parallel/ocbbs.cpp). What is asked of any ParallelContext is noted, since NEURON tells nobody afterwards.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <unordered_map>
#include <unordered_set>

#include "../core/defaults.hpp"
#include "network.hpp"
#include "nrn9_events.hpp"
#include "ranks.hpp"

extern double nrnmpi_step_wait_;
void ncs2nrn_integrate(double);
void nrn_spike_exchange(NrnThread*);
double nrn_usable_mindelay();
extern "C" double nrnmpi_mindelay(double);

namespace patch::host {

Object parallel_context() {
    static Owned& only = *new Owned(make("ParallelContext", {}));
    return only.get();
}

namespace {

constexpr double usual_maxstep = 10;  // ms

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
Noted& noted() {
    static Noted& all = *new Noted;
    return all;
}

// The NetCon that holds each gid's source.
std::unordered_map<int, Owned>& holders() {
    static auto& all = *new std::unordered_map<int, Owned>;
    return all;
}

void let_all_gids_go() {
    const auto ended = std::exchange(holders(), {});
    for (const auto& each : ended) {
        forget(each.second.get());
    }
}

// ---- Who receives which gid ----

bool is_input(const PreSyn& source) {
    return source.gid_ >= 0 && source.output_index_ == -1 && !source.thvar_ && !source.osrc_;
}

// Where in NEURON's list of sources the end of a gid was put that comes from elsewhere. Ends that go let the later ones move down.
std::unordered_map<int, std::size_t>& input_places() {
    static auto& all = *new std::unordered_map<int, std::size_t>;
    return all;
}

// NEURON's end of a gid that comes from elsewhere.
PreSyn* input_of(int gid) {
    const std::vector<PreSyn*>* const all = net_cvode_instance_psl();
    const auto known = input_places().find(gid);
    const auto is_it = [&](std::size_t i) { return (*all)[i]->gid_ == gid && is_input(*(*all)[i]); };
    const std::size_t size = all ? all->size() : 0;
    const std::size_t above = known == input_places().end() ? size : std::min(size, known->second + 1);
    for (std::size_t i = above; i > 0; --i) {
        if (is_it(i - 1)) {
            return (*all)[i - 1];
        }
    }
    for (std::size_t i = above; i < size; ++i) {
        if (is_it(i)) {
            return (*all)[i];
        }
    }
    return nullptr;
}

// Those that were there before anything was noted.
void learn_inputs() {
    const std::vector<PreSyn*>* const all = net_cvode_instance_psl();
    for (std::size_t i = 0; all && i < all->size(); ++i) {
        if (is_input(*(*all)[i])) {
            input_places()[(*all)[i]->gid_] = i;
            noted().received = true;
        }
    }
}

void note_receiver(int gid) {
    noted().received = noted().gids_changed = true;
    const std::vector<PreSyn*>* const all = sources_fit() ? net_cvode_instance_psl() : nullptr;
    if (all && !all->empty() && all->back()->gid_ == gid && is_input(*all->back())) {
        input_places()[gid] = all->size() - 1;
    }
}

// Each NetCon of NEURON's; `List` by the name of a class holds nothing.
template <class Use>
void each_netcon(Use use) {
    Value name;
    name.kind = Kind::text;
    name.text = "NetCon";
    const Owned list = make("List", {name});
    for (int i = 0; i < ivoc_list_count(raw(list.get())); ++i) {
        use(Object{ivoc_list_item(raw(list.get()), i)});
    }
}

// ---- What is asked of ParallelContext ----

constexpr char context_class[] = "ParallelContext", set_gid2node[] = "set_gid2node", cell[] = "cell", outputcell[] = "outputcell",
               gid_clear[] = "gid_clear", gid_connect[] = "gid_connect", source_var[] = "source_var", target_var[] = "target_var",
               setup_transfer[] = "setup_transfer", set_maxstep_name[] = "set_maxstep", nhost[] = "nhost", spike_record[] = "spike_record";

using SetGid = Swapped<context_class, set_gid2node>;
using Cell = Swapped<context_class, cell>;
using OutputCell = Swapped<context_class, outputcell>;
using GidClear = Swapped<context_class, gid_clear>;
using GidConnect = Swapped<context_class, gid_connect, ::Object**>;
using SourceVar = Swapped<context_class, source_var>;
using TargetVar = Swapped<context_class, target_var>;
using SetupTransfer = Swapped<context_class, setup_transfer>;
using SetMaxstep = Swapped<context_class, set_maxstep_name>;
using Nhost = Swapped<context_class, nhost>;
using SpikeRecord = Swapped<context_class, spike_record>;

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
    std::vector<Owned> receivers;  // they receive nothing from now on
    if (gids && noted().received) {
        each_netcon([&](Object netcon) {
            if (gid_of(netcon) >= 0 && is_receiver(netcon)) {
                receivers.emplace_back(netcon);
            }
        });
    }
    const double result = GidClear::stock(self);
    for (const Owned& each : receivers) {
        forget(each.get());
    }
    Noted& all = noted();
    if (what == 0 || what == 3 || what == 4) {
        all.transfers = {};
        all.transfers_changed = false;
        all.largest_key = -1;
    }
    if (gids) {
        all.joined = all.gids_changed = all.recorded_all = all.received = false;
        input_places().clear();
        let_all_gids_go();
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
double our_nhost(void* self) {
    const double ranks = Nhost::stock(self);  // says that it is an integer
    return ranks > 0 ? ranks : double(rank_count());
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
    Nhost::install(&our_nhost);
    SpikeRecord::install(&our_spike_record);
}

void network_solves() {
    noted().joined = true;
}

void network_initialised() {
    noted().initialised = true;
    noted().prepared = noted().exchanges && !noted().alone;
}

bool recorded_all() {
    return noted().recorded_all;
}

// ---- gids ----

GidUse use_of_gid(int gid) {
    const auto found = nrn_gid2out().find(gid);
    return found == nrn_gid2out().end() ? GidUse::free : found->second ? GidUse::source : GidUse::reserved;
}

std::string source_of_gid(int gid) {
    const Value cell = call(parallel_context(), "gid2obj", {Value::of(double(gid))});
    const Owned held(cell.object);
    if (cell.object && is_point_process(cell.object)) {
        return name(cell.object);
    }
    if (!sources_fit()) {
        return cell.object ? name(cell.object) : "a section";
    }
    ::Section* const section = nrn_gid2out().at(gid)->ssrc_;
    return section ? name(Section{section}) : "a source";
}

int gid_of(Object netcon) {
    return sources_fit() ? (netcon_in(netcon)->src_ ? netcon_in(netcon)->src_->gid_ : -1) : int(call(netcon, "srcgid", {}).number);
}

std::vector<int> source_gids() {
    std::vector<int> gids;
    for (const auto& each : nrn_gid2out()) {
        gids.push_back(each.first);
    }
    return gids;
}

bool has_sources() {
    return !nrn_gid2out().empty();
}

std::vector<Received> received_gids() {
    std::vector<Received> found;
    if (sources_fit()) {
        if (const std::vector<PreSyn*>* const all = net_cvode_instance_psl()) {
            for (const PreSyn* const each : *all) {
                if (is_input(*each)) {
                    ::Object* const netcon = each->dil_.empty() ? nullptr : each->dil_[0]->obj_;
                    found.push_back({each->gid_, each->threshold_, netcon ? name(Object{netcon}) : "a NetCon"});
                }
            }
        }
        return found;
    }
    std::unordered_set<int> seen;
    each_netcon([&](Object netcon) {
        const int gid = gid_of(netcon);
        if (gid >= 0 && use_of_gid(gid) == GidUse::free && seen.insert(gid).second) {
            found.push_back({gid, nrn_netcon_get_thresh(netcon_in(netcon)), name(netcon)});
        }
    });
    return found;
}

bool receives() {
    if (!sources_fit() || !noted().received) {
        return noted().received;
    }
    const std::vector<PreSyn*>* const all = net_cvode_instance_psl();
    return all && std::any_of(all->begin(), all->end(), [](const PreSyn* each) { return is_input(*each); });
}

bool has_source(Object netcon) {
    return sources_fit() ? netcon_in(netcon)->src_ != nullptr : bool(call(netcon, "valid", {}).number) || gid_of(netcon) >= 0;
}

namespace {

// The frame of a call that was checked to be one that NEURON does not refuse; it takes the arguments off the stack.
class Frame {
  public:
    Frame(Symbol* function, int arguments) { hoc_push_frame(function, arguments); }
    ~Frame() { hoc_pop_frame(); }
    Frame(const Frame&) = delete;
    Frame& operator=(const Frame&) = delete;
};

// The receivers of a gid on the rank that turns out to send it, and what they recorded, which belongs to the source.
struct Receivers {
    std::vector<Owned> netcons;
    IvocVect *times = nullptr, *gids = nullptr;
    int recorded_as = 0;
    HocCommand* statement = nullptr;
};

Receivers take_receivers(int gid) {
    Receivers taken;
    PreSyn* const input = sources_fit() ? input_of(gid) : nullptr;
    if (!input) {
        each_netcon([&](Object netcon) {
            if (gid_of(netcon) == gid) {
                taken.netcons.emplace_back(netcon);
            }
        });
        return taken;
    }
    for (const ::NetCon* const netcon : input->dil_) {
        if (netcon->obj_) {
            taken.netcons.emplace_back(Object{netcon->obj_});
        }
    }
    taken.times = input->tvec_;
    taken.gids = input->idvec_;
    taken.recorded_as = input->rec_id_;
    taken.statement = std::exchange(input->stmt_, nullptr);
    input->record(nullptr, nullptr, 0);
    nrn_cleanup_presyn(input);
    return taken;
}

void connect_receivers(const Receivers& taken, PreSyn* source) {
    if (taken.times) {
        source->record(taken.times, taken.gids, taken.recorded_as);
    }
    if (taken.statement) {
        source->stmt_ = taken.statement;
    }
    for (const Owned& netcon : taken.netcons) {
        netcon_in(netcon.get())->replace_src(source);  // the end of the gid goes with its last receiver
    }
}

// By NEURON's documented functions alone: the receivers wait at a gid that nobody uses while theirs becomes this rank's own.
void move_receivers(int gid, const Receivers& taken, const std::function<void()>& take_gid) {
    constexpr double nobodys = 2147483647;
    const Value vector = taken.netcons.empty() ? Value{} : call(taken.netcons[0].get(), "get_recordvec", {});
    const Owned recorded(vector.object);
    const auto connect = [&](double to) {
        for (const Owned& netcon : taken.netcons) {
            const Value target = Value::of(netcon_target(netcon.get()));
            const Owned made(call(parallel_context(), "gid_connect", {Value::of(to), target, Value::of(netcon.get())}).object);
        }
    };
    if (recorded.get()) {
        call(taken.netcons[0].get(), "record", {});
    }
    connect(nobodys);
    take_gid();
    connect(gid);
    if (recorded.get()) {
        call(taken.netcons[0].get(), "record", {Value::of(recorded.get())});
    }
}

}  // namespace

void give_gid(int gid, Object netcon, bool output) {
    const Value number = Value::of(double(gid));
    const auto set = [&] { call(parallel_context(), "set_gid2node", {number, Value::of(double(rank()))}); };
    const auto give = [&] { call(parallel_context(), "cell", {number, Value::of(netcon), Value::of(double(output))}); };
    const auto set_and_give = [&] {
        set();
        give();
    };
    if (use_of_gid(gid) == GidUse::reserved) {
        give();
        return;
    }
    const auto take_over = [&] {
        const Receivers taken = take_receivers(gid);
        if (taken.netcons.empty()) {
            return false;
        }
        if (sources_fit()) {
            set_and_give();
            connect_receivers(taken, netcon_in(netcon)->src_);
        } else {
            move_receivers(gid, taken, set_and_give);
        }
        return true;
    };
    if (input_places().count(gid) && take_over()) {
        return;
    }
    static bool prepared = false;  // NEURON's own space for gids, and what we know of those that came before us
    if (prepared && sources_fit()) {
        PreSyn* const source = netcon_in(netcon)->src_;
        nrn_gid2out()[gid] = source;  // what set_gid2node and cell do
        source->gid_ = gid;
        source->output_index_ = output ? gid : -2;
        noted().gids_changed = true;
        return;
    }
    if (sources_fit()) {
        learn_inputs();
        prepared = true;
    }
    try {
        set();
    } catch (const Error&) {
        if (!take_over()) {
            throw;
        }
        return;
    }
    give();
}

void keep_gid(int gid, Object netcon) {
    if (!defaults::neuron_mode()) {
        sweep_before_runs();
        holders()[gid] = Owned(netcon);
    }
}

void let_lost_gids_go() {
    for (auto each = holders().begin(); each != holders().end();) {
        const Owned netcon = each->second;
        if (has_source(netcon.get()) && gid_of(netcon.get()) == each->first) {
            ++each;
        } else {
            each = holders().erase(each);
            forget(netcon.get());
        }
    }
}

void end_gid(Object netcon) {
    const auto held = std::find_if(holders().begin(), holders().end(), [&](const auto& each) { return each.second.get() == netcon; });
    if (held == holders().end()) {
        return;
    }
    const int gid = held->first;
    const Owned kept = held->second;
    holders().erase(held);
    if (use_of_gid(gid) != GidUse::source || gid_of(netcon) != gid) {
        return;
    }
    noted().gids_changed = true;
    std::vector<Owned> receivers;  // those that this rank's own NetCons of the gid are: connections of a target with itself
    const Value list = call(netcon, "prelist", {});
    const Owned held_list(list.object);
    for (const Object each : list_items(list.object)) {
        if (!(each == netcon) && is_receiver(each)) {
            receivers.emplace_back(each);
        }
    }
    nrn_cleanup_presyn(nrn_gid2out().at(gid));
    for (const Owned& receiver : receivers) {
        const Value target = Value::of(netcon_target(receiver.get()));
        const Owned moved(call(parallel_context(), "gid_connect", {Value::of(double(gid)), target, Value::of(receiver.get())}).object);
    }
}

Owned connect_to_gid(int gid, Object target, double delay, double weight) {
    static Symbol* const method = nrn_method_symbol(raw(parallel_context()), gid_connect);
    Owned netcon;
    {
        hoc_pushx(gid);
        hoc_push_object(raw(target));
        const Frame frame(method, 2);
        ::Object** const made = GidConnect::stock(raw(parallel_context())->u.this_pointer);
        netcon = Owned(Object{*made});  // nobody else has it yet
    }
    note_receiver(gid);
    if (!std::isnan(delay)) {
        nrn_netcon_set_delay(netcon_in(netcon.get()), delay);
    }
    double* weights = nullptr;
    if (!std::isnan(weight) && nrn_netcon_weight(netcon_in(netcon.get()), &weights) > 0) {
        weights[0] = weight;
    }
    return netcon;
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
    return rank_count() > 1 ? noted().prepared : noted().initialised;
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

// finitialize agrees with the other ranks on the shortest delay, after the handlers of type 3. A rank that fails before that has to
// agree too, or the others would wait: whether it has is seen at a number that NEURON resets just before.
void initialise_together(std::optional<double> v) {
    const double before = std::exchange(nrnmpi_step_wait_, 1.0);
    const auto restore = [&] { nrnmpi_step_wait_ = before < 0 ? before : 0; };
    try {
        call_function("finitialize", v ? std::vector<double>{*v} : std::vector<double>{});
    } catch (...) {
        if (nrnmpi_step_wait_ == 1.0 && nrnmpi_numprocs > 1) {
            nrnmpi_mindelay(1e9);
        }
        restore();
        throw;
    }
    restore();
}

void initialise_alone(std::optional<double> v) {
    const LocalScope local(LocalScope::Step::initialise);
    noted().alone = true;
    try {
        call_function("finitialize", v ? std::vector<double>{*v} : std::vector<double>{});
    } catch (...) {
        noted().alone = false;
        throw;
    }
    noted().alone = false;
}

void continue_alone(double until) {
    standard_variable("tstop");  // the standard run system is there
    std::optional<LocalScope> local;
    if (rank_count() > 1 && (noted().exchanges || nrn_usable_mindelay() > 0)) {
        local.emplace(LocalScope::Step::run);
    }
    call_function("continuerun", {until});
}

void solve_together(double until) {
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
        std::rethrow_exception(first);
    }
}

}  // namespace patch::host
