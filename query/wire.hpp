// SPDX-License-Identifier: Apache-2.0
// Values in PostgreSQL's binary form: exact, and cheaper for both sides than text.
#pragma once

#include "projector/connection.hpp"
#include "query/plan.hpp"

namespace carnet {

Parameter to_parameter(const Argument&);

/// What a column of a binary result holds, written over `value`; `bytes` is null for null. A text keeps its memory.
void read(Value& value, Type, const char* bytes, std::size_t size);

}  // namespace carnet
