// SPDX-License-Identifier: Apache-2.0
// tests/golden/ledger.v1: the directory that the first version of the format left behind, with files of every sort, and
// what its replay printed. It is read for ever; a newer format is refused as it is.
#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <map>

#include "events/line.hpp"
#include "tests/events/a_ledger.hpp"

namespace carnet {
namespace {

namespace fs = std::filesystem;

const fs::path golden = fs::path{CARNET_SOURCE_DIR} / "tests/golden/ledger.v1";
const fs::path golden_replay = golden.string() + ".ndjson";

std::string contents(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string replay(const fs::path& directory) {
  std::string text;
  for (const Record& record : records_in(directory)) text += to_line(record) + "\n";
  return text;
}

/// As an owner leaves it that is killed while it works, after an earlier one that stopped.
void write_golden() {
  const Scratch scratch;
  RandomHistory history{2026};
  const auto tell = [&](Ledger& ledger) {
    for (int i = 0; i < 80; ++i) {
      auto read = parse_line(history.line());
      if (auto* one = std::get_if<Line>(&read)) ledger.append({one, 1});
    }
  };
  {
    Ledger ledger{scratch / "live", quick()};
    tell(ledger);
  }
  Ledger ledger{scratch / "live", quick()};
  tell(ledger);
  fs::copy(scratch / "live", golden, fs::copy_options::recursive);
  std::ofstream(golden_replay) << replay(golden);
}

TEST(AGoldenLedger, IsReadAndGoesOn) {
  if (!fs::exists(golden) && std::getenv("CARNET_WRITE_GOLDEN")) write_golden();
  const Scratch scratch;
  fs::copy(golden, scratch / "copy", fs::copy_options::recursive);
  const std::string expected = contents(golden_replay);
  ASSERT_FALSE(expected.empty());
  EXPECT_EQ(replay(scratch / "copy"), expected);
  Ledger ledger{scratch / "copy", quick()};
  const Position last = ledger.head().position;
  EXPECT_EQ(last, static_cast<Position>(std::ranges::count(expected, '\n')));
  EXPECT_EQ(appended(ledger, R"({"type":"vol.created","numero":"NEW1"})"), std::to_string(last + 1) + " v1");
  EXPECT_EQ(replay(scratch / "copy").substr(0, expected.size()), expected);
}

TEST(AGoldenLedger, OfANewerFormatIsRefusedAndLeftAsItIs) {
  const Scratch scratch;
  const fs::path copy = scratch / "copy";
  fs::copy(golden, copy, fs::copy_options::recursive);
  std::string identity = contents(copy / "carnet");
  const std::string before = "carnet-ledger 1\n";
  ASSERT_EQ(identity.substr(0, before.size()), before);
  std::ofstream(copy / "carnet", std::ios::binary) << "carnet-ledger 2\n" << identity.substr(before.size());
  const auto files = [&] {
    std::map<std::string, std::string> all;
    for (const auto& entry : fs::recursive_directory_iterator(copy)) {
      if (entry.is_regular_file()) all[entry.path()] = contents(entry.path());
    }
    return all;
  };
  const auto untouched = files();
  const auto refusal = [](auto&& open) -> std::string {
    try {
      open();
      return "opened";
    } catch (const Damage& damage) {
      return damage.what();
    }
  };
  EXPECT_THAT(refusal([&] { Reader{copy}; }), testing::HasSubstr("format 2"));
  EXPECT_THAT(refusal([&] { Ledger(copy, quick()); }), testing::HasSubstr("format 2"));
  EXPECT_EQ(files(), untouched);
}

}  // namespace
}  // namespace carnet
