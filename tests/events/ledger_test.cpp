// SPDX-License-Identifier: Apache-2.0
// What a ledger promises to those who append and those who read, one promise a test.
#include "events/ledger.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <signal.h>
#include <sys/resource.h>
#include <unistd.h>

#include <system_error>

#include "tests/events/a_ledger.hpp"

namespace carnet {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST_F(ALedger, GivesPositionsAndVersionsWithoutGaps) {
  EXPECT_EQ(tell(R"({"type":"avion.registered","avion_id":7,"modele":"A320"})"), "1 v1");
  EXPECT_EQ(tell(R"({"type":"vol.created","numero":"AF101","avion_id":7})"), "2 v1");
  EXPECT_EQ(tell(R"({"type":"vol.created","numero":"AF101","avion_id":7})"), "already_exists numero");
  EXPECT_EQ(tell(R"({"type":"avion.amended","avion_id":7,"vitesse_max":850})"), "3 v2");
  reopen();
  EXPECT_EQ(tell(R"({"type":"vol.landed","numero":"AF101"})"), "bad_transition numero");
  EXPECT_EQ(tell(R"({"type":"vol.took_off","numero":"AF101"})"), "4 v2");
  EXPECT_EQ(tell(R"({"type":"avion.deleted","avion_id":7})"), "bad_transition avion_id");
  EXPECT_EQ(ledger->head().position, 4u);

  const std::vector<Record> records = records_in(path);
  ASSERT_EQ(records.size(), 4u);
  EXPECT_EQ(records[2].previous, 1u);
  EXPECT_EQ(records[3].previous, 2u);
  EXPECT_EQ(records[3].checksum, ledger->head().checksum);
  for (const Record& record : records) EXPECT_EQ(record.time, record.recorded) << "no time was given";
}

TEST_F(ALedger, GivesIdsThatAreLeftOutTheLargestEverGivenPlusOne) {
  EXPECT_EQ(tell(R"({"type":"avion.registered","modele":"A320"})"), "1 v1 id=1");
  EXPECT_EQ(tell(R"({"type":"avion.registered","avion_id":40,"modele":"A320"})"), "2 v1");
  EXPECT_EQ(tell(R"({"type":"avion.deleted","avion_id":40})"), "3 v2");
  EXPECT_EQ(tell(R"({"type":"avion.registered","modele":"A320"})"), "4 v1 id=41");
  EXPECT_EQ(tell(R"({"type":"pilote.registered","nom":"Blanc"})"), "5 v1 id=1");
  EXPECT_EQ(tell(R"({"type":"passager.registered","nom":"Martin"})"), "6 v1 id=1");
  reopen();
  EXPECT_EQ(tell(R"({"type":"avion.registered","modele":"A321"})"), "7 v1 id=42");
  // A refused line gives nothing away.
  EXPECT_EQ(tell(R"({"type":"avion.registered","modele":"A321","expect":3})"), "version_conflict expect");
  EXPECT_EQ(tell(R"({"type":"avion.registered","avion_id":2147483647,"modele":"A321"})"), "8 v1");
  EXPECT_EQ(tell(R"({"type":"avion.registered","modele":"A321"})"), "bad_value avion_id");
  EXPECT_EQ(tell(R"({"type":"vol.created","numero":"AF1","avion":{"modele":"A321"}})"), "bad_value avion.avion_id");
  EXPECT_EQ(tell(R"({"type":"avion.registered","avion_id":5,"modele":"A321"})"), "9 v1");
}

TEST_F(ALedger, RecordsANestedAvionAndPiloteBeforeTheirVolInOneCommit) {
  EXPECT_EQ(tell(R"({"type":"vol.created","id":"e-1","numero":"AF101","avion":{"modele":"A320","vitesse_max":850},
                     "pilote":{"nom":"Blanc","licence":"FR-1"}})"),
            "3 v1 avion_id=1 pilote_id=1");
  EXPECT_EQ(tell(R"({"type":"vol.created","numero":"AF102","avion":{"avion_id":9,"modele":"A321"},"pilote_id":1})"),
            "5 v1");
  const std::vector<Record> records = records_in(path);
  ASSERT_EQ(records.size(), 5u);
  EXPECT_EQ(records[0].event, Event(AvionRegistered{1, "A320", std::nullopt, 850}));
  EXPECT_EQ(records[1].event, Event(PiloteRegistered{1, "Blanc", "FR-1"}));
  EXPECT_EQ(records[2].event, Event(VolCreated{"AF101", std::nullopt, 1, 1}));
  EXPECT_EQ(records[2].id, "e-1");
  EXPECT_EQ(records[0].id, "");
  EXPECT_EQ(records[4].event, Event(VolCreated{"AF102", std::nullopt, 9, 1}));
  // All or none, and the first code over the whole line.
  EXPECT_EQ(
      tell(R"({"type":"vol.created","numero":"AF103","avion":{"modele":"A"},"pilote":{"nom":"B","licence":"FR-1"}})"),
      "taken pilote.licence");
  EXPECT_EQ(tell(R"({"type":"vol.created","numero":"AF101","pilote":{"nom":"B","licence":"FR-1"}})"),
            "already_exists numero");
  EXPECT_EQ(tell(R"({"type":"vol.created","numero":"AF103","avion":{"avion_id":9,"modele":"A"}})"),
            "already_exists avion.avion_id");
  EXPECT_EQ(tell(R"({"type":"vol.created","numero":"AF103","avion":{"modele":"A"},"pilote_id":8})"),
            "not_found pilote_id");
  EXPECT_EQ(ledger->head().position, 5u);
  EXPECT_EQ(tell(R"({"type":"vol.created","numero":"AF103","avion":{"modele":"A"},"expect":0,"position":7})"),
            "7 v1 avion_id=10");
}

TEST_F(ALedger, HoldsALineToWhatItExpects) {
  EXPECT_EQ(tell(R"({"type":"vol.created","numero":"AF101","expect":"exists"})"), "version_conflict expect");
  EXPECT_EQ(tell(R"({"type":"vol.created","numero":"AF101","expect":1})"), "version_conflict expect");
  EXPECT_EQ(tell(R"({"type":"vol.created","numero":"AF101","expect":"none"})"), "1 v1");
  EXPECT_EQ(tell(R"({"type":"vol.delayed","numero":"AF101","expect":0})"), "version_conflict expect");
  EXPECT_EQ(tell(R"({"type":"vol.delayed","numero":"AF101","expect":1})"), "2 v2");
  EXPECT_EQ(tell(R"({"type":"vol.delayed","numero":"AF101","expect":"exists","position":3,"version":3})"), "3 v3");
  EXPECT_EQ(tell(R"({"type":"vol.delayed","numero":"AF101","position":3})"), "version_conflict position");
  EXPECT_EQ(tell(R"({"type":"vol.delayed","numero":"AF101","version":3})"), "version_conflict version");
  // Before the rules.
  EXPECT_EQ(tell(R"({"type":"vol.landed","numero":"AF101","expect":9})"), "version_conflict expect");
  // Gone is neither there nor new; nor is what went with another.
  EXPECT_EQ(tell(R"({"type":"passager.registered","passager_id":1,"nom":"Martin"})"), "4 v1");
  EXPECT_EQ(tell(R"({"type":"reservation.made","numero":"AF101","passager_id":1})"), "5 v1");
  EXPECT_EQ(tell(R"({"type":"passager.deleted","passager_id":1})"), "6 v2");
  EXPECT_EQ(tell(R"({"type":"reservation.cancelled","numero":"AF101","passager_id":1,"expect":"exists"})"),
            "version_conflict expect");
  EXPECT_EQ(tell(R"({"type":"reservation.cancelled","numero":"AF101","passager_id":1,"expect":1})"),
            "not_found passager_id");
  EXPECT_EQ(tell(R"({"type":"passager.registered","passager_id":1,"nom":"Martin","expect":"none"})"),
            "version_conflict expect");
}

TEST_F(ALedger, JudgesEachLineAfterThoseBeforeItInTheSameAppend) {
  const std::string texts[]{
      R"({"type":"avion.registered","modele":"A320","id":"e-1"})",
      R"({"type":"avion.registered","modele":"A320","id":"e-1"})",
      R"({"type":"avion.registered","modele":"A321","id":"e-1"})",
      R"({"type":"vol.created","numero":"AF101","avion_id":1})",
      R"({"type":"vol.created","numero":"AF102","avion_id":1})",
      R"({"type":"vol.took_off","numero":"AF101"})",
      R"({"type":"vol.took_off","numero":"AF102"})",
      R"({"type":"vol.landed","numero":"AF101","expect":2})",
      R"({"type":"vol.took_off","numero":"AF102"})",
  };
  EXPECT_THAT(told(ledger->append(lines(texts))),
              ElementsAre("1 v1 id=1", "1 v1 duplicate id=1", "id_reused id", "2 v1", "3 v1", "4 v2",
                          "in_flight avion_id", "5 v3", "6 v2"));
}

TEST_F(ALedger, KeepsAllLinesOrNone) {
  const std::vector<std::string> good{
      R"({"type":"avion.registered","modele":"A320","id":"e-1"})",
      R"({"type":"vol.created","numero":"AF101","avion_id":1})",
  };
  std::vector<std::string> bad = good;
  bad.insert(bad.end(), {R"({"type":"vol.landed","numero":"AF101"})", R"({"type":"vol.took_off","numero":"AF101"})"});
  EXPECT_THAT(told(ledger->append_all(lines(bad))), ElementsAre("1 v1 id=1", "2 v1", "bad_transition numero"));
  EXPECT_EQ(ledger->head().position, 0u);
  // Nothing is left of it: neither ids, nor numbers, nor entities.
  EXPECT_THAT(told(ledger->append_all(lines(good))), ElementsAre("1 v1 id=1", "2 v1"));
  EXPECT_EQ(records_in(path).size(), 2u);
}

TEST_F(ALedger, SaysWhatWouldHappenAndChangesNothing) {
  const std::string texts[]{
      R"({"type":"pilote.registered","nom":"Blanc","licence":"FR-1","id":"e-1"})",
      R"({"type":"pilote.registered","nom":"Noir","licence":"FR-1"})",
      R"({"type":"pilote.registered","nom":"Noir"})",
  };
  const std::vector<Line> dry = lines(texts);
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(told(ledger->judge(dry)), ElementsAre("1 v1 id=1", "taken licence", "2 v1 id=2"));
    EXPECT_THAT(told(ledger->judge(dry, true)), ElementsAre("1 v1 id=1", "taken licence"));
  }
  EXPECT_EQ(ledger->head().position, 0u);
  EXPECT_TRUE(records_in(path).empty());
  EXPECT_THAT(told(ledger->append(dry)), ElementsAre("1 v1 id=1", "taken licence", "2 v1 id=2"));
}

TEST_F(ALedger, AnswersNothingWithNothing) {
  EXPECT_TRUE(ledger->append({}).empty());
  EXPECT_TRUE(ledger->append_all({}).empty());
  EXPECT_TRUE(ledger->judge({}).empty());
  EXPECT_EQ(ledger->head().position, 0u);
  EXPECT_EQ(ledger->head().checksum, 0u);
  EXPECT_EQ(ledger->head().uuid.size(), 36u);
}

TEST_F(ALedger, TakesACommitOfManyChunks) {
  std::vector<std::string> texts;
  const std::string nom(50, 'x');
  for (int i = 1; i <= 20'000; ++i) texts.push_back(fmt::format(R"({{"type":"passager.registered","nom":"{}"}})", nom));
  const std::vector<Answer> answers = ledger->append_all(lines(texts));
  EXPECT_EQ(shown(answers.back()), "20000 v1 id=20000");
  reopen();
  EXPECT_EQ(records_in(path).size(), 20'000u);
  Reader reader{path};
  int seen = 0;
  reader.scan(1023, 1030, [&](const Record& record) {
    EXPECT_EQ(record.position, static_cast<Position>(1023 + seen++));
    return true;
  });
  EXPECT_EQ(seen, 8);
  reader.scan(5, 20'000, [&](const Record&) { return ++seen < 10; });
  EXPECT_EQ(seen, 10);
}

TEST_F(ALedger, WritesNothingIntoAFileThatAKilledOwnerLeftLinked) {
  const auto register_many = [&](int first) {
    std::vector<std::string> texts;
    for (int id = first; id < first + 5000; ++id) {
      texts.push_back(fmt::format(R"({{"type":"passager.registered","passager_id":{},"nom":"Martin"}})", id));
    }
    ledger->append_all(lines(texts));
    reopen();
  };
  register_many(1);
  // Killed between the two halves of a move: the state's newest file has its old name too.
  for (const auto& file : std::filesystem::directory_iterator(path / "state")) {
    if (file.path().extension() == ".sst") {
      std::filesystem::create_hard_link(file.path(), path / "state/incoming.sst");
      break;
    }
  }
  ASSERT_TRUE(std::filesystem::exists(path / "state/incoming.sst"));
  register_many(10'001);
  for (int id : {1, 2500, 5000, 10'001, 15'000}) {
    EXPECT_EQ(tell(fmt::format(R"({{"type":"passager.registered","passager_id":{},"nom":"Martin"}})", id)),
              "already_exists passager_id");
  }
}

TEST_F(ALedger, HasOneOwner) {
  try {
    Ledger second{path, quick()};
    FAIL() << "two owners";
  } catch (const Locked& locked) {
    EXPECT_THAT(locked.what(), HasSubstr(std::to_string(::getpid())));
  }
  ledger.reset();
  Ledger next{path, quick()};
}

TEST_F(ALedger, RefusesToAppendWithTooLittleSpaceAndGoesOnReading) {
  EXPECT_EQ(tell(R"({"type":"avion.registered","modele":"A320"})"), "1 v1 id=1");
  ledger.reset();
  Ledger::Options options = quick();
  options.free_bytes_floor = std::uint64_t{1} << 60;
  Ledger full{path, options};
  const Line one = line(R"({"type":"avion.registered","modele":"A320"})");
  for (int i = 0; i < 2; ++i) {
    try {
      full.append({&one, 1});
      FAIL() << "appended to a full disk";
    } catch (const std::system_error& error) {
      EXPECT_EQ(error.code().value(), ENOSPC) << error.what();
    }
  }
  EXPECT_EQ(records_in(path).size(), 1u);
}

/// While it lives, no file grows beyond so many bytes: a full disk, for this process alone.
class FileLimit {
 public:
  explicit FileLimit(std::uintmax_t bytes) : handler_(::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }
  FileLimit(const FileLimit&) = delete;

 private:
  rlimit before_{};
  sighandler_t handler_;
};

TEST_F(ALedger, RefusesToGoOnAfterAFailedWriteUntilItIsOpenedAgain) {
  EXPECT_EQ(tell(R"({"type":"passager.registered","nom":"Martin"})"), "1 v1 id=1");
  std::uintmax_t size = 0;
  for (const auto& file : std::filesystem::directory_iterator(path / "log")) {
    if (file.path().extension() == ".log") size = std::max(size, file.file_size());
  }
  const Line amended = line(R"({"type":"passager.amended","passager_id":1,"nom":"Dupont","id":"e-1"})");
  const auto fails = [&] {
    try {
      ledger->append({&amended, 1});
      return std::string{"appended"};
    } catch (const std::system_error& error) {
      return std::string{error.what()};
    }
  };
  {
    const FileLimit limit{size + 20};  // so that the write fails in its middle
    EXPECT_NE(fails(), "appended");
  }
  EXPECT_THAT(fails(), HasSubstr("opened again"));
  EXPECT_THROW(ledger->judge({&amended, 1}), std::system_error) << "what was not kept would be judged after";
  EXPECT_EQ(ledger->head().position, 1u);
  EXPECT_EQ(records_in(path).size(), 1u);
  // What was judged and not kept has left nothing behind.
  reopen();
  EXPECT_EQ(ledger->head().position, 1u);
  EXPECT_EQ(tell(R"({"type":"passager.amended","passager_id":1,"nom":"Durand","expect":1})"), "2 v2");
  EXPECT_EQ(shown(ledger->append({&amended, 1}).at(0)), "3 v3");
  EXPECT_EQ(records_in(path).at(2).previous, 2u);
}

TEST_F(ALedger, IsReadWhereNobodyOwnsItAndNowhereElse) {
  EXPECT_EQ(tell(R"({"type":"avion.registered","modele":"A320"})"), "1 v1 id=1");
  const Head head = ledger->head();
  ledger.reset();
  Reader reader{path};
  EXPECT_EQ(reader.head().uuid, head.uuid);
  EXPECT_EQ(reader.head().position, 1u);
  EXPECT_EQ(reader.checksum_at(1), head.checksum);
  EXPECT_EQ(reader.checksum_at(0), 0u);
  try {
    Reader nowhere{scratch / "nowhere"};
    FAIL();
  } catch (const std::system_error& error) {
    EXPECT_EQ(error.code().value(), ENOENT);
  }
}

TEST_F(ALedger, TellsItsHeadWithoutBeingOpenedUnlessItsOwnerWasKilled) {
  EXPECT_EQ(tell(R"({"type":"avion.registered","modele":"A320"})"), "1 v1 id=1");
  const Head head = ledger->head();
  const auto expect_known = [&](const std::filesystem::path& of) {
    const std::optional<Head> known = published_head(of);
    ASSERT_TRUE(known);
    EXPECT_EQ(known->uuid, head.uuid);
    EXPECT_EQ(known->position, head.position);
    EXPECT_EQ(known->checksum, head.checksum);
  };
  expect_known(path);
  std::filesystem::copy(path, scratch / "killed", std::filesystem::copy_options::recursive);
  EXPECT_FALSE(published_head(scratch / "killed")) << "its owner is gone and did not say that it would";
  ledger.reset();
  expect_known(path);
  EXPECT_FALSE(published_head(scratch / "nowhere"));
}

// What came without an id, a time or an id of its entity is given them for good: a second replay is the first again.
TEST(AReplay, AppendedToAnEmptyLedgerGivesAnEqualOne) {
  const auto compared = [](Record record) {
    record.recorded = Time{};
    record.checksum = 0;
    record.assigned = 0;  // it is the replay's now
    return record;
  };
  const Scratch scratch;
  {
    Ledger ledger{scratch / "first", quick()};
    RandomHistory history{77};
    for (int i = 0; i < 2000; ++i) {
      auto read = parse_line(history.line());
      if (auto* one = std::get_if<Line>(&read)) ledger.append({one, 1});
    }
  }
  const std::vector<Record> first = records_in(scratch / "first");
  ASSERT_GT(first.size(), 500u);
  const auto copy = [&](const std::string& name, auto print) {
    Ledger ledger{scratch / name, quick()};
    for (const Record& record : first) {
      const std::string text = print(record);
      EXPECT_EQ(appended(ledger, text), fmt::format("{} v{}", record.position, record.version)) << text;
    }
  };
  copy("second", [](const Record& record) { return to_line(record); });
  const std::vector<Record> second = records_in(scratch / "second");
  ASSERT_EQ(second.size(), first.size());
  for (std::size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(compared(second[i]), compared(first[i])) << to_line(first[i]);
  }
  copy("third", [](const Record& record) { return to_cloud_event(record, "3c2dcf4e-93ab-4f0c-9d3c-0d6d3a1f5b11"); });
  const std::vector<Record> third = records_in(scratch / "third");
  ASSERT_EQ(third.size(), first.size());
  for (std::size_t i = 0; i < first.size(); ++i) {
    Record record = compared(third[i]);
    // A flat event that had an id becomes a CloudEvent.
    if (!first[i].id.empty() && !first[i].cloud_event) record.cloud_event.reset();
    EXPECT_EQ(record, compared(first[i])) << to_line(first[i]);
  }
}

}  // namespace
}  // namespace carnet
