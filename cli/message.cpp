// SPDX-License-Identifier: Apache-2.0
#include "cli/message.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>

namespace carnet {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view wipe_line = "\r\x1b[K";
std::atomic<bool> bar_is_drawn = false;  // the server says things on several threads

void write_stderr(std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(STDERR_FILENO, text.data(), text.size());
    if (n < 0) return;  // there is nobody left to tell
    text.remove_prefix(static_cast<std::size_t>(n));
  }
}

bool stderr_is_a_terminal() {
  const char* term = std::getenv("TERM");
  return ::isatty(STDERR_FILENO) != 0 && term != nullptr && std::string_view{term} != "dumb";
}

std::size_t terminal_columns() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

constexpr std::size_t bar_cells = 16;

std::string bar(double fraction) {
  const auto full = static_cast<std::size_t>(fraction * bar_cells);
  std::string out;
  for (std::size_t i = 0; i < bar_cells; ++i) out += i < full ? "█" : "░";
  return out;
}

/// PostgreSQL's messages may have several lines, the further ones indented.
std::string one_line(std::string_view text) {
  std::string out;
  for (char c : text) {
    if (c == '\n') {
      out += "; ";
    } else if (c != '\t' || !out.ends_with("; ")) {
      out += c;
    }
  }
  return out;
}

/// What fits of a name: of a path, its end tells more.
std::string_view tail_of(std::string_view name, std::size_t columns) {
  if (name.size() <= columns) return name;
  name.remove_prefix(name.size() - columns);
  while (!name.empty() && (name[0] & 0xC0) == 0x80) name.remove_prefix(1);  // never half a character
  return name;
}

std::string_view advice(const std::error_code& code) {
  struct Advice {
    std::errc code;
    std::string_view text;
  };
  static constexpr std::array all{
      Advice{std::errc::no_such_file_or_directory, "check the path"},
      Advice{std::errc::not_a_directory, "name a directory"},
      Advice{std::errc::is_a_directory, "name a file"},
      Advice{std::errc::file_exists, "name another one, or remove it"},
      Advice{std::errc::permission_denied, "run it as the owner, or change the permissions"},
      Advice{std::errc::operation_not_permitted, "run it as the owner, or change the permissions"},
      Advice{std::errc::read_only_file_system, "name a place that can be written to"},
      Advice{std::errc::no_space_on_device, "make room, then try again"},
      Advice{std::errc::too_many_files_open, "raise the limit: ulimit -n"},
      Advice{std::errc::filename_too_long, "name a shorter path"},
      Advice{std::errc::io_error, "check the disk"},
  };
  const auto* found = std::ranges::find_if(all, [&](const Advice& a) { return code == a.code; });
  return found == all.end() ? std::string_view{} : found->text;
}

std::string clock_text(double seconds) {
  const auto s = static_cast<long>(seconds + 0.5);
  return s < 3600 ? fmt::format("{}:{:02}", s / 60, s % 60)
                  : fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
}

}  // namespace

std::string printable(std::string_view text) {
  const auto suspect = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '\xc2'; };
  if (std::ranges::none_of(text, suspect)) return std::string{text};
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const bool c1 = byte == 0xc2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xa0;
    if (byte < 0x20 || byte == 0x7f || c1) {
      out += fmt::format("\\x{:02x}", byte);
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string grouped(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    if (i > 0 && (digits.size() - i) % 3 == 0) out += ',';
    out += digits[i];
  }
  return out;
}

void say(std::string_view where, std::string_view what) {
  std::string line = bar_is_drawn ? std::string{wipe_line} : std::string{};
  bar_is_drawn = false;
  line += "carnet: ";
  if (!where.empty()) line += printable(where) + ": ";
  line += printable(one_line(what)) + '\n';
  write_stderr(line);
}

void say(const std::system_error& error) {
  const std::string what = error.what();
  const std::string_view to_do = advice(error.code());
  say("", to_do.empty() || what.ends_with(')') ? what : fmt::format("{} ({})", what, to_do));
}

ProgressBar::ProgressBar(std::string_view what, std::uint64_t whole)
    : what_(printable(what)), whole_(whole), wanted_(stderr_is_a_terminal()) {}

ProgressBar::~ProgressBar() {
  if (bar_is_drawn) write_stderr(wipe_line);
  bar_is_drawn = false;
}

void ProgressBar::show(std::uint64_t done, std::uint64_t items, std::string_view unit) {
  if (!wanted_) return;
  const auto now = Clock::now();
  if (now - drawn_ < 100ms) return;
  drawn_ = now;
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const double fraction = whole_ == 0 ? 0 : std::min(1.0, static_cast<double>(done) / static_cast<double>(whole_));
  std::string figures;
  if (whole_ > 0) figures += fmt::format("  {:3.0f}%", fraction * 100);
  figures += fmt::format("  {} {}  {}/s", grouped(items), unit,
                         grouped(static_cast<std::uint64_t>(static_cast<double>(items) / seconds)));
  figures += fraction > 0 ? fmt::format("  {} left", clock_text(seconds / fraction - seconds))
                          : fmt::format("  {}", clock_text(seconds));
  const std::size_t room = terminal_columns() - std::min(terminal_columns(), figures.size());
  std::string line = room > bar_cells + 14 && whole_ > 0 ? "  " + bar(fraction) + figures : figures;
  const std::size_t title_room = room - std::min(room, line.size() > figures.size() ? bar_cells + 2 : 0);
  line.insert(0, tail_of(what_, title_room));
  write_stderr(fmt::format("{}{}", wipe_line, line));
  bar_is_drawn = true;
}

}  // namespace carnet
