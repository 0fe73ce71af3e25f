// SPDX-License-Identifier: Apache-2.0
// POST /events, GET /events and GET /streams: in, out, and live.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <algorithm>

#include "tests/serve/running.hpp"

namespace carnet::serve {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const std::string vol = R"({"type":"vol.created","time":"2026-11-22T08:00:00Z","numero":"AF101"})";
const std::string take_off = R"({"type":"vol.took_off","time":"2026-11-22T09:00:00Z","numero":"AF101"})";
const std::string landing = R"({"type":"vol.landed","time":"2026-11-22T10:00:00Z","numero":"AF101"})";

std::string sse(const std::string& target, const std::string& fields = "") {
  return fmt::format("GET {} HTTP/1.1\r\nHost: a\r\nAccept: text/event-stream\r\n{}\r\n", target, fields);
}

TEST(Events, OneEventIsAnsweredByWhatBecameOfIt) {
  const Running server;
  struct Case {
    std::string event, answer;
  };
  const std::string with_id = R"({"type":"avion.registered","avion_id":7,"modele":"A320","id":"x"})";
  const std::vector<Case> cases{
      {R"({"type":"avion.registered","modele":"A320"})", R"(201 {"line":1,"position":1,"version":1,"avion_id":1})"},
      {with_id, R"(201 {"line":1,"position":2,"version":1})"},
      {with_id, R"(200 {"line":1,"position":2,"version":1,"duplicate":true})"},
      {"{\n  \"type\": \"pilote.registered\",\n  \"nom\": \"Jean\"\n}\n",
       R"(201 {"line":1,"position":3,"version":1,"pilote_id":1})"},
      {vol, R"(201 {"line":1,"position":4,"version":1})"},
      {landing, R"(409 {"line":1,"code":"bad_transition","member":"numero",)"},
      {vol, R"(409 {"line":1,"code":"already_exists","member":"numero",)"},
      {R"({"type":"vol.took_off","numero":"XX1"})", R"(404 {"line":1,"code":"not_found","member":"numero",)"},
      {R"({"type":"vol.took_of","numero":"XX1"})", R"(422 {"line":1,"code":"unknown_type","member":"type",)"},
      {R"({"type":"vol.took_off")", R"(400 {"line":1,"code":"malformed","member":null,)"},
      {"", R"(400 {"line":1,"code":"malformed","member":null,)"},
      {R"({"specversion":"1.0","id":"1","source":"/tower","type":"vol.took_off","time":"2026-11-22T09:00:00Z","data":{"numero":"AF101"}})",
       R"(201 {"line":1,"position":5,"version":2})"},
  };
  for (const Case& one : cases) EXPECT_THAT(server.append(one.event), StartsWith(one.answer)) << one.event;
}

TEST(Events, LinesAreAnsweredWhileMoreAreToCome) {
  const Running server;
  const auto client = server.connect();
  client->send("POST /events HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n");
  const auto send = [&](const std::string& text) { client->send(fmt::format("{:x}\r\n{}\r\n", text.size(), text)); };
  send(vol + "\n\n" + take_off.substr(0, 20));
  EXPECT_THAT(client->read_until("}\n"), HasSubstr(R"({"line":1,"position":1,"version":1})"));
  send(take_off.substr(20) + "\n");
  EXPECT_THAT(client->read_until("}\n"), HasSubstr(R"({"line":3,"position":2,"version":2})"));
  send("{\"type\":\"vol.flew\"}\n" + landing);
  EXPECT_THAT(client->read_until("}\n"), HasSubstr(R"({"line":4,"code":"unknown_type")"));
  client->send("0\r\n\r\n");
  EXPECT_THAT(client->read_until("0\r\n\r\n"), HasSubstr(R"({"line":5,"position":3,"version":3})"))
      << "the last line needs no newline";
  client->send("GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(answer_in(client->read_until("ok")).status, 200) << "the connection is kept";
}

TEST(Events, AWholeAppendKeepsAllOrNothing) {
  const Running server;
  const Answered refused = server.ask("POST /events?atomic=true", "", vol + "\n" + landing + "\n");
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.body, StartsWith(R"({"line":2,"code":"bad_transition")"));
  EXPECT_EQ(server.ask("GET /events").body, "");
  EXPECT_EQ(server.ask("POST /events?expect=vol/AF101=3", "", vol).status, 422);
  const Answered tried = server.ask("POST /events?dry_run=true", "", vol + "\n" + take_off);
  EXPECT_EQ(tried.body, "{\"line\":1,\"position\":1,\"version\":1}\n{\"line\":2,\"position\":2,\"version\":2}\n");
  EXPECT_EQ(server.ask("GET /events").body, "");
  const Answered kept = server.ask("POST /events?expect=vol/AF101=none&refusals_only=true", "", vol + "\n" + take_off);
  EXPECT_EQ(kept.body, "{\"accepted\":2,\"duplicates\":0,\"refused\":0}\n");
}

TEST(Events, ABatchOfCloudEventsIsAnArray) {
  const Running server;
  const std::string type = "Content-Type: application/cloudevents-batch+json\r\n";
  EXPECT_EQ(server.ask("POST /events", type, "[" + vol + " , " + take_off + "]\n").body,
            "{\"line\":1,\"position\":1,\"version\":1}\n{\"line\":2,\"position\":2,\"version\":2}\n");
  EXPECT_EQ(server.ask("POST /events", type, " [ ] ").status, 200);
  for (const char* not_one : {"", "{}", "[", "[1", "[1]x", "[\"]", "[]]"}) {
    EXPECT_EQ(server.ask("POST /events", type, not_one).status, 400) << not_one;
  }
  EXPECT_THAT(server.ask("POST /events", type, "[1,{\"type\":\"vol.]}\"},]").body,
              HasSubstr(R"("line":3,"code":"malformed")"));
}

TEST(Events, TheHistoryIsReadByPlaceAndType) {
  const Running server;
  server.ask("POST /events", "", vol + "\n" + take_off + "\n" + landing);
  const auto count = [&](const std::string& target) {
    const std::string body = server.ask("GET " + target).body;
    return std::count(body.begin(), body.end(), '\n');
  };
  EXPECT_EQ(count("/events"), 3);
  EXPECT_EQ(count("/events?from=2"), 2);
  EXPECT_EQ(count("/events?to=2"), 2);
  EXPECT_EQ(count("/events?from=2026-11-22T09:30:00Z"), 1);
  EXPECT_EQ(count("/events?type=vol.l*"), 1);
  EXPECT_EQ(count("/events?last_event_id=2"), 1);
  EXPECT_EQ(count("/events?from=9"), 0);
  EXPECT_EQ(count("/streams/vol/AF101"), 3);
  EXPECT_EQ(count("/streams/vol/AF101?from=3"), 1);
  EXPECT_THAT(server.ask("GET /events?from=1&to=1").body, HasSubstr(R"("numero":"AF101","position":1,"version":1)"));
  EXPECT_THAT(server.ask("GET /events?cloudevents=true&to=1").body, StartsWith(R"({"specversion":"1.0")"));
  EXPECT_EQ(server.ask("GET /streams/vol/AF999").status, 404);
  EXPECT_EQ(server.ask("GET /streams/bus/1").status, 404);
  EXPECT_EQ(server.ask("GET /events?type=bus.*").status, 400);
  EXPECT_EQ(server.ask("GET /events?form=2").status, 400);
  EXPECT_EQ(server.ask("DELETE /events").fields["allow"], "POST, GET");
}

TEST(Events, AStreamThatGrowsWhileItIsReadIsReadOnceAndWhole) {
  const Running server;
  server.append(R"({"type":"avion.registered","avion_id":1,"modele":"A320"})");
  std::jthread growing([&](const std::stop_token& stop) {
    for (int i = 0; i < 3000 && !stop.stop_requested(); ++i) {
      server.append(fmt::format(R"({{"type":"avion.amended","avion_id":1,"vitesse_max":{}}})", i));
    }
  });
  for (int i = 0; i < 100; ++i) {
    const std::string body = server.ask("GET /streams/avion/1").body;
    Position last = 0;
    for (std::size_t at = 0; (at = body.find("\"position\":", at)) != body.npos;) {
      at += std::string_view("\"position\":").size();
      ASSERT_EQ(std::stoull(body.substr(at, 20)), last + 1);
      ++last;
    }
    ASSERT_GT(last, 0u);
  }
}

TEST(Events, AWatcherSeesWhatHappensAndGoesOnWhereItWas) {
  const Running server;
  const auto all = server.connect(), landings = server.connect(), one = server.connect(), other = server.connect();
  all->send(sse("/events"));
  landings->send(sse("/events?type=vol.landed"));
  one->send(sse("/streams/vol/AF101"));
  other->send(sse("/streams/vol/AF102"));
  for (const auto* client : {&all, &landings, &one, &other}) {
    EXPECT_EQ(answer_in((*client)->read_until("\r\n\r\n")).fields["content-type"], "text/event-stream");
  }
  std::this_thread::sleep_for(100ms);
  server.append(vol);
  EXPECT_THAT(all->read_until("\n\n"), HasSubstr("id: 1\nevent: vol.created\ndata: {\"type\":\"vol.created\""));
  EXPECT_THAT(one->read_until("\n\n"), HasSubstr("id: 1\nevent: vol.created\n"));
  server.append(take_off);
  server.append(landing);
  EXPECT_THAT(landings->read_until("\n\n"), HasSubstr("id: 3\nevent: vol.landed\n"));
  EXPECT_THAT(all->read_until("id: 3\n"), HasSubstr("id: 2\nevent: vol.took_off\n"));
  EXPECT_EQ(other->read_until("\n\n", 100ms), "");

  const auto again = server.connect();
  again->send(sse("/events", "Last-Event-ID: 1\r\n"));
  EXPECT_THAT(again->read_until("id: 3\n"), AllOf(HasSubstr("id: 2\n"), Not(HasSubstr("id: 1\n"))));
  const auto ending = server.connect();
  ending->send("GET /events?follow=true&from=3&to=4 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(ending->read_until("}\n"), HasSubstr("\"position\":3"));
  server.append(R"({"type":"avion.registered","modele":"A320"})");
  EXPECT_THAT(ending->read_to_end(), HasSubstr("\"position\":4"));
  EXPECT_TRUE(ending->is_ended()) << "it was asked for up to 4";
}

TEST(Events, AWatcherThatIsOvertakenMissesNothing) {
  Running server;
  const auto slow = server.connect();
  slow->send(sse("/events"));
  slow->read_until("\r\n\r\n");
  std::this_thread::sleep_for(100ms);
  constexpr int events = 60'000;
  std::string lines;
  for (int i = 0; i < events; ++i) lines += "{\"type\":\"avion.registered\",\"modele\":\"A320\"}\n";
  ASSERT_EQ(server.ask("POST /events?refusals_only=true", "", lines).status, 200);
  const std::string seen = slow->read_until(fmt::format("id: {}\n", events), 10s);
  int next = 1;
  for (std::size_t at = seen.find("id: "); at != seen.npos; at = seen.find("\nid: ", at + 1)) {
    const std::size_t number = seen.find_first_of("0123456789", at);
    ASSERT_EQ(std::stoi(seen.substr(number, 9)), next++);
  }
  EXPECT_EQ(next, events + 1);
}

TEST(Events, AStreamThatIsQuietGivesSignsOfLife) {
  Running::Setting setting;
  setting.options.limits.heartbeat = 1s;
  const Running server(setting);
  const auto client = server.connect();
  client->send(sse("/events"));
  client->read_until("\r\n\r\n");
  EXPECT_THAT(client->read_until(":\n\n"), HasSubstr(":\n\n"));
}

TEST(Events, WhoWatchesAndGoesLeavesNothing) {
  Running server;
  for (int i = 0; i < 50; ++i) server.connect()->send(sse("/streams/avion/1"));
  for (int i = 0; i < 200; ++i) {
    if (server.ask("GET /metrics").body.find("carnet_watchers 0\n") != std::string::npos &&
        server.ask("GET /metrics").body.find("carnet_connections 1\n") != std::string::npos) {
      return;
    }
    std::this_thread::sleep_for(10ms);
  }
  FAIL() << server.ask("GET /metrics").body;
}

TEST(Stop, WhatIsUnderWayIsAnsweredAndTheRestRefused) {
  Running server;
  const auto idle = server.connect(), stream = server.connect(), watcher = server.connect();
  stream->send("POST /events HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + vol + "\n" + take_off);
  EXPECT_THAT(stream->read_until("}\n"), HasSubstr("{\"line\":1,\"position\":1,\"version\":1}\n"));
  watcher->send(sse("/events"));
  watcher->read_until("\r\n\r\n");
  server.stop();
  const std::string last = stream->read_to_end();
  EXPECT_THAT(last, HasSubstr("{\"line\":2,\"error\":503,"));
  EXPECT_THAT(last, Not(HasSubstr("\r\n0\r\n\r\n"))) << "nobody may take it for whole";
  EXPECT_EQ(idle->read_to_end(), "");
  watcher->read_to_end();
  EXPECT_TRUE(stream->is_ended() && idle->is_ended() && watcher->is_ended());
  server.wait();
  EXPECT_FALSE(std::filesystem::exists(server.home() / "carnet.sock"));
}

}  // namespace
}  // namespace carnet::serve
