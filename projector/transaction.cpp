// SPDX-License-Identifier: Apache-2.0
#include "projector/transaction.hpp"

#include <libpq-fe.h>

namespace carnet {

Transaction::Transaction(Connection& connection, const std::string& begin) : connection_(connection) {
  connection_.exec(begin);
}

Transaction::~Transaction() {
  if (!open_ || PQstatus(connection_.raw()) != CONNECTION_OK) return;
  try {
    if (PQtransactionStatus(connection_.raw()) != PQTRANS_ACTIVE) connection_.exec("ROLLBACK");
  } catch (const std::exception&) {  // the session's end rolls back as well
  }
}

void Transaction::commit() {
  Result result = connection_.exec("COMMIT");
  open_ = false;
}

}  // namespace carnet
