// SPDX-License-Identifier: Apache-2.0
// The ledger's directory: its identity, its owner, and where each part lies.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <string>

namespace carnet {

struct Directory {
  std::filesystem::path path;

  std::filesystem::path identity() const { return path / "carnet"; }
  std::filesystem::path head() const { return path / "head"; }
  std::filesystem::path log() const { return path / "log"; }
  std::filesystem::path state() const { return path / "state"; }

  /// The ledger's uuid; empty where there is no ledger. Throws Damage where the file is not what was written, or was
  /// written by a newer carnet.
  std::string uuid() const;
  /// Writes the identity of a new ledger, durably: from here on the directory is a ledger.
  std::string make_identity() const;
  /// Brings the directory's entries and every file of the log that is still written to disk.
  void sync_log() const;
};

/// Ownership of a directory, until the end of the object or of the process. It is a lock on the directory itself, which
/// nobody can delete, unlike a lock file.
class Ownership {
 public:
  /// Waits for another owner to go; throws Locked with the message of `who` after that.
  Ownership(const Directory&, std::chrono::milliseconds wait);
  ~Ownership();
  Ownership(const Ownership&) = delete;

  /// Whether anybody owns the directory now.
  static bool taken(const Directory&);

 private:
  int file_;
};

}  // namespace carnet
