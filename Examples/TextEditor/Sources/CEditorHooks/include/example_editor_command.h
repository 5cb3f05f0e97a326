/* example_editor_command.h - the interface example.editor-command, revision 1.
 *
 * Written from the Swift protocol 'EditorCommand' by `plugin-interface header`; not to be edited by hand.
 */
#ifndef EXAMPLE_EDITOR_COMMAND_H
#define EXAMPLE_EDITOR_COMMAND_H

#include "plugin_values.h"

#ifdef __cplusplus
extern "C" {
#endif

#define EXAMPLE_EDITOR_COMMAND_ID "example.editor-command"
#define EXAMPLE_EDITOR_COMMAND_REVISION 1
/* Of all functions and values: another number is another interface. */
#define EXAMPLE_EDITOR_COMMAND_LAYOUT 0x37243e1a8311b851ull
/* What a table begins with: `{EXAMPLE_EDITOR_COMMAND_HEAD(context), function, ...}`. */
#define EXAMPLE_EDITOR_COMMAND_HEAD(context) \
  sizeof(example_editor_command), EXAMPLE_EDITOR_COMMAND_REVISION, EXAMPLE_EDITOR_COMMAND_LAYOUT, NULL, (context)

/* A command that is given by its name. */
typedef struct example_editor_command {
  uint32_t size;
  uint32_t revision;
  uint64_t layout;
  const plr_table_traits *traits;
  /* The first argument of every function; whose it is knows what it means. */
  void *context;

  plr_status (*command_name)(void *context, plr_owned_text *result, plr_error *error);

  /* What the line of the cursor becomes. */
  plr_status (*run)(void *context, plr_text line, plr_owned_text *result, plr_error *error);
} example_editor_command;

#ifdef __cplusplus
}
#endif

#endif
