// Components that are joined, tried, cut and freed.
#include "registry.hpp"

#include <algorithm>
#include <utility>

#include "trial.hpp"

namespace patch {

template <class Item>
Registry::Id Registry::Pool<Item>::take() {
    if (!free_.empty()) {
        const Id id = free_.back();
        free_.pop_back();
        return id;
    }
    if (used_ % block == 0) {
        blocks_.push_back(std::make_unique<Item[]>(block));
    }
    return used_++;
}

template <class Item>
void Registry::Pool<Item>::give(Id id) {
    (*this)[id] = Item{};
    free_.push_back(id);
}

void Registry::Host::release_all(const std::vector<Node>& nodes) {
    for (const Node& node : nodes) {
        release(node);
    }
}

Registry::Registry(Host& host)
    : host_(host) {}

Registry::~Registry() = default;

Registry::Id Registry::find(void* address) const {
    return by_address_.find(address);
}

Registry::Id Registry::new_component() {
    Id id;
    if (free_components_.empty()) {
        id = Id(components_.size());
        components_.emplace_back();
    } else {
        id = free_components_.back();
        free_components_.pop_back();
    }
    components_[id] = Component{};
    components_[id].used = true;
    components_[id].place = std::uint32_t(living_.size());
    living_.push_back(id);
    return id;
}

void Registry::free_component(Id id) {
    const std::uint32_t place = components_[id].place;
    living_[place] = living_.back();
    components_[living_[place]].place = place;
    living_.pop_back();
    components_[id] = Component{};
    free_components_.push_back(id);
}

void Registry::append(Component& component, Id id) {
    Node& node = nodes_[id];
    node.previous = component.last;
    node.next = none;
    if (component.last == none) {
        component.first = id;
    } else {
        nodes_[component.last].next = id;
    }
    component.last = id;
    ++component.size;
}

// Takes a node out of its component's list.
void Registry::detach(Id id) {
    Node& node = nodes_[id];
    Component& component = components_[node.component];
    (node.previous == none ? component.first : nodes_[node.previous].next) = node.next;
    (node.next == none ? component.last : nodes_[node.next].previous) = node.previous;
    if (component.witness == id) {
        component.witness = none;
    }
    if (--component.size == 0) {
        free_component(node.component);
    }
    node.component = node.next = node.previous = none;
}

Registry::Id Registry::ensure(NodeKind kind, void* address) {
    if (const Id known = find(address); known != none) {
        return known;
    }
    const Id id = nodes_.take();
    Node& node = nodes_[id];
    node.address = address;
    node.kind = kind;
    node.order = order_++;
    host_.retain(node);
    ++retained_;
    by_address_.insert(address, id);
    ++live_nodes_;
    ++live_by_kind_[std::size_t(kind)];
    node.component = new_component();
    append(components_[node.component], id);
    components_[node.component].counts = host_.can_hold(node);
    return id;
}

// Moves the smaller component into the larger.
Registry::Id Registry::unite(Id a, Id b) {
    if (a == b) {
        return a;
    }
    if (components_[a].size < components_[b].size) {
        std::swap(a, b);
    }
    Component& into = components_[a];
    Component& from = components_[b];
    for (Id id = from.first; id != none; id = nodes_[id].next) {
        nodes_[id].component = a;
    }
    nodes_[into.last].next = from.first;
    nodes_[from.first].previous = into.last;
    into.last = from.last;
    into.size += from.size;
    into.dirty = into.dirty || from.dirty;
    into.counts = into.counts || from.counts;
    if (into.witness == none) {
        into.witness = from.witness;
        into.references = from.references;
        into.counter = from.counter;
        into.counted = from.counted;
    }
    free_component(b);
    return a;
}

std::size_t Registry::role_of(const Edge& edge, Id node) const {
    return edge.node[0] == node ? 0 : edge.node[1] == node ? 1 : 2;
}

Registry::Id Registry::next(Id edge, Id node) const {
    const Edge& e = edges_[edge];
    return e.next[role_of(e, node)];
}

void Registry::link(Id id, std::size_t role) {
    Edge& edge = edges_[id];
    const Id node = edge.node[role];
    if (node == none || role_of(edge, node) != role) {
        return;  // an edge from a node to itself is in its list once
    }
    Id& first = nodes_[node].first[std::size_t(edge.kind)];
    edge.next[role] = first;
    edge.previous[role] = none;
    if (first != none) {
        Edge& after = edges_[first];
        after.previous[role_of(after, node)] = id;
    }
    first = id;
}

void Registry::unlink(Id id, std::size_t role) {
    Edge& edge = edges_[id];
    const Id node = edge.node[role];
    if (node == none || role_of(edge, node) != role) {
        return;
    }
    const Id before = edge.previous[role], after = edge.next[role];
    if (before == none) {
        nodes_[node].first[std::size_t(edge.kind)] = after;
    } else {
        Edge& e = edges_[before];
        e.next[role_of(e, node)] = after;
    }
    if (after != none) {
        Edge& e = edges_[after];
        e.previous[role_of(e, node)] = before;
    }
}

Registry::Id Registry::connect(EdgeKind kind, NodeKind a_kind, void* a, NodeKind b_kind, void* b, void* via, double x) {
    const Id from = ensure(a_kind, a);
    const Id to = ensure(b_kind, b);
    const Id through = via ? ensure(NodeKind::object, via) : none;
    const Id id = edges_.take();
    Edge& edge = edges_[id];
    edge.node = {from, to, through};
    edge.kind = kind;
    edge.x = x;
    edge.used = true;
    for (std::size_t role = 0; role < 3; ++role) {
        link(id, role);
    }
    ++live_edges_;
    ++live_edges_by_kind_[std::size_t(kind)];
    const Id component = unite(nodes_[from].component, nodes_[to].component);
    if (through != none) {
        unite(component, nodes_[through].component);
    }
    return id;
}

void Registry::remove_edge(Id id) {
    Edge& edge = edges_[id];
    for (std::size_t role = 0; role < 3; ++role) {
        unlink(id, role);
    }
    --live_edges_;
    --live_edges_by_kind_[std::size_t(edge.kind)];
    components_[nodes_[edge.node[0]].component].dirty = true;
    edges_.give(id);
}

bool Registry::has_edges(const Node& node) const {
    return std::any_of(node.first.begin(), node.first.end(), [](Id id) { return id != none; });
}

// Forgets a node and gives our reference back, last of all: what runs then may call us again.
void Registry::drop_node(Id id) {
    detach(id);
    const Node node = nodes_[id];
    by_address_.erase(node.address);
    nodes_.give(id);
    --live_nodes_;
    --live_by_kind_[std::size_t(node.kind)];
    ++released_;
    host_.release(node);
}

void Registry::disconnect(Id id) {
    const std::array<Id, 3> touched = edges_[id].node;
    std::array<void*, 3> addresses{};
    for (std::size_t role = 0; role < 3; ++role) {
        addresses[role] = touched[role] == none ? nullptr : nodes_[touched[role]].address;
    }
    remove_edge(id);
    for (const std::size_t role : {2, 0, 1}) {  // the NetCon first
        const Id node = addresses[role] ? find(addresses[role]) : none;
        if (node != none && !has_edges(nodes_[node])) {
            drop_node(node);
        }
    }
}

void Registry::forget(void* address) {
    for (std::size_t kind = 0; kind < edge_kinds; ++kind) {
        for (Id id = find(address); id != none; id = find(address)) {
            const Id edge = nodes_[id].first[kind];
            if (edge == none) {
                break;
            }
            disconnect(edge);
        }
    }
}

void Registry::each_edge(Id node, EdgeKind kind, const std::function<void(Id, const Edge&)>& visit) const {
    for (Id id = nodes_[node].first[std::size_t(kind)]; id != none;) {
        const Id after = next(id, node);
        visit(id, edges_[id]);
        id = after;
    }
}

void Registry::each_edge(EdgeKind kind, const std::function<void(const Edge&)>& visit) const {
    for (Id id = 0; live_edges_by_kind_[std::size_t(kind)] > 0 && id < edges_.end(); ++id) {
        if (edges_[id].used && edges_[id].kind == kind) {
            visit(edges_[id]);
        }
    }
}

// Takes away the edges that are no longer true and cuts the component where it has fallen apart. Returns the parts.
std::vector<Registry::Id> Registry::split(Id component) {
    std::vector<Id> members;
    for (Id id = components_[component].first; id != none; id = nodes_[id].next) {
        members.push_back(id);
    }
    std::vector<Id> stale;
    for (const Id id : members) {
        const Node& node = nodes_[id];
        for (std::size_t kind = 0; kind < edge_kinds; ++kind) {
            for (Id e = node.first[kind]; e != none; e = next(e, id)) {
                if (role_of(edges_[e], id) == 0 && !host_.holds(*this, edges_[e])) {
                    stale.push_back(e);
                }
            }
        }
    }
    for (const Id e : stale) {
        lapse(e);
    }
    for (const Id id : members) {
        nodes_[id].component = none;
    }
    free_component(component);
    std::vector<Id> parts, queue;
    for (const Id start : members) {
        if (nodes_[start].component != none) {
            continue;
        }
        const Id part = new_component();
        parts.push_back(part);
        nodes_[start].component = part;
        queue.assign(1, start);
        while (!queue.empty()) {
            const Id id = queue.back();
            queue.pop_back();
            append(components_[part], id);
            for (std::size_t kind = 0; kind < edge_kinds; ++kind) {
                for (Id e = nodes_[id].first[kind]; e != none; e = next(e, id)) {
                    for (const Id other : edges_[e].node) {
                        if (other != none && nodes_[other].component == none) {
                            nodes_[other].component = part;
                            queue.push_back(other);
                        }
                    }
                }
            }
        }
    }
    return parts;
}

// Breadth first from the node: along its edges, and to whatever holds it.
std::vector<Registry::Step> Registry::why(void* address) {
    const Id start = find(address);
    Trial trial(*this, host_.has_holders());
    if (start != none) {
        trial.try_component(nodes_[start].component);
    }
    trial.judge();
    struct Found {
        Step step;
        std::size_t before;
    };
    std::vector<Found> found;
    AddressTable seen;
    const auto add = [&](Id node, void* thing, const Edge& edge, std::size_t before) {
        void* const at = node == none ? thing : nodes_[node].address;
        if (seen.find(at) == none) {
            seen.insert(at, 0);
            found.push_back({{node, node == none ? thing : nullptr, edge, trial.outside(node, at)}, before});
        }
    };
    add(start, start == none ? address : nullptr, {}, 0);
    for (std::size_t i = 0; i < found.size(); ++i) {
        const Step step = found[i].step;
        if (step.outside > 0 && i > 0) {  // the handle that asks holds the start too: another way is looked for first
            std::vector<Step> path;
            for (std::size_t at = i; at != 0; at = found[at].before) {
                path.push_back(found[at].step);
            }
            path.push_back(found[0].step);
            std::reverse(path.begin(), path.end());
            return path;
        }
        trial.each_holder_of(step.node == none ? step.thing : nodes_[step.node].address,
                             [&](void* holder) { add(find(holder), holder, {}, i); });
        for (std::size_t kind = 0; step.node != none && kind < edge_kinds; ++kind) {
            each_edge(step.node, EdgeKind(kind), [&](Id, const Edge& edge) {
                for (const Id other : edge.node) {
                    if (other != none) {
                        add(other, nullptr, edge, i);
                    }
                }
            });
        }
    }
    return found[0].step.outside > 0 ? std::vector<Step>{found[0].step} : std::vector<Step>{};
}

// In the order in which they go: sections first, then HOC objects in the order of their creation. A NetCon whose source is gone already
// costs NEURON nothing to take out; with its source it is searched for, and the oldest is found first.
std::vector<Registry::Id> Registry::members_of(const std::vector<Id>& components) const {
    std::vector<Id> members;
    for (const Id component : components) {
        for (Id id = components_[component].first; id != none; id = nodes_[id].next) {
            members.push_back(id);
        }
    }
    std::sort(members.begin(), members.end(), [&](Id a, Id b) {
        const Node &left = nodes_[a], &right = nodes_[b];
        return left.kind != right.kind ? left.kind == NodeKind::section : left.order < right.order;
    });
    return members;
}

std::vector<Registry::Node> Registry::nodes_of(const std::vector<Id>& ids) const {
    std::vector<Node> nodes;
    nodes.reserve(ids.size());
    for (const Id id : ids) {
        nodes.push_back(nodes_[id]);
    }
    return nodes;
}

// Frees components, and what only they held.
std::size_t Registry::dispose(const std::vector<Id>& components, const std::vector<void*>& things, bool held, Release how) {
    const std::vector<Id> members = members_of(components);
    for (const Id id : members) {
        for (std::size_t kind = 0; kind < edge_kinds; ++kind) {
            while (nodes_[id].first[kind] != none) {
                remove_edge(nodes_[id].first[kind]);
            }
        }
    }
    const std::vector<Node> leaving = nodes_of(members);
    for (const Id id : members) {
        by_address_.erase(nodes_[id].address);
        --live_nodes_;
        --live_by_kind_[std::size_t(nodes_[id].kind)];
        nodes_.give(id);
    }
    for (const Id component : components) {
        free_component(component);
    }
    released_ += leaving.size();
    if (held) {
        host_.clear(leaving, things);
    }
    if (how == Release::held_too) {
        host_.Host::release_all(leaving);  // rings are not cut: the user may hold them
    } else {
        host_.release_all(leaving);
    }
    return leaving.size();
}

void Registry::release_everything() {
    dispose(std::vector<Id>(living_), {}, false, Release::held_too);
}

void Registry::lapse(Id edge) {
    const Edge lapsed = edges_[edge];
    remove_edge(edge);
    host_.lapsed(*this, lapsed);
}

void Registry::verify() {
    for (Id id = 0; id < edges_.end(); ++id) {
        if (edges_[id].used && !host_.holds(*this, edges_[id])) {
            lapse(id);
        }
    }
}

// Whether nothing can have changed since the component's last trial: one comparison.
bool Registry::looks_held(const Component& component) const {
    if (component.counter && component.witness != none) {
        return !component.dirty && *component.counter == component.counted;
    }
    return !component.dirty && component.witness != none && host_.exists(nodes_[component.witness]) &&
           host_.references(nodes_[component.witness]) == component.references;
}

// What a holder holds can change without a count that tells: after a run, and now and then in any case, it is looked at again.
bool Registry::holders_are_due(bool changed, Sweep how) {
    unchanged_ = changed ? 0 : unchanged_ + 1;
    const bool now_and_then = (unchanged_ & (unchanged_ - 1)) == 0;  // unchanged sweeps number 1, 2, 4, 8, ...
    return changed || how != Sweep::changed || now_and_then;
}

bool Registry::lone_holders_changed() const {
    return std::any_of(lone_.begin(), lone_.end(), [&](const auto& row) { return host_.references_on(row.first) != row.second; });
}

std::size_t Registry::sweep_once(Sweep how, bool& anything) {
    std::vector<Id> tried, fallen;
    for (const Id id : living_) {
        if (how == Sweep::everything || components_[id].dirty) {
            fallen.push_back(id);
        } else if (!looks_held(components_[id])) {
            tried.push_back(id);
        }
    }
    const bool changed = std::exchange(touched_, false) || !tried.empty() || !fallen.empty() || lone_holders_changed();
    const bool holders = host_.has_holders() && holders_are_due(changed, how);
    for (const Id id : living_) {
        if (components_[id].counts && !components_[id].dirty) {
            tried.push_back(id);  // HOC assigns objrefs without telling anybody
        }
    }
    std::vector<void*> alone;
    for (const Id id : fallen) {
        for (const Id part : split(id)) {
            const Node& only = nodes_[components_[part].first];
            if (components_[part].size == 1 && !has_edges(only)) {
                alone.push_back(only.address);  // no edge, no reference of ours: it lives as in stock NEURON
            } else {
                tried.push_back(part);
            }
        }
    }
    std::size_t freed = 0;
    Trial trial(*this, holders);
    for (const Id id : tried) {
        trial.try_component(id);
    }
    trial.judge();
    const std::vector<void*> things = trial.dead_things();
    const std::vector<Id> dead = trial.dead_components();
    const bool held = trial.held_anything();
    trial.end();
    // Only now does anything run that may call us again.
    if (held && (!dead.empty() || !things.empty()) && host_.finalize(nodes_of(members_of(dead)), things)) {
        touched_ = anything = true;  // whatever ran may have changed all that was found
    } else {
        anything = held && (!dead.empty() || !things.empty());
        freed = dispose(dead, things, held);
    }
    for (void* const address : alone) {
        const Id id = find(address);
        if (id != none && !has_edges(nodes_[id])) {
            drop_node(id);
            ++freed;
        }
    }
    return freed;
}

// What goes may have been what held others.
std::size_t Registry::sweep(Sweep how) {
    constexpr int most_passes = 1000;  // a __del__ can make new ones for ever
    std::size_t freed = 0;
    bool anything = true;
    for (int i = 0; anything && i < most_passes; ++i) {
        freed += sweep_once(i == 0 ? how : Sweep::changed, anything);
    }
    return freed;
}

}  // namespace patch
