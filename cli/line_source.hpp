// SPDX-License-Identifier: Apache-2.0
// Lines out of a file or a pipe, in bounded memory whatever they hold, and without waiting where others wait for what
// was already read.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace carnet {

class LineSource {
 public:
  /// "-" is standard input. Waiting for input ends when the stop descriptor (-1: none) becomes readable. Throws
  /// std::system_error where the file cannot be read.
  explicit LineSource(const std::string& name, int stop_descriptor = -1);
  ~LineSource();
  LineSource(const LineSource&) = delete;

  enum class Got : std::uint8_t {
    line,
    too_long,  ///< More than max_line_bytes: skipped.
    nothing,   ///< None is there yet.
    end,       ///< Of the input, or it was told to stop.
  };
  /// Reads the next line; where it would have to wait for input and may not, it got nothing. Throws std::system_error.
  Got next(bool may_wait);
  /// From now on, waiting for input gets nothing after that time.
  void wait_at_most(std::chrono::milliseconds time) { longest_wait_ms_ = static_cast<int>(time.count()); }

  std::string_view line() const { return line_; }   ///< Without newline, valid until the next call.
  std::uint64_t number() const { return number_; }  ///< Of the line, from 1.
  std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  Got take(std::string_view line);
  bool fill();

  std::string name_;
  int descriptor_, stop_;
  int longest_wait_ms_ = -1;
  bool regular_ = false;
  std::uint64_t bytes_read_ = 0;
  std::uint64_t number_ = 0;
  std::string_view line_;
  std::vector<char> buffer_;
  std::size_t begin_ = 0, searched_ = 0, end_ = 0;  // begin_ <= searched_ <= end_: no newline between the first two
  bool skipping_ = false;                           // the rest of a line that is too long
  bool at_end_ = false;
};

}  // namespace carnet
