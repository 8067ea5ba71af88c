/* harness/worker_job.c: a job's keys, written and read. */
#include "harness/worker_job.h"

#include "harness/study.h"

#include <inttypes.h>

void worker_job_text(const WorkerJob *job, Text *out)
{
    JsonWriter json = json_writer(out, false);
    json_open_map(&json, NULL);
    json_put_text(&json, "worker", job->worker);
    json_put_text(&json, "folder", job->folder);
    json_put_int(&json, "trial", job->trial);
    json_put_int(&json, "attempt", job->attempt);
    json_put_int(&json, "parent", job->parent);
    json_put_text(&json, "out", job->out);
    json_put_text(&json, "dir", job->dir);
    json_put_text(&json, "trial_dir", job->trial_dir);
    json_put_text(&json, "network", job->network);
    json_put_text(&json, "study", job->study);
    json_put_text(&json, "cache", job->cache);
    json_put_int(&json, "identity", job->identity);
    json_put_text(&json, "data_root", job->data_root);
    json_put_text(&json, "images", job->images);
    json_put_int(&json, "epochs", job->epochs);
    json_put_double(&json, "lr", job->lr);
    json_put_text(&json, "init", job->init);
    json_put_int(&json, "seed", job->seed);
    json_put_int(&json, "threads", job->threads);
    json_put_int(&json, "pin", job->pin);
    json_close_map(&json);
    text_append_char(out, '\n');
}

static ErrCode read_int(const json_t *map, const char *key, int64_t low, int64_t high,
                        int64_t *value, Err *err)
{
    if (json_get_int(map, key, value, err) != ERR_NONE)
        return err->code;
    if (*value < low || *value > high)
        return err_set(err, ERR_DATA, "'%s' is %" PRId64 ", outside %" PRId64 "..%" PRId64, key,
                       *value, low, high);
    return ERR_NONE;
}

ErrCode worker_job_read(WorkerJob *out, const json_t *map, Err *err)
{
    int64_t threads = 0, pin = 0, identity = 0;
    TRY(read_int(map, "trial", 1, INT64_MAX, &out->trial, err));
    TRY(read_int(map, "attempt", 1, INT64_MAX, &out->attempt, err));
    TRY(read_int(map, "parent", 0, INT32_MAX, &out->parent, err));
    TRY(read_int(map, "epochs", 1, INT64_MAX, &out->epochs, err));
    TRY(json_get_double(map, "lr", &out->lr, err));
    TRY(read_int(map, "seed", 0, INT64_MAX, &out->seed, err));
    TRY(read_int(map, "threads", 1, INT16_MAX, &threads, err));
    TRY(read_int(map, "pin", -1, INT16_MAX, &pin, err));
    TRY(read_int(map, "identity", DATA_BY_CONTENTS, DATA_BY_LISTING, &identity, err));
    TRY(json_get_text(map, "worker", &out->worker, err));
    TRY(json_get_text(map, "folder", &out->folder, err));
    TRY(json_get_text(map, "out", &out->out, err));
    TRY(json_get_text(map, "dir", &out->dir, err));
    TRY(json_get_text(map, "trial_dir", &out->trial_dir, err));
    TRY(json_get_text(map, "network", &out->network, err));
    TRY(json_get_text(map, "study", &out->study, err));
    TRY(json_get_text(map, "cache", &out->cache, err));
    TRY(json_get_text(map, "images", &out->images, err));
    if (json_has(map, "init"))
        TRY(json_get_text(map, "init", &out->init, err));
    if (json_has(map, "data_root"))
        TRY(json_get_text(map, "data_root", &out->data_root, err));
    out->threads = (int)threads;
    out->pin = (int)pin;
    out->identity = (int)identity;
    return ERR_NONE;
fail:
    return err_wrap(err, "reading the job");
}
