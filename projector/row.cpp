// SPDX-License-Identifier: Apache-2.0
#include "projector/row.hpp"

#include <endian.h>

#include <cstring>

#include "events/time.hpp"

namespace carnet {
namespace {

constexpr std::uint32_t int4_oid = 23, int8_oid = 20, text_oid = 25, timestamptz_oid = 1184;
constexpr auto postgres_epoch = std::chrono::sys_days{std::chrono::year{2000} / 1 / 1};

template <class Integer>
void append_integer(std::string& out, Integer value) {
  if constexpr (sizeof value == 2) value = static_cast<Integer>(htobe16(static_cast<std::uint16_t>(value)));
  if constexpr (sizeof value == 4) value = static_cast<Integer>(htobe32(static_cast<std::uint32_t>(value)));
  if constexpr (sizeof value == 8) value = static_cast<Integer>(htobe64(static_cast<std::uint64_t>(value)));
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <class Integer>
Integer integer_at(std::string_view bytes) {
  if (bytes.size() < sizeof(Integer)) throw DatabaseError("a binary value is too short", "22P03");
  std::make_unsigned_t<Integer> value;
  std::memcpy(&value, bytes.data(), sizeof value);
  if constexpr (sizeof value == 2) value = be16toh(value);
  if constexpr (sizeof value == 4) value = be32toh(value);
  if constexpr (sizeof value == 8) value = be64toh(value);
  return static_cast<Integer>(value);
}

// A field: its length in four bytes, -1 for null, then its bytes.
void append_field(std::string& out, std::int32_t value) {
  append_integer<std::int32_t>(out, 4);
  append_integer(out, value);
}
void append_field(std::string& out, std::int64_t value) {
  append_integer<std::int32_t>(out, 8);
  append_integer(out, value);
}
void append_field(std::string& out, std::string_view value) {
  append_integer(out, static_cast<std::int32_t>(value.size()));
  out.append(value);
}
void append_field(std::string& out, const std::string& value) {
  append_field(out, std::string_view(value));
}
void append_field(std::string& out, Time value) {
  append_field(out, std::int64_t{(value - postgres_epoch).count()});
}
template <class T>
void append_field(std::string& out, const std::optional<T>& value) {
  if (value) return append_field(out, *value);
  append_integer<std::int32_t>(out, -1);
}

/// Appends the values in the schema's order, each to the string that `column` gives for its place.
template <class... Values>
void append_fields(auto&& column, const Values&... values) {
  int place = 0;
  (append_field(column(place++), values), ...);
}

int append_row(auto&& column, const Row& row) {
  auto position = static_cast<std::int64_t>(row.position);
  if (const auto* e = std::get_if<Vol>(&row.entity)) {
    append_fields(column, e->numero, e->destination, text(e->statut), e->heure_creation, e->heure_decollage,
                  e->heure_arrivee, e->avion_id, e->pilote_id, position);
  } else if (const auto* avion = std::get_if<Avion>(&row.entity)) {
    append_fields(column, avion->id, avion->modele, avion->description, avion->vitesse_max, position);
  } else if (const auto* pilote = std::get_if<Pilote>(&row.entity)) {
    append_fields(column, pilote->id, pilote->nom, pilote->licence, position);
  } else if (const auto* passager = std::get_if<Passager>(&row.entity)) {
    append_fields(column, passager->id, passager->nom, position);
  } else if (const auto* reservation = std::get_if<Reservation>(&row.entity)) {
    append_fields(column, reservation->numero, reservation->passager_id, reservation->siege, position);
  }
  return 0;
}

Kind kind_of(const Entity& entity) {
  constexpr std::array kinds{Kind::avion, Kind::avion, Kind::pilote, Kind::vol, Kind::passager, Kind::reservation};
  return kinds[entity.index()];
}

std::uint32_t oid(ColumnType type) {
  switch (type) {
    case ColumnType::integer:
      return int4_oid;
    case ColumnType::text:
      return text_oid;
    case ColumnType::time:
      return timestamptz_oid;
  }
  return 0;
}

Parameter array(std::uint32_t element, std::size_t rows, std::string_view fields) {
  constexpr auto array_oid = [](std::uint32_t of) -> std::uint32_t {
    return of == int4_oid ? 1007 : of == int8_oid ? 1016 : of == text_oid ? 1009 : 1185;
  };
  std::string bytes;
  bytes.reserve(fields.size() + 20);
  append_integer<std::int32_t>(bytes, 1);  // dimensions
  append_integer<std::int32_t>(bytes, 1);  // may hold nulls
  append_integer<std::uint32_t>(bytes, element);
  append_integer(bytes, static_cast<std::int32_t>(rows));
  append_integer<std::int32_t>(bytes, 1);  // lower bound
  bytes.append(fields);
  return {array_oid(element), std::move(bytes), true};
}

std::optional<std::string> text_field(std::optional<std::string_view> field) {
  return field ? std::optional<std::string>(*field) : std::nullopt;
}
std::optional<std::int32_t> integer_field(std::optional<std::string_view> field) {
  return field ? std::optional(integer_at<std::int32_t>(*field)) : std::nullopt;
}
std::optional<Time> time_field(std::optional<std::string_view> field) {
  if (!field) return std::nullopt;
  return Time(postgres_epoch) + std::chrono::microseconds(integer_at<std::int64_t>(*field));
}

}  // namespace

void append_tuple(std::string& out, const Row& row) {
  append_integer(out, static_cast<std::int16_t>(table(kind_of(row.entity)).columns.size() + 1));
  append_row([&](int) -> std::string& { return out; }, row);
}

Fields fields_of_tuple(std::string_view tuple) {
  Fields fields;
  auto count = integer_at<std::int16_t>(tuple);
  tuple.remove_prefix(2);
  for (int i = 0; i < count && i < max_columns; ++i) {
    auto length = integer_at<std::int32_t>(tuple);
    tuple.remove_prefix(4);
    if (length < 0) continue;
    if (tuple.size() < static_cast<std::size_t>(length)) throw DatabaseError("a tuple is cut short", "22P03");
    fields[static_cast<std::size_t>(i)] = tuple.substr(0, static_cast<std::size_t>(length));
    tuple.remove_prefix(static_cast<std::size_t>(length));
  }
  return fields;
}

std::int32_t integer_from(std::string_view field) {
  return integer_at<std::int32_t>(field);
}

std::optional<std::string> field_text(Kind kind, std::size_t place, std::optional<std::string_view> field) {
  if (!field) return std::nullopt;
  const Table& of = table(kind);
  if (place >= of.columns.size()) return std::to_string(integer_at<std::int64_t>(*field));
  switch (of.columns[place].type) {
    case ColumnType::integer:
      return std::to_string(integer_from(*field));
    case ColumnType::text:
      return std::string(*field);
    case ColumnType::time:
      break;
  }
  constexpr Time first{std::chrono::sys_days{std::chrono::year{0} / 1 / 1}};
  constexpr Time last{std::chrono::sys_days{std::chrono::year{10000} / 1 / 1}};
  auto microseconds = integer_at<std::int64_t>(*field);
  if (microseconds >= (last - postgres_epoch).count()) return "later than the year 9999";  // infinity, too
  if (microseconds < (first - postgres_epoch).count()) return "earlier than the year 0";
  return text(*time_field(field));
}

Row row_from(Kind kind, const Fields& f) {
  auto position = [&](std::size_t at) { return static_cast<Position>(integer_at<std::int64_t>(f[at].value_or(""))); };
  auto id = [&](std::size_t at) { return integer_at<std::int32_t>(f[at].value_or("")); };
  auto word = [&](std::size_t at) { return std::string(f[at].value_or("")); };
  switch (kind) {
    case Kind::avion:
      return {Avion{id(0), word(1), text_field(f[2]), integer_field(f[3])}, position(4)};
    case Kind::pilote:
      return {Pilote{id(0), word(1), text_field(f[2])}, position(3)};
    case Kind::passager:
      return {Passager{id(0), word(1)}, position(2)};
    case Kind::reservation:
      return {Reservation{word(0), id(1), text_field(f[2])}, position(3)};
    case Kind::vol:
      break;
  }
  std::optional<Statut> statut = statut_from(f[2].value_or(""));
  if (!statut) throw DatabaseError("vols holds the statut '" + word(2) + "'", "22000");
  return {Vol{word(0), text_field(f[1]), *statut, time_field(f[3]), time_field(f[4]), time_field(f[5]),
              integer_field(f[6]), integer_field(f[7]), std::nullopt},
          position(8)};
}

Arrays::Arrays(Kind kind) : kind_(kind) {}

void Arrays::add(const Row& row) {
  append_row([&](int place) -> std::string& { return columns_[static_cast<std::size_t>(place)]; }, row);
  ++rows_;
}

std::vector<Parameter> Arrays::parameters() const {
  std::vector<Parameter> parameters;
  std::size_t place = 0;
  for (const Column& column : table(kind_).columns) {
    parameters.push_back(array(oid(column.type), rows_, columns_[place++]));
  }
  parameters.push_back(array(int8_oid, rows_, columns_[place]));
  return parameters;
}

void KeyArrays::add(const Stream& stream) {
  std::size_t place = 0;
  if (!stream.numero.empty()) append_field(columns_[place++], stream.numero.text());
  if (kind_ != Kind::vol) append_field(columns_[place], stream.id);
  ++rows_;
}

std::vector<Parameter> KeyArrays::parameters() const {
  std::vector<Parameter> parameters;
  std::size_t place = 0;
  if (kind_ == Kind::vol || kind_ == Kind::reservation) parameters.push_back(array(text_oid, rows_, columns_[place++]));
  if (kind_ != Kind::vol) parameters.push_back(array(int4_oid, rows_, columns_[place]));
  return parameters;
}

Stream stream_of(const Entity& entity) {
  if (const auto* vol = std::get_if<Vol>(&entity)) return Stream::vol(vol->numero);
  if (const auto* avion = std::get_if<Avion>(&entity)) return Stream::avion(avion->id);
  if (const auto* pilote = std::get_if<Pilote>(&entity)) return Stream::pilote(pilote->id);
  if (const auto* passager = std::get_if<Passager>(&entity)) return Stream::passager(passager->id);
  const auto& reservation = std::get<Reservation>(entity);
  return Stream::reservation(reservation.numero, reservation.passager_id);
}

}  // namespace carnet
