// SPDX-License-Identifier: Apache-2.0
// The five entities, as history leaves them, and the names of their streams. The columns of the tables are these
// members; where a member is not a column, it says so.
#pragma once

#include <array>
#include <bit>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
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

/// A vol's numero in the name of a stream: ten characters at most, where they stand, without memory of their own.
class Numero {
 public:
  static constexpr std::size_t max_size = 10;

  Numero() = default;
  Numero(std::string_view text);  ///< Throws std::length_error where there are more.
  std::string_view text() const { return text_.data(); }
  bool empty() const { return text_.front() == '\0'; }
  bool operator==(const Numero&) const = default;
  auto operator<=>(const Numero&) const = default;

 private:
  std::array<char, max_size + 1> text_{};  // NUL from its end on
};

/// Names one entity's own history: avion/7, vol/AF101, reservation/AF101/12. In order of the kinds, then of the primary
/// keys.
struct Stream {
  Kind kind = Kind::avion;
  Numero numero;        ///< Of the vol, or of the reservation's vol; else empty.
  std::int32_t id = 0;  ///< Of the avion, pilote or passager; a reservation's passager. 0 for a vol.

  static Stream avion(std::int32_t id) { return made(Kind::avion, id); }
  static Stream pilote(std::int32_t id) { return made(Kind::pilote, id); }
  static Stream vol(std::string_view numero) { return made(Kind::vol, numero, 0); }
  static Stream passager(std::int32_t id) { return made(Kind::passager, id); }
  static Stream reservation(std::string_view numero, std::int32_t passager_id) {
    return made(Kind::reservation, numero, passager_id);
  }
  bool operator==(const Stream& other) const { return words() == other.words(); }
  auto operator<=>(const Stream&) const = default;

  /// All its bits are as good as random.
  friend std::size_t hash_value(const Stream& stream) {
    const auto [first, second] = stream.words();
    std::uint64_t mixed = first * 0x9E3779B97F4A7C15u ^ std::rotl(second * 0xC2B2AE3D27D4EB4Fu, 31);
    mixed = (mixed ^ mixed >> 29) * 0xBF58476D1CE4E5B9u;
    return mixed ^ mixed >> 32;
  }

 private:
  using Words = std::pair<std::uint64_t, std::uint64_t>;
  Words words() const {
    const auto both = std::bit_cast<std::array<std::uint64_t, 2>>(*this);
    return {both[0], both[1]};
  }
  // Put together in registers: a processor waits where it reads words that were written as bytes just before, and a
  // stream is looked up as soon as it is named.
  static Stream made(Kind, std::string_view numero, std::int32_t id);
  static Stream made(Kind kind, std::int32_t id) {
    const auto shifted = std::uint64_t{static_cast<std::uint32_t>(id)} << 32;
    return std::bit_cast<Stream>(std::array{std::uint64_t{static_cast<std::uint8_t>(kind)}, shifted});
  }
};

std::string text(const Stream&);
std::optional<Stream> stream_from(std::string_view text);  ///< Null where the text names no stream.

}  // namespace carnet
