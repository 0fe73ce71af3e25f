// SPDX-License-Identifier: Apache-2.0
// Tables of past moments: made once, kept for a while, listed, dropped.
#include "projector/moments.hpp"

#include <gmock/gmock.h>

#include <thread>

#include "events/ledger.hpp"
#include "projector/as_of.hpp"
#include "projector/rebuild.hpp"
#include "tests/projector/stage.hpp"

namespace carnet {
namespace {

std::string identity(Connection& connection, const std::string& schema) {
  return std::string(connection.exec("SELECT '" + schema + "'::regnamespace::oid").text(0, 0));
}

TEST(AsOf, KeepsTheMomentsThatWereAskedForLast) {
  Stage stage;
  stage.append_random(500);
  Reader reader(stage.directory.path());
  Connection connection = stage.connect();
  catch_up(connection, reader);
  for (Position position : {10u, 20u, 30u, 40u, 10u, 50u}) {
    EXPECT_EQ(as_of(stage.uri, reader, position), "carnet_at_" + std::to_string(position));
  }
  rebuild_until(stage.uri, reader, 7, "mine");
  std::vector<Position> positions;
  for (const Moment& moment : moments(connection)) positions.push_back(moment.position);
  EXPECT_THAT(positions, testing::UnorderedElementsAre(10, 30, 40, 50, 7));
  std::string before = identity(connection, "carnet_at_30");
  as_of(stage.uri, reader, 30);
  EXPECT_EQ(identity(connection, "carnet_at_30"), before) << "it was there";
  connection.exec("UPDATE carnet_at_30.checkpoint SET position = 31");
  as_of(stage.uri, reader, 30);
  EXPECT_NE(identity(connection, "carnet_at_30"), before) << "it was not what its name says";
  before = identity(connection, "carnet_at_30");
  connection.exec("UPDATE carnet_at_30.checkpoint SET checksum = checksum + 1");
  as_of(stage.uri, reader, 30);
  EXPECT_NE(identity(connection, "carnet_at_30"), before) << "it was another history's";
}

TEST(AsOf, SeveralMayAskForTheSameMomentAtOnce) {
  Stage stage;
  stage.append_random(300);
  std::vector<std::jthread> askers;
  for (int i = 0; i < 3; ++i) {
    askers.emplace_back([&] {
      Reader reader(stage.directory.path());
      EXPECT_EQ(as_of(stage.uri, reader, 100), "carnet_at_100");
    });
  }
}

TEST(AsOf, NeverDropsWhatAViewOfTheUsersLooksAt) {
  Stage stage;
  stage.append_to_be(100);
  Reader reader(stage.directory.path());
  Connection connection = stage.connect();
  as_of(stage.uri, reader, 10);
  connection.exec("CREATE VIEW public.then AS SELECT * FROM carnet_at_10.vols");
  for (Position position : {20u, 30u, 40u, 50u, 60u}) as_of(stage.uri, reader, position);
  EXPECT_NO_THROW(connection.exec("SELECT FROM public.then"));
  EXPECT_THROW(drop_moment(connection, "carnet_at_10"), DatabaseError);
  EXPECT_NO_THROW(connection.exec("SELECT FROM public.then"));
}

TEST(Moments, AreListedWithPositionTimeAndSizeAndCanBeDropped) {
  Stage stage;
  stage.append_random(500);
  Reader reader(stage.directory.path());
  Connection connection = stage.connect();
  catch_up(connection, reader);
  const std::string kept = rebuild(stage.uri, reader, {.keep_old = true}).former;
  as_of(stage.uri, reader, 10);
  rebuild_until(stage.uri, reader, 7, "mine");
  const Time before = std::chrono::time_point_cast<Time::duration>(std::chrono::system_clock::now());
  std::vector<Moment> all = moments(connection);
  ASSERT_EQ(all.size(), 3u);
  const std::pair<std::string, Position> expected[] = {{"carnet_at_10", 10}, {kept, stage.position()}, {"mine", 7}};
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(all[i].schema, expected[i].first);
    EXPECT_EQ(all[i].position, expected[i].second) << all[i].schema;
    ASSERT_TRUE(all[i].used) << all[i].schema;
    EXPECT_LT(before - *all[i].used, std::chrono::minutes(1)) << all[i].schema;
    EXPECT_GT(all[i].bytes, 8192u) << all[i].schema;
  }
  connection.exec("CREATE SCHEMA other; CREATE TABLE other.checkpoint (position bigint)");
  for (const char* schema : {"carnet", "other", "nowhere"}) {
    EXPECT_THROW(drop_moment(connection, schema), DatabaseError) << schema;
  }
  Connection visitor = stage.connect();
  visitor.exec("BEGIN; SELECT FROM mine.vols");
  EXPECT_THROW(drop_moment(connection, "mine"), Locked);
  visitor.exec("COMMIT");
  for (const Moment& moment : all) drop_moment(connection, moment.schema);
  EXPECT_TRUE(moments(connection).empty());
  EXPECT_THAT(schemas(connection), testing::ElementsAre("carnet"));
}

}  // namespace
}  // namespace carnet
