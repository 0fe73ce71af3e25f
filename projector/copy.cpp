// SPDX-License-Identifier: Apache-2.0
// A connection's COPY, both ways.
#include <libpq-fe.h>

#include "projector/connection.hpp"

namespace carnet {

void Connection::copy_in(const std::string& statement) {
  exec(statement);
}

void Connection::put(std::string_view bytes) {
  if (PQputCopyData(raw(), bytes.data(), static_cast<int>(bytes.size())) <= 0) {
    lost();
  }
  flush();  // libpq would keep what the server has not taken, without bound
}

long long Connection::end_copy() {
  PQputCopyEnd(raw(), nullptr);
  return finish().affected();
}

void Connection::copy_out(const std::string& statement, const std::function<void(std::string_view)>& visit) {
  exec(statement);
  for (;;) {
    char* bytes = nullptr;
    int length = PQgetCopyData(raw(), &bytes, 1);
    if (length > 0) {
      std::unique_ptr<char, decltype(&PQfreemem)> row(bytes, PQfreemem);
      visit({bytes, static_cast<std::size_t>(length)});
    } else if (length == 0) {
      wait_readable();
      if (PQconsumeInput(raw()) == 0) lost();
    } else {
      break;
    }
  }
  finish();
}

}  // namespace carnet
