// SPDX-License-Identifier: Apache-2.0
#include "query/wire.hpp"

#include <bit>
#include <concepts>
#include <cstring>

namespace carnet {
namespace {

// pg_type.dat
constexpr std::uint32_t oid_of(Type type, bool list) {
  switch (type) {
    case Type::integer:
      return list ? 1016 : 20;
    case Type::real:
      return list ? 1022 : 701;
    case Type::time:
      return list ? 1185 : 1184;
    case Type::duration:
      return list ? 1187 : 1186;
    default:
      return list ? 1009 : 25;
  }
}

constexpr std::int64_t epoch_us = 946'684'800'000'000;  // PostgreSQL counts from 2000-01-01
constexpr std::int64_t day_us = 86'400'000'000;

template <std::integral T>
void put(std::string& out, T number) {
  const auto bits = static_cast<std::make_unsigned_t<T>>(number);
  for (int shift = 8 * (static_cast<int>(sizeof bits) - 1); shift >= 0; shift -= 8)
    out += static_cast<char>(bits >> shift);
}

static_assert(std::endian::native == std::endian::little);

std::int32_t get32(const char* bytes) {
  std::uint32_t bits = 0;
  std::memcpy(&bits, bytes, sizeof bits);
  return static_cast<std::int32_t>(__builtin_bswap32(bits));
}

std::int64_t get64(const char* bytes) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, bytes, sizeof bits);
  return static_cast<std::int64_t>(__builtin_bswap64(bits));
}

void put_value(std::string& out, const Value& value, Type type) {
  switch (type) {
    case Type::integer:
      return put(out, std::get<std::int64_t>(value));
    case Type::real: {
      const auto* integer = std::get_if<std::int64_t>(&value);  // a list of numbers is one of reals if one of them is
      return put(out, std::bit_cast<std::uint64_t>(integer ? static_cast<double>(*integer) : std::get<double>(value)));
    }
    case Type::time:
      return put(out, std::get<Time>(value).time_since_epoch().count() - epoch_us);
    case Type::duration:
      put(out, std::get<Duration>(value).count());
      put(out, std::int64_t{0});  // days, months
      return;
    default:
      out += std::get<std::string>(value);
  }
}

}  // namespace

Parameter to_parameter(const Argument& argument) {
  Parameter parameter{oid_of(argument.type, argument.list), std::string{}, true};
  std::string& out = *parameter.value;
  if (!argument.list) {
    put_value(out, argument.values.at(0), argument.type);
    return parameter;
  }
  const auto size = static_cast<std::int32_t>(argument.values.size());
  put(out, std::int32_t{size > 0});  // dimensions
  put(out, std::int32_t{0});         // no nulls
  put(out, oid_of(argument.type, false));
  if (size == 0) return parameter;
  put(out, size);
  put(out, std::int32_t{1});  // the first index
  for (const Value& value : argument.values) {
    const std::size_t length_at = out.size();
    put(out, std::int32_t{0});
    put_value(out, value, argument.type);
    std::string length;
    put(length, static_cast<std::int32_t>(out.size() - length_at - sizeof(std::int32_t)));
    out.replace(length_at, length.size(), length);
  }
  return parameter;
}

std::int64_t integer_from_wire(std::string_view bytes) {
  return bytes.size() == sizeof(std::int32_t) ? get32(bytes.data()) : get64(bytes.data());
}

Time time_from_wire(std::string_view bytes) {
  return Time{std::chrono::microseconds{get64(bytes.data()) + epoch_us}};
}

void from_wire(Value& value, Type type, std::string_view bytes) {
  switch (type) {
    case Type::integer:
      value = integer_from_wire(bytes);
      return;
    case Type::real:
      value = std::bit_cast<double>(get64(bytes.data()));
      return;
    case Type::time:
      value = time_from_wire(bytes);
      return;
    case Type::duration:  // of two times: days and a rest, no months
      value = Duration{get64(bytes.data()) + get32(bytes.data() + sizeof(std::int64_t)) * day_us};
      return;
    default:
      if (auto* text = std::get_if<std::string>(&value)) {
        *text = bytes;
      } else {
        value.emplace<std::string>(bytes);
      }
  }
}

}  // namespace carnet
