// SPDX-License-Identifier: Apache-2.0
// carnet stop: the server, if one runs, then the private database. Never opens the ledger.
#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <chrono>
#include <string_view>
#include <thread>

#include "cli/command.hpp"
#include "cli/home.hpp"
#include "cli/message.hpp"
#include "cli/server_socket.hpp"
#include "events/directory.hpp"
#include "events/ledger.hpp"
#include "projector/cluster.hpp"

namespace carnet {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 15s;  // the server gives what is under way ten

/// False where none runs. It answers at once and lets the ledger go when all that was under way is answered.
bool stop_server(const Home& home) {
  const int server = connect_to_server(home);
  if (server < 0) return false;
  constexpr std::string_view request = "POST /stop HTTP/1.1\r\nHost: carnet\r\nContent-Length: 0\r\n\r\n";
  ::send(server, request.data(), request.size(), MSG_NOSIGNAL);
  ::close(server);
  const Directory ledger{home.ledger()};
  for (const auto until = std::chrono::steady_clock::now() + patience; Ownership::taken(ledger);) {
    if (std::chrono::steady_clock::now() > until) {
      throw Locked(fmt::format("{}: its server does not stop (end its process)", home.directory.string()));
    }
    std::this_thread::sleep_for(20ms);
  }
  say("stop", "server stopped");
  return true;
}

}  // namespace

Command stop_command(CLI::App& app, const Common& common) {
  CLI::App* command = app.add_subcommand("stop", "Stop the server and the private PostgreSQL, if they run");
  return {command, [&common] {
            const Home home = home_from(common.home);
            const bool server = stop_server(home);
            const bool database = Cluster(home.directory).stop();
            if (database) say("stop", "PostgreSQL stopped");
            if (!server && !database) say("stop", "nothing was running");
            return Exit::done;
          }};
}

}  // namespace carnet
