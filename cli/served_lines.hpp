// SPDX-License-Identifier: Apache-2.0
// Event lines that stand alone, on their way to a server and back as answers.
#pragma once

#include <atomic>
#include <string>
#include <string_view>

#include "cli/append.hpp"
#include "cli/client.hpp"
#include "cli/line_source.hpp"
#include "cli/message.hpp"
#include "cli/sent_lines.hpp"
#include "cli/server_object.hpp"

namespace carnet {

class ServedLines {
 public:
  /// All outlive it.
  ServedLines(AppendInput&, Report&, bool keep_text);
  ~ServedLines();
  ServedLines(const ServedLines&) = delete;

  /// What is to be sent, on a thread of its own: lines as they are read, none parsed.
  Client::Source source();
  /// What was answered: reported in the order of the lines. Throws what ended the answers early.
  void take(std::string_view piece);
  /// All is answered.
  void end();

 private:
  bool send(Client::Body&, SentPiece);  // false: there is no use in going on
  void send_files(Client::Body&);
  void send_matches(Client::Body&);
  static LineSource::Got gather(LineSource&, const std::string& file, SentPiece&);

  void go_to(std::uint64_t line);
  void answer(std::string_view text);
  void refuse(std::uint64_t line, const ServerObject&);

  AppendInput& input_;
  Report& report_;
  bool keep_text_;
  Batch first_;  // of what matches: finding it may take longer than a server waits for a body
  SentLines sent_;
  int stop_;  // an eventfd: wakes the sender out of waiting for input
  ProgressBar bar_;
  std::atomic<std::uint64_t> bytes_read_ = 0;
  std::uint64_t next_ = 1;  // line to be sent, as the server counts
  std::string rest_;        // of an answer that is not whole yet
  std::uint64_t last_ = 0;  // line up to which all is answered
};

/// The rejection that the server answers with.
Rejection rejection_in(const ServerObject&);

}  // namespace carnet
