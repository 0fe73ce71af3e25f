// SPDX-License-Identifier: Apache-2.0
// Rows of an answer: as the server sent them, and read.
#pragma once

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "projector/connection.hpp"
#include "query/value.hpp"

namespace carnet {

/// One row, its values as TupleShape says.
struct Tuple {
  std::vector<Value> values;
  std::vector<std::vector<Tuple>> many;  ///< The related rows, by slot.
};

/// Rows of one statement in PostgreSQL's binary form, and the blocks of related rows that hang from them.
class Block {
 public:
  explicit Block(std::vector<Type> types) : types_(std::move(types)), result_(nullptr, nullptr) {}

  int rows() const { return rows_; }
  /// As they were sent; empty for null and for an empty text.
  std::string_view bytes(int row, std::size_t column) const;
  bool null(int row, std::size_t column) const;
  void read(int row, std::size_t column, Value& value) const;  ///< A text keeps its memory.
  void read(int row, Tuple&) const;                            ///< With all that hangs from it.

  /// The rows that hang from one: of the block of the slot, by number.
  const Block& related(std::size_t slot) const { return *slots_[slot].block; }
  const std::vector<int>& related_rows(int row, std::size_t slot) const;

  /// Hangs the rows of another block from these where the key column here is equal to the first column there. Null
  /// where there is no key to look for, and so no block.
  void hang(std::size_t key, std::unique_ptr<Block> related);

 private:
  friend class Rows;
  struct Slot {
    std::unique_ptr<Block> block;
    std::vector<std::vector<int>> groups;  ///< Rows of the block with equal keys; the first group is empty.
    std::vector<std::size_t> group_of;     ///< Of each row here.
  };
  std::vector<Type> types_;
  std::unique_ptr<pg_result, void (*)(pg_result*)> result_;
  int rows_ = 0;
  std::vector<Slot> slots_;
};

/// The rows of the statement that was just sent, for as long as the connection lives and nothing else is asked of it.
/// Where it ends before the last row, the statement is cancelled.
class Rows {
 public:
  /// `at_end` is told their number after the last one.
  Rows(Connection& connection, std::function<void(std::size_t rows)> at_end)
      : connection_(&connection), at_end_(std::move(at_end)) {}
  ~Rows();
  Rows(Rows&&) noexcept;
  Rows& operator=(Rows&&) = delete;

  /// The rows that came next in place of those in the block: one where they are streamed, all where not. False after
  /// the last. Throws as Connection does.
  bool next(Block&);
  void finish();  ///< Reads to the end.

 private:
  Connection* connection_;  ///< Null when everything was read.
  std::function<void(std::size_t)> at_end_;
  std::size_t count_ = 0;
};

}  // namespace carnet
