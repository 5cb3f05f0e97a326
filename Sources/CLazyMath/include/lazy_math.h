/* lazy_math.h - the functions of <math.h> that the standard library calls, without its library.
 *
 * A runtime library that holds the standard library would need libm for the sake of thirty functions, and every
 * process would map and relocate it, also where nobody rounds a number. These stand in for them there: each asks
 * the C library's for its namesake when it is first called, and hands on ever after. [any-thread]
 *
 * Nothing is declared here: what is called has been compiled against <math.h>. */
#ifndef LAZY_MATH_H
#define LAZY_MATH_H
#endif
