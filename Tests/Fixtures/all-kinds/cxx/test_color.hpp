/* test_color.hpp - the value test.color in C++17.
 *
 * Written from the Swift type 'Color' by `plugin-interface header --language cxx`; not to be edited by hand.
 */
#ifndef TEST_COLOR_HPP
#define TEST_COLOR_HPP

#include "test_color.h"
#include "plugin_crossing.hpp"

enum class Color : uint8_t {
  red = TEST_COLOR_RED,
  green = TEST_COLOR_GREEN,
  deep_blue = TEST_COLOR_DEEP_BLUE,
};

inline bool plr_is_value(Color value) noexcept {
  switch (value) {
    case Color::red:
    case Color::green:
    case Color::deep_blue:
      return true;
  }
  return false;
}

#endif
