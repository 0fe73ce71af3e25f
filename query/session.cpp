// SPDX-License-Identifier: Apache-2.0
#include "query/session.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <atomic>
#include <set>

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

  /// `last` in place of the last argument, unless it is null.
  Bound(const std::vector<Argument>& arguments, const Argument* last) {
    for (const Argument& argument : arguments) {
      parameters.push_back(to_parameter(last && &argument == &arguments.back() ? *last : argument));
    }
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
  Tuple tuple;
  const auto visit_all = [&](const Block& block) {
    for (int row = 0; row < block.rows(); ++row) {
      block.read(row, tuple);
      visit(tuple);
    }
  };
  if (!plan.follows.empty()) return visit_all(*load(plan));
  Rows rows = stream(plan);
  for (Block block{plan.types}; rows.next(block);) visit_all(block);
}

std::vector<Tuple> Session::all(const Plan& plan) {
  std::vector<Tuple> tuples;
  each(plan, [&](Tuple& tuple) { tuples.push_back(std::move(tuple)); });
  return tuples;
}

Rows Session::stream(const Plan& plan) {
  return send(plan, nullptr, true);
}

std::unique_ptr<Block> Session::load(const Plan& plan) {
  if (plan.follows.empty()) return load(plan, nullptr);
  Transaction transaction{connection_,
                          fmt::format("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {}", hold_projection)};
  std::unique_ptr<Block> block = load(plan, nullptr);
  transaction.commit();
  return block;
}

std::unique_ptr<Block> Session::load(const Plan& plan, const Argument* keys) {
  auto block = std::make_unique<Block>(plan.types);
  Rows rows = send(plan, keys, false);
  rows.next(*block);
  rows.finish();
  for (const Follow& follow : plan.follows) {
    Argument wanted = follow.plan.statement.arguments.back();
    std::set<std::string_view> seen;
    for (int row = 0; row < block->rows(); ++row) {
      if (block->null(row, follow.key) || !seen.insert(block->bytes(row, follow.key)).second) continue;
      block->read(row, follow.key, wanted.values.emplace_back());
    }
    block->hang(follow.key, wanted.values.empty() ? nullptr : load(follow.plan, &wanted));
  }
  return block;
}

Rows Session::send(const Plan& plan, const Argument* keys, bool stream) {
  const Clock::time_point start = Clock::now();
  const std::string& sql = plan.statement.sql;
  const Bound bound{plan.statement.arguments, keys};
  const auto ran = [&] {
    Statement statement = plan.statement;
    if (keys) statement.arguments.back() = *keys;
    return statement;
  };
  if (explain) explain(ran(), explained(connection_, sql, bound));

  pg_conn* connection = connection_.raw();
  // A statement that comes once takes one round trip; one that comes again is parsed no more.
  std::string key = sql;  // and the types that it is prepared for
  for (const Oid type : bound.types) key.append(reinterpret_cast<const char*>(&type), sizeof type);
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
    at_end = [start, ran = ran(), told = echo](std::size_t rows) {
      told(ran, std::chrono::duration_cast<Duration>(Clock::now() - start), rows);
    };
  }
  return {connection_, std::move(at_end)};
}

}  // namespace carnet
