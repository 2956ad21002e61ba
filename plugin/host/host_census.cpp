// All there is in NEURON, counted and let go.
#include <hoclist.h>

#include <cstdlib>

#include "nrn9.hpp"
#include "python.hpp"
#include "python_types.hpp"

namespace patch::host {

std::vector<Section> sections() {
    std::vector<Section> all;
    SectionListIterator* iterator = nrn_sectionlist_iterator_new(nrn_allsec());
    while (!nrn_sectionlist_iterator_done(iterator)) {
        all.push_back({nrn_sectionlist_iterator_next(iterator)});
    }
    nrn_sectionlist_iterator_free(iterator);
    return all;
}

namespace {

bool is_class(const Symbol* found) {
    static const short type = symbol("NetCon")->type;
    return found->type == type;
}

}  // namespace

std::vector<Object> all_of(const char* class_name) {
    const Symbol* found = hoc_table_lookup(class_name, built_in());
    found = found ? found : hoc_table_lookup(class_name, hoc_top_level_symlist);
    std::vector<Object> all;
    if (found && is_class(found) && found->u.ctemplate->olist) {
        const hoc_Item* const list = found->u.ctemplate->olist;
        for (const hoc_Item* each = list->next; each != list; each = each->next) {
            all.push_back({each->element.obj});
        }
    }
    return all;
}

Table census() {
    Table all{{"sections", double(sections().size())}};
    for (Symlist* const table : {built_in(), hoc_top_level_symlist}) {
        for (const Symbol* each = table ? table->first : nullptr; each; each = each->next) {
            if (is_class(each) && each->u.ctemplate->count > 0) {
                all.emplace_back(each->name, each->u.ctemplate->count);
            }
        }
    }
    return all;
}

void delete_section(Section section) {
    if (exists(section)) {
        const SectionScope scope(section);
        call_function("delete_section", {});
    }
}

void at_end(void (*action)()) {
    if (has_python()) {
        python::api().Py_AtExit(action);
    } else {
        std::atexit(action);
    }
}

void collect_garbage() {
    using namespace python;
    if (!has_python()) {
        return;
    }
    const Lock lock;
    const Ref gc = checked(api().PyImport_ImportModule("gc"));
    const Ref collect = checked(api().PyObject_GetAttrString(gc.get(), "collect"));
    checked(api().PyObject_Call(collect.get(), tuple_of({}).get(), nullptr));
}

Value section_of_thing(void* thing) {
    using namespace python;
    PyObject* const object = object_of_thing(thing);
    return object && is_instance(object, types().section) ? value_of(object, Protocol::untouched) : Value{};
}

std::string described_thing(void* thing) {
    using namespace python;
    PyObject* const object = object_of_thing(thing);
    if (!object) {
        return name(Object{thing});
    }
    const Lock lock;
    if (is_instance(object, types().hoc_object) || is_instance(object, types().section)) {
        const Ref text(api().PyObject_Repr(object));
        api().PyErr_Clear();
        return text ? "a handle of " + text_of(text.get()) : "a handle";
    }
    const std::string type = type_name({object});
    const bool vowel = std::string("aeiouAEIOU").find(type[0]) != std::string::npos;
    return (vowel ? "an " : "a ") + type;
}

}  // namespace patch::host
