/* test_temperature.h - the value test.temperature.
 *
 * Written from the Swift type 'Temperature' by `plugin-interface header`; not to be edited by hand.
 */
#ifndef TEST_TEMPERATURE_H
#define TEST_TEMPERATURE_H

#include "plugin_values.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef int32_t test_temperature;
#define TEST_TEMPERATURE_FREEZING ((test_temperature)(-40))
#define TEST_TEMPERATURE_ZERO ((test_temperature)(0))
#define TEST_TEMPERATURE_BOILING ((test_temperature)(100))

PLR_ARRAY_OF(test_temperature, test_temperature);
PLR_OPTIONAL_OF(test_temperature, test_temperature);

#ifdef __cplusplus
}
#endif

#endif
