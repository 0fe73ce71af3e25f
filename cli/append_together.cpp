// SPDX-License-Identifier: Apache-2.0
// Lines that are judged together: all of them or none, or a dry run.
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "cli/append.hpp"
#include "cli/interrupt.hpp"
#include "cli/message.hpp"
#include "cli/row_changes.hpp"

namespace carnet {
namespace {

// What is judged as a whole is held in memory as a whole, so there is an end to it.
constexpr std::size_t max_whole_lines = 2'000'000;
constexpr std::size_t max_whole_bytes = std::size_t{256} << 20;

/// Everything that the input has, up to the first line that an atomic append fails on already.
Batch gather(AppendInput& input, bool atomic) {
  ProgressBar bar(input.title(), input.size());
  Batch all;
  for (;;) {
    Batch batch = input.next();
    if (batch.entries.empty() || interrupt_came) return all;
    all.take(batch);
    if (all.entries.size() > max_whole_lines || all.bytes > max_whole_bytes) {
      throw std::runtime_error(
          fmt::format("append: more than {} lines or {} MiB (--atomic and --dry-run judge all "
                      "lines together; append it in parts)",
                      grouped(max_whole_lines), max_whole_bytes >> 20));
    }
    if (atomic && all.lines.size() < all.entries.size()) return all;
    bar.show(input.bytes_read(), all.entries.size(), "lines");
  }
}

Exit all_or_none(const Common& common, const AppendOptions& options, Batch all, Report& report,
                 const JudgeLines& judge) {
  const auto refused =
      std::ranges::find_if(all.entries, [](const Entry& entry) { return entry.rejection.has_value(); });
  const auto parsed = static_cast<std::size_t>(refused - all.entries.begin());
  const bool sound = refused == all.entries.end();
  const std::vector<Answer> answers = judge(all, parsed, sound && !options.dry_run);
  const auto* rejection = answers.empty() ? nullptr : std::get_if<Rejection>(&answers.back());
  if (sound && rejection == nullptr) {
    report.add(all, answers);
    if (options.dry_run && !options.receipts) print_row_changes(common, all.lines, answers);
    return Exit::done;
  }
  Batch failed;
  failed.names = all.names;
  failed.entries.push_back(std::move(rejection != nullptr ? all.entries[answers.size() - 1] : *refused));
  if (rejection != nullptr) failed.entries[0].rejection = *rejection;
  report.add(failed, {});
  return Exit::all_refused;
}

}  // namespace

Exit append_together(const Common& common, const AppendOptions& options, AppendInput& input, Report& report,
                     const JudgeLines& judge) {
  Batch all = gather(input, options.whole());
  if (interrupt_came) return Exit::interrupted;
  if (options.whole()) return all_or_none(common, options, std::move(all), report, judge);
  const std::vector<Answer> answers = judge(all, all.lines.size(), false);
  report.add(all, answers);
  if (!options.receipts) print_row_changes(common, all.lines, answers);
  return report.exit();
}

}  // namespace carnet
