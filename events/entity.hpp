// SPDX-License-Identifier: Apache-2.0
// The five entities, as history leaves them, and the names of their streams. The columns of the tables are these
// members; where a member is not a column, it says so.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace carnet {

/// A moment, UTC, in microseconds: between years 0000 and 9999, the range of RFC 3339.
using Time = std::chrono::sys_time<std::chrono::microseconds>;

/// The state of a flight. The numbers are stored: never change one.
enum class Statut : std::uint8_t { prevu = 1, retarde = 2, en_vol = 3, deroute = 4, atterri = 5, annule = 6 };

std::string_view text(Statut);                             ///< As in the column `statut`: "prévu", "en vol" ...
std::optional<Statut> statut_from(std::string_view text);  ///< Null for any text but the six.
constexpr bool in_the_air(Statut s) {
  return s == Statut::en_vol || s == Statut::deroute;
}

struct Avion {
  std::int32_t id = 0;
  std::string modele;
  std::optional<std::string> description;
  std::optional<std::int32_t> vitesse_max;  ///< km/h
  bool operator==(const Avion&) const = default;
};

struct Pilote {
  std::int32_t id = 0;
  std::string nom;
  std::optional<std::string> licence;  ///< Unique among living pilotes.
  bool operator==(const Pilote&) const = default;
};

struct Vol {
  std::string numero;
  std::optional<std::string> destination;
  Statut statut = Statut::prevu;
  std::optional<Time> heure_creation, heure_decollage, heure_arrivee;
  std::optional<std::int32_t> avion_id, pilote_id;
  /// Not a column: when the last step (created, delayed, took_off, diverted, landed, cancelled) happened; the next may
  /// not be earlier. Null after an amended statut.
  std::optional<Time> clock;
  bool operator==(const Vol&) const = default;
};

struct Passager {
  std::int32_t id = 0;
  std::string nom;
  bool operator==(const Passager&) const = default;
};

struct Reservation {
  std::string numero;
  std::int32_t passager_id = 0;
  std::optional<std::string> siege;  ///< Unique within its vol.
  bool operator==(const Reservation&) const = default;
};

/// An entity's current state; monostate where there is none: not yet, or no longer.
using Entity = std::variant<std::monostate, Avion, Pilote, Vol, Passager, Reservation>;

constexpr bool alive(const Entity& entity) {
  return entity.index() != 0;
}

/// The kinds of stream. The numbers are stored: never change one.
enum class Kind : std::uint8_t { avion = 1, pilote = 2, vol = 3, passager = 4, reservation = 5 };

std::string_view text(Kind);  ///< "avion", "pilote" ...

/// Names one entity's own history: avion/7, vol/AF101, reservation/AF101/12.
struct Stream {
  Kind kind = Kind::avion;
  std::int32_t id = 0;  ///< Of the avion, pilote or passager; a reservation's passager. 0 for a vol.
  std::string numero;   ///< Of the vol, or of the reservation's vol; else empty.

  static Stream avion(std::int32_t id) { return {Kind::avion, id, {}}; }
  static Stream pilote(std::int32_t id) { return {Kind::pilote, id, {}}; }
  static Stream vol(std::string numero) { return {Kind::vol, 0, std::move(numero)}; }
  static Stream passager(std::int32_t id) { return {Kind::passager, id, {}}; }
  static Stream reservation(std::string numero, std::int32_t passager_id) {
    return {Kind::reservation, passager_id, std::move(numero)};
  }
  bool operator==(const Stream&) const = default;
  auto operator<=>(const Stream&) const = default;
};

std::string text(const Stream&);
std::optional<Stream> stream_from(std::string_view text);  ///< Null where the text names no stream.

}  // namespace carnet
