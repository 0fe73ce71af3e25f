// SPDX-License-Identifier: Apache-2.0
// Standard output through a buffer, with every error seen.
#pragma once

#include <string>
#include <string_view>

namespace carnet {

/// What was not flushed is lost: a destructor could not say that the disk is full.
class Output {
 public:
  /// Throws BrokenPipe or std::system_error, as flush does.
  void write(std::string_view text) {
    buffer_ += text;
    if (buffer_.size() >= full_bytes) flush();
  }
  void flush();

 private:
  static constexpr std::size_t full_bytes = 1 << 17;
  std::string buffer_;
};

}  // namespace carnet
