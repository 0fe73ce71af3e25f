// SPDX-License-Identifier: Apache-2.0
// The operating system's account that the private server runs as, and programs run in its name.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace carnet {

struct Account {
  uid_t uid = 0;
  gid_t gid = 0;
  std::string name;

  static Account of(uid_t uid);
  /// The directory's owner; `postgres` where that is root; who asks, where nobody else could be chosen.
  static Account for_server_in(const std::filesystem::path& directory);

  bool is_current() const;
  /// The first parent of the directory that the account may not enter; empty if there is none.
  std::filesystem::path closed_parent_of(const std::filesystem::path& directory) const;
  void make_directory(const std::filesystem::path& directory) const;  ///< 0700 and its own; fine if it is so already.
};

/// Starts a program as that account: in a session of its own, with none of this process's descriptors, signals or
/// environment, reading `input`, appending what it prints to `output`. Gives its pid.
pid_t spawn(const Account& account, const std::vector<std::string>& command, const std::filesystem::path& directory,
            const std::filesystem::path& input, const std::filesystem::path& output);

/// spawn, then waits for its end. Gives its exit status; 128 + n where signal n ended it.
int run(const Account& account, const std::vector<std::string>& command, const std::filesystem::path& directory,
        const std::filesystem::path& input, const std::filesystem::path& output);

}  // namespace carnet
