// SPDX-License-Identifier: Apache-2.0
#include "events/nearest.hpp"

#include <algorithm>
#include <array>

namespace carnet {
namespace {

constexpr std::size_t longest_name = 64;  // a longer word is nobody's typing error: no memory, no time for it

/// Optimal string alignment, on bytes: an accented letter counts as up to two.
std::size_t distance(std::string_view a, std::string_view b) {
  using Row = std::array<std::size_t, longest_name + 1>;
  Row before_last{}, last{}, row{};
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    before_last = last;
    last = row;
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

std::string_view nearest(std::string_view word, std::span<const std::string_view> known) {
  if (word.empty() || word.size() > longest_name) return {};
  std::string_view best;
  std::size_t least = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (std::string_view name : known) {
    if (name.size() > longest_name) continue;
    if (const std::size_t d = distance(word, name); d < least) {
      least = d;
      best = name;
    }
  }
  return best;
}

}  // namespace carnet
