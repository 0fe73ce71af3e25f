// SPDX-License-Identifier: Apache-2.0
#include "tests/scratch.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace carnet {

namespace fs = std::filesystem;

Scratch::Scratch()
    : TemporaryDirectory("carnet-test", fs::is_directory("/dev/shm") ? "/dev/shm" : fs::temp_directory_path()) {}

Line line(std::string_view text) {
  auto read = parse_line(text);
  if (const auto* rejection = std::get_if<Rejection>(&read)) {
    throw std::invalid_argument(fmt::format("{}: {} {}", text, rejection->member, rejection->message));
  }
  return std::get<Line>(std::move(read));
}

std::vector<Line> lines(std::span<const std::string> texts) {
  std::vector<Line> parsed;
  for (const std::string& text : texts) parsed.push_back(line(text));
  return parsed;
}

std::string shown(const Answer& answer) {
  if (const auto* rejection = std::get_if<Rejection>(&answer)) {
    return fmt::format("{} {}", text(rejection->code), rejection->member);
  }
  const auto& receipt = std::get<Receipt>(answer);
  std::string out = fmt::format("{} v{}", receipt.position, receipt.version);
  if (receipt.duplicate) out += " duplicate";
  if (receipt.id != 0) out += fmt::format(" id={}", receipt.id);
  if (receipt.avion_id != 0) out += fmt::format(" avion_id={}", receipt.avion_id);
  if (receipt.pilote_id != 0) out += fmt::format(" pilote_id={}", receipt.pilote_id);
  return out;
}

std::string appended(Ledger& ledger, std::string_view text) {
  const Line one = line(text);
  return shown(ledger.append({&one, 1}).at(0));
}

std::vector<Record> records_in(const fs::path& directory) {
  std::vector<Record> records;
  Reader reader{directory};
  reader.scan(1, reader.head().position, [&](const Record& record) {
    records.push_back(record);
    return true;
  });
  if (records.size() != reader.head().position) throw std::logic_error("scan ended before the head");
  return records;
}

}  // namespace carnet
