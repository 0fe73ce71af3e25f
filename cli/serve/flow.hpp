// SPDX-License-Identifier: Apache-2.0
// Text on its way from a worker to a connection, in memory that has an end: the worker waits for the peer.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

#include "projector/connection.hpp"

namespace carnet::serve {

class Flow {
 public:
  /// `news` is called on the worker's thread whenever there is something to take and there was not.
  explicit Flow(std::function<void()> news) : news_(std::move(news)) {}

  /// The worker's. Throws Interrupted where nobody takes it any more.
  void put(std::string_view text);
  void end();

  /// The I/O thread's: what is there; empty where there is nothing now.
  std::string take();
  bool ended();  ///< And all of it was taken.
  void close();  ///< Nobody takes anything any more.

 private:
  static constexpr std::size_t full_bytes = 1 << 20;

  std::function<void()> news_;
  std::mutex mutex_;
  std::condition_variable taken_;
  std::string text_;
  bool ended_ = false, closed_ = false;
};

}  // namespace carnet::serve
