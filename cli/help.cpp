// SPDX-License-Identifier: Apache-2.0
#include "cli/help.hpp"

#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace carnet {
namespace {

constexpr std::size_t left_columns = 26;
constexpr std::size_t line_columns = 100;

/// A name, and beside it what it means, wrapped.
void add_entry(std::string& out, const std::string& name, std::string_view meaning) {
  out += "  " + name;
  std::size_t column = name.size() + 2;
  if (column + 2 > left_columns) {
    out += '\n';
    column = 0;
  }
  out.append(left_columns - column, ' ');
  column = left_columns;
  while (!meaning.empty()) {
    const std::size_t space = meaning.find(' ');
    const std::string_view word = meaning.substr(0, space);
    if (column > left_columns && column + 1 + word.size() > line_columns) {
      out += '\n' + std::string(left_columns, ' ');
      column = left_columns;
    } else if (column > left_columns) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
    meaning.remove_prefix(space == meaning.npos ? meaning.size() : space + 1);
  }
  out += '\n';
}

std::string argument(const CLI::Option& option) {
  const std::string text = option.get_option_text();
  return !text.empty() ? text : option.get_required() ? option.get_name(true) : '[' + option.get_name(true) + ']';
}

std::string names(const CLI::Option& option) {
  std::string out;
  for (const std::string& name : option.get_snames()) out += '-' + name + ", ";
  for (const std::string& name : option.get_lnames()) out += "--" + name + ", ";
  out.resize(out.size() - 2);
  if (option.get_expected_max() > 0) {
    const std::string type = option.get_type_name();  // CLI11 puts what it checks behind a colon
    out += ' ' + type.substr(0, type.find(':'));
  }
  return out;
}

void add_options(std::string& out, std::string_view title, const CLI::App& app, const CLI::Option* without = nullptr) {
  out += fmt::format("\n{}\n", title);
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional() || option == without) continue;
    add_entry(out, names(*option), option->get_description());
  }
}

}  // namespace

std::string help(const CLI::App& app) {
  const CLI::App* parent = app.get_parent();
  std::string out = parent == nullptr ? "usage: carnet COMMAND [OPTION]..." : "usage: carnet " + app.get_name();
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_positional()) out += ' ' + argument(*option);
  }
  if (parent != nullptr) out += " [OPTION]...";
  const std::string what = app.get_description();
  out += fmt::format("\n\n{}{}\n", what, what.ends_with('?') ? "" : ".");
  if (parent == nullptr) {
    out += "\nCommands (carnet COMMAND --help tells more):\n";
    for (const CLI::App* command : app.get_subcommands({})) {
      add_entry(out, command->get_name(), command->get_description());
    }
    add_options(out, "Options, before or after the command:", app);
  } else {
    bool first = true;
    for (const CLI::Option* option : app.get_options()) {
      if (!option->get_positional()) continue;
      if (std::exchange(first, false)) out += '\n';
      add_entry(out, argument(*option), option->get_description());
    }
    add_options(out, "Options:", app);
    add_options(out, "Options of every command:", *parent, parent->get_help_ptr());
  }
  const bool own_footer = parent == nullptr || app.get_footer() != parent->get_footer();  // else it was inherited
  if (own_footer && !app.get_footer().empty()) out += '\n' + app.get_footer() + '\n';
  return out;
}

}  // namespace carnet
