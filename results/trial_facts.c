/* results/trial_facts.c: one query a section. */
#include "results/trial_facts.h"

#include <inttypes.h>

/* ?1 is the trial's number. */
typedef struct Section {
    const char *name;
    const char *sql;
    bool is_record;
    const char *spared, *note; /* as in TrialFacts */
} Section;

static const Section sections[] = {
    {"trial",
     "SELECT t.id AS trial, t.status, t.seed, t.digest, n.name AS network, t.network AS "
     "network_digest, "
     "n.resolution, n.params, n.macs, n.acts, t.n_epochs AS epochs, t.val_top1, t.test_top1, "
     "(SELECT f.first_bad_step FROM finished f WHERE f.trial = t.id) AS first_bad_step "
     "FROM trial t JOIN network n ON n.digest = t.network WHERE t.id = CAST(?1 AS INTEGER)",
     true, "", NULL},
    {"points",
     "SELECT p.figure, p.series, p.nominal_d, p.nominal_w, p.nominal_r, round(p.built_d, 4) AS "
     "built_d, "
     "round(p.built_w, 4) AS built_w, round(p.built_r, 4) AS built_r, round(p.ratio, 4) AS ratio, "
     "p.status "
     "FROM current_point p JOIN planned t ON t.digest = p.digest WHERE t.id = CAST(?1 AS INTEGER) "
     "ORDER BY p.place",
     false, "built_r built_w built_d figure", NULL},
    {"epochs",
     "SELECT epoch, round(train_loss, 5) AS train_loss, round(val_loss, 5) AS val_loss, val_top1, "
     "round(lr, 6) AS lr, round(seconds, 2) AS seconds, round(images_per_second) AS "
     "images_per_second "
     "FROM epoch WHERE trial = CAST(?1 AS INTEGER) ORDER BY epoch",
     false, "lr val_loss", NULL},
    {"attempts",
     "SELECT a.number AS attempt, a.started_utc AS started, a.threads, "
     "e.reason, "
     "e.is_counted AS counted, round(e.seconds, 2) AS seconds, e.detail FROM attempt a "
     "LEFT JOIN attempt_end e ON e.trial = a.trial AND e.attempt = a.number "
     "WHERE a.trial = CAST(?1 AS INTEGER) ORDER BY a.number",
     false, "threads counted", "detail"},
    {"files",
     "SELECT kind, path, n_bytes, xxh3 FROM artifact WHERE trial = CAST(?1 AS INTEGER) ORDER BY "
     "kind",
     false, "xxh3", NULL},
    {"provenance",
     "SELECT v.version, v.git_commit, v.is_dirty, v.compiler, v.flags, v.kernels, v.host, v.cpu, "
     "v.system, "
     "v.libraries FROM attempt a JOIN environment v ON v.id = a.environment "
     "WHERE a.trial = CAST(?1 AS INTEGER) ORDER BY a.number DESC LIMIT 1",
     true, "", NULL},
};

_Static_assert(ARRAY_LEN(sections) == TRIAL_FACTS_SECTIONS, "one answer a section");

ErrCode trial_facts_read(Store *store, int64_t trial, Arena *arena,
                         TrialFacts facts[TRIAL_FACTS_SECTIONS], Err *err)
{
    const char *number = arena_printf(arena, "%" PRId64, trial);
    TRY(arena_ok(arena, err));
    for (size_t i = 0; i < ARRAY_LEN(sections); i++) {
        facts[i] = (TrialFacts){.name = sections[i].name,
                                .is_record = sections[i].is_record,
                                .spared = sections[i].spared,
                                .note = sections[i].note};
        TRY(store_query(store, sections[i].sql, number, arena, &facts[i].table, err));
    }
fail:
    return err->code;
}
