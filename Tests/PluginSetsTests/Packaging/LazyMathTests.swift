import Platform
import TestSupport
import Testing

@Suite("Mathematics without its library")
struct LazyMathTests {
  /// Calls each function with values of all kinds, and its namesake in the C library with the same.
  private static let program = """
    #include <dlfcn.h>
    #include <gnu/lib-names.h>
    #include <stdio.h>
    #include <string.h>
    double ceil(double), floor(double), rint(double), round(double), sqrt(double), trunc(double);
    float ceilf(float), floorf(float), rintf(float), roundf(float), sqrtf(float), truncf(float);
    long double ceill(long double), floorl(long double), rintl(long double), roundl(long double),
        sqrtl(long double), truncl(long double);
    double fmod(double, double), remainder(double, double), fma(double, double, double);
    float fmodf(float, float), remainderf(float, float), fmaf(float, float, float);
    long double fmodl(long double, long double), remainderl(long double, long double),
        fmal(long double, long double, long double);
    static void *library;
    static int checked, wrong;
    static void compare(const char *name, const void *mine, const void *theirs, size_t size) {
      checked += 1;
      if (memcmp(mine, theirs, size) != 0) { wrong += 1; puts(name); }
    }
    #define CHECK(type, name, size, parameters, arguments) do { \\
        type(*function) parameters; \\
        *(void **)&function = dlsym(library, #name); \\
        type mine = name arguments, theirs = function arguments; \\
        if (mine == mine || theirs == theirs) compare(#name, &mine, &theirs, size); \\
      } while (0)
    int main(void) {
      if (dlopen(LIBM_SO, RTLD_NOW | RTLD_NOLOAD) != NULL) return 3;
      volatile double values[] = {0, -0.0, 1, -1, 0.5, -0.5, 1.5, 2.5, -2.5, 0.49999999999999994, 1e-310,
        4503599627370497.5, 1e300, -1e300, 1.0 / 0.0, -1.0 / 0.0, 0.0 / 0.0, 3.25, 7, 123456.789,
        4503599627370495.5, -4503599627370495.5, 4503599627370496, 8388607.5, -8388606.5, 8388608, 2147483648.5,
        9007199254740994, 0.5000000000000001, -0.49999997, 5e-324, 1.7976931348623157e308};
      enum { count = sizeof values / sizeof values[0] };
      if (floor(values[4]) + ceilf(2.5f) + sqrt(4) != 5) return 5;
      if (dlopen(LIBM_SO, RTLD_NOW | RTLD_NOLOAD) != NULL) return 6;
      (void)fmod(values[4], values[3]);
      library = dlopen(LIBM_SO, RTLD_NOW | RTLD_NOLOAD);
      if (library == NULL) return 4;
      for (int i = 0; i < count; i++) {
        double x = values[i];
        float xf = (float)x;
        long double xl = x;
    #define ONE(name) \\
        CHECK(double, name, 8, (double), (x)); \\
        CHECK(float, name##f, 4, (float), (xf)); \\
        CHECK(long double, name##l, 10, (long double), (xl))
        ONE(ceil); ONE(floor); ONE(rint); ONE(round); ONE(sqrt); ONE(trunc);
        for (int j = 0; j < count; j++) {
          double y = values[j];
          float yf = (float)y;
          long double yl = y;
    #define TWO(name) \\
          CHECK(double, name, 8, (double, double), (x, y)); \\
          CHECK(float, name##f, 4, (float, float), (xf, yf)); \\
          CHECK(long double, name##l, 10, (long double, long double), (xl, yl))
          TWO(fmod); TWO(remainder);
          CHECK(double, fma, 8, (double, double, double), (x, y, x));
          CHECK(float, fmaf, 4, (float, float, float), (xf, yf, xf));
          CHECK(long double, fmal, 10, (long double, long double, long double), (xl, yl, xl));
        }
      }
      unsigned long random = 88172645463325252ul;
      for (int i = 0; i < 200000; i++) {
        random ^= random << 13, random ^= random >> 7, random ^= random << 17;
        double x;
        memcpy(&x, &random, sizeof x);
        float xf;
        memcpy(&xf, &random, sizeof xf);
        // And such as have a fraction.
        if (i % 2) x = (double)(long)random / 1048576, xf = (float)(int)random / 256;
        long double xl = x;
        ONE(ceil); ONE(floor); ONE(rint); ONE(round); ONE(sqrt); ONE(trunc);
      }
      printf("%d checked\\n", checked);
      return wrong != 0;
    }
    """

  @Test("gives what the C library gives, which is mapped when it is first asked")
  func handsOn() throws {
    let directory = try TemporaryDirectory()
    let sources = Path.join(TestBuild.root, "Sources/CLazyMath")
    let main = directory.file("main.c")
    try Files.replace(main, with: Array(Self.program.utf8))
    let program = directory.file("main")
    // Without the compiler's own ideas of what these functions give.
    let built = try CommandRun([
      "cc", "-std=gnu11", "-fno-builtin", "-O1", "-I", Path.join(sources, "include"), main,
      Path.join(sources, "lazy_math.c"), "-ldl", "-o", program,
    ])
    #expect(built.status.isSuccess, "\(built.errors)")
    let run = try CommandRun([program])
    #expect(run.status.isSuccess, "\(run.status) \(run.output) \(run.errors)")
    #expect(run.output.hasSuffix(" checked\n"))
  }
}
