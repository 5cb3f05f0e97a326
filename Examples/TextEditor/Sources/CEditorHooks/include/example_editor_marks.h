/* example_editor_marks.h - the interface example.editor-marks, revision 1.
 *
 * Written from the Swift protocol 'EditorMarks' by `plugin-interface header`; not to be edited by hand.
 */
#ifndef EXAMPLE_EDITOR_MARKS_H
#define EXAMPLE_EDITOR_MARKS_H

#include "plugin_values.h"
#include "example_editor_mark.h"

#ifdef __cplusplus
extern "C" {
#endif

#define EXAMPLE_EDITOR_MARKS_ID "example.editor-marks"
#define EXAMPLE_EDITOR_MARKS_REVISION 1
/* Of all functions and values: another number is another interface. */
#define EXAMPLE_EDITOR_MARKS_LAYOUT 0x9b15c13bf8447b7eull
/* What a table begins with: `{EXAMPLE_EDITOR_MARKS_HEAD(context), function, ...}`. */
#define EXAMPLE_EDITOR_MARKS_HEAD(context) \
  sizeof(example_editor_marks), EXAMPLE_EDITOR_MARKS_REVISION, EXAMPLE_EDITOR_MARKS_LAYOUT, NULL, (context)

/* Asked which parts of a line to mark. */
typedef struct example_editor_marks {
  uint32_t size;
  uint32_t revision;
  uint64_t layout;
  const plr_table_traits *traits;
  /* The first argument of every function; whose it is knows what it means. */
  void *context;

  plr_status (*marks)(void *context, plr_text line, example_editor_mark_array *result,
                      plr_error *error);
} example_editor_marks;

#ifdef __cplusplus
}
#endif

#endif
