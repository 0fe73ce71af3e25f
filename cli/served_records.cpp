// SPDX-License-Identifier: Apache-2.0
#include "cli/served_records.hpp"

#include "cli/server_object.hpp"

namespace carnet {

Client::Answer read_records(const Home& home, std::unique_ptr<Client> client, const std::string& target,
                            const Client::Take& take) {
  for (std::string rest_of_it = target;;) {
    std::string begun, last;  // a line that is not whole yet, the last one that was taken
    try {
      return client->get(rest_of_it, [&](std::string_view piece) {
        begun += piece;
        const std::size_t end = begun.rfind('\n');
        if (end == begun.npos) return true;
        const std::string_view lines{begun.data(), end + 1};
        const std::size_t before_last = end == 0 ? lines.npos : lines.rfind('\n', end - 1);
        last = lines.substr(before_last == lines.npos ? 0 : before_last + 1);
        const bool go_on = take(lines);
        begun.erase(0, end + 1);
        return go_on;
      });
    } catch (const ServerDown&) {
      const auto position = ServerObject(last).number("position");
      if (!position || !(client = Client::to(home))) throw;
      rest_of_it = target;
      add_parameter(rest_of_it, "last_event_id", std::to_string(*position));
    }
  }
}

}  // namespace carnet
