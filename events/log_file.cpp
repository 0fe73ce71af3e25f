// SPDX-License-Identifier: Apache-2.0
#include "events/log_file.hpp"

#include <fmt/format.h>

#include <fstream>
#include <string>
#include <string_view>

#include "events/reader.hpp"

namespace carnet::store {
namespace {

// Blocks of records: checksum (4 bytes), size (2), type (1), then as many bytes. No record goes beyond its block.
constexpr std::size_t block_size = 32 << 10, header_size = 7;
constexpr int first_reused = 5, last_reused = 8;  // types

/// Where in the block a record is of a file that was used before; npos if none is.
std::size_t reused_record(std::string_view block) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(block[at]); };
  for (std::size_t at = 0; at + header_size <= block.size();) {
    const int type = byte(at + 6);
    if (type >= first_reused && type <= last_reused) return at;
    if (type == 0) break;  // allocated, not written
    at += header_size + byte(at + 4) + (std::size_t{byte(at + 5)} << 8);
  }
  return std::string_view::npos;
}

void check_log_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);  // gone meanwhile: nothing to read
  std::string block(block_size, '\0');
  for (std::size_t start = 0; in; start += block_size) {
    in.read(block.data(), block_size);
    const std::size_t at = reused_record(std::string_view{block}.substr(0, static_cast<std::size_t>(in.gcount())));
    if (at == std::string_view::npos) continue;
    throw Damage(fmt::format("{}: byte {} is no type of a record", path.string(), start + at + header_size - 1));
  }
}

}  // namespace

void check_log_files(const std::filesystem::path& directory) {
  std::error_code gone;
  for (const auto& entry : std::filesystem::directory_iterator(directory, gone)) {
    const std::filesystem::path& path = entry.path();
    if (path.extension() == ".log" || path.filename().string().starts_with("MANIFEST-")) check_log_file(path);
  }
}

}  // namespace carnet::store
