// SPDX-License-Identifier: Apache-2.0
#include "projector/result.hpp"

#include <libpq-fe.h>

#include <charconv>

namespace carnet {

Result::Result(pg_result* result) : result_(result, PQclear) {}
int Result::rows() const {
  return PQntuples(result_.get());
}
int Result::columns() const {
  return PQnfields(result_.get());
}

std::optional<std::string_view> Result::at(int row, int column) const {
  if (PQgetisnull(result_.get(), row, column) != 0) return std::nullopt;
  return std::string_view(PQgetvalue(result_.get(), row, column),
                          static_cast<std::size_t>(PQgetlength(result_.get(), row, column)));
}

long long Result::number(int row, int column) const {
  std::string_view digits = text(row, column);
  long long value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

long long Result::affected() const {
  std::string_view digits = PQcmdTuples(result_.get());
  long long value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

}  // namespace carnet
