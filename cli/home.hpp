// SPDX-License-Identifier: Apache-2.0
// Where a ledger and its private database live: the home directory.
#pragma once

#include <filesystem>
#include <string>

namespace carnet {

struct Home {
  std::filesystem::path directory;  ///< Absolute.

  std::filesystem::path ledger() const { return directory / "ledger"; }

  /// Makes the home (0711: the database's user passes through it) and the ledger's directory (0700). What is there
  /// stays as it is. Throws std::system_error.
  void make() const;
};

/// Throws std::system_error (ENOTDIR) where the home is there and is no directory: nothing can be read or made in it.
void must_be_directory(const Home&);

/// The home that was given, if any; else $XDG_DATA_HOME/carnet or ~/.local/share/carnet, and /var/lib/carnet for root.
Home home_from(const std::string& given);

}  // namespace carnet
