// In front of MPICH, for tests alone: a rank that waits gives its core to others. MPICH asks UCX for news in a loop without a pause, and
// where ranks are more than cores most of their time goes there. Every call reaches UCX as it is; with another transport this does nothing.
#include <dlfcn.h>
#include <sched.h>
#include <time.h>

using Progress = unsigned (*)(void*);

extern "C" unsigned ucp_worker_progress(void* worker) {
    static Progress progress = nullptr;
    static int in_vain = 0;
    if (!progress) {  // MPICH has loaded it
        progress = reinterpret_cast<Progress>(dlsym(dlopen("libucp.so.0", RTLD_LAZY | RTLD_NOLOAD), "ucp_worker_progress"));
    }
    const unsigned news = progress(worker);
    in_vain = news ? 0 : in_vain + 1;
    if (in_vain > 100) {
        const timespec moment{0, 1000};
        nanosleep(&moment, nullptr);
    } else if (in_vain) {
        sched_yield();
    }
    return news;
}
