// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "query/parse.hpp"
#include "query/plan.hpp"

namespace carnet {
namespace {

/// On one line, with its arguments.
std::string shown(const Statement& statement) {
  std::string out = statement.sql;
  std::ranges::replace(out, '\n', ' ');
  for (const Argument& argument : statement.arguments) {
    out += " |";
    for (const Value& value : argument.values) out += " " + text(value);
  }
  return out;
}

struct Asked {
  const char* where = "";
  const char* group_by = "";
  const char* having = "";
  const char* sort = "";
  std::vector<Expr> aggregates{aggregate(Expr::Function::count, std::nullopt)};
};

std::string grouped(const Asked& asked) {
  Question question;
  if (*asked.where) question.where = parse_condition(Kind::vol, asked.where);
  if (*asked.group_by) question.group_by = parse_operands(Kind::vol, asked.group_by);
  if (*asked.having) question.having = parse_having(Kind::vol, asked.having);
  if (*asked.sort) question.sort = parse_sort(Kind::vol, asked.sort);
  question.aggregates = asked.aggregates;
  return shown(compile(question).statement);
}

Expr average(const char* path) {
  return aggregate(Expr::Function::avg, parse_operands(Kind::vol, path)[0]);
}

TEST(Statement, OfOwnColumnsGroupsAndSortsByThem) {
  EXPECT_EQ(grouped({.group_by = "statut"}),
            "select vol.statut, count(*) from carnet.vols vol group by vol.statut order by vol.statut");
  EXPECT_EQ(grouped({.where = "avion_id = 1", .group_by = "statut", .having = "count > 10", .sort = "-count"}),
            "select vol.statut, count(*) from carnet.vols vol where vol.avion_id = $1 group by vol.statut "
            "having count(*) > $2 order by count(*) desc, vol.statut | 1 | 10");
  EXPECT_EQ(grouped({}), "select count(*) from carnet.vols vol");
}

TEST(Statement, OfGroupsBehindAForeignKeyAggregatesBeforeItJoins) {
  EXPECT_EQ(grouped({.group_by = "avion.modele"}),
            "select avion.modele, sum(vol.part_1)::bigint "
            "from (select vol.avion_id, count(*) as part_1 from carnet.vols vol group by vol.avion_id) vol "
            "left join carnet.avions avion on avion.id = vol.avion_id "
            "group by avion.modele order by avion.modele");
  EXPECT_EQ(grouped({.where = "statut = 'atterri' and avion.vitesse_max > 800",
                     .group_by = "avion.modele",
                     .sort = "-avg(heure_arrivee - heure_decollage)",
                     .aggregates = {average("heure_arrivee - heure_decollage")}}),
            "select avion.modele, sum(vol.part_1) / nullif(sum(vol.part_2), 0)::float8 "
            "from (select vol.avion_id, sum((vol.heure_arrivee - vol.heure_decollage)) as part_1, "
            "count((vol.heure_arrivee - vol.heure_decollage)) as part_2 "
            "from carnet.vols vol where vol.statut = $1 group by vol.avion_id) vol "
            "left join carnet.avions avion on avion.id = vol.avion_id where avion.vitesse_max > $2 "
            "group by avion.modele order by sum(vol.part_1) / nullif(sum(vol.part_2), 0)::float8 desc nulls last, "
            "avion.modele | atterri | 800");
}

TEST(Statement, JoinsFirstWhereAnAggregateNeedsTheRows) {
  EXPECT_EQ(grouped({.group_by = "avion.modele", .aggregates = {average("avion.vitesse_max")}}),
            "select avion.modele, avg(avion.vitesse_max)::float8 from carnet.vols vol "
            "left join carnet.avions avion on avion.id = vol.avion_id group by avion.modele order by avion.modele");
  EXPECT_EQ(grouped({.group_by = "passagers.nom"}),
            "select passagers.nom, count(distinct vol.numero) from carnet.vols vol "
            "left join carnet.reservations passagers_via on passagers_via.numero = vol.numero "
            "left join carnet.passagers passagers on passagers.id = passagers_via.passager_id "
            "group by passagers.nom order by passagers.nom");
}

TEST(Statement, BehindACursorSeeksInAnIndexAndLeavesNullsToTheLast) {
  Question question;
  question.sort = parse_sort(Kind::vol, "-heure_decollage");
  question.limit = 2;
  const auto tail = [&](const char* after) {
    question.after = after;
    std::string out = shown(compile(question).statement);
    const std::string columns =
        "select vol.numero, vol.destination, vol.statut, vol.heure_creation, vol.heure_decollage, vol.heure_arrivee, "
        "vol.avion_id, vol.pilote_id from carnet.vols vol";
    for (std::size_t at = 0; (at = out.find(columns)) != std::string::npos;) out.replace(at, columns.size(), "VOLS");
    return out;
  };
  const std::string order = "order by vol.heure_decollage desc nulls last, vol.numero limit ";
  EXPECT_EQ(tail(""), "VOLS where true " + order + "$1 | 2");
  EXPECT_EQ(tail("2026-11-22T10:05:00Z,AF101"),
            "(VOLS where vol.heure_decollage <= $2 and (vol.heure_decollage < $2 or "
            "(vol.heure_decollage = $2 and (vol.numero > $3))) " +
                order +
                "$1) union all "
                "(VOLS where vol.heure_decollage is null " +
                order +
                "$1) order by 5 desc nulls last, 1 limit $1 "
                "| 2 | 2026-11-22T10:05:00Z | AF101");
  EXPECT_EQ(tail("null,'AF101'"),
            "VOLS where vol.heure_decollage is null and (vol.numero > $2) " + order + "$1 | 2 | AF101");
  question.sort.clear();
  EXPECT_EQ(tail("AF101"), "VOLS where (vol.numero > $2) order by vol.numero limit $1 | 2 | AF101");
  for (const char* bad : {"AF101,1", "'a' b"}) EXPECT_THROW(tail(bad), QuestionError) << bad;
  question.sort = parse_sort(Kind::vol, "heure_decollage");
  EXPECT_THROW(tail("soon,AF101"), QuestionError);
}

TEST(Statement, IsRefusedWhereThePartsOfAQuestionContradictEachOther) {
  const auto error = [](const auto& change) -> std::string {
    Question question;
    change(question);
    try {
      compile(question);
      return "none";
    } catch (const QuestionError& e) {
      return e.what();
    }
  };
  const auto groups = [](const char* text) { return parse_operands(Kind::vol, text); };
  EXPECT_EQ(error([](Question& q) { q.sort = parse_sort(Kind::vol, "-passagers.nom"); }),
            "passagers.nom has many values in a row: nothing to sort by");
  EXPECT_EQ(error([](Question& q) { q.sort = parse_sort(Kind::vol, "-count"); }),
            "count needs groups to sort by (--group-by)");
  EXPECT_EQ(error([](Question& q) { q.having = parse_having(Kind::vol, "count > 1"); }),
            "--having needs groups (--group-by, --count)");
  EXPECT_EQ(error([&](Question& q) {
              q.group_by = groups("statut");
              q.sort = parse_sort(Kind::vol, "destination");
            }),
            "destination is not the same in all rows of a group (grouped by statut, or an aggregate of it)");
  EXPECT_EQ(error([&](Question& q) {
              q.group_by = groups("statut");
              q.with = parse_relations(Kind::vol, "avion");
            }),
            "--with loads relations of rows, and groups have none");
  EXPECT_EQ(
      error([&](Question& q) { q.group_by = groups("passagers.nom, precedent.reservations.siege"); }),
      "passagers.nom and precedent.reservations.siege go through different to-many relations: each would multiply "
      "the other");
  EXPECT_EQ(error([&](Question& q) {
              q.group_by = groups("passagers.nom");
              q.aggregates.push_back(average("avion.vitesse_max"));
            }),
            "avg(avion.vitesse_max) would count a row once for each of passagers.nom");
  EXPECT_EQ(error([](Question& q) { q.after = "AF101"; }), "--after goes with --limit, and not with --offset");
}

}  // namespace
}  // namespace carnet
