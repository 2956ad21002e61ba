// NEURON's and Python's references as the registry sees them: who holds a section or an object, and letting go.
#include <algorithm>
#include <cstring>
#include <map>

#include "../core/defaults.hpp"
#include "nrn9.hpp"
#include "python.hpp"
#include "python_types.hpp"

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
        // NEURON sets `objref this` to the instance without a reference.
        if (each->type != objref_type() || each->cpublic == external || std::strcmp(each->name, "this") == 0) {
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

bool is_list(const ::Object* object) {
    static const cTemplate* const list = symbol("List")->u.ctemplate;
    return object->ctemplate == list;
}

// The Python function that a FInitializeHandler calls (src/nrniv/finithnd.cpp, src/ivoc/objcmd.h); null where it has HOC to run.
bool is_handler(const ::Object* object) {
    static const cTemplate* const handler = symbol("FInitializeHandler")->u.ctemplate;
    return object->ctemplate == handler;
}
::Object* callable_of(const ::Object* handler) {
    struct Command {
        void* table;
        ::Object* object;
        void* text;
        ::Object* callable;
    };
    struct Handler {
        void* table;
        Command* statement;
    };
    const auto* const known = static_cast<const Handler*>(handler->u.this_pointer);
    ::Object* const callable = known && known->statement ? known->statement->callable : nullptr;
    return callable && callable->ctemplate->sym == nrnpy_pyobj_sym_ ? callable : nullptr;
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

    // Events may be on their way to what goes in the middle of a run.
    static bool may_have_events(const Registry::Node& node) {
        static const cTemplate* const netcon = symbol("NetCon")->u.ctemplate;
        return node.kind == NodeKind::object && static_cast<::Object*>(node.address)->ctemplate == netcon;
    }

    // Templates that hold one another, or themselves, are left with references from inside alone: their objrefs are cut.
    void release_all(const std::vector<Registry::Node>& nodes) override {
        if (time() != 0 && std::any_of(nodes.begin(), nodes.end(), &may_have_events)) {
            events_may_be_stale();
        }
        std::vector<::Object*> templates;
        for (const Registry::Node& node : nodes) {
            if (node.kind == NodeKind::object && is_template_instance(static_cast<::Object*>(node.address))) {
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

    const std::uint32_t* counter(const Registry::Node& node) const override {
        if (node.kind == NodeKind::object) {
            return reinterpret_cast<const std::uint32_t*>(&static_cast<const ::Object*>(node.address)->refcount);
        }
        return node.holder ? &static_cast<const python::PyObject*>(node.holder)->count : nullptr;
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
        auto* const object = static_cast<::Object*>(node.address);
        return node.kind == NodeKind::object &&
               (is_template_instance(object) || object->ctemplate->sym == nrnpy_pyobj_sym_ || is_handler(object) || is_list(object));
    }

    void each_held(const Registry::Node& node, const Visit& visit) const override {
        if (node.kind == NodeKind::object) {
            each_held_by(node.address, visit);
        } else if (node.holder) {
            python::each_held(static_cast<python::PyObject*>(node.holder), visit);
        }
    }

    long references_on(void* thing) const override {
        python::PyObject* const foreign = python::object_of_thing(thing);
        return foreign ? long(foreign->count) : static_cast<const ::Object*>(thing)->refcount;
    }

    // The objrefs of a template's instance, the items of a List, a Python object and what that holds; attributes of the user's own.
    void each_held_by(void* thing, const Visit& visit) const override {
        if (python::PyObject* const foreign = python::object_of_thing(thing)) {
            python::each_held(foreign, visit);
            return;
        }
        auto* const object = static_cast<::Object*>(thing);
        if (python::PyObject* const own = has_python() ? python::attributes_of(Value::of(Object{object})) : nullptr) {
            visit(python::thing_of(own));
        }
        if (object->ctemplate->sym == nrnpy_pyobj_sym_) {
            python::visit(static_cast<python::PyObject*>(neuron::python::methods.opaque_obj2pyobj(object)), visit);
        } else if (is_handler(object)) {
            if (::Object* const callable = callable_of(object)) {
                visit(callable);
            }
        } else if (is_list(object)) {
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

    bool has_holders() const override { return python::has_holders(); }
    void each_holder(const Visit& visit) const override { python::each_holder(visit); }

    bool finalize(const std::vector<Registry::Node>& nodes, const std::vector<void*>& things) override {
        return has_python() && python::finalize(objects_of(nodes, things));
    }

    void clear(const std::vector<Registry::Node>& nodes, const std::vector<void*>& things) override {
        std::vector<::Object*> holders;  // that are no nodes
        for (void* const thing : things) {
            auto* const object = static_cast<::Object*>(thing);
            if (!python::object_of_thing(thing) && (is_template_instance(object) || is_list(object))) {
                holders.push_back(object);
                hoc_obj_ref(object);
            }
        }
        if (has_python()) {
            python::clear(objects_of(nodes, things));
        }
        for (::Object* const object : holders) {
            if (!is_list(object)) {
                cut_objrefs(object);
            } else if (!is_list_by_name(object)) {
                call({object}, "remove_all", {});
            }
            hoc_obj_unref(object);
        }
    }

    static std::vector<python::PyObject*> objects_of(const std::vector<Registry::Node>& nodes, const std::vector<void*>& things) {
        std::vector<python::PyObject*> objects;
        for (const Registry::Node& node : nodes) {
            if (node.kind == NodeKind::section && node.holder) {
                objects.push_back(static_cast<python::PyObject*>(node.holder));
            }
        }
        for (void* const thing : things) {
            if (python::PyObject* const foreign = python::object_of_thing(thing)) {
                objects.push_back(foreign);
            }
        }
        return objects;
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
