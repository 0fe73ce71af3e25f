// SPDX-License-Identifier: Apache-2.0
#include "cli/serve/tables.hpp"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include "cli/message.hpp"
#include "cli/serve/problem.hpp"
#include "projector/as_of.hpp"
#include "projector/cluster.hpp"

namespace carnet::serve {
namespace {

using namespace std::chrono_literals;

constexpr auto stop_latency = 100ms;
// Larger windows cost less a record. Nobody minds unless somebody asks, and then there is no pause.
constexpr auto pause_between_windows = 50ms;
constexpr auto first_retry = 200ms, longest_retry = 5'000ms;
// Appends are acknowledged, the tables may lag: where both want the same processor, appends have it.
constexpr int niceness = 10;
constexpr std::size_t idle_connections = 4;

void be_nice(long id) {
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(id), niceness);
}

Problem late(Position wanted, const std::optional<Position>& position) {
  return busy(position ? fmt::format("the tables are at position {}, not yet at {}", *position, wanted)
                       : "the tables are not there yet");
}

}  // namespace

Tables::Tables(asio::io_context& io, const Common& common, Home home, Readers& readers)
    : io_(io), common_(common), home_(std::move(home)), readers_(readers), thread_([this] { keep(); }) {}

Tables::~Tables() {
  stop_ = true;
  {
    const std::lock_guard lock(mutex_);
    hurry_ = true;
  }
  wanted_.notify_one();
  thread_.join();
}

Task<> Tables::reach(Position position) {
  if (position_ && *position_ >= position) co_return;
  if (why_down_) std::rethrow_exception(why_down_);
  co_await suspended<bool>([&](Resume<bool> resume) {
    waiters_.push_back({position, Clock::now() + patience, std::move(resume)});
    const std::lock_guard lock(mutex_);
    hurry_ = true;
    wanted_.notify_one();
  });
}

void Tables::look_at_clock(Clock::time_point now) {
  for (auto waiter = waiters_.begin(); waiter != waiters_.end();) {
    if (waiter->until > now && !why_down_) {
      ++waiter;
      continue;
    }
    const auto why = why_down_ ? why_down_ : std::make_exception_ptr(late(waiter->position, position_));
    auto resume = std::move(waiter->resume);
    waiter = waiters_.erase(waiter);
    resume(why, false);
  }
}

void Tables::reached(Position position) {
  asio::post(io_, [this, position] {
    position_ = position;
    why_down_ = nullptr;
    std::list<Waiter> done;
    for (auto waiter = waiters_.begin(); waiter != waiters_.end();) {
      const auto next = std::next(waiter);
      if (waiter->position <= position) done.splice(done.end(), waiters_, waiter);
      waiter = next;
    }
    for (Waiter& waiter : done) waiter.resume(nullptr, true);
    const std::lock_guard lock(mutex_);
    hurry_ = !waiters_.empty();
  });
}

void Tables::down(std::exception_ptr why) {
  {
    const std::lock_guard lock(mutex_);
    idle_.clear();
  }
  asio::post(io_, [this, why] {
    why_down_ = why;
    look_at_clock(Clock::now());
  });
}

void Tables::pause(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  wanted_.wait_for(lock, time, [&] { return hurry_ || stop_; });
}

void Tables::keep() {
  be_nice(::gettid());
  auto retry = first_retry;
  std::string said;
  while (!stop_) {
    try {
      follow();
    } catch (const Interrupted&) {
      return;
    } catch (const std::exception& error) {
      if (said != error.what()) say("tables", fmt::format("{} (appends go on; trying again)", error.what()));
      said = error.what();
      down(std::current_exception());
      for (auto until = Clock::now() + retry; !stop_ && Clock::now() < until;) std::this_thread::sleep_for(20ms);
      retry = dynamic_cast<const DatabaseDown*>(&error) != nullptr ? std::min(2 * retry, longest_retry) : longest_retry;
    }
  }
}

void Tables::follow() {
  const bool is_private = common_.database.empty();
  const std::string uri = is_private ? Cluster(home_.directory).start(&stop_) : common_.database;
  Connection connection(uri, &stop_);
  if (is_private) be_nice(connection.exec("SELECT pg_backend_pid()").number(0, 0));
  {
    const std::lock_guard lock(mutex_);
    uri_ = uri;
  }
  const Watch watch{{}, [](const std::string& what) { say("tables", what); }, &stop_};
  Reader reader(home_.ledger());
  while (!stop_) {
    reached(catch_up(connection, reader, watch));
    pause(pause_between_windows);
    while (!stop_ && !reader.wait(stop_latency)) {
    }
  }
}

std::string Tables::uri() const {
  const std::lock_guard lock(mutex_);
  if (uri_.empty()) throw DatabaseDown("the tables are being opened");
  return uri_;
}

std::string Tables::schema_as_of(const HistoryPlace& place) {
  Readers::Lease reader = readers_.lend();
  const auto* time = std::get_if<Time>(&place);
  const Position position = time ? position_at(*reader, *time) : std::get<Position>(place);
  return as_of(uri(), *reader, position, {}, {{}, {}, &stop_});
}

Tables::Lease Tables::lend() {
  {
    const std::lock_guard lock(mutex_);
    if (!idle_.empty()) {
      std::unique_ptr<Connection> connection = std::move(idle_.back());
      idle_.pop_back();
      return {*this, std::move(connection)};
    }
  }
  return {*this, std::make_unique<Connection>(uri(), &stop_)};
}

Tables::Lease::~Lease() {
  if (std::uncaught_exceptions() > thrown_) return;
  const std::lock_guard lock(from_.mutex_);
  if (from_.idle_.size() < idle_connections) from_.idle_.push_back(std::move(connection_));
}

}  // namespace carnet::serve
