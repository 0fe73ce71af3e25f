// SPDX-License-Identifier: Apache-2.0
// Asks plans of one connection.
#pragma once

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "query/block.hpp"
#include "query/plan.hpp"

namespace carnet {

/// For one thread; outlived by its connection. Throws DatabaseError and, when the connection is of no further use,
/// DatabaseDown or Interrupted.
class Session {
 public:
  explicit Session(Connection& connection) : connection_(connection) {}

  /// Calls `visit` with the rows in order; a row may be moved from. They are streamed, in memory that does not grow,
  /// where all comes from one statement. Where it takes several, these see one moment of the tables, and a rebuild's
  /// swap waits for them.
  void each(const Plan&, const std::function<void(Tuple&)>& visit);
  std::vector<Tuple> all(const Plan&);

  /// The rows as they were sent: all with what hangs from them, or, of a plan of one statement, as they come.
  std::unique_ptr<Block> load(const Plan&);
  Rows stream(const Plan&);

  /// To be called after each statement, with the time until its last row.
  std::function<void(const Statement&, Duration, std::size_t rows)> echo;
  /// To be called before each statement with PostgreSQL's plan of it, measured: it runs twice.
  std::function<void(const Statement&, const std::string& plan)> explain;

 private:
  /// Parameters as libpq takes them. Kept from one question to the next, with their memory.
  struct Bound {
    int count = 0;
    std::vector<Parameter> parameters;
    std::vector<unsigned> types;
    std::vector<const char*> values;
    std::vector<int> lengths, formats;

    /// `last` in place of the last argument, unless it is null.
    void set(const std::vector<Argument>&, const Argument* last);
  };

  std::unique_ptr<Block> load(const Plan&, const Argument* keys);
  Rows send(const Plan&, const Argument* keys, bool stream);
  /// The name of the statement for the bound types. Null where it comes for the first time: it then takes one round
  /// trip. One that comes again is parsed no more.
  const std::string* prepared(const std::string& sql);

  Connection& connection_;
  Bound bound_;
  std::string key_;                                        ///< SQL and types, of the statement that is sent.
  std::unordered_map<std::string, std::string> prepared_;  ///< Names by that; an empty one: seen once.
};

}  // namespace carnet
