// SPDX-License-Identifier: Apache-2.0
// Asks plans of one connection.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "projector/connection.hpp"
#include "query/plan.hpp"

namespace carnet {

struct Tuple {
  std::vector<Value> values;                              ///< As TupleShape says.
  std::vector<std::shared_ptr<std::vector<Tuple>>> many;  ///< By slot; rows that hang from equal keys are shared.
};

/// For one thread. Throws DatabaseError and, when the connection is of no further use, DatabaseDown or Interrupted.
class Session {
 public:
  explicit Session(Connection& connection) : connection_(connection) {}

  /// Calls `visit` with the rows in order; a row may be moved from. They are streamed, in memory that does not grow,
  /// where all comes from one statement. Where it takes several, these see one moment of the tables, and a rebuild's
  /// swap waits for them.
  void each(const Plan&, const std::function<void(Tuple&)>& visit);
  std::vector<Tuple> all(const Plan&);

  /// To be called after each statement, with the time until its last row.
  std::function<void(const Statement&, Duration, std::size_t rows)> echo;

 private:
  std::vector<Tuple> load(const Plan&, const Argument* keys);
  void fill(const Plan&, std::vector<Tuple>& rows);
  void run(const Statement&, const Argument* keys, const std::vector<Type>& types, bool stream,
           const std::function<void(Tuple&)>& visit);
  void send(const std::string& sql, const std::vector<Parameter>& parameters);

  Connection& connection_;
  std::unordered_map<std::string, std::string> prepared_;  ///< By SQL; an empty name: seen once.
};

}  // namespace carnet
