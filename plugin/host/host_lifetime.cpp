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

using Visit = std::function<void(void*)>;
void visit_objrefs(const ::Object* object, const Visit& visit, int depth);

// Visits what an objref or a List holds; what is held by this reference alone passes its own references on.
void visit_reference(::Object* held, const Visit& visit, int depth) {
    if (!held) {
        return;
    }
    visit(held);
    if (held->refcount != 1 || depth > 100) {
        return;
    }
    if (is_a({held}, "List")) {
        const int count = ivoc_list_count(held);
        for (int i = 0; i < count; ++i) {
            visit_reference(ivoc_list_item(held, i), visit, depth + 1);
        }
    } else if (is_template_instance(held)) {
        visit_objrefs(held, visit, depth + 1);
    }
}

void visit_objrefs(const ::Object* object, const Visit& visit, int depth) {
    each_objref(object, [&](::Object* held) { visit_reference(held, visit, depth); });
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

    bool exists(const Registry::Node& node) const override {
        return node.kind == NodeKind::object || host::exists(Section{node.address});
    }

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
            return edge.node[2] == Registry::none || netcon_target({all.node(edge.node[2]).address}).address == second;
        default:
            return true;
        }
    }

    bool can_hold(const Registry::Node& node) const override {
        return node.kind == NodeKind::object && is_template_instance(static_cast<::Object*>(node.address));
    }

    void each_held(const Registry::Node& node, const std::function<void(void*)>& visit) const override {
        visit_objrefs(static_cast<::Object*>(node.address), visit, 0);
    }
};

}  // namespace

Registry& registry() {
    static NeuronHost host;
    static Registry& all = *new Registry(host);  // lives to the end of the process: NEURON and Python are torn down first
    return all;
}

}  // namespace patch::host
