// SPDX-License-Identifier: Apache-2.0
// Records and entity states as bytes. FORMAT.md says what each byte is; the golden files in tests/ hold it to that.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "events/record.hpp"
#include "events/rules.hpp"

namespace carnet {

/// Appends the record's bytes: length, checksum, then the body. The checksum is over the body, seeded with `before`,
/// the checksum of the record before it, and is returned. Position and recorded are not in the bytes: the commit has
/// them.
std::uint64_t encode(std::string& out, const Record&, std::uint64_t before);

/// Eats one record from the front of `in`. Throws BadBytes (archive.hpp) where it is not what `encode` wrote after
/// `before`. The record's position and recorded are the caller's to set first: `previous` is stored relative to it.
void decode(std::string_view& in, Record& record, std::uint64_t before);

/// Eats one record without decoding it; returns its checksum, unchecked.
std::uint64_t skip(std::string_view& in);

/// One entity as the ledger's state keeps it.
struct Known {
  Version version = 0;    ///< Of the stream's last record; 0: none.
  Position position = 0;  ///< Of that record.
  Entity entity;
};
void encode(std::string& out, const Known&);  ///< Appends.
Known decode_known(std::string_view);

void encode(std::string& out, const Stream&);  ///< Appends.
Stream decode_stream(std::string_view);

}  // namespace carnet
