// SPDX-License-Identifier: Apache-2.0
#include "cli/tables.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "cli/home.hpp"
#include "cli/interrupt.hpp"
#include "cli/message.hpp"
#include "events/directory.hpp"
#include "projector/as_of.hpp"
#include "projector/cluster.hpp"

namespace carnet {
namespace {

Watch watch(std::string_view what, ProgressBar& bar) {
  return {
      .progress = [&bar](Position done, Position) { bar.show(done, done, "records"); },
      .say = [what](const std::string& message) { say(what, message); },
      .stop = &interrupt_came,
  };
}

}  // namespace

Reader open_ledger(const Common& common) {
  const Home home = home_from(common.home);
  must_be_directory(home);
  const std::filesystem::path directory = home.ledger();
  try {
    return Reader(directory);
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::no_such_file_or_directory) throw;
    throw NoLedger(fmt::format("{}: there is no ledger (carnet append makes one)", directory.string()));
  }
}

std::string start_database(const Common& common, StopFlag stop) {
  if (!common.database.empty()) return common.database;
  Cluster cluster(home_from(common.home).directory);
  if (!cluster.exists() && ::isatty(STDERR_FILENO) != 0)
    say("database", "making the private server; once, some seconds");
  return cluster.start(stop);
}

Connection open_tables(const Common& common, bool stale) {
  if (stale && !common.database.empty()) return Connection(common.database, &interrupt_came);
  const std::filesystem::path directory = home_from(common.home).ledger();
  std::error_code hidden;
  if (!std::filesystem::exists(Directory{directory}.identity(), hidden))
    open_ledger(common);  // says what is missing, before a database is made
  Connection connection(start_database(common, &interrupt_came), &interrupt_came);
  if (stale) return connection;
  // Most questions come when nothing was appended since the last one: the log need not be opened for them.
  if (const auto head = published_head(directory); head && stands_at(connection, *head)) return connection;
  Reader reader = open_ledger(common);
  ProgressBar bar("catching up", reader.head().position);
  catch_up(connection, reader, watch("tables", bar));
  return connection;
}

std::string tables_as_of(const Common& common, const HistoryPlace& place) {
  Reader reader = open_ledger(common);
  const std::string uri = start_database(common, &interrupt_came);
  ProgressBar bar("making the tables as they were", reader.head().position);
  const auto* time = std::get_if<Time>(&place);
  const Position position = time ? position_at(reader, *time) : std::get<Position>(place);
  return as_of(uri, reader, position, {}, watch("tables", bar));
}

}  // namespace carnet
