// SPDX-License-Identifier: Apache-2.0
// carnet append: from event lines to a ledger. Lines are parsed on one thread and appended on this one.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <future>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "cli/append_where.hpp"
#include "cli/channel.hpp"
#include "cli/command.hpp"
#include "cli/condition.hpp"
#include "cli/home.hpp"
#include "cli/intake.hpp"
#include "cli/interrupt.hpp"
#include "cli/message.hpp"
#include "cli/report.hpp"
#include "cli/row_changes.hpp"
#include "cli/shell_event.hpp"
#include "events/catalogue.hpp"
#include "events/ledger.hpp"
#include "events/nearest.hpp"

namespace carnet {
namespace {

namespace fs = std::filesystem;

struct Options {
  std::vector<std::string> what;  // FILE..., or TYPE key=value...
  bool atomic = false, dry_run = false, receipts = false;
  std::string rejects;
  std::vector<std::string> expect;  // STREAM=VERSION
  std::vector<Condition> conditions;
  std::optional<std::string> where;
  std::optional<std::uint64_t> limit;
  double wait_seconds = 10;

  bool whole() const { return atomic || !expect.empty(); }
};

// What is judged as a whole is held in memory as a whole, so there is an end to it.
constexpr std::size_t max_whole_lines = 2'000'000;
constexpr std::size_t max_whole_bytes = std::size_t{256} << 20;

/// A ledger to judge with where there is none yet, so that a dry run leaves nothing behind.
struct Scratch {
  fs::path directory = (fs::temp_directory_path() / "carnet-dry-run-XXXXXX").string();
  Scratch() {
    std::string name = directory;
    if (::mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), name);
    directory = name;
  }
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(directory, ignored);
  }
  Scratch(const Scratch&) = delete;
};

bool has_ledger(const fs::path& directory) {
  try {
    const Reader reader(directory);
    return true;
  } catch (const std::system_error& error) {
    if (error.code() == std::errc::no_such_file_or_directory) return false;
    throw;
  }
}

bool names_an_event(const std::vector<std::string>& what) {
  if (what.empty() || event_type(what[0]) != nullptr) return !what.empty();
  const auto has_value = [](const std::string& word) { return word.find('=') != word.npos; };
  return what.size() > 1 && !fs::exists(what[0]) && std::all_of(what.begin() + 1, what.end(), has_value);
}

/// A mistyped TYPE alone would be taken for a file that is missing.
void refuse_mistyped_type(const std::string& file) {
  if (file == "-" || fs::exists(file)) return;
  std::vector<std::string_view> names;
  for (const EventType& type : catalogue()) names.push_back(type.name);
  if (const std::string_view meant = nearest(file, names); !meant.empty()) {
    throw Usage(fmt::format("append: {}: neither a file nor a type of event (did you mean {}?)", file, meant));
  }
}

/// Lines from files, or the events that the shell asked for.
struct Input {
  Report::From from = Report::From::files;
  std::vector<std::string> names;  // by an entry's index
  std::unique_ptr<Intake> files;
  std::optional<BulkChange> change;  // to be matched once the ledger is ours
  std::unique_ptr<MatchingLines> matches;
  Batch events;

  Batch next() { return files ? files->next() : matches ? matches->next() : std::exchange(events, {}); }
  void stop() {
    if (files) files->stop();
  }
  std::uint64_t size() const { return files ? files->size() : 0; }
  std::uint64_t bytes_read() const { return files ? files->bytes_read() : 0; }
  std::string title() const {
    if (matches) return "matching";
    return names.size() == 1 ? names[0] : fmt::format("{} files", names.size());
  }
};

Input open(const Options& options) {
  const bool keep_text = !options.rejects.empty();
  Input input;
  if (options.where) {
    input.from = Report::From::matches;
    input.change = change_from(options.what, *options.where, options.limit);
    return input;
  }
  if (options.limit) throw Usage("append: --limit goes with --where");
  if (names_an_event(options.what)) {
    const std::string& type = options.what[0];
    input.from = Report::From::shell;
    input.names = {type};
    input.events.add(0, 1, event_line(type, std::span{options.what}.subspan(1)), keep_text);
    return input;
  }
  const std::vector<std::string> files = options.what.empty() ? std::vector<std::string>{"-"} : options.what;
  for (const std::string& file : files) {
    refuse_mistyped_type(file);
    std::error_code not_there;
    if (keep_text && fs::equivalent(file, options.rejects, not_there)) {
      throw Usage(fmt::format("append: {}: both the input and the file for --rejects", file));
    }
    input.names.push_back(file == "-" ? "stdin" : file);
  }
  input.files = std::make_unique<Intake>(files, keep_text);
  return input;
}

/// What was judged, waiting to be durable.
struct Judged {
  Batch batch;
  Ledger::Pending answers;
};

// While some commits sync and are reported on a thread of their own, the next one is judged here.
Exit each(Ledger& ledger, Input& input, Report& report) {
  constexpr std::size_t under_way = 8;
  ProgressBar bar(input.title(), input.size());
  Channel<Judged> channel(under_way);
  auto answering = std::async(std::launch::async, [&] {
    try {
      while (auto judged = channel.pop()) {
        report.add(judged->batch, judged->answers.wait());
        bar.show(input.bytes_read(), report.answered(), "lines");
      }
    } catch (...) {
      channel.close();
      input.stop();
      throw;
    }
  });
  try {
    while (!interrupt_came) {
      Batch batch = input.next();
      if (batch.entries.empty()) break;
      auto answers = ledger.submit(batch.lines);
      if (!channel.push({std::move(batch), std::move(answers)})) break;
    }
  } catch (...) {
    channel.close();
    answering.get();  // what stopped the answers is why nothing more is taken
    throw;
  }
  channel.close();
  answering.get();
  return report.exit();
}

/// Everything that the input has, up to the first line that an atomic append fails on already.
Batch gather(Input& input, bool atomic) {
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

Exit atomic(const Common& common, Ledger& ledger, Batch all, Report& report, const Options& options) {
  const auto refused =
      std::ranges::find_if(all.entries, [](const Entry& entry) { return entry.rejection.has_value(); });
  const auto parsed = static_cast<std::size_t>(refused - all.entries.begin());
  const bool sound = refused == all.entries.end();
  const std::span before = std::span{all.lines}.first(parsed);
  const std::vector<Answer> answers = sound && !options.dry_run
                                          ? ledger.append_all(before, options.conditions)
                                          : ledger.judge(before, /*all=*/true, options.conditions);
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

Exit append(const Common& common, Ledger& ledger, Input& input, Report& report, const Options& options) {
  if (!options.whole() && !options.dry_run) return each(ledger, input, report);
  Batch all = gather(input, options.whole());
  if (interrupt_came) return Exit::interrupted;
  if (options.whole()) return atomic(common, ledger, std::move(all), report, options);
  const std::vector<Answer> answers = ledger.judge(all.lines);
  report.add(all, answers);
  if (!options.receipts) print_row_changes(common, all.lines, answers);
  return report.exit();
}

/// Of an append --where: what it could not do because entities had changed since they were matched is to be tried
/// again.
Exit or_conflicts(Exit exit, const Report& report) {
  if (report.refused(Code::version_conflict) == 0) return exit;
  say("append", "changed while it was matched (run it again)");
  return Exit::conflicts;
}

Exit run(const Common& common, const Options& options) {
  const Home home = home_from(common.home);
  Input input = open(options);
  std::optional<Scratch> scratch;
  if (options.dry_run && !has_ledger(home.ledger())) scratch.emplace();
  if (!options.dry_run) home.make();
  Ledger::Options ledger_options;
  ledger_options.wait = std::chrono::milliseconds(static_cast<std::int64_t>(options.wait_seconds * 1000));
  Ledger ledger(scratch ? scratch->directory : home.ledger(), ledger_options);
  const InterruptLatch latch;  // from here on there may be a commit to finish
  if (input.change) input.matches = std::make_unique<MatchingLines>(common, *input.change);
  Report report({options.receipts, options.rejects, options.dry_run, input.names, input.from});
  Exit exit = Exit::done;
  try {
    exit = append(common, ledger, input, report, options);
  } catch (const BrokenPipe&) {  // receipts were asked for and nobody takes them: unlike a reading command, not done
    say("append", report.last().empty() ? "nobody reads the receipts"
                                        : fmt::format("nobody reads the receipts; stopped after {}", report.last()));
    return Exit::io;
  } catch (...) {
    if (!report.last().empty()) say("append", fmt::format("stopped after {}", report.last()));
    throw;
  }
  report.sum_up();
  if (!interrupt_came) return input.change ? or_conflicts(exit, report) : exit;
  say("append",
      report.last().empty() ? "interrupted before the first line" : fmt::format("interrupted after {}", report.last()));
  return Exit::interrupted;
}

}  // namespace

Command append_command(CLI::App& app, const Common& common) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("append", "Append events, from NDJSON or from the shell");
  command->add_option("what", options->what, "FILE..., - or nothing for standard input; or TYPE key=value...")
      ->option_text("[FILE|-]... | TYPE KEY=VALUE...");
  command
      ->add_option("--where", options->where,
                   "TYPE for every entity that matches, as in carnet query, and only if unchanged since it was matched")
      ->type_name("EXPR");
  command->add_option("--limit", options->limit, "With --where: for so many at most")
      ->check(whole_number)
      ->type_name("N");
  command->add_flag("--atomic", options->atomic, "All lines or none");
  command
      ->add_option("--expect", options->expect,
                   "All lines or none, and only if that stream is at that version, alive (exists) or without a record "
                   "(none); may be repeated")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->type_name("STREAM=VERSION");
  command->add_flag("-n,--dry-run", options->dry_run,
                    "Say what would happen, and (without --receipts) which rows would change how; change nothing");
  command->add_flag("--receipts", options->receipts,
                    "Answer each line with a line of NDJSON: position and version, or code and reason");
  command->add_option("--rejects", options->rejects, "The refused lines, ready to be mended and sent again")
      ->type_name("FILE");
  command->add_option("--wait", options->wait_seconds, "How long to wait for another appender to go; 10 unless told")
      ->check(CLI::Range(0.0, 1e6))
      ->type_name("SECONDS");
  command->footer(R"(carnet append day.ndjson
carnet append vol.took_off numero=AF101 time=2026-11-22T10:05:00Z
carnet append vol.created numero=AF102 destination=Madrid avion.modele=A320 pilote_id=
carnet append day.ndjson --expect vol/AF101=3 --expect avion/7=exists
carnet append vol.cancelled raison=météo --where "destination = 'Madrid' and statut = 'prévu'"

Values are read by the member's type, `key=` is null, a dot builds a nested object; id=, time= and expect= as in a line.
A line without `time` happened when it was accepted; one with an `id` may be sent again. carnet events lists the types.)");
  return {command, [&common, options] {
            for (const std::string& text : options->expect) options->conditions.push_back(condition_from(text));
            return run(common, *options);
          }};
}

}  // namespace carnet
