// SPDX-License-Identifier: Apache-2.0
// Every event in every state of the entities that it meets: the whole of the state machine, as tables.
#include <gmock/gmock.h>

#include <map>
#include <sstream>

#include "events/rules.hpp"
#include "tests/events/story.hpp"
#include "tests/model.hpp"

namespace carnet {
namespace {

using ::testing::IsEmpty;

/// How AF101 comes into each state. Avion 1 and pilote 1 fly it, passager 1 sits in it where a seat was booked.
const std::map<std::string, std::string> to_vol_state{
    {"never", ""},
    {"prévu", "08:00 vol.created numero=AF101 avion_id=1 pilote_id=1 -> ok\n"},
    {"retardé", "@prévu 08:30 vol.delayed numero=AF101 -> ok\n"},
    {"en_vol", "@prévu 09:00 vol.took_off numero=AF101 -> ok\n"},
    {"dérouté", "@en_vol 09:30 vol.diverted numero=AF101 destination=Lyon -> ok\n"},
    {"atterri", "@en_vol 09:45 vol.landed numero=AF101 -> ok\n"},
    {"annulé", "@prévu 08:45 vol.cancelled numero=AF101 -> ok\n"},
    {"gone", "@prévu 08:45 vol.deleted numero=AF101 -> ok\n"},
};

std::string story_of(const std::string& state) {
  const std::string& story = to_vol_state.at(state);
  if (!story.starts_with('@')) return story;
  const std::size_t space = story.find(' ');
  return story_of(story.substr(1, space - 1)) + story.substr(space + 1);
}

Model in_state(const std::string& state, bool with_reservation = false) {
  Model model;
  std::string story = R"(
    07:00 avion.registered avion_id=1 modele=A320                 -> ok
    07:00 avion.registered avion_id=2 modele=A321                 -> ok
    07:00 pilote.registered pilote_id=1 nom=Aubert                -> ok
    07:00 pilote.registered pilote_id=2 nom=Blanc                 -> ok
    07:00 passager.registered passager_id=1 nom=Martin            -> ok
  )";
  story += story_of(state);
  if (with_reservation) {
    // After the creation, so that the vol still takes bookings.
    const std::size_t created = story.find("vol.created");
    const std::size_t next = story.find('\n', created) + 1;
    story.insert(next, "08:00 reservation.made numero=AF101 passager_id=1 siege=2C -> ok\n");
  }
  EXPECT_THAT(told(model, story), IsEmpty()) << state;
  return model;
}

/// The statut that the event leaves behind, or `gone`, or the code that refuses it.
std::string outcome(Model model, const std::string& event) {
  if (const auto rejection = model.happen(event_from(event), at("10:00"))) return std::string(text(rejection->code));
  const Vol* vol = std::get_if<Vol>(&model.find(Stream::vol("AF101")));
  if (!vol) return "gone";
  return vol->statut == Statut::en_vol ? "en_vol" : std::string(text(vol->statut));
}

/// A table: a header of states; rows of an event, `:`, and what comes of it in each.
void expect_table(const std::string& table, bool with_reservation = false) {
  std::istringstream rows{table};
  std::string row, word;
  std::vector<std::string> states;
  while (states.empty() && std::getline(rows, row)) {
    std::istringstream words{row};
    while (words >> word) states.push_back(word);
  }
  while (std::getline(rows, row)) {
    const std::size_t colon = row.find(" : ");
    if (colon == std::string::npos) continue;
    const std::size_t first = row.find_first_not_of(' ');
    const std::string event = row.substr(first, colon - first);
    std::istringstream cells{row.substr(colon + 3)};
    for (const std::string& state : states) {
      cells >> word;
      EXPECT_EQ(outcome(in_state(state, with_reservation), event), word) << event << " when the vol is " << state;
    }
    EXPECT_FALSE(cells >> word) << row;
  }
}

TEST(EveryVolEvent, InEveryState) {
  expect_table(R"(
                                             never          prévu          retardé        en_vol         dérouté        atterri        annulé         gone
    vol.created numero=AF101               : prévu          already_exists already_exists already_exists already_exists already_exists already_exists already_exists
    vol.assigned numero=AF101 avion_id=2   : not_found      prévu          retardé        bad_transition bad_transition atterri        annulé         not_found
    vol.assigned numero=AF101 pilote_id=   : not_found      prévu          retardé        bad_transition bad_transition atterri        annulé         not_found
    vol.delayed numero=AF101               : not_found      retardé        retardé        bad_transition bad_transition bad_transition bad_transition not_found
    vol.took_off numero=AF101              : not_found      en_vol         en_vol         bad_transition bad_transition bad_transition bad_transition not_found
    vol.diverted numero=AF101 destination=Lyon : not_found  bad_transition bad_transition dérouté        dérouté        bad_transition bad_transition not_found
    vol.landed numero=AF101                : not_found      bad_transition bad_transition atterri        atterri        bad_transition bad_transition not_found
    vol.cancelled numero=AF101             : not_found      annulé         annulé         bad_transition bad_transition bad_transition bad_transition not_found
    vol.deleted numero=AF101               : not_found      gone           gone           bad_transition bad_transition gone           gone           not_found
    vol.amended numero=AF101 destination=  : not_found      prévu          retardé        en_vol         dérouté        atterri        annulé         not_found
    vol.amended numero=AF101 statut=prévu  : not_found      prévu          prévu          prévu          prévu          prévu          prévu          not_found
    vol.amended numero=AF101 statut=retardé : not_found     retardé        retardé        retardé        retardé        retardé        retardé        not_found
    vol.amended numero=AF101 statut=en_vol : not_found      en_vol         en_vol         en_vol         en_vol         en_vol         en_vol         not_found
    vol.amended numero=AF101 statut=dérouté : not_found     dérouté        dérouté        dérouté        dérouté        dérouté        dérouté        not_found
    vol.amended numero=AF101 statut=atterri : not_found     atterri        atterri        atterri        atterri        atterri        atterri        not_found
    vol.amended numero=AF101 statut=annulé : not_found      annulé         annulé         annulé         annulé         annulé         annulé         not_found
  )");
}

TEST(EveryReservationEvent, InEveryStateOfItsVol) {
  expect_table(R"(
                                                            never     prévu          retardé        en_vol         dérouté        atterri        annulé         gone
    reservation.made numero=AF101 passager_id=1           : not_found prévu          retardé        bad_transition bad_transition bad_transition bad_transition not_found
    reservation.amended numero=AF101 passager_id=1 siege= : not_found not_found      not_found      not_found      not_found      not_found      not_found      not_found
    reservation.cancelled numero=AF101 passager_id=1      : not_found not_found      not_found      not_found      not_found      not_found      not_found      not_found
  )");
}

TEST(EveryReservationEvent, OfOneThatWasMadeInEveryStateOfItsVol) {
  expect_table(R"(
                                                            prévu          retardé        en_vol         dérouté        atterri        annulé         gone
    reservation.made numero=AF101 passager_id=1           : already_exists already_exists already_exists already_exists already_exists already_exists not_found
    reservation.amended numero=AF101 passager_id=1 siege= : prévu          retardé        bad_transition bad_transition atterri        annulé         not_found
    reservation.cancelled numero=AF101 passager_id=1      : prévu          retardé        bad_transition bad_transition atterri        annulé         not_found
    passager.deleted passager_id=1                        : prévu          retardé        en_vol         dérouté        atterri        annulé         gone
  )",
               true);
}

TEST(DeletingACrew, InEveryStateOfItsVol) {
  expect_table(R"(
                                  never prévu retardé en_vol         dérouté        atterri annulé gone
    avion.deleted avion_id=1    : gone  prévu retardé bad_transition bad_transition atterri annulé gone
    avion.deleted avion_id=2    : gone  prévu retardé en_vol         dérouté        atterri annulé gone
    avion.amended avion_id=1 vitesse_max=900 : gone prévu retardé en_vol dérouté    atterri annulé gone
    pilote.deleted pilote_id=1  : gone  prévu retardé bad_transition bad_transition atterri annulé gone
    pilote.deleted pilote_id=2  : gone  prévu retardé en_vol         dérouté        atterri annulé gone
    pilote.amended pilote_id=1 nom=Autre : gone prévu retardé en_vol dérouté        atterri annulé gone
  )");
}

TEST(EveryEventOfAnAvionAPiloteAPassager, InEveryState) {
  EXPECT_THAT(told(R"(
    # Never registered.
    08:00 avion.amended avion_id=7 modele=A320                  -> not_found avion_id
    08:00 avion.deleted avion_id=7                              -> not_found avion_id
    08:00 pilote.amended pilote_id=7 nom=Blanc                  -> not_found pilote_id
    08:00 pilote.deleted pilote_id=7                            -> not_found pilote_id
    08:00 passager.amended passager_id=7 nom=Blanc              -> not_found passager_id
    08:00 passager.deleted passager_id=7                        -> not_found passager_id
    # Living.
    08:00 avion.registered avion_id=7 modele=A320 vitesse_max=850 -> ok
    08:00 avion.registered avion_id=7 modele=A321               -> already_exists avion_id
    08:00 avion.amended avion_id=7 description=Moyen-courrier   -> ok
    = avion/7 modele=A320 description=Moyen-courrier vitesse_max=850
    08:00 avion.amended avion_id=7 modele=A321 vitesse_max=     -> ok
    = avion/7 modele=A321 description=Moyen-courrier
    08:00 pilote.registered pilote_id=7 nom=Blanc licence=FR-7  -> ok
    08:00 pilote.registered pilote_id=7 nom=Blanc               -> already_exists pilote_id
    08:00 pilote.amended pilote_id=7 nom=Noir                   -> ok
    = pilote/7 nom=Noir licence=FR-7
    08:00 pilote.amended pilote_id=7 licence=                   -> ok
    = pilote/7 nom=Noir
    08:00 passager.registered passager_id=7 nom=Martin          -> ok
    08:00 passager.registered passager_id=7 nom=Martin          -> already_exists passager_id
    08:00 passager.amended passager_id=7 nom=Dupont             -> ok
    = passager/7 nom=Dupont
    # Deleted.
    08:00 avion.deleted avion_id=7                              -> ok
    = avion/7 gone
    08:00 avion.registered avion_id=7 modele=A320               -> already_exists avion_id
    08:00 avion.amended avion_id=7 modele=A320                  -> not_found avion_id
    08:00 avion.deleted avion_id=7                              -> not_found avion_id
    08:00 pilote.deleted pilote_id=7                            -> ok
    = pilote/7 gone
    08:00 pilote.registered pilote_id=7 nom=Noir                -> already_exists pilote_id
    08:00 pilote.amended pilote_id=7 nom=Noir                   -> not_found pilote_id
    08:00 pilote.deleted pilote_id=7                            -> not_found pilote_id
    08:00 passager.deleted passager_id=7                        -> ok
    = passager/7 gone
    08:00 passager.registered passager_id=7 nom=Dupont          -> already_exists passager_id
    08:00 passager.amended passager_id=7 nom=Dupont             -> not_found passager_id
    08:00 passager.deleted passager_id=7                        -> not_found passager_id
  )"),
              IsEmpty());
}

TEST(WhatEachEventWrites, OfAVol) {
  EXPECT_THAT(told(R"(
    07:00 avion.registered avion_id=1 modele=A320               -> ok
    07:00 avion.registered avion_id=2 modele=A321               -> ok
    07:00 pilote.registered pilote_id=1 nom=Aubert              -> ok
    08:00 vol.created numero=AF101 destination=Madrid avion_id=1 -> ok
    = vol/AF101 destination=Madrid statut=prévu creation=08:00 avion_id=1 clock=08:00
    07:30 vol.assigned numero=AF101 avion_id=2 pilote_id=1      -> ok
    = vol/AF101 destination=Madrid statut=prévu creation=08:00 avion_id=2 pilote_id=1 clock=08:00
    07:30 vol.assigned numero=AF101 avion_id=                   -> ok
    = vol/AF101 destination=Madrid statut=prévu creation=08:00 pilote_id=1 clock=08:00
    08:30 vol.delayed numero=AF101 raison=météo                 -> ok
    = vol/AF101 destination=Madrid statut=retardé creation=08:00 pilote_id=1 clock=08:30
    09:00 vol.took_off numero=AF101                             -> ok
    = vol/AF101 destination=Madrid statut=en vol creation=08:00 decollage=09:00 pilote_id=1 clock=09:00
    09:30 vol.diverted numero=AF101 destination=Toulouse        -> ok
    = vol/AF101 destination=Toulouse statut=dérouté creation=08:00 decollage=09:00 pilote_id=1 clock=09:30
    10:00 vol.landed numero=AF101                               -> ok
    = vol/AF101 destination=Toulouse statut=atterri creation=08:00 decollage=09:00 arrivee=10:00 pilote_id=1 clock=10:00
    07:00 vol.amended numero=AF101 statut=prévu heure_decollage= heure_arrivee=11:00 destination= -> ok
    = vol/AF101 statut=prévu creation=08:00 arrivee=11:00 pilote_id=1
    08:00 vol.cancelled numero=AF101                            -> ok
    = vol/AF101 statut=annulé creation=08:00 arrivee=11:00 pilote_id=1 clock=08:00
    08:00 vol.amended numero=AF101 heure_creation= pilote_id=   -> ok
    = vol/AF101 statut=annulé arrivee=11:00 clock=08:00
    06:00 vol.deleted numero=AF101                              -> ok
    = vol/AF101 gone
  )"),
              IsEmpty());
}

}  // namespace
}  // namespace carnet
