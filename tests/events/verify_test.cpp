// SPDX-License-Identifier: Apache-2.0
#include "events/verify.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "events/backup.hpp"
#include "events/ledger.hpp"
#include "tests/random_history.hpp"
#include "tests/scratch.hpp"

namespace carnet {
namespace {

const auto no_progress = [](Position) {};

std::vector<Line> random_lines(int count) {
  RandomHistory history{7};
  std::vector<Line> lines;
  while (count-- > 0) {
    auto parsed = parse_line(history.line());
    if (auto* line = std::get_if<Line>(&parsed)) lines.push_back(std::move(*line));
  }
  return lines;
}

TEST(Verify, FindsARandomHistorySound) {
  Scratch scratch;
  {
    Ledger ledger(scratch.path(), {});
    ledger.append(random_lines(5000));
  }
  const Verdict verdict = verify(scratch.path(), true, no_progress);
  EXPECT_TRUE(verdict.sound()) << verdict.ledger.value_or("") << verdict.foldable.value_or("");
  EXPECT_TRUE(verdict.folded);
  EXPECT_GT(verdict.head.position, 1000u);
}

TEST(Verify, FindsNothingOfWhatWasOnlyJudgedOrWasUndone) {
  Scratch scratch;
  const std::vector<Line> lines = random_lines(200);
  {
    Ledger ledger(scratch.path(), {});
    ledger.judge(lines);
    ledger.append_all(lines);  // some are refused, so that none is kept
    ledger.append(std::span{lines}.first(1));
    ledger.judge(lines);
  }
  const Verdict verdict = verify(scratch.path(), true, no_progress);
  EXPECT_TRUE(verdict.sound()) << verdict.ledger.value_or("") << verdict.foldable.value_or("");
}

TEST(Verify, NamesALostLog) {
  Scratch scratch;
  {
    Ledger ledger(scratch.path(), {});
    ledger.append(random_lines(100));
  }
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(scratch.path()) / "log")) {
    if (entry.path().extension() == ".log") std::filesystem::resize_file(entry.path(), 0);
  }
  const Verdict verdict = verify(scratch.path(), false, no_progress);
  ASSERT_TRUE(verdict.ledger.has_value());
  EXPECT_NE(verdict.ledger->find("was acknowledged"), std::string::npos) << *verdict.ledger;
}

TEST(ACopy, IsTakenBesideTheOwnerAndIsTheSameLedger) {
  Scratch scratch, other;
  const std::filesystem::path copy = std::filesystem::path(other.path()) / "copy";
  Ledger ledger(scratch.path(), {});
  ledger.append(random_lines(3000));
  const Head head = copy_ledger(scratch.path(), copy, no_progress);
  EXPECT_EQ(head.uuid, ledger.head().uuid);
  EXPECT_EQ(head.position, ledger.head().position);
  EXPECT_EQ(records_in(copy), records_in(scratch.path()));
  EXPECT_TRUE(verify(copy, true, no_progress).sound());
  EXPECT_THROW(copy_ledger(scratch.path(), copy, no_progress), std::system_error);
}

TEST(APlainEventReplayedAsACloudEvent, IsTheSamePlainEventAgain) {
  Scratch first, second;
  Ledger ledger(first.path(), {}), again(second.path(), {});
  std::vector<Line> lines;
  lines.push_back(std::get<Line>(parse_line(R"({"type":"passager.registered","nom":"A","id":"1"})")));
  lines.push_back(std::get<Line>(parse_line(R"({"type":"passager.registered","nom":"B"})")));
  ledger.append(lines);
  for (const Record& record : records_in(first.path())) {
    const Line line = std::get<Line>(parse_line(to_cloud_event(record, ledger.head().uuid)));
    EXPECT_EQ(line.id, record.id);
    EXPECT_FALSE(line.cloud_event.has_value());
    again.append({&line, 1});
  }
  // The one that is sent again is known there too, and is told the id that it left out.
  const Receipt receipt = std::get<Receipt>(again.append(std::span{lines}.first(1)).at(0));
  EXPECT_TRUE(receipt.duplicate);
  EXPECT_EQ(receipt.id, 1);
}

}  // namespace
}  // namespace carnet
