// SPDX-License-Identifier: Apache-2.0
// One session with PostgreSQL, on libpq: binary parameters and COPY in the same transaction as everything else, and
// waits that a stop flag ends. Throws what the caller can act upon. After any exception but DatabaseError the
// connection is of no further use.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "projector/result.hpp"

struct pg_conn;

namespace carnet {

/// The server cannot be reached, went away, is starting or out of connections: later it may work. Exit status 69.
struct DatabaseDown : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// The server refused a statement. Its transaction is void, its connection is not.
struct DatabaseError : std::runtime_error {
  DatabaseError(const std::string& what, std::string state) : runtime_error(what), sqlstate(std::move(state)) {}
  std::string sqlstate;  ///< Five characters, PostgreSQL's appendix A.
};

inline constexpr const char* lock_not_available = "55P03";  ///< lock_timeout was over.

/// The stop flag was raised. Exit status 130.
struct Interrupted : std::runtime_error {
  Interrupted() : runtime_error("interrupted") {}
};

using StopFlag = const std::atomic<bool>*;  ///< May be null: never stopped. Outlives who holds it.

class Connection {
 public:
  /// Within ten seconds, or DatabaseDown; BadUri (uri.hpp) where the text is none. The session speaks UTF-8 and UTC,
  /// whatever the environment says.
  explicit Connection(const std::string& uri, StopFlag stop = nullptr);
  ~Connection();
  Connection(Connection&&) noexcept;
  Connection& operator=(Connection&&) noexcept;

  Result exec(const std::string& statements);  ///< One or several; the last one's result.
  Result exec(const std::string& statement, std::span<const Parameter> parameters, bool binary_result = false);

  /// A name for a statement that EXECUTE may use in this session; it is parsed once.
  std::string prepared(const std::string& statement, std::span<const std::uint32_t> types = {});

  /// The same as exec, parsed and planned once a session: for statements that come again and again.
  Result exec_prepared(const std::string& statement, std::span<const Parameter> parameters, bool binary_result = false);

  /// COPY … FROM STDIN: copy_in, put as often as needed, end_copy. Gives the number of rows.
  void copy_in(const std::string& statement);
  void put(std::string_view bytes);
  long long end_copy();

  /// COPY … TO STDOUT: calls `visit` with each row's bytes as the server sends them.
  void copy_out(const std::string& statement, const std::function<void(std::string_view)>& visit);

  /// Waits until a NOTIFY comes, at most that long. Gives its payload.
  std::optional<std::string> wait_for_notice(std::chrono::milliseconds timeout);

  int server_version() const;  ///< 150020 for 15.20.
  const std::string& uri() const { return uri_; }
  StopFlag stop() const { return stop_; }
  pg_conn* raw() const { return connection_.get(); }
  /// The next result of what was sent, for who reads them one by one; null after the last. An interrupt cancels it.
  pg_result* next_result();
  /// Throws what a failed result means, after clearing it; null: what the connection says.
  [[noreturn]] void fail(pg_result* result);

 private:
  Result finish();
  [[noreturn]] void lost() const;  // says what libpq says of the connection
  void wait_readable();
  void flush();

  struct Close {
    void operator()(pg_conn*) const;
  };
  std::unique_ptr<pg_conn, Close> connection_;
  std::unordered_map<std::string, std::string> prepared_;  ///< Names by statement.
  std::string uri_;
  StopFlag stop_ = nullptr;
};

std::string identifier(std::string_view name);  ///< "name" for SQL text.
std::string literal(std::string_view text);     ///< 'text' for SQL text; without NUL.

}  // namespace carnet
