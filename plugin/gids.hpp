// gids: what ranks find out together about gids and transfer variables: who sends what twice, and what nobody sends.
#pragma once

#include <string>
#include <vector>

#include "host/network.hpp"
#include "together.hpp"

namespace patch::gids {

struct Use {
    int key;
    std::vector<int> ranks;
};
// Keys that several ranks have, and keys that are wanted and that no rank has; in order, the same on every rank.
struct Survey {
    std::vector<Use> shared, missing;
};
// Collective. Each rank tells which keys it has and which it wants.
Survey survey(const std::vector<int>& has, const std::vector<int>& wants);

// Collective. Throws the same Error on every rank where a gid has sources on several ranks.
void refuse_shared();
// Collective. Sets transfer variables up, or throws the same Error where a target has no source.
void set_up_transfers(together::Meeting& meeting);

}  // namespace patch::gids
