// SPDX-License-Identifier: Apache-2.0
// Values in PostgreSQL's binary form: exact, and cheaper for both sides than text.
#pragma once

#include <string_view>

#include "projector/connection.hpp"
#include "query/plan.hpp"

namespace carnet {

Parameter to_parameter(const Argument&);

/// What a column of a binary result holds, which is not null, written over `value`. A text keeps its memory.
void from_wire(Value& value, Type, std::string_view bytes);
std::int64_t integer_from_wire(std::string_view bytes);
Time time_from_wire(std::string_view bytes);

}  // namespace carnet
