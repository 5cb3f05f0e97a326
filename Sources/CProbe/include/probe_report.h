/* probe_report.h - how a measured process tells its figures: lines of "name value" on a descriptor,
 * the first "probe 1", the last "end". A report without its last line is no report. */
#ifndef PROBE_REPORT_H
#define PROBE_REPORT_H

#include <stdint.h>

#include "process_metrics.h"

/* The descriptor on which the harness reads. */
#define PROBE_REPORT_DESCRIPTOR 3

/* On which several processes of one sample wait for each other, where it is open. */
#define PROBE_GATE_DESCRIPTOR 4

void probe_report_begin(void);
/* Tells that this process is ready to be measured, and waits until all others are; returns at once
 * where there is no gate. Nothing is measured between the two. */
void probe_wait_at_gate(void);
void probe_report_number(const char *name, uint64_t value);
/* Whose the live blocks of malloc(3) are, where this process was started with the heap's tracker; nothing
 * elsewhere. A line "heap KIND BYTES BLOCKS ALLOCATIONS NAME" for each owner, and numbers of all. Allocates
 * nothing with malloc(3). */
void probe_report_heap(void);
/* A failure, in place of the figures: "error TEXT", its newlines made blanks. */
void probe_report_error(const char *text);
/* All figures of `metrics`, then "end"; returns 0 or the errno of the write. Where there is a gate, only
 * after that was closed: a process that is gone shares no memory. */
int probe_report_end(const process_metrics *metrics);

#endif
