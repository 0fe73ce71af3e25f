// SPDX-License-Identifier: Apache-2.0
#include "projector/transaction.hpp"

#include <libpq-fe.h>

namespace carnet {

Transaction::Transaction(Connection& connection, const std::string& begin) : connection_(connection) {
  try {
    opening_ = connection_.exec(begin);
  } catch (const DatabaseError&) {
    roll_back();
    throw;
  }
}

Transaction::~Transaction() {
  if (open_) roll_back();
}

void Transaction::roll_back() noexcept {
  const pg_conn* raw = connection_.raw();
  if (PQstatus(raw) != CONNECTION_OK || PQtransactionStatus(raw) == PQTRANS_ACTIVE) return;
  try {
    connection_.exec("ROLLBACK");
  } catch (const std::exception&) {  // the session's end rolls back as well
  }
}

void Transaction::commit() {
  Result result = connection_.exec("COMMIT");
  open_ = false;
}

}  // namespace carnet
