// SPDX-License-Identifier: Apache-2.0
#include "projector/scan_ahead.hpp"

#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace carnet {
namespace {

using Batch = std::vector<Record>;
constexpr std::size_t batch_records = 1'024;
constexpr std::size_t longest_queue = 4;
constexpr Position worth_a_thread = 8 * batch_records;

/// Batches from the thread that reads to the one that visits. Either may end it.
class Queue {
 public:
  /// False where nobody takes any more.
  bool put(Batch batch) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return batches_.size() < longest_queue || ended_; });
    if (ended_) return false;
    batches_.push_back(std::move(batch));
    changed_.notify_all();
    return true;
  }
  /// Empty after the last one.
  Batch take() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !batches_.empty() || ended_; });
    if (batches_.empty()) return {};
    Batch batch = std::move(batches_.front());
    batches_.pop_front();
    changed_.notify_all();
    return batch;
  }
  void end() {
    std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Batch> batches_;
  bool ended_ = false;
};

void read_into(Queue& queue, Reader& reader, Position from, Position to) {
  Batch batch;
  bool wanted = true;
  reader.scan(from, to, [&](const Record& record) {
    batch.push_back(record);
    if (batch.size() < batch_records) return true;
    wanted = queue.put(std::exchange(batch, {}));
    return wanted;
  });
  if (wanted && !batch.empty()) queue.put(std::move(batch));
}

/// Ends the queue whichever way its owner leaves.
struct Ending {
  Queue& queue;
  ~Ending() { queue.end(); }
};

}  // namespace

void scan_ahead(Reader& reader, Position from, Position to, const std::function<bool(const Record&)>& visit) {
  if (to < from + worth_a_thread) return reader.scan(from, to, visit);
  Queue queue;
  std::exception_ptr failure;
  {
    std::jthread reading([&] {
      Ending ending{queue};
      try {
        read_into(queue, reader, from, to);
      } catch (...) {
        failure = std::current_exception();
      }
    });
    Ending ending{queue};  // before the thread is joined
    for (Batch batch = queue.take(); !batch.empty(); batch = queue.take()) {
      for (const Record& record : batch) {
        if (!visit(record)) return;
      }
    }
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace carnet
