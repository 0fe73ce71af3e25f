// SPDX-License-Identifier: Apache-2.0
#include "events/sorted_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "events/reader.hpp"

namespace carnet::store {
namespace {

// RocksDB's block-based table, format version 5: blocks, then a footer that says where the block of names is, which
// says where the properties are.
constexpr std::size_t footer_size = 53;
constexpr std::uint64_t footer_magic = 0x88e241b785f4cff7;
constexpr std::size_t largest_block_of_names = 64 << 10;  // it has a few names of twenty bytes
constexpr std::string_view properties_name = "rocksdb.properties";

struct Place {
  std::uint64_t offset = 0, size = 0;
};

std::optional<std::uint64_t> varint(std::string_view& bytes) {
  std::uint64_t number = 0;
  for (unsigned shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    number |= std::uint64_t{byte & 0x7Fu} << shift;
    if (byte < 0x80) return number;
  }
  return std::nullopt;
}

std::optional<Place> place(std::string_view bytes) {
  const auto offset = varint(bytes);
  const auto size = varint(bytes);
  if (!offset || !size) return std::nullopt;
  return Place{*offset, *size};
}

class File {
 public:
  explicit File(const std::filesystem::path& path) : file_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {}
  ~File() {
    if (file_ >= 0) ::close(file_);
  }
  File(const File&) = delete;

  std::uint64_t size() const {
    struct stat info {};
    return ::fstat(file_, &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
  }
  /// Empty where the file has no such bytes.
  std::string read(Place at) const {
    std::string bytes(at.size, '\0');
    const auto got = ::pread(file_, bytes.data(), bytes.size(), static_cast<off_t>(at.offset));
    return got == static_cast<ssize_t>(at.size) ? bytes : "";
  }

 private:
  int file_;
};

/// Null where the file is not one that this knows how to read: RocksDB will say.
std::optional<Place> properties(const File& file) {
  const std::uint64_t size = file.size();
  if (size < footer_size) return std::nullopt;
  const std::string footer = file.read({size - footer_size, footer_size});
  std::uint64_t magic = 0;
  if (footer.empty()) return std::nullopt;
  std::memcpy(&magic, footer.data() + footer_size - sizeof magic, sizeof magic);
  if (magic != footer_magic) return std::nullopt;
  const auto names = place(std::string_view{footer}.substr(1));
  if (!names || names->size > largest_block_of_names) return std::nullopt;
  const std::string block = file.read(*names);
  const std::size_t found = block.find(properties_name);
  if (found == block.npos) return std::nullopt;
  return place(std::string_view{block}.substr(found + properties_name.size()));
}

}  // namespace

void check_sorted_files(const std::filesystem::path& directory) {
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    if (entry.path().extension() != ".sst") continue;
    const File file(entry.path());
    const auto block = properties(file);
    if (!block || block->size == 0) continue;
    const std::string last = file.read({block->offset + block->size - 1, 1});
    if (!last.empty() && (last[0] & 0x80) != 0) throw Damage(entry.path().string() + ": its properties are damaged");
  }
}

}  // namespace carnet::store
