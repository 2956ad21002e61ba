// Ends connections and recordings, connects sections, counts what is kept.
#include "lifetime.hpp"

#include "host/network.hpp"

namespace patch::lifetime {

namespace {

// Ends a connection or a recording; the object itself stays its holder's.
void end(const Value& ended) {
    const bool netcon = ended.kind == Kind::object && host::is_a(ended.object, "NetCon");
    const bool vector = ended.kind == Kind::object && host::is_a(ended.object, "Vector");
    if (!netcon && !vector) {
        throw wrong_kind("ended", described(ended), "a NetCon, or a Vector that records");
    }
    const host::Owned kept(ended.object);
    if (netcon) {
        host::end_gid(ended.object);
        host::end_receiver(ended.object);
        host::silence(ended.object);
    } else {
        host::call(ended.object, "play_remove", {});
    }
    host::forget(ended.object);
}

void disconnect_netcon(const Netcon& arguments) {
    end(arguments.netcon);
}

void disconnect(const FromHoc& arguments) {
    end(arguments.ended);
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

Value recordings(const OfSection& arguments) {
    std::vector<std::pair<Value, Value>> found;
    for (const auto& [x, vector] : host::recordings(arguments.section)) {
        found.emplace_back(Value::of(x), Value::of(vector));
    }
    return host::new_dict(found);
}

}  // namespace

const host::Methods methods{
    host::method<FromHoc, &disconnect>("disconnect", "Ends a connection or a recording.", host::in_hoc),
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
