// NEURON 9.x: gids: which of them this rank has, who receives them, and what becomes of both when sources come, go and come back
// (src/nrniv/netpar.cpp).
#include <algorithm>
#include <cmath>
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "../core/defaults.hpp"
#include "nrn9_network.hpp"
#include "ranks.hpp"

namespace patch::host {

namespace {

// The threshold that each gid's source was given (mV).
std::unordered_map<int, double>& given_thresholds() {
    static auto& all = *new std::unordered_map<int, double>;
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

}  // namespace

void note_receiver(int gid) {
    noted().received = noted().gids_changed = true;
    const std::vector<PreSyn*>* const all = sources_fit() ? net_cvode_instance_psl() : nullptr;
    if (all && !all->empty() && all->back()->gid_ == gid && is_input(*all->back())) {
        input_places()[gid] = all->size() - 1;
    }
}

namespace {

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

// Where receivers wait that cannot do without a source, where NEURON's sources cannot be looked at.
constexpr int nobodys_gid = 2147483647;

// ---- What is asked of NetCon.record, where NEURON's sources cannot be looked at ----

constexpr char netcon_class[] = "NetCon", record_name[] = "record";
using Record = Swapped<netcon_class, record_name>;

struct NotedRecord {
    int index;  // of the NetCon: a new one may have its address
    std::vector<Value> arguments;
};
std::unordered_map<void*, NotedRecord>& noted_records() {
    static auto& all = *new std::unordered_map<void*, NotedRecord>;
    return all;
}

double our_record(void* self) {
    std::vector<Value> arguments;
    for (int i = 1; ifarg(i); ++i) {
        Value value;
        if (hoc_is_double_arg(i)) {
            value = Value::of(*hoc_getarg(i));
        } else if (hoc_is_str_arg(i)) {
            value = Value::of(std::string(hoc_gargstr(i)));
        } else {
            value = Value::of(Object{*hoc_objgetarg(i)});
            value.keeper = std::make_shared<Owned>(value.object);
        }
        arguments.push_back(value);
    }
    const double result = Record::stock(self);
    each_netcon([&](Object netcon) {
        if (raw(netcon)->u.this_pointer == self) {
            if (arguments.size() == 2) {  // the ids are the NetCon's own number, of whichever NetCon is asked again
                arguments.push_back(Value::of(double(raw(netcon)->index)));
            }
            noted_records()[netcon.address] = {raw(netcon)->index, arguments};
        }
    });
    return result;
}

}  // namespace

// What was noted of NetCons that are gone: it holds Vectors.
void forget_lost_records() {
    if (noted_records().empty()) {
        return;
    }
    std::unordered_map<void*, NotedRecord> alive;
    each_netcon([&](Object netcon) {
        const auto found = noted_records().find(netcon.address);
        if (found != noted_records().end() && found->second.index == raw(netcon)->index) {
            alive.insert(*found);
        }
    });
    noted_records() = std::move(alive);
}

void watch_records() {
    Record::install(&our_record);
}

void gids_cleared() {
    if (noted().received) {  // those that nobody holds receive nothing from now on, and go; others may be given another gid
        for (const Object netcon : kept_receivers(-1)) {
            constexpr int ours = 1;
            if (raw(netcon)->refcount == ours) {
                forget(netcon);
            }
        }
    }
    input_places().clear();
    let_all_gids_go();
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
        if (gid >= 0 && gid != nobodys_gid && use_of_gid(gid) == GidUse::free && seen.insert(gid).second) {
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

std::vector<Value> noted_record(Object netcon) {
    const auto found = noted_records().find(netcon.address);
    if (found != noted_records().end() && found->second.index == raw(netcon)->index) {
        return found->second.arguments;
    }
    const Value vector = call(netcon, "get_recordvec", {});
    return vector.object ? std::vector<Value>{vector} : std::vector<Value>{};
}

// What a source records: it belongs to the source, whichever of its connections was asked.
struct Recorded {
    IvocVect *times = nullptr, *gids = nullptr;
    int as = 0;
    HocCommand* statement = nullptr;
    std::vector<Value> arguments;  // of NetCon.record, where the source itself cannot be looked at
    bool anything() const { return times || gids || statement || !arguments.empty(); }
};

// Of the source that these NetCons have in common.
Recorded take_record(const std::vector<Owned>& netcons) {
    Recorded taken;
    const Object netcon = netcons[0].get();
    if (!sources_fit()) {
        for (const Owned& each : netcons) {
            const std::vector<Value> noted = noted_record(each.get());
            taken.arguments = noted.size() > taken.arguments.size() ? noted : taken.arguments;
        }
        if (taken.anything()) {
            call(netcon, "record", {});
        }
    } else if (PreSyn* const source = netcon_in(netcon)->src_) {
        taken.times = source->tvec_;
        taken.gids = source->idvec_;
        taken.as = source->rec_id_;
        taken.statement = std::exchange(source->stmt_, nullptr);
        source->record(nullptr, nullptr, 0);
    }
    return taken;
}

void give_record(Object netcon, const Recorded& taken) {
    if (!taken.anything()) {
        return;
    }
    if (!sources_fit()) {
        call(netcon, "record", taken.arguments);
        return;
    }
    PreSyn* const source = netcon_in(netcon)->src_;
    if (taken.times || taken.gids) {
        source->record(taken.times, taken.gids, taken.as);
    }
    if (taken.statement) {
        source->stmt_ = taken.statement;
    }
}

// A NetCon listens to a gid from now on.
void listen(Object netcon, int gid) {
    const Value target = Value::of(netcon_target(netcon));
    call(parallel_context(), "gid_connect", {Value::of(double(gid)), target, Value::of(netcon)});
}

bool can_listen(Object netcon) {
    const Object target = netcon_target(netcon);
    return target && (is_artificial_cell(target) || is_placed(target));
}

// A source that nobody needs goes with its last connection.
void leave_source(Object netcon) {
    if (sources_fit()) {
        netcon_in(netcon)->replace_src(nullptr);
    } else if (can_listen(netcon)) {
        listen(netcon, nobodys_gid);
    } else {  // only one with a target can be moved
        const Owned target = make("IntFire1", {});
        call(netcon, "setpost", {Value::of(target.get())});
        listen(netcon, nobodys_gid);
        silence(netcon);
    }
}

// Receivers whose source on this rank has gone listen to whoever sends the gid next; all of them where it is negative.
void let_deaf_ones_listen(int gid) {
    for (const Object netcon : kept_receivers(gid)) {
        if (!has_source(netcon) && can_listen(netcon)) {
            listen(netcon, received_gid(netcon));
        }
    }
}

// The receivers of a gid on the rank that turns out to send it.
std::vector<Owned> receivers_of(int gid) {
    std::vector<Owned> found;
    if (const PreSyn* const input = sources_fit() ? input_of(gid) : nullptr) {
        for (const ::NetCon* const netcon : input->dil_) {
            if (netcon->obj_) {
                found.emplace_back(Object{netcon->obj_});
            }
        }
    } else if (!sources_fit()) {
        each_netcon([&](Object netcon) {
            if (gid_of(netcon) == gid) {
                found.emplace_back(netcon);
            }
        });
    }
    return found;
}

// Takes the gid for this rank while its receivers step aside, with what they recorded. False where it has none.
bool take_over(int gid, const std::function<void()>& take_gid) {
    const std::vector<Owned> receivers = receivers_of(gid);
    if (receivers.empty()) {
        return false;
    }
    const Recorded recorded = take_record(receivers);
    for (const Owned& receiver : receivers) {
        leave_source(receiver.get());
    }
    take_gid();
    Object first;
    for (const Owned& receiver : receivers) {
        if (can_listen(receiver.get())) {
            listen(receiver.get(), gid);
            first = first ? first : receiver.get();
        }
    }
    if (first) {
        give_record(first, recorded);
    }
    return true;
}

}  // namespace

bool is_recorded(const std::vector<Object>& netcons) {
    return std::any_of(netcons.begin(), netcons.end(), [](Object netcon) { return !noted_record(netcon).empty(); });
}

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
    if (input_places().count(gid) && take_over(gid, set_and_give)) {
        return;
    }
    static bool prepared = false;  // NEURON's own space for gids, and what we know of those that came before us
    if (prepared && sources_fit()) {
        PreSyn* const source = netcon_in(netcon)->src_;
        if (source->gid_ >= 0) {
            throw one_gid_alone("the source", source->gid_, rank());
        }
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
        if (!take_over(gid, set_and_give)) {
            throw;
        }
        return;
    }
    give();
}

void keep_gid(int gid, Object netcon) {
    if (!defaults::neuron_mode()) {
        sweep_before_runs();
        given_thresholds()[gid] = nrn_netcon_get_thresh(netcon_in(netcon));
        const Owned before = std::exchange(holders()[gid], Owned(netcon));
        if (before.get()) {  // its source has gone, and left those that listened without one
            forget(before.get());
            let_deaf_ones_listen(gid);
        }
    }
}

void note_threshold(Object netcon) {
    const int gid = gid_of(netcon);
    const auto held = holders().find(gid);
    if (held != holders().end() && held->second.get() == netcon) {
        given_thresholds()[gid] = nrn_netcon_get_thresh(netcon_in(netcon));
    }
}

std::vector<Changed> changed_thresholds() {
    std::vector<Changed> found;
    for (const auto& [gid, netcon] : holders()) {
        const double now = nrn_netcon_get_thresh(netcon_in(netcon.get())), given = given_thresholds()[gid];
        if (now != given && gid_of(netcon.get()) == gid && !kept_receivers(gid).empty()) {
            found.push_back({gid, now, given});
        }
    }
    return found;
}

void let_lost_gids_go() {
    bool lost = false;
    for (auto each = holders().begin(); each != holders().end();) {
        const Owned netcon = each->second;
        if (has_source(netcon.get()) && gid_of(netcon.get()) == each->first) {
            ++each;
        } else {
            each = holders().erase(each);
            forget(netcon.get());
            lost = true;
        }
    }
    if (lost) {
        let_deaf_ones_listen(-1);
    }
}

void end_gid(Object netcon) {
    const int gid = gid_of(netcon);
    const auto held = holders().find(gid);
    if (held == holders().end() || !(held->second.get() == netcon) || use_of_gid(gid) != GidUse::source) {
        return;
    }
    const Owned kept = held->second;
    holders().erase(held);
    noted().gids_changed = true;
    std::vector<Owned> receivers;
    const Value list = call(netcon, "prelist", {});
    const std::vector<Object> connections = list_items(list.object);
    for (const Object each : connections) {
        if (received_gid(each) == gid) {
            receivers.emplace_back(each);
        }
    }
    nrn_cleanup_presyn(nrn_gid2out().at(gid));
    const bool alone = connections.size() == receivers.size() + 1;  // what was recorded was recorded of the gid
    Recorded recorded;
    if (alone && !receivers.empty()) {
        recorded = take_record(receivers);
    }
    for (const Owned& receiver : receivers) {
        listen(receiver.get(), gid);
    }
    if (!receivers.empty()) {
        give_record(receivers[0].get(), recorded);
    }
    if (sources_fit()) {
        leave_source(netcon);
    }
}

void end_receiver(Object netcon) {
    if (received_gid(netcon) >= 0) {
        leave_source(netcon);
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

}  // namespace patch::host
