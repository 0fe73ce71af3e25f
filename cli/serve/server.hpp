// SPDX-License-Identifier: Apache-2.0
// All that one server has: the ledger that it owns, the threads around it, its connections.
#pragma once

#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <unordered_set>

#include "cli/command.hpp"
#include "cli/home.hpp"
#include "cli/serve/appender.hpp"
#include "cli/serve/listener.hpp"
#include "cli/serve/metrics.hpp"
#include "cli/serve/readers.hpp"
#include "cli/serve/session.hpp"
#include "cli/serve/tables.hpp"
#include "cli/serve/tail.hpp"
#include "cli/serve/token.hpp"
#include "cli/serve/workers.hpp"
#include "events/ledger.hpp"

namespace carnet::serve {

struct Options {
  std::vector<std::string> listen;  ///< HOST:PORT each, beside the home's socket.
  std::string token_file;           ///< Whoever comes over TCP must show it.
  std::string tls_certificate, tls_key;
  Limits limits;
};

class Server {
 public:
  /// Opens the ledger and listens. Throws Locked, Damage, std::system_error, Usage.
  Server(asio::io_context&, const Common&, const Options&);
  ~Server();
  Server(const Server&) = delete;

  /// Until it is told to stop, and has.
  void run();

  /// No more connections; what is under way is answered, for a bounded time. From the I/O thread.
  void stop();

  asio::io_context& io() { return io_; }
  const Limits& limits() const { return options_.limits; }
  const Common& common() const { return common_; }
  const Home& home() const { return home_; }
  bool is_stopping() const { return stopping_; }
  Metrics& metrics() { return metrics_; }
  Ledger& ledger() { return ledger_; }
  Appender& appender() { return *appender_; }
  Readers& readers() { return readers_; }
  Tail& tail() { return *tail_; }
  Tables& tables() { return *tables_; }
  /// Null where nobody may come over TCP.
  const Token* token() const { return token_ ? &*token_ : nullptr; }
  std::shared_ptr<asio::ssl::context> tls() const { return tls_; }
  /// For what reads the ledger, in short pieces.
  Workers& reading() { return *reading_; }
  /// For questions to PostgreSQL.
  Workers& asking() { return *asking_; }
  /// For what takes its time: whole appends, copies.
  Workers& long_work() { return *long_work_; }
  std::size_t connections() const { return sessions_.size(); }
  std::chrono::system_clock::time_point started() const { return started_; }

  void add(Session& session) { sessions_.insert(&session); }
  void remove(Session& session) { sessions_.erase(&session); }

 private:
  std::function<void(std::function<void()>)> poster();
  void await_signals();
  void await_hangups();
  void load_secrets();
  void tick();

  asio::io_context& io_;
  const Common& common_;
  Options options_;
  Home home_;
  Metrics metrics_;
  Ledger ledger_;
  Readers readers_;
  std::chrono::system_clock::time_point started_ = std::chrono::system_clock::now();
  std::unordered_set<Session*> sessions_;
  std::optional<Token> token_;
  std::shared_ptr<asio::ssl::context> tls_;
  asio::signal_set signals_, hangups_;
  asio::steady_timer clock_;
  Session::Clock::time_point stop_by_;
  Session::Clock::time_point watchdog_;
  bool stopping_ = false;
  // Those that have threads; they go first.
  std::unique_ptr<Workers> reading_, asking_, long_work_;
  std::unique_ptr<Tables> tables_;
  std::unique_ptr<Tail> tail_;
  std::unique_ptr<Appender> appender_;
  std::unique_ptr<Listener> listener_;
};

}  // namespace carnet::serve
