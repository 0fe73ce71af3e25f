// SPDX-License-Identifier: Apache-2.0
// Asio as the server uses it: one executor, known at compile time, coroutines on it, and waiting for what another
// thread does.
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <functional>
#include <memory>
#include <utility>

namespace carnet::serve {

namespace asio = boost::asio;

using Executor = asio::io_context::executor_type;
template <class T = void>
using Task = asio::awaitable<T, Executor>;
inline constexpr asio::use_awaitable_t<Executor> use_task{};
using Socket = asio::basic_stream_socket<asio::generic::stream_protocol, Executor>;  // Unix or TCP

/// To be called once, on the I/O thread: the coroutine that waits goes on with the value, or throws.
template <class T>
using Resume = std::function<void(std::exception_ptr, T)>;

/// Suspends the coroutine; `start` gets what resumes it, and sees to it that it is called. What `start` throws comes
/// out here: Asio would let it out of the whole loop.
template <class T, class Start>
auto suspended(Start start) {
  return asio::async_initiate<const asio::use_awaitable_t<Executor>, void(std::exception_ptr, T)>(
      [](auto handler, Start go) {
        auto kept = std::make_shared<decltype(handler)>(std::move(handler));
        try {
          go(Resume<T>([kept](std::exception_ptr error, T value) { (*kept)(std::move(error), std::move(value)); }));
        } catch (...) {
          asio::post(asio::get_associated_executor(*kept),
                     [kept, error = std::current_exception()] { (*kept)(error, T()); });
        }
      },
      use_task, std::move(start));
}

/// One coroutine sleeps on it until somebody on the I/O thread rings. A ring that nobody waits for is kept.
class Bell {
 public:
  explicit Bell(asio::io_context& io) : io_(io) {}

  Task<> wait() {
    if (!std::exchange(rung_, false)) {
      co_await suspended<bool>([this](Resume<bool> resume) { waiting_ = std::move(resume); });
    }
  }
  void ring() {
    if (!waiting_) {
      rung_ = true;
    } else {
      asio::post(io_, [resume = std::exchange(waiting_, nullptr)] { resume(nullptr, true); });
    }
  }

 private:
  asio::io_context& io_;
  Resume<bool> waiting_;
  bool rung_ = false;
};

}  // namespace carnet::serve
