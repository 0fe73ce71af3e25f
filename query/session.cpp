// SPDX-License-Identifier: Apache-2.0
#include "query/session.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <atomic>
#include <map>

#include "projector/projection.hpp"
#include "query/wire.hpp"

namespace carnet {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t max_prepared = 256;  // statements that the server keeps for a session

/// Parameters as libpq takes them.
struct Bound {
  std::vector<Parameter> parameters;
  std::vector<Oid> types;
  std::vector<const char*> values;
  std::vector<int> lengths, formats;

  explicit Bound(const std::vector<Argument>& arguments) {
    for (const Argument& argument : arguments) parameters.push_back(to_parameter(argument));
    for (const Parameter& parameter : parameters) {
      types.push_back(parameter.type);
      values.push_back(parameter.value->data());
      lengths.push_back(static_cast<int>(parameter.value->size()));
      formats.push_back(1);
    }
  }
  int size() const { return static_cast<int>(parameters.size()); }
};

std::string explained(Connection& connection, const std::string& sql, const Bound& bound) {
  const Result lines = connection.exec("explain (analyze, buffers) " + sql, bound.parameters);
  std::string out;
  for (int i = 0; i < lines.rows(); ++i) out.append(lines.text(i, 0)).append("\n");
  return out;
}

}  // namespace

void Session::each(const Plan& plan, const std::function<void(Tuple&)>& visit) {
  if (!plan.follows.empty()) {
    for (Tuple& row : all(plan)) visit(row);
    return;
  }
  Rows rows = stream(plan);
  for (Tuple row; rows.next(row);) visit(row);
}

Rows Session::stream(const Plan& plan) {
  return send(plan, nullptr, true);
}

std::vector<Tuple> Session::all(const Plan& plan) {
  if (plan.follows.empty()) return load(plan, nullptr);
  Transaction transaction{connection_,
                          fmt::format("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {}", hold_projection)};
  std::vector<Tuple> rows = load(plan, nullptr);
  transaction.commit();
  return rows;
}

std::vector<Tuple> Session::load(const Plan& plan, const Argument* keys) {
  std::vector<Tuple> loaded;
  Rows rows = send(plan, keys, false);
  for (Tuple row; rows.next(row);) loaded.push_back(std::move(row));
  fill(plan, loaded);
  return loaded;
}

void Session::fill(const Plan& plan, std::vector<Tuple>& rows) {
  for (Tuple& row : rows) row.many.resize(plan.follows.size());
  for (std::size_t slot = 0; slot < plan.follows.size(); ++slot) {
    const Follow& follow = plan.follows[slot];
    std::map<Value, std::shared_ptr<std::vector<Tuple>>> by_key;
    for (Tuple& row : rows) {
      std::shared_ptr<std::vector<Tuple>>& related = by_key[row.values[follow.key]];
      if (!related) related = std::make_shared<std::vector<Tuple>>();
      row.many[slot] = related;
    }
    Argument keys = follow.plan.statement.arguments.back();
    for (const auto& [key, related] : by_key) {
      if (!is_null(key)) keys.values.push_back(key);
    }
    if (keys.values.empty()) continue;
    for (Tuple& row : load(follow.plan, &keys)) {
      auto& related = *by_key.at(row.values[0]);
      related.push_back(std::move(row));
    }
  }
}

Rows Session::send(const Plan& plan, const Argument* keys, bool stream) {
  const Clock::time_point start = Clock::now();
  Statement statement = plan.statement;
  if (keys) statement.arguments.back() = *keys;
  const std::string& sql = statement.sql;
  const Bound bound{statement.arguments};
  if (explain) explain(statement, explained(connection_, sql, bound));

  pg_conn* connection = connection_.raw();
  // A statement that comes once takes one round trip; one that comes again is parsed no more.
  std::string key = sql;  // and the types that it is prepared for
  for (const Oid type : bound.types) fmt::format_to(std::back_inserter(key), " {}", type);
  const auto found = prepared_.find(key);
  if (found != prepared_.end() && found->second.empty()) {
    static std::atomic<std::uint64_t> names = 0;  // two sessions may share a connection, one after the other
    std::string name = fmt::format("carnet_{}", ++names);
    std::unique_ptr<pg_result, decltype(&PQclear)> result{
        PQprepare(connection, name.c_str(), sql.c_str(), bound.size(), bound.types.data()), PQclear};
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) connection_.fail(result.release());
    found->second = std::move(name);
  }
  int sent = 0;
  if (found != prepared_.end()) {
    sent = PQsendQueryPrepared(connection, found->second.c_str(), bound.size(), bound.values.data(),
                               bound.lengths.data(), bound.formats.data(), 1);
  } else {
    if (prepared_.size() < max_prepared) prepared_.emplace(std::move(key), std::string{});
    sent = PQsendQueryParams(connection, sql.c_str(), bound.size(), bound.types.data(), bound.values.data(),
                             bound.lengths.data(), bound.formats.data(), 1);
  }
  if (sent == 0) connection_.fail(nullptr);
  if (stream) PQsetSingleRowMode(connection);

  std::function<void(std::size_t)> at_end;
  if (echo) {
    at_end = [start, ran = std::move(statement), told = echo](std::size_t rows) {
      told(ran, std::chrono::duration_cast<Duration>(Clock::now() - start), rows);
    };
  }
  return {connection_, plan.types, std::move(at_end)};
}

}  // namespace carnet
