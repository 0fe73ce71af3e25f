// SPDX-License-Identifier: Apache-2.0
#include "cli/serve/server.hpp"

#include <csignal>

#include "cli/message.hpp"
#include "cli/serve/systemd.hpp"
#include "cli/serve/tls.hpp"

namespace carnet::serve {
namespace {

using namespace std::chrono_literals;

constexpr auto stop_within = 10s;
constexpr std::chrono::milliseconds tick_time = 1s, stopping_tick = 20ms;
constexpr std::size_t reading_threads = 2, reading_room = 4096;
constexpr std::size_t asking_threads = 4, asking_room = 64, long_threads = 2, long_room = 16;

Home made(const Common& common) {
  Home home = home_from(common.home);
  must_be_directory(home);
  home.make();
  return home;
}

}  // namespace

Server::Server(asio::io_context& io, const Common& common, const Options& options)
    : io_(io),
      common_(common),
      options_(options),
      home_(made(common)),
      ledger_(home_.ledger(), {}),
      readers_(ledger_, home_.ledger()),
      signals_(io, SIGTERM, SIGINT),
      hangups_(io, SIGHUP),
      clock_(io),
      reading_(std::make_unique<Workers>(io, reading_threads, reading_room)),
      asking_(std::make_unique<Workers>(io, asking_threads, asking_room)),
      long_work_(std::make_unique<Workers>(io, long_threads, long_room)),
      tables_(std::make_unique<Tables>(io, common_, home_, readers_)),
      tail_(std::make_unique<Tail>(home_.ledger(), poster())),
      appender_(std::make_unique<Appender>(ledger_, metrics_, poster())) {
  load_secrets();
  listener_ = std::make_unique<Listener>(*this, options_.listen);
  await_signals();
  await_hangups();
  tick();
}

Server::~Server() {
  listener_.reset();
  tables_->ask_to_stop();
  appender_.reset();
  tail_.reset();
  long_work_.reset();
  asking_.reset();
  tables_.reset();
  reading_.reset();
  io_.restart();
  io_.poll();  // what they still had to say: the last coroutines end
}

std::function<void(std::function<void()>)> Server::poster() {
  return [this](std::function<void()> work) { asio::post(io_, std::move(work)); };
}

void Server::run() {
  notify_systemd("READY=1");
  io_.run();
}

void Server::load_secrets() {
  if (!options_.token_file.empty()) token_ = Token(options_.token_file);
  if (!options_.tls_certificate.empty()) tls_ = tls_context(options_.tls_certificate, options_.tls_key);
}

// Connections that are there keep what they began with.
void Server::await_hangups() {
  hangups_.async_wait([this](const boost::system::error_code& error, int) {
    if (error) return;
    try {
      load_secrets();
      say("serve", "token and certificate read again");
    } catch (const std::exception& failure) {
      say("serve", std::string{failure.what()} + " (the former one stays)");
    }
    await_hangups();
  });
}

void Server::await_signals() {
  signals_.async_wait([this](const boost::system::error_code& error, int) {
    if (error) return;
    if (stopping_) return io_.stop();
    stop();
    await_signals();
  });
}

void Server::stop() {
  if (std::exchange(stopping_, true)) return;
  notify_systemd("STOPPING=1");
  stop_by_ = Session::Clock::now() + stop_within;
  listener_->close();
  const auto all = sessions_;
  for (Session* session : all) session->stop();
  tick();
}

void Server::tick() {
  clock_.expires_after(stopping_ ? stopping_tick : tick_time);
  clock_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    const auto now = Session::Clock::now();
    tables_->look_at_clock(now);
    if (const auto period = watchdog_period(); period && now >= watchdog_) {
      notify_systemd("WATCHDOG=1");
      watchdog_ = now + *period / 3;
    }
    const auto all = sessions_;
    for (Session* session : all) {
      session->look_at_clock(now);
      if (stopping_ && now >= stop_by_) session->close();
    }
    if (stopping_ && (sessions_.empty() || now >= stop_by_ + 1s)) return io_.stop();
    tick();
  });
}

}  // namespace carnet::serve
