/* tests/results/sizeplanted.c: rows of a known surface. */
#include "tests/results/sizeplanted.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

SizeTable sizeplanted_table(const SizeRow *rows, int n_groups, int n_sizes)
{
    static SizeGroup groups[SIZEPLANTED_BUDGETS];
    for (int g = 0; g < n_groups; g++) {
        const SizeRow *first = rows + (ptrdiff_t)g * n_sizes;
        groups[g] = (SizeGroup){first, n_sizes, n_sizes, 6.0 * first->macs * first->images};
    }
    return (SizeTable){rows, n_groups * n_sizes, groups, n_groups};
}

double sizeplanted_loss(double macs, double images)
{
    return 1.69 + 406.4 * pow(macs, -0.34) + 410.7 * pow(images, -0.28);
}

SizeTable sizeplanted_rows(SizeRow *rows, double range)
{
    const double level = log(0.34 * 406.4 / (0.28 * 410.7)) / 0.62;
    for (int g = 0; g < SIZEPLANTED_BUDGETS; g++)
        for (int i = 0; i < SIZEPLANTED_SIZES; i++) {
            const double budget = pow(10.0, 17 + g) / 6.0;
            const double macs = exp(level + 0.28 / 0.62 * log(budget) +
                                    log(range) * (2.0 * i / (SIZEPLANTED_SIZES - 1) - 1.0));
            rows[g * SIZEPLANTED_SIZES + i] =
                (SizeRow){macs, budget / macs, sizeplanted_loss(macs, budget / macs), 0.0};
        }
    return sizeplanted_table(rows, SIZEPLANTED_BUDGETS, SIZEPLANTED_SIZES);
}

SizeFit sizeplanted_fit(const SizeTable *table, Arena *arena)
{
    Err err = {0};
    SizeFit out;
    assert_int_equal(sizefit_run(&out, table, arena, &err), ERR_NONE);
    return out;
}
