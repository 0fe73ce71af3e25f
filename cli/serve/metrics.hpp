// SPDX-License-Identifier: Apache-2.0
// What the server counts. Any thread may count; the text is Prometheus's.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <span>
#include <string>

#include "events/rejection.hpp"

namespace carnet::serve {

/// Counts observations by how large they were, up to fixed bounds.
class Histogram {
 public:
  static constexpr std::size_t max_bounds = 16;
  explicit Histogram(std::span<const double> bounds) : bounds_(bounds) {}

  void observe(double value);
  void observe(std::chrono::steady_clock::duration time) { observe(std::chrono::duration<double>(time).count()); }
  /// Appends its lines under that name.
  void print(std::string& out, std::string_view name, std::string_view help) const;

 private:
  std::span<const double> bounds_;
  std::array<std::atomic<std::uint64_t>, max_bounds + 1> counts_{};
  std::atomic<std::uint64_t> sum_millionths_ = 0;
};

struct Metrics {
  Metrics();

  using Counter = std::atomic<std::uint64_t>;
  Counter accepted = 0, duplicates = 0, failed_appends = 0;
  std::array<Counter, 15> rejections{};  ///< By code.
  Counter refused_connections = 0, refused_requests = 0;
  std::array<Counter, 600> answers{};  ///< By status.
  Counter watchers = 0, events_sent = 0, overtaken = 0;
  Histogram append_seconds, commit_seconds, commit_lines, question_seconds;

  void refused(Code code) { rejections[static_cast<std::size_t>(code)] += 1; }
  void answered(int status) { answers.at(static_cast<std::size_t>(status)) += 1; }

  /// The counters' lines; what is measured when asked is the caller's to add.
  std::string text() const;
};

/// Appends one metric that has one value.
void print_metric(std::string& out, std::string_view name, std::string_view type, std::string_view help, double value);

}  // namespace carnet::serve
