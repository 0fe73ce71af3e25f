// SPDX-License-Identifier: Apache-2.0
#include "events/codec.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include "events/archive.hpp"
#include "events/members.hpp"
#include "events/upcast.hpp"

namespace carnet {
namespace {

// What an event is in the log, for ever: the entity's number in the high half, the verb's in the low. Never change one,
// never give one again.
template <class E>
constexpr std::uint8_t tag = 0;
template <>
constexpr std::uint8_t tag<AvionRegistered> = 0x11;
template <>
constexpr std::uint8_t tag<AvionAmended> = 0x12;
template <>
constexpr std::uint8_t tag<AvionDeleted> = 0x13;
template <>
constexpr std::uint8_t tag<PiloteRegistered> = 0x21;
template <>
constexpr std::uint8_t tag<PiloteAmended> = 0x22;
template <>
constexpr std::uint8_t tag<PiloteDeleted> = 0x23;
template <>
constexpr std::uint8_t tag<VolCreated> = 0x31;
template <>
constexpr std::uint8_t tag<VolAmended> = 0x32;
template <>
constexpr std::uint8_t tag<VolDeleted> = 0x33;
template <>
constexpr std::uint8_t tag<VolAssigned> = 0x34;
template <>
constexpr std::uint8_t tag<VolDelayed> = 0x35;
template <>
constexpr std::uint8_t tag<VolTookOff> = 0x36;
template <>
constexpr std::uint8_t tag<VolDiverted> = 0x37;
template <>
constexpr std::uint8_t tag<VolLanded> = 0x38;
template <>
constexpr std::uint8_t tag<VolCancelled> = 0x39;
template <>
constexpr std::uint8_t tag<PassagerRegistered> = 0x41;
template <>
constexpr std::uint8_t tag<PassagerAmended> = 0x42;
template <>
constexpr std::uint8_t tag<PassagerDeleted> = 0x43;
template <>
constexpr std::uint8_t tag<ReservationMade> = 0x51;
template <>
constexpr std::uint8_t tag<ReservationAmended> = 0x52;
template <>
constexpr std::uint8_t tag<ReservationCancelled> = 0x53;

enum Flag : std::uint8_t { has_id = 1, has_cloud_event = 2, has_assigned = 4 };

constexpr std::size_t length_size = 4, checksum_size = 8;

// One a thread, started anew for each value.
Encoder& encoder() {
  thread_local Encoder one;
  one.restart();
  return one;
}
Decoder& decoder(std::string_view in) {
  thread_local Decoder one{in};
  one.restart(in);
  return one;
}

template <class... E>
void decode_event(Decoder& in, std::uint8_t wanted, std::uint8_t schema, std::variant<E...>& event) {
  const auto read = [&]<class T>(const T*) {
    if (tag<T> != wanted) return false;
    read_version(in, schema, event.template emplace<T>());
    return true;
  };
  const bool known = (read(static_cast<const E*>(nullptr)) || ...);
  if (!known) throw BadBytes(fmt::format("an event of unknown tag {:#04x}", wanted));
}

}  // namespace

// cereal finds these by their arguments' namespace: events by their list of members, entities by what stands here.
template <class Archive, class E>
requires requires {
  Shape<E>::name;
}
void CEREAL_SERIALIZE_FUNCTION_NAME(Archive& archive, E& event) {
  for_each_member<E>([&](const auto& field) { archive(event.*field.pointer); });
}
template <class Archive>
void CEREAL_SERIALIZE_FUNCTION_NAME(Archive& archive, Avion& a) {
  archive(a.id, a.modele, a.description, a.vitesse_max);
}
template <class Archive>
void CEREAL_SERIALIZE_FUNCTION_NAME(Archive& archive, Pilote& p) {
  archive(p.id, p.nom, p.licence);
}
template <class Archive>
void CEREAL_SERIALIZE_FUNCTION_NAME(Archive& archive, Vol& v) {
  archive(v.numero, v.destination, v.statut, v.heure_creation, v.heure_decollage, v.heure_arrivee, v.avion_id,
          v.pilote_id, v.clock);
}
template <class Archive>
void CEREAL_SERIALIZE_FUNCTION_NAME(Archive& archive, Passager& p) {
  archive(p.id, p.nom);
}
template <class Archive>
void CEREAL_SERIALIZE_FUNCTION_NAME(Archive& archive, Reservation& r) {
  archive(r.numero, r.passager_id, r.siege);
}
template <class Archive>
void CEREAL_SERIALIZE_FUNCTION_NAME(Archive& archive, Digest& d) {
  archive(d.high, d.low);
}
template <class Archive>
void CEREAL_SERIALIZE_FUNCTION_NAME(Archive& archive, CloudEvent& c) {
  archive(c.source, c.subject, c.extensions);
}

std::uint64_t encode(std::string& out, const Record& record, std::uint64_t before) {
  Encoder& to = encoder();
  const std::array<char, length_size + checksum_size> to_be_known{};
  to.bytes(to_be_known.data(), to_be_known.size());
  const auto flags =
      static_cast<std::uint8_t>((record.id.empty() ? 0 : has_id) | (record.cloud_event ? has_cloud_event : 0) |
                                (record.assigned != 0 ? has_assigned : 0));
  std::visit(
      [&]<class E>(const E& event) {
        static_assert(tag<E> != 0, "every event has a tag of its own");
        const std::uint8_t head[] = {tag<E>, schema_version<E>, flags};
        to.bytes(head, sizeof head);
        to(record.version, record.previous == 0 ? 0 : record.position - record.previous, record.time);
        if (flags & has_id) to(record.id, record.digest.value());
        if (flags & has_cloud_event) to(*record.cloud_event);
        if (flags & has_assigned) to(record.assigned);
        to(event);
      },
      record.event);
  const std::span<char> bytes = to.written();
  const std::span<char> body = bytes.subspan(to_be_known.size());
  const auto length = static_cast<std::uint32_t>(body.size());
  const std::uint64_t checksum = XXH3_64bits_withSeed(body.data(), body.size(), before);
  std::memcpy(bytes.data(), &length, length_size);
  std::memcpy(bytes.data() + length_size, &checksum, checksum_size);
  out.append(bytes.data(), bytes.size());
  return checksum;
}

namespace {

// Eats length, checksum and body.
std::pair<std::string_view, std::uint64_t> take(std::string_view& in) {
  std::uint32_t length = 0;
  std::uint64_t checksum = 0;
  if (in.size() < length_size + checksum_size) throw BadBytes("ends in the middle of a record");
  std::memcpy(&length, in.data(), length_size);
  std::memcpy(&checksum, in.data() + length_size, checksum_size);
  in.remove_prefix(length_size + checksum_size);
  if (length > in.size()) throw BadBytes("a record's length reaches beyond the end");
  const std::string_view body = in.substr(0, length);
  in.remove_prefix(length);
  return {body, checksum};
}

}  // namespace

void decode(std::string_view& in, Record& record, std::uint64_t before) {
  const auto [body, checksum] = take(in);
  if (XXH3_64bits_withSeed(body.data(), body.size(), before) != checksum) throw BadBytes("its checksum is wrong");
  record.checksum = checksum;
  Decoder& from = decoder(body);
  std::uint8_t head[3];
  from.bytes(head, sizeof head);
  const auto [event_tag, schema, flags] = head;
  if (flags & ~(has_id | has_cloud_event | has_assigned)) throw BadBytes(fmt::format("unknown flags {:#04x}", flags));
  std::uint64_t back = 0;
  from(record.version, back, record.time);
  if (back > record.position) throw BadBytes("its stream's previous record would stand before the first");
  record.previous = back == 0 ? 0 : record.position - back;
  record.id.clear();
  record.digest.reset();
  record.cloud_event.reset();
  record.assigned = 0;
  if (flags & has_id) from(record.id, record.digest.emplace());
  if (flags & has_cloud_event) from(record.cloud_event.emplace());
  if (flags & has_assigned) from(record.assigned);
  decode_event(from, event_tag, schema, record.event);
  from.finish();
}

std::uint64_t skip(std::string_view& in) {
  return take(in).second;
}

void encode(std::string& out, const Known& known) {
  Encoder& to = encoder();
  const auto kind = static_cast<std::uint8_t>(known.entity.index());  // the variant's order is that of Kind, and stored
  to(known.version, known.position, kind);
  std::visit(
      [&]<class E>(const E& entity) {
        if constexpr (!std::same_as<E, std::monostate>) to(entity);
      },
      known.entity);
  out.append(to.written().data(), to.written().size());
}

Known decode_known(std::string_view bytes) {
  Decoder& from = decoder(bytes);
  Known known;
  std::uint8_t kind = 0;
  from(known.version, known.position, kind);
  const auto read = [&]<class E>(const E*) { from(known.entity.emplace<E>()); };
  switch (kind) {
    case 0:
      break;
    case 1:
      read(static_cast<const Avion*>(nullptr));
      break;
    case 2:
      read(static_cast<const Pilote*>(nullptr));
      break;
    case 3:
      read(static_cast<const Vol*>(nullptr));
      break;
    case 4:
      read(static_cast<const Passager*>(nullptr));
      break;
    case 5:
      read(static_cast<const Reservation*>(nullptr));
      break;
    default:
      throw BadBytes("an entity of unknown kind");
  }
  from.finish();
  return known;
}

void encode(std::string& out, const Stream& stream) {
  Encoder& to = encoder();
  to(static_cast<std::uint8_t>(stream.kind), stream.id, std::string{stream.numero.text()});
  out.append(to.written().data(), to.written().size());
}

Stream decode_stream(std::string_view bytes) {
  Decoder& from = decoder(bytes);
  std::uint8_t kind = 0;
  std::int32_t id = 0;
  std::string numero;
  from(kind, id, numero);
  from.finish();
  if (kind < 1 || kind > 5) throw BadBytes("a stream of unknown kind");
  if (numero.size() > Numero::max_size) throw BadBytes("a numero of too many characters");
  return {static_cast<Kind>(kind), Numero{numero}, id};
}

}  // namespace carnet
