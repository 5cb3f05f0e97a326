/* lazy_math.h - the functions of <math.h> that the standard library calls, without its library.
 *
 * A runtime library that holds the standard library would need libm for the sake of thirty functions, and every
 * process would map and relocate it, also where nobody takes a remainder. These stand in for them there. What takes
 * a few instructions is done here (ceil, floor, trunc, rint, round and sqrt of double and float); each of the
 * others asks the C library for its namesake when it is first called, and hands on ever after. They give what
 * the C library gives, to the last bit; 'errno' stays what it is. [any-thread]
 *
 * Nothing is declared here: what is called has been compiled against <math.h>. */
#ifndef LAZY_MATH_H
#define LAZY_MATH_H
#endif
