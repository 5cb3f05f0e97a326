#include "probe_report.h"

#include <errno.h>
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

static void put_text(const char *text) {
  for (; *text != '\0'; text += 1) put(*text == '\n' ? ' ' : *text);
}

void probe_report_begin(void) {
  put_text("probe 1");
  put('\n');
}

void probe_report_number(const char *name, uint64_t value) {
  char digits[20];
  size_t count = 0;
  do {
    digits[count] = (char)('0' + value % 10);
    value /= 10;
    count += 1;
  } while (value > 0);
  put_text(name);
  put(' ');
  while (count > 0) {
    count -= 1;
    put(digits[count]);
  }
  put('\n');
}

void probe_report_error(const char *text) {
  put_text("error ");
  put_text(text);
  put('\n');
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
  put_text("end");
  put('\n');
  flush();
  return failure;
}
