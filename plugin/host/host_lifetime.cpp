// NEURON's and Python's references as the registry sees them: who holds a section or an object, and letting go.
#include <algorithm>
#include <map>

#include "../core/defaults.hpp"
#include "nrn9.hpp"
#include "python.hpp"

namespace patch::host {

namespace {

bool is_template_instance(const ::Object* object) {
    return !(object->ctemplate->sym->subtype & (CPLUSOBJECT | JAVAOBJECT)) && object->ctemplate->is_point_ <= 0 &&
           object->ctemplate->sym != nrnpy_pyobj_sym_ && object->ctemplate->constructor == nullptr;
}

// The token of an objref, learnt from one that every NEURON has.
short objref_type() {
    static const short type = hoc_table_lookup("hoc_obj_", hoc_top_level_symlist)->type;
    return type;
}

// Calls use(objref) for each objref of a template's instance.
template <class Use>
void each_objref(const ::Object* object, Use use) {
    constexpr short external = 2;
    Objectdata* const data = object->u.dataspace;
    for (const Symbol* each = data ? object->ctemplate->symtable->first : nullptr; each; each = each->next) {
        if (each->type != objref_type() || each->cpublic == external) {
            continue;
        }
        int count = 1;
        if (const Arrayinfo* const array = each->arayinfo ? data[each->u.oboff + 1].arayinfo : nullptr) {
            for (int i = 0; i < array->nsub; ++i) {
                count *= array->sub[i];
            }
        }
        ::Object** const objrefs = data[each->u.oboff].pobj;
        for (int i = 0; objrefs && i < count; ++i) {
            use(objrefs[i]);
        }
    }
}

void cut_objrefs(::Object* object) {
    each_objref(object, [](::Object*& objref) {
        if (::Object* const held = std::exchange(objref, nullptr)) {
            hoc_obj_unref(held);
        }
    });
}

// A List by the name of a class (new List("NetCon")) shows what exists and holds nothing. The member that tells is private: its place
// is found on two Lists of our own; where it is not, no List is taken to hold anything, and what is in one is freed later, never too early.
bool is_list_by_name(const ::Object* list) {
    static const std::size_t place = [] {
        Value netcon;
        netcon.kind = Kind::text;
        netcon.text = "NetCon";
        const Owned named = make("List", {netcon}), plain = make("List", {});
        const auto word = [](const Owned& owned, std::size_t i) { return static_cast<void**>(raw(owned.get())->u.this_pointer)[i]; };
        for (std::size_t i = 1; i < 10; ++i) {
            if (word(named, i) == symbol("NetCon")->u.ctemplate && word(plain, i) == nullptr) {
                return i;
            }
        }
        return std::size_t(0);
    }();
    return place == 0 || static_cast<void**>(list->u.this_pointer)[place] != nullptr;
}

struct Moved {
    Owned point_process;
    double how;
};
std::vector<Moved>& moved() {
    static auto& all = *new std::vector<Moved>;
    return all;
}

class NeuronHost final: public Registry::Host {
  public:
    void retain(Registry::Node& node) override {
        if (node.kind == NodeKind::object) {
            hoc_obj_ref(static_cast<::Object*>(node.address));
            node.holder = node.address;
        } else {
            nrn_section_ref(static_cast<::Section*>(node.address));
            if (has_python() && python::types().section) {
                const python::Lock lock;
                node.holder = python::owner_of({node.address});
            }
        }
    }

    void release(const Registry::Node& node) override {
        if (node.kind == NodeKind::object) {
            hoc_obj_unref(static_cast<::Object*>(node.address));
            return;
        }
        if (node.holder) {
            const python::Lock lock;
            python::api().Py_DecRef(static_cast<python::PyObject*>(node.holder));
        }
        nrn_section_unref(static_cast<::Section*>(node.address));
    }

    // Templates that hold one another, or themselves, are left with references from inside alone: their objrefs are cut.
    void release_all(const std::vector<Registry::Node>& nodes) override {
        std::vector<::Object*> templates;
        for (const Registry::Node& node : nodes) {
            if (can_hold(node)) {
                templates.push_back(static_cast<::Object*>(node.address));
                hoc_obj_ref(templates.back());
            }
        }
        Registry::Host::release_all(nodes);
        for (::Object* const object : templates) {
            if (object->refcount > 1) {
                cut_objrefs(object);
            }
        }
        for (::Object* const object : templates) {
            hoc_obj_unref(object);
        }
    }

    long references(const Registry::Node& node) const override {
        if (node.kind == NodeKind::object) {
            return static_cast<::Object*>(node.address)->refcount - 1;
        }
        if (node.holder) {
            return long(static_cast<python::PyObject*>(node.holder)->count) - 1;
        }
        return host::exists(Section{node.address}) && !nrn_sec2cell(static_cast<::Section*>(node.address)) ? Registry::always : 0;
    }

    bool exists(const Registry::Node& node) const override { return node.kind == NodeKind::object || host::exists(Section{node.address}); }

    bool holds(const Registry& all, const Registry::Edge& edge) const override {
        for (const Registry::Id id : edge.node) {
            if (id != Registry::none && !exists(all.node(id))) {
                return false;
            }
        }
        void* const first = all.node(edge.node[0]).address;
        void* const second = all.node(edge.node[1]).address;
        switch (edge.kind) {
        case EdgeKind::tree:
            return is_connected({first}, {second});
        case EdgeKind::placement:
            return is_placed({first}) && ob2pntproc_0(static_cast<::Object*>(first))->sec == second;
        case EdgeKind::connection:
            return edge.node[2] == Registry::none || (netcon_target({all.node(edge.node[2]).address}).address == second &&
                                                      (is_artificial_cell({second}) || is_placed({second})));
        default:
            return true;
        }
    }

    bool can_hold(const Registry::Node& node) const override {
        return node.kind == NodeKind::object && is_template_instance(static_cast<::Object*>(node.address));
    }

    void each_held(const Registry::Node& node, const std::function<void(void*)>& visit) const override {
        each_held_by(node.address, visit);
    }

    long references_on(void* object) const override { return static_cast<const ::Object*>(object)->refcount; }

    // The objrefs of a template's instance, the items of a List.
    void each_held_by(void* address, const std::function<void(void*)>& visit) const override {
        auto* const object = static_cast<::Object*>(address);
        if (is_a({object}, "List")) {
            const int count = is_list_by_name(object) ? 0 : ivoc_list_count(object);
            for (int i = 0; i < count; ++i) {
                visit(ivoc_list_item(object, i));
            }
        } else if (is_template_instance(object)) {
            each_objref(object, [&](const ::Object* held) {
                if (held) {
                    visit(const_cast<::Object*>(held));
                }
            });
        }
    }

    // A connection whose target has gone with its section delivers no more: NEURON would crash in the next run. A point process
    // that was moved (loc) lives with its new section.
    void lapsed(const Registry& all, const Registry::Edge& edge) override {
        if (edge.kind == EdgeKind::placement) {
            const Object point_process{all.node(edge.node[0]).address};
            if (is_placed(point_process)) {
                moved().push_back({Owned(point_process), edge.x});
            }
        }
        if (edge.kind == EdgeKind::connection && edge.node[2] != Registry::none) {
            const Object netcon{all.node(edge.node[2]).address};
            const Object target = netcon_target(netcon);
            if (target && !is_artificial_cell(target) && !is_placed(target)) {
                silence(netcon);
            }
        }
    }
};

}  // namespace

void keep_moved() {
    for (const Moved& each : std::exchange(moved(), {})) {
        keep_placed(each.point_process.get(), static_cast<Placement>(int(each.how)));
    }
}

Registry& registry() {
    static NeuronHost host;
    static Registry& all = *new Registry(host);  // lives to the end of the process: NEURON and Python are torn down first
    return all;
}

}  // namespace patch::host
