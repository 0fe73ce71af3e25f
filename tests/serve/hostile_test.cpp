// SPDX-License-Identifier: Apache-2.0
// Requests that are wrong, on purpose or not: each gets one clear answer or a close, and nothing behind it is read as
// another request.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <vector>

#include "tests/serve/running.hpp"

namespace carnet::serve {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

struct Case {
  const char* name;
  std::string request;
  int status;
};

const std::string get = "GET /healthz HTTP/1.1\r\nHost: a\r\n";
const std::string post = "POST /events HTTP/1.1\r\nHost: a\r\n";
const std::string smuggled = "GET /status HTTP/1.1\r\nHost: a\r\n\r\n";

std::vector<Case> cases() {
  const std::string chunk = "5\r\nhello\r\n0\r\n\r\n";
  return {
      {"encoding that is none", post + "Transfer-Encoding: identity\r\n\r\n" + smuggled, 501},
      {"chunked, then another", post + "Transfer-Encoding: chunked, identity\r\n\r\n" + chunk + smuggled, 501},
      {"another, then chunked", post + "Transfer-Encoding: identity, chunked\r\n\r\n" + chunk + smuggled, 501},
      {"chunked twice", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk, 400},
      {"chunked with a tail", post + "Transfer-Encoding: xchunked\r\n\r\n" + chunk + smuggled, 501},
      {"chunked in HTTP/1.0", "POST /events HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk, 400},
      {"length and chunked", post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + smuggled, 400},
      {"chunked and length", post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n" + chunk + smuggled, 400},
      {"two lengths", post + "Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello" + smuggled, 400},
      {"two lengths that differ", post + "Content-Length: 5\r\nContent-Length: 0\r\n\r\nhello" + smuggled, 400},
      {"lengths in a list", post + "Content-Length: 5, 5\r\n\r\nhello" + smuggled, 400},
      {"a length with a sign", post + "Content-Length: +5\r\n\r\nhello" + smuggled, 400},
      {"a length below none", post + "Content-Length: -1\r\n\r\n" + smuggled, 400},
      {"a length beyond counting", post + "Content-Length: 99999999999999999999\r\n\r\n" + smuggled, 400},
      {"a length in hex", post + "Content-Length: 0x5\r\n\r\nhello" + smuggled, 400},
      {"no Host", "GET /healthz HTTP/1.1\r\n\r\n" + smuggled, 400},
      {"two Hosts", get + "Host: b\r\n\r\n" + smuggled, 400},
      {"a line that goes on", get + "X: a\r\n b\r\n\r\n" + smuggled, 400},
      {"a length that goes on", post + "Content-Length:\r\n 5\r\n\r\nhello" + smuggled, 400},
      {"lines that end in LF", "GET /healthz HTTP/1.1\nHost: a\n\n" + smuggled, 400},
      {"one line that ends in LF", get + "X: a\nContent-Length: 5\r\n\r\n" + smuggled, 400},
      {"a lone CR", get + "X: a\rb\r\n\r\n" + smuggled, 400},
      {"a NUL in a field", get + std::string("X: a\0b\r\n\r\n", 11) + smuggled, 400},
      {"white space before the colon", post + "Content-Length : 5\r\n\r\nhello" + smuggled, 400},
      {"a field without a name", get + ": x\r\n\r\n" + smuggled, 400},
      {"a field without a colon", get + "nothing\r\n\r\n" + smuggled, 400},
      {"a header without an end", get + "X: " + std::string(10'000, 'x'), 431},
      {"a target without an end", "GET /" + std::string(10'000, 'x'), 431},
      {"a thousand fields",
       get +
           [] {
             std::string fields;
             for (int i = 0; i < 1000; ++i) fields += fmt::format("X-{}: {}\r\n", i, i);
             return fields;
           }() +
           "\r\n",
       431},
      {"no chunk's size", post + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n" + smuggled, 400},
      {"a chunk of a size below none", post + "Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n" + smuggled, 400},
      {"a chunk beyond counting", post + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nhello", 400},
      {"a chunk longer than it says", post + "Transfer-Encoding: chunked\r\n\r\n3\r\nhello\r\n0\r\n\r\n" + smuggled,
       400},
      {"a chunk's extension without an end", post + "Transfer-Encoding: chunked\r\n\r\n5;" + std::string(20'000, 'x'),
       400},
      {"trailers without an end", post + "Transfer-Encoding: chunked\r\n\r\n0\r\nX: " + std::string(20'000, 'x'), 400},
      {"another version", "GET /healthz HTTP/2.0\r\nHost: a\r\n\r\n" + smuggled, 400},
      {"HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
      {"an older version", "GET /healthz HTTP/0.9\r\n\r\n" + smuggled, 400},
      {"no version", "GET /healthz\r\n\r\n" + smuggled, 400},
      {"TLS where there is none", std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 15), 400},
      {"nothing but a line's end", "\r\n\r\n" + smuggled, 400},
      {"a target that is no path", "GET healthz HTTP/1.1\r\nHost: a\r\n\r\n" + smuggled, 400},
      {"CONNECT", "CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n" + smuggled, 400},
      {"a path that is not encoded", "GET /streams/%zz/1 HTTP/1.1\r\nHost: a\r\n\r\n" + smuggled, 400},
      {"a NUL in the path", "GET /streams/vol/%00 HTTP/1.1\r\nHost: a\r\n\r\n" + smuggled, 400},
      {"an expectation that nobody knows", post + "Expect: the-unexpected\r\nContent-Length: 5\r\n\r\nhello", 417},
      {"a compressed body", post + "Content-Encoding: gzip\r\nContent-Length: 5\r\n\r\nhello", 415},
      {"two types", post + "Content-Type: text/plain\r\nContent-Type: application/json\r\nContent-Length: 0\r\n\r\n",
       400},
      {"two authorizations", get + "Authorization: Bearer a\r\nAuthorization: Bearer b\r\n\r\n" + smuggled, 400},
  };
}

TEST(Hostile, EachGetsOneAnswerAndAClose) {
  const Running server;
  for (const Case& one : cases()) {
    const auto client = server.connect();
    client->send(one.request);
    const std::string bytes = client->read_to_end();
    const Answered answer = answer_in(bytes);
    EXPECT_EQ(answer.status, one.status) << one.name << ": " << bytes.substr(0, 400);
    EXPECT_TRUE(answer.is_whole) << one.name;
    EXPECT_TRUE(client->is_ended()) << one.name << ": left open";
    EXPECT_EQ(bytes.find("HTTP/1.1", 1), std::string::npos) << one.name << ": more than one answer: " << bytes;
  }
  EXPECT_EQ(server.ask("GET /healthz").status, 200) << "it is well after all that";
}

TEST(Hostile, ABodyThatIsTooLongIsRefusedBeforeItIsRead) {
  const Running server;
  const auto client = server.connect();
  client->send(post + "Content-Type: application/json\r\nContent-Length: 2000000\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(answer_in(client->read_to_end()).status, 413);
  const auto chunked = server.connect();
  chunked->send(post + "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n200000\r\n" +
                std::string(0x200000, ' ') + "\r\n");
  EXPECT_EQ(answer_in(chunked->read_to_end()).status, 413);
}

TEST(Hostile, WhoDripsIsToldAndClosed) {
  Running::Setting setting;
  setting.options.limits = {.header = 1s, .idle = 1s, .body = 1s, .write = 1s, .heartbeat = 15s};
  const Running server(setting);
  const auto header = server.connect(), body = server.connect(), idle = server.connect(), line = server.connect();
  body->send(post + "Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{");
  line->send(post + "Content-Length: 100\r\n\r\n{");
  for (int i = 0; i < 20; ++i) {
    header->send(i == 0 ? "G" : "E");
    std::this_thread::sleep_for(100ms);
  }
  EXPECT_EQ(answer_in(header->read_to_end()).status, 408);
  EXPECT_EQ(answer_in(body->read_to_end()).status, 408);
  EXPECT_EQ(answer_in(line->read_to_end()).status, 408);
  EXPECT_EQ(idle->read_to_end(), "");
  for (const auto* client : {&header, &body, &idle, &line}) EXPECT_TRUE((*client)->is_ended());
}

TEST(Hostile, WhoTakesNothingIsClosed) {
  Running::Setting setting;
  setting.options.limits.write = 1s;
  const Running server(setting);
  std::string lines;
  for (int i = 0; i < 20'000; ++i) lines += "{\"type\":\"avion.registered\",\"modele\":\"A320\"}\n";
  ASSERT_EQ(server.ask("POST /events?refusals_only=true", "", lines).status, 200);
  const auto client = server.connect();
  client->send("GET /events HTTP/1.1\r\nHost: a\r\n\r\n");
  std::this_thread::sleep_for(3500ms);
  const std::string bytes = client->read_to_end();
  EXPECT_TRUE(client->is_ended());
  EXPECT_FALSE(answer_in(bytes).is_whole);
}

TEST(Hostile, BeyondTheLimitConnectionsAreTurnedAway) {
  Running::Setting setting;
  setting.options.limits.connections = 3;
  const Running server(setting);
  std::vector<std::unique_ptr<Client>> clients;
  for (int i = 0; i < 3; ++i) clients.push_back(server.connect());
  for (const auto& client : clients) {
    client->send(get + "\r\n");
    EXPECT_EQ(answer_in(client->read_until("ok")).status, 200);
  }
  const auto one_more = server.connect();
  EXPECT_EQ(answer_in(one_more->read_to_end()).status, 503);
  clients.pop_back();
  for (int i = 0; i < 100 && server.ask("GET /healthz").status != 200; ++i) std::this_thread::sleep_for(10ms);
  EXPECT_EQ(server.ask("GET /healthz").status, 200) << "there is room again";
}

}  // namespace
}  // namespace carnet::serve
