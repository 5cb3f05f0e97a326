/* owner.h - who can own a block, and whose the code at an address is. */
#ifndef OWNER_H
#define OWNER_H

#include <stdint.h>

#include "plr_heap.h"
#include "unwind_rule.h"

enum {
  OWNER_UNATTRIBUTED = 0,
  OWNER_HOST = 1,
  OWNER_OTHER_PLUGINS = 2,
  OWNER_FIRST_PLUGIN = 3,
};

/* How many rows there are. */
uint32_t owner_count(void);
const char *owner_name(uint32_t owner);
plr_heap_kind owner_kind(uint32_t owner);
/* The row of a plugin's name, made where there is none. Names are cut at the length of a manifest's. */
uint32_t owner_of_name(const char *name);

/* What the code at a return address means to whoever goes up the stack. */
typedef struct code_place {
  enum {
    CODE_OF_OWNER,      /* `owner` is found */
    CODE_OF_TRAMPOLINE, /* what the trampoline says is the owner */
    CODE_OF_LIBRARY,    /* nobody's: `rule` leads to who called it */
  } kind;
  uint32_t owner;
  unwind_rule rule;
} code_place;

/* Asks the loader. Takes no lock of the loader's, allocates nothing. */
code_place code_at(uintptr_t address);

/* Raised when code may have gone from where it was: what was learned of addresses is void. */
extern _Atomic uint32_t code_generation;

/* After dlclose(3): has everything looked up anew. */
void owner_forget_images(void);

/* Around fork(2): no other thread may be changing the rows. */
void owner_lock(void);
void owner_unlock(void);

#endif
