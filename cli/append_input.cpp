// SPDX-License-Identifier: Apache-2.0
// What is to be appended: files, one event from the shell, or one for whatever matches.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <system_error>

#include "cli/append.hpp"
#include "cli/shell_event.hpp"
#include "events/catalogue.hpp"
#include "events/nearest.hpp"

namespace carnet {
namespace {

namespace fs = std::filesystem;

bool names_an_event(const std::vector<std::string>& what) {
  if (what.empty() || event_type(what[0]) != nullptr) return !what.empty();
  const auto has_value = [](const std::string& word) { return word.find('=') != word.npos; };
  return what.size() > 1 && !fs::exists(what[0]) && std::all_of(what.begin() + 1, what.end(), has_value);
}

/// A mistyped TYPE alone would be taken for a file that is missing.
void refuse_mistyped_type(const std::string& file) {
  if (file == "-" || fs::exists(file)) return;
  std::vector<std::string_view> names;
  for (const EventType& type : catalogue()) names.push_back(type.name);
  if (const std::string_view meant = nearest(file, names); !meant.empty()) {
    throw Usage(fmt::format("append: {}: neither a file nor a type of event (did you mean {}?)", file, meant));
  }
}

}  // namespace

std::string AppendInput::title() const {
  if (matches) return "matching";
  return names.size() == 1 ? names[0] : fmt::format("{} files", names.size());
}

AppendInput append_input(const AppendOptions& options) {
  AppendInput input;
  if (options.where) {
    input.from = Report::From::matches;
    input.change = change_from(options.what, *options.where, options.limit);
    return input;
  }
  if (options.limit) throw Usage("append: --limit goes with --where");
  if (names_an_event(options.what)) {
    const std::string& type = options.what[0];
    input.from = Report::From::shell;
    input.names = {type};
    input.events.add(0, 1, event_line(type, std::span{options.what}.subspan(1)), true);
    return input;
  }
  input.files = options.what.empty() ? std::vector<std::string>{"-"} : options.what;
  for (const std::string& file : input.files) {
    refuse_mistyped_type(file);
    std::error_code not_there;
    if (!options.rejects.empty() && fs::equivalent(file, options.rejects, not_there)) {
      throw Usage(fmt::format("append: {}: both the input and the file for --rejects", file));
    }
    input.names.push_back(file == "-" ? "stdin" : file);
  }
  input_bytes(input.files);
  return input;
}

}  // namespace carnet
