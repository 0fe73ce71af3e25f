// SPDX-License-Identifier: Apache-2.0
#include "tests/query/random_question.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "query/parse.hpp"

namespace carnet {
namespace {

constexpr const char* texts[] = {"Madrid", "Oslo", "Nîmes",       "NÎMES",    "100%",
                                 "a_b",    "ab",   "back\\slash", "L'Aquila", "中文"};
constexpr const char* patterns[] = {"%", "_____", "%a%", "NÎ%", "%\\%", "a\\_b", "a_b", "%\\\\%", "%''%", "", "中_"};
constexpr const char* statuts[] = {"prévu", "retardé", "en vol", "dérouté", "atterri", "annulé"};
constexpr const char* durations[] = {"0 min", "1 hour", "2h30min", "-01:00", "1 day", "00:00:00.000001"};

}  // namespace

std::string RandomQuestion::time() {
  return fmt::format("2026-11-{:02}T{:02}:00:00{}Z", 20 + below(3), below(6), chance(20) ? ".000001" : "");
}

NaiveTables RandomQuestion::tables(std::size_t vols) {
  NaiveTables all;
  const auto word = [&] { return Value{std::string{one_of(texts)}}; };
  const auto maybe = [&](Value value) { return chance(25) ? Value{} : std::move(value); };
  const auto number = [&](std::size_t n) { return Value{static_cast<std::int64_t>(1 + below(n))}; };
  for (std::int64_t id = 1; id <= 5; ++id)
    all.rows[Kind::avion].push_back(
        {id, word(), maybe(word()), maybe(Value{static_cast<std::int64_t>(800 + below(4))})});
  for (std::int64_t id = 1; id <= 4; ++id)
    all.rows[Kind::pilote].push_back({id, word(), maybe(Value{fmt::format("L{}", id)})});
  for (std::int64_t id = 1; id <= 6; ++id) all.rows[Kind::passager].push_back({id, word()});
  for (std::size_t i = 0; i < vols; ++i) {
    const auto when = [&] { return maybe(*time_literal(time())); };
    all.rows[Kind::vol].push_back({fmt::format("V{:02}", i), maybe(word()), std::string{one_of(statuts)}, when(),
                                   when(), when(), maybe(number(5)), maybe(number(4))});
    for (std::int64_t passager = 1; passager <= 6; ++passager) {
      if (chance(20)) {
        all.rows[Kind::reservation].push_back(
            {fmt::format("V{:02}", i), passager, maybe(Value{fmt::format("{}A", passager)})});
      }
    }
  }
  return all;
}

void RandomQuestion::learn(const NaiveTables& all) {
  for (const auto& [kind, rows] : all.rows) {
    for (const NaiveRow& row : rows) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (!is_null(row[i])) learnt_[std::string{table(kind).columns[i].name}].push_back(row[i]);
      }
    }
  }
}

std::string RandomQuestion::relation_path(Kind from, std::size_t steps, bool many) {
  std::string out;
  for (Kind at = from; steps > 0; --steps) {
    std::vector<const Relation*> known;
    for (const Relation& r : relations()) {
      if (r.from == at && (many || !r.many)) known.push_back(&r);
    }
    if (known.empty()) break;
    const Relation& r = *one_of(known);
    out.append(out.empty() ? "" : ".").append(r.name);
    at = r.to;
  }
  return out;
}

/// Of that type, or empty if luck finds none.
std::string RandomQuestion::path(Kind from, Type type, bool many) {
  for (int attempt = 0; attempt < 20; ++attempt) {
    std::string out = relation_path(from, chance(50) ? 0 : 1 + below(2), many);
    const Kind at = out.empty() ? from : carnet::path(from, out).path.to();
    std::vector<const Column*> known;
    for (const Column& c : table(at).columns) {
      if (type_of(c) == type) known.push_back(&c);
    }
    if (known.empty()) continue;
    return out.append(out.empty() ? "" : ".").append(one_of(known)->name);
  }
  return {};
}

std::string RandomQuestion::literal(Type type, std::string_view of) {
  const auto quoted = [](std::string text) {
    for (std::size_t at = 0; (at = text.find('\'', at)) != std::string::npos; at += 2) text.insert(at, 1, '\'');
    return "'" + text + "'";
  };
  const auto learnt = learnt_.find(of.substr(of.rfind('.') + 1));
  if (learnt != learnt_.end() && chance(80)) {
    const Value& value = one_of(learnt->second);
    return type == Type::integer ? text(value) : quoted(text(value));
  }
  switch (type) {
    case Type::integer:
      return chance(20) ? fmt::format("{}.5", below(5))
                        : fmt::format("{}", of.ends_with("vitesse_max") ? 800 + below(4) : below(6));
    case Type::time:
      return quoted(time());
    case Type::duration:
      return quoted(one_of(durations));
    default:
      return quoted(of.ends_with("statut")   ? one_of(statuts)
                    : of.ends_with("numero") ? fmt::format("V{:02}", below(30))
                                             : one_of(texts));
  }
}

std::string RandomQuestion::predicate(Kind from) {
  static constexpr const char* comparisons[] = {"=", "<>", "<", "<=", ">", ">=", "!="};
  static constexpr Type types[] = {Type::integer, Type::text, Type::text, Type::time, Type::duration};
  const char* negated = chance(30) ? "not " : "";
  if (chance(10)) {
    const std::string rows = relation_path(from, 1 + below(2));
    return fmt::format("{} is {}null", rows, negated);
  }
  const Type type = one_of(types);
  std::string subject = type == Type::duration ? "" : path(from, type);
  if (type == Type::duration) {
    const std::string a = path(from, Type::time), b = path(from, Type::time);
    if (!a.empty() && !b.empty()) subject = fmt::format("({} - {})", a, b);
  }
  if (subject.empty()) return predicate(from);
  switch (below(type == Type::text ? 6 : 5)) {
    case 0:
      return fmt::format("{} is {}null", subject, negated);
    case 1: {
      std::string list = literal(type, subject);
      while (chance(60)) list += ", " + literal(type, subject);
      return fmt::format("{} {}in ({})", subject, negated, list);
    }
    case 2:
      return fmt::format("{} {}between {} and {}", subject, negated, literal(type, subject), literal(type, subject));
    case 3:
      if (type != Type::duration) {
        if (const std::string other = path(from, type); !other.empty())
          return fmt::format("{} {} {}", subject, one_of(comparisons), other);
      }
      [[fallthrough]];
    case 4:
      return fmt::format("{} {} {}", subject, one_of(comparisons), literal(type, subject));
    default:
      return fmt::format("{} {}{} '{}'", subject, negated, chance(50) ? "like" : "ilike", one_of(patterns));
  }
}

std::string RandomQuestion::condition(Kind from, int depth) {
  if (depth == 0 || chance(40)) return predicate(from);
  switch (below(4)) {
    case 0:
      return "not (" + condition(from, depth - 1) + ")";
    case 1:
      return "(" + condition(from, depth - 1) + ") or " + condition(from, depth - 1);
    case 2:
      return condition(from, depth - 1) + " or " + condition(from, depth - 1);
    default:
      return condition(from, depth - 1) + " and " + condition(from, depth - 1);
  }
}

Question RandomQuestion::question() {
  Question q;
  q.entity = table(static_cast<Kind>(1 + below(5))).kind;
  if (chance(70)) q.where = parse_condition(q.entity, condition(q.entity, 3));
  if (chance(30)) q.limit = below(10);
  if (chance(20)) q.offset = below(5);
  static constexpr Type types[] = {Type::integer, Type::text, Type::time};
  const auto operand = [&](bool many) {
    std::string text;
    while (text.empty()) text = path(q.entity, one_of(types), many);
    return parse_operands(q.entity, text)[0];
  };
  if (chance(60)) {
    while (chance(50)) {
      for (Path& p : parse_relations(q.entity, relation_path(q.entity, 1 + below(3)))) q.with.push_back(std::move(p));
    }
    while (chance(50)) q.sort.push_back({operand(false), chance(50)});
    return q;
  }
  while (chance(50)) q.group_by.push_back(operand(chance(30)));
  if (chance(70)) q.aggregates.push_back(aggregate(Expr::Function::count, {}));
  while (q.aggregates.empty() || chance(50)) {
    const auto function = static_cast<Expr::Function>(below(5));
    try {
      q.aggregates.push_back(aggregate(function, operand(chance(20)), function == Expr::Function::count && chance(50)));
    } catch (const QuestionError&) {
      // no sum of texts
    }
  }
  if (chance(30))
    q.having = compare(one_of(std::vector{Expr::Op::greater, Expr::Op::equal, Expr::Op::not_equal}),
                       aggregate(Expr::Function::count, {}), constant(Value{static_cast<std::int64_t>(below(4))}));
  if (chance(30)) q.sort.push_back({one_of(q.aggregates), chance(50)});
  return q;
}

std::string RandomQuestion::garbage() {
  static constexpr const char* words[] = {"and",
                                          "or",
                                          "not",
                                          "(",
                                          ")",
                                          "in",
                                          "like",
                                          "ilike",
                                          "between",
                                          "is",
                                          "null",
                                          "=",
                                          "<",
                                          ">=",
                                          "<>",
                                          "-",
                                          "+",
                                          ",",
                                          "'",
                                          "'Oslo'",
                                          "''",
                                          "5",
                                          "1e9",
                                          "-7.25",
                                          ".5",
                                          "avion",
                                          "vols",
                                          "numero",
                                          "avion.modele",
                                          ".",
                                          "passagers.nom",
                                          "statut",
                                          "'prévu'",
                                          "heure_arrivee",
                                          "heure_decollage",
                                          "'2026-11-22'",
                                          "'2 h'",
                                          "count",
                                          "sum(",
                                          "distinct",
                                          ";",
                                          "--",
                                          "/*",
                                          "$1",
                                          "\\",
                                          "\"",
                                          "é",
                                          "\xff",
                                          "\x01",
                                          "%",
                                          "E'\\x00'",
                                          "precedent.suivant",
                                          "reservations",
                                          "9223372036854775808",
                                          "1e400"};
  // A condition with words put in or left out: most of the way through the parser, and often all of it.
  std::string out = chance(80) ? condition(Kind::vol, 2) : std::string{};
  for (std::size_t n = below(4); n > 0; --n) {
    const std::size_t at = below(out.size() + 1);
    if (chance(40)) out.erase(at, below(8));
    if (chance(60)) out.insert(std::min(at, out.size()), fmt::format(" {} ", one_of(words)));
  }
  return out;
}

}  // namespace carnet
