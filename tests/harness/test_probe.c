/* harness/probe and features: what the network's last layer reads, kept or made anew, to the bit;
 * what is said of a classifier is what its saved weights do. */
#include "harness/probe.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/sys.h"
#include "base/sysfault.h"
#include "tests/data/datafixture.h"
#include "tests/models/models_test.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SIDE = 8, CLASSES = 10, BATCH = 32 };

/* Everything that features come from. */
typedef struct Place {
    Study *study;
    StudyImages images;
    Spec spec;
    WeightSource weights;
    FeatureSource source;
} Place;

static char weights_path[FIXTURE_PATH_BYTES];

/* Fresh weights of a seed in a file that says nothing of where it is from. */
static void write_weights(const Spec *spec, uint64_t seed)
{
    Err err = {0};
    Network network;
    Net *net = NULL;
    const NetSettings settings = {.batch = 1, .threads = 1, .level = cpu_best_level()};
    assert_ok(resolve_network(&network, spec, &err), &err);
    assert_ok(net_create(&net, &network, &settings, &err), &err);
    net_init_weights(net, seed);
    assert_ok(weights_save(net, NET_WEIGHTS, NULL, weights_path, &weights_own_names, NULL, &err),
              &err);
    net_destroy(&net);
    network_release(&network);
}

static void open_place(Place *place, const char *network, double width, uint64_t seed, int threads)
{
    static const char *const sets[] = {"data.train=90", "data.val=40", "data.test=50"};
    Err err = {0};
    const Spec whole = zoo_spec(network);
    const ResolveOptions options = {width, 1, SIDE, CLASSES};
    memset(place, 0, sizeof *place);
    assert_ok(resolve_apply(&place->spec, &whole, &options, &err), &err);
    assert_ok(study_defaults(&place->study, sets, ARRAY_LEN(sets), &err), &err);
    assert_ok(study_data_open(&place->images, &place->study->data, NULL, 1, &err), &err);
    snprintf(weights_path, sizeof weights_path, "%s", fixture_path("weights"));
    write_weights(&place->spec, seed);
    place->weights = (WeightSource){.path = weights_path, .naming = &weights_own_names};
    place->source = (FeatureSource){.spec = &place->spec,
                                    .weights = &place->weights,
                                    .images = &place->images,
                                    .data = &place->study->data,
                                    .batch = BATCH,
                                    .threads = threads,
                                    .level = cpu_best_level()};
}

static void close_place(Place *place)
{
    study_data_close(&place->images);
    study_destroy(&place->study);
}

static void open_features(Features *out, const Place *place)
{
    Err err = {0};
    assert_ok(features_open(out, &place->source, &err), &err);
}

static void assert_same_features(const Features *a, const Features *b)
{
    assert_int_equal(a->n_features, b->n_features);
    for (int part = 0; part < N_PARTS; part++) {
        const HeadData *x = &a->parts[part], *y = &b->parts[part];
        assert_int_equal(x->n, y->n);
        assert_memory_equal(x->x, y->x, (size_t)(x->n * x->n_features) * sizeof *x->x);
        assert_memory_equal(x->labels, y->labels, (size_t)x->n * sizeof *x->labels);
    }
}

/* The file in the cache that holds features, if there is one; there are not several. */
static bool has_cached(char path[FIXTURE_PATH_BYTES])
{
    FileList list = {0};
    Err err = {0};
    int n = 0;
    const char *folder = getenv("ISOFLOP_CACHE");
    assert_non_null(folder);
    assert_ok(file_list(folder, &list, &err), &err);
    for (size_t i = 0; i < list.n_names; i++)
        if (text_ends_with(list.names[i], ".features")) { /* a temporary is none */
            snprintf(path, FIXTURE_PATH_BYTES, "%s/%s", folder, list.names[i]);
            n++;
        }
    file_list_release(&list);
    assert_true(n <= 1);
    return n == 1;
}

static void find_cached(char path[FIXTURE_PATH_BYTES])
{
    assert_true(has_cached(path));
}

static void forget_cached(void)
{
    char path[FIXTURE_PATH_BYTES];
    Err err = {0};
    find_cached(path);
    assert_ok(file_remove(path, &err), &err);
}

/* What `eval` says of a network on a part. */
static EvalSums evaluate(Infer *infer, const Place *place, DataPart part)
{
    Err err = {0};
    ImageSet *set = NULL;
    ImageSetReport report;
    Evaluation result = {0};
    const ImageSetSettings view = {.resolution = SIDE, .threads = 1};
    assert_ok(imageset_open(&set, place->images.set, &place->images.split, &view, &report, &err),
              &err);
    const DataStats stats = imagestats_compute(set, PART_TRAIN, 1);
    assert_ok(evaluation_run(&result, infer, set, &stats, part, &err), &err);
    EvalSums sums = {.loss = result.loss, .n = result.n};
    for (int c = 0; c < result.classes; c++)
        sums.n_correct += result.confusion[c * result.classes + c];
    evaluation_release(&result);
    imageset_close(&set);
    return sums;
}

static void assert_same_score(const EvalSums *features, const EvalSums *network)
{
    assert_int_equal(features->n, network->n);
    assert_int_equal(features->n_correct, network->n_correct);
    assert_true(features->loss / (double)features->n == network->loss);
}

/*
 * With the network's own classifier features give what the network gives, to the bit: they are
 * what its last layer reads, also behind a hidden one.
 */
static void features_are_what_the_last_layer_reads(void **state)
{
    (void)state;
    static const char *const networks[] = {"proxy-b0", "mobilenet-v3-small"};
    for (size_t i = 0; i < ARRAY_LEN(networks); i++) {
        Place place;
        Features features;
        WeightOrigin origin;
        Net *net = NULL;
        Infer *infer = NULL;
        Err err = {0};
        EvalSums sums;
        float b[CLASSES] = {0}; /* a fresh network's */
        open_place(&place, networks[i], 0.35, 3, 2);
        const NetSettings settings = {.batch = 1, .threads = 1, .level = cpu_best_level()};
        const InferSettings own_settings = {.batch = 7, .threads = 1, .level = cpu_best_level()};
        open_features(&features, &place);
        assert_false(features.was_cached);
        assert_ok(weights_open(&net, &place.spec, &settings, &place.weights, &origin, &err), &err);
        origin_release(&origin);
        assert_ok(weights_infer(&infer, &place.spec, &own_settings, &place.weights, &origin, &err),
                  &err);
        assert_int_equal(features.n_features, features_size(net_network(net)));
        const size_t n = (size_t)CLASSES * (size_t)features.n_features;
        float *w = mem_calloc(n, sizeof *w);
        assert_non_null(w);
        net_read(net, net_n_tensors(net) - 2, NET_WEIGHTS, w);
        const HeadWeights head = {w, b, CLASSES};
        for (int part = 0; part < N_PARTS; part++) {
            const EvalSums own = evaluate(infer, &place, (DataPart)part);
            assert_ok(headscore_run(&sums, &features.parts[part], &head, cpu_best_level(), 2, &err),
                      &err);
            assert_same_score(&sums, &own);
        }
        mem_free(w);
        net_destroy(&net);
        infer_destroy(&infer);
        origin_release(&origin);
        features_release(&features);
        close_place(&place);
        forget_cached();
    }
}

/*
 * The bits that FEATURES_FORM of harness/features.c stands for, on every processor and with every
 * compiler: where they change, kept features are of another arithmetic, and the form is raised.
 */
static void features_have_the_bits_of_their_form(void **state)
{
    (void)state;
    static const struct {
        const char *network, *digest; /* XXH3-128 of the test features, little-endian */
    } known[] = {{"proxy-b0", "11d1b574701c78d598e6552aa4c0a68b"},
                 {"mobilenet-v3-small", "6ea1822662d896f198398ad6ccb24bbf"},
                 {"resnet-20-cifar", "e22ae89279619a43ca7c883b71826d68"}};
    int n_other = 0;
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        Place place;
        Features features;
        char hex[HASH_HEX_BYTES];
        open_place(&place, known[i].network, 0.5, 3, 2);
        open_features(&features, &place);
        const HeadData *test = &features.parts[PART_TEST];
        hash_hex(hash_128(test->x, (size_t)(test->n * test->n_features) * sizeof *test->x), hex);
        if (strcmp(hex, known[i].digest) != 0)
            print_error("%s: %s, not %s\n", known[i].network, hex, known[i].digest);
        n_other += strcmp(hex, known[i].digest) != 0;
        features_release(&features);
        close_place(&place);
        forget_cached();
    }
    assert_int_equal(n_other, 0);
}

/* The saved weights do on every part what was said of them. */
static void what_is_saved_does_what_was_said(void **state)
{
    (void)state;
    Place place;
    Features features;
    Probe probe;
    WeightOrigin origin;
    Infer *infer = NULL;
    Err err = {0};
    char saved[FIXTURE_PATH_BYTES];
    snprintf(saved, sizeof saved, "%s", fixture_path("saved"));
    open_place(&place, "proxy-b0", 0.5, 3, 1);
    const InferSettings settings = {.batch = 7, .threads = 1, .level = cpu_best_level()};
    open_features(&features, &place);
    assert_ok(probe_run(&probe, &features, CLASSES, PROBE_AUTO, 1, cpu_best_level(), &err), &err);
    assert_ok(probe_save(&probe, &place.source, &features, saved, &err), &err);
    place.weights.path = saved;
    assert_ok(weights_infer(&infer, &place.spec, &settings, &place.weights, &origin, &err), &err);
    assert_true(origin.is_known && origin.resolution == SIDE);
    assert_memory_equal(origin.mean, features.stats.mean, sizeof origin.mean);
    const EvalSums val = evaluate(infer, &place, PART_VAL),
                   test = evaluate(infer, &place, PART_TEST);
    assert_same_score(&probe.tries[probe.chosen].val, &val);
    assert_same_score(&probe.test, &test);
    /* all coefficients 0 would do worse */
    assert_true(probe.tries[probe.chosen].fit.loss < log(CLASSES));
    infer_destroy(&infer);
    origin_release(&origin);
    probe_release(&probe);
    features_release(&features);
    close_place(&place);
    forget_cached();
}

/* The chosen strength has most hits on validation and is the strongest such; given, it has the
 * same bits, on any level and number of threads. */
static void a_strength_is_the_same_chosen_and_given(void **state)
{
    (void)state;
    Place place;
    Features features;
    Probe chosen, given;
    Err err = {0};
    open_place(&place, "proxy-b0", 0.5, 3, 1);
    open_features(&features, &place);
    assert_ok(probe_run(&chosen, &features, CLASSES, PROBE_AUTO, 1, cpu_best_level(), &err), &err);
    assert_true(chosen.n_tries > 1 && chosen.tries[0].l2 == 1.0);
    assert_true(chosen.tries[chosen.n_tries - 1].l2 == PROBE_WEAKEST);
    const ProbeTry *best = &chosen.tries[chosen.chosen];
    for (int i = 0; i < chosen.n_tries; i++) {
        assert_true(chosen.tries[i].fit.is_converged);
        assert_true(i < chosen.chosen ? chosen.tries[i].val.n_correct < best->val.n_correct
                                      : chosen.tries[i].val.n_correct <= best->val.n_correct);
    }
    assert_ok(probe_run(&given, &features, CLASSES, best->l2, 3, CPU_GENERIC, &err), &err);
    assert_int_equal(given.n_tries, chosen.chosen + 1);
    assert_int_equal(given.iterations, chosen.iterations);
    assert_memory_equal(given.head.w, chosen.head.w,
                        (size_t)CLASSES * (size_t)features.n_features * sizeof(float));
    assert_memory_equal(given.head.b, chosen.head.b, CLASSES * sizeof(float));
    assert_memory_equal(&given.test, &chosen.test, sizeof given.test);
    probe_release(&chosen);
    probe_release(&given);
    features_release(&features);
    close_place(&place);
    forget_cached();
}

/* Where all strengths recognise everything the strongest is taken. */
static void of_equals_the_strongest_is_chosen(void **state)
{
    (void)state;
    static const float x[] = {-1, -2, 1, 2};
    static const int32_t labels[] = {0, 0, 1, 1};
    const HeadData all = {x, labels, ARRAY_LEN(labels), 1};
    const Features features = {.n_features = 1, .parts = {all, all, all}};
    Probe probe;
    Err err = {0};
    assert_ok(probe_run(&probe, &features, 2, PROBE_AUTO, 1, cpu_best_level(), &err), &err);
    assert_true(probe.n_tries > 1);
    for (int i = 0; i < probe.n_tries; i++)
        assert_int_equal(probe.tries[i].val.n_correct, all.n);
    assert_int_equal(probe.chosen, 0);
    assert_int_equal(probe.iterations, probe.tries[0].fit.iterations);
    probe_release(&probe);
}

/* Kept features are used, those of other weights are not, and no thread or level changes a bit. */
static void the_cache_is_of_what_it_says(void **state)
{
    (void)state;
    Place place;
    Features first, again;
    Err err = {0};
    char path[FIXTURE_PATH_BYTES];
    open_place(&place, "proxy-b0", 0.5, 3, 2);
    open_features(&first, &place);
    open_features(&again, &place);
    assert_true(!first.was_cached && again.was_cached && again.seconds == 0.0);
    assert_same_features(&first, &again);
    features_release(&again);
    find_cached(path);
    close_place(&place);

    open_place(&place, "proxy-b0", 0.5, 4, 1);
    open_features(&again, &place);
    assert_false(again.was_cached || again.was_damaged);
    features_release(&again);
    close_place(&place);

    /* the first one's file under the second one's name is not believed */
    char *bytes = NULL, other[FIXTURE_PATH_BYTES];
    size_t n_bytes = 0;
    assert_ok(file_read(path, SIZE_MAX / 2, &bytes, &n_bytes, &err), &err);
    assert_ok(file_remove(path, &err), &err);
    find_cached(other);
    assert_ok(file_write(other, bytes, n_bytes, &err), &err);
    open_place(&place, "proxy-b0", 0.5, 4, 1);
    open_features(&again, &place);
    assert_true(!again.was_cached && again.was_damaged);
    features_release(&again);
    close_place(&place);
    forget_cached();

    open_place(&place, "proxy-b0", 0.5, 3, 1);
    place.source.level = CPU_GENERIC;
    open_features(&again, &place);
    assert_false(again.was_cached);
    assert_same_features(&first, &again);
    features_release(&again);
    features_release(&first);
    close_place(&place);
    forget_cached();
    mem_free(bytes);
}

/* A file that is cut short or has one other bit is made anew, with the same bits. */
static void damage_is_not_believed(void **state)
{
    (void)state;
    Place place;
    Features first, again;
    Err err = {0};
    char path[FIXTURE_PATH_BYTES], *bytes = NULL;
    size_t n_bytes = 0;
    open_place(&place, "proxy-b0", 0.5, 3, 1);
    open_features(&first, &place);
    find_cached(path);
    assert_ok(file_read(path, SIZE_MAX / 2, &bytes, &n_bytes, &err), &err);
    for (int i = 0; i < 3; i++) {
        const size_t at = i == 0 ? n_bytes - 5 : n_bytes / 2;
        bytes[at] = (char)(bytes[at] ^ (i < 2 ? 4 : 0));
        assert_ok(file_write(path, bytes, i < 2 ? n_bytes : n_bytes / 3, &err), &err);
        bytes[at] = (char)(bytes[at] ^ (i < 2 ? 4 : 0));
        open_features(&again, &place);
        assert_true(again.was_damaged && !again.was_cached);
        assert_same_features(&first, &again);
        features_release(&again);
        open_features(&again, &place); /* it has been written anew */
        assert_true(again.was_cached);
        features_release(&again);
    }
    mem_free(bytes);
    features_release(&first);
    close_place(&place);
    forget_cached();
}

/*
 * Whatever call fails or stops while features are kept leaves nothing that is believed, and no
 * error: they are there. Every file operation of a second opening is made to fail, of which the
 * weights' and images' own are errors.
 */
static void keeping_may_fail(void **state)
{
    (void)state;
    Place place;
    Features first, again;
    bool is_done = false;
    int n_kept = 0;
    open_place(&place, "proxy-b0", 0.5, 3, 1);
    open_features(&first, &place);
    forget_cached();
    for (long k = 1; !is_done; k++) {
        Err err = {0};
        char path[FIXTURE_PATH_BYTES];
        if (has_cached(path)) { /* where only making it last had failed: it is whole */
            open_features(&again, &place);
            assert_true(again.was_cached);
            assert_same_features(&first, &again);
            features_release(&again);
            forget_cached();
        }
        sysfault_arm(SYS_ANY_FILE, k, SYS_FAIL_ALWAYS, ENOSPC);
        const ErrCode code = features_open(&again, &place.source, &err);
        is_done = !sysfault_fired();
        sysfault_clear();
        if (code == ERR_NONE) {
            assert_false(again.was_cached);
            assert_same_features(&first, &again);
            n_kept += !is_done;
        }
        features_release(&again);
    }
    assert_true(n_kept > 1);
    forget_cached();
    features_release(&first);
    close_place(&place);
}

/* Without memory there is one error, of that kind, or none where only keeping lacked it. */
static void memory_may_fail(void **state)
{
    (void)state;
    Place place;
    bool is_done = false;
    int n_errors = 0;
    open_place(&place, "proxy-b0", 0.2, 3, 1);
    for (long k = 1; !is_done; k += k < 40 ? 1 : 7) {
        Err err = {0};
        Features features = {0};
        Probe probe = {0};
        char saved[FIXTURE_PATH_BYTES];
        snprintf(saved, sizeof saved, "%s", fixture_path("never"));
        sysfault_arm(SYS_ALLOC, k, SYS_FAIL, ENOMEM);
        if (features_open(&features, &place.source, &err) == ERR_NONE &&
            probe_run(&probe, &features, CLASSES, 0.1, 1, CPU_GENERIC, &err) == ERR_NONE)
            (void)!probe_save(&probe, &place.source, &features, saved, &err);
        is_done = !sysfault_fired();
        sysfault_clear();
        assert_true(err.code == ERR_NONE || err.code == ERR_MEMORY);
        assert_false(is_done && err.code != ERR_NONE);
        n_errors += err.code == ERR_MEMORY;
        probe_release(&probe);
        features_release(&features);
    }
    assert_true(n_errors > 40);
    close_place(&place);
    forget_cached();
}

static bool train_anew(void *user, uint32_t done, uint32_t total)
{
    const Place *place = user;
    if (done == total)
        write_weights(&place->spec, 4);
    return true;
}

/* Weights that become others while they are used: nothing is kept under their name, or saved. */
static void weights_that_change_are_said(void **state)
{
    (void)state;
    Place place;
    Features features;
    Err err = {0};
    char path[FIXTURE_PATH_BYTES], saved[FIXTURE_PATH_BYTES];
    Probe probe;
    snprintf(saved, sizeof saved, "%s", fixture_path("other"));
    open_place(&place, "proxy-b0", 0.5, 3, 1);
    place.source.progress = train_anew;
    place.source.progress_user = &place;
    assert_error(features_open(&features, &place.source, &err), ERR_DATA, &err,
                 "have changed while they were used", NULL);
    assert_false(has_cached(path));
    features_release(&features);
    place.source.progress = NULL;
    open_features(&features, &place);
    err = (Err){0};
    assert_ok(probe_run(&probe, &features, CLASSES, 1.0, 1, cpu_best_level(), &err), &err);
    write_weights(&place.spec, 5);
    assert_error(probe_save(&probe, &place.source, &features, saved, &err), ERR_DATA, &err,
                 "have changed while they were used", NULL);
    assert_false(file_exists(saved));
    probe_release(&probe);
    features_release(&features);
    close_place(&place);
    forget_cached();
}

/* Stopping leaves nothing in the cache. */
static bool stop_at_64(void *user, uint32_t done, uint32_t total)
{
    *(uint32_t *)user = total;
    return done < 64;
}

static void what_cannot_be_is_said(void **state)
{
    (void)state;
    Place place;
    Features features;
    Probe probe;
    Err err = {0};
    uint32_t total = 0;
    open_place(&place, "proxy-b0", 0.5, 3, 1);
    place.source.progress = stop_at_64;
    place.source.progress_user = &total;
    assert_error(features_open(&features, &place.source, &err), ERR_INTERRUPTED, &err,
                 "interrupted after 64 of 180 images", NULL);
    assert_int_equal(total, 180);
    features_release(&features);
    place.source.progress = NULL;
    err = (Err){0};
    open_features(&features, &place);
    assert_false(features.was_cached || features.was_damaged);
    assert_error(probe_run(&probe, &features, CLASSES, -1.0, 2, CPU_GENERIC, &err), ERR_USAGE, &err,
                 "the strength of L2 must be between 1e-09 and 1e+06, not -1", NULL);
    probe_release(&probe);
    err = (Err){0};
    features.parts[PART_VAL].n = 0;
    assert_error(probe_run(&probe, &features, CLASSES, PROBE_AUTO, 2, CPU_GENERIC, &err), ERR_USAGE,
                 &err, "there are no validation images", "give data.val");
    probe_release(&probe);
    err = (Err){0};
    features.parts[PART_TEST].n = 0;
    assert_ok(probe_run(&probe, &features, CLASSES, 1.0, 2, CPU_GENERIC, &err), &err);
    assert_true(probe.test.n == 0 && probe.tries[0].val.n == 0);
    assert_true(isnan(probe_top1(&probe.test).mean));
    probe_release(&probe);
    assert_ok(probe_check_classes(CLASSES + 2, place.images.set, &err), &err);
    assert_error(probe_check_classes(CLASSES - 1, place.images.set, &err), ERR_USAGE, &err,
                 "the 10 classes of 'polytex' do not fit into a classifier of 9", NULL);
    features_release(&features);
    close_place(&place);
    forget_cached();
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(features_are_what_the_last_layer_reads),
                                       cmocka_unit_test(features_have_the_bits_of_their_form),
                                       cmocka_unit_test(what_is_saved_does_what_was_said),
                                       cmocka_unit_test(a_strength_is_the_same_chosen_and_given),
                                       cmocka_unit_test(of_equals_the_strongest_is_chosen),
                                       cmocka_unit_test(the_cache_is_of_what_it_says),
                                       cmocka_unit_test(damage_is_not_believed),
                                       cmocka_unit_test(keeping_may_fail),
                                       cmocka_unit_test(memory_may_fail),
                                       cmocka_unit_test(weights_that_change_are_said),
                                       cmocka_unit_test(what_cannot_be_is_said)};
    return cmocka_run_group_tests(tests, fixture_setup, fixture_teardown);
}
