// SPDX-License-Identifier: Apache-2.0
// Whatever happens to the files, opening and reading give the complete history or name the damage: never a short
// history, never a wrong one. Sampled; with CARNET_EXHAUSTIVE set, of a ledger of a few dozen records, every byte of
// the log's newest files and of the head, in as many of its bits as that says (1 to 8), and every truncation of the
// write-ahead log.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cstdlib>
#include <fstream>
#include <random>
#include <set>

#include "events/ledger.hpp"
#include "tests/events/a_ledger.hpp"

namespace carnet {
namespace {

namespace fs = std::filesystem;

constexpr const char* variable = "CARNET_EXHAUSTIVE";

bool exhaustive() {
  return std::getenv(variable) != nullptr;
}

Ledger::Options options() {
  Ledger::Options o = quick();
  o.memory_bytes = 1 << 20;
  o.wait = std::chrono::milliseconds{1000};
  return o;
}

std::string contents(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const fs::path& file, std::string_view bytes) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << bytes;
}

std::vector<fs::path> files_in(const fs::path& directory) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file()) files.push_back(fs::relative(entry.path(), directory));
  }
  std::ranges::sort(files);
  return files;
}

void tell(Ledger& ledger, RandomHistory& history, int count) {
  for (int i = 0; i < count; ++i) {
    auto read = parse_line(history.line());
    if (auto* one = std::get_if<Line>(&read)) ledger.append({one, 1});
  }
}

/// A ledger with files of every sort: sorted ones from earlier openings, a write-ahead log with the newest commits, as
/// a killed owner leaves them.
class ADamagedLedger : public ::testing::Test {
 protected:
  void SetUp() override {
    RandomHistory history{5};
    const int lines = exhaustive() ? 15 : 60;
    for (int opening = 0; opening < 2; ++opening) {
      Ledger ledger{scratch / "live", options()};
      tell(ledger, history, lines);
    }
    Ledger ledger{scratch / "live", options()};
    tell(ledger, history, lines);
    fs::copy(scratch / "live", original, fs::copy_options::recursive);
    uuid = ledger.head().uuid;
    whole = records_in(original);
    ASSERT_GT(whole.size(), exhaustive() ? 10u : 40u);
  }

  void restore() {
    fs::remove_all(damaged);
    fs::copy(original, damaged, fs::copy_options::recursive);
  }

  /// "whole", or "damage", or what else came of it.
  std::string outcome(auto&& read) {
    try {
      const auto& [found_uuid, found] = read();
      if (found_uuid != uuid) return "another ledger";
      if (found == whole) return "whole";
      return fmt::format("{} of {} records", found.size(), whole.size());
    } catch (const Damage& damage) {
      EXPECT_STRNE(damage.what(), "");
      return "damage";
    } catch (const std::exception& error) {
      return error.what();
    }
  }
  std::string read_beside() {
    return outcome([&] { return std::pair{Reader{damaged}.head().uuid, records_in(damaged)}; });
  }
  std::string opened() {
    return outcome([&] {
      std::string opened_uuid;
      {
        Ledger ledger{damaged, options()};
        opened_uuid = ledger.head().uuid;
        // What is judged from the state must be right too: every numero, and every licence, is known.
        for (const Record& record : whole) {
          if (const auto* created = std::get_if<VolCreated>(&record.event)) {
            EXPECT_EQ(appended(ledger, fmt::format(R"({{"type":"vol.created","numero":"{}"}})", created->numero)),
                      "already_exists numero");
          }
        }
      }
      return std::pair{opened_uuid, records_in(damaged)};
    });
  }

  /// Reads and opens what is damaged now. `whole` both times, or `damage`.
  void expect_whole_or_damage(const std::string& what) {
    const std::string beside = read_beside(), owned = opened();
    ++outcomes[beside];
    ++outcomes[owned];
    EXPECT_TRUE(beside == "whole" || beside == "damage") << what << ", read: " << beside;
    EXPECT_TRUE(owned == "whole" || owned == "damage") << what << ", opened: " << owned;
  }

  /// The first `all` places in a file of that size; or a few, if it is 0: its ends, and some between.
  std::set<std::size_t> places(std::size_t size, std::size_t sample, std::size_t all) {
    std::set<std::size_t> chosen;
    for (std::size_t place = 0; place < all; ++place) chosen.insert(place);
    if (all == 0 && size > 0) chosen = {0, size - 1};
    while (chosen.size() < std::min(size, sample)) chosen.insert(random() % size);
    return chosen;
  }

  /// The head, the identity, and of the log all but what older openings left.
  bool is_newest(const fs::path& file) const {
    if (!file.has_parent_path()) return true;
    if (file.parent_path() != "log" || file.filename().string().starts_with("OPTIONS-")) return false;
    const std::vector<fs::path> files = files_in(original / "log");
    const auto newest =
        std::ranges::max(files, {}, [](const fs::path& f) { return f.extension() == ".sst" ? f : fs::path{}; });
    return file.extension() != ".sst" || file.filename() == newest;
  }

  Scratch scratch;
  fs::path original = scratch / "original", damaged = scratch / "damaged";
  std::string uuid;
  std::vector<Record> whole;
  std::mt19937_64 random{1};
  std::map<std::string, int> outcomes;
};

TEST_F(ADamagedLedger, IsWholeWithoutDamage) {
  restore();
  EXPECT_EQ(read_beside(), "whole");
  EXPECT_EQ(opened(), "whole");
}

TEST_F(ADamagedLedger, WithAByteChangedIsWholeOrNamed) {
  for (const fs::path& file : files_in(original)) {
    const std::string bytes = contents(original / file);
    const std::size_t used = file == "head" ? 128 : bytes.size();  // the rest of its page is zeros that nobody reads
    for (const std::size_t place : places(bytes.size(), 12, exhaustive() && is_newest(file) ? used : 0)) {
      const int first = static_cast<int>(random() % 8), bits = exhaustive() ? std::stoi(std::getenv(variable)) : 1;
      for (int i = first; i < first + bits; ++i) {
        const int bit = i % 8;
        restore();
        std::string changed = bytes;
        changed[place] = static_cast<char>(changed[place] ^ (1 << bit));
        write(damaged / file, changed);
        expect_whole_or_damage(
            fmt::format("{} of {} bytes, byte {}, bit {} changed", file.string(), bytes.size(), place, bit));
      }
    }
  }
  EXPECT_GT(outcomes["damage"], 50);
  EXPECT_GT(outcomes["whole"], 20);
}

// The type of a first record, changed to that of one in a file that was used before: RocksDB would read it for ever.
TEST_F(ADamagedLedger, WithARecordThatSaysItsFileWasUsedBeforeIsNamed) {
  int changed = 0;
  for (const fs::path& file : files_in(original)) {
    if (file.extension() != ".log" && !file.filename().string().starts_with("MANIFEST-")) continue;
    std::string bytes = contents(original / file);
    if (bytes.size() < 7 || file.parent_path() != "log") continue;
    bytes[6] = static_cast<char>(bytes[6] ^ 4);
    restore();
    write(damaged / file, bytes);
    EXPECT_EQ(read_beside(), "damage") << file;
    EXPECT_EQ(opened(), "damage") << file;
    ++changed;
  }
  EXPECT_GE(changed, 2);
}

TEST_F(ADamagedLedger, CutShortIsWholeOrNamed) {
  for (const fs::path& file : files_in(original)) {
    const std::string bytes = contents(original / file);
    const bool is_wal = file.extension() == ".log";
    for (const std::size_t size : places(bytes.size(), 8, exhaustive() && is_wal ? bytes.size() : 0)) {
      restore();
      fs::resize_file(damaged / file, size);
      expect_whole_or_damage(fmt::format("{} of {} bytes, cut to {}", file.string(), bytes.size(), size));
    }
  }
}

TEST_F(ADamagedLedger, WithFilesDeletedIsWholeOrNamed) {
  const std::vector<fs::path> files = files_in(original);
  for (const fs::path& file : files) {
    restore();
    fs::remove(damaged / file);
    expect_whole_or_damage(fmt::format("{} deleted", file.string()));
    restore();
    write(damaged / file, "");
    expect_whole_or_damage(fmt::format("{} emptied", file.string()));
  }
  for (const char* directory : {"log", "state"}) {
    restore();
    fs::remove_all(damaged / directory);
    expect_whole_or_damage(fmt::format("{} deleted", directory));
  }
  for (int i = 0; i < 20; ++i) {
    restore();
    std::string what;
    for (const fs::path& file : files) {
      if (random() % 3 != 0) continue;
      fs::remove(damaged / file);
      what += file.string() + " ";
    }
    expect_whole_or_damage(what + "deleted");
  }
}

TEST_F(ADamagedLedger, WithOneFileOfAnOlderCopyIsWholeOrNamed) {
  // The original, clean, and what became of it later.
  restore();
  RandomHistory history{6};
  {
    Ledger ledger{damaged, options()};
    tell(ledger, history, 200);
  }
  {
    Ledger ledger{damaged, options()};
    tell(ledger, history, 200);
  }
  const fs::path newer = scratch / "newer";
  fs::copy(damaged, newer, fs::copy_options::recursive);
  whole = records_in(newer);
  for (const char* part : {"head", "log", "state"}) {
    fs::remove_all(damaged);
    fs::copy(newer, damaged, fs::copy_options::recursive);
    fs::remove_all(damaged / part);
    fs::copy(original / part, damaged / part, fs::copy_options::recursive);
    expect_whole_or_damage(fmt::format("an older {}", part));
  }
}

// What an owner that dies in the middle of writing leaves: the last commit, which nobody was told of, in part.
TEST_F(ADamagedLedger, ThatIsOnlyTornInItsLastCommitIsRepairedSilently) {
  const fs::path live = scratch / "torn";
  Ledger ledger{live, options()};
  const auto wal = [&] {
    fs::path last;
    for (const fs::path& file : files_in(live / "log")) {
      if (file.extension() == ".log") last = fs::path{"log"} / file;
    }
    return last;
  };
  appended(ledger, R"({"type":"avion.registered","modele":"A320"})");
  appended(ledger, R"({"type":"avion.registered","modele":"A321"})");
  const std::string head = contents(live / "head");
  const std::size_t acknowledged = contents(live / wal()).size();
  appended(ledger, R"({"type":"avion.registered","modele":"A330","description":"the one that nobody was told of"})");
  const std::string bytes = contents(live / wal());
  fs::remove_all(original);
  fs::copy(live, original, fs::copy_options::recursive);
  write(original / "head", head);
  uuid = ledger.head().uuid;
  const std::vector<Record> all = records_in(live);
  ASSERT_EQ(all.size(), 3u);

  const std::size_t step = exhaustive() ? 1 : 9;
  for (std::size_t size = acknowledged; size <= bytes.size(); size += size + step > bytes.size() ? 1 : step) {
    restore();
    fs::resize_file(damaged / wal(), size);
    whole = {all.begin(), all.begin() + (size == bytes.size() ? 3 : 2)};
    EXPECT_EQ(read_beside(), "whole") << "cut to " << size << " of " << bytes.size();
    EXPECT_EQ(opened(), "whole") << "cut to " << size << " of " << bytes.size();
  }
  whole = {all.begin(), all.begin() + 2};
  for (std::size_t size = acknowledged - 20; size < acknowledged; size += 1 + step / 2) {
    restore();
    fs::resize_file(damaged / wal(), size);
    EXPECT_EQ(read_beside(), "damage") << "what was acknowledged is cut";
    EXPECT_EQ(opened(), "damage");
  }
}

}  // namespace
}  // namespace carnet
