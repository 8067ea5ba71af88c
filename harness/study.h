/*
 * harness/study.h: a study as written by a user: what to build, how to train it, what to compare.
 *
 * A Study is plain data, complete and validated: every key of docs/study.md is declared once in
 * harness/study_keys.c (name, type, default, range, doc) and from there parsed, overridden by
 * `--set PATH=VALUE`, echoed and documented. It deliberately resolves nothing: networks, costs and
 * trials are the plan's (harness/plan.h).
 *
 * Strings and lists belong to the study and live as long as it does.
 */
#ifndef HARNESS_STUDY_H
#define HARNESS_STUDY_H

#include "harness/study_types.h"

#include "base/embed.h"
#include "base/err.h"
#include "base/text.h"
#include "models/spec.h"
#include "search/netspace.h"
#include "search/objective.h"

#include <stdbool.h>
#include <stddef.h>

/* The studies compiled in from experiments/ ("quickstart.yaml", ...), ended by a NULL name. */
extern const EmbeddedFile study_builtins[];

/*
 * Reads a study from a file, or, when there is no such file, a built-in one by name (with or
 * without ".yaml"). `sets` are n_sets `PATH=VALUE` strings, applied in order. ERR_USAGE with
 * file:line:col and the nearest known key; ERR_MISSING; ERR_IO. study_destroy frees it. Every
 * part's figure is one of results/figure_names.h.
 */
ErrCode study_load(Study **out, const char *path, const char *const *sets, size_t n_sets,
                   Err *err) ERR_CHECKED;

/*
 * The same from text; `origin` names it in messages, its folder anchors a relative baseline,
 * data.path and recipe.init.weights (one from `sets` is anchored where the program was started).
 * Takes any name of a figure: what a store holds stays readable whatever is drawn by now.
 */
ErrCode study_parse(Study **out, const char *origin, const char *text, size_t n_bytes,
                    const char *const *sets, size_t n_sets, Err *err) ERR_CHECKED;

/*
 * The same from a text that study_emit wrote, maybe years ago: where it has no `version`, it is of
 * version 1.
 */
ErrCode study_parse_stored(Study **out, const char *origin, const char *text, Err *err) ERR_CHECKED;

/* The same with overrides. */
ErrCode study_parse_stored_set(Study **out, const char *origin, const char *text,
                               const char *const *sets, size_t n_sets, Err *err) ERR_CHECKED;

/*
 * Makes a study that goes on in a store one of the store's version: what it does not say it means
 * as it did when the store was begun, and its trials are found again. A study that names a version
 * itself keeps that one's defaults. ERR_USAGE, ERR_MEMORY; then the study is as it was.
 */
ErrCode study_take_version(Study *study, int version, Err *err) ERR_CHECKED;

/*
 * A study of nothing but defaults and `sets`: what `train` and `eval` use. Has no name, no parts.
 */
ErrCode study_defaults(Study **out, const char *const *sets, size_t n_sets, Err *err) ERR_CHECKED;

/*
 * The baseline's specification with the `network` keys replaced (not yet with the data's classes).
 */
ErrCode study_baseline(Spec *out, const Study *study, Err *err) ERR_CHECKED;

/* The same for another network: a zoo name, or a path relative to the study's file. */
ErrCode study_network(Spec *out, const Study *study, const char *name, Err *err) ERR_CHECKED;

/* A search space: a zoo name, or a path relative to the study's file. Errors: as netspace_load. */
ErrCode study_space(NetSpace **out, const Study *study, const char *name, Err *err) ERR_CHECKED;

/* `spec` with the study's `network` keys replaced, as weights to begin with ask for. ERR_USAGE for
 * an unknown key or bad value. */
ErrCode study_override(Spec *out, const Spec *spec, const Study *study, Err *err) ERR_CHECKED;

/* What its networks are chosen by: the study's objective, with a target of so many MACs. */
Objective study_objective(const Study *study, int64_t target_macs);

/* The study with every value in force as YAML; reads back equal (but for `folder`). */
void study_emit(const Study *study, Text *out);

/*
 * Whether `now` may go on in a store begun by `old`: false if it would change finished trials; then
 * diff has one "recipe.epochs: 20 -> 30" a line. Added seeds, parts and points are no change.
 */
ErrCode study_may_go_on(bool *out, Text *diff, const Study *old, const Study *now,
                        Err *err) ERR_CHECKED;

/* The commented study that `init NAME` writes. */
void study_template(const char *name, Text *out);

/* All keys as Markdown tables, for docs/study.md and `list`. */
void study_describe(Text *out);

/* Accepts NULL. */
void study_destroy(Study **study);

#endif
