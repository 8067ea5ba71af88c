/* An epoch's metrics survive each of their codings, and lists of before are read. */
#include "results/epoch.h"

#include "base/text.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

static const Epoch epoch = {3, 1.0 / 3, (double)NAN, 62.5, 0.02, 1.5, 900.25};

static json_t *parse(const Text *text)
{
    json_t *root = NULL;
    Err err = {0};
    if (json_parse(&root, "test", text->data, text->n_bytes, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    return root;
}

/* Every metric, by the table, is the same number, or both are none. */
static void assert_same(const Epoch *a, const Epoch *b)
{
    assert_int_equal(a->epoch, b->epoch);
    for (int i = 0; i < EPOCH_N_METRICS; i++) {
        const double x = epoch_value(a, &epoch_metrics[i]), y = epoch_value(b, &epoch_metrics[i]);
        if (!(isnan(x) && isnan(y)) && memcmp(&x, &y, sizeof x) != 0)
            fail_msg("%s is another", epoch_metrics[i].name);
    }
}

/* The table names every field once, results first, and has a place in the list for each. */
static void test_table(void **state)
{
    (void)state;
    bool taken[EPOCH_N_METRICS] = {false};
    assert_int_equal(sizeof(Epoch), sizeof(int64_t) + EPOCH_N_METRICS * sizeof(double));
    for (int i = 0; i < EPOCH_N_METRICS; i++) {
        const EpochMetric *m = &epoch_metrics[i];
        assert_true(m->place >= 0 && m->place < EPOCH_N_METRICS && !taken[m->place]);
        assert_true(i == 0 || epoch_metrics[i - 1].is_result || !m->is_result);
        taken[m->place] = true;
    }
}

/* The line of `train --json` and of workers is what scripts read, and reads back to the bit. */
static void test_map(void **state)
{
    (void)state;
    Text text = {0};
    JsonWriter json = json_writer(&text, false);
    Epoch read;
    Err err = {0};
    json_open_map(&json, NULL);
    epoch_put_map(&epoch, &json);
    json_close_map(&json);
    assert_non_null(strstr(text_string(&text), "\"epoch\":3,\"train_loss\":0.333333"));
    assert_non_null(strstr(text_string(&text), "\"val_loss\":null,\"val_top1\":62.5,\"lr\":0.02,"
                                               "\"seconds\":1.5,\"images_per_second\":900.25}"));
    json_t *map = parse(&text);
    assert_int_equal(epoch_get_map(&read, map, &err), ERR_NONE);
    assert_same(&read, &epoch);
    json_object_del(map, "lr");
    assert_int_equal(epoch_get_map(&read, map, &err), ERR_DATA);
    assert_non_null(strstr(err.msg, "'lr' is missing"));
    json_decref(map);
    text_release(&text);
}

/* A checkpoint's list reads back; a shorter one lacks what is newer, a longer one is refused. */
static void test_list(void **state)
{
    (void)state;
    Text text = {0};
    JsonWriter json = json_writer(&text, false);
    Epoch read;
    Err err = {0};
    json_open_list(&json, NULL);
    epoch_put_list(&epoch, &json);
    json_close_list(&json);
    json_t *root = parse(&text), *list = json_array_get(root, 0);
    assert_int_equal(epoch_get_list(&read, 3, list, &err), ERR_NONE);
    assert_same(&read, &epoch);
    json_array_remove(list, EPOCH_N_METRICS - 1);
    assert_int_equal(epoch_get_list(&read, 3, list, &err), ERR_NONE);
    assert_true(isnan(read.images_per_second) && read.seconds > 1);
    while (json_array_size(list) <= EPOCH_N_METRICS)
        json_array_append_new(list, json_real(1));
    assert_int_equal(epoch_get_list(&read, 3, list, &err), ERR_DATA);
    err = (Err){0};
    assert_int_equal(epoch_get_list(&read, 3, NULL, &err), ERR_DATA);
    json_decref(root);
    text_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_table), cmocka_unit_test(test_map),
                                       cmocka_unit_test(test_list)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
