// Ends connections and recordings, connects sections, counts what is kept.
#include "lifetime.hpp"

#include <algorithm>

#include "host/findings.hpp"
#include "host/network.hpp"

namespace patch::lifetime {

namespace {

// Takes a section from its parent, as NEURON's own disconnect does.
void part(Section section) {
    if (!host::exists(section)) {
        throw deleted_section("ended");
    }
    const host::SectionScope scope(section);
    host::call_function("disconnect", {});
}

// Ends a connection or a recording; the object itself stays its holder's.
void end(const Value& ended) {
    const bool netcon = ended.kind == Kind::object && host::is_a(ended.object, "NetCon");
    const bool vector = ended.kind == Kind::object && host::is_a(ended.object, "Vector");
    if (ended.kind == Kind::section) {
        part(ended.segment.section);
        return;
    }
    if (!netcon && !vector) {
        throw wrong_kind("ended", described(ended), "a NetCon, a Vector that records, or a Section");
    }
    const host::Owned kept(ended.object);
    if (netcon) {
        host::end_gid(ended.object);
        host::end_receiver(ended.object);
        host::note_ended(ended.object);
        if (host::has_event_on_its_way(ended.object)) {
            host::call(ended.object, "active", {Value::of(0.0)});
            host::silence_before_run(ended.object);  // it arrives
        } else {
            host::silence(ended.object);
        }
    } else {
        host::call(ended.object, "play_remove", {});
    }
    host::forget(ended.object);
}

void disconnect_netcon(const Netcon& arguments) {
    end(arguments.netcon);
}

void disconnect(const Ended& arguments) {
    if (arguments.ended.given() && arguments.sec) {
        throw refused(ErrorKind::type, "sec", host::name(*arguments.sec), "none with what is ended");
    }
    if (arguments.ended.given()) {
        end(arguments.ended);
        return;
    }
    const Section section = arguments.sec.value_or(host::current_section());
    if (!section) {
        throw no_section();
    }
    part(section);
}

void refuse_while_running(const char* what) {
    if (host::running()) {
        throw while_running(what);
    }
}

// What of the one table is no more in the other.
Table gone(const Table& before, const Table& after) {
    Table difference;
    for (const auto& [name, count] : before) {
        const auto now = std::find_if(after.begin(), after.end(), [&, &name = name](const auto& row) { return row.first == name; });
        const double left = now == after.end() ? 0 : now->second;
        if (left < count) {
            difference.emplace_back(name, count - left);
        }
    }
    return difference;
}

Table only(const std::optional<std::string>& what, const Table& all) {
    if (!what) {
        return all;
    }
    const auto found = std::find_if(all.begin(), all.end(), [&](const auto& row) { return row.first == *what; });
    return {{*what, found == all.end() ? 0 : found->second}};
}

// Recordings first, then what leads to sections, the sections last: nothing is left that points to what is gone.
Table clear(const Went& arguments) {
    refuse_while_running("a model cannot be cleared");
    const Table before = host::census();
    for (const Object vector : host::all_of("Vector")) {
        host::call(vector, "play_remove", {});
    }
    for (const Object netcon : host::all_of("NetCon")) {
        const host::Owned kept(netcon);
        if (host::has_source(netcon)) {
            host::call(netcon, "record", {});
        }
        host::end_gid(netcon);
        host::end_receiver(netcon);
        host::silence(netcon);
    }
    host::call(host::parallel_context(), "gid_clear", {});
    host::events_may_be_stale();
    host::registry().release_everything();
    for (const Section section : host::sections()) {
        host::delete_section(section);
    }
    host::sweep(Registry::Sweep::everything);
    return only(arguments.what, gone(before, host::census()));
}

// Python's collector and a sweep, by turns: what the one lets go the other may have held.
Table collect(const Went& arguments) {
    refuse_while_running("what nobody reaches cannot be collected");
    constexpr int most_turns = 10;
    const Table before = host::census();
    Table now = before;
    for (int i = 0; i < most_turns; ++i) {
        const Table earlier = now;
        host::collect_garbage();
        host::sweep(Registry::Sweep::everything);
        now = host::census();
        if (now == earlier) {
            break;
        }
    }
    return only(arguments.what, gone(before, now));
}

// section.connect of p: NEURON's own, and the two live together.
Chained connect(const Tree& arguments) {
    const Value& parent = arguments.parent.value;
    if (parent.kind != Kind::section && parent.kind != Kind::segment) {
        throw wrong_kind("parent", described(parent), "a Segment or a Section", host::name(arguments.section));
    }
    if (!host::exists(parent.segment.section)) {
        throw deleted_section("parent");
    }
    double parent_x = parent.kind == Kind::segment ? parent.segment.x : 1;
    double child_end = arguments.child_end.value_or(0);
    if (parent.kind == Kind::segment) {
        child_end = arguments.parent_x.value_or(child_end);  // connect(parent(x), child_end)
    } else {
        parent_x = arguments.parent_x.value_or(parent_x);
    }
    if (parent_x < 0 || parent_x > 1) {
        throw refused(ErrorKind::value, "parent_x", shown(parent_x), "0 to 1", host::name(parent.segment.section));
    }
    if (child_end != 0 && child_end != 1) {
        throw refused(ErrorKind::value, "child_end", shown(child_end), "0 or 1", host::name(arguments.section));
    }
    host::connect_sections(arguments.section, parent.segment.section, parent_x, child_end);
    host::keep_tree(arguments.section, parent.segment.section);
    host::note_reference(parent, Value::of(arguments.section));
    return {};
}

// What Patch keeps, by kind.
Table table() {
    const Registry& all = host::registry();
    return {
        {"sections", double(all.node_count(NodeKind::section))},
        {"objects", double(all.node_count(NodeKind::object))},
        {"edges", double(all.edge_count())},
        {"connections", double(all.edge_count(EdgeKind::connection))},
        {"recordings", double(all.edge_count(EdgeKind::recording) + all.edge_count(EdgeKind::own_recording))},
    };
}

Table counts(const What& arguments) {
    const Table all = table();
    if (!arguments.what) {
        return all;
    }
    std::vector<std::string> known;
    for (const auto& row : all) {
        if (row.first == *arguments.what) {
            return {row};
        }
        known.push_back(row.first);
    }
    throw no_such_name(*arguments.what, known);
}

struct OfSection {
    Section section;
    static constexpr Field fields[] = {{"section", "", receiver}};
};

bool keep_references(const KeepsReferences& arguments) {
    return host::keep_references(arguments.on);
}

// ---- Why something lives ----

std::string named(const Value& value) {
    return value.kind == Kind::object ? host::name(value.object) : described(value);
}

const char* relation(EdgeKind kind) {
    switch (kind) {
    case EdgeKind::connection:
        return "connected to";
    case EdgeKind::tree:
        return "in one tree with";
    case EdgeKind::placement:
        return "placed together with";
    case EdgeKind::recording:
    case EdgeKind::own_recording:
        return "recorded with";
    case EdgeKind::owner:
        return "a section of";
    case EdgeKind::reference:
        break;
    }
    return "kept with";
}

std::string listed(const std::vector<std::string>& names) {
    std::string text;
    for (const std::string& each : names) {
        text += (text.empty() ? "" : ", ") + each;
    }
    return text;
}

std::string from_outside(long references, const std::vector<std::string>& holders) {
    if (references == Registry::always) {
        return "held by its name in HOC";
    }
    return holders.empty() ? "held from outside" : "held from outside: " + listed(holders);
}

// The holders that have a name: those are outside for sure, a list may be inside.
std::vector<std::string> with_names(const std::vector<std::string>& holders) {
    std::vector<std::string> named;
    std::copy_if(holders.begin(), holders.end(), std::back_inserter(named),
                 [](const std::string& each) { return each.find(" in ") != std::string::npos; });
    return named;
}

std::string why(const Kept& arguments) {
    const Value& value = arguments.object.value;
    const bool place = value.kind == Kind::section || value.kind == Kind::segment;
    if (!place && value.kind != Kind::object) {
        throw wrong_kind("object", described(value), "a section or an object of NEURON's");
    }
    if (place && !host::exists(value.segment.section)) {
        throw deleted_section("object");
    }
    const Value itself = place ? Value::of(value.segment.section) : value;
    void* const address = place ? value.segment.section.address : value.object.address;
    const std::string name = place ? host::name(value.segment.section) : host::name(value.object);
    const std::vector<std::string> holders = host::referrers(itself);
    const Registry& all = host::registry();
    const bool kept = all.find(address) != Registry::none;
    if (!kept) {
        return name + "\nis connected to nothing and lives as long as it is held, as in NEURON" +
               (holders.empty() ? "" : ": " + listed(holders));
    }
    if (const auto named = with_names(holders); !named.empty()) {
        return name + "\n" + from_outside(0, named);
    }
    std::string text;
    long outside = 0;
    std::vector<std::string> last;
    bool only_the_asking = false;
    for (const Registry::Step& step : host::registry().why(address)) {
        const bool first = text.empty();
        const Value each = step.node == Registry::none ? Value{} : host::value_of_node(all.node(step.node));
        const std::string said = first ? name : step.node == Registry::none ? host::described_thing(step.thing) : named(each);
        text += first ? said : "\n" + (step.edge.used ? std::string(relation(step.edge.kind)) : std::string("held by")) + " " + said;
        const Value holder = step.node == Registry::none ? host::section_of_thing(step.thing) : each;
        last = first ? holders : holder.given() ? host::referrers(holder) : std::vector<std::string>{};
        only_the_asking = first && step.outside == 1 && value.origin && holders.empty() && value.kind == Kind::object;
        outside = step.outside;
    }
    if (only_the_asking) {
        return name + "\nheld by nothing but the handle that asks: it goes with the first run after it";
    }
    return text.empty() ? name + "\nheld by nobody: it is gone with the next run" : text + "\n" + from_outside(outside, last);
}

Value recordings(const OfSection& arguments) {
    std::vector<std::pair<Value, Value>> found;
    for (const auto& [x, vector] : host::recordings(arguments.section)) {
        found.emplace_back(Value::of(x), Value::of(vector));
    }
    return host::new_dict(found);
}

}  // namespace

const host::Methods methods{
    host::method<Ended, &disconnect>("disconnect", "Ends a connection or a recording; takes a section from its parent.", host::everywhere)
        .raises("PatchTypeError for what is no connection, recording or section")
        .example(">>> connection = soma.connect_points(synapse)\n"
                 ">>> p.disconnect(connection)\n"
                 ">>> connection.active()\n"
                 "False"),
    host::method<Went, &clear>(
        "clear", "Ends recordings, connections and gids and deletes all sections, whoever holds them; says what went.", host::everywhere)
        .raises("SimulationError inside a run")
        .example(">>> gone = p.clear()\n"
                 ">>> len(list(p.allsec()))\n"
                 "0"),
    host::method<Went, &collect>("collect", "Frees what nobody reaches, now, Python's own cycles too; says what went, by class.",
                                 host::everywhere)
        .raises("SimulationError inside a run")
        .example(">>> p.collect()\n"
                 "{}"),
    host::method<KeepsReferences, &keep_references>(
        "keep_references", "Whether plain h.NetCon, h.<Mechanism>, Vector.record and HOC's new NetCon live as p's do; gives what it was.",
        host::everywhere)
        .raises("PatchTypeError for what is neither true nor false")
        .example(">>> p.keep_references(False)\n"
                 "False"),
    host::method<Kept, &why>("references", "Why an object lives: from it to who holds it from outside, a line each.", host::everywhere)
        .raises("PatchTypeError for what is no section or object of NEURON's\n"
                "PatchReferenceError for a section that was deleted")
        .example(">>> p.references(synapse).splitlines()[0].startswith(\"ExpSyn\")\n"
                 "True"),
    host::method<Netcon, &disconnect_netcon>("disconnect", "Ends this connection.", host::on_netcon | host::on_stock_netcon)
        .example(">>> connection = soma.connect_points(synapse)\n"
                 ">>> connection.disconnect()"),
    host::method<Tree, &connect>("connect", "Connects this section to a parent, as NEURON does; the two live together.",
                                 host::on_patch_section)
        .raises("PatchValueError for a place outside 0 to 1 and an end that is neither 0 nor 1\n"
                "HocError for a loop")
        .example(">>> branch = p.Section(\"branch\")\n"
                 ">>> branch.connect(dend(0.5)).parentseg()\n"
                 "dend(0.5)"),
    host::method<OfSection, &recordings>("recordings", "The Vectors that record this section, by x.", host::on_section | host::property)
        .gives("dict[float, Vector]"),
    host::method<What, &counts>("counts", "How many sections, objects, edges, connections and recordings Patch keeps.")
        .raises("PatchAttributeError for another name")
        .example(">>> sorted(p.counts())\n"
                 "['connections', 'edges', 'objects', 'recordings', 'sections']"),
};

}  // namespace patch::lifetime
