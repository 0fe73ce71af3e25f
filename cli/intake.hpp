// SPDX-License-Identifier: Apache-2.0
// Reads and parses event lines on a thread of its own, ahead of the one that appends them.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cli/channel.hpp"
#include "events/line.hpp"

namespace carnet {

/// A line of the input that is not blank.
struct Entry {
  std::uint32_t file = 0;  ///< Index into the batch's names, or else into the input's.
  std::uint64_t number = 0;
  std::optional<Rejection> rejection;  ///< Of its text; null for one that is among the batch's lines.
  std::string text;                    ///< As given, if it is kept.
};

/// Lines that are ready to be appended in one commit.
struct Batch {
  std::vector<Entry> entries;
  std::vector<Line> lines;  ///< Of the entries that parsed, in their order.
  std::size_t bytes = 0;    ///< Of text.
  /// What the entries come from, where that differs from batch to batch; empty: the input's names hold.
  std::vector<std::string> names;

  void add(std::uint32_t file, std::uint64_t number, std::string_view text, bool keep_text);
  void add_rejected(std::uint32_t file, std::uint64_t number, Rejection, std::string_view text, bool keep_text);
  /// A line of more than max_line_bytes, which nobody kept.
  void add_too_long(std::uint32_t file, std::uint64_t number);
  void take(Batch& other);  ///< Moves the other's entries behind its own.
};

/// Of all files together, in bytes; 0 where it is not known. "-" is standard input. Throws std::system_error where one
/// of them is missing: that is said before anything is appended.
std::uint64_t input_bytes(const std::vector<std::string>& files);

class LineSource;

/// Throws Usage where the first line is what gzip makes.
void refuse_compressed(const std::string& file, const LineSource&);

/// Why a line of more than max_line_bytes is refused.
Rejection too_long_line();

class Intake {
 public:
  /// About what one commit holds: more gains nothing, less pays for a sync too often.
  static constexpr std::size_t commit_lines = 1000;
  static constexpr std::size_t commit_bytes = 4 << 20;

  /// Throws what input_bytes throws.
  Intake(const std::vector<std::string>& files, bool keep_text);
  ~Intake();

  /// Waits for lines, and takes what is there: at least one, at most about one commit's. Empty at the end of the input
  /// or when interrupted. Throws what reading threw, once everything that was read before is taken.
  Batch next();

  /// Ends the input, be it that a line is being waited for; from any thread.
  void stop();

  std::uint64_t size() const { return size_; }  ///< Of all files together, in bytes; 0 where it is not known.
  std::uint64_t bytes_read() const { return bytes_read_; }

 private:
  void read_all();
  bool read(const std::string& file, std::uint32_t index);  // false: there is no use in going on

  std::vector<std::string> files_;
  bool keep_text_;
  int stop_;  // an eventfd: wakes the reader out of waiting for input
  std::uint64_t size_ = 0;
  std::atomic<std::uint64_t> bytes_read_ = 0;

  Channel<Batch> ready_;
  std::exception_ptr failure_;  // of the reader, before it closed the channel
  std::thread reader_;
};

}  // namespace carnet
