// SPDX-License-Identifier: Apache-2.0
// A directory for what is needed for a moment only.
#pragma once

#include <stdlib.h>

#include <filesystem>
#include <string>
#include <system_error>

namespace carnet {

/// Gone with the object, and all that is in it.
class TemporaryDirectory {
 public:
  /// `name` begins its own. `parent`: the system's directory for such things, unless said. Throws std::system_error.
  explicit TemporaryDirectory(const std::string& name,
                              const std::filesystem::path& parent = std::filesystem::temp_directory_path()) {
    std::string path = parent / (name + "-XXXXXX");
    if (::mkdtemp(path.data()) == nullptr) throw std::system_error(errno, std::generic_category(), path);
    path_ = path;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

}  // namespace carnet
