// Components that are joined, tried, cut and freed.
#include "registry.hpp"

#include <algorithm>

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

// What a trial of some components finds: who holds what, among nodes and among the objects that are no nodes but die with them.
struct Registry::Trial {
    std::vector<Id> components;
    std::unordered_map<void*, long> inside;                 // references that come from inside
    std::unordered_map<void*, std::vector<void*>> held_by;  // holder -> what it holds
    std::unordered_map<Id, std::vector<void*>> holders;     // the nodes of a component that hold something
};

// Counts the references that come from nodes, and from objects all of whose references come from inside: what those hold is inside too.
void Registry::count_inside(Trial& trial) {
    std::vector<void*> entered;
    const auto visit = [&](void* holder, void* held) {
        trial.held_by[holder].push_back(held);
        if (++trial.inside[held] == host_.references_on(held) && find(held) == none) {
            entered.push_back(held);
        }
    };
    for (const Id component : trial.components) {
        bool counts = false;
        for (Id id = components_[component].first; id != none; id = nodes_[id].next) {
            const Node& node = nodes_[id];
            if (host_.can_hold(node)) {
                counts = true;
                trial.holders[component].push_back(node.address);
                host_.each_held(node, [&](void* held) { visit(node.address, held); });
            }
        }
        components_[component].counts = counts;
    }
    while (!entered.empty()) {
        void* const holder = entered.back();
        entered.pop_back();
        host_.each_held_by(holder, [&](void* held) { visit(holder, held); });
    }
}

// A node with a reference that is neither ours nor comes from inside. Remembers it as the component's witness.
bool Registry::find_witness(Id component, const Trial& trial) {
    for (Id id = components_[component].first; id != none; id = nodes_[id].next) {
        const Node& node = nodes_[id];
        if (!host_.exists(node)) {
            continue;
        }
        const long references = host_.references(node);
        const auto counted = trial.inside.empty() ? trial.inside.end() : trial.inside.find(node.address);
        if (references == always || references > (counted == trial.inside.end() ? 0 : counted->second)) {
            components_[component].witness = id;
            components_[component].references = references;
            return true;
        }
    }
    components_[component].witness = none;
    return false;
}

// What a living component holds lives, through other components and through objects that are no nodes.
void Registry::spread_life(Trial& trial) {
    std::vector<void*> living;
    const auto enliven = [&](Id component) {
        if (const auto holders = trial.holders.find(component); holders != trial.holders.end()) {
            living.insert(living.end(), holders->second.begin(), holders->second.end());
        }
    };
    if (trial.held_by.empty()) {
        return;
    }
    for (const Id component : trial.components) {
        if (components_[component].alive) {
            enliven(component);
        }
    }
    while (!living.empty()) {
        const auto held = trial.held_by.find(living.back());
        living.pop_back();
        if (held == trial.held_by.end()) {
            continue;
        }
        const std::vector<void*> addresses = std::move(held->second);
        trial.held_by.erase(held);
        for (void* const address : addresses) {
            const Id node = find(address);
            if (node == none) {
                living.push_back(address);
            } else if (Component& component = components_[nodes_[node].component]; !component.alive) {
                component.alive = true;
                enliven(nodes_[node].component);
            }
        }
    }
}

// Frees components: sections first, then HOC objects in the order of their creation. A NetCon whose source is gone already costs
// NEURON nothing to take out; with its source it is searched for, and the oldest is found first.
std::size_t Registry::dispose(const std::vector<Id>& components) {
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
    for (const Id id : members) {
        for (std::size_t kind = 0; kind < edge_kinds; ++kind) {
            while (nodes_[id].first[kind] != none) {
                remove_edge(nodes_[id].first[kind]);
            }
        }
    }
    std::vector<Node> leaving;
    leaving.reserve(members.size());
    for (const Id id : members) {
        const Node& node = nodes_[id];
        leaving.push_back(node);
        by_address_.erase(node.address);
        --live_nodes_;
        --live_by_kind_[std::size_t(node.kind)];
        nodes_.give(id);
    }
    for (const Id component : components) {
        free_component(component);
    }
    released_ += leaving.size();
    host_.release_all(leaving);
    return leaving.size();
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
    return !component.dirty && !component.counts && component.witness != none && host_.exists(nodes_[component.witness]) &&
           host_.references(nodes_[component.witness]) == component.references;
}

std::size_t Registry::sweep(bool everything) {
    Trial trial;
    std::vector<Id> fallen;
    for (const Id id : living_) {
        if (everything || components_[id].dirty) {
            fallen.push_back(id);
        } else if (!looks_held(components_[id])) {
            trial.components.push_back(id);
        }
    }
    std::vector<void*> alone;
    for (const Id id : fallen) {
        for (const Id part : split(id)) {
            const Node& only = nodes_[components_[part].first];
            if (components_[part].size == 1 && !has_edges(only)) {
                alone.push_back(only.address);  // no edge, no reference of ours: it lives as in stock NEURON
            } else {
                trial.components.push_back(part);
            }
        }
    }
    count_inside(trial);
    for (const Id id : trial.components) {
        components_[id].alive = find_witness(id, trial);
    }
    spread_life(trial);
    std::vector<Id> dead;
    for (const Id id : trial.components) {
        if (!components_[id].alive) {
            dead.push_back(id);
        }
        components_[id].alive = false;
    }
    // Only now does anything run that may call us again.
    std::size_t freed = dispose(dead);
    for (void* const address : alone) {
        const Id id = find(address);
        if (id != none && !has_edges(nodes_[id])) {
            drop_node(id);
            ++freed;
        }
    }
    return freed;
}

}  // namespace patch
