/* Makes the n-th change a program makes to its files fail; loaded in front of the C library.
 *
 * FAULT_AT   the number of the operation, from 1; 0 or unset counts only
 * FAULT_KIND error: that operation fails with EIO, and later ones succeed
 *            crash: a write is done by half, anything else not at all, and the process is gone
 *            full:  from that operation on everything that needs space fails with ENOSPC
 * FAULT_LOG  a file that gets a line for each operation
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_int count;
static int log_fd = -1;

static void *real(const char *name) { return dlsym(RTLD_NEXT, name); }

__attribute__((constructor)) static void begin(void) {
    const char *log = getenv("FAULT_LOG");
    int (*open_)(const char *, int, ...) = real("open");
    if (log) log_fd = open_(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

enum outcome { GO_ON, FAIL, CRASH };

static enum outcome next(const char *name, int needs_space) {
    const char *at = getenv("FAULT_AT"), *kind = getenv("FAULT_KIND");
    int number = ++count, fault = at ? atoi(at) : 0;
    if (log_fd >= 0) {
        ssize_t (*write_)(int, const void *, size_t) = real("write");
        write_(log_fd, name, strlen(name));
        write_(log_fd, "\n", 1);
    }
    if (!fault || !kind) return GO_ON;
    if (!strcmp(kind, "full") && number >= fault && needs_space) { errno = ENOSPC; return FAIL; }
    if (number != fault) return GO_ON;
    if (!strcmp(kind, "error")) { errno = EIO; return FAIL; }
    if (!strcmp(kind, "crash")) return CRASH;
    return GO_ON;
}

static int is_file(int fd) {
    struct stat status;
    return fd > 2 && fd != log_fd && !fstat(fd, &status) && S_ISREG(status.st_mode);
}

ssize_t write(int fd, const void *bytes, size_t length) {
    ssize_t (*write_)(int, const void *, size_t) = real("write");
    if (is_file(fd)) switch (next("write", 1)) {
        case FAIL: return -1;
        case CRASH: write_(fd, bytes, length / 2); _exit(137);
        case GO_ON: break;
    }
    return write_(fd, bytes, length);
}

#define GUARD(name, needs_space) switch (next(name, needs_space)) { \
    case FAIL: return -1; case CRASH: _exit(137); case GO_ON: break; }

int fsync(int fd) { GUARD("fsync", 0) int (*f)(int) = real("fsync"); return f(fd); }
int fdatasync(int fd) { GUARD("fdatasync", 0) int (*f)(int) = real("fdatasync"); return f(fd); }
int rename(const char *a, const char *b) {
    GUARD("rename", 1) int (*f)(const char *, const char *) = real("rename"); return f(a, b);
}
int link(const char *a, const char *b) {
    GUARD("link", 1) int (*f)(const char *, const char *) = real("link"); return f(a, b);
}
int linkat(int d, const char *a, int e, const char *b, int flags) {
    GUARD("link", 1)
    int (*f)(int, const char *, int, const char *, int) = real("linkat");
    return f(d, a, e, b, flags);
}
int mkdir(const char *path, mode_t mode) {
    struct stat status;
    if (stat(path, &status)) { GUARD("mkdir", 1) }
    int (*f)(const char *, mode_t) = real("mkdir");
    return f(path, mode);
}

#define OPEN(name) int name(const char *path, int flags, ...) { \
    mode_t mode = 0; \
    if (flags & O_CREAT) { \
        va_list rest; va_start(rest, flags); mode = va_arg(rest, mode_t); va_end(rest); \
        GUARD("create", 1) \
    } \
    int (*f)(const char *, int, ...) = real(#name); \
    return f(path, flags, mode); \
}
OPEN(open)
OPEN(open64)
