// SPDX-License-Identifier: Apache-2.0
// The catalogue, typed: for each event struct its name, its rule and its members with the pointer to each. Parsing,
// printing and encoding go over these lists; catalogue.hpp shows them without the types.
#pragma once

#include <array>
#include <tuple>

#include "events/catalogue.hpp"
#include "events/event.hpp"

namespace carnet {

template <class E, class T>
struct Field {
  Member member;
  T E::*pointer;
};

namespace members {

template <class E, class T>
constexpr Field<E, T> required(std::string_view name, T E::*pointer, MemberType type, int max = 0) {
  return {{name, type, max, true, false}, pointer};
}
template <class E, class T>
constexpr Field<E, T> required_or_null(std::string_view name, T E::*pointer, MemberType type, int max = 0) {
  return {{name, type, max, true, true}, pointer};
}
template <class E, class T>
constexpr Field<E, T> optional(std::string_view name, T E::*pointer, MemberType type, int max = 0) {
  return {{name, type, max, false, false}, pointer};
}
template <class E, class T>
constexpr Field<E, T> optional_or_null(std::string_view name, T E::*pointer, MemberType type, int max = 0) {
  return {{name, type, max, false, true}, pointer};
}

}  // namespace members

inline constexpr int max_raison = 1000;  // not a column: the bound is the event's own

/// What is known of event struct E at compile time.
template <class E>
struct Shape;

template <>
struct Shape<AvionRegistered> {
  using E = AvionRegistered;
  using enum MemberType;
  static constexpr std::string_view name = "avion.registered";
  static constexpr Kind entity = Kind::avion;
  static constexpr bool one_at_least = false;
  static constexpr std::string_view rule =
      "An avion_id that was never given; left out, the largest ever given plus one.";
  static constexpr std::string_view example =
      R"({"type":"avion.registered","avion_id":1,"modele":"A320","description":"Moyen-courrier","vitesse_max":850})";
  static constexpr std::tuple members{
      members::optional("avion_id", &E::avion_id, id),
      members::required("modele", &E::modele, text, 50),
      members::optional_or_null("description", &E::description, text, 100),
      members::optional_or_null("vitesse_max", &E::vitesse_max, speed),
  };
};

template <>
struct Shape<AvionAmended> {
  using E = AvionAmended;
  using enum MemberType;
  static constexpr std::string_view name = "avion.amended";
  static constexpr Kind entity = Kind::avion;
  static constexpr bool one_at_least = true;
  static constexpr std::string_view rule = "Changes the members that it names; null clears one that may be null.";
  static constexpr std::string_view example = R"({"type":"avion.amended","avion_id":1,"vitesse_max":871})";
  static constexpr std::tuple members{
      members::required("avion_id", &E::avion_id, id),
      members::optional("modele", &E::modele, text, 50),
      members::optional_or_null("description", &E::description, text, 100),
      members::optional_or_null("vitesse_max", &E::vitesse_max, speed),
  };
};

template <>
struct Shape<AvionDeleted> {
  using E = AvionDeleted;
  using enum MemberType;
  static constexpr std::string_view name = "avion.deleted";
  static constexpr Kind entity = Kind::avion;
  static constexpr bool one_at_least = false;
  static constexpr std::string_view rule =
      "Not in the air; it becomes null in its vols, and its id is never given again.";
  static constexpr std::string_view example = R"({"type":"avion.deleted","avion_id":1})";
  static constexpr std::tuple members{members::required("avion_id", &E::avion_id, id)};
};

template <>
struct Shape<PiloteRegistered> {
  using E = PiloteRegistered;
  using enum MemberType;
  static constexpr std::string_view name = "pilote.registered";
  static constexpr Kind entity = Kind::pilote;
  static constexpr bool one_at_least = false;
  static constexpr std::string_view rule =
      "A pilote_id that was never given; left out, the largest ever given plus one. The licence is nobody else's.";
  static constexpr std::string_view example =
      R"({"type":"pilote.registered","pilote_id":1,"nom":"Jean Dupont","licence":"FR-456789"})";
  static constexpr std::tuple members{
      members::optional("pilote_id", &E::pilote_id, id),
      members::required("nom", &E::nom, text, 50),
      members::optional_or_null("licence", &E::licence, text, 50),
  };
};

template <>
struct Shape<PiloteAmended> {
  using E = PiloteAmended;
  using enum MemberType;
  static constexpr std::string_view name = "pilote.amended";
  static constexpr Kind entity = Kind::pilote;
  static constexpr bool one_at_least = true;
  static constexpr std::string_view rule = "Changes the members that it names; null clears one that may be null.";
  static constexpr std::string_view example = R"({"type":"pilote.amended","pilote_id":1,"licence":null})";
  static constexpr std::tuple members{
      members::required("pilote_id", &E::pilote_id, id),
      members::optional("nom", &E::nom, text, 50),
      members::optional_or_null("licence", &E::licence, text, 50),
  };
};

template <>
struct Shape<PiloteDeleted> {
  using E = PiloteDeleted;
  using enum MemberType;
  static constexpr std::string_view name = "pilote.deleted";
  static constexpr Kind entity = Kind::pilote;
  static constexpr bool one_at_least = false;
  static constexpr std::string_view rule =
      "Not in the air; it becomes null in its vols, and its id is never given again.";
  static constexpr std::string_view example = R"({"type":"pilote.deleted","pilote_id":1})";
  static constexpr std::tuple members{members::required("pilote_id", &E::pilote_id, id)};
};

template <>
struct Shape<PassagerRegistered> {
  using E = PassagerRegistered;
  using enum MemberType;
  static constexpr std::string_view name = "passager.registered";
  static constexpr Kind entity = Kind::passager;
  static constexpr bool one_at_least = false;
  static constexpr std::string_view rule =
      "A passager_id that was never given; left out, the largest ever given plus one.";
  static constexpr std::string_view example =
      R"({"type":"passager.registered","passager_id":12,"nom":"Élodie Martin"})";
  static constexpr std::tuple members{
      members::optional("passager_id", &E::passager_id, id),
      members::required("nom", &E::nom, text, 50),
  };
};

template <>
struct Shape<PassagerAmended> {
  using E = PassagerAmended;
  using enum MemberType;
  static constexpr std::string_view name = "passager.amended";
  static constexpr Kind entity = Kind::passager;
  static constexpr bool one_at_least = true;
  static constexpr std::string_view rule = "Changes the members that it names.";
  static constexpr std::string_view example = R"({"type":"passager.amended","passager_id":12,"nom":"Élodie Dupont"})";
  static constexpr std::tuple members{
      members::required("passager_id", &E::passager_id, id),
      members::optional("nom", &E::nom, text, 50),
  };
};

template <>
struct Shape<PassagerDeleted> {
  using E = PassagerDeleted;
  using enum MemberType;
  static constexpr std::string_view name = "passager.deleted";
  static constexpr Kind entity = Kind::passager;
  static constexpr bool one_at_least = false;
  static constexpr std::string_view rule = "Removes the passager's reservations; the id is never given again.";
  static constexpr std::string_view example = R"({"type":"passager.deleted","passager_id":12})";
  static constexpr std::tuple members{members::required("passager_id", &E::passager_id, id)};
};

template <>
struct Shape<VolCreated> {
  using E = VolCreated;
  using enum MemberType;
  static constexpr std::string_view name = "vol.created";
  static constexpr Kind entity = Kind::vol;
  static constexpr bool one_at_least = false;
  static constexpr std::string_view rule =
      "A numero that was never given; becomes prévu. `avion` or `pilote` registers one in the same commit, in place of "
      "its id.";
  static constexpr std::string_view example =
      R"({"type":"vol.created","time":"2026-11-22T08:00:00Z","numero":"AF101","destination":"Madrid","avion_id":1,"pilote_id":1})";
  static constexpr std::tuple members{
      members::required("numero", &E::numero, numero),
      members::optional_or_null("destination", &E::destination, text, 50),
      members::optional_or_null("avion_id", &E::avion_id, id),
      members::optional_or_null("pilote_id", &E::pilote_id, id),
  };
  static constexpr std::array nested{
      Member{"avion", avion, 0, false, false},
      Member{"pilote", pilote, 0, false, false},
  };
};

template <>
struct Shape<VolAssigned> {
  using E = VolAssigned;
  using enum MemberType;
  static constexpr std::string_view name = "vol.assigned";
  static constexpr Kind entity = Kind::vol;
  static constexpr bool one_at_least = true;
  static constexpr std::string_view rule = "Not in the air; the statut stays. null unassigns.";
  static constexpr std::string_view example =
      R"({"type":"vol.assigned","numero":"AF101","avion_id":2,"pilote_id":null})";
  static constexpr std::tuple members{
      members::required("numero", &E::numero, numero),
      members::optional_or_null("avion_id", &E::avion_id, id),
      members::optional_or_null("pilote_id", &E::pilote_id, id),
  };
};

template <>
struct Shape<VolDelayed> {
  using E = VolDelayed;
  using enum MemberType;
  static constexpr std::string_view name = "vol.delayed";
  static constexpr Kind entity = Kind::vol;
  static constexpr bool one_at_least = false;
  static constexpr std::string_view rule = "From prévu or retardé to retardé.";
  static constexpr std::string_view example = R"({"type":"vol.delayed","numero":"AF101","raison":"météo"})";
  static constexpr std::tuple members{
      members::required("numero", &E::numero, numero),
      members::optional_or_null("raison", &E::raison, text, max_raison),
  };
};

template <>
struct Shape<VolTookOff> {
  using E = VolTookOff;
  using enum MemberType;
  static constexpr std::string_view name = "vol.took_off";
  static constexpr Kind entity = Kind::vol;
  static constexpr bool one_at_least = false;
  static constexpr std::string_view rule =
      "From prévu or retardé to en vol; neither its avion nor its pilote is on another flight in the air.";
  static constexpr std::string_view example =
      R"({"type":"vol.took_off","time":"2026-11-22T10:05:00Z","numero":"AF101"})";
  static constexpr std::tuple members{members::required("numero", &E::numero, numero)};
};

template <>
struct Shape<VolDiverted> {
  using E = VolDiverted;
  using enum MemberType;
  static constexpr std::string_view name = "vol.diverted";
  static constexpr Kind entity = Kind::vol;
  static constexpr bool one_at_least = false;
  static constexpr std::string_view rule = "From en vol or dérouté to dérouté.";
  static constexpr std::string_view example = R"({"type":"vol.diverted","numero":"AF101","destination":"Toulouse"})";
  static constexpr std::tuple members{
      members::required("numero", &E::numero, numero),
      members::required("destination", &E::destination, text, 50),
  };
};

template <>
struct Shape<VolLanded> {
  using E = VolLanded;
  using enum MemberType;
  static constexpr std::string_view name = "vol.landed";
  static constexpr Kind entity = Kind::vol;
  static constexpr bool one_at_least = false;
  static constexpr std::string_view rule = "From en vol or dérouté to atterri.";
  static constexpr std::string_view example = R"({"type":"vol.landed","time":"2026-11-22T12:10:00Z","numero":"AF101"})";
  static constexpr std::tuple members{members::required("numero", &E::numero, numero)};
};

template <>
struct Shape<VolCancelled> {
  using E = VolCancelled;
  using enum MemberType;
  static constexpr std::string_view name = "vol.cancelled";
  static constexpr Kind entity = Kind::vol;
  static constexpr bool one_at_least = false;
  static constexpr std::string_view rule = "From prévu or retardé to annulé.";
  static constexpr std::string_view example = R"({"type":"vol.cancelled","numero":"AF101","raison":"grève"})";
  static constexpr std::tuple members{
      members::required("numero", &E::numero, numero),
      members::optional_or_null("raison", &E::raison, text, max_raison),
  };
};

template <>
struct Shape<VolAmended> {
  using E = VolAmended;
  using enum MemberType;
  static constexpr std::string_view name = "vol.amended";
  static constexpr Kind entity = Kind::vol;
  static constexpr bool one_at_least = true;
  static constexpr std::string_view rule =
      "From any statut to the one that it names. Changes the members that it names; null clears one that may be null.";
  static constexpr std::string_view example =
      R"({"type":"vol.amended","numero":"AF101","statut":"prévu","heure_decollage":null})";
  static constexpr std::tuple members{
      members::required("numero", &E::numero, numero),
      members::optional_or_null("destination", &E::destination, text, 50),
      members::optional("statut", &E::statut, statut),
      members::optional_or_null("heure_creation", &E::heure_creation, time),
      members::optional_or_null("heure_decollage", &E::heure_decollage, time),
      members::optional_or_null("heure_arrivee", &E::heure_arrivee, time),
      members::optional_or_null("avion_id", &E::avion_id, id),
      members::optional_or_null("pilote_id", &E::pilote_id, id),
  };
};

template <>
struct Shape<VolDeleted> {
  using E = VolDeleted;
  using enum MemberType;
  static constexpr std::string_view name = "vol.deleted";
  static constexpr Kind entity = Kind::vol;
  static constexpr bool one_at_least = false;
  static constexpr std::string_view rule =
      "Not in the air; removes the vol's reservations, and the numero is never given again.";
  static constexpr std::string_view example = R"({"type":"vol.deleted","numero":"AF101"})";
  static constexpr std::tuple members{members::required("numero", &E::numero, numero)};
};

template <>
struct Shape<ReservationMade> {
  using E = ReservationMade;
  using enum MemberType;
  static constexpr std::string_view name = "reservation.made";
  static constexpr Kind entity = Kind::reservation;
  static constexpr bool one_at_least = false;
  static constexpr std::string_view rule = "The vol is prévu or retardé; the siege is nobody else's on it.";
  static constexpr std::string_view example =
      R"({"type":"reservation.made","numero":"AF101","passager_id":12,"siege":"17A"})";
  static constexpr std::tuple members{
      members::required("numero", &E::numero, numero),
      members::required("passager_id", &E::passager_id, id),
      members::optional_or_null("siege", &E::siege, text, 4),
  };
};

template <>
struct Shape<ReservationAmended> {
  using E = ReservationAmended;
  using enum MemberType;
  static constexpr std::string_view name = "reservation.amended";
  static constexpr Kind entity = Kind::reservation;
  static constexpr bool one_at_least = false;
  static constexpr std::string_view rule = "The vol is not in the air; null gives the siege back.";
  static constexpr std::string_view example =
      R"({"type":"reservation.amended","numero":"AF101","passager_id":12,"siege":"2C"})";
  static constexpr std::tuple members{
      members::required("numero", &E::numero, numero),
      members::required("passager_id", &E::passager_id, id),
      members::required_or_null("siege", &E::siege, text, 4),
  };
};

template <>
struct Shape<ReservationCancelled> {
  using E = ReservationCancelled;
  using enum MemberType;
  static constexpr std::string_view name = "reservation.cancelled";
  static constexpr Kind entity = Kind::reservation;
  static constexpr bool one_at_least = false;
  static constexpr std::string_view rule = "The vol is not in the air; the siege becomes free.";
  static constexpr std::string_view example = R"({"type":"reservation.cancelled","numero":"AF101","passager_id":12})";
  static constexpr std::tuple members{
      members::required("numero", &E::numero, numero),
      members::required("passager_id", &E::passager_id, id),
  };
};

/// Calls f(field) for each member of E, in the catalogue's order.
template <class E, class F>
constexpr void for_each_member(F&& f) {
  std::apply([&](const auto&... field) { (f(field), ...); }, Shape<E>::members);
}

}  // namespace carnet
