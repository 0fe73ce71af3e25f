// SPDX-License-Identifier: Apache-2.0
// Threads for what blocks: reading the ledger, asking PostgreSQL. Their queue has an end, and no client may fill it.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "cli/serve/asio.hpp"
#include "cli/serve/problem.hpp"

namespace carnet::serve {

class Workers {
 public:
  /// `room`: how many pieces of work may wait; one client may have half of them.
  Workers(asio::io_context& io, std::size_t threads, std::size_t room);
  ~Workers();  ///< Joins them; what waits is not begun.
  Workers(const Workers&) = delete;

  /// Does it on one of the threads, and goes on here with what it gave. Throws Problem (429, 503) where too much waits.
  template <class Work>
  Task<std::invoke_result_t<Work>> run(std::string client, Work work) {
    using Result = std::invoke_result_t<Work>;
    co_return co_await suspended<Result>([&](Resume<Result> resume) {
      auto shared = std::make_shared<Work>(std::move(work));
      add(std::move(client), [this, shared, resume = std::move(resume)](bool wanted) {
        std::exception_ptr error;
        auto result = std::make_shared<Result>();
        try {
          if (!wanted) throw busy("the server is stopping");
          *result = (*shared)();
        } catch (...) {
          error = std::current_exception();
        }
        asio::post(io_, [resume, error, result] { resume(error, std::move(*result)); });
      });
    });
  }

 private:
  struct Piece {
    std::string client;
    std::function<void(bool wanted)> work;
  };
  void add(std::string client, std::function<void(bool)> work);
  void loop();

  asio::io_context& io_;
  std::size_t room_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Piece> waiting_;
  std::map<std::string, std::size_t> by_client_;  // of those that wait
  bool closed_ = false;
  std::vector<std::thread> threads_;
};

}  // namespace carnet::serve
