// SPDX-License-Identifier: Apache-2.0
// What `carnet append` is asked for, for both ways into the ledger: our own, and a server's.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "cli/append_where.hpp"
#include "cli/intake.hpp"
#include "cli/report.hpp"
#include "events/ledger.hpp"

namespace carnet {

struct AppendOptions {
  std::vector<std::string> what;  ///< FILE..., or TYPE key=value...
  bool atomic = false, dry_run = false, receipts = false;
  std::string rejects;
  std::vector<std::string> expect;  ///< STREAM=VERSION
  std::vector<Condition> conditions;
  std::optional<std::string> where;
  std::optional<std::uint64_t> limit;
  double wait_seconds = 10;

  bool whole() const { return atomic || !expect.empty(); }
};

/// Lines from files, or the events that the shell asked for.
struct AppendInput {
  Report::From from = Report::From::files;
  std::vector<std::string> names;          ///< By an entry's index.
  std::vector<std::string> files;          ///< "-" is standard input.
  std::optional<BulkChange> change;        ///< To be matched once the ledger is ours, or a server's.
  std::unique_ptr<MatchingLines> matches;  ///< Then.
  std::unique_ptr<Intake> lines;           ///< Of the files, once it is known how they are to be read.
  Batch events;

  Batch next() { return lines ? lines->next() : matches ? matches->next() : std::exchange(events, {}); }
  void stop() {
    if (lines) lines->stop();
  }
  void read_files(bool keep_text) {
    if (!files.empty()) lines = std::make_unique<Intake>(files, keep_text);
  }
  std::uint64_t size() const { return lines ? lines->size() : 0; }
  std::uint64_t bytes_read() const { return lines ? lines->bytes_read() : 0; }
  std::string title() const;
};

/// Throws Usage, QuestionError; std::system_error where a file is missing.
AppendInput append_input(const AppendOptions&);

/// Of the first `count` lines of the batch: `keep` appends them, all or none where the append is one as a whole; else
/// they are only judged. As Ledger::append_all and Ledger::judge answer.
using JudgeLines = std::function<std::vector<Answer>(const Batch&, std::size_t count, bool keep)>;

/// An --atomic append, one with --expect, a dry run: all that the input has is judged together.
Exit append_together(const Common&, const AppendOptions&, AppendInput&, Report&, const JudgeLines&);

/// Each line stands alone; our own ledger.
Exit append_each(Ledger&, AppendInput&, Report&);

}  // namespace carnet
