// What NEURON has of connections, point processes and recordings, as it is now: for the findings of check.
#include <hoclist.h>

#include <unordered_map>
#include <unordered_set>

#include "findings.hpp"
#include "network.hpp"
#include "nrn9.hpp"
#include "nrn9_events.hpp"

namespace patch::host {

namespace {

// The connections that were ended, until they go.
std::unordered_set<void*>& ended() {
    static auto& all = *new std::unordered_set<void*>;
    return all;
}

}  // namespace

void note_ended(Object netcon) {
    if (ended().insert(netcon.address).second) {
        when_gone(netcon, [address = netcon.address] { ended().erase(address); });
    }
}

Connection connection_of(Object netcon) {
    static const bool looks = sources_fit();
    Connection each;
    each.netcon = netcon;
    double *weight = nullptr, *threshold = nullptr, *delay = nullptr;
    Point_process* target = nullptr;
    const int weights = nrn_netcon_info(static_cast<NetCon*>(raw(netcon)->u.this_pointer), &weight, &target, &threshold, &delay);
    each.target = {target ? target->ob : nullptr};
    each.weighs = target && weights > 0;
    each.weight = each.weighs ? *weight : 0;
    each.delay = *delay;
    each.ended = ended().count(netcon.address) != 0;
    const PreSyn* const source = looks && netcon_in(netcon) ? netcon_in(netcon)->src_ : nullptr;
    each.active = !looks || (netcon_in(netcon) && netcon_in(netcon)->active_);
    each.known = looks;
    each.has_source = looks ? source != nullptr : has_source(netcon);
    if (source) {
        each.place = source->ssrc_ ? Segment{{source->ssrc_}, 0.5} : Segment{};
        each.cell = {source->osrc_};
        each.gid = source->gid_;
        each.records = source->tvec_ || source->stmt_;
        if (source->ssrc_ && source->thvar_) {
            const auto place = place_of(variable_of(source->thvar_), Section{source->ssrc_});
            each.place = place ? *place : each.place;
        }
    }
    return each;
}

void each_connection(const std::function<void(const Connection&)>& visit) {
    for (const Object netcon : all_of("NetCon")) {
        visit(connection_of(netcon));
    }
}

void each_point_process(const std::function<void(Object)>& visit) {
    for (const Symbol* each = hoc_built_in_symlist->first; each; each = each->next) {
        if (each->type == symbol("NetCon")->type && each->u.ctemplate->is_point_ > 0 && each->u.ctemplate->count > 0) {
            for (const Object object : all_of(each->name)) {
                visit(object);
            }
        }
    }
}

std::vector<std::string> mechanism_names() {
    std::vector<std::string> names = point_process_names();
    for (const Symbol* each = hoc_built_in_symlist->first; each; each = each->next) {
        if (is_density_mechanism(each->name)) {
            names.emplace_back(each->name);
        }
    }
    return names;
}

namespace {

// The variable that each Vector was told to record through Patch, until the Vector goes.
std::unordered_map<void*, Variable>& pointed() {
    static auto& all = *new std::unordered_map<void*, Variable>;
    return all;
}

}  // namespace

void note_recorded(Object vector, const Variable& variable) {
    const auto [row, is_new] = pointed().try_emplace(vector.address, variable);
    if (is_new) {
        when_gone(vector, [address = vector.address] { pointed().erase(address); });
    }
    row->second = variable;
}

std::vector<Object> recorders_without_variable() {
    std::vector<Object> found;
    for (const auto& [vector, variable] : pointed()) {
        if (variable && !exists(variable)) {
            found.push_back({vector});
        }
    }
    return found;
}

}  // namespace patch::host
