// SPDX-License-Identifier: Apache-2.0
// cereal archives with carnet's own bytes (FORMAT.md, "Values"): whole numbers as varints, times as eight bytes, texts
// behind their length, optionals behind one byte. cereal's own binary archives depend on the machine's byte order or
// spend fixed widths, and do not say when bytes are left over.
#pragma once

#include <cereal/cereal.hpp>
#include <cereal/types/optional.hpp>
#include <cereal/types/utility.hpp>
#include <cereal/types/vector.hpp>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "events/entity.hpp"

namespace carnet {

static_assert(std::endian::native == std::endian::little, "fixed-width numbers are stored as they are in memory");

/// The bytes are not what an encoder wrote.
struct BadBytes : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// Encodes into memory of its own, which it keeps.
class Encoder : public cereal::OutputArchive<Encoder, cereal::AllowEmptyClassElision> {
 public:
  Encoder() : OutputArchive(this) {}

  /// For the next value: making cereal's base anew costs more than encoding a record.
  void restart() { next_ = memory_.data(); }
  /// What was encoded since; valid until more is.
  std::span<char> written() { return {memory_.data(), next_}; }

  void bytes(const void* data, std::size_t size) {
    need(size);
    std::memcpy(next_, data, size);
    next_ += size;
  }
  void varint(std::uint64_t value) {
    need(10);
    for (; value >= 0x80; value >>= 7) *next_++ = static_cast<char>(value | 0x80);
    *next_++ = static_cast<char>(value);
  }

 private:
  void need(std::size_t size) {
    if (static_cast<std::size_t>(memory_.data() + memory_.size() - next_) < size) make_room(size);
  }
  void make_room(std::size_t size) {
    const std::size_t used = written().size();
    memory_.resize(2 * (used + size));
    next_ = memory_.data() + used;
  }

  std::vector<char> memory_ = std::vector<char>(1024);
  char* next_ = memory_.data();
};

class Decoder : public cereal::InputArchive<Decoder, cereal::AllowEmptyClassElision> {
 public:
  explicit Decoder(std::string_view in) : InputArchive(this), in_(in) {}

  void restart(std::string_view in) { in_ = in; }

  void bytes(void* data, std::size_t size) {
    if (size > in_.size()) throw BadBytes("ends in the middle of a value");
    std::memcpy(data, in_.data(), size);
    in_.remove_prefix(size);
  }
  std::string_view view(std::size_t size) {
    if (size > in_.size()) throw BadBytes("ends in the middle of a value");
    const std::string_view seen = in_.substr(0, size);
    in_.remove_prefix(size);
    return seen;
  }
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (in_.empty()) throw BadBytes("ends in the middle of a number");
      const auto byte = static_cast<unsigned char>(in_.front());
      in_.remove_prefix(1);
      value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
      if (byte < 0x80) return value;
    }
    throw BadBytes("a number of more than ten bytes");
  }
  std::size_t left() const { return in_.size(); }
  void finish() const {
    if (!in_.empty()) throw BadBytes("bytes left over");
  }

 private:
  std::string_view in_;
};

inline void CEREAL_SAVE_FUNCTION_NAME(Encoder& out, bool value) {
  out.varint(value ? 1 : 0);
}
inline void CEREAL_LOAD_FUNCTION_NAME(Decoder& in, bool& value) {
  const std::uint64_t read = in.varint();
  if (read > 1) throw BadBytes("a flag that is neither 0 nor 1");
  value = read == 1;
}

template <class T>
concept WholeNumber = std::integral<T> && !std::same_as<T, bool>;

// Signed members are ids and speeds, never negative.
template <WholeNumber T>
void CEREAL_SAVE_FUNCTION_NAME(Encoder& out, const T& value) {
  out.varint(static_cast<std::uint64_t>(value));
}
template <WholeNumber T>
void CEREAL_LOAD_FUNCTION_NAME(Decoder& in, T& value) {
  const std::uint64_t read = in.varint();
  if (read > static_cast<std::uint64_t>(std::numeric_limits<T>::max())) throw BadBytes("a number out of range");
  value = static_cast<T>(read);
}

template <class T>
void CEREAL_SAVE_FUNCTION_NAME(Encoder& out, const cereal::SizeTag<T>& size) {
  out.varint(size.size);
}
template <class T>
void CEREAL_LOAD_FUNCTION_NAME(Decoder& in, cereal::SizeTag<T>& size) {
  const std::uint64_t read = in.varint();
  if (read > in.left()) throw BadBytes("a length beyond the end");
  size.size = static_cast<std::size_t>(read);
}

inline void CEREAL_SAVE_FUNCTION_NAME(Encoder& out, const std::string& text) {
  out.varint(text.size());
  out.bytes(text.data(), text.size());
}
inline void CEREAL_LOAD_FUNCTION_NAME(Decoder& in, std::string& text) {
  const std::uint64_t size = in.varint();
  if (size > in.left()) throw BadBytes("a length beyond the end");
  text = in.view(static_cast<std::size_t>(size));
}

template <class T>
void CEREAL_SAVE_FUNCTION_NAME(Encoder& out, const cereal::NameValuePair<T>& pair) {
  out(pair.value);
}
template <class T>
void CEREAL_LOAD_FUNCTION_NAME(Decoder& in, cereal::NameValuePair<T>& pair) {
  in(pair.value);
}

// Found by the archives through their own namespace, since Time and Statut need more than their underlying number.
inline void CEREAL_SAVE_FUNCTION_NAME(Encoder& out, const Time& time) {
  const std::int64_t microseconds = time.time_since_epoch().count();
  out.bytes(&microseconds, sizeof microseconds);
}
inline void CEREAL_LOAD_FUNCTION_NAME(Decoder& in, Time& time) {
  std::int64_t microseconds = 0;
  in.bytes(&microseconds, sizeof microseconds);
  time = Time{std::chrono::microseconds{microseconds}};
}
inline void CEREAL_SAVE_FUNCTION_NAME(Encoder& out, const Statut& statut) {
  out.varint(static_cast<std::uint8_t>(statut));
}
inline void CEREAL_LOAD_FUNCTION_NAME(Decoder& in, Statut& statut) {
  const std::uint64_t read = in.varint();
  if (read < 1 || read > 6) throw BadBytes("a statut that is none of the six");
  statut = static_cast<Statut>(read);
}

}  // namespace carnet

CEREAL_REGISTER_ARCHIVE(carnet::Encoder)
CEREAL_REGISTER_ARCHIVE(carnet::Decoder)
CEREAL_SETUP_ARCHIVE_TRAITS(carnet::Decoder, carnet::Encoder)
CEREAL_SPECIALIZE_FOR_ALL_ARCHIVES(carnet::Statut, cereal::specialization::non_member_load_save)
