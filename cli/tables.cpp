// SPDX-License-Identifier: Apache-2.0
#include "cli/tables.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <system_error>

#include "cli/home.hpp"
#include "cli/interrupt.hpp"
#include "cli/message.hpp"
#include "projector/cluster.hpp"

namespace carnet {

Reader open_ledger(const Common& common) {
  const std::filesystem::path directory = home_from(common.home).ledger();
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

std::string current_tables(const Common& common, bool stale) {
  if (stale && !common.database.empty()) return common.database;
  Reader reader = open_ledger(common);
  if (stale) return start_database(common);
  const InterruptLatch latch;
  const std::string uri = start_database(common, &interrupt_came);
  Connection connection(uri, &interrupt_came);
  ProgressBar bar("catching up", reader.head().position);
  const Watch watch{
      .progress = [&](Position done, Position) { bar.show(done, done, "records"); },
      .say = [](const std::string& what) { say("tables", what); },
      .stop = &interrupt_came,
  };
  catch_up(connection, reader, watch);
  return uri;
}

}  // namespace carnet
