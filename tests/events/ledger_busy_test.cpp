// SPDX-License-Identifier: Apache-2.0
// Appends that depend on other streams, that do not wait for each other, and that go on for long.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/events/a_ledger.hpp"

namespace carnet {
namespace {

using ::testing::ElementsAre;

class ABusyLedger : public ALedger {
 protected:
  static std::vector<Line> registered(int first, int count) {
    std::vector<std::string> texts;
    for (int i = first; i < first + count; ++i) {
      texts.push_back(
          fmt::format(R"({{"type":"pilote.registered","pilote_id":{0},"nom":"P","licence":"L{0}","id":"p{0}"}})", i));
    }
    return lines(texts);
  }

  static auto count(const std::vector<Answer>& answers, std::string_view what) {
    const std::vector<std::string> all = told(answers);
    return std::ranges::count_if(all, [&](const std::string& answer) { return answer.find(what) != answer.npos; });
  }
};

TEST_F(ABusyLedger, AppendsOnlyIfTheNamedStreamsAreAsExpected) {
  tell(R"({"type":"avion.registered","avion_id":7,"modele":"A320"})");
  tell(R"({"type":"avion.registered","avion_id":8,"modele":"A320"})");
  tell(R"({"type":"avion.deleted","avion_id":8})");
  const std::string texts[]{R"({"type":"vol.created","numero":"AF101","avion_id":7,"id":"e-1"})",
                            R"({"type":"vol.took_off","numero":"AF101"})"};
  const std::vector<Line> both = lines(texts);
  const auto version = [](Version v) { return Expect{Expect::Is::version, v}; };
  const Expect alive{Expect::Is::alive, 0};
  const std::vector<Condition> unmet[]{
      {{Stream::avion(7), version(2)}},                                      // another version
      {{Stream::avion(7), version(1)}, {Stream::avion(8), alive}},           // deleted
      {{Stream::avion(7), version(1)}, {Stream::avion(9), alive}},           // never there
      {{Stream::avion(7), version(0)}},                                      // has a record
      {{Stream::avion(7), version(1)}, {Stream::vol("AF101"), version(1)}},  // of what is written, before it is
  };
  for (const auto& conditions : unmet) {
    EXPECT_THAT(told(ledger->judge(both, true, conditions)), ElementsAre("version_conflict expect"));
    EXPECT_THAT(told(ledger->append_all(both, conditions)), ElementsAre("version_conflict expect"));
  }
  EXPECT_EQ(ledger->head().position, 3u);
  const std::vector<Condition> met{
      {Stream::avion(7), version(1)}, {Stream::avion(8), version(2)}, {Stream::vol("AF101"), version(0)}};
  EXPECT_THAT(told(ledger->append_all(both, met)), ElementsAre("4 v1", "5 v2"));
  // Sent again, it is answered as it was, though the conditions hold no more.
  EXPECT_THAT(told(ledger->append_all(std::span{both}.first(1), met)), ElementsAre("4 v1 duplicate"));
}

TEST_F(ABusyLedger, JudgesTheNextLinesWhileTheFirstOnesBecomeDurable) {
  std::vector<Ledger::Pending> pending;
  std::vector<std::vector<Line>> kept;
  for (int i = 1; i <= 50; ++i) {
    const std::string texts[]{fmt::format(R"({{"type":"vol.created","numero":"AF{}","id":"e-{}"}})", i, i),
                              fmt::format(R"({{"type":"vol.created","numero":"AF{}","id":"e-{}"}})", i - 1, i - 1)};
    kept.push_back(lines(texts));
    pending.push_back(ledger->submit(kept.back()));
  }
  // The second line of each is the first of the one before, which is not durable yet.
  for (int i = 50; i >= 1; --i) {
    const std::string again = i == 1 ? "2 v1" : fmt::format("{} v1 duplicate", i == 2 ? 1 : i);
    EXPECT_THAT(told(pending[static_cast<std::size_t>(i - 1)].wait()),
                ElementsAre(fmt::format("{} v1", i == 1 ? 1 : i + 1), again));
  }
  EXPECT_EQ(ledger->head().position, 51u);
  {
    const Ledger::Pending unread =
        ledger->submit(lines(std::vector<std::string>{R"({"type":"avion.registered","modele":"A320"})"}));
  }
  EXPECT_EQ(ledger->head().position, 52u) << "what nobody waits for becomes durable all the same";
}

// Work that goes on for long makes a filter of what there is; what it says is not there must not be there.
TEST_F(ABusyLedger, FindsWhatWasThereBeforeItWasOpened) {
  constexpr int before = 60'000, block = 5'000;
  for (int i = 1; i < before; i += block) ledger->append(registered(i, block));
  reopen();
  for (int round = 0; round < 2; ++round) {
    for (int i = 1; i < before; i += block) EXPECT_EQ(count(ledger->append(registered(i, block)), "duplicate"), block);
    for (int i = 1; i < before; i += block) {
      std::vector<std::string> texts;
      for (int j = i; j < i + block; ++j) {
        texts.push_back(fmt::format(R"({{"type":"pilote.registered","pilote_id":{},"nom":"P","licence":"L{}"}})",
                                    before + round * before + j, j));
      }
      EXPECT_EQ(count(ledger->append(lines(texts)), "taken licence"), block);
    }
  }
  EXPECT_EQ(ledger->head().position, static_cast<Position>(before));
}

// What is only in memory when the filter is begun, or comes while the keys on disk are read, is not there either.
TEST_F(ABusyLedger, FindsWhatCameWhileItsFilterWasMade) {
  constexpr int before = 20'000, some = 20, rounds = 60;
  ledger->append(registered(1, before));
  reopen();
  const std::vector<Line> refused =
      lines(std::vector<std::string>(4000, R"({"type":"avion.deleted","avion_id":7})"));  // they take no memory
  for (int round = 0; round < rounds; ++round) {
    EXPECT_EQ(count(ledger->append(registered(before + 1 + round * some, some)), "v1"), some);
    EXPECT_EQ(count(ledger->append(refused), "not_found"), 4000);
  }
  EXPECT_EQ(count(ledger->append(registered(1, before + rounds * some)), "duplicate"), before + rounds * some);
  std::vector<std::string> taken;
  for (int i = 1; i <= before + rounds * some; ++i) {
    taken.push_back(fmt::format(R"({{"type":"pilote.registered","nom":"P","licence":"L{}"}})", i));
  }
  EXPECT_EQ(count(ledger->append(lines(taken)), "taken licence"), static_cast<std::ptrdiff_t>(taken.size()));
}

}  // namespace
}  // namespace carnet
