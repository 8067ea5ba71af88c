/* harness/recognition: the classes of pictures are those of the logits that the network gives. */
#include "harness/recognition.h"

#include "data/imagestats.h"
#include "tests/data/datafixture.h"
#include "tests/models/models_test.h"
#include "weights/weights.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { SIDE = 8, PIXELS = SIDE * SIDE, CLASSES = 10, N = 3, TOP = 3 };

static Infer *open_infer(int batch)
{
    Err err = {0};
    Infer *infer = NULL;
    Network network = zoo_network("proxy-b0", 1, 1, SIDE);
    const InferSettings settings = {.batch = batch, .threads = 1, .level = CPU_GENERIC};
    assert_ok(infer_plan(&infer, &network, &settings, &err), &err);
    assert_ok(weights_draw(infer, 3, &err), &err);
    network_release(&network);
    return infer;
}

/* Logits of pixels normalised here; the rest of softmax and order from libm. */
static void expect(const float *logits, const RecognitionGuess *guesses)
{
    double sum = 0.0;
    for (int c = 0; c < CLASSES; c++)
        sum += exp((double)logits[c]);
    for (int k = 0; k < TOP; k++) {
        int n_ahead = 0;
        for (int c = 0; c < CLASSES; c++)
            n_ahead += logits[c] > logits[guesses[k].label];
        assert_int_equal(n_ahead, k);
        /* Two exp of 1 ulp and a sum of ten terms: some 20 roundings of 2^-53. */
        const double wanted = exp((double)logits[guesses[k].label]) / sum;
        assert_true(fabs(guesses[k].probability - wanted) <= 40 * 0x1p-53 * wanted);
    }
}

/* Property: the same for whole batches and a rest, in the order of the files. */
static void classes_are_those_of_the_logits(void **state)
{
    (void)state;
    static uint8_t rgb[N][PIXELS][3];
    static float images[N][PIXELS][3], logits[N][CLASSES];
    const WeightOrigin origin = {.is_known = true,
                                 .mean = {0.5f, 0.25f, 0.125f},
                                 .deviation = {0.5f, 0.25f, 1.0f},
                                 .center_crop = 1.0};
    Arena arena = {0};
    PictureList pictures = {0};
    Err err = {0};
    const DataStats stats = imagestats_given(origin.mean, origin.deviation);
    for (int i = 0; i < N; i++) {
        char name[16];
        for (int p = 0; p < PIXELS; p++)
            for (int c = 0; c < 3; c++) {
                rgb[i][p][c] = (uint8_t)(p * (7 + i) + 50 * c);
                images[i][p][c] = stats.value[c][rgb[i][p][c]];
            }
        (void)snprintf(name, sizeof name, "%d.bmp", i);
        fixture_bmp(name, SIDE, SIDE, &rgb[i][0][0]); /* of its own side: nothing is resized */
    }
    assert_ok(picture_list_add(&pictures, fixture_folder(), &arena, &err), &err);
    assert_int_equal(pictures.n, N);
    Infer *whole = open_infer(N);
    infer_run(whole, &images[0][0][0], N, &logits[0][0]);
    for (int batch = 1; batch <= N; batch++) {
        RecognitionGuess guesses[N][TOP];
        Infer *infer = open_infer(batch);
        assert_ok(recognition_run(infer, &origin, &pictures, TOP, &guesses[0][0], &err), &err);
        for (int i = 0; i < N; i++)
            expect(logits[i], guesses[i]);
        infer_destroy(&infer);
    }
    infer_destroy(&whole);
    arena_release(&arena);
}

/*
 * Property: weights that do not say how have the centre 0.875 of the shorter side, 14 of 16 pixels,
 * which are the network's own, with ImageNet's mean and deviation, channel by channel.
 */
static void unknown_weights_are_taken_for_imagenets(void **state)
{
    (void)state;
    enum { OUTER = 16, INNER = 14 };
    static uint8_t rgb[OUTER][OUTER][3];
    static const float mean[3] = {0.485f, 0.456f, 0.406f}, deviation[3] = {0.229f, 0.224f, 0.225f};
    const WeightOrigin origin = {.is_known = false};
    const PictureList pictures = {(const char *[]){fixture_path("outer/x.bmp")}, 1};
    PictureInput input = {0};
    Err err = {0};
    for (int i = 0; i < OUTER * OUTER * 3; i++)
        (&rgb[0][0][0])[i] = (uint8_t)(i * 29);
    fixture_bmp("outer/x.bmp", OUTER, OUTER, &rgb[0][0][0]);
    assert_ok(pictureinput_open(&input, INNER, 1, &origin, &err), &err);
    assert_ok(pictureinput_read(&input, &pictures, 0, &err), &err);
    assert_int_equal(input.n, 1);
    const DataStats stats = imagestats_given(mean, deviation);
    for (int y = 0; y < INNER; y++)
        for (int x = 0; x < INNER; x++)
            for (int c = 0; c < 3; c++)
                assert_true(input.images[(y * INNER + x) * 3 + c] ==
                            stats.value[c][rgb[y + 1][x + 1][c]]);
    pictureinput_release(&input);
}

/* Property: what is no number comes last, in the order of its labels, and best is the first. */
static void no_number_comes_last(void **state)
{
    (void)state;
    const float logits[] = {NAN, 1.0f, NAN, 2.0f};
    static const int wanted[] = {3, 1, 0, 2};
    RecognitionGuess guesses[4];
    recognition_guess(logits, 4, 4, guesses);
    for (int k = 0; k < 4; k++)
        assert_int_equal(guesses[k].label, wanted[k]);
    assert_int_equal(recognition_best(logits, 4), 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(classes_are_those_of_the_logits),
                                       cmocka_unit_test(unknown_weights_are_taken_for_imagenets),
                                       cmocka_unit_test(no_number_comes_last)};
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
