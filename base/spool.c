/* base/spool.c: the file's name is removed as soon as it is open. */
#include "base/spool.h"

#include "base/file.h"
#include "base/proc.h"
#include "base/sys.h"
#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>

struct Spool {
    int fd;
    uint64_t n_bytes;
    char *path; /* for messages: it has no name any more */
};

/* Opens a new file "TMPDIR/isoflop-PID-N" and takes its name away. */
static ErrCode open_unnamed(Spool *spool, Err *err)
{
    enum { MOST_NAMES = 100, MODE = 0600 };
    const char *wish = proc_env("TMPDIR");
    const char *folder = wish != NULL && wish[0] != '\0' ? wish : "/tmp";
    Text path = {0};
    for (int i = 0; i < MOST_NAMES && spool->fd < 0; i++) {
        text_clear(&path);
        text_printf(&path, "%s/isoflop-%ld-%d", folder, (long)proc_pid(), i);
        TRY(text_ok(&path, err));
        spool->fd = sys_calls.open(AT_FDCWD, text_string(&path),
                                   O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, MODE);
        if (spool->fd < 0 && errno != EEXIST && errno != EINTR)
            break;
    }
    if (spool->fd < 0) {
        (void)err_errno(err, "make a file in TMPDIR", text_string(&path));
        goto fail;
    }
    TRY(file_remove(text_string(&path), err));
    return text_take(&path, &spool->path, err);
fail:
    text_release(&path);
    return err->code;
}

ErrCode spool_create(Spool **out, Err *err)
{
    Spool *spool = mem_calloc(1, sizeof *spool);
    if (spool == NULL)
        return err_memory(err, sizeof *spool);
    spool->fd = -1;
    TRY(open_unnamed(spool, err));
    *out = spool;
    return ERR_NONE;
fail:
    spool_destroy(&spool);
    return err->code;
}

ErrCode spool_put(Spool *spool, const void *data, size_t n_bytes, Err *err)
{
    spool->n_bytes += n_bytes;
    return file_put_fd(spool->fd, spool->path, data, n_bytes, err);
}

ErrCode spool_copy(const Spool *spool, int fd, const char *name, Err *err)
{
    enum { PIECE_BYTES = 1 << 16 };
    char *piece = mem_alloc(PIECE_BYTES);
    if (piece == NULL)
        return err_memory(err, PIECE_BYTES);
    for (uint64_t done = 0; done < spool->n_bytes;) {
        const uint64_t left = spool->n_bytes - done;
        const size_t n = left < PIECE_BYTES ? (size_t)left : PIECE_BYTES;
        TRY(file_read_at(spool->fd, spool->path, piece, n, done, err));
        TRY(file_put_fd(fd, name, piece, n, err));
        done += n;
    }
    mem_free(piece);
    return ERR_NONE;
fail:
    mem_free(piece);
    return err->code;
}

void spool_destroy(Spool **spool)
{
    if (*spool == NULL)
        return;
    if ((*spool)->fd >= 0)
        file_close_fd((*spool)->fd);
    mem_free((*spool)->path);
    mem_free(*spool);
    *spool = NULL;
}
