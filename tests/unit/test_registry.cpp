// The registry without NEURON: who keeps whom alive, what goes, in which order and at what cost.
#include "../../plugin/core/registry.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <string>

namespace {

using patch::EdgeKind;
using patch::NodeKind;
using Id = patch::Registry::Id;

static_assert(sizeof(patch::Registry::Edge) <= 64, "An edge fits in one cache line.");
static_assert(sizeof(patch::Registry::Node) + sizeof(std::pair<void* const, Id>) + 2 * sizeof(void*) <= 96,
              "A node and its place in the map (entry, link, bucket) take at most 96 bytes.");

constexpr EdgeKind kinds[] = {EdgeKind::connection, EdgeKind::tree, EdgeKind::placement, EdgeKind::recording, EdgeKind::owner};

patch::Registry::Sweep how(bool everything) {
    return everything ? patch::Registry::Sweep::everything : patch::Registry::Sweep::changed;
}

// A section or a HOC object of the fake host: known by its own address, gone when nobody refers to it.
struct Thing {
    NodeKind kind = NodeKind::object;
    long outside = 0;          // references of the user's
    long inside = 0;           // references by the `held` of other things, and of itself
    long ours = 0;             // references of the registry's
    bool can_hold = false;     // an instance of a template
    bool always = false;       // HOC keeps it for ever
    bool exists = true;        // false once NEURON has deleted it
    bool gone = false;         // freed: nobody may ask about it any more
    std::vector<Thing*> held;  // its objrefs
};

Thing* thing(void* address) {
    return static_cast<Thing*>(address);
}

// Counts references as NEURON does, and the questions it is asked.
class FakeHost: public patch::Registry::Host {
  public:
    struct Asked {
        long references = 0, exists = 0, holds = 0, each_held = 0;
    };

    Thing* make(NodeKind kind, long outside = 1) {
        things.emplace_back();
        things.back().kind = kind;
        things.back().outside = outside;
        return &things.back();
    }

    void take(Thing* t) { ++t->outside; }

    void drop(Thing* t) {
        --t->outside;
        settle(t);
    }

    void hold(Thing* holder, Thing* t) {
        EXPECT_TRUE(holder->can_hold);
        holder->held.push_back(t);
        ++t->inside;
    }

    void unhold(Thing* holder, Thing* t) {
        holder->held.erase(std::find(holder->held.begin(), holder->held.end(), t));
        --t->inside;
        settle(t);
    }

    void retain(patch::Registry::Node& node) override {
        EXPECT_FALSE(thing(node.address)->gone);
        node.holder = node.address;
        ++thing(node.address)->ours;
        ++retains;
    }

    void release(const patch::Registry::Node& node) override {
        Thing* t = thing(node.holder);
        EXPECT_EQ(t, node.address);
        EXPECT_GT(t->ours, 0);
        ++releases;
        releasing.push_back(t);
        --t->ours;
        settle(t);
        if (on_release) {
            on_release(t);
        }
    }

    long references(const patch::Registry::Node& node) const override {
        ++asked.references;
        EXPECT_FALSE(thing(node.address)->gone);
        return thing(node.address)->always ? patch::Registry::always : thing(node.address)->outside + thing(node.address)->inside;
    }

    bool exists(const patch::Registry::Node& node) const override {
        ++asked.exists;
        EXPECT_FALSE(thing(node.address)->gone);
        return thing(node.address)->exists;
    }

    bool holds(const patch::Registry& registry, const patch::Registry::Edge& edge) const override {
        ++asked.holds;
        EXPECT_TRUE(edge.used);
        for (const Id id : edge.node) {
            if (id != patch::Registry::none && !thing(registry.node(id).address)->exists) {
                return false;
            }
        }
        return untrue.count(edge.x) == 0;
    }

    void each_held(const patch::Registry::Node& node, const std::function<void(void*)>& visit) const override {
        ++asked.each_held;
        for (Thing* t : thing(node.address)->held) {
            visit(t);
        }
    }

    bool can_hold(const patch::Registry::Node& node) const override { return thing(node.address)->can_hold; }

    long references_on(void* address) const override { return thing(address)->outside + thing(address)->inside + thing(address)->ours; }

    void each_held_by(void* address, const std::function<void(void*)>& visit) const override {
        for (Thing* t : thing(address)->held) {
            visit(t);
        }
    }

    std::deque<Thing> things;
    std::set<double> untrue;                 // the x of edges that NEURON no longer has
    std::vector<Thing*> releasing;           // in order
    std::function<void(Thing*)> on_release;  // what runs when a reference is given back
    std::uint64_t retains = 0, releases = 0;
    mutable Asked asked;

  private:
    // Frees what nobody refers to, and what only that held.
    void settle(Thing* t) {
        if (t->gone || t->outside + t->inside + t->ours > 0) {
            return;
        }
        t->gone = true;
        std::vector<Thing*> held;
        held.swap(t->held);
        for (Thing* other : held) {
            --other->inside;
            settle(other);
        }
    }
};

// Lets go of everything and expects as many releases as retains.
void expect_balanced(FakeHost& host, patch::Registry& registry) {
    host.on_release = nullptr;
    for (Thing& t : host.things) {
        t.always = false;
        t.outside = 0;
    }
    while (registry.sweep(how(true)) > 0) {
    }
    // What holds across components in a ring stays, as in stock NEURON, until the user forgets it.
    for (Thing& t : host.things) {
        registry.forget(&t);
    }
    EXPECT_EQ(registry.node_count(), 0u);
    EXPECT_EQ(registry.edge_count(), 0u);
    EXPECT_EQ(registry.component_count(), 0u);
    EXPECT_EQ(registry.retained(), registry.released());
    EXPECT_EQ(host.retains, host.releases);
    EXPECT_EQ(host.retains, registry.retained());
    for (const Thing& t : host.things) {
        EXPECT_EQ(t.ours, 0);
    }
    for (const EdgeKind kind : kinds) {
        EXPECT_EQ(registry.edge_count(kind), 0u);
    }
}

// Each test ends with as many releases as retains.
class Registry: public testing::Test {
  protected:
    void TearDown() override { expect_balanced(host, registry); }

    Thing* section(long outside = 1) { return host.make(NodeKind::section, outside); }
    Thing* object(long outside = 1) { return host.make(NodeKind::object, outside); }

    // An instance of a template, which can hold others.
    Thing* instance(long outside = 1) {
        Thing* t = object(outside);
        t->can_hold = true;
        return t;
    }

    Id connect(Thing* source, Thing* target, Thing* netcon = nullptr, double x = 0) {
        return registry.connect(EdgeKind::connection, source->kind, source, target->kind, target, netcon, x);
    }

    Id connect(EdgeKind kind, Thing* a, Thing* b, double x = 0) { return registry.connect(kind, a->kind, a, b->kind, b, nullptr, x); }

    bool known(Thing* t) const { return registry.find(t) != patch::Registry::none; }

    // The x of a node's edges of one kind, in the order of the list.
    std::vector<double> edges_of(Thing* t, EdgeKind kind = EdgeKind::connection) const {
        std::vector<double> found;
        registry.each_edge(registry.find(t), kind, [&](Id, const patch::Registry::Edge& edge) { found.push_back(edge.x); });
        return found;
    }

    // The questions the host was asked by one sweep.
    FakeHost::Asked asked_by_sweep(bool everything = false) {
        host.asked = {};
        registry.sweep(how(everything));
        return host.asked;
    }

    FakeHost host;
    patch::Registry registry{host};
};

// Nodes and edges.

TEST_F(Registry, MakesANodeWhenAnEdgeNeedsIt) {
    Thing *source = section(), *target = object(), *netcon = object();
    EXPECT_FALSE(known(source));
    EXPECT_EQ(host.retains, 0u);
    connect(source, target, netcon, 0.25);
    EXPECT_TRUE(known(source) && known(target) && known(netcon));
    EXPECT_EQ(registry.node_count(), 3u);
    EXPECT_EQ(registry.node_count(NodeKind::section), 1u);
    EXPECT_EQ(registry.node_count(NodeKind::object), 2u);
    EXPECT_EQ(registry.component_count(), 1u);
}

TEST_F(Registry, HoldsOneReferenceHoweverManyEdges) {
    Thing *source = section(), *target = object();
    for (int i = 0; i < 10; ++i) {
        connect(source, target, object(0));
    }
    EXPECT_EQ(source->ours, 1);
    EXPECT_EQ(target->ours, 1);
    EXPECT_EQ(host.retains, 12u);
}

TEST_F(Registry, AThousandConnectionsBetweenOnePairAreAThousand) {
    Thing *source = section(), *target = object();
    std::vector<Id> made;
    for (int i = 0; i < 1000; ++i) {
        made.push_back(connect(source, target, object(0), i));
    }
    EXPECT_EQ(registry.edge_count(EdgeKind::connection), 1000u);
    EXPECT_EQ(registry.component_count(), 1u);
    EXPECT_EQ(edges_of(source).size(), 1000u);
    EXPECT_EQ(edges_of(target).size(), 1000u);
    for (const Id edge : made) {
        registry.disconnect(edge);
    }
    EXPECT_EQ(registry.node_count(), 0u);
    EXPECT_FALSE(source->gone);
}

TEST_F(Registry, WalksTheEdgesOfANodeNewestFirstAndByKind) {
    Thing *source = section(), *target = section();
    connect(source, target, nullptr, 1);
    connect(EdgeKind::tree, source, target, 2);
    const Id middle = connect(target, source, nullptr, 3);
    connect(source, target, nullptr, 4);
    EXPECT_EQ(edges_of(source), (std::vector<double>{4, 3, 1}));
    EXPECT_EQ(edges_of(target), (std::vector<double>{4, 3, 1}));
    EXPECT_EQ(edges_of(source, EdgeKind::tree), std::vector<double>{2});
    EXPECT_TRUE(edges_of(source, EdgeKind::recording).empty());
    registry.disconnect(middle);
    EXPECT_EQ(edges_of(source), (std::vector<double>{4, 1}));
    EXPECT_EQ(edges_of(target), (std::vector<double>{4, 1}));
}

TEST_F(Registry, AVisitorMayDisconnectTheEdgeItVisits) {
    Thing *source = section(), *target = section();
    for (int i = 0; i < 5; ++i) {
        connect(source, target, object(0), i);
    }
    connect(EdgeKind::tree, source, target);  // keeps the nodes
    int visited = 0;
    registry.each_edge(registry.find(source), EdgeKind::connection, [&](Id edge, const patch::Registry::Edge&) {
        ++visited;
        registry.disconnect(edge);
    });
    EXPECT_EQ(visited, 5);
    EXPECT_EQ(registry.edge_count(), 1u);
}

TEST_F(Registry, AnAutapseIsInItsListOnce) {
    Thing* cell = section();
    connect(cell, cell, object(0), 1);
    const Id bare = connect(cell, cell, nullptr, 2);
    connect(cell, section(), nullptr, 3);
    EXPECT_EQ(edges_of(cell), (std::vector<double>{3, 2, 1}));
    registry.disconnect(bare);
    EXPECT_EQ(edges_of(cell), (std::vector<double>{3, 1}));
}

TEST_F(Registry, AnAutapseIsFreedWithItsSection) {
    Thing *cell = section(), *netcon = object(0);
    const Id bare = connect(cell, cell);
    EXPECT_EQ(registry.node_count(), 1u);
    registry.disconnect(bare);
    EXPECT_EQ(registry.node_count(), 0u);
    connect(cell, cell, netcon);
    EXPECT_EQ(registry.sweep(), 0u);
    host.drop(cell);
    EXPECT_EQ(registry.sweep(), 2u);
    EXPECT_TRUE(cell->gone && netcon->gone);
}

TEST_F(Registry, ANetConMayItselfBeTheSource) {
    Thing *cell = object(), *target = object();
    connect(cell, target, cell, 1);
    EXPECT_EQ(registry.node_count(), 2u);
    EXPECT_EQ(edges_of(cell), std::vector<double>{1});
    host.drop(cell);
    host.drop(target);
    EXPECT_EQ(registry.sweep(), 2u);
}

TEST_F(Registry, AnAddressUsedAgainIsANewNode) {
    Thing *a = section(), *b = section();
    registry.disconnect(connect(a, b));
    EXPECT_FALSE(known(a));
    connect(a, b);
    EXPECT_EQ(registry.node_count(), 2u);
    EXPECT_EQ(registry.retained(), 4u);
    EXPECT_EQ(edges_of(a).size(), 1u);
}

// Alive and dead.

TEST_F(Registry, OneOutsideReferenceKeepsTheWholeComponent) {
    std::vector<Thing*> chain;
    for (int i = 0; i < 10; ++i) {
        chain.push_back(section());
        if (i > 0) {
            connect(EdgeKind::tree, chain[std::size_t(i)], chain[std::size_t(i - 1)]);
        }
    }
    for (Thing* t : chain) {
        if (t != chain[7]) {
            host.drop(t);
        }
    }
    EXPECT_EQ(registry.sweep(), 0u);
    EXPECT_EQ(registry.sweep(), 0u);
    host.drop(chain[7]);
    EXPECT_EQ(registry.sweep(), 10u);
    EXPECT_TRUE(std::all_of(chain.begin(), chain.end(), [](const Thing* t) { return t->gone; }));
}

TEST_F(Registry, EveryKindOfEdgeKeepsAlive) {
    for (const EdgeKind kind : kinds) {
        Thing *held = section(), *kept = object(0);
        connect(kind, held, kept);
        EXPECT_EQ(registry.edge_count(kind), 1u);
        registry.sweep();
        EXPECT_FALSE(kept->gone);
        host.drop(held);
        EXPECT_EQ(registry.sweep(), 2u);
        EXPECT_TRUE(kept->gone);
    }
}

TEST_F(Registry, AWitnessThatLeavesIsFollowedByAnother) {
    Thing *a = section(), *b = section();
    connect(a, b);
    registry.sweep();
    for (Thing* t : {a, b, a, b}) {  // let go of each in turn
        host.drop(t);
        EXPECT_EQ(registry.sweep(), 0u);
        host.take(t);
        EXPECT_EQ(registry.sweep(), 0u);
    }
    EXPECT_TRUE(known(a) && known(b));
}

TEST_F(Registry, AComponentThatJoinsAnUnheldOneKeepsIt) {
    Thing *a = section(), *b = section(), *c = section(0), *d = section(0);
    connect(a, b);
    connect(c, d);
    connect(b, c);
    EXPECT_EQ(registry.component_count(), 1u);
    EXPECT_EQ(registry.sweep(), 0u);
    EXPECT_EQ(registry.node_count(), 4u);
}

TEST_F(Registry, DisconnectSplitsAtTheNextSweep) {
    Thing *a = section(), *b = section(0), *c = section(0), *d = section(0);
    connect(a, b);
    const Id bridge = connect(b, c);
    connect(c, d);
    registry.sweep();
    registry.disconnect(bridge);
    EXPECT_TRUE(known(c) && known(d));
    EXPECT_EQ(registry.sweep(), 2u);
    EXPECT_TRUE(c->gone && d->gone);
    EXPECT_TRUE(known(a) && known(b));
    EXPECT_EQ(registry.component_count(), 1u);
}

TEST_F(Registry, BothHalvesOfASplitLiveWhileEachIsHeld) {
    Thing *a = section(), *b = section(0), *c = section(0), *d = section();
    connect(a, b);
    const Id bridge = connect(b, c);
    connect(c, d);
    registry.disconnect(bridge);
    EXPECT_EQ(registry.sweep(), 0u);
    EXPECT_EQ(registry.component_count(), 2u);
    host.drop(d);
    EXPECT_EQ(registry.sweep(), 2u);
    EXPECT_TRUE(known(a) && !known(d));
}

TEST_F(Registry, OneOfTwoParallelEdgesIsEnoughToStayTogether) {
    Thing *a = section(), *b = section(0);
    const Id first = connect(a, b);
    connect(a, b);
    registry.disconnect(first);
    EXPECT_EQ(registry.sweep(), 0u);
    EXPECT_TRUE(known(b));
}

TEST_F(Registry, DisconnectReleasesTheNetConFirst) {
    Thing *source = section(0), *target = object(0), *netcon = object(0);
    registry.disconnect(connect(source, target, netcon));
    EXPECT_EQ(host.releasing, (std::vector<Thing*>{netcon, source, target}));
    EXPECT_TRUE(netcon->gone);
}

TEST_F(Registry, AnEdgeThatIsNoLongerTrueSplits) {
    Thing *a = section(), *b = section(0), *c = section(0);
    connect(a, b, nullptr, 1);
    connect(b, c, nullptr, 2);
    registry.sweep();
    host.untrue.insert(1);                     // stock's disconnect: nobody tells us
    EXPECT_EQ(registry.sweep(how(true)), 3u);  // b and c die; a, without edges, is let go
    EXPECT_FALSE(a->gone);
    EXPECT_TRUE(b->gone && c->gone);
    EXPECT_EQ(registry.edge_count(), 0u);
}

TEST_F(Registry, AnEdgeThatIsNoLongerTrueIsSeenWhenItsComponentIsDirty) {
    Thing *a = section(), *b = section(0), *c = section(0), *d = section();
    connect(a, b, nullptr, 1);
    connect(b, c, nullptr, 2);
    const Id other = connect(a, d, nullptr, 3);
    connect(a, d, nullptr, 4);
    registry.sweep();
    host.untrue.insert(2);
    registry.disconnect(other);
    EXPECT_EQ(registry.sweep(), 1u);
    EXPECT_TRUE(c->gone);
    EXPECT_TRUE(known(b));
}

TEST_F(Registry, AnEdgeThatIsNoLongerTrueStaysUntilTheTrial) {
    Thing *a = section(), *b = section(0);
    connect(a, b, nullptr, 1);
    host.untrue.insert(1);
    EXPECT_EQ(registry.sweep(), 0u);  // held: its edges are not asked
    EXPECT_EQ(host.asked.holds, 0);
    host.drop(a);
    EXPECT_EQ(registry.sweep(), 2u);
}

TEST_F(Registry, ADeletedSectionHoldsNothing) {
    Thing *a = section(), *b = section(0), *c = section(0);
    connect(a, b);
    connect(b, c);
    for (int i = 0; i < 3; ++i) {
        registry.sweep();
    }
    a->exists = false;  // the user still has a reference, the count is the same
    EXPECT_EQ(registry.sweep(), 3u);
    EXPECT_FALSE(a->gone);
    EXPECT_TRUE(b->gone && c->gone);
}

TEST_F(Registry, ADeletedSectionInTheMiddleSplits) {
    Thing *a = section(), *b = section(0), *c = section(0), *d = section(0);
    connect(a, b);
    connect(a, b);
    connect(b, c);
    connect(c, d);
    c->exists = false;
    EXPECT_EQ(registry.sweep(how(true)), 2u);
    EXPECT_TRUE(known(a) && known(b));
    EXPECT_TRUE(c->gone && d->gone);
    EXPECT_EQ(registry.edge_count(), 2u);
}

TEST_F(Registry, AComponentOfDeletedSectionsGoes) {
    Thing *a = section(), *b = section();
    connect(a, b);
    a->exists = b->exists = false;
    EXPECT_EQ(registry.sweep(), 2u);
    EXPECT_EQ(a->ours + b->ours, 0);
}

TEST_F(Registry, WhatHOCKeepsForEverKeepsItsComponent) {
    Thing *soma = section(0), *netcon = object(0), *target = object(0);
    soma->always = true;
    connect(soma, target, netcon);
    for (int i = 0; i < 20; ++i) {
        EXPECT_EQ(registry.sweep(how(i % 3 == 0)), 0u);
    }
    EXPECT_TRUE(known(netcon));
    soma->exists = false;
    EXPECT_EQ(registry.sweep(), 3u);
}

TEST_F(Registry, WhatHOCKeepsForEverIsHeldHoweverManyMembersHoldIt) {
    Thing *soma = section(0), *cell = instance(0);
    soma->always = true;
    connect(EdgeKind::owner, soma, cell);
    host.hold(cell, soma);
    EXPECT_EQ(registry.sweep(how(true)), 0u);
    EXPECT_TRUE(known(soma));
}

// References from inside.

TEST_F(Registry, AReferenceFromAMemberIsNotFromOutside) {
    Thing *soma = section(0), *cell = instance(0), *synapse = object(0);
    connect(EdgeKind::owner, soma, cell);
    connect(EdgeKind::placement, synapse, soma);
    host.hold(cell, synapse);
    EXPECT_EQ(registry.sweep(), 3u);
    EXPECT_TRUE(soma->gone && cell->gone && synapse->gone);
}

TEST_F(Registry, AReferenceFromInsideAndOneFromOutsideKeep) {
    Thing *soma = section(0), *cell = instance(0), *synapse = object(0);
    connect(EdgeKind::owner, soma, cell);
    connect(EdgeKind::placement, synapse, soma);
    host.hold(cell, synapse);
    host.hold(cell, synapse);
    host.take(synapse);
    EXPECT_EQ(registry.sweep(), 0u);
    host.drop(synapse);
    EXPECT_EQ(registry.sweep(), 3u);
}

TEST_F(Registry, AMemberThatHoldsItselfGoes) {
    Thing *soma = section(0), *cell = instance();
    connect(EdgeKind::owner, soma, cell);
    host.hold(cell, cell);
    EXPECT_EQ(registry.sweep(), 0u);
    host.drop(cell);
    EXPECT_EQ(registry.sweep(), 2u);
    EXPECT_FALSE(known(cell));
}

TEST_F(Registry, MembersThatHoldEachOtherGo) {
    Thing *soma = section(0), *first = instance(0), *second = instance(0);
    connect(EdgeKind::owner, soma, first);
    connect(EdgeKind::owner, soma, second);
    host.hold(first, second);
    host.hold(second, first);
    EXPECT_EQ(registry.sweep(), 3u);  // our references are back; to cut the ring itself is the host's
    EXPECT_EQ(soma->ours + first->ours + second->ours, 0);
}

TEST_F(Registry, AReferenceFromAnotherComponentIsFromOutside) {
    Thing *soma = section(0), *cell = instance(0), *holder = instance(), *other = section(0);
    connect(EdgeKind::owner, soma, cell);
    connect(EdgeKind::owner, other, holder);
    host.hold(holder, cell);
    EXPECT_EQ(registry.sweep(how(true)), 0u);
    host.drop(holder);
    std::size_t freed = registry.sweep();
    freed += registry.sweep();  // what a freed component held goes at the next sweep at the latest
    EXPECT_EQ(freed, 4u);
}

TEST_F(Registry, ASwapOfOutsideForInsideAtTheSameCountIsSeen) {
    for (int sweeps = 0; sweeps < 10; ++sweeps) {
        Thing *soma = section(0), *cell = instance(0), *synapse = object();
        connect(EdgeKind::owner, soma, cell);
        connect(EdgeKind::placement, synapse, soma);
        for (int i = 0; i < sweeps; ++i) {
            EXPECT_EQ(registry.sweep(), 0u);
        }
        host.hold(cell, synapse);
        host.drop(synapse);
        EXPECT_EQ(registry.sweep(), 3u);
    }
}

TEST_F(Registry, AHolderThatJoinsTheComponentIsNoLongerOutside) {
    for (const bool known_before : {false, true}) {
        for (int sweeps = 0; sweeps < 10; ++sweeps) {
            Thing *soma = section(0), *synapse = object(0), *cell = instance(), *other = section(0);
            host.hold(cell, synapse);
            connect(EdgeKind::placement, synapse, soma);
            if (known_before) {
                connect(EdgeKind::owner, other, cell);
            }
            for (int i = 0; i < sweeps; ++i) {
                EXPECT_EQ(registry.sweep(), 0u);
            }
            if (known_before) {
                connect(soma, other);
            } else {
                connect(EdgeKind::owner, soma, cell);
            }
            host.drop(cell);
            EXPECT_EQ(registry.sweep(), known_before ? 4u : 3u);
        }
    }
}

TEST_F(Registry, APartWithAHolderIsStillCountedAfterASplit) {
    for (int sweeps = 0; sweeps < 10; ++sweeps) {
        Thing *soma = section(0), *cell = instance(0), *synapse = object(), *other = section();
        connect(EdgeKind::owner, soma, cell);
        connect(EdgeKind::placement, synapse, soma);
        registry.disconnect(connect(other, soma));
        for (int i = 0; i < sweeps; ++i) {
            EXPECT_EQ(registry.sweep(), 0u);
        }
        host.hold(cell, synapse);
        host.drop(synapse);
        EXPECT_EQ(registry.sweep(), 3u);
    }
}

// What a sweep costs.

TEST_F(Registry, AnUnchangedComponentCostsOneComparison) {
    Thing *source = section(), *target = object(0);
    for (int i = 0; i < 100; ++i) {
        connect(source, target, object(0));
    }
    for (int i = 0; i < 3; ++i) {
        registry.sweep();
    }
    for (const int unchanged : {3, 5, 6, 7}) {
        if (unchanged == 5) {
            registry.sweep();  // the fourth may look again
        }
        const FakeHost::Asked asked = asked_by_sweep();
        EXPECT_EQ(asked.references, 1) << unchanged;
        EXPECT_LE(asked.exists, 1) << unchanged;
        EXPECT_EQ(asked.holds + asked.each_held, 0) << unchanged;
    }
}

TEST_F(Registry, AComponentWithHoldersIsCountedEverySweepButNotSplit) {
    Thing *soma = section(), *cell = instance();
    connect(EdgeKind::owner, soma, cell);
    for (int i = 0; i < 10; ++i) {
        const FakeHost::Asked asked = asked_by_sweep();
        EXPECT_EQ(asked.each_held, 1);
        EXPECT_EQ(asked.holds, 0);
    }
}

TEST_F(Registry, AThousandUnchangedComponentsCostAThousandComparisons) {
    for (int i = 0; i < 1000; ++i) {
        Thing *source = section(), *target = object(0);
        for (int j = 0; j < 5; ++j) {
            connect(source, target, object(0));
        }
    }
    for (int i = 0; i < 3; ++i) {
        registry.sweep();
    }
    EXPECT_EQ(asked_by_sweep().references, 1000);
}

TEST_F(Registry, AHeldComponentThatGrowsCostsOneComparison) {
    Thing* last = section(0);
    for (int i = 1; i < 50; ++i) {
        Thing* next = section(i < 49 ? 0 : 1);  // the last one is the witness
        connect(EdgeKind::tree, last, next);
        last = next;
    }
    registry.sweep();
    long references = 0;
    for (int i = 0; i < 200; ++i) {
        Thing* next = section();
        connect(EdgeKind::tree, next, last);
        last = next;
        references += asked_by_sweep().references;
    }
    EXPECT_LE(references, 200 + 8 * 50);  // and a second look at 1, 2, 4, ... 128
}

TEST_F(Registry, AChangeElsewhereCostsTheOthersNothing) {
    Thing* changing = section();
    connect(changing, section());
    for (int i = 0; i < 100; ++i) {
        connect(section(), section());
    }
    for (int i = 0; i < 3; ++i) {
        registry.sweep();
    }
    host.take(changing);
    EXPECT_LE(asked_by_sweep().references, 100 + 1 + 2);
    host.drop(changing);
}

TEST_F(Registry, ASplitIntoAThousandAsksEachEdgeOnceAndEachPartThriceAtMost) {
    Thing* hub = section();
    std::vector<Id> spokes;
    for (int i = 0; i < 1000; ++i) {
        Thing *rim = section(), *beyond = section();
        connect(rim, beyond);
        spokes.push_back(connect(hub, rim));
    }
    registry.sweep();
    for (const Id spoke : spokes) {
        registry.disconnect(spoke);
    }
    const FakeHost::Asked asked = asked_by_sweep();
    EXPECT_EQ(registry.component_count(), 1000u);
    EXPECT_EQ(asked.holds, 1000);
    EXPECT_LE(asked.references, 3000);  // a part that got a free place further on is met again
}

TEST_F(Registry, ConnectingAsksTheHostNothingButToRetain) {
    Thing *source = section(), *target = object();
    for (int i = 0; i < 100000; ++i) {
        connect(source, target, object(0));
    }
    EXPECT_EQ(host.retains, 100002u);
    EXPECT_EQ(host.asked.references + host.asked.exists + host.asked.holds + host.asked.each_held, 0);
}

TEST_F(Registry, ASmallComponentMovesIntoALargeWhicheverIsNamedFirst) {
    Thing *a = section(), *b = section();
    connect(a, b);
    const auto component = [&] { return registry.node(registry.find(a)).component; };
    const Id large = component();
    connect(section(), a);
    EXPECT_EQ(component(), large);
    connect(a, section());
    EXPECT_EQ(component(), large);
    connect(section(), section(), object());
    connect(section(), a, object());
    EXPECT_EQ(component(), large);
}

TEST_F(Registry, FreeingAHundredThousandConnectionsOfOneSourceIsLinear) {
    Thing *source = section(), *target = object(0);
    std::vector<Thing*> netcons;
    for (int i = 0; i < 100000; ++i) {
        netcons.push_back(object(0));
        connect(source, target, netcons.back());
    }
    registry.sweep();
    host.drop(source);
    const FakeHost::Asked asked = asked_by_sweep();
    EXPECT_EQ(registry.node_count(), 0u);
    EXPECT_EQ(host.releases, 100002u);
    EXPECT_EQ(asked.holds, 0) << "a component that nobody holds goes as a whole, true or not";
    EXPECT_LE(asked.references, 2 * 100002 + 1);
    EXPECT_LE(asked.exists, 2 * 100002 + 1);
    EXPECT_EQ(asked.each_held, 0);
}

TEST_F(Registry, DisconnectingAHundredThousandConnectionsOfOneSourceIsLinear) {
    for (const bool newest_first : {false, true}) {
        Thing *source = section(), *target = object();
        std::vector<Id> made;
        for (int i = 0; i < 100000; ++i) {
            made.push_back(connect(source, target, object(0)));
        }
        if (newest_first) {
            std::reverse(made.begin(), made.end());
        }
        host.asked = {};
        for (const Id edge : made) {
            registry.disconnect(edge);
        }
        EXPECT_EQ(registry.node_count(), 0u);
        EXPECT_EQ(host.asked.references + host.asked.exists + host.asked.holds, 0);
    }
    EXPECT_EQ(host.releases, 2 * 100002u);
}

// Held from other components, and by what is no node.

TEST_F(Registry, ARingOfHoldersInTwoComponentsIsFreed) {
    Thing *a = instance(0), *b = instance(0), *x = section(), *y = section();
    connect(EdgeKind::owner, x, a);
    connect(EdgeKind::owner, y, b);
    host.hold(a, b);
    host.hold(b, a);
    registry.sweep();
    EXPECT_TRUE(known(a) && known(b));
    host.drop(x);
    registry.sweep();
    EXPECT_TRUE(known(a) && known(b) && known(x) && known(y)) << "y is held, and b holds a";
    host.drop(y);
    registry.sweep();
    EXPECT_EQ(registry.node_count(), 0u);
}

TEST_F(Registry, AChainOfHoldersGoesInOneSweepWhateverWasMadeFirst) {
    for (const bool older_holds : {false, true}) {
        Thing *first = instance(0), *second = instance(0), *x = section(0), *y = section();
        connect(EdgeKind::owner, x, first);
        connect(EdgeKind::owner, y, second);
        older_holds ? host.hold(first, second) : host.hold(second, first);
        registry.sweep();
        EXPECT_EQ(known(first), !older_holds);
        host.drop(y);
        registry.sweep();
        EXPECT_EQ(registry.node_count(), 0u);
    }
}

TEST_F(Registry, WhatAListHoldsIsInsideOnceAllReferencesToTheListAre) {
    Thing *cell = instance(0), *synapse = object(0), *list = host.make(NodeKind::object, 1), *other = instance(0);
    connect(EdgeKind::placement, synapse, cell);
    list->can_hold = true;
    host.hold(cell, list);
    host.hold(list, synapse);
    registry.sweep();
    EXPECT_TRUE(known(synapse)) << "the list is held outside";
    connect(EdgeKind::placement, other, cell);
    host.hold(other, list);
    host.drop(list);
    registry.sweep();
    EXPECT_EQ(registry.node_count(), 0u) << "two members hold the list, and nobody else";
}

TEST_F(Registry, TwoCellsThatPointBackToAHolderThatIsNoNodeAreFreedWithIt) {
    Thing *net = host.make(NodeKind::object, 1), *a = instance(0), *b = instance(0), *x = section(0), *y = section(0);
    net->can_hold = true;
    for (Thing* cell : {a, b}) {
        host.hold(net, cell);
        host.hold(cell, net);
    }
    connect(EdgeKind::owner, x, a);
    connect(EdgeKind::owner, y, b);
    registry.sweep();
    EXPECT_TRUE(known(a) && known(b)) << "the net is held outside";
    host.drop(net);
    registry.sweep();
    EXPECT_EQ(registry.node_count(), 0u);
}

// What goes, in which order.

TEST_F(Registry, FreesSectionsFirstAndThenObjectsInTheOrderOfCreation) {
    Thing *source = section(0), *synapse = object(0), *other = section(0);
    std::vector<Thing*> expected;
    connect(EdgeKind::placement, synapse, other);
    expected.push_back(synapse);
    for (int i = 0; i < 20; ++i) {
        expected.push_back(object(0));
        connect(source, synapse, expected.back());
    }
    expected.insert(expected.begin(), {other, source});
    EXPECT_EQ(registry.sweep(), 23u);
    EXPECT_EQ(host.releasing, expected);
}

TEST_F(Registry, FreesInTheOrderOfCreationThoughNodesWereReused) {
    Thing* keeper = section();
    std::vector<Id> early;
    for (int i = 0; i < 50; ++i) {
        early.push_back(connect(keeper, keeper, object(0)));
    }
    for (const Id edge : early) {
        registry.disconnect(edge);
    }
    host.releasing.clear();
    Thing* source = section(0);
    std::vector<Thing*> expected;
    for (int i = 0; i < 50; ++i) {
        expected.push_back(object(0));
        connect(source, source, expected.back());
    }
    expected.insert(expected.begin(), source);
    registry.sweep();
    EXPECT_EQ(host.releasing, expected);
}

TEST_F(Registry, ForgetTakesAwayEveryEdgeOfANode) {
    Thing *a = section(), *b = section(0), *netcon = object(0), *vector = object();
    connect(a, b, netcon);
    connect(a, a);
    connect(EdgeKind::tree, b, a);
    connect(EdgeKind::recording, a, vector);
    connect(EdgeKind::recording, b, vector, 5);
    registry.forget(a);
    EXPECT_FALSE(known(a));
    EXPECT_FALSE(a->gone);
    EXPECT_TRUE(netcon->gone);
    EXPECT_EQ(registry.edge_count(), 1u);
    EXPECT_EQ(edges_of(b, EdgeKind::recording), std::vector<double>{5});
    registry.sweep();
    EXPECT_TRUE(known(b));  // by the vector
}

TEST_F(Registry, ForgettingAStrangerDoesNothing) {
    registry.forget(section());
    EXPECT_EQ(registry.sweep(), 0u);
    EXPECT_EQ(registry.sweep(how(true)), 0u);
}

TEST_F(Registry, ForgetOfANetConEndsItsConnections) {
    Thing *a = section(), *b = section(), *netcon = object();
    connect(a, b, netcon);
    connect(b, a, netcon);
    connect(a, b);
    registry.forget(netcon);
    EXPECT_EQ(registry.edge_count(), 1u);
    EXPECT_FALSE(known(netcon));
}

// What runs while a reference is given back may call the registry.

TEST_F(Registry, AReleaseMayConnect) {
    Thing *a = section(0), *b = section(0), *c = section(), *d = section();
    connect(a, b);
    host.on_release = [&](Thing* t) {
        if (t == a) {
            connect(c, d);
        }
    };
    EXPECT_EQ(registry.sweep(), 2u);
    EXPECT_TRUE(known(c) && known(d));
}

TEST_F(Registry, AReleaseMayBringBackWhatIsLeaving) {
    Thing *a = section(0), *b = section(0), *c = section();
    connect(a, b);
    host.on_release = [&](Thing* t) {
        if (t == a) {
            connect(b, c);
        }
    };
    EXPECT_EQ(registry.sweep(), 2u);
    EXPECT_TRUE(known(b));
    EXPECT_FALSE(b->gone);
    EXPECT_EQ(b->ours, 1);
    host.on_release = nullptr;
    host.drop(c);
    registry.sweep();
    EXPECT_TRUE(b->gone);
}

TEST_F(Registry, AReleaseMayForgetAndDisconnect) {
    Thing *a = section(0), *b = section(0), *c = section(), *d = section();
    connect(a, b);
    const Id edge = connect(c, d);
    connect(c, d);
    host.on_release = [&](Thing* t) {
        if (t == a) {
            registry.disconnect(edge);
        } else if (t == b) {
            registry.forget(c);
        }
    };
    EXPECT_EQ(registry.sweep(), 2u);
    EXPECT_EQ(registry.node_count(), 0u);
}

TEST_F(Registry, AReleaseInDisconnectMayReconnectTheEnds) {
    Thing *source = section(), *target = object(), *netcon = object(0), *next = object(0);
    const Id edge = connect(source, target, netcon);
    host.on_release = [&](Thing* t) {
        if (t == netcon) {
            connect(source, target, next);
        }
    };
    registry.disconnect(edge);
    EXPECT_TRUE(known(source) && known(target) && known(next));
    EXPECT_EQ(registry.edge_count(), 1u);
    EXPECT_EQ(source->ours, 1);
}

TEST_F(Registry, AReleaseInDisconnectMaySweep) {
    Thing *source = section(0), *target = object(0), *netcon = object(0);
    const Id edge = connect(source, target, netcon);
    host.on_release = [&](Thing*) { registry.sweep(); };
    registry.disconnect(edge);
    EXPECT_EQ(registry.node_count(), 0u);
    EXPECT_EQ(registry.component_count(), 0u);
}

TEST_F(Registry, AReleaseMaySweepThePartsStillToBeTried) {
    Thing *a = section(0), *b = section(0), *c = section(0), *d = section(0), *e = section(0), *f = section(0);
    connect(a, b);
    const Id first = connect(b, c);
    connect(c, d);
    const Id second = connect(d, e);
    connect(e, f);
    registry.disconnect(first);
    registry.disconnect(second);
    host.on_release = [&](Thing*) { registry.sweep(); };
    registry.sweep();
    EXPECT_EQ(registry.node_count(), 0u);
    EXPECT_EQ(registry.component_count(), 0u);
}

TEST_F(Registry, AReleaseMaySaveWhatDiesWithIt) {
    for (const bool reuse : {false, true}) {
        Thing *a = section(0), *b = section(0), *c = section(0), *d = section(0), *e = section(), *f = section(0);
        connect(a, b);
        const Id first = connect(b, c);
        connect(c, d);
        const Id second = connect(d, e);
        connect(e, f);
        registry.sweep();
        registry.disconnect(first);
        registry.disconnect(second);
        host.on_release = [&](Thing* t) {
            if (t == a) {
                connect(c, e);
                if (reuse) {
                    connect(section(), section());  // takes the place that came free
                }
            }
        };
        registry.sweep();
        EXPECT_TRUE(a->gone && b->gone && d->gone);     // all that was dead goes at once
        EXPECT_TRUE(known(c) && known(e) && known(f));  // but what a release connects to the living
        EXPECT_EQ(registry.component_count(), reuse ? 3u : 1u);
    }
}

TEST_F(Registry, ASweepEndsThoughEveryReleaseConnects) {
    int calls = 0;
    host.on_release = [&](Thing*) {
        if (++calls < 10000) {
            connect(section(0), section(0));
        }
    };
    connect(section(0), section(0));
    connect(section(0), section(0));
    registry.sweep();
    EXPECT_LT(calls, 100);
}

// Random histories against a model of reachability.

struct Link {
    Id id;
    std::vector<Thing*> ends;
};

struct Expected {
    std::set<Thing*> nodes;
    std::set<double> links;
    std::size_t components = 0;
};

enum class History { plain, with_holders, with_untrue_edges, with_releases_that_call };

// A user who connects, lets go and sweeps at random; every edge is known by its x.
class RandomUser {
  public:
    RandomUser(unsigned seed, History history)
        : random_(seed)
        , history_(history) {
        for (auto& t : things_) {
            t = make();
        }
        if (history_ == History::with_releases_that_call) {
            host_.on_release = [this](Thing*) { interfere(); };
        }
    }

    void step() {
        switch (below(12)) {
        case 0:
        case 1:
        case 2:
            return connect();
        case 3:
        case 4:
            return disconnect();
        case 5:
            if (Thing* t = any(); !t->gone) {
                host_.take(t);
            }
            return;
        case 6:
        case 7:
        case 8:
            if (Thing* t = any(); t->outside > 0) {
                host_.drop(t);
            }
            return;
        case 9:
            return hold_or_unhold();
        case 10:
            if (below(3) == 0) {
                forget(any());
            } else if (history_ == History::with_untrue_edges) {
                make_untrue();
            }
            return;
        default:
            return sweep();
        }
    }

    // Nothing changes any more: what nobody reaches goes, and all of it in the end.
    void finish() {
        host_.on_release = nullptr;
        sweep_to_rest();
        expect_balanced(host_, registry_);
    }

    const FakeHost& host() const { return host_; }

  private:
    unsigned below(unsigned limit) { return unsigned(random_() % limit); }

    Thing* make() {
        Thing* t = host_.make(below(2) ? NodeKind::section : NodeKind::object);
        t->always = t->kind == NodeKind::section && below(20) == 0;
        t->can_hold = history_ != History::plain && t->kind == NodeKind::object && below(2);
        return t;
    }

    Thing* any() { return things_[below(unsigned(things_.size()))]; }

    // A thing that can be connected; what is gone is replaced.
    Thing* usable() {
        Thing*& t = things_[below(unsigned(things_.size()))];
        if (t->gone || !t->exists) {
            t = make();
        }
        return t;
    }

    void connect() {
        Thing* a = usable();
        Thing* b = below(10) == 0 ? a : usable();
        const EdgeKind kind = kinds[below(unsigned(std::size(kinds)))];
        Thing* via = nullptr;
        if (kind == EdgeKind::connection && below(4) > 0) {
            via = below(2) ? usable() : host_.make(NodeKind::object, 0);
            if (via->kind != NodeKind::object) {
                via = nullptr;
            }
        }
        const double x = ++serial_;
        const Id id = registry_.connect(kind, a->kind, a, b->kind, b, via, x);
        links_[x] = Link{id, via ? std::vector<Thing*>{a, b, via} : std::vector<Thing*>{a, b}};
    }

    void disconnect() {
        if (links_.empty()) {
            return;
        }
        auto link = std::next(links_.begin(), below(unsigned(links_.size())));
        const Id id = link->second.id;
        links_.erase(link);
        registry_.disconnect(id);
        refresh();
    }

    void forget(Thing* t) {
        for (auto link = links_.begin(); link != links_.end();) {
            const auto& ends = link->second.ends;
            link = std::find(ends.begin(), ends.end(), t) != ends.end() ? links_.erase(link) : std::next(link);
        }
        registry_.forget(t);
        if (history_ != History::with_releases_that_call) {
            EXPECT_EQ(registry_.find(t), patch::Registry::none);
        }
        refresh();
    }

    void hold_or_unhold() {
        Thing *holder = any(), *t = any();
        if (history_ == History::plain || holder->gone || t->gone || !holder->can_hold) {
            return;
        }
        if (holder->held.size() < 3 && below(2)) {
            host_.hold(holder, t);
        } else if (!holder->held.empty()) {
            host_.unhold(holder, holder->held[below(unsigned(holder->held.size()))]);
        }
    }

    // What stock NEURON does behind our back: an edge ends, or a section is deleted.
    void make_untrue() {
        if (Thing* t = any(); t->kind == NodeKind::section && below(3) == 0) {
            t->exists = false;
        } else if (!links_.empty()) {
            host_.untrue.insert(std::next(links_.begin(), below(unsigned(links_.size())))->first);
        }
    }

    // What a __del__ may do while the registry gives a reference back.
    void interfere() {
        if (++depth_ < 4) {
            switch (below(6)) {
            case 0:
                connect();
                break;
            case 1:
                refresh();
                disconnect();
                break;
            case 2:
                registry_.sweep(how(below(2) == 0));
                break;
            case 3:
                registry_.forget(any());
                break;
            }
        }
        --depth_;
    }

    void sweep() {
        const Expected before = expected();
        if (history_ == History::with_releases_that_call) {
            registry_.sweep(how(below(2) == 0));
            refresh();
        } else if (history_ == History::plain) {
            registry_.sweep(how(below(8) == 0));
            compare(before);  // without holders one sweep is exact
        } else if (below(3) == 0) {
            sweep_to_rest();
        } else {
            registry_.sweep();
            const std::set<double> there = present();
            EXPECT_TRUE(std::includes(there.begin(), there.end(), before.links.begin(), before.links.end()))
                << "a component was freed that someone reaches";
            for (Thing* t : before.nodes) {
                EXPECT_FALSE(t->gone);
            }
            refresh();
        }
    }

    // What one component held in another goes at the next sweep; edges that ended unseen are found by a sweep of everything.
    void sweep_to_rest() {
        const Expected before = expected();
        while (registry_.sweep(how(history_ == History::with_untrue_edges)) > 0) {
        }
        compare(before);
    }

    // The x of all edges there are, each found in the list of each of its ends, once.
    std::set<double> present() const {
        std::map<double, std::vector<const Thing*>> seen;
        std::size_t nodes = 0;
        for (const Thing& t : host_.things) {
            const Id node = registry_.find(const_cast<Thing*>(&t));
            if (node == patch::Registry::none) {
                EXPECT_EQ(t.ours, 0);
                continue;
            }
            ++nodes;
            EXPECT_EQ(t.ours, 1);
            EXPECT_FALSE(t.gone);
            for (const EdgeKind kind : kinds) {
                registry_.each_edge(node, kind, [&](Id, const patch::Registry::Edge& edge) {
                    EXPECT_TRUE(edge.used);
                    EXPECT_EQ(edge.kind, kind);
                    seen[edge.x].push_back(&t);
                });
            }
        }
        EXPECT_EQ(nodes, registry_.node_count());
        EXPECT_EQ(registry_.retained() - registry_.released(), nodes);
        EXPECT_EQ(seen.size(), registry_.edge_count());
        std::set<double> there;
        for (const auto& [x, ends] : seen) {
            there.insert(x);
            const std::set<const Thing*> distinct(ends.begin(), ends.end());
            EXPECT_EQ(distinct.size(), ends.size());
            if (const auto link = links_.find(x); link != links_.end()) {
                EXPECT_EQ(distinct, std::set<const Thing*>(link->second.ends.begin(), link->second.ends.end()));
            }
        }
        return there;
    }

    // Forgets the links that the registry, rightly or not, no longer has.
    void refresh() {
        if (depth_ == 0) {
            present();  // all is well
        }
        for (auto link = links_.begin(); link != links_.end();) {
            const patch::Registry::Edge& edge = registry_.edge(link->second.id);
            link = edge.used && edge.x == link->first ? std::next(link) : links_.erase(link);
        }
    }

    // The model: what is left when all that nobody reaches has gone.
    Expected expected() const {
        std::map<double, std::vector<Thing*>> links;
        for (const auto& [x, link] : links_) {
            const bool exist = std::all_of(link.ends.begin(), link.ends.end(), [](const Thing* t) { return t->exists; });
            if (exist && host_.untrue.count(x) == 0) {
                links[x] = link.ends;
            }
        }
        std::set<Thing*> living;
        for (const Thing& t : host_.things) {
            if (!t.gone) {
                living.insert(const_cast<Thing*>(&t));
            }
        }
        Expected result;
        for (bool changed = true; changed;) {
            changed = false;
            result = {};
            std::map<Thing*, std::set<Thing*>> neighbours;
            for (const auto& [x, ends] : links) {
                result.links.insert(x);
                for (Thing* t : ends) {
                    neighbours[t].insert(ends.begin(), ends.end());
                }
            }
            // Components, and whether somebody else holds one of their members.
            std::set<Thing*> seen;
            for (const auto& [start, unused] : neighbours) {
                if (seen.count(start)) {
                    continue;
                }
                std::set<Thing*> component;
                std::vector<Thing*> queue{start};
                while (!queue.empty()) {
                    Thing* t = queue.back();
                    queue.pop_back();
                    if (component.insert(t).second) {
                        queue.insert(queue.end(), neighbours[t].begin(), neighbours[t].end());
                    }
                }
                seen.insert(component.begin(), component.end());
                ++result.components;
                bool reached = std::any_of(component.begin(), component.end(), [](const Thing* t) { return t->outside > 0 || t->always; });
                for (const Thing* holder : living) {
                    for (Thing* held : holder->held) {
                        reached = reached || (component.count(held) && !component.count(const_cast<Thing*>(holder)));
                    }
                }
                if (reached) {
                    result.nodes.insert(component.begin(), component.end());
                    continue;
                }
                changed = true;
                for (auto link = links.begin(); link != links.end();) {
                    link = component.count(link->second.front()) ? links.erase(link) : std::next(link);
                }
            }
            // Counted references: an object dies when nobody refers to it, a ring of objects never.
            for (auto t = living.begin(); t != living.end();) {
                const bool referred =
                    (*t)->outside > 0 || result.nodes.count(*t) || std::any_of(living.begin(), living.end(), [&](const Thing* holder) {
                        return std::find(holder->held.begin(), holder->held.end(), *t) != holder->held.end();
                    });
                changed = changed || !referred;
                t = referred ? std::next(t) : living.erase(t);
            }
        }
        return result;
    }

    void compare(const Expected& wanted) {
        EXPECT_EQ(present(), wanted.links);
        EXPECT_EQ(registry_.component_count(), wanted.components);
        EXPECT_EQ(registry_.node_count(), wanted.nodes.size());
        for (Thing* t : wanted.nodes) {
            EXPECT_NE(registry_.find(t), patch::Registry::none);
        }
        refresh();
    }

    std::mt19937 random_;
    History history_;
    FakeHost host_;
    patch::Registry registry_{host_};
    std::array<Thing*, 24> things_{};
    std::map<double, Link> links_;
    double serial_ = 0;
    int depth_ = 0;
};

// Lives two hundred random histories of five hundred steps; stops at the first that goes wrong.
void live_random_histories(History history) {
    std::uint64_t releases = 0;
    for (unsigned seed = 0; seed < 200 && !testing::Test::HasFailure(); ++seed) {
        SCOPED_TRACE("seed " + std::to_string(seed));
        RandomUser user(seed, history);
        for (int step = 0; step < 500 && !testing::Test::HasFailure(); ++step) {
            SCOPED_TRACE("step " + std::to_string(step));
            user.step();
        }
        user.finish();
        releases += user.host().releases;
    }
    EXPECT_GT(releases, 200u * 50u) << "the histories should be eventful";
}

TEST(RegistryHistories, EverySweepLeavesExactlyWhatSomeoneReaches) {
    live_random_histories(History::plain);
}

TEST(RegistryHistories, HoldersAmongTheMembersCountAsInside) {
    live_random_histories(History::with_holders);
}

TEST(RegistryHistories, EdgesThatEndedBehindOurBackKeepNothing) {
    live_random_histories(History::with_untrue_edges);
}

TEST(RegistryHistories, ReleasesThatCallTheRegistryLeaveItWhole) {
    live_random_histories(History::with_releases_that_call);
}

}  // namespace
