/* Makes the n-th write(2) to a file, or the n-th fsync(2), fail: FAILING="write 3" or "fsync 4". Preloaded. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int is_due(const char *call) {
    static int seen;
    const char *order = getenv("FAILING");
    size_t length = strlen(call);
    return order && strncmp(order, call, length) == 0 && ++seen == atoi(order + length);
}

ssize_t write(int file, const void *bytes, size_t count) {
    static ssize_t (*real)(int, const void *, size_t);
    struct stat found;
    if (!real) real = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    if (fstat(file, &found) == 0 && S_ISREG(found.st_mode) && is_due("write ")) {
        errno = ENOSPC;
        return -1;
    }
    return real(file, bytes, count);
}

int fsync(int file) {
    static int (*real)(int);
    if (!real) real = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
    if (is_due("fsync ")) {
        errno = EIO;
        return -1;
    }
    return real(file);
}
