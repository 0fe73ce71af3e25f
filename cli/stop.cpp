// SPDX-License-Identifier: Apache-2.0
// carnet stop: the private server. Never opens the ledger.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

#include "cli/command.hpp"
#include "cli/home.hpp"
#include "cli/message.hpp"
#include "projector/cluster.hpp"

namespace carnet {

Command stop_command(CLI::App& app, const Common& common) {
  CLI::App* command = app.add_subcommand("stop", "Stop the private PostgreSQL server, if it runs");
  return {command, [&common] {
            say("stop",
                Cluster(home_from(common.home).directory).stop() ? "PostgreSQL stopped" : "nothing was running");
            return Exit::done;
          }};
}

}  // namespace carnet
