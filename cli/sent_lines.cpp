// SPDX-License-Identifier: Apache-2.0
#include "cli/sent_lines.hpp"

#include <stdexcept>
#include <utility>

#include "cli/exit.hpp"

namespace carnet {

void SentLines::add(SentPiece piece) {
  const std::lock_guard lock(mutex_);
  pieces_.push_back(std::move(piece));
}

void SentLines::answered_before(std::uint64_t line, const Visit& too_long) {
  for (;;) {
    SentPiece* piece = nullptr;
    {
      const std::lock_guard lock(mutex_);
      if (!pieces_.empty()) piece = &pieces_.front();
    }
    if (piece == nullptr) return;
    for (; !piece->too_long.empty() && piece->too_long.front() < line; piece->too_long.pop_front()) {
      Entry refused = entry(piece->too_long.front());
      refused.rejection = too_long_line();
      too_long(refused, name(piece->too_long.front()));
    }
    if (piece->first + piece->lines > line) return;
    const std::lock_guard lock(mutex_);
    pieces_.pop_front();
    line_at_ = 0;
  }
}

SentPiece& SentLines::piece_with(std::uint64_t line) {
  const std::lock_guard lock(mutex_);
  if (pieces_.empty() || line < pieces_.front().first || line >= pieces_.front().first + pieces_.front().lines) {
    throw ServerDown("the server answers lines that it was not sent");
  }
  return pieces_.front();
}

const std::string& SentLines::name(std::uint64_t line) {
  const SentPiece& piece = piece_with(line);
  return piece.names.empty() ? names_[piece.file] : piece.names[line - piece.first];
}

Entry SentLines::entry(std::uint64_t line) {
  const SentPiece& piece = piece_with(line);
  return {piece.file, piece.first_number + (line - piece.first), std::nullopt, {}};
}

std::string SentLines::text(std::uint64_t line) {
  const SentPiece& piece = piece_with(line);
  if (piece.text.empty()) return {};
  if (line_at_ == 0 || line < line_at_) {
    line_at_ = piece.first;
    offset_ = 0;
  }
  for (; line_at_ < line; ++line_at_) offset_ = piece.text.find('\n', offset_) + 1;
  return piece.text.substr(offset_, piece.text.find('\n', offset_) - offset_);
}

}  // namespace carnet
