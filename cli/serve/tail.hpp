// SPDX-License-Identifier: Apache-2.0
// The live end of the history: one thread reads what becomes durable, once for all who watch. Who watches what is
// indexed by stream and by type, so that a watcher that nothing happens for costs nothing.
#pragma once

#include <array>
#include <atomic>
#include <boost/unordered/unordered_flat_map.hpp>
#include <condition_variable>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "cli/selection.hpp"
#include "events/reader.hpp"

namespace carnet::serve {

/// A record as it is sent.
struct Live {
  Record record;
  Stream stream;
  std::string line;
};

/// One client's view of the live end. For the I/O thread.
struct Watcher {
  Watcher(const Selection& s, std::optional<Stream> of, std::function<void()> on_news)
      : selection(s), stream(std::move(of)), news(std::move(on_news)) {}

  const Selection selection;
  const std::optional<Stream> stream;  ///< Only of this one.
  std::function<void()> news;          ///< Called when there is something new here, or the selection's end was passed.

  std::optional<Position> since;  ///< What comes behind it is added to the queue; null until that is known.
  Position passed = 0;            ///< Up to here nothing more is added.
  std::deque<std::shared_ptr<const Live>> queue;
  std::size_t bytes = 0;
  bool overtaken = false;  ///< Too slow: the queue is not complete, and nothing more is added.

  std::shared_ptr<const Live> next();  ///< Takes the oldest; null where there is none.
};

class Tail {
 public:
  /// More than this is not kept for a watcher.
  static constexpr std::size_t max_queue_bytes = 1 << 20;

  /// `post` brings work to the I/O thread.
  Tail(std::filesystem::path ledger, std::function<void(std::function<void()>)> post);
  ~Tail();
  Tail(const Tail&) = delete;

  /// For the I/O thread, as the watcher is. To be removed before it goes.
  void add(Watcher&);
  void remove(Watcher&);

 private:
  using Watchers = std::vector<Watcher*>;
  using Lives = std::vector<std::shared_ptr<const Live>>;

  void follow();
  bool sleep_until_watched();
  Lives read(Reader&, Position to);
  bool wanted(const Record&, const Stream&) const;
  void pass_on(const Lives&, Position reached);
  static void give(Watcher&, const std::shared_ptr<const Live>&);
  /// The lists that it stands in.
  std::vector<Watchers*> places_of(const Watcher&);

  std::filesystem::path ledger_;
  std::function<void(std::function<void()>)> post_;

  // Changed by the I/O thread, under the mutex, since the other one looks things up in them.
  std::array<Watchers, std::variant_size_v<Event>> by_type_;
  boost::unordered_flat_map<Stream, Watchers> by_stream_;
  Watchers all_;      // only the I/O thread's
  Watchers bounded_;  // those whose selection ends at a position; only the I/O thread's

  std::mutex mutex_;
  std::condition_variable changed_;
  bool watched_ = false;
  std::optional<Position> read_to_;  // by the thread; null while it sleeps
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

}  // namespace carnet::serve
