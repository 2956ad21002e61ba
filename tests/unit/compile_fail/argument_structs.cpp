// Structs that bind refuses to compile, one for each macro, and with none of them one that compiles. ctest compiles it each way.
#include "core/bind.hpp"

namespace {

struct Complete {
    double weight = 0.1;
    double delay = 1;  // ms
    static constexpr patch::Field fields[] = {{"weight"}, {"delay", "ms"}};
};

struct MissingRow {
    double weight = 0.1;
    double delay = 1;  // ms
    static constexpr patch::Field fields[] = {{"weight"}};
};

struct RowTooMany {
    double weight = 0.1;
    static constexpr patch::Field fields[] = {{"weight"}, {"delay", "ms"}};
};

struct NotPlain {
    NotPlain() {}
    double weight = 0.1;
    static constexpr patch::Field fields[] = {{"weight"}};
};

struct NoReader {
    struct Unknown {
    } unknown;
    static constexpr patch::Field fields[] = {{"unknown"}};
};

}  // namespace

#if defined(MISSING_ROW)
using Arguments = MissingRow;
#elif defined(ROW_TOO_MANY)
using Arguments = RowTooMany;
#elif defined(NOT_PLAIN)
using Arguments = NotPlain;
#elif defined(NO_READER)
using Arguments = NoReader;
#else
using Arguments = Complete;
#endif

std::size_t size_of_signature() {
    return patch::signature<Arguments>("f", "").size;
}
