// SPDX-License-Identifier: Apache-2.0
#include "cli/serve/pour.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

namespace carnet::serve {
namespace {

constexpr std::size_t max_backlog_bytes = 1 << 20;  // beyond it the peer is waited for, and the worker with it

struct Pouring {
  Flow flow;
  std::exception_ptr failure;  // for the I/O thread
  explicit Pouring(std::function<void()> news) : flow(std::move(news)) {}
};

Task<> work_for(Workers& workers, std::string client, std::shared_ptr<Pouring> pouring,
                std::function<void(Flow&)> work) {
  try {
    co_await workers.run(std::move(client), [&] {
      work(pouring->flow);
      return true;
    });
  } catch (...) {
    pouring->failure = std::current_exception();
  }
  pouring->flow.end();
}

}  // namespace

Task<bool> pour(Workers& workers, Session& session, asio::io_context& io, const Response& head,
                std::function<void(Flow&)> work) {
  const auto pouring = std::make_shared<Pouring>(
      [&io, self = session.shared_from_this()] { asio::post(io, [self] { self->bell().ring(); }); });
  struct Close {  // whoever leaves early leaves no worker waiting
    Flow& flow;
    ~Close() { flow.close(); }
  } const close{pouring->flow};
  asio::co_spawn(io, work_for(workers, session.peer().name, pouring, std::move(work)), asio::detached);
  bool any = false;
  while (!session.is_closed()) {
    const bool ended = pouring->flow.ended();
    if (const std::string text = pouring->flow.take(); !text.empty()) {
      if (!std::exchange(any, true)) session.begin(head);
      session.write(text);
    }
    if (ended) break;
    do {
      co_await session.bell().wait();
    } while (!session.is_closed() && session.backlog() > max_backlog_bytes);
  }
  if (pouring->failure) std::rethrow_exception(pouring->failure);
  co_return any;
}

}  // namespace carnet::serve
