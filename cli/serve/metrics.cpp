// SPDX-License-Identifier: Apache-2.0
#include "cli/serve/metrics.hpp"

#include <fmt/format.h>

#include <iterator>

namespace carnet::serve {
namespace {

constexpr std::array seconds_bounds{0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025,
                                    0.05,   0.1,     0.25,   0.5,   1.0,    2.5,   5.0,  10.0};
constexpr std::array lines_bounds{1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0, 4096.0, 16384.0};

void head(std::string& out, std::string_view name, std::string_view type, std::string_view help) {
  fmt::format_to(std::back_inserter(out), "# HELP {0} {1}\n# TYPE {0} {2}\n", name, help, type);
}

}  // namespace

void Histogram::observe(double value) {
  std::size_t i = 0;
  while (i < bounds_.size() && value > bounds_[i]) ++i;
  counts_[i].fetch_add(1, std::memory_order_relaxed);
  sum_millionths_.fetch_add(static_cast<std::uint64_t>(value * 1e6), std::memory_order_relaxed);
}

void Histogram::print(std::string& out, std::string_view name, std::string_view help) const {
  head(out, name, "histogram", help);
  std::uint64_t below = 0;
  for (std::size_t i = 0; i <= bounds_.size(); ++i) {
    below += counts_[i];
    fmt::format_to(std::back_inserter(out), "{}_bucket{{le=\"{}\"}} {}\n", name,
                   i < bounds_.size() ? fmt::format("{}", bounds_[i]) : "+Inf", below);
  }
  fmt::format_to(std::back_inserter(out), "{0}_sum {1}\n{0}_count {2}\n", name,
                 static_cast<double>(sum_millionths_) / 1e6, below);
}

Metrics::Metrics()
    : append_seconds(seconds_bounds),
      commit_seconds(seconds_bounds),
      commit_lines(lines_bounds),
      question_seconds(seconds_bounds) {}

std::string Metrics::text() const {
  std::string out;
  const auto line = [&](std::string_view name, std::string_view labels, std::uint64_t value) {
    fmt::format_to(std::back_inserter(out), "{}{} {}\n", name, labels, value);
  };
  head(out, "carnet_appends_total", "counter", "Event lines that were answered.");
  std::uint64_t refused = 0;
  for (const Counter& counter : rejections) refused += counter;
  line("carnet_appends_total", R"({outcome="accepted"})", accepted);
  line("carnet_appends_total", R"({outcome="duplicate"})", duplicates);
  line("carnet_appends_total", R"({outcome="refused"})", refused);
  head(out, "carnet_rejections_total", "counter", "Event lines that were refused, by code.");
  for (std::size_t i = 0; i < rejections.size(); ++i) {
    line("carnet_rejections_total", fmt::format(R"({{code="{}"}})", carnet::text(static_cast<Code>(i))), rejections[i]);
  }
  head(out, "carnet_append_failures_total", "counter", "Appends that the ledger could not take: disk full, damage.");
  line("carnet_append_failures_total", "", failed_appends);
  append_seconds.print(out, "carnet_append_seconds", "From an append's arrival until it is durable.");
  commit_seconds.print(out, "carnet_commit_seconds", "Waiting for a commit to be durable.");
  commit_lines.print(out, "carnet_commit_lines", "Event lines that shared a commit.");
  question_seconds.print(out, "carnet_question_seconds", "Questions to the tables, until their last row.");
  head(out, "carnet_http_responses_total", "counter", "Answers by status.");
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i] > 0) line("carnet_http_responses_total", fmt::format(R"({{status="{}"}})", i), answers[i]);
  }
  head(out, "carnet_http_malformed_total", "counter", "Requests that were not HTTP as it is spoken here.");
  line("carnet_http_malformed_total", "", refused_requests);
  head(out, "carnet_connections_refused_total", "counter", "Connections beyond the limit, or of strangers.");
  line("carnet_connections_refused_total", "", refused_connections);
  head(out, "carnet_watchers", "gauge", "Clients that follow the history live.");
  line("carnet_watchers", "", watchers);
  head(out, "carnet_events_sent_total", "counter", "Records sent to those that follow.");
  line("carnet_events_sent_total", "", events_sent);
  head(out, "carnet_watchers_overtaken_total", "counter", "Times that a follower was too slow and went on from disk.");
  line("carnet_watchers_overtaken_total", "", overtaken);
  return out;
}

void print_metric(std::string& out, std::string_view name, std::string_view type, std::string_view help, double value) {
  head(out, name, type, help);
  fmt::format_to(std::back_inserter(out), "{} {}\n", name, value);
}

}  // namespace carnet::serve
