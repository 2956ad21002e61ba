// Ranks of a network look together, any other rank looks at itself.
#include "check.hpp"

#include <algorithm>

#include "gids.hpp"
#include "host/network.hpp"
#include "runs.hpp"

namespace patch::check {

using together::Call;

namespace {

// Of each kind in the order of gids; the same on every rank that looks along. Collective where `together`.
std::vector<std::string> findings() {
    const std::vector<host::Received> received = host::received_gids();
    std::vector<int> wanted;
    std::string changed;
    for (const host::Received& each : received) {
        wanted.push_back(each.gid);
        if (each.threshold != host::untouched_threshold) {
            changed += found_threshold(each.gid, each.netcon, each.threshold, host::rank()) + "\n";
        }
    }
    for (const host::Changed& each : host::changed_thresholds()) {
        changed += found_changed(each.gid, each.threshold, each.given, host::rank()) + "\n";
    }
    const gids::Survey survey = gids::survey(host::source_gids(), wanted);
    std::vector<std::string> found;
    for (const gids::Use& use : survey.shared) {
        found.push_back(found_shared(use.key, use.ranks));
    }
    for (const gids::Use& use : survey.missing) {
        found.push_back(found_unsent(use.key, use.ranks));
    }
    for (const std::string& text : host::gather_texts(changed)) {
        for (std::size_t line = 0, end; (end = text.find('\n', line)) != std::string::npos; line = end + 1) {
            found.push_back(text.substr(line, end - line));
        }
    }
    return found;
}

std::vector<std::string> together_findings() {
    together::Meeting meeting(Call::check, ErrorKind::parallel, host::what_a_rank_knows());
    meeting.agree();
    return findings();
}

std::vector<std::string> look() {
    if (host::rank_count() == 1 || runs::is_together()) {
        return together_findings();
    }
    return {};  // no gids on this rank
}

// What concerns this rank alone.
std::vector<std::string> and_own(std::vector<std::string> found) {
    for (const std::string& each : host::near_names()) {
        found.push_back(each);
    }
    return found;
}

Value as_list(const std::vector<std::string>& sentences) {
    std::vector<Value> values;
    for (const std::string& sentence : sentences) {
        values.push_back(Value::of(sentence));
    }
    return host::new_list(values);
}

Value from_python(const Nothing&) {
    return as_list(and_own(look()));
}

Value from_all(const Nothing&) {
    return as_list(together_findings());
}

std::string from_hoc(const Nothing&) {
    std::string text;
    for (const std::string& sentence : and_own(look())) {
        text += (text.empty() ? "" : "\n") + sentence;
    }
    return text;
}

}  // namespace

const host::Methods methods{
    host::method<Nothing, &from_hoc>("check", "What is wrong with the gids of the network, a line each; \"\" if nothing is.", host::in_hoc),
    host::method<Nothing, &from_python>("check", "What is wrong with the gids of the network, a sentence each.", host::on_p)
        .gives("list[str]")
        .example(">>> p.check()\n"
                 "[]"),
    host::method<Nothing, &from_all>("check", "What is wrong with the gids of the network, a sentence each. Collective.", host::on_parallel)
        .gives("list[str]")
        .raises("ParallelError on every rank where one calls something else")
        .example(">>> p.parallel.check()\n"
                 "[]"),
};

}  // namespace patch::check
