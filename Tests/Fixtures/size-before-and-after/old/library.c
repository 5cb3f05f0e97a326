// The library before: compare new/library.c.
static volatile int state[16] = {1};

int stays(int value) { return value * 3 + state[0]; }

int grows(int value) { return value + 1; }

int goes(int value) { return value - state[1]; }

__attribute__((section("first_text"))) int moves(int value) { return value ^ 0x55; }
