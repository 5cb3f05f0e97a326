/* probe_text.h - the parts that lines of a report are made of. */
#ifndef PROBE_TEXT_H
#define PROBE_TEXT_H

#include <stdint.h>

/* Newlines become blanks. */
void probe_put_text(const char *text);
void probe_put_number(uint64_t value);
void probe_end_line(void);

#endif
