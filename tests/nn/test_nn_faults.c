/* Every allocation and every file operation of nn/ may fail: one error, nothing lost or leaked. */
#include "base/file.h"
#include "base/sys.h"
#include "base/sysfault.h"
#include "models/resolve.h"
#include "models/zoo.h"
#include "nettest.h"
#include "nn/tensorlist.h"
#include "weights/checkpoint.h"
#include "weights/weights.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

enum { BATCH = 2 };

typedef struct Subject {
    Spec spec;
    Network network;   /* of the spec */
    Net *net, *intact; /* of the same weights; `net` is what operations may not harm */
    WeightOrigin origin;
    char path[64];
} Subject;

typedef ErrCode (*Operation)(Subject *subject, Err *err);

static ErrCode create(Subject *subject, Err *err)
{
    const NetSettings settings = nettest_training(BATCH, 2, NET_RMSPROP);
    Net *net = NULL;
    const ErrCode code = net_create(&net, &subject->network, &settings, err);
    net_destroy(&net);
    return code;
}

static ErrCode list_tensors(Subject *subject, Err *err)
{
    NetTensor *tensors = NULL;
    int n;
    const ErrCode code = tensorlist_make(&tensors, &n, &subject->network, err);
    if (code == ERR_NONE)
        assert_int_equal(n, net_n_tensors(subject->net));
    mem_free(tensors);
    return code;
}

static const char *class_name(const void *user, int label)
{
    (void)user;
    return label == 0 ? "a" : "b";
}

static ErrCode make_origin(WeightOrigin *out, const Network *network, Err *err)
{
    static const float numbers[ORIGIN_CHANNELS] = {0.5F, 0.25F, 0.125F};
    const OriginData data = {.set = "set",
                             .digest = "digest",
                             .mean = numbers,
                             .deviation = numbers,
                             .resolution = network->resolution,
                             .center_crop = 1.0,
                             .n_classes = 2,
                             .class_name = class_name};
    return origin_make(out, network, &data, err);
}

static ErrCode describe(Subject *subject, Err *err)
{
    WeightOrigin origin = {0};
    const ErrCode code = make_origin(&origin, &subject->network, err);
    origin_release(&origin);
    return code;
}

static ErrCode save_weights(Subject *subject, Err *err)
{
    return weights_save(subject->net, NET_WEIGHTS, NULL, subject->path, &weights_own_names,
                        &subject->origin, err);
}

static ErrCode load_weights(Subject *subject, Err *err)
{
    const WeightSource source = {.path = subject->path, .naming = &weights_own_names};
    WeightOrigin origin;
    const ErrCode code = weights_load(subject->net, &source, &origin, err);
    origin_release(&origin);
    return code;
}

static const InferSettings forward = {.batch = BATCH, .threads = 2, .level = CPU_GENERIC};

static ErrCode infer_weights(Subject *subject, Err *err)
{
    const WeightSource source = {.path = subject->path, .naming = &weights_own_names};
    WeightOrigin origin;
    Infer *infer = NULL;
    const ErrCode code = weights_infer(&infer, &subject->spec, &forward, &source, &origin, err);
    assert_true((infer != NULL) == (code == ERR_NONE));
    infer_destroy(&infer);
    origin_release(&origin);
    return code;
}

/* Plans an Infer and gives it weights. */
static ErrCode give_weights(Subject *subject, bool is_drawn, Err *err)
{
    Infer *infer = NULL;
    ErrCode code = infer_plan(&infer, &subject->network, &forward, err);
    if (code == ERR_NONE)
        code = is_drawn ? weights_draw(infer, 1, err) : weights_copy(infer, subject->net, err);
    infer_destroy(&infer);
    return code;
}

static ErrCode draw_weights(Subject *subject, Err *err)
{
    return give_weights(subject, true, err);
}

static ErrCode copy_weights(Subject *subject, Err *err)
{
    return give_weights(subject, false, err);
}

static ErrCode save_checkpoint(Subject *subject, Err *err)
{
    return checkpoint_save(subject->net, "text", NULL, subject->path, err);
}

static ErrCode load_checkpoint(Subject *subject, Err *err)
{
    char *text = NULL;
    const ErrCode code = checkpoint_load(subject->net, NULL, subject->path, &text, err);
    mem_free(text);
    return code;
}

static Subject make_subject(void)
{
    Err err = {0};
    Spec whole;
    Subject subject = {.path = ""};
    const ResolveOptions options = {.width = 0.5, .depth = 1, .resolution = 8, .classes = 4};
    nettest_ok(zoo_load(&whole, "proxy-b0", &err), &err);
    nettest_ok(resolve_apply(&subject.spec, &whole, &options, &err), &err);
    nettest_ok(resolve_network(&subject.network, &subject.spec, &err), &err);
    const NetSettings settings = nettest_training(BATCH, 1, NET_RMSPROP);
    subject.net = nettest_net(&subject.network, &settings, 1);
    subject.intact = nettest_net(&subject.network, &settings, 1);
    snprintf(subject.path, sizeof subject.path, "%s", nettest_path("fault"));
    nettest_ok(make_origin(&subject.origin, &subject.network, &err), &err);
    return subject;
}

static void release_subject(Subject *subject)
{
    Err err = {0};
    net_destroy(&subject->net);
    net_destroy(&subject->intact);
    network_release(&subject->network);
    origin_release(&subject->origin);
    nettest_ok(file_remove(subject->path, &err), &err);
}

/* Fails the first, second, ... call of a kind until one run has no more of them. */
static void sweep(Subject *subject, Operation operation, SysCallKind kind, int error, ErrCode code)
{
    long n_faults = 0;
    for (long k = 1;; k++) {
        Err err = {0};
        sysfault_arm(kind, k, SYS_FAIL, error);
        const ErrCode got = operation(subject, &err);
        const bool has_fired = sysfault_fired();
        sysfault_clear();
        if (!has_fired) {
            nettest_ok(got, &err);
            break;
        }
        n_faults++;
        if (got != ERR_NONE)
            assert_int_equal(got, code);
        nettest_same_bits(subject->net, subject->intact);
    }
    assert_true(n_faults > 0);
}

static void test_allocations_fail(void **state)
{
    (void)state;
    Subject subject = make_subject();
    mem_adopt_jansson();
    sweep(&subject, create, SYS_ALLOC, ENOMEM, ERR_MEMORY);
    sweep(&subject, describe, SYS_ALLOC, ENOMEM, ERR_MEMORY);
    sweep(&subject, save_weights, SYS_ALLOC, ENOMEM, ERR_MEMORY);
    sweep(&subject, load_weights, SYS_ALLOC, ENOMEM, ERR_MEMORY);
    sweep(&subject, list_tensors, SYS_ALLOC, ENOMEM, ERR_MEMORY);
    sweep(&subject, infer_weights, SYS_ALLOC, ENOMEM, ERR_MEMORY);
    sweep(&subject, draw_weights, SYS_ALLOC, ENOMEM, ERR_MEMORY);
    sweep(&subject, copy_weights, SYS_ALLOC, ENOMEM, ERR_MEMORY);
    sweep(&subject, save_checkpoint, SYS_ALLOC, ENOMEM, ERR_MEMORY);
    sweep(&subject, load_checkpoint, SYS_ALLOC, ENOMEM, ERR_MEMORY);
    release_subject(&subject);
}

/* A full disk while saving: an error, and the checkpoint of before is still there in full. */
static void test_disk_full_keeps_the_old_checkpoint(void **state)
{
    (void)state;
    Err err = {0};
    Subject subject = make_subject();
    nettest_ok(checkpoint_save(subject.net, "old", NULL, subject.path, &err), &err);
    for (long k = 1;; k++) {
        char *text = NULL;
        sysfault_arm(SYS_WRITE, k, SYS_FAIL_ALWAYS, ENOSPC);
        const ErrCode code = checkpoint_save(subject.net, "new", NULL, subject.path, &err);
        const bool has_fired = sysfault_fired();
        sysfault_clear();
        if (!has_fired)
            break;
        assert_int_equal(code, ERR_FULL);
        err = (Err){0};
        nettest_ok(checkpoint_load(subject.net, NULL, subject.path, &text, &err), &err);
        assert_string_equal(text, "old");
        mem_free(text);
    }
    release_subject(&subject);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_allocations_fail),
        cmocka_unit_test(test_disk_full_keeps_the_old_checkpoint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
