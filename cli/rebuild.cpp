// SPDX-License-Identifier: Apache-2.0
// carnet rebuild: the tables made anew from position 1 beside those in use, then swapped in.
#include "projector/rebuild.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <charconv>

#include "cli/command.hpp"
#include "cli/exit.hpp"
#include "cli/interrupt.hpp"
#include "cli/message.hpp"
#include "cli/tables.hpp"
#include "events/time.hpp"

namespace carnet {
namespace {

struct Options {
  bool keep_old = false;
  std::string until, into;
  std::size_t memory_mib = 512;
};

Position position_of(const std::string& until, Reader& reader) {
  if (const auto time = time_from(until)) return position_at(reader, *time);
  Position position = 0;
  const auto [end, error] = std::from_chars(until.data(), until.data() + until.size(), position);
  if (error != std::errc{} || end != until.data() + until.size()) {
    throw Usage(fmt::format("rebuild: --until: found {}; a position or a time such as 2026-11-22T10:05:00Z would do",
                            printable(until)));
  }
  return position;
}

Exit run(const Common& common, const Options& options) {
  if (options.until.empty() != options.into.empty()) {
    throw Usage("rebuild: --until and --into go together: the tables as they were, in a schema of their own");
  }
  Reader reader = open_ledger(common);
  const InterruptLatch latch;
  const std::string uri = start_database(common, &interrupt_came);
  ProgressBar bar("rebuilding", reader.head().position);
  const Watch watch{
      .progress = [&](Position done, Position) { bar.show(done, done, "records"); },
      .say = [](const std::string& what) { say("rebuild", what); },
      .stop = &interrupt_came,
  };
  const Rebuild how{.memory_bytes = options.memory_mib << 20, .keep_old = options.keep_old};
  if (!options.into.empty()) {
    const Position position = rebuild_until(uri, reader, position_of(options.until, reader), options.into, how, watch);
    say("rebuild", fmt::format("schema {} has the tables as of position {}", options.into, grouped(position)));
    return Exit::done;
  }
  const Rebuilt rebuilt = rebuild(uri, reader, how, watch);
  say("rebuild", fmt::format("new tables up to position {}{}{}", grouped(rebuilt.position),
                             rebuilt.former.empty() ? "" : "; the former ones are in schema ", rebuilt.former));
  return Exit::done;
}

}  // namespace

Command rebuild_command(CLI::App& app, const Common& common) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("rebuild", "Make the tables anew from position 1, and swap them in");
  command->add_flag("--keep-old", options->keep_old, "Keep the former tables, in a schema of another name");
  command->add_option("--until", options->until, "The tables as they were at a position or a time")->type_name("P|T");
  command->add_option("--into", options->into, "The schema for them")->type_name("SCHEMA");
  command->add_option("--memory", options->memory_mib, "For the history's states; 512 MiB unless told")
      ->check(CLI::Range(std::size_t{16}, std::size_t{1} << 20))
      ->type_name("MIB");
  command->footer("Readers keep the old tables until the swap. A rebuild that fails leaves them in place.");
  return {command, [&common, options] { return run(common, *options); }};
}

}  // namespace carnet
