// SPDX-License-Identifier: Apache-2.0
// Where a database is: a URI such as postgresql://user@host/database, or the list of key=value that libpq takes too.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace carnet {

/// The text is neither; the message shows none of it that may be a password. Exit status 64.
struct BadUri : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// What the text says, by libpq's keywords. Throws BadUri.
std::vector<std::pair<std::string, std::string>> parameters_in(const std::string& uri);

/// To be shown: the same, or a URI without its passwords where it has any. Throws BadUri.
std::string without_password(const std::string& uri);

/// A text as a part of a URI, percent-encoded.
std::string uri_part(std::string_view text);

}  // namespace carnet
