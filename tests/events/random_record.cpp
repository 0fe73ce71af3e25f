// SPDX-License-Identifier: Apache-2.0
#include "tests/events/random_record.hpp"

#include <limits>

#include "events/members.hpp"

namespace carnet {
namespace {

class Filling {
 public:
  explicit Filling(std::uint64_t seed) : random_(seed) {}

  Record record(Event event, Position position) {
    Record r;
    std::visit(
        [&]<class E>(E& e) {
          for_each_member<E>([&](const auto& field) { fill(e.*field.pointer, field.member); });
          if (Shape<E>::one_at_least) name_one(e);
        },
        event);
    r.position = position;
    r.version = one_in(4) ? random_() % 100'000 + 2 : 1;
    r.previous = r.version == 1 ? 0 : 1 + random_() % (position - 1);
    fill(r.time);
    r.recorded = Time{std::chrono::microseconds{1'700'000'000'000'000 + static_cast<std::int64_t>(position)}};
    if (one_in(3)) {
      r.id = characters(12);
      r.digest = Digest{random_(), random_()};
      if (one_in(2)) r.cloud_event = cloud_event();
    }
    r.event = std::move(event);
    return r;
  }

 private:
  bool one_in(unsigned n) { return random_() % n == 0; }

  std::string characters(std::size_t count) {
    static constexpr const char* alphabet[]{"a", "Z", " ", "\"", "\\", "/", "\n", "\x01", "\x7f", "é", "飛", "🚀", "\t"};
    std::string out;
    for (; count > 0; --count) out += alphabet[random_() % std::size(alphabet)];
    return out;
  }
  void fill(std::string& value, const Member& member) {
    if (member.type == MemberType::numero) {
      value.clear();
      for (std::size_t n = 1 + random_() % 10; n > 0; --n)
        value += static_cast<char>('!' + random_() % ('~' - '!' + 1));
    } else {
      const std::size_t most = std::min(member.max_characters, 100);
      value = characters(one_in(4) ? most : 1 + random_() % most);
    }
  }
  void fill(std::int32_t& value, const Member&) {
    constexpr std::int32_t most = std::numeric_limits<std::int32_t>::max();
    value = one_in(4) ? most : 1 + static_cast<std::int32_t>(random_() % 1000);
  }
  void fill(Statut& value, const Member&) { value = static_cast<Statut>(1 + random_() % 6); }
  void fill(Time& value) {
    // From year 0 to year 9999, whole seconds as often as not.
    constexpr std::int64_t first_s = -62'167'219'200, seconds = 315'569'520'000;
    const auto second_s = first_s + static_cast<std::int64_t>(random_() % seconds);
    value = Time{std::chrono::seconds{second_s} + std::chrono::microseconds{one_in(2) ? random_() % 1'000'000 : 0}};
  }
  void fill(Time& value, const Member&) { fill(value); }
  template <class T>
  void fill(std::optional<T>& value, const Member& member) {
    if (!one_in(3)) fill(value.emplace(), member);
  }

  template <class E>
  void name_one(E& event) {
    bool named = false;
    for_each_member<E>([&](const auto& field) {
      auto& value = event.*field.pointer;
      if constexpr (requires { value.has_value(); }) {
        if (!named && !value) fill(value.emplace(), field.member);
        named = true;
      }
    });
  }
  CloudEvent cloud_event() {
    CloudEvent cloud{"/ops/" + characters(3), one_in(2) ? characters(5) : "", {}};
    if (one_in(2)) cloud.extensions = {{"traceparent", "\"00-4bf9\""}, {"retry", "-3"}, {"live", "true"}};
    return cloud;
  }

  std::mt19937_64 random_;
};

template <class... E>
std::vector<Event> one_of_each(const std::variant<E...>*) {
  return {Event(E{})...};
}

}  // namespace

std::vector<Record> random_records(std::uint64_t seed) {
  Filling filling{seed};
  std::vector<Record> records;
  Position position = 1 + seed % 1000;
  for (Event& event : one_of_each(static_cast<const Event*>(nullptr))) {
    records.push_back(filling.record(std::move(event), ++position));
  }
  return records;
}

}  // namespace carnet
