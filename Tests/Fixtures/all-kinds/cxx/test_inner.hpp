/* test_inner.hpp - the value test.inner in C++17.
 *
 * Written from the Swift type 'Inner' by `plugin-interface header --language cxx`; not to be edited by hand.
 */
#ifndef TEST_INNER_HPP
#define TEST_INNER_HPP

#include "test_inner.h"
#include "plugin_crossing.hpp"
#include "test_color.hpp"

struct Inner {
  Color color{};
  double ratio{};
  /* May hold NUL. */
  std::string name{};
  std::vector<std::string> tags{};
};

namespace plr {

template <>
struct Crossing<Inner> {
  static Inner read(const test_inner &c) {
    Inner value;
    value.color = Crossing<Color>::read(c.color);
    value.ratio = Crossing<double>::read(c.ratio);
    value.name = Crossing<std::string>::read(c.name);
    value.tags = Crossing<std::vector<std::string>>::read(c.tags);
    return value;
  }
  static void lend(Lending &lending, const Inner &value, test_inner &c) {
    (void)lending;
    Crossing<Color>::lend(lending, value.color, c.color);
    Crossing<double>::lend(lending, value.ratio, c.ratio);
    Crossing<std::string>::lend(lending, value.name, c.name);
    Crossing<std::vector<std::string>>::lend(lending, value.tags, c.tags);
  }
  static void give(const Services &services, const Inner &value, test_inner &c) {
    (void)services;
    Crossing<Color>::give(services, value.color, c.color);
    Crossing<double>::give(services, value.ratio, c.ratio);
    Crossing<std::string>::give(services, value.name, c.name);
    Crossing<std::vector<std::string>>::give(services, value.tags, c.tags);
  }
  static void release(const Services &services, const test_inner &c) noexcept {
    (void)services;
    Crossing<Color>::release(services, c.color);
    Crossing<double>::release(services, c.ratio);
    Crossing<std::string>::release(services, c.name);
    Crossing<std::vector<std::string>>::release(services, c.tags);
  }
};

}  // namespace plr

#endif
