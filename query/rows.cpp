// SPDX-License-Identifier: Apache-2.0
#include "query/rows.hpp"

#include <libpq-fe.h>

#include <utility>

#include "query/wire.hpp"

namespace carnet {

Rows::Rows(Connection& connection, std::vector<Type> types, std::function<void(std::size_t)> at_end)
    : connection_(&connection), types_(std::move(types)), at_end_(std::move(at_end)), result_(nullptr, PQclear) {}

Rows::Rows(Rows&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)),
      types_(std::move(other.types_)),
      at_end_(std::move(other.at_end_)),
      result_(std::move(other.result_)),
      row_(other.row_),
      rows_(other.rows_),
      count_(other.count_) {}

Rows::~Rows() {
  if (!connection_) return;
  const std::unique_ptr<PGcancel, decltype(&PQfreeCancel)> cancel{PQgetCancel(connection_->raw()), PQfreeCancel};
  char ignored[256];
  if (cancel) PQcancel(cancel.get(), ignored, sizeof ignored);
  while (pg_result* rest = PQgetResult(connection_->raw())) PQclear(rest);
}

bool Rows::next(Tuple& row) {
  while (row_ == rows_) {
    if (!connection_) return false;
    result_.reset(connection_->next_result());
    if (!result_) {
      connection_ = nullptr;
      if (at_end_) at_end_(count_);
      return false;
    }
    const ExecStatusType status = PQresultStatus(result_.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_SINGLE_TUPLE) connection_->fail(result_.release());
    row_ = 0;
    rows_ = PQntuples(result_.get());
  }
  row.values.resize(types_.size());
  for (std::size_t i = 0; i < types_.size(); ++i) {
    const int column = static_cast<int>(i);
    const bool null = PQgetisnull(result_.get(), row_, column) != 0;
    read(row.values[i], types_[i], null ? nullptr : PQgetvalue(result_.get(), row_, column),
         static_cast<std::size_t>(PQgetlength(result_.get(), row_, column)));
  }
  ++row_;
  ++count_;
  return true;
}

}  // namespace carnet
