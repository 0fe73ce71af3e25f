// SPDX-License-Identifier: Apache-2.0
// A transaction as an object: what ends without a commit is rolled back.
#pragma once

#include <string>

#include "projector/connection.hpp"

namespace carnet {

/// From BEGIN to commit(), or to a rollback where it is destroyed before.
class Transaction {
 public:
  /// Says its isolation level: a server may have another one as its default.
  static constexpr const char* read_committed = "BEGIN ISOLATION LEVEL READ COMMITTED";

  /// Further statements may follow BEGIN, in the same round trip.
  explicit Transaction(Connection& connection, const std::string& begin = read_committed);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  const Result& opening() const { return opening_; }  ///< What the last statement of `begin` gave.
  /// A DatabaseDown from here leaves open whether it happened: look the checkpoint up, on a new connection.
  void commit();

 private:
  void roll_back() noexcept;

  Connection& connection_;
  Result opening_{nullptr};
  bool open_ = true;
};

}  // namespace carnet
