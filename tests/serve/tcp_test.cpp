// SPDX-License-Identifier: Apache-2.0
// Over TCP: the token, TLS, what is for this machine alone, and what SIGHUP reads again.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "cli/exit.hpp"
#include "tests/serve/running.hpp"

namespace carnet::serve {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr const char* secret = "correct-horse-battery";

int free_port() {
  const int file = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ::bind(file, reinterpret_cast<sockaddr*>(&address), size);
  ::getsockname(file, reinterpret_cast<sockaddr*>(&address), &size);
  ::close(file);
  return ntohs(address.sin_port);
}

std::unique_ptr<Client> over_tcp(int port) {
  const int file = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(file, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  return std::make_unique<Client>(file);
}

Answered ask(int port, const std::string& method_and_target, const std::string& fields) {
  const auto client = over_tcp(port);
  client->send(method_and_target + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" + fields + "\r\n");
  return answer_in(client->read_to_end());
}

struct Files {
  Scratch scratch;
  std::string token = scratch / "token", certificate = scratch / "cert.pem", key = scratch / "key.pem";
  int port = free_port();

  Files() { write_token(secret); }
  void write_token(const std::string& text) const {
    std::ofstream(token) << text << "\n";
    ::chmod(token.c_str(), 0600);
  }
  bool make_certificate() const {
    const std::string words = fmt::format(
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=localhost -days 2 "
        "-addext subjectAltName=DNS:localhost -keyout {} -out {} 2>/dev/null",
        key, certificate);
    return std::system(words.c_str()) == 0;
  }
  Running::Setting setting(const std::string& host = "127.0.0.1") const {
    Running::Setting setting;
    setting.options.listen = {fmt::format("{}:{}", host, port)};
    setting.options.token_file = token;
    return setting;
  }
};

TEST(Tcp, WithoutTheTokenThereIsNothingToSee) {
  const Files files;
  const Running server(files.setting());
  EXPECT_EQ(ask(files.port, "GET /status", "").status, 401);
  EXPECT_EQ(ask(files.port, "GET /status", "").fields["www-authenticate"], "Bearer");
  for (const char* wrong : {"Bearer wrong", "Bearer", "Basic correct-horse-battery", "Bearer correct-horse-batter",
                            "Bearer correct-horse-batteryy", "Bearer  correct-horse-battery"}) {
    EXPECT_EQ(ask(files.port, "GET /events", fmt::format("Authorization: {}\r\n", wrong)).status, 401) << wrong;
  }
  EXPECT_EQ(ask(files.port, "POST /events", "Content-Length: 0\r\n").status, 401);
  EXPECT_EQ(ask(files.port, "GET /status", fmt::format("Authorization: bearer {}\r\n", secret)).status, 200);
  EXPECT_EQ(ask(files.port, "GET /healthz", "").status, 200);
  EXPECT_EQ(ask(files.port, "GET /", "").status, 200) << "the page holds no data";
}

TEST(Tcp, WhatWritesFilesAndWhatStopsIsForThisMachineAlone) {
  const Files files;
  const Running server(files.setting());
  const std::string shown = fmt::format("Content-Length: 0\r\nAuthorization: Bearer {}\r\n", secret);
  EXPECT_EQ(ask(files.port, "POST /backup?directory=/tmp/x", shown).status, 404);
  EXPECT_EQ(ask(files.port, "POST /stop", shown).status, 404);
  EXPECT_EQ(ask(files.port, "GET /healthz", "").status, 200);
}

TEST(Tcp, IsRefusedWithoutWhatMakesItSafe) {
  const Files files;
  const auto start = [](Running::Setting setting) { return [setting] { const Running server(setting); }; };
  Running::Setting bare = files.setting();
  bare.options.token_file.clear();
  EXPECT_THAT(start(bare), ThrowsMessage<Usage>(HasSubstr("--token-file")));
  EXPECT_THAT(start(files.setting("0.0.0.0")), ThrowsMessage<Usage>(HasSubstr("--tls-cert")));
  ::chmod(files.token.c_str(), 0640);
  EXPECT_THAT(start(files.setting()), ThrowsMessage<Usage>(HasSubstr("others may read it")));
  files.write_token("short");
  EXPECT_THAT(start(files.setting()), ThrowsMessage<Usage>(HasSubstr("16 at least")));
  files.write_token(secret);
  EXPECT_THAT(start(files.setting("nowhere")), ThrowsMessage<Usage>(HasSubstr("not HOST:PORT")));
}

TEST(Tcp, HangupReadsTheTokenAgain) {
  const Files files;
  const Running server(files.setting());
  const auto status = [&](const std::string& token) {
    return ask(files.port, "GET /events", fmt::format("Authorization: Bearer {}\r\n", token)).status;
  };
  ASSERT_EQ(status(secret), 200);
  const std::string other = "another-horse-battery";
  files.write_token(other);
  ::kill(::getpid(), SIGHUP);
  for (int i = 0; i < 100 && status(other) != 200; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(status(other), 200);
  EXPECT_EQ(status(secret), 401);
  files.write_token("bad");
  ::kill(::getpid(), SIGHUP);
  std::this_thread::sleep_for(std::chrono::milliseconds(100));
  EXPECT_EQ(status(other), 200) << "the former one stays";
}

TEST(Tcp, TlsIsSpokenToEverybodyElse) {
  const Files files;
  if (!files.make_certificate()) GTEST_SKIP() << "there is no openssl";
  Running::Setting setting = files.setting("0.0.0.0");
  setting.options.tls_certificate = files.certificate;
  setting.options.tls_key = files.key;
  const Running server(setting);
  const auto curl = [&](const std::string& options) {
    const std::string out = files.scratch / "out";
    const std::string words =
        fmt::format("curl -sS --max-time 10 --cacert {} -H 'Authorization: Bearer {}' {} > {} 2>&1", files.certificate,
                    secret, options, out);
    const int status = std::system(words.c_str());
    std::ifstream file(out);
    return fmt::format("{} {}", status == 0 ? "done" : "failed", std::string{std::istreambuf_iterator<char>(file), {}});
  };
  const std::string url = fmt::format("https://localhost:{}", files.port);
  EXPECT_THAT(curl(fmt::format("-d '{{\"type\":\"avion.registered\",\"modele\":\"A320\"}}' {}/events", url)),
              HasSubstr("done {\"line\":1,\"position\":1"));
  EXPECT_THAT(curl(url + "/events"), HasSubstr("\"modele\":\"A320\""));
  EXPECT_THAT(curl("--tls-max 1.1 " + url + "/healthz"), HasSubstr("failed"));
  EXPECT_THAT(curl(fmt::format("http://localhost:{}/healthz", files.port)), HasSubstr("failed"));
  std::string large = files.scratch / "large";
  {
    std::ofstream out(large);
    for (int i = 0; i < 20'000; ++i) out << "{\"type\":\"avion.registered\",\"modele\":\"A320\"}\n";
  }
  EXPECT_THAT(curl(fmt::format("-X POST -T {} {}/events?refusals_only=true", large, url)),
              HasSubstr("\"accepted\":20000"));
}

}  // namespace
}  // namespace carnet::serve
