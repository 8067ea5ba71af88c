/* harness/probe.c: a path of strengths, a choice, and the weights that come of it. */
#include "harness/probe.h"

#include <string.h>

static const double PERCENT = 100.0;

/* What is tried, or gone through, strongest first. */
static const double strengths[] = {1.0, 1e-1, 1e-2, 1e-3, 1e-4, PROBE_WEAKEST};

_Static_assert(ARRAY_LEN(strengths) < PROBE_MAX_TRIES, "there is room for one more");

ErrCode probe_check_classes(int n_classes, const Dataset *data, Err *err)
{
    if (n_classes >= dataset_n_classes(data))
        return ERR_NONE;
    return err_set(err, ERR_USAGE, "the %d classes of '%s' do not fit into a classifier of %d",
                   dataset_n_classes(data), dataset_name(data), n_classes);
}

static ErrCode check(const Features *features, double l2, Err *err)
{
    if (l2 == PROBE_AUTO && features->parts[PART_VAL].n == 0)
        return err_set(err, ERR_USAGE,
                       "there are no validation images to choose the strength by: give data.val, "
                       "or the strength");
    if (l2 != PROBE_AUTO && !(l2 >= PROBE_LEAST_L2 && l2 <= PROBE_MOST_L2))
        return err_set(err, ERR_USAGE, "the strength of L2 must be between %g and %g, not %g",
                       PROBE_LEAST_L2, PROBE_MOST_L2, l2);
    return ERR_NONE;
}

static void plan_tries(Probe *probe, double l2)
{
    for (size_t i = 0; i < ARRAY_LEN(strengths); i++)
        if (l2 == PROBE_AUTO || strengths[i] > l2)
            probe->tries[probe->n_tries++].l2 = strengths[i];
    if (l2 != PROBE_AUTO)
        probe->tries[probe->n_tries++].l2 = l2;
}

/* Whether try `i` is to be chosen over the one that is. */
static bool is_better(const Probe *probe, int i, bool is_given)
{
    return i == 0 || is_given ||
           probe->tries[i].val.n_correct > probe->tries[probe->chosen].val.n_correct;
}

/* What `head` does on a part, which may be empty. */
static ErrCode score(EvalSums *sums, const HeadData *data, const HeadWeights *head, CpuLevel level,
                     int threads, Err *err)
{
    *sums = (EvalSums){0};
    return data->n > 0 ? headscore_run(sums, data, head, level, threads, err) : ERR_NONE;
}

ErrCode probe_run(Probe *out, const Features *features, int n_classes, double l2, int threads,
                  CpuLevel level, Err *err)
{
    const size_t n_weights = (size_t)n_classes * (size_t)features->n_features;
    const HeadData *parts = features->parts;
    HeadFit *fit = NULL;
    int iterations = 0;
    *out = (Probe){.n_features = features->n_features};
    float *w = arena_floats(&out->arena, n_weights),
          *b = arena_floats(&out->arena, (size_t)n_classes);
    float *next_w = arena_floats(&out->arena, n_weights);
    float *next_b = arena_floats(&out->arena, (size_t)n_classes);
    TRY(arena_ok(&out->arena, err));
    TRY(check(features, l2, err));
    plan_tries(out, l2);
    out->head = (HeadWeights){w, b, n_classes};
    const HeadWeights next = {next_w, next_b, n_classes};
    TRY(headfit_create(&fit, &parts[PART_TRAIN], n_classes, threads, err));
    for (int i = 0; i < out->n_tries; i++) {
        out->tries[i].fit = headfit_run(fit, out->tries[i].l2);
        iterations += out->tries[i].fit.iterations;
        headfit_read(fit, next_w, next_b);
        TRY(score(&out->tries[i].val, &parts[PART_VAL], &next, level, threads, err));
        if (!is_better(out, i, l2 != PROBE_AUTO))
            continue;
        out->chosen = i;
        out->iterations = iterations;
        memcpy(w, next_w, n_weights * sizeof *w);
        memcpy(b, next_b, (size_t)n_classes * sizeof *b);
    }
    TRY(score(&out->test, &parts[PART_TEST], &out->head, level, threads, err));
fail:
    headfit_destroy(&fit);
    return err->code;
}

StatsInterval probe_top1(const EvalSums *sums)
{
    StatsInterval top1 = stats_share((double)sums->n_correct, (int)sums->n, PROBE_CONFIDENCE);
    top1.mean = PERCENT * (double)sums->n_correct / (double)sums->n;
    top1.low *= PERCENT;
    top1.high *= PERCENT;
    return top1;
}

/* The last two tensors are the last layer's. */
static void set_head(Net *net, const HeadWeights *head)
{
    const int bias = net_n_tensors(net) - 1;
    net_write(net, bias - 1, NET_WEIGHTS, head->w);
    net_write(net, bias, NET_WEIGHTS, head->b);
}

ErrCode probe_save(const Probe *probe, const FeatureSource *source, const Features *features,
                   const char *path, Err *err)
{
    const NetSettings settings = {.batch = 1, .threads = source->threads, .level = source->level};
    WeightSource weights = *source->weights;
    Spec spec = *source->spec;
    WeightOrigin theirs = {0}, origin = {0};
    Net *net = NULL;
    const OriginData data =
        study_data_origin(source->images, source->data, &features->stats, features->resolution);
    weights.head = WEIGHTS_HEAD_NEW;
    spec.classes = probe->head.n_classes;
    TRY(weights_open(&net, &spec, &settings, &weights, &theirs, err));
    TRY(features_verify(features, source, err));
    set_head(net, &probe->head);
    TRY(origin_make(&origin, net_network(net), &data, err));
    TRY(weights_save(net, NET_WEIGHTS, NULL, path, weights.naming, &origin, err));
fail:
    origin_release(&theirs);
    origin_release(&origin);
    net_destroy(&net);
    return err->code;
}

void probe_release(Probe *probe)
{
    arena_release(&probe->arena);
    *probe = (Probe){0};
}
