/* example_editor_save.h - the interface example.editor-save, revision 1.
 *
 * Written from the Swift protocol 'EditorSave' by `plugin-interface header`; not to be edited by hand.
 */
#ifndef EXAMPLE_EDITOR_SAVE_H
#define EXAMPLE_EDITOR_SAVE_H

#include "plugin_values.h"

#ifdef __cplusplus
extern "C" {
#endif

#define EXAMPLE_EDITOR_SAVE_ID "example.editor-save"
#define EXAMPLE_EDITOR_SAVE_REVISION 1
/* Of all functions and values: another number is another interface. */
#define EXAMPLE_EDITOR_SAVE_LAYOUT 0xc565676de53da480ull
/* What a table begins with: `{EXAMPLE_EDITOR_SAVE_HEAD(context), function, ...}`. */
#define EXAMPLE_EDITOR_SAVE_HEAD(context) \
  sizeof(example_editor_save), EXAMPLE_EDITOR_SAVE_REVISION, EXAMPLE_EDITOR_SAVE_LAYOUT, NULL, (context)

/* Asked before the text is saved. */
typedef struct example_editor_save {
  uint32_t size;
  uint32_t revision;
  uint64_t layout;
  const plr_table_traits *traits;
  /* The first argument of every function; whose it is knows what it means. */
  void *context;

  /* The text as it is to be saved, and edited from then on. */
  plr_status (*saving)(void *context, plr_text text, plr_owned_text *result, plr_error *error);
} example_editor_save;

#ifdef __cplusplus
}
#endif

#endif
