// SPDX-License-Identifier: Apache-2.0
// A projector to be killed: projects or rebuilds until it is. Arguments: URI, ledger, "project" or "rebuild".
#include <string_view>

#include "projector/projection.hpp"
#include "projector/rebuild.hpp"

int main(int count, char** arguments) {
  if (count != 4) return 64;
  carnet::Reader reader(arguments[2]);
  while (std::string_view(arguments[3]) == "rebuild") carnet::rebuild(arguments[1], reader, {.memory_bytes = 200'000});
  carnet::project(arguments[1], reader, {}, true);
}
