// SPDX-License-Identifier: Apache-2.0
#include "cli/line_source.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "cli/interrupt.hpp"
#include "events/line.hpp"

namespace carnet {
namespace {

constexpr std::size_t room_bytes = 256 << 10;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

}  // namespace

LineSource::LineSource(const std::string& name, int stop_descriptor)
    : name_(name == "-" ? "stdin" : name),
      descriptor_(name == "-" ? STDIN_FILENO : ::open(name.c_str(), O_RDONLY | O_CLOEXEC)),
      stop_(stop_descriptor),
      buffer_(room_bytes) {
  struct stat status {};
  if (descriptor_ < 0 || ::fstat(descriptor_, &status) != 0) {
    throw std::system_error(errno, std::generic_category(), name_);
  }
  if (S_ISDIR(status.st_mode)) throw std::system_error(EISDIR, std::generic_category(), name_);
  regular_ = S_ISREG(status.st_mode);
}

LineSource::~LineSource() {
  if (descriptor_ > STDIN_FILENO) ::close(descriptor_);
}

LineSource::Got LineSource::next(bool may_wait) {
  for (;;) {
    const char* start = buffer_.data() + begin_;
    if (const void* found = std::memchr(buffer_.data() + searched_, '\n', end_ - searched_)) {
      const std::string_view line{start, static_cast<std::size_t>(static_cast<const char*>(found) - start)};
      begin_ += line.size() + 1;
      searched_ = begin_;
      return take(line);
    }
    searched_ = end_;
    if (end_ - begin_ > max_line_bytes) {
      skipping_ = true;
      begin_ = searched_ = end_ = 0;
    }
    if (at_end_) {
      if (begin_ == end_ && !skipping_) return Got::end;
      begin_ = searched_ = end_;
      return take({start, static_cast<std::size_t>(buffer_.data() + end_ - start)});
    }
    if (interrupt_came) return Got::end;
    const Wait wait = regular_ ? Wait::readable : wait_readable(descriptor_, may_wait ? longest_wait_ms_ : 0, stop_);
    if (wait == Wait::stopped) return Got::end;
    if (wait == Wait::over) return Got::nothing;
    at_end_ = !fill();
  }
}

LineSource::Got LineSource::take(std::string_view line) {
  ++number_;
  if (number_ == 1 && line.starts_with(byte_order_mark)) line.remove_prefix(byte_order_mark.size());
  if (line.ends_with('\r')) line.remove_suffix(1);
  line_ = line;
  const bool too_long = skipping_ || line.size() > max_line_bytes;
  skipping_ = false;
  return too_long ? Got::too_long : Got::line;
}

bool LineSource::fill() {
  if (begin_ > 0) {
    std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    searched_ -= begin_;
    begin_ = 0;
  }
  if (buffer_.size() - end_ < room_bytes / 2) buffer_.resize(buffer_.size() + room_bytes);
  ssize_t n = 0;
  do {
    n = ::read(descriptor_, buffer_.data() + end_, buffer_.size() - end_);
  } while (n < 0 && errno == EINTR);
  if (n < 0) throw std::system_error(errno, std::generic_category(), name_);
  bytes_read_ += static_cast<std::uint64_t>(n);
  end_ += static_cast<std::size_t>(n);
  return n > 0;
}

}  // namespace carnet
