/* tests/results/test_tensorboard.c: a run a trial, a scalar a measurement; readers of other makes
 * are asked in tests/cli/readers.sh. */
#include "tests/results/fixture.h"

#include "base/file.h"
#include "base/sys.h"
#include "results/tensorboard.h"
#include "results/tfrecord.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static uint64_t word_at(const char *data, int n_bytes)
{
    uint64_t word = 0;
    for (int i = 0; i < n_bytes; i++)
        word |= (uint64_t)(unsigned char)data[i] << (8 * i);
    return word;
}

/* Walks the frames of a file; returns how many records it has. */
static int count_records(const char *data, size_t n_bytes)
{
    enum { HEAD = 12, TAIL = 4 };
    int n = 0;
    for (size_t at = 0; at < n_bytes; n++) {
        Text frame = {0};
        assert_true(at + HEAD + TAIL <= n_bytes);
        const size_t n_data = (size_t)word_at(data + at, 8);
        assert_true(n_data <= n_bytes - at - HEAD - TAIL);
        tfrecord_append(&frame, data + at + HEAD, n_data);
        assert_memory_equal(frame.data, data + at, HEAD + n_data + TAIL);
        text_release(&frame);
        at += HEAD + n_data + TAIL;
    }
    return n;
}

/* As many runs as trials have epochs, each whole; written again they are the same bytes. */
static void runs(void **state)
{
    (void)state;
    const Fixture fixture = {.n_seeds = 2, .noise = 0.5, .has_search = true};
    Store *store = fixture_store("runs.db", &fixture);
    Err err = {0};
    Arena arena = {0};
    StoreTrials trials;
    FileList list;
    char folder[FIXTURE_PATH_BYTES];
    int64_t n_runs = 0;
    snprintf(folder, sizeof folder, "%s", fixture_path("events"));
    if (store_trials(store, &arena, &trials, &err) != ERR_NONE ||
        tensorboard_write(store, folder, &n_runs, &err) != ERR_NONE ||
        tensorboard_write(store, folder, &n_runs, &err) != ERR_NONE ||
        file_list(folder, &list, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    assert_int_equal(n_runs, trials.n);
    assert_int_equal(list.n_names, trials.n);
    for (size_t i = 0; i < list.n_names; i++) {
        size_t n_bytes = 0;
        char *data =
            fixture_bytes(&n_bytes, "events/%s/events.out.tfevents.isoflop", list.names[i]);
        assert_int_equal(count_records(data, n_bytes), 1 + FIXTURE_EPOCHS);
        assert_int_equal(trials.items[i].number, atoll(list.names[i]));
        mem_free(data);
    }
    file_list_release(&list);
    arena_release(&arena);
    store_close(&store);
}

/* What has no epoch has no run; a series may be called anything. */
static void nothing_yet(void **state)
{
    (void)state;
    const Fixture planned = {.n_seeds = 1, .is_planned_only = true};
    Store *store = fixture_store("planned.db", &planned);
    Err err = {0};
    int64_t n_runs = -1;
    if (tensorboard_write(store, fixture_path("none"), &n_runs, &err) != ERR_NONE)
        fail_msg("%s", err.msg);
    assert_int_equal(n_runs, 0);
    store_close(&store);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(runs), cmocka_unit_test(nothing_yet)};
    return cmocka_run_group_tests(tests, NULL, fixture_teardown);
}
