// Which objects keep which alive: a node per object that has an edge, an edge per relation, components of what hangs together.
//
// We hold one reference on every node. A component lives while one of its nodes has a reference that is neither ours nor comes
// from something that dies with it; the rest is freed by sweep(). An unchanged component costs one comparison a sweep: its witness, a node
// that was held at the last trial, still has the same count of references. Nodes that hold something themselves (objrefs, attributes of
// the user's own) are followed through whatever they hold, by the rule of CPython's collector: what has no reference but those that were
// found on the way is held by nobody else. The registry knows no NEURON and no Python: it asks its Host. An address that is no node's is
// the Host's own word for a thing.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <memory>
#include <unordered_map>
#include <vector>

#include "address_table.hpp"

namespace patch {

enum class NodeKind : std::uint8_t { section, object };

// connection: source, target, NetCon.  tree: child, parent.  placement: point process, its section.
// recording: section, Vector, and x; the one that all share.  own_recording: the same for one holder alone.  owner: a section of a HOC
// template, the template's instance. reference: whatever the user ties together.
enum class EdgeKind : std::uint8_t { connection, tree, placement, recording, owner, reference, own_recording };
inline constexpr std::size_t edge_kinds = 7;

class Registry {
  public:
    using Id = std::uint32_t;
    static constexpr Id none = std::numeric_limits<Id>::max();
    static constexpr long always = std::numeric_limits<long>::max();

    struct Node {
        void* address = nullptr;  // what it is known by
        void* holder = nullptr;   // what our reference is on, set by Host::retain
        Id component = none;
        Id next = none, previous = none;                                             // within the component
        std::array<Id, edge_kinds> first{none, none, none, none, none, none, none};  // its edges, newest first, by kind
        std::uint32_t order = 0;                                                     // of creation
        NodeKind kind = NodeKind::object;
    };

    struct Edge {
        std::array<Id, 3> node{none, none, none};
        std::array<Id, 3> next{none, none, none}, previous{none, none, none};  // in the list of each node
        double x = 0;
        EdgeKind kind = EdgeKind::connection;
        bool used = false;
    };

    // What the registry asks of NEURON; implemented once, in plugin/host.
    class Host {
      public:
        virtual ~Host() = default;
        virtual void retain(Node& node) = 0;         // takes our one reference and sets node.holder
        virtual void release(const Node& node) = 0;  // gives it back; what runs then may call the registry again
        // Gives back a whole component at once; a host whose objects can hold one another in a ring cuts it here.
        virtual void release_all(const std::vector<Node>& nodes);
        virtual long references(const Node& node) const = 0;  // but ours; `always` for what HOC itself keeps for ever
        // Where that number can be read while we hold the node, other references of ours included; null where it has to be asked for.
        virtual const std::uint32_t* counter(const Node&) const { return nullptr; }
        virtual bool exists(const Node& node) const = 0;                           // false once NEURON has deleted it
        virtual bool holds(const Registry& registry, const Edge& edge) const = 0;  // is the edge still true in NEURON
        using Visit = std::function<void(void*)>;
        // Calls visit(address) for each reference that the node itself holds: the objrefs of a template's instance, attributes.
        virtual void each_held(const Node& node, const Visit& visit) const = 0;
        virtual bool can_hold(const Node& node) const = 0;  // whether each_held has anything to visit, holders aside
        // The same for a thing that is no node (a List, a list of Python's): all the references on it, and what it holds.
        virtual long references_on(void*) const { return 0; }
        virtual void each_held_by(void*, const Visit&) const {}
        // What has attributes of the user's own, node or not.
        virtual bool has_holders() const { return false; }
        virtual void each_holder(const Visit&) const {}
        // Before the dead go: runs what they want to have run, once (__del__). Returns whether anything ran: then the trial is held again.
        virtual bool finalize(const std::vector<Node>&, const std::vector<void*>&) { return false; }
        // Makes the dead let go of what they hold. The nodes are released after it.
        virtual void clear(const std::vector<Node>&, const std::vector<void*>&) {}
        // An edge is not true any more and is being taken away.
        virtual void lapsed(const Registry&, const Edge&) {}
    };

    explicit Registry(Host& host);
    ~Registry();
    Registry(const Registry&) = delete;
    Registry& operator=(const Registry&) = delete;

    // Joins two or three nodes by an edge and keeps them alive together. Nodes are made when first seen.
    Id connect(EdgeKind kind, NodeKind a_kind, void* a, NodeKind b_kind, void* b, void* via = nullptr, double x = 0);
    // Takes one edge away; a node without edges is released.
    void disconnect(Id edge);
    // Takes away every edge of a node: what was deleted or ended by the user.
    void forget(void* address);

    // The node of an address, or none.
    Id find(void* address) const;
    const Node& node(Id id) const { return nodes_[id]; }
    const Edge& edge(Id id) const { return edges_[id]; }
    // The edge after this one in the list of a node.
    Id next(Id edge, Id node) const;
    // Calls visit(id, edge) for each edge of a node and kind, newest first.
    void each_edge(Id node, EdgeKind kind, const std::function<void(Id, const Edge&)>& visit) const;

    // The same for every edge of a kind.
    void each_edge(EdgeKind kind, const std::function<void(const Edge&)>& visit) const;

    // Frees what nobody reaches. Returns the number of nodes freed.
    enum class Sweep : std::uint8_t {
        changed,    // the components whose witness has another count of references; holders too where anything has changed
        after_run,  // and holders in any case: whatever ran may have changed what they hold
        everything  // every component
    };
    std::size_t sweep(Sweep how = Sweep::changed);
    // Gives back everything, held or not.
    void release_everything();

    // Why something lives: from the node or thing itself to the first that has references from outside.
    struct Step {
        Id node = none;         // or
        void* thing = nullptr;  // the host's own
        Edge edge{};            // by which the step before is tied to this one; not `used` where this one holds it itself
        long outside = 0;       // references from outside; `always` for what HOC keeps
    };
    std::vector<Step> why(void* address);

    // Something has changed what it holds: the next sweep tries holders.
    void touch() { touched_ = true; }
    // A holder that is no node has gone by itself.
    void vanished(void* address) { lone_.erase(address); }

    // Takes away the edges that are no longer true in NEURON; the next sweep lets fall apart what they held together.
    void verify();

    std::size_t node_count() const { return live_nodes_; }
    std::size_t node_count(NodeKind kind) const { return live_by_kind_[std::size_t(kind)]; }
    std::size_t edge_count() const { return live_edges_; }
    std::size_t edge_count(EdgeKind kind) const { return live_edges_by_kind_[std::size_t(kind)]; }
    std::size_t component_count() const { return living_.size(); }
    std::uint64_t retained() const { return retained_; }
    std::uint64_t released() const { return released_; }

  private:
    // Items that never move, in blocks, with the freed places used again.
    template <class Item>
    class Pool {
      public:
        Item& operator[](Id id) { return blocks_[id / block][id % block]; }
        const Item& operator[](Id id) const { return blocks_[id / block][id % block]; }
        Id take();
        void give(Id id);
        Id end() const { return used_; }

      private:
        static constexpr Id block = 256;
        std::vector<std::unique_ptr<Item[]>> blocks_;
        std::vector<Id> free_;
        Id used_ = 0;
    };

    struct Component {
        Id first = none, last = none;
        Id witness = none;
        long references = 0;                     // of the witness at the last trial
        const std::uint32_t* counter = nullptr;  // where the witness's are counted, and what stood there
        std::uint32_t counted = 0;
        std::uint32_t size = 0;
        bool dirty = false;       // an edge was taken away: it may have fallen apart
        bool counts = false;      // a node holds something itself: the witness's references may come from inside
        std::uint32_t place = 0;  // among the living
        bool tried = false;       // by the trial under way
        bool alive = false;       // as it has found
        bool used = false;
    };

    Id ensure(NodeKind kind, void* address);
    Id unite(Id a, Id b);
    void link(Id edge, std::size_t role);
    void unlink(Id edge, std::size_t role);
    void remove_edge(Id edge);
    void append(Component& component, Id id);
    void detach(Id node);
    void drop_node(Id node);
    bool has_edges(const Node& node) const;
    std::size_t role_of(const Edge& edge, Id node) const;
    Id new_component();
    void free_component(Id id);
    bool looks_held(const Component& component) const;
    class Trial;
    std::vector<Id> split(Id component);
    enum class Release : std::uint8_t { dead, held_too };
    std::size_t dispose(const std::vector<Id>& components, const std::vector<void*>& things, bool held, Release how = Release::dead);
    std::vector<Id> members_of(const std::vector<Id>& components) const;
    std::vector<Node> nodes_of(const std::vector<Id>& ids) const;
    std::size_t sweep_once(Sweep how, bool& anything);
    bool holders_are_due(bool changed, Sweep how);
    bool lone_holders_changed() const;
    void lapse(Id edge);

    Host& host_;
    Pool<Node> nodes_;
    Pool<Edge> edges_;
    std::vector<Component> components_;
    std::vector<Id> free_components_, living_;
    AddressTable by_address_;
    std::size_t live_nodes_ = 0, live_edges_ = 0;
    std::array<std::size_t, 2> live_by_kind_{};
    std::array<std::size_t, edge_kinds> live_edges_by_kind_{};
    std::uint32_t order_ = 0;
    std::uint64_t retained_ = 0, released_ = 0;
    bool touched_ = false;
    std::unordered_map<void*, long> lone_;  // holders that are no nodes, and the references on each at the last trial
    std::uint32_t unchanged_ = 0;           // sweeps since anything changed
};

}  // namespace patch
