// SPDX-License-Identifier: Apache-2.0
#include "cli/command_line.hpp"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string_view>

#include "cli/command.hpp"
#include "cli/help.hpp"
#include "cli/message.hpp"
#include "cli/output.hpp"
#include "events/nearest.hpp"

extern char** environ;

namespace carnet {
namespace {

constexpr const char* footer =
    R"(Exit status: 0 done, 1 failed, 3 some lines refused, 65 all of them (or an --atomic append), 12 append
--where gave up on conflicts, 13 what is stored is damaged, 64 not a command that makes sense,
69 PostgreSQL or the server is down, 74 cannot read or write, 75 another process owns the ledger (try again),
130 interrupted.)";

bool is_option(std::string_view word) {
  return word.size() > 1 && word[0] == '-';
}

/// Whether the word is an option that takes the next word as its value, in whichever command.
bool takes_next(const CLI::App& app, const std::string& word) {
  const auto takes = [&](const CLI::App* one) {
    const CLI::Option* option = one->get_option_no_throw(word);
    return option != nullptr && option->get_expected_max() > 0;
  };
  const auto commands = app.get_subcommands({});
  return takes(&app) || std::ranges::any_of(commands, takes);
}

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  const std::vector<std::string_view> views(known.begin(), known.end());
  const std::string_view meant = nearest(word, views);
  return meant.empty() ? std::string{} : fmt::format("did you mean {}? ", meant);
}

/// Options may stand before the command's name, its own ones too: CLI11 wants the name first.
std::vector<std::string> command_first(const CLI::App& app, std::vector<std::string> words) {
  for (auto word = words.begin(); word != words.end() && *word != "--"; ++word) {
    if (is_option(*word)) {
      if (takes_next(app, *word) && word + 1 != words.end()) ++word;
      continue;
    }
    std::vector<std::string> known;
    for (const CLI::App* command : app.get_subcommands({})) known.push_back(command->get_name());
    if (std::ranges::find(known, *word) == known.end()) {
      throw Usage(fmt::format("{}: no such command ({}carnet --help lists them)", *word, did_you_mean(*word, known)));
    }
    std::rotate(words.begin(), word, word + 1);
    return words;
  }
  return words;
}

/// What CLI11 could not make sense of, in our words.
Usage usage(const CLI::App& command, const CLI::ParseError& error) {
  const std::string name = command.get_parent() == nullptr ? "" : command.get_name();
  const std::string where = name.empty() ? "" : name + ": ";
  const std::string help = fmt::format("carnet {}{}--help tells more", name, name.empty() ? "" : " ");
  if (command.get_parent() == nullptr && dynamic_cast<const CLI::RequiredError*>(&error) != nullptr) {
    return Usage("which command? (carnet --help lists them)");
  }
  if (dynamic_cast<const CLI::ConversionError*>(&error) != nullptr) {
    const std::string_view what = error.what();  // "Could not convert: --limit = few"
    return Usage(fmt::format("{}{}: not a number that it takes ({})", where, what.substr(what.find(": ") + 2), help));
  }
  if (dynamic_cast<const CLI::ExtrasError*>(&error) == nullptr)
    return Usage(fmt::format("{}{} ({})", where, error.what(), help));
  std::vector<std::string> extras = command.remaining();
  if (command.get_parent() != nullptr && extras.empty()) extras = command.get_parent()->remaining();
  std::string word = extras.empty() ? "" : extras.front();
  for (const std::string& extra : extras) {
    if (is_option(extra)) word = extra;
  }
  if (!is_option(word)) return Usage(fmt::format("{}{}: one argument too many ({})", where, word, help));
  word.resize(std::min(word.find('='), word.size()));
  std::vector<std::string> known;
  for (const CLI::App* app : {&command, command.get_parent()}) {
    if (app == nullptr) continue;
    for (const CLI::Option* option : app->get_options()) {
      for (const std::string& option_name : option->get_lnames()) known.push_back("--" + option_name);
    }
  }
  return Usage(fmt::format("{}{}: no such option ({}{})", where, word, did_you_mean(word, known), help));
}

/// libpq and the server's programs would follow these away from the private database.
void forget_postgres_environment() {
  std::vector<std::string> names;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (text.starts_with("PG")) names.emplace_back(text.substr(0, text.find('=')));
  }
  for (const std::string& name : names) ::unsetenv(name.c_str());
}

Exit print(std::string_view text) {
  Output out;
  out.write(text);
  out.flush();
  return Exit::done;
}

}  // namespace

std::string whole_number(const std::string& text) {
  constexpr std::size_t most_digits = 18;  // a bigint holds them
  const bool digits = !text.empty() && text.find_first_not_of("0123456789") == text.npos;
  return digits && text.size() <= most_digits ? "" : "found " + printable(text) + "; a whole number would do";
}

Exit run(const std::vector<std::string>& arguments) {
  CLI::App app(
      "An event-sourced flight ledger: what happened is appended once and for good, and the tables\n"
      "avions, pilotes, vols, passagers and reservations follow from it",
      "carnet");
  app.formatter_fn([](const CLI::App* one, const std::string&, CLI::AppFormatMode) { return help(*one); });
  app.set_help_flag("-h,--help", "This text");
  app.fallthrough();
  app.require_subcommand(1);
  app.footer(footer);
  Common common;
  std::string format;
  app.add_option("--home", common.home,
                 "Where ledger and private database are (or CARNET_HOME; else carnet in the XDG data home, for root "
                 "/var/lib/carnet)")
      ->envname("CARNET_HOME")
      ->type_name("DIR");
  app.add_option("--database", common.database, "Use this PostgreSQL server and not a private one (or CARNET_DATABASE)")
      ->envname("CARNET_DATABASE")
      ->type_name("URI");
  app.add_option("-o,--output", format, "table, ndjson, json or csv; a table on a terminal and of a query, else ndjson")
      ->type_name("FORMAT");
  app.set_version_flag("--version", "carnet " CARNET_VERSION, "Which carnet this is");

  const std::vector commands{append_command(app, common),  history_command(app, common), replay_command(app, common),
                             query_command(app, common),   sql_command(app, common),     events_command(app, common),
                             project_command(app, common), rebuild_command(app, common), verify_command(app, common),
                             backup_command(app, common),  restore_command(app, common), status_command(app, common),
                             serve_command(app, common),   stop_command(app, common)};
  std::vector<std::string> words = command_first(app, arguments);
  std::ranges::reverse(words);  // as CLI11 wants them
  const auto chosen = [&]() -> const Command* {
    const auto found = std::ranges::find_if(commands, [](const Command& command) { return command.app->parsed(); });
    return found == commands.end() ? nullptr : &*found;
  };
  try {
    app.parse(std::move(words));
  } catch (const CLI::CallForHelp&) {
    return print(help(chosen() == nullptr ? app : *chosen()->app));
  } catch (const CLI::CallForVersion& version) {
    return print(fmt::format("{}\n", version.what()));
  } catch (const CLI::ParseError& error) {
    throw usage(chosen() == nullptr ? app : *chosen()->app, error);
  }
  if (!format.empty() && !(common.format = format_named(format))) {
    throw Usage(fmt::format("-o {}: no such format (table, ndjson, json or csv)", format));
  }
  if (common.database.empty()) forget_postgres_environment();
  return chosen()->run();
}

}  // namespace carnet
