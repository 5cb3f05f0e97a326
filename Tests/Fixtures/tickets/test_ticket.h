/* test_ticket.h - the interface test.ticket, revision 1.
 *
 * Written from the Swift protocol 'Ticket' by `plugin-interface header`; not to be edited by hand.
 */
#ifndef TEST_TICKET_H
#define TEST_TICKET_H

#include "plugin_values.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TEST_TICKET_ID "test.ticket"
#define TEST_TICKET_REVISION 1
/* Of all functions and values: another number is another interface. */
#define TEST_TICKET_LAYOUT 0x0fde4bdb894bc42cull
/* What a table begins with: `{TEST_TICKET_HEAD(context), function, ...}`. */
#define TEST_TICKET_HEAD(context) \
  sizeof(test_ticket), TEST_TICKET_REVISION, TEST_TICKET_LAYOUT, NULL, (context)

typedef struct test_ticket {
  uint32_t size;
  uint32_t revision;
  uint64_t layout;
  const plr_table_traits *traits;
  /* The first argument of every function; whose it is knows what it means. */
  void *context;

  /* A number of this instance's. */
  int64_t (*number)(void *context);

  int64_t (*tally)(void *context);
} test_ticket;

#ifdef __cplusplus
}
#endif

#endif
