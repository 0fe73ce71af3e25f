// SPDX-License-Identifier: Apache-2.0
// The one way from requests into the ledger. One thread parses lines, one takes all that waits and has it judged, one
// waits until it is durable: however many clients there are share a sync, and the I/O thread never waits.
#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "cli/channel.hpp"
#include "cli/intake.hpp"
#include "cli/serve/metrics.hpp"
#include "cli/serve/raw_lines.hpp"
#include "events/ledger.hpp"

namespace carnet::serve {

/// Lines that go into the ledger together, each standing alone, and what became of them.
struct Job {
  // What is asked: one of the first three.
  std::string text;      ///< One event.
  RawLines raw;          ///< Lines.
  bool probe = false;    ///< Nothing; but all the way.
  bool receipts = true;  ///< Of accepted lines too, not of refused ones alone.

  // The answer.
  std::exception_ptr failure;  ///< The ledger takes nothing.
  std::string lines;           ///< One a line, as `carnet append --receipts` prints them.
  std::uint64_t accepted = 0, duplicates = 0, refused = 0;
  std::optional<Answer> answer;  ///< Of `text`.
  std::string body;              ///< Of `text`: the receipt or the rejection as one object.

  Batch batch;  ///< What was parsed.
  /// Called on the I/O thread.
  std::function<void(std::unique_ptr<Job>)> answered;
  std::chrono::steady_clock::time_point came = std::chrono::steady_clock::now();
  std::size_t bytes = 0;  ///< That it counts for in the queue.
};

/// For the I/O thread.
class Appender {
 public:
  /// `post` brings work to the I/O thread, from any other.
  Appender(Ledger&, Metrics&, std::function<void(std::function<void()>)> post);
  /// What was taken is answered first; `post` must still work.
  ~Appender();
  Appender(const Appender&) = delete;

  /// False where too much waits already: then nothing was taken. Jobs of lines are judged in the order in which they
  /// are added, jobs of one event too.
  bool add(std::unique_ptr<Job>&);

 private:
  struct Judged {
    std::unique_ptr<Job> job;
    std::optional<Ledger::Pending> answers;
  };
  using Judgements = std::vector<Judged>;

  using Jobs = std::vector<std::unique_ptr<Job>>;

  Jobs take(Jobs& from);  // waits; empty at the end
  void parse();
  void judge();
  void judge(Job&, std::optional<Ledger::Pending>&);
  void answer();
  void answer(Job&, const std::vector<Answer>&);

  Ledger& ledger_;
  Metrics& metrics_;
  std::function<void(std::function<void()>)> post_;

  std::mutex mutex_;
  std::condition_variable came_;
  Jobs unparsed_, waiting_;
  std::size_t waiting_bytes_ = 0;  // of those that wait or are under way
  bool closed_ = false, parsed_all_ = false;

  Channel<Judgements> judged_;
  std::thread parsing_, judging_, answering_;
};

}  // namespace carnet::serve
