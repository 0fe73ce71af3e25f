// SPDX-License-Identifier: Apache-2.0
#include "query/from.hpp"

#include <gmock/gmock.h>

#include "query/match.hpp"
#include "query/page.hpp"
#include "tests/query/tables.hpp"

namespace carnet {
namespace {

using namespace paths;
using ::testing::ElementsAre;

/// Two avions, a pilote, three vols, a booking.
class Questions : public ::testing::Test {
 protected:
  Questions() {
    const auto time = [](const char* t) { return Value{*time_literal(t)}; };
    const auto id = [](std::int64_t i) { return Value{i}; };
    NaiveTables all;
    all.rows[Kind::avion] = {{id(1), "A320-232", {}, id(871)}, {id(2), "ERJ 190", "N123", {}}};
    all.rows[Kind::pilote] = {{id(1), "Zoé", {}}};
    all.rows[Kind::passager] = {{id(1), "Dupont"}, {id(2), "Élodie"}};
    all.rows[Kind::vol] = {
        {"AF1", "Madrid", "atterri", {}, time("2026-11-22 08:00"), time("2026-11-22 10:00"), id(1), id(1)},
        {"AF2", {}, "en vol", {}, time("2026-11-22 11:30"), {}, id(1), {}},
        {"AF3", "Oslo", "prévu", {}, {}, {}, {}, {}}};
    all.rows[Kind::reservation] = {{"AF1", id(1), "1A"}, {"AF1", id(2), {}}};
    store(connection, all);
  }

  template <class T>
  std::vector<std::string> numeros(const From<T>& from) {
    std::vector<std::string> out;
    for (const auto& v : from.all(session)) out.push_back(v->numero);
    return out;
  }

  Connection connection{database()};
  Session session{connection};
};

TEST_F(Questions, GiveEntitiesAsStructs) {
  const auto vols = from<Vol>().where("numero = ?", "AF1").all(session);
  ASSERT_EQ(vols.size(), 1u);
  EXPECT_EQ(*vols[0], (Vol{"AF1",
                           "Madrid",
                           Statut::atterri,
                           {},
                           *time_literal("2026-11-22 08:00"),
                           *time_literal("2026-11-22 10:00"),
                           1,
                           1,
                           {}}));
  EXPECT_EQ(**from<Avion>().where(avion("id") == 2).first(session), (Avion{2, "ERJ 190", "N123", {}}));
  EXPECT_EQ(from<Avion>().where("id = 3").first(session), std::nullopt);
  EXPECT_EQ(from<Vol>().count(session), 3u);
}

TEST_F(Questions, AreBuiltOfConditionsInCxxAsInText) {
  EXPECT_THAT(numeros(from<Vol>().where(vol("avion.modele") == "A320-232").sort("-heure_decollage")),
              ElementsAre("AF2", "AF1"));
  EXPECT_THAT(
      numeros(from<Vol>().where(vol("statut") == Statut::en_vol || vol("destination").ilike("os%")).sort("numero")),
      ElementsAre("AF2", "AF3"));
  EXPECT_THAT(numeros(from<Vol>().where(!vol("passagers.nom").like("D%")).where(vol("avion").is_not_null())),
              ElementsAre("AF2"));
  EXPECT_THAT(numeros(from<Vol>().where(vol("heure_arrivee") - vol("heure_decollage") >= std::chrono::hours{2})),
              ElementsAre("AF1"));
  EXPECT_THAT(numeros(from<Vol>().where(vol("numero").in({"AF1", "AF3"}) && vol("avion_id").between(1, 2))),
              ElementsAre("AF1"));
  EXPECT_THROW(vol("avoin.modele"), QuestionError);
  EXPECT_THROW(vol("avion_id") == "x", QuestionError);
  EXPECT_THROW(from<Vol>().where("numero = ?"), QuestionError);
  EXPECT_THROW(from<Vol>().where("numero = 'x'", 5), QuestionError);
}

TEST_F(Questions, LoadRelationsAsDeepAsAsked) {
  const auto vols =
      from<Vol>().with("avion.vols, reservations.passager, precedent").sort("numero").limit(2).all(session);
  ASSERT_EQ(vols.size(), 2u);
  EXPECT_EQ((*vols[0].one<Avion>("avion"))->modele, "A320-232");
  EXPECT_EQ(vols[0].one<Avion>("avion")->many<Vol>("vols").size(), 2u);
  EXPECT_EQ(vols[0].one<Vol>("precedent"), std::nullopt);
  EXPECT_EQ((*vols[1].one<Vol>("precedent"))->numero, "AF1");
  const auto reservations = vols[0].many<Reservation>("reservations");
  ASSERT_EQ(reservations.size(), 2u);
  EXPECT_EQ((*reservations[1].one<Passager>("passager"))->nom, "Élodie");
  EXPECT_TRUE(vols[1].many<Reservation>("reservations").empty());
  EXPECT_THROW(vols[0].one<Pilote>("pilote"), std::logic_error);
  EXPECT_THROW(vols[0].one<Pilote>("avion"), std::logic_error);
}

TEST_F(Questions, StreamWhatIsLarge) {
  std::vector<std::string> seen;
  for (const Vol& v : from<Vol>().sort("numero").stream(session)) seen.push_back(v.numero);
  EXPECT_THAT(seen, ElementsAre("AF1", "AF2", "AF3"));
  for (const Vol& v : from<Vol>().stream(session)) {
    EXPECT_FALSE(v.numero.empty());
    break;  // the rest is not wanted
  }
  EXPECT_EQ(from<Vol>().count(session), 3u);
}

TEST_F(Questions, FindWhatIsToBeChangedWithItsLastRecord) {
  connection.exec("UPDATE carnet.vols SET position = 40 + right(numero, 1)::int");
  const auto matching = [&](Kind kind, const char* where, std::optional<std::uint64_t> limit = {}) {
    Matches matches{session, kind, parse_condition(kind, where), limit};
    std::vector<Match> all;
    while (const auto match = matches.next()) all.push_back(*match);
    return all;
  };
  EXPECT_THAT(matching(Kind::vol, "avion.modele = 'A320-232'"),
              ElementsAre(Match{Stream::vol("AF1"), 41}, Match{Stream::vol("AF2"), 42}));
  EXPECT_THAT(matching(Kind::reservation, "vol.statut = 'atterri'", 1),
              ElementsAre(Match{Stream::reservation("AF1", 1), 1}));
  EXPECT_THAT(matching(Kind::vol, "statut = 'annulé'"), ElementsAre());
}

}  // namespace
}  // namespace carnet
