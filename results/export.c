/* results/export.c: tables of the store as CSV and JSON, verdicts and rankings as JSON and text. */
#include "results/export.h"

#include "results/tablesql.h"

#include "base/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

const char *const export_names[] = {
    "trial",       "result",       "measured", "current_point", "study",        "network",
    "revision",    "listed_point", "point",    "listed_trial",  "planned",      "attempt",
    "attempt_end", "epoch",        "finished", "artifact",      "trial_digest", "environment",
    "run",         "fact",         "decision", "own_seed",      "carried",      NULL};

static ErrCode unknown_name(const char *name, Err *err)
{
    Text known = {0};
    const char *nearest = text_nearest(name, export_names, ARRAY_LEN(export_names) - 1);
    if (nearest != NULL)
        text_printf(&known, "did you mean '%s'? ", nearest);
    text_append(&known, "there are");
    for (size_t i = 0; export_names[i] != NULL; i++)
        text_printf(&known, "%s %s", i > 0 ? "," : "", export_names[i]);
    text_append(&known, ", " EXPORT_TABLE);
    (void)err_set(err, ERR_USAGE, "nothing to export is called '%s': %s", name,
                  text_string(&known));
    text_release(&known);
    return err->code;
}

ErrCode export_check_name(const char *name, Err *err)
{
    bool is_known = strcmp(name, EXPORT_TABLE) == 0;
    for (size_t i = 0; export_names[i] != NULL; i++)
        is_known |= strcmp(export_names[i], name) == 0;
    return is_known ? ERR_NONE : unknown_name(name, err);
}

/* Sees all rows of the table, view included, of that name. */
static ErrCode each_row_of(Store *store, const char *name, StoreSeeRow see, void *user, Err *err)
{
    Text sql = {0};
    TRY(export_check_name(name, err));
    if (strcmp(name, EXPORT_TABLE) == 0)
        TRY(tablesql_select(store, &sql, err));
    else
        text_printf(&sql, "SELECT * FROM %s", name);
    TRY(text_ok(&sql, err));
    TRY(store_each_row(store, text_string(&sql), NULL, see, user, err));
fail:
    text_release(&sql);
    return err->code;
}

/* Where rows go. */
typedef struct Stream {
    Text *out;
    ExportFlush flush; /* NULL: all of it stays in out */
    void *user;        /* of flush */
    JsonWriter json;
} Stream;

/* Hands over what has gathered once it is worth a call. */
static ErrCode pass_on(const Stream *stream, Err *err)
{
    enum { WORTH_BYTES = 1 << 16 };
    if (stream->flush == NULL || (stream->out->n_bytes < WORTH_BYTES && !stream->out->failed))
        return text_ok(stream->out, err);
    return stream->flush(stream->user, stream->out, err);
}

/* Whether a text would be a formula to a spreadsheet; "-0.5" is a number, and stays one. */
static bool is_formula(const char *field)
{
    double number;
    return field != NULL && strchr("=+-@\t\r", field[0]) != NULL && field[0] != '\0' &&
           !text_to_double(field, &number);
}

/*
 * A field of RFC 4180: quoted where it has to be. An apostrophe in front makes a text of what would
 * be a formula.
 */
static void append_field(Text *out, const char *field, bool is_disarmed)
{
    if (field == NULL)
        return;
    if (!is_disarmed && strpbrk(field, ",\"\r\n") == NULL) {
        text_append(out, field);
        return;
    }
    text_append(out, is_disarmed ? "\"'" : "\"");
    for (; *field; field++) {
        if (*field == '"')
            text_append_char(out, '"');
        text_append_char(out, *field);
    }
    text_append_char(out, '"');
}

void export_csv_field(Text *out, const char *field)
{
    append_field(out, field, is_formula(field));
}

static ErrCode put_csv_row(void *user, const StoreTable *t, Err *err)
{
    const Stream *stream = user;
    const char *const *fields = t->n_rows > 0 ? t->cells : t->names;
    for (size_t c = 0; c < t->n_columns; c++) {
        const bool is_number = t->n_rows > 0 && t->is_number[c];
        text_append(stream->out, c ? "," : "");
        append_field(stream->out, fields[c], !is_number && is_formula(fields[c]));
    }
    text_append(stream->out, "\r\n");
    return pass_on(stream, err);
}

ErrCode export_csv(Store *store, const char *name, Text *out, ExportFlush flush, void *user,
                   Err *err)
{
    Stream stream = {.out = out, .flush = flush, .user = user};
    return each_row_of(store, name, put_csv_row, &stream, err);
}

void export_row(JsonWriter *writer, const char *key, const StoreTable *table, size_t row)
{
    json_open_map(writer, key);
    for (size_t c = 0; c < table->n_columns; c++) {
        const char *cell = table->cells[row * table->n_columns + c];
        const bool is_number = table->is_number[row * table->n_columns + c];
        double number = 0.0;
        if (is_number && text_to_double(cell, &number))
            json_put_raw(writer, table->names[c], cell);
        else if (is_number) /* an infinity: JSON has none */
            json_put_null(writer, table->names[c]);
        else
            json_put_text(writer, table->names[c], cell);
    }
    json_close_map(writer);
}

static ErrCode put_json_row(void *user, const StoreTable *t, Err *err)
{
    Stream *stream = user;
    if (t->n_rows == 0)
        json_open_list(&stream->json, NULL);
    else
        export_row(&stream->json, NULL, t, 0);
    return pass_on(stream, err);
}

ErrCode export_json(Store *store, const char *name, Text *out, ExportFlush flush, void *user,
                    Err *err)
{
    Stream stream = {.out = out, .flush = flush, .user = user, .json = json_writer(out, true)};
    TRY(each_row_of(store, name, put_json_row, &stream, err));
    json_close_list(&stream.json);
    return text_ok(out, err);
fail:
    return err->code;
}

/* --- verdicts as JSON --- */

static void put_interval(JsonWriter *w, const char *key, const StatsInterval *i)
{
    json_open_map(w, key);
    json_put_double(w, "mean", i->mean);
    json_put_double(w, "sd", i->sd);
    json_put_double(w, "low", i->low);
    json_put_double(w, "high", i->high);
    json_put_double(w, "confidence", i->confidence);
    json_put_int(w, "n", i->n);
    json_close_map(w);
}

/* null where it is not known. */
static void put_number(JsonWriter *w, const char *key, bool is_known, double value)
{
    if (is_known)
        json_put_double(w, key, value);
    else
        json_put_null(w, key);
}

static void put_ripeness(JsonWriter *w, VerdictRipeness ripeness)
{
    if (ripeness == VERDICT_RIPENESS_UNKNOWN)
        json_put_null(w, "ripe");
    else
        json_put_bool(w, "ripe", ripeness == VERDICT_RIPE);
}

static void put_effect(JsonWriter *w, const Verdict *v)
{
    const StatsInterval *e = &v->effect;
    json_put_text(w, "effect_name", v->effect_name);
    json_put_text(w, "effect_unit", v->effect_unit != NULL ? v->effect_unit : "points");
    put_number(w, "effect", v->has_effect, e->mean);
    put_number(w, "low", v->has_effect, e->low);
    put_number(w, "high", v->has_effect, e->high);
    put_number(w, "confidence", v->has_effect, e->confidence);
    put_number(w, "df", v->has_effect, e->df);
    put_number(w, "sd", v->has_effect, e->sd);
}

static void put_noise(JsonWriter *w, const Verdict *v)
{
    if (!v->has_noise) {
        json_put_null(w, "noise");
        return;
    }
    json_open_map(w, "noise");
    json_put_double(w, "sd", v->noise.sd);
    json_put_double(w, "df", v->noise.df);
    json_put_int(w, "networks", v->noise.n_networks);
    json_put_int(w, "seeds", v->noise.n_seeds);
    json_close_map(w);
}

static void put_contrast(JsonWriter *w, const VerdictContrast *c)
{
    json_open_map(w, NULL);
    json_put_text(w, "name", c->name);
    json_put_text(w, "unit", c->unit);
    json_put_text(w, "outcome", verdict_outcome_name(c->outcome));
    json_put_bool(w, "decides", c->decides);
    json_put_text(w, "note", c->note);
    json_put_int(w, "diverged", c->n_diverged);
    json_put_int(w, "trials", c->origin.n_trials);
    json_put_int(w, "imported", c->origin.n_imported);
    put_ripeness(w, c->ripeness);
    put_number(w, "p", c->has_p, c->p);
    put_number(w, "p_unshrunk", c->has_p, c->p_alone);
    put_number(w, "floor", c->has_p, c->floor);
    if (c->interval.n > 0)
        put_interval(w, "interval", &c->interval);
    else
        json_put_null(w, "interval");
    json_close_map(w);
}

static void put_verdict(JsonWriter *w, const Verdict *v)
{
    json_open_map(w, NULL);
    json_put_text(w, "id", v->id);
    json_put_text(w, "claim", v->claim);
    json_put_text(w, "rule", v->rule);
    json_put_text(w, "outcome", verdict_outcome_name(v->outcome));
    json_put_text(w, "why", v->why);
    json_put_bool(w, "demo", v->is_demo);
    json_put_bool(w, "nominal", v->is_nominal);
    json_put_bool(w, "mixed", v->is_mixed);
    put_effect(w, v);
    json_put_int(w, "n", v->n);
    json_put_int(w, "seeds_needed", v->seeds_needed);
    put_ripeness(w, v->ripeness);
    put_number(w, "epochs_to_try", v->epochs_to_try > 0, v->epochs_to_try);
    json_open_list(w, "varied");
    for (const char *const *source = v->varied; source != NULL && *source != NULL; source++)
        json_put_text(w, NULL, *source);
    json_close_list(w);
    put_noise(w, v);
    put_number(w, "p", v->has_p, v->p);
    put_number(w, "p_holm", v->has_p, v->p_holm);
    json_put_text(w, "summary", v->summary);
    json_open_list(w, "contrasts");
    for (size_t i = 0; i < v->n_contrasts; i++)
        put_contrast(w, &v->contrasts[i]);
    json_close_list(w);
    json_close_map(w);
}

static void put_row(JsonWriter *w, const RankingRow *row)
{
    const StorePoint *p = &row->result->point;
    json_open_map(w, NULL);
    json_put_int(w, "rank", row->rank);
    json_put_text(w, "network", p->network);
    json_put_doubles(w, "nominal", p->nominal, ARRAY_LEN(p->nominal));
    json_put_doubles(w, "built", p->built, ARRAY_LEN(p->built));
    json_put_int(w, "resolution", p->resolution);
    json_put_int(w, "macs", p->macs);
    json_put_double(w, "ratio", p->ratio);
    json_put_double(w, "trim", p->trim);
    json_put_double(w, "score", row->score);
    json_put_double(w, "mean_val_top1", row->mean_val);
    json_put_double(w, "mean_test_top1", row->mean_test);
    json_put_ints(w, "seeds", row->seeds, (size_t)row->n);
    json_put_doubles(w, "val_top1", row->val_top1, (size_t)row->n);
    json_put_doubles(w, "test_top1", row->test_top1, (size_t)row->n);
    json_put_int(w, "diverged", row->n_diverged);
    json_put_int(w, "missing", row->n_missing);
    json_put_bool(w, "indistinct_from_winner", row->is_indistinct);
    json_put_int(w, "aliases", (int64_t)row->n_aliases);
    json_close_map(w);
}

void export_verdicts_members(JsonWriter *w, const Verdict *verdicts, size_t n_verdicts,
                             const Ranking *rankings, size_t n_rankings)
{
    json_open_list(w, "verdicts");
    for (size_t i = 0; i < n_verdicts; i++)
        put_verdict(w, &verdicts[i]);
    json_close_list(w);
    json_open_list(w, "rankings");
    for (size_t i = 0; i < n_rankings; i++) {
        const Ranking *r = &rankings[i];
        json_open_map(w, NULL);
        json_put_text(w, "part", r->part);
        json_put_text(w, "match", r->match);
        json_put_bool(w, "complete", r->is_complete);
        json_put_int(w, "unfair", (int64_t)r->n_unfair);
        json_put_int(w, "indistinct", (int64_t)r->n_indistinct);
        json_open_list(w, "rows");
        for (size_t k = 0; k < r->n_rows; k++)
            put_row(w, &r->rows[k]);
        json_close_list(w);
        json_close_map(w);
    }
    json_close_list(w);
}

ErrCode export_verdicts_json(const Verdict *verdicts, size_t n_verdicts, const Ranking *rankings,
                             size_t n_rankings, Text *out, Err *err)
{
    JsonWriter w = json_writer(out, true);
    json_open_map(&w, NULL);
    export_verdicts_members(&w, verdicts, n_verdicts, rankings, n_rankings);
    json_close_map(&w);
    return text_ok(out, err);
}

/* --- and as text --- */

enum { TEXT_INDENT = 6, TEXT_TOP_ROWS = 10 };

/* One paragraph on one line; whoever prints it breaks it. */
static void append_paragraph(Text *out, const char *label, const char *text)
{
    text_repeat(out, ' ', TEXT_INDENT);
    text_append(out, label);
    text_append_visible(out, text);
    text_append_char(out, '\n');
}

static void append_contrast(const VerdictContrast *c, Arena *arena, Text *out)
{
    Text line = {0};
    const char *interval = verdict_interval_text(&c->interval, c->unit, arena);
    text_printf(&line, "- %s: ", c->name);
    if (c->interval.n > 0 || c->note == NULL)
        text_append(&line, interval != NULL ? interval : "");
    if (c->has_p)
        text_printf(&line, ", p %.2g", c->p);
    if (c->has_p && !isnan(c->p_alone))
        text_printf(&line, " (by its own variance %.2g)", c->p_alone);
    if (c->n_diverged > 0)
        text_printf(&line, ", %d seed%s left out: diverged", c->n_diverged,
                    text_plural((size_t)c->n_diverged));
    if (verdict_is_mixed(&c->origin))
        text_printf(&line, ", %d of %d trials from elsewhere", c->origin.n_imported,
                    c->origin.n_trials);
    if (c->ripeness == VERDICT_UNRIPE)
        text_append(&line, ", unripe");
    if (!c->decides && c->interval.n > 0)
        text_append(&line, ", decides nothing: ");
    else if (c->interval.n > 0 && c->note != NULL)
        text_append(&line, "; ");
    text_append(&line, c->note != NULL ? c->note : "");
    append_paragraph(out, "", text_string(&line));
    out->failed |= line.failed;
    text_release(&line);
}

static void append_verdict(const Verdict *v, Arena *arena, Text *out)
{
    const bool has_why = v->outcome == VERDICT_INCONCLUSIVE && v->why != NULL;
    const char *basis = verdict_basis_text(v, arena);
    text_printf(out, "%-4s  %s%s%s%s%s%s%s\n", v->id, verdict_outcome_name(v->outcome),
                has_why ? " (" : "", has_why ? v->why : "", has_why ? ")" : "",
                v->is_demo ? "  [DEMO]" : "", v->is_nominal ? "  [nominal cost]" : "",
                v->is_mixed ? "  [mixed origin]" : "");
    append_paragraph(out, "claim: ", v->claim);
    append_paragraph(out, "rule: ", v->rule);
    append_paragraph(out, "", v->summary);
    for (size_t i = 0; i < v->n_contrasts; i++)
        append_contrast(&v->contrasts[i], arena, out);
    if (basis != NULL)
        append_paragraph(out, "basis: ", basis);
    text_append_char(out, '\n');
}

/* Empty where nothing was measured. */
static void percent_cell(TextTable *t, double value)
{
    if (isnan(value))
        text_table_cell(t, "");
    else
        text_table_cellf(t, "%.2f", value);
}

static void append_ranking(const Ranking *r, Text *out)
{
    static const TextColumn columns[] = {
        {"rank", TEXT_RIGHT, 0}, {"d w r (nominal)", TEXT_LEFT, 0}, {"d w r (built)", TEXT_LEFT, 0},
        {"px", TEXT_RIGHT, 1},   {"cost", TEXT_RIGHT, 0},           {"score", TEXT_RIGHT, 0},
        {"val", TEXT_RIGHT, 2},  {"test", TEXT_RIGHT, 0},           {"n", TEXT_RIGHT, 0},
        {"", TEXT_LEFT, 0}};
    TextTable *t = text_table_create(columns, ARRAY_LEN(columns));
    text_printf(out,
                "%s (match: %s): %zu network%s, %zu unfair; %zu cannot be told from the first\n",
                r->part, r->match, r->n_rows, text_plural(r->n_rows), r->n_unfair, r->n_indistinct);
    for (size_t i = 0; t != NULL && i < r->n_rows && i < TEXT_TOP_ROWS; i++) {
        const RankingRow *row = &r->rows[i];
        const StorePoint *p = &row->result->point;
        char number[TEXT_NUMBER_BYTES];
        if (isnan(row->score))
            text_table_cell(t, "-");
        else
            text_table_cellf(t, "%d", row->rank);
        text_table_cellf(t, "%.4g %.4g %.4g", p->nominal[0], p->nominal[1], p->nominal[2]);
        text_table_cellf(t, "%.4g %.4g %.4g", p->built[0], p->built[1], p->built[2]);
        text_table_cellf(t, "%d", p->resolution);
        text_table_cell(t, text_digits(number, p->ratio));
        percent_cell(t, row->score);
        percent_cell(t, row->mean_val);
        percent_cell(t, row->mean_test);
        text_table_cellf(t, "%d", row->n);
        if (row->n_diverged)
            text_table_cellf(t, "%d diverged", row->n_diverged);
        else
            text_table_cell(t, row->is_indistinct ? "~" : "");
    }
    if (t != NULL)
        text_table_render(t, out);
    else
        out->failed = true;
    text_table_destroy(&t);
    if (r->n_rows > TEXT_TOP_ROWS)
        text_printf(out, "... and %zu more\n", r->n_rows - TEXT_TOP_ROWS);
    text_append_char(out, '\n');
}

ErrCode export_verdicts_text(const Verdict *verdicts, size_t n_verdicts, const Ranking *rankings,
                             size_t n_rankings, Text *out, Err *err)
{
    Arena arena = {0};
    for (size_t i = 0; i < n_verdicts; i++)
        append_verdict(&verdicts[i], &arena, out);
    for (size_t i = 0; i < n_rankings; i++)
        append_ranking(&rankings[i], out);
    ErrCode code = arena_ok(&arena, err);
    arena_release(&arena);
    return code != ERR_NONE ? code : text_ok(out, err);
}
