// SPDX-License-Identifier: Apache-2.0
// carnet serve: its options on the command line.
#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>

#include "cli/message.hpp"
#include "cli/serve/server.hpp"
#include "cli/server_socket.hpp"

namespace carnet {
namespace {

Exit run(const Common& common, const serve::Options& options) {
  boost::asio::io_context io(1);
  serve::Server server(io, common, options);
  say("serve", "listening at " + server_socket(server.home()).string());
  server.run();
  say("serve", "stopped");
  return Exit::done;
}

}  // namespace

Command serve_command(CLI::App& app, const Common& common) {
  auto options = std::make_shared<serve::Options>();
  CLI::App* command = app.add_subcommand("serve", "Own the ledger for many scripts at once, and keep the tables live");
  return {command, [&common, options] { return run(common, *options); }};
}

}  // namespace carnet
