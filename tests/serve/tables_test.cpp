// SPDX-License-Identifier: Apache-2.0
// The tables over HTTP: rows and questions, reading one's own writes, the past, and PostgreSQL being down.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "tests/serve/running.hpp"
#include "tests/throwaway_cluster.hpp"

namespace carnet::serve {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const std::string history =
    R"({"type":"avion.registered","modele":"A320","vitesse_max":850,"time":"2026-11-22T07:00:00Z"}
{"type":"avion.registered","modele":"A321","time":"2026-11-22T07:00:00Z"}
{"type":"vol.created","time":"2026-11-22T08:00:00Z","numero":"AF101","destination":"Orléans","avion_id":1}
{"type":"vol.created","time":"2026-11-22T08:00:00Z","numero":"AF/2'3","avion_id":2}
{"type":"passager.registered","nom":"Zoé","time":"2026-11-22T08:00:00Z"}
{"type":"reservation.made","numero":"AF101","passager_id":1,"siege":"12A","time":"2026-11-22T08:00:00Z"}
{"type":"vol.took_off","time":"2026-11-22T09:00:00Z","numero":"AF101"}
)";

Running::Setting with_tables() {
  Running::Setting setting;
  setting.database = ThrowawayCluster::shared().new_database();
  return setting;
}

TEST(Tables, AnAnswerIsOfTheLastAppend) {
  const Running server(with_tables());
  for (int i = 1; i <= 20; ++i) {
    ASSERT_THAT(server.append(R"({"type":"avion.registered","modele":"A320"})"), StartsWith("201"));
    const Answered answer = server.ask("GET /avions?count=true", "Accept: application/x-ndjson\r\n");
    EXPECT_EQ(answer.body, fmt::format("{{\"count\":{}}}\n", i));
    EXPECT_EQ(answer.fields.at("carnet-position"), std::to_string(i));
  }
  EXPECT_THAT(server.ask("GET /tables").body, HasSubstr("\"position\":20}"));
}

TEST(Tables, RowsAndQuestionsAreAnswered) {
  const Running server(with_tables());
  ASSERT_EQ(server.ask("POST /events?atomic=true", "", history).status, 200);
  struct Case {
    const char *target, *accept, *answer;
  };
  const Case cases[] = {
      {"/vols/AF101?with=avion", "",
       R"({"numero":"AF101","destination":"Orléans","statut":"en vol","heure_creation":"2026-11-22T08:00:00Z","heure_decollage":"2026-11-22T09:00:00Z","heure_arrivee":null,"avion_id":1,"pilote_id":null,"avion":{"id":1,"modele":"A320","description":null,"vitesse_max":850}})"
       "\n"},
      {"/vol/AF%2F2'3?stale", "",
       R"({"numero":"AF/2'3","destination":null,"statut":"prévu","heure_creation":"2026-11-22T08:00:00Z","heure_decollage":null,"heure_arrivee":null,"avion_id":2,"pilote_id":null})"
       "\n"},
      {"/reservations/AF101/1", "", "{\"numero\":\"AF101\",\"passager_id\":1,\"siege\":\"12A\"}\n"},
      {"/avions?where=vitesse_max%3E%3D800&sort=-id&at_least=7", "",
       "[\n{\"id\":1,\"modele\":\"A320\",\"description\":null,\"vitesse_max\":850}\n]\n"},
      {"/passagers?where=nom+like+'Z%25'", "application/x-ndjson", "{\"id\":1,\"nom\":\"Zoé\"}\n"},
      {"/avions?sort=modele", "text/csv", "id,modele,description,vitesse_max\r\n1,A320,,850\r\n2,A321,,\r\n"},
      {"/vols?group_by=statut&count&sort=-count,statut", "application/x-ndjson",
       "{\"statut\":\"en vol\",\"count\":1}\n{\"statut\":\"prévu\",\"count\":1}\n"},
      {"/vols?where=statut='retardé'", "", "[]\n"},
      {"/vols?where=statut='retardé'", "application/x-ndjson", ""},
      {"/vols?as_of=2&count", "application/x-ndjson", "{\"count\":0}\n"},
      {"/vols?as_of=2026-11-22T08:30:00Z&count&where=statut='en+vol'", "application/x-ndjson", "{\"count\":0}\n"},
  };
  for (const Case& one : cases) {
    const std::string accept = *one.accept == '\0' ? "" : fmt::format("Accept: {}\r\n", one.accept);
    const Answered answer = server.ask(std::string("GET ") + one.target, accept);
    EXPECT_EQ(answer.status, 200) << one.target << answer.body;
    EXPECT_EQ(answer.body, one.answer) << one.target;
    EXPECT_TRUE(answer.is_whole) << one.target;
  }
  EXPECT_EQ(server.ask("GET /vols/AF999").status, 404);
  EXPECT_EQ(server.ask("GET /avions/x").status, 404);
  EXPECT_EQ(server.ask("GET /avions/1/2").status, 404);
  EXPECT_EQ(server.ask("GET /vols?limit=many").status, 400);
  EXPECT_EQ(server.ask("GET /vols?as_of=2&stale").status, 400);
  const Answered bad = server.ask("GET /vols?where=numero='AF101'+and+statu=1");
  EXPECT_EQ(bad.status, 400);
  EXPECT_THAT(bad.body, HasSubstr(R"("clause":"where","offset":19,"length":5)"));
}

TEST(Tables, PagesFollowEachOther) {
  const Running server(with_tables());
  ASSERT_EQ(server.ask("POST /events", "", history).status, 200);
  const Answered first = server.ask("GET /vols?after=&limit=1", "Accept: application/x-ndjson\r\n");
  EXPECT_THAT(first.body, HasSubstr("AF/2'3"));
  const Answered second =
      server.ask("GET /vols?limit=1&after=" + first.fields.at("carnet-next"), "Accept: application/x-ndjson\r\n");
  EXPECT_THAT(second.body, HasSubstr("AF101"));
  EXPECT_EQ(server.ask("GET /vols?after=").status, 400);
}

TEST(Tables, PostgreSqlDownStopsNothingButThem) {
  const Running server;
  EXPECT_THAT(server.append(R"({"type":"avion.registered","modele":"A320"})"), StartsWith("201"));
  const Answered answer = server.ask("GET /avions");
  EXPECT_EQ(answer.status, 503);
  EXPECT_EQ(answer.fields.at("retry-after"), "2");
  EXPECT_EQ(server.ask("GET /tables").status, 503);
  EXPECT_EQ(server.ask("GET /healthz").status, 200);
  EXPECT_THAT(server.ask("GET /status").body, HasSubstr(R"("position":null,"lag":null)"));
}

TEST(Tables, WhatTakesTooLongIsToldSo) {
  const Running server(with_tables());
  EXPECT_EQ(server.ask("GET /tables").status, 200);
  const auto client = server.connect();
  client->send("GET /avions?at_least=5 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(client->read_until("\r\n\r\n", std::chrono::milliseconds(300)), "") << "it waits for an append";
  for (int i = 0; i < 5; ++i) server.append(R"({"type":"avion.registered","modele":"A320"})");
  EXPECT_THAT(client->read_until("0\r\n\r\n"), HasSubstr(R"("id":5,)"));
  client->send("GET /avions?at_least=6 HTTP/1.1\r\nHost: a\r\n\r\n");
  const Answered late = answer_in(client->read_until("}\n", std::chrono::seconds(13)));
  EXPECT_EQ(late.status, 503);
  EXPECT_THAT(late.body, HasSubstr("position 5, not yet at 6"));
}

TEST(Tables, VerdictsAndCopiesAreHad) {
  Running server(with_tables());
  ASSERT_EQ(server.ask("POST /events", "", history).status, 200);
  ASSERT_EQ(server.ask("GET /tables").status, 200);
  const std::string sound =
      "{\"sound\":true,\"ledger\":\"intact up to position 7\",\"history\":\"holds together up to position 7\","
      "\"tables\":\"equal to the history up to position 7 (6 rows)\",\"differences\":[]}\n";
  EXPECT_EQ(server.ask("POST /verify?deep=true").body, sound);
  const std::string copy = server.home() / "copy";
  EXPECT_THAT(server.ask("POST /backup?directory=" + copy).body, HasSubstr("\"position\":7}"));
  EXPECT_EQ(Reader(copy).head().position, 7U);
  EXPECT_EQ(server.ask("POST /backup?directory=" + copy).status, 409) << "it is there";
  EXPECT_EQ(server.ask("POST /backup?directory=copy").status, 400);
}

}  // namespace
}  // namespace carnet::serve
