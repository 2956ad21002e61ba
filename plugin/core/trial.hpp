// The trial of the registry: who holds what, counted. For registry.cpp alone.
#pragma once

#include <utility>

#include "registry.hpp"

namespace patch {

// Which of some components live, and which of the things that they and holders hold: who holds what, counted.
class Registry::Trial {
  public:
    Trial(Registry& registry, bool with_holders)
        : all_(registry)
        , with_holders_(with_holders) {}
    ~Trial() { end(); }
    Trial(const Trial&) = delete;
    Trial& operator=(const Trial&) = delete;

    void try_component(Id id) {
        Component& component = all_.components_[id];
        if (!component.tried) {
            component.tried = true;
            component.alive = false;
            components_.push_back(id);
        }
    }

    void judge() {
        if (with_holders_) {
            all_.lone_.clear();
            all_.host_.each_holder([&](void* address) {
                const Id node = all_.find(address);
                if (node != none) {
                    try_component(all_.nodes_[node].component);
                }
                const std::uint32_t place = enter(address, node);
                if (node == none) {
                    lone_.push_back(place);
                }
            });
        }
        find_nodes_that_hold();
        count();
        for (const Id component : components_) {
            all_.components_[component].alive = find_witness(component);
        }
        spread_life();
        for (const std::uint32_t place : lone_) {
            const Entry& each = entries_[place];
            const long references = all_.host_.references_on(each.address);
            all_.lone_[each.address] = references > each.inside ? references : held_by_others;
        }
    }

    // Those that nothing keeps; only after judge().
    std::vector<Id> dead_components() const {
        std::vector<Id> dead;
        for (const Id id : components_) {
            if (!all_.components_[id].alive) {
                dead.push_back(id);
            }
        }
        return dead;
    }
    std::vector<void*> dead_things() const {
        std::vector<void*> dead;
        for (const Entry& each : entries_) {
            if (each.node == none && !each.alive) {
                dead.push_back(each.address);
            }
        }
        return dead;
    }
    // How many references on something come from outside.
    long outside(Id node, void* address) const {
        const std::uint32_t place = places_.find(address);
        const long inside = place == none ? 0 : entries_[place].inside;
        const long all = node != none ? all_.host_.references(all_.nodes_[node]) : all_.host_.references_on(address);
        return all == always ? always : all - inside;
    }
    // Whatever of the entries holds it.
    void each_holder_of(void* address, const Host::Visit& visit) const {
        for (const Entry& each : entries_) {
            bool holds = false;
            if (each.node == none || is_tried(each.node)) {
                each_held(each, [&](void* held) { holds = holds || held == address; });
            }
            if (holds && each.address != address) {
                visit(each.address);
            }
        }
    }
    bool held_anything() const { return !entries_.empty(); }
    void end() {
        for (const Id id : std::exchange(components_, {})) {
            all_.components_[id].tried = false;
        }
    }

  private:
    static constexpr long held_by_others = -1;  // no count of its own proves anything

    struct Entry {
        void* address;
        Id node;          // none for a thing that is no node
        long inside = 0;  // references that come from other entries
        bool alive = false;
    };

    std::uint32_t enter(void* address, Id node) {
        if (const std::uint32_t known = places_.find(address); known != none) {
            return known;
        }
        const auto place = std::uint32_t(entries_.size());
        places_.insert(address, place);
        entries_.push_back({address, node});
        if (node != none) {
            entries_of_[all_.nodes_[node].component].push_back(place);
        }
        return place;
    }

    bool is_tried(Id node) const { return all_.components_[all_.nodes_[node].component].tried; }

    void find_nodes_that_hold() {
        for (const Id id : components_) {
            Component& component = all_.components_[id];
            component.counts = false;
            for (Id node = component.first; node != none; node = all_.nodes_[node].next) {
                if (all_.host_.can_hold(all_.nodes_[node])) {
                    component.counts = true;
                    enter(all_.nodes_[node].address, node);
                }
            }
        }
    }

    void each_held(const Entry& entry, const Host::Visit& visit) const {
        if (entry.node == none) {
            all_.host_.each_held_by(entry.address, visit);
        } else {
            all_.host_.each_held(all_.nodes_[entry.node], visit);
        }
    }

    // Counts the references that come from what is entered, and enters what they lead to. A node of a component that is not tried is
    // where it ends: that lives.
    void count() {
        const Host::Visit visit = [&](void* held) { ++entries_[enter(held, all_.find(held))].inside; };
        for (std::size_t i = 0; i < entries_.size(); ++i) {
            const Entry entry = entries_[i];
            if (entry.node == none || is_tried(entry.node)) {
                each_held(entry, visit);
            }
        }
    }

    // A node with a reference that is neither ours nor comes from inside. Remembers it as the component's witness.
    bool find_witness(Id id) {
        Component& component = all_.components_[id];
        const bool entered = entries_of_.count(id) != 0;
        for (Id at = component.first; at != none; at = all_.nodes_[at].next) {
            const Node& node = all_.nodes_[at];
            if (!all_.host_.exists(node)) {
                continue;
            }
            const long references = all_.host_.references(node);
            const std::uint32_t place = entered ? places_.find(node.address) : none;
            if (references == always || references > (place == none ? 0 : entries_[place].inside)) {
                component.witness = at;
                component.references = references;
                component.counter = references == always ? nullptr : all_.host_.counter(node);
                component.counted = component.counter ? *component.counter : 0;
                return true;
            }
        }
        component.witness = none;
        return false;
    }

    // What lives keeps what it holds.
    void spread_life() {
        std::vector<std::uint32_t> living;
        bool all = true;  // lives already: nothing to spread
        const auto enliven = [&](Id component) {
            if (const auto found = entries_of_.find(component); found != entries_of_.end()) {
                living.insert(living.end(), found->second.begin(), found->second.end());
            }
        };
        for (std::uint32_t i = 0; i < entries_.size(); ++i) {
            Entry& each = entries_[i];
            if (each.node == none && all_.host_.references_on(each.address) > each.inside) {
                each.alive = true;
                living.push_back(i);
            }
            all = all && (each.alive || each.node != none);
        }
        for (const Id component : components_) {
            all = all && all_.components_[component].alive;
        }
        if (all) {
            return;
        }
        for (const auto& [component, entries] : entries_of_) {
            if (all_.components_[component].tried && all_.components_[component].alive) {
                living.insert(living.end(), entries.begin(), entries.end());
            }
        }
        const Host::Visit visit = [&](void* held) {
            const std::uint32_t place = places_.find(held);
            if (place == none) {
                return;
            }
            Entry& each = entries_[place];
            if (each.node == none) {
                if (!std::exchange(each.alive, true)) {
                    living.push_back(place);
                }
            } else if (Component& component = all_.components_[all_.nodes_[each.node].component]; component.tried && !component.alive) {
                component.alive = true;
                enliven(all_.nodes_[each.node].component);
            }
        };
        while (!living.empty()) {
            const Entry entry = entries_[living.back()];
            living.pop_back();
            each_held(entry, visit);
        }
    }

    Registry& all_;
    bool with_holders_;
    std::vector<Id> components_;
    std::vector<Entry> entries_;
    std::vector<std::uint32_t> lone_;  // the entries of holders that are no nodes
    AddressTable places_;
    std::unordered_map<Id, std::vector<std::uint32_t>> entries_of_;  // of a component: its nodes that hold, or are held
};

}  // namespace patch
