// Cuts a large transfer into pieces that MPI can count: its counts are int.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace patch {

inline constexpr std::size_t most_in_a_chunk = std::size_t(1) << 30;  // bytes

// Calls piece(offset, size) for each piece of `total` bytes, in order; no piece is larger than `most`, which is from 1 byte to 1 GiB.
void each_chunk(std::size_t total, std::size_t most, const std::function<void(std::size_t, std::size_t)>& piece);

// The chunk size that a text like "4096" asks for; 1 GiB where it asks for nothing that can be.
std::size_t chunk_size(const char* text);

}  // namespace patch
