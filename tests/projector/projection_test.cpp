// SPDX-License-Identifier: Apache-2.0
#include "projector/projection.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "tests/projector/stage.hpp"

namespace carnet {
namespace {

TEST(CatchUp, MakesTheTablesAndFillsThemWithWhatHappened) {
  Stage stage;
  stage.append_random(3000);
  Reader reader(stage.directory.path());
  Connection connection = stage.connect();
  EXPECT_EQ(catch_up(connection, reader), stage.position());
  EXPECT_EQ(stored(connection), stage.expected());
}

TEST(CatchUp, GoesOnFromItsCheckpointAsTheHistoryGrows) {
  Stage stage(2);
  Reader reader(stage.directory.path());
  Connection connection = stage.connect();
  std::mt19937 random(3);
  for (int round = 0; round < 60; ++round) {
    stage.append_random(static_cast<int>(random() % 60));
    catch_up(connection, reader);
    ASSERT_EQ(stored(connection), stage.expected()) << "round " << round;
  }
  EXPECT_EQ(checkpoint(connection)->position, stage.position());
}

TEST(CatchUp, OfAnEmptyLedgerMakesEmptyTables) {
  Stage stage;
  Reader reader(stage.directory.path());
  Connection connection = stage.connect();
  EXPECT_EQ(checkpoint(connection), std::nullopt);
  EXPECT_EQ(catch_up(connection, reader), 0u);
  EXPECT_EQ(checkpoint(connection)->ledger, reader.head().uuid);
  EXPECT_TRUE(stored(connection).empty());
}

TEST(CatchUp, LicencesAndSeatsMayBeSwappedWithinAWindow) {
  Stage stage;
  for (const char* line : {
           R"({"type":"pilote.registered","pilote_id":1,"nom":"A","licence":"L1"})",
           R"({"type":"pilote.registered","pilote_id":2,"nom":"B","licence":"L2"})",
           R"({"type":"passager.registered","passager_id":1,"nom":"P"})",
           R"({"type":"passager.registered","passager_id":2,"nom":"Q"})",
           R"({"type":"vol.created","numero":"AF1"})",
           R"({"type":"reservation.made","numero":"AF1","passager_id":1,"siege":"1A"})",
           R"({"type":"reservation.made","numero":"AF1","passager_id":2,"siege":"1B"})",
       }) {
    stage.append(line);
  }
  Reader reader(stage.directory.path());
  Connection connection = stage.connect();
  catch_up(connection, reader);
  for (const char* line : {
           R"({"type":"pilote.amended","pilote_id":1,"licence":null})",
           R"({"type":"pilote.amended","pilote_id":2,"licence":"L1"})",
           R"({"type":"pilote.amended","pilote_id":1,"licence":"L2"})",
           R"({"type":"reservation.amended","numero":"AF1","passager_id":1,"siege":null})",
           R"({"type":"reservation.amended","numero":"AF1","passager_id":2,"siege":"1A"})",
           R"({"type":"reservation.amended","numero":"AF1","passager_id":1,"siege":"1B"})",
       }) {
    stage.append(line);
  }
  catch_up(connection, reader);
  EXPECT_EQ(stored(connection), stage.expected());
}

TEST(CatchUp, RefusesTheTablesOfAnotherLedger) {
  Stage one(1), other(2);
  one.append_random(100);
  other.append_random(100);
  Connection connection = one.connect();
  Reader reader(one.directory.path()), stranger(other.directory.path());
  catch_up(connection, reader);
  EXPECT_THROW(catch_up(connection, stranger), Mismatch);
  EXPECT_EQ(stored(connection), one.expected());
}

TEST(CatchUp, RefusesTablesThatAreAheadOfTheLedgerOrSawAnotherRecordThere) {
  Stage stage;
  stage.append_random(300);
  Connection connection = stage.connect();
  Reader reader(stage.directory.path());
  catch_up(connection, reader);
  connection.exec("UPDATE carnet.checkpoint SET position = position + 1");
  EXPECT_THROW(catch_up(connection, reader), Mismatch);
  connection.exec("UPDATE carnet.checkpoint SET position = position - 1, checksum = checksum + 1");
  EXPECT_THROW(catch_up(connection, reader), Mismatch);
}

TEST(CatchUp, RebuildsTablesThatAnOlderCarnetMade) {
  Stage stage;
  stage.append_random(500);
  Connection connection = stage.connect();
  Reader reader(stage.directory.path());
  catch_up(connection, reader);
  connection.exec(
      "UPDATE carnet.checkpoint SET schema_version = 0; ALTER TABLE carnet.vols DROP COLUMN destination CASCADE");
  catch_up(connection, reader);
  EXPECT_EQ(stored(connection), stage.expected());
}

TEST(CatchUp, RefusesTablesThatANewerCarnetMade) {
  Stage stage;
  Connection connection = stage.connect();
  Reader reader(stage.directory.path());
  catch_up(connection, reader);
  connection.exec("UPDATE carnet.checkpoint SET schema_version = 1000");
  EXPECT_THROW(catch_up(connection, reader), Mismatch);
}

TEST(CatchUp, ARowThatSomebodyElseChangedIsNeverBuiltUpon) {
  Stage stage;
  stage.append(R"({"type":"avion.registered","avion_id":1,"modele":"A320"})");
  Connection connection = stage.connect();
  Reader reader(stage.directory.path());
  catch_up(connection, reader);
  stage.append(R"({"type":"avion.amended","avion_id":1,"vitesse_max":870})");
  connection.exec("DELETE FROM carnet.avions");
  EXPECT_THROW(catch_up(connection, reader), Mismatch);
  EXPECT_EQ(checkpoint(connection)->position, 1u);
}

TEST(CatchUp, SeveralAtOnceTakeTurns) {
  Stage stage;
  std::atomic<bool> done = false;
  std::vector<std::jthread> projectors;
  for (int i = 0; i < 3; ++i) {
    projectors.emplace_back([&] {
      Connection connection = stage.connect();
      Reader reader(stage.directory.path());
      while (!done) catch_up(connection, reader);
    });
  }
  for (int round = 0; round < 50; ++round) stage.append_random(20);
  done = true;
  projectors.clear();
  Connection connection = stage.connect();
  Reader reader(stage.directory.path());
  catch_up(connection, reader);
  EXPECT_EQ(stored(connection), stage.expected());
}

TEST(CatchUp, StopsWhenTheFlagIsRaisedAndKeepsWhatWasCommitted) {
  Stage stage;
  stage.append_random(2000);
  std::atomic<bool> stop = true;
  Reader reader(stage.directory.path());
  EXPECT_THROW(Connection(stage.uri, &stop), Interrupted);
  Connection connection = stage.connect();
  EXPECT_THROW(catch_up(connection, reader, {{}, {}, &stop}), Interrupted);
  EXPECT_EQ(checkpoint(connection)->position, 0u);
}

TEST(CatchUp, TellsHowFarItIs) {
  Stage stage;
  stage.append_random(500);
  std::vector<std::pair<Position, Position>> told;
  Connection connection = stage.connect();
  Reader reader(stage.directory.path());
  catch_up(connection, reader, {[&](Position done, Position of) { told.emplace_back(done, of); }, {}, nullptr});
  ASSERT_FALSE(told.empty());
  EXPECT_EQ(told.back(), std::pair(stage.position(), stage.position()));
}

TEST(Tables, HaveRealKeysThatHoldWithoutCarnet) {
  Stage stage;
  for (const char* line : {R"({"type":"avion.registered","avion_id":1,"modele":"A320"})",
                           R"({"type":"passager.registered","passager_id":1,"nom":"P"})",
                           R"({"type":"vol.created","numero":"AF1","avion_id":1})",
                           R"({"type":"reservation.made","numero":"AF1","passager_id":1})"}) {
    stage.append(line);
  }
  Connection connection = stage.connect();
  Reader reader(stage.directory.path());
  catch_up(connection, reader);
  EXPECT_THROW(connection.exec("UPDATE carnet.vols SET avion_id = 2"), DatabaseError);
  connection.exec("DELETE FROM carnet.avions");
  EXPECT_FALSE(connection.exec("SELECT avion_id FROM carnet.vols").at(0, 0));
  connection.exec("DELETE FROM carnet.passagers");
  EXPECT_EQ(connection.exec("SELECT FROM carnet.reservations").rows(), 0);
}

TEST(Tables, AreReadButNotChangedByTheReadersRole) {
  Stage stage;
  Connection connection = stage.connect();
  Reader reader(stage.directory.path());
  catch_up(connection, reader);
  Connection visitor(with_role(stage.uri, "carnet_reader"));
  EXPECT_EQ(visitor.exec("SELECT FROM vols").rows(), 0);
  for (const char* statement :
       {"DELETE FROM carnet.vols", "COPY carnet.vols TO PROGRAM 'cat'", "CREATE TABLE t ()", "SET ROLE carnet",
        "SET default_transaction_read_only = off; DELETE FROM carnet.vols", "SELECT lo_create(0)",
        "SELECT lo_from_bytea(0, 'x')", "SELECT pg_logical_emit_message(false, 'a', 'b')"}) {
    EXPECT_THROW(visitor.exec(statement), DatabaseError) << statement;
  }
}

TEST(Database, ThatIsNotUtf8IsRefused) {
  std::string uri = ThrowawayCluster::shared().new_database();
  Connection(uri).exec("CREATE DATABASE latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
  EXPECT_THROW(Connection(with_database(uri, "latin")), DatabaseError);
}

TEST(Database, ThatCannotBeReachedIsDown) {
  EXPECT_THROW(Connection("postgresql:///x?host=/nowhere"), DatabaseDown);
  EXPECT_THROW(Connection("postgresql:///no_such_database?host=" + ThrowawayCluster::shared().home().string() +
                          "/postgres&user=carnet"),
               DatabaseDown);
}

}  // namespace
}  // namespace carnet
