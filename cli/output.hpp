// SPDX-License-Identifier: Apache-2.0
// Standard output through a buffer, with every error seen; or whatever takes text in its place.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace carnet {

/// What was not flushed is lost: a destructor could not say that the disk is full.
class Output {
 public:
  Output() = default;
  /// What is flushed goes there.
  explicit Output(std::function<void(std::string_view)> sink) : sink_(std::move(sink)) {}

  /// Throws BrokenPipe or std::system_error, as flush does.
  void write(std::string_view text) {
    buffer_ += text;
    if (buffer_.size() >= full_bytes) flush();
  }
  void flush();

 private:
  static constexpr std::size_t full_bytes = 1 << 17;
  std::function<void(std::string_view)> sink_;  // none: standard output
  std::string buffer_;
};

}  // namespace carnet
