// SPDX-License-Identifier: Apache-2.0
// Ids that sources give: the same one again is answered as it was the first time.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "events/content.hpp"
#include "events/reader.hpp"
#include "events/state.hpp"
#include "events/store.hpp"
#include "tests/events/a_ledger.hpp"

namespace carnet {
namespace {

TEST_F(ALedger, AnswersAKnownIdWithTheFirstReceiptAndOtherContentWithIdReused) {
  const std::string first = R"({"type":"avion.registered","modele":"A320","id":"e-1"})";
  EXPECT_EQ(tell(first), "1 v1 id=1");
  EXPECT_EQ(tell(first), "1 v1 duplicate id=1");
  EXPECT_EQ(tell(R"( {"id":"e-1", "modele":"A320", "type":"avion.registered"} )"), "1 v1 duplicate id=1");
  EXPECT_EQ(tell(R"({"type":"avion.registered","modele":"A321","id":"e-1"})"), "id_reused id");
  // Before the version, the rules and all else.
  EXPECT_EQ(tell(R"({"type":"avion.registered","modele":"A320","id":"e-1","expect":17})"), "1 v1 duplicate id=1");
  EXPECT_EQ(tell(R"({"type":"vol.created","numero":"AF1","id":"e-2","avion":{"modele":"A"},"pilote":{"nom":"B"}})"),
            "4 v1 avion_id=2 pilote_id=1");
  // Ids of refused lines are not kept.
  EXPECT_EQ(tell(R"({"type":"vol.landed","numero":"AF1","id":"e-3"})"), "bad_transition numero");
  EXPECT_EQ(tell(R"({"type":"vol.took_off","numero":"AF1","id":"e-3"})"), "5 v2");
  reopen();
  EXPECT_EQ(tell(first), "1 v1 duplicate id=1");
  EXPECT_EQ(tell(R"({"type":"avion.registered","modele":"A321","id":"e-1"})"), "id_reused id");
  EXPECT_EQ(tell(R"({"type":"vol.created","numero":"AF1","id":"e-2","avion":{"modele":"A"},"pilote":{"nom":"B"}})"),
            "4 v1 duplicate avion_id=2 pilote_id=1");
  EXPECT_EQ(ledger->head().position, 5u);
}

TEST_F(ALedger, TellsCloudEventsApartBySourceAndId) {
  const auto landing = [](std::string_view source, std::string_view id, std::string_view modele) {
    return fmt::format(
        R"({{"specversion":"1.0","type":"avion.registered","source":"{}","id":"{}","data":{{"modele":"{}"}}}})", source,
        id, modele);
  };
  EXPECT_EQ(tell(landing("/a", "1", "A320")), "1 v1 id=1");
  EXPECT_EQ(tell(landing("/b", "1", "A321")), "2 v1 id=2");
  EXPECT_EQ(tell(R"({"type":"avion.registered","modele":"A330","id":"1"})"), "3 v1 id=3");
  EXPECT_EQ(tell(landing("/a", "1", "A320")), "1 v1 duplicate id=1");
  EXPECT_EQ(tell(landing("/b", "1", "A320")), "id_reused id");
}

// Made so that XXH3-128 gives one hash for both.
std::pair<std::string, std::string> two_ids_with_one_hash() {
  std::string first(699, 'x');
  for (const auto& [at, character] :
       {std::pair{195, '0'}, {196, '4'}, {197, 'A'}, {198, 'D'}, {323, 'K'}, {325, 'T'}, {326, 'z'}}) {
    first[static_cast<std::size_t>(at)] = character;
  }
  std::string second = first;
  first[191] = second[319] = '0';
  first[319] = second[191] = '1';
  return {first, second};
}

TEST_F(ALedger, RefusesAnIdWhoseHashAnotherOneHas) {
  const auto [first, second] = two_ids_with_one_hash();
  ASSERT_NE(first, second);
  ASSERT_EQ(identity({}, first), identity({}, second));
  const auto avion = [](std::string_view id) {
    return fmt::format(R"({{"type":"avion.registered","modele":"A320","id":"{}"}})", id);
  };
  EXPECT_EQ(tell(avion(first)), "1 v1 id=1");
  EXPECT_EQ(tell(avion(second)), "id_reused id");
  EXPECT_EQ(tell(avion(first)), "1 v1 duplicate id=1");
  const std::vector<std::string> both{avion(second), avion(second)};
  EXPECT_THAT(told(ledger->append_all(lines(both))), testing::ElementsAre("id_reused id"));
  EXPECT_EQ(tell(avion(first)), "1 v1 duplicate id=1");
  reopen();
  EXPECT_EQ(tell(avion(second)), "id_reused id");
  EXPECT_EQ(tell(avion(first)), "1 v1 duplicate id=1");
}

// A history from before such ids were refused can be opened.
TEST(AState, KeepsTheFirstOfTwoIdsWithOneHash) {
  const auto [first, second] = two_ids_with_one_hash();
  const Scratch scratch;
  const auto db = store::open(store::state_options(16 << 20), scratch / "state", true);
  State state{*db, scratch / "state", 8 << 20};
  Record record;
  for (std::int32_t i = 1; i <= 5000; ++i) {
    record.position = static_cast<Position>(i);
    record.version = 1;
    record.event = PassagerRegistered{i, "P"};
    record.id = i == 7 ? first : i == 4000 ? second : fmt::format("p{}", i);
    state.fold(record);
  }
  state.flush({5000, 0, {}});
  EXPECT_EQ(state.position_of(identity({}, first)), 7u);
  EXPECT_EQ(state.position_of(identity({}, "p4999")), 4999u);
  State reopened{*db, scratch / "state", 8 << 20};
  EXPECT_EQ(reopened.position_of(identity({}, first)), 7u);
}

}  // namespace
}  // namespace carnet
