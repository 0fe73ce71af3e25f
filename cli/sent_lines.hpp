// SPDX-License-Identifier: Apache-2.0
// Lines that are on their way to a server, so that its answers, which number them, find what they are about.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "cli/intake.hpp"

namespace carnet {

/// Lines that were sent in one go. The server counts all lines of one body from 1.
struct SentPiece {
  std::uint64_t first = 1;  ///< As the server counts.
  std::uint64_t lines = 0;
  std::uint32_t file = 0;
  std::uint64_t first_number = 1;  ///< In the file.
  std::string text;                ///< Each line with its newline; empty where it need not be kept.
  std::vector<std::string> names;  ///< What the lines come from, line by line, in place of the file's name.
  /// As the server counts: lines in whose place an empty one was sent, since nobody reads so long ones.
  std::deque<std::uint64_t> too_long;
};

/// Memory is bounded by what the server takes without answering.
class SentLines {
 public:
  /// The names of the files, which outlive this.
  explicit SentLines(const std::vector<std::string>& names) : names_(names) {}

  /// For the thread that sends: before the piece is sent.
  void add(SentPiece);

  // For the thread that takes the answers, which come in order.

  using Visit = std::function<void(const Entry&, const std::string& name)>;
  /// Everything before that line is answered: it is forgotten, and those that were too long are visited.
  void answered_before(std::uint64_t line, const Visit& too_long);
  /// Lines from there on, in order.
  const std::string& name(std::uint64_t line);
  Entry entry(std::uint64_t line);
  std::string text(std::uint64_t line);

 private:
  SentPiece& piece_with(std::uint64_t line);

  const std::vector<std::string>& names_;
  std::mutex mutex_;
  std::deque<SentPiece> pieces_;  // the references that the taker holds stay good when the sender adds one
  std::uint64_t line_at_ = 0;     // of the first piece: the line that begins at offset_; 0: none is known
  std::size_t offset_ = 0;
};

}  // namespace carnet
