// Attributes of the user's own whose name nearly is one of NEURON's: warned of once, and found by p.check() while they are there.
#include <algorithm>
#include <set>

#include "nrn9.hpp"
#include "python_types.hpp"

namespace patch::host {

namespace {

struct Near {
    Value owner;
    std::string name, meant;
};
std::vector<Near>& all_near() {
    static auto& all = *new std::vector<Near>;
    return all;
}

// What people call a section's properties, and NEURON's name.
constexpr std::pair<const char*, const char*> other_words[] = {{"length", "L"},      {"diameter", "diam"},   {"diameters", "diam"},
                                                               {"segments", "nseg"}, {"n_segments", "nseg"}, {"axial_resistance", "Ra"},
                                                               {"capacitance", "cm"}};

}  // namespace

std::vector<std::string> section_attribute_names() {
    std::vector<std::string> names{"L", "Ra", "nseg", "rallbranch"};
    const short range_variable = symbol("v")->type;
    for (const Symbol* each = hoc_built_in_symlist->first; each; each = each->next) {
        if (each->type == range_variable) {
            names.emplace_back(each->name);
        }
    }
    return names;
}

namespace {

// What is public of an object's class, and what p adds to it.
std::vector<std::string> object_names(Object object) {
    std::vector<std::string> names;
    for (const Symbol* each = raw(object)->ctemplate->symtable->first; each; each = each->next) {
        if (each->cpublic) {
            names.emplace_back(each->name);
        }
    }
    if (is_a(object, "IClamp")) {
        names.emplace_back("delay");  // NEURON answers to it, and calls it del
    }
    unsigned own = 0;
    for (const auto& [type, place] :
         {std::pair{"NetCon", on_netcon}, {"IClamp", on_iclamp}, {"SEClamp", on_seclamp}, {"PatchVecStim", on_vecstim}}) {
        own |= is_a(object, type) ? place : 0U;
    }
    for (const Method& method : methods()) {
        if (method.places & own) {
            names.emplace_back(method.name);
        }
    }
    return names;
}

// The name of NEURON's that a name nearly is, or "".
std::string meant_by(const std::string& name, const Value& owner) {
    if (owner.kind == Kind::object) {
        return near_name(name, object_names(owner.object));
    }
    std::vector<std::string> known = section_attribute_names();
    for (const auto& row : other_words) {
        known.emplace_back(row.first);
    }
    std::string meant = near_name(name, known);
    const auto is_meant = [&](const auto& row) { return meant == row.first || (meant.empty() && name == row.first); };
    const auto other = std::find_if(std::begin(other_words), std::end(other_words), is_meant);
    return other == std::end(other_words) ? meant : other->second;
}

std::string name_of(const Value& owner) {
    return owner.kind == Kind::object ? name(owner.object) : name(owner.segment.section);
}

bool still_there(const Near& near) {
    if (near.owner.kind == Kind::object) {
        return own_attribute(near.owner, near.name.c_str()).given();
    }
    if (!exists(near.owner.segment.section)) {
        return false;
    }
    const python::Ref found(
        python::api().PyObject_GetAttrString(python::section_object(near.owner.segment.section).get(), near.name.c_str()));
    python::api().PyErr_Clear();
    return bool(found);
}

}  // namespace

bool is_section_attribute(const std::string& name) {
    const std::string variable = name.compare(0, 5, "_ref_") == 0 ? name.substr(5) : name;
    const Symbol* const found = hoc_table_lookup(variable.c_str(), hoc_built_in_symlist);
    return (found && found->type == symbol("v")->type) || variable == "L" || variable == "Ra" || variable == "nseg" ||
           variable == "rallbranch";
}

void warn_of_near_variable(const std::string& name) {
    static std::set<std::string> told;
    std::vector<std::string> known;
    const short variable = symbol("dt")->type;
    for (Symlist* const table : {hoc_built_in_symlist, hoc_top_level_symlist}) {
        for (const Symbol* each = table ? table->first : nullptr; each; each = each->next) {
            if (each->type == variable && std::strlen(each->name) > 3) {  // not t, dt, ...: too much is near
                known.emplace_back(each->name);
            }
        }
    }
    const std::string meant = name.empty() || name[0] == '_' ? "" : near_name(name, known);
    if (!meant.empty() && told.insert(name).second) {
        warn(near_name_set("p", name, meant), 1);
    }
}

bool warn_of_near_name(const Value& owner, const std::string& name) {
    static std::set<std::string> told;
    const std::string meant = name.empty() || name[0] == '_' ? "" : meant_by(name, owner);
    if (meant.empty()) {
        return false;
    }
    const std::string key = (owner.kind == Kind::object ? class_name(owner.object) : "Section") + "." + name;
    if (!told.count(key)) {
        warn(near_name_set(name_of(owner), name, meant), 1);
        told.insert(key);
    }
    const auto is_same = [&](const Near& near) {
        const bool section = owner.kind != Kind::object && near.owner.segment.section == owner.segment.section;
        return near.name == name && near.owner.kind == owner.kind &&
               (section || (owner.kind == Kind::object && near.owner.object == owner.object));
    };
    if (std::none_of(all_near().begin(), all_near().end(), is_same)) {
        Near near{owner, name, meant};
        near.owner.origin = {};  // it is not held
        near.owner.keeper = nullptr;
        if (owner.kind != Kind::object) {
            hold(owner.segment.section);
        }
        all_near().push_back(std::move(near));
    }
    return true;
}

std::vector<NearName> near_names() {
    std::vector<NearName> found;
    if (all_near().empty()) {
        return found;
    }
    const python::Lock lock;
    std::vector<Near> there;
    for (Near& near : all_near()) {
        if (still_there(near)) {
            found.push_back({near_name_set(name_of(near.owner), near.name, near.meant), near.owner});
            there.push_back(near);
        } else if (near.owner.kind != Kind::object) {
            let_go(near.owner.segment.section);
        }
    }
    all_near() = std::move(there);
    return found;
}

}  // namespace patch::host
