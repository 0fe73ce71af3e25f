// SPDX-License-Identifier: Apache-2.0
#include "projector/rebuild.hpp"

#include <gmock/gmock.h>

#include <thread>

#include "events/ledger.hpp"
#include "tests/projector/stage.hpp"

namespace carnet {
namespace {

/// Constraints, indexes and grants, as the catalogue has them.
std::string structure(Connection& connection) {
  Result result = connection.exec(R"(
    SELECT string_agg(line, E'\n' ORDER BY line) FROM (
      SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint
      WHERE connamespace = 'carnet'::regnamespace
      UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'carnet'
      UNION ALL SELECT relname || ' ' || relacl::text FROM pg_class WHERE relnamespace = 'carnet'::regnamespace
      UNION ALL SELECT nspacl::text FROM pg_namespace WHERE nspname = 'carnet') AS lines (line))");
  return std::string(result.text(0, 0));
}

TEST(Rebuild, GivesTheTablesThatCatchingUpGave) {
  Stage stage;
  stage.append_random(4000);
  Connection connection = stage.connect();
  Reader reader(stage.directory.path());
  catch_up(connection, reader);
  std::string before = structure(connection);
  EXPECT_EQ(rebuild(stage.uri, reader).position, stage.position());
  EXPECT_EQ(stored(connection), stage.expected());
  EXPECT_EQ(structure(connection), before);
  EXPECT_THAT(schemas(connection), testing::ElementsAre("carnet"));
}

TEST(Rebuild, MakesTheTablesWhereThereAreNone) {
  Stage stage;
  stage.append_random(500);
  Reader reader(stage.directory.path());
  rebuild(stage.uri, reader);
  Connection connection = stage.connect();
  EXPECT_EQ(stored(connection), stage.expected());
  stage.append_random(500);
  catch_up(connection, reader);
  EXPECT_EQ(stored(connection), stage.expected());
}

TEST(Rebuild, AndAProjectorMayBothMakeTheFirstTables) {
  Stage stage;
  stage.append_random(100);
  Connection connection = stage.connect();
  for (int round = 0; round < 10; ++round) {
    connection.exec("SET client_min_messages = error; DROP SCHEMA IF EXISTS carnet CASCADE");
    std::jthread rebuilder([&] {
      Reader reader(stage.directory.path());
      EXPECT_NO_THROW(rebuild(stage.uri, reader));
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(10 * round));
    Connection other = stage.connect();
    Reader reader(stage.directory.path());
    EXPECT_NO_THROW(catch_up(other, reader));
    rebuilder.join();
    EXPECT_EQ(stored(connection), stage.expected());
  }
}

TEST(Rebuild, OfLittleMemoryReadsTheHistorySeveralTimes) {
  Stage stage;
  stage.append_random(4000);
  Reader reader(stage.directory.path());
  rebuild(stage.uri, reader, {.memory_bytes = 30'000});
  Connection connection = stage.connect();
  EXPECT_EQ(stored(connection), stage.expected());
}

TEST(Rebuild, PutsRightWhatSomebodyChangedInTheTables) {
  Stage stage;
  stage.append_random(1000);
  Connection connection = stage.connect();
  Reader reader(stage.directory.path());
  catch_up(connection, reader);
  connection.exec("UPDATE carnet.vols SET destination = 'nowhere'; DELETE FROM carnet.reservations");
  rebuild(stage.uri, reader);
  EXPECT_EQ(stored(connection), stage.expected());
}

TEST(Rebuild, ReplacesTheTablesOfAnotherLedger) {
  Stage one(1), other(2);
  one.append_random(300);
  other.append_random(300);
  Connection connection = one.connect();
  Reader reader(one.directory.path()), successor(other.directory.path());
  catch_up(connection, reader);
  rebuild(one.uri, successor);
  EXPECT_EQ(stored(connection), other.expected());
}

TEST(Rebuild, TakesInWhatIsAppendedMeanwhile) {
  Stage stage;
  stage.append_random(2000);
  Reader reader(stage.directory.path());
  std::atomic<bool> done = false;
  std::jthread appender([&] {
    while (!done) stage.append_random(50);
  });
  for (int i = 0; i < 3; ++i) rebuild(stage.uri, reader);
  done = true;
  appender.join();
  Connection connection = stage.connect();
  catch_up(connection, reader);
  EXPECT_EQ(stored(connection), stage.expected());
}

TEST(Rebuild, KeepsTheFormerTablesIfAsked) {
  Stage stage;
  stage.append_random(300);
  Connection connection = stage.connect();
  Reader reader(stage.directory.path());
  catch_up(connection, reader);
  Rebuilt rebuilt = rebuild(stage.uri, reader, {.keep_old = true});
  EXPECT_EQ(rebuilt.former, "carnet_kept_1");
  EXPECT_EQ(stored(connection, rebuilt.former), stored(connection));
  EXPECT_EQ(rebuild(stage.uri, reader, {.keep_old = true}).former, "carnet_kept_2");
}

TEST(Rebuild, CarriesViewsGrantsAndIndexesOver) {
  Stage stage;
  stage.append(R"({"type":"vol.created","numero":"AF1","destination":"Lyon"})");
  Connection connection = stage.connect();
  Reader reader(stage.directory.path());
  catch_up(connection, reader);
  connection.exec(R"(
    CREATE VIEW public.lyon WITH (security_barrier) AS SELECT numero FROM vols WHERE destination = 'Lyon';
    CREATE VIEW carnet.inside AS SELECT count(*) AS n FROM lyon;
    CREATE VIEW carnet.deep AS SELECT v.numero, i.n FROM carnet.vols v, carnet.inside i;
    CREATE INDEX by_length ON carnet.vols (length(destination)) WHERE destination <> '}{';
    DROP ROLE IF EXISTS visitor; CREATE ROLE visitor;
    GRANT SELECT ON carnet.vols TO visitor WITH GRANT OPTION; GRANT UPDATE (destination) ON carnet.vols TO PUBLIC;
    GRANT USAGE ON SCHEMA carnet TO visitor; GRANT SELECT ON carnet.deep TO visitor)");
  std::string before = structure(connection);
  rebuild(stage.uri, reader);
  EXPECT_EQ(structure(connection), before);
  stage.append(R"({"type":"vol.created","numero":"AF2","destination":"Lyon"})");
  catch_up(connection, reader);
  EXPECT_EQ(connection.exec("SELECT FROM public.lyon").rows(), 2);
  EXPECT_EQ(connection.exec("SELECT n FROM carnet.inside").number(0, 0), 2);
  connection.exec("SET ROLE visitor");
  EXPECT_EQ(connection.exec("SELECT FROM carnet.deep").rows(), 2);
  connection.exec("RESET ROLE; DROP OWNED BY visitor; DROP ROLE visitor");
}

TEST(Rebuild, NamesWhatCannotComeOverAndTouchesNothing) {
  Stage stage;
  stage.append_random(300);
  Connection connection = stage.connect();
  Reader reader(stage.directory.path());
  catch_up(connection, reader);
  const std::pair<const char*, const char*> cases[] = {
      {"CREATE MATERIALIZED VIEW public.m AS SELECT * FROM carnet.vols", "DROP MATERIALIZED VIEW public.m"},
      {"CREATE TABLE public.t (n varchar REFERENCES carnet.vols)", "DROP TABLE public.t"},
      {"CREATE TABLE carnet.t ()", "DROP TABLE carnet.t"},
      {"CREATE FUNCTION public.f(carnet.vols) RETURNS int LANGUAGE sql AS 'SELECT 1'", "DROP FUNCTION public.f"},
      {"ALTER TABLE carnet.vols ADD CONSTRAINT c CHECK (numero <> '')", "ALTER TABLE carnet.vols DROP CONSTRAINT c"},
      {"CREATE FUNCTION public.g() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';"
       "CREATE TRIGGER g AFTER INSERT ON carnet.vols EXECUTE FUNCTION public.g()",
       "DROP TRIGGER g ON carnet.vols"},
  };
  for (auto [make, drop] : cases) {
    connection.exec(make);
    EXPECT_THROW(rebuild(stage.uri, reader), DatabaseError) << make;
    EXPECT_THAT(schemas(connection), testing::ElementsAre("carnet")) << make;
    connection.exec(drop);
  }
  EXPECT_NO_THROW(rebuild(stage.uri, reader));
}

TEST(Rebuild, WaitsForAQuestionThatHoldsTheProjection) {
  Stage stage;
  stage.append_random(300);
  Connection connection = stage.connect();
  Reader reader(stage.directory.path());
  catch_up(connection, reader);
  std::atomic<bool> swapped = false;
  Transaction question(connection, std::string("BEGIN ISOLATION LEVEL REPEATABLE READ; ") + hold_projection);
  std::jthread rebuilder([&] {
    Reader own(stage.directory.path());
    rebuild(stage.uri, own);
    swapped = true;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(700));
  EXPECT_FALSE(swapped);
  EXPECT_EQ(stored(connection), stage.expected());
  question.commit();
  rebuilder.join();
  EXPECT_TRUE(swapped);
}

TEST(Rebuild, ATransactionThatBeganBeforeFindsTheTablesFull) {
  Stage stage;
  stage.append_random(1000);
  Connection connection = stage.connect(), bystander = stage.connect();
  Reader reader(stage.directory.path());
  catch_up(connection, reader);
  connection.exec("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1");
  bystander.exec("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM carnet.vols");
  Rebuilt rebuilt = rebuild(stage.uri, reader);
  EXPECT_NE(rebuilt.former, "");  // the bystander still has it
  EXPECT_EQ(stored(connection), stage.expected());
  EXPECT_EQ(stored(bystander), stage.expected());
  connection.exec("COMMIT");
  bystander.exec("COMMIT");
  rebuild(stage.uri, reader);
  EXPECT_THAT(schemas(connection), testing::ElementsAre("carnet"));
}

TEST(Rebuild, AReaderInALoopSeesNeitherErrorNorHalfState) {
  Stage stage;
  stage.append_random(1500);
  Reader reader(stage.directory.path());
  rebuild(stage.uri, reader);
  std::atomic<bool> done = false;
  std::atomic<int> asked = 0;
  std::string expected;
  const std::string question =
      "SELECT count(*), count(a.id), count(p.id), (SELECT count(*) FROM carnet.reservations r JOIN carnet.passagers q "
      "ON q.id = r.passager_id JOIN carnet.vols w ON w.numero = r.numero) FROM carnet.vols v "
      "LEFT JOIN carnet.avions a ON a.id = v.avion_id LEFT JOIN carnet.pilotes p ON p.id = v.pilote_id";
  auto answer = [](const Result& result) {
    std::string text;
    for (int column = 0; column < 4; ++column) text += std::string(result.text(0, column)) + " ";
    return text;
  };
  {
    Connection connection = stage.connect();
    expected = answer(connection.exec(question));
  }
  std::vector<std::jthread> readers;
  for (bool prepared : {true, false}) {
    readers.emplace_back([&, prepared] {
      Connection connection = stage.connect();
      connection.exec("PREPARE q AS " + question);
      while (!done) {
        EXPECT_EQ(answer(connection.exec(prepared ? "EXECUTE q" : question)), expected);
        ++asked;
      }
    });
  }
  const char* cycles = std::getenv("CARNET_CYCLES");
  for (int i = 0; i < (cycles == nullptr ? 5 : 50); ++i) rebuild(stage.uri, reader);
  done = true;
  readers.clear();
  EXPECT_GT(asked, 10);
}

TEST(Rebuild, OneAtATime) {
  Stage stage;
  Reader reader(stage.directory.path());
  Connection other = stage.connect();
  other.exec("SELECT pg_advisory_lock(hashtext('carnet rebuild'), hashtext('carnet'))");
  EXPECT_THROW(rebuild(stage.uri, reader), Locked);
}

TEST(Rebuild, AnInterruptAtAnyPointLeavesTheOldTablesAndNothingElse) {
  Stage stage;
  stage.append_random(3000);
  Connection connection = stage.connect();
  Reader reader(stage.directory.path());
  catch_up(connection, reader);
  for (int delay_ms = 0; delay_ms < 200; delay_ms += 20) {
    std::atomic<bool> stop = false;
    std::jthread alarm([&] {
      std::this_thread::sleep_for(std::chrono::milliseconds(delay_ms));
      stop = true;
    });
    try {
      rebuild(stage.uri, reader, {}, {{}, {}, &stop});
    } catch (const Interrupted&) {
    }
    EXPECT_THAT(schemas(connection), testing::ElementsAre("carnet")) << delay_ms;
    EXPECT_EQ(stored(connection), stage.expected());
  }
}

TEST(RebuildUntil, GivesTheTablesOfAnyMomentOfThePast) {
  Stage stage;
  Reader reader(stage.directory.path());
  Connection connection = stage.connect();
  std::map<Position, std::map<Stream, Entity>> moments;
  for (int i = 0; i < 5; ++i) {
    moments[stage.position()] = stage.expected();
    stage.append_random(300);
  }
  for (const auto& [position, expected] : moments) {
    EXPECT_EQ(rebuild_until(stage.uri, reader, position, "then"), position);
    EXPECT_EQ(stored(connection, "then"), expected);
    EXPECT_EQ(checkpoint(connection, "then")->position, position);
  }
  EXPECT_THROW(rebuild_until(stage.uri, reader, stage.position() + 1, "then"), DatabaseError);
  EXPECT_THROW(rebuild_until(stage.uri, reader, 1, "carnet"), DatabaseError);
  EXPECT_THROW(rebuild_until(stage.uri, reader, 1, "public"), DatabaseError);
}

TEST(Rebuild, LeavesASchemaAloneThatCarnetDidNotMake) {
  Stage stage;
  stage.append_random(50);
  Reader reader(stage.directory.path());
  Connection connection = stage.connect();
  connection.exec("CREATE SCHEMA carnet; CREATE TABLE carnet.vols (mine text); INSERT INTO carnet.vols VALUES ('x')");
  connection.exec("CREATE SCHEMA app; CREATE TABLE app.checkpoint (mine text)");
  EXPECT_THROW(rebuild(stage.uri, reader), DatabaseError);
  EXPECT_THROW(catch_up(connection, reader), DatabaseError);
  EXPECT_THROW(rebuild_until(stage.uri, reader, 7, "app"), DatabaseError);
  EXPECT_EQ(connection.exec("SELECT FROM carnet.vols").rows(), 1);
  EXPECT_NO_THROW(connection.exec("SELECT mine FROM app.checkpoint"));
  connection.exec("DROP SCHEMA carnet CASCADE; CREATE SCHEMA carnet");
  rebuild(stage.uri, reader);
  EXPECT_EQ(stored(connection), stage.expected());
}

TEST(Rebuild, AStatementThatTheServerRefusesIsNotTakenForAnotherRebuild) {
  Stage stage;
  Reader reader(stage.directory.path());
  Connection connection = stage.connect();
  connection.exec("REVOKE EXECUTE ON FUNCTION pg_advisory_lock(int, int) FROM PUBLIC");
  EXPECT_THROW(rebuild(with_role(stage.uri, "carnet_reader"), reader), DatabaseError);
}

TEST(Rebuild, TellsHowFarItIsInAllItsSteps) {
  Stage stage;
  stage.append_random(4000);
  Reader reader(stage.directory.path());
  std::vector<Position> told;
  const auto tell = [&](Position done, Position of) {
    EXPECT_EQ(of, stage.position());
    told.push_back(done);
  };
  rebuild(stage.uri, reader, {.memory_bytes = 100'000}, {tell, {}, nullptr});
  EXPECT_TRUE(std::ranges::is_sorted(told));
  ASSERT_GT(told.size(), 5u);
  EXPECT_LT(told.front(), stage.position() / 2);
  EXPECT_GT(told.back(), stage.position() * 3 / 4);
  EXPECT_LE(told.back(), stage.position());
}

TEST(RebuildUntil, ATimeIsWhereHistoryFirstGoesBeyondIt) {
  Stage stage;
  for (const char* line : {R"({"type":"vol.created","numero":"AF1","time":"2026-01-01T10:00:00Z"})",
                           R"({"type":"vol.took_off","numero":"AF1","time":"2026-01-01T11:00:00Z"})",
                           R"({"type":"vol.landed","numero":"AF1","time":"2026-01-01T12:00:00Z"})"}) {
    stage.append(line);
  }
  Reader reader(stage.directory.path());
  const Time ten{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1} + std::chrono::hours(10)};
  using std::chrono::minutes;
  EXPECT_EQ(position_at(reader, ten - minutes(1)), 0u);
  EXPECT_EQ(position_at(reader, ten), 1u);
  EXPECT_EQ(position_at(reader, ten + minutes(90)), 2u);
  EXPECT_EQ(position_at(reader, ten + minutes(900)), 3u);

  stage.append(R"({"type":"vol.created","numero":"AF2","time":"2026-01-01T10:30:00Z"})");
  reader.refresh();
  const Standing standing = standing_at(reader, ten + minutes(30));
  EXPECT_EQ(standing.position, 1u);
  EXPECT_EQ(standing.next, ten + minutes(60));
  EXPECT_EQ(standing.earlier_ones, 1u);
  EXPECT_EQ(standing_at(reader, ten + minutes(900)).next, std::nullopt);
}

}  // namespace
}  // namespace carnet
