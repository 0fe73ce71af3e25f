// SPDX-License-Identifier: Apache-2.0
// The commands: each adds its options and texts to the command line, and says what to do when it is the one that was
// chosen.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "cli/answer.hpp"
#include "cli/exit.hpp"

namespace CLI {
class App;
}

namespace carnet {

/// The options that every command has.
struct Common {
  std::string home;              ///< --home; empty: the default.
  std::string database;          ///< --database; empty: the private one.
  std::optional<Format> format;  ///< -o

  /// What -o says; else a table on a terminal, NDJSON for programs.
  Format format_or_usual() const {
    return format.value_or(standard_screen().terminal ? Format::table : Format::ndjson);
  }
};

struct Command {
  CLI::App* app;
  std::function<Exit()> run;
};

/// For CLI11's check: what is wrong with the text as a whole number that PostgreSQL can count to; empty if nothing.
std::string whole_number(const std::string& text);

/// `common` outlives the command.
Command append_command(CLI::App&, const Common& common);
Command history_command(CLI::App&, const Common& common);
Command replay_command(CLI::App&, const Common& common);
Command query_command(CLI::App&, const Common& common);
Command sql_command(CLI::App&, const Common& common);
Command events_command(CLI::App&, const Common& common);
Command project_command(CLI::App&, const Common& common);
Command rebuild_command(CLI::App&, const Common& common);
Command verify_command(CLI::App&, const Common& common);
Command backup_command(CLI::App&, const Common& common);
Command restore_command(CLI::App&, const Common& common);
Command status_command(CLI::App&, const Common& common);
Command serve_command(CLI::App&, const Common& common);
Command stop_command(CLI::App&, const Common& common);

}  // namespace carnet
