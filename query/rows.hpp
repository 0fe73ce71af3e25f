// SPDX-License-Identifier: Apache-2.0
// The rows that one statement gives.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "projector/connection.hpp"
#include "query/value.hpp"

namespace carnet {

/// One row of an answer, its values as TupleShape says.
struct Tuple {
  std::vector<Value> values;
  std::vector<std::shared_ptr<std::vector<Tuple>>> many;  ///< By slot; rows that hang from equal keys are shared.
};

/// Reads them as they come, for as long as the connection lives and nothing else is asked of it. Where it ends before
/// the last row, the statement is cancelled.
class Rows {
 public:
  /// Of the statement that was just sent; `at_end` is told their number after the last one.
  Rows(Connection& connection, std::vector<Type> types, std::function<void(std::size_t rows)> at_end);
  ~Rows();
  Rows(Rows&&) noexcept;
  Rows& operator=(Rows&&) = delete;

  /// Overwrites `row`, which keeps its memory; false after the last. Throws as Connection does.
  bool next(Tuple& row);

 private:
  Connection* connection_;  ///< Null when everything was read.
  std::vector<Type> types_;
  std::function<void(std::size_t)> at_end_;
  std::unique_ptr<pg_result, void (*)(pg_result*)> result_;
  int row_ = 0, rows_ = 0;
  std::size_t count_ = 0;
};

}  // namespace carnet
