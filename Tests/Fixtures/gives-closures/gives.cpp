/* A plugin that hands function objects to the host's test.all-kinds: lends some while it is initialised, and gives one
 * away. Its init fails, in words, where something does not come back as it should. */
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "plugin_runtime.hpp"
#include "test_all_kinds.h"
#include "test_inner.hpp"

PLR_MANIFEST("gives-closures", "1.0.0", PLR_UNLOAD_UNLOADABLE, 0);

namespace {

using Texts = std::vector<std::string>;
using Visit = test_all_kinds_visit_body;
using Total = test_all_kinds_total_body;
using Keep = test_all_kinds_keep_body;

void expect(bool holds, const char *what) {
  if (!holds) throw plr::Error(PLR_ERROR_PLUGIN, "expectation", what);
}

/* Which failure reaches the caller when the closure does that. */
template <class Body>
std::string failure(const plr::Services &services, const plr::Reference<test_all_kinds> &peer,
                    plr_status code, Body body) {
  try {
    auto closure = plr::lend<Visit>(services, [&](std::int32_t index, std::string_view) {
      if (index == 1) body();
      return std::int64_t(1);
    });
    peer.call<&test_all_kinds::visit>(Texts{"a", "b", "c"}, closure);
  } catch (const plr::Error &error) {
    return error.code() == code ? error.message() : "of another code";
  }
  return "none";
}

}  // namespace

PLR_PLUGIN(module) {
  const plr::Services &services = module.services;
  plr::Reference<test_all_kinds> peer(services, PLR_INTERFACE(TEST_ALL_KINDS));
  expect(bool(peer), "the host has registered test.all-kinds");

  // Lent, and with what it captures.
  Texts seen;
  std::int64_t sum = peer.call<&test_all_kinds::visit>(
      Texts{"a", "", "bcd"},
      plr::lend<Visit>(services, [&](std::int32_t index, std::string_view text) {
        seen.emplace_back(text);
        return std::int64_t(text.size()) * 10 + index;
      }));
  expect(sum == 43 && seen == Texts{"a", "", "bcd"}, "a lambda is called, with its captures");
  auto square = [](std::int32_t x) noexcept { return std::int64_t(x) * x; };
  expect(peer.call<&test_all_kinds::total>(5, plr::lend<Total>(services, square)) == 30,
         "one that cannot fail");
  std::function<std::int64_t(std::int32_t, std::string_view)> made = [](auto, auto) { return 2; };
  expect(peer.call<&test_all_kinds::visit>(Texts{"a", "b"}, plr::lend<Visit>(services, made)) == 4,
         "a std::function");

  // What is thrown stops at the boundary, and is a failure of whoever called.
  expect(failure(services, peer, PLR_ERROR_BUSY,
                 [] { throw plr::Error(PLR_ERROR_BUSY, "b", "not now"); }) == "not now",
         "a plr::Error keeps its code");
  expect(failure(services, peer, PLR_ERROR_PLUGIN, [] { throw std::runtime_error("so it is"); }) ==
             "so it is",
         "an exception");
  expect(failure(services, peer, PLR_ERROR_OUT_OF_MEMORY, [] { throw std::bad_alloc(); }) ==
             "there is none left",
         "no memory");
  expect(failure(services, peer, PLR_ERROR_PLUGIN, [] { throw 7; }) == "it is no std::exception",
         "what is no exception");

  // Given to nobody, it goes at once.
  auto held = std::make_shared<int>(1);
  { auto unused = module.give<Keep>([held](std::string_view, std::optional<Inner>) {
      return std::string();
    });
    expect(held.use_count() == 2, "it is kept"); }
  expect(held.use_count() == 1, "and let go");

  // Given away: the host keeps it, and may call it before this has ended.
  peer.call<&test_all_kinds::keep>(module.give<Keep>(
      [held](std::string_view, std::optional<Inner>) { return std::string("already"); }));
  expect(held.use_count() == 2, "it is kept");
  expect(peer.call<&test_all_kinds::call_kept, std::string>(std::string_view(), std::optional<Inner>()) == "already",
         "it can be called before init has ended");

  // The second takes its place, and the first is given back.
  peer.call<&test_all_kinds::keep>(
      module.give<Keep>([calls = 0](std::string_view text, std::optional<Inner>) mutable {
        calls += 1;
        if (text == "throw") throw std::invalid_argument("as was asked");
        return std::string(text) + " " + std::to_string(calls);
      }));
  expect(held.use_count() == 1, "and let go");
}
