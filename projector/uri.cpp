// SPDX-License-Identifier: Apache-2.0
#include "projector/uri.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <cctype>
#include <memory>

namespace carnet {
namespace {

using Options = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;

/// libpq quotes what it does not understand, which may be the password.
std::string complaint(const std::string& uri, std::string_view message) {
  const bool secret = uri.find('@') != std::string::npos || uri.find("password") != std::string::npos;
  while (message.ends_with('\n')) message.remove_suffix(1);
  return fmt::format("database: {} (postgresql://user@host/database would do)",
                     secret ? "what is given is no URI and no list of key=value" : message);
}

Options parse(const std::string& uri) {
  char* message = nullptr;
  Options options(PQconninfoParse(uri.c_str(), &message), PQconninfoFree);
  const std::unique_ptr<char, decltype(&PQfreemem)> owned(message, PQfreemem);
  if (!options) throw BadUri(complaint(uri, message == nullptr ? "out of memory" : message));
  return options;
}

/// libpq marks what a dialogue should hide.
bool is_password(const PQconninfoOption& option) {
  return option.dispchar[0] == '*';
}

}  // namespace

std::vector<std::pair<std::string, std::string>> parameters_in(const std::string& uri) {
  const Options options = parse(uri);
  std::vector<std::pair<std::string, std::string>> given;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val != nullptr) given.emplace_back(option->keyword, option->val);
  }
  return given;
}

std::string without_password(const std::string& uri) {
  const Options options = parse(uri);
  std::string database, rest;
  bool hidden = false;
  for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    if (is_password(*option)) {
      hidden = true;
    } else if (std::string_view(option->keyword) == "dbname") {
      database = uri_part(option->val);
    } else {
      rest += fmt::format("{}{}={}", rest.empty() ? "?" : "&", option->keyword, uri_part(option->val));
    }
  }
  return hidden ? "postgresql:///" + database + rest : uri;
}

std::string uri_part(std::string_view text) {
  std::string part;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = std::isalnum(byte) != 0 || std::string_view("/-._~").find(c) != std::string_view::npos;
    part += plain ? std::string(1, c) : fmt::format("%{:02X}", byte);
  }
  return part;
}

}  // namespace carnet
