-- A trial's epochs for results/tensorboard.c, ?1 its number: `wall` is when each ended, in seconds since 1970;
-- test results stand with the last.
SELECT e.epoch,
       (julianday(a.started_utc) - 2440587.5) * 86400.0
       + coalesce((SELECT sum(b.seconds) FROM epoch b WHERE b.trial = e.trial AND b.attempt = e.attempt AND b.epoch <= e.epoch), 0) AS wall,
       e.train_loss AS "loss/train", e.val_loss AS "loss/val", e.val_top1 AS "top1/val", e.lr AS lr,
       f.test_loss AS "loss/test", f.test_top1 AS "top1/test"
FROM epoch e JOIN attempt a ON a.trial = e.trial AND a.number = e.attempt
     LEFT JOIN finished f ON f.trial = e.trial AND e.epoch = (SELECT max(epoch) FROM epoch l WHERE l.trial = e.trial)
WHERE e.trial = CAST(?1 AS INTEGER) ORDER BY e.epoch
