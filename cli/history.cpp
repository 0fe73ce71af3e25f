// SPDX-License-Identifier: Apache-2.0
// carnet history: one entity's own records.
#include <fmt/format.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <algorithm>
#include <array>
#include <functional>
#include <memory>
#include <utility>

#include "cli/client.hpp"
#include "cli/command.hpp"
#include "cli/message.hpp"
#include "cli/output.hpp"
#include "cli/served_records.hpp"
#include "cli/tables.hpp"
#include "events/json.hpp"
#include "events/line.hpp"
#include "events/time.hpp"

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

/// Calls visit(line) with each record as an event line, oldest first; false where the stream has none.
using Records = std::function<bool(const std::function<void(std::string_view)>& visit)>;

void print_columns(const Records& records, Format format) {
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
  std::unique_ptr<Printer> rows;
  json::Parser line;
  records([&](std::string_view text) {
    if (!rows) rows = printer(format, shape, out, standard_screen());
    line.parse(text);
    std::vector<Value> row(shape.fields.size());
    line.each(0, [&](const json::Value& value, std::size_t) {
      for (std::size_t i = 0; i + 1 < row.size(); ++i) {
        if (value.name != shape.fields[i].name) continue;
        const Type type = shape.fields[i].type;
        row[i] = type == Type::integer ? Value{value.integer}
                 : type == Type::time  ? Value{time_from(value.text).value()}
                                       : Value{std::string{value.text}};
      }
    });
    row.back() = members_text(line);
    rows->row({std::move(row), {}});
  });
  if (rows) rows->end();
}

void print_lines(const Records& records, bool array) {
  Output out;
  std::string_view separator = array ? "[\n" : "";
  const bool any = records([&](std::string_view line) {
    out.write(std::exchange(separator, array ? ",\n" : "\n"));
    out.write(line);
  });
  if (any) out.write(array ? "\n]\n" : "\n");
  out.flush();
}

Records records_of(const Common& common, const Stream& stream, bool cloud_events) {
  const std::shared_ptr<Reader> reader(new Reader(open_ledger(common)));  // it cannot be moved
  return [=](const auto& visit) {
    bool any = false;
    reader->history(stream, [&](const Record& record) {
      any = true;
      visit(cloud_events ? to_cloud_event(record, reader->head().uuid) : to_line(record));
      return true;
    });
    return any;
  };
}

Records served_records_of(const Home& home, const Stream& stream, bool cloud_events) {
  const std::string name = text(stream);
  const std::size_t slash = name.find('/');
  std::string target = "/streams/" + name.substr(0, slash) + "/" + percent_encoded(name.substr(slash + 1));
  if (cloud_events) add_parameter(target, "cloudevents", "true");
  return [=](const auto& visit) {
    auto server = Client::to(home);
    if (!server) throw ServerDown("the server went away");
    const Client::Answer answer = read_records(home, std::move(server), target, [&](std::string_view lines) {
      for (; !lines.empty(); lines.remove_prefix(lines.find('\n') + 1)) visit(lines.substr(0, lines.find('\n')));
      return true;
    });
    if (!answer.done() && answer.status != 404) refuse(answer);
    return answer.done();
  };
}

Exit run(const Common& common, const Options& options) {
  const auto stream = stream_from(options.stream);
  if (!stream) {
    throw Usage(
        fmt::format("history: {}: not a stream (such as vol/AF101, avion/7 or reservation/AF101/12)", options.stream));
  }
  const Home home = home_from(common.home);
  const bool served = Client::to(home) != nullptr;
  const Records all = served ? served_records_of(home, *stream, options.cloud_events)
                             : records_of(common, *stream, options.cloud_events);
  bool known = false;
  const Records records = [&](const auto& visit) { return known = all(visit); };
  const Format format = options.cloud_events ? Format::ndjson : common.format_or_usual();
  if (format == Format::table || format == Format::csv) {
    print_columns(records, format);
  } else {
    print_lines(records, format == Format::json);
  }
  if (known) return Exit::done;
  say("history", fmt::format("{} has no record", options.stream));
  return Exit::failed;
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
