/*
 * harness/cli/command.h: what a command is: one descriptor with its option table and one function.
 *
 * `isoflop COMMAND` finds the descriptor in harness/cli/commands.c, parses the arguments by its
 * table into its settings struct, and calls `run`. The same table makes `--help`. A command reads:
 * settings -> validate -> open -> call one library function -> print -> close; no maths, no SQL.
 * How to add one: harness/cli/README.md.
 *
 * Errors are returned, never printed: harness/cli/main.c writes "isoflop COMMAND: message" to
 * stderr and exits with err_exit_status. stdout is data and goes through call_print only.
 */
#ifndef HARNESS_CLI_COMMAND_H
#define HARNESS_CLI_COMMAND_H

#include "base/cpu.h"
#include "base/err.h"
#include "base/spool.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The type of an option and of its field in the settings struct. */
typedef enum OptionKind {
    OPTION_FLAG,   /* bool; takes no value */
    OPTION_INT,    /* int64_t */
    OPTION_NUMBER, /* double, finite */
    OPTION_TEXT,   /* const char *; borrowed from the command line */
    OPTION_LIST,   /* OptionList; may be repeated */
    OPTION_ENUM,   /* int: index into `names` */
    OPTION_TABLE,  /* a nested struct with its own table, e.g. network_options */
} OptionKind;

enum { OPTION_LIST_MAX = 64 };

/* Values of a repeated option, in order. */
typedef struct OptionList {
    const char *v[OPTION_LIST_MAX];
    size_t n;
} OptionList;

typedef struct OptionTable OptionTable;

typedef struct Option {
    const char *name; /* without the dashes */
    OptionKind kind;
    size_t offset;            /* offsetof the field */
    const char *metavar;      /* name of the value in --help, e.g. "DIR"; NULL for flags */
    const char *fallback;     /* default, parsed as if given; NULL: the field stays zero */
    double min, max;          /* numbers, inclusive; both 0: no bound */
    const char *const *names; /* OPTION_ENUM: NULL-terminated */
    const OptionTable *table; /* OPTION_TABLE */
    const char *doc;          /* one line, lower case, no full stop */
    bool is_hidden;           /* not in --help */
} Option;

struct OptionTable {
    const Option *options;
    size_t n_options;
};

/* Shared options that a command takes besides --threads, --cpu, --help and --version. */
typedef enum SharedOptions {
    SHARED_JSON = 1,      /* --json: one JSON document (or JSON lines) on stdout */
    SHARED_SET = 2,       /* --set PATH=VALUE, repeatable */
    SHARED_DATA_ROOT = 4, /* --data-root DIR */
    SHARED_VERBOSE = 8,   /* --verbose: a line an epoch */
} SharedOptions;

typedef struct Command Command;

/* One invocation, parsed and validated. */
typedef struct Call {
    const Command *command;
    void *settings;          /* the command's own struct, filled by its table */
    const char *const *args; /* positional arguments */
    size_t n_args;
    int threads;           /* >= 1: --threads, or what the process may use */
    bool has_threads;      /* --threads was given */
    CpuLevel cpu;          /* --cpu, ISOFLOP_CPU, or the best there is */
    const char *cpu_asked; /* --cpu, or NULL */
    bool json;             /* --json */
    size_t columns;        /* of stdout: the terminal's; elsewhere COLUMNS, or 80 */
    bool has_color;        /* stderr is a terminal that has colours, and NO_COLOR is unset */
    bool has_progress;     /* stderr is a terminal whose cursor moves */
    OptionList sets;       /* --set */
    const char *data_root; /* --data-root, or NULL */
    bool verbose;          /* --verbose */
    const char *line;      /* the command line as typed, for reports */
} Call;

struct Command {
    const char *name;
    const char *summary;      /* one line for `isoflop --help` */
    const char *const *usage; /* lines after "isoflop NAME ", NULL-terminated */
    const char *const *notes; /* paragraphs under the options, NULL-terminated, or NULL */
    OptionTable options;
    size_t settings_bytes;     /* sizeof its settings struct, which starts zeroed */
    size_t min_args, max_args; /* positional arguments */
    unsigned shared;           /* SharedOptions bits */
    bool is_hidden;
    /* *status is 0 at the call; it is the exit status when no error is returned. */
    ErrCode (*run)(const Call *call, int *status, Err *err);
};

/* Fills columns, has_color and has_progress from the terminals there are. */
void call_look_around(Call *call);

/* ERR_USAGE "option '--name' is missing" unless it has a text. */
ErrCode call_need(const char *name, const char *value, Err *err) ERR_CHECKED;

/*
 * Writes to stdout what people or programs read: names and texts of files may be in it, so whatever
 * a terminal would obey is shown instead, but for line ends and tabs (in JSON there is none).
 * ERR_IO with the reason when it cannot (full disk). Clears the text.
 */
ErrCode call_print(Text *text, Err *err) ERR_CHECKED;

/* The same byte for byte, for what another program reads as data (CSV). */
ErrCode call_print_data(Text *text, Err *err) ERR_CHECKED;

/* The same for what is too long for a Text. */
ErrCode call_print_spool(const Spool *spool, Err *err) ERR_CHECKED;

/*
 * The same for people: unless call->json, lines longer than call->columns are broken between words.
 */
ErrCode call_print_lines(const Call *call, Text *text, Err *err) ERR_CHECKED;

/* Says each line of `lines` as a warning. */
void call_warn(const Text *lines);

/*
 * Writes one line of talk to stderr, with control characters made visible; on a terminal it is
 * broken between words, for scripts it stays one line.
 */
void call_say(const char *format, ...) ERR_PRINTF(1, 2);

/*
 * Progress on a terminal: replaces the last line of stderr until call_say or an empty text ends it.
 * Does nothing unless call->has_progress.
 */
void call_progress(const Call *call, const char *line);

/*
 * The same with several lines, which must fit call_view_columns and may be coloured. Empty: ends
 * it.
 */
void call_view(const Call *call, const Text *lines);

/* Columns for a line of a view, as the terminal is now; *n_rows: its rows. */
size_t call_view_columns(size_t *n_rows);

/*
 * Images being decoded: how far it is, as progress (fits ImageSetSettings.progress: `user` is the
 * Call; true: go on), and, once there, a line with seconds and images per second.
 */
bool call_preparing(void *user, uint32_t done, uint32_t total);
void call_prepared(const Call *call, uint32_t n_images, double seconds);

#endif
