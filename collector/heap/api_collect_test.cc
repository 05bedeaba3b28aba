// What heap.h promises of collections, the garbage list and the listener, one promise a test.
