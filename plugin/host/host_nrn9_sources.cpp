// NEURON 9.x: spike sources. NEURON has one source for each variable, with one threshold and one gid; a further one is a source of
// our own for the same variable, in the list that NEURON polls but not in its table of variables.
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <unordered_map>

#include "../core/defaults.hpp"
#include "network.hpp"
#include "nrn9_events.hpp"
#include "ranks.hpp"

namespace patch::host {

namespace {

// A source, with room for members that another build of NEURON may add at its end.
template <class Base>
class Roomy: public Base {
  public:
    using Base::Base;

  private:
    char room_[64] = {};
};

bool probe() {
    std::vector<PreSyn*>* const before = net_cvode_instance_psl();
    const std::size_t polled = before ? before->size() : 0;
    auto* const source = new Roomy<PreSyn>(Handle{}, nullptr, nullptr);
    const bool new_source = source->type() == 4 && source->threshold_ == 10 && source->gid_ == -1 && source->output_index_ == -1 &&
                            source->hi_index_ == -1 && !source->osrc_ && !source->ssrc_ && !source->tvec_ && !source->idvec_ &&
                            !source->stmt_ && !source->thvar_ && source->dil_.empty();
    if (!new_source) {
        return false;  // it stays: nothing of it can be trusted
    }
    auto* const netcon = new Roomy<::NetCon>(source, nullptr);
    source->threshold_ = -12.5;
    const bool connected = netcon->type() == 2 && netcon->src_ == source && netcon->delay_ == 1 && netcon->cnt_ == 1 && !netcon->target_ &&
                           !netcon->obj_ && !netcon->active_ && source->dil_.size() == 1 && source->dil_[0] == netcon &&
                           nrn_netcon_get_thresh(netcon) == -12.5;
    if (!connected) {
        return false;
    }
    net_cvode_instance->psl_append(source);
    const std::vector<PreSyn*>* const after = net_cvode_instance_psl();
    const bool polls = after && after->size() == polled + 1 && after->back() == source;
    delete netcon;  // and with its last connection the source
    return polls && after->size() == polled;
}

}  // namespace

bool sources_fit() {
    if (!net_cvode_instance) {
        return false;  // too early to tell
    }
    static const bool fit = [] {
        const char* const forced = std::getenv("PATCH_SOURCES");
        const bool own = !(forced && std::strcmp(forced, "mechanism") == 0) && probe();
        if (!own) {
            watch_records();
        }
        return own;
    }();
    return fit;
}

bool sources_by_mechanism() {
    return !sources_fit();
}

namespace {

class ExtraSource;
std::unordered_multimap<Handle, ExtraSource*>& extra_sources() {
    static auto& all = *new std::unordered_multimap<Handle, ExtraSource*>;
    return all;
}

class ExtraSource final: public Roomy<PreSyn> {
  public:
    explicit ExtraSource(const PreSyn& first)
        : Roomy<PreSyn>(first.thvar_, first.osrc_, first.ssrc_)
        , listed_(extra_sources().emplace(first.thvar_, this)) {}

    // The table's entry for the variable is the first source's: NEURON must not find a variable here when it ends this one.
    ~ExtraSource() override {
        extra_sources().erase(listed_);
        if (thvar_) {
            nrn_notify_pointer_disconnect(this);
            thvar_ = {};
        }
        osrc_ = nullptr;
    }
    void update(ivObservable* variable) override {  // it has died; ends in delete this
        thvar_ = {};
        osrc_ = nullptr;
        PreSyn::update(variable);
    }

  private:
    std::unordered_multimap<Handle, ExtraSource*>::iterator listed_;
};

// An extra source that connections share: of this variable, with this threshold, without a gid.
PreSyn* shared_source(const Handle& variable, double threshold) {
    const auto [first, last] = extra_sources().equal_range(variable);
    for (auto each = first; each != last; ++each) {
        if (each->second->threshold_ == threshold && each->second->gid_ < 0 && each->second->output_index_ == -1) {
            return each->second;
        }
    }
    return nullptr;
}

PreSyn* further_source(const PreSyn& first, double threshold) {
    auto* const source = new ExtraSource(first);
    source->threshold_ = threshold;
    net_cvode_instance->psl_append(source);
    net_cvode_instance->ps_thread_link(source);
    net_cvode_instance->structure_change();
    return source;
}

// The NetCon of a place, as NEURON's constructor makes it, but for the walk through the section that looks for the pointer: it was
// made from the section a moment ago.
Owned netcon_of_place(Segment place, Object target) {
    constexpr double own_threshold = -1e9;  // NEURON's word for none given
    const Handle voltage = nrn_rangepointer(raw(place.section), symbol("v"), place.x);
    ::NetCon* const netcon = net_cvode_instance->install_deliver(voltage, nullptr, nullptr, raw(target), own_threshold, 1, 0);
    PreSyn* const source = netcon->src_;
    if (!source->ssrc_) {  // a new one
        source->ssrc_ = raw(place.section);
        net_cvode_instance->ps_thread_link(source);
    }
    const Owned made(Object{hoc_new_object(symbol("NetCon"), netcon)});
    netcon->obj_ = raw(made.get());
    return made;
}

// NEURON's NetCon, without numbers: it joins the first source of its variable or makes it.
Owned plain_netcon(const Source& source, Object target) {
    if (source.segment && !source.variable && sources_fit()) {
        return netcon_of_place(source.segment, target);
    }
    ::Object* made = nullptr;
    ask([&] {
        const SectionScope scope(source.segment.section);
        if (source.segment && !source.variable) {
            hoc_push(nrn_rangepointer(raw(source.segment.section), symbol("v"), source.segment.x));
        } else if (source.variable) {
            hoc_push(raw(source.variable));
        } else {
            hoc_push_object(raw(source.object));
        }
        hoc_push_object(raw(target));
        made = hoc_newobj1(symbol("NetCon"), 2);
    });
    return Owned::adopt({made});
}

// What the source of a NetCon that was just made is to others.
struct Sharing {
    bool fresh;  // nobody else's
    bool recorded;
    double threshold;
    int gid;
};
Sharing sharing_of(Object netcon) {
    if (!sources_fit()) {
        const Value list = call(netcon, "prelist", {});
        const Owned held(list.object);
        const int gid = gid_of(netcon);
        const bool recorded = is_recorded(list_items(list.object));
        return {call(list.object, "count", {}).number <= 1 && gid < 0 && !recorded, recorded, nrn_netcon_get_thresh(netcon_in(netcon)),
                gid};
    }
    const PreSyn& source = *netcon_in(netcon)->src_;
    const bool recorded = source.tvec_ || source.idvec_ || source.stmt_;
    return {source.dil_.size() == 1 && source.gid_ < 0 && source.output_index_ == -1 && !recorded, recorded, source.threshold_,
            source.gid_};
}

// A source beside the first: the NetCon moves to it, or is made anew on a point process that follows the voltage.
Owned beside(const Owned& netcon, const Source& source, Object target, double threshold, bool own) {
    if (sources_fit()) {
        const PreSyn& first = *netcon_in(netcon.get())->src_;
        PreSyn* const shared = own ? nullptr : shared_source(first.thvar_, threshold);
        netcon_in(netcon.get())->replace_src(shared ? shared : further_source(first, threshold));
        return netcon;
    }
    if (source.variable && !place_of(source.variable, source.segment.section)) {
        throw voltage_alone(name(source.segment.section));
    }
    require_mechanism("PatchSource");
    const Owned follower = make("PatchSource", {Value::of(source.segment)});
    Source instead;
    instead.object = follower.get();
    const Owned made = plain_netcon(instead, target);
    nrn_netcon_set_thresh(netcon_in(made.get()), threshold);
    keep_reference(Value::of(made.get()), Value::of(follower.get()));
    return made;
}

}  // namespace

Owned new_netcon(const Source& source, Object target, const Strength& strength, Sharer sharer) {
    Owned made = plain_netcon(source, target);
    const bool for_gid = sharer == Sharer::gid, has_threshold = !std::isnan(strength.threshold);
    if (source.nothing() || !(has_threshold || for_gid)) {
        // nothing to say of its source
    } else if ((defaults::neuron_mode() || source.object) && !for_gid) {
        nrn_netcon_set_thresh(netcon_in(made.get()), strength.threshold);
    } else {
        constexpr double neurons_own = 10;  // mV
        const Sharing now = sharing_of(made.get());
        const bool polled = source.segment || source.variable;
        const bool same = !has_threshold || now.threshold == strength.threshold;
        const bool suits = now.fresh || (same && !(for_gid && (now.recorded || now.gid >= 0)));
        if (polled && !suits) {
            made = beside(made, source, target, has_threshold ? strength.threshold : neurons_own, for_gid);
        } else if (!polled && for_gid && now.gid >= 0) {
            throw one_gid_alone(name(source.object), now.gid, rank());
        } else if (now.fresh && has_threshold) {
            nrn_netcon_set_thresh(netcon_in(made.get()), strength.threshold);
        }
    }
    if (!std::isnan(strength.delay)) {
        nrn_netcon_set_delay(netcon_in(made.get()), strength.delay);
    }
    double* weights = nullptr;
    if (!std::isnan(strength.weight) && nrn_netcon_weight(netcon_in(made.get()), &weights) > 0) {
        weights[0] = strength.weight;
    }
    return made;
}

}  // namespace patch::host
