// SPDX-License-Identifier: Apache-2.0
#include "cli/served_lines.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <limits>
#include <system_error>
#include <utility>

#include "cli/interrupt.hpp"

namespace carnet {
namespace {

constexpr std::size_t piece_bytes = 128 << 10;
// A body that brings nothing for half a minute is given up by the server; `tail -f | carnet append` may well do so.
constexpr std::chrono::seconds sign_of_life{10};

/// Why a server ends its answer before all lines have theirs.
[[noreturn]] void stopped(const ServerObject& answer) {
  const std::string why = answer.text("message");
  if (const auto number = answer.number("errno")) throw_system_error(static_cast<int>(*number), why);
  const auto status = static_cast<int>(answer.number("error").value_or(0));
  throw ServerRefusal(status == 503 && !answer.has("exit") ? Exit::unavailable : exit_of(status, answer), why);
}

}  // namespace

Rejection rejection_in(const ServerObject& answer) {
  const std::string code = answer.text("code");
  Rejection rejection{Code::malformed, answer.text("member"), answer.text("message")};
  for (int one = 0; one <= static_cast<int>(Code::in_flight); ++one) {
    if (text(static_cast<Code>(one)) == code) rejection.code = static_cast<Code>(one);
  }
  return rejection;
}

ServedLines::ServedLines(AppendInput& input, Report& report, bool keep_text)
    : input_(input),
      report_(report),
      keep_text_(keep_text),
      sent_(input.names),
      stop_(::eventfd(0, EFD_CLOEXEC)),
      bar_(input.title(), input.files.empty() ? 0 : input_bytes(input.files)) {
  if (stop_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
  if (input.matches) first_ = input.next();
}

ServedLines::~ServedLines() {
  ::close(stop_);
}

Client::Source ServedLines::source() {
  return {[this](Client::Body& body) { input_.matches ? send_matches(body) : send_files(body); },
          [this] { ::eventfd_write(stop_, 1); }};
}

bool ServedLines::send(Client::Body& body, SentPiece piece) {
  next_ += piece.lines;
  const std::string text = keep_text_ ? piece.text : std::exchange(piece.text, {});
  sent_.add(std::move(piece));
  return body.write(text);
}

void ServedLines::send_files(Client::Body& body) {
  for (std::uint32_t file = 0; file < input_.files.size() && !interrupt_came; ++file) {
    LineSource source(input_.files[file], stop_);
    source.wait_at_most(sign_of_life);
    const std::uint64_t before = bytes_read_;
    for (auto got = LineSource::Got::line; got != LineSource::Got::end;) {
      SentPiece piece;
      piece.first = next_;
      piece.file = file;
      piece.first_number = source.number() + 1;
      got = gather(source, input_.files[file], piece);
      bytes_read_ = before + source.bytes_read();
      if (piece.lines == 0 && got == LineSource::Got::nothing) {
        ++next_;  // an empty line, which is nobody's
        if (!body.write("\n")) return;
      } else if (piece.lines > 0 && !send(body, std::move(piece))) {
        return;
      }
    }
  }
}

// What is there, at least one line. Blank ones go as well, so that the server counts as we do.
LineSource::Got ServedLines::gather(LineSource& source, const std::string& file, SentPiece& piece) {
  for (;;) {
    const LineSource::Got got = source.next(piece.lines == 0);
    if (got == LineSource::Got::nothing || got == LineSource::Got::end) return got;
    if (got == LineSource::Got::too_long) {
      piece.too_long.push_back(piece.first + piece.lines);
    } else {
      refuse_compressed(file, source);
      piece.text += source.line();
    }
    piece.text += '\n';
    ++piece.lines;
    if (piece.text.size() >= piece_bytes) return got;
  }
}

void ServedLines::send_matches(Client::Body& body) {
  for (Batch batch = std::move(first_); !batch.entries.empty() && !interrupt_came; batch = input_.next()) {
    SentPiece piece;
    piece.first = next_;
    piece.lines = batch.entries.size();
    piece.first_number = batch.entries[0].number;
    piece.names = std::move(batch.names);
    for (const Entry& entry : batch.entries) piece.text.append(entry.text).append("\n");
    if (!send(body, std::move(piece))) return;
  }
}

void ServedLines::take(std::string_view piece) {
  rest_ += piece;
  std::size_t begin = 0;
  for (std::size_t end = rest_.find('\n'); end != rest_.npos; end = rest_.find('\n', begin)) {
    answer(std::string_view{rest_}.substr(begin, end - begin));
    begin = end + 1;
  }
  rest_.erase(0, begin);
  if (last_ != 0) report_.reached(sent_.entry(last_), sent_.name(last_));
  report_.flush();
  bar_.show(bytes_read_, report_.answered(), "lines");
}

void ServedLines::end() {
  go_to(std::numeric_limits<std::uint64_t>::max());
  report_.flush();
}

void ServedLines::go_to(std::uint64_t line) {
  sent_.answered_before(line, [this](const Entry& entry, const std::string& name) {
    report_.add(entry, name, {}, false);
    report_.reached(entry, name);
  });
  last_ = line;
}

// {"line":4,"position":17,"version":2} or {"line":5,"code":...}. Where only refusals are asked for, behind each commit
// {"line":5,"accepted":4,"duplicates":0,"refused":1}, and without `line` at the end. {"line":6,"error":...} ends it.
void ServedLines::answer(std::string_view text) {
  constexpr std::string_view beginning = R"({"line":)", receipt = R"(,"position":)";
  std::uint64_t line = 0;
  if (text.starts_with(beginning)) {
    const char* const end = std::from_chars(text.data() + beginning.size(), text.data() + text.size(), line).ptr;
    std::string_view rest{end, static_cast<std::size_t>(text.data() + text.size() - end)};
    if (rest.starts_with(receipt) && rest.ends_with('}')) {  // most are: not parsed
      go_to(line);
      rest = rest.substr(1, rest.size() - 2);
      return report_.add(sent_.entry(line), sent_.name(line), rest, rest.find(R"("duplicate":true)") != rest.npos);
    }
  }
  const ServerObject object(text);
  if (object.has("error")) stopped(object);
  if (line != 0) go_to(line);
  if (object.has("code")) refuse(line, object);
  if (object.has("accepted")) {
    report_.count(static_cast<std::uint64_t>(object.number("accepted").value_or(0)),
                  static_cast<std::uint64_t>(object.number("duplicates").value_or(0)));
  }
}

void ServedLines::refuse(std::uint64_t line, const ServerObject& answer) {
  Entry entry = sent_.entry(line);
  entry.rejection = rejection_in(answer);
  entry.text = sent_.text(line);
  report_.add(entry, sent_.name(line), {}, false);
}

}  // namespace carnet
