// SPDX-License-Identifier: Apache-2.0
#include "projector/as_of.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "events/ledger.hpp"
#include "projector/ddl.hpp"
#include "projector/patience.hpp"
#include "projector/swap.hpp"

namespace carnet {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kept = 4;
constexpr std::string_view prefix = "carnet_at_";

bool is_of(const std::optional<Checkpoint>& at, Reader& reader, Position position) {
  return at && at->ledger == reader.head().uuid && at->position == position && at->schema_version == schema_version &&
         at->checksum == reader.checksum_at(position);
}

void drop_the_oldest(Connection& connection) {
  std::vector<Moment> own = moments(connection);
  std::erase_if(own, [](const Moment& moment) { return !moment.schema.starts_with(prefix); });
  std::ranges::sort(own, std::ranges::greater(), &Moment::used);
  for (std::size_t i = kept; i < own.size(); ++i) try_drop(connection, own[i].schema);
}

}  // namespace

std::string as_of(const std::string& uri, Reader& reader, Position position, const Rebuild& options,
                  const Watch& watch) {
  const std::string schema = fmt::format("{}{}", prefix, position);
  Connection connection(uri, watch.stop);
  reader.refresh();
  while (!is_of(checkpoint(connection, schema), reader, position)) {
    try {
      rebuild_until(uri, reader, position, schema, options, watch);
    } catch (const Locked&) {  // somebody else asks for the same moment
      sleep(100ms, watch.stop);
    }
  }
  note_use(connection, schema);
  drop_the_oldest(connection);
  return schema;
}

}  // namespace carnet
