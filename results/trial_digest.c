/* results/trial_digest.c: a hash of seals, part by part. */
#include "results/trial_digest.h"

ErrCode trial_digester_begin(TrialDigester *digester, Store *store, Err *err)
{
    static const char *const parts[TRIAL_DIGEST_PARTS] = {
        "SELECT seal FROM planned WHERE id = ?1",
        "SELECT n.seal FROM planned p JOIN network n ON n.digest = p.network WHERE p.id = ?1",
        "SELECT seal FROM epoch WHERE trial = ?1 ORDER BY epoch",
        "SELECT seal FROM artifact WHERE trial = ?1 ORDER BY kind",
        "SELECT seal FROM finished WHERE trial = ?1"};
    *digester = (TrialDigester){0};
    for (size_t i = 0; i < TRIAL_DIGEST_PARTS; i++)
        TRY(db_query(&digester->parts[i], &store->db, parts[i], NULL, 0, err));
fail:
    return err->code;
}

static ErrCode put_seals(DbQuery *q, int64_t trial, Text *seals, Err *err)
{
    const DbValue key = db_int(trial);
    TRY(db_bind(q, &key, 1, err));
    while (db_next(q)) {
        const char *seal = db_get_passing(q, 0);
        text_append(seals, seal != NULL ? seal : "NULL"); /* a damaged row */
        text_append_char(seals, '\n');
    }
    text_append_char(seals, ';');
    return db_rewind(q, err);
fail:
    return err->code;
}

ErrCode trial_digester_digest(TrialDigester *digester, int64_t trial, char digest[HASH_HEX_BYTES],
                              Err *err)
{
    Text *seals = &digester->seals;
    text_clear(seals);
    for (size_t i = 0; i < TRIAL_DIGEST_PARTS; i++)
        TRY(put_seals(&digester->parts[i], trial, seals, err));
    TRY(text_ok(seals, err));
    hash_hex(hash_128(seals->data, seals->n_bytes), digest);
fail:
    return err->code;
}

void trial_digester_end(TrialDigester *digester)
{
    for (size_t i = 0; i < TRIAL_DIGEST_PARTS; i++)
        db_abandon(&digester->parts[i]);
    text_release(&digester->seals);
}

ErrCode trial_digest(Store *store, int64_t trial, char digest[HASH_HEX_BYTES], Err *err)
{
    TrialDigester digester;
    TRY(trial_digester_begin(&digester, store, err));
    TRY(trial_digester_digest(&digester, trial, digest, err));
fail:
    trial_digester_end(&digester);
    return err->code;
}
