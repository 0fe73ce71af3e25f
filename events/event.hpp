// SPDX-License-Identifier: Apache-2.0
// What can happen: one struct for each event of the catalogue, named `<entity>.<verb>`. Members have the names that an
// event line gives them; what each may hold stands in members.hpp.
#pragma once

#include <concepts>

#include "events/entity.hpp"

namespace carnet {

template <class T>
using Maybe = std::optional<T>;  ///< May be null.
template <class T>
using Change = std::optional<std::optional<T>>;  ///< Absent: left as it is. Null: cleared. Else the new value.

struct AvionRegistered {
  std::int32_t avion_id = 0;  ///< 0: the ledger gives the next one.
  std::string modele;
  Maybe<std::string> description;
  Maybe<std::int32_t> vitesse_max;
  bool operator==(const AvionRegistered&) const = default;
};
struct AvionAmended {
  std::int32_t avion_id = 0;
  std::optional<std::string> modele;
  Change<std::string> description;
  Change<std::int32_t> vitesse_max;
  bool operator==(const AvionAmended&) const = default;
};
struct AvionDeleted {
  std::int32_t avion_id = 0;
  bool operator==(const AvionDeleted&) const = default;
};

struct PiloteRegistered {
  std::int32_t pilote_id = 0;  ///< 0: the ledger gives the next one.
  std::string nom;
  Maybe<std::string> licence;
  bool operator==(const PiloteRegistered&) const = default;
};
struct PiloteAmended {
  std::int32_t pilote_id = 0;
  std::optional<std::string> nom;
  Change<std::string> licence;
  bool operator==(const PiloteAmended&) const = default;
};
struct PiloteDeleted {
  std::int32_t pilote_id = 0;
  bool operator==(const PiloteDeleted&) const = default;
};

struct PassagerRegistered {
  std::int32_t passager_id = 0;  ///< 0: the ledger gives the next one.
  std::string nom;
  bool operator==(const PassagerRegistered&) const = default;
};
struct PassagerAmended {
  std::int32_t passager_id = 0;
  std::optional<std::string> nom;
  bool operator==(const PassagerAmended&) const = default;
};
struct PassagerDeleted {
  std::int32_t passager_id = 0;
  bool operator==(const PassagerDeleted&) const = default;
};

struct VolCreated {
  std::string numero;
  Maybe<std::string> destination;
  Maybe<std::int32_t> avion_id, pilote_id;
  bool operator==(const VolCreated&) const = default;
};
struct VolAssigned {
  std::string numero;
  Change<std::int32_t> avion_id, pilote_id;
  bool operator==(const VolAssigned&) const = default;
};
struct VolDelayed {
  std::string numero;
  Maybe<std::string> raison;
  bool operator==(const VolDelayed&) const = default;
};
struct VolTookOff {
  std::string numero;
  bool operator==(const VolTookOff&) const = default;
};
struct VolDiverted {
  std::string numero;
  std::string destination;
  bool operator==(const VolDiverted&) const = default;
};
struct VolLanded {
  std::string numero;
  bool operator==(const VolLanded&) const = default;
};
struct VolCancelled {
  std::string numero;
  Maybe<std::string> raison;
  bool operator==(const VolCancelled&) const = default;
};
struct VolAmended {
  std::string numero;
  Change<std::string> destination;
  std::optional<Statut> statut;
  Change<Time> heure_creation, heure_decollage, heure_arrivee;
  Change<std::int32_t> avion_id, pilote_id;
  bool operator==(const VolAmended&) const = default;
};
struct VolDeleted {
  std::string numero;
  bool operator==(const VolDeleted&) const = default;
};

struct ReservationMade {
  std::string numero;
  std::int32_t passager_id = 0;
  Maybe<std::string> siege;
  bool operator==(const ReservationMade&) const = default;
};
struct ReservationAmended {
  std::string numero;
  std::int32_t passager_id = 0;
  Maybe<std::string> siege;
  bool operator==(const ReservationAmended&) const = default;
};
struct ReservationCancelled {
  std::string numero;
  std::int32_t passager_id = 0;
  bool operator==(const ReservationCancelled&) const = default;
};

/// Any event. The order is the catalogue's and is not stored: the codec has tags of its own.
using Event = std::variant<AvionRegistered, AvionAmended, AvionDeleted, PiloteRegistered, PiloteAmended, PiloteDeleted,
                           PassagerRegistered, PassagerAmended, PassagerDeleted, VolCreated, VolAssigned, VolDelayed,
                           VolTookOff, VolDiverted, VolLanded, VolCancelled, VolAmended, VolDeleted, ReservationMade,
                           ReservationAmended, ReservationCancelled>;

template <class E>
concept RegistersOne =
    std::same_as<E, AvionRegistered> || std::same_as<E, PiloteRegistered> || std::same_as<E, PassagerRegistered>;

/// The stream that an event belongs to.
Stream stream_of(const Event&);

}  // namespace carnet
