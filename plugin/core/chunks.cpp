// Pieces of a transfer.
#include "chunks.hpp"

#include <algorithm>
#include <cstdlib>

namespace patch {

void each_chunk(std::size_t total, std::size_t most, const std::function<void(std::size_t, std::size_t)>& piece) {
    most = std::clamp<std::size_t>(most, 1, most_in_a_chunk);
    for (std::size_t at = 0; at < total; at += most) {
        piece(at, std::min(most, total - at));
    }
}

std::size_t chunk_size(const char* text) {
    char* end = nullptr;
    const long long asked = text ? std::strtoll(text, &end, 10) : 0;
    const bool fits = text && end != text && *end == '\0' && asked > 0 && asked <= (long long)(most_in_a_chunk);
    return fits ? std::size_t(asked) : most_in_a_chunk;
}

}  // namespace patch
