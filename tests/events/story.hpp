// SPDX-License-Identifier: Apache-2.0
// Histories as text, one event a row, each ending in what the rules must say about it.
#pragma once

#include <string>
#include <string_view>

#include "events/event.hpp"

namespace carnet {

class Model;

/// `vol.took_off numero=AF101`. In a value, `_` stands for a space and nothing at all for null.
Event event_from(std::string_view text);

/// Today at that time of day.
Time at(std::string_view hh_mm);

/// Tells the rows to the model; gives what was not as written, row by row, empty if all was. A row is
/// `10:05 vol.took_off numero=AF101 -> ok`, or `-> code member`; or `= avion/7 modele=A320 ...`, which says how an
/// entity stands now (see `shown`). Blank rows and those that start with # say nothing.
std::string told(Model&, std::string_view rows);
std::string told(std::string_view rows);

/// `modele=A320 vitesse_max=850`, without what is null; "gone" for what does not live.
std::string shown(const Entity&);

}  // namespace carnet
