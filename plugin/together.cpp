// Meetings of ranks.
#include "together.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace patch::together {

namespace {

const char* name_of(std::int64_t call) {
    switch (static_cast<Call>(call)) {
    case Call::run:
        return "run";
    case Call::continuerun:
        return "continuerun";
    case Call::finitialize:
        return "finitialize";
    case Call::psolve:
        return "psolve";
    case Call::setup_transfer:
        return "setup_transfer";
    case Call::check:
        return "check";
    case Call::broadcast:
        return "broadcast";
    case Call::allgather:
        return "allgather";
    case Call::none:
        break;
    }
    return "another function";
}

constexpr std::size_t head = 3;  // call, step, and how it has failed: 0, or 1 and the kind of error

}  // namespace

std::int64_t as_bits(double number) {
    std::int64_t bits = 0;
    std::memcpy(&bits, &number, sizeof bits);
    return bits;
}

double from_bits(std::int64_t bits) {
    double number = 0;
    std::memcpy(&number, &bits, sizeof number);
    return number;
}

Failure failure_of(const Error& error) {
    const std::string prefix = error.function + ": ";
    const std::string& sentence = error.sentence();
    return {sentence.compare(0, prefix.size(), prefix) == 0 ? sentence.substr(prefix.size()) : sentence, error.kind};
}

std::optional<Failure> failure_of(const std::function<void()>& action) {
    try {
        action();
        return {};
    } catch (const Error& error) {
        return failure_of(error);
    } catch (const std::bad_alloc&) {
        return Failure{"out of memory", ErrorKind::failure};
    } catch (const std::exception& error) {
        return Failure{host::cause_of(error), ErrorKind::host};
    }
}

Meeting::Meeting(Call call, ErrorKind kind, std::string knows)
    : call_(call)
    , kind_(kind)
    , knows_(std::move(knows)) {
    host::start_mpi();
}

std::vector<Numbers> Meeting::agree(const Numbers& mine, const std::optional<Failure>& failure) {
    const auto ranks = std::size_t(host::rank_count());
    std::vector<std::int64_t> said{std::int64_t(call_), step_++, failure ? 1 + std::int64_t(failure->kind) : 0};
    said.insert(said.end(), mine.begin(), mine.end());
    std::vector<std::int64_t> all;
    {
        const host::Waiting waiting(name_of(std::int64_t(call_)), knows_);
        all = host::gather(said);
    }
    std::vector<Numbers> brought(ranks);
    bool any_failed = false;
    for (std::size_t i = 0; i < ranks; ++i) {
        const std::int64_t* const row = &all[i * said.size()];
        if (row[0] != all[0] || row[1] != all[1]) {
            throw different_calls(name_of(all[0]), 0, name_of(row[0]), int(i));
        }
        any_failed = any_failed || row[2];
        std::copy(row + head, row + head + mine.size(), brought[i].begin());
    }
    if (!any_failed) {
        return brought;
    }
    const std::vector<std::string> causes = host::gather_texts(failure ? failure->cause : "");
    std::vector<Failed> failed;
    bool alike = kind_ != ErrorKind::broadcast;
    for (std::size_t i = 0; i < ranks; ++i) {
        const auto how = all[i * said.size() + 2];
        alike = alike && how == all[2] && causes[i] == causes[0];
        if (how) {
            failed.push_back({int(i), causes[i]});
        }
    }
    throw agreed_failure(alike ? static_cast<ErrorKind>(all[2] - 1) : kind_, failed, ranks);
}

void Meeting::all_do(const std::function<void()>& action) {
    if (host::rank_count() == 1 && kind_ != ErrorKind::broadcast) {
        action();  // nobody else wants to know: the error stays what it is
    } else {
        agree({}, failure_of(action));
    }
}

}  // namespace patch::together
