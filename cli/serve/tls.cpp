// SPDX-License-Identifier: Apache-2.0
#include "cli/serve/tls.hpp"

#include <fmt/format.h>
#include <openssl/ssl.h>

#include "cli/exit.hpp"

namespace carnet::serve {

namespace ssl = boost::asio::ssl;

std::shared_ptr<ssl::context> tls_context(const std::string& certificate, const std::string& key) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  ::SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  context->set_options(ssl::context::default_workarounds | ssl::context::no_compression);
  boost::system::error_code error;
  context->use_certificate_chain_file(certificate, error);
  if (error) throw Usage(fmt::format("serve: --tls-cert {}: {}", certificate, error.message()));
  context->use_private_key_file(key, ssl::context::pem, error);
  if (error) throw Usage(fmt::format("serve: --tls-key {}: {}", key, error.message()));
  if (::SSL_CTX_check_private_key(context->native_handle()) != 1) {
    throw Usage(fmt::format("serve: --tls-key {}: is not the key of {}", key, certificate));
  }
  return context;
}

}  // namespace carnet::serve
