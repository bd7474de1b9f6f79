/* Clocks of the demo's programs, shifted and made faster by what a file says.
 *
 * Loaded before the C library, so that Home Assistant, the simulator and the browser agree on a day
 * that is not today, and on a night that takes minutes. The file CLOCK_FILE is mapped: whoever writes
 * it changes the clocks of all programs at once (shifted_clock.py has its format). Waits with an end
 * are shortened as the clocks run faster. Programs with DAY_ONLY follow the clock of the day alone:
 * a browser waits in more ways than are known here.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/select.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

/* A pretended clock is a real one times `speed` plus an offset in s; 0 is the clock of the day, 1 the others. */
struct pace {
  double speed;
  double offset[2];
};
static volatile struct {
  int64_t current;
  struct pace paces[2];
} *file;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static struct pace pace(void) {
  static const struct pace usual = {1, {0, 0}};
  if (!file) {
    const char *path = getenv("CLOCK_FILE");
    int found = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
    if (found < 0) return usual;
    void *mapped = mmap(NULL, sizeof *file, PROT_READ, MAP_SHARED, found, 0);
    close(found);
    if (mapped == MAP_FAILED) return usual;
    file = mapped;
  }
  return *(const struct pace *)&file->paces[file->current & 1];
}

static int is_day_only(void) {
  static int found = -1;
  if (found < 0) {
    const char *wanted = getenv("DAY_ONLY");
    found = wanted && *wanted;
  }
  return found;
}

static int kind(clockid_t clock) {
  if (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE && is_day_only()) return -1;
  switch (clock) {
    case CLOCK_REALTIME: case CLOCK_REALTIME_COARSE: return 0;
    case CLOCK_MONOTONIC: case CLOCK_MONOTONIC_COARSE: case CLOCK_MONOTONIC_RAW: case CLOCK_BOOTTIME: return 1;
    default: return -1;
  }
}

static double seconds(const struct timespec *at) { return at->tv_sec + at->tv_nsec / 1e9; }

static struct timespec span(double found) {
  if (found < 0) found = 0;
  struct timespec at = {(time_t)found, 0};
  at.tv_nsec = (long)((found - (double)at.tv_sec) * 1e9);
  return at;
}

/* Real moment of a pretended one of a clock. */
static struct timespec real_moment(clockid_t clock, const struct timespec *at) {
  struct pace now = pace();
  int which = kind(clock);
  return which < 0 ? *at : span((seconds(at) - now.offset[which]) / now.speed);
}

static double wait_speed(void) { return is_day_only() ? 1 : pace().speed; }

static int shortened(int milliseconds) {
  double speed = wait_speed();
  if (milliseconds <= 0 || speed == 1) return milliseconds;
  double found = milliseconds / speed;
  return found < 1 ? 1 : (int)found;
}

int clock_gettime(clockid_t clock, struct timespec *found) {
  static int (*real)(clockid_t, struct timespec *);
  if (!real) real = REAL(clock_gettime);
  int result = real(clock, found), which = kind(clock);
  if (result == 0 && which >= 0) {
    struct pace now = pace();
    if (now.speed == 1) {
      /* Exact to the nanosecond, which a sum of doubles is not. */
      int64_t whole = (int64_t)now.offset[which], rest = found->tv_nsec + (int64_t)((now.offset[which] - (double)whole) * 1e9);
      found->tv_sec += whole + rest / 1000000000 - (rest < 0);
      found->tv_nsec = (rest % 1000000000 + 1000000000) % 1000000000;
    } else *found = span(seconds(found) * now.speed + now.offset[which]);
  }
  return result;
}

int gettimeofday(struct timeval *restrict found, void *restrict zone) {
  struct timespec now;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &now);
  found->tv_sec = now.tv_sec;
  found->tv_usec = now.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *found) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  if (found) *found = now.tv_sec;
  return now.tv_sec;
}

int epoll_wait(int of, struct epoll_event *events, int most, int timeout) {
  return REAL(epoll_wait)(of, events, most, shortened(timeout));
}

int poll(struct pollfd *files, nfds_t count, int timeout) { return REAL(poll)(files, count, shortened(timeout)); }

int select(int count, fd_set *restrict reading, fd_set *restrict writing, fd_set *restrict failing, struct timeval *restrict wait) {
  if (!wait || wait_speed() == 1) return REAL(select)(count, reading, writing, failing, wait);
  double left = (wait->tv_sec + wait->tv_usec / 1e6) / wait_speed();
  struct timeval shorter = {(time_t)left, (suseconds_t)((left - (double)(time_t)left) * 1e6)};
  return REAL(select)(count, reading, writing, failing, &shorter);
}

int clock_nanosleep(clockid_t clock, int flags, const struct timespec *wait, struct timespec *left) {
  struct timespec changed = flags & TIMER_ABSTIME ? real_moment(clock, wait) : span(seconds(wait) / wait_speed());
  return REAL(clock_nanosleep)(clock, flags, &changed, left);
}

int sem_clockwait(sem_t *of, clockid_t clock, const struct timespec *until) {
  struct timespec moment = real_moment(clock, until);
  return REAL(sem_clockwait)(of, clock, &moment);
}

int sem_timedwait(sem_t *restrict of, const struct timespec *restrict until) {
  struct timespec moment = real_moment(CLOCK_REALTIME, until);
  return REAL(sem_timedwait)(of, &moment);
}

int pthread_cond_clockwait(pthread_cond_t *of, pthread_mutex_t *lock, clockid_t clock, const struct timespec *until) {
  struct timespec moment = real_moment(clock, until);
  return REAL(pthread_cond_clockwait)(of, lock, clock, &moment);
}
