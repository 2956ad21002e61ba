// keep_references: plain h.NetCon, h.<Mechanism>, HOC's new NetCon and Vector.record get the promise that p's have.
//
// A constructor is called before NEURON has given the object what it makes, so that edges wait until the next sweep; the object is held
// until then. A Vector that records lives as long as its variable: NEURON tells when that goes.
#include <unordered_map>

#include "findings.hpp"
#include "keep.hpp"
#include "network.hpp"
#include "nrn9.hpp"
#include "nrn9_events.hpp"

namespace neuron::container {
void notify_when_handle_dies(data_handle<double>, ivObserver*);  // src/ivoc/ivoc.cpp
}

namespace patch::host {

namespace {

bool keeps = false;
int our_recordings = 0;

std::vector<Owned>& fresh() {
    static auto& all = *new std::vector<Owned>;
    return all;
}

using Constructor = void* (*)(::Object*);
std::unordered_map<const cTemplate*, Constructor>& constructors() {
    static auto& all = *new std::unordered_map<const cTemplate*, Constructor>;
    return all;
}

void* our_constructor(::Object* object) {
    void* const made = constructors().at(object->ctemplate)(object);
    if (keeps && made) {
        sweep_before_runs();
        fresh().emplace_back(Object{object});
    }
    return made;
}

void watch_class(Symbol* found) {
    cTemplate* const type = found->u.ctemplate;
    if (type->constructor && type->constructor != &our_constructor) {
        constructors()[type] = std::exchange(type->constructor, &our_constructor);
    }
}

// ---- Vector.record ----

class Kept;
std::unordered_map<void*, Kept*>& kept() {
    static auto& all = *new std::unordered_map<void*, Kept*>;
    return all;
}
std::vector<Owned>& let_go_soon() {
    static auto& all = *new std::vector<Owned>;
    return all;
}

// Holds the Vector until the variable goes; NEURON is in the middle of that when it tells, so the Vector goes with the next sweep.
class Kept final: public ivObserver {
  public:
    explicit Kept(Object vector)
        : vector_(vector) {}
    void update(ivObservable*) override { end(); }
    void disconnect(ivObservable*) override { end(); }
    void end() {
        kept().erase(vector_.get().address);
        let_go_soon().push_back(vector_);
        delete this;
    }

  private:
    Owned vector_;
};

void release(Object vector) {
    if (const auto found = kept().find(vector.address); found != kept().end()) {
        Kept* const holder = found->second;
        nrn_notify_pointer_disconnect(holder);
        holder->end();
    }
}

constexpr char vector_class[] = "Vector", record_name[] = "record", play_remove_name[] = "play_remove";
using Record = Swapped<vector_class, record_name, ::Object**>;
using PlayRemove = Swapped<vector_class, play_remove_name>;

::Object** our_record(void* self) {
    ::Object** const vector = Record::stock(self);
    const int at = hoc_is_object_arg(1) ? 2 : 1;
    if (keeps && our_recordings == 0 && vector && *vector && ifarg(at) && hoc_is_pdouble_arg(at)) {
        const Object recording{*vector};
        const Handle handle = hoc_hgetarg<double>(at);
        release(recording);
        sweep_before_runs();
        const bool of_model = bool(handle) && handle.refers_to_a_modern_data_structure();
        if (of_model) {
            auto* const holder = new Kept(recording);
            kept()[recording.address] = holder;
            neuron::container::notify_when_handle_dies(handle, holder);
        } else if (const Section section = current_section()) {  // t, which NEURON records beside a section
            join(EdgeKind::reference, NodeKind::section, section.address, NodeKind::object, recording.address);
        }
    }
    return vector;
}

double our_play_remove(void* self) {
    const double result = PlayRemove::stock(self);
    for (const auto& row : kept()) {
        if (static_cast<::Object*>(row.first)->u.this_pointer == self) {
            release({row.first});
            break;
        }
    }
    return result;
}

bool has_edges(Object object) {
    return registry().find(object.address) != Registry::none;
}

void keep_connection_of(Object netcon) {
    const Connection each = connection_of(netcon);
    const bool from_section = bool(each.place);
    void* const from = from_section ? each.place.section.address : each.cell.address;
    if (!from && !each.target) {
        return;
    }
    if (!from) {
        join(EdgeKind::connection, NodeKind::object, each.target.address, NodeKind::object, each.target.address, netcon.address);
        return;
    }
    void* const to = each.target ? each.target.address : netcon.address;
    join(EdgeKind::connection, from_section ? NodeKind::section : NodeKind::object, from, NodeKind::object, to,
         each.target ? netcon.address : nullptr);
    for (const Object end : {each.target, each.cell}) {
        if (end && is_placed(end)) {
            keep_stock_placed(end);
        }
    }
}

}  // namespace

OurRecording::OurRecording() {
    ++our_recordings;
}
OurRecording::~OurRecording() {
    --our_recordings;
}

bool keep_references(bool on) {
    const bool before = std::exchange(keeps, on);
    if (on) {
        for (Symbol* each = built_in()->first; each; each = each->next) {
            if (each->type == symbol("NetCon")->type && (each->u.ctemplate->is_point_ > 0 || each == symbol("NetCon"))) {
                watch_class(each);
            }
        }
        Record::install(&our_record);
        PlayRemove::install(&our_play_remove);
    }
    return before;
}

void keep_fresh() {
    const std::vector<Owned> gone = std::exchange(let_go_soon(), {});
    for (const Owned& each : std::exchange(fresh(), {})) {
        const Object object = each.get();
        if (has_edges(object)) {
            continue;  // p's own
        }
        if (is_a(object, "NetCon")) {
            keep_connection_of(object);
        } else if (is_placed(object)) {
            keep_stock_placed(object);
        }
    }
}

}  // namespace patch::host
