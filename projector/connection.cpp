// SPDX-License-Identifier: Apache-2.0
#include "projector/connection.hpp"

#include <libpq-fe.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "projector/uri.hpp"

namespace carnet {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto connect_timeout = std::chrono::seconds(10);
constexpr auto stop_latency = std::chrono::milliseconds(100);  // a signal taken by another thread is noticed then

// Settings travel in the connection's start: a session without them does not exist.
constexpr const char* settings = "-c TimeZone=UTC -c DateStyle=ISO -c standard_conforming_strings=on";

std::string without_newline(const char* message) {
  std::string text = message == nullptr ? "" : message;
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

/// Errors after which the same statement may work later, on another connection.
bool is_down(std::string_view sqlstate) {
  constexpr std::array exact{"57P01", "57P02", "57P03", "53300"};
  if (sqlstate.starts_with("08")) return true;
  return std::ranges::find(exact, sqlstate) != exact.end();
}

bool raised(StopFlag stop) {
  return stop != nullptr && stop->load(std::memory_order_relaxed);
}

/// Waits until the socket is ready, the time is over (false), or the stop flag is up (throws).
bool wait_for(pg_conn* connection, short events, StopFlag stop, Clock::time_point until) {
  for (;;) {
    if (raised(stop)) throw Interrupted();
    auto left = std::chrono::ceil<std::chrono::milliseconds>(until - Clock::now());
    if (left.count() <= 0) return false;
    if (stop != nullptr) left = std::min(left, stop_latency);
    pollfd socket{PQsocket(connection), events, 0};
    int ready = poll(&socket, 1, static_cast<int>(std::min<long long>(left.count(), 60'000)));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return true;  // libpq says what is wrong with the socket
  }
}

pg_conn* open(const std::string& uri) {
  std::vector<std::pair<std::string, std::string>> all = parameters_in(uri);
  std::string options;
  for (const auto& [name, value] : all) {
    if (name == "options") options = value + " ";
  }
  all.insert(all.end(), {{"options", options + settings},
                         {"client_encoding", "UTF8"},
                         {"fallback_application_name", "carnet"},
                         {"tcp_user_timeout", "30000"}});  // the last one of a name counts
  std::vector<const char*> names, values;
  for (const auto& [name, value] : all) {
    names.push_back(name.c_str());
    values.push_back(value.c_str());
  }
  names.push_back(nullptr);
  values.push_back(nullptr);
  return PQconnectStartParams(names.data(), values.data(), 0);
}

/// Parameters as libpq takes them; they point into the span.
struct Arguments {
  int count;
  std::vector<Oid> types;
  std::vector<const char*> values;
  std::vector<int> lengths, formats;

  explicit Arguments(std::span<const Parameter> parameters) : count(static_cast<int>(parameters.size())) {
    for (const Parameter& parameter : parameters) {
      types.push_back(parameter.type);
      values.push_back(parameter.value ? parameter.value->c_str() : nullptr);
      lengths.push_back(parameter.value ? static_cast<int>(parameter.value->size()) : 0);
      formats.push_back(parameter.binary ? 1 : 0);
      if (!parameter.binary && parameter.value && parameter.value->find('\0') != std::string::npos) {
        throw DatabaseError("a text with a NUL", "22021");  // libpq would cut it there
      }
    }
  }
};

}  // namespace

void Connection::Close::operator()(pg_conn* connection) const {
  PQfinish(connection);
}
Connection::~Connection() = default;
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;

Connection::Connection(const std::string& uri, StopFlag stop) : connection_(open(uri)), uri_(uri), stop_(stop) {
  auto until = Clock::now() + connect_timeout;
  PostgresPollingStatusType status = PGRES_POLLING_WRITING;
  while (connection_ && PQstatus(raw()) != CONNECTION_BAD && status != PGRES_POLLING_OK &&
         status != PGRES_POLLING_FAILED) {
    if (!wait_for(raw(), status == PGRES_POLLING_READING ? POLLIN : POLLOUT, stop_, until)) {
      throw DatabaseDown("database " + without_password(uri) + ": no answer within ten seconds");
    }
    status = PQconnectPoll(raw());
  }
  if (!connection_ || status != PGRES_POLLING_OK) throw DatabaseDown(without_newline(PQerrorMessage(raw())));
  std::string_view encoding = PQparameterStatus(raw(), "server_encoding");
  if (encoding != "UTF8") {
    throw DatabaseError("the database has encoding " + std::string(encoding) + ", carnet needs UTF8", "22021");
  }
  PQsetNoticeProcessor(
      raw(), [](void*, const char*) {}, nullptr);
  PQsetnonblocking(raw(), 1);
}

void Connection::lost() const {
  throw DatabaseDown("PostgreSQL: " + without_newline(PQerrorMessage(raw())));
}

void Connection::fail(pg_result* result) {
  const char* field = PQresultErrorField(result, PG_DIAG_SQLSTATE);
  std::string sqlstate = field == nullptr ? "" : field;
  const char* primary = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  std::string message = primary != nullptr ? primary : without_newline(PQerrorMessage(raw()));
  if (const char* detail = PQresultErrorField(result, PG_DIAG_MESSAGE_DETAIL)) message += std::string(": ") + detail;
  PQclear(result);
  if (sqlstate.empty() || is_down(sqlstate) || PQstatus(raw()) == CONNECTION_BAD) {
    throw DatabaseDown("PostgreSQL: " + message);
  }
  while (pg_result* rest = PQgetResult(raw())) PQclear(rest);
  throw DatabaseError("PostgreSQL: " + message, sqlstate);
}

void Connection::wait_readable() {
  try {
    wait_for(raw(), POLLIN, stop_, Clock::time_point::max());
  } catch (const Interrupted&) {
    std::unique_ptr<PGcancel, decltype(&PQfreeCancel)> cancel(PQgetCancel(raw()), PQfreeCancel);
    std::array<char, 256> ignored{};
    if (cancel) PQcancel(cancel.get(), ignored.data(), static_cast<int>(ignored.size()));
    throw;
  }
}

void Connection::flush() {
  int left = PQflush(raw());
  while (left == 1) {
    wait_for(raw(), POLLIN | POLLOUT, stop_, Clock::time_point::max());
    if (PQconsumeInput(raw()) == 0) break;
    left = PQflush(raw());
  }
  if (left != 0) lost();
}

pg_result* Connection::next_result() {
  flush();
  while (PQisBusy(raw()) != 0) {
    wait_readable();
    if (PQconsumeInput(raw()) == 0) break;
  }
  return PQgetResult(raw());
}

Result Connection::finish() {
  pg_result* last = nullptr;
  while (pg_result* next = next_result()) {
    PQclear(std::exchange(last, next));
    ExecStatusType status = PQresultStatus(last);
    if (status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE) fail(last);
    if (status == PGRES_COPY_IN || status == PGRES_COPY_OUT) break;
  }
  if (last == nullptr) lost();
  return Result(last);
}

Result Connection::exec(const std::string& statements) {
  if (PQsendQuery(raw(), statements.c_str()) == 0) lost();
  return finish();
}

Result Connection::exec(const std::string& statement, std::span<const Parameter> parameters, bool binary_result) {
  const Arguments a(parameters);
  if (PQsendQueryParams(raw(), statement.c_str(), a.count, a.types.data(), a.values.data(), a.lengths.data(),
                        a.formats.data(), binary_result ? 1 : 0) == 0) {
    lost();
  }
  return finish();
}

std::string Connection::prepared(const std::string& statement, std::span<const std::uint32_t> types) {
  auto [found, added] = prepared_.try_emplace(statement, "carnet_projector_" + std::to_string(prepared_.size()));
  if (!added) return found->second;
  try {
    if (PQsendPrepare(raw(), found->second.c_str(), statement.c_str(), static_cast<int>(types.size()), types.data()) ==
        0) {
      lost();
    }
    finish();
  } catch (...) {
    prepared_.erase(found);
    throw;
  }
  return found->second;
}

Result Connection::exec_prepared(const std::string& statement, std::span<const Parameter> parameters,
                                 bool binary_result) {
  const Arguments a(parameters);
  const std::string name = prepared(statement, a.types);
  if (PQsendQueryPrepared(raw(), name.c_str(), a.count, a.values.data(), a.lengths.data(), a.formats.data(),
                          binary_result ? 1 : 0) == 0) {
    lost();
  }
  return finish();
}

std::optional<std::string> Connection::wait_for_notice(std::chrono::milliseconds timeout) {
  auto until = Clock::now() + timeout;
  for (;;) {
    if (PQconsumeInput(raw()) == 0) lost();
    std::unique_ptr<PGnotify, decltype(&PQfreemem)> notice(PQnotifies(raw()), PQfreemem);
    if (notice) return notice->extra;
    if (!wait_for(raw(), POLLIN, stop_, until)) return std::nullopt;
  }
}

int Connection::server_version() const {
  return PQserverVersion(raw());
}

std::string identifier(std::string_view name) {
  std::string text = "\"";
  for (char c : name) text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + '"';
}

std::string literal(std::string_view text) {
  std::string quoted = "'";
  for (char c : text) quoted += c == '\'' ? std::string("''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace carnet
