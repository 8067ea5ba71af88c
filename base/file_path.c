/* base/file_path.c: paths as text, and what is there under one. See base/file.h. */
#include "base/file.h"

#include "base/sys.h"
#include "base/text.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *file_join(const char *folder, const char *name)
{
    const size_t n_folder = strlen(folder);
    if (n_folder == 0 || name[0] == '/')
        return mem_strdup(name);
    const bool has_slash = folder[n_folder - 1] == '/';
    const size_t n_name = strlen(name);
    char *path = mem_alloc(n_folder + 1 + n_name + 1);
    if (path == NULL)
        return NULL;
    memcpy(path, folder, n_folder);
    size_t n = n_folder;
    if (!has_slash)
        path[n++] = '/';
    memcpy(path + n, name, n_name + 1);
    return path;
}

ErrCode file_absolute(const char *path, char **absolute, Err *err)
{
    char here[PATH_MAX];
    while (path[0] == '.' && path[1] == '/') {
        path++;
        while (*path == '/')
            path++;
    }
    if (path[0] != '/' && getcwd(here, sizeof here) == NULL)
        return err_errno(err, "find the current folder of", path);
    *absolute = path[0] == '/' ? mem_strdup(path) : file_join(here, path);
    return *absolute != NULL ? ERR_NONE : err_memory(err, strlen(path));
}

/* Bytes of the folders that two absolute paths begin with together, the last '/' included. */
static size_t common_folders(const char *folder, const char *path)
{
    size_t n = 0;
    for (size_t i = 0;; i++) {
        const bool ends = folder[i] == '/' || folder[i] == '\0';
        if (ends && path[i] == '/')
            n = i + 1;
        if (folder[i] != path[i] || folder[i] == '\0')
            return n;
    }
}

ErrCode file_resolve_folder(const char *path, char **resolved, Err *err)
{
    char whole[PATH_MAX];
    char *folder = file_folder(path);
    if (folder == NULL)
        return err_memory(err, strlen(path));
    ErrCode code = ERR_NONE;
    if (realpath(folder, whole) == NULL)
        code = err_errno(err, "find", folder);
    else if ((*resolved = file_join(whole, file_name(path))) == NULL)
        code = err_memory(err, strlen(whole));
    mem_free(folder);
    return code;
}

ErrCode file_relative(char **out, const char *path, const char *from, Err *err)
{
    char whole[PATH_MAX], whole_folder[PATH_MAX];
    Text text = {0};
    char *folder = file_folder(from);
    if (folder == NULL)
        return err_memory(err, strlen(from));
    if (path[0] == '/' || strcmp(folder, ".") == 0) {
        text_append(&text, path);
    } else {
        if (realpath(path, whole) == NULL) {
            err_errno(err, "find", path);
            goto fail;
        }
        if (realpath(folder, whole_folder) == NULL) {
            err_errno(err, "find", folder);
            goto fail;
        }
        const size_t n = common_folders(whole_folder, whole);
        for (const char *c = whole_folder + (n <= strlen(whole_folder) ? n : n - 1); *c;) {
            text_append(&text, "../");
            c += strcspn(c, "/");
            c += *c == '/';
        }
        text_append(&text, whole + n);
    }
    TRY(text_take(&text, out, err));
    mem_free(folder);
    return ERR_NONE;
fail:
    text_release(&text);
    mem_free(folder);
    return err->code;
}

const char *file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

char *file_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL)
        return mem_strdup(".");
    return mem_strndup(path, slash == path ? 1 : (size_t)(slash - path));
}

bool file_exists(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0;
}

bool file_is_folder(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

bool file_is_link(const char *path)
{
    struct stat facts;
    return lstat(path, &facts) == 0 && S_ISLNK(facts.st_mode);
}
