// SPDX-License-Identifier: Apache-2.0
// The files that the server hands out as they are, built into the program: the board's page and the API's description.
#pragma once

#include <string_view>

namespace carnet {

struct Asset {
  std::string_view path;  ///< As requested: "/", "/board.css". Static storage, as all of it.
  std::string_view type;  ///< The Content-Type.
  std::string_view body;
};

/// Null where there is none. The path is without a query.
const Asset* asset(std::string_view path);

/// Goes with each of them. The page has no inline script or style and asks nobody but its own origin; what an event
/// says can become neither script nor markup (trusted types, of which none is allowed).
inline constexpr std::string_view content_security_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

}  // namespace carnet
