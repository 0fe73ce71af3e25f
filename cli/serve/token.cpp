// SPDX-License-Identifier: Apache-2.0
#include "cli/serve/token.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/sha.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "cli/exit.hpp"

namespace carnet::serve {
namespace {

constexpr std::size_t most_bytes = 4096;

/// Of one length, whatever is shown: the comparison tells nothing of the token.
std::string digest_of(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
  ::SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data());
  return {digest.begin(), digest.end()};
}

}  // namespace

Token::Token(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), file.string());
  struct stat status {};
  std::array<char, most_bytes> buffer{};
  const bool known = ::fstat(descriptor, &status) == 0;
  const ssize_t n = ::read(descriptor, buffer.data(), buffer.size());
  const int error = errno;
  ::close(descriptor);
  if (!known || n < 0) throw std::system_error(error, std::generic_category(), file.string());
  if ((status.st_mode & 077) != 0) {
    throw Usage(fmt::format("serve: --token-file {}: others may read it (chmod 600 {})", file.string(), file.string()));
  }
  std::string_view token{buffer.data(), static_cast<std::size_t>(n)};
  token = token.substr(0, token.find_first_of("\r\n"));
  if (token.size() < least_characters) {
    throw Usage(fmt::format("serve: --token-file {}: its first line has {} characters; {} at least are needed",
                            file.string(), token.size(), least_characters));
  }
  digest_ = digest_of(token);
}

bool Token::is_shown_by(std::string_view authorization) const {
  constexpr std::string_view scheme = "bearer ";
  if (authorization.size() < scheme.size()) return false;
  for (std::size_t i = 0; i < scheme.size(); ++i) {
    const char c = authorization[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c) != scheme[i]) return false;
  }
  const std::string shown = digest_of(authorization.substr(scheme.size()));
  return ::CRYPTO_memcmp(shown.data(), digest_.data(), digest_.size()) == 0;
}

}  // namespace carnet::serve
