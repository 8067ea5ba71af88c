/* tests/harness/test_evaluation.c: what is said of a confusion matrix; what is put into one is what
 * the logits say. */
#include "harness/evaluation.h"

#include "harness/recognition.h"
#include "tests/data/datafixture.h"
#include "tests/models/models_test.h"
#include "weights/weights.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { CLASSES = 3 };

/* A set of cifar's classes, and a network that sees it in less. */
enum { N = 11, SET_CLASSES = 10, SIDE = 8, FAVOURITE = 3, MOST_INPUTS = 1024 };

/* Whoever always says the class of 95 of 100 images is right in 95 % and balanced at chance. */
static void majority_is_seen_through(void **state)
{
    (void)state;
    int64_t always[CLASSES][CLASSES] = {{0, 5, 0}, {0, 95, 0}, {0, 0, 0}};
    const Evaluation e = {.n = 100, .classes = CLASSES, .top1 = 95.0, .confusion = &always[0][0]};
    assert_int_equal(evaluation_majority(&e), 1);
    assert_true(evaluation_majority_share(&e) == 95.0);
    assert_true(evaluation_balanced(&e) == 50.0); /* two classes have images */
    assert_true(isnan(evaluation_class_top1(&e, 2)));
}

/* Of equally frequent classes the first; the mean is over classes, not images. */
static void classes_count_alike(void **state)
{
    (void)state;
    int64_t mixed[CLASSES][CLASSES] = {{1, 3, 0}, {0, 4, 0}, {0, 0, 2}};
    const Evaluation e = {.n = 10, .classes = CLASSES, .confusion = &mixed[0][0]};
    assert_int_equal(evaluation_majority(&e), 0);
    assert_true(evaluation_majority_share(&e) == 40.0);
    assert_true(evaluation_balanced(&e) == 75.0);
}

/* --- of images --- */

/* Test images of other labels in turn, or all of the favourite. */
static ImageSet *open_set(bool is_uniform)
{
    static uint8_t records[N][CIFAR_RECORD_BYTES];
    fixture_cifar(4, 4, N);
    for (int i = 0; i < N; i++) {
        records[i][0] = FAVOURITE;
        memset(records[i] + 1, 20 * i, sizeof records[i] - 1);
    }
    if (is_uniform)
        fixture_write("cifar/test_batch.bin", records, sizeof records);
    Dataset *data = fixture_open_cifar();
    ImageSet *set = fixture_images(data, 4, 2, N, SIDE, 1);
    dataset_close(&data);
    return set;
}

static Infer *open_infer(int batch, int threads)
{
    Err err = {0};
    Infer *infer = NULL;
    Network network = zoo_network("proxy-b0", 0.5, 1, SIDE);
    const InferSettings settings = {.batch = batch, .threads = threads, .level = cpu_best_level()};
    assert_int_equal(network.classes, SET_CLASSES);
    assert_ok(infer_plan(&infer, &network, &settings, &err), &err);
    assert_ok(weights_draw(infer, 3, &err), &err);
    network_release(&network);
    return infer;
}

/* Whatever it sees, it says the favourite. */
static void give_prejudice(Infer *infer)
{
    static const float zeros[SET_CLASSES * MOST_INPUTS];
    const float bias[SET_CLASSES] = {[FAVOURITE] = 1.0f};
    const int last = infer_network(infer)->n_ops - 1;
    assert_in_range(infer_network(infer)->ops[last].in_channels, 1, MOST_INPUTS);
    infer_write(infer, last, 0, zeros);
    infer_write(infer, last, 1, bias);
}

/* The parts of -log softmax, off by at most a unit of the last place of each float e^d and by the
 * rounding of d: (1 + |d|) 2^-23 together; *off is that for the largest |d|. */
static double naive_loss(const float *logits, int label, double *off)
{
    double sum = 0.0;
    for (int c = 0; c < SET_CLASSES; c++) {
        const double d = (double)logits[c] - (double)logits[recognition_best(logits, SET_CLASSES)];
        sum += exp(d);
        *off = fmax(*off, (1.0 + fabs(d)) * 0x1p-23);
    }
    const double z = (double)logits[label];
    return log(sum) + (double)logits[recognition_best(logits, SET_CLASSES)] - z;
}

/* Property: the matrix, the percentage and the mean loss are those of each image's logits. */
static void images_are_judged_by_their_logits(void **state)
{
    (void)state;
    static float logits[N][SET_CLASSES];
    Err err = {0};
    ImageSet *set = open_set(false);
    const DataStats stats = imagestats_compute(set, PART_TRAIN, 1);
    Infer *infer = open_infer(4, 2);
    Evaluation e;
    EvaluationWatch watch = {.total = N};
    assert_ok(evaluation_logits(&logits[0][0], infer, set, &stats, PART_TEST, &watch, &err), &err);
    assert_int_equal(watch.done, N);
    assert_ok(evaluation_run(&e, infer, set, &stats, PART_TEST, &err), &err);
    int64_t confusion[SET_CLASSES][SET_CLASSES] = {0}, hits = 0;
    double loss = 0.0, off = 0.0;
    for (int i = 0; i < N; i++) {
        const int label = imageset_view(set, PART_TEST, (uint32_t)i).label;
        const int predicted = recognition_best(logits[i], SET_CLASSES);
        confusion[label][predicted]++;
        hits += label == predicted;
        loss += naive_loss(logits[i], label, &off) / N;
    }
    assert_int_equal(e.n, N);
    assert_memory_equal(e.confusion, confusion, sizeof confusion);
    assert_true(e.top1 == 100.0 * (double)hits / N);
    assert_true(fabs(e.loss - loss) <= off);
    evaluation_release(&e);
    infer_destroy(&infer);
    imageset_close(&set);
}

/* Property: the batch and threads change no bit; one of eleven is 100/11, rounded once. */
static void one_of_eleven(void **state)
{
    (void)state;
    Err err = {0};
    ImageSet *set = open_set(false);
    const DataStats stats = imagestats_compute(set, PART_TRAIN, 1);
    double loss = 0.0;
    for (int batch = 1; batch <= N; batch += 5) {
        Infer *infer = open_infer(batch, 1 + batch % 3);
        Evaluation e;
        give_prejudice(infer);
        assert_ok(evaluation_run(&e, infer, set, &stats, PART_TEST, &err), &err);
        assert_true(e.top1 == 100.0 / N);
        assert_int_equal(evaluation_class_count(&e, FAVOURITE), 1);
        assert_true(batch == 1 || e.loss == loss);
        loss = e.loss;
        evaluation_release(&e);
        infer_destroy(&infer);
    }
    imageset_close(&set);
}

/* Property: what is all right is 100 % and nothing above, also where 100/n rounds up. */
static void eleven_of_eleven(void **state)
{
    (void)state;
    Err err = {0};
    ImageSet *set = open_set(true);
    const DataStats stats = imagestats_compute(set, PART_TRAIN, 1);
    Infer *infer = open_infer(4, 1);
    Evaluation e;
    give_prejudice(infer);
    assert_ok(evaluation_run(&e, infer, set, &stats, PART_TEST, &err), &err);
    assert_true(e.top1 == 100.0);
    assert_true(e.top1 == evaluation_class_top1(&e, FAVOURITE));
    evaluation_release(&e);
    infer_destroy(&infer);
    imageset_close(&set);
}

static bool stop(void *user, uint32_t done, uint32_t total)
{
    (void)user;
    return done < total / 2;
}

/* Property: who listens may end it, and is told how far it came. */
static void listeners_may_interrupt(void **state)
{
    (void)state;
    static float logits[N][SET_CLASSES];
    Err err = {0};
    ImageSet *set = open_set(false);
    const DataStats stats = imagestats_compute(set, PART_TRAIN, 1);
    Infer *infer = open_infer(4, 1);
    EvaluationWatch watch = {.progress = stop, .total = N};
    assert_error(evaluation_logits(&logits[0][0], infer, set, &stats, PART_TEST, &watch, &err),
                 ERR_INTERRUPTED, &err, "interrupted after 8 of 11 images", NULL);
    infer_destroy(&infer);
    imageset_close(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(majority_is_seen_through),
                                       cmocka_unit_test(classes_count_alike),
                                       cmocka_unit_test(images_are_judged_by_their_logits),
                                       cmocka_unit_test(one_of_eleven),
                                       cmocka_unit_test(eleven_of_eleven),
                                       cmocka_unit_test(listeners_may_interrupt)};
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
