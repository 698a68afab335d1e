/*
 * A disk that fails, for a process that is started with LD_PRELOAD: it counts the changes below the folder $FAULTS_FOLDER, and from
 * change number $FAULTS_AT on each fails with EIO or, where $FAULTS_KILL is set, the process ends there as if it were killed. The
 * number of changes is left in the file $FAULTS_COUNT.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static atomic_long changes;

static int below(const char *path)
{
    const char *folder = getenv("FAULTS_FOLDER");
    return folder && path && strncmp(path, folder, strlen(folder)) == 0;
}

/* Counts a change; whether it must fail. */
static int fails(const char *path)
{
    if (!below(path)) {
        return 0;
    }
    const char *at = getenv("FAULTS_AT");
    long number = atomic_fetch_add(&changes, 1);
    if (!at || number < atol(at)) {
        return 0;
    }
    if (getenv("FAULTS_KILL")) {
        _exit(137);
    }
    errno = EIO;
    return 1;
}

static int fails_open(int file)
{
    char name[64], path[PATH_MAX];
    snprintf(name, sizeof name, "/proc/self/fd/%d", file);
    ssize_t length = readlink(name, path, sizeof path - 1);
    path[length < 0 ? 0 : length] = 0;
    return fails(path);
}

__attribute__((destructor)) static void leave_count(void)
{
    const char *name = getenv("FAULTS_COUNT");
    FILE *file = name ? fopen(name, "w") : NULL;
    if (file) {
        fprintf(file, "%ld", atomic_load(&changes));
        fclose(file);
    }
}

#define OF_PATH(result, name, parameters, path, ...) \
    result name parameters \
    { \
        static result (*next) parameters; \
        if (!next) next = (result (*) parameters) dlsym(RTLD_NEXT, #name); \
        return fails(path) ? -1 : next(__VA_ARGS__); \
    }

#define OF_FILE(result, name, parameters, ...) \
    result name parameters \
    { \
        static result (*next) parameters; \
        if (!next) next = (result (*) parameters) dlsym(RTLD_NEXT, #name); \
        return fails_open(file) ? -1 : next(__VA_ARGS__); \
    }

OF_PATH(int, rename, (const char *from, const char *to), to, from, to)
OF_PATH(int, unlink, (const char *path), path, path)
OF_PATH(int, rmdir, (const char *path), path, path)
OF_PATH(int, mkdir, (const char *path, mode_t mode), path, path, mode)
OF_FILE(ssize_t, write, (int file, const void *bytes, size_t count), file, bytes, count)
OF_FILE(ssize_t, pwrite64, (int file, const void *bytes, size_t count, off64_t at), file, bytes, count, at)
OF_FILE(ssize_t, writev, (int file, const struct iovec *parts, int count), file, parts, count)
OF_FILE(ssize_t, sendfile64, (int file, int from, off64_t *at, size_t count), file, from, at, count)
OF_FILE(ssize_t, copy_file_range, (int from, off64_t *begin, int file, off64_t *at, size_t count, unsigned flags),
    from, begin, file, at, count, flags)
OF_FILE(int, ftruncate64, (int file, off64_t length), file, length)
OF_FILE(int, fsync, (int file), file)
OF_FILE(int, fdatasync, (int file), file)
