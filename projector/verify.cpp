// SPDX-License-Identifier: Apache-2.0
#include "projector/verify.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "events/time.hpp"
#include "projector/fold.hpp"
#include "projector/tables.hpp"
#include "projector/window.hpp"

namespace carnet {
namespace {

/// A row's primary key as its table has it, which may be no key that an event could name.
struct PrimaryKey {
  std::string numero;
  std::int32_t id = 0;
  auto operator<=>(const PrimaryKey&) const = default;
};

PrimaryKey key_of(const Stream& stream) {
  return {std::string{stream.numero.text()}, stream.id};
}

PrimaryKey key_of(Kind kind, const Fields& fields) {
  switch (kind) {
    case Kind::vol:
      return {std::string(fields[0].value_or("")), 0};
    case Kind::reservation:
      return {std::string(fields[0].value_or("")), integer_from(fields[1].value_or(""))};
    default:
      return {"", integer_from(fields[0].value_or(""))};
  }
}

// A longer numero is cut: it is in one range and no other all the same.
Stream stream_of(Kind kind, const PrimaryKey& key) {
  return {kind, std::string_view{key.numero}.substr(0, Numero::max_size), key.id};
}

std::string text(Kind kind, const PrimaryKey& key) {
  if (kind == Kind::vol) return key.numero;
  if (kind == Kind::reservation) return fmt::format("{}/{}", key.numero, key.id);
  return std::to_string(key.id);
}

/// One table's rows, in order, against those that are expected, in order too.
class Comparison {
 public:
  Comparison(const Table& table, std::vector<const Row*> expected, const StreamRange& range, TablesVerdict& verdict,
             const std::function<void(const Difference&)>& visit)
      : table_(table), expected_(std::move(expected)), range_(range), verdict_(verdict), visit_(visit) {
    std::ranges::sort(expected_, {}, [](const Row* row) { return stream_of(row->entity); });
    next_ = expected_.begin();
  }

  void found(std::string_view tuple) {
    Fields fields = fields_of_tuple(tuple);
    PrimaryKey key = key_of(table_.kind, fields);
    if (!range_.contains(stream_of(table_.kind, key))) return;
    ++verdict_.rows;
    for (; next_ != expected_.end() && key_of(stream_of((*next_)->entity)) < key; ++next_) missing(**next_);
    if (next_ == expected_.end() || key < key_of(stream_of((*next_)->entity))) {
      tell({std::string(table_.name), text(table_.kind, key), "", std::nullopt, "a row"});
      return;
    }
    std::string wanted;
    append_tuple(wanted, **next_++);
    if (wanted != tuple) compare(key, fields_of_tuple(wanted), fields);
  }

  void end() {
    for (; next_ != expected_.end(); ++next_) missing(**next_);
  }

 private:
  void missing(const Row& row) {
    tell({std::string(table_.name), text(table_.kind, key_of(stream_of(row.entity))), "", "a row", std::nullopt});
  }

  void compare(const PrimaryKey& key, const Fields& wanted, const Fields& fields) {
    for (std::size_t i = 0; i <= table_.columns.size(); ++i) {
      if (wanted[i] == fields[i]) continue;
      bool last = i == table_.columns.size();
      tell({std::string(table_.name), text(table_.kind, key), std::string(last ? "position" : table_.columns[i].name),
            field_text(table_.kind, i, wanted[i]), field_text(table_.kind, i, fields[i])});
    }
  }

  void tell(const Difference& difference) {
    ++verdict_.differences;
    visit_(difference);
  }

  const Table& table_;
  std::vector<const Row*> expected_;
  std::vector<const Row*>::iterator next_;
  const StreamRange& range_;
  TablesVerdict& verdict_;
  const std::function<void(const Difference&)>& visit_;
};

/// All columns of a table by primary key, in the order of bytes whatever the database's collation.
std::string rows_in_order(const std::string& schema, const Table& table) {
  std::string names, order;
  for (const Column& column : table.columns) names += fmt::format("{}, ", column.name);
  for (std::string_view name : table.primary_key) {
    bool is_text = column(table.kind, name)->type == ColumnType::text;
    order += fmt::format("{}{}{}", order.empty() ? "" : ", ", name, is_text ? " COLLATE \"C\"" : "");
  }
  return fmt::format("(SELECT {}position FROM {}.{} ORDER BY {})", names, identifier(schema), table.name, order);
}

}  // namespace

TablesVerdict verify_tables(Connection& connection, Reader& reader, const std::function<void(const Difference&)>& visit,
                            const Watch& watch, std::size_t memory_bytes, const std::string& schema) {
  if (!checkpoint(connection, schema)) {
    throw Mismatch(fmt::format("there are no tables in schema {} (carnet project)", schema));
  }
  // The lock comes before the snapshot: a rebuild's swap is over, or waits for the end.
  Transaction transaction(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; " + hold(schema));
  std::optional<Checkpoint> at = checkpoint(connection, schema);
  reader.refresh();
  must_be_of(*at, reader);
  TablesVerdict verdict{at->position, 0, 0};
  std::optional<Stream> from{Stream{}};
  while (from) {
    Fold fold(*from, memory_bytes);
    fold_history(reader, 0, at->position, fold, watch);
    Changes changes = fold.finish();
    std::size_t place = 0;
    for (const Table& table : tables()) {
      Comparison comparison(table, std::move(changes.of[place++].inserted), fold.range(), verdict, visit);
      read_tuples(connection, rows_in_order(schema, table), [&](std::string_view tuple) { comparison.found(tuple); });
      comparison.end();
    }
    from = fold.range().to;
  }
  return verdict;
}

}  // namespace carnet
