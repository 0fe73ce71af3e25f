// SPDX-License-Identifier: Apache-2.0
// docs/queries.md: its C++ is what stands between the marks here, and gives what it says. Its commands are run by the
// session tests.
#include <gmock/gmock.h>

#include <fstream>
#include <map>
#include <sstream>

#include "query/from.hpp"
#include "tests/query/tables.hpp"

namespace carnet {
namespace {

using namespace paths;
using ::testing::ElementsAre;

class QueriesDocument : public ::testing::Test {
 protected:
  QueriesDocument() {
    const auto time = [](const char* t) { return Value{*time_literal(t)}; };
    const auto id = [](std::int64_t i) { return Value{i}; };
    const Value created = time("2026-11-20 09:00");
    NaiveTables all;
    all.rows[Kind::avion] = {
        {id(1), "A320-232", "N528UA", id(871)}, {id(2), "A320-232", {}, id(871)}, {id(3), "ERJ 190-100", {}, {}}};
    all.rows[Kind::pilote] = {{id(1), "Zoé Martin", "FR-1"}, {id(2), "Hugo Petit", {}}};
    all.rows[Kind::passager] = {{id(1), "Claire Dupont"}, {id(2), "Élodie Roux"}};
    all.rows[Kind::vol] = {
        {"AF101", "Madrid", "atterri", created, time("2026-11-22 08:00"), time("2026-11-22 10:05"), id(1), id(1)},
        {"AF102", "Oslo", "en vol", created, time("2026-11-22 11:30"), {}, id(1), id(2)},
        {"AF103", "Madrid", "prévu", created, {}, {}, id(2), id(1)},
        {"AF104", {}, "annulé", created, {}, {}, id(3), {}}};
    all.rows[Kind::reservation] = {{"AF101", id(1), "1A"}, {"AF101", id(2), "1B"}, {"AF102", id(1), {}}};
    store(connection, all);
  }

  Connection connection{database()};
  Session session{connection};
};

std::vector<std::string> numeros(const std::vector<Loaded<Vol>>& vols) {
  std::vector<std::string> out;
  for (const Loaded<Vol>& v : vols) out.push_back(v->numero);
  return out;
}

// A statement of the document stands on lines of its own.
// clang-format off

TEST_F(QueriesDocument, ShowsCxxThatWorks) {
  const auto all = [&] { return
    from<Vol>().all(session);
  };
  EXPECT_EQ(all().size(), 4u);

  const auto one = [&] { return
    from<Pilote>().where(pilote("licence") == "FR-1").first(session);
  };
  EXPECT_EQ((*one())->nom, "Zoé Martin");

  const auto joined = [&] { return
    from<Vol>().where(vol("avion.modele") == "A320-232" && vol("avion.vitesse_max") > 800).sort("numero").all(session);
  };
  EXPECT_THAT(numeros(joined()), ElementsAre("AF101", "AF102", "AF103"));

  const auto latest = [&] { return
    from<Vol>().sort("-heure_decollage").limit(3).all(session);
  };
  EXPECT_THAT(numeros(latest()), ElementsAre("AF102", "AF101", "AF103"));

  {
    const auto vols = from<Vol>().with("avion, pilote").where("numero = ?", "AF101").all(session);
    const std::string modele = (*vols[0].one<Avion>("avion"))->modele;
    EXPECT_EQ(modele, "A320-232");
  }
  std::map<std::string, std::optional<std::string>> seats;
  for (const Loaded<Vol>& v : from<Vol>().with("reservations.passager").sort("numero").all(session)) {
    for (const Loaded<Reservation>& r : v.many<Reservation>("reservations")) {
      seats[v->numero + " " + (*r.one<Passager>("passager"))->nom] = r->siege;
    }
  }
  EXPECT_EQ(seats["AF101 Élodie Roux"], "1B");
  EXPECT_EQ(seats.size(), 3u);

  const auto without = [&] { return
    from<Vol>().where(!vol("passagers.nom").ilike("%dupont%")).count(session);
  };
  EXPECT_EQ(without(), 2u);

  const auto quick = [&] { return
    from<Vol>().where(vol("heure_decollage") - vol("precedent.heure_arrivee") < std::chrono::hours{2}).all(session);
  };
  EXPECT_THAT(numeros(quick()), ElementsAre("AF102"));

  std::vector<std::string> landed;
  for (const Vol& v : from<Vol>().where("statut = ?", "atterri").stream(session)) landed.push_back(v.numero);
  EXPECT_THAT(landed, ElementsAre("AF101"));
}

// clang-format on

/// The lines without their indentation.
std::vector<std::string> lines_of(const std::string& path) {
  std::ifstream file{path};
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);)
    lines.push_back(line.substr(std::min(line.find_first_not_of(' '), line.size())));
  return lines;
}

TEST_F(QueriesDocument, ShowsNoOtherCxxThanThat) {
  const std::vector<std::string> document = lines_of(CARNET_SOURCE_DIR "/docs/queries.md");
  const std::vector<std::string> tested = lines_of(CARNET_SOURCE_DIR "/tests/query/queries_doc_test.cpp");
  int blocks = 0;
  for (auto line = document.begin(); line != document.end(); ++line) {
    if (*line != "```cpp") continue;
    const auto end = std::find(line, document.end(), "```");
    EXPECT_NE(std::search(tested.begin(), tested.end(), line + 1, end), tested.end()) << line[1];
    ++blocks;
  }
  EXPECT_EQ(blocks, 9);
}

}  // namespace
}  // namespace carnet
