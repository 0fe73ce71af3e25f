// SPDX-License-Identifier: Apache-2.0
// Questions built in C++, and their rows as the entities' own structs with the relations that were loaded:
//
//   using namespace carnet::paths;
//   auto question = from<Vol>().where(vol("avion.modele") == "A320-232").with("reservations.passager").limit(10);
//   for (const Loaded<Vol>& v : question.all(session))
//     for (const auto& r : v.many<Reservation>("reservations")) print(v->numero, r.one<Passager>("passager")->nom);
#pragma once

#include <optional>
#include <stdexcept>

#include "query/parse.hpp"
#include "query/paths.hpp"
#include "query/session.hpp"

namespace carnet {

template <class T>
struct KindOf;
template <>
struct KindOf<Avion> : std::integral_constant<Kind, Kind::avion> {};
template <>
struct KindOf<Pilote> : std::integral_constant<Kind, Kind::pilote> {};
template <>
struct KindOf<Vol> : std::integral_constant<Kind, Kind::vol> {};
template <>
struct KindOf<Passager> : std::integral_constant<Kind, Kind::passager> {};
template <>
struct KindOf<Reservation> : std::integral_constant<Kind, Kind::reservation> {};

/// The entity whose columns stand in the row from `first` on.
template <class T>
T entity_at(const Block&, int row, std::size_t first);
template <>
Avion entity_at(const Block&, int, std::size_t);
template <>
Pilote entity_at(const Block&, int, std::size_t);
template <>
Vol entity_at(const Block&, int, std::size_t);
template <>
Passager entity_at(const Block&, int, std::size_t);
template <>
Reservation entity_at(const Block&, int, std::size_t);

/// The relation's shape. Throws std::logic_error where it was not loaded, or does not lead to that entity.
const TupleShape& loaded_relation(const TupleShape&, std::string_view name, bool many, Kind from, Kind to);

/// What a question gave, kept by the entities that were read from it.
struct Loading {
  Plan plan;
  std::unique_ptr<Block> block;
};

/// An entity and the relations that were loaded with it.
template <class T>
class Loaded {
 public:
  Loaded(std::shared_ptr<const Loading> from, const TupleShape& shape, const Block& block, int row)
      : entity_(entity_at<T>(block, row, shape.first)),
        from_(std::move(from)),
        shape_(&shape),
        block_(&block),
        row_(row) {}

  const T& operator*() const { return entity_; }
  const T* operator->() const { return &entity_; }

  /// Null where there is none.
  template <class R>
  std::optional<Loaded<R>> one(std::string_view relation) const {
    const TupleShape& shape = loaded_relation(*shape_, relation, false, KindOf<T>::value, KindOf<R>::value);
    if (block_->null(row_, shape.first)) return std::nullopt;
    return Loaded<R>{from_, shape, *block_, row_};
  }

  /// By primary key.
  template <class R>
  std::vector<Loaded<R>> many(std::string_view relation) const {
    const TupleShape& shape = loaded_relation(*shape_, relation, true, KindOf<T>::value, KindOf<R>::value);
    std::vector<Loaded<R>> all;
    for (int row : block_->related_rows(row_, shape.slot))
      all.emplace_back(from_, shape, block_->related(shape.slot), row);
    return all;
  }

 private:
  T entity_;
  std::shared_ptr<const Loading> from_;  ///< That the others point into.
  const TupleShape* shape_;
  const Block* block_;
  int row_;
};

/// Entities as they come from the server, in memory that does not grow; once, with a range-based for.
template <class T>
class EntityStream {
 public:
  EntityStream(Rows rows, std::vector<Type> types) : rows_(std::move(rows)), block_(std::move(types)) {}
  struct End {};
  struct Iterator {
    EntityStream* stream;
    const T& operator*() const { return stream->entity_; }
    void operator++() { stream->advance(); }
    bool operator!=(End) const { return stream->more_; }
  };
  Iterator begin() {
    advance();
    return {this};
  }
  End end() const { return {}; }

 private:
  void advance() {
    if (++row_ >= block_.rows()) {
      row_ = 0;
      more_ = rows_.next(block_);
    }
    if (more_) entity_ = entity_at<T>(block_, row_, 0);
  }

  Rows rows_;
  Block block_;
  int row_ = 0;
  T entity_;
  bool more_ = false;
};

/// A question that gives entities. Texts are those of the command line, `?` in one stands for the next of the values.
template <class T>
class From {
 public:
  From& where(Expr condition) {
    question_.where = question_.where ? *question_.where && std::move(condition) : std::move(condition);
    return *this;
  }
  template <class... Values>
  From& where(std::string_view text, const Values&... values) {
    const std::vector<Expr> literals{literal_of(values)...};
    return where(parse_condition(question_.entity, text, literals));
  }
  From& with(std::string_view relations) {
    for (Path& path : parse_relations(question_.entity, relations)) question_.with.push_back(std::move(path));
    return *this;
  }
  From& sort(std::string_view keys) {
    for (Sort& key : parse_sort(question_.entity, keys)) question_.sort.push_back(std::move(key));
    return *this;
  }
  From& limit(std::uint64_t rows) {
    question_.limit = rows;
    return *this;
  }
  From& offset(std::uint64_t rows) {
    question_.offset = rows;
    return *this;
  }
  From& after(std::string cursor) {
    question_.after = std::move(cursor);
    return *this;
  }

  const Question& question() const { return question_; }

  std::vector<Loaded<T>> all(Session& session) const {
    auto from = std::make_shared<Loading>(Loading{compile(question_), nullptr});
    from->block = session.load(from->plan);
    std::vector<Loaded<T>> loaded;
    loaded.reserve(static_cast<std::size_t>(from->block->rows()));
    for (int row = 0; row < from->block->rows(); ++row) loaded.emplace_back(from, from->plan.shape, *from->block, row);
    return loaded;
  }

  std::optional<Loaded<T>> first(Session& session) const {
    From one = *this;
    std::vector<Loaded<T>> rows = one.limit(1).all(session);
    if (rows.empty()) return std::nullopt;
    return std::move(rows.front());
  }

  std::uint64_t count(Session& session) const {
    Question counted = question_;
    counted.with.clear();
    counted.sort.clear();
    counted.aggregates.push_back(aggregate(Expr::Function::count, std::nullopt));
    return static_cast<std::uint64_t>(std::get<std::int64_t>(session.all(compile(counted)).at(0).values.at(0)));
  }

  /// Without relations: those of all rows cannot be loaded before the last row is known.
  EntityStream<T> stream(Session& session) const {
    if (!question_.with.empty())
      throw QuestionError("relations are loaded for rows that are all there, not for a stream");
    const Plan plan = compile(question_);
    return {session.stream(plan), plan.types};
  }

 private:
  template <class V>
  static Expr literal_of(const V& value) {
    return Operand{value}.expr();
  }
  Question question_{KindOf<T>::value, {}, {}, {}, {}, 0, {}, {}, {}, {}};
};

template <class T>
From<T> from() {
  return {};
}

}  // namespace carnet
