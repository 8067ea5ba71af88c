/* results/under_way.c: three queries. */
#include "results/under_way.h"

#include "base/text.h"

#include <math.h>

static const char trials_sql[] =
    "SELECT a.trial, p.seed, p.digest, n.macs, p.epochs, e.epoch, e.train_loss, e.val_top1, "
    "e.images_per_second, (SELECT sum(x.seconds) FROM epoch x WHERE x.trial = a.trial) "
    "FROM attempt a JOIN planned p ON p.id = a.trial JOIN network n ON n.digest = p.network "
    "LEFT JOIN epoch e ON e.trial = a.trial "
    "AND e.epoch = (SELECT max(x.epoch) FROM epoch x WHERE x.trial = a.trial) "
    "WHERE a.run = (SELECT max(id) FROM run) AND NOT EXISTS (SELECT 1 FROM attempt_end d "
    "WHERE d.trial = a.trial AND d.attempt = a.number) "
    "AND NOT EXISTS (SELECT 1 FROM finished f WHERE f.trial = a.trial) ORDER BY a.trial";

/* A trial has failed when STORE_ATTEMPTS of its attempts count. */
static const char work_sql[] =
    "SELECT sum(w), sum(w * is_left), max(w * is_left) FROM "
    "(SELECT n.macs * p.epochs AS w, NOT EXISTS (SELECT 1 FROM finished f WHERE f.trial = p.id) "
    "AND (SELECT count(*) FROM attempt_end e WHERE e.trial = p.id AND e.is_counted) < 3 AS is_left "
    "FROM listed_trial l JOIN planned p ON p.id = l.trial JOIN network n ON n.digest = p.network "
    "WHERE l.revision = (SELECT max(id) FROM revision))";

static const char pace_sql[] =
    "SELECT sum(w), sum(s) FROM (SELECT n.macs * p.epochs AS w, "
    "(SELECT sum(x.seconds) FROM epoch x WHERE x.trial = f.trial) AS s FROM finished f "
    "JOIN planned p ON p.id = f.trial JOIN network n ON n.digest = p.network "
    "WHERE f.outcome = 'done' ORDER BY f.trial DESC LIMIT 16)";

/* The number in a cell; `otherwise` where there is none. */
static double number_at(const StoreTable *table, size_t row, size_t column, double otherwise)
{
    double value;
    const char *cell = table->cells[row * table->n_columns + column];
    return cell != NULL && text_to_double(cell, &value) ? value : otherwise;
}

ErrCode under_way_trials(Store *store, Arena *arena, UnderWayTrial **out, size_t *n_out, Err *err)
{
    enum { TRIAL, SEED, DIGEST, MACS, EPOCHS, EPOCH, LOSS, VAL, SPEED, SECONDS };
    StoreTable table = {0};
    TRY(store_query(store, trials_sql, NULL, arena, &table, err));
    UnderWayTrial *trials = arena_alloc(arena, table.n_rows + 1, sizeof *trials);
    TRY(arena_ok(arena, err));
    for (size_t i = 0; i < table.n_rows; i++) {
        trials[i] = (UnderWayTrial){.trial = (int64_t)number_at(&table, i, TRIAL, 0),
                                    .digest = table.cells[i * table.n_columns + DIGEST],
                                    .macs = number_at(&table, i, MACS, 0),
                                    .epochs = (int64_t)number_at(&table, i, EPOCHS, 0),
                                    .epoch = (int64_t)number_at(&table, i, EPOCH, 0),
                                    .train_loss = number_at(&table, i, LOSS, (double)NAN),
                                    .val_top1 = number_at(&table, i, VAL, (double)NAN),
                                    .images_per_second = number_at(&table, i, SPEED, (double)NAN),
                                    .seconds = number_at(&table, i, SECONDS, 0)};
        trials[i].seed = (int64_t)number_at(&table, i, SEED, 0); /* at most 2^53 */
    }
    *out = trials;
    *n_out = table.n_rows;
fail:
    return err->code;
}

ErrCode under_way_work(Store *store, Arena *arena, UnderWayWork *out, Err *err)
{
    StoreTable work = {0}, pace = {0};
    *out = (UnderWayWork){0};
    TRY(store_query(store, work_sql, NULL, arena, &work, err));
    TRY(store_query(store, pace_sql, NULL, arena, &pace, err));
    if (work.n_rows > 0) {
        out->all = number_at(&work, 0, 0, 0);
        out->left = number_at(&work, 0, 1, 0);
        out->longest = number_at(&work, 0, 2, 0);
    }
    if (pace.n_rows > 0) {
        out->paced = number_at(&pace, 0, 0, 0);
        out->paced_s = number_at(&pace, 0, 1, 0);
    }
fail:
    return err->code;
}
