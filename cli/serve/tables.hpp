// SPDX-License-Identifier: Apache-2.0
// The tables, kept live by a thread of their own for as long as the server runs. PostgreSQL being down stops nothing
// but them.
#pragma once

#include <atomic>
#include <condition_variable>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cli/command.hpp"
#include "cli/history_place.hpp"
#include "cli/home.hpp"
#include "cli/serve/asio.hpp"
#include "cli/serve/readers.hpp"
#include "projector/projection.hpp"

namespace carnet::serve {

class Tables {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds patience{10};  ///< For tables that are behind.

  /// `common` and the readers outlive it.
  Tables(asio::io_context&, const Common& common, Home, Readers&);
  ~Tables();
  Tables(const Tables&) = delete;

  // For the I/O thread.

  /// Up to where they are true; null while nobody knows.
  std::optional<Position> position() const { return position_; }
  /// Returns once they have that position. Throws why they are down (DatabaseDown, Mismatch), or Problem (503) where
  /// they did not get there in time.
  Task<> reach(Position);
  /// Those who wait too long are told so; about once a second.
  void look_at_clock(Clock::time_point now);

  // For workers.

  std::string uri() const;  ///< Throws DatabaseDown while the server is not there.
  /// The schema of the tables as they were.
  std::string schema_as_of(const HistoryPlace&);
  StopFlag stop_flag() const { return &stop_; }
  void ask_to_stop() { stop_ = true; }  ///< Whatever waits for the database ends soon.

  /// A session with the database, lent to one thread at a time. It is kept unless what was done with it threw.
  class Lease {
   public:
    Lease(Tables& from, std::unique_ptr<Connection> connection)
        : from_(from), connection_(std::move(connection)), thrown_(std::uncaught_exceptions()) {}
    ~Lease();
    Lease(const Lease&) = delete;
    Connection& operator*() { return *connection_; }

   private:
    Tables& from_;
    std::unique_ptr<Connection> connection_;
    int thrown_;
  };
  Lease lend();

 private:
  struct Waiter {
    Position position;
    Clock::time_point until;
    Resume<bool> resume;
  };

  void keep();
  void follow();
  void reached(Position);
  void down(std::exception_ptr why);
  void pause(std::chrono::milliseconds);

  asio::io_context& io_;
  const Common& common_;
  Home home_;
  Readers& readers_;

  std::optional<Position> position_;  // the I/O thread's
  std::exception_ptr why_down_;       // null: they are not
  std::list<Waiter> waiters_;

  mutable std::mutex mutex_;
  std::condition_variable wanted_;
  std::string uri_;  // empty: not there
  std::vector<std::unique_ptr<Connection>> idle_;
  bool hurry_ = false;  // somebody waits

  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace carnet::serve
