/* tests/weights/test_notweights.c: what is no weight file is called by its name. */
#include "weights/notweights.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const struct {
    const char *bytes;
    const char *word; /* NULL: nothing known */
} samples[] = {
    {"PK\3\4 a pickle", "zip file"},
    {"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 5\n", "git lfs pull"},
    {"{\"metadata\":{},\"weight_map\":{\"a\":\"model-00001-of-00002.safetensors\"}}", "index"},
    {"{\"weight_map\":[]}", NULL}, /* of another shape */
    {"{\"weight_map\":{}", NULL},  /* cut */
    {"version 2", NULL},
    {"PK", NULL},
    {"", NULL},
};

/* Each kind by its first bytes and with its remedy; near misses are not claimed. */
static void test_kinds(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
        Err err = {0};
        const ErrCode code =
            notweights_check("the file", samples[i].bytes, strlen(samples[i].bytes), &err);
        assert_int_equal(code, samples[i].word != NULL ? ERR_DATA : ERR_NONE);
        if (samples[i].word == NULL)
            continue;
        assert_non_null(strstr(err.msg, samples[i].word));
        assert_non_null(strstr(err.msg, "'the file'"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_kinds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
