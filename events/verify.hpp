// SPDX-License-Identifier: Apache-2.0
// Is the ledger intact, and does its history hold together? Works beside a running owner; changes nothing.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "events/reader.hpp"

namespace carnet {

struct Verdict {
  Head head;                            ///< Up to where it was looked at.
  std::optional<std::string> ledger;    ///< What is wrong with the files; null if nothing.
  std::optional<std::string> foldable;  ///< What is wrong with the history; null if nothing, or if it was not folded.
  bool folded = false;                  ///< Whether the deep look was taken.
  bool sound() const { return !ledger && !foldable; }
};

/// Shallow: the head agrees with the log, chunks follow each other without a gap, no byte is left over. Deep: every
/// record is decoded and its checksum recomputed, versions and previous positions are counted anew, every rule is asked
/// again, and the state on disk is compared, key by key, with the state that the history gives. `progress` gets the
/// position reached; it may throw to stop. Throws std::system_error where there is no ledger.
Verdict verify(const std::filesystem::path& ledger, bool deep, const std::function<void(Position)>& progress);

}  // namespace carnet
