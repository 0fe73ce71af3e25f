// SPDX-License-Identifier: Apache-2.0
// The tables as somebody sees them who knows the columns and nothing of carnet: through libpqxx, which carnet itself
// does not use, and against sums that another program computed from the same flights.
#include <gtest/gtest.h>

#include <fstream>
#include <pqxx/pqxx>

#include "events/ledger.hpp"
#include "projector/projection.hpp"
#include "tests/scratch.hpp"
#include "tests/throwaway_cluster.hpp"

namespace carnet {
namespace {

/// A real day: every flight that left New York on 1 January 2013.
class ARealDay : public testing::Test {
 protected:
  void SetUp() override {
    std::ifstream in(CARNET_SOURCE_DIR "/examples/nyc13-day.ndjson");
    std::vector<Line> lines;
    for (std::string text; std::getline(in, text);) lines.push_back(std::get<Line>(parse_line(text)));
    ASSERT_EQ(lines.size(), 3736u);
    Ledger ledger(directory.path(), {});
    for (const Answer& answer : ledger.append(lines)) ASSERT_TRUE(std::holds_alternative<Receipt>(answer));
    Reader reader(directory.path());
    Connection connection(uri);
    catch_up(connection, reader);
  }

  Scratch directory;
  std::string uri = ThrowawayCluster::shared().new_database();
};

/// SHA-256 over the table as text: tab between columns, newline after each row, \N for null, rows by primary key.
std::string sum(pqxx::connection& connection, const std::string& table, const std::vector<std::string>& columns) {
  std::string line;
  for (const std::string& column : columns) {
    line += (line.empty() ? "" : " || E'\\t' || ") + ("coalesce(" + column + ", '\\N')");
  }
  pqxx::work work(connection);
  const std::string key = table == "vols" ? "numero" : "id";
  return work
      .exec("select substr(encode(sha256(convert_to(string_agg(" + line + " || E'\\n', '' order by " + key +
            (key == "numero" ? " collate \"C\"" : "") + "), 'UTF8')), 'hex'), 1, 8) from carnet." + table)[0][0]
      .as<std::string>();
}

TEST_F(ARealDay, GivesTheTablesThatItMustGive) {
  pqxx::connection connection(uri);
  const auto time = [](const std::string& column) {
    return "to_char(" + column + " at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS')";
  };
  EXPECT_EQ(sum(connection, "avions", {"id::text", "modele", "description", "vitesse_max::text"}), "d26f2198");
  EXPECT_EQ(sum(connection, "pilotes", {"id::text", "nom", "licence"}), "121a320c");
  EXPECT_EQ(sum(connection, "vols",
                {"numero", "destination", "statut", time("heure_creation"), time("heure_decollage"),
                 time("heure_arrivee"), "avion_id::text", "pilote_id::text"}),
            "3ec9d62d");
}

struct MappedVol {
  std::string numero, destination, statut;
  int avion_id = 0;
};

TEST_F(ARealDay, IsMappedByAClientThatKnowsOnlyTheColumns) {
  pqxx::connection connection(uri);
  pqxx::work work(connection);
  std::map<std::string, MappedVol> vols;
  for (const pqxx::row& row : work.exec("select numero, destination, statut, avion_id from carnet.vols")) {
    const MappedVol vol{row["numero"].as<std::string>(), row["destination"].as<std::string>(),
                        row["statut"].as<std::string>(), row["avion_id"].as<int>(0)};
    vols.emplace(vol.numero, vol);
  }
  EXPECT_EQ(vols.size(), 842u);
  EXPECT_EQ(vols.at("UA1545/001").destination, "George Bush Intercontinental");
  EXPECT_EQ(vols.at("UA1545/001").statut, "atterri");
  const pqxx::result joined = work.exec(
      "select a.modele, count(v.numero) from carnet.avions a join carnet.vols v on v.avion_id = a.id group by a.modele "
      "order by 2 desc, 1 limit 1");
  EXPECT_GT(joined[0][1].as<int>(), 0);
  EXPECT_EQ(vols.at("UA1545/001").avion_id,
            work.exec("select id from carnet.avions where description like 'N14228%'")[0][0].as<int>());
}

TEST_F(ARealDay, CannotBeChangedInWaysThatHistoryCouldNot) {
  pqxx::connection connection(uri);
  pqxx::work work(connection);
  EXPECT_THROW(work.exec("insert into carnet.vols (numero, statut, avion_id) values ('X1', 'prévu', 999999)"),
               pqxx::foreign_key_violation);
}

}  // namespace
}  // namespace carnet
