// SPDX-License-Identifier: Apache-2.0
// A Bloom filter: says of most keys that are not there that they are not, in one look at memory.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "events/fetch.hpp"

namespace carnet {

/// Keys are hashes whose bits are all as good as random. A key's eight bits lie in one cache line.
class Filter {
 public:
  /// About so many bytes; ten bits a key mistake one absent key in a hundred for a present one.
  explicit Filter(std::size_t bytes) : lines_(std::bit_floor(std::max(bytes, sizeof(Line)) / sizeof(Line))) {}

  void add(std::uint64_t hash) {
    Line& line = lines_[at(hash)];
    each_bit(hash, [&](std::size_t word, std::uint64_t bit) { line.words[word] |= bit; });
  }

  /// False only for a key that was never added.
  bool may_hold(std::uint64_t hash) const {
    const Line& line = lines_[at(hash)];
    std::uint64_t missing = 0;
    each_bit(hash, [&](std::size_t word, std::uint64_t bit) { missing |= bit & ~line.words[word]; });
    return missing == 0;
  }

  /// Fetches what the next look at this key will need.
  void fetch(std::uint64_t hash) const { carnet::fetch(&lines_[at(hash)]); }

  /// Holds what the other one holds, too. Both are of one size.
  void add(const Filter& other) {
    for (std::size_t i = 0; i < lines_.size(); ++i) {
      for (std::size_t w = 0; w < 8; ++w) lines_[i].words[w] |= other.lines_[i].words[w];
    }
  }

 private:
  struct alignas(64) Line {
    std::array<std::uint64_t, 8> words{};
  };

  std::size_t at(std::uint64_t hash) const { return hash & (lines_.size() - 1); }

  // One bit in each word. The lower bits of the hash are the line's place: mixed, or the keys of a line would be alike.
  static void each_bit(std::uint64_t hash, auto&& visit) {
    std::uint64_t bits = (hash * 0x9E3779B97F4A7C15) >> 16;
    for (std::size_t word = 0; word < 8; ++word, bits >>= 6) visit(word, std::uint64_t{1} << (bits & 63));
  }

  std::vector<Line> lines_;  // a power of two
};

}  // namespace carnet
