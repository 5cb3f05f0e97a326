// A table whose function lets an exception out, and one whose function traps.
#include <stdexcept>

#include "test_named.h"

static plr_status let_out(void *, plr_owned_text *, plr_error *) {
  throw std::runtime_error("out of paper");
}

static plr_status trap(void *, plr_owned_text *, plr_error *) { __builtin_trap(); }

extern "C" {
__attribute__((visibility("default"))) test_named throwing_table = {TEST_NAMED_HEAD(nullptr), let_out};
__attribute__((visibility("default"))) test_named trapping_table = {TEST_NAMED_HEAD(nullptr), trap};
}
