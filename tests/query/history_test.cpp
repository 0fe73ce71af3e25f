// SPDX-License-Identifier: Apache-2.0
// The whole way: random histories go into a ledger and from there into the tables, and what is asked of the tables is
// what a naive evaluation makes of the same history in memory.
#include <gmock/gmock.h>

#include "events/ledger.hpp"
#include "projector/projection.hpp"
#include "query/columns.hpp"
#include "query/session.hpp"
#include "tests/model.hpp"
#include "tests/query/answer.hpp"
#include "tests/query/random_question.hpp"
#include "tests/random_history.hpp"
#include "tests/scratch.hpp"
#include "tests/throwaway_cluster.hpp"

namespace carnet {
namespace {

/// Random lines, some refused, until the ledger has so many records.
void append_random(Ledger& ledger, std::uint64_t seed, Position records) {
  RandomHistory history{seed};
  while (ledger.head().position < records) {
    std::vector<Line> lines;
    while (lines.size() < 100) {
      auto parsed = parse_line(history.line());
      if (auto* line = std::get_if<Line>(&parsed)) lines.push_back(std::move(*line));
    }
    ledger.append(lines);
  }
}

/// By the rules alone.
NaiveTables rows_of(Reader& reader) {
  Model model;
  reader.scan(1, reader.head().position, [&](const Record& record) {
    EXPECT_FALSE(model.happen(record.event, record.time));
    return true;
  });
  NaiveTables all;
  for (const auto& [stream, entity] : model.living()) all.rows[stream.kind].push_back(columns_of(entity));
  return all;
}

TEST(Answers, AreThoseOfANaiveEvaluationOverRandomHistories) {
  int asked = 0, with_rows = 0;
  for (std::uint64_t seed = 1; seed <= static_cast<std::uint64_t>(rounds(3)); ++seed) {
    const Scratch directory;
    Ledger ledger{directory.path(), {}};
    append_random(ledger, seed, 400);
    Reader reader{directory.path()};
    Connection connection{ThrowawayCluster::shared().new_database()};
    catch_up(connection, reader);
    const NaiveTables tables = rows_of(reader);
    Session session{connection};
    RandomQuestion random{seed};
    random.learn(tables);
    for (int i = 0; i < 100; ++i) {
      const Question question = random.question();
      try {
        const std::vector<std::string> expected = tables.answer(question);
        ASSERT_EQ(answer(session, question), expected) << "seed " << seed << ", question " << i << "\n"
                                                       << compile(question).statement.sql;
        ++asked;
        with_rows += !expected.empty();
      } catch (const QuestionError&) {
        // its parts contradict each other: the generator does not look
      }
    }
  }
  EXPECT_GT(asked, 100);
  EXPECT_GT(with_rows, asked / 4);
}

}  // namespace
}  // namespace carnet
