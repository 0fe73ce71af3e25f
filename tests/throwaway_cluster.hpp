// SPDX-License-Identifier: Apache-2.0
// A private cluster for the tests of one executable: made when first asked for, gone when the executable ends, however
// it ends.
#pragma once

#include <filesystem>
#include <string>

namespace carnet {

class ThrowawayCluster {
 public:
  static ThrowawayCluster& shared();

  /// A new, empty database with the settings of the private one; its URI.
  std::string new_database();
  /// The home that it lives in.
  const std::filesystem::path& home() const { return home_; }

  ~ThrowawayCluster();
  ThrowawayCluster(const ThrowawayCluster&) = delete;

 private:
  ThrowawayCluster();

  std::filesystem::path home_;
  std::string uri_;
  int databases_ = 0;
  int alive_ = -1;  // the write end of a pipe whose other end tells the undertaker that this process is gone
  int undertaker_ = -1;
};

/// The URI with another database, or another role.
std::string with_database(std::string uri, const std::string& database);
std::string with_role(std::string uri, const std::string& role);

}  // namespace carnet
