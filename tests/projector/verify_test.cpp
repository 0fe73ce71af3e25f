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

std::vector<std::string> list(Connection& connection, const std::string& query) {
  const Result result = connection.exec(query);
  std::vector<std::string> texts;
  for (int row = 0; row < result.rows(); ++row) texts.emplace_back(result.text(row, 0));
  return texts;
}

/// A key that no row has.
std::string unheard_of(ColumnType type) {
  return type == ColumnType::text ? "'~'" : "2147483647";
}

/// Another value than the column has, and none where it has one.
std::vector<std::string> other_values(const std::string& column, ColumnType type) {
  const std::string now = column;
  switch (type) {
    case ColumnType::integer:
      return {fmt::format("coalesce({}, 0) # 1", now), fmt::format("CASE WHEN {} IS NULL THEN 1 END", now)};
    case ColumnType::text:
      return {fmt::format("CASE WHEN {0} = 'x' THEN 'y' ELSE 'x' END", now),
              fmt::format("CASE WHEN {} IS NULL THEN '' END", now)};
    case ColumnType::time:
      return {fmt::format("coalesce({}, '2000-01-01') + '1 microsecond'", now),
              fmt::format("CASE WHEN {} IS NULL THEN '2000-01-01'::timestamptz END", now)};
  }
  return {};
}

// Every value of every row of every table, one at a time; then every row gone, and every row twice under another key.
TEST(Verify, FindsEveryValueThatCanBeWrong) {
  Stage stage(11);
  stage.append_to_be(120);
  Connection connection = stage.connect();
  Reader reader(stage.directory.path());
  catch_up(connection, reader);
  // Nothing shall keep anybody from planting.
  for (const std::string& constraint :
       list(connection,
            "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I CASCADE', conrelid::regclass, conname) FROM "
            "pg_constraint WHERE connamespace = 'carnet'::regnamespace ORDER BY contype")) {
    try {
      connection.exec(constraint);
    } catch (const DatabaseError&) {  // gone with the key that it was made for
    }
  }
  int planted = 0;
  for (const Table& table : tables()) {
    const std::string name = fmt::format("carnet.{}", table.name);
    connection.exec(fmt::format("CREATE TABLE public.saved_{} AS SELECT * FROM {}", table.name, name));
    std::vector<std::pair<std::string, ColumnType>> columns;
    for (const Column& column : table.columns) {
      columns.emplace_back(column.name, column.type);
      connection.exec(fmt::format("ALTER TABLE {} ALTER {} DROP NOT NULL", name, column.name));
    }
    connection.exec(fmt::format("ALTER TABLE {} ALTER position DROP NOT NULL", name));
    columns.emplace_back("position", ColumnType::integer);
    const auto key_is = [&](const std::string& column) {
      return std::ranges::find(table.primary_key, column) != table.primary_key.end();
    };
    const auto expect = [&](const std::string& plant, std::size_t count, const std::string& what) {
      connection.exec(plant);
      const std::vector<std::string> found = differences(connection, reader);
      EXPECT_EQ(found.size(), count) << plant;
      if (!found.empty()) {
        EXPECT_THAT(found[0], testing::StartsWith(std::string(table.name) + " ")) << plant;
        EXPECT_THAT(found[0], testing::HasSubstr(what)) << plant;
      }
      ++planted;
      connection.exec(fmt::format("TRUNCATE {0}; INSERT INTO {0} SELECT * FROM public.saved_{1}", name, table.name));
    };
    const auto rows =
        static_cast<std::size_t>(connection.exec(fmt::format("SELECT count(*) FROM {}", name)).number(0, 0));
    ASSERT_GT(rows, 0u) << table.name;
    for (std::size_t row = 0; row < rows; ++row) {
      const std::string where = fmt::format("ctid = (SELECT ctid FROM {} ORDER BY {} OFFSET {} LIMIT 1)", name,
                                            fmt::join(table.primary_key, ", "), row);
      for (const auto& [column, type] : columns) {
        const std::vector<std::string> values = other_values(column, type);
        const bool key = key_is(column);
        expect(fmt::format("UPDATE {} SET {} = {} WHERE {}", name, column, key ? unheard_of(type) : values[0], where),
               key ? 2 : 1, key ? "row" : " " + column + ":");
        if (!key) expect(fmt::format("UPDATE {} SET {} = {} WHERE {}", name, column, values[1], where), 1, column);
      }
      expect(fmt::format("DELETE FROM {} WHERE {}", name, where), 1, "a row / null");
      const std::string first = std::string(table.primary_key[0]);
      expect(fmt::format("CREATE TEMP TABLE extra AS SELECT * FROM {0} WHERE {1}; UPDATE extra SET {2} = {3}; "
                         "INSERT INTO {0} SELECT * FROM extra; DROP TABLE extra",
                         name, where, first, unheard_of(columns[0].second)),
             1, "null / a row");
    }
  }
  EXPECT_GT(planted, 500);
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
