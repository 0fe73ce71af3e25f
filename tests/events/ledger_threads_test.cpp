// SPDX-License-Identifier: Apache-2.0
// Many writers, and readers beside them.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <atomic>
#include <barrier>
#include <set>
#include <thread>

#include "events/ledger.hpp"
#include "tests/scratch.hpp"

namespace carnet {
namespace {

Ledger::Options options(std::size_t memory_bytes) {
  Ledger::Options o;
  o.memory_bytes = memory_bytes;
  o.free_bytes_floor = 0;
  return o;
}

TEST(TwoWriters, WhoExpectTheSameVersionOneWinsAndTheOtherIsTold) {
  constexpr int rounds = 3000;
  const Scratch scratch;
  Ledger ledger{scratch / "ledger", options(8 << 20)};
  ASSERT_EQ(appended(ledger, R"({"type":"avion.registered","avion_id":1,"modele":"A320"})"), "1 v1");

  std::atomic<int> wins[2]{};
  std::barrier start{2};
  const auto write = [&](int who) {
    for (int round = 1; round <= rounds; ++round) {
      const Line one = line(fmt::format(R"({{"type":"avion.amended","avion_id":1,"vitesse_max":{},"expect":{}}})",
                                        round * 2 + who, round));
      start.arrive_and_wait();
      const Answer answer = ledger.append({&one, 1}).at(0);
      if (const auto* receipt = std::get_if<Receipt>(&answer)) {
        EXPECT_EQ(receipt->version, static_cast<Version>(round) + 1);
        ++wins[who];
      } else {
        EXPECT_EQ(std::get<Rejection>(answer).code, Code::version_conflict);
      }
    }
  };
  std::jthread other{write, 1};
  write(0);
  other.join();
  EXPECT_EQ(wins[0] + wins[1], rounds);
  EXPECT_EQ(ledger.head().position, static_cast<Position>(rounds) + 1);
}

TEST(ManyWriters, AreEachAnsweredTheirOwnAndLeaveNoGaps) {
  constexpr int writers = 16, appends = 200;
  const Scratch scratch;
  Ledger ledger{scratch / "ledger", options(tiny_memory_bytes)};
  std::vector<std::vector<std::pair<Position, std::string>>> acknowledged(writers);
  {
    std::vector<std::jthread> threads;
    for (int who = 0; who < writers; ++who) {
      threads.emplace_back([&, who] {
        for (int i = 0; i < appends; ++i) {
          const std::string numero = fmt::format("{}-{}", who, i);
          const std::string texts[]{
              fmt::format(R"({{"type":"vol.created","numero":"{}"}})", numero),
              fmt::format(R"({{"type":"vol.landed","numero":"{}"}})", numero),
              fmt::format(R"({{"type":"vol.took_off","numero":"{}"}})", numero),
          };
          const std::vector<Line> parsed = lines(texts);
          // Every fourth one is refused as a whole, every eighth only tried out.
          if (i % 8 == 7) ledger.judge(parsed);
          const auto answers = i % 4 == 3 ? ledger.append_all(parsed) : ledger.append(parsed);
          if (i % 4 == 3) {
            EXPECT_EQ(answers.size(), 2u);
            continue;
          }
          const Receipt created = std::get<Receipt>(answers.at(0)), took_off = std::get<Receipt>(answers.at(2));
          EXPECT_EQ(std::get<Rejection>(answers.at(1)).code, Code::bad_transition);
          EXPECT_EQ(created.version, 1u);
          EXPECT_EQ(took_off.version, 2u);
          EXPECT_EQ(took_off.position, created.position + 1);
          acknowledged[static_cast<std::size_t>(who)].emplace_back(created.position, numero);
        }
      });
    }
  }
  const std::vector<Record> records = records_in(scratch / "ledger");
  ASSERT_EQ(records.size(), static_cast<std::size_t>(writers * appends * 3 / 4 * 2));
  for (const auto& own : acknowledged) {
    EXPECT_EQ(own.size(), static_cast<std::size_t>(appends * 3 / 4));
    Position last = 0;
    for (const auto& [position, numero] : own) {
      EXPECT_GT(position, last) << "the order of positions is the order of acceptance";
      last = position;
      EXPECT_EQ(records.at(position - 1).event, Event(VolCreated{numero, {}, {}, {}}));
      EXPECT_EQ(records.at(position).event, Event(VolTookOff{numero}));
    }
  }
}

// The memory is tiny, so that files are flushed, merged and deleted under the readers all the time.
TEST(AReader, BesideAWriterSeesWhatWasAcknowledgedAndNoMoreThanWasSent) {
  using namespace std::chrono_literals;
  const Scratch scratch;
  std::atomic<Position> sent{0}, acknowledged{0};
  std::atomic<bool> stop{false};
  Ledger ledger{scratch / "ledger", options(tiny_memory_bytes)};
  std::jthread writer{[&] {
    const std::string nom(50, 'x');
    for (int commit = 0; !stop; ++commit) {
      std::vector<std::string> texts;
      for (int i = 0; i <= commit % 50; ++i) {
        texts.push_back(i % 10 == 9 ? R"({"type":"passager.amended","passager_id":1,"nom":"Martin"})"
                                    : fmt::format(R"({{"type":"passager.registered","nom":"{}"}})", nom));
      }
      const std::vector<Line> parsed = lines(texts);
      sent += parsed.size();
      ledger.append(parsed);
      acknowledged += parsed.size();
    }
  }};

  const auto read = [&](int seed) {
    std::unique_ptr<Reader> reader;
    for (const auto end = std::chrono::steady_clock::now() + 1500ms; std::chrono::steady_clock::now() < end; ++seed) {
      const Position before = acknowledged;
      if (!reader || seed % 7 == 0) {
        reader = std::make_unique<Reader>(scratch / "ledger");
      } else {
        reader->refresh();
      }
      const Position head = reader->head().position;
      EXPECT_GE(head, before);
      EXPECT_LE(head, sent.load());
      Position expected = seed % 3 == 0 ? 1 : head - std::min<Position>(head, 100) + 1;
      reader->scan(expected, head + 1000, [&](const Record& record) {
        EXPECT_EQ(record.position, expected);
        ++expected;
        return true;
      });
      EXPECT_EQ(expected, head + 1);
      Version version = 0;
      reader->history(Stream::passager(1), [&](const Record& record) {
        EXPECT_EQ(record.version, ++version);
        EXPECT_LE(record.position, head);
        return true;
      });
      EXPECT_LE(version, head);
      EXPECT_TRUE(head <= 100 || version > 1);
    }
  };
  {
    std::jthread other{read, 1};
    read(0);
  }
  stop = true;
  writer.join();
  EXPECT_EQ(records_in(scratch / "ledger").size(), acknowledged.load());
}

}  // namespace
}  // namespace carnet
