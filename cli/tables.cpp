// SPDX-License-Identifier: Apache-2.0
#include "cli/tables.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "cli/client.hpp"
#include "cli/home.hpp"
#include "cli/interrupt.hpp"
#include "cli/message.hpp"
#include "cli/server_object.hpp"
#include "events/directory.hpp"
#include "projector/as_of.hpp"
#include "projector/cluster.hpp"

namespace carnet {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto patience = 10s;  // for a position that somebody else is about to append
constexpr auto stop_latency = 100ms;

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

std::optional<ServedTables> served_tables(const Common& common, std::optional<Position> at_least) {
  const Home home = home_from(common.home);
  const auto server = Client::to(home);
  if (!server) return std::nullopt;
  std::string target = "/tables";
  if (at_least) add_parameter(target, "at_least", std::to_string(*at_least));
  const Client::Answer answer = server->get(target);
  if (!answer.done()) refuse(answer);
  const ServerObject tables(answer.body);
  ServedTables served{tables.text("uri"), static_cast<Position>(tables.number("position").value_or(0))};
  const std::string wanted = common.database.empty() ? Cluster(home.directory).uri() : common.database;
  return served.uri == wanted ? std::optional(std::move(served)) : std::nullopt;
}

namespace {

/// Until the ledger has that position.
void await_position(Reader& reader, Position position) {
  for (const auto until = Clock::now() + patience; reader.head().position < position; reader.refresh()) {
    if (interrupt_came) throw Interrupted();
    if (Clock::now() > until) {
      throw NotYet(fmt::format("position {} is not there yet: the ledger is at {} (try again)", position,
                               reader.head().position));
    }
    reader.wait(stop_latency);
  }
}

}  // namespace

Connection open_tables(const Common& common, const Freshness& wanted) {
  if (wanted.stale && !common.database.empty()) return Connection(common.database, &interrupt_came);
  if (!wanted.stale) {
    if (const auto served = served_tables(common, wanted.at_least)) return Connection(served->uri, &interrupt_came);
  }
  const std::filesystem::path directory = home_from(common.home).ledger();
  std::error_code hidden;
  if (!std::filesystem::exists(Directory{directory}.identity(), hidden))
    open_ledger(common);  // says what is missing, before a database is made
  Connection connection(start_database(common, &interrupt_came), &interrupt_came);
  if (wanted.stale) return connection;
  // Most questions come when nothing was appended since the last one: the log need not be opened for them.
  const auto head = published_head(directory);
  if (head && head->position >= wanted.at_least.value_or(0) && stands_at(connection, *head)) return connection;
  Reader reader = open_ledger(common);
  if (wanted.at_least) await_position(reader, *wanted.at_least);
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
