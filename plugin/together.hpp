// together: how ranks agree. Each collective call of ours is a few meetings; in a meeting every rank says which call it makes, what it
// brings and whether it has failed, and afterwards all know the same: nobody moves data or time before all are sure to do so.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "host/host.hpp"
#include "host/ranks.hpp"

namespace patch::together {

enum class Call : std::int64_t { none, run, continuerun, finitialize, psolve, setup_transfer, check, broadcast, allgather };

using Numbers = std::array<std::int64_t, 7>;

// Why an action was not done, to tell the other ranks; nothing if it was.
struct Failure {
    std::string cause;
    ErrorKind kind;
};
std::optional<Failure> failure_of(const std::function<void()>& action);
Failure failure_of(const Error& error);

// One collective call as this rank makes it.
class Meeting {
  public:
    // `kind` is the class of error that a failure becomes, unless all ranks fail alike outside a broadcast; `knows` is what a waiting rank
    // can say of itself.
    Meeting(Call call, ErrorKind kind, std::string knows = {});

    // Collective. Throws the same Error on every rank if any has failed or makes another call; otherwise gives what each brings.
    std::vector<Numbers> agree(const Numbers& mine = {}, const std::optional<Failure>& failure = {});
    // Does an action on every rank, then agrees that all have done it. Collective.
    void all_do(const std::function<void()>& action);

  private:
    Call call_;
    ErrorKind kind_;
    std::string knows_;
    std::int64_t step_ = 0;
};

// A call whose arguments could not even be read: the other ranks are told.
template <Call call, ErrorKind kind>
void fail(const Error& error) {
    Meeting(call, kind).agree({}, failure_of(error));
}

std::int64_t as_bits(double number);
double from_bits(std::int64_t bits);

}  // namespace patch::together
