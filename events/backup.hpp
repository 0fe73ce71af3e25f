// SPDX-License-Identifier: Apache-2.0
// A copy of a ledger, taken while appends go on. A copy is a ledger in its own right: the same uuid, the same records
// at the same positions.
#pragma once

#include <filesystem>
#include <functional>

#include "events/reader.hpp"

namespace carnet {

/// Copies what is durable in the ledger `from` into the directory `to`, which must not exist or be empty
/// (std::system_error, ENOTEMPTY), and reads it back: every record decoded and every checksum compared. Nothing is left
/// of a copy that failed. Also what restores one: then `from` is the copy. `progress` gets the position reached; it may
/// throw to stop. Throws Damage, std::system_error.
Head copy_ledger(const std::filesystem::path& from, const std::filesystem::path& to,
                 const std::function<void(Position)>& progress);

}  // namespace carnet
