/* tests/harness/test_inference.c: logits of images in a file, whoever wrote it. */
#include "base/file.h"
#include "base/sys.h"
#include "base/sysfault.h"
#include "harness/inference.h"
#include "nettest.h"
#include "weights/safetensors.h"
#include "weights/weights.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

enum { SIDE = 8, CLASSES = 4, N_IMAGES = 5, CHANNELS = 3, PATH_BYTES = 256 };

/* Writes `n` images, channels last in `batch`, as the files of other frameworks have them. */
static void write_images(const char *path, const TestBatch *batch, const char *name,
                         TensorType type, int height)
{
    enum { PIXELS = SIDE * SIDE };
    static float nchw[N_IMAGES][CHANNELS][PIXELS];
    Err err = {0};
    for (int i = 0; i < N_IMAGES; i++)
        for (int p = 0; p < PIXELS; p++)
            for (int c = 0; c < CHANNELS; c++)
                nchw[i][c][p] = batch->images[(i * PIXELS + p) * CHANNELS + c];
    TensorInfo tensor = {.name = name,
                         .type = type,
                         .n_dims = 4,
                         .dims = {N_IMAGES, CHANNELS, height, SIDE},
                         .data = nchw};
    TensorSet set = {.tensors = &tensor, .n_tensors = 1};
    safetensors_measure(&tensor);
    nettest_ok(safetensors_write(NULL, path, &set, &err), &err);
}

static Infer *make_infer(Network *network, int batch)
{
    const InferSettings settings = {.batch = batch, .threads = 1, .level = cpu_best_level()};
    Infer *infer = NULL;
    Err err = {0};
    *network = nettest_zoo("proxy-b0", 0.5, CLASSES, SIDE);
    nettest_ok(infer_plan(&infer, network, &settings, &err), &err);
    nettest_ok(weights_draw(infer, 3, &err), &err);
    return infer;
}

/*
 * What is read and turned is what the network takes itself: the same bits of logits as from images
 * that were channels last from the start, for every size of batch, whole and rest.
 */
static void logits_do_not_depend_on_layout_or_batch(void **state)
{
    (void)state;
    Network network;
    InferenceImages images;
    Err err = {0};
    Infer *whole = make_infer(&network, N_IMAGES);
    TestBatch batch = nettest_batch(&network, N_IMAGES, 9);
    char path[PATH_BYTES];
    float wanted[N_IMAGES][CLASSES], seen[N_IMAGES][CLASSES];
    snprintf(path, sizeof path, "%s", nettest_path("images.safetensors"));
    write_images(path, &batch, "images", TENSOR_F32, SIDE);
    nettest_ok(inference_load(&images, path, &err), &err);
    assert_int_equal(images.n, N_IMAGES);
    assert_int_equal(images.side, SIDE);
    infer_run(whole, batch.images, N_IMAGES, &wanted[0][0]);
    for (int n = 1; n <= N_IMAGES; n++) {
        Network same;
        Infer *infer = make_infer(&same, n);
        memset(seen, 0, sizeof seen);
        nettest_ok(inference_run(infer, &images, &seen[0][0], &err), &err);
        assert_memory_equal(seen, wanted, sizeof wanted);
        infer_destroy(&infer);
        network_release(&same);
    }
    inference_release(&images);
    nettest_release_batch(&batch);
    infer_destroy(&whole);
    network_release(&network);
    nettest_ok(file_remove(path, &err), &err);
}

/* Another name, type or shape is one error that says what is there and what is wanted. */
static void other_tensors_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        TensorType type;
        int height;
        const char *word;
    } cases[] = {{"image", TENSOR_F32, SIDE, "has no tensor 'images'"},
                 {"images", TENSOR_I32, SIDE, "is I32 [5, 3, 8, 8]"},
                 {"images", TENSOR_F32, SIDE / 2, "F32 [5, 3, 4, 8] where F32 [N, 3, H, H]"}};
    Network network;
    Infer *infer = make_infer(&network, 1);
    TestBatch batch = nettest_batch(&network, N_IMAGES, 9);
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s", nettest_path("refused.safetensors"));
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        InferenceImages images;
        Err err = {0};
        write_images(path, &batch, cases[i].name, cases[i].type, cases[i].height);
        assert_int_equal(inference_load(&images, path, &err), ERR_DATA);
        assert_non_null(strstr(err.msg, cases[i].word));
        inference_release(&images);
    }
    Err err = {0};
    nettest_ok(file_remove(path, &err), &err);
    nettest_release_batch(&batch);
    infer_destroy(&infer);
    network_release(&network);
}

/* Without memory, at whatever call, there is one error and an end; with it, a file. */
static void memory_may_be_short(void **state)
{
    (void)state;
    Network network;
    Infer *infer = make_infer(&network, 2);
    TestBatch batch = nettest_batch(&network, N_IMAGES, 9);
    char path[PATH_BYTES], out[PATH_BYTES];
    snprintf(path, sizeof path, "%s", nettest_path("short.safetensors"));
    snprintf(out, sizeof out, "%s", nettest_path("logits.safetensors"));
    write_images(path, &batch, "images", TENSOR_F32, SIDE);
    bool has_fired = true;
    long k = 1;
    for (; has_fired; k++) {
        InferenceImages images = {0};
        Err err = {0};
        sysfault_arm(SYS_ALLOC, k, SYS_FAIL, ENOMEM);
        ErrCode code = inference_load(&images, path, &err);
        if (code == ERR_NONE)
            code = inference_write(infer, &images, out, NULL, &err);
        has_fired = sysfault_fired();
        sysfault_clear();
        assert_int_equal(code, has_fired ? ERR_MEMORY : ERR_NONE);
        assert_true(has_fired || file_exists(out));
        inference_release(&images);
        err = (Err){0};
        if (file_exists(out))
            nettest_ok(file_remove(out, &err), &err);
    }
    assert_true(k > 4);
    Err err = {0};
    nettest_ok(file_remove(path, &err), &err);
    nettest_release_batch(&batch);
    infer_destroy(&infer);
    network_release(&network);
}

/* Each image's class is the first of its largest logits. */
static void labels_are_those_of_the_largest_logits(void **state)
{
    (void)state;
    Network network;
    Infer *infer = make_infer(&network, 2);
    TestBatch batch = nettest_batch(&network, N_IMAGES, 9);
    char path[PATH_BYTES], out[PATH_BYTES];
    float logits[N_IMAGES][CLASSES];
    int labels[N_IMAGES];
    InferenceImages images;
    Err err = {0};
    snprintf(path, sizeof path, "%s", nettest_path("labelled.safetensors"));
    snprintf(out, sizeof out, "%s", nettest_path("labels.safetensors"));
    write_images(path, &batch, "images", TENSOR_F32, SIDE);
    nettest_ok(inference_load(&images, path, &err), &err);
    nettest_ok(inference_run(infer, &images, &logits[0][0], &err), &err);
    nettest_ok(inference_write(infer, &images, out, labels, &err), &err);
    for (int i = 0; i < N_IMAGES; i++) {
        assert_in_range(labels[i], 0, CLASSES - 1);
        for (int c = 0; c < CLASSES; c++)
            assert_true(c < labels[i] ? logits[i][c] < logits[i][labels[i]]
                                      : logits[i][c] <= logits[i][labels[i]]);
    }
    inference_release(&images);
    nettest_release_batch(&batch);
    infer_destroy(&infer);
    network_release(&network);
    nettest_ok(file_remove(path, &err), &err);
    nettest_ok(file_remove(out, &err), &err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(logits_do_not_depend_on_layout_or_batch),
        cmocka_unit_test(other_tensors_are_refused),
        cmocka_unit_test(memory_may_be_short),
        cmocka_unit_test(labels_are_those_of_the_largest_logits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
