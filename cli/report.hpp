// SPDX-License-Identifier: Apache-2.0
// What an append answers: receipts, refused lines, the messages that go with them, and the sum of it all.
#pragma once

#include <array>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/exit.hpp"
#include "cli/intake.hpp"
#include "cli/output.hpp"
#include "events/ledger.hpp"

namespace carnet {

class Report {
 public:
  /// Where the lines come from: they are named by file and number, by the event's type, or by the stream that matched.
  enum class From : std::uint8_t { files, shell, matches };

  struct Options {
    bool receipts = false;
    std::string rejects;  ///< A file for the refused lines; empty: none.
    bool dry_run = false;
    std::vector<std::string> names;  ///< Of the files, or the type, by an entry's index; a batch may have its own.
    From from = From::files;
  };

  /// Throws std::system_error where the file for the rejects cannot be written.
  explicit Report(Options options);

  /// The answers to the batch's lines; fewer than these where an atomic append ended early. Prints, and flushes what
  /// was printed: whoever waits for a receipt gets it now.
  void add(const Batch& batch, const std::vector<Answer>& answers);

  /// The same of one line that a server answered, its file or stream by name: the inside of the receipt's JSON object,
  /// or else the entry's rejection. Printed with the next flush.
  void add(const Entry&, const std::string& name, std::string_view receipt, bool duplicate);
  void reached(const Entry&, const std::string& name);  ///< Everything up to that entry is answered.
  /// So many in all, where they are not added one by one.
  void count(std::uint64_t accepted, std::uint64_t duplicates);
  void flush();

  /// The name of the last entry that was answered; empty if none was, or the event came from the shell.
  const std::string& last() const { return last_; }
  std::uint64_t answered() const { return accepted_ + duplicates_ + refused_; }

  /// Says the sum on standard error.
  void sum_up() const;
  Exit exit() const;
  std::uint64_t refused(Code code) const { return refused_by_code_.at(static_cast<std::size_t>(code)); }

 private:
  void accept(const Entry&, const std::string& name, const Line&, const Receipt&);
  void refuse(const Entry&, const std::string& name, const Rejection&);
  std::string receipt_of(const Entry&, const std::string& name) const;  // its beginning
  std::string where(const Entry&, const std::string& name) const;

  Options options_;
  Output out_;
  std::unique_ptr<std::FILE, int (*)(std::FILE*)> rejects_{nullptr, &std::fclose};
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::uint64_t accepted_ = 0, duplicates_ = 0, refused_ = 0;
  std::array<std::uint64_t, 15> refused_by_code_{};
  std::string last_;
};

}  // namespace carnet
