/* example_editor_open.h - the interface example.editor-open, revision 1.
 *
 * Written from the Swift protocol 'EditorOpen' by `plugin-interface header`; not to be edited by hand.
 */
#ifndef EXAMPLE_EDITOR_OPEN_H
#define EXAMPLE_EDITOR_OPEN_H

#include "plugin_values.h"

#ifdef __cplusplus
extern "C" {
#endif

#define EXAMPLE_EDITOR_OPEN_ID "example.editor-open"
#define EXAMPLE_EDITOR_OPEN_REVISION 1
/* Of all functions and values: another number is another interface. */
#define EXAMPLE_EDITOR_OPEN_LAYOUT 0xf97bf5d682f27eafull
/* What a table begins with: `{EXAMPLE_EDITOR_OPEN_HEAD(context), function, ...}`. */
#define EXAMPLE_EDITOR_OPEN_HEAD(context) \
  sizeof(example_editor_open), EXAMPLE_EDITOR_OPEN_REVISION, EXAMPLE_EDITOR_OPEN_LAYOUT, NULL, (context)

/* Told when a file has been opened. */
typedef struct example_editor_open {
  uint32_t size;
  uint32_t revision;
  uint64_t layout;
  const plr_table_traits *traits;
  /* The first argument of every function; whose it is knows what it means. */
  void *context;

  /* What to say about it on the last line; nothing where that is empty. */
  plr_status (*opened)(void *context, plr_text path, plr_text text, plr_owned_text *result,
                       plr_error *error);
} example_editor_open;

#ifdef __cplusplus
}
#endif

#endif
