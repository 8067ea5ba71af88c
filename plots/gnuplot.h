/*
 * plots/gnuplot.h: gnuplot as a separate process, and texts that are safe to hand to it.
 *
 * The script goes in on stdin, no shell is involved, the user's ~/.gnuplot is ignored. gnuplot
 * exits 0 on a full disk, so what it wrote is judged by its last bytes.
 */
#ifndef PLOTS_GNUPLOT_H
#define PLOTS_GNUPLOT_H

#include "base/dir.h"
#include "base/err.h"
#include "base/text.h"

/*
 * Appends a single-quoted gnuplot text: quotes doubled, control characters (a newline followed by
 * `!` would run a command) as blanks, a leading quote after a blank, one before the '>' of "]]>",
 * which XML forbids. Nothing inside single quotes is evaluated.
 */
void gnuplot_append_quoted(Text *out, const char *string);

/* Appends a field of a data block: tabs, control characters, double quotes become blanks; "]] >".
 */
void gnuplot_append_field(Text *out, const char *field);

/* Runs a script to its end. Errors: ERR_CHILD with gnuplot's own words, ERR_TIMEOUT, ERR_IO. */
ErrCode gnuplot_run(const Text *script, double timeout_s, Err *err) ERR_CHECKED;

/*
 * Moves a picture NAME.FORMAT that gnuplot wrote into `drawn` to `folder`, durably, if it ends as
 * its format ("svg", "png", "pdf") must. Errors: ERR_CHILD (incomplete), ERR_IO, as base/dir.h.
 */
ErrCode gnuplot_accept(const Dir *drawn, const Dir *folder, const char *name, const char *format,
                       Err *err) ERR_CHECKED;

#endif
