// SPDX-License-Identifier: Apache-2.0
// What one entity means to another: claims, references, deletions, the clock, and which code comes first.
#include "events/rules.hpp"

#include <gmock/gmock.h>

#include "tests/events/story.hpp"
#include "tests/model.hpp"

namespace carnet {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

TEST(ALicence, IsOnePilotesUntilItIsGivenBack) {
  EXPECT_THAT(told(R"(
    08:00 pilote.registered pilote_id=1 nom=Aubert licence=FR-1 -> ok
    08:00 pilote.registered pilote_id=2 nom=Blanc licence=FR-1  -> taken licence
    08:00 pilote.registered pilote_id=2 nom=Blanc               -> ok
    08:00 pilote.amended pilote_id=2 licence=FR-1               -> taken licence
    08:00 pilote.amended pilote_id=1 licence=FR-1               -> ok
    08:00 pilote.amended pilote_id=1 licence=FR-9               -> ok
    08:00 pilote.amended pilote_id=2 licence=FR-1               -> ok
    08:00 pilote.amended pilote_id=1 licence=FR-1               -> taken licence
    08:00 pilote.amended pilote_id=2 licence=                   -> ok
    08:00 pilote.amended pilote_id=1 licence=FR-1               -> ok
    08:00 pilote.deleted pilote_id=1                            -> ok
    08:00 pilote.registered pilote_id=3 nom=Noir licence=FR-1   -> ok
    # Any number of them may have none.
    08:00 pilote.registered pilote_id=4 nom=Vert                -> ok
    08:00 pilote.registered pilote_id=5 nom=Brun                -> ok
  )"),
              IsEmpty());
}

TEST(ASiege, IsOnePassagersOnItsVolUntilItIsFree) {
  EXPECT_THAT(told(R"(
    08:00 passager.registered passager_id=1 nom=Martin          -> ok
    08:00 passager.registered passager_id=2 nom=Dupont          -> ok
    08:00 vol.created numero=AF101                              -> ok
    08:00 vol.created numero=AF102                              -> ok
    08:00 reservation.made numero=AF101 passager_id=1 siege=2C  -> ok
    08:00 reservation.made numero=AF101 passager_id=2 siege=2C  -> taken siege
    08:00 reservation.made numero=AF102 passager_id=2 siege=2C  -> ok
    08:00 reservation.made numero=AF101 passager_id=2           -> ok
    08:00 reservation.amended numero=AF101 passager_id=2 siege=2C -> taken siege
    08:00 reservation.amended numero=AF101 passager_id=1 siege=2C -> ok
    08:00 reservation.amended numero=AF101 passager_id=1 siege= -> ok
    08:00 reservation.amended numero=AF101 passager_id=2 siege=2C -> ok
    08:00 reservation.cancelled numero=AF101 passager_id=2      -> ok
    08:00 reservation.amended numero=AF101 passager_id=1 siege=2C -> ok
    # Cancelled and made again.
    08:00 reservation.made numero=AF101 passager_id=2 siege=2C  -> taken siege
    08:00 reservation.made numero=AF101 passager_id=2 siege=2D  -> ok
    = reservation/AF101/2 siege=2D
  )"),
              IsEmpty());
}

TEST(ASiege, IsFreeOnceItsPassagerIsDeleted) {
  EXPECT_THAT(told(R"(
    08:00 passager.registered passager_id=1 nom=Martin          -> ok
    08:00 passager.registered passager_id=2 nom=Dupont          -> ok
    08:00 vol.created numero=AF101                              -> ok
    08:00 reservation.made numero=AF101 passager_id=1 siege=2C  -> ok
    08:00 passager.deleted passager_id=1                        -> ok
    = reservation/AF101/1 gone
    08:00 reservation.amended numero=AF101 passager_id=1 siege= -> not_found passager_id
    08:00 reservation.made numero=AF101 passager_id=2 siege=2C  -> ok
    08:00 reservation.made numero=AF101 passager_id=1           -> not_found passager_id
  )"),
              IsEmpty());
}

TEST(ASiege, WithAnUnderlyingNumeroThatLooksLikeAnothersIsAnothers) {
  EXPECT_THAT(told(R"(
    08:00 passager.registered passager_id=1 nom=Martin          -> ok
    08:00 passager.registered passager_id=2 nom=Dupont          -> ok
    08:00 vol.created numero=A                                  -> ok
    08:00 vol.created numero=A1                                 -> ok
    08:00 reservation.made numero=A passager_id=1 siege=12C     -> ok
    08:00 reservation.made numero=A1 passager_id=2 siege=2C     -> ok
  )"),
              IsEmpty());
}

TEST(AnAvionAndAPilote, AreOnOneFlightInTheAirAtATime) {
  EXPECT_THAT(told(R"(
    08:00 avion.registered avion_id=1 modele=A320               -> ok
    08:00 pilote.registered pilote_id=1 nom=Aubert              -> ok
    08:00 vol.created numero=AF101 avion_id=1 pilote_id=1       -> ok
    08:00 vol.created numero=AF102 avion_id=1                   -> ok
    08:00 vol.created numero=AF103 pilote_id=1                  -> ok
    09:00 vol.took_off numero=AF101                             -> ok
    09:10 vol.took_off numero=AF102                             -> in_flight avion_id
    09:10 vol.took_off numero=AF103                             -> in_flight pilote_id
    # A diversion does not bring them down; a landing does.
    09:20 vol.diverted numero=AF101 destination=Lyon            -> ok
    09:30 vol.took_off numero=AF102                             -> in_flight avion_id
    10:00 vol.landed numero=AF101                               -> ok
    10:10 vol.took_off numero=AF102                             -> ok
    10:10 vol.took_off numero=AF103                             -> ok
    # On the ground they may be planned for any number of flights.
    10:20 vol.created numero=AF104 avion_id=1 pilote_id=1       -> ok
    10:20 vol.assigned numero=AF101 avion_id=1 pilote_id=1      -> ok
  )"),
              IsEmpty());
}

TEST(AnAmendment, ThatPutsAnAvionOrAPiloteInTheAirFindsItFree) {
  EXPECT_THAT(told(R"(
    08:00 avion.registered avion_id=1 modele=A320               -> ok
    08:00 avion.registered avion_id=2 modele=A321               -> ok
    08:00 pilote.registered pilote_id=1 nom=Aubert              -> ok
    08:00 pilote.registered pilote_id=2 nom=Blanc               -> ok
    08:00 vol.created numero=AF101 avion_id=1 pilote_id=1       -> ok
    08:00 vol.created numero=AF102 avion_id=1 pilote_id=1       -> ok
    09:00 vol.took_off numero=AF101                             -> ok
    # By its statut.
    09:10 vol.amended numero=AF102 statut=en_vol                -> in_flight avion_id
    09:10 vol.amended numero=AF102 statut=dérouté avion_id=2    -> in_flight pilote_id
    09:10 vol.amended numero=AF102 statut=en_vol avion_id= pilote_id= -> ok
    # By the avion or the pilote of a flight in the air.
    09:20 vol.amended numero=AF102 avion_id=1                   -> in_flight avion_id
    09:20 vol.amended numero=AF102 pilote_id=1                  -> in_flight pilote_id
    09:20 vol.amended numero=AF102 avion_id=2 pilote_id=2       -> ok
    # What it holds already is its own: naming it again, or another statut in the air.
    09:30 vol.amended numero=AF102 avion_id=2 pilote_id=2       -> ok
    09:30 vol.amended numero=AF102 statut=dérouté               -> ok
    09:30 vol.amended numero=AF102 destination=Lyon             -> ok
    # What it gives back is free for another.
    09:40 vol.amended numero=AF101 avion_id= pilote_id=         -> ok
    09:40 vol.amended numero=AF102 avion_id=1 pilote_id=1       -> ok
    09:50 avion.deleted avion_id=2                              -> ok
    09:50 avion.deleted avion_id=1                              -> bad_transition avion_id
    # An amended statut brings both down.
    09:50 vol.amended numero=AF102 statut=atterri               -> ok
    09:50 avion.deleted avion_id=1                              -> ok
    09:50 pilote.deleted pilote_id=1                            -> ok
  )"),
              IsEmpty());
}

TEST(ADeletedAvionOrPilote, IsNullInItsVolsFromThenOn) {
  EXPECT_THAT(told(R"(
    08:00 avion.registered avion_id=1 modele=A320               -> ok
    08:00 pilote.registered pilote_id=1 nom=Aubert              -> ok
    08:00 vol.created numero=AF101 avion_id=1 pilote_id=1       -> ok
    08:10 avion.deleted avion_id=1                              -> ok
    = vol/AF101 statut=prévu creation=08:00 pilote_id=1 clock=08:00
    08:10 pilote.deleted pilote_id=1                            -> ok
    = vol/AF101 statut=prévu creation=08:00 clock=08:00
    09:00 vol.took_off numero=AF101                             -> ok
    = vol/AF101 statut=en vol creation=08:00 decollage=09:00 clock=09:00
    # And nobody can be given the dead.
    09:00 vol.created numero=AF102 avion_id=1                   -> not_found avion_id
    09:00 vol.created numero=AF102                              -> ok
    09:00 vol.assigned numero=AF102 pilote_id=1                 -> not_found pilote_id
    09:00 vol.amended numero=AF102 avion_id=1                   -> not_found avion_id
  )"),
              IsEmpty());
}

TEST(ADeletedVol, TakesItsReservationsWithItAndItsNumeroIsSpent) {
  EXPECT_THAT(told(R"(
    08:00 passager.registered passager_id=1 nom=Martin          -> ok
    08:00 vol.created numero=AF101                              -> ok
    08:00 reservation.made numero=AF101 passager_id=1 siege=2C  -> ok
    08:10 vol.deleted numero=AF101                              -> ok
    = reservation/AF101/1 gone
    08:10 reservation.cancelled numero=AF101 passager_id=1      -> not_found numero
    08:10 vol.created numero=AF101                              -> already_exists numero
  )"),
              IsEmpty());
}

TEST(TheClockOfAVol, DoesNotRunBackwards) {
  EXPECT_THAT(told(R"(
    08:00 vol.created numero=AF101                              -> ok
    07:59 vol.delayed numero=AF101                              -> time_reversed time
    07:59 vol.took_off numero=AF101                             -> time_reversed time
    07:59 vol.cancelled numero=AF101                            -> time_reversed time
    # Equal is fine.
    08:00 vol.delayed numero=AF101                              -> ok
    08:00 vol.took_off numero=AF101                             -> ok
    09:00 vol.diverted numero=AF101 destination=Lyon            -> ok
    08:59 vol.diverted numero=AF101 destination=Brest           -> time_reversed time
    08:59 vol.landed numero=AF101                               -> time_reversed time
    09:00 vol.landed numero=AF101                               -> ok
  )"),
              IsEmpty());
}

TEST(TheClockOfAVol, IsLeftAloneByAssignmentsAndAmendmentsAndRestartedByAnAmendedStatut) {
  EXPECT_THAT(told(R"(
    08:00 avion.registered avion_id=1 modele=A320               -> ok
    08:00 vol.created numero=AF101                              -> ok
    07:00 vol.assigned numero=AF101 avion_id=1                  -> ok
    12:00 vol.assigned numero=AF101 avion_id=                   -> ok
    12:00 vol.amended numero=AF101 destination=Lyon heure_creation=12:00 -> ok
    07:59 vol.took_off numero=AF101                             -> time_reversed time
    # Even one that names the statut as it is.
    12:00 vol.amended numero=AF101 statut=prévu                 -> ok
    06:00 vol.took_off numero=AF101                             -> ok
    05:59 vol.landed numero=AF101                               -> time_reversed time
    06:00 vol.landed numero=AF101                               -> ok
    05:00 vol.deleted numero=AF101                              -> ok
  )"),
              IsEmpty());
}

TEST(TheFirstCodeThatApplies, IsTheAnswer) {
  EXPECT_THAT(told(R"(
    08:00 avion.registered avion_id=1 modele=A320               -> ok
    08:00 pilote.registered pilote_id=1 nom=Aubert licence=FR-1 -> ok
    08:00 passager.registered passager_id=1 nom=Martin          -> ok
    08:00 passager.registered passager_id=2 nom=Dupont          -> ok
    08:00 vol.created numero=AF101 avion_id=1                   -> ok
    08:00 vol.created numero=AF102 avion_id=1                   -> ok
    08:00 reservation.made numero=AF101 passager_id=1 siege=2C  -> ok
    # already_exists before not_found, taken
    08:00 vol.created numero=AF101 avion_id=9                   -> already_exists numero
    08:00 pilote.registered pilote_id=1 nom=Blanc licence=FR-1  -> already_exists pilote_id
    # not_found: the entity itself before what it refers to; avion before pilote
    08:00 vol.assigned numero=AF999 avion_id=9                  -> not_found numero
    08:00 vol.assigned numero=AF101 avion_id=9 pilote_id=9      -> not_found avion_id
    08:00 reservation.made numero=AF999 passager_id=9           -> not_found numero
    09:00 vol.took_off numero=AF101                             -> ok
    # not_found before bad_transition and in_flight
    09:00 vol.assigned numero=AF101 pilote_id=9                 -> not_found pilote_id
    09:00 vol.amended numero=AF102 statut=en_vol pilote_id=9    -> not_found pilote_id
    09:00 reservation.made numero=AF101 passager_id=9           -> not_found passager_id
    09:00 reservation.amended numero=AF101 passager_id=2 siege=2C -> not_found passager_id
    # already_exists and taken before bad_transition
    09:00 reservation.made numero=AF101 passager_id=1 siege=2C  -> already_exists passager_id
    09:00 reservation.made numero=AF101 passager_id=2 siege=2C  -> taken siege
    09:00 reservation.made numero=AF101 passager_id=2 siege=2D  -> bad_transition numero
    # bad_transition before time_reversed, that before in_flight
    07:00 vol.took_off numero=AF101                             -> bad_transition numero
    07:00 vol.took_off numero=AF102                             -> time_reversed time
    09:00 vol.took_off numero=AF102                             -> in_flight avion_id
  )"),
              IsEmpty());
}

std::string message(Model& model, std::string_view event, std::string_view time = "09:00") {
  const auto rejection = check(event_from(event), at(time), model);
  return rejection ? rejection->message : "ok";
}

TEST(ARejection, SaysWhatWasFoundAndWhatWouldDo) {
  Model model;
  ASSERT_THAT(told(model, R"(
    08:00 avion.registered avion_id=1 modele=A320               -> ok
    08:00 avion.registered avion_id=2 modele=A320               -> ok
    08:00 avion.deleted avion_id=2                              -> ok
    08:00 pilote.registered pilote_id=1 nom=Aubert licence=FR-1 -> ok
    08:00 passager.registered passager_id=1 nom=Martin          -> ok
    08:00 passager.registered passager_id=2 nom=Dupont          -> ok
    08:00 vol.created numero=AF101 avion_id=1 pilote_id=1       -> ok
    08:00 vol.created numero=AF102 avion_id=1                   -> ok
    08:00 vol.created numero=AF103                              -> ok
    08:00 reservation.made numero=AF102 passager_id=1 siege=2C  -> ok
    08:30 vol.took_off numero=AF101                             -> ok
    08:30 vol.cancelled numero=AF103                            -> ok
  )"),
              IsEmpty());
  const std::pair<std::string_view, std::string_view> table[]{
      {"vol.took_off numero=AF103", "vol AF103 is annulé; took_off needs prévu or retardé"},
      {"vol.landed numero=AF102", "vol AF102 is prévu; landed needs en vol or dérouté"},
      {"vol.deleted numero=AF101", "vol AF101 is en vol; deleted needs a vol that is not in the air"},
      {"reservation.made numero=AF101 passager_id=2", "vol AF101 is en vol; reservation.made needs prévu or retardé"},
      {"vol.took_off numero=AF102", "avion 1 is in the air with vol AF101; land that vol first"},
      {"avion.deleted avion_id=1", "avion 1 is in the air with vol AF101; deleted needs it on the ground"},
      {"avion.amended avion_id=9 modele=A320", "there is no avion 9; register it first"},
      {"avion.amended avion_id=2 modele=A320", "avion 2 was deleted; name a living one"},
      {"vol.landed numero=AF999", "there is no vol AF999; create it first"},
      {"avion.registered avion_id=1 modele=A320", "avion 1 exists; leave the id out to be given the next one"},
      {"avion.registered avion_id=2 modele=A320",
       "avion 2 was deleted and is never given again; leave the id out to be given the next one"},
      {"vol.created numero=AF101", "vol AF101 exists; give a numero that was never given"},
      {"pilote.registered pilote_id=2 nom=Blanc licence=FR-1",
       "licence FR-1 is that of pilote 1; give another or none"},
      {"reservation.made numero=AF102 passager_id=2 siege=2C",
       "siege 2C of vol AF102 is passager 1's; give another or none"},
      {"reservation.made numero=AF102 passager_id=1", "passager 1 has a reservation on vol AF102; amend that one"},
      {"reservation.cancelled numero=AF102 passager_id=2",
       "passager 2 has no reservation on vol AF102; make one first"},
  };
  for (const auto& [event, expected] : table) EXPECT_EQ(message(model, event), expected) << event;
  EXPECT_EQ(message(model, "vol.delayed numero=AF102", "07:00"),
            "2026-11-22T07:00:00Z is before the last step of vol AF102, 2026-11-22T08:00:00Z; give that time or a "
            "later one");
}

TEST(ApplyingAnEvent, ToWhatDoesNotLiveChangesNothing) {
  for (const char* event :
       {"avion.amended avion_id=1 modele=A320", "pilote.amended pilote_id=1 nom=Aubert",
        "passager.amended passager_id=1 nom=Martin", "vol.assigned numero=AF101 avion_id=1", "vol.delayed numero=AF101",
        "vol.took_off numero=AF101", "vol.diverted numero=AF101 destination=Lyon", "vol.landed numero=AF101",
        "vol.cancelled numero=AF101", "vol.amended numero=AF101 statut=prévu", "vol.deleted numero=AF101",
        "reservation.amended numero=AF101 passager_id=1 siege=2C", "reservation.cancelled numero=AF101 passager_id=1",
        "avion.deleted avion_id=1"}) {
    Entity nobody;
    apply(event_from(event), at("08:00"), nobody);
    EXPECT_FALSE(alive(nobody)) << event;
  }
}

TEST(ARefusedEvent, ChangesNothing) {
  Model model;
  ASSERT_THAT(told(model, R"(
    08:00 avion.registered avion_id=1 modele=A320               -> ok
    08:00 vol.created numero=AF101 avion_id=1                   -> ok
    09:00 vol.took_off numero=AF101                             -> ok
  )"),
              IsEmpty());
  const auto before = model.living();
  EXPECT_THAT(told(model, R"(
    09:30 avion.deleted avion_id=1                              -> bad_transition avion_id
    09:30 vol.cancelled numero=AF101                            -> bad_transition numero
    08:30 vol.landed numero=AF101                               -> time_reversed time
  )"),
              IsEmpty());
  EXPECT_EQ(model.living(), before);
}

}  // namespace
}  // namespace carnet
