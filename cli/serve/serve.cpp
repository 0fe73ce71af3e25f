// SPDX-License-Identifier: Apache-2.0
// carnet serve: its options on the command line.
#include <fmt/format.h>
#include <sys/resource.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <memory>

#include "cli/message.hpp"
#include "cli/serve/server.hpp"

namespace carnet {
namespace {

/// A connection is a descriptor, and the process has asked for as many as it may have.
void tell_if_too_few_descriptors(std::size_t connections) {
  constexpr std::size_t others = 512;  // the ledger's files, PostgreSQL
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= connections + others) return;
  say("serve", fmt::format("{} descriptors are too few for {} connections (raise the limit: ulimit -Hn)",
                           limit.rlim_cur, connections));
}

Exit run(const Common& common, const serve::Options& options) {
  tell_if_too_few_descriptors(options.limits.connections);
  boost::asio::io_context io(1);
  serve::Server server(io, common, options);
  server.run();
  say("serve", "stopped");
  return Exit::done;
}

}  // namespace

Command serve_command(CLI::App& app, const Common& common) {
  auto options = std::make_shared<serve::Options>();
  CLI::App* command = app.add_subcommand("serve", "Own the ledger for many scripts at once, and keep the tables live");
  command
      ->add_option("--listen", options->listen,
                   "Beside the socket in the home, at this address too; may be repeated; needs --token-file, and TLS "
                   "unless it is loopback")
      ->allow_extra_args(false)
      ->type_name("HOST:PORT");
  auto* token = command
                    ->add_option("--token-file", options->token_file,
                                 "Its first line is what whoever comes over TCP must show: Authorization: Bearer TOKEN")
                    ->type_name("FILE");
  auto* certificate = command->add_option("--tls-cert", options->tls_certificate, "Certificate (chain) for TCP, PEM")
                          ->type_name("FILE");
  auto* key = command->add_option("--tls-key", options->tls_key, "Its key, PEM")->type_name("FILE");
  certificate->needs(key);
  key->needs(certificate)->needs(token);
  command->add_option("--connections", options->limits.connections, "At most so many at once")
      ->check(whole_number)
      ->capture_default_str()
      ->type_name("N");
  command->footer(R"(SIGTERM stops it: what is under way is answered, at most ten seconds long. SIGHUP reads token and
certificate again. The other commands find it by themselves.

curl --unix-socket HOME/carnet.sock -d '{"type":"vol.took_off","numero":"AF101"}' http://carnet/events)");
  return {command, [&common, options] { return run(common, *options); }};
}

}  // namespace carnet
