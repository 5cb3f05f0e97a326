/* example_editor_mark.h - the value example.editor-mark.
 *
 * Written from the Swift type 'EditorMark' by `plugin-interface header`; not to be edited by hand.
 */
#ifndef EXAMPLE_EDITOR_MARK_H
#define EXAMPLE_EDITOR_MARK_H

#include "plugin_values.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A part of a line. */
typedef struct example_editor_mark {
  /* In bytes of UTF-8, from the start of the line. */
  int64_t start;
  int64_t length;
} example_editor_mark;

PLR_ARRAY_OF(example_editor_mark, example_editor_mark);
PLR_OPTIONAL_OF(example_editor_mark, example_editor_mark);

#ifdef __cplusplus
}
#endif

#endif
