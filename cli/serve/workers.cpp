// SPDX-License-Identifier: Apache-2.0
#include "cli/serve/workers.hpp"

namespace carnet::serve {

Workers::Workers(asio::io_context& io, std::size_t threads, std::size_t room) : io_(io), room_(room) {
  for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { loop(); });
}

Workers::~Workers() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
  for (Piece& piece : waiting_) piece.work(false);
}

void Workers::add(std::string client, std::function<void(bool)> work) {
  const std::lock_guard lock(mutex_);
  std::size_t& own = by_client_[client];
  if (own >= room_ / 2) throw busy("you have too much under way; wait for some of it", 429);
  if (waiting_.size() >= room_ || closed_) {
    if (own == 0) by_client_.erase(client);
    throw busy("too much is waiting; try again soon");
  }
  ++own;
  waiting_.push_back({std::move(client), std::move(work)});
  changed_.notify_one();
}

void Workers::loop() {
  for (;;) {
    Piece piece;
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return !waiting_.empty() || closed_; });
      if (closed_) return;
      piece = std::move(waiting_.front());
      waiting_.pop_front();
      if (const auto own = by_client_.find(piece.client); --own->second == 0) by_client_.erase(own);
    }
    piece.work(true);
  }
}

}  // namespace carnet::serve
