// SPDX-License-Identifier: Apache-2.0
#include "cli/serve/append_stream.hpp"

#include <fmt/format.h>

#include <boost/asio/steady_timer.hpp>

#include "cli/serve/server.hpp"
#include "events/json.hpp"

namespace carnet::serve {
namespace {

constexpr std::size_t jobs_under_way = 8;
constexpr std::size_t max_receipt_bytes = std::size_t{16} << 20;  // that a peer may leave unread before we wait for it
constexpr auto retry_after = std::chrono::milliseconds(5);

/// One body on its way into the ledger. Lives as long as a job of it is under way, whatever becomes of the session.
class Stream : public std::enable_shared_from_this<Stream> {
 public:
  Stream(Server& server, Session& session, bool receipts)
      : server_(server), session_(session.shared_from_this()), retry_(server.io()), receipts_(receipts) {}

  RawLines gathered;

  bool is_full() const { return gathered.size() >= Intake::commit_lines || gathered.bytes() >= Intake::commit_bytes; }
  bool must_wait() const {
    return under_way_ >= jobs_under_way || is_full() || session_->backlog() > max_receipt_bytes;
  }
  bool is_idle() const { return under_way_ == 0 && gathered.empty(); }
  std::size_t under_way() const { return under_way_; }
  bool has_failed() const { return failure_ != nullptr; }

  /// Hands over what was gathered; where the queue is full, a little later.
  void dispatch() {
    if (gathered.empty() || waiting_ || under_way_ >= jobs_under_way || failure_ || session_->is_over()) return;
    auto job = std::make_unique<Job>();
    job->raw = std::exchange(gathered, {});
    job->receipts = receipts_;
    job->answered = [self = shared_from_this()](std::unique_ptr<Job> done) { self->answered(*done); };
    if (server_.appender().add(job)) {
      ++under_way_;
      return;
    }
    gathered = std::move(job->raw);
    waiting_ = true;
    retry_.expires_after(retry_after);
    retry_.async_wait([self = shared_from_this()](const boost::system::error_code&) {
      self->waiting_ = false;
      self->dispatch();
      self->session_->bell().ring();
    });
  }

  /// The last words: the sum, or why it is cut short. `rest` is the first line that was not taken.
  Task<> finish(std::uint64_t rest) {
    if (failure_ && !session_->begun()) std::rethrow_exception(failure_);
    if (!session_->begun()) begin();
    if (failure_ || session_->is_over()) {
      std::string line = fmt::format(R"({{"line":{},"error":503,"message":)", failure_ ? failed_from_ : rest);
      const std::optional<Problem> problem = failure_ ? std::optional(problem_of(failure_)) : std::nullopt;
      json::append_quoted(line, problem ? problem->what() : stopping_message);
      if (problem) line += problem->members;
      session_->write(line += "}\n");
      co_await session_->cut();
      co_return;
    }
    if (!receipts_) session_->write(sum_line(accepted_, duplicates_, refused_));
    co_await session_->finish();
  }

 private:
  static constexpr const char* stopping_message =
      "the server is stopping; this line and those after it were not taken (send them again)";

  static Problem problem_of(const std::exception_ptr& failure) {
    try {
      std::rethrow_exception(failure);
    } catch (const std::exception& error) {
      return serve::problem_of(error);
    }
  }

  void begin() { session_->begin({200, std::string{ndjson_type}, {}, {}}); }

  void answered(const Job& job) {
    --under_way_;
    accepted_ += job.accepted;
    duplicates_ += job.duplicates;
    refused_ += job.refused;
    if (job.failure && !failure_) {
      failure_ = job.failure;
      failed_from_ = job.raw.first_number();
    }
    std::string lines = job.lines;
    if (!receipts_ && !job.failure) lines += sum_line(accepted_, duplicates_, refused_, job.raw.last_number());
    if (!lines.empty() && !session_->is_closed()) {
      if (!session_->begun()) begin();
      session_->write(lines);
    }
    if (under_way_ == 0) dispatch();
    session_->bell().ring();
  }

  Server& server_;
  std::shared_ptr<Session> session_;
  asio::steady_timer retry_;
  bool receipts_;
  bool waiting_ = false;
  std::size_t under_way_ = 0;
  std::uint64_t accepted_ = 0, duplicates_ = 0, refused_ = 0;
  std::exception_ptr failure_;
  std::uint64_t failed_from_ = 0;
};

Task<> finish(Session& session, Stream& stream, std::uint64_t next_number) {
  while (!session.is_closed() && !stream.has_failed() && !session.is_over() && !stream.is_idle()) {
    stream.dispatch();
    co_await session.bell().wait();
  }
  while (!session.is_closed() && stream.under_way() > 0) co_await session.bell().wait();
  co_await stream.finish(stream.gathered.empty() ? next_number : stream.gathered.first_number());
}

}  // namespace

std::string sum_line(std::uint64_t accepted, std::uint64_t duplicates, std::uint64_t refused, std::uint64_t line) {
  const std::string up_to = line == 0 ? "" : fmt::format(R"("line":{},)", line);
  return fmt::format(R"({{{}"accepted":{},"duplicates":{},"refused":{}}})", up_to, accepted, duplicates, refused) +
         "\n";
}

Task<> append_stream(Server& server, Session& session, bool receipts) {
  const auto stream = std::make_shared<Stream>(server, session, receipts);
  LineCutter cutter;
  std::string piece;
  try {
    while (!stream->has_failed() && !session.is_over() && co_await session.more(piece)) {
      cutter.take(piece, stream->gathered);
      piece.clear();
      // While nothing is under way, what is there goes at once; else it gathers, and the next answer sends it on.
      if (stream->is_full() || stream->under_way() == 0) stream->dispatch();
      while (!session.is_over() && !stream->has_failed() && stream->must_wait()) {
        co_await session.bell().wait();
        stream->dispatch();
      }
    }
    if (!session.is_over()) cutter.end(stream->gathered);
  } catch (const boost::system::system_error&) {
    if (session.is_closed() || !session.is_over()) throw;  // else it was we who ended it
  }
  co_await finish(session, *stream, cutter.next_number());
}

Task<> answer_lines(Server& server, Session& session, RawLines lines, bool receipts) {
  const auto stream = std::make_shared<Stream>(server, session, receipts);
  const std::uint64_t next = lines.size() + 1;
  stream->gathered = std::move(lines);
  co_await finish(session, *stream, next);
}

}  // namespace carnet::serve
