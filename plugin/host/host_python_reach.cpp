// What Python objects hold, by their own tp_traverse, as CPython's collector sees it: the way from an attribute of the user's own back to
// one of NEURON's objects. Lists, dicts, closures, bound methods, generators, instances, handles of NEURON's objects.
//
// Never entered, so that what they hold counts as held from outside: modules and their namespaces, classes (but those made in a function).
#include <cstring>
#include <unordered_map>
#include <unordered_set>

#include "nrn9.hpp"
#include "python.hpp"
#include "python_types.hpp"

namespace patch::host::python {

namespace {

constexpr std::uintptr_t tag = 1;  // a Python object; NEURON's are aligned too
constexpr int SLOT_tp_clear = 51, SLOT_tp_traverse = 71, SLOT_tp_finalize = 80;
constexpr unsigned long HAVE_GC = 1UL << 14;

using VisitOne = int (*)(PyObject*, void*);
using Traverse = int (*)(PyObject*, VisitOne, void*);
using Inquiry = int (*)(PyObject*);

// What kind of object the instances of a type are.
enum class Way : std::uint8_t { nowhere, traverse, handle, section, owned, a_class, a_dict };
struct Treatment {
    Way way = Way::nowhere;
    Traverse traverse = nullptr;
};

// A type and what was found of it; types come and go, so it is forgotten with each trial.
struct Known {
    std::unordered_map<PyObject*, Treatment> types;
    std::unordered_set<PyObject*> namespaces;  // of modules
    PyObject* last_type = nullptr;
    Treatment last;
};
Known& known() {
    static auto& all = *new Known;
    return all;
}

// Segments, Mechanisms, variables and iterators of NEURON hold their owner in their first field and do not say so.
bool is_of_nrn(PyObject* type) {
    const Ref module(api().PyObject_GetAttrString(type, "__module__"));
    api().PyErr_Clear();
    return module && is_instance(module.get(), api().PyUnicode_Type) && text_of(module.get()) == "nrn";
}

Treatment treatment_of(PyObject* type) {
    static PyObject* const module_type = [] {
        const Ref any = checked(api().PyImport_ImportModule("sys"));
        return any.get()->type;
    }();
    Treatment found;
    if (api().PyType_GetFlags(type) & HAVE_GC) {
        found.traverse = reinterpret_cast<Traverse>(api().PyType_GetSlot(type, SLOT_tp_traverse));
        found.way = found.traverse ? Way::traverse : Way::nowhere;
    }
    if (api().PyType_IsSubtype(type, types().section)) {
        found.way = Way::section;
    } else if (api().PyType_IsSubtype(type, types().hoc_object)) {
        found.way = Way::handle;
    } else if (type == module_type || api().PyType_IsSubtype(type, module_type)) {
        found.way = Way::nowhere;
    } else if (api().PyType_IsSubtype(type, api().PyType_Type)) {
        found.way = Way::a_class;
    } else if (type == api().PyDict_Type) {
        found.way = Way::a_dict;
    } else if (!found.traverse && is_of_nrn(type)) {
        found.way = Way::owned;
    }
    return found;
}

Treatment treatment(PyObject* type) {
    Known& all = known();
    if (type != all.last_type) {
        const auto [row, is_new] = all.types.try_emplace(type);
        if (is_new) {
            row->second = treatment_of(type);
        }
        all.last_type = type;
        all.last = row->second;
    }
    return all.last;
}

// A class that was made in a function goes with what its methods close over.
bool is_local_class(PyObject* type) {
    const Ref name(api().PyObject_GetAttrString(type, "__qualname__"));
    api().PyErr_Clear();
    return name && is_instance(name.get(), api().PyUnicode_Type) && text_of(name.get()).find("<locals>") != std::string::npos;
}

// A section that is a node is known by NEURON's address, if this is the object that owns it.
void* section_node(PyObject* handle) {
    const Section section = section_in(handle);
    const Registry::Id id = section ? registry().find(section.address) : Registry::none;
    return id != Registry::none && registry().node(id).holder == handle ? section.address : nullptr;
}

int visit_one(PyObject* object, void* how) {
    if (object) {
        visit(object, *static_cast<const Visit*>(how));
    }
    return 0;
}

// ---- Who has attributes of the user's own: sections, and instances of classes derived from p's ----

using Holders = std::unordered_map<PyObject*, Ref>;  // each with a weak reference, which tells when it goes
Holders& holders() {
    static auto& all = *new Holders;
    return all;
}
std::unordered_map<PyObject*, PyObject*>& by_reference() {
    static auto& all = *new std::unordered_map<PyObject*, PyObject*>;
    return all;
}

PyObject* holder_gone(PyObject*, PyObject* reference) {
    if (const auto found = by_reference().find(reference); found != by_reference().end()) {
        registry().vanished(thing_of(found->second));
        const Ref last = std::move(holders()[found->second]);
        holders().erase(found->second);
        by_reference().erase(found);
    }
    return Ref::borrowed(api().none()).release();
}
constexpr int METH_O = 0x0008;
PyMethodDef gone_definition{"holder_gone", reinterpret_cast<void*>(&holder_gone), METH_O, nullptr};

}  // namespace

void* thing_of(PyObject* object) {
    return reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(object) | tag);
}

PyObject* object_of_thing(void* thing) {
    const auto bits = reinterpret_cast<std::uintptr_t>(thing);
    return bits & tag ? reinterpret_cast<PyObject*>(bits & ~tag) : nullptr;
}

void visit(PyObject* object, const Visit& visit) {
    switch (treatment(object->type).way) {
    case Way::nowhere:
        return;
    case Way::a_class:
        if (!is_local_class(object)) {
            return;
        }
        break;
    case Way::a_dict:
        if (known().namespaces.count(object)) {
            return;
        }
        break;
    case Way::section:
        if (void* const node = section_node(object)) {
            visit(node);
            return;
        }
        break;
    default:
        break;
    }
    visit(thing_of(object));
}

void each_held(PyObject* object, const Visit& visit_each) {
    const Treatment how = treatment(object->type);
    if (how.traverse) {
        how.traverse(object, &visit_one, const_cast<Visit*>(&visit_each));
    }
    if (how.way == Way::handle) {
        each_object_in(object, [&](::Object* held) { visit_each(held); });
    } else if (how.way == Way::owned) {
        PyObject* owner = nullptr;
        std::memcpy(&owner, reinterpret_cast<char*>(object) + sizeof(PyObject), sizeof owner);
        visit_one(owner, const_cast<Visit*>(&visit_each));
    } else if (how.way == Way::section) {
        const Section section = section_in(object);
        if (PyObject* const own = section ? attributes_of(Value::of(section)) : nullptr) {
            visit_each(thing_of(own));
        }
    }
}

bool can_hold_anything(PyObject* value) {
    const Api& python = api();
    PyObject* const type = value->type;
    if (type == python.PyFloat_Type || type == python.PyLong_Type || type == python.PyUnicode_Type || type == python.PyBool_Type ||
        value == python.none()) {
        return false;
    }
    return (python.PyType_GetFlags(type) & HAVE_GC) || python.PyType_IsSubtype(type, types().hoc_object) ||
           python.PyType_IsSubtype(type, types().section) || is_of_nrn(type);
}

void watch(PyObject* holder) {
    registry().touch();
    if (holders().count(holder)) {
        return;
    }
    static PyObject* const callback = checked(api().PyCFunction_NewEx(&gone_definition, nullptr, nullptr)).release();
    Ref reference(api().PyWeakref_NewRef(holder, callback));
    if (!reference) {  // its class has no room for weak references: as in stock NEURON
        api().PyErr_Clear();
        return;
    }
    sweep_before_runs();
    by_reference()[reference.get()] = holder;
    holders().emplace(holder, std::move(reference));
}

bool has_holders() {
    return !holders().empty() || has_objects_with_attributes();
}

void each_holder(const Visit& visit_each) {
    Known& all = known();
    all = Known{};
    const Ref modules = Ref::borrowed(api().PyImport_GetModuleDict());
    std::ptrdiff_t at = 0;
    PyObject *name = nullptr, *module = nullptr;
    while (api().PyDict_Next(modules.get(), &at, &name, &module)) {
        if (treatment(module->type).way == Way::nowhere) {
            if (PyObject* const space = api().PyModule_GetDict(module)) {
                all.namespaces.insert(space);
            } else {
                api().PyErr_Clear();  // no module, whatever it does there
            }
        }
    }
    for (const auto& row : holders()) {
        if (void* const node = is_instance(row.first, types().section) ? section_node(row.first) : nullptr) {
            visit_each(node);
        } else {
            visit_each(thing_of(row.first));
        }
    }
    each_object_with_attributes(visit_each);
}

bool finalize(const std::vector<PyObject*>& dead) {
    std::vector<Ref> wanting;
    for (PyObject* const object : dead) {
        const bool collected = api().PyType_GetFlags(object->type) & HAVE_GC;
        if (collected && api().PyType_GetSlot(object->type, SLOT_tp_finalize) && !api().PyObject_GC_IsFinalized(object)) {
            wanting.push_back(Ref::borrowed(object));
        }
    }
    for (const Ref& each : wanting) {
        api().PyObject_CallFinalizer(each.get());
    }
    return !wanting.empty();
}

void clear(const std::vector<PyObject*>& dead) {
    std::vector<Ref> held;
    held.reserve(dead.size());
    for (PyObject* const object : dead) {
        held.push_back(Ref::borrowed(object));
    }
    for (const Ref& each : held) {
        const bool collected = api().PyType_GetFlags(each.get()->type) & HAVE_GC;
        const auto clear_it = collected ? reinterpret_cast<Inquiry>(api().PyType_GetSlot(each.get()->type, SLOT_tp_clear)) : nullptr;
        if (clear_it) {
            clear_it(each.get());
        }
    }
}

}  // namespace patch::host::python
