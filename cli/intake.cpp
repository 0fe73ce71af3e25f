// SPDX-License-Identifier: Apache-2.0
#include "cli/intake.hpp"

#include <fmt/format.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <system_error>
#include <utility>

#include "cli/exit.hpp"
#include "cli/interrupt.hpp"
#include "cli/line_source.hpp"

namespace carnet {
namespace {

constexpr std::size_t waiting_batches = 4;  // enough that neither side waits for the other's hiccups

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == line.npos;
}

bool is_full(const Batch& batch) {
  return batch.entries.size() >= Intake::commit_lines || batch.bytes >= Intake::commit_bytes;
}

/// In bytes; 0 for what is not a regular file. Opening it to see would disturb a pipe. Throws std::system_error.
std::uint64_t readable_size(const std::string& file) {
  struct stat status {};
  const bool is_stdin = file == "-";
  if ((is_stdin ? ::fstat(STDIN_FILENO, &status) : ::stat(file.c_str(), &status)) != 0 ||
      (!is_stdin && ::access(file.c_str(), R_OK) != 0)) {
    throw std::system_error(errno, std::generic_category(), is_stdin ? "stdin" : file);
  }
  return S_ISREG(status.st_mode) ? static_cast<std::uint64_t>(status.st_size) : 0;
}

}  // namespace

void Batch::add(std::uint32_t file, std::uint64_t number, std::string_view text, bool keep_text) {
  auto parsed = parse_line(text);
  if (auto* rejection = std::get_if<Rejection>(&parsed)) {
    return add_rejected(file, number, std::move(*rejection), text, keep_text);
  }
  lines.push_back(std::get<Line>(std::move(parsed)));
  entries.push_back({file, number, std::nullopt, keep_text ? std::string{text} : std::string{}});
  bytes += text.size();
}

void Batch::add_rejected(std::uint32_t file, std::uint64_t number, Rejection rejection, std::string_view text,
                         bool keep_text) {
  entries.push_back({file, number, std::move(rejection), keep_text ? std::string{text} : std::string{}});
  bytes += text.size();
}

void Batch::add_too_long(std::uint32_t file, std::uint64_t number) {
  add_rejected(file, number, too_long_line(), {}, false);
}

Rejection too_long_line() {
  return {Code::malformed, {}, fmt::format("longer than {} bytes; the rest was skipped", max_line_bytes)};
}

std::uint64_t input_bytes(const std::vector<std::string>& files) {
  std::uint64_t all = 0;
  bool known = true;
  for (const std::string& file : files) {
    const std::uint64_t size = readable_size(file);
    all += size;
    known = known && size > 0;
  }
  return known ? all : 0;
}

void refuse_compressed(const std::string& file, const LineSource& source) {
  if (source.number() != 1 || !source.line().starts_with("\x1f\x8b")) return;
  throw Usage(fmt::format("{}: compressed with gzip (zcat it into `carnet append`)", file));
}

void Batch::take(Batch& other) {
  if (entries.empty()) {
    std::swap(*this, other);
    return;
  }
  for (Entry& entry : other.entries) entry.file += static_cast<std::uint32_t>(names.size());
  std::ranges::move(other.names, std::back_inserter(names));
  std::ranges::move(other.entries, std::back_inserter(entries));
  std::ranges::move(other.lines, std::back_inserter(lines));
  bytes += other.bytes;
  other = {};
}

Intake::Intake(const std::vector<std::string>& files, bool keep_text)
    : files_(files),
      keep_text_(keep_text),
      stop_(::eventfd(0, EFD_CLOEXEC)),
      size_(input_bytes(files)),
      ready_(waiting_batches) {
  if (stop_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  reader_ = std::thread([this] { read_all(); });
}

Intake::~Intake() {
  stop();
  reader_.join();
  ::close(stop_);
}

void Intake::stop() {
  ::eventfd_write(stop_, 1);
  ready_.close();
}

Batch Intake::next() {
  Batch batch;
  for (auto more = ready_.pop(); more; more = is_full(batch) ? std::nullopt : ready_.try_pop()) batch.take(*more);
  if (batch.entries.empty() && failure_) std::rethrow_exception(std::exchange(failure_, nullptr));
  return batch;
}

void Intake::read_all() {
  try {
    for (std::uint32_t i = 0; i < files_.size() && read(files_[i], i); ++i) {
    }
  } catch (...) {
    failure_ = std::current_exception();
  }
  ready_.close();
}

bool Intake::read(const std::string& file, std::uint32_t index) {
  LineSource source(file, stop_);
  const std::uint64_t before = bytes_read_;
  Batch batch;
  for (;;) {
    const LineSource::Got got = source.next(batch.entries.empty());
    bytes_read_ = before + source.bytes_read();
    if (got == LineSource::Got::line && !is_blank(source.line())) {
      refuse_compressed(file, source);
      batch.add(index, source.number(), source.line(), keep_text_);
    } else if (got == LineSource::Got::too_long) {
      batch.add_too_long(index, source.number());
    }
    const bool pause = got == LineSource::Got::nothing || got == LineSource::Got::end;
    if (is_full(batch) || (pause && !batch.entries.empty())) {
      if (!ready_.push(std::exchange(batch, {}))) return false;
    }
    if (got == LineSource::Got::end) return !interrupt_came;
  }
}

}  // namespace carnet
