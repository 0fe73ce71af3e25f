// SPDX-License-Identifier: Apache-2.0
// A directory of a test's own, and short words for what tests do with a ledger in it.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "events/ledger.hpp"
#include "events/temporary_directory.hpp"

namespace carnet {

/// In memory where the machine has /dev/shm, so that a thousand syncs take no time. Gone with the object.
class Scratch : public TemporaryDirectory {
 public:
  Scratch();
  std::filesystem::path operator/(std::string_view name) const { return path() / name; }
};

/// The texts as lines; throws std::invalid_argument where one is not sound.
std::vector<Line> lines(std::span<const std::string> texts);
Line line(std::string_view text);

/// Appends one line; what was answered: `17 v2`, `17 v2 duplicate`, ids that were given as `id=3`, `avion_id=3`; or
/// `taken licence`.
std::string appended(Ledger&, std::string_view text);
std::string shown(const Answer&);

/// Every record of the ledger in the directory.
std::vector<Record> records_in(const std::filesystem::path&);

/// Fewer things in memory than any history has: states spill, and the log is flushed, all the time.
inline constexpr std::size_t tiny_memory_bytes = 64 << 10;

}  // namespace carnet
