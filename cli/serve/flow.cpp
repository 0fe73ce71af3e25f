// SPDX-License-Identifier: Apache-2.0
#include "cli/serve/flow.hpp"

#include <utility>

namespace carnet::serve {

void Flow::put(std::string_view text) {
  if (text.empty()) return;
  std::unique_lock lock(mutex_);
  taken_.wait(lock, [&] { return text_.size() < full_bytes || closed_; });
  if (closed_) throw Interrupted();
  const bool was_empty = text_.empty();
  text_ += text;
  lock.unlock();
  if (was_empty) news_();
}

void Flow::end() {
  {
    const std::lock_guard lock(mutex_);
    ended_ = true;
  }
  news_();
}

std::string Flow::take() {
  const std::lock_guard lock(mutex_);
  taken_.notify_one();
  return std::exchange(text_, {});
}

bool Flow::ended() {
  const std::lock_guard lock(mutex_);
  return ended_ && text_.empty();
}

void Flow::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  taken_.notify_one();
}

}  // namespace carnet::serve
