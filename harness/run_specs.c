/* harness/run_specs.c: the plan into files. */
#include "harness/run_specs.h"

#include "harness/onnx.h"
#include "harness/run_open.h"

#include "base/sys.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SPECS "specs"
#define TRIALS "trials.csv"

enum { INIT_SEED = 0, NAME_BYTES = 64 };

static ErrCode write_onnx(const RunState *run, const Network *network, const char *path, Err *err)
{
    const NetSettings settings = {.batch = 1, .threads = 1, .level = run->settings->level};
    const WeightOrigin unknown = {0};
    Net *net = NULL;
    TRY(net_create(&net, network, &settings, err));
    net_init_weights(net, INIT_SEED);
    TRY(onnx_write(net, &unknown, path, err));
fail:
    net_destroy(&net);
    return err->code;
}

static ErrCode write_network(const RunState *run, const Dir *folder, const PlanNetwork *network,
                             Err *err)
{
    char name[NAME_BYTES], place[DIR_PROC_BYTES];
    const char *digest = network->network.digest;
    char *path = NULL;
    snprintf(name, sizeof name, "%s.yaml", digest);
    TRY(dir_write(folder, name, network->spec, strlen(network->spec), err));
    snprintf(name, sizeof name, "%s.onnx", digest);
    path = file_join(dir_proc_path(folder, place), name);
    TRY(path != NULL ? ERR_NONE : err_memory(err, sizeof name));
    TRY(write_onnx(run, &network->network, path, err));
fail:
    mem_free(path);
    return err->code;
}

/* Every network of the plan once: several numbers of epochs may share one. */
static ErrCode write_networks(const RunState *run, RunSpecsReport *report, Err *err)
{
    const Plan *plan = run->plan;
    Dir *folder = NULL;
    TRY(dir_make(&folder, run->folder, SPECS, err));
    for (size_t i = 0; i < plan->n_networks; i++) {
        bool is_seen = plan->networks[i].target != PLAN_NONE;
        for (size_t k = 0; k < i && !is_seen; k++)
            is_seen =
                strcmp(plan->networks[k].network.digest, plan->networks[i].network.digest) == 0;
        if (is_seen)
            continue;
        TRY(write_network(run, folder, &plan->networks[i], err));
        report->n_networks++;
    }
fail:
    dir_close(&folder);
    return err->code;
}

static ErrCode write_trials(const RunState *run, RunSpecsReport *report, Err *err)
{
    Text text = {0};
    text_append(&text, "trial,network,seed,macs,status,epochs,lr,resolution,spec\n");
    for (size_t i = 0; i < run->n_trials; i++) {
        const RunTrial *trial = &run->trials[i];
        const PlanNetwork *planned = &run->plan->networks[trial->network];
        const Network *network = &planned->network;
        if (planned->target != PLAN_NONE) /* no other program can be told what it is trained on */
            continue;
        text_printf(&text, "%" PRId64 ",%s,%" PRId64 ",%" PRId64 ",%s,%" PRId64 ",", trial->number,
                    network->digest, trial->seed, network->macs, store_status_name(trial->status),
                    planned->epochs);
        text_append_double(&text, run->study->recipe.lr * planned->factor);
        text_printf(&text, ",%d," SPECS "/%s.yaml\n", network->resolution, network->digest);
        report->n_pending += trial->status == STORE_PENDING;
        report->n_trials++;
    }
    report->n_to_come = run->plan->n_after_grid;
    TRY(text_ok(&text, err));
    TRY(dir_write(run->folder, TRIALS, text.data, text.n_bytes, err));
fail:
    text_release(&text);
    return err->code;
}

ErrCode run_specs_write(const Study *study, const RunSettings *settings,
                        const RunCallbacks *callbacks, RunSpecsReport *report, Err *err)
{
    Study known = *study; /* with the store's version and the identity of its data */
    RunReport ignored = {0};
    RunState run = {
        .study = &known, .settings = settings, .callbacks = callbacks, .report = &ignored};
    *report = (RunSpecsReport){0};
    TRY(run_open_study(&run, &known, err));
    TRY(run_open(&run, err));
    TRY(write_networks(&run, report, err));
    TRY(write_trials(&run, report, err));
fail:
    run_open_close(&run);
    return err->code;
}
