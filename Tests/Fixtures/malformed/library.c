// What the edits in the folders beside this file are made to: a library that has most kinds of tables.
#ifdef SECOND
extern int twin(int value);
__thread int counter;
int zero[64];
static int helper(int value) { return value * 3; }
int (*table[])(int) = {helper, helper, helper, helper, helper, helper};
int first(int value) { return twin(value) + counter; }
int second(int value) { return helper(value) + zero[value & 63] + first(value); }
extern __typeof(second) alias __attribute__((alias("second")));
#else
int twin(int value) { return value + 1; }
#endif
