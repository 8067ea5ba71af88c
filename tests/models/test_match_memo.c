/* Remembering changes nothing but the time. */
#include "tests/models/models_test.h"

#include "base/sysfault.h"
#include "models/match.h"

#include <errno.h>
#include <string.h>

static void expect_equal(const MatchPoint *a, const MatchPoint *b)
{
    assert_memory_equal(&a->nominal, &b->nominal, sizeof a->nominal);
    assert_memory_equal(&a->built, &b->built, sizeof a->built);
    assert_true(a->width_trim == b->width_trim && a->pixels_moved == b->pixels_moved);
    assert_true(a->macs == b->macs && a->ratio == b->ratio && a->status == b->status);
    assert_string_equal(a->digest, b->digest);
    Text one = {0}, two = {0};
    spec_write_yaml(&a->spec, &one);
    spec_write_yaml(&b->spec, &two);
    assert_string_equal(text_string(&one), text_string(&two));
    text_release(&one);
    text_release(&two);
}

/*
 * Points of a grid that repeat depths, widths and networks, fair and unfair, counted and nominal:
 * each is the same bits with a memo as without, in whatever order they come.
 */
static void points_are_the_same_bits(void **state)
{
    (void)state;
    static const char *const networks[] = {"proxy-b0", "efficientnet-b0-cifar", "resnet-20-cifar"};
    for (size_t n = 0; n < ARRAY_LEN(networks); n++) {
        const Spec spec = zoo_spec(networks[n]);
        const Matching plain = match_target(&spec, 2.0, 0.02);
        Matching with_memo = plain;
        Err err = {0};
        assert_int_equal(match_memo_create(&with_memo.memo, &err), ERR_NONE);
        for (int i = 0; i < 216; i++) {
            const int k = i * 35 % 216;
            const Scale scale = {1.0 + 0.25 * (k % 6), 1.0 + 0.125 * (k / 6 % 6),
                                 1.0 + 0.0625 * (k / 36)};
            MatchPoint a, b;
            double ratio;
            assert_int_equal(match_grid_point(&a, &plain, scale, &err), ERR_NONE);
            assert_int_equal(match_grid_point(&b, &with_memo, scale, &err), ERR_NONE);
            expect_equal(&a, &b);
            assert_int_equal(match_nominal_ratio(&ratio, &with_memo, scale, &err), ERR_NONE);
            assert_int_equal(match_nominal(&a, &plain, scale, &err), ERR_NONE);
            assert_int_equal(match_nominal(&b, &with_memo, scale, &err), ERR_NONE);
            expect_equal(&a, &b);
            assert_true(ratio == a.ratio);
        }
        match_memo_destroy(&with_memo.memo);
        assert_null(with_memo.memo);
    }
}

/* What is beyond the limits is remembered as that. */
static void too_large_stays_too_large(void **state)
{
    (void)state;
    const Spec spec = zoo_spec("proxy-b0");
    Matching matching = match_target(&spec, 2.0, 0.02);
    MatchPoint point;
    Err err = {0};
    assert_int_equal(match_memo_create(&matching.memo, &err), ERR_NONE);
    for (int i = 0; i < 2; i++)
        assert_int_equal(match_grid_point(&point, &matching, (Scale){1e4, 1.0, 1.0}, &err),
                         ERR_USAGE);
    match_memo_destroy(&matching.memo);
}

/* At every allocation that fails: ERR_MEMORY, no leak, and the memo goes on to the right point. */
static void lack_of_memory_is_survived(void **state)
{
    (void)state;
    const Spec spec = zoo_spec("proxy-b0");
    const Matching plain = match_target(&spec, 2.0, 0.05);
    const Scale scale = {1.3, 1.1, 1.15};
    MatchPoint expected, point;
    Err err = {0};
    assert_int_equal(match_grid_point(&expected, &plain, scale, &err), ERR_NONE);
    for (long k = 1;; k++) {
        Matching matching = plain;
        sysfault_arm(SYS_ALLOC, k, SYS_FAIL, ENOMEM);
        ErrCode code = match_memo_create(&matching.memo, &err);
        if (code == ERR_NONE)
            code = match_grid_point(&point, &matching, scale, &err);
        const bool fired = sysfault_fired();
        sysfault_clear();
        assert_int_equal(code, fired ? ERR_MEMORY : ERR_NONE);
        if (matching.memo != NULL) {
            assert_int_equal(match_grid_point(&point, &matching, scale, &err), ERR_NONE);
            expect_equal(&point, &expected);
        }
        match_memo_destroy(&matching.memo);
        if (!fired)
            break;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(points_are_the_same_bits),
        cmocka_unit_test(too_large_stays_too_large),
        cmocka_unit_test(lack_of_memory_is_survived),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
