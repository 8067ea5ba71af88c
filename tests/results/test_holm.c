/* results/holm: numbers from numpy, and what the definition says of ties and of a single test. */
#include "results/holm.h"

#include "base/err.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/*
 * p = np.array([.011, .04, .0004, .3, .02, .02, .9]); o = np.argsort(p, kind='stable')
 * np.maximum.accumulate(np.minimum(1, p[o] * (len(p) - np.arange(len(p)))))[np.argsort(o)]
 */
static void adjusted_are_numpys(void **state)
{
    (void)state;
    static const double p[] = {0.011, 0.04, 0.0004, 0.3, 0.02, 0.02, 0.9};
    static const double wanted[] = {0.066, 0.12, 0.0028, 0.6, 0.1, 0.1, 0.9};
    double adjusted[ARRAY_LEN(p)];
    holm_adjust(p, (int)ARRAY_LEN(p), adjusted);
    for (size_t i = 0; i < ARRAY_LEN(p); i++)
        if (!(fabs(adjusted[i] - wanted[i]) < 1e-15))
            fail_msg("%g is adjusted to %g, not %g", p[i], adjusted[i], wanted[i]);
}

/* One test stays what it is; nothing is above 1; none is fine. */
static void ends_are_right(void **state)
{
    (void)state;
    static const double one[] = {0.04}, all[] = {0.9, 0.8, 1.0};
    double adjusted[3];
    holm_adjust(one, 0, adjusted);
    holm_adjust(one, 1, adjusted);
    assert_true(adjusted[0] == 0.04);
    holm_adjust(all, 3, adjusted);
    assert_true(adjusted[0] == 1.0 && adjusted[1] == 1.0 && adjusted[2] == 1.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(adjusted_are_numpys),
                                       cmocka_unit_test(ends_are_right)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
