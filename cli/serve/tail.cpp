// SPDX-License-Identifier: Apache-2.0
#include "cli/serve/tail.hpp"

#include <algorithm>
#include <chrono>

#include "cli/message.hpp"
#include "events/line.hpp"

namespace carnet::serve {
namespace {

using namespace std::chrono_literals;

constexpr auto stop_latency = 100ms;
// A refresh costs about as much as the commit that it sees. Under load it comes once for many of them; when it is
// quiet, nobody waits for it.
constexpr auto least_pause = 10ms;
constexpr Position records_at_once = 500;   // add() waits for so many at most
constexpr std::size_t record_bytes = 1024;  // beside its line

}  // namespace

std::shared_ptr<const Live> Watcher::next() {
  if (queue.empty()) return nullptr;
  auto live = std::move(queue.front());
  queue.pop_front();
  bytes -= live->line.size() + record_bytes;
  return live;
}

Tail::Tail(std::filesystem::path ledger, std::function<void(std::function<void()>)> post)
    : ledger_(std::move(ledger)), post_(std::move(post)), thread_([this] { follow(); }) {}

Tail::~Tail() {
  stop_ = true;
  {
    const std::lock_guard lock(mutex_);
    watched_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

std::vector<Tail::Watchers*> Tail::places_of(const Watcher& watcher) {
  if (watcher.stream) return {&by_stream_[*watcher.stream]};
  std::vector<Watchers*> places;
  for (std::size_t type = 0; type < by_type_.size(); ++type) {
    if (watcher.selection.types()[type]) places.push_back(&by_type_[type]);
  }
  return places;
}

void Tail::add(Watcher& watcher) {
  all_.push_back(&watcher);
  if (watcher.selection.ends()) bounded_.push_back(&watcher);
  const std::lock_guard lock(mutex_);
  for (Watchers* place : places_of(watcher)) place->push_back(&watcher);
  watcher.since = read_to_;
  watched_ = true;
  changed_.notify_one();
}

void Tail::remove(Watcher& watcher) {
  std::erase(all_, &watcher);
  std::erase(bounded_, &watcher);
  const std::lock_guard lock(mutex_);
  for (Watchers* place : places_of(watcher)) std::erase(*place, &watcher);
  if (watcher.stream && by_stream_[*watcher.stream].empty()) by_stream_.erase(*watcher.stream);
  watched_ = !all_.empty();
}

bool Tail::sleep_until_watched() {
  std::unique_lock lock(mutex_);
  if (!watched_) read_to_.reset();
  changed_.wait(lock, [&] { return watched_; });
  return !stop_;
}

void Tail::follow() {
  std::unique_ptr<Reader> reader;
  while (sleep_until_watched()) {
    try {
      if (!reader) reader = std::make_unique<Reader>(ledger_);
      const auto began = std::chrono::steady_clock::now();
      reader->refresh();
      const Position head = reader->head().position;
      if (!read_to_) {
        const std::lock_guard lock(mutex_);
        read_to_ = head;
        post_([this, head] { pass_on({}, head); });
      }
      while (!stop_ && *read_to_ < head) {
        const Position to = std::min(head, *read_to_ + records_at_once);
        const std::lock_guard lock(mutex_);  // who is added from here on gets what comes behind `to`
        post_([this, lives = read(*reader, to), to] { pass_on(lives, to); });
        read_to_ = to;
      }
      std::this_thread::sleep_until(began + least_pause);
      reader->wait(stop_latency);
    } catch (const std::exception& error) {  // who watches goes on where it was when that is over
      say("serve", error.what());
      reader.reset();
      std::this_thread::sleep_for(1s);
    }
  }
}

Tail::Lives Tail::read(Reader& reader, Position to) {
  Lives lives;
  reader.scan(*read_to_ + 1, to, [&](const Record& record) {
    Stream stream = stream_of(record.event);
    if (!wanted(record, stream)) return true;
    lives.push_back(std::make_shared<const Live>(Live{record, std::move(stream), to_line(record)}));
    return true;
  });
  return lives;
}

bool Tail::wanted(const Record& record, const Stream& stream) const {
  return !by_type_[record.event.index()].empty() || (!by_stream_.empty() && by_stream_.contains(stream));
}

void Tail::pass_on(const Lives& lives, Position reached) {
  for (Watcher* watcher : all_) {
    if (watcher->since) continue;
    watcher->since = reached;
    watcher->news();
  }
  for (const auto& live : lives) {
    for (Watcher* watcher : by_type_[live->record.event.index()]) give(*watcher, live);
    if (const auto found = by_stream_.find(live->stream); found != by_stream_.end()) {
      for (Watcher* watcher : found->second) give(*watcher, live);
    }
  }
  for (Watcher* watcher : bounded_) {
    watcher->passed = reached;
    if (reached >= watcher->selection.last()) watcher->news();
  }
}

void Tail::give(Watcher& watcher, const std::shared_ptr<const Live>& live) {
  const Position position = live->record.position;
  if (!watcher.since || position <= *watcher.since || watcher.overtaken) return;
  if (!watcher.selection.has(live->record) || position > watcher.selection.last()) return;
  watcher.bytes += live->line.size() + record_bytes;
  if (watcher.bytes > max_queue_bytes) {
    watcher.overtaken = true;
  } else {
    watcher.queue.push_back(live);
  }
  watcher.news();
}

}  // namespace carnet::serve
