// Every key is sent to the one rank that looks after it, key modulo nhost: nobody needs to see all keys.
#include "gids.hpp"

#include <algorithm>
#include <map>

namespace patch::gids {

namespace {

constexpr int has = 0, wants = 1;

std::string as_text(const std::vector<Use>& uses) {
    std::string text;
    for (const Use& use : uses) {
        text += std::to_string(use.key);
        for (const int rank : use.ranks) {
            text += " " + std::to_string(rank);
        }
        text += "\n";
    }
    return text;
}

std::vector<Use> from_texts(const std::vector<std::string>& texts) {
    std::vector<Use> all;
    for (const std::string& text : texts) {
        std::size_t line = 0;
        while (line < text.size()) {
            const std::size_t end = text.find('\n', line);
            if (end == std::string::npos) {
                break;  // there was more than a rank tells
            }
            Use use{0, {}};
            const char* at = text.c_str() + line;
            char* next = nullptr;
            use.key = int(std::strtol(at, &next, 10));
            for (at = next; *at == ' '; at = next) {
                use.ranks.push_back(int(std::strtol(at, &next, 10)));
            }
            all.push_back(use);
            line = end + 1;
        }
    }
    std::sort(all.begin(), all.end(), [](const Use& a, const Use& b) { return a.key < b.key; });
    return all;
}

}  // namespace

Survey survey(const std::vector<int>& owned, const std::vector<int>& wanted) {
    const auto ranks = std::size_t(host::rank_count());
    std::vector<std::vector<int>> out(ranks);
    for (const auto& [keys, role] : {std::pair{&owned, has}, std::pair{&wanted, wants}}) {
        for (const int key : *keys) {
            std::vector<int>& to = out[std::size_t(key) % ranks];
            to.push_back(key);
            to.push_back(role);
        }
    }
    const std::vector<std::vector<int>> in = host::exchange(out);
    struct Ranks {
        std::vector<int> having, wanting;
    };
    std::map<int, Ranks> looked_after;
    for (std::size_t rank = 0; rank < in.size(); ++rank) {
        for (std::size_t i = 0; i < in[rank].size(); i += 2) {
            Ranks& of = looked_after[in[rank][i]];
            std::vector<int>& who = in[rank][i + 1] == has ? of.having : of.wanting;
            if (who.empty() || who.back() != int(rank)) {
                who.push_back(int(rank));
            }
        }
    }
    std::vector<Use> shared, missing;
    for (const auto& [key, of] : looked_after) {
        if (of.having.size() > 1) {
            shared.push_back({key, of.having});
        }
        if (of.having.empty()) {
            missing.push_back({key, of.wanting});
        }
    }
    return {from_texts(host::gather_texts(as_text(shared))), from_texts(host::gather_texts(as_text(missing)))};
}

void refuse_shared() {
    const Survey found = survey(host::source_gids(), {});
    if (!found.shared.empty()) {
        throw gid_shared(found.shared[0].key, found.shared[0].ranks);
    }
    host::gids_are_right();
}

void set_up_transfers(together::Meeting& meeting) {
    const host::TransferKeys& keys = host::transfer_keys();
    const Survey found = survey(keys.sources, keys.targets);
    if (!found.shared.empty()) {
        throw transfer_shared(std::to_string(found.shared[0].key), found.shared[0].ranks);
    }
    if (!found.missing.empty()) {
        throw no_transfer_source(std::to_string(found.missing[0].key), found.missing[0].ranks[0]);
    }
    meeting.all_do([] { host::set_up_transfer(); });
}

}  // namespace patch::gids
