/* harness/worker.c: one trial in one process: a job in, events out. */
#include "harness/worker.h"

#include "harness/hello.h"
#include "harness/study.h"
#include "harness/trainer.h"
#include "harness/worker_job.h"

#include "base/clock.h"
#include "base/dir.h"
#include "base/json.h"
#include "base/proc.h"
#include "base/sys.h"
#include "models/resolve.h"

#include <poll.h>
#include <string.h>

#define ATTEMPT_PREFIX "a"
#define STEP_NS 1000000000 /* between two lines that only tell how far it is */

enum { MAX_JOB_BYTES = 1 << 22, READ_BYTES = 4096 };

/* A job with what its strings live in. */
typedef struct Received {
    json_t *map;
    WorkerJob job;
} Received;

/* What the callbacks need. */
typedef struct Speaker {
    const WorkerJob *job;
    int in, out;
    CpuLevel level;
    int64_t step_ns;      /* when it was last told how far it is */
    int64_t n_steps_told; /* lines that told of steps */
    Err err;              /* of the first line that could not be written: the coordinator is gone */
} Speaker;

/* --- reading the job --- */

static ErrCode read_line(int in, Text *line, Err *err)
{
    char buffer[READ_BYTES];
    while (!line->n_bytes || line->data[line->n_bytes - 1] != '\n') {
        size_t n = 0;
        if (file_read_some(in, "standard input", buffer, sizeof buffer, &n, err) != ERR_NONE)
            return err->code;
        if (n == 0)
            return err_set(err, ERR_DATA, "standard input ended before a job was read");
        text_append_bytes(line, buffer, n);
        if (text_ok(line, err) != ERR_NONE)
            return err->code;
        if (line->n_bytes > MAX_JOB_BYTES)
            return err_set(err, ERR_DATA, "a job is longer than %d bytes", MAX_JOB_BYTES);
    }
    return ERR_NONE;
}

/* --- events --- */

static void begin_event(const Speaker *speaker, JsonWriter *json, const char *event)
{
    json_open_map(json, NULL);
    json_put_text(json, "event", event);
    json_put_int(json, "trial", speaker->job->trial);
    json_put_int(json, "attempt", speaker->job->attempt);
}

static void end_event(Speaker *speaker, JsonWriter *json)
{
    json_close_map(json);
    text_append_char(json->out, '\n');
    /* The first failure stays in speaker->err and stops the training at the next batch. */
    if (speaker->err.code != ERR_NONE || text_ok(json->out, &speaker->err) != ERR_NONE ||
        file_put_fd(speaker->out, "standard output", json->out->data, json->out->n_bytes,
                    &speaker->err) != ERR_NONE)
        text_clear(json->out);
    text_release(json->out);
}

static void say_epoch(void *user, const Epoch *epoch)
{
    Speaker *speaker = user;
    Text line = {0};
    JsonWriter json = json_writer(&line, false);
    begin_event(speaker, &json, "epoch");
    epoch_put_map(epoch, &json);
    end_event(speaker, &json);
}

static void say_checkpoint(void *user, int64_t step)
{
    Speaker *speaker = user;
    Text line = {0};
    JsonWriter json = json_writer(&line, false);
    begin_event(speaker, &json, "checkpoint");
    json_put_int(&json, "step", step);
    end_event(speaker, &json);
}

/* The start and the first step, which show that all is there; then about once a second: a step may
 * take a millisecond. */
static void say_step(void *user, int64_t step, int64_t steps)
{
    Speaker *speaker = user;
    const int64_t now = clock_now_ns();
    if (speaker->n_steps_told >= 2 && now - speaker->step_ns < STEP_NS)
        return;
    Text line = {0};
    JsonWriter json = json_writer(&line, false);
    speaker->step_ns = now;
    speaker->n_steps_told++;
    begin_event(speaker, &json, "step");
    json_put_int(&json, "step", step);
    json_put_int(&json, "steps", steps);
    end_event(speaker, &json);
}

/* Images are decoded, which may take long where nobody has: a word a second. */
static void say_preparing(void *user, uint32_t done, uint32_t total)
{
    Speaker *speaker = user;
    const int64_t now = clock_now_ns();
    if (now - speaker->step_ns < STEP_NS)
        return;
    Text line = {0};
    JsonWriter json = json_writer(&line, false);
    speaker->step_ns = now;
    begin_event(speaker, &json, "preparing");
    json_put_int(&json, "images", done);
    json_put_int(&json, "of", total);
    end_event(speaker, &json);
}

static void say_text(Speaker *speaker, const char *event, const char *message)
{
    Text line = {0};
    JsonWriter json = json_writer(&line, false);
    begin_event(speaker, &json, event);
    json_put_text(&json, "message", message);
    end_event(speaker, &json);
}

static void say_warning(void *user, const char *message)
{
    say_text(user, "warning", message);
}

/* The end of the attempt: "done", "diverged" or "stopped". */
static void say_end(Speaker *speaker, const TrainReport *report)
{
    static const char *const events[] = {
        [TRAIN_DONE] = "done", [TRAIN_STOPPED] = "stopped", [TRAIN_DIVERGED] = "diverged"};
    Text line = {0};
    JsonWriter json = json_writer(&line, false);
    begin_event(speaker, &json, events[report->status]);
    json_put_int(&json, "epochs", report->epochs);
    json_put_double(&json, "val_top1", report->val_top1);
    json_put_double(&json, "val_loss", report->val_loss);
    json_put_double(&json, "test_top1", report->test_top1);
    json_put_double(&json, "test_loss", report->test_loss);
    json_put_int(&json, "best_epoch", report->best_epoch);
    json_put_double(&json, "best_val_top1", report->best_val_top1);
    json_put_int(&json, "bad_step", report->bad_step);
    json_put_int(&json, "last_step", report->last_step);
    json_put_int(&json, "checkpoint_step", report->checkpoint_step);
    json_put_double(&json, "seconds", report->seconds);
    json_put_double(&json, "processor_s", report->processor_s);
    end_event(speaker, &json);
}

static void say_failed(Speaker *speaker, const Err *why)
{
    Text line = {0};
    JsonWriter json = json_writer(&line, false);
    begin_event(speaker, &json, "failed");
    json_put_text(&json, "code", err_name(why->code));
    json_put_text(&json, "message", why->msg);
    end_event(speaker, &json);
}

/* True once standard input has ended, a signal asked, or nobody reads our lines. */
static bool is_stop_wanted(void *user)
{
    const Speaker *speaker = user;
    if (proc_stop_requested() || speaker->err.code != ERR_NONE)
        return true;
    struct pollfd watched = {.fd = speaker->in, .events = POLLIN};
    return poll(&watched, 1, 0) > 0 && (watched.revents & (POLLIN | POLLHUP | POLLERR)) != 0;
}

/* --- the trial --- */

/* The folders of all attempts of the trial, whose checkpoints may be taken up. */
static ErrCode list_attempts(const WorkerJob *job, FileList *names, char ***out, size_t *n_out,
                             Err *err)
{
    Dir *study = NULL, *trial = NULL;
    *out = NULL;
    *n_out = 0;
    TRY(dir_open(&study, NULL, job->out, err));
    TRY(dir_open(&trial, study, job->trial_dir, err));
    TRY(dir_list(trial, names, err));
    char **folders = mem_calloc(names->n_names + 1, sizeof *folders);
    if (folders == NULL) {
        (void)err_memory(err, names->n_names * sizeof *folders);
        goto fail;
    }
    *out = folders;
    for (size_t i = 0; i < names->n_names; i++) {
        int64_t number = 0;
        if (!text_starts_with(names->names[i], ATTEMPT_PREFIX) ||
            !text_to_int64(names->names[i] + strlen(ATTEMPT_PREFIX), &number))
            continue;
        folders[*n_out] = file_join(job->trial_dir, names->names[i]);
        if (folders[*n_out] == NULL) {
            (void)err_memory(err, strlen(job->trial_dir));
            goto fail;
        }
        (*n_out)++;
    }
fail:
    dir_close(&trial);
    dir_close(&study);
    return err->code;
}

static ErrCode train(Speaker *speaker, const Study *study, const Network *network,
                     TrainReport *report, Err *err)
{
    const WorkerJob *job = speaker->job;
    FileList names = {0};
    char **folders = NULL;
    size_t n_folders = 0;
    TRY(list_attempts(job, &names, &folders, &n_folders, err));
    const TrainJob train_job = {.network = network,
                                .data = &study->data,
                                .data_root = job->data_root,
                                .images = job->images,
                                .recipe = &study->recipe,
                                .seed = job->seed,
                                .threads = job->threads,
                                .level = speaker->level,
                                .study = job->out,
                                .dir = job->dir,
                                .resume = (const char *const *)folders,
                                .n_resume = n_folders,
                                .cache = job->cache,
                                .is_bare = study->version == 1,
                                .keep_checkpoints = true};
    const TrainCallbacks callbacks = {.user = speaker,
                                      .epoch = say_epoch,
                                      .checkpoint = say_checkpoint,
                                      .warning = say_warning,
                                      .preparing = say_preparing,
                                      .step = say_step,
                                      .should_stop = is_stop_wanted};
    TRY(trainer_run(&train_job, &callbacks, report, err));
fail:
    for (size_t i = 0; i < n_folders; i++)
        mem_free(folders[i]);
    mem_free(folders);
    file_list_release(&names);
    return err->code;
}

/* What the training begins with, where that is not the study's to say. */
static ErrCode take_init(Study *study, const char *init, Err *err)
{
    YamlNode *node = NULL;
    if (init == NULL)
        return ERR_NONE;
    TRY(yaml_value(study->doc, "recipe.init", init, &node, err));
    study->recipe.init = node;
    TRY(finetune_read(&study->recipe.finetune, node, err));
fail:
    return err->code;
}

static ErrCode run_job(Speaker *speaker, Err *err)
{
    const WorkerJob *job = speaker->job;
    Study *study = NULL;
    Network network = {0};
    Spec spec;
    TrainReport report = {.status = TRAIN_STOPPED};
    TRY(study_parse_stored(&study, "job", job->study, err));
    study->data.identity = (DataIdentity)job->identity;
    study->recipe.epochs = job->epochs;
    study->recipe.lr = job->lr;
    TRY(take_init(study, job->init, err));
    TRY(spec_parse(&spec, "network", job->network, strlen(job->network), err));
    TRY(resolve_network(&network, &spec, err));
    if (train(speaker, study, &network, &report, err) == ERR_INTERRUPTED) {
        report.status = TRAIN_STOPPED; /* before the first step: nothing was to be saved */
        *err = (Err){0};
    }
    if (err->code == ERR_NONE)
        say_end(speaker, &report);
fail:
    network_release(&network);
    study_destroy(&study);
    return err->code;
}

/*
 * Says who we are. Nothing is to be read before: what is there is the end of a process that
 * somebody started beside the one that is listened to, or no coordinator's.
 */
static ErrCode greet(int in, int out, const Hello *hello, Err *err)
{
    struct pollfd watched = {.fd = in, .events = POLLIN};
    if (poll(&watched, 1, 0) > 0)
        return err_set(err, ERR_DATA, "standard input is not a coordinator's");
    Text line = {0};
    hello_text(hello, &line);
    TRY(text_ok(&line, err));
    TRY(file_put_fd(out, "standard output", line.data, line.n_bytes, err));
fail:
    text_release(&line);
    return err->code;
}

/* What a job asks of the process, before anything is read or written. */
static ErrCode settle(Speaker *speaker, Err *err)
{
    const WorkerJob *job = speaker->job;
    Err ignored = {0};
    if (job->parent)
        TRY(proc_die_with_parent((pid_t)job->parent, err));
    if (job->pin >= 0 && cpu_pin(job->pin, &ignored) != ERR_NONE)
        say_text(speaker, "warning", ignored.msg); /* slower, not wrong */
    TRY(proc_enter(job->folder, err));
fail:
    return err->code;
}

ErrCode worker_main(int in, int out, CpuLevel level, Err *err)
{
    Hello hello;
    Received received = {0};
    Text line = {0};
    Speaker speaker = {.job = &received.job, .in = in, .out = out, .level = level};
    hello_make(&hello, level);
    TRY(greet(in, out, &hello, err));
    TRY(read_line(in, &line, err));
    TRY(json_parse(&received.map, "job", line.data, line.n_bytes, err));
    TRY(worker_job_read(&received.job, received.map, err));
    if (strcmp(received.job.worker, hello.name) != 0)
        goto fail; /* another process of our launcher has the job: there is nothing to do */
    if (settle(&speaker, err) != ERR_NONE || run_job(&speaker, err) != ERR_NONE)
        say_failed(&speaker, err);
    else if (speaker.err.code != ERR_NONE)
        *err = speaker.err;
fail:
    json_decref(received.map);
    text_release(&line);
    return err->code;
}
