// SPDX-License-Identifier: Apache-2.0
#include "cli/serve/appender.hpp"

#include <fmt/format.h>

#include <iterator>

#include "cli/receipt.hpp"

namespace carnet::serve {
namespace {

constexpr std::size_t max_waiting_bytes = std::size_t{64} << 20;
constexpr std::size_t job_bytes = 1 << 10;  // beside its text
constexpr std::size_t commits_under_way = 4;

void append_line(std::string& out, std::uint64_t number) {
  fmt::format_to(std::back_inserter(out), R"({{"line":{},)", number);
}

}  // namespace

Appender::Appender(Ledger& ledger, Metrics& metrics, std::function<void(std::function<void()>)> post)
    : ledger_(ledger),
      metrics_(metrics),
      post_(std::move(post)),
      judged_(commits_under_way),
      parsing_([this] { parse(); }),
      judging_([this] { judge(); }),
      answering_([this] { answer(); }) {}

Appender::~Appender() {
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  came_.notify_all();
  parsing_.join();
  {
    const std::lock_guard lock(mutex_);
    parsed_all_ = true;
  }
  came_.notify_all();
  judging_.join();
  judged_.close();
  answering_.join();
}

bool Appender::add(std::unique_ptr<Job>& job) {
  job->bytes = job_bytes + job->text.size() + 4 * job->raw.bytes();  // parsed, lines take more room than as text
  const std::lock_guard lock(mutex_);
  if (closed_ || waiting_bytes_ + job->bytes > max_waiting_bytes) return false;
  waiting_bytes_ += job->bytes;
  Jobs& queue = job->raw.empty() ? waiting_ : unparsed_;
  queue.push_back(std::move(job));
  if (queue.size() == 1) came_.notify_all();  // else it is awake, or about to be
  return true;
}

Appender::Jobs Appender::take(Jobs& from) {
  Jobs jobs;
  std::unique_lock lock(mutex_);
  came_.wait(lock, [&] { return !from.empty() || (&from == &unparsed_ ? closed_ : parsed_all_); });
  jobs.swap(from);
  return jobs;
}

void Appender::parse() {
  for (Jobs jobs = take(unparsed_); !jobs.empty(); jobs = take(unparsed_)) {
    for (auto& job : jobs) {
      job->batch = job->raw.parsed();
      const std::lock_guard lock(mutex_);
      waiting_.push_back(std::move(job));
      if (waiting_.size() == 1) came_.notify_all();
    }
  }
}

void Appender::judge() {
  for (Jobs jobs = take(waiting_); !jobs.empty(); jobs = take(waiting_)) {
    Judgements judgements;
    judgements.reserve(jobs.size());
    for (auto& job : jobs) {
      Judged& judged = judgements.emplace_back(Judged{std::move(job), std::nullopt});
      judge(*judged.job, judged.answers);
    }
    judged_.push(std::move(judgements));
  }
}

void Appender::judge(Job& job, std::optional<Ledger::Pending>& answers) {
  try {
    if (!job.text.empty()) {
      auto parsed = parse_line(job.text);
      if (auto* rejection = std::get_if<Rejection>(&parsed)) {
        job.answer = std::move(*rejection);
        return;
      }
      job.batch.lines.push_back(std::get<Line>(std::move(parsed)));
    }
    if (!job.batch.lines.empty() || job.probe) answers.emplace(ledger_.submit(job.batch.lines));
  } catch (...) {
    job.failure = std::current_exception();
  }
}

void Appender::answer() {
  while (auto judgements = judged_.pop()) {
    const auto began = std::chrono::steady_clock::now();
    std::size_t bytes = 0;
    std::uint64_t lines = 0;
    for (Judged& judged : *judgements) {
      Job& job = *judged.job;
      bytes += job.bytes;
      lines += job.batch.lines.size();
      try {
        if (job.failure) continue;
        answer(job, judged.answers ? judged.answers->wait() : std::vector<Answer>{});
      } catch (...) {
        job.failure = std::current_exception();
      }
    }
    const auto now = std::chrono::steady_clock::now();
    metrics_.commit_seconds.observe(now - began);
    metrics_.commit_lines.observe(static_cast<double>(lines));
    for (Judged& judged : *judgements) {
      metrics_.append_seconds.observe(now - judged.job->came);
      if (judged.job->failure) metrics_.failed_appends += 1;
    }
    {
      const std::lock_guard lock(mutex_);
      waiting_bytes_ -= bytes;
    }
    // std::function wants what can be copied.
    auto all = std::make_shared<Judgements>(std::move(*judgements));
    post_([all] {
      for (Judged& judged : *all) {
        judged.answers.reset();
        const auto answered = std::move(judged.job->answered);
        answered(std::move(judged.job));
      }
    });
  }
}

void Appender::answer(Job& job, const std::vector<Answer>& answers) {
  const auto count = [&](const Answer& answer) {
    if (const auto* receipt = std::get_if<Receipt>(&answer)) {
      ++(receipt->duplicate ? job.duplicates : job.accepted);
      ++(receipt->duplicate ? metrics_.duplicates : metrics_.accepted);
    } else {
      ++job.refused;
      metrics_.refused(std::get<Rejection>(answer).code);
    }
  };
  const auto append = [&](std::string& out, const Line& line, const Answer& answer) {
    if (const auto* receipt = std::get_if<Receipt>(&answer)) {
      append_receipt(out, line, *receipt);
    } else {
      append_rejection(out, std::get<Rejection>(answer));
    }
    out += "}\n";
  };
  const Line none;
  if (!job.text.empty()) {
    if (!answers.empty()) job.answer = answers[0];
    count(*job.answer);
    job.body = R"({"line":1,)";
    append(job.body, job.batch.lines.empty() ? none : job.batch.lines[0], *job.answer);
    return;
  }
  std::size_t next = 0;
  for (Entry& entry : job.batch.entries) {
    const std::size_t at = next;
    if (!entry.rejection) ++next;
    const Answer answer = entry.rejection ? Answer{std::move(*entry.rejection)} : answers[at];
    count(answer);
    if (!job.receipts && std::holds_alternative<Receipt>(answer)) continue;
    append_line(job.lines, entry.number);
    append(job.lines, at < job.batch.lines.size() ? job.batch.lines[at] : none, answer);
  }
}

}  // namespace carnet::serve
