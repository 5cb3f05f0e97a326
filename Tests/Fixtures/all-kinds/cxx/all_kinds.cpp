/* The interface test.all-kinds in C++: what README.md asks for, with the wrapper and the headers that
 * plugin-interface has written. */
#include <memory>
#include <optional>

#include "all_kinds_checksum.h"
#include "plugin_runtime.hpp"
#include "test_color.hpp"
#include "test_inner.hpp"
#include "test_record.hpp"
#include "test_temperature.hpp"

PLR_MANIFEST("all-kinds-cxx", "1.0.0", PLR_UNLOAD_UNLOADABLE, 0);
PLR_OFFERS(TEST_ALL_KINDS_ID, TEST_ALL_KINDS_REVISION);

namespace {

using Kept = plr::Kept<test_all_kinds_keep_body>;
using Texts = std::vector<std::string>;
using Blobs = std::vector<std::vector<std::uint8_t>>;

class AllKinds {
 public:
  explicit AllKinds(const plr::Services &services) : services_(services) {}

  std::uint64_t checksumNumbers(std::int8_t a, std::int16_t b, std::int32_t c, std::int64_t d,
                                std::uint8_t e, std::uint16_t f, std::uint32_t g, std::uint64_t h,
                                std::int64_t i, std::uint64_t j, float k, double l,
                                bool m) const noexcept {
    std::uint64_t sum = all_kinds_start;
    auto add = [&](auto number) {
      sum = all_kinds_word(sum, static_cast<std::uint64_t>(static_cast<std::int64_t>(number)));
    };
    add(a), add(b), add(c), add(d), add(e), add(f), add(g), add(h), add(i), add(j);
    sum = all_kinds_double(all_kinds_float(sum, k), l);
    add(m);
    return sum;
  }

  std::int64_t echoInt(std::int64_t x) const noexcept { return x; }
  float echoFloat(float x) const noexcept { return x; }
  bool echoBool(bool x) const noexcept { return x; }
  std::optional<std::int64_t> echoOptional(std::optional<std::int64_t> x) const noexcept { return x; }
  std::optional<bool> echoOptionalBool(std::optional<bool> x) const noexcept { return x; }

  std::uint64_t checksumBorrowed(plr_text text, plr_bytes bytes,
                                 plr_int32_array numbers) const noexcept {
    std::uint64_t sum = all_kinds_blob(all_kinds_text(all_kinds_start, text), bytes);
    sum = all_kinds_word(sum, numbers.count);
    for (std::size_t i = 0; i < numbers.count; i += 1)
      sum = all_kinds_word(sum, static_cast<std::uint64_t>(std::int64_t(numbers.elements[i])));
    return sum;
  }

  std::uint64_t checksumChecked(std::string_view text) const {
    if (!plr::isUTF8(text))
      throw plr::Error(PLR_ERROR_INVALID_ARGUMENT, "text", "it is not UTF-8: encode it so");
    return all_kinds_text(all_kinds_start, plr::lend(text));
  }

  std::int64_t sum(plr_int32_array numbers) const noexcept {
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < numbers.count; i += 1) sum += numbers.elements[i];
    return sum;
  }

  std::string echoText(std::string_view x) const { return std::string(x); }
  std::vector<std::uint8_t> echoBytes(plr::Bytes x) const { return std::vector<std::uint8_t>(x); }
  Color echoColor(Color x) const { return x; }
  Temperature echoTemperature(Temperature x) const { return x; }
  std::optional<std::string> echoOptionalText(std::optional<std::string> x) const { return x; }
  std::optional<std::vector<std::uint8_t>> echoOptionalBytes(
      std::optional<std::vector<std::uint8_t>> x) const {
    return x;
  }
  std::optional<Color> echoOptionalColor(std::optional<Color> x) const { return x; }
  std::optional<Inner> echoOptionalInner(const std::optional<Inner> &x) const { return x; }
  std::vector<std::int32_t> echoNumbers(const std::vector<std::int32_t> &x) const { return x; }
  std::vector<std::int64_t> echoOffsets(const std::vector<std::int64_t> &x) const { return x; }
  Texts echoTexts(const Texts &x) const { return x; }
  Blobs echoBlobs(const Blobs &x) const { return x; }
  std::vector<Color> echoColors(const std::vector<Color> &x) const { return x; }
  std::vector<Inner> echoInners(const std::vector<Inner> &x) const { return x; }
  Record echoRecord(const Record &x) const { return x; }

  std::uint64_t checksumRecord(const Record &x) const {
    // Through its own value and back, so that both ways are looked at.
    plr::Lending lending;
    test_record c{};
    plr::Crossing<Record>::lend(lending, x, c);
    return all_kinds_record(all_kinds_start, &c);
  }

  std::int64_t visit(const Texts &texts, const test_all_kinds_visit_body &body) const {
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < texts.size(); i += 1)
      sum += static_cast<std::uint64_t>(
          plr::call<&test_all_kinds_visit_body::call>(services_, body, std::int32_t(i), texts[i]));
    return static_cast<std::int64_t>(sum);
  }

  std::int64_t total(std::int32_t count, const test_all_kinds_total_body &body) const noexcept {
    std::uint64_t sum = 0;
    for (std::int32_t i = 0; i < count; i += 1)
      sum += static_cast<std::uint64_t>(body.call(body.context, i));
    return static_cast<std::int64_t>(sum);
  }

  void keep(const test_all_kinds_keep_body &body) {
    auto kept = std::make_shared<Kept>(services_, body);
    std::lock_guard<std::mutex> lock(mutex_);
    kept_.swap(kept);
  }

  std::string callKept(std::string_view text, const std::optional<Inner> &inner) {
    std::shared_ptr<Kept> kept = current();
    if (!kept) throw plr::Error(PLR_ERROR_NOT_FOUND, "closure", "none is kept: give one first");
    return kept->call(text, inner);
  }

  bool drop() noexcept {
    std::shared_ptr<Kept> kept;
    std::lock_guard<std::mutex> lock(mutex_);
    kept_.swap(kept);
    return kept != nullptr;
  }

  void fail(std::int32_t code, std::string_view message) const {
    if (code != PLR_OK) throw plr::Error(code, "fail", std::string(message));
  }

 private:
  std::shared_ptr<Kept> current() {
    std::lock_guard<std::mutex> lock(mutex_);
    return kept_;
  }

  const plr::Services services_;
  std::mutex mutex_;
  std::shared_ptr<Kept> kept_;
};

#define SLOT(function, method) plr::Slot<&test_all_kinds::function, &AllKinds::method>
using Implementation = plr::Export<
    test_all_kinds, AllKinds, SLOT(checksum_numbers, checksumNumbers), SLOT(echo_int, echoInt),
    SLOT(echo_float, echoFloat), SLOT(echo_bool, echoBool), SLOT(echo_optional, echoOptional),
    SLOT(echo_optional_bool, echoOptionalBool), SLOT(checksum_borrowed, checksumBorrowed),
    SLOT(checksum_checked, checksumChecked), SLOT(sum, sum), SLOT(echo_text, echoText),
    SLOT(echo_bytes, echoBytes), SLOT(echo_color, echoColor),
    SLOT(echo_temperature, echoTemperature), SLOT(echo_optional_text, echoOptionalText),
    SLOT(echo_optional_bytes, echoOptionalBytes), SLOT(echo_optional_color, echoOptionalColor),
    SLOT(echo_optional_inner, echoOptionalInner), SLOT(echo_numbers, echoNumbers),
    SLOT(echo_offsets, echoOffsets), SLOT(echo_texts, echoTexts), SLOT(echo_blobs, echoBlobs),
    SLOT(echo_colors, echoColors), SLOT(echo_inners, echoInners), SLOT(echo_record, echoRecord),
    SLOT(checksum_record, checksumRecord), SLOT(visit, visit), SLOT(total, total),
    SLOT(keep, keep), SLOT(call_kept, callKept), SLOT(drop, drop), SLOT(fail, fail)>;

}  // namespace

PLR_PLUGIN(module) {
  module.implement<Implementation>(PLR_INTERFACE(TEST_ALL_KINDS), 0, module.services);
}
