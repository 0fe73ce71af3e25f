// SPDX-License-Identifier: Apache-2.0
// The members of the vol's events; part of members.hpp.
#pragma once

#include "events/shape.hpp"

namespace carnet {

inline constexpr int max_raison = 1000;  // not a column: the bound is the event's own

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

}  // namespace carnet
