/* base/buffers: buffers with times of use share memory where they can, and never at one time. */
#include "base/buffers.h"

#include "base/arena.h"
#include "base/rng.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { N_BUFFERS = 60, N_TIMES = 40, N_LISTS = 20 };

static BufferList random_list(uint64_t seed)
{
    Err err = {0};
    BufferList list;
    Rng rng = rng_start(seed, RNG_RENDER, 0, 0);
    assert_int_equal(buffers_create(&list, N_BUFFERS, &err), ERR_NONE);
    for (int i = 0; i < N_BUFFERS; i++) {
        int index = -1;
        const int first = (int)(rng_float(&rng) * N_TIMES), more = (int)(rng_float(&rng) * 8);
        const size_t n_floats = 1 + (size_t)(rng_float(&rng) * 1000);
        assert_int_equal(buffers_add(&list, n_floats, first, first + more, &index, &err), ERR_NONE);
        assert_int_equal(index, i);
        assert_true(list.buffers[i].n_floats >= n_floats);
    }
    return list;
}

static size_t floats_at(const BufferList *list, int time)
{
    size_t sum = 0;
    for (int i = 0; i < list->n; i++)
        if (list->buffers[i].first <= time && time <= list->buffers[i].last)
            sum += list->buffers[i].n_floats;
    return sum;
}

static bool overlap(const Buffer *a, const Buffer *b)
{
    return a->first <= b->last && b->first <= a->last && a->offset < b->offset + b->n_floats &&
           b->offset < a->offset + a->n_floats;
}

/* Property: no two buffers in use at one time have a float in common, each begins at a whole vector
 * inside the extent, and the extent holds what is in use at any time, but is less than all. */
static void places_never_overlap(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < N_LISTS; seed++) {
        Err err = {0};
        BufferList list = random_list(seed);
        size_t n_floats = 0, sum = 0;
        assert_int_equal(buffers_place(&list, &n_floats, &err), ERR_NONE);
        for (int i = 0; i < list.n; i++) {
            const Buffer *buffer = &list.buffers[i];
            assert_int_equal(buffer->offset % (ARENA_ALIGN / sizeof(float)), 0);
            assert_true(buffer->offset + buffer->n_floats <= n_floats);
            sum += buffer->n_floats;
            for (int j = 0; j < i; j++)
                assert_false(overlap(buffer, &list.buffers[j]));
        }
        for (int time = 0; time < N_TIMES; time++)
            assert_true(floats_at(&list, time) <= n_floats);
        assert_true(n_floats < sum);
        buffers_release(&list);
    }
}

/* Property: sizes that no memory has are an error, not an overflow. */
static void too_large_is_an_error(void **state)
{
    (void)state;
    Err err = {0};
    BufferList list;
    int index = -1;
    assert_int_equal(buffers_create(&list, 1, &err), ERR_NONE);
    assert_int_equal(buffers_add(&list, SIZE_MAX, 0, 1, &index, &err), ERR_MEMORY);
    assert_int_equal(index, -1);
    buffers_release(&list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_never_overlap),
        cmocka_unit_test(too_large_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
