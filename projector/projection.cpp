// SPDX-License-Identifier: Apache-2.0
#include "projector/projection.hpp"

#include <fmt/format.h>

#include "projector/patience.hpp"
#include "projector/tables.hpp"
#include "projector/window.hpp"

namespace carnet {
namespace {

using namespace std::chrono_literals;

constexpr auto poll = 5ms;

}  // namespace

Position catch_up(Connection& connection, Reader& reader, const Watch& watch) {
  const std::string schema = "carnet";
  reader.refresh();
  std::optional<Checkpoint> at = checkpoint(connection, schema);
  if (!at) {
    make_tables(connection, schema, reader.head().uuid);
    at = checkpoint(connection, schema);
  }
  must_be_of(*at, reader);
  while (at->position < reader.head().position) {
    at = advance(connection, schema, reader, reader.head().position, watch);
    if (watch.progress) watch.progress(at->position, reader.head().position);
  }
  return at->position;
}

Position project(const std::string& uri, Reader& reader, const Watch& watch, bool follow) {
  Position position = 0;
  patiently(watch, [&](const std::function<void()>& reached) {
    Connection connection(uri, watch.stop);
    for (;;) {
      reached();
      position = catch_up(connection, reader, watch);
      if (!follow) return;
      sleep(poll, watch.stop);
    }
  });
  return position;
}

}  // namespace carnet
