// Each kind of finding: what is looked at, and its sentence. What concerns one rank is found there; gids and mechanisms are compared
// between ranks where all look together.
#include "check.hpp"

#include <algorithm>
#include <map>
#include <unordered_set>

#include "gids.hpp"
#include "host/findings.hpp"
#include "host/network.hpp"
#include "runs.hpp"

namespace patch::check {

using together::Call;

namespace {

struct Finding {
    std::string kind, sentence;
    std::vector<Value> objects;
    int rank = 0;
};
using Findings = std::vector<Finding>;

// ---- Sentences ----

std::string on_rank() {
    return host::rank_count() > 1 ? " on rank " + std::to_string(host::rank()) : "";
}

std::string placed(Object object) {
    const Segment place = host::is_placed(object) ? host::place_of(object) : Segment{};
    return host::name(object) + (place ? " at " + host::name(place) : "");
}

std::string between(const host::Connection& each) {
    std::string text = host::name(each.netcon);
    if (each.cell) {
        text += " from " + host::name(each.cell);
    } else if (each.place) {
        text += " from " + host::name(each.place);
    } else if (each.gid >= 0) {
        text += " from gid " + std::to_string(each.gid);
    }
    return each.target ? text + " to " + placed(each.target) : text;
}

std::vector<Value> ends(const host::Connection& each) {
    std::vector<Value> objects{Value::of(each.netcon)};
    if (each.cell) {
        objects.push_back(Value::of(each.cell));
    } else if (each.place) {
        objects.push_back(Value::of(each.place));
    }
    if (each.target) {
        objects.push_back(Value::of(each.target));
    }
    return objects;
}

// ---- What concerns this rank ----

void look_at_connection(const host::Connection& each, Findings& found) {
    const auto add = [&](const char* kind, const std::string& what) {
        found.push_back({kind, between(each) + what + on_rank(), ends(each), host::rank()});
    };
    if (each.target && !host::is_artificial_cell(each.target) && !host::is_placed(each.target)) {
        add("lost_target", " delivers nothing: the section of its target is gone");
        return;
    }
    if (!each.target) {
        if (each.known && each.has_source && !each.records && each.gid < 0 && !each.ended) {
            add("no_target", " has no target, no gid and records nothing");
        }
        return;
    }
    if (host::lost_its_source(each.netcon)) {
        add("lost_source", " has lost its source: the segment is gone since nseg changed, or the section is");
        return;
    }
    if (!each.active) {
        return;
    }
    if (each.weighs && each.weight == 0) {
        add("zero_weight", " has weight 0");
    }
    const bool follows_voltage = !each.cell && each.has_source;
    const double step = host::variable("dt");
    if (follows_voltage && !host::cvode_is_active() && each.delay < step) {
        add("short_delay", " has a delay of " + shown(each.delay) + " ms, less than dt, " + shown(step) + " ms");
    }
}

void look_at_connections(Findings& found, std::unordered_set<void*>& targets) {
    host::each_connection([&](const host::Connection& each) {
        look_at_connection(each, found);
        targets.insert(each.target.address);
    });
}

void look_at_point_processes(Findings& found, const std::unordered_set<void*>& targets) {
    host::each_point_process([&](Object object) {
        if (host::is_artificial_cell(object) || host::class_name(object) == "PatchSource") {
            return;
        }
        const auto add = [&](const char* kind, const std::string& what) {
            found.push_back({kind, placed(object) + what + on_rank(), {Value::of(object)}, host::rank()});
        };
        if (!host::is_placed(object)) {
            add("lost_point_process", " is in no section");
        } else if (host::receives_events(object) && !targets.count(object.address)) {
            add("unconnected_synapse", " is connected to nothing");
        }
    });
}

void look_at_recordings(Findings& found) {
    for (const Object vector : host::recorders_without_variable()) {
        found.push_back(
            {"lost_recording", host::name(vector) + " records a variable that is gone" + on_rank(), {Value::of(vector)}, host::rank()});
    }
    for (const host::Moved& each : host::moved_recordings()) {
        found.push_back({"moved_recording",
                         host::name(each.vector) + " records " + host::name(each.place) +
                             ": nseg has changed since, it follows with the next run" + on_rank(),
                         {Value::of(each.vector), Value::of(each.place)},
                         host::rank()});
    }
}

void look_at_thresholds(Findings& found) {
    for (const host::Received& each : host::received_gids()) {
        if (each.threshold != host::untouched_threshold) {
            found.push_back(
                {"receivers_threshold", found_threshold(each.gid, each.netcon, each.threshold, host::rank()), {}, host::rank()});
        }
    }
    for (const host::Changed& each : host::changed_thresholds()) {
        found.push_back({"changed_threshold", found_changed(each.gid, each.threshold, each.given, host::rank()), {}, host::rank()});
    }
}

Findings of_this_rank() {
    Findings found;
    look_at_thresholds(found);
    std::unordered_set<void*> targets;
    look_at_connections(found, targets);
    look_at_point_processes(found, targets);
    look_at_recordings(found);
    for (const host::NearName& each : host::near_names()) {
        found.push_back({"near_name", each.sentence, {each.owner}, host::rank()});
    }
    return found;
}

// ---- What concerns all ranks: the same on each. Collective ----

Findings of_gids() {
    std::vector<int> wanted;
    for (const host::Received& each : host::received_gids()) {
        wanted.push_back(each.gid);
    }
    const gids::Survey survey = gids::survey(host::source_gids(), wanted);
    const auto gid = [](const gids::Use& use) {
        Value value = Value::of(double(use.key));
        value.whole = true;
        return std::vector<Value>{value};
    };
    Findings found;
    for (const gids::Use& use : survey.shared) {
        found.push_back({"shared_gid", found_shared(use.key, use.ranks), gid(use), use.ranks[0]});
    }
    for (const gids::Use& use : survey.missing) {
        found.push_back({"unsent_gid", found_unsent(use.key, use.ranks), gid(use), use.ranks[0]});
    }
    return found;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t line = 0, end; (end = text.find('\n', line)) != std::string::npos; line = end + 1) {
        lines.push_back(text.substr(line, end - line));
    }
    return lines;
}

Findings of_mechanisms() {
    std::string mine;
    for (const std::string& name : host::mechanism_names()) {
        mine += name + "\n";
    }
    std::map<std::string, std::vector<int>> ranks_of;
    const std::vector<std::string> all = host::gather_texts(mine);
    for (std::size_t rank = 0; rank < all.size(); ++rank) {
        for (const std::string& name : lines_of(all[rank])) {
            ranks_of[name].push_back(int(rank));
        }
    }
    Findings found;
    for (const auto& [name, ranks] : ranks_of) {
        std::vector<int> without;
        for (int rank = 0; rank < int(all.size()); ++rank) {
            if (!std::count(ranks.begin(), ranks.end(), rank)) {
                without.push_back(rank);
            }
        }
        const bool ours = name.compare(0, 5, "Patch") == 0;  // registered where they are first used
        if (!without.empty() && !ours) {
            found.push_back({"missing_mechanism", found_missing(name, without), {Value::of(name)}, without[0]});
        }
    }
    return found;
}

// Everybody's, in the order of ranks; the objects of this rank's alone.
Findings gathered(const Findings& mine) {
    std::string text;
    for (const Finding& each : mine) {
        text += each.kind + " " + each.sentence + "\n";
    }
    Findings found;
    const std::vector<std::string> all = host::gather_texts(text);
    for (std::size_t rank = 0; rank < all.size(); ++rank) {
        if (int(rank) == host::rank()) {
            found.insert(found.end(), mine.begin(), mine.end());
            continue;
        }
        for (const std::string& line : lines_of(all[rank])) {
            const std::size_t space = line.find(' ');
            found.push_back({line.substr(0, space), line.substr(space + 1), {}, int(rank)});
        }
    }
    return found;
}

Findings together_findings() {
    together::Meeting meeting(Call::check, ErrorKind::parallel, host::what_a_rank_knows());
    meeting.agree();
    Findings found = of_gids();
    for (const Findings& more : {of_mechanisms(), gathered(of_this_rank())}) {
        found.insert(found.end(), more.begin(), more.end());
    }
    return found;
}

// Alone, and where gids of other ranks cannot be meant, this rank knows all.
Findings local_findings() {
    Findings found = host::rank_count() == 1 ? of_gids() : Findings{};
    for (Finding& each : of_this_rank()) {
        found.push_back(std::move(each));
    }
    return found;
}

Value as_list(const Findings& all) {
    std::vector<host::FindingParts> parts;
    for (const Finding& each : all) {
        parts.push_back({each.sentence, each.kind, each.objects, each.rank});
    }
    return host::new_findings(parts);
}

std::string as_text(const Findings& all) {
    std::string text;
    for (const Finding& each : all) {
        text += (text.empty() ? "" : "\n") + each.sentence;
    }
    return text;
}

Value from_python(const Nothing&) {
    return as_list(local_findings());
}

Value from_all(const Nothing&) {
    return as_list(together_findings());
}

std::string from_hoc(const Nothing&) {
    return as_text(local_findings());
}

std::string from_all_in_hoc(const Nothing&) {
    return as_text(together_findings());
}

}  // namespace

void warn_of_findings() {
    for (const Finding& each : local_findings()) {
        host::warn(each.sentence, 1);
    }
}

const host::Methods methods{
    host::method<Nothing, &from_hoc>("check", "What is most likely wrong with the model of this rank, a line each; \"\" if nothing is.",
                                     host::in_hoc),
    host::method<Nothing, &from_all_in_hoc>("check_together", "The same of all ranks, with what they have together. Collective.",
                                            host::in_hoc),
    host::method<Nothing, &from_python>("check", "What is most likely wrong with the model of this rank: findings.", host::on_p)
        .gives("list[Finding]")
        .example(">>> \"unsent_gid\" in {finding.kind for finding in p.check()}\n"
                 "False"),
    host::method<Nothing, &from_all>("check", "The findings of all ranks, and of what they have together. Collective.", host::on_parallel)
        .gives("list[Finding]")
        .raises("ParallelError on every rank where one calls something else")
        .example(">>> \"shared_gid\" in {finding.kind for finding in p.parallel.check()}\n"
                 "False"),
};

}  // namespace patch::check
