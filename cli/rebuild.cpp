// SPDX-License-Identifier: Apache-2.0
// carnet rebuild: the tables made anew from position 1 beside those in use, then swapped in.
#include "projector/rebuild.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <variant>

#include "cli/command.hpp"
#include "cli/exit.hpp"
#include "cli/history_place.hpp"
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

/// The position that a time stands for, and why it is that one: it may surprise where history was recorded late.
Position position_at_time(Reader& reader, Time time) {
  const Standing at = standing_at(reader, time);
  say("rebuild", fmt::format("--until {}: position {}, {}", text(time), grouped(at.position),
                             at.next ? fmt::format("since record {} happened later, at {}", grouped(at.position + 1),
                                                   text(*at.next))
                                     : "the last: nothing happened later"));
  if (at.earlier_ones > 0) {
    const bool one = at.earlier_ones == 1;
    say("rebuild", fmt::format("{} record{} that happened by then {} recorded after it and {} left out (--until "
                               "POSITION takes {} in)",
                               grouped(at.earlier_ones), one ? "" : "s", one ? "was" : "were", one ? "is" : "are",
                               one ? "it" : "them"));
  }
  return at.position;
}

Position position_of(const HistoryPlace& until, Reader& reader) {
  const auto* time = std::get_if<Time>(&until);
  return time != nullptr ? position_at_time(reader, *time) : std::get<Position>(until);
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
  const Position until =
      is_past ? position_of(history_place("rebuild: --until", options.until), reader) : reader.head().position;
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
