// SPDX-License-Identifier: Apache-2.0
// What the server says of itself, and the looks after the ledger that one may ask for: status, metrics, verify, backup,
// and the files that are built in.
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "cli/output.hpp"
#include "cli/serve/append_events.hpp"
#include "cli/serve/assets.hpp"
#include "cli/serve/routes.hpp"
#include "cli/serve/server.hpp"
#include "cli/status.hpp"
#include "cli/verify_home.hpp"
#include "events/backup.hpp"
#include "events/json.hpp"
#include "events/time.hpp"

namespace carnet::serve {
namespace {

double resident_bytes() {
  std::ifstream file("/proc/self/statm");
  double size = 0, resident = 0;
  file >> size >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double open_descriptors() {
  std::error_code error;
  const std::filesystem::directory_iterator all("/proc/self/fd", error);
  return error ? 0 : static_cast<double>(std::distance(begin(all), end(all)) - 1);
}

std::string server_object(Server& server) {
  std::string started;
  append_text(started, std::chrono::floor<std::chrono::microseconds>(server.started()));
  return fmt::format(R"({{"pid":{},"version":"{}","started":"{}","connections":{}}})", ::getpid(), CARNET_VERSION,
                     started, server.connections());
}

/// `ledger: intact` becomes "ledger":"intact"; indented lines are differences.
std::string verdicts_object(bool sound, std::string_view lines) {
  std::string out = fmt::format(R"({{"sound":{})", sound), differences = "[";
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    if (line.starts_with("  ")) {
      if (differences.size() > 1) differences += ',';
      json::append_quoted(differences, line.substr(2));
    } else if (const std::size_t colon = line.find(": "); colon != line.npos) {
      out.append(",\"").append(line.substr(0, colon)).append("\":");
      json::append_quoted(out, line.substr(colon + 2));
    }
  }
  return out + R"(,"differences":)" + differences + "]}\n";
}

}  // namespace

// An append of nothing goes the whole way: it finds a full disk, a ledger that must be opened again, a thread that
// hangs.
Task<> get_health(Server& server, Session& session) {
  session.request().parameters.only({});
  auto job = std::make_unique<Job>();
  job->probe = true;
  job = co_await appended(server, std::move(job));
  if (job->failure) {
    try {
      std::rethrow_exception(job->failure);
    } catch (const std::exception& error) {
      throw Problem(503, error.what());
    }
  }
  const Response response{.body = "{\"status\":\"ok\"}\n"};
  co_await session.respond(response);
}

Task<> post_stop(Server& server, Session& session) {
  co_await session.body(0);
  server.stop();  // first: who asks may not wait for the answer
  const Response response{.status = 202, .body = "{\"stopping\":true}\n"};
  co_await session.respond(response);
}

Task<> get_status(Server& server, Session& session) {
  session.request().parameters.only({});
  Response response;
  const std::string own = server_object(server);
  response.body =
      co_await server.asking().run(session.peer().name, [&] { return status_object(server.common(), own); });
  co_await session.respond(response);
}

Task<> get_metrics(Server& server, Session& session) {
  session.request().parameters.only({});
  Response response{.type = "text/plain; version=0.0.4; charset=utf-8", .body = server.metrics().text()};
  const Position head = server.ledger().head().position;
  const auto gauge = [&](std::string_view name, std::string_view help, double value) {
    print_metric(response.body, name, "gauge", help, value);
  };
  gauge("carnet_connections", "Connections that are open.", static_cast<double>(server.connections()));
  gauge("carnet_position", "The ledger's last durable position.", static_cast<double>(head));
  if (const auto tables = server.tables().position()) {
    gauge("carnet_tables_position", "Up to where the tables are true.", static_cast<double>(*tables));
    gauge("carnet_tables_lag", "Records that are not in the tables yet.", static_cast<double>(head - *tables));
  }
  gauge("process_resident_memory_bytes", "Resident memory.", resident_bytes());
  gauge("process_open_fds", "Open file descriptors.", open_descriptors());
  const auto started = std::chrono::duration<double>(server.started().time_since_epoch());
  gauge("process_start_time_seconds", "When the server started, seconds since 1970.", started.count());
  co_await session.respond(response);
}

Task<> post_verify(Server& server, Session& session) {
  const Parameters& parameters = session.request().parameters;
  parameters.only({"deep"});
  const bool deep = parameters.flag("deep");
  co_await session.body(0);
  Response response;
  response.body = co_await server.long_work().run(session.peer().name, [&] {
    std::string lines;
    Output out([&](std::string_view text) { lines += text; });
    const bool sound = verify_home(server.common(), deep, out, server.tables().stop_flag());
    return verdicts_object(sound, lines);
  });
  co_await session.respond(response);
}

Task<> post_backup(Server& server, Session& session) {
  const Parameters& parameters = session.request().parameters;
  parameters.only({"directory"});
  const std::filesystem::path directory = parameters.text("directory").value_or("");
  if (!directory.is_absolute()) throw Problem(400, "directory: an absolute path is needed");
  co_await session.body(0);
  Response response;
  response.body = co_await server.long_work().run(session.peer().name, [&] {
    try {
      const Head head = copy_ledger(server.home().ledger(), directory, [&](Position) {
        if (*server.tables().stop_flag()) throw Interrupted();
      });
      std::string body = R"({"directory":)";
      json::append_quoted(body, directory.string());
      return body + fmt::format(R"(,"uuid":"{}","position":{}}})", head.uuid, head.position) + "\n";
    } catch (const std::system_error& error) {
      Problem problem = problem_of(error);
      problem.status = 409;
      throw problem;
    }
  });
  co_await session.respond(response);
}

Task<> get_asset(Server&, Session& session) {
  const std::string& target = session.request().target;
  const Asset* found = asset(std::string_view{target}.substr(0, target.find('?')));
  if (found == nullptr) throw Problem(404, "there is no such file");
  Response response{.type = std::string{found->type}, .body = std::string{found->body}};
  response.fields = {{"Content-Security-Policy", std::string{content_security_policy}},
                     {"Cache-Control", "no-cache"},
                     {"Referrer-Policy", "no-referrer"}};
  co_await session.respond(response);
}

}  // namespace carnet::serve
