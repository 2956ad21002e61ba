// The pieces of a large transfer, without NEURON.
#include "../../plugin/core/chunks.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace patch;

constexpr std::size_t gibibyte = 1073741824;

using Pieces = std::vector<std::pair<std::size_t, std::size_t>>;

Pieces pieces(std::size_t total, std::size_t most) {
    Pieces all;
    each_chunk(total, most, [&](std::size_t offset, std::size_t size) { all.emplace_back(offset, size); });
    return all;
}

TEST(Chunks, OfNothingAreNone) {
    EXPECT_EQ(pieces(0, 10), Pieces{});
    EXPECT_EQ(pieces(0, 0), Pieces{});
}

TEST(Chunks, OfWhatFitsAreOne) {
    EXPECT_EQ(pieces(1, 10), (Pieces{{0, 1}}));
    EXPECT_EQ(pieces(9, 10), (Pieces{{0, 9}}));
    EXPECT_EQ(pieces(10, 10), (Pieces{{0, 10}}));
    EXPECT_EQ(pieces(10, most_in_a_chunk), (Pieces{{0, 10}}));
}

TEST(Chunks, FollowEachOtherAndTheLastIsTheRest) {
    EXPECT_EQ(pieces(11, 10), (Pieces{{0, 10}, {10, 1}}));
    EXPECT_EQ(pieces(20, 10), (Pieces{{0, 10}, {10, 10}}));
    EXPECT_EQ(pieces(29, 10), (Pieces{{0, 10}, {10, 10}, {20, 9}}));
    EXPECT_EQ(pieces(3, 1), (Pieces{{0, 1}, {1, 1}, {2, 1}}));
}

TEST(Chunks, CoverEveryByteOnce) {
    for (const std::size_t most : {1, 2, 3, 7, 64, 1000}) {
        for (std::size_t total = 0; total < 300; ++total) {
            std::vector<int> covered(total);
            each_chunk(total, most, [&](std::size_t offset, std::size_t size) {
                ASSERT_TRUE(size > 0 && size <= most && offset + size <= total) << total << " by " << most;
                for (std::size_t i = offset; i < offset + size; ++i) {
                    ++covered[i];
                }
            });
            ASSERT_EQ(covered, std::vector<int>(total, 1)) << total << " by " << most;
        }
    }
}

TEST(Chunks, OfManyGibibytesAreCountedWithoutOverflow) {
    const std::size_t half = gibibyte / 2;
    EXPECT_EQ(pieces(2 * gibibyte + half, gibibyte), (Pieces{{0, gibibyte}, {gibibyte, gibibyte}, {2 * gibibyte, half}}));
    EXPECT_EQ(pieces(5 * gibibyte + 1, gibibyte).back(), std::make_pair(5 * gibibyte, std::size_t(1)));
    EXPECT_EQ(pieces(4 * gibibyte, gibibyte).size(), 4);
}

TEST(Chunks, AreNeverLargerThanAGibibyte) {
    const Pieces whole{{0, gibibyte}, {gibibyte, 1}};
    EXPECT_EQ(most_in_a_chunk, gibibyte);
    EXPECT_LE(most_in_a_chunk, std::size_t(std::numeric_limits<int>::max()));  // what MPI counts by
    EXPECT_EQ(pieces(gibibyte + 1, gibibyte), whole);
    EXPECT_EQ(pieces(gibibyte + 1, gibibyte + 1), whole);
    EXPECT_EQ(pieces(gibibyte + 1, SIZE_MAX), whole);
}

TEST(Chunks, AreNeverSmallerThanAByte) {
    EXPECT_EQ(pieces(2, 0), (Pieces{{0, 1}, {1, 1}}));
}

TEST(ChunkSize, IsTheNumberThatIsAskedFor) {
    EXPECT_EQ(chunk_size("4096"), 4096);
    EXPECT_EQ(chunk_size("1"), 1);
    EXPECT_EQ(chunk_size("1000"), 1000);
    EXPECT_EQ(chunk_size("1073741824"), gibibyte);
}

TEST(ChunkSize, IsAGibibyteWhereNothingIsAskedFor) {
    EXPECT_EQ(chunk_size(nullptr), gibibyte);
    EXPECT_EQ(chunk_size(""), gibibyte);
}

TEST(ChunkSize, IsAGibibyteWhereNothingIsAskedForThatCanBe) {
    for (const char* text : {"0", "-1", "-4096", "1073741825", "2147483648", "18446744073709551616", "99999999999999999999", "many",
                             "4096 bytes", "4k", "1e3", "1.5", "0x10", " ", "4096 ", "nan"}) {
        EXPECT_EQ(chunk_size(text), gibibyte) << "'" << text << "'";
    }
}

}  // namespace
