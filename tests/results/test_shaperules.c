/* results/shaperules: the named points of the triangle are the strategies of that name. */
#include "models/scaling.h"
#include "results/shaperules.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

/* Property: at 2 times the cost a rule's shares are those of its ray; logs of a few roundings. */
static void rules_are_rays(void **state)
{
    (void)state;
    static const double constants[] = {1.2, 1.1, 1.15};
    ShapeRule rules[SHAPERULES_N];
    shaperules_fill(rules);
    for (int r = 0; r < SHAPERULES_N; r++) {
        const bool is_compound = strcmp(rules[r].name, "tan-le") == 0;
        Ray ray;
        Shares shares;
        Err err = {0};
        if (scaling_ray(&ray, is_compound ? "compound" : rules[r].name, constants,
                        is_compound ? 3 : 0, &err) != ERR_NONE)
            fail_msg("%s", err.msg);
        const Scale at = scaling_at(&ray, 1.0);
        assert_true(scheffe_shares(at.depth, at.width, at.resolution, &shares));
        for (int k = 0; k < 3; k++)
            assert_true(fabs(shares.x[k] - rules[r].shares.x[k]) <= 1e-14);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(rules_are_rays)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
