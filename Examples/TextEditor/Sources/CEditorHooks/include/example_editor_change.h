/* example_editor_change.h - the interface example.editor-change, revision 1.
 *
 * Written from the Swift protocol 'EditorChange' by `plugin-interface header`; not to be edited by hand.
 */
#ifndef EXAMPLE_EDITOR_CHANGE_H
#define EXAMPLE_EDITOR_CHANGE_H

#include "plugin_values.h"

#ifdef __cplusplus
extern "C" {
#endif

#define EXAMPLE_EDITOR_CHANGE_ID "example.editor-change"
#define EXAMPLE_EDITOR_CHANGE_REVISION 1
/* Of all functions and values: another number is another interface. */
#define EXAMPLE_EDITOR_CHANGE_LAYOUT 0xc7b5466028045733ull
/* What a table begins with: `{EXAMPLE_EDITOR_CHANGE_HEAD(context), function, ...}`. */
#define EXAMPLE_EDITOR_CHANGE_HEAD(context) \
  sizeof(example_editor_change), EXAMPLE_EDITOR_CHANGE_REVISION, EXAMPLE_EDITOR_CHANGE_LAYOUT, NULL, (context)

/* Told when the text has changed. */
typedef struct example_editor_change {
  uint32_t size;
  uint32_t revision;
  uint64_t layout;
  const plr_table_traits *traits;
  /* The first argument of every function; whose it is knows what it means. */
  void *context;

  /* What stands in the status line. */
  plr_status (*status)(void *context, plr_text text, plr_owned_text *result, plr_error *error);
} example_editor_change;

#ifdef __cplusplus
}
#endif

#endif
