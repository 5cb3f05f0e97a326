/* test_temperature.hpp - the value test.temperature in C++17.
 *
 * Written from the Swift type 'Temperature' by `plugin-interface header --language cxx`; not to be edited by hand.
 */
#ifndef TEST_TEMPERATURE_HPP
#define TEST_TEMPERATURE_HPP

#include "test_temperature.h"
#include "plugin_crossing.hpp"

enum class Temperature : int32_t {
  freezing = TEST_TEMPERATURE_FREEZING,
  zero = TEST_TEMPERATURE_ZERO,
  boiling = TEST_TEMPERATURE_BOILING,
};

inline bool plr_is_value(Temperature value) noexcept {
  switch (value) {
    case Temperature::freezing:
    case Temperature::zero:
    case Temperature::boiling:
      return true;
  }
  return false;
}

#endif
