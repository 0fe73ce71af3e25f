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
  /// The same for the copy of another ledger.
  void copy_identity(const Directory& from) const;
  /// Brings every file that the log is still written to, to disk.
  void sync_log() const;

 private:
  void write_identity(const std::string& uuid) const;
};

/// Ownership of a directory, until the end of the object or of the process. It is a lock on the directory itself, which
/// nobody can delete, unlike a lock file.
class Ownership {
 public:
  /// Waits for another owner to go; throws Locked, with the owner's process id, after that.
  Ownership(const Directory&, std::chrono::milliseconds wait);
  ~Ownership();
  Ownership(const Ownership&) = delete;

  /// Whether anybody owns the directory now.
  static bool taken(const Directory&);

 private:
  int file_;
};

}  // namespace carnet
