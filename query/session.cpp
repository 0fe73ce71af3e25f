// SPDX-License-Identifier: Apache-2.0
#include "query/session.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <atomic>
#include <set>

#include "projector/projection.hpp"
#include "projector/transaction.hpp"
#include "query/wire.hpp"

namespace carnet {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t max_prepared = 256;  // statements that the server keeps for a session

std::string explained(Connection& connection, const std::string& sql, const std::vector<Parameter>& parameters) {
  const Result lines = connection.exec("explain (analyze, buffers) " + sql, parameters);
  std::string out;
  for (int i = 0; i < lines.rows(); ++i) out.append(lines.text(i, 0)).append("\n");
  return out;
}

}  // namespace

void Session::Bound::set(const std::vector<Argument>& arguments, const Argument* last) {
  count = static_cast<int>(arguments.size());
  parameters.clear();
  types.clear();
  values.clear();
  lengths.clear();
  for (const Argument& argument : arguments) {
    parameters.push_back(to_parameter(last && &argument == &arguments.back() ? *last : argument));
    types.push_back(parameters.back().type);
  }
  for (const Parameter& parameter : parameters) {
    values.push_back(parameter.value->data());
    lengths.push_back(static_cast<int>(parameter.value->size()));
  }
  formats.resize(std::max(formats.size(), arguments.size()), 1);
}

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
  // Who would swap the tables, or drop them, waits for the end of it.
  Transaction transaction{connection_, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; " + hold(plan.schema)};
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
  const std::string& sql = plan.statement.sql;
  const auto ran = [&] {
    Statement statement = plan.statement;
    if (keys) statement.arguments.back() = *keys;
    return statement;
  };
  bound_.set(plan.statement.arguments, keys);
  if (explain) explain(ran(), explained(connection_, sql, bound_.parameters));

  std::function<void(std::size_t)> at_end;
  if (echo) {
    at_end = [start = Clock::now(), ran = ran(), told = echo](std::size_t rows) {
      told(ran, std::chrono::duration_cast<Duration>(Clock::now() - start), rows);
    };
  }

  const std::string* name = prepared(sql);
  const int sent = name ? PQsendQueryPrepared(connection_.raw(), name->c_str(), bound_.count, bound_.values.data(),
                                              bound_.lengths.data(), bound_.formats.data(), 1)
                        : PQsendQueryParams(connection_.raw(), sql.c_str(), bound_.count, bound_.types.data(),
                                            bound_.values.data(), bound_.lengths.data(), bound_.formats.data(), 1);
  if (sent == 0) connection_.fail(nullptr);
  if (stream) PQsetSingleRowMode(connection_.raw());

  return {connection_, std::move(at_end)};
}

const std::string* Session::prepared(const std::string& sql) {
  key_ = sql;
  for (const Oid type : bound_.types) key_.append(reinterpret_cast<const char*>(&type), sizeof type);
  const auto found = prepared_.find(key_);
  if (found == prepared_.end()) {
    if (prepared_.size() < max_prepared) prepared_.emplace(key_, std::string{});
    return nullptr;
  }
  if (found->second.empty()) {
    static std::atomic<std::uint64_t> names = 0;  // two sessions may share a connection, one after the other
    std::string name = fmt::format("question_{}", ++names);
    if (PQsendPrepare(connection_.raw(), name.c_str(), sql.c_str(), bound_.count, bound_.types.data()) == 0)
      connection_.fail(nullptr);
    Rows{connection_, {}}.finish();
    found->second = std::move(name);
  }
  return &found->second;
}

}  // namespace carnet
