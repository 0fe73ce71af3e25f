// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "query/parse.hpp"
#include "query/plan.hpp"

namespace carnet {
namespace {

/// The statement behind the select list, on one line; then its arguments.
std::string compiled(Kind kind, std::string_view where) {
  Question question;
  question.entity = kind;
  question.where = parse_condition(kind, where);
  const Statement statement = compile(question).statement;
  std::string out = statement.sql.substr(statement.sql.find("\nfrom ") + 1);
  std::ranges::replace(out, '\n', ' ');
  for (const Argument& argument : statement.arguments) {
    out += " |";
    for (const Value& value : argument.values) out += " " + text(value);
    if (argument.list) out += " (list)";
  }
  return out;
}

TEST(Condition, BecomesOneStatementWhoseLiteralsAreArguments) {
  struct Case {
    Kind kind;
    std::string where, statement;
  };
  const std::string vols = "from carnet.vols vol where ";
  const Case cases[] = {
      {Kind::vol, "destination = 'Madrid'", vols + "vol.destination = $1 | Madrid"},
      {Kind::vol, "destination = 'L''Aquila'", vols + "vol.destination = $1 | L'Aquila"},
      {Kind::vol, "'Madrid' = destination", vols + "$1 = vol.destination | Madrid"},
      {Kind::vol, "DESTINATION <> 'a' AND Statut != 'prévu'",
       vols + "vol.destination <> $1 and vol.statut <> $2 | a | prévu"},
      {Kind::vol, "avion_id = 1 or avion_id = 2 and pilote_id = 3",
       vols + "vol.avion_id = $1 or (vol.avion_id = $2 and vol.pilote_id = $3) | 1 | 2 | 3"},
      {Kind::vol, "(avion_id = 1 or avion_id = 2) and not pilote_id = 1",
       vols + "(vol.avion_id = $1 or vol.avion_id = $2) and not (vol.pilote_id = $1) | 1 | 2"},
      {Kind::vol, "avion_id in (1, 2, -3)", vols + "vol.avion_id = any($1) | 1 2 -3 (list)"},
      {Kind::vol, "avion_id not in ('1', 2.5)", vols + "vol.avion_id <> all($1) | 1 2.5 (list)"},
      {Kind::vol, "destination like 'M%' or destination not ilike '%é_'",
       vols + "vol.destination like $1 or vol.destination not ilike $2 | M% | %é_"},
      {Kind::vol, "avion_id between 1 and 3 and avion_id not between 5 and 7",
       vols + "vol.avion_id between $1 and $2 and vol.avion_id not between $3 and $4 | 1 | 3 | 5 | 7"},
      {Kind::vol, "heure_decollage is null or heure_arrivee is not null",
       vols + "vol.heure_decollage is null or vol.heure_arrivee is not null"},
      {Kind::vol, "heure_decollage >= '2026-11-22T00:00Z'", vols + "vol.heure_decollage >= $1 | 2026-11-22T00:00:00Z"},
      {Kind::vol, "heure_decollage < '2026-11-22 10:05:00.25+01'",
       vols + "vol.heure_decollage < $1 | 2026-11-22T09:05:00.25Z"},
      {Kind::vol, "heure_arrivee - heure_decollage > '2 hours 30 minutes'",
       vols + "(vol.heure_arrivee - vol.heure_decollage) > $1 | 02:30:00"},
      {Kind::vol, "(heure_arrivee - heure_decollage) <= '1:30'",
       vols + "(vol.heure_arrivee - vol.heure_decollage) <= $1 | 01:30:00"},
      {Kind::vol, "heure_arrivee > heure_decollage", vols + "vol.heure_arrivee > vol.heure_decollage"},
      // A to-one path is a join, once; the key at its end is the foreign key.
      {Kind::vol, "avion.modele = 'A320' and avion.vitesse_max > 800.5",
       "from carnet.vols vol left join carnet.avions avion on avion.id = vol.avion_id "
       "where avion.modele = $1 and avion.vitesse_max > $2 | A320 | 800.5"},
      {Kind::vol, "avion.id = 7", vols + "vol.avion_id = $1 | 7"},
      {Kind::vol, "avion is null", vols + "vol.avion_id is null"},
      {Kind::reservation, "vol.destination = 'Oslo'",
       "from carnet.reservations reservation join carnet.vols vol on vol.numero = reservation.numero "
       "where vol.destination = $1 | Oslo"},
      {Kind::reservation, "vol.avion.modele = 'A' and vol.pilote.nom = 'A'",
       "from carnet.reservations reservation join carnet.vols vol on vol.numero = reservation.numero "
       "left join carnet.avions vol_avion on vol_avion.id = vol.avion_id "
       "left join carnet.pilotes vol_pilote on vol_pilote.id = vol.pilote_id "
       "where vol_avion.modele = $1 and vol_pilote.nom = $1 | A"},
      // A predicate over to-many paths: there is a related row for which it holds.
      {Kind::vol, "passagers.nom ilike '%dupont%'",
       vols + "exists (select 1 from carnet.reservations passagers_via join carnet.passagers passagers "
              "on passagers.id = passagers_via.passager_id "
              "where passagers_via.numero = vol.numero and passagers.nom ilike $1) | %dupont%"},
      {Kind::vol, "not reservations.siege = '1A'",
       vols + "not (exists (select 1 from carnet.reservations reservations "
              "where reservations.numero = vol.numero and reservations.siege = $1)) | 1A"},
      {Kind::vol, "reservations is null",
       vols + "not exists (select 1 from carnet.reservations reservations where reservations.numero = vol.numero)"},
      {Kind::vol, "reservations is not null",
       vols + "exists (select 1 from carnet.reservations reservations where reservations.numero = vol.numero)"},
      {Kind::avion, "vols.pilote.nom = 'Zoé'",
       "from carnet.avions avion where exists (select 1 from carnet.vols vols "
       "left join carnet.pilotes vols_pilote on vols_pilote.id = vols.pilote_id "
       "where vols.avion_id = avion.id and vols_pilote.nom = $1) | Zoé"},
      {Kind::vol, "pilote.vols.numero = destination",
       "from carnet.vols vol left join carnet.pilotes pilote on pilote.id = vol.pilote_id "
       "where exists (select 1 from carnet.vols pilote_vols "
       "where pilote_vols.pilote_id = pilote.id and pilote_vols.numero = vol.destination)"},
      {Kind::vol, "precedent.destination = 'Nice'",
       "from carnet.vols vol left join lateral (select other.* from carnet.vols other "
       "where other.avion_id = vol.avion_id "
       "and (other.heure_decollage, other.numero) < (vol.heure_decollage, vol.numero) "
       "order by other.heure_decollage desc, other.numero desc limit 1) precedent on true "
       "where precedent.destination = $1 | Nice"},
  };
  for (const Case& c : cases) EXPECT_EQ(compiled(c.kind, c.where), c.statement) << c.where;
}

TEST(Condition, PointsAtWhatIsWrongAndNamesWhatWouldDo) {
  struct Case {
    std::string where, marked, message;
  };
  const Case cases[] = {
      {"avoin.modele = 'A'", "avoin",
       "vol has no avoin (did you mean avion? it has numero, destination, statut, heure_creation, heure_decollage, "
       "heure_arrivee, avion_id, pilote_id, avion, pilote, reservations, passagers, precedent, suivant)"},
      {"avion.model = 'A'", "model",
       "avion has no model (did you mean modele? it has id, modele, description, vitesse_max, vols)"},
      {"avion. = 'A'", "", "avion has no empty name (it has id, modele, description, vitesse_max, vols)"},
      {"avion_id.modele = 'A'", "modele", "avion_id is a column: nothing comes after it"},
      {"statut = 'prevu'", "'prevu'",
       "'prevu' is no statut (did you mean prévu? they are prévu, retardé, en vol, dérouté, atterri, annulé)"},
      {"statut in ('prévu', 'landed')", "'landed'",
       "'landed' is no statut (they are prévu, retardé, en vol, dérouté, atterri, annulé)"},
      {"statut = prévu", "prévu",
       "vol has no prévu (a text is written in single quotes; it has numero, destination, statut, heure_creation, "
       "heure_decollage, heure_arrivee, avion_id, pilote_id, avion, pilote, reservations, passagers, precedent, "
       "suivant)"},
      {"statut = \"prévu\"", "\"", "a text is written in single quotes, and a name in none"},
      {"avion_id = 'seven'", "'seven'", "avion_id is an integer, 'seven' is a text (write a number)"},
      {"destination = 7", "7", "destination is a text, 7 is an integer (put it in single quotes)"},
      {"heure_decollage > 'soon'", "'soon'",
       "heure_decollage is a time, 'soon' is a text (write a time as '2026-11-22T10:05:00Z' or '2026-11-22')"},
      {"heure_decollage > 5", "5",
       "heure_decollage is a time, 5 is an integer (write a time as '2026-11-22T10:05:00Z' or '2026-11-22')"},
      {"heure_arrivee - heure_decollage > 'long'", "'long'",
       "heure_arrivee - heure_decollage is a duration, 'long' is a text (write a duration as '2 hours 30 minutes' or "
       "'02:30')"},
      {"numero = avion_id", "avion_id", "numero is a text, avion_id is an integer: they cannot be compared"},
      {"destination - numero > '1 h'", "destination",
       "destination is a text: only a time can be subtracted from a time"},
      {"avion = 7", "avion", "avion is a relation: name one of its columns, or ask whether it is null"},
      {"destination", "destination",
       "destination alone is not a condition (compare it: = <> < <= > >= like in between is null)"},
      {"destination = null", "null", "null is equal to nothing (write `is null`)"},
      {"destination like 'a\\'", "'a\\'",
       "a pattern cannot end with \\, which takes the next character as it is (write \\\\)"},
      {"avion_id like '1%'", "avion_id", "avion_id is an integer: like compares texts"},
      {"destination = 'Madrid", "'Madrid", "this text does not end (close it with ', write '' for a ' in it)"},
      {"avion_id = 1e400", "1e400", "this number is out of range"},
      {"avion_id = 12abc", "12abc", "this is no number (a text is written in single quotes)"},
      {"avion_id = 1; drop table vols", ";", "this character has no meaning here"},
      {"avion_id = 1 numero = '2'", "numero", "unexpected, and, or, or the end was expected"},
      {"avion_id = 1 and", "", "it ends too early, a path, a literal or ( was expected"},
      {"", "", "it ends too early, a path, a literal or ( was expected"},
      {"(avion_id = 1", "", "it ends too early, ) was expected"},
      {"avion_id in ()", ")", "unexpected, a path, a literal or ( was expected"},
      {"avion_id in (pilote_id)", "pilote_id", "a list holds literals"},
      {"avion_id between 1 or 2", "or", "unexpected, between goes with two values: between A and B"},
      {"count > 3", "count", "an aggregate says something of a group, not of a row (it belongs in --having)"},
      {"lower(destination) = 'a'", "lower", "there is no function lower (there are count, sum, avg, min, max)"},
      {"avion.vols.avion.vols.avion.vols.avion.vols.avion.id = 1", "avion", "a path has at most 8 relations"},
  };
  for (const Case& c : cases) {
    try {
      parse_condition(Kind::vol, c.where);
      ADD_FAILURE() << c.where << " was understood";
    } catch (const QuestionError& error) {
      EXPECT_EQ(error.what(), c.message) << c.where;
      EXPECT_EQ(error.text, c.where);
      EXPECT_EQ(c.where.substr(error.place.offset, error.place.length), c.marked) << c.where;
    }
  }
}

TEST(Condition, NestsAsDeepAsTheStackOfTheServerBears) {
  const auto nested = [](std::size_t depth) {
    std::string where;
    for (std::size_t i = 0; i < depth; ++i) where += "not (";
    return where + "avion_id = 1" + std::string(depth, ')');
  };
  EXPECT_NO_THROW(parse_condition(Kind::vol, nested(100)));
  EXPECT_THROW(parse_condition(Kind::vol, nested(101)), QuestionError);
  EXPECT_THROW(parse_condition(Kind::vol, nested(100'000)), QuestionError);
  EXPECT_THROW(parse_condition(Kind::vol, std::string(1'000'000, '(')), QuestionError);
}

TEST(Condition, HasNoMoreLiteralsThanTheProtocolCarries) {
  std::string where = "avion_id = 0";
  for (int i = 1; i < 70'000; ++i) where += fmt::format(" or avion_id = {}", i);
  Question question;
  question.where = parse_condition(Kind::vol, where);
  EXPECT_THROW(compile(question), QuestionError);
}

TEST(Literal, OfADurationReadsAsSqlOrAsAClock) {
  using namespace std::chrono_literals;
  const std::pair<std::string_view, std::optional<Duration>> cases[] = {
      {"2 hours 30 minutes", 150min},
      {"2h30min", 150min},
      {"02:30", 150min},
      {"26:30:00.5", 1590min + 500ms},
      {"1 day 01:00", 25h},
      {"1.5 h", 90min},
      {"-0:05", -5min},
      {"90 sec", 90s},
      {"", {}},
      {"2", {}},
      {"two hours", {}},
      {"1:60", {}},
      {"1 lustrum", {}},
      {"999999999 weeks", {}},
      {"1:", {}},
      {"-", {}},
  };
  for (const auto& [written, duration] : cases) EXPECT_EQ(duration_literal(written), duration) << written;
}

TEST(Literal, OfATimeIsADateOrMore) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"2026-11-22", "2026-11-22T00:00:00Z"},
      {"2026-11-22 10:05", "2026-11-22T10:05:00Z"},
      {"2026-11-22T10:05Z", "2026-11-22T10:05:00Z"},
      {"2026-11-22 10:05:06.5", "2026-11-22T10:05:06.5Z"},
      {"2026-11-22 10:05:06 UTC", "2026-11-22T10:05:06Z"},
      {"2026-11-22 10:05:06+0130", "2026-11-22T08:35:06Z"},
      {"2026-11-22 10:05:06 -05", "2026-11-22T15:05:06Z"},
      {"2026-11-31", ""},
      {"2026-11-2", ""},
      {"2026-11-22x", ""},
      {"2026-11-22 25:00", ""},
      {"2026-11-22 10:05 CET", ""},
  };
  for (const auto& [written, printed] : cases) {
    const std::optional<Time> time = time_literal(written);
    EXPECT_EQ(time ? text(Value{*time}) : "", printed) << written;
  }
}

TEST(Value, PrintsAsItCanBeTypedAgain) {
  using namespace std::chrono_literals;
  EXPECT_EQ(text(Value{std::int64_t{-5}}), "-5");
  EXPECT_EQ(text(Value{812.5}), "812.5");
  EXPECT_EQ(text(Value{1e300}), "1e+300");
  EXPECT_EQ(text(Value{Duration{-90min}}), "-01:30:00");
  EXPECT_EQ(text(Value{Duration{100h + 1us}}), "100:00:00.000001");
  EXPECT_EQ(text(Value{}), "");
}

}  // namespace
}  // namespace carnet
