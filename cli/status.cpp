// SPDX-License-Identifier: Apache-2.0
// carnet status: ledger, projection, lag, server. Starts nothing, makes nothing, and answers whatever is down.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <optional>
#include <system_error>

#include "cli/command.hpp"
#include "cli/home.hpp"
#include "cli/message.hpp"
#include "cli/server_socket.hpp"
#include "cli/status.hpp"
#include "events/directory.hpp"
#include "events/head.hpp"
#include "events/json.hpp"
#include "events/reader.hpp"
#include "projector/as_of.hpp"
#include "projector/cluster.hpp"
#include "projector/projection.hpp"

namespace carnet {
namespace {

struct Item {
  std::string_view group, name;
  Value value;
};

std::int64_t bytes_of(const std::filesystem::path& directory) {
  std::uintmax_t bytes = 0;
  std::error_code gone;  // files come and go while another process appends
  for (std::filesystem::recursive_directory_iterator i(directory, gone), end; !gone && i != end; i.increment(gone)) {
    std::error_code unknown;
    const std::uintmax_t size = i->is_regular_file(unknown) ? i->file_size(unknown) : 0;
    if (!unknown) bytes += size;
  }
  return static_cast<std::int64_t>(bytes);
}

std::optional<Head> head_of(const std::filesystem::path& ledger) {
  try {
    return Reader(ledger).head();
  } catch (const std::system_error& error) {
    if (error.code() == std::errc::no_such_file_or_directory) return std::nullopt;
    throw;
  }
}

struct Projection {
  bool running = false;
  std::optional<Checkpoint> at;
  std::vector<Moment> moments;
};

Projection projection_in(const Common& common, const Cluster& cluster) {
  if (common.database.empty() && !cluster.running()) return {};
  try {
    Connection connection(common.database.empty() ? cluster.uri() : common.database);
    return {true, checkpoint(connection), moments(connection)};
  } catch (const DatabaseDown& error) {
    say("status", error.what());
    return {};
  }
}

/// What is there, in the order in which it is printed. The moments come last of the projection's; null: not known.
struct Status {
  std::vector<Item> items;
  std::optional<std::vector<Moment>> moments;
};

Status status(const Common& common) {
  const Home home = home_from(common.home);
  must_be_directory(home);
  const Cluster cluster(home.directory);
  const std::optional<Head> head = head_of(home.ledger());
  const Projection projection = projection_in(common, cluster);
  const auto number = [](std::uint64_t n) { return Value{static_cast<std::int64_t>(n)}; };
  const Value unknown;
  Value position = unknown, lag = unknown, schema = unknown;
  if (projection.at) {
    position = number(projection.at->position);
    schema = std::string{projection_schema};
    if (head && head->uuid != projection.at->ledger) {
      say("status", fmt::format("the tables are of another ledger, {}", projection.at->ledger));
    } else if (head && head->position >= projection.at->position) {
      lag = number(head->position - projection.at->position);
    }
  } else if (projection.running) {
    position = number(0);
    lag = number(head ? head->position : 0);
  }
  std::vector<Item> items{
      {"ledger", "uuid", head ? Value{head->uuid} : unknown},
      {"ledger", "directory", home.ledger().string()},
      {"ledger", "position", number(head ? head->position : 0)},
      {"ledger", "bytes", bytes_of(home.ledger())},
      {"projection", "position", position},
      {"projection", "lag", lag},
      {"projection", "schema", schema},
      {"database", "uri", common.database.empty() ? cluster.uri() : common.database},
      {"database", "running", std::string{projection.running ? "yes" : "no"}},
  };
  Status status{std::move(items), {}};
  if (projection.running) status.moments = projection.moments;
  return status;
}

/// Tables as of moments of the past: [{"schema":"carnet_at_17","position":17,"bytes":N}]
std::string array(const std::vector<Moment>& moments) {
  std::string out = "[";
  for (const Moment& moment : moments) {
    out += out.size() > 1 ? R"(,{"schema":)" : R"({"schema":)";
    json::append_quoted(out, moment.schema);
    out += fmt::format(R"(,"position":{},"bytes":{}}})", moment.position, moment.bytes);
  }
  return out + "]";
}

std::string object(const Status& status, std::string_view server) {
  std::string out = "{";
  std::string_view group;
  for (const Item& item : status.items) {
    if (item.group != group) out += fmt::format("{}\"{}\":{{", group.empty() ? "" : "},", item.group);
    if (item.group == group) out += ',';
    group = item.group;
    out += fmt::format("\"{}\":", item.name);
    if (is_null(item.value)) {
      out += "null";
    } else if (item.name == "running") {
      out += std::get<std::string>(item.value) == "yes" ? "true" : "false";
    } else if (const auto* value = std::get_if<std::string>(&item.value)) {
      json::append_quoted(out, *value);
    } else {
      append_text(out, item.value);
    }
    if (item.name == "schema") out += R"(,"moments":)" + (status.moments ? array(*status.moments) : "null");
  }
  out += '}';
  if (!server.empty()) out.append(R"(,"server":)").append(server);
  return out + "}\n";
}

/// The server that runs for the home.
struct ServerSeen {
  pid_t pid = 0;
  std::string socket;
};

/// Null where none runs.
std::optional<ServerSeen> server_of(const Home& home) {
  ServerSeen seen{0, server_socket(home).string()};
  try {
    const int connection = connect_to_server(home);
    if (connection < 0) return std::nullopt;
    ::close(connection);
    seen.pid = HeadFile(Directory{home.ledger()}.head(), false, false).owner();
  } catch (const std::exception& error) {
    say("status", error.what());
  }
  return seen;
}

std::string object(const ServerSeen& server) {
  std::string out = fmt::format(R"({{"pid":{},"socket":)", server.pid);
  json::append_quoted(out, server.socket);
  return out + "}";
}

Exit run(const Common& common) {
  const Format format = common.format_or_usual();
  const Status all = status(common);
  const std::optional<ServerSeen> server = server_of(home_from(common.home));
  Output out;
  if (format == Format::json || format == Format::ndjson) {
    out.write(object(all, server ? object(*server) : ""));
    out.flush();
    return Exit::done;
  }
  const TupleShape shape{"status", {{"what", Type::text}, {"value", Type::text}}, 0, false, 0, {}};
  Screen screen = standard_screen();
  screen.terminal = false;  // a URI that is cut short is of no use
  const auto rows = printer(format, shape, out, screen);
  for (const Item& item : all.items) {
    const Value value = is_null(item.value) ? Value{} : Value{text(item.value)};
    rows->row({{fmt::format("{} {}", item.group, item.name), value}, {}});
    if (item.name != "schema" || !all.moments) continue;
    for (const Moment& moment : *all.moments)
      rows->row({{"schema " + moment.schema, fmt::format("as of position {}", moment.position)}, {}});
  }
  if (server) {
    rows->row({{std::string{"server pid"}, std::to_string(server->pid)}, {}});
    rows->row({{std::string{"server socket"}, server->socket}, {}});
  }
  rows->end();
  return Exit::done;
}

}  // namespace

std::string status_object(const Common& common, std::string_view server) {
  return object(status(common), server);
}

Command status_command(CLI::App& app, const Common& common) {
  CLI::App* command = app.add_subcommand("status", "Where ledger and tables stand: positions, lag, server");
  return {command, [&common] { return run(common); }};
}

}  // namespace carnet
