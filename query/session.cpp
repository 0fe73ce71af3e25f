// SPDX-License-Identifier: Apache-2.0
#include "query/session.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <atomic>
#include <map>
#include <optional>

#include "projector/projection.hpp"
#include "query/wire.hpp"

namespace carnet {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t max_prepared = 256;  // statements that the server keeps for a session

using OwnedResult = std::unique_ptr<pg_result, decltype(&PQclear)>;

/// Ends a statement whose rows are wanted no more, because an exception passed: the connection is free again.
struct Drain {
  pg_conn* connection;
  bool done = false;
  ~Drain() {
    if (done) return;
    const std::unique_ptr<PGcancel, decltype(&PQfreeCancel)> cancel{PQgetCancel(connection), PQfreeCancel};
    char ignored[256];
    if (cancel) PQcancel(cancel.get(), ignored, sizeof ignored);
    while (pg_result* rest = PQgetResult(connection)) PQclear(rest);
  }
};

}  // namespace

void Session::each(const Plan& plan, const std::function<void(Tuple&)>& visit) {
  if (plan.follows.empty()) return run(plan.statement, nullptr, plan.types, true, visit);
  for (Tuple& row : all(plan)) visit(row);
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
  std::vector<Tuple> rows;
  run(plan.statement, keys, plan.types, false, [&](Tuple& row) { rows.push_back(std::move(row)); });
  fill(plan, rows);
  return rows;
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

void Session::run(const Statement& statement, const Argument* keys, const std::vector<Type>& types, bool stream,
                  const std::function<void(Tuple&)>& visit) {
  const Clock::time_point start = Clock::now();
  std::vector<Parameter> parameters;
  for (const Argument& argument : statement.arguments) {
    const bool last = &argument == &statement.arguments.back();
    parameters.push_back(to_parameter(last && keys ? *keys : argument));
  }
  send(statement.sql, parameters);
  pg_conn* connection = connection_.raw();
  if (stream) PQsetSingleRowMode(connection);

  Drain drain{connection};
  std::size_t count = 0;
  Tuple row;
  while (OwnedResult result{connection_.next_result(), PQclear}) {
    const ExecStatusType status = PQresultStatus(result.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_SINGLE_TUPLE) connection_.fail(result.release());
    const int rows = PQntuples(result.get());
    for (int i = 0; i < rows; ++i, ++count) {
      row.values.resize(types.size());
      for (std::size_t c = 0; c < types.size(); ++c) {
        const int column = static_cast<int>(c);
        read(row.values[c], types[c],
             PQgetisnull(result.get(), i, column) ? nullptr : PQgetvalue(result.get(), i, column),
             static_cast<std::size_t>(PQgetlength(result.get(), i, column)));
      }
      visit(row);
    }
  }
  drain.done = true;
  if (!echo) return;
  Statement ran = statement;
  if (keys) ran.arguments.back() = *keys;
  echo(ran, std::chrono::duration_cast<Duration>(Clock::now() - start), count);
}

void Session::send(const std::string& sql, const std::vector<Parameter>& parameters) {
  pg_conn* connection = connection_.raw();
  std::vector<Oid> types;
  std::vector<const char*> values;
  std::vector<int> lengths;
  for (const Parameter& parameter : parameters) {
    types.push_back(parameter.type);
    values.push_back(parameter.value->data());
    lengths.push_back(static_cast<int>(parameter.value->size()));
  }
  const std::vector<int> formats(parameters.size(), 1);
  const int size = static_cast<int>(parameters.size());

  // A statement that comes once takes one round trip; one that comes again is parsed no more.
  const auto found = prepared_.find(sql);
  if (found != prepared_.end() && found->second.empty()) {
    static std::atomic<std::uint64_t> names = 0;  // two sessions may share a connection, one after the other
    std::string name = fmt::format("carnet_{}", ++names);
    OwnedResult result{PQprepare(connection, name.c_str(), sql.c_str(), size, types.data()), PQclear};
    if (PQresultStatus(result.get()) != PGRES_COMMAND_OK) connection_.fail(result.release());
    found->second = std::move(name);
  }
  int sent = 0;
  if (found != prepared_.end()) {
    sent =
        PQsendQueryPrepared(connection, found->second.c_str(), size, values.data(), lengths.data(), formats.data(), 1);
  } else {
    if (prepared_.size() < max_prepared) prepared_.emplace(sql, std::string{});
    sent = PQsendQueryParams(connection, sql.c_str(), size, types.data(), values.data(), lengths.data(), formats.data(),
                             1);
  }
  if (sent == 0) connection_.fail(nullptr);
}

}  // namespace carnet
