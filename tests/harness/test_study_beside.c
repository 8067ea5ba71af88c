/* tests/harness/test_study_beside.c: refusals that no two studies of one binary lead to. */
#include "harness/study_beside.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* Results of another arithmetic revision are other bits: both revisions are named. */
static void another_arithmetic_is_refused(void **state)
{
    (void)state;
    const StoreResults old = {.study = {.name = "s", .data_digest = "d", .arithmetic = 1},
                              .revision = {.digest = "r"}};
    const StoreResults new = {.study = {.name = "t", .data_digest = "d", .arithmetic = 2},
                              .revision = {.digest = "r"}};
    const StudyBeside studies[] = {{.folder = "a", .results = &old},
                                   {.folder = "b", .results = &new}};
    Err err = {0};
    assert_int_equal(study_beside_check(studies, 2, &err), ERR_USAGE);
    assert_string_equal(err.msg,
                        "'a' and 'b' cannot stand side by side: arithmetic revision 1 and 2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(another_arithmetic_is_refused)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
