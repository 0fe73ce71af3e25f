// SPDX-License-Identifier: Apache-2.0
// The half of the rules that changes state: what each event, and the deletions of others, make of an entity.
#include <utility>

#include "events/rules.hpp"

namespace carnet {
namespace {

template <class T, class U>
void amend(T& member, const std::optional<U>& change) {
  if (change) member = *change;
}

template <class T>
void with(Entity& entity, auto&& change) {
  if (T* state = std::get_if<T>(&entity)) change(*state);
}

/// The next step in the life of a flight: its statut, and the clock that the step after it may not be earlier than.
void step(Vol& vol, Statut statut, Time time) {
  vol.statut = statut;
  vol.clock = time;
}

void change(const AvionRegistered& e, Time, Entity& entity) {
  entity = Avion{e.avion_id, e.modele, e.description, e.vitesse_max};
}
void change(const AvionAmended& e, Time, Entity& entity) {
  with<Avion>(entity, [&](Avion& avion) {
    amend(avion.modele, e.modele);
    amend(avion.description, e.description);
    amend(avion.vitesse_max, e.vitesse_max);
  });
}
void change(const AvionDeleted&, Time, Entity& entity) {
  entity = std::monostate{};
}

void change(const PiloteRegistered& e, Time, Entity& entity) {
  entity = Pilote{e.pilote_id, e.nom, e.licence};
}
void change(const PiloteAmended& e, Time, Entity& entity) {
  with<Pilote>(entity, [&](Pilote& pilote) {
    amend(pilote.nom, e.nom);
    amend(pilote.licence, e.licence);
  });
}
void change(const PiloteDeleted&, Time, Entity& entity) {
  entity = std::monostate{};
}

void change(const PassagerRegistered& e, Time, Entity& entity) {
  entity = Passager{e.passager_id, e.nom};
}
void change(const PassagerAmended& e, Time, Entity& entity) {
  with<Passager>(entity, [&](Passager& passager) { amend(passager.nom, e.nom); });
}
void change(const PassagerDeleted&, Time, Entity& entity) {
  entity = std::monostate{};
}

void change(const VolCreated& e, Time time, Entity& entity) {
  Vol& vol = entity.emplace<Vol>();
  vol.numero = e.numero;
  vol.destination = e.destination;
  vol.heure_creation = time;
  vol.avion_id = e.avion_id;
  vol.pilote_id = e.pilote_id;
  step(vol, Statut::prevu, time);
}
void change(const VolAssigned& e, Time, Entity& entity) {
  with<Vol>(entity, [&](Vol& vol) {
    amend(vol.avion_id, e.avion_id);
    amend(vol.pilote_id, e.pilote_id);
  });
}
void change(const VolDelayed&, Time time, Entity& entity) {
  with<Vol>(entity, [&](Vol& vol) { step(vol, Statut::retarde, time); });
}
void change(const VolTookOff&, Time time, Entity& entity) {
  with<Vol>(entity, [&](Vol& vol) {
    step(vol, Statut::en_vol, time);
    vol.heure_decollage = time;
  });
}
void change(const VolDiverted& e, Time time, Entity& entity) {
  with<Vol>(entity, [&](Vol& vol) {
    step(vol, Statut::deroute, time);
    vol.destination = e.destination;
  });
}
void change(const VolLanded&, Time time, Entity& entity) {
  with<Vol>(entity, [&](Vol& vol) {
    step(vol, Statut::atterri, time);
    vol.heure_arrivee = time;
  });
}
void change(const VolCancelled&, Time time, Entity& entity) {
  with<Vol>(entity, [&](Vol& vol) { step(vol, Statut::annule, time); });
}
void change(const VolAmended& e, Time, Entity& entity) {
  with<Vol>(entity, [&](Vol& vol) {
    amend(vol.destination, e.destination);
    amend(vol.heure_creation, e.heure_creation);
    amend(vol.heure_decollage, e.heure_decollage);
    amend(vol.heure_arrivee, e.heure_arrivee);
    amend(vol.avion_id, e.avion_id);
    amend(vol.pilote_id, e.pilote_id);
    if (e.statut) {
      vol.statut = *e.statut;
      vol.clock.reset();
    }
  });
}
void change(const VolDeleted&, Time, Entity& entity) {
  entity = std::monostate{};
}

void change(const ReservationMade& e, Time, Entity& entity) {
  entity = Reservation{e.numero, e.passager_id, e.siege};
}
void change(const ReservationAmended& e, Time, Entity& entity) {
  with<Reservation>(entity, [&](Reservation& reservation) { reservation.siege = e.siege; });
}
void change(const ReservationCancelled&, Time, Entity& entity) {
  entity = std::monostate{};
}

bool dead(const Stream& stream, World& world) {
  return !alive(world.find(stream));
}

}  // namespace

void settle(Entity& entity, World& world) {
  if (Vol* vol = std::get_if<Vol>(&entity)) {
    if (vol->avion_id && dead(Stream::avion(*vol->avion_id), world)) vol->avion_id.reset();
    if (vol->pilote_id && dead(Stream::pilote(*vol->pilote_id), world)) vol->pilote_id.reset();
  } else if (const Reservation* reservation = std::get_if<Reservation>(&entity)) {
    if (dead(Stream::vol(reservation->numero), world) || dead(Stream::passager(reservation->passager_id), world)) {
      entity = std::monostate{};
    }
  }
}

Entity settled(Entity entity, World& world) {
  settle(entity, world);
  return entity;
}

void apply(const Event& event, Time time, Entity& entity) {
  std::visit([&](const auto& e) { change(e, time, entity); }, event);
}

Claims claims(const Entity& entity) {
  Claims held;
  if (const Vol* vol = std::get_if<Vol>(&entity)) {
    if (in_the_air(vol->statut)) {
      if (vol->avion_id) held.add({Claim::Of::avion, *vol->avion_id, {}});
      if (vol->pilote_id) held.add({Claim::Of::pilote, *vol->pilote_id, {}});
    }
  } else if (const Pilote* pilote = std::get_if<Pilote>(&entity)) {
    if (pilote->licence) held.add({Claim::Of::licence, 0, *pilote->licence});
  } else if (const Reservation* reservation = std::get_if<Reservation>(&entity)) {
    if (reservation->siege) held.add({Claim::Of::siege, 0, reservation->numero + '\0' + *reservation->siege});
  }
  return held;
}

}  // namespace carnet
