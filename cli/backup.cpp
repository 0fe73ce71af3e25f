// SPDX-License-Identifier: Apache-2.0
// carnet backup and carnet restore: a copy of the ledger in use, and back.
#include "events/backup.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/client.hpp"
#include "cli/command.hpp"
#include "cli/home.hpp"
#include "cli/interrupt.hpp"
#include "cli/message.hpp"
#include "cli/server_object.hpp"
#include "cli/tables.hpp"

namespace carnet {
namespace {

void say_copied(std::string_view command, Position records, const std::string& uuid, const std::filesystem::path& to) {
  say(command, fmt::format("{} records of ledger {} in {}, read back and equal", grouped(records), uuid, to.string()));
}

Exit copy(std::string_view command, const std::filesystem::path& from, const std::filesystem::path& to,
          Position whole) {
  const InterruptLatch latch;
  const Head head = [&] {
    ProgressBar bar(command, whole);
    return copy_ledger(from, to, [&](Position done) {
      if (interrupt_came) throw Interrupted();
      bar.show(done, done, "records");
    });
  }();
  say_copied(command, head.position, head.uuid, to);
  return Exit::done;
}

Exit backup(const Common& common, const std::string& directory) {
  const Home home = home_from(common.home);
  const std::filesystem::path to = std::filesystem::absolute(directory);
  const auto server = Client::to(home);
  if (!server) return copy("backup", home.ledger(), to, open_ledger(common).head().position);
  const InterruptLatch latch;
  std::string target = "/backup";
  add_parameter(target, "directory", to.string());
  const Client::Answer answer = server->post(target, {}, {});
  if (!answer.done()) refuse(answer);
  const ServerObject done(answer.body);
  say_copied("backup", static_cast<Position>(done.number("position").value_or(0)), done.text("uuid"), to);
  return Exit::done;
}

Exit restore(const Common& common, const std::string& directory) {
  const Home home = home_from(common.home);
  const std::filesystem::path from = std::filesystem::absolute(directory);
  const Position whole = Reader(from).head().position;
  home.make();
  return copy("restore", from, home.ledger(), whole);
}

}  // namespace

Command backup_command(CLI::App& app, const Common& common) {
  auto directory = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("backup", "Copy the ledger, while others append, and read the copy back");
  command->add_option("directory", *directory, "Where to: a new or empty directory")->required()->option_text("DIR");
  return {command, [&common, directory] { return backup(common, *directory); }};
}

Command restore_command(CLI::App& app, const Common& common) {
  auto directory = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand("restore", "Make the home's ledger from a backup; there may be none yet");
  command->add_option("directory", *directory, "The backup")->required()->option_text("DIR");
  return {command, [&common, directory] { return restore(common, *directory); }};
}

}  // namespace carnet
