// SPDX-License-Identifier: Apache-2.0
// carnet history: one entity's own records.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "cli/command.hpp"
#include "cli/message.hpp"
#include "cli/tables.hpp"
#include "events/json.hpp"
#include "events/line.hpp"

namespace carnet {
namespace {

struct Options {
  std::string stream;
  bool cloud_events = false;
};

/// The event's own members as the shell writes them: `numero=AF101 raison=météo`.
std::string members_text(const json::Parser& line) {
  constexpr std::array<std::string_view, 5> columns{"position", "version", "time", "recorded", "type"};
  std::string out;
  line.each(0, [&](const json::Value& value, std::size_t index) {
    if (std::ranges::find(columns, value.name) != columns.end() || value.name == "digest") return;
    if (!out.empty()) out += ' ';
    out += fmt::format("{}={}", value.name,
                       value.kind == json::Kind::null   ? ""
                       : value.kind == json::Kind::text ? value.text
                                                        : line.text_of(index));
  });
  return out;
}

void print_columns(Reader& reader, const Stream& stream, Format format) {
  const TupleShape shape{"history",
                         {{"version", Type::integer},
                          {"position", Type::integer},
                          {"time", Type::time},
                          {"recorded", Type::time},
                          {"type", Type::text},
                          {"members", Type::text}},
                         0,
                         false,
                         0,
                         {}};
  Output out;
  const auto rows = printer(format, shape, out, standard_screen());
  json::Parser line;
  reader.history(stream, [&](const Record& record) {
    const std::string text = to_line(record);
    line.parse(text);
    const std::string type{line[1].text};
    rows->row({{static_cast<std::int64_t>(record.version), static_cast<std::int64_t>(record.position), record.time,
                record.recorded, type, members_text(line)},
               {}});
    return true;
  });
  rows->end();
}

void print_lines(Reader& reader, const Stream& stream, bool array, bool cloud_events) {
  Output out;
  std::string_view separator = array ? "[\n" : "";
  reader.history(stream, [&](const Record& record) {
    out.write(std::exchange(separator, array ? ",\n" : "\n"));
    out.write(cloud_events ? to_cloud_event(record, reader.head().uuid) : to_line(record));
    return true;
  });
  out.write(array ? "\n]\n" : "\n");
  out.flush();
}

Exit run(const Common& common, const Options& options) {
  const auto stream = stream_from(options.stream);
  if (!stream) {
    throw Usage(
        fmt::format("history: {}: not a stream (such as vol/AF101, avion/7 or reservation/AF101/12)", options.stream));
  }
  Reader reader = open_ledger(common);
  bool known = false;
  reader.history(*stream, [&](const Record&) {
    known = true;
    return false;
  });
  if (!known) {
    say("history", fmt::format("{} has no record", options.stream));
    return Exit::failed;
  }
  const Format format = options.cloud_events ? Format::ndjson : common.format_or_usual();
  if (format == Format::table || format == Format::csv) {
    print_columns(reader, *stream, format);
  } else {
    print_lines(reader, *stream, format == Format::json, options.cloud_events);
  }
  return Exit::done;
}

}  // namespace

Command history_command(CLI::App& app, const Common& common) {
  auto options = std::make_shared<Options>();
  CLI::App* command = app.add_subcommand("history", "Print one entity's own records, oldest first");
  command->add_option("STREAM", options->stream, "vol/AF101, avion/7, pilote/3, passager/12 or reservation/AF101/12")
      ->required();
  command->add_flag("--cloudevents", options->cloud_events, "As CloudEvents 1.0");
  return {command, [&common, options] { return run(common, *options); }};
}

}  // namespace carnet
