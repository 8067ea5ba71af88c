/* Families: STEP 2 of compound scaling. */
#include "paper/family.h"
#include "tests/models/models_test.h"

#include <math.h>
#include <string.h>

/*
 * The literal equation at B0: phi = 7 gives d 3.58, w 1.95, 596 px, 39.66 G multiply-adds and 68.7
 * M parameters; phi = 3.5 gives 365 px, 4.18 G and 19.33 M, the paper's published B4 row; phi = 1
 * costs 2.57 times, phi = 2 4.69 times.
 */
static void literal_family_of_b0(void **state)
{
    (void)state;
    static const double phi[] = {0.0, 1.0, 2.0, 3.5, 7.0};
    const FamilySettings settings = {1.2, 1.1, 1.15, phi, ARRAY_LEN(phi)};
    const Spec spec = zoo_spec("efficientnet-b0");
    FamilyMember m[ARRAY_LEN(phi)];
    Err err = {0};
    assert_int_equal(family_build(m, &spec, &settings, &err), ERR_NONE);
    assert_int_equal(m[0].macs, 385814752);
    assert_true(m[0].counted_ratio == 1.0 && m[0].nominal_ratio == 1.0);
    assert_true(fabs(m[1].counted_ratio - 2.57) < 0.005);
    assert_true(fabs(m[1].nominal_ratio - 1.920) < 0.0005);
    assert_true(fabs(m[2].counted_ratio - 4.69) < 0.005);
    assert_int_equal(m[3].resolution, 365);
    assert_true(fabs((double)m[3].macs / 1e9 - 4.18) < 0.005);
    assert_true(fabs((double)m[3].params / 1e6 - 19.33) < 0.005);
    assert_int_equal(m[4].resolution, 596);
    assert_true(fabs(m[4].nominal.depth - 3.58) < 0.005 && fabs(m[4].nominal.width - 1.95) < 0.005);
    assert_true(fabs((double)m[4].macs / 1e9 - 39.66) < 0.005);
    assert_true(fabs((double)m[4].params / 1e6 - 68.7) < 0.05);
}

/* Any baseline has a family, and each member costs at least what the one before it does. */
static void every_network_has_a_family(void **state)
{
    (void)state;
    static const double phi[] = {0.0, 1.0, 2.0};
    const FamilySettings settings = {1.2, 1.1, 1.15, phi, ARRAY_LEN(phi)};
    for (size_t i = 0; i < zoo_count(); i++) {
        const Spec spec = zoo_spec(zoo_name(i));
        FamilyMember m[ARRAY_LEN(phi)];
        Err err = {0};
        assert_int_equal(family_build(m, &spec, &settings, &err), ERR_NONE);
        assert_true(m[0].macs < m[1].macs && m[1].macs < m[2].macs);
    }
}

static void refuse(FamilySettings settings, const char *part)
{
    const Spec spec = zoo_spec("efficientnet-b0");
    static FamilyMember members[FAMILY_MAX_MEMBERS + 1];
    Err err = {0};
    assert_int_equal(family_build(members, &spec, &settings, &err), ERR_USAGE);
    if (strstr(err.msg, part) == NULL)
        fail_msg("'%s' lacks '%s'", err.msg, part);
}

static void misuse(void **state)
{
    (void)state;
    static const double negative[] = {-1.0}, not_a_number[] = {(double)NAN}, huge[] = {50.0},
                        zero[80] = {0.0};
    refuse((FamilySettings){0.9, 1.1, 1.15, zero, 1}, "constant '0.9'");
    refuse((FamilySettings){1.2, 1.1, 1.15, negative, 1}, "phi '-1'");
    refuse((FamilySettings){1.2, 1.1, 1.15, not_a_number, 1}, "phi 'nan'");
    refuse((FamilySettings){1.2, 1.1, 1.15, huge, 1}, "member phi = 50: network 'efficientnet-b0");
    refuse((FamilySettings){1.2, 1.1, 1.15, zero, FAMILY_MAX_MEMBERS + 1}, "not 65");
    refuse((FamilySettings){1.2, 1.1, 1.15, zero, 0}, "not 0");
}

static void text_and_json(void **state)
{
    (void)state;
    static const double phi[] = {1.0};
    const FamilySettings settings = {1.2, 1.1, 1.15, phi, 1};
    const Spec spec = zoo_spec("efficientnet-b0");
    FamilyMember member;
    Text text = {0}, json = {0};
    JsonWriter writer = json_writer(&json, false);
    Err err = {0};
    assert_int_equal(family_build(&member, &spec, &settings, &err), ERR_NONE);
    family_table(&member, 1, &text);
    assert_non_null(strstr(text_string(&text), "992.6 M"));
    assert_non_null(strstr(text_string(&text), "1.920x   2.573x"));
    family_json(&member, 1, NULL, &writer);
    assert_non_null(strstr(text_string(&json), "\"nominal\":[1.2,1.1,1.15]"));
    assert_non_null(strstr(text_string(&json), "\"macs\":992629472"));
    text_release(&text);
    text_release(&json);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(literal_family_of_b0),
        cmocka_unit_test(every_network_has_a_family),
        cmocka_unit_test(misuse),
        cmocka_unit_test(text_and_json),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
