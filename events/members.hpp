// SPDX-License-Identifier: Apache-2.0
// The catalogue, typed: the Shape of every event's struct. Parsing, printing and encoding go over these lists;
// catalogue.hpp shows them without the types.
#pragma once

#include "events/members_vol.hpp"
#include "events/shape.hpp"

namespace carnet {

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

}  // namespace carnet
