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
#include "projector/moments.hpp"

namespace carnet {
namespace {

struct Options {
  bool keep_old = false;
  std::string until, into, drop;
  std::size_t memory_mib = 512;
};

/// What --until means, and why, where it was a time.
Position position_of(const std::string& until, Reader& reader) {
  if (const auto time = time_from(until)) {
    const Standing at = standing_at(reader, *time);
    if (!at.next) {
      say("rebuild",
          fmt::format("--until {}: position {}, the last: nothing happened later", text(*time), grouped(at.position)));
      return at.position;
    }
    say("rebuild", fmt::format("--until {}: position {}, since record {} happened later, at {}", text(*time),
                               grouped(at.position), grouped(at.position + 1), text(*at.next)));
    if (at.earlier_ones == 1) {
      say("rebuild",
          "1 record that happened by then was recorded after it and is left out (--until POSITION takes it "
          "in)");
    } else if (at.earlier_ones > 1) {
      say("rebuild", fmt::format("{} records that happened by then were recorded after it and are left out (--until "
                                 "POSITION takes them in)",
                                 grouped(at.earlier_ones)));
    }
    return at.position;
  }
  Position position = 0;
  const auto [end, error] = std::from_chars(until.data(), until.data() + until.size(), position);
  if (error != std::errc{} || end != until.data() + until.size()) {
    throw Usage(fmt::format("rebuild: --until: found {}; a position or a time such as 2026-11-22T10:05:00Z would do",
                            printable(until)));
  }
  return position;
}

Exit drop(const Common& common, const std::string& schema) {
  Connection connection(start_database(common, &interrupt_came), &interrupt_came);
  drop_moment(connection, schema);
  say("rebuild", fmt::format("schema {} is dropped", printable(schema)));
  return Exit::done;
}

void check(const Options& options) {
  if (options.until.empty() != options.into.empty()) {
    throw Usage("rebuild: --until and --into go together: the tables as they were, in a schema of their own");
  }
  if (options.into.starts_with(projection_schema)) {
    throw Usage(fmt::format("rebuild: --into {}: names that begin with {} are its own (another name would do)",
                            printable(options.into), projection_schema));
  }
  if (!options.drop.empty() && (options.keep_old || !options.into.empty())) {
    throw Usage("rebuild: --drop goes alone: it rebuilds nothing");
  }
}

Exit run(const Common& common, const Options& options) {
  check(options);
  const InterruptLatch latch;
  if (!options.drop.empty()) return drop(common, options.drop);
  Reader reader = open_ledger(common);
  const bool is_past = !options.into.empty();
  const Position until = is_past ? position_of(options.until, reader) : reader.head().position;
  const std::string uri = start_database(common, &interrupt_came);
  ProgressBar bar("rebuilding", until);
  const Watch watch{
      .progress = [&](Position done, Position) { bar.show(done, done, "records"); },
      .say = [](const std::string& what) { say("rebuild", what); },
      .stop = &interrupt_came,
  };
  const Rebuild how{.memory_bytes = options.memory_mib << 20, .keep_old = options.keep_old};
  if (is_past) {
    const Position position = rebuild_until(uri, reader, until, options.into, how, watch);
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
  command->add_option("--drop", options->drop, "Drop a schema that --into or --keep-old made; rebuilds nothing")
      ->type_name("SCHEMA");
  command->footer(R"(Readers keep the old tables until the swap. A rebuild that fails leaves them in place.
--until TIME stops before the first record that happened later, in the order in which they were recorded, so that
the tables are a state that there really was; it says which position that is, and how many records that happened
earlier come after it.)");
  return {command, [&common, options] { return run(common, *options); }};
}

}  // namespace carnet
