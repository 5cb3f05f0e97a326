/* process_metrics.h - what the kernel says of the calling process.
 *
 * C, so that a bare C process and a Swift process are measured by the same instrument. Nothing here
 * allocates. */
#ifndef PROCESS_METRICS_H
#define PROCESS_METRICS_H

#include <stdint.h>

/* Bytes and counts. Source: /proc/self/smaps_rollup, /proc/self/status, getrusage(2). */
typedef struct process_metrics {
  uint64_t rss;
  uint64_t pss;
  uint64_t uss;         /* private clean and private dirty pages */
  uint64_t anonymous;
  uint64_t page_tables;
  uint64_t minor_faults; /* since the process began, until just before this call read /proc */
  uint64_t major_faults;
} process_metrics;

/* Fills `metrics`; returns 0, or the errno of what could not be read, or ENODATA where a line is
 * missing. Never leaves a 0 in place of a figure that could not be had without saying so. */
int process_metrics_read(process_metrics *metrics);

/* Nanoseconds of CLOCK_MONOTONIC, the same for all processes of a machine. */
uint64_t process_clock_nanoseconds(void);

/* How many files the loader has mapped into this process so far, those that are gone among them. */
uint64_t probe_loaded_objects(void);

#endif
