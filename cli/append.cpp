// SPDX-License-Identifier: Apache-2.0
// carnet append: its options, and which way into the ledger it takes: its own, or that of the home's server.
#include "cli/append.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "cli/append_served.hpp"
#include "cli/command.hpp"
#include "cli/condition.hpp"
#include "cli/home.hpp"
#include "cli/interrupt.hpp"
#include "cli/message.hpp"
#include "cli/report.hpp"
#include "cli/server_socket.hpp"
#include "events/directory.hpp"
#include "events/ledger.hpp"
#include "events/temporary_directory.hpp"

namespace carnet {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds least_patience = 1s;  // a server may be busy for a moment

bool has_ledger(const fs::path& directory) {
  try {
    const Reader reader(directory);
    return true;
  } catch (const std::system_error& error) {
    if (error.code() == std::errc::no_such_file_or_directory) return false;
    throw;
  }
}

/// The home's server; null where none runs and it is our turn to own the ledger, or the time is over: opening it says
/// so then. Whoever owns the ledger may be a server that does not listen yet.
std::unique_ptr<Client> server_or_turn(const Home& home, std::chrono::milliseconds wait) {
  const Clock::time_point until = Clock::now() + wait;
  for (;;) {
    if (auto server = Client::to(home, std::max(wait, least_patience))) return server;
    std::error_code hidden;
    if (!fs::exists(home.ledger(), hidden) || !Ownership::taken({home.ledger()}) || Clock::now() >= until)
      return nullptr;
    std::this_thread::sleep_for(20ms);
  }
}

/// Through our own ledger.
Exit append(const Common& common, Ledger& ledger, const AppendOptions& options, AppendInput& input, Report& report) {
  input.read_files(!options.rejects.empty());
  if (!options.whole() && !options.dry_run) return append_each(ledger, input, report);
  return append_together(common, options, input, report, [&](const Batch& batch, std::size_t count, bool keep) {
    const std::span lines = std::span{batch.lines}.first(count);
    return keep ? ledger.append_all(lines, options.conditions)
                : ledger.judge(lines, options.whole(), options.conditions);
  });
}

/// Of an append --where: what it could not do because entities had changed since they were matched is to be tried
/// again.
Exit or_conflicts(Exit exit, const Report& report) {
  if (report.refused(Code::version_conflict) == 0) return exit;
  say("append", "changed while it was matched (run it again)");
  return Exit::conflicts;
}

/// The server went away, or hangs with what was sent to it.
void say_how_far(const std::exception& why, const Report& report) {
  const std::string far = report.last().empty() ? "nothing was acknowledged" : "acknowledged up to " + report.last();
  say("append",
      fmt::format("{}; {}, and what was sent beyond may be recorded or not (events with an id can be sent again)",
                  why.what(), far));
}

Exit run(const Common& common, const AppendOptions& options) {
  const Home home = home_from(common.home);
  AppendInput input = append_input(options);
  const std::chrono::milliseconds wait{static_cast<std::int64_t>(options.wait_seconds * 1000)};
  std::unique_ptr<Client> server = server_or_turn(home, wait);
  std::optional<TemporaryDirectory> scratch;  // to judge in where there is no ledger yet: a dry run leaves nothing
  std::optional<Ledger> ledger;
  if (!server) {
    if (options.dry_run && !has_ledger(home.ledger())) scratch.emplace("carnet-dry-run");
    if (!options.dry_run) home.make();
    Ledger::Options ledger_options;
    ledger_options.wait = wait;
    ledger.emplace(scratch ? scratch->path() : home.ledger(), ledger_options);
  }
  const InterruptLatch latch;  // from here on there may be a commit to finish
  if (input.change) input.matches = std::make_unique<MatchingLines>(common, *input.change);
  Report report({options.receipts, options.rejects, options.dry_run, input.names, input.from});
  Exit exit = Exit::done;
  try {
    exit = ledger ? append(common, *ledger, options, input, report)
                  : append_served(common, std::move(server), options, input, report);
  } catch (const BrokenPipe&) {  // receipts were asked for and nobody takes them: unlike a reading command, not done
    say("append", report.last().empty() ? "nobody reads the receipts"
                                        : fmt::format("nobody reads the receipts; stopped after {}", report.last()));
    return Exit::io;
  } catch (const ServerDown& down) {
    say_how_far(down, report);
    return exit_status(down);
  } catch (const ServerHangs& hangs) {
    say_how_far(hangs, report);
    return exit_status(hangs);
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
  auto options = std::make_shared<AppendOptions>();
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
