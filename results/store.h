/*
 * results/store.h: the store of a study, one SQLite file with one writer.
 *
 * What is stored are facts, appended and never changed: what was planned, tried, measured. What
 * follows from them (a trial's status, the view `result`) is a view of results/schema.sql, where
 * every column stands with its unit. Each call below that changes the store is one state change of
 * a study (docs/architecture.md) and one transaction: it is there in full when the call returns
 * ERR_NONE, and not at all otherwise. The store knows nothing of processes and locks: `study.lock`
 * is the coordinator's.
 *
 * Vocabulary. A *trial* is a digest (network, data, recipe, arithmetic; without the seed) and a
 * seed. A *point* is a place in a figure that asks for a network; points that ask for the same
 * digest share its trials. A *revision* is one text of the study: going on with a changed study
 * adds a revision, and the newest one says which points and trials are listed. A *run* is one life
 * of a coordinator; an *attempt* one life of a trial's process.
 *
 * Readers and the writer work side by side: every read is one short transaction into an arena, and
 * the writer waits up to STORE_BUSY_MS for readers. Doubles that are not finite are stored as NULL
 * (NaN) or as infinities, and come back as NaN and infinities. Text is UTF-8.
 *
 * Errors of all functions unless said otherwise: ERR_DB (the message has SQLite's words, the path
 * and the place), ERR_BUSY after STORE_BUSY_MS, ERR_IO for a full disk or a device's error (also
 * noticed by SQLite: worth waiting and calling again, nothing was changed), ERR_MEMORY.
 */
#ifndef RESULTS_STORE_H
#define RESULTS_STORE_H

#include "results/epoch.h"
#include "results/resulttable.h"

#include "base/arena.h"
#include "base/embed.h"
#include "base/err.h"
#include "base/hash.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    STORE_BUSY_MS = 60000,     /* how long the writer waits for readers */
    STORE_READ_BUSY_MS = 5000, /* how long a reader waits for the writer's commit */
    STORE_ATTEMPTS = 3,        /* attempts that count after which a trial has failed */
    STORE_STUDY = 1,           /* id of the study a file holds */
};

typedef struct Store Store;

/* --- plain data that goes in and comes out --- */

/* What a study is for its whole life. */
typedef struct StoreStudy {
    const char *name;
    const char *question;    /* the study's question, or "" */
    const char *baseline;    /* name of the baseline network */
    const char *data_name;   /* data set */
    const char *data_digest; /* of data and splits */
    int classes;
    int64_t n_train, n_val, n_test; /* images of the splits in use */
    bool is_demo;                   /* a constructed data set: results are stamped DEMO */
    int arithmetic;                 /* revision of the numerical contract */
} StoreStudy;

/* One text of the study and what its reports need of it. */
typedef struct StoreRevision {
    const char *yaml;          /* as resolved, complete */
    const char *digest;        /* hex XXH3-128 of yaml */
    const char *objective;     /* for people, e.g. "soft: ACC x (MACs/T)^-0.07" */
    double objective_w;        /* exponent w; 0 where the form has none */
    int64_t target_macs;       /* T, multiply-adds */
    int64_t baseline_macs;     /* multiply-adds of the baseline with the data set's classes */
    double fairness_tolerance; /* relative */
    int64_t epochs;            /* the recipe's passes over the training split */
    const char *recipe;        /* the recipe in one line, for people */
    const char *created;       /* out only: instant, UTC */
} StoreRevision;

/* A resolved network. */
typedef struct StoreNetwork {
    const char *digest; /* hex, of all that execution depends on */
    const char *name;
    const char *yaml; /* its specification after scaling */
    int resolution;   /* pixels */
    int64_t params, macs, acts;
} StoreNetwork;

/*
 * A place in a figure. Identity: (part, series, nominal or genes, target_macs). Statuses are
 * plan's: `fair`, `unfair`, `off-ray`, `tied`, `unmatched`; an `unfair` point has no trials: its
 * trial_digest is stored as NULL.
 */
typedef struct StorePoint {
    const char *part;    /* the part's key, made unique if a study has two: "grid", "grid-2" */
    const char *figure;  /* a name of results/figure_names.h, or one that studies had before it */
    const char *series;  /* "width", "compound", "d=2.0 r=1.3"; grid: the part's key */
    const char *match;   /* "counted", "nominal", or "none": cost is the axis */
    double nominal[3];   /* depth, width, resolution multipliers asked for; NaN: genes say it */
    const char *genes;   /* one character a gene of a search space; NULL: multipliers say it */
    double built[3];     /* the same as built */
    double trim;         /* factor on the width that matching applied; 1: none */
    double x;            /* place on the figure's own axis: the multiplier, or the target ratio */
    const char *network; /* digest of the network; NULL if nothing could be built */
    const char *trial_digest; /* digest of its trials; NULL: not trained */
    int resolution;           /* pixels */
    int64_t macs;             /* counted multiply-adds */
    int64_t target_macs;      /* 0: not matched */
    double ratio;             /* macs over the target, or over the baseline's without one */
    double naive_ratio;       /* counted cost over target of what the nominal rule builds; or NaN */
    const char *status;
    const char *reason; /* why it is not fair; NULL: nothing to say */
    int64_t id;         /* out only */
} StorePoint;

/* A trial that is to be run; the store gives it the next number, in the order of the array. */
typedef struct StorePlanned {
    const char *digest;  /* network, data, recipe, arithmetic */
    const char *network; /* digest of the network */
    int64_t seed;
    int64_t epochs; /* passes over the training split, >= 1, with a whole schedule of their own */
} StorePlanned;

/* A seed that a part keeps to itself: see the view `measured`. */
typedef struct StoreOwnSeed {
    const char *part; /* as its points have it */
    int64_t seed;
} StoreOwnSeed;

/* What trials of a network that was carried to other data are trained on. */
typedef struct StoreCarried {
    const char *trial_digest; /* of the trials */
    const char *source; /* digest of those whose weights they begin with, seed by seed; or NULL */
    const char *data_name, *data_digest;
    int classes;
    int64_t n_train, n_val, n_test; /* images of the splits in use */
    double majority;                /* percent of the test images: their most frequent class */
    bool is_demo;
    const char *yaml; /* data and recipe in force, as a study without parts */
    const char *init; /* recipe.init without the weights, or "" */
} StoreCarried;

/* A whole plan, see store_put_plan. */
typedef struct StorePlan {
    StoreStudy study;
    StoreRevision revision;
    const StoreNetwork *networks;
    size_t n_networks;
    const StorePoint *points;
    size_t n_points;
    const StorePlanned *trials;
    size_t n_trials;
    const StoreOwnSeed *own_seeds;
    size_t n_own_seeds;
    const StoreCarried *carried;
    size_t n_carried;
    bool is_exact; /* lists its own trials alone, see store_put_plan */
} StorePlan;

/* Something settled, e.g. the grid's winner. Settled anew it gets the next number. */
typedef struct StoreFact {
    const char *name;    /* e.g. "grid/winner" */
    int64_t number;      /* out only: from 1 by name, the highest is in force */
    const char *network; /* digest, or NULL */
    double value[3];     /* e.g. alpha, beta, gamma; NaN where there is none */
    const char *text;    /* for people, or NULL */
} StoreFact;

/* What a decider did (search/decider.h): asked for a point, heard of one, asked for no more. */
typedef enum StoreDecisionKind { STORE_ASK, STORE_TELL, STORE_END } StoreDecisionKind;

/* How a point ended, as the decider heard it. */
typedef enum StoreHeard {
    STORE_HEARD_NOTHING, /* not a STORE_TELL */
    STORE_HEARD_DONE,
    STORE_HEARD_DIVERGED,
    STORE_HEARD_FAILED,
    STORE_HEARD_REFUSED
} StoreHeard;

/* One row of a part's log. That a decider waits is not in it: the log so far implies it. */
typedef struct StoreDecision {
    const char *part; /* of the study */
    int64_t number;   /* place in the part's log, from 1 without gaps */
    StoreDecisionKind kind;
    int64_t virtual_time; /* on the part's virtual clock, counted multiply-adds, >= 0 */
    int64_t ticket;       /* of the point, from 1 by part; end: of the one it yields, 0: none */
    double scale[3];      /* ask: depth, width, resolution multipliers; end: constants; or NaN */
    const char *genes;    /* ask: one character a gene; NULL: scale says it */
    int64_t epochs;       /* ask: passes over the training split; 0: the recipe's */
    const char *trial_digest; /* of the point's trials; NULL: not trained, or not said */
    StoreHeard outcome;       /* tell */
    double value;       /* tell: mean val_top1 of the seeds that finished, percent; NaN: none did */
    int64_t n, n_seeds; /* tell: seeds that finished, and that were to be trained; else 0 */
    const char *reason; /* why, for people; NULL is stored as "" */
} StoreDecision;

/* What made an attempt. Stored once for all attempts that have the same. NULL is stored as "". */
typedef struct StoreEnvironment {
    const char *version, *commit; /* of isoflop; git commit of the build */
    bool is_dirty;                /* the build had uncommitted changes */
    const char *compiler, *flags, *kernels, *host, *cpu, *system, *libraries;
} StoreEnvironment;

/* A new attempt. */
typedef struct StoreAttempt {
    StoreEnvironment environment;
    int threads;
    int64_t pid; /* of the coordinator: the worker has none yet */
} StoreAttempt;

/* A file a trial leaves, relative to the study directory. */
typedef struct StoreArtifact {
    const char *kind; /* "weights", "best", "checkpoint" */
    const char *path;
    int64_t n_bytes;
    const char *xxh3; /* hex XXH3-128 of its bytes */
} StoreArtifact;

typedef enum StoreOutcome { STORE_DONE, STORE_DIVERGED } StoreOutcome;

/* A trial's result. Doubles are NaN where a diverged trial has none. */
typedef struct StoreFinish {
    StoreOutcome outcome;
    double val_top1, val_loss;   /* after the last epoch; percent, nats */
    double test_top1, test_loss; /* after the last epoch; percent, nats */
    int64_t best_epoch;          /* of the best val_top1, 1-based; 0: none */
    double best_val_top1;        /* percent */
    int64_t first_bad_step;      /* diverged: first step (0-based) with a bad loss; else -1 */
    const StoreArtifact *artifacts;
    size_t n_artifacts;
    double seconds;     /* wall-clock of this attempt; not a result */
    double processor_s; /* processor time of all its threads; 0: not known; not a result */
    /* what it was predicted to take on one thread, and its 90 % interval; 0: nothing was
       predicted; not a result */
    double predicted_s, predicted_low_s, predicted_high_s;
} StoreFinish;

/* How an attempt ended that did not finish its trial. */
typedef struct StoreAttemptEnd {
    const char *reason;      /* "failed", "exited", "killed", "stopped", "no-progress", ... */
    const char *detail;      /* message for people, or NULL */
    bool is_counted;         /* it died by itself: one of the STORE_ATTEMPTS */
    int64_t last_step;       /* steps known to be done, over all epochs; -1: unknown */
    int64_t checkpoint_step; /* step of the newest valid checkpoint; -1: none */
    double seconds;          /* wall-clock of this attempt */
} StoreAttemptEnd;

/* Why an attempt ended that was no training here: the trial's result was imported. */
#define STORE_IMPORT "import"

/* Who imports results, for the store. */
typedef struct StoreImporter {
    const char *command, *host; /* as the user called it, and where */
    int64_t pid;
    const char *path; /* of the table, for messages and people */
} StoreImporter;

typedef enum StoreStatus {
    STORE_PENDING,
    STORE_RUNNING,
    STORE_TRIAL_DONE,
    STORE_TRIAL_DIVERGED,
    STORE_FAILED,
    STORE_N_STATUSES
} StoreStatus;

typedef struct StoreTrial {
    int64_t number; /* place in the plan, 1-based: trials/NNNNNN */
    const char *digest;
    const char *network;
    int64_t seed;
    StoreStatus status;
    bool is_listed;             /* by the newest revision */
    int64_t n_attempts;         /* begun */
    int64_t n_counted;          /* that count against STORE_ATTEMPTS */
    const char *reason;         /* of the last attempt that ended without finishing; NULL: none */
    int64_t macs;               /* of the network */
    int64_t epochs;             /* it is to make */
    int64_t n_epochs;           /* epochs stored */
    double val_top1, test_top1; /* percent; NaN: none (yet) */
} StoreTrial;

/* Counts of what the newest revision lists. */
typedef struct StoreStanding {
    int64_t n_trials, n_by_status[STORE_N_STATUSES];
    int64_t n_points, n_unfair;
} StoreStanding;

typedef struct StoreTrials {
    StoreTrial *items; /* by number */
    size_t n;
} StoreTrials;

/* One seed's result at a point. */
typedef struct StoreSeed {
    int64_t seed;
    int64_t trial;
    StoreStatus status;
    bool is_imported;                                /* trained elsewhere */
    double val_top1, test_top1, val_loss, test_loss; /* NaN unless STORE_TRIAL_DONE */
    const double *curve;  /* [n_epochs] val_top1 by epoch; NULL: not read (store_curves), or none */
    const double *losses; /* [n_epochs] train_loss by epoch, as stored; of a diverged trial those
                             of the epochs before: NULL as curve, which is NULL there */
    int n_epochs;
    double seconds; /* of these epochs, training and validation */
} StoreSeed;

/* A listed point with all its listed trials, by seed. */
typedef struct StorePointResult {
    StorePoint point;
    const char *network_name;
    int64_t acts;                /* of the network, see StoreNetwork; 0: nothing could be built */
    int64_t epochs;              /* passes its trials are to make; 0: it has none */
    bool is_judged;              /* its part keeps seeds to itself: nothing was chosen by them */
    const StoreCarried *carried; /* NULL: it is trained on the study's own data */
    const StoreSeed *seeds;
    size_t n_seeds;
} StorePointResult;

/* Everything verdicts, rankings and reports need, read in one transaction. */
typedef struct StoreResults {
    StoreStudy study;
    StoreRevision revision;   /* the newest */
    StorePointResult *points; /* in the order of the plan */
    size_t n_points;
    StoreFact *facts; /* by name, those in force */
    size_t n_facts;
    const char *command; /* of the newest run, or NULL */
} StoreResults;

/* Any query's answer as text; a NULL cell is SQL's NULL. */
typedef struct StoreTable {
    const char **names; /* [n_columns] */
    const char **cells; /* [n_rows * n_columns] */
    bool *is_number;    /* [n_rows * n_columns]: an INTEGER or REAL, not text or NULL */
    size_t n_columns, n_rows;
} StoreTable;

/* --- life cycle --- */

/*
 * Opens the store for writing, creating it when there is no file. An older schema of ours is
 * brought up to date. Never writes to a file that is not ours. Errors also: ERR_DATA (another
 * program's file, or damaged), ERR_VERSION (made by a newer isoflop).
 */
ErrCode store_open(Store **out, const char *path, Err *err) ERR_CHECKED;

/*
 * Opens an existing store for reading. Opened read-write all the same, for a journal left by a
 * crash must be rolled back first; read-only where the file system says so. One of an older schema
 * is copied and the copy brought up to date: the file may be in the hands of an older
 * isoflop, and stays as it is. Errors also: ERR_MISSING (no such file), ERR_DATA, ERR_VERSION
 * (newer).
 */
ErrCode store_open_read(Store **out, const char *path, Err *err) ERR_CHECKED;

/*
 * Asked again and again, on the caller's thread, while others keep the store busy: `seconds` have
 * been waited so far; false ends the wait with ERR_BUSY.
 */
typedef bool StoreWait(void *user, double seconds);

typedef enum StoreAccess { STORE_TO_READ, STORE_TO_WRITE } StoreAccess;

/*
 * store_open_read or store_open, and from the first moment on busyness is waited for as long as
 * `wait` says, instead of STORE_READ_BUSY_MS or STORE_BUSY_MS.
 */
ErrCode store_open_waiting(Store **out, const char *path, StoreAccess access, StoreWait *wait,
                           void *user, Err *err) ERR_CHECKED;

/* Closes and nulls; accepts NULL. */
void store_close(Store **store);

/* The path it was opened with. */
const char *store_path(const Store *store);

/* --- the plan --- */

/*
 * Puts study, revision, networks, points, trials and own seeds, whatever of them is not there yet.
 * What the plan lists is what is listed from now on, so it is always the whole plan, also when it
 * is put again because points were resolved after the grid (points that wait for the grid are not
 * put). Trials that have finished at the plan's points with seeds it does not name (any more) stay
 * listed with it, so that fewer seeds take nothing away; is_exact leaves them out. Trials get
 * numbers in the order of the array, after those that exist. The same plan as the newest changes
 * nothing, and what comes behind that joins its revision. Errors also: ERR_USAGE if study or a
 * network is there with different values, or if the store was begun with another arithmetic
 * revision.
 */
ErrCode store_put_plan(Store *store, const StorePlan *plan, Err *err) ERR_CHECKED;

/*
 * Records a fact. The same as the newest of that name changes nothing; another is put after it, and
 * is in force from now on.
 */
ErrCode store_put_fact(Store *store, const StoreFact *fact, Err *err) ERR_CHECKED;

/* The same of n facts in one transaction: all of them, or none. */
ErrCode store_put_facts(Store *store, const StoreFact *facts, size_t n, Err *err) ERR_CHECKED;

/*
 * Appends to a part's log. The row that is there with the same values is fine, so a decider that
 * is replayed simply says everything again. Errors also: ERR_DATA if that number is there with
 * different ones; ERR_INTERNAL if numbers would be left out.
 */
ErrCode store_put_decision(Store *store, const StoreDecision *decision, Err *err) ERR_CHECKED;

/* --- execution: one call, one transaction --- */

/* A coordinator's life begins; endless attempts of earlier runs no longer count as running. */
ErrCode store_begin_run(Store *store, const char *command, const char *host, int64_t pid,
                        Err *err) ERR_CHECKED;

/* Commits a new attempt of a trial before its process starts; *attempt is its number, from 1. */
ErrCode store_begin_attempt(Store *store, int64_t trial, const StoreAttempt *begin,
                            int64_t *attempt, Err *err) ERR_CHECKED;

/*
 * Puts an epoch's line. One that is there with the same results (the bits of NaNs aside) is fine.
 * Errors also: ERR_DATA if it is there with different ones.
 */
ErrCode store_put_epoch(Store *store, int64_t trial, int64_t attempt, const Epoch *epoch,
                        Err *err) ERR_CHECKED;

/* The same for several lines in one transaction, e.g. those a resumed worker sends again. */
ErrCode store_put_epochs(Store *store, int64_t trial, int64_t attempt, const Epoch *epochs,
                         size_t n_epochs, Err *err) ERR_CHECKED;

/*
 * Accepts a trial's `done`: result, artifacts, the attempt's end and the digest over the trial's
 * rows. Once finished a trial stays so: the same result again is fine. Errors also: ERR_DATA if it
 * finished with a different result.
 */
ErrCode store_accept(Store *store, int64_t trial, int64_t attempt, const StoreFinish *finish,
                     Err *err) ERR_CHECKED;

/* Ends an attempt that did not finish its trial. */
ErrCode store_end_attempt(Store *store, int64_t trial, int64_t attempt, const StoreAttemptEnd *end,
                          Err *err) ERR_CHECKED;

/*
 * Puts results of trials that were trained elsewhere, all of a table in one transaction: each gets
 * an attempt that ends with the reason STORE_IMPORT and the row's note, and is done; the fact
 * "import" says how many came from which table. Errors also: ERR_DATA with path and line: a trial
 * that is not planned here, that is done already, or that is to make another number of epochs; a
 * network and a seed that several trials have.
 */
ErrCode store_import(Store *store, const ResultTable *table, const StoreImporter *who,
                     Err *err) ERR_CHECKED;

/* --- reading: results live in `arena` --- */

/*
 * Everything for verdicts and reports; store_points without seeds, store_study without points, for
 * those who need no more of a large study. Errors also: ERR_MISSING if nothing was planned yet.
 */
ErrCode store_results(Store *store, Arena *arena, StoreResults *out, Err *err) ERR_CHECKED;
ErrCode store_points(Store *store, Arena *arena, StoreResults *out, Err *err) ERR_CHECKED;
ErrCode store_study(Store *store, Arena *arena, StoreResults *out, Err *err) ERR_CHECKED;

/*
 * Reads the curves of validation and of training loss of finished trials in the parts whose
 * networks verdicts compare
 * (`curves`, `lines`, `compare`, `profile`, `grid`, also at the recipe's learning rate where each
 * network has its own) into results->points[].seeds[]. They are held against their seals. Errors
 * also: ERR_DATA, of damage.
 */
ErrCode store_curves(Store *store, Arena *arena, StoreResults *results, Err *err) ERR_CHECKED;

/* How many trials stand where, counted by the store. */
ErrCode store_standing(Store *store, StoreStanding *out, Err *err) ERR_CHECKED;

/* All trials by number. */
ErrCode store_trials(Store *store, Arena *arena, StoreTrials *out, Err *err) ERR_CHECKED;

/*
 * The same one by one: texts live as long as the call of `see`. The transaction lasts until the
 * last one was seen, so `see` waits for nobody. Errors also: those of `see`.
 */
typedef ErrCode (*StoreSeeTrial)(void *user, const StoreTrial *trial, Err *err);
ErrCode store_each_trial(Store *store, StoreSeeTrial see, void *user, Err *err) ERR_CHECKED;

/* A network by digest. Errors also: ERR_MISSING. */
ErrCode store_network(Store *store, const char *digest, Arena *arena, StoreNetwork *out,
                      Err *err) ERR_CHECKED;

/* A part's log in order, or with part NULL those of all. */
ErrCode store_decisions(Store *store, const char *part, Arena *arena, StoreDecision **out,
                        size_t *n_out, Err *err) ERR_CHECKED;

/* All facts of a name by number, or with name NULL all by name and number. */
ErrCode store_facts(Store *store, const char *name, Arena *arena, StoreFact **out, size_t *n_out,
                    Err *err) ERR_CHECKED;

/* The fact of a name that is in force; *is_there tells. */
ErrCode store_fact(Store *store, const char *name, Arena *arena, StoreFact *out, bool *is_there,
                   Err *err) ERR_CHECKED;

/* The digest of data and splits that the study was begun with. Errors also: ERR_MISSING. */
ErrCode store_data_digest(Store *store, Arena *arena, const char **digest, Err *err) ERR_CHECKED;

/*
 * Refuses a store whose study was begun with another arithmetic revision: its trials cannot be
 * compared with new ones. A store without a study passes. Errors also: ERR_USAGE.
 */
ErrCode store_check_arithmetic(Store *store, int revision, Err *err) ERR_CHECKED;

/* The study as resolved in the newest revision. Errors also: ERR_MISSING if there is none. */
ErrCode store_study_yaml(Store *store, Arena *arena, const char **yaml, Err *err) ERR_CHECKED;

/* What trials of carried networks are trained on, in no particular order. */
ErrCode store_carried(Store *store, Arena *arena, StoreCarried **out, size_t *n,
                      Err *err) ERR_CHECKED;

/*
 * One SELECT with at most one text parameter (?1; NULL: none), for figures, exports and `show`.
 * Numbers are the shortest decimals that read back equal. SQL may use score(top1, macs) once
 * store_set_score was called, and the aggregate half90(x): half the width of the 90 % t interval
 * of the mean, NULL for fewer than 3 values. Errors also: ERR_INTERNAL for SQL that writes.
 */
ErrCode store_query(Store *store, const char *sql, const char *parameter, Arena *arena,
                    StoreTable *out, Err *err) ERR_CHECKED;

/*
 * The same row by row, for answers of any length: `see` gets a table of one row, whose cells live
 * as long as the call; the first time one of no row, for the names. The transaction lasts until
 * the last one was seen, and the writer waits. Errors also: those of `see`.
 */
typedef ErrCode (*StoreSeeRow)(void *user, const StoreTable *row, Err *err);
ErrCode store_each_row(Store *store, const char *sql, const char *parameter, StoreSeeRow see,
                       void *user, Err *err) ERR_CHECKED;

/*
 * An objective: what an accuracy (percent) at a cost (multiply-adds) is worth; NaN: not eligible.
 */
typedef double (*StoreScore)(double top1, double macs, const void *context);

/* Makes score() of SQL this objective; `context` must outlive the store. */
ErrCode store_set_score(Store *store, StoreScore score, const void *context, Err *err) ERR_CHECKED;

/* --- trust --- */

typedef struct StoreDamage {
    int64_t trial;    /* 0: the file as a whole */
    const char *what; /* one line for people */
} StoreDamage;

/*
 * Checks SQLite's own structure, foreign keys, the schema's text, the seal of every row, and every
 * finished trial's digest over its rows (planned, network, epochs, artifacts, result). *n_out = 0
 * means sound. Errors only when the check itself could not be made.
 */
ErrCode store_check(Store *store, Arena *arena, StoreDamage **out, size_t *n_out,
                    Err *err) ERR_CHECKED;

/* Compiled in: schema.sql and, from version 2 on, the migrations schema_<version>.sql. */
extern const EmbeddedFile results_files[];

/* "pending", "running", "done", "diverged", "failed". */
const char *store_status_name(StoreStatus status);

/* True for a point of the part `kind`: "grid" and "grid-2" are both "grid". */
bool store_is_part(const StorePoint *point, const char *kind);

#endif
