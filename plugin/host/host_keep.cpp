// What the capabilities keep together: the edges of the registry.
#include <algorithm>
#include <map>
#include <unordered_map>
#include <unordered_set>

#include "../core/defaults.hpp"
#include "findings.hpp"
#include "keep.hpp"
#include "network.hpp"
#include "nrn9.hpp"
#include "python.hpp"

namespace patch::host {

namespace {

void follow_places();

double as_double(Placement how) {
    return double(static_cast<int>(how));
}

// NEURON crashes in the next step, or here, where the section of a connection's target is gone: stock's connections too.
void silence_lost_targets() {
    std::vector<Object> deaf;
    each_connection([&](const Connection& each) {
        if (each.target && !is_artificial_cell(each.target) && !is_placed(each.target)) {
            deaf.push_back(each.netcon);
        }
    });
    for (const Object netcon : deaf) {
        note_ended(netcon);
        silence(netcon);
    }
}

std::vector<Owned>& silent_soon() {
    static auto& all = *new std::vector<Owned>;
    return all;
}

void before_run() {
    for (const Owned& netcon : std::exchange(silent_soon(), {})) {
        silence(netcon.get());
    }
    if (structure_changed()) {
        registry().verify();
        silence_lost_targets();
        keep_moved();
        follow_places();
        let_lost_gids_go();
    }
    sweep(time() == 0 ? Registry::Sweep::changed : Registry::Sweep::after_run);
}

}  // namespace

void join(EdgeKind kind, NodeKind a_kind, void* a, NodeKind b_kind, void* b, void* via, double x) {
    sweep_before_runs();
    Registry& all = registry();
    const auto is_new_section = [&](NodeKind node_kind, void* address) {
        return node_kind == NodeKind::section && all.find(address) == Registry::none;
    };
    const bool new_a = is_new_section(a_kind, a), new_b = is_new_section(b_kind, b);
    all.connect(kind, a_kind, a, b_kind, b, via, x);
    for (void* const section : {new_a ? a : nullptr, new_b ? b : nullptr}) {
        if (section && !all.node(all.find(section)).holder) {
            if (::Object* const cell = nrn_sec2cell(static_cast<::Section*>(section))) {
                all.connect(EdgeKind::owner, NodeKind::section, section, NodeKind::object, cell);
            }
        }
    }
}

Value value_of_node(const Registry::Node& node) {
    Value value;
    const auto* const object = static_cast<const ::Object*>(node.address);
    if (node.kind == NodeKind::object && object->ctemplate->sym == nrnpy_pyobj_sym_) {
        value.kind = Kind::foreign;
        value.origin = {neuron::python::methods.opaque_obj2pyobj(static_cast<::Object*>(node.address))};
        return value;
    }
    if (node.kind == NodeKind::section) {
        value.kind = Kind::section;
        value.segment = {Section{node.address}, 0.5};
        value.origin = {node.holder};
    } else {
        value.kind = Kind::object;
        value.object = {node.address};
    }
    return value;
}

bool has_event_on_its_way(Object netcon) {
    if (time() == 0) {
        return false;
    }
    constexpr double of_netcons = 2;
    const Owned cvode = make("CVode", {}), times = new_vector(), netcons = make("List", {});
    call(cvode.get(), "event_queue_info", {Value::of(of_netcons), Value::of(times.get()), Value::of(netcons.get())});
    const std::vector<Object> all = list_items(netcons.get());
    return std::find(all.begin(), all.end(), netcon) != all.end();
}

void silence_before_run(Object netcon) {
    sweep_before_runs();
    silent_soon().emplace_back(netcon);
}

void sweep_before_runs() {
    static bool hooked = false;
    if (!std::exchange(hooked, true)) {
        on_initialise(&before_run, nullptr);
    }
}

void keep_stock_placed(Object point_process) {
    const Registry::Id known = registry().find(point_process.address);
    if (known == Registry::none || registry().node(known).first[std::size_t(EdgeKind::placement)] == Registry::none) {
        join(EdgeKind::placement, NodeKind::object, point_process.address, NodeKind::section, place_of(point_process).section.address,
             nullptr, as_double(Placement::made));
    }
}

void keep_placed(Object point_process, Placement how) {
    const bool stored = how == Placement::stored;
    if ((defaults::neuron_mode() && !stored) || !is_placed(point_process)) {
        return;
    }
    const Registry& all = registry();
    const Registry::Id known = all.find(point_process.address);
    if (stored || known == Registry::none || all.node(known).first[std::size_t(EdgeKind::placement)] == Registry::none) {
        join(EdgeKind::placement, NodeKind::object, point_process.address, NodeKind::section, place_of(point_process).section.address,
             nullptr, as_double(how));
    }
}

std::vector<Object> stored(Section section) {
    std::vector<Object> found;
    const Registry& all = registry();
    if (const Registry::Id id = all.find(section.address); id != Registry::none) {
        all.each_edge(id, EdgeKind::placement, [&](Registry::Id, const Registry::Edge& edge) {
            if (edge.x == as_double(Placement::stored)) {
                found.push_back({all.node(edge.node[0]).address});
            }
        });
    }
    std::reverse(found.begin(), found.end());
    return found;
}

namespace {

// Any Python object becomes a node through the Object that NEURON wraps it in.
struct Member {
    NodeKind kind;
    void* address;
    Owned made;
};
Member member_of(const Value& value) {
    switch (value.kind) {
    case Kind::section:
    case Kind::segment:
        return {NodeKind::section, value.segment.section.address, {}};
    case Kind::object:
        return {NodeKind::object, value.object.address, {}};
    default: {
        const Owned wrapped = Owned::adopt({neuron::python::methods.po2ho(value.origin.address)});
        return {NodeKind::object, wrapped.get().address, wrapped};
    }
    }
}

bool is_same(const Registry::Node& node, const Value& value) {
    if (value.kind == Kind::section || value.kind == Kind::segment) {
        return node.address == value.segment.section.address;
    }
    if (value.kind == Kind::object) {
        return node.address == value.object.address;
    }
    const auto* const object = static_cast<const ::Object*>(node.address);
    return node.kind == NodeKind::object && object->ctemplate->sym == nrnpy_pyobj_sym_ &&
           neuron::python::methods.opaque_obj2pyobj(static_cast<::Object*>(node.address)) == value.origin.address;
}

}  // namespace

void keep_reference(const Value& nurse, const Value& patient) {
    const Member from = member_of(nurse);
    Member to = member_of(patient);
    const Registry& all = registry();
    if (const Registry::Id id = all.find(from.address); id != Registry::none) {
        all.each_edge(id, EdgeKind::reference, [&](Registry::Id, const Registry::Edge& edge) {
            if (is_same(all.node(edge.node[1]), patient)) {
                to.address = all.node(edge.node[1]).address;  // NEURON makes a new Object of a Python object each time
            }
        });
    }
    join(EdgeKind::reference, from.kind, from.address, to.kind, to.address);
}

bool drop_reference(const Value& nurse, const Value& patient) {
    Registry& all = registry();
    const Registry::Id id = all.find(nurse.kind == Kind::object ? nurse.object.address : nurse.segment.section.address);
    Registry::Id found = Registry::none;
    if (id != Registry::none) {
        all.each_edge(id, EdgeKind::reference, [&](Registry::Id edge_id, const Registry::Edge& edge) {
            if (edge.node[0] == id && is_same(all.node(edge.node[1]), patient)) {
                found = edge_id;
            }
        });
    }
    if (found != Registry::none) {
        all.disconnect(found);
    }
    return found != Registry::none;
}

void keep_connection(const Source& source, Object target, Object netcon) {
    if (defaults::neuron_mode()) {
        return;
    }
    const bool from_section = bool(source.segment.section);
    void* from = from_section ? source.segment.section.address : source.object.address;
    NodeKind from_kind = from_section ? NodeKind::section : NodeKind::object;
    if (!from) {
        from = target.address;
        from_kind = NodeKind::object;
    }
    if (!from) {
        return;  // neither end: the NetCon is the user's alone
    }
    void* const to = target ? target.address : netcon.address;
    join(EdgeKind::connection, from_kind, from, NodeKind::object, to, target ? netcon.address : nullptr);
    keep_placed(target, Placement::brought);
    keep_placed(source.object, Placement::brought);
}

void keep_tree(Section child, Section parent) {
    if (defaults::neuron_mode()) {
        return;
    }
    Registry& all = registry();
    Registry::Id before = Registry::none;  // a section has one parent
    if (const Registry::Id id = all.find(child.address); id != Registry::none) {
        all.each_edge(id, EdgeKind::tree,
                      [&](Registry::Id edge_id, const Registry::Edge& edge) { before = edge.node[0] == id ? edge_id : before; });
    }
    join(EdgeKind::tree, NodeKind::section, child.address, NodeKind::section, parent.address);
    if (before != Registry::none) {
        all.disconnect(before);
    }
}

namespace {

// What each recording's Vector was last told to record.
std::unordered_map<void*, Variable>& recorded() {
    static auto& all = *new std::unordered_map<void*, Variable>;
    return all;
}

void follow_places() {
    std::unordered_map<void*, Variable> now;
    const Registry& all = registry();
    for (const EdgeKind kind : {EdgeKind::recording, EdgeKind::own_recording}) {
        all.each_edge(kind, [&](const Registry::Edge& edge) {
            const Section section{all.node(edge.node[0]).address};
            const Object vector{all.node(edge.node[1]).address};
            if (exists(section)) {
                follow_place(section, edge.x, vector);
                now[vector.address] = recorded()[vector.address];
            }
        });
    }
    recorded() = std::move(now);
}

}  // namespace

std::vector<Moved> moved_recordings() {
    std::vector<Moved> found;
    const Registry& all = registry();
    for (const EdgeKind kind : {EdgeKind::recording, EdgeKind::own_recording}) {
        all.each_edge(kind, [&](const Registry::Edge& edge) {
            const Section section{all.node(edge.node[0]).address};
            const Object vector{all.node(edge.node[1]).address};
            const auto last = recorded().find(vector.address);
            const bool known = exists(section) && last != recorded().end() && last->second;
            if (known && !(raw(last->second) == raw(range_variable({section, edge.x}, "v")))) {
                found.push_back({vector, {section, edge.x}});
            }
        });
    }
    return found;
}

bool lost_its_source(Object netcon) {
    const Registry& all = registry();
    const Registry::Id id = all.find(netcon.address);
    bool had = false;
    if (id != Registry::none && !has_source(netcon)) {
        all.each_edge(id, EdgeKind::connection, [&](Registry::Id, const Registry::Edge& edge) {
            had = had || (edge.x == 0 && edge.node[2] == id && edge.node[0] != edge.node[1]);
        });
    }
    return had;
}

void follow_place(Section section, double x, Object vector) {
    const Variable& last = recorded()[vector.address];
    if (!last || !(raw(last) == raw(range_variable({section, x}, "v")))) {
        record_place(section, x, vector);
    }
}

void record_place(Section section, double x, Object vector) {
    const Variable there = range_variable({section, x}, "v");
    record(vector, there, section);
    recorded()[vector.address] = there;
}

void keep_recording(Section section, double x, Object vector, bool shared) {
    record_place(section, x, vector);
    join(shared ? EdgeKind::recording : EdgeKind::own_recording, NodeKind::section, section.address, NodeKind::object, vector.address,
         nullptr, x);
}

std::vector<std::pair<double, Object>> recordings(Section section) {
    std::vector<std::pair<double, Object>> found;
    const Registry& all = registry();
    const Registry::Id id = all.find(section.address);
    if (id != Registry::none) {
        all.each_edge(id, EdgeKind::recording, [&](Registry::Id, const Registry::Edge& edge) {
            found.emplace_back(edge.x, Object{all.node(edge.node[1]).address});
        });
    }
    std::reverse(found.begin(), found.end());
    return found;
}

Object recording(Section section, double x) {
    const Registry& all = registry();
    const Registry::Id id = all.find(section.address);
    if (id == Registry::none) {
        return {};
    }
    for (Registry::Id e = all.node(id).first[std::size_t(EdgeKind::recording)]; e != Registry::none; e = all.next(e, id)) {
        if (all.edge(e).x == x) {
            return {all.node(all.edge(e).node[1]).address};
        }
    }
    return {};
}

namespace {

constexpr double as_a_source = 1, as_a_target = 2;  // the x of the edge from a stand-in's owner to the NetCon

}  // namespace

void keep_stand_in(const Value& owner, Object netcon, bool as_source) {
    if (!defaults::neuron_mode()) {
        const Member member = member_of(owner);
        join(EdgeKind::reference, member.kind, member.address, NodeKind::object, netcon.address, nullptr,
             as_source ? as_a_source : as_a_target);
    }
}

std::vector<Partner> stand_in_partners(const Value& owner) {
    std::vector<Partner> found;
    const Registry& all = registry();
    const Registry::Id id = all.find(owner.kind == Kind::object ? owner.object.address : owner.segment.section.address);
    if (id == Registry::none) {
        return found;
    }
    all.each_edge(id, EdgeKind::reference, [&](Registry::Id, const Registry::Edge& own) {
        if (own.x != as_a_source && own.x != as_a_target) {
            return;
        }
        const Registry::Id netcon = own.node[1];
        all.each_edge(netcon, EdgeKind::connection, [&](Registry::Id, const Registry::Edge& edge) {
            const Registry::Id other = edge.node[own.x == as_a_source ? 1 : 0];
            found.push_back({value_of_node(all.node(other)), {all.node(netcon).address}});
        });
    });
    std::reverse(found.begin(), found.end());
    return found;
}

Object connection(const Value& source, const Value& target) {
    const Registry& all = registry();
    const auto address = [](const Value& value) {
        return value.kind == Kind::object ? value.object.address : value.segment.section.address;
    };
    const Registry::Id from = all.find(address(source)), to = all.find(address(target));
    Object found;
    if (from != Registry::none && to != Registry::none) {
        all.each_edge(from, EdgeKind::connection, [&](Registry::Id, const Registry::Edge& edge) {
            const bool between = edge.node[0] == from && edge.node[1] == to && edge.node[2] != Registry::none;
            if (between && !found) {
                found = {all.node(edge.node[2]).address};
            }
        });
    }
    return found;
}

std::vector<Partner> partners(const Value& value, bool connected_only) {
    std::vector<Partner> found;
    const Registry& all = registry();
    void* const address = value.kind == Kind::object ? value.object.address : value.segment.section.address;
    const Registry::Id id = all.find(address);
    if (id == Registry::none) {
        return found;
    }
    std::unordered_set<Registry::Id> seen{id};
    const auto add = [&](Registry::Id other, Registry::Id via) {
        if (other != Registry::none && !(connected_only && via == Registry::none) &&
            seen.insert(other).second) {  // newest first: the latest NetCon
            found.push_back({value_of_node(all.node(other)), via == Registry::none ? Object{} : Object{all.node(via).address}});
        }
    };
    for (std::size_t kind = 0; kind < edge_kinds; ++kind) {
        if (connected_only && EdgeKind(kind) != EdgeKind::connection) {
            continue;
        }
        const std::size_t before = found.size();
        all.each_edge(id, EdgeKind(kind), [&](Registry::Id, const Registry::Edge& edge) {
            const Registry::Id via = edge.node[2];
            for (const Registry::Id end : {edge.node[0], edge.node[1]}) {
                add(end, via);
            }
            if (!connected_only) {
                add(via, Registry::none);
            }
        });
        std::reverse(found.begin() + std::ptrdiff_t(before), found.end());  // oldest first
    }
    return found;
}

// The edge of a receiver leads from its target to itself and has the gid, counted from 1, as its x.
void keep_receiver(int gid, Object target, Object netcon) {
    if (!defaults::neuron_mode()) {
        join(EdgeKind::connection, NodeKind::object, target.address, NodeKind::object, target.address, netcon.address, gid + 1.0);
        keep_placed(target, Placement::brought);
    }
}

int received_gid(Object netcon) {
    const Registry& all = registry();
    const Registry::Id id = all.find(netcon.address);
    int gid = -1;
    if (id != Registry::none) {
        all.each_edge(id, EdgeKind::connection,
                      [&](Registry::Id, const Registry::Edge& edge) { gid = edge.node[2] == id && edge.x > 0 ? int(edge.x - 1) : gid; });
    }
    return gid;
}

std::vector<Object> kept_receivers(int gid) {
    std::vector<Object> found;
    const Registry& all = registry();
    all.each_edge(EdgeKind::connection, [&](const Registry::Edge& edge) {
        if (edge.x > 0 && (gid < 0 || edge.x == gid + 1.0)) {
            found.push_back({all.node(edge.node[2]).address});
        }
    });
    return found;
}

// A point process that a connection brought along stays with its section only as long as it is connected.
void forget(Object netcon) {
    Registry& all = registry();
    std::vector<void*> ends;
    if (const Registry::Id id = all.find(netcon.address); id != Registry::none) {
        all.each_edge(id, EdgeKind::connection, [&](Registry::Id, const Registry::Edge& edge) {
            for (const Registry::Id end : {edge.node[0], edge.node[1]}) {
                if (end != id && all.node(end).kind == NodeKind::object) {
                    ends.push_back(all.node(end).address);
                }
            }
        });
    }
    all.forget(netcon.address);
    for (void* const end : ends) {
        const Registry::Id id = all.find(end);
        if (id == Registry::none || all.node(id).first[std::size_t(EdgeKind::connection)] != Registry::none) {
            continue;
        }
        Registry::Id brought = Registry::none;
        all.each_edge(id, EdgeKind::placement, [&](Registry::Id edge_id, const Registry::Edge& edge) {
            brought = edge.x == as_double(Placement::brought) ? edge_id : brought;
        });
        if (brought != Registry::none) {
            all.disconnect(brought);
        }
    }
}

std::size_t sweep(Registry::Sweep how) {
    if (running()) {
        return 0;
    }
    keep_fresh();
    hoc_unref_defer();  // NEURON keeps the last object that an expression looked at
    std::size_t freed = 0;
    if (structure_changed()) {
        forget_attributes_of_deleted();  // what those held may be let go too
    }
    const python::Lock lock;
    bool again = false;
    do {
        const std::size_t now = registry().sweep(how);
        freed += now;
        keep_fresh();  // Vectors whose variable has just gone
        again = now && forget_attributes_of_deleted();
    } while (again);
    forget_lost_records();
    return freed;
}

}  // namespace patch::host
