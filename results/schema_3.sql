-- From schema version 2 to 3, inside one transaction (results/store_migrate.c).
--
-- A part may keep seeds to itself: what is chosen among networks is judged on seeds that had no part in
-- the choice. Older stores have no such part.

DROP VIEW measured;

CREATE TABLE own_seed (
    part TEXT NOT NULL,                 -- as its points have it
    seed INTEGER NOT NULL,
    seal TEXT NOT NULL,
    PRIMARY KEY (part, seed)
) STRICT, WITHOUT ROWID;
CREATE INDEX own_seed_by_seed ON own_seed (seed);

CREATE VIEW measured AS
SELECT p.place, p.part, p.figure, p.series, p.match, p.x, p.macs, p.ratio, p.status AS point_status, p.network,
       p.nominal_d, p.nominal_w, p.nominal_r, p.genes, p.built_d, p.built_w, p.built_r, p.resolution, p.target_macs,
       t.id AS trial, t.seed, t.epochs, t.status, f.val_top1, f.val_loss, f.test_top1, f.test_loss
FROM current_point p JOIN trial t ON t.digest = p.digest AND t.is_listed
    AND EXISTS (SELECT 1 FROM own_seed o WHERE o.part = p.part AND o.seed = t.seed)
      = (EXISTS (SELECT 1 FROM own_seed o WHERE o.part = p.part) OR EXISTS (SELECT 1 FROM own_seed o WHERE o.seed = t.seed))
LEFT JOIN finished f ON f.trial = t.id;
