// SPDX-License-Identifier: Apache-2.0
// The module's answers, from PostgreSQL, against those of a naive evaluation in memory.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <chrono>
#include <fstream>

#include "projector/ddl.hpp"
#include "query/from.hpp"
#include "query/page.hpp"
#include "query/parse.hpp"
#include "tests/query/answer.hpp"
#include "tests/query/naive.hpp"
#include "tests/query/random_question.hpp"
#include "tests/query/tables.hpp"
#include "tests/throwaway_cluster.hpp"

namespace carnet {
namespace {

TEST(Answers, AreThoseOfANaiveEvaluationForRandomQuestions) {
  Connection connection{database()};
  Session session{connection};
  std::string sql;
  session.echo = [&](const Statement& s, Duration, std::size_t) { sql += s.sql + "\n"; };
  int asked = 0;
  for (std::uint64_t seed = 1; seed <= static_cast<std::uint64_t>(rounds(6)); ++seed) {
    RandomQuestion random{seed};
    const NaiveTables tables = random.tables(seed % 3 == 0 ? 0 : 25);
    store(connection, tables);
    for (int i = 0; i < 150; ++i) {
      const Question question = random.question();
      sql.clear();
      try {
        EXPECT_EQ(answer(session, question), tables.answer(question)) << "seed " << seed << ", question " << i << "\n"
                                                                      << sql;
        ++asked;
      } catch (const QuestionError&) {
        // its parts contradict each other: the generator does not look
      }
      if (HasFailure()) return;
    }
  }
  EXPECT_GT(asked, 100);
}

TEST(Answers, InPagesAreTheWholeAnswer) {
  Connection connection{database()};
  Session session{connection};
  int asked = 0;
  for (std::uint64_t seed = 1; seed <= static_cast<std::uint64_t>(rounds(4)); ++seed) {
    RandomQuestion random{seed};
    store(connection, random.tables(25));
    for (int i = 0; i < 40; ++i) {
      Question question = random.question();
      if (question.grouped()) continue;
      question.limit = 1000;
      question.offset = 0;
      const std::vector<std::string> whole = answer(session, question);
      question.limit = 1 + seed % 4;
      question.after = "";
      std::vector<std::string> paged;
      for (bool more = true; more;) {
        const Plan plan = compile(question);
        const std::vector<Tuple> rows = session.all(plan);
        for (const Tuple& row : rows) paged.push_back(nested(plan.shape, row));
        more = rows.size() == question.limit;
        if (more) question.after = cursor(plan, rows.back());
      }
      ASSERT_EQ(paged, whole) << "seed " << seed << ", question " << i << "\n" << compile(question).statement.sql;
      ++asked;
    }
  }
  EXPECT_GT(asked, 20);
}

TEST(Answers, NeverAreAnErrorOfTheServerWhateverTheConditionSays) {
  Connection connection{database()};
  Session session{connection};
  RandomQuestion random{7};
  store(connection, random.tables(10));
  int understood = 0;
  for (int i = 0; i < 100 * rounds(100); ++i) {
    const std::string text = random.garbage();
    try {
      Question question;
      question.where = parse_condition(question.entity, text);
      session.all(compile(question));
      ++understood;
    } catch (const QuestionError& error) {
      ASSERT_LE(error.place.offset + error.place.length, text.size()) << text;
    }
  }
  EXPECT_GT(understood, 0);
}

TEST(Answers, TakeOneStatementAndOneMoreForEachToManyRelation) {
  Connection connection{database()};
  Session session{connection};
  RandomQuestion random{11};
  store(connection, random.tables(25));
  const std::pair<const char*, int> cases[] = {
      {"avion,pilote,precedent.avion", 1},    {"reservations", 2},
      {"passagers,reservations.passager", 3}, {"avion.vols.reservations.passager", 3},
      {"avion,passagers.vols.passagers", 4},
  };
  for (const auto& [with, expected] : cases) {
    int statements = 0;
    session.echo = [&](const Statement&, Duration, std::size_t) { ++statements; };
    Question question;
    question.with = parse_relations(Kind::vol, with);
    EXPECT_EQ(session.all(compile(question)).size(), 25u);
    EXPECT_EQ(statements, expected) << with;
  }
}

double resident_mib() {
  std::ifstream statm{"/proc/self/statm"};
  double pages = 0;
  statm >> pages >> pages;
  return pages * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1 << 20);
}

TEST(Answers, OfAMillionRowsBeginAtOnceInMemoryThatStaysFlat) {
  constexpr int vols = 1'000'000;
  Connection connection{ThrowawayCluster::shared().new_database()};
  connection.exec("CREATE SCHEMA carnet; " + create_tables("carnet"));
  connection.exec(
      fmt::format("INSERT INTO carnet.vols (numero, destination, statut, position) "
                  "SELECT 'V' || i, 'ville ' || i % 100, 'prévu', i FROM generate_series(1, {}) i",
                  vols));
  Session session{connection};
  using Clock = std::chrono::steady_clock;
  const Clock::time_point start = Clock::now();
  Clock::duration first{};
  const double before_mib = resident_mib();
  double most_mib = 0;
  int rows = 0;
  for (const Vol& v : from<Vol>().stream(session)) {
    if (rows++ == 0) first = Clock::now() - start;
    if (rows % 100'000 == 0) most_mib = std::max(most_mib, resident_mib());
    ASSERT_FALSE(v.numero.empty());
  }
  EXPECT_EQ(rows, vols);
  EXPECT_LT(first, (Clock::now() - start) / 10);
  EXPECT_LT(most_mib - before_mib, 8);  // the rows together take more than a hundred
}

TEST(Answers, LeaveTheConnectionUsableWhenTheReaderHasEnough) {
  Connection connection{database()};
  Session session{connection};
  store(connection, RandomQuestion{3}.tables(25));
  const Plan plan = compile(Question{});
  struct Enough {};
  EXPECT_THROW(session.each(plan, [](const Tuple&) { throw Enough{}; }), Enough);
  EXPECT_EQ(session.all(plan).size(), 25u);
}

TEST(Answers, ComeFromAPreparedStatementTheSecondTime) {
  Connection connection{database()};
  Session session{connection};
  store(connection, RandomQuestion{3}.tables(25));
  for (int i = 0; i < 10; ++i) {
    Question question;
    question.where = parse_condition(Kind::vol, fmt::format("numero = 'V{:02}'", i));
    ASSERT_EQ(session.all(compile(question)).size(), 1u);
  }
  EXPECT_EQ(connection.exec("select count(*) from pg_prepared_statements").number(0, 0), 1);
}

}  // namespace
}  // namespace carnet
