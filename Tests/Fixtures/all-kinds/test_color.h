/* test_color.h - the value test.color.
 *
 * Written from the Swift type 'Color' by `plugin-interface header`; not to be edited by hand.
 */
#ifndef TEST_COLOR_H
#define TEST_COLOR_H

#include "plugin_values.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef uint8_t test_color;
#define TEST_COLOR_RED ((test_color)(1))
#define TEST_COLOR_GREEN ((test_color)(2))
#define TEST_COLOR_DEEP_BLUE ((test_color)(250))

PLR_ARRAY_OF(test_color, test_color);
PLR_OPTIONAL_OF(test_color, test_color);

#ifdef __cplusplus
}
#endif

#endif
