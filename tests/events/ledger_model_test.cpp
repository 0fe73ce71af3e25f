// SPDX-License-Identifier: Apache-2.0
// Random histories, from text to records, held against the model answer by answer.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <map>
#include <memory>
#include <random>

#include "events/ledger.hpp"
#include "events/time.hpp"
#include "tests/model.hpp"
#include "tests/random_history.hpp"
#include "tests/scratch.hpp"

namespace carnet {
namespace {

std::string shown(const std::vector<Answer>& answers) {
  std::string out;
  for (const Answer& answer : answers) out += carnet::shown(answer) + "\n";
  return out;
}

/// What a source said about the record, without what only a ledger can know. A line without a time happened when it was
/// recorded.
Record as_told(Record record) {
  if (record.time == record.recorded) record.time = Time{};
  record.recorded = Time{};
  record.checksum = 0;
  return record;
}

void expect_equal(const std::vector<Record>& found, const std::vector<Record>& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) {
    EXPECT_EQ(as_told(found[i]), as_told(expected[i])) << to_line(found[i]) << "\n" << to_line(expected[i]);
  }
}

/// One ledger and its model, told the same.
class Pair {
 public:
  Pair(const std::filesystem::path& directory, std::size_t memory_bytes) : directory_(directory) {
    options_.memory_bytes = memory_bytes;
    options_.free_bytes_floor = 0;
    reopen();
  }

  void reopen() {
    ledger_.reset();
    ledger_ = std::make_unique<Ledger>(directory_, options_);
  }

  void tell(std::mt19937_64& random, const std::vector<std::string>& texts) {
    const std::vector<Line> told = lines(texts);
    const Time now = carnet::now();
    if (random() % 5 == 0) {  // a dry run first
      Model copy = model_;
      const bool all = random() % 2 == 0;
      const Head before = ledger_->head();
      const auto expected = all ? copy.append_all(told, now) : copy.append(told, now);
      EXPECT_EQ(shown(ledger_->judge(told, all)), shown(expected));
      EXPECT_EQ(ledger_->head().checksum, before.checksum);
    }
    if (told.size() <= 4) {
      EXPECT_EQ(shown(ledger_->append_all(told)), shown(model_.append_all(told, now)));
    } else {
      EXPECT_EQ(shown(ledger_->append(told)), shown(model_.append(told, now)));
    }
  }

  void expect_same_history() {
    expect_equal(records_in(directory_), model_.records());
    std::map<Stream, std::vector<Record>> histories;
    for (const Record& record : model_.records()) histories[stream_of(record.event)].push_back(record);
    Reader reader{directory_};
    for (const auto& [stream, expected] : histories) {
      std::vector<Record> found;
      reader.history(stream, [&](const Record& record) {
        found.push_back(record);
        return true;
      });
      expect_equal(found, expected);
    }
  }

  const Model& model() const { return model_; }

 private:
  std::filesystem::path directory_;
  Ledger::Options options_;
  std::unique_ptr<Ledger> ledger_;
  Model model_;
};

void tell_a_random_history(std::uint64_t seed, std::size_t memory_bytes, int count) {
  SCOPED_TRACE(fmt::format("seed {}", seed));
  const Scratch scratch;
  Pair pair{scratch / "ledger", memory_bytes};
  RandomHistory history{seed};
  std::mt19937_64 random{seed};
  std::vector<std::string> texts;
  for (int i = 0; i < count && !::testing::Test::HasFailure(); ++i) {
    std::string text = history.line();
    if (std::holds_alternative<Line>(parse_line(text))) texts.push_back(std::move(text));
    if (texts.empty() || random() % 8 != 0) continue;
    pair.tell(random, texts);
    texts.clear();
    if (random() % 40 == 0) pair.reopen();
  }
  pair.expect_same_history();
  EXPECT_GT(pair.model().records().size(), static_cast<std::size_t>(count) / 6);
}

TEST(ARandomHistory, IsJudgedAndKeptAsTheModelSays) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) tell_a_random_history(seed, std::size_t{8} << 20, 1500);
}

TEST(ARandomHistory, IsJudgedAndKeptAsTheModelSaysWithHardlyAnyMemory) {
  for (std::uint64_t seed = 101; seed <= 106; ++seed) tell_a_random_history(seed, tiny_memory_bytes, 1500);
}

TEST(ARandomHistory, ReachesEveryRejection) {
  std::map<std::string, int> codes;
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    RandomHistory history{seed};
    Model model;
    for (int i = 0; i < 1500; ++i) {
      auto read = parse_line(history.line());
      if (const auto* rejection = std::get_if<Rejection>(&read)) {
        ++codes[std::string(text(rejection->code))];
        continue;
      }
      const Answer answer = model.append({&std::get<Line>(read), 1}, carnet::now()).at(0);
      const auto* rejection = std::get_if<Rejection>(&answer);
      ++codes[rejection                             ? std::string(text(rejection->code))
              : std::get<Receipt>(answer).duplicate ? "duplicate"
                                                    : "ok"];
    }
  }
  std::string seen;
  for (const auto& [code, count] : codes) seen += fmt::format("{} {}, ", code, count);
  for (int code = 0; code <= static_cast<int>(Code::in_flight); ++code) {
    const std::string name{text(static_cast<Code>(code))};
    if (name == "too_long") continue;  // the parser's alone: tests/events/line_test.cpp
    EXPECT_GT(codes[name], 5) << name << " of " << seen;
  }
  EXPECT_GT(codes["ok"], 2000) << seen;
  EXPECT_GT(codes["duplicate"], 20) << seen;
}

}  // namespace
}  // namespace carnet
