// SPDX-License-Identifier: Apache-2.0
// The token that whoever comes over TCP must show.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace carnet::serve {

class Token {
 public:
  static constexpr std::size_t least_characters = 16;

  /// Of the file's first line. Throws Usage where others than its owner may read the file, or it is too short to be
  /// one; std::system_error.
  explicit Token(const std::filesystem::path& file);

  /// Whether the header field `Authorization` shows it. Takes as long whatever is shown.
  bool is_shown_by(std::string_view authorization) const;

 private:
  std::string digest_;
};

}  // namespace carnet::serve
