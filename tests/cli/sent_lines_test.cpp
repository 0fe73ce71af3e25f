// SPDX-License-Identifier: Apache-2.0
#include "cli/sent_lines.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace carnet {
namespace {

constexpr std::uint64_t all = std::numeric_limits<std::uint64_t>::max();

SentPiece piece(std::uint64_t first, std::uint64_t lines, std::uint32_t file, std::uint64_t first_number,
                std::string text = {}) {
  SentPiece piece;
  piece.first = first;
  piece.lines = lines;
  piece.file = file;
  piece.first_number = first_number;
  piece.text = std::move(text);
  return piece;
}

/// Where each line that was too long came from, up to that line.
std::vector<std::string> too_long(SentLines& sent, std::uint64_t before) {
  std::vector<std::string> places;
  sent.answered_before(before, [&](const Entry& entry, const std::string& name) {
    EXPECT_EQ(entry.rejection->code, Code::malformed);
    places.push_back(name + ":" + std::to_string(entry.number));
  });
  return places;
}

TEST(SentLines, AreFoundByTheServersCountInTheirFiles) {
  const std::vector<std::string> names{"a", "b"};
  SentLines sent(names);
  sent.add(piece(1, 2, 0, 1));
  sent.add(piece(4, 3, 1, 1));  // 3 was a sign of life
  EXPECT_EQ(sent.name(2), "a");
  too_long(sent, 5);
  EXPECT_EQ(sent.name(5), "b");
  EXPECT_EQ(sent.entry(5).number, 2U);
  EXPECT_THROW(sent.entry(2), std::runtime_error) << "it was answered";
  EXPECT_THROW(sent.entry(7), std::runtime_error) << "it was not sent";
}

TEST(SentLines, HaveNamesOfTheirOwnWhereTheyComeFromMatches) {
  const std::vector<std::string> none;
  SentLines sent(none);
  SentPiece matches = piece(1, 2, 0, 1);
  matches.names = {"vol/AF101", "vol/AF102"};
  sent.add(matches);
  EXPECT_EQ(sent.name(2), "vol/AF102");
}

TEST(SentLines, GiveBackTheTextOfWhatWasRefused) {
  const std::vector<std::string> names{"a"};
  SentLines sent(names);
  sent.add(piece(1, 4, 0, 1, "one\n\nthree\nfour\n"));
  EXPECT_EQ(sent.text(1), "one");
  EXPECT_EQ(sent.text(2), "");
  EXPECT_EQ(sent.text(4), "four");
  EXPECT_EQ(sent.text(3), "three");
}

TEST(SentLines, ThatAreTooLongAreVisitedInTheirPlace) {
  const std::vector<std::string> names{"a", "b"};
  SentLines sent(names);
  SentPiece first = piece(1, 5, 0, 1), second = piece(6, 2, 1, 1);
  first.too_long = {2, 4};
  second.too_long = {7};
  sent.add(first);
  sent.add(second);
  EXPECT_EQ(too_long(sent, 3), std::vector<std::string>{"a:2"});
  EXPECT_EQ(too_long(sent, 3), std::vector<std::string>{});
  EXPECT_EQ(too_long(sent, all), (std::vector<std::string>{"a:4", "b:2"}));
}

}  // namespace
}  // namespace carnet
