/*
 * How phases are cut and shared out: chunks and slots cover a batch in equal parts, every thread of
 * many has work on the smallest maps, and shares of a weight gradient cover it without overlap.
 */
#include "nn/netshare.h"

#include "base/err.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

static const int batches[] = {1, 2, 7, 8, 16, 17, 32, 50, 64, 100, 128, 300};
static const int maps[] = {1, 4, 9, 16, 49, 64, 196, 1024, 50176};

static int size_of(TeamRange range)
{
    return range.end - range.first;
}

/* Chunks are a multiple of SLOTS_MAX or the batch, never larger than CHUNK_IMAGES, and differ by at
 * most one image. */
static void test_chunks_are_even(void **state)
{
    (void)state;
    for (size_t b = 0; b < ARRAY_LEN(batches); b++)
        for (size_t m = 0; m < ARRAY_LEN(maps); m++) {
            const int batch = batches[b], n = netshare_chunks(batch, maps[m]);
            assert_true(n == batch || (n < batch && n % SLOTS_MAX == 0));
            for (int i = 0; i < n; i++) {
                const int images = size_of(team_range(batch, i, n));
                assert_in_range(images, batch / n, (batch + n - 1) / n);
                assert_in_range(images, 1, CHUNK_IMAGES);
            }
        }
}

/* Images of the slots of a thread, as netphase shares them out. */
static TeamRange images_of(int batch, int pixels, int thread, int n_threads)
{
    const int n_chunks = netshare_chunks(batch, pixels), n_slots = netshare_slots(n_chunks);
    const TeamRange slots = team_range(n_slots, thread, n_threads);
    const int first = team_range(n_chunks, slots.first, n_slots).first;
    const int end = team_range(n_chunks, slots.end, n_slots).first;
    return (TeamRange){team_range(batch, first, n_chunks).first,
                       team_range(batch, end, n_chunks).first};
}

/* Up to 16 threads have work wherever the batch has as many images, on 2 x 2 maps and on large
 * ones. Where 16 divides the batch, 2, 4, 8 and 16 threads have the same number of images. Else
 * shares are within one slot: ceil(n_chunks / n_slots) chunks of ceil(batch / n_chunks) images. */
static void test_every_thread_has_work(void **state)
{
    (void)state;
    for (size_t b = 0; b < ARRAY_LEN(batches); b++)
        for (size_t m = 0; m < ARRAY_LEN(maps); m++)
            for (int threads = 1; threads <= 16; threads++) {
                const int batch = batches[b], chunks = netshare_chunks(batch, maps[m]);
                const int slots = netshare_slots(chunks);
                const int slot = (chunks + slots - 1) / slots * ((batch + chunks - 1) / chunks);
                int next = 0;
                for (int t = 0; t < threads; t++) {
                    const TeamRange images = images_of(batch, maps[m], t, threads);
                    assert_int_equal(images.first, next);
                    next = images.end;
                    assert_true(batch < threads || size_of(images) > 0);
                    assert_true(size_of(images) <= batch / threads + slot);
                    if (batch % 16 == 0 && 16 % threads == 0)
                        assert_int_equal(size_of(images), batch / threads);
                }
                assert_int_equal(next, batch);
            }
}

/* Every element has one owner; a share is at most 1/T of the longer side and one tile of LANES. */
static void test_shares_cover_a_matrix(void **state)
{
    (void)state;
    static const int sides[][2] = {{1, 16},     {3, 32},     {27, 16},     {80, 480},  {48, 48},
                                   {1152, 192}, {192, 1152}, {1280, 1008}, {512, 2048}};
    static unsigned char owners[1280 * 1152];
    for (size_t i = 0; i < ARRAY_LEN(sides); i++)
        for (int threads = 1; threads <= 16; threads++) {
            const int K = sides[i][0], N = sides[i][1], longer = K > N ? K : N;
            const size_t n = (size_t)K * (size_t)N;
            assert_true(n <= sizeof owners);
            memset(owners, 0, n);
            for (int t = 0; t < threads; t++) {
                const MatrixShare share = netshare_matrix(K, N, t, threads);
                const int part = K > N ? size_of(share.rows) : size_of(share.columns);
                assert_true(part <= longer / threads + LANES);
                assert_int_equal(share.columns.first % LANES, 0);
                assert_int_equal(netshare_is_empty(&share), part == 0);
                for (int k = share.rows.first; k < share.rows.end; k++)
                    for (int c = share.columns.first; c < share.columns.end; c++)
                        owners[(size_t)k * (size_t)N + (size_t)c]++;
            }
            for (size_t e = 0; e < n; e++)
                assert_int_equal(owners[e], 1);
        }
}

/* The project of B0's widest block at 64 px, batch 32, has 2 x 2 maps: 16 slots of 1152 x 192
 * are 3.5 million floats, what it reads and makes 0.2. The first expand at 32 x 32 has 16 slots of
 * 16 x 96.
 */
static void test_large_weights_have_one_slot(void **state)
{
    (void)state;
    assert_true(netshare_has_one_slot(16, 1152 * 192, 32 * 4 * (1152 + 192)));
    assert_false(netshare_has_one_slot(16, 16 * 96, 32 * 1024 * (16 + 96)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chunks_are_even),
        cmocka_unit_test(test_every_thread_has_work),
        cmocka_unit_test(test_shares_cover_a_matrix),
        cmocka_unit_test(test_large_weights_have_one_slot),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
