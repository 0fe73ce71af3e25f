// SPDX-License-Identifier: Apache-2.0
// The half of the rules that judges. Within each event the questions stand in the order of the codes: already_exists,
// not_found, taken, bad_transition, time_reversed, in_flight. Messages are made only when something is refused: at a
// million events a second the accepted path must not allocate.
#include "events/rules.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "events/time.hpp"

namespace carnet {
namespace {

using Verdict = std::optional<Rejection>;
using Id = std::int32_t;

template <class... Parts>
Rejection rejection(Code code, std::string_view member, fmt::format_string<Parts...> format, Parts&&... parts) {
  return {code, std::string(member), fmt::format(format, std::forward<Parts>(parts)...)};
}

/// An entity as a message names it: "avion 7", "vol AF101".
std::string name(const Stream& s) {
  return s.kind == Kind::vol ? fmt::format("vol {}", s.numero.text()) : fmt::format("{} {}", text(s.kind), s.id);
}

// Who is there.

Verdict missing(const Stream& stream, std::string_view member, World& world) {
  if (alive(world.find(stream))) return std::nullopt;
  const std::string entity = name(stream);
  if (world.known(stream)) return rejection(Code::not_found, member, "{} was deleted; name a living one", entity);
  return rejection(Code::not_found, member, "there is no {}; {} it first", entity,
                   stream.kind == Kind::vol ? "create" : "register");
}

Verdict already_given(const Stream& stream, std::string_view member, World& world) {
  if (!world.known(stream)) return std::nullopt;
  const std::string_view what_would_do =
      stream.kind == Kind::vol ? "give a numero that was never given" : "leave the id out to be given the next one";
  const std::string_view found = alive(world.find(stream)) ? "exists" : "was deleted and is never given again";
  return rejection(Code::already_exists, member, "{} {}; {}", name(stream), found, what_would_do);
}

/// Who else holds the claim. The world's holder may be gone with its vol or passager; then the claim is free.
std::optional<Stream> held_by_another(const Claim& claim, const Stream& self, World& world) {
  std::optional<Stream> holder = world.holder(claim);
  if (!holder || *holder == self) return std::nullopt;
  const Claims held = claims(settled(world.find(*holder), world));
  if (std::ranges::find(held, claim) == held.end()) return std::nullopt;
  return holder;
}

// Avions, pilotes, passagers.

Verdict licence_taken(const std::string& licence, Id pilote_id, World& world) {
  const auto holder = held_by_another({Claim::Of::licence, 0, licence}, Stream::pilote(pilote_id), world);
  if (!holder) return std::nullopt;
  return rejection(Code::taken, "licence", "licence {} is that of {}; give another or none", licence, name(*holder));
}

Verdict not_on_the_ground(Claim::Of of, const Stream& self, std::string_view member, World& world) {
  const auto vol = held_by_another({of, self.id, {}}, self, world);
  if (!vol) return std::nullopt;
  return rejection(Code::bad_transition, member, "{} is in the air with {}; deleted needs it on the ground", name(self),
                   name(*vol));
}

Verdict judge(const AvionRegistered& e, Time, World& world) {
  return already_given(Stream::avion(e.avion_id), "avion_id", world);
}
Verdict judge(const AvionAmended& e, Time, World& world) {
  return missing(Stream::avion(e.avion_id), "avion_id", world);
}
Verdict judge(const AvionDeleted& e, Time, World& world) {
  const Stream self = Stream::avion(e.avion_id);
  if (Verdict v = missing(self, "avion_id", world)) return v;
  return not_on_the_ground(Claim::Of::avion, self, "avion_id", world);
}

Verdict judge(const PiloteRegistered& e, Time, World& world) {
  if (Verdict v = already_given(Stream::pilote(e.pilote_id), "pilote_id", world)) return v;
  return e.licence ? licence_taken(*e.licence, e.pilote_id, world) : std::nullopt;
}
Verdict judge(const PiloteAmended& e, Time, World& world) {
  if (Verdict v = missing(Stream::pilote(e.pilote_id), "pilote_id", world)) return v;
  return e.licence && *e.licence ? licence_taken(**e.licence, e.pilote_id, world) : std::nullopt;
}
Verdict judge(const PiloteDeleted& e, Time, World& world) {
  const Stream self = Stream::pilote(e.pilote_id);
  if (Verdict v = missing(self, "pilote_id", world)) return v;
  return not_on_the_ground(Claim::Of::pilote, self, "pilote_id", world);
}

Verdict judge(const PassagerRegistered& e, Time, World& world) {
  return already_given(Stream::passager(e.passager_id), "passager_id", world);
}
Verdict judge(const PassagerAmended& e, Time, World& world) {
  return missing(Stream::passager(e.passager_id), "passager_id", world);
}
Verdict judge(const PassagerDeleted& e, Time, World& world) {
  return missing(Stream::passager(e.passager_id), "passager_id", world);
}

// Vols.

/// The statuts that an event may find its vol in.
struct From {
  bool (*allows)(Statut);
  std::string_view text;
};
constexpr From before_take_off{[](Statut s) { return s == Statut::prevu || s == Statut::retarde; }, "prévu or retardé"};
constexpr From airborne{[](Statut s) { return in_the_air(s); }, "en vol or dérouté"};
constexpr From not_in_the_air{[](Statut s) { return !in_the_air(s); }, "a vol that is not in the air"};

Verdict wrong_statut(const std::string& numero, Statut statut, const From& from, std::string_view event) {
  if (from.allows(statut)) return std::nullopt;
  return rejection(Code::bad_transition, "numero", "vol {} is {}; {} needs {}", numero, text(statut), event, from.text);
}

/// What the rules need of a vol, copied: a found entity is valid until the next question only.
struct Flight {
  Statut statut;
  Maybe<Time> clock;
  Maybe<Id> avion_id, pilote_id;
};

std::optional<Flight> flight(const std::string& numero, World& world) {
  const Vol* vol = std::get_if<Vol>(&world.find(Stream::vol(numero)));
  if (!vol) return std::nullopt;
  return Flight{vol->statut, vol->clock, vol->avion_id, vol->pilote_id};
}

Verdict no_vol(const std::string& numero, World& world) {
  return missing(Stream::vol(numero), "numero", world);
}

Verdict reversed(const std::string& numero, const Flight& before, Time time) {
  if (!before.clock || *before.clock <= time) return std::nullopt;
  return rejection(Code::time_reversed, "time",
                   "{} is before the last step of vol {}, {}; give that time or a later one", text(time), numero,
                   text(*before.clock));
}

/// A step that puts nothing in the air: the statut it starts from, and the clock.
Verdict step(const std::string& numero, const From& from, std::string_view event, Time time, World& world) {
  const std::optional<Flight> before = flight(numero, world);
  if (!before) return no_vol(numero, world);
  if (Verdict v = wrong_statut(numero, before->statut, from, event)) return v;
  return reversed(numero, *before, time);
}

Verdict in_another_flight(Claim::Of of, Id id, const std::string& numero, World& world) {
  const auto other = held_by_another({of, id, {}}, Stream::vol(numero), world);
  if (!other) return std::nullopt;
  const std::string_view noun = of == Claim::Of::avion ? "avion" : "pilote";
  return rejection(Code::in_flight, fmt::format("{}_id", noun), "{} {} is in the air with {}; land that vol first",
                   noun, id, name(*other));
}

Verdict in_other_flights(Maybe<Id> avion_id, Maybe<Id> pilote_id, const std::string& numero, World& world) {
  if (avion_id) {
    if (Verdict v = in_another_flight(Claim::Of::avion, *avion_id, numero, world)) return v;
  }
  if (pilote_id) return in_another_flight(Claim::Of::pilote, *pilote_id, numero, world);
  return std::nullopt;
}

Verdict unknown_crew(Maybe<Id> avion_id, Maybe<Id> pilote_id, World& world) {
  if (avion_id) {
    if (Verdict v = missing(Stream::avion(*avion_id), "avion_id", world)) return v;
  }
  if (pilote_id) return missing(Stream::pilote(*pilote_id), "pilote_id", world);
  return std::nullopt;
}

Verdict judge(const VolCreated& e, Time, World& world) {
  if (Verdict v = already_given(Stream::vol(e.numero), "numero", world)) return v;
  return unknown_crew(e.avion_id, e.pilote_id, world);
}
Verdict judge(const VolAssigned& e, Time, World& world) {
  const std::optional<Flight> before = flight(e.numero, world);
  if (!before) return no_vol(e.numero, world);
  if (Verdict v = unknown_crew(e.avion_id.value_or(std::nullopt), e.pilote_id.value_or(std::nullopt), world)) return v;
  return wrong_statut(e.numero, before->statut, not_in_the_air, "assigned");
}
Verdict judge(const VolDelayed& e, Time time, World& world) {
  return step(e.numero, before_take_off, "delayed", time, world);
}
Verdict judge(const VolTookOff& e, Time time, World& world) {
  const std::optional<Flight> before = flight(e.numero, world);
  if (!before) return no_vol(e.numero, world);
  if (Verdict v = wrong_statut(e.numero, before->statut, before_take_off, "took_off")) return v;
  if (Verdict v = reversed(e.numero, *before, time)) return v;
  return in_other_flights(before->avion_id, before->pilote_id, e.numero, world);
}
Verdict judge(const VolDiverted& e, Time time, World& world) {
  return step(e.numero, airborne, "diverted", time, world);
}
Verdict judge(const VolLanded& e, Time time, World& world) {
  return step(e.numero, airborne, "landed", time, world);
}
Verdict judge(const VolCancelled& e, Time time, World& world) {
  return step(e.numero, before_take_off, "cancelled", time, world);
}
Verdict judge(const VolAmended& e, Time, World& world) {
  const std::optional<Flight> before = flight(e.numero, world);
  if (!before) return no_vol(e.numero, world);
  if (Verdict v = unknown_crew(e.avion_id.value_or(std::nullopt), e.pilote_id.value_or(std::nullopt), world)) return v;
  if (!in_the_air(e.statut.value_or(before->statut))) return std::nullopt;
  // In the air it holds its avion and its pilote; the new ones among them must be free.
  const bool taking_off = !in_the_air(before->statut);
  const Maybe<Id> avion_id = e.avion_id.value_or(before->avion_id);
  const Maybe<Id> pilote_id = e.pilote_id.value_or(before->pilote_id);
  return in_other_flights(taking_off || avion_id != before->avion_id ? avion_id : std::nullopt,
                          taking_off || pilote_id != before->pilote_id ? pilote_id : std::nullopt, e.numero, world);
}
Verdict judge(const VolDeleted& e, Time, World& world) {
  const std::optional<Flight> before = flight(e.numero, world);
  if (!before) return no_vol(e.numero, world);
  return wrong_statut(e.numero, before->statut, not_in_the_air, "deleted");
}

// Reservations.

/// Both of a reservation's ends live; `statut` is then the vol's.
Verdict missing_end(const std::string& numero, Id passager_id, World& world, Statut& statut) {
  const std::optional<Flight> vol = flight(numero, world);
  if (!vol) return no_vol(numero, world);
  statut = vol->statut;
  return missing(Stream::passager(passager_id), "passager_id", world);
}

Verdict no_reservation(const std::string& numero, Id passager_id, World& world) {
  if (alive(world.find(Stream::reservation(numero, passager_id)))) return std::nullopt;
  return rejection(Code::not_found, "passager_id", "passager {} has no reservation on vol {}; make one first",
                   passager_id, numero);
}

Verdict siege_taken(const Maybe<std::string>& siege, const std::string& numero, Id passager_id, World& world) {
  if (!siege) return std::nullopt;
  const Claim claim{Claim::Of::siege, 0, numero + '\0' + *siege};
  const auto holder = held_by_another(claim, Stream::reservation(numero, passager_id), world);
  if (!holder) return std::nullopt;
  return rejection(Code::taken, "siege", "siege {} of vol {} is passager {}'s; give another or none", *siege, numero,
                   holder->id);
}

Verdict judge(const ReservationMade& e, Time, World& world) {
  Statut statut{};
  if (Verdict v = missing_end(e.numero, e.passager_id, world, statut)) return v;
  if (alive(world.find(Stream::reservation(e.numero, e.passager_id)))) {
    return rejection(Code::already_exists, "passager_id", "passager {} has a reservation on vol {}; amend that one",
                     e.passager_id, e.numero);
  }
  if (Verdict v = siege_taken(e.siege, e.numero, e.passager_id, world)) return v;
  return wrong_statut(e.numero, statut, before_take_off, "reservation.made");
}
Verdict judge(const ReservationAmended& e, Time, World& world) {
  Statut statut{};
  if (Verdict v = missing_end(e.numero, e.passager_id, world, statut)) return v;
  if (Verdict v = no_reservation(e.numero, e.passager_id, world)) return v;
  if (Verdict v = siege_taken(e.siege, e.numero, e.passager_id, world)) return v;
  return wrong_statut(e.numero, statut, not_in_the_air, "reservation.amended");
}
Verdict judge(const ReservationCancelled& e, Time, World& world) {
  Statut statut{};
  if (Verdict v = missing_end(e.numero, e.passager_id, world, statut)) return v;
  if (Verdict v = no_reservation(e.numero, e.passager_id, world)) return v;
  return wrong_statut(e.numero, statut, not_in_the_air, "reservation.cancelled");
}

}  // namespace

std::optional<Rejection> check(const Event& event, Time time, World& world) {
  return std::visit([&](const auto& e) { return judge(e, time, world); }, event);
}

}  // namespace carnet
