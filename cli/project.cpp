// SPDX-License-Identifier: Apache-2.0
// carnet project: the tables brought up to date, once or for as long as it is left running.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>

#include "cli/command.hpp"
#include "cli/interrupt.hpp"
#include "cli/message.hpp"
#include "cli/tables.hpp"

namespace carnet {
namespace {

Exit run(const Common& common, bool follow) {
  Reader reader = open_ledger(common);
  const InterruptLatch latch;
  const std::string uri = start_database(common, &interrupt_came);
  const Position from = [&] {
    Connection connection(uri, &interrupt_came);
    const auto before = checkpoint(connection);
    return before ? before->position : 0;
  }();
  Position reached = from;
  bool stopped = false;
  try {
    ProgressBar bar("projecting", reader.head().position - std::min(from, reader.head().position));
    const Watch watch{
        .progress =
            [&](Position done, Position) {
              reached = done;
              bar.show(done - from, done - from, "records");
            },
        .say = [](const std::string& what) { say("project", what); },
        .stop = &interrupt_came,
    };
    reached = project(uri, reader, watch, follow);
  } catch (const Interrupted&) {
    stopped = true;
  }
  say("project", reached == from ? fmt::format("up to date at position {}", reached)
                                 : fmt::format("from position {} to {}", from, reached));
  return stopped || interrupt_came ? Exit::interrupted : Exit::done;
}

}  // namespace

Command project_command(CLI::App& app, const Common& common) {
  auto follow = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("project", "Bring the tables up to date");
  command->add_flag("--follow", *follow, "Then keep them so while others append, until interrupted");
  return {command, [&common, follow] { return run(common, *follow); }};
}

}  // namespace carnet
