/* test_record.hpp - the value test.record in C++17.
 *
 * Written from the Swift type 'Record' by `plugin-interface header --language cxx`; not to be edited by hand.
 */
#ifndef TEST_RECORD_HPP
#define TEST_RECORD_HPP

#include "test_record.h"
#include "plugin_crossing.hpp"
#include "test_temperature.hpp"
#include "test_color.hpp"
#include "test_inner.hpp"

struct Record {
  std::int8_t int8{};
  std::uint16_t uint16{};
  std::int64_t int_{};
  std::uint64_t uint64{};
  float float_{};
  bool is_set{};
  Temperature temperature{};
  std::string text{};
  std::vector<std::uint8_t> bytes{};
  std::optional<std::int64_t> count{};
  std::optional<float> scale{};
  std::optional<std::string> note{};
  std::optional<std::vector<std::uint8_t>> blob{};
  std::optional<Color> color{};
  std::vector<std::int32_t> numbers{};
  std::vector<std::int64_t> offsets{};
  std::vector<double> doubles{};
  std::vector<bool> flags{};
  std::vector<std::string> texts{};
  std::vector<std::vector<std::uint8_t>> blobs{};
  std::vector<Color> colors{};
  Inner inner{};
  std::vector<Inner> inners{};
  std::optional<Inner> maybe{};
};

namespace plr {

template <>
struct Crossing<Record> {
  static Record read(const test_record &c) {
    Record value;
    value.int8 = Crossing<std::int8_t>::read(c.int8);
    value.uint16 = Crossing<std::uint16_t>::read(c.uint16);
    value.int_ = Crossing<std::int64_t>::read(c.int_);
    value.uint64 = Crossing<std::uint64_t>::read(c.uint64);
    value.float_ = Crossing<float>::read(c.float_);
    value.is_set = Crossing<bool>::read(c.is_set);
    value.temperature = Crossing<Temperature>::read(c.temperature);
    value.text = Crossing<std::string>::read(c.text);
    value.bytes = Crossing<std::vector<std::uint8_t>>::read(c.bytes);
    value.count = Crossing<std::optional<std::int64_t>>::read(c.count);
    value.scale = Crossing<std::optional<float>>::read(c.scale);
    value.note = Crossing<std::optional<std::string>>::read(c.note);
    value.blob = Crossing<std::optional<std::vector<std::uint8_t>>>::read(c.blob);
    value.color = Crossing<std::optional<Color>>::read(c.color);
    value.numbers = Crossing<std::vector<std::int32_t>>::read(c.numbers);
    value.offsets = Crossing<std::vector<std::int64_t>>::read(c.offsets);
    value.doubles = Crossing<std::vector<double>>::read(c.doubles);
    value.flags = Crossing<std::vector<bool>>::read(c.flags);
    value.texts = Crossing<std::vector<std::string>>::read(c.texts);
    value.blobs = Crossing<std::vector<std::vector<std::uint8_t>>>::read(c.blobs);
    value.colors = Crossing<std::vector<Color>>::read(c.colors);
    value.inner = Crossing<Inner>::read(c.inner);
    value.inners = Crossing<std::vector<Inner>>::read(c.inners);
    value.maybe = Crossing<std::optional<Inner>>::read(c.maybe);
    return value;
  }
  static void lend(Lending &lending, const Record &value, test_record &c) {
    (void)lending;
    Crossing<std::int8_t>::lend(lending, value.int8, c.int8);
    Crossing<std::uint16_t>::lend(lending, value.uint16, c.uint16);
    Crossing<std::int64_t>::lend(lending, value.int_, c.int_);
    Crossing<std::uint64_t>::lend(lending, value.uint64, c.uint64);
    Crossing<float>::lend(lending, value.float_, c.float_);
    Crossing<bool>::lend(lending, value.is_set, c.is_set);
    Crossing<Temperature>::lend(lending, value.temperature, c.temperature);
    Crossing<std::string>::lend(lending, value.text, c.text);
    Crossing<std::vector<std::uint8_t>>::lend(lending, value.bytes, c.bytes);
    Crossing<std::optional<std::int64_t>>::lend(lending, value.count, c.count);
    Crossing<std::optional<float>>::lend(lending, value.scale, c.scale);
    Crossing<std::optional<std::string>>::lend(lending, value.note, c.note);
    Crossing<std::optional<std::vector<std::uint8_t>>>::lend(lending, value.blob, c.blob);
    Crossing<std::optional<Color>>::lend(lending, value.color, c.color);
    Crossing<std::vector<std::int32_t>>::lend(lending, value.numbers, c.numbers);
    Crossing<std::vector<std::int64_t>>::lend(lending, value.offsets, c.offsets);
    Crossing<std::vector<double>>::lend(lending, value.doubles, c.doubles);
    Crossing<std::vector<bool>>::lend(lending, value.flags, c.flags);
    Crossing<std::vector<std::string>>::lend(lending, value.texts, c.texts);
    Crossing<std::vector<std::vector<std::uint8_t>>>::lend(lending, value.blobs, c.blobs);
    Crossing<std::vector<Color>>::lend(lending, value.colors, c.colors);
    Crossing<Inner>::lend(lending, value.inner, c.inner);
    Crossing<std::vector<Inner>>::lend(lending, value.inners, c.inners);
    Crossing<std::optional<Inner>>::lend(lending, value.maybe, c.maybe);
  }
  static void give(const Services &services, const Record &value, test_record &c) {
    (void)services;
    Crossing<std::int8_t>::give(services, value.int8, c.int8);
    Crossing<std::uint16_t>::give(services, value.uint16, c.uint16);
    Crossing<std::int64_t>::give(services, value.int_, c.int_);
    Crossing<std::uint64_t>::give(services, value.uint64, c.uint64);
    Crossing<float>::give(services, value.float_, c.float_);
    Crossing<bool>::give(services, value.is_set, c.is_set);
    Crossing<Temperature>::give(services, value.temperature, c.temperature);
    Crossing<std::string>::give(services, value.text, c.text);
    Crossing<std::vector<std::uint8_t>>::give(services, value.bytes, c.bytes);
    Crossing<std::optional<std::int64_t>>::give(services, value.count, c.count);
    Crossing<std::optional<float>>::give(services, value.scale, c.scale);
    Crossing<std::optional<std::string>>::give(services, value.note, c.note);
    Crossing<std::optional<std::vector<std::uint8_t>>>::give(services, value.blob, c.blob);
    Crossing<std::optional<Color>>::give(services, value.color, c.color);
    Crossing<std::vector<std::int32_t>>::give(services, value.numbers, c.numbers);
    Crossing<std::vector<std::int64_t>>::give(services, value.offsets, c.offsets);
    Crossing<std::vector<double>>::give(services, value.doubles, c.doubles);
    Crossing<std::vector<bool>>::give(services, value.flags, c.flags);
    Crossing<std::vector<std::string>>::give(services, value.texts, c.texts);
    Crossing<std::vector<std::vector<std::uint8_t>>>::give(services, value.blobs, c.blobs);
    Crossing<std::vector<Color>>::give(services, value.colors, c.colors);
    Crossing<Inner>::give(services, value.inner, c.inner);
    Crossing<std::vector<Inner>>::give(services, value.inners, c.inners);
    Crossing<std::optional<Inner>>::give(services, value.maybe, c.maybe);
  }
  static void release(const Services &services, const test_record &c) noexcept {
    (void)services;
    Crossing<std::int8_t>::release(services, c.int8);
    Crossing<std::uint16_t>::release(services, c.uint16);
    Crossing<std::int64_t>::release(services, c.int_);
    Crossing<std::uint64_t>::release(services, c.uint64);
    Crossing<float>::release(services, c.float_);
    Crossing<bool>::release(services, c.is_set);
    Crossing<Temperature>::release(services, c.temperature);
    Crossing<std::string>::release(services, c.text);
    Crossing<std::vector<std::uint8_t>>::release(services, c.bytes);
    Crossing<std::optional<std::int64_t>>::release(services, c.count);
    Crossing<std::optional<float>>::release(services, c.scale);
    Crossing<std::optional<std::string>>::release(services, c.note);
    Crossing<std::optional<std::vector<std::uint8_t>>>::release(services, c.blob);
    Crossing<std::optional<Color>>::release(services, c.color);
    Crossing<std::vector<std::int32_t>>::release(services, c.numbers);
    Crossing<std::vector<std::int64_t>>::release(services, c.offsets);
    Crossing<std::vector<double>>::release(services, c.doubles);
    Crossing<std::vector<bool>>::release(services, c.flags);
    Crossing<std::vector<std::string>>::release(services, c.texts);
    Crossing<std::vector<std::vector<std::uint8_t>>>::release(services, c.blobs);
    Crossing<std::vector<Color>>::release(services, c.colors);
    Crossing<Inner>::release(services, c.inner);
    Crossing<std::vector<Inner>>::release(services, c.inners);
    Crossing<std::optional<Inner>>::release(services, c.maybe);
  }
};

}  // namespace plr

#endif
