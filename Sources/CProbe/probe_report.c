#include "probe_report.h"
#include "probe_text.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

static char buffer[4096];
static size_t used;
static int failure;

static void flush(void) {
  size_t offset = 0;
  while (offset < used && failure == 0) {
    ssize_t count = write(PROBE_REPORT_DESCRIPTOR, buffer + offset, used - offset);
    if (count >= 0) {
      offset += (size_t)count;
    } else if (errno != EINTR) {
      failure = errno;
    }
  }
  used = 0;
}

static void put(char byte) {
  if (used == sizeof(buffer)) flush();
  buffer[used] = byte;
  used += 1;
}

void probe_put_text(const char *text) {
  for (; *text != '\0'; text += 1) put(*text == '\n' ? ' ' : *text);
}

void probe_end_line(void) { put('\n'); }

void probe_report_begin(void) {
  probe_put_text("probe 1");
  probe_end_line();
}

void probe_put_number(uint64_t value) {
  char digits[20];
  size_t count = 0;
  do {
    digits[count] = (char)('0' + value % 10);
    value /= 10;
    count += 1;
  } while (value > 0);
  while (count > 0) {
    count -= 1;
    put(digits[count]);
  }
}

void probe_report_number(const char *name, uint64_t value) {
  probe_put_text(name);
  put(' ');
  probe_put_number(value);
  probe_end_line();
}

/* Reads one byte from the gate, or its end. */
static void wait_at_gate(void) {
  char byte;
  while (read(PROBE_GATE_DESCRIPTOR, &byte, 1) < 0 && errno == EINTR) continue;
}

/* Not by reading: a byte may be there for a process that is still at the gate. */
static void wait_until_closed(void) {
  struct pollfd gate = {.fd = PROBE_GATE_DESCRIPTOR};
  while (poll(&gate, 1, -1) < 0 && errno == EINTR) continue;
}

static int has_gate(void) { return fcntl(PROBE_GATE_DESCRIPTOR, F_GETFD) >= 0; }

void probe_wait_at_gate(void) {
  if (!has_gate()) return;
  probe_report_number("at.gate", 1);
  flush();
  wait_at_gate();
}

void probe_report_error(const char *text) {
  probe_put_text("error ");
  probe_put_text(text);
  probe_end_line();
  flush();
}

int probe_report_end(const process_metrics *metrics) {
  probe_report_number("memory.rss", metrics->rss);
  probe_report_number("memory.pss", metrics->pss);
  probe_report_number("memory.uss", metrics->uss);
  probe_report_number("memory.anonymous", metrics->anonymous);
  probe_report_number("memory.pageTables", metrics->page_tables);
  probe_report_number("faults.minor", metrics->minor_faults);
  probe_report_number("faults.major", metrics->major_faults);
  probe_put_text("end");
  probe_end_line();
  flush();
  if (has_gate()) wait_until_closed();
  return failure;
}
