/* example_editor_key.h - the interface example.editor-key, revision 1.
 *
 * Written from the Swift protocol 'EditorKey' by `plugin-interface header`; not to be edited by hand.
 */
#ifndef EXAMPLE_EDITOR_KEY_H
#define EXAMPLE_EDITOR_KEY_H

#include "plugin_values.h"

#ifdef __cplusplus
extern "C" {
#endif

#define EXAMPLE_EDITOR_KEY_ID "example.editor-key"
#define EXAMPLE_EDITOR_KEY_REVISION 1
/* Of all functions and values: another number is another interface. */
#define EXAMPLE_EDITOR_KEY_LAYOUT 0x8d09669f41f2431bull
/* What a table begins with: `{EXAMPLE_EDITOR_KEY_HEAD(context), function, ...}`. */
#define EXAMPLE_EDITOR_KEY_HEAD(context) \
  sizeof(example_editor_key), EXAMPLE_EDITOR_KEY_REVISION, EXAMPLE_EDITOR_KEY_LAYOUT, NULL, (context)

/* Asked before a key that was typed does what it does by itself. */
typedef struct example_editor_key {
  uint32_t size;
  uint32_t revision;
  uint64_t layout;
  const plr_table_traits *traits;
  /* The first argument of every function; whose it is knows what it means. */
  void *context;

  /* What is to be inserted in place of the key, which is what it would insert, behind `before`; nothing where
   * that is empty. */
  plr_status (*typed)(void *context, plr_text key, plr_text before, plr_owned_text *result,
                      plr_error *error);
} example_editor_key;

#ifdef __cplusplus
}
#endif

#endif
