// SPDX-License-Identifier: Apache-2.0
// carnet verify: is the ledger intact, does its history hold together, are the tables what it gives? Three verdicts.
#include "events/verify.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "cli/client.hpp"
#include "cli/command.hpp"
#include "cli/home.hpp"
#include "cli/interrupt.hpp"
#include "cli/message.hpp"
#include "cli/output.hpp"
#include "cli/server_object.hpp"
#include "cli/tables.hpp"
#include "cli/verify_home.hpp"
#include "projector/cluster.hpp"
#include "projector/verify.hpp"

namespace carnet {
namespace {

constexpr std::uint64_t most_differences_shown = 100;

std::string shown(const std::optional<std::string>& value) {
  return value ? printable(*value) : "nothing";
}

// False where the tables are not what the history gives.
bool tables_equal(const Common& common, Output& out, StopFlag stop) {
  const auto there_are_none = [&] {
    out.write("tables: there are none yet (carnet project makes them)\n");
    return true;
  };
  const Cluster cluster(home_from(common.home).directory);
  if (common.database.empty() && !cluster.exists()) return there_are_none();
  Reader reader = open_ledger(common);
  Connection connection(start_database(common, stop), stop);
  if (!checkpoint(connection)) return there_are_none();
  ProgressBar bar("tables", reader.head().position);
  const Watch watch{
      .progress = [&](Position done, Position) { bar.show(done, done, "records"); },
      .say = [](const std::string& what) { say("verify", what); },
      .stop = stop,
  };
  std::uint64_t seen = 0;
  const TablesVerdict verdict = verify_tables(
      connection, reader,
      [&](const Difference& d) {
        if (++seen > most_differences_shown) return;
        out.write(fmt::format("  {} {}{}{}: the history gives {}, the tables have {}\n", d.table, printable(d.key),
                              d.column.empty() ? "" : " ", d.column, shown(d.expected), shown(d.found)));
      },
      watch);
  if (verdict.differences == 0) {
    out.write(fmt::format("tables: equal to the history up to position {} ({} rows)\n", grouped(verdict.position),
                          grouped(verdict.rows)));
    return true;
  }
  out.write(fmt::format("tables: {} difference{} from the history up to position {} (carnet rebuild makes them anew)\n",
                        grouped(verdict.differences), verdict.differences == 1 ? "" : "s", grouped(verdict.position)));
  return false;
}

}  // namespace

bool verify_home(const Common& common, bool deep, Output& out, StopFlag stop) {
  const Home home = home_from(common.home);
  open_ledger(common);
  Verdict verdict;
  {
    ProgressBar bar("ledger", open_ledger(common).head().position);
    verdict = verify(home.ledger(), deep, [&](Position done) {
      if (*stop) throw Interrupted();
      bar.show(done, done, "records");
    });
  }
  const std::string up_to = fmt::format("up to position {}", grouped(verdict.head.position));
  out.write(fmt::format("ledger: {}\n", verdict.ledger.value_or("intact " + up_to)));
  if (!verdict.ledger) {
    out.write(fmt::format("history: {}\n", verdict.foldable.value_or(verdict.folded ? "holds together " + up_to
                                                                                    : "not looked at (--deep)")));
  }
  bool equal = true;
  if (verdict.sound()) {
    try {
      equal = tables_equal(common, out, stop);
    } catch (const Mismatch& mismatch) {
      out.write(fmt::format("tables: {}\n", mismatch.what()));
      equal = false;
    }
  }
  out.flush();
  return verdict.sound() && equal;
}

namespace {

/// As the home's server sees it. Null where none runs.
std::optional<bool> verify_served(const Common& common, bool deep, Output& out) {
  const auto server = Client::to(home_from(common.home));
  if (!server) return std::nullopt;
  const Client::Answer answer = server->post(deep ? "/verify?deep=true" : "/verify", {}, {});
  if (!answer.done()) refuse(answer);
  const ServerObject verdicts(answer.body);
  for (const std::string_view room : {"ledger", "history", "tables"}) {
    if (room == "tables") {
      for (const std::string& difference : verdicts.texts("differences")) out.write("  " + difference + "\n");
    }
    if (verdicts.has(room)) out.write(fmt::format("{}: {}\n", room, verdicts.text(room)));
  }
  out.flush();
  return verdicts.flag("sound");
}

}  // namespace

Command verify_command(CLI::App& app, const Common& common) {
  auto deep = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("verify", "Ledger intact? Tables equal to the history?");
  command->add_flag("--deep", *deep, "Decode every record, ask every rule again, compare the state on disk too");
  command->footer("Exit status 13 where anything is wrong. Works while others append; changes nothing.");
  return {command, [&common, deep] {
            const InterruptLatch latch;
            Output out;
            const std::optional<bool> served = verify_served(common, *deep, out);
            const bool sound = served ? *served : verify_home(common, *deep, out, &interrupt_came);
            return sound ? Exit::done : Exit::integrity;
          }};
}

}  // namespace carnet
