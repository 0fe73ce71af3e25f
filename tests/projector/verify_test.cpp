// SPDX-License-Identifier: Apache-2.0
#include "projector/verify.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <thread>

#include "tests/projector/stage.hpp"

namespace carnet {
namespace {

std::vector<std::string> differences(Connection& connection, Reader& reader, std::size_t memory_bytes = 512 << 20) {
  std::vector<std::string> lines;
  auto shown = [](const std::optional<std::string>& text) { return text.value_or("null"); };
  TablesVerdict verdict = verify_tables(
      connection, reader,
      [&](const Difference& d) {
        lines.push_back(fmt::format("{} {} {}: {} / {}", d.table, d.key, d.column, shown(d.expected), shown(d.found)));
      },
      {}, memory_bytes);
  EXPECT_EQ(verdict.differences, lines.size());
  return lines;
}

/// One or two rows in each table.
void fill(Stage& stage) {
  for (const char* line : {
           R"({"type":"avion.registered","avion_id":7,"modele":"A320","vitesse_max":870})",
           R"({"type":"pilote.registered","pilote_id":3,"nom":"Zoé","licence":"L1"})",
           R"({"type":"passager.registered","passager_id":12,"nom":"Élodie"})",
           R"({"type":"vol.created","numero":"AF101","time":"2026-01-01T10:00:00Z","avion_id":7,"pilote_id":3})",
           R"({"type":"vol.took_off","numero":"AF101","time":"2026-01-01T11:00:00.5Z"})",
           R"({"type":"vol.created","numero":"AF2","time":"2026-01-01T10:00:00Z"})",
           R"({"type":"reservation.made","numero":"AF2","passager_id":12,"siege":"1A"})",
       }) {
    stage.append(line);
  }
}

TEST(Verify, FindsNothingInTablesThatAreTrue) {
  Stage stage;
  Connection connection = stage.connect();
  Reader reader(stage.directory.path());
  EXPECT_THROW(differences(connection, reader), Mismatch);
  for (int i = 0; i < 3; ++i) {
    stage.append_random(1000);
    catch_up(connection, reader);
    EXPECT_THAT(differences(connection, reader), testing::IsEmpty());
    EXPECT_THAT(differences(connection, reader, 20'000), testing::IsEmpty());
  }
}

TEST(Verify, FindsEveryChangeThatIsPlanted) {
  Stage stage;
  fill(stage);
  Connection connection = stage.connect();
  Reader reader(stage.directory.path());
  catch_up(connection, reader);
  const std::pair<const char*, const char*> plants[] = {
      {"UPDATE avions SET modele = 'A321'", "avions 7 modele: A320 / A321"},
      {"UPDATE avions SET description = ''", "avions 7 description: null / "},
      {"UPDATE avions SET vitesse_max = NULL", "avions 7 vitesse_max: 870 / null"},
      {"UPDATE avions SET position = 99", "avions 7 position: 1 / 99"},
      {"INSERT INTO avions VALUES (6, 'x', NULL, NULL, 1)", "avions 6 : null / a row"},
      {"INSERT INTO avions VALUES (8, 'x', NULL, NULL, 1)", "avions 8 : null / a row"},
      {"UPDATE pilotes SET nom = 'Zoe'", "pilotes 3 nom: Zoé / Zoe"},
      {"UPDATE pilotes SET licence = 'L2'", "pilotes 3 licence: L1 / L2"},
      {"UPDATE passagers SET nom = 'E'", "passagers 12 nom: Élodie / E"},
      {"UPDATE vols SET destination = 'Lyon' WHERE numero = 'AF2'", "vols AF2 destination: null / Lyon"},
      {"UPDATE vols SET statut = 'perdu' WHERE numero = 'AF2'", "vols AF2 statut: prévu / perdu"},
      {"UPDATE vols SET heure_creation = 'infinity' WHERE numero = 'AF2'",
       "vols AF2 heure_creation: 2026-01-01T10:00:00Z / later than the year 9999"},
      {"UPDATE vols SET heure_decollage = heure_decollage + '1 microsecond' WHERE numero = 'AF101'",
       "vols AF101 heure_decollage: 2026-01-01T11:00:00.5Z / 2026-01-01T11:00:00.500001Z"},
      {"UPDATE vols SET heure_arrivee = '0005-01-01 BC' WHERE numero = 'AF2'",
       "vols AF2 heure_arrivee: null / earlier than the year 0"},
      {"UPDATE vols SET avion_id = NULL WHERE numero = 'AF101'", "vols AF101 avion_id: 7 / null"},
      {"UPDATE vols SET pilote_id = 3 WHERE numero = 'AF2'", "vols AF2 pilote_id: null / 3"},
      {"DELETE FROM vols WHERE numero = 'AF101'", "vols AF101 : a row / null"},
      {"INSERT INTO vols VALUES ('éééééééééé', NULL, 'prévu', NULL, NULL, NULL, NULL, NULL, 1)",
       "vols éééééééééé : null / a row"},
      {"INSERT INTO vols VALUES ('', NULL, 'prévu', NULL, NULL, NULL, NULL, NULL, 1)", "vols  : null / a row"},
      {"UPDATE reservations SET siege = '1B'", "reservations AF2/12 siege: 1A / 1B"},
      {"DELETE FROM reservations", "reservations AF2/12 : a row / null"},
      {"INSERT INTO reservations VALUES ('AF101', 12, NULL, 1)", "reservations AF101/12 : null / a row"},
  };
  for (auto [plant, difference] : plants) {
    connection.exec("BEGIN; SET LOCAL search_path = carnet");
    connection.exec(plant);
    connection.exec("COMMIT");
    EXPECT_THAT(differences(connection, reader), testing::ElementsAre(difference)) << plant;
    EXPECT_THAT(differences(connection, reader, 1'000), testing::ElementsAre(difference)) << plant;
    connection.exec("DROP SCHEMA carnet CASCADE");
    catch_up(connection, reader);
  }
}

TEST(Verify, WorksWhileAppendsAndProjectionGoOn) {
  Stage stage;
  stage.append_random(500);
  Connection connection = stage.connect();
  Reader reader(stage.directory.path());
  catch_up(connection, reader);
  std::atomic<bool> done = false;
  std::jthread busy([&] {
    Connection own = stage.connect();
    Reader other(stage.directory.path());
    while (!done) {
      stage.append_random(20);
      catch_up(own, other);
    }
  });
  for (int i = 0; i < 10; ++i) EXPECT_THAT(differences(connection, reader), testing::IsEmpty());
  done = true;
}

}  // namespace
}  // namespace carnet
