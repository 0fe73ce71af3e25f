// SPDX-License-Identifier: Apache-2.0
// How the program takes memory from the system: by jemalloc, which gives back what glibc's allocator keeps in pieces
// that nothing fits into. Few arenas, since memory that one thread has freed serves another one then.
extern "C" {
extern const char* malloc_conf;  // read by jemalloc at start
const char* malloc_conf = "narenas:2,dirty_decay_ms:1000,muzzy_decay_ms:0";
}
