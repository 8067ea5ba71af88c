/* harness/nastable: characters become values of genes, rows a gene space. */
#include "harness/nastable.h"

#include "harness/nastable_read.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/sys.h"
#include "data/bytestream.h"
#include "results/export.h"
#include "results/store_trust.h"
#include "search/netspace.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BYTES = 1 << 30 };

/* NAS-Bench-201's cell: six edges of five operations. No network file writes it. */
enum { NB201_GENES = 6, NB201_VALUES = 5 };

/* --- genes --- */

static int compare_letters(const void *a, const void *b)
{
    return *(const char *)a - *(const char *)b;
}

static ErrCode add_letter(NasTable *t, int gene, char letter, const char *path, Err *err)
{
    char *letters = t->letters[gene];
    const size_t n = strlen(letters);
    if (strchr(letters, letter) != NULL)
        return ERR_NONE;
    if (n == GENESPACE_MAX_VALUES)
        return err_set(err, ERR_DATA, "'%s' has more than %d values of gene %d", path,
                       GENESPACE_MAX_VALUES, gene + 1);
    letters[n] = letter;
    return ERR_NONE;
}

static ErrCode find_letters(NasTable *t, const char *path, Err *err)
{
    const uint8_t *point = t->points;
    for (int32_t row = 0; row < t->n_rows; row++, point += t->space.n_genes)
        for (int g = 0; g < t->space.n_genes; g++)
            TRY(add_letter(t, g, (char)point[g], path, err));
    for (int g = 0; g < t->space.n_genes; g++)
        qsort(t->letters[g], strlen(t->letters[g]), 1, compare_letters);
fail:
    return err->code;
}

static ErrCode expect_genes(const NasTable *t, const NasTableSettings *settings, int n_genes,
                            Err *err)
{
    if (t->space.n_genes == n_genes)
        return ERR_NONE;
    return err_set(err, ERR_DATA, "'%s' has %d genes, space '%s' has %d", settings->path,
                   t->space.n_genes, settings->space, n_genes);
}

/* A space says which values its genes have, and which are ordered. */
static ErrCode know_letters(NasTable *t, const NasTableSettings *settings, Err *err)
{
    NetSpace *space = NULL;
    const bool is_nb201 = strcmp(settings->space, "nb201") == 0;
    if (!is_nb201)
        TRY(netspace_load(&space, settings->space, err));
    TRY(expect_genes(t, settings, is_nb201 ? NB201_GENES : netspace_n_genes(space), err));
    for (int g = 0; g < t->space.n_genes; g++) {
        memcpy(t->letters[g], genespace_letters,
               (size_t)(is_nb201 ? NB201_VALUES : netspace_n_values(space, g)));
        t->genes[g].kind =
            !is_nb201 && netspace_is_ordered(space, g) ? GENE_ORDERED : GENE_CATEGORY;
    }
fail:
    netspace_destroy(&space);
    return err->code;
}

static uint32_t *slot_of(const NasTable *t, const uint8_t *genes)
{
    const size_t n = (size_t)t->space.n_genes;
    uint32_t i = (uint32_t)hash_64(genes, n) & (t->n_slots - 1);
    while (t->slots[i] != 0 && memcmp(t->points + (t->slots[i] - 1) * n, genes, n) != 0)
        i = (i + 1) & (t->n_slots - 1);
    return &t->slots[i];
}

/* Characters become values, rows are entered by their hash. */
static ErrCode enter_points(NasTable *t, const char *path, Err *err)
{
    uint8_t *point = t->points;
    for (int32_t row = 0; row < t->n_rows; row++, point += t->space.n_genes) {
        for (int g = 0; g < t->space.n_genes; g++) {
            const char *letter = strchr(t->letters[g], point[g]);
            if (letter == NULL)
                return err_set(err, ERR_DATA, "'%s', row %d: gene %d has no value '%c'", path,
                               row + 1, g + 1, point[g]);
            point[g] = (uint8_t)(letter - t->letters[g]);
        }
        uint32_t *slot = slot_of(t, point);
        if (*slot != 0)
            return err_set(err, ERR_DATA, "'%s': rows %" PRIu32 " and %d have the same genes", path,
                           *slot, row + 1);
        *slot = (uint32_t)row + 1;
    }
    return ERR_NONE;
}

/* --- as a gene space --- */

static bool is_member(const void *user, const uint8_t *genes)
{
    return nastable_row(user, genes) >= 0;
}

static int64_t macs_of(const void *user, const uint8_t *genes)
{
    const NasTable *t = user;
    return t->macs[nastable_row(t, genes)];
}

static void draw(const void *user, Rng *rng, uint8_t *genes)
{
    const NasTable *t = user;
    const int32_t row = t->inside[rng_below(rng, (uint32_t)t->n_inside)];
    const size_t n = (size_t)t->space.n_genes;
    memcpy(genes, t->points + (size_t)row * n, n);
}

static ErrCode make_space(NasTable *t, const NasTableSettings *settings, Err *err)
{
    GeneSpace *space = &t->space;
    space->genes = t->genes;
    space->user = t;
    space->is_member = is_member;
    space->macs = t->macs == NULL ? NULL : macs_of;
    space->draw = draw;
    for (int g = 0; g < space->n_genes; g++)
        t->genes[g].n_values = (int)strlen(t->letters[g]);
    if (genespace_n_choices(space) > GENESPACE_MAX_CHOICES)
        return err_set(err, ERR_DATA, "'%s' has %d values of genes, more than %d", settings->path,
                       genespace_n_choices(space), GENESPACE_MAX_CHOICES);
    if (settings->target_macs > 0) {
        space->min_macs = (int64_t)ceil(settings->target_macs * (1 - settings->tau));
        space->max_macs = (int64_t)floor(settings->target_macs);
    }
    for (int32_t row = 0; row < t->n_rows; row++)
        if (genespace_has(space, t->points + (size_t)row * (size_t)space->n_genes))
            t->inside[t->n_inside++] = row;
    space->n_points = t->n_inside;
    if (t->n_inside == 0)
        return err_set(err, ERR_USAGE,
                       "no network of '%s' has between %" PRId64 " and %" PRId64 " multiply-adds",
                       settings->path, space->min_macs, space->max_macs);
    return ERR_NONE;
}

/* --- public --- */

static ErrCode make_table(NasTable *t, char *text, const NasTableSettings *settings, Err *err)
{
    TRY(nastable_read(t, text, settings, err));
    if (settings->space == NULL)
        TRY(find_letters(t, settings->path, err));
    else
        TRY(know_letters(t, settings, err));
    TRY(enter_points(t, settings->path, err));
    TRY(make_space(t, settings, err));
fail:
    return err->code;
}

/* The text of a CSV file, plain or gzip. */
static ErrCode read_file(const char *path, char **text, Err *err)
{
    uint8_t *bytes = NULL;
    size_t n_bytes = 0;
    TRY(bytestream_read_file(path, MAX_BYTES, &bytes, &n_bytes, err));
    *text = mem_strndup((const char *)bytes, n_bytes);
    if (*text == NULL)
        (void)err_memory(err, n_bytes);
    else if (strlen(*text) != n_bytes)
        (void)err_set(err, ERR_DATA, "'%s' is no text: it has a zero byte", path);
fail:
    mem_free(bytes);
    return err->code;
}

/* The same of a study's folder: its export `table`. */
static ErrCode read_study(const char *folder, char **text, Err *err)
{
    Text csv = {0};
    Store *store = NULL;
    char *path = file_join(folder, "study.db");
    if (path == NULL)
        return err_memory(err, strlen(folder));
    TRY(store_open_read(&store, path, err));
    TRY(store_trust(store, STORE_GROUND_STUDY, err));
    TRY(store_trust_rows(store, EXPORT_TABLE, err));
    TRY(export_csv(store, EXPORT_TABLE, &csv, NULL, NULL, err));
    TRY(text_take(&csv, text, err));
fail:
    text_release(&csv);
    store_close(&store);
    mem_free(path);
    return err->code;
}

ErrCode nastable_load(NasTable **table, const NasTableSettings *settings, Err *err)
{
    char *text = NULL;
    *table = mem_calloc(1, sizeof **table);
    if (*table == NULL)
        return err_memory(err, sizeof **table);
    TRY((file_is_folder(settings->path) ? read_study : read_file)(settings->path, &text, err));
    TRY(make_table(*table, text, settings, err));
fail:
    mem_free(text);
    if (err->code != ERR_NONE)
        nastable_destroy(table);
    return err->code;
}

int32_t nastable_row(const NasTable *table, const uint8_t *genes)
{
    return (int32_t)*slot_of(table, genes) - 1;
}

double nastable_best(const NasTable *table)
{
    double best = table->means[table->inside[0]];
    for (int32_t i = 1; i < table->n_inside; i++)
        if (table->means[table->inside[i]] > best)
            best = table->means[table->inside[i]];
    return best;
}

double nastable_unseen(const NasTable *table, int32_t row, int seen)
{
    const double *values = table->values + (size_t)row * (size_t)table->n_seeds;
    double sum = 0;
    for (int i = 0; i < table->n_values[row]; i++)
        sum += i == seen ? 0 : values[i];
    return sum / (table->n_values[row] - 1);
}

void nastable_destroy(NasTable **table)
{
    NasTable *t = *table;
    if (t == NULL)
        return;
    mem_free(t->points);
    mem_free(t->values);
    mem_free(t->n_values);
    mem_free(t->means);
    mem_free(t->macs);
    mem_free(t->screens);
    mem_free(t->inside);
    mem_free(t->slots);
    mem_free(t);
    *table = NULL;
}
