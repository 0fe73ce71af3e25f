// SPDX-License-Identifier: Apache-2.0
// carnet project: the tables brought up to date, once or for as long as it is left running.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <memory>
#include <optional>

#include "cli/command.hpp"
#include "cli/interrupt.hpp"
#include "cli/message.hpp"
#include "cli/tables.hpp"

namespace carnet {
namespace {

/// Null where it cannot be asked any more.
std::optional<Position> position_of_tables(const std::string& uri) {
  try {
    Connection connection(uri);
    const auto at = checkpoint(connection);
    return at ? at->position : 0;
  } catch (const DatabaseDown&) {
    return std::nullopt;
  }
}

std::string how_far(Position from, std::optional<Position> reached) {
  if (!reached) return fmt::format("from position {}", from);
  if (*reached == from) return fmt::format("up to date at position {}", from);
  return fmt::format("from position {} to {}", from, *reached);
}

Exit run(const Common& common, bool follow) {
  if (const auto served = served_tables(common)) {
    say("project", fmt::format("the server keeps the tables: up to date at position {}", served->position));
    return Exit::done;
  }
  Reader reader = open_ledger(common);
  const InterruptLatch latch;
  const std::string uri = start_database(common, &interrupt_came);
  const Position from = [&] {
    Connection connection(uri, &interrupt_came);
    const auto before = checkpoint(connection);
    return before ? before->position : 0;
  }();
  std::optional<Position> reached;
  try {
    ProgressBar bar("projecting", reader.head().position - std::min(from, reader.head().position));
    const Watch watch{
        .progress =
            [&](Position done, Position) {
              const Position since = done - std::min(done, from);  // tables that are rebuilt begin at 0 again
              bar.show(since, since, "records");
            },
        .say = [](const std::string& what) { say("project", what); },
        .stop = &interrupt_came,
    };
    reached = project(uri, reader, watch, follow);
  } catch (const Interrupted&) {
    reached = position_of_tables(uri);
  }
  say("project", how_far(from, reached));
  return interrupt_came ? Exit::interrupted : Exit::done;
}

}  // namespace

Command project_command(CLI::App& app, const Common& common) {
  auto follow = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("project", "Bring the tables up to date");
  command->add_flag("--follow", *follow, "Then keep them so while others append, until interrupted");
  return {command, [&common, follow] { return run(common, *follow); }};
}

}  // namespace carnet
