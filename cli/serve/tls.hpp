// SPDX-License-Identifier: Apache-2.0
// TLS, as the server offers it.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

namespace carnet::serve {

/// TLS 1.2 or later with the certificate (chain) and key of these PEM files. Throws Usage, which names the file.
std::shared_ptr<boost::asio::ssl::context> tls_context(const std::string& certificate, const std::string& key);

}  // namespace carnet::serve
