/*
 * harness/study_types.h: what a study is made of; harness/study.h says what it means and reads one.
 */
#ifndef HARNESS_STUDY_TYPES_H
#define HARNESS_STUDY_TYPES_H

#include "harness/recipe.h"

#include "base/yaml.h"
#include "data/dataset.h"
#include "models/spec.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    STUDY_DIMENSIONS = 3, /* depth, width, resolution, always in this order */
    STUDY_PART_MAX = 24,  /* bytes of a part's name */
    STUDY_MAX_PARTS = 16,
    STUDY_MAX_TOP = 64,     /* networks of a retrain */
    STUDY_MAX_FACTORS = 16, /* of learning rates */
    STUDY_NONE = -1,
};

typedef struct StudyData {
    const char *name;         /* data set; "polytex" is embedded and the default */
    const char *path;         /* its own folder or archive; NULL = looked up by name; of a study's
                                 file absolute, so that it means the same from everywhere */
    int64_t train, val, test; /* images of the subsets; 0 = the set's default (data/dataset.h) */
    int bad_image;            /* BadImage (data/dataset.h) */
    int links;                /* DataLinks */
    int classes;              /* DataClasses */
    bool transpose;           /* IDX: rows become columns */
    DataIdentity identity;    /* no key: what the store was begun with (harness/run_identity.h) */
    double center_crop;       /* share of the shorter side that is kept, (0, 1] */
} StudyData;

typedef struct StudyFairness {
    double tolerance; /* relative deviation of counted MACs from the target, inclusive */
} StudyFairness;

typedef struct StudyObjective {
    int form;      /* ObjectiveForm (search/objective.h) */
    double w;      /* exponent or weight of the cost ratio; the form's own unless it is given */
    double target; /* T over the baseline's MACs */
} StudyObjective;

typedef enum StudyPartKind {
    STUDY_GRID,     /* all (alpha, beta, gamma) on the surface, ranked */
    STUDY_CURVES,   /* one dimension at a time, unmatched */
    STUDY_LINES,    /* width at several depths and resolutions, unmatched */
    STUDY_COMPARE,  /* strategies at matched MACs */
    STUDY_PROFILE,  /* shapes on the triangle of shares at matched MACs */
    STUDY_FAMILY,   /* compound scaling by phi, unmatched */
    STUDY_TABLE,    /* all networks of a search space */
    STUDY_SEARCH,   /* a strategy and its rivals, each asking for networks of a space */
    STUDY_RETRAIN,  /* the best of a search, trained anew with seeds that it has not seen */
    STUDY_TUNE,     /* learning rates, chosen before anything is compared */
    STUDY_SIZES,    /* fixed totals of training compute, each spent on several sizes */
    STUDY_TRANSFER, /* the networks of another part, trained on other data sets */
    STUDY_N_KINDS
} StudyPartKind;

typedef enum StudyMatch { STUDY_COUNTED, STUDY_NOMINAL } StudyMatch;

/* Of `shares` whose numbers a profile finds: which of its surface's points they are. */
typedef enum StudyChosen { STUDY_GIVEN, STUDY_OPTIMUM, STUDY_CORNER, STUDY_N_CHOSEN } StudyChosen;

typedef struct StudyStrategy {
    const char *name;        /* a strategy of models; `shares` of what a profile chooses */
    const double *constants; /* as in {compound: [alpha, beta, gamma]}, {shares: [a, b, c]},
                                {ladder: [[d, w, r], ...]}; NULL: a name alone */
    size_t n_constants;
    int chosen; /* StudyChosen; compare: not STUDY_GIVEN if a profile says its shares */
} StudyStrategy;

/* What a search aims at; numbers that are not given are NaN. */
typedef struct StudySearchObjective {
    int form; /* ObjectiveForm (search/objective.h) */
    double w;
    double target;      /* T over the baseline's MACs; 1 if target_macs is not given either */
    double target_macs; /* T itself */
    double tolerance;   /* of a band [T (1 - tolerance), T]; not given: fairness.tolerance */
} StudySearchObjective;

/* What every strategy of a search may spend: one of the two, the other is NaN. */
typedef struct StudyBudget {
    double trainings;  /* full trainings of the target's size */
    double train_macs; /* counted training MACs */
} StudyBudget;

/* The settings of a part `search`. */
typedef struct StudySearch {
    const char *space;       /* zoo name, or a path relative to the study's file */
    const char *strategy;    /* the one in force */
    const YamlNode *options; /* of the strategy, as written, or NULL */
    const YamlNode *screen;  /* what is in force: {epochs: N} or none */
    int64_t screen_epochs;   /* of short trainings; 0: no screen */
    YamlStrings rivals;      /* as written; `random` is one of them in any case */
    StudySearchObjective objective;
    StudyBudget budget;
    int virtual_workers;
    YamlInts seeds; /* of evaluations; none: the study's first */
    int runs;       /* independent repeats of the whole search */
} StudySearch;

/* The settings of a part `retrain`. */
typedef struct StudyRetrain {
    int top;                    /* networks of the search's own strategy */
    const YamlNode *seeds_node; /* as written: a count or a list */
    YamlInts seeds;             /* of its trials; nothing else is trained with them */
} StudyRetrain;

typedef enum StudyTuneOn { STUDY_TUNE_BASELINE, STUDY_TUNE_EACH } StudyTuneOn;

/* No figure is of that name: points of a part `tune`, and those at the common rate, are in none. */
#define STUDY_TUNE_FIGURE "tune"

/* The settings of a part `tune`. */
typedef struct StudyTune {
    YamlDoubles lr; /* factors on recipe.lr, 1 among them */
    int on;         /* StudyTuneOn */
    YamlInts seeds; /* that choose a rate */
} StudyTune;

/* How a network that was carried is trained: in the order of tables. */
typedef enum StudyWay {
    STUDY_SCRATCH,       /* from initial weights */
    STUDY_SCRATCH_TOTAL, /* the same for as many training MACs as pretraining and fine-tuning have
                          */
    STUDY_FINETUNE,      /* from the weights that the other part's trial of the seed ended with */
    STUDY_N_WAYS
} StudyWay;

/* The settings of a part `transfer`. */
typedef struct StudyTransfer {
    const YamlNode *data_node; /* as written: names, or maps of the keys of `data` */
    StudyData *data;           /* [n_data] */
    size_t n_data;
    YamlStrings way_names;     /* as written */
    int ways[STUDY_N_WAYS];    /* [way_names.n] StudyWay */
    const YamlNode *recipe;    /* as written: keys that are others here than in `recipe`, or NULL */
    const YamlNode *init_node; /* as written: recipe.init without the weights, or NULL */
    FineTune init;             /* of `init_node` */
    YamlInts seeds;            /* of its trials; none: all that the other part has */
} StudyTransfer;

/*
 * One entry of `parts`; fields that do not belong to its kind are 0. Parts form a directed acyclic
 * graph: what a part takes from others (baseline_part, constants_part) is decided before its points
 * can be built.
 */
typedef struct StudyPart {
    int kind;                         /* StudyPartKind */
    char name[STUDY_PART_MAX];        /* its key, made unique: "grid", "grid-2" */
    const char *id;                   /* what other parts call it; its name unless given */
    const char *own_id;               /* as written, or NULL */
    const char *from;                 /* as written: a part's id, or NULL */
    const char *baseline;             /* as written: a part's id, a network, or NULL */
    const char *constants;            /* compare, family, as written: a part's id, or NULL */
    int baseline_part;                /* index of the part whose network it scales, or STUDY_NONE */
    int constants_part;               /* compare, family: whose constants it takes, or none */
    int profile_part;                 /* compare: whose optimum and corner it takes, or none */
    int carried_part;                 /* transfer: whose networks it carries; else none */
    int64_t epochs;                   /* of its trials; 0: the recipe's */
    const char *figure;               /* it is drawn in; default by kind */
    double step;                      /* grid: spacing of alpha, beta, gamma */
    double product;                   /* grid: alpha beta^2 gamma^2 */
    double tolerance;                 /* grid: relative, inclusive */
    int match;                        /* grid: StudyMatch */
    const YamlNode *also_node;        /* grid: as written */
    double (*also)[STUDY_DIMENSIONS]; /* grid: further points */
    size_t n_also;
    YamlDoubles width, depth, resolution; /* curves; lines uses width */
    const YamlNode *bases_node;           /* lines: as written */
    double (*bases)[2];                   /* lines: depth, resolution */
    size_t n_bases;
    const YamlNode *strategies_node; /* compare: as written */
    const YamlNode *with_node;       /* compare: with_baseline as written, or NULL */
    bool with_baseline;              /* compare: its baseline is trained as it is, too */
    int shapes;                      /* profile: how many */
    StudyStrategy *strategies;       /* compare; profile: its shapes */
    size_t n_strategies;
    YamlDoubles macs;                       /* compare, profile: targets over the baseline's MACs */
    YamlDoubles train_macs;                 /* sizes: totals */
    int sizes;                              /* sizes: networks of each total */
    double range;                           /* sizes: MACs of the largest over the baseline's */
    YamlDoubles phi;                        /* family: exponents of its constants */
    const YamlNode *constants_node;         /* family: as written, a part's id or numbers */
    bool has_constants;                     /* family: numbers */
    double own_constants[STUDY_DIMENSIONS]; /* family: alpha, beta, gamma */
    const char *space;      /* table: of the zoo, or a path relative to the study's file */
    StudySearch search;     /* search */
    StudyRetrain retrain;   /* retrain */
    StudyTune tune;         /* tune */
    StudyTransfer transfer; /* transfer */
} StudyPart;

/* Seeds are 0 to 2^53: a double, as JSON has them, holds each exactly. */
#define STUDY_MAX_SEED 9007199254740992.0
/* Bounds of an objective's keys. */
#define STUDY_MAX_W 10.0
#define STUDY_MIN_TARGET 1e-3
#define STUDY_MAX_TARGET 1024.0

typedef struct Study {
    const YamlNode *version_node; /* as written, or NULL */
    int version;                  /* of its trials' digests (harness/identity.h) */
    const char *name;
    const char *question;
    const char *baseline; /* zoo name, or a path relative to `folder` */
    const char *folder;   /* the study file's; "" for built-in ones */
    StudyData data;
    Recipe recipe;
    YamlInts seeds;              /* that choose, and judge where there are no others */
    const YamlNode *judges_node; /* what is in force of judge_seeds, or NULL */
    YamlInts judge_seeds;        /* none: `seeds` judge, too (harness/study_judges.h) */
    StudyFairness fairness;
    StudyObjective objective;
    const YamlNode *network;    /* keys of the network file replaced before scaling, or NULL */
    const YamlNode *parts_node; /* as written */
    StudyPart *parts;
    size_t n_parts;
    YamlDoc *doc; /* owner of everything */
} Study;

/* The part's key in a study file: "grid", "curves", ..., "search". */
const char *study_part_key(int kind);

/* The index of the part of that id, or STUDY_NONE. */
int study_find_part(const Study *study, const char *id);

/* Whether a part's points are strategies at matched MACs: `compare`, the shapes of `profile`,
 * the one of `sizes`. */
bool study_has_rays(const StudyPart *part);

/* What a study calls that point of a profile's surface: "optimum", "corner". */
const char *study_chosen_name(int chosen);

/* Whether a strategy is a compound without constants of its own: it takes a grid's. */
bool study_needs_constants(const StudyStrategy *strategy);

#endif
