/* example_greeter.h - the interface example.greeter, revision 1.
 *
 * Written from the Swift protocol 'Greeter' by `plugin-interface header`; not to be edited by hand.
 */
#ifndef EXAMPLE_GREETER_H
#define EXAMPLE_GREETER_H

#include "plugin_values.h"

#ifdef __cplusplus
extern "C" {
#endif

#define EXAMPLE_GREETER_ID "example.greeter"
#define EXAMPLE_GREETER_REVISION 1
/* Of all functions and values: another number is another interface. */
#define EXAMPLE_GREETER_LAYOUT 0xd2ad0e518df58e1eull
/* What a table begins with: `{EXAMPLE_GREETER_HEAD(context), function, ...}`. */
#define EXAMPLE_GREETER_HEAD(context) \
  sizeof(example_greeter), EXAMPLE_GREETER_REVISION, EXAMPLE_GREETER_LAYOUT, NULL, (context)

/* Greets people. */
typedef struct example_greeter {
  uint32_t size;
  uint32_t revision;
  uint64_t layout;
  const plr_table_traits *traits;
  /* The first argument of every function; whose it is knows what it means. */
  void *context;

  /* A greeting for `name`, in the greeter's own manner. */
  plr_status (*greet)(void *context, plr_text name, plr_owned_text *result, plr_error *error);

  /* How many greetings it has made so far. */
  int64_t (*greeting_count)(void *context);
} example_greeter;

#ifdef __cplusplus
}
#endif

#endif
