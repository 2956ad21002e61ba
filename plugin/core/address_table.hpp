// Which number an address has: open addressing with linear probing, without an allocation for each entry.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace patch {

class AddressTable {
  public:
    static constexpr std::uint32_t none = 0xffffffff;

    std::uint32_t find(const void* address) const {
        if (slots_.empty()) {
            return none;
        }
        for (std::size_t i = place(address);; i = (i + 1) & (slots_.size() - 1)) {
            if (slots_[i].address == address) {
                return slots_[i].number;
            }
            if (!slots_[i].address) {
                return none;
            }
        }
    }

    // The address must not be there yet.
    void insert(void* address, std::uint32_t number) {
        if (2 * (size_ + 1) > slots_.size()) {
            grow();
        }
        put(address, number);
        ++size_;
    }

    // What follows in its run moves up, so that no gap cuts the run.
    void erase(const void* address) {
        if (find(address) == none) {
            return;
        }
        const std::size_t mask = slots_.size() - 1;
        std::size_t gap = place(address);
        while (slots_[gap].address != address) {
            gap = (gap + 1) & mask;
        }
        for (std::size_t i = (gap + 1) & mask; slots_[i].address; i = (i + 1) & mask) {
            const bool may_move = ((i - place(slots_[i].address)) & mask) >= ((i - gap) & mask);
            if (may_move) {
                slots_[gap] = slots_[i];
                gap = i;
            }
        }
        slots_[gap] = {};
        --size_;
    }

  private:
    struct Slot {
        void* address = nullptr;
        std::uint32_t number = none;
    };

    std::size_t place(const void* address) const {
        // Fibonacci hashing: addresses differ in their middle bits.
        const auto bits = reinterpret_cast<std::uintptr_t>(address) >> 4;
        return std::size_t((bits * 0x9e3779b97f4a7c15ULL) >> 32) & (slots_.size() - 1);
    }
    void put(void* address, std::uint32_t number) {
        std::size_t i = place(address);
        while (slots_[i].address) {
            i = (i + 1) & (slots_.size() - 1);
        }
        slots_[i] = {address, number};
    }
    void grow() {
        std::vector<Slot> before(slots_.empty() ? 64 : 2 * slots_.size());
        before.swap(slots_);
        for (const Slot& slot : before) {
            if (slot.address) {
                put(slot.address, slot.number);
            }
        }
    }

    std::vector<Slot> slots_;
    std::size_t size_ = 0;
};

}  // namespace patch
