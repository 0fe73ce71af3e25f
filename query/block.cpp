// SPDX-License-Identifier: Apache-2.0
#include "query/block.hpp"

#include <libpq-fe.h>

#include <map>
#include <utility>

#include "query/wire.hpp"

namespace carnet {

bool Block::null(int row, std::size_t column) const {
  return PQgetisnull(result_.get(), row, static_cast<int>(column)) != 0;
}

std::string_view Block::bytes(int row, std::size_t column) const {
  const int c = static_cast<int>(column);
  return {PQgetvalue(result_.get(), row, c), static_cast<std::size_t>(PQgetlength(result_.get(), row, c))};
}

void Block::read(int row, std::size_t column, Value& value) const {
  const std::string_view sent = bytes(row, column);
  if (sent.empty() && null(row, column)) {
    value = std::monostate{};
  } else {
    from_wire(value, types_[column], sent);
  }
}

void Block::read(int row, Tuple& tuple) const {
  tuple.values.resize(types_.size());
  for (std::size_t i = 0; i < types_.size(); ++i) read(row, i, tuple.values[i]);
  tuple.many.resize(slots_.size());
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    const std::vector<int>& rows = related_rows(row, slot);
    tuple.many[slot].resize(rows.size());
    for (std::size_t i = 0; i < rows.size(); ++i) related(slot).read(rows[i], tuple.many[slot][i]);
  }
}

const std::vector<int>& Block::related_rows(int row, std::size_t slot) const {
  const Slot& s = slots_[slot];
  return s.groups[s.group_of[static_cast<std::size_t>(row)]];
}

void Block::hang(std::size_t key, std::unique_ptr<Block> related) {
  Slot slot;
  slot.groups.emplace_back();
  std::map<std::string_view, std::size_t> group_of_key;
  for (int row = 0; related && row < related->rows(); ++row) {
    const auto [group, added] = group_of_key.try_emplace(related->bytes(row, 0), slot.groups.size());
    if (added) slot.groups.emplace_back();
    slot.groups[group->second].push_back(row);
  }
  for (int row = 0; row < rows(); ++row) {
    const auto group = null(row, key) ? group_of_key.end() : group_of_key.find(bytes(row, key));
    slot.group_of.push_back(group == group_of_key.end() ? 0 : group->second);
  }
  slot.block = std::move(related);
  slots_.push_back(std::move(slot));
}

Rows::Rows(Rows&& other) noexcept
    : connection_(std::exchange(other.connection_, nullptr)), at_end_(std::move(other.at_end_)), count_(other.count_) {}

Rows::~Rows() {
  if (!connection_) return;
  const std::unique_ptr<PGcancel, decltype(&PQfreeCancel)> cancel{PQgetCancel(connection_->raw()), PQfreeCancel};
  char ignored[256];
  if (cancel) PQcancel(cancel.get(), ignored, sizeof ignored);
  while (pg_result* rest = PQgetResult(connection_->raw())) PQclear(rest);
}

bool Rows::next(Block& block) {
  block.rows_ = 0;
  block.slots_.clear();
  while (connection_ && block.rows_ == 0) {
    block.result_ = {connection_->next_result(), PQclear};
    if (!block.result_) {
      connection_ = nullptr;
      if (at_end_) at_end_(count_);
      return false;
    }
    const ExecStatusType status = PQresultStatus(block.result_.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_SINGLE_TUPLE && status != PGRES_COMMAND_OK)
      connection_->fail(block.result_.release());
    block.rows_ = PQntuples(block.result_.get());
    count_ += static_cast<std::size_t>(block.rows_);
  }
  return block.rows_ > 0;
}

void Rows::finish() {
  for (Block rest{{}}; next(rest);) {
  }
}

}  // namespace carnet
